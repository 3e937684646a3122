"""Who gets in, and who may do what: real keys made by pyzmq, a real daemon, real sockets."""

import datetime
import re

import msgpack
import pytest
import zmq

from jd import CITIES, LINCANG, ROOT, WEIHAI
from jd import another, appoint, apply, clue, event, form, uuid7, wait_for
from keys import Keyed, certificate, free_port, hears_something, nobody_answers, nobody_hears

TODAY = datetime.date.today()
LONG_AGO, SOON = TODAY - datetime.timedelta(days=40), TODAY + datetime.timedelta(days=40)


@pytest.fixture(scope="module")
def daemon():
    """Everybody who is granted something for good; tests that change the access file have a daemon of their own."""
    d = Keyed()
    for role in ("admin", "intake", "staff", "supervisor-portal", "watch"):
        d.grant(role, role)
    d.grant("county", "staff", departments=["county-530902"], divisions=[LINCANG])
    d.grant("fund", "staff", departments=["fund"])
    d.grant("weihai", "admin", divisions=[WEIHAI])
    d.grant("past", "admin", valid_to=str(LONG_AGO))
    d.grant("future", "admin", valid_from=str(SOON))
    d.grant("now", "admin", valid_from=str(LONG_AGO), valid_to=str(SOON))
    d.grant("another-intake", "intake")
    with d:
        d.client().wind(d.at)  # what is due by then has happened
        yield d


# ---------------------------------------------------------------- getting in

def test_a_key_that_is_granted(daemon):
    c = daemon.by("admin")
    assert c.ok("health.get", {})["health"]["worker"] == "up"
    a = apply(c)
    assert c.case(a)["state"]
    step = c.explain(a)["history"][0]
    assert step["sender"] == "admin", "the journal keeps the name of the access file"
    assert daemon.client().explain(apply(daemon.client()))["history"][0]["sender"] == "local"


def test_every_socket_takes_the_key(daemon):
    heard = daemon.hears("watch", "J.")
    push = daemon.by("intake", zmq.PUSH)
    wait_for(lambda: heard.poll(50) or push.send("application.submit", form(another())) and heard.poll(500),
             "an event of what was pushed")
    assert event(heard)[1]["event"] == "submitted"


def test_no_key(daemon):
    """NULL and PLAIN on a socket with keys: the handshake ends it, whatever is sent."""
    made = []
    for prepare in (lambda s: None, lambda s: s.setsockopt(zmq.PLAIN_USERNAME, b"admin") or
                    s.setsockopt(zmq.PLAIN_PASSWORD, b"x")):
        asks, hears = daemon.socket(zmq.DEALER), daemon.socket(zmq.SUB)
        prepare(asks)
        prepare(hears)
        hears.subscribe("")
        asks.connect(daemon.tcp("intake"))
        hears.connect(daemon.tcp("events"))
        asks.send_multipart([msgpack.packb({"v": 1, "id": uuid7(), "type": "health.get", "division": LINCANG}), b"\x80"])
        made += [asks, hears]
    assert nobody_hears(*made)
    for s in made:
        s.close()


def test_a_key_nobody_granted(daemon, tmp_path):
    stranger = certificate(tmp_path / "keys", "stranger")
    assert nobody_answers(daemon.by("stranger", cert=stranger))
    assert "keys_refused" in gate(daemon)


def test_who_is_turned_away_has_to_ask_by_another_socket(daemon, tmp_path):
    """As the protocol's page tells front ends: what the monitor says, and that a send without a bound waits for ever."""
    stranger = certificate(tmp_path / "keys", "stranger")
    c = daemon.by("stranger", cert=stranger, watched=True)
    wait_for(lambda: "refused" in c.watch.look(), "the monitor to tell")
    assert wait_for(lambda: nobody_can_send(c), "libzmq to have let go of the connection")
    daemon.grant("stranger", "intake", key=stranger).reload()
    assert not c.socket.poll(1000) and nobody_can_send(c)
    assert not nobody_answers(daemon.by("stranger"), timeout=10000)


def nobody_can_send(c):
    c.socket.sndtimeo = 100
    try:
        c.send("health.get", {})
    except zmq.Again:
        return True
    return False


def test_the_wrong_server(daemon, tmp_path):
    """The client's side: it does not talk to who has not the server's key."""
    other = certificate(tmp_path / "keys", "other")
    assert nobody_answers(daemon.by("admin", server=other[0]))


@pytest.mark.parametrize("name, may", [("past", False), ("future", False), ("now", True)])
def test_a_key_has_its_time(daemon, name, may):
    assert nobody_answers(daemon.by(name), timeout=10000 if may else 1000) != may


def gate(daemon):
    heard = daemon.hears("watch", "S.heartbeat")
    _, beat = event(heard)
    return beat["gate"]


def test_what_was_turned_away_is_counted(daemon, tmp_path):
    before = gate(daemon)
    stranger = certificate(tmp_path / "keys", "stranger")
    assert nobody_answers(daemon.by("stranger", cert=stranger))
    daemon.by("watch").refused("role-may-not", "report.submit", {})
    wait_for(lambda: gate(daemon)["forbidden"] > before["forbidden"], "the refusal to be counted")
    after = gate(daemon)
    assert after["keys_refused"] > before["keys_refused"] and after["handshakes_failed"] > before["handshakes_failed"]
    assert after["connections"] > 0
    wait_for(lambda: stranger[0].decode() in daemon.logged(), "the log to name the key that was refused")
    assert not any(secret.decode() in daemon.logged() for secret in
                   [daemon.server[1], stranger[1], *(c[1] for c in daemon.clients_of.values())])


# ---------------------------------------------------------------- roles and divisions

ROLES = ("admin", "intake", "staff", "supervisor-portal", "watch")
MAY = {  # by role, what is not refused for the role's sake
    "application.submit": "intake", "application.withdraw": "intake", "nomination.submit": "intake",
    "application.supplement": "intake", "application.decide": "staff", "fact.assert": "staff", "term.need": "staff",
    "term.consent": "supervisor-portal", "resignation.submit": "supervisor-portal", "discipline.record": "staff",
    "dismissal.open": "staff", "dismissal.hear": "staff supervisor-portal", "dismissal.decide": "staff",
    "report.submit": "supervisor-portal", "report.supplement": "supervisor-portal",
    "report.acknowledge": "supervisor-portal", "report.triage": "staff", "report.propose": "staff",
    "report.assign": "staff", "report.accept": "staff", "report.object": "staff", "report.result": "staff",
    "report.feedback": "staff", "report.close": "staff", "report.reopen": "staff", "clock.suspend": "staff",
    "clock.resume": "staff", "clock.extend": "staff", "obligation.waive": "staff",
    **{f"round.{verb}": "staff" for verb in ("plan", "announce", "open", "close", "review", "publish", "cancel")},
    **{f"certificate.{verb}": "staff" for verb in ("issue", "lose", "replace", "revoke")}, "notice.publish": "staff",
    "certificate.verify": "intake staff supervisor-portal", "report.accuse": "staff", "institution.list": "staff",
    "content.read": "staff supervisor-portal", "reads.list": "staff", "retention.due": "staff", "retention.run": "staff",
    **{f"person.{verb}": "staff" for verb in ("export", "correct", "erase")}, "reward.refer": "staff", "reward.update": "staff",
    "report.forward": "staff", "report.receive": "staff", "case.migrate": "staff", "policy.activate": "staff",
    **{f"recusal.{verb}": "staff" for verb in ("raise", "decide", "lift")}, "recusal.apply": "supervisor-portal",
    "institution.claim": "supervisor-portal", "institution.release": "supervisor-portal",
    **{f"{what}.record": "staff" for what in ("meeting", "training", "hearing", "referral")}, "meeting.withdraw": "staff",
    **{f"activity.{verb}": "staff" for verb in ("invite", "record", "cancel")},
    "activity.answer": "supervisor-portal", "activity.report": "supervisor-portal",
    "document.send": "staff", "document.close": "staff", "document.acknowledge": "supervisor-portal",
    "institution.get": "intake staff supervisor-portal", "institution.find": "intake staff supervisor-portal",
    "supervisor.record": "staff supervisor-portal", "supervisor.find": "staff",
    "document.outstanding": "staff supervisor-portal", "case.get": "intake staff supervisor-portal",
    "case.list": "staff supervisor-portal", "case.explain": "staff supervisor-portal",
    "events.since": "staff watch", "stats.get": "staff watch", "content.read": "staff supervisor-portal",
    **{f"person.{verb}": "staff" for verb in ("export", "correct", "erase")}, "retention.run": "staff",
    "reads.list": "staff", "retention.due": "staff",
    "policy.show": "intake staff supervisor-portal watch", "health.get": "intake staff supervisor-portal watch",
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_and_each_message(daemon, role):
    """An empty body gets as far as its role: `forbidden` for the role, or whatever is wrong with it."""
    c = daemon.by(role)
    for type, who in MAY.items():
        receipt = c.ask(type, {}, reason="x")
        may = role == "admin" or role in who.split()
        assert (receipt["code"] != "role-may-not") == may, (type, receipt)
        if not may:
            assert receipt["status"] == "forbidden" and "seq" not in receipt
            assert receipt["because"][0]["field"] == "type"
            assert receipt["because"][0]["expected"] == " or ".join(r for r in ROLES if r in who.split())


def test_another_division(daemon):
    c = daemon.by("weihai")
    assert apply(c, WEIHAI)
    refusal = c.refused("not-your-division", "application.submit", form(another()), LINCANG)
    assert refusal["because"][0]["field"] == "division"
    c.refused("not-your-division", "case.list", {"entity": "report"}, LINCANG)
    c.refused("not-your-division", "events.since", {"after": 0}, LINCANG)


def test_a_push_that_is_forbidden(daemon):
    """Told aloud, and not recorded: neither by the daemon for its role nor by the worker for its content."""
    c, heard = daemon.client(), daemon.hears("watch", "S.refused")
    role, county = daemon.by("watch", zmq.PUSH), daemon.by("county", zmq.PUSH)
    wait_for(lambda: role.send("report.submit", {}) and heard.poll(300), "the subscription to be there")
    while heard.poll(200):
        heard.recv_multipart()
    before = c.last_seq()
    body = {"report": "R-530900-00000001", "department": "fund"}
    for push, type, what, code in ((role, "report.submit", {}, "role-may-not"),
                                   (county, "report.accept", body, "not-your-department")):
        id = push.send(type, what)
        _, told = event(heard)
        assert (told["cause"], told["code"]) == (id, code)
    assert c.last_seq() == before


# ---------------------------------------------------------------- departments, supervisors, cases

REPORT, ROUND = {"report": "R-530900-00000001"}, {"round": "N-530900-99999999"}
CERTIFICATE = {"certificate": "C-530900-99999999"}
S, DAY = "S-530900-00000001", "2026-01-05"
INTEREST = {"supervisor": S, "scope": "institution", "object": "H1", "relation": "x", "statement": "某"}
ACTING = [  # type, body, the field in whose name it acts
    ("application.decide", {"application": "A-530900-00000001", "decision": "reject"}, "department"),
    ("term.need", {"supervisor": "S-530900-00000001", "needed": True}, "department"),
    ("discipline.record", {"supervisor": "S-530900-00000001", "item": "x", "serious": False, "occurred_on": "2026-01-05",
                           "text": "某"}, "department"),
    ("dismissal.open", {"supervisor": "S-530900-00000001", "grounds": ["unable"]}, "department"),
    ("dismissal.decide", {"dismissal": "D-530900-00000001", "decision": "keep", "proven": False}, "department"),
    ("report.triage", {**REPORT, "decision": "ours"}, "by"),
    ("report.propose", {**REPORT, "department": "county-530902", "opinion": "某"}, "by"),
    ("report.assign", {**REPORT, "department": "county-530902"}, "by"),
    ("report.accept", REPORT, "department"),
    ("report.object", REPORT, "department"),
    ("report.result", {**REPORT, "result": "partly", "summary": "某"}, "department"),
    ("report.feedback", {**REPORT, "channel": "phone", "text": "某"}, "department"),
    ("report.close", REPORT, "department"),
    ("report.reopen", REPORT, "by"),
    ("clock.suspend", {**REPORT, "ground": "appraisal"}, "by"),
    ("clock.resume", REPORT, "by"),
    ("clock.extend", {**REPORT, "days": 3}, "approver"),
    ("obligation.waive", {"obligation": "O-530900-00000001"}, "department"),
    ("round.plan", {"title": "某", "closes_on": "2026-02-01"}, "department"),
    ("round.announce", {**ROUND, "channel": "x", "on": "2026-01-05"}, "department"),
    *[(f"round.{verb}", ROUND, "department") for verb in ("open", "close", "review", "publish", "cancel")],
    ("certificate.issue", {"supervisor": "S-530900-00000001", "number": "1", "issued_on": "2026-01-05"}, "department"),
    ("certificate.lose", CERTIFICATE, "department"),
    ("certificate.replace", {**CERTIFICATE, "number": "2"}, "department"),
    ("certificate.revoke", CERTIFICATE, "department"),
    ("person.export", {"subject": "S-530900-00000001"}, "department"),
    ("person.correct", {"subject": "S-530900-00000001", "phone": "13800000001"}, "department"),
    ("person.erase", {"subject": "S-530900-99999999"}, "department"),
    ("retention.run", {"items": ["2019-01"]}, "department"),
    ("report.accuse", {**REPORT, "accused": ["agency"]}, "by"),
    ("report.forward", {**REPORT, "division": "371000"}, "by"),
    ("case.migrate", {"id": "R-530900-99999999"}, "by"),
    ("policy.activate", {"policy": "none@1"}, "by"),
    ("reward.refer", {**REPORT, "fraud": False}, "department"),
    ("reward.update", {"reward": "B-530900-99999999", "to": "waived"}, "department"),
    *[(f"person.{verb}", {"subject": "A-530900-99999999"}, "department") for verb in ("export", "correct", "erase")],
    ("retention.run", {"items": ["2020-01"]}, "department"),
    ("institution.list", {"year": 2026, "version": 9, "published_on": DAY, "csv": "code\nH1"}, "department"),
    ("recusal.raise", INTEREST, "department"),
    ("recusal.decide", {"recusal": "X-530900-99999999", "decision": "deny"}, "department"),
    ("recusal.lift", {"recusal": "X-530900-99999999"}, "department"),
    *[(f"{what}.record", {"kind": "x", "held_on": DAY, "attendees": [S]}, "department")
      for what in ("meeting", "training", "hearing")],
    ("meeting.withdraw", {"meeting": "M-530900-99999999"}, "department"),
    ("activity.invite", {"kind": "x", "title": "某", "on": DAY, "supervisors": [S]}, "department"),
    ("activity.record", {"activity": "V-530900-99999999"}, "department"),
    ("activity.cancel", {"activity": "V-530900-99999999"}, "department"),
    ("document.send", {"kind": "x", "title": "某", "reference": "某", "requires_ack": False}, "department"),
    ("document.close", {"document": "W-530900-99999999"}, "department"),
    ("referral.record", {"supervisor": S, "authority": "某", "ground": "某", "referred_on": DAY}, "department"),
    ("notice.publish", {"supervisors": ["S-530900-00000001"], "channel": "x", "on": "2026-01-05"}, "department"),
]


@pytest.mark.parametrize("type, body, field", ACTING, ids=[a[0] for a in ACTING])
def test_a_staff_key_of_another_department(daemon, type, body, field):
    """LC-2.1, LC-10.1: nobody acts for a department that is not granted, whatever the message says; what it names
    besides, such as where a report is to go, is free."""
    before = daemon.client().last_seq()
    for who, mine, theirs in (("county", "county-530902", "fund"), ("fund", "fund", "bureau")):
        c = daemon.by(who)
        refusal = c.refused("not-your-department", type, {**body, field: theirs}, reason="x")
        assert refusal["because"][0]["field"] == field
        assert c.ask(type, {**body, field: mine}, reason="x")["code"] != "not-your-department"
    assert daemon.by("staff").ask(type, {**body, field: "fund"}, reason="x")["code"] != "not-your-department"
    assert daemon.client().last_seq() == before


def test_a_message_of_each_kind():
    """Whatever message there is stands in the table of roles above."""
    modes = re.findall(r'^MESSAGE\(\w+, "([\w.]+)", \w+, \w+, (\w+),', (ROOT / "proto/messages.def").read_text(), re.M)
    assert {name for name, mode in modes if mode != "INTERNAL"} == set(MAY)


def test_the_table_of_acting_fields_is_whole():
    """Every message of staff that names a department in whose name it is sent stands above."""
    rows = re.findall(r"^ACCESS\((\w+), ([\w |]+), (DEPARTMENT|SUPERVISOR), (\w+)\)", (ROOT / "proto/access.def").read_text(), re.M)
    assert {m.replace("_", ".", 1) for m, _, truth, _ in rows if truth == "DEPARTMENT"} == {t for t, _, _ in ACTING}
    assert {(m.replace("_", ".", 1), field) for m, _, _, field in rows} >= {(t, f) for t, _, f in ACTING}
    assert {m.replace("_", ".", 1) for m, _, truth, _ in rows if truth == "SUPERVISOR"} == {t for t, _ in SUPERVISORS}


@pytest.fixture(scope="module")
def people(daemon):
    """Two supervisors and a portal that acts for the first only."""
    admin = daemon.client()
    mine, other = appoint(admin, another()), appoint(admin, another())
    daemon.grant("portal-of-one", "supervisor-portal", supervisors=[mine])
    daemon.grant("portal-of-other", "supervisor-portal", supervisors=[other], divisions=[LINCANG])
    daemon.reload()
    return mine, other


SUPERVISORS = [("report.submit", lambda s: clue(s)),
               ("report.supplement", lambda s: {"report": "R-530900-99999999", "supervisor": s, "text": "某"}),
               ("report.acknowledge", lambda s: {"report": "R-530900-99999999", "supervisor": s}),
               ("term.consent", lambda s: {"supervisor": s, "consent": True}),
               ("institution.claim", lambda s: {"supervisor": s, "institution": "H1"}),
               ("institution.release", lambda s: {"claim": "K-530900-99999999", "supervisor": s}),
               ("recusal.apply", lambda s: {**INTEREST, "supervisor": s}),
               ("activity.answer", lambda s: {"activity": "V-530900-99999999", "supervisor": s, "takes_part": True}),
               ("activity.report", lambda s: {"supervisor": s, "kind": "x", "on": DAY, "hours": 1, "text": "某"}),
               ("document.acknowledge", lambda s: {"document": "W-530900-99999999", "supervisor": s}),
               ("resignation.submit", lambda s: {"supervisor": s, "statement": "某"})]


@pytest.mark.parametrize("type, body", SUPERVISORS, ids=[s[0] for s in SUPERVISORS])
def test_a_portal_and_anothers_supervisor(daemon, people, type, body):
    """LC-6.1, LC-13.1, LC-14.7: a portal speaks for those it is granted and for nobody else."""
    mine, other = people
    c = daemon.by("portal-of-one")
    for foreign in (other, "S-530900-99999999", mine.replace("530900", "371000"), "A" + mine[1:]):
        before = daemon.client().last_seq()
        refusal = c.refused("not-your-supervisor", type, body(foreign))
        assert refusal["because"][0]["field"] == "supervisor"
        assert daemon.client().last_seq() == before
    if type != "resignation.submit":
        assert c.ask(type, body(mine))["code"] != "not-your-supervisor"
    assert daemon.by("supervisor-portal").ask(type, body("S-530900-99999999"))["status"] != "forbidden"


def test_a_portal_sees_its_own(daemon, people):
    mine, other = people
    one, two = daemon.by("portal-of-one"), daemon.by("portal-of-other")
    report = one.ok("report.submit", clue(mine))["entity_id"]
    card = {"supervisor": mine, "department": "bureau", "number": "LC-0001", "issued_on": one.at[:10]}
    card = daemon.client().ok("certificate.issue", card)["entity_id"]
    for case in (report, mine, one.case(mine)["application"], card):
        assert one.case(case)["id"] == case and one.explain(case)["history"]
        for query in ("case.get", "case.explain"):
            hidden, absent = (two.refused("unknown-case", query, {"id": id}) for id in (case, "R-530900-99999999"))
            assert hidden["because"] == absent["because"], "as if it were not there"
    listed = [c["id"] for c in one.ok("case.list", {"entity": "report", "limit": 500})["cases"]]
    assert report in listed
    assert report not in [c["id"] for c in two.ok("case.list", {"entity": "report", "limit": 500})["cases"]]
    assert [c["id"] for c in one.ok("case.list", {"entity": "supervisor"})["cases"]] == [mine]
    assert one.ok("content.read", {"id": report, "supervisor": mine}, reason="x")["content"]
    one.refused("not-your-supervisor", "content.read", {"id": report, "department": "fund"}, reason="x")
    two.refused("not-your-supervisor", "content.read", {"id": report, "supervisor": mine}, reason="x")
    staff = daemon.by("staff")
    assert staff.ok("content.read", {"id": report, "department": "fund"}, reason="x")["content"]
    staff.refused("not-your-department", "content.read", {"id": report, "supervisor": mine}, reason="x")
    daemon.by("intake").refused("role-may-not", "content.read", {"id": report, "department": "fund"}, reason="x")


def test_a_portal_and_a_dismissal(daemon, people):
    """The statement in a dismissal case is taken for the supervisor it is about."""
    admin = daemon.client()
    s = appoint(admin, another())
    mine, _ = people
    d = admin.ok("dismissal.open", {"supervisor": s, "department": "bureau", "grounds": ["unable"], "evidence": "某"})
    body = {"dismissal": d["entity_id"], "statement": "某"}
    daemon.by("portal-of-one").refused("not-your-case", "dismissal.hear", body)
    daemon.by("county").refused("not-your-case", "dismissal.hear", body)
    assert daemon.by("fund").ok("dismissal.hear", body)["state"]


def test_what_a_portal_is_told_of_documents_and_duties(daemon, people):
    """LC-11.2, LC-6.2: of its own supervisors; of a document's other recipients nothing."""
    mine, other = people
    one, admin = daemon.by("portal-of-one"), daemon.client()
    d = {"department": "agency", "kind": "document", "title": "某", "reference": "x", "recipients": [mine, other], "requires_ack": True}
    d = admin.ok("document.send", d)["entity_id"]
    assert one.ok("document.outstanding", {"supervisor": mine})["outstanding"][0]["document"] == d
    for body in ({"supervisor": other}, {"document": d}):
        one.refused("unknown-case", "document.outstanding", body)
    assert len(daemon.by("fund").ok("document.outstanding", {"document": d})["outstanding"]) == 2
    assert one.ok("supervisor.record", {"supervisor": mine})["documents"]["outstanding"] == 1
    one.refused("not-a-supervisor", "supervisor.record", {"supervisor": other})
    assert one.ok("document.acknowledge", {"document": d, "supervisor": mine})
    found = {name: [s["id"] for s in daemon.by(name).ok("supervisor.find", {"limit": 500})["supervisors"]] for name in ("fund", "county")}
    assert mine in found["fund"] and found["county"] == []
    for name in ("intake", "county", "portal-of-one"):
        assert daemon.by(name).ok("institution.find", {})["institutions"] == []


def test_an_intake_sees_what_it_handed_in(daemon):
    one, two = daemon.by("intake"), daemon.by("another-intake")
    a = apply(one)
    assert one.case(a)["id"] == a
    two.refused("unknown-case", "case.get", {"id": a})
    one.refused("role-may-not", "content.read", {"id": a, "department": "bureau"}, reason="x")
    for type, more in (("application.withdraw", {}), ("application.supplement", {"phone": "13800000001"})):
        before = daemon.client().last_seq()
        two.refused("not-your-case", type, {"application": a, **more})
        assert daemon.client().last_seq() == before
    one.refused("unknown-case", "application.withdraw", {"application": "A-530900-99999999"})
    assert one.ok("application.withdraw", {"application": a})["state"] == "withdrawn"


def test_what_a_department_sees(daemon):
    """LC-10.1, LC-10.3, LC-7.A1: its own reports as lead or assisting; whoever manages sees all; and of a report
    that accuses one of his departments nobody sees anything, unless it is another of his that handles it."""
    admin = daemon.client()
    s = appoint(admin, another())
    own = admin.ok("report.submit", clue(s, county="530902"))
    assert own["department"] == "county-530902"
    others = admin.ok("report.submit", clue(s, county="530921"))["entity_id"]
    own = own["entity_id"]
    accusing_county = admin.ok("report.submit", clue(s, accused=["county-530902"]))["entity_id"]
    accusing_fund = admin.ok("report.submit", clue(s, accused=["fund"]))["entity_id"]
    for name, departments in {"discipline": ["discipline"], "two": ["fund", "discipline"], "boss": ["fund", "bureau"],
                              "county-2": ["county-530902", "county-530921"], "none": ["no-such-thing"]}.items():
        daemon.grant(f"d-{name}", "staff", departments=departments)
    daemon.reload()
    assert admin.case(accusing_fund)["department"] == "county-530902"
    sees = {"county": {own, accusing_fund}, "fund": {own, others, accusing_county}, "staff": {own, others, accusing_county, accusing_fund},
            "d-discipline": {own, others, accusing_county, accusing_fund}, "d-two": {own, others, accusing_county, accusing_fund},
            "d-boss": {own, others, accusing_county}, "d-county-2": {own, others, accusing_fund}, "d-none": set()}
    everything = {own, others, accusing_county, accusing_fund}
    for name, expected in sees.items():
        c = daemon.by(name)
        seen = {r for r in everything if c.ask("case.get", {"id": r})["status"] == "ok"}
        explained = {r for r in everything if c.ask("case.explain", {"id": r})["status"] == "ok"}
        listed = {r["id"] for r in c.ok("case.list", {"entity": "report", "limit": 500})["cases"]} & everything
        work = {r["id"] for d in ("county-530902", "county-530921", "discipline") for r in
                c.ok("case.list", {"entity": "report", "state": "registered", "department": d, "limit": 500})["cases"]} & everything
        assert seen == explained == listed == expected, name
        assert work <= expected, name


def test_who_is_limited_to_departments_hears_no_events(daemon):
    """Events and counts tell of the whole division, so of reports about one's own department too."""
    for name in ("county", "fund"):
        c = daemon.by(name)
        c.refused("whole-division", "events.since", {"after": 0})
        c.refused("whole-division", "stats.get", {})
    assert nobody_hears(daemon.hears("county"), daemon.hears("fund"))
    assert hears_something(daemon.hears("staff")) and daemon.by("staff").ok("stats.get", {})


def test_who_may_not_hear(daemon):
    """Nothing is heard whatever is subscribed to: the connection is refused, not the topic. PUB could not."""
    assert nobody_hears(*(daemon.hears(name, "") for name in ("intake", "supervisor-portal", "weihai")))


def test_a_hall_for_one_division():
    """An endpoint carries what all who may connect to it may hear."""
    port = free_port()
    hall = f"tcp://127.0.0.1:{port}"
    d = Keyed(events=f", {{ endpoint: '{hall}', divisions: [{WEIHAI}] }}")
    d.grant("weihai", "watch", divisions=[WEIHAI]).grant("all", "watch").grant("lincang", "watch", divisions=[LINCANG])
    with d:
        c = d.client()
        one, other, both = d.hears("weihai", "", endpoint=hall), d.hears("lincang", "", endpoint=hall), d.hears("all", "J.")
        beat = event(one)[1]
        assert [v["division"] for v in beat["divisions"]] == [WEIHAI]
        assert hears_something(d.hears("all", "S."))
        made = {apply(c, division) for division in CITIES}
        wait_for(lambda: made.discard(event(both)[1]["id"]) or not made, "both applications to be heard of")
        heard = []
        while (e := event(one, 500)):
            heard.append(e[1].get("division"))
        assert WEIHAI in heard and LINCANG not in heard
        assert not other.poll(0)
        # who keeps one of two halls loses the other
        there = d.hears("all", "", endpoint=hall)
        assert hears_something(there)
        d.grant("all", "watch", divisions=[WEIHAI]).reload()
        while both.poll(200):
            both.recv_multipart()
        apply(c, LINCANG)
        apply(c, WEIHAI)
        assert nobody_hears(both)
        assert hears_something(there) and not d.logged().count("events-1 begins anew")


# ---------------------------------------------------------------- the same id

def test_the_same_message_by_another_key(daemon):
    """The first receipt is for who sent the first message: not for another key, even of the same role, which knows
    the whole message; and one that may not send it does not learn that it was sent."""
    one, two, watch = daemon.by("intake"), daemon.by("another-intake"), daemon.by("watch")
    id, body = uuid7(), form(another())
    first = one.ok("application.submit", body, id=id)
    assert one.ok("application.submit", body, id=id) == first
    stolen = two.refused("id-reused", "application.submit", body, id=id)
    assert first["entity_id"] not in str(stolen)
    watch.refused("role-may-not", "application.submit", body, id=id)
    assert daemon.by("admin").ok("application.submit", body, id=id) == first


def test_the_same_report_by_a_portal_that_may_not(daemon, people):
    mine, _ = people
    id = uuid7()
    first = daemon.by("portal-of-one").ok("report.submit", clue(mine), id=id)
    refusal = daemon.by("portal-of-other").refused("not-your-supervisor", "report.submit", clue(mine), id=id)
    assert first["entity_id"] not in str(refusal)


def test_a_routing_id_is_the_daemons_to_give(daemon):
    """One that a peer chose could be taken over by another, who would get the first one's receipts: so with a key
    nobody chooses. Who takes it anyway gets nothing of the other's."""
    chosen = daemon.by("admin", identity=b"front-end-1")
    chosen.refused("own-routing-id", "health.get", {})
    thief = daemon.by("watch", identity=b"front-end-1")
    assert thief.ask("health.get", {}, timeout=700) is None, "taken already: libzmq lets nobody take it over"
    chosen.close()

    def again():
        """On a new connection each time: one that came too early is never heard."""
        late = daemon.by("watch", identity=b"front-end-1")
        receipt = late.ask("health.get", {}, timeout=300)
        late.close()
        return receipt
    receipt = wait_for(again, "the name to be free again")
    assert receipt["code"] == "own-routing-id"
