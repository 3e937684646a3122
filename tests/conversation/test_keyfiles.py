"""Keys in files: what is wrong with them is named with file and line before anything starts; and jianductl makes
them, grants them and uses them."""

import json
import os
import re
import stat

import pytest
import zmq.auth

from jd import LINCANG, STATUS
from jd import run
from keys import Keyed, certificate, entry

CONFIG = """\
divisions: [530900]
keys:
  server: certs/server.key_secret
  access: access.yaml
endpoints:
  intake: ["tcp://0.0.0.0:7530"]
  events:
    - "tcp://*:7532"
    - { endpoint: "tcp://*:7533", divisions: [530900] }
ipc_role: staff
"""


@pytest.fixture
def check(tmp_path):
    """What --check-config says, with one thing replaced in the configuration, the access file or the certificate."""
    public, secret, *_ = certificate(tmp_path / "certs", "server")

    def said(old="", new="", access=None, server=None):
        text = CONFIG.replace(old, new) if old else CONFIG
        assert not old or text != CONFIG, old
        (tmp_path / "jiandu.yaml").write_text(text)
        (tmp_path / "access.yaml").write_text("clients:\n" + entry("a", public, "watch") if access is None else access)
        if server is not None:
            (tmp_path / "certs/server.key_secret").write_text(server.replace("PUBLIC", public.decode()).replace("SECRET", secret.decode()))
        done = run("jiandud", "-c", tmp_path / "jiandu.yaml", "--check-config", timeout=10)
        return done.returncode, (done.stdout + done.stderr).replace(str(tmp_path) + "/", "")
    return said


def test_beyond_loopback_with_keys(check):
    """The contract: a tcp endpoint beyond loopback requires CURVE. With keys it has it."""
    assert check() == (0, "jiandu.yaml: good\n")


@pytest.mark.parametrize("old, new, line, words", [
    ("keys:\n  server: certs/server.key_secret\n  access: access.yaml\n", "", 3, "not a loopback address: that needs CURVE"),
    ("  server: certs/server.key_secret\n", "", 3, "'server' is missing"),
    ("  access: access.yaml\n", "", 3, "'access' is missing"),
    ("  access: access.yaml\n", "  access: access.yaml\n  clients: x\n", 5, "'clients' is not known here"),
    ("keys:\n  server: certs/server.key_secret\n  access: access.yaml", "keys: yes", 2, "'keys' must be a mapping"),
    ("ipc_role: staff", "ipc_role: king", 10, "'ipc_role' must be admin, intake, staff, supervisor-portal or watch, not 'king'"),
    ("ipc_role: staff", "ipc_role: [staff]", 10, "'ipc_role' must be a value"),
    ("divisions: [530900] }", "divisions: [371000] }", 9, "'divisions' names those of this daemon"),
    ("divisions: [530900] }", "divisions: 530900 }", 9, "'divisions' must be a list"),
    ('endpoint: "tcp://*:7533"', 'endpoint: "ipc://x"', 9, "'divisions' of an endpoint need tcp"),
    ('{ endpoint: "tcp://*:7533", divisions: [530900] }', '{ divisions: [530900] }', 9, "'endpoint' is missing"),
    ('{ endpoint: "tcp://*:7533", divisions: [530900] }', '{ endpoint: "tcp://*:1", colour: red }', 9, "'colour' is not known here"),
])
def test_mistakes_in_the_configuration(check, old, new, line, words):
    code, said = check(old, new)
    assert code == 78 and re.search(rf"^jiandu.yaml:{line}: .*{re.escape(words)}", said, re.M), said


@pytest.mark.parametrize("key", ["client_messages", "client_kib", "client_outstanding", "client_queries",
                                 "client_connects", "client_connections", "certificate_tries", "silent_connections", "connections"])
def test_limits(check, key):
    for value in ("0", "-1", "many", "99999999999"):
        code, said = check("ipc_role: staff", f"limits:\n  {key}: {value}")
        assert code == 78 and f"jiandu.yaml:11: '{key}' must be a whole number from " in said


@pytest.mark.parametrize("server, line, words", [
    ("", 1, "no 'public-key' below 'curve'"),
    ('curve\n    public-key = "PUBLIC"\n', 1, "no 'secret-key' below 'curve': this is the public half"),
    ('curve\n    public-key = "PUBLIC"\n    secret-key = "short"\n', 3, "a key is 40 characters of Z85"),
    ('curve\n    public-key = "PUBLIC"\n    secret-key = "PUBLIC"\n', 1, "the secret key is not that of the public key"),
])
def test_mistakes_in_the_servers_certificate(check, server, line, words):
    code, said = check(server=server)
    assert code == 78 and f"certs/server.key_secret:{line}: {words}" in said, said


def test_files_that_are_not_there(check, tmp_path):
    code, said = check("server.key_secret", "none.key_secret")
    assert code == 78 and "certs/none.key_secret:0: No such file" in said
    code, said = check("access: access.yaml", "access: none.yaml")
    assert code == 78 and "none.yaml:0: No such file" in said


def test_mistakes_in_the_access_file_are_named_at_once(check):
    """The rest of them: tests/unit/test_access.c."""
    code, said = check(access="clients:\n  - name: a\n    key: short\n    role: wizard\n    divisions: [x]\n    colour: red\n")
    assert code == 78 and re.findall(r"access.yaml:(\d+): ", said) == ["3", "4", "5", "6"]


def test_a_worker_needs_no_key(tmp_path):
    """It reads the same configuration and none of the daemon's files."""
    (tmp_path / "jiandu.yaml").write_text(CONFIG)
    done = run("jiandu-worker", "-c", tmp_path / "jiandu.yaml", "-d", "371000", timeout=10)
    assert done.returncode == 64 and "not among those" in done.stderr


# ---------------------------------------------------------------- jianductl

def ctl(folder, *args, code=0, **env):
    done = run("jianductl", *args, cwd=folder, timeout=30, env={**os.environ, "NO_COLOR": "1", **env})
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def test_keygen(tmp_path):
    """Two files that pyzmq reads; the secret one for its owner alone; and nothing is written over."""
    ctl(tmp_path, "keygen", "--out", "tool.key")
    public, secret = tmp_path / "tool.key", tmp_path / "tool.key_secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert zmq.auth.load_certificate(public)[1] is None
    pair = zmq.auth.load_certificate(secret)
    assert pair[0] == zmq.auth.load_certificate(public)[0] and zmq.curve_public(pair[1]) == pair[0]
    assert "File exists" in ctl(tmp_path, "keygen", "--out", "tool.key", code=1)
    public.unlink()
    assert "File exists" in ctl(tmp_path, "keygen", "--out", "tool.key", code=1) and not public.exists()
    secret.unlink()
    public.write_text("mine")
    ctl(tmp_path, "keygen", "--out", "tool.key", code=1)
    assert public.read_text() == "mine" and not secret.exists()
    ctl(tmp_path, "keygen", "--out", "no/folder/x.key", code=1)


def test_grant_list_revoke(tmp_path):
    """The file stays the administrator's: other lines are left as they are; and it stays good."""
    for name in ("a", "b", "c"):
        ctl(tmp_path, "keygen", "-o", f"{name}.key")
    where = ("access", "--access", "access.yaml")
    ctl(tmp_path, *where, "grant", "one", "a.key", "--role", "staff", "--divisions", "530900", "--departments", "fund,bureau")
    file = tmp_path / "access.yaml"
    file.chmod(0o640)
    file.write_text(file.read_text() + "\n  # the front end downtown\n  - name: hand\n    key: \"" +
                    zmq.auth.load_certificate(tmp_path / "b.key")[0].decode() + "\"\n    role: intake   # for now\n    divisions: all\n")
    ctl(tmp_path, *where, "grant", "two", "c.key_secret", "--role", "supervisor-portal", "--divisions", "all",
        "--supervisors", "S-530900-00000001,S-530900-00000002", "--valid-from", "2026-01-01", "--valid-to", "2026-12-31")
    rows = [json.loads(line) for line in ctl(tmp_path, *where, "list", "--json").splitlines()]
    assert [(r["name"], r["role"], r["divisions"]) for r in rows] == [
        ("one", "staff", ["530900"]), ("hand", "intake", ["all"]), ("two", "supervisor-portal", ["all"])]
    assert rows[0]["departments"] == ["fund", "bureau"] and rows[2]["supervisors"] == 2
    assert (rows[2]["valid_from"], rows[2]["valid_to"]) == ("2026-01-01", "2026-12-31")
    assert rows[2]["key"] == zmq.auth.load_certificate(tmp_path / "c.key")[0].decode()
    before = file.read_text()
    for args, code, words in [
            (("grant", "one", "a.key", "--role", "watch", "--divisions", "all"), 65, "client 'one' stands twice"),
            (("grant", "new", "a.key", "--role", "watch", "--divisions", "all"), 65, "this key is client 'one's too"),
            (("grant", "new", "none.key", "--role", "watch", "--divisions", "all"), 65, "none.key:0: No such file"),
            (("grant", "new", "access.yaml", "--role", "watch", "--divisions", "all"), 65, "no 'public-key'"),
            (("grant", "new", "a.key"), 64, "--role and --divisions"),
            (("grant", "n: x", "a.key", "--role", "watch", "--divisions", "all"), 65, "access.yaml:"),
            (("revoke", "nobody"), 1, "there is no client 'nobody'"), (("burn",), 64, "not 'burn'"),
            (("revoke",), 64, "usage")]:
        assert words in ctl(tmp_path, *where, *args, code=code), args
        assert file.read_text() == before
    ctl(tmp_path, *where, "revoke", "one")
    assert "one" not in file.read_text() and "# the front end downtown\n  - name: hand" in file.read_text()
    ctl(tmp_path, *where, "revoke", "hand")
    ctl(tmp_path, *where, "revoke", "two")
    assert ctl(tmp_path, *where, "list") == "" and stat.S_IMODE(file.stat().st_mode) == 0o640
    ctl(tmp_path, *where, "grant", "three", "a.key", "--role", "admin", "--divisions", "all")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["access.yaml"] + [f"{n}.key{s}" for n in "abc" for s in ("", "_secret")])


def test_a_file_this_command_does_not_change(tmp_path):
    ctl(tmp_path, "keygen", "-o", "a.key")
    key = zmq.auth.load_certificate(tmp_path / "a.key")[0].decode()
    text = f'{{ clients: [ {{ name: a, key: "{key}", role: watch, divisions: all }} ] }}\n'
    (tmp_path / "access.yaml").write_text(text)
    ctl(tmp_path, "access", "--access", "access.yaml", "revoke", "a", code=65)
    assert (tmp_path / "access.yaml").read_text() == text


def test_jianductl_by_its_key():
    """Over tcp with keys from options or the environment: asking, sending and watching; the access file is the
    one of -c; and a revoked key is told so."""
    d = Keyed([LINCANG]).grant("tool", "admin")
    keys = dict(JIANDU_KEY=d.clients_of["tool"][3], JIANDU_SERVER_KEY=d.server[2])
    with d:
        where = ("--intake", d.tcp("intake"), "--events", d.tcp("events"))
        assert "up" in ctl(d.dir, "health", "-d", LINCANG, *where, "--key", keys["JIANDU_KEY"], "--server-key", keys["JIANDU_SERVER_KEY"])
        stats = json.loads(ctl(d.dir, "stats", "-d", LINCANG, *where, "--json", **keys))
        assert stats["events"] > 0
        news = ctl(d.dir, "watch", "--since", "0", "-n", "1", "-d", LINCANG, *where, **keys)
        assert "policy.activated" in news
        assert "and is this key granted" in ctl(d.dir, "health", "-d", LINCANG, *where, "--timeout", "300", "--retries", "0", code=69,
                                                JIANDU_KEY=certificate(d.dir / "k", "stranger")[3], JIANDU_SERVER_KEY=keys["JIANDU_SERVER_KEY"])
        assert "one of the two is missing" in ctl(d.dir, "health", "-d", LINCANG, *where, "--key", keys["JIANDU_KEY"], code=65)
        assert "up" in ctl(d.dir, "health", "-d", LINCANG, **keys, JIANDU_RUNTIME=str(d.runtime)), "ipc wants no key"
        ctl(d.dir, "access", "-c", "jiandu.yaml", "grant", "second", certificate(d.dir / "k", "second")[2], "--role", "watch", "--divisions", "all")
        ctl(d.dir, "access", "-c", "jiandu.yaml", "revoke", "tool")
        d.reload()
        ctl(d.dir, "health", "-d", LINCANG, *where, "--timeout", "300", "--retries", "0", code=69, **keys)


def test_every_refusal_has_its_status():
    """The codes of this part, as proto/codes.def has them."""
    for code in ("key-not-valid", "role-may-not", "not-your-division", "not-your-department", "not-your-supervisor",
                 "not-your-case", "whole-division"):
        assert STATUS[code] == "forbidden"
    assert STATUS["too-fast"] == STATUS["too-many-outstanding"] == "busy"
