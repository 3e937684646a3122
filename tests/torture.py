#!/usr/bin/python3
"""What happens to servers, for some minutes, and what of it is lost. In this order:

kills    two clients stream reports and applications, one a city, while workers and daemon are killed, stopped, frozen
         or asked to end at random moments
calls    a worker that is killed, or whose disk fails, at each of its calls in turn (tests/faulty.py)
steps    a daemon that is killed at each named step of the path of each message (tests/faults/steps.c)
memory   a worker whose n-th allocation fails
cuts     images of the data file that a power cut could have left (tests/cuts.py)
overload for two minutes ten times what a worker with a slow disk can take; not when QUICK
seeds    both programs in one process, with everything that may go wrong drawn from a seed (tests/sim/)

Each ends with the oracle's questions (tests/oracle.py) and with the stores verified and replayed. The last line is
`N acknowledged, N lost`. QUICK=1 ends within 45 seconds, else it ends within a quarter of an hour:
on a slow machine the last stage has fewer seeds, and says so. SEED=n chooses again."""

import collections
import contextlib
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cuts  # noqa: E402
import faulty  # noqa: E402
import jd  # noqa: E402
import oracle  # noqa: E402

QUICK = bool(os.environ.get("QUICK"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
SECONDS, MESSAGES, CONTENTS, IMAGES, SEEDS = (8, 8_000, 200, 150, 500) if QUICK else (180, 150_000, 3_000, 6_000, 10_000)

LAST = time.monotonic() + (35 if QUICK else 12 * 60)  # when the last seeds begin

total = collections.Counter()
problems = []


@contextlib.contextmanager
def stage(name):
    start = time.monotonic()
    said = []
    try:
        yield said.append
    except AssertionError as e:
        problems.append(f"{name}: {e}")
        said.append("FAILED")
    print(f"{name:<8} {'; '.join(said)}; {time.monotonic() - start:.0f} s", flush=True)


def conclude(name, *oracles):
    """What the oracles find, counted; the system must be up."""
    lost = oracle.examine(oracles, CONTENTS)
    total["acknowledged"] += sum(len(o.ok) for o in oracles)
    total["lost"] += len(lost)
    problems.extend(f"{name}: {p}" for o in oracles for p in o.problems)


# ---------------------------------------------------------------- kills

def freeze(pid, seconds):
    os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(pid, signal.SIGCONT)


def kill(daemon, what, division, pause):
    if what.endswith("worker"):
        pid = daemon.worker_pid(division)
        with contextlib.suppress(ProcessLookupError):  # it is being started just now
            if pid and what == "worker":
                os.kill(pid, signal.SIGKILL)
            elif pid:
                freeze(pid, pause)
        return
    if what == "frozen daemon":
        freeze(daemon.process.pid, pause)
        return
    pids = [daemon.worker_pid(d) for d in daemon.divisions] if what == "everything" else []
    daemon.process.send_signal(signal.SIGTERM if what == "daemon, asked to end" else signal.SIGKILL)
    for pid in filter(None, pids):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    daemon.process.wait(30)
    daemon.start()


def kills():
    deeds = ["worker", "worker", "daemon", "everything", "daemon, asked to end", "frozen worker", "frozen daemon"]
    chance, counted = random.Random(SEED), collections.Counter()
    with stage("kills") as say, jd.Daemon() as daemon:
        oracles = [oracle.Oracle(daemon, d) for d in daemon.divisions]
        senders = [oracle.Sender(o, MESSAGES // 2, SECONDS) for o in oracles]
        for s in senders:
            s.start()
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and not any(o.problems for o in oracles):
            what, division = chance.choice(deeds), chance.choice(daemon.divisions)
            time.sleep(chance.uniform(0.005, 0.8))
            kill(daemon, what, division, chance.uniform(0.05, 0.5))
            counted[what] += 1
        for s in senders:
            s.finish.set()
        for s in senders:
            s.join()
        assert daemon.stop() == 0, "the daemon's end"
        daemon.verify()
        daemon.start()
        conclude("kills", *oracles)
        say(f"{sum(counted.values())}: " + ", ".join(f"{n} {what}" for what, n in sorted(counted.items())))
        say(f"{sum(len(o.ok) for o in oracles)} acknowledged")


# ---------------------------------------------------------------- calls and memory

def faults(say, site, o, plans):
    """For each of the plans (call, deed, numbers) how many of the calls were reached."""
    for call, what, numbers in plans:
        reached = faulty.walk(site, o, call, what, numbers)
        say(f"{what} at {len(numbers)} {call}s, {reached} of which ended the worker")
        status, said = faulty.verify(site.config, "--replay")
        assert status == 0, (call, what, said)
    conclude("calls", o)


def calls():
    chance = random.Random(SEED)
    with stage("calls") as say, faulty.Site() as site:
        o = oracle.Oracle(site)
        o.patience = 0.2
        many = faulty.count(site, o, site.dir)
        some = lambda call, k: sorted(chance.sample(range(1, many[call] + 1), min(k, many[call]))) if QUICK else \
            range(1, many[call] + 1)
        faults(say, site, o, [(call, what, some(call, 3)) for call in ("sync", "write")
                              for what in ("kill", "after", "half", "EIO", "ENOSPC", "short")
                              if call == "write" or what not in ("half", "short")])


def steps():
    """The daemon, at every step of the path a message takes through it."""
    chance = random.Random(SEED)
    with stage("steps") as say, faulty.Site() as site:
        o = oracle.Oracle(site)
        o.patience = 0.2
        many = faulty.daemon_steps(site, o, site.dir)
        for name, moments in faulty.MOMENTS.items():
            numbers = [chance.randint(1, faulty.ROUNDS)] if QUICK else range(1, many[name] + 1)
            killed = sum(faulty.daemon_killed(site, o, name, n, when) for when in moments for n in numbers)
            say(f"{killed} of {len(numbers) * len(moments)} at {name}")
            assert killed, f"no daemon died at {name}"
        conclude("steps", o)


def memory():
    """An allocation that fails ends the worker, or the one message that needed it; and nothing is lost."""
    chance = random.Random(SEED)
    with stage("memory") as say, faulty.Site() as site:
        o = oracle.Oracle(site)
        o.patience = 0.2
        many = faulty.count(site, o, site.dir)["alloc"]
        numbers = sorted(chance.sample(range(1, many + 1), 6 if QUICK else 200))
        ends = collections.Counter(faulty.step(site, o, f"alloc:{n}:ENOMEM") for n in numbers)
        say(f"{len(numbers)} of {many} allocations: worker's status " +
            ", ".join(f"{status} {n} times" for status, n in sorted(ends.items(), key=str)))
        conclude("memory", o)
        assert ends.keys() <= {None, 74, 75}, f"not a documented end: {ends}"


# ---------------------------------------------------------------- overload

def overload():
    """What is accepted is answered within bounds, memory is bounded, and a moment later all is as before."""
    seconds, a_second = 120, 1_500
    with stage("overload") as say, faulty.Site(extra="limits: { batch_messages: 16, in_flight: 100 }") as site:
        o, other = oracle.Oracle(site), oracle.Oracle(site, name="other")
        site.end_worker()
        site.start_worker(slow=300)
        sender = oracle.Sender(o, a_second * seconds, seconds)
        sender.WINDOW, sender.AT_ONCE, o.patience = 10**6, 500, 60
        sender.start()
        took, most, answered = [], 0, len(o.ok)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            other.send()
            other.settle()
            took.append(time.monotonic() - start)
            most = max(most, faulty.memory_kib(site.process.pid), faulty.memory_kib(site.worker_pid(jd.LINCANG)))
        sent, answered = len(o.bodies), len(o.ok)
        sender.finish.set()
        site.end_worker()
        site.start_worker()
        start = time.monotonic()
        sender.join()
        calm = time.monotonic() - start
        say(f"{sent / seconds:.0f} sent and {answered / seconds:.0f} answered a second; the slowest answer to somebody "
            f"else {max(took):.1f} s; {most // 1024} MiB at most; the rest answered within {calm:.1f} s")
        conclude("overload", o, other)
        assert sent > 9 * answered and max(took) < 10 and most < 256 * 1024, "beyond its bounds"


# ---------------------------------------------------------------- power cuts

def power():
    with stage("cuts") as say, faulty.Site() as site:
        o = oracle.Oracle(site)
        tried = looked = 0
        for n in range(1 if QUICK else 5):
            base, records = cuts.record(site, o, rounds=8)
            images, _, ids, wrong = cuts.try_all(site, o, base, records, IMAGES // (1 if QUICK else 5), SEED + n)
            tried, looked = tried + images, looked + ids
            problems.extend(wrong)
            total["lost"] += len(wrong)
        say(f"{tried} images, {looked} times an acknowledged request looked for")
        conclude("cuts", o)


# ---------------------------------------------------------------- the simulation

def some_seeds(first, many):
    """How many requests were acknowledged in them."""
    done = subprocess.run([jd.BUILD / "jiandu-sim", "-r", "-j", str(os.cpu_count()), str(first), str(many)],
                          cwd=jd.ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    acknowledged = re.search(r"(\d+) acknowledged", done.stdout)
    assert acknowledged and f"\n{many} passed, 0 failed" in done.stdout and done.returncode == 0, done.stdout[-2000:]
    return int(acknowledged[1])


def seeds():
    """Some at a time, while there is time."""
    with stage("seeds") as say:
        done, acknowledged, at_once = 0, 0, 100 if QUICK else 1000
        while done < SEEDS and (not done or time.monotonic() < LAST):
            acknowledged += some_seeds(SEED * 100_000 + done, at_once)
            done += at_once
        total["acknowledged"] += acknowledged
        say(f"{done} of {SEEDS} seeds, {acknowledged} acknowledged")


def main():
    print(f"SEED={SEED}")
    for part in (kills, calls, steps, memory, power) + (() if QUICK else (overload,)) + (seeds,):
        part()
    for p in problems[:10]:
        print(p[:1000])
    print(f"{total['acknowledged']} acknowledged, {total['lost']} lost")
    return bool(total["lost"] or problems)


if __name__ == "__main__":
    sys.exit(main())
