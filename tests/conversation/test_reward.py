"""The reward for clues of fraud: who is referred for it, who is excluded and as of when, and what becomes of it."""

import shutil

import pytest

from jd import LINCANG, NOW, ROOT, WEIHAI
from jd import (Daemon, all_events, appoint, apply, assert_fact, bent_policies, clear, clue, decision, fields, form,
                idno, resulted, rules)

FOUND = {"fraud": True, "decree735": "R40-2"}


def supervisor(c, employment="no", **changes):
    """A Lincang supervisor, and what was attested about working for an insurer before anything was reported."""
    a = clear(c, apply(c, LINCANG, **changes))
    s = c.ok("application.decide", decision(a))["created"]
    if employment:
        assert_fact(c, s, "insurer_employment", employment)
    return s


def handled(*args, **kw):
    """The id of a report with its result."""
    return resulted(*args, **kw)["report"]


def refer(report, **changes):
    return {"report": report, "department": "fund", **FOUND, **changes}


def step(c, reward, to, department="bureau", **more):
    return c.ask("reward.update", {"reward": reward, "department": department, "to": to, **more}, reward[2:8])


def unchanged(c, division=LINCANG):
    return c.last_seq(division), c.ok("stats.get", {}, division)["stats"]


# ---------------------------------------------------------------- who is referred

@pytest.mark.parametrize("result", ["substantiated", "partly"])
def test_a_clue_found_to_be_fraud_is_referred(c, result):
    """LC-15.1: under 云医保〔2019〕45号, by the managing department, to whom the policy names."""
    s = supervisor(c)
    r = handled(c, s, result)
    receipt = c.ok("reward.refer", refer(r, note="伪造病历骗取基金支出"))
    assert (receipt["state"], receipt["department"], rules(receipt)) == ("referred", "bureau", {"LC-15.1"})
    case = c.case(receipt["entity_id"])
    assert (case["report"], case["supervisor"], case["decree735"], case["referred_by"]) == (r, s, "R40-2", "fund")
    assert "云医保〔2019〕45号" in case["scheme"]
    again = c.refused("case-open", "reward.refer", refer(r))
    assert receipt["entity_id"] in again["because"][0]["expected"]


@pytest.mark.parametrize("changes, field", [
    ({"fraud": False}, "fraud"), ({"decree735": "R38-3"}, "decree735"), ({"decree735": "R41-2"}, "decree735")])
def test_what_is_no_fraud(c, changes, field):
    """LC-15.1, acceptance 8: a report that was not found to be fraud brings no reward; whether it is, people say."""
    r = handled(c, supervisor(c))
    before = unchanged(c)
    receipt = c.refused("reward-not-applicable", "reward.refer", refer(r, **changes))
    assert fields(receipt) == {field} and rules(receipt) == {"LC-15.1"}
    assert unchanged(c) == before
    assert fields(c.refused("missing-field", "reward.refer", {k: v for k, v in refer(r).items() if k != "decree735"})) == \
        {"decree735"}


@pytest.mark.parametrize("result", ["unsubstantiated", "transferred", None])
def test_what_was_not_found_true(c, result):
    """LC-15.1: not substantiated, or not handled to its end."""
    s = supervisor(c)
    r = handled(c, s, result) if result else c.ok("report.submit", clue(s))["entity_id"]
    assert fields(c.refused("reward-not-applicable", "reward.refer", refer(r))) == {"report"}


def test_an_opinion_is_no_clue(c):
    """LC-15.1: 线索; an adopted opinion is none."""
    voice = {"kind": "opinion", "target": None, "category": None, "nature": None}
    r = handled(c, supervisor(c), "adopted", **voice)
    c.refused("reward-not-applicable", "reward.refer", refer(r))


def test_the_category_a_reporter_chose_does_not_decide(c):
    """LC-15.1: a clue reported as a breach of agreement and found to be fraud."""
    r = handled(c, supervisor(c), category="LC.B4")
    c.ok("reward.refer", refer(r))


def test_weihai_has_no_reward(c):
    """LC-15.1 is Lincang's; Weihai's regulation names none."""
    r = handled(c, appoint(c, division=WEIHAI))
    before = unchanged(c, WEIHAI)
    receipt = c.refused("reward-not-offered", "reward.refer", refer(r), WEIHAI)
    assert "威海" in receipt["because"][0]["expected"] and unchanged(c, WEIHAI) == before


def test_only_the_first_report_of_two(c):
    """LC-15.1: a duplicate brings no referral of its own; the refusal names the original."""
    first, second = supervisor(c), supervisor(c)
    original = handled(c, first)
    again = c.ok("report.submit", clue(second))["entity_id"]
    c.ok("report.triage", {"report": again, "by": "fund", "decision": "duplicate", "duplicate_of": original})
    receipt = c.refused("reward-not-applicable", "reward.refer", refer(again))
    assert original in receipt["because"][0]["expected"]
    c.ok("reward.refer", refer(original))


@pytest.mark.parametrize("department", ["bureau", "agency", "county-530902", "discipline"])
def test_only_the_managing_department_refers(c, department):
    """LC-10.1, LC-15.1"""
    r = handled(c, supervisor(c))
    c.refused("not-assigned", "reward.refer", refer(r, department=department))


def test_the_accused_decides_on_no_reward(c):
    """LC-7.A3, LC-15.1: what accuses the bureau goes to the discipline body instead."""
    r = handled(c, supervisor(c), target="agency", category="LC.A1", accused=["bureau"])
    receipt = c.ok("reward.refer", refer(r, decree735="R37"))
    assert receipt["department"] == "discipline"
    assert step(c, receipt["entity_id"], "acknowledged")["code"] == "not-assigned"
    assert step(c, receipt["entity_id"], "acknowledged", "discipline")["state"] == "acknowledged"


# ---------------------------------------------------------------- who is excluded

def test_an_insurers_employee_by_the_form(c):
    """LC-15.2, acceptance 8: 合作保险公司聘用的除外, as the application said."""
    s = supervisor(c, None, employer_kind="cooperating_insurer")
    r = handled(c, s)
    assert c.case(r)["reward_excluded"] is True
    before = unchanged(c)
    receipt = c.refused("reward-excluded", "reward.refer", refer(r))
    assert rules(receipt) == {"LC-15.2"} and unchanged(c) == before


def test_an_insurers_employee_by_the_fact(c):
    """LC-15.2: attested, whatever the form says; the fact outweighs what the person once wrote."""
    r = handled(c, supervisor(c, "yes", employer_kind="enterprise"))
    assert rules(c.refused("reward-excluded", "reward.refer", refer(r))) == {"LC-15.2"}
    left = handled(c, supervisor(c, "no", employer_kind="cooperating_insurer"))
    c.ok("reward.refer", refer(left))


def test_attested_before_the_appointment(c):
    """LC-15.2: a fact of the application is known when the first report comes."""
    a = clear(c, apply(c, LINCANG))
    assert_fact(c, a, "insurer_employment", "yes")
    s = c.ok("application.decide", decision(a))["created"]
    c.refused("reward-excluded", "reward.refer", refer(handled(c, s)))


def test_as_of_the_reports_receipt():
    """LC-15.2 (rules.md A11): who changes employer afterwards, either way, is judged by the day of the report; also
    across a worker's death."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        joins, leaves = supervisor(c, "no"), supervisor(c, "yes")
        early, late = handled(c, joins), handled(c, leaves)
        c.at = "2026-01-06T09:00:00+08:00"
        assert_fact(c, joins, "insurer_employment", "yes")
        assert_fact(c, leaves, "insurer_employment", "no")
        d.kill_worker(LINCANG)
        c.ok("reward.refer", refer(early))
        c.refused("reward-excluded", "reward.refer", refer(late))
        c.refused("reward-excluded", "reward.refer", refer(handled(c, joins)))
        c.ok("reward.refer", refer(handled(c, leaves)))


def test_unknown_asks_for_the_fact():
    """LC-15.2: unknown is not fine: the fact is asked for, and one that speaks of the day of the report settles it;
    one that begins later does not."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        s = supervisor(c, None, employer_kind="enterprise")
        r = handled(c, s)
        assert "reward_excluded" not in c.case(r)
        receipt = c.refused("fact-needed", "reward.refer", refer(r))
        assert rules(receipt) == {"LC-15.2"} and "insurer_employment" in fields(receipt)
        assert "2026-01-05" in receipt["because"][0]["expected"]
        c.at = "2026-02-02T09:00:00+08:00"
        assert_fact(c, s, "insurer_employment", "no")
        c.refused("fact-needed", "reward.refer", refer(r))
        assert_fact(c, s, "insurer_employment", "no", as_of="2026-01-05")
        c.ok("reward.refer", refer(r))


def test_an_attestation_runs_out():
    """LC-15.2: 180 days in this policy; a report after that is of a reporter nobody knows about."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        s = supervisor(c, "no")
        c.at = "2026-07-04T09:00:00+08:00"
        assert c.case(c.ok("report.submit", clue(s))["entity_id"])["reward_excluded"] is False
        c.at = "2026-07-05T09:00:00+08:00"
        assert "reward_excluded" not in c.case(c.ok("report.submit", clue(s))["entity_id"])


def test_who_is_no_supervisor_any_more_keeps_the_reward(c):
    """LC-15.1: for a report made in term, whatever ended the appointment."""
    s = supervisor(c)
    r = handled(c, s)
    d = c.ok("dismissal.open", {"supervisor": s, "department": "bureau", "grounds": ["unable"], "evidence": "已离开本市"})
    c.ok("dismissal.decide", {"dismissal": d["entity_id"], "department": "bureau", "decision": "dismiss", "proven": True})
    b = c.ok("reward.refer", refer(r))["entity_id"]
    for to in ("acknowledged", "graded", "notified", "claimed"):
        assert step(c, b, to)["state"] == to


# ---------------------------------------------------------------- what becomes of it

PATHS = {"referred": [], "acknowledged": ["acknowledged"], "graded": ["acknowledged", "graded"],
         "notified": ["acknowledged", "graded", "notified"],
         "claimed": ["acknowledged", "graded", "notified", "claimed"], "waived": ["waived"], "refused": ["refused"]}
ALLOWED = {"referred": {"acknowledged", "waived", "refused"}, "acknowledged": {"graded", "waived", "refused"},
           "graded": {"graded", "notified", "waived", "refused"}, "notified": {"claimed", "waived"},
           "claimed": set(), "waived": set(), "refused": set()}
STEPS = ("acknowledged", "graded", "notified", "claimed", "waived", "refused")


def in_state(c, s, state):
    b = c.ok("reward.refer", refer(handled(c, s)))["entity_id"]
    for to in PATHS[state]:
        assert step(c, b, to, note="依申请")["state"] == to
    return b


@pytest.mark.parametrize("state", PATHS)
def test_every_step_from_every_state(c, state):
    """LC-15.1: no pair of state and step is undefined."""
    s = supervisor(c)
    for to in STEPS:
        b = in_state(c, s, state)
        receipt = step(c, b, to, note="依申请")
        if to in ALLOWED[state]:
            assert (receipt["state"], rules(receipt)) == (to, {"LC-15.1"})
        else:
            assert receipt["code"] == "illegal-move" and c.case(b)["state"] == state


def test_who_records_which_step(c):
    """LC-15.1: whom it was referred to decides; telling, claiming and waiving who referred it may record too."""
    b = in_state(c, supervisor(c), "referred")
    assert step(c, b, "acknowledged", "fund")["code"] == "not-assigned"
    assert step(c, b, "refused", "fund", note="x")["code"] == "not-assigned"
    assert step(c, b, "waived", "agency", note="x")["code"] == "not-assigned"
    assert step(c, b, "acknowledged", "circus")["code"] == "unknown-in-policy"
    for to, department in (("acknowledged", "bureau"), ("graded", "bureau"), ("notified", "fund"), ("claimed", "fund")):
        assert step(c, b, to, department)["state"] == to
    other = in_state(c, supervisor(c), "referred")
    assert fields(step(c, other, "refused")) == {"note"} and fields(step(c, other, "waived", "fund")) == {"note"}
    c.refused("unknown-code", "reward.update", {"reward": other, "department": "bureau", "to": "paid"})


def test_without_a_table_no_amount(c):
    """LC-15.1: 45号's rates are not in the policy, so the program takes no grade and no amount."""
    b = in_state(c, supervisor(c), "acknowledged")
    assert step(c, b, "graded", amount=100000)["code"] == "amount-not-allowed"
    assert fields(step(c, b, "graded", grade="first")) == {"grade"}
    assert step(c, b, "graded")["state"] == "graded"


def test_days_are_in_order(c):
    """LC-15.1: nothing happened tomorrow, nor before the step before."""
    b = in_state(c, supervisor(c), "graded")
    assert fields(step(c, b, "notified", on="2026-01-06")) == {"on"}
    assert fields(step(c, b, "notified", on="2026-01-04")) == {"on"}
    assert step(c, b, "notified", on="2026-01-05")["due"] == "2026-03-05"


def test_the_time_to_claim():
    """LC-15.1, 医保办发〔2022〕22号: two months from the notice, warned of, then forfeited; the last day rolls on over
    days off, and each step fires once however late the worker comes back."""
    with Daemon([LINCANG], at="2026-01-05T09:00:00+08:00") as d:
        c = d.client()
        b, mine = in_state(c, supervisor(c), "graded"), in_state(c, supervisor(c), "graded")
        c.at = "2026-02-28T09:00:00+08:00"
        assert step(c, b, "notified")["due"] == "2026-04-28" == step(c, mine, "notified")["due"]
        c.wind("2026-04-14T00:00:00+08:00", LINCANG)
        assert step(c, mine, "claimed", "fund")["state"] == "claimed"
        d.kill_worker(LINCANG)
        c.wind("2026-04-28T23:59:00+08:00", LINCANG)
        assert c.case(b)["state"] == "notified"
        c.wind("2026-04-29T00:00:00+08:00", LINCANG)
        said = [(e["event"], e.get("due")) for e in all_events(c, LINCANG) if e["id"] == b]
        assert said[3:] == [("notified", "2026-04-28"), ("warned", "2026-04-28"), ("warned", "2026-04-28"),
                            ("forfeited", "2026-04-28")]
        assert c.case(b)["state"] == "forfeited" and rules(c.explain(b)) == {"LC-15.1"}
        assert step(c, b, "claimed")["code"] == "illegal-move"
        assert [e["event"] for e in all_events(c, LINCANG) if e["id"] == mine][-1] == "claimed"


def test_the_last_day_rolls():
    """LC-15.1: 2026-02-01 is a Sunday (Civil Code 203)."""
    with Daemon([LINCANG], at="2025-12-01T09:00:00+08:00") as d:
        c = d.client()
        assert step(c, in_state(c, supervisor(c), "graded"), "notified")["due"] == "2026-02-02"


# ---------------------------------------------------------------- a city with a table

XUCHENG = "990100"


@pytest.fixture
def xucheng(tmp_path):
    policies = bent_policies(tmp_path / "policies")
    shutil.copy(ROOT / "tests/policies/990100.yaml", policies)
    with Daemon([XUCHENG], policies=policies) as d:
        yield d.client()


def test_grades_and_amounts(xucheng):
    """A policy with a table: grade and amount must fit; the amount stands in the sealed content and in no event."""
    c = xucheng
    a = c.ok("application.submit", {"name": "测试", "sex": "1", "birth_date": "1990-01-01", "id_no": idno(1, "19900101"),
                                    "phone": "13800000000", "voluntary": True}, XUCHENG)["entity_id"]
    assert_fact(c, a, "blacklisted")
    assert_fact(c, a, "contractor")
    s = c.ok("application.decide", decision(a), XUCHENG)["created"]
    r = handled(c, s, "mended", kind="tip", target="hospital", category="X1", nature=None, county=None)
    assert c.refused("not-assigned", "reward.refer", refer(r, department="bureau"), XUCHENG)
    c.refused("reward-not-applicable", "reward.refer", refer(r, department="desk", decree735="R37"), XUCHENG)
    b = c.ok("reward.refer", refer(r, department="desk"), XUCHENG)["entity_id"]
    assert step(c, b, "acknowledged", amount=20000)["code"] == "amount-not-allowed"
    step(c, b, "acknowledged")
    assert fields(step(c, b, "graded")) == {"grade"} and fields(step(c, b, "graded", grade="third")) == {"grade"}
    for amount in (99999, 500001):
        receipt = step(c, b, "graded", grade="first", amount=amount)
        assert (receipt["code"], rules(receipt)) == ("amount-not-allowed", {"XC-13"})
        assert "100000 to 500000 fen" in receipt["because"][0]["expected"]
    assert step(c, b, "graded", grade="first", amount=123457)["state"] == "graded"
    assert step(c, b, "notified")["due"] == "2026-02-05"
    sealed = c.ok("content.read", {"id": b, "department": "bureau"}, XUCHENG, reason="复核")["content"]
    assert [x["body"].get("amount") for x in sealed if x["body"].get("to") == "graded"] == [123457]
    told = repr([e for e in all_events(c, XUCHENG) if e["id"] == b]) + repr(c.case(b))
    assert "123457" not in told and "first" not in told


# ---------------------------------------------------------------- a policy that contradicts itself

@pytest.mark.parametrize("old, new, said", [
    ("kinds: [clue]", "kinds: [rumour]", "'rumour' is not a kind of report"),
    ("results: [substantiated, partly]", "results: [adopted]", "no rewarded kind ends with 'adopted'"),
    ("fraud: [R37, ", "fraud: [骗保, ", "is no article of Decree 735"),
    ("fraud: [R37, R40-1, R40-2, R40-3, R40-4, R40-p2, R41-p2]", "fraud: []", "'fraud' names none"),
    ("employer_kinds: [cooperating_insurer]", "employer_kinds: [bank]", "'bank' is not one of the policy's employer_kinds"),
    ("facts: [insurer_employment]", "facts: [wealth]", "'wealth' is not one of the policy's facts"),
    ("    facts: [insurer_employment]\n", "", "nobody could be found not excluded"),
    ("refer_to: bureau ", "refer_to: circus ", "which is not a department"),
    ("  claim_months: 2 ", "  # claim_months: 2 ", "'claim_months' is missing"),
    ("warn_days: [14, 3]", "warn_days: [90, 3]", "warns before it starts"),
    ("warn_days: [14, 3]  ", "warn_days: [14]\n  grades: [{ code: a, label: 甲, min_fen: 5, max_fen: 4 }] ", "'min_fen' to 'max_fen'"),
])
def test_what_a_policy_may_not_say(tmp_path, old, new, said):
    """LC-15.1, LC-15.2: refused by policy check, with file and line."""
    from jd import run
    policies = bent_policies(tmp_path / "p", ("530900.yaml", old, new))
    done = run("jianductl", "policy", "check", policies / "530900.yaml")
    assert done.returncode != 0 and said in done.stdout + done.stderr and "530900.yaml:" in done.stdout + done.stderr
