"""Certificates as pyzmq makes them, an access file, and a daemon and clients that use them."""

import functools
import operator
import random
import signal
import socket
import time

import zmq
import zmq.auth
import zmq.utils.monitor

from jd import CITIES, LINCANG, PATIENCE, Client, Daemon, wait_for


def free_port():
    """One that nobody has at this moment, of those that the system gives to no connection by itself."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def certificate(folder, name):
    """(public, secret, public file, secret file) by pyzmq's own hand."""
    folder.mkdir(exist_ok=True)
    public, secret = zmq.auth.create_certificates(folder, name)
    return (*zmq.auth.load_certificate(secret), public, secret)


def entry(name, public, role, **more):
    """One client of an access file."""
    more = {"divisions": "all", **more}
    if role == "staff":
        more.setdefault("departments", "all")
    if role == "supervisor-portal":
        more.setdefault("supervisors", "all")
    key = public.decode() if isinstance(public, bytes) else public
    lines = [f"- name: {name}", f'key: "{key}"', f"role: {role}"]
    for k, v in more.items():
        lines.append(f"{k}: {v if isinstance(v, str) else '[' + ', '.join(map(str, v)) + ']'}")
    return "  " + "\n    ".join(lines) + "\n"


class Keyed(Daemon):
    """A daemon whose tcp endpoints want keys, and whose access file a test writes."""

    def __init__(self, divisions=CITIES, extra="", events="", **kw):
        super().__init__(divisions, **kw)
        self.certs = self.dir / "certs"
        self.server = certificate(self.certs, "server")
        self.ports = {name: free_port() for name in ("intake", "push", "events")}
        self.clients_of, self.entries = {}, {}
        self.access = self.dir / "access.yaml"
        self.write_access()
        lines = "".join(f"  {name}: ['ipc://{self.runtime}/{name}.sock', 'tcp://127.0.0.1:{port}'{events if name == 'events' else ''}]\n"
                        for name, port in self.ports.items())
        self.write_config(kw.get("simulated", True),
                          f"keys: {{ server: certs/server.key_secret, access: access.yaml }}\nendpoints:\n{lines}{extra}")

    def write_access(self):
        self.access.write_text("clients:\n" + "".join(self.entries.values()))

    def grant(self, name, role, key=None, **more):
        """A key for a client; it counts from the next start or reload on."""
        self.clients_of.setdefault(name, key or certificate(self.certs, name))
        self.entries[name] = entry(name, self.clients_of[name][0], role, **more)
        self.write_access()
        return self

    def revoke(self, name):
        del self.entries[name]
        self.write_access()
        return self

    def reload(self, good=True):
        """SIGHUP; a good file is taken up with new workers."""
        said = "worker ready" if good else "reload refused"
        before = self.logged().count(said)
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.logged().count(said) >= before + (len(self.divisions) if good else 1), said)
        return self

    def tcp(self, name):
        return f"tcp://127.0.0.1:{self.ports[name]}"

    def socket(self, kind, cert=None, server=None, identity=None):
        s = self.ctx.socket(kind)
        s.linger = 0
        s.rcvhwm = s.sndhwm = 0
        s.sndtimeo = PATIENCE * 1000
        if cert:
            s.curve_publickey, s.curve_secretkey = cert[:2]
            s.curve_serverkey = server or self.server[0]
        if identity:
            s.identity = identity
        return s

    def by(self, name, kind=zmq.DEALER, cert=None, watched=False, **kw):
        """A client by its key; `watched` from before it connects."""
        s = self.socket(kind, cert or self.clients_of[name], **kw)
        watch = Watched(s) if watched else None
        c = KeyClient(self, s, "push" if kind == zmq.PUSH else "intake")
        c.watch = watch
        self.clients.append(c)
        return c

    def hears(self, name, *topics, endpoint=None):
        s = self.socket(zmq.SUB, self.clients_of[name])
        for t in topics or ("J.", "S."):
            s.subscribe(t)
        s.connect(endpoint or self.tcp("events"))
        self.clients.append(s)
        return s


class KeyClient(Client):
    def __init__(self, daemon, s, door):
        self.socket, self.at = s, daemon.at
        s.connect(daemon.tcp(door))


class Watched:
    """What a socket's own monitor says of its connection, from the moment it is watched."""
    SEEN = {zmq.EVENT_HANDSHAKE_SUCCEEDED: "open", zmq.EVENT_DISCONNECTED: "ended", zmq.EVENT_HANDSHAKE_FAILED_AUTH: "refused"}

    def __init__(self, who):
        self.socket = getattr(who, "socket", who)
        self.monitor = self.socket.get_monitor_socket(functools.reduce(operator.or_, self.SEEN))
        self.seen = []

    def look(self):
        while not self.monitor.closed and self.monitor.poll(0):
            self.seen.append(self.SEEN[zmq.utils.monitor.recv_monitor_message(self.monitor)["event"]])
        return self.seen

    def opened(self):
        return "open" in self.look()

    def ended(self):
        return "ended" in self.look()


def hears_something(s, seconds=5):
    """Whether anything comes in: a heartbeat does every two seconds."""
    return bool(s.poll(seconds * 1000))


def nobody_hears(*sockets):
    """Not even the heartbeat that comes every two seconds."""
    time.sleep(2.3)
    return not any(s.poll(0) for s in sockets)


def nobody_answers(c, timeout=700):
    """Who was turned away before anything was sent can send nothing either: libzmq waits for a connection it never makes."""
    c.socket.sndtimeo = timeout
    try:
        return c.ask("health.get", {}, timeout=timeout) is None
    except zmq.Again:
        return True
