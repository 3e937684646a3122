"""Mistakes in the configuration and in a policy are named with file and line before anything starts."""

import re
import signal
import subprocess

import pytest

from jd import LINCANG, ROOT, WEIHAI
from jd import Daemon, all_events, bent_policies, form, run, wait_for

GOOD = """\
state: state
runtime: rt
policies: policies
divisions: [530900, 371000]
key: key
clock: simulated
log: info
endpoints:
  intake: ["ipc://rt/intake.sock", "tcp://127.0.0.1:7530"]
  push: ["ipc://rt/push.sock"]
  events: ["ipc://rt/events.sock"]
workers:
  start: daemon
  program: jiandu-worker
limits:
  batch_messages: 4096
  in_flight: 16384
  events_hwm: 100000
  map_mib: 1024
"""
LINES = {re.match(r"\s*(\w+):", line)[1]: n for n, line in enumerate(GOOD.splitlines(), 1)}


@pytest.fixture
def check(tmp_path):
    """What --check-config says about a text: exit code and words."""
    def said(text):
        file = tmp_path / "jiandu.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        done = run("jiandud", "-c", file, "--check-config", timeout=10)
        return done.returncode, (done.stdout + done.stderr).replace(str(tmp_path) + "/", "")
    return said


def changed(key, value):
    """The good configuration with another value behind a key."""
    lines = GOOD.splitlines()
    at = LINES[key] - 1
    lines[at] = lines[at][:lines[at].index(":") + 1] + f" {value}"
    return "\n".join(line for n, line in enumerate(lines) if n <= at or not (
        key in ("endpoints", "workers", "limits") and line.startswith("  ") and at < n < block_end(lines, at))) + "\n"


def block_end(lines, at):
    end = at + 1
    while end < len(lines) and lines[end].startswith("  "):
        end += 1
    return end


def test_a_good_one(check):
    assert check(GOOD) == (0, "jiandu.yaml: good\n")
    assert check("divisions: [530900]\n") == (0, "jiandu.yaml: good\n")


@pytest.mark.parametrize("key, value", [
    *[(key, "[a, b]") for key in ("state", "runtime", "policies", "key", "clock", "log", "start", "program")],
    *[(key, "{ a: b }") for key in ("state", "clock", "divisions", "intake", "batch_messages")],
    *[(key, value) for key in ("endpoints", "workers", "limits") for value in ("5", "[1]")],
    ("divisions", "530900"), ("divisions", "[]"), ("divisions", "[lincang]"), ("divisions", "[53090]"),
    ("divisions", "[5309000]"), ("divisions", "[530900, 530900]"), ("divisions", "[[530900]]"),
    ("divisions", "[" + ", ".join(str(100000 + n) for n in range(100)) + "]"),
    ("clock", "sundial"), ("log", "loud"), ("start", "never"),
    ("intake", "tcp://127.0.0.1:7530"), ("intake", '["7530"]'), ("intake", '["inproc://x"]'),
    ("intake", "[" + ", ".join(["ipc://x"] * 20) + "]"), ("intake", "[{ a: b }]"),
    *[(key, value) for key in ("batch_messages", "in_flight", "events_hwm", "map_mib")
      for value in ("0", "-1", "many", "1.5", "99999999999", "[1]", '""')],
])
def test_each_key_with_a_wrong_value(check, key, value):
    code, said = check(changed(key, value))
    assert code == 78, said
    assert f"jiandu.yaml:{LINES[key]}: " in said, said


@pytest.mark.parametrize("where", ["", "endpoints", "workers", "limits"])
def test_unknown_keys(check, where):
    lines = GOOD.splitlines()
    at = LINES[where] if where else 0
    lines.insert(at, "  colour: red" if where else "colour: red")
    code, said = check("\n".join(lines))
    assert (code, said) == (78, f"jiandu.yaml:{at + 1}: 'colour' is not known here\n")


@pytest.mark.parametrize("text, line", [
    ("", 1), ("- a\n- b\n", 1), ("divisions: [530900\nlog: info\n", 2), ("divisions: [530900]\n\tlog: info\n", 2),
    ("divisions: [530900]\ndivisions: [371000]\n", 2), ("log: info\n", 1),
    ("divisions: &a [530900]\nlog: info\n", 1), ("divisions: [530900]\n---\nlog: info\n", 3),
    ("divisions: [530900]\nlog: \"info\n", 3), (b"divisions: [530900]\nlog: \xff\n", 1), ("a: " * 50 + "b\n", 1), ("[" * 100 + "]" * 100, 1),
])
def test_what_is_not_a_configuration(check, text, line):
    code, said = check(text)
    assert code == 78 and re.match(rf"jiandu.yaml:{line}: ", said), said


def test_every_mistake_is_named_at_once(check):
    code, said = check(changed("log", "loud").replace("clock: simulated", "clock: sundial") + "colour: red\n")
    assert code == 78 and [int(n) for n in re.findall(r"jiandu.yaml:(\d+)", said)] == [
        LINES["clock"], LINES["log"], len(LINES) + 1]


@pytest.mark.parametrize("endpoint, good", [
    ("tcp://127.0.0.1:7530", True), ("tcp://127.1.2.3:7530", True), ("tcp://[::1]:7530", True),
    ("tcp://localhost:7530", True), ("tcp://0.0.0.0:7530", False), ("tcp://*:7530", False),
    ("tcp://192.168.1.2:7530", False), ("tcp://[::]:7530", False), ("tcp://eth0:7530", False),
    ("tcp://localhost.example.org:7530", False), ("tcp://127.evil.example:7530", False),
])
@pytest.mark.parametrize("socket", ["intake", "push", "events"])
def test_beyond_loopback_only_with_curve(check, socket, endpoint, good):
    """The contract: a tcp endpoint beyond loopback requires CURVE; the daemon refuses to start otherwise."""
    code, said = check(changed(socket, f'["{endpoint}"]'))
    assert code == (0 if good else 78), said
    assert good or f"jiandu.yaml:{LINES[socket]}: '{endpoint}' is not a loopback address" in said


def test_a_file_that_is_not_there(tmp_path):
    done = run("jiandud", "-c", tmp_path / "none.yaml", "--check-config", timeout=10)
    assert done.returncode == 78 and "none.yaml" in done.stderr


@pytest.mark.parametrize("program", ["jiandud", "jiandu-worker"])
def test_how_the_programs_are_called(program):
    assert run(program, "--help", timeout=10).returncode == 0
    version = run(program, "--version", timeout=10)
    assert version.returncode == 0 and version.stdout.startswith(f"{program} (jiandu) ")
    for wrong in (["--colour"], ["-c"], ["surplus"]):
        done = run(program, *wrong, timeout=10)
        assert done.returncode == 64 and "usage" in done.stderr


# ---------------------------------------------------------------- policies

@pytest.fixture
def worker(tmp_path):
    """What jiandu-worker says about a bent policy, without the folder's name, and its lines."""
    def said(division, *changes):
        policies = bent_policies(tmp_path / "policies", *changes)
        (tmp_path / "jiandu.yaml").write_text(
            f"state: state\nruntime: {tmp_path}\npolicies: policies\ndivisions: [{division}]\n")
        (tmp_path / "state").mkdir()
        try:
            done = run("jiandu-worker", "-c", tmp_path / "jiandu.yaml", "-d", division, timeout=2)
        except subprocess.TimeoutExpired:
            return 0, "it serves"
        return done.returncode, done.stderr.replace(str(policies) + "/", "")
    return said


def line_of(division, text):
    before, found, _ = (ROOT / f"policies/{division}.yaml").read_text().partition(text)
    assert found, text
    return before.count("\n") + 1


HANDLING = re.search(r"(?ms)^  handling:.*?(?=^  feedback:)", (ROOT / "policies/530900.yaml").read_text())[0]

MISTAKES = [  # division, old, new, line of this text, what is said
    (LINCANG, "status: trial ", "status: trial \nstatsu: trial ", None, "'statsu' is not known here"),
    (LINCANG, "  authority: bureau\n", "  authority: bureau\n  authoriti: bureau\n", None, "'authoriti' is not known here"),
    (LINCANG, "code: LC.B1, rule: LC-7.B1,", "code: LC.B1, rule: LC-none,", "code: LC.B1,", "LC-none, which is not among the rules"),
    (WEIHAI, "  lapse_rule: WH-8.3", "  lapse_rule: LC-13.2", "  authority: bureau", "LC-13.2, which is not among the rules"),
    (LINCANG, "  term_months: 36 ", "  term_months: 0 ", "  term_months: 36 ", "'term_months' must be a whole number from 1 to 240"),
    (LINCANG, "  term_months: 36 ", "  term_months: three ", "  term_months: 36 ", "'term_months' must be a whole number"),
    (LINCANG, "expiring_days: [90, 30, 7, 1]", "expiring_days: [1, 7]", "expiring_days: [90", "numbers of days, falling"),
    (LINCANG, "issued_on: 2021-09-08", "issued_on: 2021-02-30", "id: lincang-2021", "'issued_on' must be a date"),
    (LINCANG, "effective_from: 2021-09-08", "effective_from: 2021-09-01", None, "effective_from lies before issued_on"),
    (LINCANG, "status: trial ", "effective_to: 2020-01-01\nstatus: trial ", None, "effective_to lies before effective_from"),
    (LINCANG, "division: 530900\n", "division: 530901\n", None, "is the policy of 530901"),
    # departments
    (LINCANG, "  authority: bureau", "  authority: burro", "  authority: bureau", "burro, which is not a department"),
    (LINCANG, "code: agency,     kind: agency,", "code: agency,     kind: circus,", "code: agency,     kind", "'circus' is not a kind of department"),
    (LINCANG, "kind: county, division: 530902,", "kind: county,", "division: 530902,", "a county's department needs its division"),
    # the form and the conditions
    (LINCANG, "required: [health, education, major]", "required: [health, hobby]", "required: [health", "the form has no field 'hobby'"),
    (LINCANG, "exclude: { fact: severe_bad_credit, ", "exclude: { fact: bad_manners, ", "fact: severe_bad_credit,", "'bad_manners' is not one of the policy's facts"),
    (LINCANG, "require: { field: voluntary, ", "require: { field: volunteer, ", "require: { field: voluntary, ", "'volunteer' is neither a field of application.submit nor a derived value"),
    (LINCANG, "- { rule: LC-4.3,                     exclude", "- { rule: LC-4.3, on_failure: refuse, exclude", "rule: LC-4.3,                     exclude", "PIPL art. 24"),
    (LINCANG, "- { rule: LC-3.5,                     require: { human: true } }", "- { rule: LC-3.5, require: { field: age, min: 70, max: 18 } }", "- { rule: LC-3.5, ", "min is above max: this can never be met"),
    (LINCANG, "- { rule: LC-3.5,                     require: { human: true } }", "- { rule: LC-3.5, require: { field: name, min: 7 } }", "- { rule: LC-3.5, ", "has no order"),
    (LINCANG, "- { rule: LC-3.5,                     require: { human: true } }", "- { rule: LC-3.5, require: { field: age } }", "- { rule: LC-3.5, ", "exactly one of is, in, set, or min and max"),
    (LINCANG, "- { rule: LC-3.5,                     require: { human: true } }", "- { rule: LC-3.5 }", "- { rule: LC-3.5, ", "one of 'require' and 'exclude'"),
    (LINCANG, "- { rule: LC-3.5,                     require: { human: true } }", "- { rule: LC-3.5, require: { all: [] } }", "- { rule: LC-3.5, ", "all and any take a list of conditions"),
    (LINCANG, "- { rule: LC-3.5,                     require: { human: true } }", "- { rule: LC-3.5, require: { field: health, is: true } }", "- { rule: LC-3.5, ", "is: takes true or false"),
    (LINCANG, "- { rule: LC-3.5,                     require: { human: true } }", "- { rule: LC-3.5, on_failure: shout, require: { human: true } }", "- { rule: LC-3.5, ", "'on_failure' must be ineligible or refuse"),
    (LINCANG, "in: [medicine, pharmacy, nursing, finance, it, policy, other]", "in: [medicine, alchemy]", "in: [medicine, pharmacy", "expertise is never 'alchemy' under this policy"),
    (LINCANG, 'field: health, in: ["1", "2", "3", "6"]', 'field: health, in: ["1", "4"]', 'field: health, in: ["1"', "health is never '4'"),
    (LINCANG, "valid_days: 180, within: admin_penalty", "valid_days: 180, within: any_penalty", "within: admin_penalty", "any_penalty, which is not a fact above this one"),
    (WEIHAI, "    channels: [open]", "    channels: [secret]", None, "secret"),
    (LINCANG, "- { recommender: media,      nominee: media-staff, ", "- { recommender: media,      nominee: clown, ", "recommender: media, ", "'clown' is not a kind of nominee"),
    # targets and categories
    (LINCANG, "code: LC.C4, rule: LC-7.C4,", "code: LC.C4, rule: LC-7.C4, catch_all: true,", "code: LC.C4,", "a catch-all, and LC-7.C∅ says there is none"),
    # the same code for two things
    *[(LINCANG, f"code: {old},", f"code: {new},", f"code: {old},", f"'{new}' stands twice")
      for old, new in (("LC.A2", "LC.A1"), ("LC.B1", "LC.A1"), ("direct", "open"), ("county-530922", "county-530921"),
                       ("admin_penalty", "severe_bad_credit"), ("cppcc", "npc"), ("pharmacy, rule: LC-3.3", "medicine"))],
    *[(LINCANG, f"code: {old}\n", f"code: {new}\n", f"code: {old}\n", f"'{new}' stands twice")
      for old, new in (("opinion", "clue"), ("institution", "agency"))],
    (LINCANG, "  - id: LC-1.2\n", "  - id: LC-1.1\n", "  - id: LC-1.2\n", "rule LC-1.1 stands twice"),
    # routes
    (LINCANG, "      lead: discipline\n", "      lead: circus\n", "      lead: discipline\n", "'circus' is neither a department nor 'county'"),
    (LINCANG, "when: { field: target, in: [agency] }", "when: { field: target, in: [zoo] }", "when: { field: target, in: [agency] }", "target is never 'zoo' under this policy"),
    (LINCANG, "{ field: category, in: [LC.A3] }", "{ field: category, in: [S2] }", "field: category, in: [LC.A3]", "category is never 'S2' under this policy"),
    (LINCANG, "subject, in: [enforcement-work, enforcement-team]", "subject, in: [weather]", "subject, in: [enforcement-work", "subject is never 'weather'"),
    (LINCANG, "    - id: LC-R8\n      rule: LC-10.3\n", "    - id: LC-R8\n      rule: LC-10.3\n      when: { field: target, in: [agency] }\n", None, "no route without 'when': some reports would go nowhere"),
    (LINCANG, "      when: { field: target, in: [agency] }\n", "", "    - id: LC-R3 ", "stands behind a route that always matches: never reached"),
    (LINCANG, "    - id: LC-R8\n", "    - id: LC-R7\n", "    - id: LC-R8\n", "route LC-R7 stands twice"),
    # what ends an appointment
    (LINCANG, "  force: may ", "  force: might ", "  force: may ", "'force' must be may or shall, not 'might'"),
    (LINCANG, "  resignation: decided ", "  resignation: perhaps ", "  force: may ", "'resignation' must be ends or decided"),
    (LINCANG, "breach: serious }", "breach: rude }", "breach: serious }", "'breach' must be any or serious, not 'rude'"),
    (WEIHAI, "要求停止聘任, request: true }", "要求停止聘任, request: true, breach: any }", "要求停止聘任, request: true }", "a ground rests on one of when, breach and request"),
    (LINCANG, "code: unable,             rule: LC-14.6,", "code: unable,", "code: unable,", "a ground needs its 'rule'"),
    (LINCANG, "code: unable,             rule", "code: bad-credit, rule", "code: unable,", "ground bad-credit stands twice"),
    (LINCANG, "when: { fact: party_discipline, is: true }", "when: { fact: manners, is: true }", "when: { fact: party_discipline", "'manners' is not one of the policy's facts"),
    # clocks and feedback
    (LINCANG, "approver: bureau, rule: LC-10.3", "approver: burro, rule: LC-10.3", "approver: bureau, rule: LC-10.3", "burro, which is not a department"),
    (LINCANG, "- { code: litigation, ", "- { code: investigation, ", "- { code: litigation, ", "'investigation' stands twice"),
    (LINCANG, "    unit: calendar ", "    unit: lunar ", "    days: 60", "'unit' must be working or calendar"),
    (LINCANG, "    days: 60\n", "    days: 2\n", None, "clock handling warns before it starts"),
    (LINCANG, HANDLING, "", None, "'handling' is missing"),
    (WEIHAI, "  mandatory: false\n", "  mandatory: perhaps\n", "  mandatory: false\n", "'mandatory' must be true or false"),
]


@pytest.mark.parametrize("division, old, new, line, expected", MISTAKES, ids=[m[4][:48] for m in MISTAKES])
def test_a_policy_with_a_mistake(worker, division, old, new, line, expected):
    """design.md 7, LC-17.1, WH-13.1: a policy that cannot be right is refused before a case can meet it."""
    code, said = worker(division, (f"{division}.yaml", old, new))
    assert code == 78, said
    named = re.findall(rf"{division}\.yaml:(\d+): (.*)", said)
    if "is the policy of" in expected:
        assert expected in said
        return
    assert any(expected in words for _, words in named), said
    if line:
        shift = new.count("\n") - old.count("\n") if line_of(division, line) > line_of(division, old) else 0
        assert (str(line_of(division, line) + shift)) in [n for n, words in named if expected in words], said


@pytest.mark.parametrize("old, new, expected", [
    ("2026-10-10,work,国庆节", "2026-10-40,work,国庆节", "'2026-10-40' is not a date"),
    ("2026-10-10,work,国庆节", "2026-10-10,party,国庆节", "the second column must be off or work, not 'party'"),
    ("2026-10-10,work,国庆节", "2026-10-07,work,国庆节", "this date stands twice"),
])
def test_a_calendar_with_a_mistake(worker, old, new, expected):
    """A limit is no better than the calendar it is reckoned by."""
    code, said = worker(LINCANG, ("calendar-cn.csv", old, new))
    last = (ROOT / "policies/calendar-cn.csv").read_text().partition("2026-10-10,work")[0].count("\n") + 1
    assert code == 78 and f"calendar-cn.csv:{last}: {expected}" in said


def test_a_policy_that_is_not_there(worker, tmp_path):
    code, said = worker("530902")
    assert code == 78 and "530902.yaml" in said


def test_a_division_that_is_not_configured(worker, tmp_path):
    worker("530902")
    done = run("jiandu-worker", "-c", tmp_path / "jiandu.yaml", "-d", "371000", timeout=10)
    assert done.returncode == 64 and "371000" in done.stderr


# ---------------------------------------------------------------- while it runs

@pytest.fixture
def running(tmp_path):
    """A city whose policy file may be changed, a client, and SIGHUP."""
    policies = bent_policies(tmp_path / "policies")
    with Daemon([LINCANG], policies=policies) as d:
        file = policies / f"{LINCANG}.yaml"
        yield d, d.client(), file, file.read_text(), lambda: d.process.send_signal(signal.SIGHUP)


def in_force(c):
    answer = c.query("policy.show", {}, timeout=500)
    return answer and answer["policy"]["name"]


def test_a_new_policy_is_taken_up(running):
    """LC-17.1, design.md: SIGHUP brings it into force; cases keep the one they began under."""
    d, c, file, good, hangup = running
    old = c.ok("application.submit", form())["entity_id"]
    file.write_text(good.replace("version: 1\n", "version: 2\n").replace("required: [health, ", "required: [address, "))
    hangup()
    wait_for(lambda: in_force(c) == "lincang-2021@2", "the new policy")
    new = c.ok("application.submit", form(None, address=None))
    assert (new["state"], new["policy"]) == ("needs-info", "lincang-2021@2")
    assert c.ok("application.supplement", {"application": old, "major": "护理"})["policy"] == "lincang-2021@1"
    events = [e for e in all_events(c, LINCANG) if (e["entity"], e["event"]) == ("policy", "activated")]
    assert [e["policy"] for e in events] == ["lincang-2021@1", "lincang-2021@2"]
    hangup()  # the same again is no news
    wait_for(lambda: d.logged().count("worker ready") == 3, "the worker")
    assert [e for e in all_events(c, LINCANG) if (e["entity"], e["event"]) == ("policy", "activated")] == events


def test_a_broken_policy_is_not_taken_up(running):
    """LC-17.1: a bad file changes nothing: the division goes on under the policy it has, and the log names
    the line."""
    d, c, file, good, hangup = running
    file.write_text(good + "colour: red\n")
    hangup()
    wait_for(lambda: f"{file}:{good.count(chr(10)) + 1}: 'colour' is not known here" in d.logged(), "the word")
    receipt = c.ask("application.submit", form(), timeout=3000)
    assert receipt and receipt["policy"] == "lincang-2021@1", "the division is down"
