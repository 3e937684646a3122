"""What can be asked: each answer agrees with what was recorded, page by page and number by number."""

import collections
import itertools
import os
import pathlib
import re
import threading
import time

import pytest

import faulty
from jd import CITIES, ENTITIES, LINCANG, ROOT, WEIHAI
from jd import Daemon, all_events, another, apply, appoint, clear, clue, decision, fields, wait_for


def pages(c, division=LINCANG, limit=7, **query):
    """Every case of a list, as pages give them."""
    found, after = [], {}
    while True:
        page = c.ok("case.list", {**query, "limit": limit, **after}, division)
        assert len(page["cases"]) <= limit
        found += page["cases"]
        if "next" not in page:
            return found
        after = {"after": page["next"]}


PLACES = {LINCANG: ({"county": "530902"}, {"county": "530921"}), WEIHAI: ({"category": "I1"}, {"category": "I2"})}
NOBODY = {LINCANG: ["county-530902", "discipline"], WEIHAI: ["service", "discipline"]}  # left to have it: held


@pytest.fixture(scope="module")
def town():
    """Forty reports of one supervisor in several states and departments, and some applications."""
    with Daemon() as d:
        c = d.client()
        for division in CITIES:
            s = appoint(c, another(), division)
            for n in range(40):
                body = clue(s, **PLACES[division][n % 2], accused=NOBODY[division] if n % 10 == 0 else None)
                r = c.ok("report.submit", body, division)
                if n % 4 == 1:
                    c.ok("report.accept", {"report": r["entity_id"], "department": r["department"]}, division)
            for n in range(6):
                a = apply(c, division)
                if n % 2:
                    c.ok("application.decide", decision(clear(c, a), "reject"), division)
        yield d


@pytest.fixture
def q(town):
    return town.client()


# ---------------------------------------------------------------- case.get

def test_a_case_as_it_stands(q):
    case = q.case("R-530900-00000002")
    assert {k: case[k] for k in ("id", "entity", "state", "version", "policy", "department", "overdue", "supervisor",
                                 "kind", "target", "category", "route", "assist", "county", "clock")} == {
        "id": "R-530900-00000002", "entity": "report", "state": "accepted", "version": 2, "policy": "lincang-2021@1",
        "department": "county-530921", "overdue": False, "supervisor": "S-530900-00000001", "kind": "clue",
        "target": "institution", "category": "LC.B1", "route": "LC-R3", "assist": ["fund"], "county": 530921,
        "clock": "handling"}
    assert case["due"] == "2026-03-06" and case["received"].startswith("2026-01-05T01:00")


@pytest.mark.parametrize("id, code", [("R-530900-99999999", "unknown-case"), ("R-371000-00000001", "unknown-case"),
                                      ("9-530900-00000001", "bad-format"), ("R-530900-00000000", "bad-format")])
@pytest.mark.parametrize("type", ["case.get", "case.explain"])
def test_a_case_that_is_not_there(q, type, id, code):
    assert fields(q.refused(code, type, {"id": id})) == {"id"}


def test_what_was_written_is_no_answer_to_a_query(q):
    """LC-9.5, WH-7.3: content leaves by content.read alone, which is recorded (test_reads.py)."""
    asked = q.ok("case.get", {"id": "R-530900-00000001"}), q.explain("R-530900-00000001")
    assert "发现重复收费" not in str(asked)
    assert fields(q.refused("unknown-field", "case.get", {"id": "R-530900-00000001", "content": True})) == {"content"}


# ---------------------------------------------------------------- case.list

FILTERS = [
    {}, {"state": "assigned"}, {"state": "accepted"}, {"state": "held"}, {"state": "closed"},
    {"department": "fund"}, {"department": "discipline"}, {"overdue": True}, {"overdue": False},
    {"state": "assigned", "department": "fund"}, {"state": "accepted", "overdue": True},
]


@pytest.mark.parametrize("division, entity, query, limit", [
    (d, "report", f, n) for d in CITIES for f in FILTERS for n in (1, 7, 500)] + [
    (LINCANG, "report", {"department": "county-530921"}, 3),
    (LINCANG, "report", {"department": "county-530921", "state": "assigned"}, 3),
    (WEIHAI, "report", {"department": "service"}, 3),
    *[(d, "application", f, 2) for d in CITIES
      for f in ({}, {"state": "rejected"}, {"state": "appointed"}, {"department": "bureau"},
                {"state": "eligible" if d == WEIHAI else "needs-fact"})],
    *[(d, "supervisor", f, 1) for d in CITIES for f in ({}, {"state": "active"}, {"state": "lapsed"})],
])
def test_pages_visit_everything_once(q, division, entity, query, limit):
    """By state, department and overdue, and all of them together: what a page by page reading finds is what
    looking at every case finds."""
    every = [q.case(f"{entity[0].upper()}-{division}-{n:08d}") for n in range(1, numbers(q, division, entity) + 1)]
    wanted = [case for case in every
              if query.get("state", case["state"]) == case["state"]
              and query.get("department") in (None, case.get("department"))
              and (not query.get("overdue") or case["overdue"])]
    assert pages(q, division, limit, entity=entity, **query) == wanted


def numbers(q, division, entity):
    return sum(row["count"] for row in q.ok("stats.get", {}, division)["stats"] if row["entity"] == entity)


def test_a_page_is_fifty_unless_it_says_otherwise(q):
    for _ in range(60):
        apply(q)
    page = q.ok("case.list", {"entity": "application"})
    assert len(page["cases"]) == 50 and page["next"] == page["cases"][-1]["id"]


# ---------------------------------------------------------------- numbers

@pytest.mark.parametrize("division", CITIES)
def test_stats_are_what_counting_finds(q, division):
    stats = q.ok("stats.get", {}, division)
    counted = collections.Counter((case["entity"], case["state"]) for entity in ENTITIES
                                  for case in pages(q, division, 100, entity=entity))
    assert {(s["entity"], s["state"]): s["count"] for s in stats["stats"] if s["count"]} == counted
    assert stats["overdue"] == 0 and stats["events"] == len(all_events(q, division))


def test_health(q):
    health = q.ok("health.get", {})["health"]
    assert (health["worker"], health["policy"], health["calendar_covers"]) == ("up", "lincang-2021@1", True)
    assert health["events"] == q.last_seq() and health["journal"] <= health["events"]
    assert 0 < health["map_used"] < 0.01 and health["calendar_until"] == "2026-12-31"
    assert health["clocks"] >= 40


# ---------------------------------------------------------------- the policy

@pytest.mark.parametrize("division, name, term, mandatory, nominated", [
    (LINCANG, "lincang-2021@1", 36, True, "direct"), (WEIHAI, "weihai-2019@1", 24, False, "targeted")])
def test_the_policy_in_force(q, division, name, term, mandatory, nominated):
    """LC-12.1, WH-8.1, LC-10.4, LC-5.1, WH-5.1, LC-17.1, WH-13.1: what front ends need to know of it."""
    policy = q.ok("policy.show", {}, division)["policy"]
    assert (policy["name"], policy["term_months"], policy["feedback_mandatory"]) == (name, term, mandatory)
    assert [(ch["code"], ch["nominated"]) for ch in policy["channels"]] == [("open", False), (nominated, True)]
    assert policy["effective_from"] == {LINCANG: "2021-09-08", WEIHAI: "2019-09-03"}[division]
    assert {"bureau", "fund", "discipline"} <= {d["code"] for d in policy["departments"]}
    assert len(policy["feedback_channels"]) == 5 and "rules" not in policy


@pytest.mark.parametrize("division, some", [
    (LINCANG, {"LC-0.1", "LC-1.1", "LC-7.C∅", "LC-14.5", "LC-17.2"}), (WEIHAI, {"WH-0.1", "WH-1.1", "WH-10.∅", "WH-13.1"})])
def test_every_rule_with_its_article(q, division, some):
    """LC-0.1, LC-1.1, LC-17.2, WH-0.1, WH-1.1: the regulation in its own words."""
    listed = q.ok("policy.show", {"rules": True}, division)["policy"]["rules"]
    ids = [rule["id"] for rule in listed]
    assert some <= set(ids) and ids == re.findall(r"(?m)^  - id: (\S+)$", (ROOT / f"policies/{division}.yaml").read_text())
    assert all(rule["article"] and rule["text"] and rule["how"] for rule in listed)


# ---------------------------------------------------------------- events.since

@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_events_page_by_page(q, limit):
    """Gap-free from any number on."""
    whole = all_events(q, WEIHAI)
    start = 5
    found, more = [], True
    while more:
        answer = q.ok("events.since", {"after": start + len(found), "limit": limit}, WEIHAI)
        assert len(answer["events"]) <= limit and answer["last"] == len(whole)
        found, more = found + answer["events"], answer["more"]
    assert found == whole[start:]


@pytest.mark.parametrize("after, n", [(0, 200), (10**9, 0), (2**53 - 1, 0)])
def test_events_from_far_away(q, after, n):
    answer = q.ok("events.since", {"after": after})
    assert len(answer["events"]) == min(n, answer["last"]) and answer["more"] == (n == 200 < answer["last"])


def test_the_last_event_has_no_more(q):
    last = q.last_seq()
    assert q.ok("events.since", {"after": last - 1, "limit": 1}) | {"id": 0} == \
        q.ok("events.since", {"after": last - 1}) | {"id": 0}
    assert q.ok("events.since", {"after": last - 1})["more"] is False


# ---------------------------------------------------------------- case.explain

@pytest.mark.parametrize("division, rules_cited", [(LINCANG, {"LC-4.1", "LC-4.2", "LC-4.3", "LC-2.1", "LC-12.1"}),
                                                   (WEIHAI, {"WH-2.1", "WH-8.1"})])
def test_why_an_application_stands_as_it_does(q, division, rules_cited):
    """PIPL 24: whom a decision weighs on may have it explained; each step with rules, facts and the request."""
    a = clear(q, apply(q, division))
    s = q.ok("application.decide", decision(a), division)["created"]
    answer = q.explain(a)
    assert {why["rule"] for step in answer["history"] for why in step["because"]} == rules_cited
    assert [step["type"] for step in answer["history"]] == \
        ["application.submit"] + ["fact.assert"] * (3 if division == LINCANG else 0) + ["application.decide"]
    assert all(step["cause"] and step["sender"] and step["policy"] for step in answer["history"])
    assert [step["event"] for step in q.explain(s)["history"]] == ["appointed"]


# ---------------------------------------------------------------- under load

def test_questions_while_much_is_written(town):
    """A read waits for no write: each kind of question comes back while reports pour in."""
    writer, q = town.client(), town.client()
    s = appoint(writer)
    stop, sent = threading.Event(), itertools.count()

    def pour():
        outstanding = 0
        while not stop.is_set() or outstanding:
            while outstanding < 512 and not stop.is_set():
                writer.send("report.submit", clue(s))
                outstanding += 1
            assert writer.receive()["status"] == "ok"
            outstanding -= 1
            next(sent)

    thread = threading.Thread(target=pour)
    thread.start()
    slowest = 0
    try:
        for _ in range(30):
            for type, body in (("case.get", {"id": s}), ("case.list", {"entity": "report", "limit": 50}),
                               ("case.explain", {"id": s}), ("stats.get", {}), ("health.get", {}),
                               ("events.since", {"after": 0, "limit": 100}), ("policy.show", {"rules": True})):
                began = time.monotonic()
                q.ok(type, body)
                slowest = max(slowest, time.monotonic() - began)
    finally:
        stop.set()
        thread.join()
    assert next(sent) > 500 and slowest < 2


def test_who_answers_goes_before_who_works_in_batches(town):
    """Where processors are few: base/turns.h."""
    def policies(pid):
        tasks = pathlib.Path(f"/proc/{pid}/task")
        return {(t / "comm").read_text().strip(): os.sched_getscheduler(int(t.name)) for t in tasks.iterdir()}

    assert set(policies(town.process.pid).values()) == {os.SCHED_BATCH}
    worker = policies(town.worker_pid(LINCANG))
    assert worker.pop("questions") == os.SCHED_OTHER
    assert {"jiandu-worker", "writer", "sealer"} <= set(worker) and set(worker.values()) == {os.SCHED_BATCH}


NAMED = """
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Of the program itself: sanitizers call it too, at its end with the allocator's lock held. */
int sched_yield(void)
{
    uintptr_t program = getauxval(AT_PHDR), from = (uintptr_t)__builtin_return_address(0);
    if (from < program || from - program > 1 << 24) return 0;
    char name[17] = "";
    prctl(PR_GET_NAME, name);
    strcat(name, "\\n");
    int f = open("WAYS", O_WRONLY | O_CREAT | O_APPEND, 0600);
    return write(f, name, strlen(name)) < 0 || close(f);
}
"""


def test_who_works_in_batches_gives_way_while_somebody_asks(tmp_path, monkeypatch):
    ways = tmp_path / "ways"
    for name, value in faulty.ours(tmp_path, NAMED.replace("WAYS", str(ways))).items():
        monkeypatch.setenv(name, value)
    with Daemon([LINCANG]) as d:
        monkeypatch.delenv("LD_PRELOAD")
        c = d.client()
        supervisor = appoint(c)

        def hundreds():
            for _ in range(300):
                c.send("report.submit", clue(supervisor))
            assert {c.receive()["status"] for _ in range(300)} == {"ok"}

        def given():
            c.query("case.list", {"entity": "supervisor"})
            hundreds()
            return {"jiandu-worker", "writer"} <= set(ways.read_text().split() if ways.exists() else [])

        wait_for(given, "way")
        assert set(ways.read_text().split()) <= {"jiandu-worker", "writer", "sealer"}
        time.sleep(1.1)  # so long it is remembered
        hundreds()
        ways.unlink(missing_ok=True)
        hundreds()
        assert not ways.exists(), "nobody asks"


# ---------------------------------------------------------------- for monitoring systems

def test_metrics_are_what_was_asked(town, q):
    """Read by Prometheus' own parser; the numbers are those of health.get and stats.get."""
    from prometheus_client.parser import text_string_to_metric_families
    families = {f.name: f for f in text_string_to_metric_families(town.ctl("metrics", *CITIES, check=0).stdout)}
    assert all(f.documentation and f.samples and f.type in ("gauge", "counter") for f in families.values())
    for division in CITIES:
        health, stats = q.ok("health.get", {}, division)["health"], q.ok("stats.get", {}, division)
        of = lambda name: [s for s in families[name].samples if s.labels["division"] == division]
        one = lambda name: [s.value for s in of(name)]
        assert one("jiandu_up") == one("jiandu_accepting") == one("jiandu_policy_in_force") == [1]
        assert one("jiandu_reckoning") == [0]
        assert one("jiandu_journal_entries") == [health["journal"]] and one("jiandu_events") == [health["events"]]
        assert one("jiandu_running_limits") == [health["clocks"]] and one("jiandu_overdue_cases") == [stats["overdue"]]
        assert one("jiandu_map_used_ratio") == [pytest.approx(health["map_used"], rel=1e-6)]
        assert {(s.labels["entity"], s.labels["state"]): s.value for s in of("jiandu_cases")} == \
            {(row["entity"], row["state"]): row["count"] for row in stats["stats"]}
        assert {s.labels["meter"]: s.value for s in of("jiandu_meter")} == stats["meters"]


def test_metrics_of_who_does_not_answer(town):
    """Said too, and in the exit status; the others are there."""
    done = town.ctl("metrics", LINCANG, "110000", check=65)
    assert 'jiandu_up{division="530900"} 1\n' in done.stdout and 'jiandu_up{division="110000"} 0\n' in done.stdout
    assert 'jiandu_cases{division="110000"' not in done.stdout
    assert "six digits" in town.ctl("metrics", 'x"', check=64).stderr
    quick = "--timeout", "100", "--retries", "0"
    nobody = town.ctl("metrics", LINCANG, "--intake", f"ipc://{town.dir}/nobody.sock", *quick, check=69)
    assert 'jiandu_up{division="530900"} 0\n' in nobody.stdout
