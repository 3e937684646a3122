"""The power goes at any moment, and what was acknowledged by then is in whatever image of the file is left (tests/cuts.py).
`make torture` tries many more."""

import pytest

import cuts
import faulty
from oracle import Oracle, assert_nothing_lost

pytestmark = pytest.mark.skipif(faulty.SANITIZED, reason="the sanitizer's allocator bears no other library before it")


def test_what_a_power_cut_leaves():
    with faulty.Site() as site:
        o = Oracle(site)
        base, records = cuts.record(site, o, rounds=12)
        tried, places, looked, wrong = cuts.try_all(site, o, base, records, 150)
        assert not wrong, wrong[:5]
        assert tried >= 100 and places >= 50 and looked > 1000
        assert_nothing_lost(o)


def test_a_store_that_was_just_begun():
    """The recorder is there from the file's first byte: as soon as something is acknowledged, it is in it."""
    with faulty.Site() as site:
        site.end_worker()
        for name in ("data.mdb", "lock.mdb", "checkpoints"):
            (site.store() / name).unlink()
        path = site.dir / "record-first"
        site.start_worker(record=path)
        o = Oracle(site)
        o.send(3)
        o.settle()
        site.end_worker()
        site.start_worker()
        records = list(cuts.read_record(path))
        first = next(n for n, (kind, *_) in enumerate(records) if kind == "O")
        tried, _, _, wrong = cuts.try_all(site, o, b"", records, 60, first=first)
        assert tried >= 30 and not wrong, wrong[:5]
        assert_nothing_lost(o)
