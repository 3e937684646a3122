"""What a network, a machine and its neighbours do to a server: messages lost, doubled and late, connections that say
nothing, half of something or no end of it, no descriptors left, a clock that jumps, readers that die."""

import collections
import heapq
import os
import random
import resource
import socket
import struct
import subprocess
import threading
import time

import pytest
import zmq

import faulty
import jd
from jd import LINCANG, WEIHAI, Daemon, wait_for
from oracle import Oracle, assert_nothing_lost
from keys import free_port


# ---------------------------------------------------------------- between client and daemon

class Proxy(threading.Thread):
    """One client's messages and receipts: some dropped, some twice, all late and so out of order."""

    def __init__(self, daemon, seed=1, drop=0.05, twice=0.2, late=0.05):
        super().__init__(daemon=True)
        self.chance, self.drop, self.twice, self.late = random.Random(seed), drop, twice, late
        self.front, self.back = daemon.ctx.socket(zmq.ROUTER), daemon.ctx.socket(zmq.DEALER)
        self.front.linger = self.back.linger = 0
        self.address = f"ipc://{daemon.runtime}/proxy.sock"
        self.front.bind(self.address)
        self.back.connect(daemon.endpoint("intake"))
        self.held, self.over, self.did, self.peer = [], False, collections.Counter(), None

    def hold(self, to, frames):
        if self.chance.random() < self.drop:
            self.did["dropped"] += 1
            return
        for _ in range(1 + (self.chance.random() < self.twice)):
            self.did["passed"] += 1
            at = time.monotonic() + self.chance.uniform(0, self.late)
            heapq.heappush(self.held, (at, self.did["passed"], to, frames))

    def run(self):
        poller = zmq.Poller()
        for s in (self.front, self.back):
            poller.register(s, zmq.POLLIN)
        while not self.over:
            for s, _ in poller.poll(2):
                frames = s.recv_multipart()
                if s is self.front:
                    self.peer = frames.pop(0)
                self.hold(self.back if s is self.front else self.front, frames)
            while self.held and self.held[0][0] <= time.monotonic():
                _, _, to, frames = heapq.heappop(self.held)
                to.send_multipart(([self.peer] if to is self.front else []) + frames)
        self.front.close()
        self.back.close()


def test_messages_that_are_lost_doubled_late_and_out_of_order():
    with Daemon([LINCANG]) as d:
        o = Oracle(d)
        direct, proxy = o.client, Proxy(d)
        proxy.start()
        o.client = d.client()
        o.client.at = direct.at
        o.client.socket.disconnect(d.endpoint("intake"))
        o.client.socket.connect(proxy.address)
        o.patience = 0.3
        for _ in range(15):
            o.send(20, 2)
            o.send_late_again()
            o.read(20)
        o.settle()
        proxy.over = True
        proxy.join()
        assert proxy.did["dropped"] > 10 and proxy.did["passed"] > 500
        assert len(o.ok) == 15 * 22
        assert_nothing_lost(o)


# ---------------------------------------------------------------- connections

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)


def dial(daemon):
    s = socket.socket(socket.AF_UNIX)
    s.connect(f"{daemon.runtime}/intake.sock")
    return s


def shake_hands(s):
    """As a DEALER."""
    s.sendall(GREETING)
    ready = b"\x05READY" + b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
    s.sendall(b"\x04" + bytes([len(ready)]) + ready)


def p95(client, n=60):
    took = []
    for _ in range(n):
        start = time.monotonic()
        client.ok("stats.get", {})
        took.append(time.monotonic() - start)
    return sorted(took)[int(n * 0.95)]


def test_connections_that_say_nothing_or_half_of_it():
    """Fifty that never begin, fifty that stop within the greeting, fifty that stop within a message, one that sends a
    byte now and then; everybody else is served as before."""
    with Daemon([LINCANG]) as d:
        o = Oracle(d)
        silent = [dial(d) for _ in range(50)]
        half = [dial(d) for _ in range(50)]
        begun = [dial(d) for _ in range(50)]
        for s in half:
            s.sendall(GREETING[:20])
        for s in begun:
            shake_hands(s)
            s.sendall(b"\x01\x50half of a header")  # more to come, 80 bytes, and 16 of them
        slow = dial(d)
        for byte in GREETING[:30]:
            slow.sendall(bytes([byte]))
            o.send()
            o.read()
        o.settle()
        assert p95(o.client) < 0.25
        for s in (*silent, *half, *begun, slow):
            s.close()
        assert_nothing_lost(o)


def test_bytes_that_are_no_zmtp():
    """From one seed: noise, old versions, commands that lie about their length, frames beyond the bound."""
    chance = random.Random(11)
    with Daemon([LINCANG]) as d:
        o = Oracle(d)
        huge = b"\x02" + struct.pack(">Q", 1 << 62)
        starts = [b"", b"\xff", GREETING[:10], GREETING[:10] + b"\x01\x00", GREETING, GREETING + b"\x04\xff",
                  GREETING + b"\x04\x02\x00\x00", GREETING + huge, GREETING.replace(b"NULL", b"NONE"), b"GET / HTTP/1.1\r\n"]
        for n in range(200):
            s = dial(d)
            try:
                if n % 3 == 0:
                    shake_hands(s)
                s.sendall(starts[n % len(starts)] + chance.randbytes(chance.randrange(300)))
            except OSError:
                pass  # it hung up already
            s.close()
            if n % 20 == 0:
                o.send(1)
                o.read()
        o.settle()
        assert d.process.poll() is None
        assert_nothing_lost(o)


@pytest.mark.skipif(faulty.SANITIZED, reason="the sanitizer reserves more address space than the bound")
def test_a_message_without_an_end():
    """ZeroMQ bounds a frame and not their number: the daemon's memory is bounded from outside, as its unit does. At the
    bound libzmq hangs up or ends the process; the workers and what they hold do not notice, and started again where it
    must be it serves."""
    with faulty.Site() as d:
        o = Oracle(d)
        o.send(20, 2)
        o.settle()
        size = int(open(f"/proc/{d.process.pid}/statm").read().split()[0]) * resource.getpagesize()
        resource.prlimit(d.process.pid, resource.RLIMIT_AS, (size + (200 << 20), resource.RLIM_INFINITY))
        worker, s = d.worker_pid(LINCANG), dial(d)
        shake_hands(s)
        frames = (b"\x01\xff" + bytes(255)) * 2000
        s.settimeout(5)
        with pytest.raises(OSError):  # hung up on, or for 5 s nothing more is read
            while True:
                s.sendall(frames)
        s.close()
        time.sleep(0.5)
        assert d.worker_pid(LINCANG) == worker
        if d.process.poll() is not None:
            jd.Daemon.start(d)
        assert d.worker_pid(LINCANG) == worker
        o.reconnect()
        o.send(5)
        o.settle()
        assert_nothing_lost(o)


def leave_descriptors(daemon, n):
    have = len(os.listdir(f"/proc/{daemon.process.pid}/fd"))
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (have + n, have + n))


def test_no_descriptors_left():
    """A flood of connections by tcp takes them all: who is connected goes on being served, who comes waits, and all is
    well when the flood is over."""
    port = free_port()
    with Daemon([LINCANG], extra=f"endpoints: {{ push: ['tcp://127.0.0.1:{port}'] }}") as d:
        o = Oracle(d)
        leave_descriptors(d, 20)
        flood = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        for _ in range(20):
            o.send(2)
            o.read(200)
        o.settle()
        for s in flood:
            s.close()
        wait_for(lambda: d.client().query("stats.get", {}, timeout=500), "a new connection to be served")
        assert_nothing_lost(o)


def test_no_descriptors_left_by_ipc():
    """There libzmq 4.3.4 ends the process (an assertion in its listener), others may wait. Started again it serves, and
    nothing of what was acknowledged, or waits for its answer, is lost."""
    with faulty.Site() as d:
        o = Oracle(d)
        o.send(20, 2)
        o.settle()
        leave_descriptors(d, 10)
        flood = [dial(d) for _ in range(40)]
        time.sleep(0.5)
        assert d.process.poll() in (None, -6)
        for s in flood:
            s.close()
        o.send(5)
        if d.process.poll() is not None:
            jd.Daemon.start(d)
        o.settle()
        assert_nothing_lost(o)


def test_a_subscriber_that_does_not_read():
    """Its events are dropped beyond the bound; nobody waits for it, and it finds what it missed."""
    with Daemon([LINCANG], extra="limits: { events_hwm: 1000 }") as d:
        o = Oracle(d)
        lazy = d.ctx.socket(zmq.SUB)
        lazy.linger, lazy.rcvhwm, lazy.rcvbuf = 0, 1, 4096
        lazy.connect(d.endpoint("events"))
        lazy.subscribe("J.")
        for _ in range(6):
            o.send(1000)
            o.settle()
        assert p95(o.client) < 0.25
        assert_nothing_lost(o)
        heard = set()
        while (e := jd.event(lazy, 200)) is not None:
            heard.add(e[1]["seq"])
        lazy.close()
        recorded = {e["seq"] for e in jd.all_events(o.client, LINCANG)}
        assert heard < recorded and len(heard) < 4000, "it missed some, and finds them"


# ---------------------------------------------------------------- the machine

@pytest.mark.skipif(faulty.SANITIZED, reason="the sanitizer's allocator bears no other library before it")
def test_a_clock_that_jumps(tmp_path, monkeypatch):
    """Back by a day and ahead by two, under daemon and worker: a division's time never goes back, and nothing fires
    that was not due by it."""
    clock = tmp_path / "clock"
    clock.write_text("0")
    monkeypatch.setenv("LD_PRELOAD", str(faulty.SHIM))
    monkeypatch.setenv("JD_CLOCK", str(clock))
    with faulty.Site(simulated=False) as d:
        monkeypatch.delenv("LD_PRELOAD")
        o = Oracle(d, supervisor="nobody yet")
        for ahead in (0, -86400, 0, -3600, 2 * 86400, 0):
            clock.write_text(str(ahead))
            o.send(0, 3)
            o.settle()
            if ahead == -3600:
                d.end_worker()
                d.start_worker(clock=clock)
        d.end_worker()
        d.start_worker(clock=clock)
        wait_for(lambda: d.up(LINCANG), "the worker to be back")
        events = jd.all_events(o.client, LINCANG)
        times = [e["at"] for e in events]
        assert times == sorted(times), "a division's time never goes back"
        assert not [e for e in events if e["event"] == "overdue" and e["entity"] == "report"]
        assert_nothing_lost(o)


def test_readers_that_stay_and_readers_that_die():
    """A reader pins the pages of its moment: the file grows while it lives, and health says so. One that was killed is found, and the file
    does not grow any more."""
    with faulty.Site() as d:
        o = Oracle(d)
        size = lambda: (d.store() / "data.mdb").stat().st_size

        def churn(n=60):
            for _ in range(n):
                o.send(1)
                o.settle()

        churn()
        before = size()
        reader = subprocess.Popen([faulty.ROWS, "hold", d.store()], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert reader.stdout.readline() == b"held\n"
        churn()
        grown = size() - before
        pinned = lambda: o.client.ok("health.get", {})["health"]["pinned"]
        assert pinned() >= 60
        reader.kill()
        reader.wait()
        d.end_worker()  # a start looks for the dead as well as every ten seconds do
        d.start_worker()
        churn(10)
        after = size()
        churn()
        assert pinned() < 5
        assert size() - after < grown / 2, (before, grown, after, size())
        assert_nothing_lost(o)


def test_who_stands_still_holds_up_nobody_else():
    """A worker and then the daemon, stopped for a while under load: the other city is served, and all that waited is
    answered."""
    with Daemon() as d:
        a, b = Oracle(d, LINCANG), Oracle(d, WEIHAI)
        a.patience = 30
        pid = d.worker_pid(LINCANG)
        os.kill(pid, 19)
        a.send(50, 5)
        b.send(50, 5)
        b.settle()
        assert len(b.ok) == 55 and not a.ok
        os.kill(pid, 18)
        a.settle()
        os.kill(d.process.pid, 19)
        a.send(20)
        b.send(20)
        time.sleep(0.5)
        os.kill(d.process.pid, 18)
        a.settle()
        b.settle()
        assert_nothing_lost(a, b)


def test_a_daemon_that_takes_no_more_sleeps():
    """With as many in flight as may be, and the worker standing still, what waits at the door does not keep it busy."""
    def busy():
        words = open(f"/proc/{d.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    with Daemon([LINCANG], extra="limits: { in_flight: 64 }") as d:
        c = d.client()
        s = jd.appoint(c)
        pid = d.worker_pid(LINCANG)
        os.kill(pid, 19)
        for _ in range(300):
            c.send("report.submit", jd.clue(s))
        time.sleep(1)
        late = d.client()  # what comes in now is said, and not taken
        late.send("report.submit", jd.clue(s))
        before = busy()
        time.sleep(1)
        spent = busy() - before
        os.kill(pid, 18)
        assert {c.receive()["status"] for _ in range(300)} | {late.receive()["status"]} == {"ok"}
        assert spent < 0.5, spent


@pytest.mark.skipif(faulty.SANITIZED, reason="the sanitizer's allocator bears no other library before it")
def test_a_question_waits_for_no_sync():
    """The disk takes two seconds to sync: what is to be recorded waits for it, whether it is one message or many; who
    asks does not, nor does whoever looks whether the worker lives."""
    with faulty.Site() as d:
        s = jd.appoint(d.client())
        d.end_worker()
        d.start_worker(slow=2000)
        wait_for(lambda: d.up(LINCANG), "the worker to be back")
        writer, asker = d.client(), d.client()
        for n in (1, 100):
            began = time.monotonic()
            for _ in range(n):
                writer.send("report.submit", jd.clue(s))
            time.sleep(0.3)
            for type, body in (("health.get", {}), ("case.get", {"id": s}), ("case.list", {"entity": "report"})):
                asker.ok(type, body)
            assert time.monotonic() - began < 1.5 and not writer.socket.poll(0)
            assert {writer.receive(10000)["status"] for _ in range(n)} == {"ok"}
            assert time.monotonic() - began >= 2
