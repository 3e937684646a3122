#!/usr/bin/python3
"""The house rules that a compiler does not know, each a function; prints TAP and, behind #, what is worth a look.

usage: tools/lint.py [--build FOLDER] [CHECK]..."""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FILE_LINES, FUNCTION_LINES = 500, 80

# Which files may include a library: whoever looks for the seam finds it here.
SEAMS = {
    "uv.h": r"daemon/\w+\.[ch]|proto/uv/\w+\.[ch]|ctl/version\.c",
    "zmq.h": r"daemon/zloop\.c|ctl/lib/\w+\.[ch]|ctl/version\.c|bench/.*",
    "lmdb.h": r"workers/store\.c|bench/.*|ctl/version\.c",
    "msgpack": r"proto/(pack|decode)\.c|ctl/.*|examples/.*",
    "systemd/": r"daemon/main\.c|workers/server\.c|base/log\.c",
    "yaml.h": r"base/yaml\.c",
    "utf8proc.h": r"proto/check\.c|ctl/print\.c",
    "jansson.h": r"ctl/\w+\.[ch]",
    "sodium": r"workers/.*|ctl/.*",
    "libpq": r"bench/peer_postgres\.c",
    "amqp": r"bench/peer_rabbitmq\.c",
    "pthread.h": r"workers/(writer|sealer|questions)\.c|ctl/lib/zmq\.c|bench/.*",
}

# What each folder may know of the others.
LAYERS = {
    "base": {"base"},
    "proto": {"base", "proto"},
    "daemon": {"base", "proto", "daemon"},
    "workers": {"base", "proto", "workers"},
    "ctl": {"base", "proto", "ctl", "include", "workers/policy"},
    "include": set(),
}

# Of a machine, of a registry, of the way the work was done: none belongs in the tree. (Spelled so that this
# file does not find itself.)
UNWANTED = "|".join([
    r"/ho[m]e/\w+", r"/ro[o]t/\.", r"/wor[k]/", r"\.py[e]nv", r"deb\.deb[i]an\.org", r"snaps[h]ot\.debian", r"pyp[i]\.org",
    r"crate[s]\.io", r"npm[j]s", r"docker\.i[o]", r"\bTOD[O]\b", r"\bFIXM[E]\b", r"\bXX[X]:", r"sub-?agen[t]",
    r"\bmileston[e] \d", r"\bsprin[t] \d", r"\bphas[e] \d", r"\bA[I] assistant",
])


def tree():
    """Every file of the tree that is ours, by path from its top."""
    git = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(git, cwd=ROOT, text=True, capture_output=True) if shutil.which("git") else None
    if listed and listed.returncode == 0:
        names = listed.stdout.split("\n")
    else:  # a source archive, or no git on this machine
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if "__pycache__" not in p.parts]
    skip = re.compile(r"(build|run|\.git)/")
    return sorted(n for n in names if n and not skip.match(n) and (ROOT / n).is_file())


FILES = tree()
C = [n for n in FILES if re.search(r"\.[ch]$", n)]


def text(name):
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def matches(names, pattern):
    """(file, line number, match) of each occurrence."""
    regex = re.compile(pattern)
    for name in names:
        for number, line in enumerate(text(name).split("\n"), 1):
            for m in regex.finditer(line):
                yield name, number, m


def seams(args):
    for name, number, m in matches(C, r"#include <([^>]+)>"):
        for library, allowed in SEAMS.items():
            ours = name.startswith("tests/")
            if m[1].startswith(library) and not ours and not re.fullmatch(allowed, name):
                yield f"{name}:{number}: <{m[1]}> belongs behind its seam ({allowed})"


def layers(args):
    for name, number, m in matches(C, r'#include "([^"]+)"'):
        allowed = LAYERS.get(name.split("/")[0])
        if allowed is not None and not any(m[1].startswith(a + "/") for a in allowed):
            yield f"{name}:{number}: {m[1]} is not for {name.split('/')[0]}/ to know"


def functions(name):
    """(name, first line, number of lines) of each function, by where braces stand in column one."""
    head = start = None
    for number, line in enumerate(text(name).split("\n"), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield head, start, number - start - 1
            start = None
        elif found := re.match(r"[A-Za-z_][^(]*?(\w+)\(", line):
            head = found[1]


def lengths(args):
    for name in C:
        lines = text(name).count("\n")
        if lines > FILE_LINES:
            yield f"{name}: {lines} lines; a file has at most {FILE_LINES}"
        for function, start, n in functions(name):
            if n > FUNCTION_LINES:
                print(f"# {name}:{start}: {function} has {n} lines")


def asserts(args):
    product = [n for n in C if not n.startswith("tests/")]
    for name, number, m in matches(product, r"(?<!static_)\bassert\((.*)\)"):
        if re.search(r"\+\+|--|[^=!<>]=[^=]|\w\(", m[1]):
            yield f"{name}:{number}: an assertion must do nothing"


def guards(args):
    for name in C:
        if name.endswith(".h") and not re.search(r"^#ifndef J(D|IANDU)_\w+_H\n#define", text(name), re.M):
            yield f"{name}: no include guard"


def words(args):
    for name, number, m in matches([n for n in FILES if n != "tools/lint.py"], UNWANTED):
        yield f"{name}:{number}: '{m[0]}'"


def tidy(args):
    for name in FILES:
        if not re.search(r"\.([ch]|def|py|sh|md|yaml|map|service)$|^Makefile$", name):
            continue
        body = text(name)
        if body and not body.endswith("\n") or "\r" in body:
            yield f"{name}: line ends"
        if re.search(r"[ \t]+$", body, re.M) and not name.endswith(".md"):
            yield f"{name}: blanks at the end of a line"
        if "\t" in body and name.endswith((".c", ".h", ".py")):
            yield f"{name}: a tab"


def scripts(args):
    for name in FILES:
        first = text(name).split("\n", 1)[0] if "." not in name or name.endswith((".sh", ".py")) else ""
        if first.startswith("#!") and not os.access(ROOT / name, os.X_OK):
            yield f"{name}: not executable"
        if re.match(r"#!.*/(ba)?sh", first):
            shell = "bash" if "bash" in first else "sh"
            done = subprocess.run([shell, "-n", ROOT / name], capture_output=True, text=True)
            if done.returncode:
                yield done.stderr.strip()
        if name.endswith(".py"):
            try:
                compile(text(name), name, "exec")
            except SyntaxError as e:
                yield f"{name}:{e.lineno}: {e.msg}"


RULE = r"\b(LC|WH)-\d+\.(\w+∅?|∅)"


def rules(args):
    """Whoever cites a rule cites one that stands in a policy."""
    known = set()
    for name in FILES:
        if re.fullmatch(r"policies/\d+\.yaml", name):
            known |= set(re.findall(r"^\s*- id: (\S+)", text(name), re.M))
    cited = collections.defaultdict(list)
    for name, number, m in matches([n for n in FILES if not n.startswith("policies/")], RULE):
        cited[m[0]].append(f"{name}:{number}")
    for rule, places in cited.items():
        if rule not in known:
            yield f"{places[0]}: {rule} stands in no policy"


def protocol(args):
    printed = subprocess.run([args.build / "jianductl", "protocol"], capture_output=True, text=True).stdout
    if not (ROOT / "PROTOCOL.md").exists() or text("PROTOCOL.md") != printed:
        yield "PROTOCOL.md is not what the tables say: make docs"


def conformance(args):
    """Every rule has a test, and the page that says which is the one that is printed."""
    tool = [sys.executable, ROOT / "tools/conformance.py", "--build", args.build]
    yield from subprocess.run([*tool, "--check"], capture_output=True, text=True).stdout.splitlines()
    printed = subprocess.run(tool, capture_output=True, text=True)
    if printed.returncode or text("docs/conformance.md") != printed.stdout:
        yield f"docs/conformance.md is not what policies and tests say: make docs {printed.stderr[-200:]}"


def pages(args):
    """A program's manual page names each option that its --help names, and no other."""
    for program, page in (("jianductl", "jianductl.1"), ("jiandud", "jiandud.8"), ("jiandu-worker", "jiandu-worker.8")):
        said = subprocess.run([args.build / program, "--help"], capture_output=True, text=True).stdout
        helped = set(re.findall(r"--([a-z-]+)", said)) - {"help", "version"}
        paged = set(re.findall(r"Fl Fl ([a-z-]+)", text(f"docs/man/{page}"))) - {"help", "version"}
        for option in sorted(helped - paged):
            yield f"docs/man/{page} does not say --{option}"
        if program != "jianductl":  # whose commands say their own
            for option in sorted(paged - helped):
                yield f"docs/man/{page} says --{option}, and {program} --help does not"


def schema(args):
    printed = subprocess.run([args.build / "jianductl", "schema"], capture_output=True, text=True).stdout
    try:
        json.loads(printed)
    except ValueError as e:
        yield f"jianductl schema prints no JSON: {e}"


def symbols(args):
    """The library shows its header's functions and nothing else."""
    header = set(re.findall(r"\b(jd_\w+)\(", re.sub(r"/\*.*?\*/", "", text("include/jiandu/jiandu.h"), flags=re.S)))
    listed = subprocess.run(["nm", "-D", "--defined-only", args.build / "libjiandu.so.0"], capture_output=True, text=True)
    shown = {line.split()[2].split("@")[0] for line in listed.stdout.splitlines() if " T " in line}
    for name in sorted(header - shown):
        yield f"{name} is in the header and not in the library"
    for name in sorted(shown - header):
        yield f"{name} is in the library and not in the header"


CHECKS = [seams, layers, lengths, asserts, guards, words, tidy, scripts, rules, protocol, conformance, pages, schema,
          symbols]


def main():
    options = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1])
    options.add_argument("--build", default="build")
    options.add_argument("checks", nargs="*")
    args = options.parse_args()
    args.build = (ROOT / args.build).resolve()
    failed = False
    for number, check in enumerate([c for c in CHECKS if not args.checks or c.__name__ in args.checks], 1):
        problems = list(check(args))
        failed |= bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} - {check.__name__}")
        for problem in problems:
            print("  " + problem)
    return failed


if __name__ == "__main__":
    sys.exit(main())
