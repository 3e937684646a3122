"""Facts over time: what is relied on runs out, and what arrives during a term opens grounds."""

import pytest

from jd import LINCANG, WEIHAI
from jd import Daemon, all_events, appoint, apply, assert_fact, clear, decision, fields, rules


def said(c, id):
    return [(e["event"], e["to"], e.get("due")) for e in all_events(c, id[2:8]) if e["id"] == id]


def test_a_fact_that_runs_out_takes_the_eligibility_with_it():
    """LC-4.1, LC-4.2, LC-4.3, acceptance 3: relied on through its last day; at 00:00 behind it the application asks
    for the fact anew, whoever looks or not, and once however late the worker comes back."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        a = clear(c, apply(c))
        assert c.case(a)["state"] == "eligible" and "due" not in c.case(a)
        c.wind("2026-07-04T23:59:00+08:00", LINCANG)  # 180 days from 5 January
        assert c.case(a)["state"] == "eligible"
        d.kill_worker(LINCANG)
        c.wind("2026-07-06T00:00:00+08:00", LINCANG)
        assert said(c, a)[-1] == ("screened", "needs-fact", "2026-07-04")
        assert rules(c.explain(a)) == {"LC-4.1", "LC-4.2"} and len(said(c, a)) == 5
        assert c.refused("illegal-move", "application.decide", decision(a))
        assert_fact(c, a, "severe_bad_credit")
        assert assert_fact(c, a, "admin_penalty")["state"] == "eligible"
        assert c.ok("application.decide", decision(a))["state"] == "appointed"
        c.wind("2028-01-01T00:00:00+08:00", LINCANG)
        assert said(c, a)[-1][0] == "appointed"


def test_a_shorter_word_is_kept():
    """LC-4.3: the attester's own last day, where it is shorter than the policy's term."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        a = apply(c)
        assert_fact(c, a, "severe_bad_credit")
        assert_fact(c, a, "admin_penalty")
        assert_fact(c, a, "criminal_punishment", valid_until="2026-02-01")
        c.wind("2026-02-02T00:00:00+08:00", LINCANG)
        assert said(c, a)[-1] == ("screened", "needs-fact", "2026-02-01") and rules(c.explain(a)) == {"LC-4.3"}


def test_what_is_refreshed_in_time_does_not_run_out():
    """LC-4.1: the newer attestation counts; withdrawn and rejected applications are left alone."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        a, gone, no = (clear(c, apply(c)) for _ in range(3))
        c.ok("application.withdraw", {"application": gone})
        c.ok("application.decide", decision(no, "reject"))
        c.at = "2026-07-01T09:00:00+08:00"
        clear(c, a)
        c.wind("2026-12-28T23:59:00+08:00", LINCANG)
        assert c.case(a)["state"] == "eligible"
        assert said(c, gone)[-1][0] == "withdrawn" and said(c, no)[-1][0] == "rejected"
        c.wind("2026-12-29T00:00:00+08:00", LINCANG)
        assert c.case(a)["state"] == "needs-fact"


def test_no_fact_decides_on_an_application_in_weihai():
    """WH-4.2: facts run out there too, and no application rests on them."""
    with Daemon([WEIHAI]) as d:
        c = d.client()
        a = apply(c, WEIHAI)
        assert_fact(c, a, "criminal_record", "no", valid_until="2026-01-31")
        c.wind("2027-06-01T00:00:00+08:00", WEIHAI)
        assert c.case(a)["state"] == "eligible" and len(said(c, a)) == 2


@pytest.mark.parametrize("fact, rule", [
    ("severe_bad_credit", "LC-14.2"), ("party_discipline", "LC-14.4"), ("admin_penalty", "LC-14.5"),
    ("criminal_punishment", "LC-14.5"), ("medins_admin_penalty", None)])
def test_a_fact_during_the_term_proposes_its_ground(c, fact, rule):
    """LC-14.2, LC-14.4, LC-14.5: told when it arrives, decided by people: the appointment goes on until then. A no
    proposes nothing, and what was attested is unknown again behind its day."""
    s = appoint(c)
    assert rules(assert_fact(c, s, fact, "no")) == set()
    receipt = assert_fact(c, s, fact, "yes")
    if rule:
        assert rules(receipt) == {rule} and fields(receipt) == {fact}
    assert c.case(s)["state"] == "active" and "dismissal" not in c.case(s)


def test_acceptance_2_same_penalty_two_moments(c):
    """Acceptance 2: a penalty outside medical insurance: eligible in Lincang's recruitment (LC-4.2 asks for one in
    that field only), and the same during the term opens ground 14(5), which asks for any (LC-14.5). In Weihai it
    decides neither."""
    a = apply(c)
    for fact in ("severe_bad_credit", "criminal_punishment", "medins_admin_penalty"):
        assert_fact(c, a, fact)
    receipt = assert_fact(c, a, "admin_penalty", "yes")
    assert receipt["state"] == "eligible"
    s = c.ok("application.decide", decision(a))["created"]
    receipt = assert_fact(c, s, "admin_penalty", "yes")
    assert rules(receipt) == {"LC-14.5"}
    opened = c.ok("dismissal.open", {"supervisor": s, "department": "bureau", "grounds": ["penalty"]})
    assert opened["state"] == "opened" and "LC-14.5" in rules(opened)
    assert c.case(apply(c, WEIHAI))["state"] == "eligible"


def test_a_ground_whose_fact_ran_out_is_not_opened():
    """LC-14.2: unknown is no yes: behind its last day the ground needs a new attestation."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        s = appoint(c)
        assert_fact(c, s, "severe_bad_credit", "yes", valid_until="2026-01-31")
        body = {"supervisor": s, "department": "bureau", "grounds": ["bad-credit"]}
        c.wind("2026-02-01T00:00:00+08:00", LINCANG)
        assert rules(c.refused("evidence-required", "dismissal.open", body)) == {"LC-14.2"}
        assert_fact(c, s, "severe_bad_credit", "yes")
        c.ok("dismissal.open", body)
