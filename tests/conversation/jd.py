"""A jiandud of one's own for each test, and a client that was written from the contract alone.

Only pyzmq and msgpack: nothing of the C library, so that the two check each other."""

import datetime
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

import msgpack
import zmq

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("JD_BUILD", ROOT / "build"))
LINCANG, WEIHAI = "530900", "371000"
CITIES = (LINCANG, WEIHAI)
ENTITIES = re.findall(r"^ +ENTITY\((\w+), '", (ROOT / "proto/states.h").read_text(), re.M)
NOW = "2026-01-05T09:00:00+08:00"  # a Monday: when it is, unless a test says otherwise


def uuid7():
    """Time in front, so that ids are in order and cheap to index."""
    ms = time.time_ns() // 1_000_000
    value = (ms << 80) | (7 << 76) | (uuid.uuid4().int & ((1 << 12) - 1)) << 64
    value |= (2 << 62) | (uuid.uuid4().int & ((1 << 62) - 1))
    return str(uuid.UUID(int=value))


class Daemon:
    """jiandud with its workers in a folder of its own. `verify` runs when it ends."""

    def __init__(self, divisions=CITIES, simulated=True, extra="", policies=None, state=None, at=NOW,
                 awaited=None):
        self.awaited = awaited or divisions  # the divisions that are expected to come up
        self.at = at if simulated else None  # what clients say the time is, and from then on it runs
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="jd-"))
        self.runtime, self.state = self.dir / "rt", pathlib.Path(state or self.dir / "state")
        self.state.mkdir(exist_ok=True)
        self.runtime.mkdir()
        self.policies = pathlib.Path(policies or ROOT / "policies")
        self.divisions = divisions
        self.config = self.dir / "jiandu.yaml"
        self.write_config(simulated, extra)
        self.log = open(self.dir / "log", "ab")
        self.process = None
        self.ctx = zmq.Context.instance()
        self.clients = []

    def write_config(self, simulated=True, extra=""):
        self.config.write_text(
            f"state: {self.state}\nruntime: {self.runtime}\npolicies: {self.policies}\n"
            f"divisions: [{', '.join(self.divisions)}]\n"
            f"clock: {'simulated' if simulated else 'system'}\nlog: info\n{extra}\n")

    def start(self):
        self.process = subprocess.Popen([BUILD / "jiandud", "-c", self.config], stdout=self.log, stderr=self.log)
        try:
            for division in self.awaited:
                wait_for(lambda d=division: self.up(d) or self.refused_to_start(), f"division {division} to be up")
        except AssertionError:
            self.kill()  # nobody else would: who waits for it never had it
            raise
        return self

    def refused_to_start(self):
        """A worker that found its configuration or policy wrong will not find it right by waiting."""
        assert "worker ended, status 78" not in self.logged(), self.logged()

    def up(self, division):
        """Asked without a time: looking does not wind the clock."""
        c = Client(self)
        c.at = None
        answer = c.query("health.get", {}, division, timeout=300)
        c.close()
        return answer

    def endpoint(self, name):
        return f"ipc://{self.runtime}/{name}.sock"

    def client(self, kind=zmq.DEALER):
        c = Client(self, kind)
        self.clients.append(c)
        return c

    def subscribe(self, *topics):
        s = self.ctx.socket(zmq.SUB)
        s.rcvhwm = 0
        s.connect(self.endpoint("events"))
        for t in topics or ("J.",):
            s.subscribe(t)
        self.clients.append(s)
        return s

    def worker_pid(self, division):
        out = subprocess.run(["pgrep", "-f", f"jiandu-worker -c {self.config} --division {division}"],
                             capture_output=True, text=True).stdout.split()
        return int(out[0]) if out else None

    def kill_worker(self, division, sig=signal.SIGKILL):
        os.kill(wait_for(lambda: self.worker_pid(division), "a worker to kill"), sig)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM, and the exit code."""
        for c in self.clients:
            c.close(linger=0)
        self.clients = []
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        return self.process.returncode if self.process else None

    def verify(self, replay=True):
        wait_for(lambda: not any(self.worker_pid(d) for d in self.divisions), "the workers to end")
        said = ""
        for division in self.awaited:
            args = ["-c", self.config, "-d", division, "--verify"] + (["--replay"] if replay else [])
            done = run("jiandu-worker", *args)
            assert done.returncode == 0, done.stdout + done.stderr
            said += done.stdout
        return said

    def logged(self):
        return (self.dir / "log").read_text(errors="replace")

    def ctl(self, *args, check=None, stdin=None):
        done = run("jianductl", *args, input=stdin, timeout=60,
                   env={**os.environ, "JIANDU_RUNTIME": str(self.runtime), "NO_COLOR": "1"})
        if check is not None:
            assert done.returncode == check, (done.returncode, done.stdout, done.stderr)
        return done

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.kill()
            print(self.logged()[-4000:])
            raise

    def __exit__(self, kind, value, traceback):
        try:
            code = self.stop()
            if kind is None:
                assert code == 0, self.logged()
                self.verify()
                for word in ("ERROR: AddressSanitizer", "runtime error:", "LeakSanitizer"):
                    assert word not in self.logged(), self.logged()
        finally:
            self.log.close()
            if kind is None:
                shutil.rmtree(self.dir, ignore_errors=True)
            else:
                print(self.logged()[-4000:])


def run(program, *args, timeout=300, **kw):
    """One of the programs, to its end."""
    return subprocess.run([BUILD / program, *args], capture_output=True, text=True, timeout=timeout, **kw)


class Client:
    """Speaks the contract over one socket: DEALER, REQ or PUSH."""

    def __init__(self, daemon, kind=zmq.DEALER):
        self.socket = daemon.ctx.socket(kind)
        self.socket.linger = 0
        self.socket.rcvhwm = self.socket.sndhwm = 0
        self.socket.sndtimeo = PATIENCE * 1000
        self.socket.connect(daemon.endpoint("push" if kind == zmq.PUSH else "intake"))
        self.at = daemon.at  # the simulated time of what is sent from here on

    def frames(self, type, body, division, id=None, reason=None, at=None, **header):
        header = {"v": 1, "id": id or uuid7(), "type": type, "division": division, **header}
        if reason:
            header["reason"] = reason
        if at or self.at:
            header["at"] = at or self.at
        packed = body if isinstance(body, bytes) else msgpack.packb(body)
        return header["id"], [msgpack.packb(header), packed]

    def send(self, type, body, division=LINCANG, **kw):
        id, frames = self.frames(type, body, division, **kw)
        self.socket.send_multipart(frames)
        return id

    def receive(self, timeout=10000):
        if not self.socket.poll(timeout):
            return None
        return msgpack.unpackb(self.socket.recv())

    def ask(self, type, body, division=LINCANG, timeout=10000, **kw):
        """Sends one and waits for its receipt."""
        id = self.send(type, body, division, **kw)
        while (receipt := self.receive(timeout)) is not None:
            if receipt["id"] == id:
                return receipt
        return None

    def ok(self, type, body, division=LINCANG, **kw):
        receipt = self.ask(type, body, division, **kw)
        assert receipt and receipt["status"] == "ok", receipt
        return receipt

    def query(self, type, body, division=LINCANG, **kw):
        answer = self.ask(type, body, division, **kw)
        return answer if answer and answer["status"] == "ok" else None

    def raw(self, *frames, timeout=10000):
        """Any frames at all, and the one receipt that answers them."""
        self.socket.send_multipart(frames)
        return self.receive(timeout)

    def refused(self, code, type, body, division=LINCANG, **kw):
        """Sends what must not be recorded, and why."""
        receipt = self.ask(type, body, division, **kw)
        assert receipt and (receipt["code"], receipt["status"]) == (code, STATUS[code]), receipt
        assert "seq" not in receipt and "entity_id" not in receipt
        return receipt

    def case(self, id):
        return self.ok("case.get", {"id": id}, id[2:8])["case"]

    def content(self, id, reason="核对", **who):
        """What was handed in, newest first; the read is recorded."""
        body = {"id": id, **(who or {"department": "bureau"})}
        return self.ok("content.read", body, id[2:8], reason=reason)["content"]

    def explain(self, id):
        return self.ok("case.explain", {"id": id}, id[2:8])

    def last_seq(self, division=LINCANG):
        return self.ok("events.since", {"after": 0, "limit": 1}, division)["last"]

    def wind(self, at, *divisions):
        """It is now that late: whatever became due meanwhile has fired when this returns. Any command
        brings the time along; this one is about a case that is not there."""
        self.at = at
        for division in divisions or CITIES:
            nobody = {"application": f"A-{division}-99999999"}
            self.refused("unknown-case", "application.withdraw", nobody, division)

    def close(self, linger=0):
        self.socket.close(linger=linger)


# What a code means, as proto/codes.def says and no other way: the status of each.
STATUS = {code: status.lower() for code, status in
          re.findall(r'CODE\(\w+, "([a-z0-9-]+)", (\w+),', (ROOT / "proto/codes.def").read_text())}


def rules(receipt):
    """The rule ids an answer cites."""
    return {why["rule"] for why in receipt["because"] if "rule" in why}


def fields(receipt):
    """The fields and facts an answer rests on."""
    return {why.get("field") or why.get("fact") for why in receipt["because"]}


# Seconds: how fast a machine is, and what else it does, is not what is tested. Fewer than the 30 after which a worker that
# hangs is killed and libzmq ends a handshake, so that neither can bring about what is waited for.
PATIENCE = 25


def wait_for(what, name, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {name}")


def event(socket, timeout=10000):
    if not socket.poll(timeout):
        return None
    topic, body = socket.recv_multipart()
    return topic.decode(), msgpack.unpackb(body)


def events_until(socket, cause, timeout=10000):
    """Every event up to and with the last one that this request caused."""
    seen = []
    while (e := event(socket, timeout)) is not None:
        seen.append(e)
        if e[1].get("cause") == cause:
            return seen
    raise AssertionError(f"no event of {cause} among {len(seen)}")


def all_events(client, division, after=0):
    found, more = [], True
    while more:
        answer = client.ok("events.since", {"after": after, "limit": 1000}, division)
        found += answer["events"]
        more = answer["more"]
        after = found[-1]["seq"] if found else after
    return found


# ---------------------------------------------------------------- people who do not exist

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_character(digits):
    return "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS)) % 11]


def idno(n, born="19800101", male=True, area="530902"):
    """The n-th synthetic number: valid by GB 11643, nobody's."""
    digits = f"{area}{born}{(n * 2 + (1 if male else 0)) % 1000:03d}"
    return digits + check_character(digits)


another = itertools.count(1).__next__  # a person nobody has used yet


def form(n=None, division=LINCANG, **changes):
    """A form that both cities' screening finds complete."""
    n = n or another()
    born = datetime.date(1960 + (n // 450) % 40, 1, 1) + datetime.timedelta(n // 18000)  # people by the million
    body = {
        "name": f"测试{n}", "sex": "1", "birth_date": f"{born}", "id_no": idno(n, f"{born:%Y%m%d}"),
        "phone": "13800000000", "ethnicity": "01", "political_status": "13", "health": "1", "employed": True,
        "employer": "测试单位", "post": "职员", "address": "测试路1号", "education": "21", "school": "测试大学",
        "major": "药学", "voluntary": True, "unpaid_ack": True, "attests_stance": True,
        "attests_ability": True, "declares_true_and_fit": True, "declares_clean": True, "written_form": True,
        "photo_ref": "photo/1", "signature_ref": "sign/1", "signed_on": "2026-01-05",
        "expertise": ["medicine"] if division == LINCANG else [],
    }
    body.update(changes)
    return {k: v for k, v in body.items() if v is not None and v != []}


FACTS = {LINCANG: ("severe_bad_credit", "admin_penalty", "criminal_punishment"), WEIHAI: ()}


def apply(c, division=LINCANG, n=None, **changes):
    """Hands in a form; the application's id."""
    body = form(n, division, **{"signed_on": (c.at or NOW)[:10], **changes})
    return c.ok("application.submit", body, division)["entity_id"]


def assert_fact(c, subject, predicate, value="no", **kw):
    body = {"subject": subject, "predicate": predicate, "value": value, "source": "测试来源", "attester": "测试员",
            "as_of": (c.at or NOW)[:10], **kw}
    return c.ok("fact.assert", body, subject[2:8])


def clear(c, application):
    """Attests that nothing speaks against the applicant."""
    for predicate in FACTS[application[2:8]]:
        assert_fact(c, application, predicate)
    return application


def decision(application, what="appoint", **more):
    return {"application": application, "decision": what, "department": "bureau", **more}


def appoint(c, n=None, division=LINCANG, **decide):
    """From the form to the appointment; the supervisor's id."""
    a = clear(c, apply(c, division, n))
    return c.ok("application.decide", decision(a, **decide), division)["created"]


def clue(supervisor, /, **changes):
    """A clue each city accepts."""
    lincang = supervisor[2:8] == LINCANG
    body = {"supervisor": supervisor, "kind": "clue", "target": "institution",
            "category": "LC.B1" if lincang else "I1", "text": "发现重复收费，请核查。", "nature": "irregular",
            "county": "530902" if lincang else "371002"}
    body.update(changes)
    return {k: v for k, v in body.items() if v is not None}


def resulted(c, s, result="substantiated", **changes):
    """A report of this supervisor up to its result; what its desk names in each message."""
    division = s[2:8]
    r = c.ok("report.submit", clue(s, **changes), division)
    desk = {"report": r["entity_id"], "department": r["department"]}
    c.ok("report.accept", desk, division)
    c.ok("report.result", {**desk, "result": result, "summary": "已核查"}, division)
    return desk


def samples(name):
    with open(ROOT / "samples" / name, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def bent_policies(folder, *changes):
    """A copy of the policies with texts replaced: (file, old, new), each old one exactly once."""
    shutil.copytree(ROOT / "policies", folder)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert text.count(old) == 1, (name, old, text.count(old))
        (folder / name).write_text(text.replace(old, new))
    return folder
