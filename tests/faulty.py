"""A daemon whose workers the test starts itself, with tests/faults/shim.c under them where it wants a fault, or
tests/faults/steps.c under the daemon."""

import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "conversation"))
import jd  # noqa: E402

SHIM, STEPS, ROWS = (jd.BUILD / "faults" / name for name in ("shim.so", "steps.so", "rows"))
SANITIZED = b"__asan_init" in (jd.BUILD / "jiandu-worker").read_bytes()  # its allocator bears nothing before it


def ours(folder, text):
    """An environment in which a function is ours, from C."""
    (folder / "ours.c").write_text(text)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "ours.so", folder / "ours.c", "-ldl"], check=True)
    return {**os.environ, "LD_PRELOAD": str(folder / "ours.so"), "ASAN_OPTIONS": "verify_asan_link_order=0"}


class Site(jd.Daemon):
    def __init__(self, divisions=(jd.LINCANG,), extra="", **kw):
        super().__init__(divisions, extra="workers: { start: service-manager }\n" + extra, **kw)
        self.workers = {}

    def start(self):
        for division in self.divisions:
            self.start_worker(division)
        return super().start()

    def start_worker(self, division=jd.LINCANG, wrap=(), notify=None, **fault):
        """fault: the shim's variables without JD_, in lower case."""
        env = dict(os.environ)
        if notify:
            env["NOTIFY_SOCKET"] = str(notify)
        if fault:
            env |= {"JD_" + k.upper(): str(v) for k, v in fault.items()} | {"LD_PRELOAD": str(SHIM)}
            env.setdefault("JD_FAULT_FILE", f"/{division}/data.mdb")
        command = [*wrap, jd.BUILD / "jiandu-worker", "-c", self.config, "--division", division]
        self.workers[division] = subprocess.Popen(command, env=env, stdout=self.log, stderr=self.log)
        return self.workers[division]

    def worker_pid(self, division):
        w = self.workers.get(division)
        return w.pid if w and w.poll() is None else None

    def start_daemon_at(self, **step):
        """Another daemon in the place of the one that is there, nobody waiting until it is up. step: steps.c's
        variables without JD_, in lower case."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            ends = (0, -signal.SIGTERM)  # the second: it had only just begun
            assert self.process.wait(30) in ends, self.logged()[-2000:]
        env = dict(os.environ)
        if step:
            env |= {"JD_" + k.upper(): str(v) for k, v in step.items()} | {"LD_PRELOAD": str(STEPS)}
        self.process = subprocess.Popen([jd.BUILD / "jiandud", "-c", self.config], env=env, stdout=self.log, stderr=self.log)
        return self.process

    def end_worker(self, division=jd.LINCANG, sig=signal.SIGTERM):
        """Its exit status; a signal's number below zero."""
        w = self.workers[division]
        if w.poll() is None:
            w.send_signal(sig)
        return w.wait(30)

    def stop(self):
        code = super().stop()
        self.ends = {division: self.end_worker(division) for division in self.workers}
        return code

    def kill(self):
        for w in self.workers.values():
            w.kill()
            w.wait()
        super().kill()

    def store(self, division=jd.LINCANG):
        return self.state / division


def memory_kib(pid):
    """Its own: pages of the data file in the map are the kernel's to keep or drop."""
    return int(next(line for line in open(f"/proc/{pid}/status") if line.startswith("RssAnon")).split()[1])


def rows(folder, table):
    """The rows of a store's table, as bytes."""
    done = subprocess.run([ROWS, "list", folder, table], capture_output=True, text=True, check=True)
    unhex = lambda s: b"" if s == "-" else bytes.fromhex(s)
    return [tuple(unhex(s) for s in line.split()) for line in done.stdout.splitlines()]


def put_row(folder, table, key, value):
    subprocess.run([ROWS, "put", folder, table, key.hex() or "-", value.hex() or "-"], check=True)


def delete_row(folder, table, key):
    subprocess.run([ROWS, "del", folder, table, key.hex()], check=True)


def verify(config, *args):
    """Status and output of the worker's own check."""
    done = jd.run("jiandu-worker", "-c", config, "--verify", *args)
    return done.returncode, done.stdout + done.stderr


# ---------------------------------------------------------------- one fault at every call

ROUNDS = 4  # of the workload, each with a batch of its own at least


def step(site, oracle, fault, rounds=ROUNDS, **more):
    """A worker under this fault is given a small workload; when it dies another takes its place, without one. Its
    exit status, or None if it lived to be told to end."""
    site.end_worker()
    w = site.start_worker(fault=fault, **more)
    ends = set()
    for _ in range(rounds):
        oracle.send(2, 1)
        deadline = time.monotonic() + 20
        while oracle.waiting and not oracle.problems and time.monotonic() < deadline:
            if w.poll() is not None and w.returncode not in ends:
                ends.add(w.returncode)
                w = site.start_worker()
            oracle.send_late_again()
            oracle.read(20)
    if w.poll() is not None and not ends:
        ends.add(w.returncode)
        site.start_worker()
    if not ends:  # it must not fail later, in somebody else's question
        site.end_worker()
        site.start_worker()
    oracle.settle()
    assert not oracle.problems, (fault, oracle.problems[:3])
    assert len(ends) < 2, (fault, ends)
    return ends.pop() if ends else None


def count(site, oracle, folder):
    """How many calls of each kind the same workload makes when nothing fails."""
    site.end_worker()
    site.start_worker(fault_count=folder / "count")
    step_free(oracle)
    site.end_worker()
    words = (folder / "count").read_text().split()
    site.start_worker()
    return {k: int(v) for k, v in zip(words[::2], words[1::2])}


def step_free(oracle, rounds=ROUNDS):
    for _ in range(rounds):
        oracle.send(2, 1)
        oracle.settle()


# ---------------------------------------------------------------- the daemon killed at a step of its path

# Which moments a step has.
MOMENTS = {"received": ["after"], "accepted": ["after"], "batch": ["before", "half", "after"], "done": ["after"],
           "receipt": ["before", "after"], "event": ["before", "after"]}


def daemon_steps(site, oracle, folder):
    """How many of each the same workload has when nobody is killed."""
    site.start_daemon_at(step_count=folder / "steps")
    step_free(oracle)
    site.start_daemon_at()
    words = (folder / "steps").read_text().split()
    return {k: int(v) for k, v in zip(words[::2], words[1::2])}


def daemon_killed(site, oracle, name, n, when, rounds=ROUNDS):
    """Whether a daemon that is to die there did: another takes its place, and all is answered."""
    d = site.start_daemon_at(step=f"{name}:{n}:{when}")
    for _ in range(rounds):
        oracle.send(2, 1)
        end = time.monotonic() + 20
        while oracle.waiting and not oracle.problems and time.monotonic() < end:
            if site.process.poll() is not None:
                assert d is site.process and d.returncode == -signal.SIGKILL, (name, n, when, site.process.returncode)
                site.start_daemon_at()
            oracle.send_late_again()
            oracle.read(20)
    if d is site.process:  # it is not to die later, in somebody else's question
        site.start_daemon_at()
    oracle.settle()
    assert not oracle.problems, (name, n, when, oracle.problems[:3])
    return d.returncode == -signal.SIGKILL


# exit statuses a worker may end with: None goes on. EIO and a short write are the disk; a full one is waited for, but
# not where the meta page itself could not be written, after which LMDB lets nothing more be done.
STATUSES = {"kill": {-9}, "after": {-9}, "half": {-9}, "EIO": {74}, "short": {74}, "ENOSPC": {None, 74}}


def walk(site, oracle, call, what, numbers, check=None):
    """A fault at each of these calls in turn; how many of them ended the worker."""
    reached = 0
    slow = 40 if call == "sync" else 0  # ms: a receipt that does not wait for it gets away
    for n in numbers:
        status = step(site, oracle, f"{call}:{n}:{what}", slow=slow)
        assert status in STATUSES[what] | {None}, (call, n, what, status)
        reached += status is not None
        if check:
            check()
    return reached
