"""What lies sealed leaves by a recorded read: who saw what, when and why; never whom a report accuses."""

import pytest
import zmq

from jd import (CITIES, LINCANG, WEIHAI, Daemon, all_events, another, apply, appoint, assert_fact, clear, clue, decision,
                fields, form, rules, uuid7, wait_for)

WHO = {"department": "bureau"}


def read(id, **who):
    return {"id": id, **(who or WHO)}


@pytest.fixture
def s(c):
    return appoint(c)


@pytest.fixture
def r(c, s):
    return c.ok("report.submit", clue(s))["entity_id"]


@pytest.mark.parametrize("division, rule", [(LINCANG, "LC-9.5"), (WEIHAI, "WH-7.3")])
def test_a_read_is_recorded_before_it_is_answered(c, division, rule):
    """LC-9.5, WH-7.3, Decree 735 arts 32 and 35: one entry, one event, and who read stands open in both."""
    s = appoint(c, division=division)
    r = c.ok("report.submit", clue(s), division)["entity_id"]
    before, version = c.last_seq(division), c.case(r)["version"]
    receipt = c.ok("content.read", read(r), division, reason="办理需要")
    assert receipt["content"][0]["body"] == clue(s)
    assert rules(receipt) == {rule} and receipt["because"][0]["value"] == "bureau"
    assert (receipt["seq"], receipt["version"], receipt["entity_id"]) == (before + 1, version + 1, r)
    event, = all_events(c, division, before)
    assert (event["event"], event["entity"], event["id"], event["cause"]) == ("read", "report", r, receipt["id"])
    assert "办理需要" not in str(event) + str(c.explain(r)), "why is sealed"
    assert c.explain(r)["history"][-1]["because"][0]["value"] == "bureau"


def test_a_read_needs_a_reason(c, r):
    seq = c.last_seq()
    assert fields(c.refused("reason-required", "content.read", read(r))) == {"reason"}
    assert c.last_seq() == seq, "and what is refused leaves no trace"


@pytest.mark.parametrize("who", [{}, {"department": "bureau", "supervisor": "S-530900-00000001"}])
def test_somebody_reads(c, r, who):
    c.refused("inconsistent", "content.read", {"id": r, **who}, reason="办理")


def test_asked_again_it_is_the_same(daemon, c, s, r):
    """PIPL 51: the first receipt with the content as it was, whatever came since; nothing is recorded twice."""
    id = uuid7()
    first = c.ok("content.read", read(r), id=id, reason="办理")
    c.ok("report.supplement", {"report": r, "supervisor": s, "text": "补充"})
    seq = c.last_seq()
    assert c.ok("content.read", read(r), id=id, reason="办理") == first
    daemon.kill_worker(LINCANG)
    assert c.ok("content.read", read(r), id=id, reason="办理") == first and c.last_seq() == seq
    c.refused("id-reused", "content.read", read(r), id=id, reason="别的")
    again = c.content(r)
    assert [step["type"] for step in again] == ["report.supplement", "content.read", "report.submit"]
    assert again[1]["reason"] == "办理" and again[1]["body"] == read(r), "the reason shows in a read, itself recorded"


@pytest.mark.parametrize("division, accused, rule", [(LINCANG, "fund", "LC-10.3"), (WEIHAI, "fund", "WH-6.2"),
                                                     (LINCANG, "bureau", "LC-10.3"), (LINCANG, "county-530902", "LC-10.3")])
def test_never_whom_it_accuses(c, division, accused, rule):
    """LC-10.3, WH-6.2, petition art. 22: not even with a reason."""
    s = appoint(c, division=division)
    target = {"target": "agency", "category": "LC.A1"} if division == LINCANG else {}
    r = c.ok("report.submit", clue(s, accused=[accused], **target), division)["entity_id"]
    seq = c.last_seq(division)
    refused = c.refused("accused-may-not-read", "content.read", read(r, department=accused), division, reason="办理")
    assert fields(refused) == {"department"} and len(rules(refused)) == 1
    assert c.last_seq(division) == seq
    lead = c.case(r)["department"]
    if lead:
        assert c.content(r, department=lead)


def test_only_who_works_on_it(c, r):
    """PIPL 51: the lead, who assists, who manages, the authority."""
    lead, assist = c.case(r)["department"], c.case(r).get("assist", [])
    for department in {lead, *assist, "fund", "bureau"}:
        assert c.content(r, department=department)
    assert lead != "county-530927"
    assert fields(c.refused("not-assigned", "content.read", read(r, department="county-530927"), reason="看看")) == {"department"}
    c.refused("unknown-in-policy", "content.read", read(r, department="nobody"), reason="看看")


def test_forms_are_for_the_bureau(c):
    a = clear(c, apply(c))
    c.refused("not-the-authority", "content.read", read(a, department="agency"), reason="看看")
    assert c.content(a, department="fund") and c.content(a, department="bureau")


def test_a_supervisor_reads_what_is_their_own(c, s, r):
    """PIPL 45: one's own report in one's own words with the feedback, application and appointment; nobody else's."""
    desk = {"report": r, "department": c.case(r)["department"]}
    c.ok("report.accept", desk)
    c.ok("report.result", {**desk, "result": "partly", "summary": "内部情况"})
    c.ok("report.feedback", {**desk, "channel": "phone", "text": "已告知"})
    own = c.content(r, supervisor=s)
    assert [step["type"] for step in own] == ["report.feedback", "report.submit"] and "内部情况" not in str(own)
    a = c.case(s)["application"]
    assert c.content(a, supervisor=s)[-1]["type"] == "application.submit"
    assert "application.decide" in {step["type"] for step in c.content(s, supervisor=s)}
    other = appoint(c)
    for id in (r, a, s):
        c.refused("not-your-own", "content.read", read(id, supervisor=other), reason="看看")
    case = {"supervisor": s, "department": "bureau", "grounds": ["unable"], "evidence": "证据"}
    d = c.ok("dismissal.open", case)["entity_id"]
    c.refused("not-your-own", "content.read", read(d, supervisor=s), reason="看看")
    assert c.content(d)[0]["body"]["evidence"] == "证据"


@pytest.mark.parametrize("id, code", [("R-530900-99999999", "unknown-case"), ("R-371000-00000001", "not-own-division"),
                                      ("Z-530900-00000001", "bad-format")])
def test_what_is_not_there(c, id, code):
    assert fields(c.refused(code, "content.read", read(id), reason="看看")) == {"id"}


def test_who_read(c, s, r):
    """PIPL 51, 57: the store says who saw what, and when; the reasons are read by a read."""
    assert c.ok("reads.list", {"id": r})["reads"] == []
    c.content(r, "第一次", department="fund")
    c.content(r, "第二次", supervisor=s)
    answer = c.ok("reads.list", {"id": r})
    assert [(x["reader"], x["type"], x["id"]) for x in answer["reads"]] == [
        ("self", "content.read", r), ("fund", "content.read", r)]
    assert {x["sender"] for x in answer["reads"]} == {"local"} and "第一次" not in str(answer)
    a = c.case(s)["application"]
    c.content(a, department="fund")
    c.content(s)
    for id in (a, s):  # about the person, through whichever case
        assert [(x["reader"], x["id"]) for x in c.ok("reads.list", {"id": id})["reads"]] == [("fund", a), ("bureau", s)]


def test_much_is_read_in_parts(c, s, r):
    """A receipt holds 200 entries; the rest is asked for behind, each part a read of its own."""
    for n in range(230):
        c.ok("report.supplement", {"report": r, "supervisor": s, "text": f"补充{n}"})
    receipt = c.ok("content.read", read(r), reason="办理")
    assert len(receipt["content"]) == 200
    rest = c.ok("content.read", {**read(r), "before": receipt["content_next"]}, reason="办理")
    texts = [x["body"]["text"] for x in receipt["content"] + rest["content"]]
    assert texts == [f"补充{n}" for n in reversed(range(230))] + [clue(s)["text"]] and "content_next" not in rest


def test_reads_at_once_do_not_fill_a_frame(c, s):
    """Receipts of a batch go back in one frame: whoever asks for more than fits is told to come again."""
    r = c.ok("report.submit", clue(s, text="长" * 4000))["entity_id"]
    for n in range(60):
        c.ok("report.supplement", {"report": r, "supervisor": s, "text": "长" * 4000})
    sent = [c.send("content.read", read(r), reason="办理") for _ in range(120)]
    got = {(x := c.receive(30000))["id"]: x for _ in sent}
    assert set(got) == set(sent) and {x["code"] for x in got.values()} <= {"recorded", "busy"}
    for id, x in got.items():
        assert x["code"] == "busy" or len(x["content"]) >= 61
    later = [id for id, x in got.items() if x["code"] == "busy"]
    for id in later[:3]:
        assert c.ok("content.read", read(r), id=id, reason="办理")["content"]


def test_the_command_line(daemon, c, s, r):
    done = daemon.ctl("get", r, "--content", "--department", "bureau", "--reason", "核对", check=0)
    assert clue(s)["text"] in done.stdout
    assert clue(s)["text"] not in daemon.ctl("get", r, check=0).stdout
    assert "bureau" in daemon.ctl("reads", r, check=0).stdout
    assert "reason-required" in daemon.ctl("get", r, "--content", "--department", "bureau", check=65).stderr


def test_everything_sealed_can_be_read(c, s):
    """Applications, appointments, cases for dismissal and what is owed."""
    assert_fact(c, s, "criminal_punishment")
    o = c.ok("case.list", {"entity": "obligation", "limit": 1})["cases"][0]["id"]
    c.ok("obligation.waive", {"obligation": o, "department": "bureau"}, reason="本年不办")
    assert c.content(o)[0]["reason"] == "本年不办"
    a = c.ok("application.submit", form(another()))["entity_id"]
    c.ok("application.decide", decision(a, "reject", note="名额已满"))
    assert c.content(a)[0]["body"]["note"] == "名额已满"


def test_a_pushed_read_answers_nobody():
    """LC-9.5: it is recorded, and nothing of the content is announced."""
    with Daemon(CITIES[:1]) as d:
        c, push = d.client(), d.client(zmq.PUSH)
        r = c.ok("report.submit", clue(appoint(c)))["entity_id"]
        id = push.send("content.read", read(r), reason="核对")
        wait_for(lambda: all_events(c, LINCANG)[-1]["cause"] == id, "the read to be recorded")
        assert clue("S-530900-1")["text"] not in str(all_events(c, LINCANG))
        assert [x["reader"] for x in c.ok("reads.list", {"id": r})["reads"]] == ["bureau"]
