#!/usr/bin/python3
"""An hour, or SECONDS, of mixed load with faults from one SEED: whether anything grows that should not.

Two cities' clients send reports and applications, ask for cases and lists; workers and daemon are killed and asked to
end, backups are taken, a subscriber comes and goes. Twice in the time overload: ten times what is usual, for a tenth of
it. Every sample of memory, descriptors and file sizes is printed; the second half's must not be above the first half's
by more than what the record itself grew by. The last line is `N acknowledged, N lost`, or what grew."""

import os
import pathlib
import random
import signal
import statistics
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import faulty  # noqa: E402
import jd  # noqa: E402
import oracle  # noqa: E402

SECONDS = int(os.environ.get("SECONDS") or 3600)
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
RATE = 200  # messages a second and city, ten times that in overload


def look(site):
    """One sample: KiB and descriptors of the daemon and the workers, file size for each entry of the journal."""
    pids = {"daemon": site.process.pid, **{d: site.worker_pid(d) for d in site.divisions}}
    sample = {}
    for name, pid in pids.items():
        sample[f"{name} KiB"] = faulty.memory_kib(pid)
        sample[f"{name} descriptors"] = len(os.listdir(f"/proc/{pid}/fd"))
    c = site.client()
    for d in site.divisions:
        health = c.query("health.get", {}, d, timeout=5000)
        if health:
            sample[f"{d} bytes an entry"] = (site.store(d) / "data.mdb").stat().st_size / health["health"]["journal"]
    c.close()
    site.clients.remove(c)
    return sample


def trouble(site, chance, n):
    what = chance.choice(["kill", "end", "daemon", "backup", "subscriber", "nothing"])
    division = chance.choice(site.divisions)
    if what in ("kill", "end"):
        site.end_worker(division, signal.SIGKILL if what == "kill" else signal.SIGTERM)
        site.start_worker(division)
    elif what == "daemon":
        site.process.kill()
        site.process.wait()
        jd.Daemon.start(site)
    elif what == "backup":
        done = site.ctl("backup", str(site.dir / f"backup-{n}"), "-d", division, "-c", str(site.config))
        assert done.returncode == 0, done.stdout + done.stderr
    elif what == "subscriber":
        s = site.subscribe("J.")
        time.sleep(0.1)
        s.close(linger=0)
        site.clients.remove(s)
    return what


def judge(samples):
    """What of the second half's median is above the first's by more than a fifth and a bit."""
    half = len(samples) // 2
    for key in samples[0]:
        first = statistics.median(s[key] for s in samples[:half] if key in s)
        second = statistics.median(s[key] for s in samples[half:] if key in s)
        room = 20 if key.endswith("descriptors") else 20_000 if key.endswith("KiB") else 200
        if second > first * 1.2 + room:
            yield f"{key} grew from {first:.0f} to {second:.0f}"


def main():
    print(f"SEED={SEED} SECONDS={SECONDS}")
    chance, samples, grew = random.Random(SEED), [], []
    with faulty.Site(jd.CITIES) as site:
        oracles = [oracle.Oracle(site, d) for d in site.divisions]
        senders = [oracle.Sender(o, RATE * SECONDS, SECONDS) for o in oracles]
        start = time.monotonic()
        for s in senders:
            s.start()
        n = 0
        while (gone := time.monotonic() - start) < SECONDS and not any(o.problems for o in oracles):
            burst = 0.3 < gone / SECONDS % 0.5 < 0.35
            for s in senders:
                s.WINDOW = 2000 if burst else 100
            time.sleep(chance.uniform(0.5, 3))
            what = trouble(site, chance, n := n + 1)
            jd.wait_for(lambda: all(site.up(d) for d in site.divisions), "all to be up")
            samples.append(look(site))
            if n % 20 == 1:
                print(f"{gone:6.0f} s {what:<10}", ", ".join(f"{k} {v:.0f}" for k, v in samples[-1].items()), flush=True)
        for s in senders:
            s.finish.set()
        for s in senders:
            s.join()
        lost = oracle.examine(oracles, 2000)
        grew = list(judge(samples))
        problems = [p for o in oracles for p in o.problems]
    for line in grew + problems[:10]:
        print(line)
    print(f"{sum(len(o.ok) for o in oracles)} acknowledged, {len(lost)} lost")
    return bool(lost or problems or grew)


if __name__ == "__main__":
    sys.exit(main())
