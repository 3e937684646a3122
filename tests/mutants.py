#!/usr/bin/python3
"""Makes each deliberate mistake of base/mutant.h and shows that the test named there fails.

usage: tests/mutants.py [--build FOLDER] [NAME]...

The last line is `N passed, N failed`: a mistake that its test does not find is a failure."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
ROW = re.compile(r'M\((\d+), (\w+), "([^"]+)", "([^"]+)", +"([^"]+)"\)')


def make(build, number, source, program):
    """The program with the mistake, beside the others without: all is linked but what differs."""
    folder = build / "mutants" / number
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("o", "faults", "jiandud", "jiandu-worker", "jianductl"):
        subprocess.run(["cp", "-al", build / name, folder], check=True)
    (folder / program).unlink()
    (folder / "o" / source).with_suffix(".o").unlink()
    subprocess.run(["make", "-s", "-j2", f"BUILD={folder}", f"OPT=-O2 -g -DJD_MUTANT={number}", folder / program],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


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
    for number, name, source, program, test in table:
        if options.names and name not in options.names:
            continue
        start = time.monotonic()
        found, said = finds(make(build, number, source, program), test)
        passed, failed = passed + found, failed + (not found)
        print(f"{'ok     ' if found else 'MISSED '} {name:<14} {test}  {time.monotonic() - start:.1f} s", flush=True)
        if not found:
            print(said[-3000:])
    shutil.rmtree(build / "mutants", ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
