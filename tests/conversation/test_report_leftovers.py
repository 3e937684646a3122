"""What a report says beside its text, how it ends by kind, feedback that does not arrive, and what is counted."""

import pytest

from jd import CITIES, LINCANG, WEIHAI
from jd import Daemon, all_events, appoint, clue, fields, resulted, rules

VOICE = {"target": None, "category": None, "nature": None}


@pytest.fixture(scope="module")
def who(daemon):
    c = daemon.client()
    return {division: appoint(c, division=division) for division in CITIES}


def meters(c, division):
    return c.ok("stats.get", {}, division)["meters"]


def unchanged(c, division):
    answer = c.ok("stats.get", {}, division)
    return c.last_seq(division), answer["stats"], answer["meters"]


# ---------------------------------------------------------------- on the spot

def test_what_was_done_on_the_spot(c, who):
    """LC-8.1, LC-9.4: on site, pointed out, corrected, the certificate shown: open data of the case; the words of what
    came of it are not."""
    body = clue(who[LINCANG], on_site=True, correction_demanded=True, correction_result="当场退还", certificate_shown=True)
    r = c.ok("report.submit", body)["entity_id"]
    case = c.case(r)
    assert (case["on_site"], case["correction_demanded"], case["certificate_shown"]) == (True, True, True)
    assert "correction_result" not in case and "当场退还" not in repr(all_events(c, LINCANG))
    plain = c.case(c.ok("report.submit", clue(who[LINCANG]))["entity_id"])
    assert not {"on_site", "correction_demanded", "certificate_shown"} & set(plain)
    denied = c.case(c.ok("report.submit", clue(who[LINCANG], on_site=False, certificate_shown=False))["entity_id"])
    assert (denied["on_site"], denied["certificate_shown"]) == (False, False)


@pytest.mark.parametrize("body, field", [
    ({"on_site": False, "correction_demanded": True}, "correction_demanded"),
    ({"correction_demanded": False, "correction_result": "当场退还"}, "correction_result"),
    ({"on_site": True, "correction_demanded": False, "correction_result": "当场退还"}, "correction_result")])
def test_none_against_the_other(c, who, body, field):
    """LC-8.1: 现场监督，当场指出并要求纠正: no demand where nobody was, no result of what was not
    demanded; what is left out contradicts nothing."""
    before = unchanged(c, LINCANG)
    receipt = c.refused("inconsistent", "report.submit", clue(who[LINCANG], **body))
    assert fields(receipt) == {field} and rules(receipt) == {"LC-8.1"}
    assert unchanged(c, LINCANG) == before
    c.ok("report.submit", clue(who[LINCANG], correction_result="当场退还"))


# ---------------------------------------------------------------- kinds, natures, subjects

@pytest.mark.parametrize("kind, nature, good", [
    ("clue", None, False), ("clue", "illegal", True), ("clue", "misconduct", True),
    ("opinion", None, True), ("opinion", "breach", True), ("suggestion", None, True), ("enquiry", None, True)])
def test_which_kinds_need_a_nature(c, who, kind, nature, good):
    """WH-6.4: 违法、违规、违约、违纪 of a clue; opinions, suggestions and questions (WH-6.5) have none to name."""
    body = clue(who[WEIHAI], kind=kind, **({} if kind == "clue" else VOICE) | {"nature": nature})
    if good:
        assert c.case(c.ok("report.submit", body, WEIHAI)["entity_id"]).get("nature") == nature
    else:
        assert rules(c.refused("nature-required", "report.submit", body, WEIHAI)) == {"WH-6.4"}


@pytest.mark.parametrize("subject, route", [("enforcement-work", "LC-R6"), ("enforcement-team", "LC-R6"), ("other", "LC-R7")])
@pytest.mark.parametrize("result", ["adopted", "not-adopted"])
def test_a_suggestion_is_adopted_or_not_and_answered(c, who, subject, route, result):
    """LC-8.2: on enforcement and its team; adopted or not, and either way the supervisor is answered (LC-10.4)."""
    desk = resulted(c, who[LINCANG], result, kind="suggestion", subject=subject, **VOICE)
    case = c.case(desk["report"])
    assert (case["subject"], case["route"], case["result"], case["clock"]) == (subject, route, result, "feedback")
    c.refused("feedback-required", "report.close", desk)
    c.ok("report.feedback", {**desk, "channel": "letter", "text": "已研究答复"})
    assert c.ok("report.close", desk)["state"] == "closed"


# ---------------------------------------------------------------- lag

@pytest.mark.parametrize("found, meter", [
    ("2026-01-05", "lag_0"), ("2026-01-04", "lag_3"), ("2026-01-02", "lag_3"), ("2026-01-01", "lag_7"),
    ("2025-12-29", "lag_7"), ("2025-12-28", "lag_30"), ("2025-12-06", "lag_30"), ("2025-12-05", "lag_more"),
    ("2019-01-01", "lag_more"), (None, None)])
def test_how_promptly(c, who, found, meter):
    """WH-7.4: 及时: from the day it was found to the report, counted by days; no limit, nobody is late."""
    before = meters(c, WEIHAI)
    r = c.ok("report.submit", clue(who[WEIHAI], found_on=found), WEIHAI)["entity_id"]
    assert meters(c, WEIHAI) == {name: n + (name == meter) for name, n in before.items()}
    assert c.case(r).get("found_on") == found and c.case(r)["overdue"] is False


# ---------------------------------------------------------------- feedback

@pytest.mark.parametrize("division", CITIES)
def test_feedback_that_does_not_arrive(division):
    """LC-10.4: tried and not delivered is not fed back: nothing is closed on it in Lincang, the limit runs on and is
    breached, and a later try ends it; also across a worker's death."""
    with Daemon([division]) as d:
        c = d.client()
        desk = resulted(c, appoint(c, division=division))
        due = c.case(desk["report"])["due"]
        receipt = c.ok("report.feedback", {**desk, "channel": "phone", "text": "三次未接通", "delivered": False}, division)
        assert (receipt["state"], receipt["due"]) == ("resulted", due)
        assert [e["event"] for e in all_events(c, division) if e["id"] == desk["report"]][-1] == "undelivered"
        if division == LINCANG:
            c.refused("feedback-required", "report.close", desk)
        d.kill_worker(division)
        assert c.ok("report.feedback", {**desk, "channel": "phone", "text": "仍未接通", "delivered": False}, division)
        assert meters(c, division)["undelivered"] == 2
        c.wind("2026-02-01T00:00:00+08:00", division)
        assert c.case(desk["report"])["overdue"] is True
        assert c.ok("report.feedback", {**desk, "channel": "letter", "text": "已书面告知", "delivered": True}, division)[
            "state"] == "fed-back"
        assert "due" not in c.case(desk["report"]) and c.case(desk["report"])["overdue"] is False


def test_satisfaction_is_counted(c, who):
    """国办发〔2020〕53号, 回访评价: who says nothing is counted as neither."""
    before = meters(c, LINCANG)
    for satisfied in (True, True, False, None):
        desk = resulted(c, who[LINCANG])
        c.ok("report.feedback", {**desk, "channel": "phone", "text": "已告知"})
        body = {"report": desk["report"], "supervisor": who[LINCANG]}
        c.ok("report.acknowledge", body if satisfied is None else {**body, "satisfied": satisfied})
    after = meters(c, LINCANG)
    assert (after["satisfied"] - before["satisfied"], after["unsatisfied"] - before["unsatisfied"]) == (2, 1)


@pytest.mark.parametrize("division", CITIES)
def test_who_serves_no_more_is_still_told(c, division):
    """LC-10.4: the report stays the supervisor's, who is told and answers, though the appointment ended."""
    s = appoint(c, division=division)
    r = c.ok("report.submit", clue(s), division)
    case = c.ok("dismissal.open", {"supervisor": s, "department": "bureau", "grounds": ["unable"], "evidence": "已离开"},
                division)["entity_id"]
    c.ok("dismissal.decide", {"dismissal": case, "department": "bureau", "decision": "dismiss", "proven": True}, division)
    desk = {"report": r["entity_id"], "department": r["department"]}
    c.ok("report.supplement", {"report": r["entity_id"], "supervisor": s, "text": "任期内发现的另一情况"}, division)
    c.ok("report.accept", desk, division)
    c.ok("report.result", {**desk, "result": "partly", "summary": "部分属实"}, division)
    c.ok("report.feedback", {**desk, "channel": "phone", "text": "已告知"}, division)
    assert c.ok("report.acknowledge", {"report": r["entity_id"], "supervisor": s}, division)["state"] == "acknowledged"
    assert c.case(r["entity_id"])["supervisor"] == s
    c.refused("not-active", "report.submit", clue(s), division)


# ---------------------------------------------------------------- at the door

@pytest.mark.parametrize("division, rule", [(LINCANG, "LC-9.5"), (WEIHAI, "WH-7.3")])
def test_a_state_secret_in_a_supplement(c, who, division, rule):
    """LC-9.5, WH-7.3: it does not enter this system by the second door either; nothing is stored."""
    r = c.ok("report.submit", clue(who[division]), division)["entity_id"]
    before = unchanged(c, division)
    body = {"report": r, "supervisor": who[division], "text": "涉密内容", "secrecy": "state_secret"}
    assert rules(c.refused("state-secret", "report.supplement", body, division)) == {rule}
    assert unchanged(c, division) == before
    c.ok("report.supplement", {**body, "text": "补充", "secrecy": "work_secret"}, division)


@pytest.mark.parametrize("division, where", [(LINCANG, "临沧市医疗保障局"), (WEIHAI, "威海市医疗保障局")])
def test_who_is_no_supervisor_is_told_where_to_go(c, division, where):
    """rules.md A15: anybody may report (Decree 735 art. 35), not here; the refusal says where."""
    body = clue(f"S-{division}-99999999")
    expected = " ".join(why.get("expected", "") for why in c.refused("not-a-supervisor", "report.submit", body, division)["because"])
    assert where in expected and "第三十五条" in expected


# ---------------------------------------------------------------- windows and the ledger

@pytest.mark.parametrize("division", CITIES)
def test_windows_are_shown(c, who, division):
    """LC-10.3, WH-10.1: until when a department may object, and a closed report be reopened."""
    r = c.ok("report.submit", clue(who[division]), division)
    desk = {"report": r["entity_id"], "department": r["department"]}
    assert c.case(r["entity_id"])["object_until"] == "2026-01-12"
    c.ok("report.accept", desk, division)
    assert "object_until" not in c.case(r["entity_id"])
    c.ok("report.result", {**desk, "result": "substantiated", "summary": "查实"}, division)
    c.ok("report.feedback", {**desk, "channel": "phone", "text": "已告知"}, division)
    c.ok("report.close", desk, division)
    assert c.case(r["entity_id"])["reopen_until"] == "2026-02-04"


def test_the_ledger_of_a_limit():
    """LC-10.3, petition 34: every suspension and extension stands in the history with its old and new last day, and the
    reckoning day by day adds up to what is due."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        r = c.ok("report.submit", clue(appoint(c)))
        desk = {"report": r["entity_id"], "by": r["department"]}
        c.ok("report.accept", {"report": r["entity_id"], "department": r["department"]})
        c.at = "2026-01-12T09:00:00+08:00"
        c.ok("clock.suspend", {**desk, "ground": "appraisal"}, reason="待检验")
        c.at = "2026-01-22T09:00:00+08:00"
        c.ok("clock.resume", desk)
        c.ok("clock.extend", {"report": r["entity_id"], "approver": "bureau", "days": 10}, reason="案情复杂")
        told = c.explain(r["entity_id"])
        steps = [(h["event"], h.get("due")) for h in told["history"]]
        assert [e for e, _ in steps] == ["assigned", "accepted", "suspended", "resumed", "extended"]
        assert steps[0][1] < steps[3][1] < steps[4][1] == told["clock"]["due"]
        assert told["clock"]["extended"] == 10 and told["clock"]["limit"] == 60
        assert sum(day["counts"] for day in told["clock"]["days"]) == 70
        assert sum("suspended" in day for day in told["clock"]["days"]) == 10
        sealed = c.ok("content.read", {"id": r["entity_id"], "department": "bureau"}, reason="复核")["content"]
        assert {(x["type"], x["reason"]) for x in sealed if x["type"].startswith("clock.")} == {
            ("clock.suspend", "待检验"), ("clock.resume", ""), ("clock.extend", "案情复杂")}


# ---------------------------------------------------------------- waiting for an answer

def ask(c, id, **more):
    return c.ok("report.triage", {"report": id, "by": "fund", "decision": "needs-info", "note": "请说明日期", **more}, id[2:8])


def told(c, id):
    return [(e["event"], e.get("due")) for e in all_events(c, id[2:8]) if e["id"] == id]


@pytest.mark.parametrize("division", CITIES)
def test_an_answer_that_does_not_come(division):
    """LC-10.1, petition 22-23: fifteen days (local) after the question staff are told, once, and nothing is blocked; the
    limit for handling is the same as ever and says what it has to say; also across a worker's death."""
    with Daemon([division], at="2026-03-02T09:00:00+08:00") as d:
        c = d.client()
        s = appoint(c, division=division)
        r, quiet = (c.ok("report.submit", clue(s), division) for _ in range(2))
        id, due = r["entity_id"], r["due"]
        ask(c, id)
        assert (c.case(id)["answer_until"], c.case(id)["due"]) == ("2026-03-17", due)
        c.wind("2026-03-17T23:59:59+08:00", division)
        assert "unanswered" not in [e for e, _ in told(c, id)]
        d.kill_worker(division)
        c.wind("2026-07-01T00:00:00+08:00", division)
        limit = [(e, day) for e, day in told(c, id) if e in ("warned", "overdue")]
        assert limit == [(e, day) for e, day in told(c, quiet["entity_id"]) if e in ("warned", "overdue")]
        assert limit[-1] == ("overdue", due) and {day for _, day in limit} == {due}
        assert [x for x in told(c, id) if x[0] == "unanswered"] == [("unanswered", "2026-03-17")]
        assert "unanswered" not in [e for e, _ in told(c, quiet["entity_id"])]
        assert c.ok("report.supplement", {"report": id, "supervisor": s, "text": "三月一日"}, division)["state"] == "assigned"
        assert "answer_until" not in c.case(id)


@pytest.mark.parametrize("way", ["supplement", "ours", "assign", "forwarded", "again"])
def test_what_ends_the_waiting(way):
    """LC-10.1: the answer, or staff who go on without it; a second question waits anew."""
    with Daemon([LINCANG], at="2026-03-02T09:00:00+08:00") as d:
        c = d.client()
        s = appoint(c)
        id = c.ok("report.submit", clue(s))["entity_id"]
        ask(c, id)
        c.wind("2026-03-12T09:00:00+08:00", LINCANG)
        by = {"report": id, "by": "fund"}
        {"supplement": lambda: c.ok("report.supplement", {"report": id, "supervisor": s, "text": "三月一日"}),
         "ours": lambda: c.ok("report.triage", {**by, "decision": "ours"}),
         "assign": lambda: c.ok("report.assign", {**by, "department": "county-530921"}, reason="径行转办"),
         "forwarded": lambda: c.ok("report.triage", {**by, "decision": "forwarded", "forwarded_to": "市场监督管理局"}),
         "again": lambda: ask(c, id)}[way]()
        c.wind("2026-04-01T00:00:00+08:00", LINCANG)
        waited = [x for x in told(c, id) if x[0] == "unanswered"]
        assert waited == ([("unanswered", "2026-03-27")] if way == "again" else [])
        c.wind("2026-07-01T00:00:00+08:00", LINCANG)
        assert told(c, id)[-1][0] == "overdue"
