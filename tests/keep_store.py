#!/usr/bin/python3
"""Writes tests/stores/NAME.tar.xz: both cities' stores as this version makes them, with their key, which protects
nothing. To be run once for each release; test_backup.py opens them all for ever.

usage: tests/keep_store.py NAME"""

import pathlib
import sys
import tarfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import faulty  # noqa: E402
import jd  # noqa: E402
from oracle import Oracle  # noqa: E402


def fill(site):
    """Reports on every step of their way, applications in several states, a clock that fired."""
    for division in site.divisions:
        o = Oracle(site, division)
        o.send(6, 3)
        o.settle()
        site.ctl("send", "report.submit", "-", "--division", division, stdin="{}")  # refused: leaves nothing
        o.client.wind("2026-06-01T09:00:00+08:00", division)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = jd.ROOT / "tests/stores" / f"{sys.argv[1]}.tar.xz"
    target.parent.mkdir(exist_ok=True)
    with faulty.Site(jd.CITIES) as site:
        fill(site)
        site.stop()
        with tarfile.open(target, "w:xz") as tar:
            for path in sorted(site.state.rglob("*")):
                if path.is_file() and path.name not in ("lock.mdb", "writer.lock"):
                    tar.add(path, path.relative_to(site.state))
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
