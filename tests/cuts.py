"""Power cuts: every image of the data file that one could have left, opened and checked.

The shim records each write to the data file, each sync and, before it leaves, each frame to the daemon. A cut at any
place in that record leaves what was synced before, and of what was written since any subset, in any order, torn at
sectors. Of these images some are drawn by seed: none of the unsynced writes, all of them, and any. Each must open,
keep the worker's promises (`--verify`), and hold every request whose receipt had left by then.

What is proved is LMDB's pair of meta pages: the older one stays good until the newer one, written behind the sync of
all it refers to, is whole. A meta page's 120 bytes lie in one sector of 512, which disks write whole or not at all."""

import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import struct
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import faulty  # noqa: E402
import jd  # noqa: E402

UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
HEAD = struct.Struct("<cBQI")


def read_record(path):
    """(kind, durable, offset, bytes) of each, in order."""
    data, at = path.read_bytes(), 0
    while at + HEAD.size <= len(data):
        kind, durable, offset, n = HEAD.unpack_from(data, at)
        at += HEAD.size
        yield kind.decode(), bool(durable), offset, data[at:at + n]
        at += n


def overlay(image, offset, data):
    if len(image) < offset + len(data):
        image.extend(bytes(offset + len(data) - len(image)))
    image[offset:offset + len(data)] = data


def tear(chance, offset, data):
    """Those sectors of one write that reached the disk."""
    sector, end = chance.choice((512, 4096)), offset + len(data)
    cut = [offset, *range((offset // sector + 1) * sector, end, sector), end]
    return [(a, data[a - offset:b - offset]) for a, b in zip(cut, cut[1:]) if chance.random() < 0.5]


def survivors(chance, pending, how):
    """Of the unsynced writes those that are there, as they came or in another order, whole or torn."""
    if how == "none" or not pending:
        return []
    if how == "all":
        return pending
    chosen = [w for w in pending if chance.random() < chance.choice((0.2, 0.5, 0.9))]
    if how == "torn":
        chosen = [piece for w in chosen for piece in tear(chance, *w)]
    if chance.random() < 0.5:
        chance.shuffle(chosen)
    return chosen


def cuts(base, records):
    """(place, what is durable, what is pending, ids acknowledged) between any two records."""
    durable, pending, acknowledged, arriving = bytearray(base), [], set(), None
    for place, (kind, at_once, offset, data) in enumerate(records):
        if arriving:  # it had returned before this came
            overlay(durable, *arriving)
            arriving = None
        if kind == "S":
            for w in pending:
                overlay(durable, *w)
            pending = []
        elif kind == "W" and at_once:
            arriving = offset, data
        elif kind == "W":
            pending.append((offset, data))
        else:
            acknowledged |= {m.decode() for m in UUID.findall(data)}
        yield place, durable, pending + ([arriving] if arriving else []), acknowledged


def images(base, records, most, seed, first=0):
    """About as many as wanted, spread over all places behind the first."""
    chance, places = random.Random(seed), len(records) - first
    for place, durable, pending, acknowledged in cuts(base, records):
        hows = ("none", "all", "some", "torn") if pending else ("none",)
        for n in range(int(most / places + chance.random()) if place >= first else 0):
            image, how = bytearray(durable), hows[(place + n) % len(hows)]
            for w in survivors(chance, pending, how):
                overlay(image, *w)
            yield place, how, image, frozenset(acknowledged)


class Checker:
    """A folder in memory, where there is one, with a configuration that points at it."""

    def __init__(self, site, division=jd.LINCANG):
        shared = pathlib.Path("/dev/shm")
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="jd-cut-", dir=shared if os.access(shared, os.W_OK) else None))
        self.store = self.dir / division
        self.store.mkdir()
        self.config = self.dir / "jiandu.yaml"
        self.config.write_text(re.sub(r"(?m)^state: .*", f"state: {self.dir}", site.config.read_text()) +
                               f"key: {site.state}/master.key\n")

    def check(self, image, ids):
        """What is wrong, or None."""
        (self.store / "lock.mdb").unlink(missing_ok=True)
        (self.store / "data.mdb").write_bytes(image)
        status, said = faulty.verify(self.config)
        if status != 0:
            return said.strip()
        there = {key.hex() for key, _ in faulty.rows(self.store, "requests")}
        gone = {i for i in ids if i.replace("-", "") not in there}
        return f"{len(gone)} acknowledged requests are gone, such as {min(gone)}" if gone else None

    def close(self):
        shutil.rmtree(self.dir)


def record(site, oracle, division=jd.LINCANG, rounds=10):
    """A workload under the recorder: the file before it, and the record."""
    site.end_worker(division)
    base, path = (site.store(division) / "data.mdb").read_bytes(), site.dir / f"record-{division}"
    path.unlink(missing_ok=True)
    site.start_worker(division, record=path)
    for n in range(rounds):
        oracle.send(2 + 40 * (n % 4 == 3), 1)
        oracle.settle()
    site.end_worker(division)
    site.start_worker(division)
    return base, list(read_record(path))


def try_all(site, oracle, base, records, most, seed=1, first=0, threads=2):
    """(images tried, places, acknowledged requests looked for, what is wrong)."""
    looked, wrong, places = [], [], set()
    free = checkers = [Checker(site, oracle.division) for _ in range(threads)]

    def one(place, how, image, ids):
        c = free.pop()
        try:
            problem = c.check(image, ids)
        except Exception as e:
            problem = repr(e)
        free.append(c)
        looked.append(len(ids))
        places.add(place)
        if problem:
            wrong.append(f"cut at {place} of {len(records)}, {how} of the unsynced writes: {problem}")

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for place, how, image, ids in images(base, records, most, seed, first):
            while pool._work_queue.qsize() > threads:
                time.sleep(0.001)
            pool.submit(one, place, how, image, ids & oracle.ok.keys())
    for c in checkers:
        c.close()
    return len(looked), len(places), sum(looked), wrong
