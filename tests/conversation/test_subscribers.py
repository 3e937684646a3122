"""Many who hear: nobody who reads misses anything, and one who does not read holds nobody up (daemon/outflow.h)."""

import contextlib

import zmq

import faulty
from jd import LINCANG, Daemon, appoint, clue, event, wait_for

# ZeroMQ's thread takes a millisecond for each write of some kilobytes. While a file is there, nothing goes over the
# daemon's connection to itself: it is the one where four bytes come with eight kilobytes.
SLOW = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t send(int fd, const void *p, size_t n, int flags)
{
    static ssize_t (*real)(int, const void *, size_t, int);
    if (!real) real = (ssize_t (*)(int, const void *, size_t, int))dlsym(RTLD_NEXT, "send");
    const unsigned char *b = p;
    if (n > 4096) usleep(1000);
    static int itself = -1;
    if (n > 7 && b[0] == 1 && b[1] == 4 && b[6] == 2) itself = fd;
    if (fd == itself && access("LOST", F_OK) == 0) return n;
    return real(fd, p, n, flags);
}
"""
HEARERS, REPORTS = 12, 3000


@contextlib.contextmanager
def slowly(tmp_path, monkeypatch):
    for name, value in faulty.ours(tmp_path, SLOW.replace("LOST", str(tmp_path / "lost"))).items():
        monkeypatch.setenv(name, value)
    with Daemon([LINCANG], extra="limits: { events_hwm: 1000 }") as d:
        monkeypatch.delenv("LD_PRELOAD")
        yield d, d.client()


def deaf_one(d):
    """Who subscribes, and never reads."""
    s = d.ctx.socket(zmq.SUB)
    s.rcvhwm = 1
    s.connect(d.endpoint("events"))
    s.subscribe("J.")
    d.clients.append(s)
    return s


def report(c, supervisor, n=REPORTS):
    """At once, and then the receipts."""
    for _ in range(n):
        c.send("report.submit", clue(supervisor))
    assert {c.receive(60000)["status"] for _ in range(n)} == {"ok"}


def numbers(s, timeout=10000):
    """Of all that has come and still comes."""
    heard = []
    while e := event(s, timeout):
        heard.append(e[1]["seq"])
        timeout = 1000
    return heard


def test_who_reads_misses_nothing_where_events_come_faster_than_they_go_out(tmp_path, monkeypatch):
    with slowly(tmp_path, monkeypatch) as (d, c):
        hearers, deaf = [d.subscribe() for _ in range(HEARERS)], deaf_one(d)
        supervisor = appoint(c)
        wait_for(lambda: all(s.poll(10) for s in hearers), "everybody to hear")
        report(c, supervisor)
        last = c.last_seq()
        for s in hearers:
            heard = numbers(s)
            assert heard == list(range(heard[0], last + 1))
        assert 0 < len(numbers(deaf)) < REPORTS, "who does not read misses some, and was not waited for"


def test_a_measure_that_is_lost_holds_nobody_up(tmp_path, monkeypatch):
    with slowly(tmp_path, monkeypatch) as (d, c):
        hearer = d.subscribe()
        supervisor = appoint(c)
        wait_for(lambda: hearer.poll(10), "somebody to hear")
        (tmp_path / "lost").touch()
        report(c, supervisor, 800)  # 500 ahead is what it allows; in few batches the receipts come before that
        wait_for(lambda: "not seen going out" in d.logged(), "the measure to be given up")
        (tmp_path / "lost").unlink()
        report(c, supervisor, 800)
