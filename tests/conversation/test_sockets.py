"""The same conversation through every socket: intake for those who want a receipt, push for those who watch,
events for everybody, and the id as the key that makes asking again harmless."""

import collections

import msgpack
import pytest
import zmq

from jd import CITIES, LINCANG, WEIHAI
from jd import (Client, Daemon, all_events, another, appoint, clue, decision, event, events_until, form,
                uuid7, wait_for)


# ---------------------------------------------------------------- one conversation, three ways to hold it

class Watcher:
    """PUSH and SUB: what a receipt would say is the event whose cause is the id."""

    def __init__(self, daemon):
        self.push, self.heard, self.at = daemon.client(zmq.PUSH), daemon.subscribe("J."), daemon.at
        wait_for(lambda: self.heard.poll(10) or self.knock(), "the subscription to be there")

    def knock(self):
        id = self.push.send("application.withdraw", {"application": "A-530900-99999999"})
        return self.heard.poll(100) and events_until(self.heard, id)

    def ok(self, type, body, division=LINCANG, **kw):
        id = self.push.send(type, body, division, **kw)
        said = [e for _, e in events_until(self.heard, id) if e["cause"] == id]
        while type == "application.decide" and len(said) < 2:
            said.append(event(self.heard)[1])
        assert all(e["event"] != "refused" for e in said), said
        return {"entity_id": said[0]["id"], "state": said[0]["to"], "created": said[-1]["id"]}


WAYS = {"DEALER": lambda d: d.client(), "REQ": lambda d: d.client(zmq.REQ), "PUSH": Watcher}


@pytest.mark.parametrize("division", CITIES)
@pytest.mark.parametrize("way", WAYS)
def test_the_same_conversation(daemon, way, division):
    """LC-10.3, LC-10.4, WH-10.1: however it is sent, the same comes of it."""
    c, look = WAYS[way](daemon), daemon.client()
    s = appoint(c, another(), division)
    r = c.ok("report.submit", clue(s), division)["entity_id"]
    desk = {"report": r, "department": look.case(r)["department"]}
    assert c.ok("report.accept", desk, division)["state"] == "accepted"
    assert c.ok("report.result", {**desk, "result": "partly", "summary": "部分属实"}, division)["state"] == "resulted"
    assert c.ok("report.feedback", {**desk, "channel": "phone", "text": "已告知"}, division)["state"] == "fed-back"
    assert c.ok("report.acknowledge", {"report": r, "supervisor": s}, division)["state"] == "acknowledged"
    assert c.ok("report.close", desk, division)["state"] == "closed"
    case = look.case(r)
    assert (case["state"], case["version"], case["supervisor"]) == ("closed", 6, s)


def test_a_receipt_is_one_frame(daemon):
    for kind, frames in ((zmq.DEALER, 1), (zmq.REQ, 1)):
        c = daemon.client(kind)
        c.send("stats.get", {})
        assert c.socket.poll(5000) and len(c.socket.recv_multipart()) == frames


# ---------------------------------------------------------------- push

@pytest.fixture
def watcher(daemon):
    return Watcher(daemon)


@pytest.mark.parametrize("type, body, code, entity", [
    ("report.submit", {"supervisor": "S-530900-99999999", "kind": "clue", "text": "某"}, "not-a-supervisor", "report"),
    ("report.submit", {"supervisor": "S-530900-00000001"}, "several-problems", "report"),
    ("report.submit", b"nonsense", "malformed", "report"),
    ("application.submit", form(1, id_no="530902199001010010"), "bad-checksum", "application"),
    ("application.decide", decision("A-530900-99999999"), "unknown-case", "application"),
    ("report.assign", {"report": "R-530900-00000001", "by": "fund", "department": "fund"}, "reason-required", "report"),
])
def test_a_refused_push_is_announced(watcher, daemon, type, body, code, entity):
    """The event carries the code, and is numbered and kept like any other; nothing else is recorded."""
    c = daemon.client()
    stats = c.ok("stats.get", {})["stats"]
    id = watcher.push.send(type, body)
    topic, said = events_until(watcher.heard, id)[-1]
    assert topic == f"J.530900.{entity}.refused"
    assert (said["event"], said["code"], said["cause"]) == ("refused", code, id)
    assert all_events(c, LINCANG, said["seq"] - 1)[0] == said
    assert c.ok("stats.get", {})["stats"] == stats


def test_a_push_nobody_can_route(daemon):
    """Refused by the daemon itself: announced as the system's own, since no division has it."""
    heard, push = daemon.subscribe("S.refused"), daemon.client(zmq.PUSH)

    def announced(**changes):
        id, frames = push.frames(changes.pop("type", "report.submit"), {}, changes.pop("division", LINCANG), **changes)
        push.socket.send_multipart(frames)
        told = event(heard, 300)
        return told and told[1]["cause"] == id and told[1]["code"]

    wait_for(lambda: announced(division="110000") == "unknown-division", "the subscription to be there")
    assert announced(type="report.eat") == "unknown-type"
    assert announced(type="stats.get") == "unknown-type"
    assert announced(colour="red") == "unknown-field"


def test_a_push_again(watcher):
    """Once recorded nothing more is said of it; nor twice of the same refusal."""
    body, id = form(another()), uuid7()
    watcher.push.send("application.submit", body, id=id)
    first = events_until(watcher.heard, id)[-1][1]
    watcher.push.send("application.submit", body, id=id)
    refused = watcher.push.send("application.withdraw", {"application": "A-530900-99999999"})
    events_until(watcher.heard, refused)
    watcher.push.send("application.withdraw", {"application": "A-530900-99999999"}, id=refused)
    last = watcher.push.send("application.submit", form(another()))
    assert [e["cause"] for _, e in events_until(watcher.heard, last)] == [last]
    assert first["event"] == "submitted"


def test_a_push_can_be_asked_about(watcher, daemon):
    """The receipt of something pushed is to be had by sending it again where there are receipts."""
    c, body = daemon.client(), form(another())
    id = watcher.push.send("application.submit", body)
    said = events_until(watcher.heard, id)[-1][1]
    receipt = c.ok("application.submit", body, id=id)
    assert (receipt["entity_id"], receipt["seq"]) == (said["id"], said["seq"])
    body = {"application": "A-530900-99999999"}
    id = watcher.push.send("application.withdraw", body)
    events_until(watcher.heard, id)
    c.refused("unknown-case", "application.withdraw", body, id=id)
    c.refused("id-reused", "application.withdraw", {"application": "A-530900-99999998"}, id=id)


# ---------------------------------------------------------------- the same id again

def raw_receipt(c, frames):
    c.socket.send_multipart(frames)
    assert c.socket.poll(10000)
    return c.socket.recv()


def conversation(s):
    """Messages of every kind, in order, with the ids they keep: type, body, header."""
    r = f"R-{s[2:8]}-00000001"
    desk = {"report": r, "department": "county-530902"}
    return [("application.submit", form(another()), {}), ("report.submit", clue(s), {}),
            ("report.accept", desk, {}),
            ("report.assign", {"report": r, "by": "fund", "department": "county-530921"}, {"reason": "改派"}),
            ("report.accept", desk | {"department": "county-530921"}, {}),
            ("report.result", desk | {"department": "county-530921", "result": "partly", "summary": "属实"}, {})]


def test_the_first_receipt_for_ever():
    """Byte for byte, after everything that happened since, after a restart, from another client."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        sent = [c.frames(type, body, LINCANG, **header)[1] for type, body, header in conversation(appoint(c))]
        first = [raw_receipt(c, frames) for frames in sent]
        assert {msgpack.unpackb(r)["status"] for r in first} == {"ok"}
        seq = c.last_seq()
        assert [raw_receipt(c, frames) for frames in sent] == first
        assert [raw_receipt(d.client(), frames) for frames in reversed(sent)] == first[::-1]
        d.stop()
        d.start()
        again = d.client()
        assert [raw_receipt(again, frames) for frames in sent] == first
        again.wind("2026-07-01T09:00:00+08:00", LINCANG)  # and much later
        assert [raw_receipt(again, frames) for frames in sent] == first
        late = [e["event"] for e in all_events(again, LINCANG, seq)]
        assert set(late) <= {"warned", "overdue", "expired"}, "nothing came of asking again"


def test_the_same_content_in_another_spelling(daemon):
    """Keys in another order, nil for what is absent, the id as bytes: the content is what counts."""
    c, body, id = daemon.client(), form(another()), uuid7()
    first = c.ok("application.submit", body, id=id)
    body = dict(reversed(body.items())) | {"email": None}
    assert c.ok("application.submit", body, id=id) == first


@pytest.mark.parametrize("changes, header", [({"text": "别的"}, {}), ({"on_site": False}, {}), ({}, {"reason": "补记"})])
def test_the_same_id_for_something_else(daemon, changes, header):
    c = daemon.client()
    s, id = appoint(c), uuid7()
    first = c.ok("report.submit", clue(s), id=id)
    seq = c.last_seq()
    c.refused("id-reused", "report.submit", clue(s, **changes), id=id, **header)
    c.refused("id-reused", "application.withdraw", {"application": "A-530900-00000001"}, id=id)
    assert c.ok("report.submit", clue(s), id=id) == first and c.last_seq() == seq


def test_divisions_share_no_ids(daemon):
    """The same id in another division is another request."""
    c, id, n = daemon.client(), uuid7(), another()
    assert [c.ok("application.submit", form(n, d), d, id=id)["entity_id"][2:8] for d in CITIES] == list(CITIES)


def test_an_id_sent_twice_at_once(daemon):
    """Both copies in one batch, or in two: one effect, the same receipt."""
    c, body = daemon.client(), form(another())
    frames = c.frames("application.submit", body, LINCANG)[1]
    before = c.last_seq()
    for _ in range(20):
        c.socket.send_multipart(frames)
    assert len({c.socket.recv() for _ in range(20)}) == 1
    assert c.last_seq() == before + 1


# ---------------------------------------------------------------- many at a time

def test_many_clients_with_much_outstanding(daemon):
    """Everybody gets their own receipts, each once; what was sent in order is recorded in order."""
    s = {d: appoint(daemon.client(), division=d) for d in CITIES}
    clients = [daemon.client() for _ in range(8)]
    sent = [[c.send("report.submit", clue(s[CITIES[n % 2]], text=f"第{n}件"), CITIES[n % 2]) for n in range(150)]
            for c in clients]
    numbers = []
    for c, ids in zip(clients, sent):
        got = [c.receive() for _ in ids]
        assert collections.Counter(r["id"] for r in got) == collections.Counter(ids)
        assert {r["status"] for r in got} == {"ok"} and not c.socket.poll(0)
        numbers.append({r["id"]: r["entity_id"] for r in got})
    for ids, number in zip(sent, numbers):
        for of_one_division in (ids[0::2], ids[1::2]):
            in_order = [number[id] for id in of_one_division]
            assert in_order == sorted(in_order)
    assert len({n for each in numbers for n in each.values()}) == 8 * 150


def test_a_client_that_leaves(daemon):
    """Its receipts are lost, its requests are not, and nobody waits for it."""
    c = daemon.client()
    ids = [c.send("application.submit", form(another())) for _ in range(50)]
    c.close(linger=2000)
    look = daemon.client()
    wait_for(lambda: {e["cause"] for e in all_events(look, LINCANG)} >= set(ids), "what was sent")


# ---------------------------------------------------------------- events

def test_topics(daemon):
    """A subscriber gets what its prefix names, and nothing else."""
    prefixes = ["J.", "J.530900.", "J.371000.report.", "J.530900.report.assigned"]
    subs = {p: daemon.subscribe(p) for p in prefixes}
    c = daemon.client()

    def settled():  # a subscription takes a moment to arrive
        s = appoint(c, division=LINCANG)
        c.ok("report.submit", clue(s))
        c.ok("report.submit", clue(appoint(c, division=WEIHAI)), WEIHAI)
        return all(sub.poll(100) for sub in subs.values())

    wait_for(settled, "all to be subscribed")
    heard = {p: [] for p in prefixes}
    for p, sub in subs.items():
        while (e := event(sub, 200)) is not None:
            heard[p].append(e)
    for p in prefixes:
        assert heard[p] and all(topic.startswith(p) for topic, _ in heard[p])
        for topic, e in heard[p]:
            assert topic == f"J.{e['division']}.{e['entity']}.{e['event']}"
    assert {e["division"] for _, e in heard["J."]} == set(CITIES)


def test_what_an_event_carries(daemon):
    """The contract's keys, live as on asking, and seq without a gap."""
    heard, c = daemon.subscribe("J.530900."), daemon.client()
    wait_for(lambda: c.ok("application.submit", form()) and heard.poll(50), "the subscription to be there")
    s = appoint(c)
    receipt = c.ok("report.submit", clue(s))
    live = [e for _, e in events_until(heard, receipt["id"])]
    asked = all_events(c, LINCANG)
    assert [e for e in asked if e["seq"] >= live[0]["seq"]] == live
    assert [e["seq"] for e in asked] == list(range(1, len(asked) + 1))
    e = live[-1]
    assert set(e) == {"v", "seq", "at", "division", "entity", "id", "version", "event", "from", "to", "cause",
                      "policy", "articles", "department", "due"}
    assert (e["seq"], e["id"], e["cause"], e["policy"]) == (receipt["seq"], receipt["entity_id"], receipt["id"],
                                                            receipt["policy"])
    assert asked[0]["event"] == "activated" and asked[0]["policy"].startswith("lincang-2021@")


def test_the_heartbeat_carries_each_divisions_last_seq(daemon):
    heard, c = daemon.subscribe("S.heartbeat"), daemon.client()
    c.ok("application.submit", form())
    last = {d: c.last_seq(d) for d in CITIES}
    for _ in range(2):  # the first may have left before we asked
        topic, beat = event(heard, 5000)
        assert topic == "S.heartbeat" and beat["simulated"] is True
        assert {d["worker"] for d in beat["divisions"]} == {"up"}
    assert {d["division"]: d["seq"] for d in beat["divisions"]} == last


# ---------------------------------------------------------------- whom it is about stays inside

CANARY = "金丝雀"


def test_nothing_personal_leaves():
    """LC-9.5, WH-7.3, Decree 735 arts 35 and 46: not in an event, not in a log, not in clear on the disk; of
    what was refused nothing is kept at all."""
    with Daemon() as d:
        c, push, heard = d.client(), d.client(zmq.PUSH), d.subscribe("")
        wait_for(lambda: heard.poll(50) or not c.ok("application.submit", form()), "the subscription to be there")
        secret = {"name": f"{CANARY}甲", "phone": "13712345678", "employer": f"{CANARY}单位", "address": f"{CANARY}路1号",
                  "email": "canary@example.org", "post": f"{CANARY}职务", "school": f"{CANARY}学校"}
        numbers = []
        for division in CITIES:
            n = another()
            body = form(n, division, **secret)
            numbers.append(body["id_no"])
            a = c.ok("application.submit", body, division)["entity_id"]
            for predicate in ("severe_bad_credit", "medins_admin_penalty", "criminal_punishment"):
                fact = {"subject": a, "predicate": predicate, "value": "no", "source": f"{CANARY}来源",
                        "attester": f"{CANARY}乙", "as_of": "2026-01-05"}
                c.ask("fact.assert", fact, division)
            s = c.ok("application.decide", decision(a, note=f"{CANARY}理由"), division)["created"]
            r = c.ok("report.submit", clue(s, text=f"{CANARY}反映", correction_result=f"{CANARY}改正"), division,
                     reason=f"{CANARY}缘由")["entity_id"]
            desk = {"report": r, "department": c.case(r)["department"]}
            c.ok("report.accept", desk, division)
            c.ok("report.result", {**desk, "result": "partly", "summary": f"{CANARY}结果"}, division)
            c.ok("report.feedback", {**desk, "channel": "phone", "text": f"{CANARY}答复"}, division)
            c.ok("report.acknowledge", {"report": r, "supervisor": s, "comment": f"{CANARY}评语"}, division)
            # refused and pushed, malformed and unknown
            c.refused("state-secret", "report.submit", clue(s, text=f"{CANARY}国家秘密", secrecy="state_secret"), division)
            push.send("report.submit", clue(s, text=f"{CANARY}国家秘密", secrecy="state_secret"), division)
            push.send("report.submit", clue(s, text=f"{CANARY}坏", kind="nonsense"), division, reason=f"{CANARY}因")
            c.ask(f"{CANARY}", {CANARY: CANARY}, division)
            c.ask("report.submit", {CANARY: CANARY, "text": CANARY + "\x00"}, division)
            c.raw(CANARY.encode() * 3, CANARY.encode())
            content = c.content(r, f"{CANARY}查阅")
            assert CANARY in str(content), "who may read it does"
        wait_for(lambda: sum(e["event"] == "refused" for d2 in CITIES for e in all_events(c, d2)) == 4, "the pushes")
        d.kill_worker(LINCANG)  # a crash tells nothing either
        c.ok("application.submit", form(another(), LINCANG, **secret))

        words = [w.encode() for w in (CANARY, *secret.values(), *numbers, "canary")]
        events = []
        while heard.poll(300):
            events += heard.recv_multipart()
        asked = msgpack.packb([all_events(c, division) for division in CITIES])
        d.stop()
        files = [path for path in d.dir.rglob("*") if path.is_file()]
        assert sum(path.name == "data.mdb" for path in files) == 2 and d.log.name in map(str, files)
        for word in words:
            assert word not in asked and not any(word in frame for frame in events)
            for path in files:
                assert word not in path.read_bytes(), (word.decode(), path)
                assert word not in str(path).encode()


def test_the_programs_say_nothing_of_people():
    """LC-9.5: a check of the store tells how much there is, and not what."""
    with Daemon([LINCANG]) as d:
        d.client().ok("application.submit", form(name=f"{CANARY}丙"))
        d.stop()
        assert CANARY not in d.verify() + d.logged()


def test_a_req_socket_in_lock_step(daemon):
    """REQ waits for each answer before it may ask again."""
    c = Client(daemon, zmq.REQ)
    for _ in range(200):
        assert c.ok("stats.get", {})
    c.close()
