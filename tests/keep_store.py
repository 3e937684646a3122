#!/usr/bin/python3
"""Writes tests/stores/VERSION.tar.xz: a store as this version makes it, with its key, which protects nothing. To be run
before each release (make keep-store), and again as long as that version is not released; test_backup.py opens them all
for ever.

usage: tests/keep_store.py VERSION"""

import collections
import json
import pathlib
import re
import sys
import tarfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import faulty  # noqa: E402
import jd  # noqa: E402


def stories():
    """Of the samples the first case of each type of message, whole, and those it rests on: all that a store can hold,
    and no more of it."""
    cases, first = collections.defaultdict(list), {}
    case = lambda name: "-".join(name.split("-")[:3])  # lc-app-025 of lc-app-025-decide
    lines = jd.samples(f"{jd.LINCANG}.jsonl")
    for line in lines:
        cases[case(line["name"])].append(line)
        if line["expect"]["status"] == "ok":
            first.setdefault(line["type"], case(line["name"]))
    wanted, open_ = set(), set(first.values())
    while open_:
        wanted |= open_
        rests_on = {case(name) for c in open_ for line in cases[c] for name in re.findall(r'"@([\w-]+)', json.dumps(line))}
        open_ = rests_on - wanted
    return [{k: v for k, v in line.items() if k not in ("ends", "overdue")} for line in lines if case(line["name"]) in wanted]


def fill(site):
    path = site.dir / "samples.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in stories()))
    print(site.ctl("play", str(path), check=0).stdout.splitlines()[-1])


def pack(folder, target):
    """Names and bytes and nothing else, so that who wrote it and when do not stand in it."""
    def plain(info):
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = ""
        return info
    target.parent.mkdir(exist_ok=True)
    with tarfile.open(target, "w:xz") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in ("lock.mdb", "writer.lock"):
                tar.add(path, path.relative_to(folder), filter=plain)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = jd.ROOT / "tests/stores" / f"{sys.argv[1]}.tar.xz"
    with faulty.Site([jd.LINCANG]) as site:
        fill(site)
        site.stop()
        pack(site.state, target)
    print(f"{target.relative_to(jd.ROOT)}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
