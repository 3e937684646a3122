#!/usr/bin/python3
"""Kills workers and daemon at random moments under load and counts what was acknowledged and is gone.

Two clients stream reports, one a city, each with a diary that is synced before anything is sent. Whatever stays
unanswered is sent again under the same id. When the time is over the stores are verified and replayed, every
acknowledged request must have made exactly one case, the events must have no gap, and the same request sent
once more must give the same receipt, which it only does for the same content.

QUICK=1 ends within 45 seconds, else it takes about ten minutes. SEED=n chooses the moments again."""

import collections
import os
import pathlib
import random
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent / "conversation"))
import jd  # noqa: E402

QUICK = bool(os.environ.get("QUICK"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
SECONDS, MESSAGES, CONTENTS = (20, 20_000, 500) if QUICK else (480, 400_000, 5_000)
WINDOW, PATIENCE = 100, 1.0
DAY = "2026-01-06T09:00:00+08:00"


class Sender(threading.Thread):
    """Keeps WINDOW reports in flight until told to finish, then until each is answered."""

    def __init__(self, daemon, division, supervisor):
        super().__init__(daemon=True)
        self.client, self.division, self.supervisor = daemon.client(), division, supervisor
        self.client.at = DAY
        self.diary = open(daemon.dir / f"diary-{division}", "a")
        self.bodies, self.waiting, self.receipts = {}, {}, {}
        self.finish, self.problems = threading.Event(), []

    def compose(self, count):
        fresh = [jd.uuid7() for _ in range(count)]
        for id in fresh:
            self.bodies[id] = jd.clue(self.supervisor, text=f"线索 {id}")
            print(id, file=self.diary)
        self.diary.flush()
        os.fsync(self.diary.fileno())
        return fresh

    def post(self, ids):
        for id in ids:
            self.client.send("report.submit", self.bodies[id], self.division, id=id)
            self.waiting[id] = time.monotonic()

    def take(self, receipt):
        id, status = receipt["id"], receipt["status"]
        if status == "busy":
            return  # it waits on, and is sent again
        if status != "ok":
            self.problems.append(f"{id}: {receipt}")
        elif self.receipts.setdefault(id, receipt) != receipt:
            self.problems.append(f"{id}: two receipts that differ: {self.receipts[id]} and {receipt}")
        self.waiting.pop(id, None)

    def run(self):
        start, end = time.monotonic(), None
        while not self.finish.is_set() or self.waiting:
            allowed = MESSAGES * (time.monotonic() - start) / SECONDS  # under load to the last
            if self.finish.is_set():
                end = end or time.monotonic() + 30
                if time.monotonic() > end:
                    self.problems.append(f"{len(self.waiting)} requests are never answered")
                    return
            elif len(self.bodies) < allowed and len(self.waiting) <= WINDOW // 2:
                self.post(self.compose(WINDOW // 2))
            late = time.monotonic() - PATIENCE
            self.post([id for id, sent in self.waiting.items() if sent < late])
            timeout = 50
            while (receipt := self.client.receive(timeout)) is not None:
                self.take(receipt)
                timeout = 0


def kill(daemon, what, division):
    if what == "worker":
        pid = daemon.worker_pid(division)
        if pid:  # else it is being started just now
            os.kill(pid, 9)
        return
    pids = [daemon.worker_pid(d) for d in daemon.divisions] if what == "everything" else []
    if what == "stop":
        daemon.process.terminate()
    else:
        daemon.process.kill()
    for pid in filter(None, pids):
        os.kill(pid, 9)
    daemon.process.wait(30)
    daemon.start()


def torment(daemon, senders):
    chance = random.Random(SEED)
    end, kills = time.monotonic() + SECONDS, collections.Counter()
    while time.monotonic() < end and not any(s.problems for s in senders):
        pause = chance.uniform(0.005, 0.8)
        what = chance.choice(["worker", "worker", "daemon", "everything", "stop"])
        division = chance.choice(daemon.divisions)
        time.sleep(pause)
        kill(daemon, what, division)
        kills[what] += 1
    print("kills:", ", ".join(f"{n} {what}" for what, n in sorted(kills.items())))


def check_events(daemon, sender):
    """Every acknowledged request is the cause of exactly one new report, and nothing else is."""
    events = jd.all_events(daemon.client(), sender.division)
    if [e["seq"] for e in events] != list(range(1, len(events) + 1)):
        sender.problems.append(f"{sender.division}: the events have gaps")
    made = collections.defaultdict(list)
    for e in events:
        if e["entity"] == "report" and e["version"] == 1:
            made[e["cause"]].append(e["id"])
    for cause in made.keys() - sender.bodies.keys():
        sender.problems.append(f"an event of a request nobody sent: {cause}")
    return {id for id, receipt in sender.receipts.items() if made[id] != [receipt["entity_id"]]}


def check_receipts(daemon, sender):
    """Sent once more, each gives its first receipt."""
    again, ids = Sender(daemon, sender.division, sender.supervisor), list(sender.receipts)
    again.bodies = sender.bodies
    for start in range(0, len(ids), 1000):
        again.post(ids[start:start + 1000])
        while again.waiting and (receipt := again.client.receive()) is not None:
            again.take(receipt)
    sender.problems += again.problems
    return {id for id in ids if again.receipts.get(id) != sender.receipts[id]}


def check_contents(daemon, sender):
    client, lost = daemon.client(), set()
    for id in random.Random(SEED).sample(sorted(sender.receipts), min(CONTENTS, len(sender.receipts))):
        asked = {"id": sender.receipts[id]["entity_id"], "department": "bureau"}
        answer = client.ok("content.read", asked, sender.division, reason="核对内容", at=DAY)
        if sender.bodies[id]["text"] not in str(answer):
            lost.add(id)
    return lost


def main():
    print(f"SEED={SEED}")
    with jd.Daemon() as daemon:
        client = daemon.client()
        client.at = "2026-01-05T09:00:00+08:00"
        senders = [Sender(daemon, d, jd.appoint(client, 1, d)) for d in daemon.divisions]
        for s in senders:
            s.start()
        torment(daemon, senders)
        for s in senders:
            s.finish.set()
        for s in senders:
            s.join()
        daemon.process.terminate()
        daemon.process.wait(30)
        print(daemon.verify(), end="")
        daemon.start()
        lost = set()
        for s in senders:
            for check in (check_events, check_receipts, check_contents):
                gone = check(daemon, s)
                lost |= gone
                if gone:
                    print(f"{s.division}: {check.__name__}: {len(gone)} of {len(s.receipts)}, such as {min(gone)}")
        problems = [p for s in senders for p in s.problems]
    for p in problems[:10]:
        print(p)
    print(f"{sum(len(s.receipts) for s in senders)} acknowledged, {len(lost)} lost")
    return bool(lost or problems)


if __name__ == "__main__":
    sys.exit(main())
