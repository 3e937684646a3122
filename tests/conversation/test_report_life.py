"""The rest of a report's life: supplement, triage, drafted opinion, the limit that stands still or is
extended, reopening."""

import shutil

import pytest

from jd import LINCANG, ROOT, WEIHAI, Daemon, appoint, clue

T0 = "2026-01-06T02:00:00Z"


@pytest.fixture(scope="module")
def daemon():
    with Daemon() as d:
        yield d


@pytest.fixture(scope="module")
def c(daemon):
    client = daemon.client()
    client.at = T0
    return client


@pytest.fixture(scope="module")
def supervisors(c):
    return {d: appoint(c, 1, d) for d in (LINCANG, WEIHAI)}


@pytest.fixture(params=[LINCANG, WEIHAI])
def report(c, supervisors, request):
    """A fresh report of each city: its id, its desk and its supervisor."""
    s = supervisors[request.param]
    r = c.ok("report.submit", clue(s), request.param)
    return {"id": r["entity_id"], "desk": {"report": r["entity_id"], "department": r["department"]}, "supervisor": s,
            "division": request.param, "due": r["due"]}


def act(c, report, type, **body):
    return c.ask(type, {"report": report["id"], **body}, report["division"],
                 reason="测试" if type in ("report.assign", "report.object", "report.reopen", "clock.suspend", "clock.extend") else None)


def test_supplement_by_the_reporter_only(c, report):
    added = act(c, report, "report.supplement", supervisor=report["supervisor"], text="补充：另有两张单据。")
    assert (added["state"], added["version"]) == ("assigned", 2)
    other = c.ask("report.supplement", {"report": report["id"], "text": "x", "supervisor": report["supervisor"][:-1] + "9"},
                  report["division"])
    assert other["code"] == "not-a-supervisor"


def test_triage_needs_info_and_back(c, report):
    asked = act(c, report, "report.triage", by="fund", decision="needs-info", note="请补充日期")
    assert asked["state"] == "needs-info" and asked["due"] == report["due"]
    assert act(c, report, "report.accept", department=report["desk"]["department"])["code"] == "illegal-move"
    assert act(c, report, "report.supplement", supervisor=report["supervisor"], text="八月三日")["state"] == "assigned"


def test_triage_duplicate_is_told_like_any_result(c, report):
    """LC-10.4: a duplicate still gets feedback."""
    again = c.ok("report.submit", clue(report["supervisor"]), report["division"])["entity_id"]
    triage = {"report": again, "by": "fund", "decision": "duplicate"}
    assert c.ask("report.triage", triage, report["division"])["code"] == "not-the-original"
    later = c.ask("report.triage", {**triage, "report": report["id"], "duplicate_of": again}, report["division"])
    assert later["code"] == "not-the-original"
    done = c.ok("report.triage", {**triage, "duplicate_of": report["id"]}, report["division"])
    assert done["state"] == "resulted"
    case = c.case(again)
    assert (case["triage"], case["duplicate_of"], case["clock"]) == ("duplicate", report["id"], "feedback")
    fed = c.ok("report.feedback", {"report": again, "department": "fund", "channel": "phone", "text": "与前件重复"},
               report["division"])
    assert fed["state"] == "fed-back"


def test_triage_forwarded_names_where(c, report):
    """LC-2.3: what is not ours is forwarded."""
    assert act(c, report, "report.triage", by="fund", decision="forwarded")["code"] == "missing-field"
    assert act(c, report, "report.triage", by="fund", decision="forwarded", forwarded_to="市市场监督管理局")["state"] == "resulted"
    ours = act(c, report, "report.triage", by="office" if report["division"] == WEIHAI else "agency", decision="ours")
    assert ours["code"] == "not-assigned"


def test_a_drafted_opinion_comes_before_the_assignment_where_the_policy_asks(tmp_path):
    """LC-10.1, LC-10.2, LC-10.3: the aggregator drafts, then it is handed over."""
    shutil.copytree(ROOT / "policies", tmp_path / "p")
    file = tmp_path / "p" / "530900.yaml"
    file.write_text(file.read_text().replace("management:\n", "management:\n  draft_opinion: true\n"))
    with Daemon(divisions=(LINCANG,), policies=tmp_path / "p") as d:
        c = d.client()
        c.at = T0
        s = appoint(c, 1)
        r = c.ok("report.submit", clue(s))
        assert (r["state"], r["department"]) == ("registered", "county-530902")
        waiting = c.case(r["entity_id"])  # the route's proposal is there for who drafts
        assert (waiting["state"], waiting["route"], waiting["department"]) == ("registered", "LC-R3", "county-530902")
        for by in ("bureau", "county-530902", "discipline"):  # LC-10.1: only the section's person consolidates
            early = c.ask("report.assign", {"report": r["entity_id"], "by": by, "department": "county-530902"}, reason="x")
            assert (early["status"], early["code"]) == ("forbidden", "not-assigned")
        assert c.ask("report.accept", {"report": r["entity_id"], "department": "county-530902"})["code"] == "illegal-move"
        draft = {"report": r["entity_id"], "by": "fund", "department": "county-530921", "opinion": "建议由凤庆县核查"}
        assert c.ask("report.propose", {**draft, "by": "agency"})["code"] == "not-assigned"
        proposed = c.ok("report.propose", draft)
        assert (proposed["state"], proposed["department"]) == ("proposed", "county-530921")
        assert [b["rule"] for b in proposed["because"]] == ["LC-10.1"]
        assigned = c.ok("report.assign", {"report": r["entity_id"], "by": "fund", "department": "county-530921"},
                        reason="按办理意见转办")
        assert (assigned["state"], assigned["due"]) == ("assigned", r["due"])


def test_the_limit_stands_still_and_runs_on():
    """Lincang counts calendar days, Weihai working days: both keep the days that were left."""
    with Daemon() as d:
        c = d.client()
        c.at = "2026-03-02T02:00:00Z"
        for division, due, resumed in ((LINCANG, "2026-05-06", "2026-05-26"), (WEIHAI, "2026-03-23", "2026-04-13")):
            s = appoint(c, 1, division)
            c.at = "2026-03-02T02:00:00Z"
            r = c.ok("report.submit", clue(s), division)
            assert r["due"] == due
            desk = {"report": r["entity_id"], "by": r["department"]}
            c.ok("report.accept", {"report": r["entity_id"], "department": r["department"]}, division)
            wrong = c.ask("clock.suspend", {**desk, "ground": "holiday"}, division, reason="x")
            assert wrong["code"] == "unknown-in-policy"
            c.at = "2026-03-10T02:00:00Z"
            c.ok("clock.suspend", {**desk, "ground": "appraisal"}, division, reason="待鉴定")
            assert c.ask("report.result", {"report": r["entity_id"], "department": r["department"],
                                           "result": "substantiated", "summary": "x"}, division)["code"] == "illegal-move"
            c.at = "2026-03-30T02:00:00Z"
            assert c.ok("clock.resume", desk, division)["due"] == resumed
            c.at = "2026-03-02T02:00:00Z"


def test_extension_once_with_the_approver(c, report):
    """Petition regulation art. 34: at most 30 days, approved, told with its reason."""
    assert act(c, report, "clock.extend", approver="bureau", days=31)["code"] == "extension-not-allowed"
    assert act(c, report, "clock.extend", approver="fund", days=30)["code"] == "not-the-authority"
    assert c.ask("clock.extend", {"report": report["id"], "approver": "bureau", "days": 5}, report["division"])["code"] == "reason-required"
    longer = act(c, report, "clock.extend", approver="bureau", days=30)
    assert longer["due"] > report["due"]
    assert act(c, report, "clock.extend", approver="bureau", days=1)["code"] == "extension-not-allowed"


def close(c, report):
    for type, body in (("report.accept", {}), ("report.result", {"result": "substantiated", "summary": "查实"}),
                       ("report.feedback", {"channel": "phone", "text": "已告知"}), ("report.close", {})):
        c.ok(type, {**report["desk"], **body}, report["division"])


def test_reopening_within_the_window(c, report):
    close(c, report)
    again = act(c, report, "report.reopen", by="fund")
    assert again["state"] == "assigned" and again["due"] == report["due"]
    case = c.case(report["id"])
    assert "result" not in case
    close(c, report)


def test_reopening_too_late():
    with Daemon(divisions=(WEIHAI,)) as d:
        c = d.client()
        c.at = T0
        s = appoint(c, 1, WEIHAI)
        r = c.ok("report.submit", clue(s), WEIHAI)
        report = {"id": r["entity_id"], "desk": {"report": r["entity_id"], "department": r["department"]}, "division": WEIHAI}
        close(c, report)
        c.at = "2026-02-06T02:00:00Z"
        assert act(c, report, "report.reopen", by="fund")["code"] == "reopen-too-late"
