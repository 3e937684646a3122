"""Who knows what must be there: clients that keep a synced diary, and what is checked against it.

A diary has a line for each thing that happened, on disk before anything that rests on it: `sent ID BODY` before the
request leaves, `ok ID RECEIPT` as it is acknowledged. What was sent and not acknowledged is unknown: it may be
recorded, once, and sent again under its id it must be.

`examine` then asks the system: every ok exactly once and with its content, every unknown at most once, events without
a gap and each case's history a legal one, nothing that nobody sent, and no canary in what is readable by whoever has
no key."""

import collections
import json
import os
import pathlib
import random
import re
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "conversation"))
import jd  # noqa: E402

NAME, PHONE, TEXT = "灯塔守望", "13987654321", "灯塔旁的线索"  # canaries: in what is submitted, and nowhere else
DAY = "2026-01-06T09:00:00+08:00"


class Oracle:
    """One client of one division. `diary` is a file that grows; an older one is read first."""

    def __init__(self, daemon, division=jd.LINCANG, supervisor=None, name="diary"):
        self.daemon, self.division = daemon, division
        self.client = daemon.client()
        if daemon.at:
            self.client.at = DAY
        self.supervisor = supervisor or jd.appoint(self.client, None, division)
        self.bodies, self.ok, self.waiting = {}, {}, {}  # by id: (type, body), receipt, when it was last sent
        self.canaries = {NAME, PHONE, TEXT}
        self.problems, self.news = [], []  # news: for the diary
        self.patience = 1.0
        self.path = daemon.dir / f"{name}-{division}"
        self.diary = open(self.path, "a")

    def write(self, lines):
        self.diary.writelines(line + "\n" for line in lines)
        self.diary.flush()
        os.fsync(self.diary.fileno())

    def report(self):
        id = jd.uuid7()
        self.bodies[id] = ("report.submit", jd.clue(self.supervisor, text=f"{TEXT}，编号{id}"))
        return id

    def application(self):
        id = jd.uuid7()
        form = jd.form(None, self.division, name=NAME, phone=PHONE, signed_on=self.client.at[:10] if self.client.at else
                       time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600)))
        self.bodies[id] = ("application.submit", form)
        self.canaries.add(form["id_no"])
        return id

    def post(self, ids):
        for id in ids:
            type, body = self.bodies[id]
            self.client.send(type, body, self.division, id=id)
            self.waiting[id] = time.monotonic()

    def send(self, reports=1, applications=0):
        fresh = [self.report() for _ in range(reports)] + [self.application() for _ in range(applications)]
        self.write(f"sent {id} {json.dumps(self.bodies[id], ensure_ascii=False)}" for id in fresh)
        self.post(fresh)
        return fresh

    def take(self, receipt):
        """The same receipt may come twice; another one for the same id may not."""
        id, status = receipt["id"], receipt["status"]
        if status == "busy":
            return  # it waits on, and is sent again
        if status != "ok":
            self.problems.append(f"{id}: {receipt}")
        elif id in self.ok and self.ok[id] != receipt:
            self.problems.append(f"{id}: two receipts that differ: {self.ok[id]} and {receipt}")
        elif id not in self.ok:
            self.ok[id] = receipt
            self.news.append(f"ok {id} {json.dumps(receipt, ensure_ascii=False)}")
        self.waiting.pop(id, None)

    def read(self, timeout=50):
        """Whatever has come, and first waits for the first."""
        while (receipt := self.client.receive(timeout)) is not None:
            self.take(receipt)
            timeout = 0
        if self.news:
            self.write(self.news)
            self.news = []

    def send_late_again(self):
        late = time.monotonic() - self.patience
        self.post([id for id, sent in self.waiting.items() if sent < late])

    def unknown(self):
        return set(self.bodies) - self.ok.keys()

    def settle(self, seconds=30):
        """Sends again what is not known, until it is."""
        end = time.monotonic() + seconds
        for id in self.unknown():
            self.waiting.setdefault(id, 0)
        while self.waiting and not self.problems and time.monotonic() < end:
            self.send_late_again()
            self.read()
        if self.waiting:
            self.problems.append(f"{self.division}: {len(self.waiting)} requests are never answered")

    def reconnect(self):
        self.client.close()
        at = self.client.at
        self.client = self.daemon.client()
        self.client.at = at


class Sender(threading.Thread):
    """Keeps WINDOW of an oracle's requests in flight until told to finish, then until each is answered; `most` in
    `seconds`, so that there is load to the last."""
    WINDOW, AT_ONCE = 100, 50

    def __init__(self, oracle, most, seconds):
        super().__init__(daemon=True)
        self.oracle, self.most, self.seconds = oracle, most, seconds
        self.finish = threading.Event()

    def run(self):
        o, start = self.oracle, time.monotonic()
        try:
            while not self.finish.is_set() and not o.problems:
                allowed = self.most * (time.monotonic() - start) / self.seconds
                if len(o.bodies) < allowed and len(o.waiting) <= self.WINDOW - self.AT_ONCE:
                    o.send(self.AT_ONCE - 1, 1)
                o.send_late_again()
                o.read(0 if len(o.waiting) < self.WINDOW else 50)
            o.settle(120)
        except Exception as e:  # the thread's end must not look like a good one
            o.problems.append(f"{o.division}: {e!r}")


# ---------------------------------------------------------------- what must hold

def legal_moves():
    """By entity and state, where the tables let it go."""
    text = (jd.ROOT / "proto/states.h").read_text()
    sets = re.findall(r"#define ([A-Z]+) +((?:.*\\\n)*.*)", (jd.ROOT / "proto/states.c").read_text())
    named = {name: body for name, body in sets if "TO(" in body}
    wire = lambda name: "" if name == "none" else name.replace("_", "-")
    moves = collections.defaultdict(dict)
    for entity, rows in re.findall(r"#define JD_STATES_(\w+)\(STATE, e\) ((?:.*\\\n)*.*)", text):
        for name, cells in re.findall(r"STATE\(e, (\w+), +(?:OPEN|FINAL),(.*)", rows):
            cells += " ".join(named[word] for word in re.findall(r"\b[A-Z]+\b", cells) if word in named)
            moves[entity][wire(name)] = {wire(s) for s in re.findall(r"TO\(\w+, (\w+)\)", cells)}
    return moves


def check_events(o, events):
    """Every acknowledged request is the cause of exactly one new case, and nothing else is. The ids that are lost."""
    if [e["seq"] for e in events] != list(range(1, len(events) + 1)):
        o.problems.append(f"{o.division}: the events have gaps")
    made = collections.defaultdict(list)
    for e in events:
        if e["entity"] in ("report", "application") and e["version"] == 1:
            made[e["cause"]].append(e["id"])
    for id in o.unknown():
        if len(made[id]) > 1:
            o.problems.append(f"{o.division}: {id}, never answered, was recorded {len(made[id])} times")
    return {id for id, receipt in o.ok.items() if made[id] != [receipt["entity_id"]]}


def check_histories(o, events):
    """Each case's steps follow one another, and the tables allow each."""
    moves, stands = legal_moves(), {}
    for e in events:
        if e["entity"] not in moves:
            continue
        version, state = stands.get(e["id"], (0, ""))
        if (e["version"], e["from"]) != (version + 1, state) or \
                (e["to"] != state or version == 0) and e["to"] not in moves[e["entity"]].get(state, ()):
            o.problems.append(f"{e['id']}: from {state or 'nothing'} {version} by {e}")
        stands[e["id"]] = e["version"], e["to"]


def check_receipts(o):
    """Sent once more, each gives its first receipt, which it only does for the same content."""
    again, ids, end = {}, list(o.ok), time.monotonic() + 120
    for start in range(0, len(ids), 500):
        left = set(ids[start:start + 500])
        while left and time.monotonic() < end:
            o.post(left)
            while left and (receipt := o.client.receive(3000)) is not None:
                if receipt["status"] != "busy":
                    again[receipt["id"]] = receipt
                    left.discard(receipt["id"])
    o.waiting.clear()
    return {id for id in ids if again.get(id) != o.ok[id]}


def check_contents(o, most, seed=1):
    """What was submitted comes back."""
    lost = set()
    for id in random.Random(seed).sample(sorted(o.ok), min(most, len(o.ok))):
        type, body = o.bodies[id]
        answer = str(o.client.content(o.ok[id]["entity_id"]))
        if body["text" if type == "report.submit" else "id_no"] not in answer:
            lost.add(id)
    return lost


def check_canaries(o, events):
    """Whoever has the files and no key, or reads the log, or listens, learns nothing of what was submitted."""
    numbers = sorted(o.canaries - {NAME, PHONE, TEXT})  # of many some: each is a walk through everything
    words = [w.encode() for w in (NAME, PHONE, TEXT, *random.Random(1).sample(numbers, min(20, len(numbers))))]
    places = {"the log": (o.daemon.dir / "log").read_bytes(), "an event": repr(events).encode()}
    for path in o.daemon.state.rglob("*"):
        if path.is_file():
            places[str(path.relative_to(o.daemon.state))] = path.read_bytes()
    for place, data in places.items():
        for word in words:
            if word in data:
                o.problems.append(f"{o.division}: '{word.decode()}' is readable in {place}")


def examine(oracles, contents=200):
    """All of it; the system must be up. The ids that were acknowledged and are not there as they should be."""
    lost = set()
    for o in oracles:
        o.reconnect()
        jd.wait_for(lambda: o.daemon.up(o.division), f"division {o.division} to be up")
        events = jd.all_events(o.client, o.division)
        found = check_events(o, events)
        check_histories(o, events)
        check_canaries(o, events)
        for name, gone in (("events", found), ("receipts", check_receipts(o)), ("contents", check_contents(o, contents))):
            lost |= gone
            if gone:
                print(f"{o.division}: by its {name} {len(gone)} of {len(o.ok)} are not there, such as {min(gone)}")
    return lost


def assert_nothing_lost(*oracles, contents=20):
    lost = examine(oracles, contents)
    problems = [p for o in oracles for p in o.problems]
    assert not lost and not problems, (sorted(lost)[:3], problems[:3])
