"""Time limits: the last day by the calendar of holidays and make-up workdays, the warnings before it, the
breach behind it, and the reckoning day by day.

The vectors are those of standards.md §7. Time only goes forward, so the rows of a table stand in its order."""

import collections
import datetime

import pytest

from jd import CITIES, LINCANG, WEIHAI
from jd import Daemon, all_events, another, appoint, bent_policies, clue, fields, rules, wait_for

CALENDAR_WORDS = {"workday", "weekend", "holiday", "make-up workday"}


def at(day, clock="10:00:00"):
    return f"{day}T{clock}+08:00"


def after(day, n):
    return str(datetime.date.fromisoformat(day) + datetime.timedelta(n))


def submit(c, division, **changes):
    """A report of a supervisor appointed today."""
    return c.ok("report.submit", clue(appoint(c, another(), division), **changes), division)


def desk(c, id, **more):
    return {"report": id, "department": c.case(id)["department"], **more}


def resulted(c, division):
    """A report that was handled today: the receipt of its result."""
    id = submit(c, division)["entity_id"]
    c.ok("report.accept", desk(c, id), division)
    return c.ok("report.result", desk(c, id, result="substantiated", summary="属实"), division)


# ---------------------------------------------------------------- last days

FIVE_WORKING_DAYS = [("2024-02-09", "2024-02-22"), ("2024-09-30", "2024-10-12"), ("2026-01-01", "2026-01-08"),
                     ("2026-02-13", "2026-02-27"), ("2026-09-30", "2026-10-13")]


@pytest.fixture(scope="module")
def winding():
    """A daemon whose clock these tests wind on, one after the other."""
    with Daemon(at=at("2024-02-09")) as d:
        yield d


@pytest.mark.parametrize("start, last", FIVE_WORKING_DAYS)
def test_five_working_days_to_tell(winding, start, last):
    """LC-10.4, WH-10.∅ (NHSA Order No. 5): from the result on, the first day not counted."""
    c = winding.client()
    c.wind(at(start))
    for division in CITIES:
        receipt = resulted(c, division)
        assert receipt["due"] == last
        case = c.case(receipt["entity_id"])
        assert (case["due"], case["clock"]) == (last, "feedback")


@pytest.mark.parametrize("start, last", [("2026-10-14", "2026-10-21")])
def test_five_working_days_to_object(winding, start, last):
    """LC-10.3, WH-10.2 (petition regulation art. 23): on the last of them still, on the next day not."""
    c = winding.client()
    c.wind(at(start))
    late = {division: submit(c, division)["entity_id"] for division in CITIES}
    intime = {division: submit(c, division)["entity_id"] for division in CITIES}
    passed_on = submit(c, LINCANG)["entity_id"]
    c.wind(at(last, "23:59:00"))
    for division, id in intime.items():
        assert c.ok("report.object", desk(c, id), division, reason="不属本单位职责")["state"] == "objected"
    body = {"report": passed_on, "by": "fund", "department": "county-530921"}
    c.ok("report.assign", body, reason="改由凤庆县办理")
    c.wind(at(after(last, 1), "00:00:00"))
    for division, id in late.items():
        receipt = c.refused("objection-too-late", "report.object", desk(c, id), division, reason="不属本单位职责")
        assert rules(receipt) == {{LINCANG: "LC-10.3", WEIHAI: "WH-10.2"}[division]}
        assert last in receipt["because"][0]["expected"]
    # the window is each department's own
    assert c.ok("report.object", desk(c, passed_on), reason="不属本单位职责")["state"] == "objected"


@pytest.mark.parametrize("division, start, last", [
    (LINCANG, "2024-08-03", "2024-10-08"),  # day 60 is 2 October, a holiday until the 7th
    (LINCANG, "2026-01-05", "2026-03-06"),
    (LINCANG, "2026-08-03", "2026-10-08"),
    (WEIHAI, "2026-08-03", "2026-08-24"),
    (WEIHAI, "2026-09-15", "2026-10-12"),   # the 20th and 10 October are worked, 25th to 27th and 1st to 7th not
])
def test_handling(division, start, last):
    """LC-10.3: sixty calendar days (petition regulation art. 34) that run on to a working day; WH-10.2:
    fifteen working days, the bureau's own number."""
    with Daemon([division], at=at(start)) as d:
        receipt = submit(d.client(), division)
        assert receipt["due"] == last


def test_limits_are_the_policys(tmp_path):
    """LC-10.3, LC-10.4: other numbers need no other program. 2025-12-31 + 1 working day = 2026-01-04, a Sunday
    that is worked; 2026-01-30 + 15 calendar days = Saturday 2026-02-14, worked too: no roll."""
    policies = bent_policies(tmp_path / "policies",
                             ("530900.yaml", "    days: 60\n    unit: calendar", "    days: 15\n    unit: calendar"),
                             ("530900.yaml", "  feedback:\n    days: 5\n    unit: working\n    warn_days: [1]",
                              "  feedback:\n    days: 1\n    unit: working"))
    with Daemon([LINCANG], at=at("2025-12-31"), policies=policies) as d:
        c = d.client()
        assert resulted(c, LINCANG)["due"] == "2026-01-04"
        c.wind(at("2026-01-30"), LINCANG)
        assert submit(c, LINCANG)["due"] == "2026-02-14"


# ---------------------------------------------------------------- warnings and the breach

def said(c, id):
    return [(e["event"], e["due"], e["at"][:16]) for e in all_events(c, id[2:8])
            if e["id"] == id and e["event"] in ("warned", "overdue")]


@pytest.mark.parametrize("division, start, last, rule", [(LINCANG, "2026-08-03", "2026-10-08", "LC-10.3"),
                                                         (WEIHAI, "2026-08-03", "2026-08-24", "WH-10.2")])
def test_warned_and_overdue_once_each(division, start, last, rule):
    """LC-10.3, WH-10.2: 7, 3 and 1 days before the last day and at 00:00 behind it, however often one looks."""
    with Daemon([division], at=at(start)) as d:
        c = d.client()
        id = submit(c, division)["entity_id"]
        days = (datetime.date.fromisoformat(last) - datetime.date.fromisoformat(start)).days
        for n in range(1, days + 4):
            c.wind(at(after(start, n), "00:00:00"), division)
            c.wind(at(after(start, n), "12:00:00"), division)
        # 00:00 in China is 16:00 of the day before in UTC
        assert said(c, id) == [(event, last, f"{after(last, n - 1)}T16:00") for event, n in
                               (("warned", -7), ("warned", -3), ("warned", -1), ("overdue", 1))]
        events = [e for e in all_events(c, division) if e["entity"] == "report" and e["event"] in ("warned", "overdue")]
        assert {tuple(e["articles"]) for e in events} == {(rule,)} and {e["cause"] for e in events} == {None}
        assert {(e["from"], e["to"]) for e in events} == {("assigned", "assigned")}
        case = c.case(id)
        assert case["overdue"] is True and case["state"] == "assigned" and case["due"] == last


@pytest.mark.parametrize("restart", [False, True])
def test_a_long_sleep(restart):
    """LC-10.3: everything that was missed is said once and in order, with the last day it was about."""
    with Daemon([LINCANG], at=at("2026-08-03")) as d:
        id = submit(d.client(), LINCANG)["entity_id"]
        if restart:
            d.stop()
            d.start()
        c = d.client()
        c.wind(at("2026-12-01"), LINCANG)
        assert [(event, due) for event, due, _ in said(c, id)] == [("warned", "2026-10-08")] * 3 + [("overdue", "2026-10-08")]
        c.wind(at("2026-12-20"), LINCANG)
        assert len(said(c, id)) == 4


def test_a_long_sleep_of_many():
    """LC-10.3: more than one batch can take are all said, each once."""
    with Daemon([LINCANG], at=at("2026-08-03")) as d:
        c = d.client()
        s = appoint(c)
        for _ in range(600):
            c.send("report.submit", clue(s))
        assert {c.receive()["due"] for _ in range(600)} == {"2026-10-08"}
        c.wind(at("2026-12-01"), LINCANG)
        wait_for(lambda: c.ok("stats.get", {})["overdue"] == 600, "every breach")
        events = [e for e in all_events(c, LINCANG) if e["entity"] == "report" and e["event"] in ("warned", "overdue")]
        assert collections.Counter(e["event"] for e in events) == {"warned": 1800, "overdue": 600}
        assert set(collections.Counter(e["id"] for e in events).values()) == {4}


def test_a_limit_ends_with_what_it_is_for():
    """LC-10.3, LC-10.4: what is handled in time is not warned of; telling has a limit of its own; what is
    closed has none."""
    with Daemon(at=at("2026-08-03")) as d:
        c = d.client()
        handled, told, closed, silent = (submit(c, LINCANG)["entity_id"] for _ in range(4))
        for id in (handled, told, closed):
            c.ok("report.accept", desk(c, id))
            assert c.ok("report.result", desk(c, id, result="partly", summary="部分属实"))["due"] == "2026-08-10"
        for id in (told, closed):
            receipt = c.ok("report.feedback", desk(c, id, channel="phone", text="已告知"))
            assert "due" not in receipt and "clock" not in c.case(id)
        c.ok("report.close", desk(c, closed))
        c.wind(at("2026-12-01"))
        assert [(event, due) for event, due, _ in said(c, handled)] == [("warned", "2026-08-10"), ("overdue", "2026-08-10")]
        assert said(c, told) == said(c, closed) == []
        assert len(said(c, silent)) == 4


def test_a_held_report_has_a_limit_too():
    """LC-7.A3, LC-10.3: that nobody may have it does not stop the clock, and placing it does not start it anew."""
    with Daemon([LINCANG], at=at("2026-08-03")) as d:
        c = d.client()
        id = submit(c, LINCANG, accused=["county-530902", "discipline"])["entity_id"]
        c.wind(at("2026-10-09"), LINCANG)
        assert [event for event, *_ in said(c, id)] == ["warned"] * 3 + ["overdue"]
        listed = c.ok("case.list", {"entity": "report", "state": "held", "overdue": True})["cases"]
        assert [case["id"] for case in listed] == [id]
        body = {"report": id, "by": "fund", "department": "county-530921"}
        receipt = c.ok("report.assign", body, reason="改派")
        assert receipt["due"] == "2026-10-08" and c.case(id)["overdue"] is True


@pytest.mark.parametrize("division", CITIES)
def test_the_list_of_what_is_overdue(division):
    """LC-10.3, LC-10.4, WH-10.2: by department and as a whole, until it is done."""
    with Daemon([division], at=at("2026-01-05")) as d:
        c = d.client()
        reports = [submit(c, division)["entity_id"] for _ in range(3)]
        elsewhere = submit(c, division, **({"county": "530921"} if division == LINCANG else {"category": "I2"}))["entity_id"]
        c.wind(at("2026-05-01"), division)
        fresh = submit(c, division)["entity_id"]
        lead = c.case(reports[0])["department"]

        def overdue(**more):
            page = c.ok("case.list", {"entity": "report", "overdue": True, **more}, division)
            return [case["id"] for case in page["cases"]]

        assert overdue() == reports + [elsewhere]
        assert overdue(department=lead) == reports and fresh not in overdue()
        assert overdue(department=c.case(elsewhere)["department"]) == [elsewhere]
        assert c.ok("stats.get", {}, division)["overdue"] == 4
        c.ok("report.accept", desk(c, reports[0]), division)
        assert overdue(state="accepted") == [reports[0]] == overdue(state="accepted", department=lead)
        c.ok("report.result", desk(c, reports[0], result="unsubstantiated", summary="不属实"), division)
        assert overdue(department=lead) == reports[1:]
        body = {"report": reports[1], "by": "fund", "department": c.case(elsewhere)["department"]}
        c.ok("report.assign", body, division, reason="改派")
        assert overdue(department=lead) == reports[2:]
        assert set(overdue(department=body["department"])) == {reports[1], elsewhere}
        assert c.ok("stats.get", {}, division)["overdue"] == 3


# ---------------------------------------------------------------- day by day

def test_the_reckoning_of_working_days():
    """LC-10.4: 13 February 2026 and five working days: the 14th is worked, the 15th to the 23rd are not."""
    with Daemon([LINCANG], at=at("2026-02-13")) as d:
        c = d.client()
        clock = c.explain(resulted(c, LINCANG)["entity_id"])["clock"]
        head = {key: clock[key] for key in ("name", "unit", "limit", "rule", "from", "due", "provisional")}
        assert head == {"name": "feedback", "unit": "working", "limit": 5, "rule": "LC-10.4",
                        "from": "2026-02-13", "due": "2026-02-27", "provisional": False}
        days = {row["day"]: row for row in clock["days"]}
        assert list(days) == [after("2026-02-13", n) for n in range(15)]
        assert [day for day, row in days.items() if row["counts"]] == [
            "2026-02-14", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"]
        assert [row["count"] for row in clock["days"] if row["counts"]] == [1, 2, 3, 4, 5]
        assert days["2026-02-14"]["is"] == "make-up workday" and days["2026-02-14"]["name"] == "春节"
        assert {days[after("2026-02-15", n)]["is"] for n in range(9)} == {"holiday"}
        assert [day for day, row in days.items() if row["last"]] == ["2026-02-27"]
        assert {row["is"] for row in clock["days"]} <= CALENDAR_WORDS


def test_the_reckoning_of_calendar_days():
    """LC-10.3: the sixtieth day is 2 October 2026, a holiday; the limit runs on to the 8th."""
    with Daemon([LINCANG], at=at("2026-08-03")) as d:
        c = d.client()
        clock = c.explain(submit(c, LINCANG)["entity_id"])["clock"]
        assert (clock["name"], clock["unit"], clock["limit"], clock["basis"]) == ("handling", "calendar", 60, "reference")
        counted = [row["day"] for row in clock["days"] if row["counts"]]
        assert counted == [after("2026-08-03", n) for n in range(1, 61)] and counted[-1] == "2026-10-02"
        assert [row["day"] for row in clock["days"] if row["last"]] == ["2026-10-08"] == [clock["days"][-1]["day"]]


@pytest.mark.parametrize("division, provisional", [(LINCANG, True), (WEIHAI, False)])
def test_beyond_the_calendar(division, provisional):
    """Holidays of 2027 are not announced yet: a last day there is told to be provisional."""
    with Daemon([division], at=at("2026-12-01")) as d:
        c = d.client()
        assert c.explain(submit(c, division)["entity_id"])["clock"]["provisional"] is provisional
        assert c.ok("health.get", {}, division)["health"]["calendar_covers"] is True
        c.wind(at("2026-12-20"), division)
        assert c.ok("health.get", {}, division)["health"]["calendar_covers"] is False


@pytest.mark.parametrize("division, due, days_that_do_not_count", [
    (LINCANG, "2026-05-26", [f"2026-03-{n}" for n in range(11, 31)]),
    (WEIHAI, "2026-04-13", [f"2026-03-{n}" for n in range(11, 31)]),
])
def test_the_reckoning_of_a_limit_that_stood_still(division, due, days_that_do_not_count):
    """LC-10.3, WH-10.2: the days of a suspension are shown and not counted, and those that count come to the
    limit."""
    with Daemon([division], at=at("2026-03-02")) as d:
        c = d.client()
        id = submit(c, division)["entity_id"]
        c.ok("report.accept", desk(c, id), division)
        by = {"report": id, "by": c.case(id)["department"]}
        c.wind(at("2026-03-10"), division)
        c.ok("clock.suspend", {**by, "ground": "appraisal"}, division, reason="待鉴定")
        c.wind(at("2026-03-30"), division)
        assert c.ok("clock.resume", by, division)["due"] == due
        clock = c.explain(id)["clock"]
        assert clock["due"] == due
        days = {row["day"]: row for row in clock["days"]}
        assert not any(days[day]["counts"] for day in days_that_do_not_count)
        assert max(row["count"] for row in clock["days"]) == clock["limit"] and days[due]["last"]


@pytest.mark.parametrize("division, limit", [(LINCANG, 60), (WEIHAI, 15)])
def test_the_reckoning_of_an_extended_limit(division, limit):
    """LC-10.3, WH-10.2 (petition regulation art. 34): the days that were added count, too."""
    with Daemon([division], at=at("2026-03-02")) as d:
        c = d.client()
        id = submit(c, division)["entity_id"]
        body = {"report": id, "approver": "bureau", "days": 7}
        due = c.ok("clock.extend", body, division, reason="案情复杂")["due"]
        days = c.explain(id)["clock"]["days"]
        assert days[-1]["day"] == due and days[-1]["last"]
        assert max(row["count"] for row in days) >= limit + 7


@pytest.mark.parametrize("division, late", [(LINCANG, "2026-05-09"), (WEIHAI, "2026-04-04")])
def test_a_breach_is_not_undone_by_standing_still(division, late):
    """LC-10.3, WH-10.2: what is overdue stays so, and is not said to be overdue a second time."""
    with Daemon([division], at=at("2026-03-02")) as d:
        c = d.client()
        id = submit(c, division)["entity_id"]
        c.wind(at(late), division)
        c.ok("report.accept", desk(c, id), division)
        by = {"report": id, "by": c.case(id)["department"]}
        before = said(c, id)
        assert c.case(id)["overdue"] and before[-1][0] == "overdue"
        if c.ask("clock.suspend", {**by, "ground": "appraisal"}, division, reason="待鉴定")["status"] == "ok":
            c.wind(at(after(late, 1)), division)
            c.ok("clock.resume", by, division)
        assert c.case(id)["overdue"] is True
        c.wind(at("2026-12-01"), division)
        assert said(c, id) == before


def test_what_is_told_has_no_clock_left(daemon):
    """LC-10.4"""
    c = daemon.client()
    id = resulted(c, LINCANG)["entity_id"]
    assert "clock" in c.explain(id)
    c.ok("report.feedback", desk(c, id, channel="phone", text="已告知"))
    assert "clock" not in c.explain(id)


def test_explain_names_rule_and_event(daemon):
    """LC-10.3, LC-10.4: each step with the article it rests on."""
    c = daemon.client()
    id = resulted(c, LINCANG)["entity_id"]
    answer = c.explain(id)
    assert [(h["event"], rules(h)) for h in answer["history"]] == [
        ("assigned", {"LC-10.3"}), ("accepted", {"LC-10.3"}), ("resulted", {"LC-10.4"})]
    assert rules(answer) == {"LC-10.4"} and answer["history"][0]["because"][0]["value"] == "LC-R3"
    assert fields(answer["history"][0]) == {"route"} and answer["case"]["id"] == id
