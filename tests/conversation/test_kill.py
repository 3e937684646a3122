"""Killed in the middle of it, and nothing acknowledged is lost, nothing is done twice, nothing is skipped.

A sender keeps a diary of what it sent and what came back (tests/oracle.py), and sends again what it does not know
about; a listener merges what it heard with what it asks for."""

import collections
import os
import signal
import time

import pytest
import zmq

from jd import CITIES, LINCANG, WEIHAI
from jd import BUILD, PATIENCE, Daemon, all_events, event, form, run, wait_for
from oracle import Oracle, assert_nothing_lost

WINDOW = 256  # sent and not yet answered


class Diary:
    """A stream of reports over all divisions, each with its oracle."""

    def __init__(self, daemon, n=2000):
        self.oracles = [Oracle(daemon, d) for d in daemon.divisions]
        self.left = n

    def together(self, what):
        return {id: v for o in self.oracles for id, v in getattr(o, what).items()}

    @property
    def ok(self):
        return self.together("ok")

    def unknown(self):
        return set().union(*(o.unknown() for o in self.oracles))

    def stream(self, interruptions, patience=PATIENCE):
        """Sends everything, with an interruption each time so many receipts have come; ends when all that still lives
        is answered, or nothing is for so many seconds behind the last interruption. Nothing is sent twice."""
        due, quiet = sorted(interruptions.items()), time.monotonic() + PATIENCE
        while (self.left or self.unknown()) and time.monotonic() < quiet:
            before = len(self.ok)
            for o in self.oracles:
                if self.left and len(o.waiting) < WINDOW // 2:
                    o.send(20)
                    self.left -= 20
                o.read(5)
                assert not o.problems, o.problems
            while due and len(self.ok) >= due[0][0]:
                due.pop(0)[1]()
            if len(self.ok) > before:
                quiet = time.monotonic() + (PATIENCE if due else patience)

    def settle(self):
        """Sends again what is not known, until it is."""
        for o in self.oracles:
            o.reconnect()
            o.settle()

    def check(self):
        """What the oracles ask, and each receipt names its event."""
        assert_nothing_lost(*self.oracles)
        for o in self.oracles:
            made = {e["cause"]: (e["id"], e["seq"]) for e in all_events(o.client, o.division) if e["event"] == "assigned"}
            assert made == {id: (r["entity_id"], r["seq"]) for id, r in o.ok.items()}


class Listener:
    """What a subscriber hears, by division and seq; it reads on only when asked to."""

    def __init__(self, daemon):
        self.daemon, self.heard = daemon, {d: {} for d in daemon.divisions}
        self.socket = daemon.subscribe("J.")
        c = daemon.client()
        wait_for(lambda: c.ok("application.submit", form(), daemon.divisions[0]) and self.socket.poll(20),
                 "the subscription to be there")

    def read(self):
        while (e := event(self.socket, 0)) is not None:
            known = self.heard[e[1]["division"]].setdefault(e[1]["seq"], e[1])
            assert known == e[1], "an event may be repeated, and is the same"

    def check(self, repeated=None):
        """Merged with what is asked for: nothing heard that is not recorded, all of it in the end."""
        c = self.daemon.client()
        wait_for(lambda: self.read() or self.socket.poll(200) == 0, "quiet")
        for division, heard in self.heard.items():
            recorded = {e["seq"]: e for e in all_events(c, division)}
            assert heard.items() <= recorded.items(), "never invented"
            if repeated:
                assert set(range(min(heard), max(recorded) + 1)) == set(heard), "never skipped"


@pytest.fixture
def d():
    with Daemon() as daemon:
        yield daemon


def test_the_worker_is_killed_in_a_stream(d):
    """The daemon sends again what was not answered: the sender notices nothing."""
    listener, diary = Listener(d), Diary(d)
    diary.stream({700: lambda: d.kill_worker(LINCANG), 1300: lambda: d.kill_worker(WEIHAI)})
    assert not diary.unknown()
    diary.check()
    listener.check(repeated=True)
    assert d.logged().count("worker lost") == 2


def test_the_worker_is_killed_five_times_in_a_stream(d):
    listener, diary = Listener(d), Diary(d)
    diary.stream({300 * n: lambda: d.kill_worker(LINCANG) for n in range(1, 6)}, patience=30)
    diary.settle()
    diary.check()
    listener.check(repeated=True)


def test_the_worker_is_told_to_end_in_a_stream(d):
    """A restart under load, as for a new policy: likewise."""
    listener, diary = Listener(d), Diary(d)
    diary.stream({500: lambda: d.kill_worker(LINCANG, signal.SIGTERM), 1000: lambda: d.process.send_signal(signal.SIGHUP)})
    assert not diary.unknown()
    diary.check()
    listener.check(repeated=True)


def test_the_daemon_is_killed_in_a_stream(d):
    """Every ok is there and is what it was; what nobody knows about is there once at most, and once when it
    was sent again."""
    listener, diary = Listener(d), Diary(d)
    diary.stream({900: d.kill}, patience=1.5)
    assert len(diary.ok) >= 900 and diary.unknown()
    before = dict(diary.ok)
    wait_for(lambda: not any(map(d.worker_pid, CITIES)), "the workers to follow their daemon")
    d.start()
    c = d.client()
    for division in CITIES:
        causes = collections.Counter(e["cause"] for e in all_events(c, division) if e["event"] == "assigned")
        assert set(causes.values()) == {1}, "nothing twice"
        o = next(o for o in diary.oracles if o.division == division)
        assert set(o.ok) <= set(causes) <= set(o.bodies), "nothing lost, nothing invented"
    diary.settle()
    assert before.items() <= diary.ok.items()
    diary.check()
    listener.check()


def test_daemon_and_workers_are_killed_at_once(d):
    """As when the machine's power goes."""
    diary = Diary(d)

    def power_cut():
        pids = [d.worker_pid(division) for division in CITIES]
        d.process.kill()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        d.process.wait()

    diary.stream({600: power_cut}, patience=1.5)
    before = dict(diary.ok)
    d.start()
    diary.settle()
    assert before.items() <= diary.ok.items()
    diary.check()


def test_told_to_stop_in_a_stream(d):
    """SIGTERM: what was read is answered, what was not is to be sent again, and the exit is clean."""
    diary = Diary(d)
    diary.stream({800: lambda: d.process.send_signal(signal.SIGTERM)}, patience=2)
    assert d.process.wait(20) == 0
    for o in diary.oracles:  # a busy machine may take longer than the stream's patience
        while receipt := o.client.receive(1000):
            o.note(receipt)
    for o in diary.oracles:
        o.client.close()  # what it still holds must not reach the next daemon
    before = dict(diary.ok)
    d.start()
    c = d.client()
    recorded = {e["cause"] for division in CITIES for e in all_events(c, division) if e["event"] == "assigned"}
    assert recorded == set(before), "what is recorded was answered, and the other way about"
    diary.settle()
    assert before.items() <= diary.ok.items()
    diary.check()


def test_questions_to_a_worker_that_dies_are_answered(d):
    """Busy or an answer, and never silence: a question, too, is told when to come again."""
    c = d.client()
    os.kill(d.worker_pid(LINCANG), signal.SIGSTOP)
    ids = {c.send("stats.get", {}) for _ in range(50)}
    time.sleep(0.2)
    d.kill_worker(LINCANG)
    answers = []
    while len(answers) < len(ids) and (answer := c.receive(2000)):
        answers.append(answer)
    assert {a["id"] for a in answers} == ids, f"{len(answers)} of {len(ids)} questions were answered"
    assert {a["status"] for a in answers} <= {"ok", "busy"}


def test_a_worker_that_stays_away(tmp_path):
    """What comes for a division whose worker does not start is told to come again, and another division
    does not notice."""
    program = tmp_path / "worker"
    program.write_text(f'#!/bin/sh\ncase "$*" in *{WEIHAI}*) exit 1;; esac\nexec "{BUILD}/jiandu-worker" "$@"\n')
    program.chmod(0o755)
    with Daemon(extra=f"workers: {{ program: {program} }}", awaited=[LINCANG]) as d:
        c = d.client()
        early = c.send("application.submit", form(None, WEIHAI), WEIHAI)
        c.refused("worker-down", "stats.get", {}, WEIHAI)
        assert c.ok("application.submit", form())
        receipt = c.receive(12000)
        assert (receipt["id"], receipt["status"], receipt["code"]) == (early, "busy", "worker-down")
        c.refused("worker-down", "application.submit", form(None, WEIHAI), WEIHAI)
        heard, push = d.subscribe("S.refused"), d.client(zmq.PUSH)
        wait_for(lambda: push.send("application.submit", form(None, WEIHAI), WEIHAI) and event(heard, 100), "the word")
        assert c.ok("application.submit", form())


def test_a_broken_configuration_is_not_taken_up(d):
    """SIGHUP reads the file again; one that is wrong changes nothing."""
    c = d.client()
    good = d.config.read_text()
    pids = {division: d.worker_pid(division) for division in CITIES}
    d.config.write_text(good + "colour: red\n")
    d.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "reload refused" in d.logged(), "the refusal")
    assert f"{d.config}:{good.count(chr(10)) + 1}: 'colour' is not known here" in d.logged()
    assert c.ok("application.submit", form()) and pids == {division: d.worker_pid(division) for division in CITIES}
    d.config.write_text(good.replace("log: info", "log: debug"))
    d.process.send_signal(signal.SIGHUP)
    wait_for(lambda: all(d.worker_pid(division) not in (None, pids[division]) for division in CITIES),
             "the workers to be new ones")
    for division in CITIES:
        assert c.ok("application.submit", form(None, division), division)


def test_one_daemon_a_runtime_folder(d):
    """A second one refuses to start, and the first goes on."""
    second = run("jiandud", "-c", d.config, timeout=10)
    assert second.returncode == 75 and "another jiandud serves from this folder" in second.stderr
    assert d.client().ok("application.submit", form())


def test_one_worker_a_store(d):
    """Two that write are none that can be trusted."""
    second = run("jiandu-worker", "-c", d.config, "-d", LINCANG, timeout=10)
    assert second.returncode != 0 and str(d.state / LINCANG) in second.stderr
    assert d.client().ok("application.submit", form())
