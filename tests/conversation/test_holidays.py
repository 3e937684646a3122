"""Holidays are announced late and sometimes changed: another calendar moves the running limits, says so, and
breaches nothing."""

import collections
import signal
import subprocess

import pytest

from jd import BUILD, CITIES, LINCANG, WEIHAI
from jd import Daemon, all_events, apply, appoint, bent_policies, clue, wait_for

RULE = {LINCANG: "LC-10.3", WEIHAI: "WH-10.2"}


def at(day, time="09:00:00"):
    return f"{day}T{time}+08:00"


class City:
    """A daemon whose calendar is changed under it."""

    def __init__(self, tmp_path, division, day):
        self.division = division
        self.policies = bent_policies(tmp_path / "policies")
        self.file = self.policies / "calendar-cn.csv"
        self.shipped = self.file.read_text()
        self.daemon = Daemon([division], policies=self.policies, at=at(day))

    def announce(self, *rows, reload=True, drop=()):
        """The shipped calendar with rows more, and without those of some years."""
        kept = [line for line in self.shipped.splitlines() if line[:4] not in drop]
        self.file.write_text("\n".join([*kept, *rows]) + "\n")
        if not reload:
            return
        before = self.daemon.logged().count("worker ready")
        self.daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.daemon.logged().count("worker ready") > before, "the worker")
        self.settled()

    def settled(self):
        c = self.daemon.client()
        c.at = None
        return wait_for(lambda: not c.ok("health.get", {}, self.division)["health"]["reckoning"], "the reckoning", 30)


def submit(c, supervisor, **changes):
    return c.ok("report.submit", clue(supervisor, **changes), supervisor[2:8])


def of(c, id, *events):
    return [(e["event"], e.get("due")) for e in all_events(c, id[2:8]) if e["id"] == id and (not events or e["event"] in events)]


def old_due(step):
    return [w["value"] for w in step["because"] if w.get("field") == "due"]


@pytest.mark.parametrize("division, start, due, row, then", [
    (WEIHAI, "2026-08-03", "2026-08-24", "2026-08-10,off,测试日", "2026-08-25"),
    (WEIHAI, "2026-08-03", "2026-08-24", "2026-08-08,work,测试日", "2026-08-21"),
    (LINCANG, "2026-08-03", "2026-10-08", "2026-10-08,off,测试日", "2026-10-09"),
    (LINCANG, "2026-08-03", "2026-10-08", "2026-08-10,off,测试日", "2026-10-08"),  # no working days: nothing moves
])
def test_a_limit_moves_and_says_so(tmp_path, division, start, due, row, then):
    """LC-10.3, WH-10.2: what the new calendar changes is said in an event with the new last day; the history keeps the
    old one and which calendar it was; what it does not change is not spoken of; the term does not move."""
    city = City(tmp_path, division, start)
    with city.daemon as d:
        c = d.client()
        s = appoint(c, None, division)
        r = submit(c, s)
        term, events = c.case(s), c.last_seq(division)
        assert r["due"] == due
        city.announce(row)
        case, answer = c.case(r["entity_id"]), c.explain(r["entity_id"])
        assert case["due"] == answer["clock"]["due"] == then and answer["clock"]["calendar"] == 2
        assert c.case(s) == term
        if then == due:
            moved = all_events(c, division)[events:]
            assert [e["event"] for e in moved if e["entity"] in ("report", "calendar")] == ["activated"]
            assert answer["history"][-1]["event"] == "assigned"
            return
        assert of(c, r["entity_id"]) == [("assigned", due), ("reprojected", then)]
        step = answer["history"][-1]
        assert old_due(step) == [due] and step["due"] == then and "cause" not in step
        assert [w["value"] for w in step["because"] if w.get("field") == "calendar"] == ["2"]
        assert RULE[division] in {w.get("rule") for w in step["because"]}
        counted = [row for row in answer["clock"]["days"] if row["counts"]]
        assert answer["clock"]["days"][-1]["day"] == then and (division == LINCANG or len(counted) == 15)
        c.wind(at(min(due, then)), division)
        assert c.case(r["entity_id"])["overdue"] is False
        c.wind(at("2026-12-31"), division)
        assert of(c, r["entity_id"], "overdue") == [("overdue", then)]
        warned = [w for e, w in of(c, r["entity_id"], "warned")]
        assert set(warned) == {then}


def test_the_same_again_is_no_news(tmp_path):
    """WH-10.2"""
    city = City(tmp_path, WEIHAI, "2026-08-03")
    with city.daemon as d:
        c = d.client()
        submit(c, appoint(c, None, WEIHAI))
        city.announce("2026-08-10,off,测试日")
        events = c.last_seq(WEIHAI)
        city.announce("2026-08-10,off,测试日")
        assert c.last_seq(WEIHAI) == events
        assert c.ok("health.get", {}, WEIHAI)["health"]["calendar"] == 2


@pytest.mark.parametrize("division, due, then", [(WEIHAI, "2026-09-07", "2026-09-08"), (LINCANG, "2026-10-22", "2026-10-22")])
def test_what_stands_still_is_reckoned_when_it_runs_on(tmp_path, division, due, then):
    """LC-10.3, WH-10.2: no event while it stands still; the days it had left are those of the new calendar."""
    results = []
    for rows in ([], ["2026-08-19,off,测试日"]):
        folder = tmp_path / str(len(rows))
        folder.mkdir()
        city = City(folder, division, "2026-08-03")
        with city.daemon as d:
            c = d.client()
            r = submit(c, appoint(c, None, division))
            id, by = r["entity_id"], {"report": r["entity_id"], "by": r["department"]}
            c.ok("report.accept", {"report": id, "department": r["department"]}, division)
            c.wind(at("2026-08-10"), division)
            c.ok("clock.suspend", {**by, "ground": "appraisal"}, division, reason="鉴定")
            if rows:
                city.announce(*rows)
            assert of(c, id, "reprojected") == []
            c.wind(at("2026-08-24"), division)
            results.append(c.ok("clock.resume", by, division)["due"])
            if rows:  # 19 August lies in the span: it does not count anyway; one behind it does
                city.announce(*rows, "2026-08-28,off,测试日")
                results.append(c.case(id)["due"])
    assert results == [due, due, then]


@pytest.mark.parametrize("days", [1, 5])
def test_what_was_extended_stays_so(tmp_path, days):
    """WH-10.2: under another calendar the extension is still there."""
    city = City(tmp_path, WEIHAI, "2026-08-03")
    with city.daemon as d:
        c = d.client()
        id = submit(c, appoint(c, None, WEIHAI))["entity_id"]
        longer = c.ok("clock.extend", {"report": id, "approver": "bureau", "days": days}, WEIHAI, reason="案情复杂")["due"]
        assert longer == {1: "2026-08-25", 5: "2026-08-31"}[days]
        city.announce("2026-08-10,off,测试日")
        assert c.case(id)["due"] == {1: "2026-08-26", 5: "2026-09-01"}[days]


def test_never_backwards_into_a_breach(tmp_path):
    """WH-10.2: a day that turns out to have been worked does not end a limit in the past; and a breach stands."""
    city = City(tmp_path, WEIHAI, "2026-08-03")
    with city.daemon as d:
        c = d.client()
        s = appoint(c, None, WEIHAI)
        id = submit(c, s)["entity_id"]
        c.wind(at("2026-08-24"), WEIHAI)
        city.announce("2026-08-08,work,测试日", "2026-08-09,work,测试日")
        assert c.case(id)["due"] == "2026-08-24" and c.case(id)["overdue"] is False
        c.wind(at("2026-08-25"), WEIHAI)
        assert c.case(id)["overdue"] is True
        city.announce("2026-08-10,off,测试日")
        assert (c.case(id)["due"], c.case(id)["overdue"]) == ("2026-08-24", True)
        assert of(c, id, "overdue", "reprojected") == [("overdue", "2026-08-24")]


def test_not_before_today(tmp_path):
    """WH-10.2: the earliest last day of a limit that is shortened while it runs is the day on which that is known."""
    city = City(tmp_path, WEIHAI, "2026-08-03")
    with city.daemon as d:
        c = d.client()
        id = submit(c, appoint(c, None, WEIHAI))["entity_id"]
        c.wind(at("2026-08-21"), WEIHAI)
        city.announce("2026-08-08,work,测试日", "2026-08-09,work,测试日", "2026-08-15,work,测试日")
        assert c.case(id)["due"] == "2026-08-21" and c.case(id)["overdue"] is False


@pytest.mark.parametrize("drop", [("2018", "2019", "2020", "2021", "2022", "2023", "2024"), ("2026",), ("2025", "2026")])
def test_a_calendar_that_knows_less_moves_nothing(tmp_path, drop):
    """WH-10.2, LC-10.3: years that are no longer there neither move a limit nor breach it."""
    city = City(tmp_path, WEIHAI, "2026-09-15")
    with city.daemon as d:
        c = d.client()
        id = submit(c, appoint(c, None, WEIHAI))["entity_id"]
        assert c.case(id)["due"] == "2026-10-12"
        c.wind(at("2026-10-10"), WEIHAI)
        city.announce(drop=drop)
        assert c.case(id)["due"] == "2026-10-12" and c.case(id)["overdue"] is False
        assert of(c, id, "reprojected", "overdue") == []


def test_next_years_notice(tmp_path):
    """LC-10.3: a last day beyond the calendar is provisional until the notice is there, and then it is not. Days of
    December are changed by it, too."""
    city = City(tmp_path, LINCANG, "2026-11-05")
    with city.daemon as d:
        c = d.client()
        s = appoint(c)
        first = submit(c, s)  # day 60 is 4 January 2027, a Monday
        assert first["due"] == "2027-01-04" and c.explain(first["entity_id"])["clock"]["provisional"] is True
        c.wind(at("2026-12-14", "23:59:59"), LINCANG)
        assert c.ok("health.get", {})["health"]["calendar_covers"] is True
        c.wind(at("2026-12-15", "00:00:00"), LINCANG)
        assert c.ok("health.get", {})["health"]["calendar_covers"] is False
        city.announce("2026-12-27,work,元旦", "2027-01-01,off,元旦", "2027-01-04,off,元旦", "2027-10-01,off,国庆节")
        assert c.ok("health.get", {})["health"]["calendar_covers"] is True
        clock = c.explain(first["entity_id"])["clock"]
        assert (clock["due"], clock["provisional"]) == ("2027-01-05", False)
        assert of(c, first["entity_id"], "reprojected") == [("reprojected", "2027-01-05")]


@pytest.mark.parametrize("kills", [0, 4])
def test_many_and_a_worker_that_dies(tmp_path, kills):
    """WH-10.2: thousands of limits are moved a few at a time, each once, whoever dies in between; other work goes on."""
    city = City(tmp_path, WEIHAI, "2026-08-03")
    with city.daemon as d:
        c = d.client()
        s = appoint(c, None, WEIHAI)
        many = 3000
        for _ in range(many):
            c.send("report.submit", clue(s), WEIHAI)
        due = collections.Counter(c.receive()["due"] for _ in range(many))
        assert due == {"2026-08-24": many}
        city.announce("2026-08-10,off,测试日", reload=False)
        d.kill_worker(WEIHAI)
        for _ in range(kills):
            wait_for(lambda: d.up(WEIHAI), "the worker")
            d.kill_worker(WEIHAI)
        wait_for(lambda: d.up(WEIHAI), "the worker")
        assert submit(c, s)["due"] == "2026-08-25"  # in between
        city.settled()
        told = [e for e in all_events(c, WEIHAI) if e["event"] == "reprojected"]
        assert collections.Counter(e["due"] for e in told) == {"2026-08-25": many}
        assert len({e["id"] for e in told}) == many
        c.wind(at("2026-08-25", "00:00:00"), WEIHAI)
        assert c.ok("stats.get", {}, WEIHAI)["overdue"] == 0
        c.wind(at("2026-08-26", "00:00:00"), WEIHAI)
        wait_for(lambda: c.ok("stats.get", {}, WEIHAI)["overdue"] == many + 1, "every breach")


def test_past_under_either_calendar(tmp_path):
    """WH-10.2: found after both last days: the breach is of the new one, and said once."""
    city = City(tmp_path, WEIHAI, "2026-08-03")
    with city.daemon as d:
        c = d.client()
        id = submit(c, appoint(c, None, WEIHAI))["entity_id"]
        c.wind(at("2026-08-22"), WEIHAI)
        d.stop()
        city.announce("2026-08-10,off,测试日", reload=False)
        d.process = subprocess.Popen([BUILD / "jiandud", "-c", d.config], stdout=d.log, stderr=d.log)
        c = d.client()  # the first thing the worker hears is how late it is
        c.wind(at("2026-08-30"), WEIHAI)
        wait_for(lambda: c.case(id)["overdue"], "the breach")
        assert of(c, id, "reprojected", "overdue") == [("reprojected", "2026-08-25"), ("overdue", "2026-08-25")]
        c.wind(at("2026-12-01"), WEIHAI)
        assert len(of(c, id, "overdue")) == 1


def test_a_limit_older_than_the_calendar(tmp_path):
    """WH-10.2: days before the calendar's first year are not known to it, so it moves no limit that has some."""
    city = City(tmp_path, WEIHAI, "2025-12-30")
    with city.daemon as d:
        c = d.client()
        id = submit(c, appoint(c, None, WEIHAI))["entity_id"]
        due = c.case(id)["due"]
        city.announce("2026-01-12,off,测试日", drop=tuple(str(y) for y in range(2018, 2026)))
        assert c.case(id)["due"] == due and of(c, id, "reprojected") == []


@pytest.mark.parametrize("division", CITIES)
def test_it_comes_before_any_clock(tmp_path, division):
    """LC-10.3, WH-10.2: a calendar found after a long sleep moves the limits before one of them is said to be breached
    by the old one."""
    city = City(tmp_path, division, "2026-08-03")
    last = {LINCANG: "2026-10-08", WEIHAI: "2026-08-24"}[division]
    with city.daemon as d:
        c = d.client()
        id = submit(c, appoint(c, None, division))["entity_id"]
        c.wind(at(last, "23:59:00"), division)
        d.stop()
        city.announce(f"{last},off,测试日", reload=False)
        d.start()
        c = d.client()
        next_day = f"{last[:8]}{int(last[8:]) + 1:02d}"
        c.wind(at(next_day, "00:00:01"), division)
        assert c.case(id)["due"] == next_day and c.case(id)["overdue"] is False
        assert of(c, id, "overdue") == []


def test_what_is_owed_and_what_waits_move_too(tmp_path):
    """LC-5.2, LC-5.3: the certificate and the notice are due by working days; LC-5.5: an application that waits rolls
    over a day off. What comes round ends with its month or year all the same (LC-10.6, LC-11.1)."""
    city = City(tmp_path, LINCANG, "2026-08-03")
    with city.daemon as d:
        c = d.client()
        s, waiting = appoint(c), apply(c)  # the facts are still to come
        owed = {o["obligation"]: o for o in c.ok("case.list", {"entity": "obligation", "state": "open"})["cases"]}
        before, last = c.case(waiting)["due"], owed["certificate"]["due"]
        assert last == "2026-08-17" and owed["certificate"]["supervisor"] == s
        city.announce("2026-08-10,off,测试日", f"{before},off,测试日")
        for code in ("certificate", "notice"):
            moved = c.case(owed[code]["id"])
            assert moved["due"] == "2026-08-18"
            assert of(c, moved["id"]) == [("begun", last), ("reprojected", "2026-08-18")]
            step = c.explain(moved["id"])["history"][-1]
            assert old_due(step) == [last] and "LC-5.2" in str(step) or code == "notice"
        assert c.case(waiting)["due"] > before
        assert [e for e, _ in of(c, waiting)] == ["submitted", "reprojected"]
        for code in ("meeting", "institution-list"):
            if code in owed:
                assert c.case(owed[code]["id"])["due"] == owed[code]["due"]
        c.wind(at("2026-08-18"), LINCANG)
        assert c.case(owed["certificate"]["id"])["state"] == "open"
        c.wind(at("2026-08-19"), LINCANG)
        assert c.case(owed["certificate"]["id"])["state"] == "overdue"
