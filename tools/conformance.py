#!/usr/bin/python3
"""docs/conformance.md: every rule of the two regulations, where it acts, and the test that proves it.

usage: tools/conformance.py [--build FOLDER] [--check]

Prints the page. With --check it prints what is wrong instead: rules that no test names and for which no
reason is given below."""

import argparse
import ast
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
RULE = re.compile(r"\b(?:LC|WH)-\d+\.(?:\w+∅?|∅)")
POLICIES = ("530900", "371000")

# Rules that no test can name, each with the reason.
UNPROVEN = {}

# What the two regulations must come to, in one sentence each; a test says which one it proves ("acceptance 7").
ACCEPTANCE = {
    2: "a penalty outside medical insurance: eligible in Lincang, and during the term ground 14(5)",
    3: "a criminal punishment nobody attested: the fact is asked for, never eligible",
    4: "an insured person and category \"other\": refused in Lincang citing LC-7.C∅, accepted in Weihai",
    5: "the last day of a term is in it; 00:00 (UTC+8) of the next ends it, once, also after a standstill",
    6: "a minor breach: dismissal is all that is left in Weihai, and refused in Lincang",
    7: "a report about a section of the bureau never reaches that section",
    8: "no reward for a cooperating insurer's employee (article 15), nor for what was no fraud",
    9: "claims: only listed institutions, reports need none, a later list ends them",
    10: "closing without feedback: refused in Lincang, in Weihai as its policy says",
    11: "a county with a term of its own: what differs is printed, its decisions cite its own policy",
    12: "half a year without a meeting in Lincang: told, and nothing is blocked",
}

HOW = {"M": "machine", "F": "fact", "H": "people", "V": "input", "T": "timer", "N": "told", "R": "record", "S": "standing"}


def marks(source):
    """Rules and acceptance numbers that a text names."""
    return RULE.findall(source) + [f"acceptance {n}" for n in re.findall(r"[Aa]cceptance (\d+)", source)]


def tests_of_python(path):
    """(rule, test) for each test function whose source names the rule; what stands outside is the file's."""
    source = path.read_text(encoding="utf-8")
    lines = source.split("\n")
    name, taken = path.stem, set()
    for node in ast.parse(source).body:
        first = min([node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])])
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            taken |= set(range(first, node.end_lineno + 1))
            for rule in marks("\n".join(lines[first - 1:node.end_lineno])):
                yield rule, f"{name}.{node.name[5:]}"
    for rule in marks("\n".join(line for n, line in enumerate(lines, 1) if n not in taken)):
        yield rule, name


def tests():
    found = collections.defaultdict(dict)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for rule, test in tests_of_python(path):
            found[rule][test] = True
    for path in sorted((ROOT / "tests/unit").glob("test_*.c")):
        for rule in RULE.findall(path.read_text(encoding="utf-8")):
            found[rule][f"unit {path.stem[5:]}"] = True
    return {rule: precise(list(names)) for rule, names in found.items()}


def precise(names):
    """A file is named only where no function of it is."""
    return [n for n in names if "." in n or not any(m.startswith(n + ".") for m in names)]


def sources():
    """Rule -> the program's files that name it."""
    found = collections.defaultdict(dict)
    for folder in ("workers", "daemon", "proto"):
        for path in sorted((ROOT / folder).rglob("*.[ch]")):
            for rule in RULE.findall(path.read_text(encoding="utf-8")):
                found[rule][str(path.relative_to(ROOT))] = True
    return {rule: list(files) for rule, files in found.items()}


def rules(build, division):
    done = subprocess.run([build / "jianductl", "rules", ROOT / f"policies/{division}.yaml", "--json"],
                          capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def folded(places):
    """chapters.decree735.R35, .R36-1, ... as one: a section, and how many of its items."""
    sections = collections.Counter(p.rsplit(".", 1)[0] if p.count(".") else re.sub(r"\[\d+\]$", "", p) for p in places)
    many = {s for s, n in sections.items() if n > 2}
    out = {}
    for p in places:
        section = p.rsplit(".", 1)[0] if p.count(".") else re.sub(r"\[\d+\]$", "", p)
        out[f"`{section}` ({sections[section]})" if section in many else f"`{p}`"] = True
    return list(out)


def cell(words, most=6):
    shown = ", ".join(words[:most])
    return shown + (f" and {len(words) - most} more" if len(words) > most else "")


def row(rule, proofs, files):
    how = ", ".join(HOW.get(h, h) for h in rule["how"].split())
    acts = folded(rule["policy"]) + [f"`{m}`" for m in rule["messages"]] + [f"`{f}`" for f in files.get(rule["id"], [])]
    acts = acts or ["`policy.show`"]  # a standing duty: shown with its words
    proof = cell(proofs.get(rule["id"], [])) or UNPROVEN.get(rule["id"], "**none**")
    return f"| {rule['id']} | {rule['article']} | {how} | {cell(acts)} | {proof} |"


def page(build):
    proofs, files = tests(), sources()
    yield "# Conformance"
    yield ""
    yield ("Every rule of the two regulations, how it is decided, where it acts (sections of the policy file, messages,"
           " files of the program) and the tests that prove it. Generated by `make docs` from the policies, the tables of"
           " `proto/` and the tests themselves; `make test` fails where a rule has no test. `jianductl rules FILE [RULE]`"
           " gives the articles' words.")
    for division in POLICIES:
        table = rules(build, division)
        title = re.search(r"^title: (.*)$", (ROOT / f"policies/{division}.yaml").read_text(encoding="utf-8"), re.M)[1]
        yield ""
        yield f"## {division} {title}"
        yield ""
        yield "| rule | article | decided by | where it acts | proven by |"
        yield "|---|---|---|---|---|"
        for rule in table:
            yield row(rule, proofs, files)


    yield ""
    yield "## What they must come to"
    yield ""
    yield "| | | proven by |"
    yield "|---|---|---|"
    for number, what in ACCEPTANCE.items():
        yield f"| {number} | {what} | {cell(proofs.get(f'acceptance {number}', [])) or '**none**'} |"


def unproven(build):
    proofs = tests()
    for number in ACCEPTANCE:
        if f"acceptance {number}" not in proofs:
            yield f"acceptance {number}: no test names it"
    for division in POLICIES:
        for rule in rules(build, division):
            if rule["id"] not in proofs and rule["id"] not in UNPROVEN:
                yield f"{rule['id']} ({rule['article']}): no test names it"
            if rule["id"] in proofs and rule["id"] in UNPROVEN:
                yield f"{rule['id']}: a reason is given in tools/conformance.py, and {proofs[rule['id']][0]} proves it"


def main():
    options = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n\n")[0])
    options.add_argument("--build", default="build")
    options.add_argument("--check", action="store_true")
    args = options.parse_args()
    build = (ROOT / args.build).resolve()
    lines = list(unproven(build) if args.check else page(build))
    print("\n".join(lines), end="\n" if lines else "")
    return bool(args.check and lines)


if __name__ == "__main__":
    sys.exit(main())
