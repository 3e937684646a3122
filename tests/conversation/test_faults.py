"""A disk that fails at one call: killed there, refused, written in half (tests/faults/shim.c). Each time the worker ends
as documented or goes on, what was unanswered is answered, and nothing acknowledged is lost. `make torture` walks every
call; here are the syncs and a sample of the writes. Likewise the daemon, killed at the steps of a message's way through
it (tests/faults/steps.c)."""

import random
import socket

import pytest

import faulty
from jd import LINCANG, clue
from oracle import Oracle, assert_nothing_lost

pytestmark = pytest.mark.skipif(faulty.SANITIZED, reason="the sanitizer's allocator bears no other library before it")


@pytest.fixture(scope="module")
def site():
    with faulty.Site() as d:
        yield d
        d.stop()
        assert d.ends == {LINCANG: 0}


def sample(most, k):
    return random.Random(7).sample(range(1, most), k)


@pytest.mark.parametrize("call, what, numbers", [
    ("sync", "kill", range(1, 6)), ("sync", "after", (1, 3)), ("sync", "EIO", (1, 2, 4)),
    ("write", "kill", sample(40, 5)), ("write", "half", sample(40, 3)), ("write", "after", sample(40, 3)),
    ("write", "EIO", sample(40, 3)), ("write", "ENOSPC", sample(40, 3)), ("write", "short", sample(40, 3)),
])
def test_at_one_call(site, call, what, numbers):
    o = Oracle(site)
    o.patience = 0.2
    reached = faulty.walk(site, o, call, what, numbers)
    assert reached or what == "ENOSPC"
    status, said = faulty.verify(site.config, "--replay")
    assert status == 0, said
    assert_nothing_lost(o)


@pytest.mark.parametrize("name", faulty.MOMENTS)
def test_the_daemon_at_one_step(site, name):
    o = Oracle(site)
    o.patience = 0.2
    killed = [faulty.daemon_killed(site, o, name, n, when) for when in faulty.MOMENTS[name] for n in (1, 4)]
    assert sum(killed) >= len(killed) / 2
    assert_nothing_lost(o)


def test_what_was_not_answered_is_sent_again(site):
    """By the daemon: a sender that waits and never asks again notices nothing."""
    o = Oracle(site)
    site.end_worker()
    w = site.start_worker(fault="sync:2:kill")
    o.send(5, 1)
    assert w.wait(10) == -9
    site.start_worker()
    while o.waiting and (receipt := o.client.receive(5000)):
        o.take(receipt)
    assert not o.waiting and len(o.ok) == 6
    assert_nothing_lost(o)


def test_a_disk_that_is_full_and_has_room_again(site, tmp_path):
    """Nothing can be added to the file: new cases wait at the door, then everything does; with room again everybody is
    served by the same process. systemd, health and log say so."""
    full, notified = tmp_path / "full", socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notified.bind(str(tmp_path / "notify"))
    o = Oracle(site)
    o.send(20)
    o.settle()
    site.end_worker()
    w = site.start_worker(fault="write:1:full", fault_while=full, notify=tmp_path / "notify")
    c, report = o.client, o.ok[min(o.ok)]
    assert c.ask("report.submit", clue(o.supervisor))["status"] == "ok"
    full.touch()
    c.refused("store-full", "report.submit", clue(o.supervisor))
    assert c.query("health.get", {})["health"]["accepting"] is False
    answers = []
    while answers[-20:] != ["busy"] * 20 and len(answers) < 600:  # till no page is left that was free in the file
        answers.append(c.ask("report.supplement", {"report": report["entity_id"], "supervisor": o.supervisor,
                                                   "text": "补充" * 900})["status"])
    assert set(answers) <= {"ok", "busy"} and answers[-1] == "busy"
    full.unlink()
    assert c.ask("report.submit", clue(o.supervisor))["status"] == "ok"
    assert c.query("health.get", {})["health"]["accepting"] is True
    assert w.poll() is None
    assert_nothing_lost(o)
    assert "the store is nearly full" in site.logged() and "the store has room again" in site.logged()
    notified.setblocking(False)
    heard = b""
    try:
        while True:
            heard += notified.recv(4096)
    except BlockingIOError:
        pass
    assert b"READY=1" in heard and b"new cases are refused" in heard and heard.endswith(b"STATUS=division 530900"), heard
