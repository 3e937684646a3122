#!/usr/bin/python3
"""Makes each deliberate mistake of base/mutant.h and shows that the test named there fails, and one of so many seeds of
the simulation.

usage: tests/mutants.py [--build FOLDER] [NAME]...

The last line is `N passed, N failed`: a mistake that its test or the simulation does not find is a failure."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
ROW = re.compile(r'M\((\d+), (\w+), "([^"]+)", "([^"]+)", "([^"]*)", (\d+)\)')


def make(build, number, source, program):
    """The program with the mistake, beside the others without: all is linked but what differs."""
    folder = build / "mutants" / number
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("o", "faults", "jiandud", "jiandu-worker", "jianductl", "jiandu-sim"):
        subprocess.run(["cp", "-al", build / name, folder], check=True)
    wrong = [folder / program, folder / "jiandu-sim"]
    for file in (*wrong, (folder / "o" / source).with_suffix(".o")):
        file.unlink()
    subprocess.run(["make", "-s", "-j2", f"BUILD={folder}", f"OPT=-O2 -g -DJD_MUTANT={number}", *wrong],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


def sim_finds(folder, seeds):
    done = subprocess.run([folder / "jiandu-sim", "-j", str(os.cpu_count()), "1", seeds], cwd=ROOT, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 1 and re.search(r"^\d+ passed, [1-9]", done.stdout, re.M) is not None, done.stdout


def finds_soon(folder, test):
    """A receipt that races a kill does not win each time."""
    for _ in range(3):
        found, said = finds(folder, test)
        if found:
            break
    return found, said


def broken(said):
    """What the simulation saw, and in which seed."""
    return "".join(f"          {line}\n" for line in said.splitlines() if line.startswith("seed "))


def ways(test, seeds):
    """(what is to find it, how), each."""
    if test:
        yield test, lambda folder: finds_soon(folder, test)
    if int(seeds):
        yield f"jiandu-sim 1 {seeds}", lambda folder: sim_finds(folder, seeds)


def finds(folder, test):
    """Whether the test fails, and not merely breaks off; what it says when it does not."""
    file, name = test.split("::")
    env = {**os.environ, "JD_BUILD": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    words = " and ".join(re.findall(r"\w[\w-]*", name))
    done = subprocess.run(["timeout", "120", "/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
                           f"tests/conversation/{file}", "-k", words], cwd=ROOT, env=env, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 1 and " failed" in done.stdout.splitlines()[-1], done.stdout  # 124: it hung


def main():
    options = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    options.add_argument("--build", default="build")
    options.add_argument("names", nargs="*")
    options = options.parse_args()
    build = pathlib.Path(options.build).resolve()
    table = ROW.findall((ROOT / "base/mutant.h").read_text())
    passed = failed = 0
    for number, name, source, program, test, seeds in table:
        if options.names and name not in options.names:
            continue
        if f"JD_IS_MUTANT({name})" not in (ROOT / source).read_text():
            sys.exit(f"base/mutant.h: {name} is not in {source}")
        folder = make(build, number, source, program)
        for what, look in ways(test, seeds):
            start = time.monotonic()
            found, said = look(folder)
            passed, failed = passed + found, failed + (not found)
            print(f"{'ok     ' if found else 'MISSED '} {name:<15} {what}  {time.monotonic() - start:.1f} s", flush=True)
            print(said[-3000:] if not found else broken(said), flush=True, end="")
    shutil.rmtree(build / "mutants", ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
