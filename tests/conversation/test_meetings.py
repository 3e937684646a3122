"""Meetings, training and hearings: who may hold which, who was there, and what they meet."""

import pytest

from jd import LINCANG, NOW, WEIHAI
from jd import Daemon, all_events, appoint, bent_policies, clue, fields, rules

START = "2026-01-05T09:00:00+08:00"


def meeting(*attendees, **changes):
    body = {"department": "bureau", "kind": "half-yearly", "held_on": NOW[:10], "attendees": list(attendees),
            "hours": 3, "material": "meeting/1", "material_sha256": "ab" * 32, "summary": "通报工作情况、交流经验"}
    return {k: v for k, v in {**body, **changes}.items() if v is not None}


def owed(c, division, code, *states):
    found = []
    for state in states or ("open", "overdue"):
        page = c.ok("case.list", {"entity": "obligation", "state": state, "limit": 500}, division)
        found += [o for o in page["cases"] if o["obligation"] == code]
    return found


def said(c, id):
    return [(e["event"], e.get("due")) for e in all_events(c, id[2:8]) if e["id"] == id]


def settled(c, division=LINCANG, code="meeting"):
    """What was owed since before anybody was there is waived: a clock that begins today."""
    c.wind(c.at, division)
    while owed(c, division, code, "overdue"):
        case, = owed(c, division, code, "overdue")
        c.ok("obligation.waive", {"obligation": case["id"], "department": "bureau"}, division, reason="制度试行前")
        c.wind(c.at, division)
    case, = owed(c, division, code)
    return case


def test_half_a_year_without_a_meeting():
    """LC-10.6 in principle every half-year: held, the next half-year begins; six months without one is told once,
    softly, and no state is blocked; the next meeting is late and begins a new half-year."""
    with Daemon([LINCANG], at=START) as d:
        c = d.client()
        s = appoint(c)
        old = settled(c)
        receipt = c.ok("meeting.record", meeting(s))
        assert (receipt["entity"], receipt["state"], rules(receipt)) == ("meeting", "recorded", {"LC-10.6"})
        assert receipt["entity_id"].startswith("M-530900-")
        case = c.case(receipt["entity_id"])
        assert {k: case[k] for k in ("act", "kind", "held_on", "attended", "hours", "department")} == {
            "act": "meeting", "kind": "half-yearly", "held_on": "2026-01-05", "attended": 1, "hours": 3,
            "department": "bureau"}
        assert c.case(old["id"])["state"] == "done" and c.case(old["id"])["done_on"] == "2026-01-05"
        now, = owed(c, LINCANG, "meeting")
        assert (now["from"], now["due"], now["force"]) == ("2026-01-05", "2026-07-05", "in-principle")

        c.wind("2026-07-06T00:00:00+08:00", LINCANG)
        c.wind("2026-12-01T00:00:00+08:00", LINCANG)
        assert [e for e, _ in said(c, now["id"])] == ["begun", "warned", "warned", "overdue"]
        soft, = owed(c, LINCANG, "meeting")
        assert (soft["id"], soft["state"], soft["overdue"], soft["force"]) == (now["id"], "overdue", True, "in-principle")
        c.ok("report.submit", clue(s)), appoint(c)  # late, and nothing is blocked

        c.ok("meeting.record", meeting(s, held_on="2026-11-30"))
        assert c.case(now["id"])["state"] == "done-late"
        later, = owed(c, LINCANG, "meeting")
        assert (later["from"], later["due"]) == ("2026-11-30", "2027-05-30")


def test_a_year_without_a_plenary():
    """WH-11.1 at least once a year, hard; a thematic meeting (WH-11.2) of a section does not meet it."""
    with Daemon([WEIHAI], at=START) as d:
        c = d.client()
        s = appoint(c, division=WEIHAI)
        settled(c, WEIHAI, "plenary")
        c.ok("meeting.record", meeting(s, kind="plenary"), WEIHAI)
        now, = owed(c, WEIHAI, "plenary")
        assert (now["due"], now["force"]) == ("2027-01-05", "must")
        thematic = meeting(s, kind="thematic", department="benefit")
        receipt = c.ok("meeting.record", thematic, WEIHAI)
        assert rules(receipt) == {"WH-11.2"} and c.case(receipt["entity_id"])["department"] == "benefit"
        assert owed(c, WEIHAI, "plenary") == [now]
        c.wind("2027-01-06T00:00:00+08:00", WEIHAI)
        assert said(c, now["id"])[-1] == ("overdue", "2027-01-05")


def test_recorded_late_but_held_in_time():
    """LC-10.6: what counts is the day it was held. Lateness was told, and stands in the history; it was not late."""
    with Daemon([LINCANG], at=START) as d:
        c = d.client()
        s = appoint(c)
        now = settled(c)
        c.wind("2026-08-01T09:00:00+08:00", LINCANG)
        assert c.case(now["id"])["state"] == "overdue"
        held = now["due"]
        c.ok("meeting.record", meeting(s, held_on=held))
        case = c.case(now["id"])
        assert (case["state"], case["done_on"], case["overdue"]) == ("done", held, False)
        last = [e for e in all_events(c, LINCANG) if e["id"] == now["id"]][-1]
        assert (last["event"], last["from"], last["to"]) == ("met", "overdue", "done")
        assert owed(c, LINCANG, "meeting")[0]["from"] == held


def test_recorded_out_of_order():
    """LC-10.6: an older meeting recorded after a newer one is kept and moves no clock back."""
    with Daemon([LINCANG], at=START) as d:
        c = d.client()
        s = appoint(c)
        settled(c)
        c.at = "2026-03-20T09:00:00+08:00"
        c.ok("meeting.record", meeting(s, held_on="2026-03-10"))
        now, = owed(c, LINCANG, "meeting")
        for day in ("2026-02-01", "2026-03-10"):
            r = c.ok("meeting.record", meeting(s, held_on=day))
            assert c.case(r["entity_id"])["state"] == "recorded"
            assert owed(c, LINCANG, "meeting") == [now]
        c.ok("meeting.record", meeting(s, held_on="2026-03-11"))
        assert owed(c, LINCANG, "meeting")[0]["due"] == "2026-09-11"


def test_a_record_that_was_wrong():
    """LC-10.6: withdrawn with a reason by the authority, the newest record gives back what it met; an older one only
    stops counting."""
    with Daemon([LINCANG], at=START) as d:
        c = d.client()
        s = appoint(c)
        first = settled(c)
        a = c.ok("meeting.record", meeting(s))["entity_id"]
        second, = owed(c, LINCANG, "meeting")
        c.at = "2026-05-05T09:00:00+08:00"
        b = c.ok("meeting.record", meeting(s, held_on="2026-05-04"))["entity_id"]
        third, = owed(c, LINCANG, "meeting")
        body = {"meeting": b, "department": "bureau"}
        c.refused("reason-required", "meeting.withdraw", body)
        c.refused("not-the-authority", "meeting.withdraw", {**body, "department": "fund"}, reason="误录")
        c.refused("unknown-case", "meeting.withdraw", {**body, "meeting": s}, reason="误录")

        c.ok("meeting.withdraw", {**body, "meeting": a}, reason="误录")  # newer ones rest on what came behind it
        assert c.case(first["id"])["state"] == "done" and owed(c, LINCANG, "meeting") == [third]
        receipt = c.ok("meeting.withdraw", body, reason="误录")
        assert receipt["state"] == "withdrawn" and rules(receipt) == {"LC-10.6"}
        again, = owed(c, LINCANG, "meeting")
        assert (again["id"], again["state"], again["due"]) == (second["id"], "open", second["due"])
        assert "done_on" not in again and c.case(third["id"])["state"] == "waived"
        assert [e for e, _ in said(c, second["id"])][-2:] == ["met", "reopened"]
        c.refused("illegal-move", "meeting.withdraw", body, reason="误录")
        assert c.ok("supervisor.record", {"supervisor": s})["meetings"] == []

        d.kill_worker(LINCANG)
        c.wind("2026-07-06T00:00:00+08:00", LINCANG)  # the clock that was set again fires, also behind a crash
        assert c.case(second["id"])["state"] == "overdue"
        c.ok("meeting.record", meeting(s, held_on="2026-06-30"))
        assert c.case(second["id"])["state"] == "done"


def test_a_withdrawal_that_comes_late():
    """LC-10.6: what is owed again may be late at once, and says so."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        c.wind("2026-03-01T09:00:00+08:00", LINCANG)
        now, = owed(c, LINCANG, "meeting")
        s = appoint(c)
        due = now["due"]
        m = c.ok("meeting.record", meeting(s, held_on="2026-03-01"))["entity_id"]
        assert c.case(now["id"])["state"] == "done-late"
        c.ok("meeting.withdraw", {"meeting": m, "department": "bureau"}, reason="误录")
        c.wind(c.at, LINCANG)
        assert said(c, now["id"])[-2:] == [("reopened", due), ("overdue", due)]


def test_who_may_hold_what(c):
    """LC-10.6, WH-11.1, WH-11.2: the bureau the plenary, sections and 医保中心 the thematic ones; nothing is written."""
    s, w = appoint(c), appoint(c, division=WEIHAI)
    before = c.last_seq(), c.last_seq(WEIHAI)
    assert rules(c.refused("not-the-authority", "meeting.record", meeting(s, department="agency"))) == {"LC-10.6"}
    c.refused("unknown-in-policy", "meeting.record", meeting(s, department="nobody"))
    c.refused("unknown-in-policy", "meeting.record", meeting(s, kind="plenary"))
    c.refused("not-the-authority", "meeting.record", meeting(w, kind="plenary", department="fund"), WEIHAI)
    said = c.refused("not-the-authority", "meeting.record", meeting(w, kind="thematic"), WEIHAI)
    assert "fund" in said["because"][0]["expected"] and "centre" in said["because"][0]["expected"]
    assert (c.last_seq(), c.last_seq(WEIHAI)) == before
    c.ok("meeting.record", meeting(s, department="fund"))
    c.ok("meeting.record", meeting(w, kind="thematic", department="centre"), WEIHAI)


def test_who_was_there(c):
    """LC-10.6: supervisors, each once, in term on that day, and not on a day to come."""
    s, w = appoint(c), appoint(c, division=WEIHAI)
    before = c.last_seq()
    assert fields(c.refused("out-of-bounds", "meeting.record", meeting())) == {"attendees"}
    c.refused("missing-field", "meeting.record", meeting(s, attendees=None))
    c.refused("not-own-division", "meeting.record", meeting(s, w))
    c.refused("not-a-supervisor", "meeting.record", meeting("S-530900-99999999"))
    c.refused("unknown-case", "meeting.record", meeting("A-530900-00000001"))
    c.refused("unknown-case", "meeting.record", meeting("somebody"))
    assert fields(c.refused("inconsistent", "meeting.record", meeting(s, s))) == {"attendees"}
    c.refused("not-yet", "meeting.record", meeting(s, held_on="2026-01-06"))
    c.refused("not-in-term", "meeting.record", meeting(s, held_on="2026-01-04"))
    c.refused("bad-format", "meeting.record", meeting(s, material_sha256="xyz"))
    assert c.last_seq() == before


def test_who_is_no_supervisor_any_more():
    """LC-10.6, WH-9.4: whoever resigned was a supervisor until that day; a meeting before it may name them."""
    with Daemon([WEIHAI]) as d:
        c = d.client()
        s = appoint(c, division=WEIHAI)
        c.at = "2026-02-02T09:00:00+08:00"
        c.ok("resignation.submit", {"supervisor": s, "statement": "工作调动"}, WEIHAI)
        assert c.case(s)["ended_on"] == "2026-02-02"
        c.at = "2026-03-02T09:00:00+08:00"
        body = meeting(s, kind="plenary", held_on="2026-02-02")
        c.refused("not-in-term", "meeting.record", {**body, "held_on": "2026-02-03"}, WEIHAI)
        c.ok("meeting.record", body, WEIHAI)


def test_training():
    """LC-10.7 policy and law, counted for those who were there (LC-9.1); Weihai's text has no such duty, and forbids
    none: its policy has a kind of its own."""
    with Daemon() as d:
        c = d.client()
        s, w = appoint(c), appoint(c, division=WEIHAI)
        receipt = c.ok("training.record", meeting(s, kind="law", hours=6))
        assert rules(receipt) == {"LC-10.7"} and c.case(receipt["entity_id"])["act"] == "training"
        c.ok("training.record", meeting(s, kind="law", hours=2))
        c.ok("training.record", meeting(s, kind="policy", hours=None))
        assert {(m["act"], m["kind"], m["attended"], m["hours"])
                for m in c.ok("supervisor.record", {"supervisor": s})["meetings"]} == {
            ("training", "law", 2, 8), ("training", "policy", 1, 0)}
        assert rules(c.ok("training.record", meeting(w, kind="training"), WEIHAI)) == set()
        c.refused("unknown-in-policy", "training.record", meeting(w, kind="law"), WEIHAI)
        assert [e["event"] for e in all_events(c, LINCANG) if e["entity"] == "meeting"] == ["trained"] * 3


@pytest.mark.parametrize("kind", ["income", "expenditure", "management"])
def test_hearings(c, kind):
    """WH-6.7: the bureau or the agency reports on income, expenditure and management, with what was handed out; in
    Lincang there is no such thing."""
    s, w = appoint(c), appoint(c, division=WEIHAI)
    body = meeting(w, kind=kind, department="centre")
    assert fields(c.refused("missing-field", "hearing.record", {k: v for k, v in body.items() if k != "material"},
                            WEIHAI)) == {"material"}
    c.refused("not-the-authority", "hearing.record", {**body, "department": "fund"}, WEIHAI)
    receipt = c.ok("hearing.record", body, WEIHAI)
    assert rules(receipt) == {"WH-6.7"} and c.case(receipt["entity_id"])["act"] == "hearing"
    assert [e["event"] for e in all_events(c, WEIHAI) if e["entity"] == "meeting"][-1] == "heard"
    c.refused("not-in-regulation", "hearing.record", meeting(s, kind=kind))


@pytest.mark.parametrize("of, kind", [("hearing", ""), ("training", "kind: training, ")])
def test_what_another_city_may_ask_for(tmp_path, of, kind):
    """WH-6.7, LC-10.7 name no frequency; where a policy sets one, hearings and trainings meet it with no line of C."""
    plenary = "  - { code: plenary, of: meeting"
    regular = (f"  - {{ code: regular, of: {of}, {kind}every_months: 3, force: must, owner: bureau, rule: WH-6.7, "
               "basis: local, label: 每季度 }\n")
    policies = bent_policies(tmp_path / "policies", (f"{WEIHAI}.yaml", plenary, regular + plenary))
    with Daemon([WEIHAI], at=START, policies=policies) as d:
        c = d.client()
        s = appoint(c, division=WEIHAI)
        settled(c, WEIHAI, "plenary"), settled(c, WEIHAI, "regular")
        c.at = "2026-02-02T09:00:00+08:00"
        if of == "hearing":
            c.ok("training.record", meeting(s, kind="training", held_on="2026-02-02"), WEIHAI)
        assert owed(c, WEIHAI, "regular")[0]["due"] != "2026-05-02"
        c.ok(f"{of}.record", meeting(s, kind="income" if of == "hearing" else "training", held_on="2026-02-02"), WEIHAI)
        assert owed(c, WEIHAI, "regular")[0]["due"] == "2026-05-02"
        c.wind("2026-05-03T00:00:00+08:00", WEIHAI)
        assert owed(c, WEIHAI, "regular", "overdue")[0]["due"] == "2026-05-02"


def test_what_is_kept_and_what_is_told(c):
    """LC-10.6: the summary stands in the sealed body, for who gives a reason; events carry neither it nor who was there."""
    s = appoint(c)
    m = c.ok("meeting.record", meeting(s, summary="某某反映的情况"))["entity_id"]
    told = [e for e in all_events(c, LINCANG) if e["id"] == m]
    assert len(told) == 1 and told[0]["event"] == "held"
    assert "某某" not in str(told) and s not in str(told)
    assert "summary" not in c.case(m)
    c.refused("reason-required", "content.read", {"id": m, "department": "bureau"})
    content, = c.ok("content.read", {"id": m, "department": "bureau"}, reason="核对会议记录")["content"]
    assert content["body"]["summary"] == "某某反映的情况" and content["body"]["attendees"] == [s]
    kinds = c.ok("policy.show", {})["policy"]
    assert [k["code"] for k in kinds["meetings"]] == ["half-yearly"] and kinds["hearings"] == []


def test_the_same_record_twice(c):
    """A record sent again under its id is one effect; another content under it is a conflict."""
    s = appoint(c)
    id = "0198c2f0-0000-7000-8000-0000000000aa"
    first = c.ok("meeting.record", meeting(s), id=id)
    assert c.ok("meeting.record", meeting(s), id=id) == first
    c.refused("id-reused", "meeting.record", meeting(s, hours=4), id=id)
