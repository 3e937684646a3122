"""Full means refuse at the door, finish inside (design.md, invariant 9)."""

from jd import LINCANG, Daemon, appoint, clue


def test_a_store_that_fills_up_still_serves_what_it_has():
    with Daemon([LINCANG], extra="limits: { map_mib: 16 }") as d:
        c = d.client()
        s = appoint(c, 1)
        first = c.ok("report.submit", clue(s))
        sent, answers = 0, []
        while not any(a["status"] == "busy" for a in answers) and sent < 60000:
            ids = [c.send("report.submit", clue(s)) for _ in range(1000)]
            sent += len(ids)
            answers = [c.receive() for _ in ids]
        assert {a["code"] for a in answers if a["status"] != "ok"} == {"store-full"}
        assert c.query("health.get", {})["health"]["accepting"] is False
        desk = {"report": first["entity_id"], "department": first["department"]}
        for type, body in (("report.accept", {}), ("report.result", {"result": "substantiated", "summary": "查实"}),
                           ("report.feedback", {"channel": "phone", "text": "已告知"}), ("report.close", {})):
            c.ok(type, {**desk, **body})
        assert c.ask("report.submit", clue(s))["status"] == "busy"
        assert c.query("stats.get", {})["events"] > sent * 0.5
