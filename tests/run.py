#!/usr/bin/python3
"""Runs everything `make test` promises, side by side, and counts it. The last line is `N passed, N failed`.

usage: tests/run.py [--build FOLDER] [KIND]...      KIND: unit sim conversation lint samples count; all of these when none is named; or
threads, the conversations in which most happens at a time, for make tsan

What passes takes one line; what fails is shown whole."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PYTHON = "/usr/bin/python3"  # Debian's own: the packages of mk/deps.sh are its


# Ten times what the longest takes. What does not come to its end is aborted with all that it started, upon which Python shows the stack
# of each thread; and nothing outlives who waits for it.
BOUNDED = ["setpriv", "--pdeathsig", "TERM", "timeout", "--signal=ABRT", "--kill-after=10", "1200"]
AT_A_TIME = ("sockets", "queries", "kill", "certificates", "reads")


def count_tap(out):
    """cmocka and tools/lint.py: `ok 1 - name`, `not ok 2 - name`."""
    return len(re.findall(r"^ok\b", out, re.M)), len(re.findall(r"^not ok\b", out, re.M))


def count_pytest(out):
    last = out.rstrip().rsplit("\n", 1)[-1]
    number = lambda word: sum(int(n) for n in re.findall(rf"(\d+) {word}", last))
    return number("passed"), number("failed") + number("errors?")


def count_play(out):
    found = re.search(r"^(\d+) samples, (\d+) mismatches", out, re.M)
    samples, wrong = map(int, found.groups()) if found else (0, 0)
    return samples - wrong, wrong


def count_seeds(out):
    """However many seeds, one test."""
    good = re.search(r"^[1-9]\d* passed, 0 failed$", out, re.M) is not None
    return int(good), int(not good)


def jobs(build, kinds):
    """(name, command, counter), the long ones first."""
    tests = ROOT / "tests"
    if {"conversation", "threads"} & kinds:
        names = "*" if "conversation" in kinds else AT_A_TIME
        files = [f for name in names for f in (tests / "conversation").glob(f"test_{name}.py")]
        for f in sorted(files, key=lambda f: -f.stat().st_size):
            yield f"conversation {f.stem[5:]}", [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", f], count_pytest
    if "sim" in kinds:
        seeds = os.environ.get("SEEDS", "1000")
        yield f"{seeds} seeds", [f"{build}/jiandu-sim", "1", seeds], count_seeds
    if "count" in kinds:
        counted = ["mk/count.sh", f"{build}/jiandu-count", "policies", "bench/count/bounds"]
        yield "instructions a message", counted, count_tap
    if "samples" in kinds:
        yield "samples", ["mk/run.sh", "demo", build, f"{build}/samples"], count_play
    if "unit" in kinds:
        for f in sorted((tests / "unit").glob("test_*.c")):
            yield f"unit {f.stem[5:]}", [f"{build}/unit/{f.stem}"], count_tap
        for f in sorted((tests / "fuzz").glob("fuzz_*.c")):
            corpus = tests / "fuzz" / "corpus" / f.stem[5:]
            yield f"corpus {f.stem[5:]}", [f"{build}/corpus/{f.stem}", corpus], count_tap
    if "lint" in kinds:
        yield "lint", [PYTHON, "tools/lint.py", "--build", build], count_tap


def run(job, env):
    name, command, counter = job
    start = time.monotonic()
    done = subprocess.run([*BOUNDED, *map(str, command)], cwd=ROOT, env=env, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    passed, failed = counter(done.stdout)
    if done.returncode != 0 and failed == 0:
        failed = 1  # it broke outside of what it counts
    return name, passed, failed, time.monotonic() - start, done


def main():
    options = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    options.add_argument("--build", default="build")
    options.add_argument("kinds", nargs="*", default=[])
    options = options.parse_args()
    kinds = set(options.kinds or ("unit", "sim", "conversation", "lint", "samples", "count"))
    env = {**os.environ, "JD_BUILD": str(pathlib.Path(options.build).resolve()), "CMOCKA_MESSAGE_OUTPUT": "TAP",
           "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("JIANDU_RUNTIME", None)
    env.pop("MAKEFLAGS", None)
    passed = failed = 0
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))  # what is under way ends with us
    with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        for one in concurrent.futures.as_completed(
                [pool.submit(run, job, env) for job in jobs(options.build, kinds)]):
            name, good, bad, seconds, done = one.result()
            passed += good
            failed += bad
            if bad:
                print(f"\n{name}: exit status {done.returncode}\n{done.stdout}", end="")
            print(f"{name:<28} {good:>5} passed" + (f", {bad} FAILED" if bad else "") + f"  {seconds:.1f} s", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
