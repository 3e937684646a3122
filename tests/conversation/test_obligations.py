"""What the bureau and the agency owe by a day: begun with an appointment or a period, late without blocking
anything, waived by the authority. What meets them is proven where it is recorded."""

import pytest

from jd import LINCANG, NOW, WEIHAI
from jd import Daemon, all_events, appoint, clue, rules


def owed(c, division, code, state="open"):
    return [case for case in c.ok("case.list", {"entity": "obligation", "state": state, "limit": 500}, division)["cases"]
            if case["obligation"] == code]


def said(c, id):
    return [(e["event"], e["due"]) for e in all_events(c, id[2:8]) if e["id"] == id]


@pytest.mark.parametrize("code, rule", [("certificate", "LC-5.2"), ("notice", "LC-5.3")])
def test_what_an_appointment_brings(code, rule):
    """LC-5.2, LC-5.3: certificate and public notice are owed from the decision on, ten working days, and late is
    told once without blocking anything."""
    with Daemon([LINCANG], at="2026-08-03T09:00:00+08:00") as d:
        c = d.client()
        s = appoint(c)
        case, = [o for o in owed(c, LINCANG, code) if o["supervisor"] == s]
        assert (case["from"], case["due"], case["department"]) == ("2026-08-03", "2026-08-17", "bureau")
        assert (case["force"], case["basis"]) == ("must", "local")
        c.wind("2026-08-18T00:00:00+08:00", LINCANG)
        assert said(c, case["id"]) == [("begun", "2026-08-17"), ("warned", "2026-08-17"), ("overdue", "2026-08-17")]
        late = c.case(case["id"])
        assert late["state"] == "overdue" and late["overdue"] is True
        assert rules(c.ok("case.explain", {"id": case["id"]}, LINCANG)) == {rule}
        c.ok("report.submit", clue(s))


@pytest.mark.parametrize("division, code, months, force, rule", [
    (LINCANG, "meeting", 6, "in-principle", "LC-10.6"), (WEIHAI, "plenary", 12, "must", "WH-11.1")])
def test_a_meeting_that_nobody_holds(division, code, months, force, rule):
    """Acceptance 12. LC-10.6, WH-11.1: half a year in principle, a year at least; the event says it, and no state is blocked."""
    with Daemon([division], at="2026-01-05T09:00:00+08:00") as d:
        c = d.client()
        s = appoint(c, division=division)
        case, = owed(c, division, code, "overdue")  # the policy has been in force since long before
        assert case["force"] == force and case["basis"] == "text"
        years, start = divmod(int(case["from"][5:7]) - 1 + months, 12)
        assert case["due"][:7] == f"{int(case['from'][:4]) + years}-{start + 1:02d}"
        assert [e for e, _ in said(c, case["id"])][-1] == "overdue"
        assert rules(c.ok("case.explain", {"id": case["id"]}, division)) == {rule}
        c.ok("report.submit", clue(s), division)


def test_the_yearly_list():
    """LC-11.1: each calendar year, warned of on 1 December."""
    with Daemon([LINCANG], at="2025-11-01T09:00:00+08:00") as d:
        c = d.client()
        c.wind("2025-11-30T23:59:00+08:00", LINCANG)
        case, = owed(c, LINCANG, "institution-list", "overdue")
        assert case["department"] == "agency" and case["due"] == "2021-12-31", "the year the policy came into force"
        c.ok("obligation.waive", {"obligation": case["id"], "department": "bureau"}, reason="制度施行前")
        c.wind(c.at, LINCANG)
        while (last := owed(c, LINCANG, "institution-list", "overdue")):
            c.ok("obligation.waive", {"obligation": last[0]["id"], "department": "bureau"}, reason="补录")
            c.wind(c.at, LINCANG)
        case, = owed(c, LINCANG, "institution-list")
        assert case["due"] == "2025-12-31" and said(c, case["id"]) == [("begun", "2025-12-31")]
        c.wind("2025-12-01T00:00:00+08:00", LINCANG)
        assert said(c, case["id"])[1:] == [("warned", "2025-12-31")]


def test_waived_with_a_reason_and_the_next_begins(c):
    """LC-10.6: in principle; the authority says why not this time, and the next period begins."""
    c.wind(NOW)
    case, = owed(c, LINCANG, "meeting", "overdue")
    body = {"obligation": case["id"], "department": "bureau"}
    c.refused("reason-required", "obligation.waive", body)
    c.refused("not-the-authority", "obligation.waive", {**body, "department": "fund"}, reason="疫情")
    c.ok("obligation.waive", body, reason="疫情期间不聚集")
    assert c.case(case["id"])["state"] == "waived"
    later = {o["from"] for state in ("open", "overdue") for o in owed(c, LINCANG, "meeting", state)}
    assert later == {case["due"]}
    c.refused("illegal-move", "obligation.waive", body, reason="疫情")


def test_what_ends_with_the_appointment(c):
    """LC-5.2: nobody owes a certificate to somebody who is no supervisor any more."""
    s = appoint(c, division=WEIHAI)
    assert not [o for o in owed(c, WEIHAI, "certificate")], "WH: the text has no certificate"
    s = appoint(c)
    mine = [o["id"] for code in ("certificate", "notice") for o in owed(c, LINCANG, code) if o["supervisor"] == s]
    receipt = c.ok("dismissal.open", {"supervisor": s, "department": "bureau", "grounds": ["unable"],
                                      "evidence": "长期在外地工作"})
    c.ok("dismissal.decide", {"dismissal": receipt["entity_id"], "department": "bureau", "decision": "dismiss",
                              "proven": True})
    assert {c.case(id)["state"] for id in mine} == {"waived"} and len(mine) == 2

