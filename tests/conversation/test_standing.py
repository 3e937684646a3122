"""The term and what ends it: renewal, resignation, discipline, dismissal, in both cities."""

import pytest

from jd import LINCANG, WEIHAI, Daemon, appoint, assert_fact, clue, form

T0 = "2026-01-06T02:00:00Z"


@pytest.fixture(scope="module")
def daemon():
    with Daemon() as d:
        yield d


@pytest.fixture
def c(daemon):
    client = daemon.client()
    client.at = T0
    return client


people = iter(range(1, 400))


def supervisor(c, division, **decide):
    return appoint(c, next(people), division, **decide)


def rules(receipt):
    return [b.get("rule") for b in receipt["because"]]


@pytest.mark.parametrize("division,rule,end,renewed", [(LINCANG, "LC-13.1", "2026-03-01", "2029-03-02"),
                                                       (WEIHAI, "WH-8.2", "2026-03-01", "2028-03-02")])
@pytest.mark.parametrize("first", ["need", "consent"])
def test_renewal_needs_both_words_in_any_order(division, rule, end, renewed, first):
    """LC-13.1, WH-8.2: the authority's need and the person's consent, both recorded, order free."""
    years = 3 if division == LINCANG else 2
    with Daemon(divisions=(division,)) as d:
        c = d.client()
        c.at = f"{2026 - years}-03-01T02:00:00Z"
        s = appoint(c, 1, division) if division == WEIHAI else appoint_then(c, 2026 - years)
        early = c.ask("term.consent", {"supervisor": s, "consent": True}, division)
        assert (early["status"], early["code"]) == ("refused", "not-yet") and rule in rules(early)
        c.at = "2026-02-01T02:00:00Z"
        words = {"need": ("term.need", {"supervisor": s, "department": "bureau", "needed": True}),
                 "consent": ("term.consent", {"supervisor": s, "consent": True})}
        kind, body = words.pop(first)
        one = c.ok(kind, body, division)
        assert one["state"] == "expiring" and one["due"] == end
        kind, body = next(iter(words.values()))
        both = c.ok(kind, body, division)
        assert both["state"] == "active" and both["due"] == renewed and rule in rules(both)
        c.at = "2026-03-05T02:00:00Z"
        assert c.case(s)["term_end"] == renewed
        assert c.ok("report.submit", clue(s), division)["state"] == "assigned"


def appoint_then(c, year):
    """A Lincang appointment of an earlier year: its facts must be of that day."""
    a = c.ok("application.submit", form(1, signed_on=f"{year}-02-01"))["entity_id"]
    for fact in ("severe_bad_credit", "admin_penalty", "criminal_punishment"):
        assert_fact(c, a, fact, as_of=f"{year}-02-01")
    return c.ok("application.decide", {"application": a, "decision": "appoint", "department": "bureau"})["created"]


def test_one_word_alone_lapses():
    """LC-13.2: consent without need; WH-8.3 and WH-9.5: the lapse is ground 9(5) too."""
    with Daemon(divisions=(WEIHAI,)) as d:
        c = d.client()
        c.at = "2024-03-01T02:00:00Z"
        s = appoint(c, 1, WEIHAI, )
        c.at = "2026-02-01T02:00:00Z"
        c.ok("term.consent", {"supervisor": s, "consent": True}, WEIHAI)
        c.ok("term.need", {"supervisor": s, "department": "bureau", "needed": False}, WEIHAI)
        c.at = "2026-03-03T02:00:00Z"
        assert c.ask("report.submit", clue(s), WEIHAI)["code"] == "not-active"
        steps = c.ok("case.explain", {"id": s}, WEIHAI)["history"]
        assert steps[-1]["event"] == "lapsed" and rules(steps[-1]) == ["WH-8.3", "WH-9.5"]
        assert c.ask("term.consent", {"supervisor": s, "consent": True}, WEIHAI)["code"] == "illegal-move"


def test_only_the_authority_says_what_is_needed(c):
    """LC-13.1: 医疗保障行政部门根据工作需要."""
    s = supervisor(c, LINCANG)
    refused = c.ask("term.need", {"supervisor": s, "department": "fund", "needed": True})
    assert refused["code"] in ("not-yet", "not-the-authority")


def test_resignation_ends_the_appointment_in_weihai(c):
    """WH-9.4."""
    s = supervisor(c, WEIHAI)
    gone = c.ok("resignation.submit", {"supervisor": s, "statement": "因工作调动"}, WEIHAI)
    assert gone["state"] == "resigned" and rules(gone) == ["WH-9.4"]
    assert c.ask("report.submit", clue(s), WEIHAI)["code"] == "not-active"


def test_resignation_opens_a_case_in_lincang(c):
    """LC-14.7: 本人提出申请, and still the authority may."""
    s = supervisor(c, LINCANG)
    asked = c.ok("resignation.submit", {"supervisor": s, "statement": "因工作调动"})
    assert asked["state"] == "active" and "LC-14.7" in rules(asked)
    case = asked["created"]
    assert c.case(case)["grounds"] == ["own-request"]
    done = c.ok("dismissal.decide", {"dismissal": case, "department": "bureau", "decision": "dismiss", "proven": True})
    assert done["state"] == "dismissed" and rules(done) == ["LC-14.0", "LC-14.7"]
    assert c.case(s)["state"] == "dismissed"


def breach(c, s, serious, item=None, **changes):
    body = {"supervisor": s, "department": "fund", "item": item or ("LD2" if s[2:8] == LINCANG else "D4"),
            "serious": serious, "occurred_on": "2026-01-06", "text": "经核实的情况", **changes}
    return c.ask("discipline.record", body, s[2:8])


@pytest.mark.parametrize("division, item, rule", [
    (LINCANG, "LD1", "LC-9.1"), (LINCANG, "LD2", "LC-9.2"), (LINCANG, "LD3", "LC-9.3"), (LINCANG, "LD4", "LC-9.4"),
    (LINCANG, "LD5", "LC-9.5"), (LINCANG, "LD6", "LC-9.6"), (LINCANG, "LD7", "LC-9.7"), (WEIHAI, "D1", "WH-7.1"),
    (WEIHAI, "D2", "WH-7.2"), (WEIHAI, "D3", "WH-7.3"), (WEIHAI, "D4", "WH-7.4"), (WEIHAI, "D5", "WH-7.5"),
    (WEIHAI, "D6", "WH-7.6"), (WEIHAI, "D7", "WH-7.7")])
def test_each_duty_can_be_cited(c, division, item, rule):
    """Each item of article 9 and of article 7 may be what a record cites; in Weihai any of them is a ground
    (WH-9.1), in Lincang only what is serious (LC-14.3)."""
    s = supervisor(c, division)
    minor = breach(c, s, serious=False, item=item)
    assert rules(minor) == [rule] + (["WH-9.1"] if division == WEIHAI else [])
    assert rules(breach(c, s, serious=True, item=item)) == [rule] + (["WH-9.1"] if division == WEIHAI else ["LC-14.3"])


def test_a_minor_breach_in_weihai_leaves_only_dismissal(c):
    """WH-9.1: any item of article 7, here WH-7.4; WH-9.0: shall (acceptance 6)."""
    s = supervisor(c, WEIHAI)
    recorded = breach(c, s, serious=False)
    assert rules(recorded) == ["WH-7.4", "WH-9.1"]
    case = c.ok("dismissal.open", {"supervisor": s, "department": "fund", "grounds": ["discipline"]}, WEIHAI)["entity_id"]
    decide = {"dismissal": case, "department": "bureau", "proven": True}
    kept = c.ask("dismissal.decide", {**decide, "decision": "keep"}, WEIHAI)
    assert (kept["code"], rules(kept)) == ("must-dismiss", ["WH-9.0"])
    assert c.ok("dismissal.decide", {**decide, "decision": "dismiss"}, WEIHAI)["state"] == "dismissed"


def test_a_minor_breach_in_lincang_is_no_ground(c):
    """LC-14.3: only a serious breach (acceptance 6); LC-14.0: may."""
    s = supervisor(c, LINCANG)
    assert rules(breach(c, s, serious=False)) == ["LC-9.2"]
    open_it = {"supervisor": s, "department": "fund", "grounds": ["serious-breach"]}
    refused = c.ask("dismissal.open", open_it)
    assert (refused["code"], rules(refused)) == ("evidence-required", ["LC-14.3"])
    assert rules(breach(c, s, serious=True)) == ["LC-9.2", "LC-14.3"]
    case = c.ok("dismissal.open", open_it)["entity_id"]
    assert c.ask("dismissal.open", open_it)["code"] == "case-open"
    c.ok("dismissal.hear", {"dismissal": case, "statement": "本人说明"})
    kept = c.ok("dismissal.decide", {"dismissal": case, "department": "bureau", "decision": "keep", "proven": True})
    assert kept["state"] == "kept" and c.case(s)["state"] == "active"
    assert c.ok("dismissal.open", open_it)["state"] == "opened"


@pytest.mark.parametrize("fact,ground,rule", [("severe_bad_credit", "bad-credit", "LC-14.2"),
                                              ("party_discipline", "sanction", "LC-14.4"),
                                              ("admin_penalty", "penalty", "LC-14.5"),
                                              ("criminal_punishment", "penalty", "LC-14.5"),
                                              ("information_untrue", "untrue-information", "LC-14.1")])
def test_a_fact_during_the_term_proposes_its_ground(c, fact, ground, rule):
    """LC-14.1, LC-14.2, LC-14.4 and LC-14.5, which is wider than LC-4.2 (acceptance 2, second half)."""
    s = supervisor(c, LINCANG)
    open_it = {"supervisor": s, "department": "bureau", "grounds": [ground]}
    assert c.ask("dismissal.open", open_it)["code"] == "evidence-required"
    assert rule in rules(assert_fact(c, s, fact, "yes"))
    assert rule in rules(c.ok("dismissal.open", open_it))


@pytest.mark.parametrize("fact", ["declaration_untrue", "criminal_record", "severe_dishonesty"])
def test_an_untrue_promise_in_weihai(c, fact):
    """WH-9.2 covers the annex's promises."""
    s = supervisor(c, WEIHAI)
    assert "WH-9.2" in rules(assert_fact(c, s, fact, "yes"))


@pytest.mark.parametrize("division,grounds,rule", [(LINCANG, ["unable"], "LC-14.6"), (LINCANG, ["other"], "LC-14.8"),
                                                   (WEIHAI, ["unable"], "WH-9.3"), (WEIHAI, ["other"], "WH-9.6")])
def test_what_no_record_shows_needs_words(c, division, grounds, rule):
    """LC-14.6, LC-14.8, WH-9.3, WH-9.6: a statement or a reason is mandatory."""
    s = supervisor(c, division)
    body = {"supervisor": s, "department": "bureau", "grounds": grounds}
    refused = c.ask("dismissal.open", body, division)
    assert (refused["code"], rules(refused)) == ("evidence-required", [rule])
    assert rule in rules(c.ok("dismissal.open", {**body, "evidence": "本人书面说明"}, division))


def test_several_grounds_and_who_decides(c):
    """rules.md A12; LC-14.0: only the authority decides."""
    s = supervisor(c, LINCANG)
    assert_fact(c, s, "admin_penalty", "yes")
    opened = c.ok("dismissal.open", {"supervisor": s, "department": "fund", "grounds": ["penalty", "other"],
                                     "evidence": "详见材料"})
    assert c.case(opened["entity_id"])["grounds"] == ["penalty", "other"]
    decide = {"dismissal": opened["entity_id"], "decision": "dismiss", "proven": True}
    assert c.ask("dismissal.decide", {**decide, "department": "fund"})["code"] == "not-the-authority"
    assert c.ask("dismissal.decide", {**decide, "department": "bureau", "proven": False})["code"] == "ground-unproven"
    assert c.ask("dismissal.open", {"supervisor": s, "department": "fund", "grounds": ["boredom"]})["code"] == "ground-unknown"


def test_a_breach_must_lie_within_the_term(c):
    """LC-14.3: 在聘期内."""
    s = supervisor(c, LINCANG)
    assert breach(c, s, serious=True, occurred_on="2025-12-31")["code"] == "not-in-term"
    assert breach(c, s, serious=True, occurred_on="2026-12-31")["code"] == "not-in-term"
    assert breach(c, s, serious=True, item="D1")["code"] == "unknown-in-policy"


def test_open_reports_survive_a_dismissal(c):
    """A dismissal ends the appointment; the supervisor still gets the feedback (LC-10.4), and may apply
    again (rules.md A14)."""
    n = next(people)
    s = appoint(c, n, LINCANG)
    r = c.ok("report.submit", clue(s))
    case = c.ok("dismissal.open", {"supervisor": s, "department": "bureau", "grounds": ["other"], "evidence": "材料"})
    c.ok("dismissal.decide", {"dismissal": case["entity_id"], "department": "bureau", "decision": "dismiss", "proven": True})
    assert c.ask("report.submit", clue(s))["code"] == "not-active"
    desk = {"report": r["entity_id"], "department": r["department"]}
    c.ok("report.accept", desk)
    c.ok("report.result", {**desk, "result": "substantiated", "summary": "查实"})
    c.ok("report.feedback", {**desk, "channel": "phone", "text": "已告知"})
    c.ok("report.acknowledge", {"report": r["entity_id"], "supervisor": s})
    again = c.ok("application.submit", form(n))
    assert again["state"] == "eligible"
