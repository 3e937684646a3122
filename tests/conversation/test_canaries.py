"""A thousand values that stand nowhere in clear: not in a byte of the state folder, a log, an event, an answer to a
query; before and after an erasure (LC-9.5, WH-7.3; PIPL 51; Decree 735 arts 35 and 46)."""

import msgpack
import zmq

from jd import CITIES, LINCANG, WEIHAI, Daemon, all_events, another, appoint, clue, decision, form, idno, run, wait_for

BUREAU = {"department": "bureau"}
PEOPLE, REPORTS = 60, 100  # a city


class Canaries:
    """Values each sent once, none of which may be found again."""

    def __init__(self):
        self.values = []

    def text(self, what):
        self.values.append(f"鸟{len(self.values):04d}{what}")
        return self.values[-1]

    def phone(self):
        self.values.append(f"1397{len(self.values):07d}")
        return self.values[-1]

    def number(self, value):
        self.values.append(value)
        return value


def a_form(birds, n, division):
    body = form(n, division)
    birds.number(body["id_no"])
    return body | {"name": birds.text("名"), "phone": birds.phone(), "address": birds.text("路"), "employer": birds.text("单位")}


def found(birds, haystacks):
    """Which of the values stand in one of the haystacks, by a prefix that all of a kind share where there is one."""
    seen = []
    for name, bytes_ in haystacks:
        if "鸟".encode() in bytes_ or b"1397000" in bytes_:
            seen += [(name, v) for v in birds.values if v.encode() in bytes_]
        seen += [(name, v) for v in birds.values if v[:1] in "357" and v.encode() in bytes_]
    return seen


def everything_written(d):
    files = [path for path in d.dir.rglob("*") if path.is_file()]
    assert sum(path.name == "data.mdb" for path in files) == 2
    return [(str(path), path.read_bytes()) for path in files]


def queries(c, division):
    """Everything a query tells."""
    told = [c.ok("events.since", {"after": 0, "limit": 1000}, division), c.ok("stats.get", {}, division),
            c.ok("retention.due", {}, division)]
    for entity in ("application", "supervisor", "report", "dismissal"):
        cases = c.ok("case.list", {"entity": entity, "limit": 500}, division)["cases"]
        told += [cases] + [c.explain(x["id"]) for x in cases[:20]] + [c.ok("reads.list", {"id": x["id"]}, division) for x in cases[:20]]
    return msgpack.packb(told)


def send_all(c, birds, division):
    """Applications of which the first is appointed, reports by that one; who was rejected, and the supervisor."""
    made = [c.ok("application.submit", a_form(birds, another(), division), division)["entity_id"] for _ in range(PEOPLE)]
    for a in made:
        fact = {"subject": a, "predicate": "severe_bad_credit" if division == LINCANG else "criminal_record",
                "value": "no", "source": birds.text("来源"), "attester": birds.text("证"), "as_of": "2026-01-05"}
        c.ok("fact.assert", fact, division)
        c.ok("application.decide", decision(a, "reject", note=birds.text("理由")), division)
    s = appoint(c, division=division)
    reports = [c.ok("report.submit", clue(s, text=birds.text("反映")), division, reason=birds.text("缘由"))["entity_id"]
               for _ in range(REPORTS)]
    return made, s, reports


def use_rights(c, birds, made, s, reports, division):
    """Every command of these parts, recorded and refused, with canaries in all that is free text."""
    right = {"subject": made[0], **BUREAU}
    for r in reports[:20]:
        c.content(r, birds.text("查"))
    c.ok("person.export", right, division, reason=birds.text("查阅"))
    c.ok("person.correct", {**right, "phone": birds.phone(), "post": birds.text("职")}, division, reason=birds.text("更正"))
    n = another()
    year = 1960 + (n // 450) % 40
    new = birds.number(idno(n, f"{year}0101"))
    c.ok("person.correct", {**right, "id_no": new, "birth_date": f"{year}-01-01"}, division, reason=birds.text("更正"))
    c.refused("still-open", "person.erase", {"subject": s, **BUREAU}, division, reason=birds.text("删"))
    c.refused("not-the-authority", "person.export", {**right, "department": "discipline"}, division, reason=birds.text("看"))
    c.refused("bad-checksum", "person.correct", {**right, "id_no": birds.number("530902199001010010")}, division,
              reason=birds.text("错"))
    birds.values.pop()  # that one is in nobody's form: it may look like another's


def test_nothing_of_a_thousand_values_is_found():
    """Sealed, refused, pushed, read, exported, corrected, erased; workers killed in between."""
    birds = Canaries()
    with Daemon(CITIES) as d:
        c, push, heard = d.client(), d.client(zmq.PUSH), d.subscribe("")
        before = {}
        for division in CITIES:
            made, s, reports = before[division] = send_all(c, birds, division)
            use_rights(c, birds, made, s, reports, division)
            push.send("content.read", {"id": reports[0], "department": "nobody"}, division, reason=birds.text("推"))
            push.send("person.correct", {"subject": made[1], **BUREAU, "phone": birds.phone()}, division, reason=birds.text("推"))
        d.kill_worker(WEIHAI)
        wait_for(lambda: d.up(WEIHAI), "the worker to be back")
        told = [("queries", queries(c, division)) for division in CITIES]
        while heard.poll(300):
            told += [("heard", frame) for frame in heard.recv_multipart()]
        assert len(birds.values) >= 1000, len(birds.values)
        d.stop()
        assert not found(birds, everything_written(d) + told)

        d.start()
        c = d.client()
        for division in CITIES:
            made, s, reports = before[division]
            for a in made[:40]:
                c.ok("person.erase", {"subject": a, **BUREAU, "consent_withdrawn": True}, division, reason="撤回同意")
            c.refused("erased", "content.read", {"id": made[0], **BUREAU}, division, reason=birds.text("再看"))
            assert birds.values and c.content(made[50], "仍在")
        events = [("events", msgpack.packb([all_events(c, division) for division in CITIES]))]
        told = [("queries", queries(c, division)) for division in CITIES]
        d.stop()
        said = [("verify", run("jiandu-worker", "-c", d.config, "--verify", "--replay").stdout.encode()),
                ("keys", run("jiandu-worker", "-c", d.config, "--keys", "show").stdout.encode())]
        assert not found(birds, everything_written(d) + told + events + said)


def test_the_search_would_find_one():
    """The test above can fail."""
    birds = Canaries()
    text, phone, number = birds.text("反映"), birds.phone(), birds.number(idno(5, "19800101"))
    for value in (text, phone, number):
        assert found(birds, [("file", b"\x00" + value.encode() + b"\x00")]) == [("file", value)]
    assert not found(birds, [("file", b"nothing")])
