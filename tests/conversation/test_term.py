"""A term from its first day to its lapse: the last day counts, 00:00 (UTC+8) of the next ends it, and a
daemon that was down meanwhile makes up for it once.

Each test has a daemon of its own, because each winds the clock; a division's simulated time begins with
its policy."""

import datetime

import pytest

from jd import LINCANG, WEIHAI
from jd import Daemon, all_events, another, apply, appoint, clear, clue, decision, event, rules, wait_for

RUNGS = (90, 30, 7, 1)  # local: appointment.expiring_days of both policies
LAPSE = {LINCANG: ["LC-13.2"], WEIHAI: ["WH-8.3", "WH-9.5"]}
TERM = {LINCANG: "LC-12.1", WEIHAI: "WH-8.1"}


def day(text, offset=0, clock="00:00:00"):
    """An instant of that day, or of one so many days later, in China."""
    date = datetime.date.fromisoformat(text) + datetime.timedelta(offset)
    return f"{date}T{clock}+08:00"


def utc(instant):
    return datetime.datetime.fromisoformat(instant).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M")


def of(c, supervisor):
    return [e for e in all_events(c, supervisor[2:8]) if e["id"] == supervisor]


def expiry(c, supervisor):
    return [e for e in of(c, supervisor) if e["event"] in ("expiring", "lapsed")]


@pytest.mark.parametrize("division, applied, start, last", [
    (WEIHAI, "2019-09-04", "2019-09-10", "2021-09-10"),
    (LINCANG, "2021-09-09", "2021-09-15", "2024-09-15"),
    (LINCANG, "2024-02-20", "2024-02-29", "2027-02-28"),
    (WEIHAI, "2024-02-20", "2024-02-29", "2026-02-28"),
])
def test_a_term_from_end_to_end(division, applied, start, last):
    """Acceptance 5: LC-12.1 three years, WH-8.1 two (rules.md A5, A6: no rolling); LC-13.2, WH-8.3, WH-9.5 lapse."""
    with Daemon([division], at=day(applied, clock="09:00:00")) as d:
        c = d.client()
        n = another()
        a = apply(c, division, n)
        c.wind(day(start, clock="09:00:00"), division)
        receipt = c.ok("application.decide", decision(clear(c, a)), division)
        s = receipt["created"]
        assert TERM[division] in rules(receipt)
        case = c.case(s)
        assert (case["state"], case["term_start"], case["term_end"], case["due"]) == ("active", start, last, last)

        for number, rung in enumerate(RUNGS):
            c.wind(day(last, -rung - 1, "23:59:00"), division)
            assert len(expiry(c, s)) == number, "nothing before its time"
            c.wind(day(last, -rung), division)
            said = expiry(c, s)[number:]
            assert [(e["event"], e["due"]) for e in said] == [("expiring", last)]
            assert said[0]["at"].startswith(utc(day(last, -rung))) and said[0]["articles"] == [TERM[division]]
            assert said[0]["cause"] is None, "nobody asked for it"

        c.wind(day(last, clock="23:59:00"), division)
        assert c.case(s)["state"] == "expiring"
        c.ok("report.submit", clue(s), division)  # the last day is in the term
        c.wind(day(last, 1), division)
        lapsed = expiry(c, s)[-1]
        assert (lapsed["event"], lapsed["from"], lapsed["to"], lapsed["due"]) == ("lapsed", "expiring", "lapsed", last)
        assert lapsed["articles"] == LAPSE[division]
        assert c.case(s)["state"] == "lapsed"

        receipt = c.refused("not-active", "report.submit", clue(s), division)
        assert rules(receipt) == {LAPSE[division][0]}
        body = {"subject": s, "predicate": "criminal_punishment", "value": "yes", "source": "来源", "attester": "某人",
                "as_of": start}
        if division == LINCANG:
            c.refused("illegal-move", "fact.assert", body)
        assert len(expiry(c, s)) == len(RUNGS) + 1
        apply(c, division, n)  # who lapsed may apply again (rules.md A14)


@pytest.mark.parametrize("division", [LINCANG, WEIHAI])
def test_the_daemon_was_down_when_it_ended(division):
    """Acceptance 5. LC-13.2, WH-8.3, WH-9.5: on the restart everything that fell due meanwhile fires, in order, once, and
    carries the last day whenever that is."""
    start = "2024-02-29"
    last = {LINCANG: "2027-02-28", WEIHAI: "2026-02-28"}[division]
    with Daemon([division], at=day(start, clock="09:00:00")) as d:
        s = appoint(d.client(), division=division)
        assert d.stop() == 0
        d.start()
        c = d.client()
        c.wind(day(last, 12), division)
        said = expiry(c, s)
        assert [e["event"] for e in said] == ["expiring"] * len(RUNGS) + ["lapsed"]
        assert {e["due"] for e in said} == {last}
        assert all(e["at"].startswith(utc(day(last, 12))) for e in said)
        d.stop()
        d.start()
        c = d.client()
        c.wind(day(last, 40), division)
        assert expiry(c, s) == said


def test_nobody_needs_to_ask():
    """LC-13.2: the clock goes off by itself, and subscribers hear of it."""
    with Daemon([LINCANG], at=day("2024-02-29", clock="09:00:00")) as d:
        c = d.client()
        s = appoint(c)
        heard = d.subscribe("J.530900.supervisor.")
        c.wind(day("2027-02-28", clock="23:59:59"), LINCANG)
        said = []
        wait_for(lambda: said.append(event(heard, 500)) or said[-1] and said[-1][1]["event"] == "lapsed", "the lapse")
        assert said[-1][0] == "J.530900.supervisor.lapsed" and said[-1][1]["id"] == s


def test_a_term_that_has_not_begun():
    """LC-12.1: appointed for later is not yet a supervisor who may report."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        s = appoint(c, term_start="2026-03-01")
        assert (c.case(s)["term_start"], c.case(s)["term_end"]) == ("2026-03-01", "2029-03-01")
        assert rules(c.refused("not-active", "report.submit", clue(s))) == {"LC-12.1"}
        c.wind(day("2026-02-28", clock="23:59:00"), LINCANG)
        c.refused("not-active", "report.submit", clue(s))
        c.wind(day("2026-03-01"), LINCANG)
        c.ok("report.submit", clue(s))


def test_what_an_ex_supervisor_reported_goes_on():
    """LC-10.4, LC-13.2: who reported is told what became of it, and may confirm, though the term is over."""
    with Daemon([LINCANG], at=day("2024-02-29", clock="09:00:00")) as d:
        c = d.client()
        s = appoint(c)
        c.wind(day("2027-02-28", clock="09:00:00"), LINCANG)
        r = c.ok("report.submit", clue(s))["entity_id"]
        c.wind(day("2027-03-03", clock="09:00:00"), LINCANG)
        assert c.case(s)["state"] == "lapsed"
        desk = {"report": r, "department": "county-530902"}
        c.ok("report.accept", desk)
        c.ok("report.result", {**desk, "result": "substantiated", "summary": "属实"})
        assert c.ok("report.feedback", {**desk, "channel": "letter", "text": "已处理"})["state"] == "fed-back"
        assert c.ok("report.acknowledge", {"report": r, "supervisor": s, "satisfied": True})["state"] == "acknowledged"
        assert c.ok("report.close", desk)["state"] == "closed"
