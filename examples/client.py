#!/usr/bin/env python3
"""A front end and a staff tool in one: apply, appoint, report, and watch what becomes of it.

    examples/client.py /run/jiandu

takes the runtime folder; needs pyzmq and msgpack. The applicant does not exist; run twice, the second
run is told so: already-supervisor."""
import sys
import uuid

import msgpack
import zmq

RUNTIME, DIVISION = sys.argv[1], "371000"
intake, events = (zmq.Context.instance().socket(kind) for kind in (zmq.DEALER, zmq.SUB))
events.subscribe(f"J.{DIVISION}.report.")  # or "J." for everything
events.connect(f"ipc://{RUNTIME}/events.sock")
intake.connect(f"ipc://{RUNTIME}/intake.sock")


def ask(type, body):
    """Two frames, and one receipt. No receipt, or `busy`: send the same id again, it is recorded once."""
    header = {"v": 1, "id": str(uuid.uuid4()), "type": type, "division": DIVISION}
    for _ in range(10):
        intake.send_multipart([msgpack.packb(header), msgpack.packb(body)])
        while intake.poll(2000):
            receipt = msgpack.unpackb(intake.recv())
            if receipt["id"] == header["id"] and receipt["status"] != "busy":
                print(type, receipt["status"], receipt["code"], receipt.get("entity_id", ""), receipt.get("state", ""))
                return receipt if receipt["status"] == "ok" else sys.exit(f"{receipt['text']}: {receipt['because']}")
    sys.exit(f"{type}: no receipt; keep {header['id']} and try again later")


application = ask("application.submit", {
    "name": "张示例", "sex": "2", "birth_date": "1985-06-15", "id_no": "371002198506150027", "phone": "0631-5190000",
    "ethnicity": "01", "political_status": "13", "health": "1", "employed": True, "employer": "示例单位",
    "address": "示例路1号", "education": "21", "school": "示例大学", "major": "药学", "photo_ref": "photo/1",
    "signature_ref": "sign/1", "signed_on": "2026-01-05", "written_form": True, "voluntary": True, "unpaid_ack": True,
    "attests_stance": True, "attests_ability": True, "declares_true_and_fit": True, "declares_clean": True})
decided = ask("application.decide", {  # the bureau's staff do this, when the state is `eligible`
    "application": application["entity_id"], "decision": "appoint", "department": "bureau"})
report = ask("report.submit", {
    "supervisor": decided["created"], "kind": "clue", "target": "institution", "category": "I1",
    "nature": "irregular", "text": "收费项目未公示。"})
ask("report.accept", {"report": report["entity_id"], "department": report["department"]})

# Subscribe, ask for what was missed, merge by seq: nothing is missed and nothing counts twice.
seen = {e["seq"]: e for e in ask("events.since", {"after": report["seq"] - 1})["events"]}
while events.poll(500):
    e = msgpack.unpackb(events.recv_multipart()[1])
    seen[e["seq"]] = e
for seq, e in sorted(seen.items()):
    if e["id"] == report["entity_id"]:
        print(f"{seq} {e['at']} {e['id']} {e['event']} {e['department']} {' '.join(e['articles'])}")
