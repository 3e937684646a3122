"""A third city joins by writing one file, with no line of C (rules.md §6): tests/policies/990100.yaml, whose
rules are like neither of the two."""

import shutil

import pytest

from jd import LINCANG, ROOT
from jd import (Daemon, all_events, another, assert_fact, bent_policies, clue, decision, fields, form, idno,
                rules)

XUCHENG = "990100"


@pytest.fixture
def city(tmp_path):
    policies = bent_policies(tmp_path / "policies")
    shutil.copy(ROOT / "tests/policies/990100.yaml", policies)
    with Daemon([XUCHENG, LINCANG], policies=policies) as d:
        yield d


def applicant(born="1990-01-01", **changes):
    """As much as this city asks for, and no more."""
    full = form(number := another(), id_no=idno(number, born.replace("-", "")), birth_date=born, voluntary=True)
    least = {key: full[key] for key in ("name", "sex", "birth_date", "id_no", "phone", "voluntary")}
    return least | changes


def appointed(c):
    a = c.ok("application.submit", applicant(), XUCHENG)["entity_id"]
    assert_fact(c, a, "blacklisted")
    return c.ok("application.decide", decision(a), XUCHENG)["created"]


def tip(supervisor, **changes):
    return {"supervisor": supervisor, "kind": "tip", "target": "hospital", "category": "X1", "text": "收费不公示", **changes}


def test_from_application_to_feedback(city):
    c = city.client()
    receipt = c.ok("application.submit", applicant(), XUCHENG)
    a = receipt["entity_id"]
    assert (receipt["state"], rules(receipt), receipt["policy"]) == ("needs-fact", {"XC-2.3"}, "xucheng-2026@1")
    assert c.case(a)["channel"] == "walk-in"
    assert assert_fact(c, a, "blacklisted")["state"] == "eligible"
    receipt = c.ok("application.decide", decision(a), XUCHENG)
    s = receipt["created"]
    assert rules(receipt) == {"XC-1", "XC-4"} and c.case(s)["term_end"] == "2027-07-05"

    receipt = c.ok("report.submit", tip(s), XUCHENG)
    r = receipt["entity_id"]
    assert (receipt["department"], receipt["due"], rules(receipt)) == ("desk", "2026-01-19", {"XC-6"})
    desk = {"report": r, "department": "desk"}
    c.ok("report.accept", desk, XUCHENG)
    assert fields(c.refused("result-not-for-kind", "report.result",
                            {**desk, "result": "substantiated", "summary": "属实"}, XUCHENG)) == {"result"}
    assert c.ok("report.result", {**desk, "result": "mended", "summary": "已改"}, XUCHENG)["due"] == "2026-01-08"
    assert rules(c.refused("feedback-required", "report.close", desk, XUCHENG)) == {"XC-6"}
    c.refused("unknown-in-policy", "report.feedback", {**desk, "channel": "phone", "text": "已改"}, XUCHENG)
    c.ok("report.feedback", {**desk, "channel": "window", "text": "已改"}, XUCHENG)
    assert c.ok("report.close", desk, XUCHENG)["state"] == "closed"
    assert {e["policy"] for e in all_events(c, XUCHENG)} == {"xucheng-2026@1"}


@pytest.mark.parametrize("born, good", [("2008-01-05", True), ("2008-01-06", False), ("1955-01-06", True),
                                        ("1955-01-05", False)])
def test_an_age_range(city, born, good):
    """Eighteen to seventy full years on the day it is received; a condition neither of the two cities has."""
    c = city.client()
    receipt = c.ask("application.submit", applicant(born), XUCHENG)
    if good:
        assert receipt["state"] == "needs-fact"
    else:
        assert receipt["code"] == "condition-not-met" and "XC-2.1" in rules(receipt) and "age" in fields(receipt)
        c.ok("application.submit", form(None, birth_date=born, id_no=idno(another(), born.replace("-", ""))), LINCANG)


def test_a_quota(city):
    """No third supervisor while two serve: seen when screened, and again at the decision."""
    c = city.client()
    early = c.ok("application.submit", applicant(), XUCHENG)["entity_id"]
    assert_fact(c, early, "blacklisted")
    appointed(c), appointed(c)
    receipt = c.ok("application.submit", applicant(), XUCHENG)
    assert receipt["state"] == "proposed-ineligible" and "active_supervisors" in fields(receipt)
    assert rules(c.refused("may-not-appoint", "application.decide", decision(early), XUCHENG)) == {"XC-2.4"}


def test_its_own_channels(city):
    c = city.client()
    invited = applicant(recommender="union", nominee_kind="worker")
    assert c.case(c.ok("nomination.submit", invited, XUCHENG)["entity_id"])["channel"] == "invited"
    c.refused("pair-not-allowed", "nomination.submit", applicant(recommender="npc", nominee_kind="npc-deputy"), XUCHENG)


def test_its_own_reports(city):
    """Other kinds and targets, no counties, and nobody to divert to: what accuses the desk is held."""
    c = city.client()
    s = appointed(c)
    c.refused("kind-not-accepted", "report.submit", tip(s, kind="clue"), XUCHENG)
    c.refused("target-not-supervised", "report.submit", tip(s, target="institution"), XUCHENG)
    c.refused("not-own-division", "report.submit", tip(s, county="530902"), XUCHENG)
    assert c.case(c.ok("report.submit", tip(s, category="other"), XUCHENG)["entity_id"])["category"] == "X9"
    praise = {"supervisor": s, "kind": "praise", "text": "服务热情"}
    assert c.ok("report.submit", praise, XUCHENG)["department"] == "bureau"
    receipt = c.ok("report.submit", tip(s, accused=["desk"]), XUCHENG)
    assert receipt["state"] == "held" and "XC-7" in rules(receipt)
    body = {"report": receipt["entity_id"], "by": "bureau", "department": "bureau"}
    assert c.ok("report.assign", body, XUCHENG, reason="无其他部门")["department"] == "bureau"
    c.refused("not-own-division", "report.submit", clue(s), LINCANG)


def test_its_own_times(city):
    """Eighteen months, a warning two weeks before, and no objection clock: an objection is never too late."""
    c = city.client()
    s = appointed(c)
    r = c.ok("report.submit", tip(s), XUCHENG)["entity_id"]
    c.wind("2026-12-01T09:00:00+08:00", XUCHENG)
    c.ok("report.object", {"report": r, "department": "desk"}, XUCHENG, reason="不属本科职责")
    c.wind("2027-07-06T00:00:00+08:00", XUCHENG)
    said = [(e["event"], e.get("due")) for e in all_events(c, XUCHENG) if e["cause"] is None]
    assert said == [("activated", "2026-01-04"), ("activated", "2026-12-31"), ("warned", "2026-01-19"), ("overdue", "2026-01-19"),
                    ("expiring", "2027-07-05"), ("lapsed", "2027-07-05")]



def test_what_it_holds_with_supervisors(city):
    """Other kinds of meetings, activities and documents, by another desk; no hearings, no referrals, nobody chosen."""
    c = city.client()
    s = appointed(c)
    tea = {"department": "desk", "kind": "tea", "held_on": "2026-01-05", "attendees": [s], "material": "cake"}
    assert rules(c.ok("meeting.record", tea, XUCHENG)) == {"XC-11"}
    c.refused("not-the-authority", "meeting.record", {**tea, "department": "bureau"}, XUCHENG)
    for type in ("hearing.record", "training.record"):
        c.refused("not-in-regulation", type, tea, XUCHENG)
    walk = {"department": "desk", "kind": "walk", "title": "走访", "on": "2026-01-05", "supervisors": [s]}
    c.ok("activity.invite", walk, XUCHENG)
    c.ok("activity.report", {"supervisor": s, "kind": "walk", "on": "2026-01-05", "hours": 1, "text": "走访"}, XUCHENG)
    bulletin = {"department": "desk", "kind": "bulletin", "title": "简报", "reference": "b/1", "requires_ack": False}
    assert c.ok("document.send", bulletin, XUCHENG)["state"] == "sent"
    c.refused("not-in-regulation", "referral.record", {"supervisor": s, "department": "bureau", "authority": "公安",
                                                       "ground": "盗窃", "referred_on": "2026-01-05"}, XUCHENG)
    c.refused("not-in-regulation", "supervisor.find", {"work_years": 1}, XUCHENG)
    assert [one["id"] for one in c.ok("supervisor.find", {}, XUCHENG)["supervisors"]] == [s]


def test_its_own_way_out(city):
    """Another city's discipline and grounds: recorded, opened, decided, with no line of C."""
    c = city.client()
    s = appointed(c)
    c.ok("discipline.record", {"supervisor": s, "department": "desk", "item": "gossip", "serious": False,
                               "occurred_on": "2026-01-05", "text": "泄密"}, XUCHENG)
    case = c.ok("dismissal.open", {"supervisor": s, "department": "desk", "grounds": ["talked"]}, XUCHENG)["entity_id"]
    done = c.ok("dismissal.decide", {"dismissal": case, "department": "bureau", "decision": "dismiss", "proven": True},
                XUCHENG)
    assert done["state"] == "dismissed" and rules(done) == {"XC-9"}
    c.refused("not-active", "report.submit", tip(s), XUCHENG)
