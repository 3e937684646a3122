"""The gate while it is open: keys that are taken back, clients that take too much, strangers who try, a handler that
is gone, a daemon that lies."""

import datetime
import os
import signal
import resource
import socket
import struct
import subprocess
import time

import msgpack
import pytest
import zmq

import faulty
from jd import BUILD, LINCANG, ROOT
from jd import Daemon, another, appoint, apply, clue, decision, form, wait_for
from curve import Curve
from keys import Keyed, Watched, certificate, hears_something, nobody_answers, nobody_hears


@pytest.fixture
def keyed():
    """A daemon of one city for one test; `extra` is more configuration."""
    made = []

    def start(extra="", **grants):
        d = Keyed([LINCANG], extra=extra).grant("admin", "admin").grant("watch", "watch")
        for name, role in grants.items():
            d.grant(name, role)
        made.append(d)
        d.__enter__()
        d.client().wind(d.at, LINCANG)  # what is due by then has happened
        return d
    yield start
    for d in made:
        d.__exit__(None, None, None)


# ---------------------------------------------------------------- what is granted can be taken back

def test_a_revoked_key_on_open_connections(keyed):
    """They are ended, whether they said something or not, and no new one is let in; what others have open stays as it
    is. Granted again the key works as before."""
    d = keyed(out="admin")
    out, stays, mute, idle = d.by("out"), d.by("admin"), d.by("out", watched=True), d.by("admin")
    push, heard, hears_on = d.by("out", zmq.PUSH), d.hears("out"), d.hears("watch", "J.")
    refusals = d.client()
    gone, kept = [mute.watch, *map(Watched, (out, push, heard))], [Watched(stays), Watched(hears_on)]
    assert out.ok("health.get", {}) and stays.ok("health.get", {}) and hears_something(heard)
    before = refusals.last_seq()
    push.send("application.submit", form(another()))
    wait_for(lambda: refusals.last_seq() == before + 1, "the push to be recorded")
    assert hears_something(hears_on)
    wait_for(mute.watch.opened, "the one that says nothing to be let in")
    d.revoke("out").reload()
    for w in gone:
        wait_for(w.ended, "the revoked key's connections to be ended", 1)
    while heard.poll(300):
        heard.recv_multipart()
    apply(stays)
    assert nobody_hears(heard)
    assert nobody_answers(d.by("out")), "and no new connection"
    while hears_on.poll(0):
        hears_on.recv_multipart()
    apply(stays)
    assert hears_something(hears_on) and not any(w.ended() for w in kept)
    assert idle.ok("health.get", {}), "who said nothing could have been it, and comes again by itself"
    d.grant("out", "admin").reload()
    assert d.by("out").ok("health.get", {}) and hears_something(d.hears("out"))
    assert not any(w.ended() for w in kept)


def test_another_role_and_another_key(keyed, tmp_path):
    """What changes in the file changes for connections that are open."""
    d = keyed(tool="admin")
    tool, heard = d.by("tool"), d.hears("tool")
    speaks, hears = Watched(tool), Watched(heard)
    assert tool.ok("stats.get", {}) and hears_something(heard)
    d.grant("tool", "staff", departments=["fund"]).reload()
    tool.refused("role-may-not", "application.submit", form(another()))
    tool.refused("whole-division", "stats.get", {})
    wait_for(hears.ended, "who is limited to a department to hear no more", 5)
    while heard.poll(300):
        heard.recv_multipart()
    assert nobody_hears(heard) and not speaks.ended()
    d.clients_of["tool"] = certificate(tmp_path / "new", "tool")
    d.grant("tool", "admin").reload()
    wait_for(speaks.ended, "the old key's connection to be ended: the name has another now", 5)
    assert d.by("tool").ok("stats.get", {})


def test_a_key_runs_out(tmp_path):
    """The last day ends by itself, on open connections too, with nobody reloading anything."""
    late = tmp_path / "late"
    late.write_text("0")
    today = (datetime.datetime.utcnow() + datetime.timedelta(hours=8)).date()
    d = Keyed([LINCANG]).grant("guest", "watch", valid_to=str(today)).grant("watch", "watch")
    d.process = subprocess.Popen([BUILD / "jiandud", "-c", d.config], env=faulty.ours(tmp_path, CLOCK.replace("LATE", str(late))),
                                 stdout=d.log, stderr=d.log)
    try:
        wait_for(lambda: d.up(LINCANG), "the daemon to be up")
        guest, heard, other = d.by("guest"), d.hears("guest"), d.hears("watch")
        gone, stays = [Watched(guest), Watched(heard)], Watched(other)
        assert guest.ok("stats.get", {}) and hears_something(heard) and hears_something(other)
        late.write_text(str(24 * 3600))
        for w in gone:
            wait_for(w.ended, "the connections to be ended", 5)
        while heard.poll(300):
            heard.recv_multipart()
        assert nobody_hears(heard)
        while other.poll(0):
            other.recv_multipart()
        assert hears_something(other) and not stays.ended()
    finally:
        assert d.stop() == 0, d.logged()


def test_a_descriptor_that_is_somebody_elses_by_now(keyed):
    """A message waits until its connection is gone and another key's has the descriptor: it says nothing about that
    one, which stays when the first key is revoked."""
    d = keyed("limits:\n  in_flight: 16\n", out="admin", other="admin")
    worker, gone = d.worker_pid(LINCANG), d.by("out")
    apply(gone)
    os.kill(worker, signal.SIGSTOP)
    for _ in range(200):
        gone.send("application.submit", form(another()))
    time.sleep(0.5)  # until what can be read is read, and the rest lies with libzmq
    before = descriptors(d)
    gone.close()
    wait_for(lambda: descriptors(d) < before, "the connection to be gone", 5)
    other = d.by("other", watched=True)
    wait_for(other.watch.opened, "another to be in its place")
    assert descriptors(d) == before, "with its descriptor"
    os.kill(worker, signal.SIGCONT)
    asks = d.client()
    wait_for(lambda: asks.last_seq() >= 100, "what lay there to be read")
    assert other.ok("health.get", {})
    d.revoke("out").reload()
    assert other.ok("health.get", {}) and not other.watch.ended()


def descriptors(d):
    return set(os.listdir(f"/proc/{d.process.pid}/fd"))


def test_a_bad_access_file_changes_nothing(keyed):
    d = keyed()
    c = d.by("admin")
    d.access.write_text(d.access.read_text().replace("role: watch", "role: wizard"))
    d.reload(good=False)
    assert f"{d.access}:8: 'role' must be admin, intake, staff, supervisor-portal or watch, not 'wizard'" in d.logged()
    assert c.ok("health.get", {}) and hears_something(d.hears("watch"))


# ---------------------------------------------------------------- measure

def test_as_many_as_one_client_may_have_outstanding(keyed):
    """What is beyond is told to come again, and nobody else notices."""
    d = keyed("limits:\n  client_outstanding: 20\n  client_queries: 5\n", other="admin")
    greedy, other = d.by("admin"), d.by("other")
    sent = {greedy.send("application.submit", form(another())) for _ in range(400)}
    assert apply(other)
    codes = [greedy.receive()["code"] for _ in sent]
    assert codes.count("too-many-outstanding") > 0 and codes.count("recorded") >= 20
    assert set(codes) == {"too-many-outstanding", "recorded"}
    asked = [greedy.send("stats.get", {}) for _ in range(200)]
    codes = [greedy.receive()["code"] for _ in asked]
    assert set(codes) <= {"too-many-outstanding", "answered"} and codes.count("answered") >= 5
    assert greedy.ok("stats.get", {}), "what was answered counts no more"


def test_as_many_a_second_as_one_client_may_send(keyed):
    d = keyed("limits:\n  client_messages: 50\n", other="admin")
    greedy, other = d.by("admin"), d.by("other")
    codes = [greedy.ask("health.get", {})["code"] for _ in range(120)]
    assert 50 <= codes.count("answered") < 120 and codes.count("too-fast") > 0
    assert all(other.ask("health.get", {})["code"] == "answered" for _ in range(20))
    time.sleep(1.1)
    assert greedy.ok("health.get", {})


def test_as_many_bytes_as_one_client_may_send(keyed):
    d = keyed("limits:\n  client_kib: 128\n")
    c = d.by("admin")
    body = form(another(), extra=None) | {"name": "x" * 60000}
    codes = [c.ask("application.submit", body)["code"] for _ in range(6)]
    assert "too-fast" in codes and codes[0] == codes[1] == "out-of-bounds"


def test_a_few_hundred_connections(keyed):
    """So many a second, and the rest come when there is room: another client works meanwhile."""
    d = keyed("limits:\n  client_connects: 60\n", crowd="admin")
    other = d.by("admin")
    assert other.ok("health.get", {})
    crowd = [d.by("crowd") for _ in range(300)]
    started = time.monotonic()
    for c in crowd:
        c.send("health.get", {})
    worst = 0
    for _ in range(50):
        t = time.monotonic()
        assert other.ok("health.get", {})
        worst = max(worst, time.monotonic() - t)
    assert worst < 2
    answered = sum(c.receive(100) is not None for c in crowd[:60])
    assert answered > 10
    wait_for(lambda: sum(bool(c.socket.poll(0)) for c in crowd) + answered > 100, "more of them to be let in")
    assert time.monotonic() - started > 0.5
    for c in crowd:
        c.close()


def test_no_more_connections_than_configured(keyed):
    d = keyed("limits:\n  connections: 8\n", crowd="admin")
    first = [d.by("crowd") for _ in range(6)]
    assert all(c.ok("health.get", {}) for c in first)
    late = [d.by("crowd") for _ in range(12)]
    for c in late:
        c.send("health.get", {})
    time.sleep(1)
    assert sum(bool(c.socket.poll(0)) for c in late) <= 4
    assert all(c.ok("health.get", {}) for c in first)
    for c in first + late[:4]:
        c.close()
    wait_for(lambda: any(c.socket.poll(0) for c in late[4:]), "one to be let in where others left")


def test_no_more_connections_of_one_key(keyed):
    """Beyond the bound none is let in; those that were let in before they spoke are ended as they speak. Another key
    has its own, and where one leaves another may come."""
    d = keyed("limits:\n  client_connections: 10\n", crowd="admin", piled="admin")
    other = d.by("admin")
    first = [d.by("crowd") for _ in range(10)]
    watched = [Watched(c) for c in (other, *first)]
    assert other.ok("health.get", {}) and all(c.ok("health.get", {}) for c in first)
    late = [d.by("crowd") for _ in range(20)]
    for c in late:
        c.send("health.get", {})
    time.sleep(0.5)
    assert not any(c.socket.poll(0) for c in late)
    piled = [d.by("piled", watched=True) for _ in range(25)]
    wait_for(lambda: all(c.watch.opened() for c in piled), "all of them to be let in, as none has spoken")
    for c in piled:
        c.send("health.get", {})
    wait_for(lambda: sum(c.watch.ended() for c in piled) == 15, "those beyond the bound to be ended", 10)
    assert all(c.ok("health.get", {}) for c in piled if not c.watch.ended())
    assert other.ok("health.get", {}) and all(c.ok("health.get", {}) for c in first)
    assert not any(w.ended() for w in watched)
    first[0].close()
    wait_for(lambda: any(c.socket.poll(0) for c in late), "one to be let in where another left")


def test_connections_that_say_nothing(keyed):
    """Let in and silent, they are nobody's: so many may stay, and of more the oldest go."""
    d = keyed("limits:\n  silent_connections: 5\n", mute="admin")
    other, mute = d.by("admin"), []
    speaks = Watched(other)
    assert other.ok("health.get", {})
    for _ in range(9):
        mute.append(d.by("mute", watched=True).watch)
        wait_for(mute[-1].opened, "a silent one to be let in")
        time.sleep(0.05)
    wait_for(lambda: all(w.ended() for w in mute[:4]), "the oldest to be ended", 30)
    assert not any(w.ended() for w in mute[4:])
    assert other.ok("health.get", {}) and not speaks.ended()


# ---------------------------------------------------------------- frames

def test_many_frames_and_large_ones(keyed):
    """A message of too many frames is answered and forgotten; a frame beyond the bound ends its connection only."""
    d = keyed(other="admin")
    c, other = d.by("admin"), d.by("other")
    for n in (3, 9, 5000):
        assert c.raw(*[b"x"] * n)["code"] == "bad-frames"
    large = d.by("admin")
    large.socket.send_multipart([b"x", b"x" * (8 << 20)])
    assert large.receive(500) is None
    assert c.ok("health.get", {}) and other.ok("health.get", {})


def test_a_message_without_an_end(keyed):
    """Who is let in can make the daemon hold what he sends, for as long as he goes on; others work meanwhile, and
    when he goes it is gone. Who has no key does not get so far: see the next."""
    d = keyed(other="admin")
    c, other = d.by("admin"), d.by("other")
    for _ in range(2000):
        c.socket.send(b"x" * 1000, zmq.SNDMORE)
    assert other.ok("health.get", {})
    c.close()
    assert other.ok("health.get", {}) and d.process.poll() is None


@pytest.mark.parametrize("mechanism", [b"NULL", b"PLAIN", b"CURVE"])
def test_a_stranger_who_speaks_zmtp_by_hand(keyed, mechanism):
    """Frames before the handshake is done reach nobody and are not kept: the connection is closed."""
    d = keyed()
    for door in ("intake", "push", "events"):
        with socket.create_connection(("127.0.0.1", d.ports[door])) as s:
            s.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + mechanism.ljust(20, b"\0") + bytes(32))
            s.settimeout(8)
            try:
                for _ in range(2000):
                    s.sendall(b"\x01\xff" + b"x" * 255)  # MORE, for ever
                while s.recv(65536):
                    pass
            except (ConnectionError, BrokenPipeError):
                pass
    assert d.by("admin").ok("health.get", {})


def test_half_open_connections(keyed):
    """They are ended after five seconds, and keep nobody out."""
    d = keyed()
    silent = [socket.create_connection(("127.0.0.1", d.ports["intake"])) for _ in range(100)]
    assert d.by("admin").ok("health.get", {})
    silent[0].settimeout(10)
    while silent[0].recv(1000):
        pass
    for s in silent:
        s.close()


def test_ten_thousand_connections_of_one_client(keyed):
    """They come as fast as one process can make them and say nothing; whoever has a key works on meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 12000:
        pytest.skip("this machine does not let one process have so many descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    d, crowd, slowest = keyed(), [], 0
    other = d.by("admin")
    assert other.ok("health.get", {})
    for n in range(10000):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", d.ports["intake"]))
        crowd.append(s)
        if n % 200 == 0:
            started = time.monotonic()
            assert other.ok("application.submit", form(another()))["state"]
            slowest = max(slowest, time.monotonic() - started)
    assert slowest < 5
    for s in crowd:
        s.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert other.ok("health.get", {}) and d.by("admin").ok("health.get", {})


# ---------------------------------------------------------------- the handler is gone

BIND = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
int zmq_bind(void *s, const char *address)
{
    int (*real)(void *, const char *) = (int (*)(void *, const char *))dlsym(RTLD_NEXT, "zmq_bind");
    return strstr(address, "zeromq.zap") ? RESULT : real(s, address);
}
"""
CLOCK = r"""
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t)
{
    long late = 0;
    FILE *f = id == CLOCK_REALTIME ? fopen("LATE", "r") : NULL;
    int rc = (int)syscall(SYS_clock_gettime, id, t);
    if (f && fscanf(f, "%ld", &late) == 1) t->tv_sec += late;
    if (f) fclose(f);
    return rc;
}
"""


def test_no_handler_no_daemon(tmp_path):
    """The handler is bound before any door; where that fails nothing is opened."""
    d = Keyed([LINCANG]).grant("admin", "admin")
    done = subprocess.run([BUILD / "jiandud", "-c", d.config], env=faulty.ours(tmp_path, BIND.replace("RESULT", "(errno = EADDRINUSE, -1)")),
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 69 and "zeromq.zap.01" in done.stderr, done.stderr


def test_a_handler_that_is_gone(tmp_path):
    """libzmq 4.3.4 lets everybody in where no handler is bound: the second lock is each message's own, whose sender
    nobody named. A subscriber nobody named makes the daemon stop rather than let it hear."""
    d = Keyed([LINCANG]).grant("admin", "admin")
    env = faulty.ours(tmp_path, BIND.replace("RESULT", "0"))
    d.process = subprocess.Popen([BUILD / "jiandud", "-c", d.config], env=env, stdout=d.log, stderr=d.log)
    try:
        wait_for(lambda: d.up(LINCANG), "the daemon to be up")
        d.client().wind(d.at, LINCANG)
        before = d.client().last_seq()
        for cert in (d.clients_of["admin"], certificate(tmp_path / "keys", "stranger")):
            c = d.by("x", cert=cert)
            receipt = c.ask("application.submit", form(another()))
            assert receipt["code"] == "key-not-valid", receipt
            assert c.ask("health.get", {})["code"] == "key-not-valid"
        assert d.client().last_seq() == before
        s = d.socket(zmq.SUB, certificate(tmp_path / "keys", "listener"))
        s.subscribe("")
        s.connect(d.tcp("events"))
        assert d.process.wait(10) == 70 and "the ZAP handler is gone" in d.logged()
        assert not s.poll(0)
        s.close()
    finally:
        d.stop()


def test_who_names_itself(tmp_path):
    """Without a handler libzmq takes a peer's own word for its User-Id: it lacks the daemon's, and is nobody."""
    d = Keyed([LINCANG]).grant("admin", "admin")
    d.process = subprocess.Popen([BUILD / "jiandud", "-c", d.config], env=faulty.ours(tmp_path, BIND.replace("RESULT", "0")),
                                 stdout=d.log, stderr=d.log)
    try:
        wait_for(lambda: d.up(LINCANG), "the daemon to be up")
        own, granted = certificate(tmp_path / "keys", "stranger"), d.clients_of["admin"][0].decode()
        id = os.urandom(16)
        for name in (granted, granted + "0" * 48, granted + "0" * 15 + "9" + "0" * 32):
            f = Curve(d, own, "intake", {"Socket-Type": "DEALER", "User-Id": name})
            f.send(msgpack.packb({"v": 1, "id": id, "type": "health.get", "division": LINCANG}), msgpack.packb({}))
            assert msgpack.unpackb(f.receive())["code"] == "key-not-valid"
            f.socket.close()
    finally:
        assert d.stop() == 0


# ---------------------------------------------------------------- a daemon that lies

KINDS = {"OPEN": 1, "BATCH": 2, "QUERY": 3, "DONE": 6, "ANSWER": 7}
ROLES = {"admin": 0, "intake": 1, "staff": 2, "supervisor-portal": 3, "watch": 4}


class Socket:
    """One of the worker's two sockets, spoken to as jiandud does."""

    def __init__(self, path, division):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.connect(str(path))
        self.s.settimeout(5)
        self.buffer = b""
        self.frame("OPEN", struct.pack("<HI", 3, int(division)))

    def frame(self, kind, payload):
        self.s.sendall(struct.pack("<IB", len(payload) + 1, KINDS[kind]) + payload)

    def take(self, kind):
        while True:
            while len(self.buffer) < 4 or len(self.buffer) < 4 + struct.unpack("<I", self.buffer[:4])[0]:
                more = self.s.recv(65536)
                if not more:
                    raise ConnectionError("closed")
                self.buffer += more
            n = struct.unpack("<I", self.buffer[:4])[0]
            one, self.buffer = self.buffer[4:4 + n], self.buffer[4 + n:]
            if one[0] == KINDS[kind]:
                return one[1:]


class Liar:
    """Speaks to a worker as jiandud does, and says of every message whatever it likes about who sent it. The true
    daemon is stopped meanwhile: it would come again at once, and a worker listens to the last that came."""

    def __init__(self, daemon, division=LINCANG):
        self.true = daemon.process
        self.true.send_signal(signal.SIGSTOP)
        self.questions = Socket(daemon.runtime / f"questions-{division}.sock", division)
        self.work = Socket(daemon.runtime / f"worker-{division}.sock", division)
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.work.s.close()
        self.questions.s.close()
        self.true.send_signal(signal.SIGCONT)

    @staticmethod
    def message(types, type, body, role, name="liar", every=0, departments=(), supervisors=(), at=1767574800000):
        text = lambda b: struct.pack("<I", len(b)) + b
        depts = b"".join(bytes([len(d)]) + d.encode() for d in departments)
        who = bytes([ROLES.get(role, role), every]) + text(name.encode()) + text(depts) + \
            text(b"".join(struct.pack("<I", n) for n in supervisors))
        return struct.pack("<IHBq", 7, types[type], 0, at) + os.urandom(16) + who + text(b"x") + text(msgpack.packb(body))

    def say(self, *args, **kw):
        self.number += 1
        head = struct.pack("<QQqI", self.number, 0, 1767574800000, 1)
        self.work.frame("BATCH", head + self.message(*args, **kw))
        done = self.work.take("DONE")
        n, = struct.unpack("<I", done[32:36])
        return msgpack.unpackb(done[36:36 + n])

    def ask(self, *args, **kw):
        self.questions.frame("QUERY", struct.pack("<q", 1767574800000) + self.message(*args, **kw))
        return msgpack.unpackb(self.questions.take("ANSWER")[8:])


@pytest.fixture(scope="module")
def types():
    """Numbers of the message types: their places in messages.def."""
    import re
    names = re.findall(r'^MESSAGE\(\w+, "([\w.]+)"', (ROOT / "proto/messages.def").read_text(), re.M)
    return {name: n for n, name in enumerate(names)}


def test_what_a_lying_daemon_cannot(types):
    """The worker looks at role, department, supervisor and case itself: what the daemon forwards beyond the rights it
    states is refused, and leaves no trace."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        mine, other = appoint(c, another()), appoint(c, another())
        report = c.ok("report.submit", clue(mine, accused=["agency"]))["entity_id"]
        a = apply(c)
        before = c.last_seq()
        dept = {"report": report, "by": "fund", "department": "county-530921"}
        tries = [("role-may-not", "report.assign", dept, "intake", {}),
                 ("role-may-not", "application.submit", form(another()), "watch", {}),
                 ("role-may-not", "application.decide", decision(a), "supervisor-portal", {"every": 3}),
                 ("not-your-department", "report.assign", dept, "staff", {"departments": ["county-530902"]}),
                 ("not-your-department", "report.assign", dept, "staff", {}),
                 ("not-your-supervisor", "report.submit", clue(other), "supervisor-portal", {"supervisors": [1]}),
                 ("not-your-supervisor", "report.submit", clue(other), "supervisor-portal", {}),
                 ("not-your-case", "application.withdraw", {"application": a}, "intake", {}),
                 ("role-may-not", "application.submit", {}, "watch", {})]
        with Liar(d) as liar:
            for code, type, body, role, kw in tries:
                receipt = liar.say(types, type, body, role, **kw)
                assert (receipt["code"], receipt["status"]) == (code, "forbidden"), receipt
            for type, role, kw, code in [("case.get", "watch", {}, "role-may-not"), ("case.get", "intake", {}, "unknown-case"),
                                         ("case.get", "staff", {"departments": ["agency"]}, "unknown-case"),
                                         ("case.get", "supervisor-portal", {"supervisors": [2]}, "unknown-case"),
                                         ("events.since", "staff", {"departments": ["fund"]}, "whole-division")]:
                body = {"after": 0} if type == "events.since" else {"id": report}
                assert liar.ask(types, type, body, role, **kw)["code"] == code
        wait_for(lambda: d.up(LINCANG), "the true daemon to be back")
        assert d.client().last_seq() == before


def test_what_a_lying_daemon_can(types):
    """And what it can: the worker believes it about who is asking. SECURITY.md says so."""
    with Daemon([LINCANG]) as d:
        a = apply(d.client())
        with Liar(d) as liar:
            receipt = liar.say(types, "application.withdraw", {"application": a}, "admin", name="director", every=3)
            assert receipt["status"] == "ok"
        wait_for(lambda: d.up(LINCANG), "the true daemon to be back")
        assert [step["sender"] for step in d.client().explain(a)["history"]] == ["local", "director"]


@pytest.mark.parametrize("role", [5, 200])
def test_a_role_that_is_none(types, role):
    with Daemon([LINCANG]) as d:
        with Liar(d) as liar, pytest.raises(ConnectionError):
            liar.say(types, "application.submit", form(another()), role)
        wait_for(lambda: d.up(LINCANG), "the true daemon to be back")


# ---------------------------------------------------------------- what the file system lets in

@pytest.mark.parametrize("role", ["intake", "watch", "staff"])
def test_the_role_of_who_needs_no_key(role):
    """`ipc_role`: who reaches the socket's file may do that, in every division and for every department."""
    with Daemon([LINCANG], extra=f"ipc_role: {role}") as d:
        c = d.client()
        assert (c.ask("application.submit", form(another()))["status"] == "ok") == (role == "intake")
        assert (c.ask("stats.get", {})["status"] == "ok") == (role != "intake")
        assert (c.ask("case.list", {"entity": "report"})["status"] == "ok") == (role == "staff")


def test_files_and_keys_side_by_side(keyed):
    """ipc needs no key where tcp does, on the same daemon; and loopback is no exception."""
    d = keyed()
    assert d.client().ok("health.get", {}) and hears_something(d.subscribe("S."))
    bare = d.ctx.socket(zmq.DEALER)
    bare.linger = 0
    bare.connect(d.tcp("intake"))
    bare.send_multipart([b"x", b"x"])
    assert not bare.poll(500)
    bare.close()
