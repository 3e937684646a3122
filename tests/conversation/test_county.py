"""A county joins by saying what differs from its city: tests/policies/530921.yaml, beside the city in one daemon
(acceptance 11). Reports of another area are passed on, and the result comes back."""

import json
import shutil

import pytest

from jd import FACTS, LINCANG, ROOT, WEIHAI
from jd import (Daemon, all_events, appoint, apply, bent_policies, clue, decision, assert_fact, fields, form, rules, run,
                wait_for)

FENGQING, YUN = "530921", "530922"
FACTS.setdefault(FENGQING, FACTS[LINCANG])
FACTS.setdefault(YUN, FACTS[LINCANG])


def county_policies(folder, *changes):
    """The shipped policies with the county's beside them, and a second county made from it."""
    policies = bent_policies(folder)
    text = (ROOT / "tests/policies/530921.yaml").read_text()
    for old, new in changes:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    (policies / "530921.yaml").write_text(text)
    second = text.replace("fengqing-2026", "yunxian-2026").replace("division: 530921", "division: 530922")
    (policies / "530922.yaml").write_text(second.replace("{ code: 530921, rule: FQ-3, label: 凤庆县 }",
                                                         "{ code: 530922, rule: FQ-3, label: 云县 }"))
    return policies


@pytest.fixture
def daemon(tmp_path):
    with Daemon([LINCANG, FENGQING, YUN], policies=county_policies(tmp_path / "policies")) as d:
        yield d
        shutil.rmtree(tmp_path / "policies")  # what is recorded needs no file: verified and replayed without


def supervisor(c, division=FENGQING):
    a = apply(c, division, expertise=["medicine"])
    for predicate in FACTS[LINCANG]:
        assert_fact(c, a, predicate)
    return c.ok("application.decide", decision(a), division)["created"]


def county_clue(supervisor, **changes):
    return clue(supervisor, **{"category": "LC.B1", "county": supervisor[2:8], **changes})


# ---------------------------------------------------------------- the county's own level

def test_from_application_to_lapse(daemon):
    """LC-16.1: the county appoints its own, under the city's conditions and its own term of two years; every
    decision cites the county's policy."""
    c = daemon.client()
    receipt = c.ok("application.submit", form(None, expertise=["medicine"]), FENGQING)
    assert (receipt["policy"], receipt["state"]) == ("fengqing-2026@1", "needs-fact")
    assert {"LC-4.1", "LC-4.3"} <= rules(receipt)  # inherited
    a = receipt["entity_id"]
    for predicate in FACTS[LINCANG]:
        assert_fact(c, a, predicate)
    c.refused("unknown-in-policy", "application.decide", decision(a, department="county-530921"), FENGQING)
    receipt = c.ok("application.decide", decision(a), FENGQING)
    assert rules(receipt) == {"FQ-1", "FQ-2"} and receipt["policy"] == "fengqing-2026@1"
    s = receipt["created"]
    assert c.case(s)["term_end"] == "2028-01-05"
    city = appoint(c)
    assert c.case(city)["term_end"] == "2029-01-05"
    c.wind("2028-01-06T00:00:00+08:00", FENGQING)
    assert c.case(s)["state"] == "lapsed"
    last = [e for e in all_events(c, FENGQING) if e["id"] == s][-1]
    assert (last["event"], last["due"], last["articles"]) == ("lapsed", "2028-01-05", ["LC-13.2"])
    assert {e["policy"] for e in all_events(c, FENGQING)} == {"fengqing-2026@1"}
    assert c.case(city)["policy"] == "lincang-2021@1"


def test_from_report_to_feedback(daemon):
    """LC-16.1, LC-16.2, LC-10.4: the county handles within its own limit what lies within its area."""
    c = daemon.client()
    s = supervisor(c)
    receipt = c.ok("report.submit", county_clue(s), FENGQING)
    assert (receipt["department"], receipt["due"], rules(receipt)) == ("fund", "2026-02-02", {"FQ-1"})
    r = receipt["entity_id"]
    desk = {"report": r, "department": "fund"}
    c.ok("report.accept", desk, FENGQING)
    c.ok("report.result", {**desk, "result": "substantiated", "summary": "属实"}, FENGQING)
    assert rules(c.refused("feedback-required", "report.close", desk, FENGQING)) == {"LC-10.4"}
    c.ok("report.feedback", {**desk, "channel": "phone", "text": "已处理"}, FENGQING)
    assert c.ok("report.close", desk, FENGQING)["policy"] == "fengqing-2026@1"
    answer = c.explain(r)
    assert {h["policy"] for h in answer["history"]} == {"fengqing-2026@1"}
    assert "FQ-1" in rules(answer["history"][0])
    c.refused("not-own-division", "report.submit", county_clue(s), LINCANG)


def test_what_is_shown(daemon):
    """LC-16.1, LC-17.1, LC-17.2, WH-13.1: whose policy it is, whose it builds on, since when, who interprets it."""
    c = daemon.client()
    shown = c.ok("policy.show", {}, FENGQING)["policy"]
    assert (shown["extends"], shown["status"], shown["in_force"]) == (530900, "trial", True)
    assert shown["interpretation"] == {"department": "bureau", "rule": "FQ-4"} and shown["effective_from"] == "2026-01-04"
    city = c.ok("policy.show", {}, LINCANG)["policy"]
    assert city["interpretation"] == {"department": "bureau", "rule": "LC-17.2"} and "extends" not in city
    assert len(city["hash"]) == 64 != city["hash"] != shown["hash"]


def test_who_interprets_weihais():
    """WH-13.1"""
    with Daemon([WEIHAI]) as d:
        shown = d.client().ok("policy.show", {}, WEIHAI)["policy"]
        assert shown["interpretation"] == {"department": "bureau", "rule": "WH-13.1"}
        assert (shown["status"], shown["effective_from"], shown["in_force"]) == ("trial", "2019-09-03", True)


def test_a_change_of_the_city_is_one_of_the_county(tmp_path):
    """LC-16.1: the county's policy is both texts; when the city's changes, so does the county's."""
    policies = county_policies(tmp_path / "policies")
    with Daemon([FENGQING], policies=policies) as d:
        before = d.client().ok("policy.show", {}, FENGQING)["policy"]["hash"]
        d.stop()
        city = policies / "530900.yaml"
        city.write_text(city.read_text().replace("reopen_days: 30 ", "reopen_days: 40 "))
        d.start()
        assert d.client().ok("policy.show", {}, FENGQING)["policy"]["hash"] != before
        shutil.rmtree(policies)


# ---------------------------------------------------------------- the file

def check(policies, name="530921.yaml"):
    done = run("jianductl", "policy", "check", policies / name)
    return done.returncode, (done.stdout + done.stderr).replace(f"{policies}/", "")


def test_the_differences(tmp_path):
    """acceptance 11, LC-16.1: what the county changes, value by value, with its line and rule."""
    policies = county_policies(tmp_path / "policies")
    assert check(policies)[0] == 0 and "extending 530900" in check(policies)[1]
    alone = run("jianductl", "policy", "diff", policies / "530921.yaml")
    both = run("jianductl", "policy", "diff", policies / "530900.yaml", policies / "530921.yaml")
    assert alone.returncode == both.returncode == 1 and alone.stdout == both.stdout
    line = 1 + (policies / "530921.yaml").read_text().split("\n").index("  term_months: 24")
    assert f"! appointment.term_months: 36 -> 24  (530921.yaml:{line}, FQ-2)" in alone.stdout.split("\n")
    assert "! clocks.handling.unit: calendar -> working" in alone.stdout
    assert "- departments[county-530902]: " in alone.stdout and "+ rules[FQ-1]: " in alone.stdout
    assert "eligibility" not in alone.stdout and "rules[LC-" not in alone.stdout
    config = tmp_path / "jiandu.yaml"
    config.write_text(f"state: {tmp_path}\nruntime: {tmp_path}\npolicies: {policies}\ndivisions: [530921]\n")
    assert run("jianductl", "policy", "diff", "-c", config, LINCANG, FENGQING).stdout == both.stdout
    assert run("jianductl", "policy", "diff", policies / "530900.yaml").returncode == 64
    same = run("jianductl", "policy", "diff", policies / "530921.yaml", policies / "530921.yaml")
    assert (same.returncode, same.stdout) == (0, "")
    shown = run("jianductl", "policy", "show", "--json", policies / "530921.yaml")
    whole = json.loads(shown.stdout)
    assert whole["appointment"]["term_months"] == "24" and whole["appointment"]["lapse_rule"] == "LC-13.2"


@pytest.mark.parametrize("old, new, expected", [
    ("extends: 530900", "extends: 530921", "530921.yaml:5: a policy cannot extend itself"),
    ("extends: 530900", "extends: 530999", "530921.yaml:5: extends '530999', whose policy is not beside it"),
    ("extends: 530900", "extends: 530922", "530922.yaml:5: this extends another in turn"),
    ("extends: 530900", "extends: lincang", "530921.yaml:5: extends 'lincang', whose policy is not beside it"),
    ("term_months: 24", "term_months: many", "'term_months' must be a whole number"),
    ("term_rule: FQ-2", "term_rule: FQ-9", "FQ-9, which is not among the rules"),
    ("{ code: county-530902, remove: true }", "{ code: county-530999, remove: true }", "there is no 'county-530999' to remove"),
    ("{ code: county-530902, remove: true }", "{ code: county-530921, label: x }", "'county-530921' stands twice, first in line 26"),
    ("{ code: county-530902, remove: true }", "{ label: x }", "an item that changes an inherited list needs its name"),
    ("id: fengqing-2026\n", "", "'id' is missing"),
    ("effective_from: 2026-01-04\n", "", "'effective_from' is missing"),
    ("  outside_rule: LC-16.2\n", "", "'outside_rule' is missing"),
    ("outside: forward", "outside: ignore", "'outside' must be forward or refuse"),
    ("status: trial", "status: gone", "'status' must be trial, formal or repealed"),
    # what is inherited is wrong where it stands
    ("  - { code: agency, rule: FQ-1, label: 凤庆县医疗保险管理局 }", "  - { code: discipline, remove: true }",
     "530900.yaml:"),
])
def test_mistakes_name_the_right_file(tmp_path, old, new, expected):
    """LC-16.1: own mistakes by the county's file and line, inherited ones by the city's."""
    policies = county_policies(tmp_path / "policies")
    file = policies / "530921.yaml"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    code, said = check(policies)
    assert code == 65 and expected in said, said
    with pytest.raises(AssertionError):
        Daemon([FENGQING], policies=policies).start()


def test_a_mistake_of_the_city_is_told_to_the_county(tmp_path):
    """LC-16.1"""
    policies = county_policies(tmp_path / "policies")
    city = policies / "530900.yaml"
    text = city.read_text()
    city.write_text(text.replace("lapse_rule: LC-13.2", "lapse_rule: LC-99"))
    line = 1 + text[:text.index("appointment:\n")].count("\n")
    code, said = check(policies)
    assert code == 65 and "names LC-99, which is not among the rules" in said
    city.write_text(text.replace("days: 5\n    unit: working\n    warn_days: [1]", "days: 5\n    unit: lunar"))
    code, said = check(policies)
    assert code == 65 and said.startswith("530900.yaml:") and "must be working or calendar" in said and line


# ---------------------------------------------------------------- another area

def outside(c, s, **changes):
    return c.ok("report.submit", county_clue(s, **{"county": YUN, **changes}), FENGQING)


def test_another_area_is_held_and_passed_on(daemon):
    """LC-16.2, LC-2.3: a report of another county is taken, held, and forwarded; that county handles it, and its
    result is told to the supervisor here (LC-10.4)."""
    c = daemon.client()
    s = supervisor(c)
    receipt = outside(c, s)
    assert (receipt["state"], rules(receipt), fields(receipt)) == ("held", {"LC-16.2"}, {"county"})
    assert "department" not in receipt and receipt["due"] == "2026-02-02"
    r = receipt["entity_id"]
    content = {k: v for k, v in county_clue(s, county=YUN).items() if k != "supervisor"}
    there = c.ok("report.receive", {"origin": r, **content}, YUN)
    assert (there["state"], there["policy"], there["department"]) == ("assigned", "yunxian-2026@1", "fund")
    t = there["entity_id"]
    body = {"report": r, "by": "fund", "division": YUN, "forwarded_case": t}
    assert c.ask("report.forward", body, FENGQING)["code"] == "reason-required"
    c.refused("not-assigned", "report.forward", {**body, "by": "agency"}, FENGQING, reason="不属本县")
    for wrong in ({"division": FENGQING}, {"division": "abcdef"}, {"forwarded_case": "R-530900-00000001"},
                  {"forwarded_case": t.replace("R", "S")}):
        c.refused("inconsistent", "report.forward", {**body, **wrong}, FENGQING, reason="不属本县")
    gone = c.ok("report.forward", body, FENGQING, reason="不属本县")
    assert (gone["state"], rules(gone), gone["due"]) == ("forwarded", {"LC-16.2"}, "2026-02-02")
    case = c.case(r)
    assert (case["forwarded_to"], case["forwarded_case"], case["department"]) == (530922, t, "fund")
    assert c.case(t)["origin"] == r and "supervisor" not in c.case(t)

    c.refused("already-received", "report.receive", {"origin": r, **content}, YUN)
    c.refused("not-the-reporter", "report.supplement", {"report": t, "supervisor": supervisor(c, YUN), "text": "x"}, YUN)
    c.ok("report.accept", {"report": t, "department": "fund"}, YUN)
    c.ok("report.result", {"report": t, "department": "fund", "result": "partly", "summary": "部分属实"}, YUN)
    back = c.ok("report.result", {"report": r, "department": "fund", "result": "partly", "summary": "云县回复：部分属实"},
                FENGQING)
    assert (back["state"], back["due"]) == ("resulted", "2026-01-12")
    c.ok("report.feedback", {"report": r, "department": "fund", "channel": "phone", "text": "已转云县，部分属实"}, FENGQING)
    c.ok("report.acknowledge", {"report": r, "supervisor": s, "satisfied": True}, FENGQING)
    c.ok("report.feedback", {"report": t, "department": "fund", "channel": "letter", "text": "已告知凤庆县"}, YUN)
    assert c.ok("report.close", {"report": t, "department": "fund"}, YUN)["state"] == "closed"
    told = [e for e in all_events(c, FENGQING) if e["event"] == "forwarded"]
    assert [(e["id"], e["from"], e["to"], e["articles"]) for e in told] == [(r, "held", "forwarded", ["LC-16.2"])]


def test_the_limit_runs_on(daemon):
    """LC-16.2, LC-10.4: who forwards still owes the supervisor an answer, and is warned of it."""
    c = daemon.client()
    r = outside(c, supervisor(c))["entity_id"]
    c.ok("report.forward", {"report": r, "by": "fund", "division": YUN}, FENGQING, reason="不属本县")
    c.wind("2026-02-03T09:00:00+08:00", FENGQING)
    said = [e["event"] for e in all_events(c, FENGQING) if e["id"] == r]
    assert said == ["held", "forwarded", "warned", "warned", "warned", "overdue"]
    assert c.case(r)["overdue"] is True and c.case(r)["state"] == "forwarded"
    taken_back = c.ok("report.assign", {"report": r, "by": "fund", "department": "agency"}, FENGQING, reason="收回")
    assert taken_back["state"] == "assigned"


def test_held_may_be_kept_after_all(daemon):
    """LC-16.2"""
    c = daemon.client()
    r = outside(c, supervisor(c))["entity_id"]
    body = {"report": r, "by": "fund", "department": "agency"}
    assert c.ok("report.assign", body, FENGQING, reason="本县机构")["department"] == "agency"


def test_an_institutions_code_is_a_hint(daemon):
    """LC-16.2: it says where the institution lies; staff are told, and nothing is decided by it."""
    c = daemon.client()
    s = supervisor(c)
    receipt = outside(c, s, county=None, institution="H53092200123")
    assert receipt["state"] == "assigned" and rules(receipt) == {"FQ-1", "LC-16.2"} and "institution" in fields(receipt)
    for own in ("H53092100001", "H37100200001", "X1"):
        assert "institution" not in fields(outside(c, s, county=None, institution=own))


def test_refusing_is_a_policys_choice(tmp_path):
    """LC-16.2, LC-2.3: `outside: refuse` refuses at the door, with the rule it names; the city does so."""
    policies = county_policies(tmp_path / "policies", ("outside: forward", "outside: refuse"))
    with Daemon([FENGQING, LINCANG], policies=policies) as d:
        c = d.client()
        s, before = supervisor(c), c.last_seq(FENGQING)
        refused = c.refused("not-own-division", "report.submit", county_clue(s, county=YUN), FENGQING)
        assert rules(refused) == {"LC-16.2"} and c.last_seq(FENGQING) >= before
        city = c.refused("not-own-division", "report.submit", clue(appoint(c), county="371002"))
        assert rules(city) == {"LC-2.3"}


def test_the_city_forwards_to_a_county(daemon):
    """LC-2.3, LC-16.2: the same way down, from whatever desk it lies on."""
    c = daemon.client()
    s = appoint(c)
    for state in ("assigned", "accepted"):
        r = c.ok("report.submit", clue(s, county=FENGQING))
        if state == "accepted":
            c.ok("report.accept", {"report": r["entity_id"], "department": "county-530921"})
        body = {"report": r["entity_id"], "by": "fund", "division": FENGQING}
        gone = c.ok("report.forward", body, reason="由县级办理")
        assert (gone["state"], rules(gone)) == ("forwarded", {"LC-2.3"})
        content = {k: v for k, v in clue(s, county=FENGQING).items() if k != "supervisor"}
        assert c.ok("report.receive", {"origin": r["entity_id"], **content}, FENGQING)["state"] == "assigned"


def test_what_is_received_follows_the_rules_here(daemon):
    """LC-16.2, LC-7.A3, LC-9.5: area, conflict, secrecy, routes, as for a report of one's own."""
    c = daemon.client()
    r = outside(c, supervisor(c))["entity_id"]
    content = {k: v for k, v in county_clue(f"S-{YUN}-00000001").items() if k != "supervisor"}
    take = {"origin": r, **content}
    assert "county" in fields(c.refused("not-own-division", "report.receive", {**take, "county": FENGQING}, YUN))
    c.refused("state-secret", "report.receive", {**take, "secrecy": "state_secret"}, YUN)
    c.refused("inconsistent", "report.receive", {**take, "origin": f"R-{YUN}-00000001"}, YUN)
    c.refused("inconsistent", "report.receive", {**take, "origin": f"S-{FENGQING}-00000001"}, YUN)
    c.refused("kind-not-accepted", "report.receive", {**take, "kind": "gossip"}, YUN)
    assert c.ask("report.receive", {**take, "supervisor": f"S-{YUN}-00000001"}, YUN)["code"] == "unknown-field"
    held = c.ok("report.receive", {**take, "accused": ["fund", "discipline"]}, YUN)
    assert held["state"] == "held" and "LC-7.A3" in rules(held)


# ---------------------------------------------------------------- jianductl forward

def forward(d, r, to=YUN, check=0, by="fund"):
    return d.ctl("forward", r, "--to", to, "--by", by, "--reason", "不属本县", check=check)


def reports(c, division):
    return c.ok("case.list", {"entity": "report"}, division)["cases"]


def test_both_ends_by_one_command(daemon):
    """LC-16.2, LC-10.4: jianductl forward does both ends, and brings the result back when there is one."""
    c = daemon.client()
    s = supervisor(c)
    r = outside(c, s)["entity_id"]
    c.ok("report.supplement", {"report": r, "supervisor": s, "text": "另有一份收据"}, FENGQING)
    forward(daemon, r)
    case = c.case(r)
    t = case["forwarded_case"]
    assert case["state"] == "forwarded" and c.case(t)["origin"] == r
    received = c.ok("content.read", {"id": t, "department": "bureau"}, YUN, reason="办理")["content"][-1]["body"]
    assert "另有一份收据" in received["text"] and "supervisor" not in received
    assert "assigned" in forward(daemon, r).stdout and c.case(r)["state"] == "forwarded"
    c.ok("report.accept", {"report": t, "department": "fund"}, YUN)
    c.ok("report.result", {"report": t, "department": "fund", "result": "substantiated", "summary": "属实"}, YUN)
    forward(daemon, r)
    assert c.case(r)["state"] == "resulted" and c.case(r)["result"] == "substantiated"
    assert [x["id"] for x in reports(c, YUN)] == [t]
    daemon.ctl("forward", r, "--to", YUN, check=64)


def test_broken_off_in_between(daemon):
    """LC-16.2: when it breaks off behind the first end, the same command again does the second, and the first not
    twice; across a worker's death."""
    c = daemon.client()
    r = outside(c, supervisor(c))["entity_id"]
    forward(daemon, r, by="bureau", check=1)  # received there; here that department reads and may not
    assert c.case(r)["state"] == "held" and len(reports(c, YUN)) == 1
    daemon.kill_worker(YUN)
    daemon.kill_worker(FENGQING)
    for division in (YUN, FENGQING):
        wait_for(lambda d=division: daemon.up(d), "the worker")
    forward(daemon, r)
    assert len(reports(c, YUN)) == 1 and c.case(r)["forwarded_case"] == reports(c, YUN)[0]["id"]


def test_refused_there_nothing_happened_here(daemon):
    """LC-16.2"""
    c = daemon.client()
    r = outside(c, supervisor(c))["entity_id"]
    forward(daemon, r, to=FENGQING, check=65)
    forward(daemon, r, to=WEIHAI, check=65)
    assert c.case(r)["state"] == "held"
    assert [e["event"] for e in all_events(c, FENGQING) if e["id"] == r] == ["held", "read", "read"], "looked at, and no more"


def test_what_is_told_already_is_not_passed_on(daemon):
    """LC-16.2"""
    c = daemon.client()
    r = outside(c, supervisor(c))["entity_id"]
    c.ok("report.triage", {"report": r, "by": "fund", "decision": "forwarded", "forwarded_to": "云县公安局"}, FENGQING)
    assert "resulted" in forward(daemon, r, check=1).stderr
    assert reports(c, YUN) == []
