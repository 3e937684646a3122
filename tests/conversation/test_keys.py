"""Keys at rest: one a person, one a month of reports, under a master key that is changed while cases go on."""

import os
import signal
import threading

import pytest

from jd import LINCANG, Daemon, all_events, appoint, clue, run, wait_for


def keys(d, what, code=0):
    done = run("jiandu-worker", "-c", d.config, "--keys", what)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def months_and_people(d):
    """How many keys there are beside the division's own."""
    return int(keys(d, "show").split(f"{LINCANG}: ")[1].split()[0]) - 1


def test_a_key_a_person_and_a_key_a_month():
    """PIPL 47, 51: what is to be destroyed one day by itself lies under a key of its own."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        s = appoint(c)
        assert months_and_people(d) == 1
        c.ok("report.submit", clue(s))
        assert months_and_people(d) == 2
        for _ in range(20):
            c.ok("report.submit", clue(s))
        assert months_and_people(d) == 2, "one a month, however many reports"
        appoint(c)
        assert months_and_people(d) == 3
        c.wind("2026-02-02T09:00:00+08:00", LINCANG)
        r = c.ok("report.submit", clue(s))["entity_id"]
        assert months_and_people(d) == 4
        c.wind("2026-03-02T09:00:00+08:00", LINCANG)
        c.ok("report.accept", {"report": r, "department": c.case(r)["department"]})
        assert months_and_people(d) == 4, "a report's whole life lies with the month it came in"


def hang_up(d):
    os.kill(d.worker_pid(LINCANG), signal.SIGHUP)


def wrapped_by(d, version):
    said = keys(d, "show")
    return f"by version {version}\n" in said and all(
        line.endswith(f"version {version}") for line in said.splitlines() if "wrapped" in line)


def test_another_master_key_while_writing():
    """LC-9.5, PIPL 51: no stop, no acknowledged case lost, and the old master key is needed by nothing."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        people = [appoint(c) for _ in range(12)]
        sent, over = [], threading.Event()

        def write():
            own = d.client()
            while not over.is_set():
                sent.append(own.ok("report.submit", clue(people[0], text=f"第{len(sent)}件"))["entity_id"])

        writer = threading.Thread(target=write)
        writer.start()
        try:
            wait_for(lambda: len(sent) > 20, "reports to flow")
            pid = d.worker_pid(LINCANG)
            keys(d, "add")
            assert "version 1 is still in use" in keys(d, "drop", 1)
            hang_up(d)
            wait_for(lambda: len(keys(d, "show").split("version 1\n")) == 1, "all to be wrapped anew")
            before = len(sent)
            wait_for(lambda: len(sent) > before + 20, "reports to flow on")
            assert d.worker_pid(LINCANG) == pid, "it never stopped"
        finally:
            over.set()
            writer.join()
        keys(d, "drop")
        d.kill_worker(LINCANG)
        for text, r in list(enumerate(sent))[::10]:
            assert f"第{text}件" in str(c.content(r))
        for person in people:
            assert c.case(person)["state"] == "active"
        assert appoint(c) and "FAILED" not in d.logged()


def test_what_is_wrapped_by_a_key_that_is_gone():
    """The worker says so and serves nothing, rather than take what it cannot open for erased."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        appoint(c)
        d.stop()
        key = d.state / "master.key"
        old = key.read_bytes()
        keys(d, "add")
        assert "version 1 is still in use" in keys(d, "drop", 1)
        two = key.read_text()
        key.write_text("".join(line for line in two.splitlines(True) if not line.startswith("1 ")))
        done = run("jiandu-worker", "-c", d.config, "-d", LINCANG, "--verify")
        assert done.returncode == 1 and "version 1 of the master key, which is not there" in done.stdout
        key.write_text(two)
        d.start()
        wait_for(lambda: wrapped_by(d, 2), "the keys to be wrapped anew")
        keys(d, "drop")
        assert key.read_text().splitlines()[-1].startswith("2 ") and old != key.read_bytes()
        assert all_events(d.client(), LINCANG)


@pytest.mark.parametrize("written, said", [
    ("1 0011\n", "not a master key"), ("", "not a master key"), ("x" * 40, "not a master key")])
def test_a_bad_key_file_changes_nothing(written, said):
    """A reload that cannot be read leaves the key as it was, and says so."""
    with Daemon([LINCANG]) as d:
        c, key = d.client(), d.state / "master.key"
        s = appoint(c)
        good = key.read_bytes()
        key.write_text(written)
        hang_up(d)
        wait_for(lambda: said in d.logged(), "the log to say so")
        assert c.ok("report.submit", clue(s)) and appoint(c)
        key.write_bytes(good)
