"""Policies over time: a day in the future, an end, who puts one in force, and the cases that move to it."""

import re
import shutil
import signal
import time

import pytest

from jd import CITIES, LINCANG, NOW, ROOT, WEIHAI
from jd import (Daemon, all_events, appoint, apply, bent_policies, clear, clue, decision, events_until, form, rules,
                uuid7, wait_for)

import zmq

NAME = {LINCANG: "lincang-2021", WEIHAI: "weihai-2019"}
VALID = {LINCANG: "LC-17.1", WEIHAI: "WH-13.1"}

class Folder:
    """A daemon whose policy files are changed under it."""

    def __init__(self, path, divisions=(LINCANG,)):
        self.path = bent_policies(path)
        self.daemon = Daemon(list(divisions), policies=self.path)
        self.good = {d: (self.path / f"{d}.yaml").read_text() for d in divisions}

    def write(self, *changes, version=2, division=LINCANG):
        """The shipped file as another version, with texts replaced."""
        text = self.good[division]
        for old, new in (("version: 1\n", f"version: {version}\n"), *changes):
            assert text.count(old) == 1, (old, text.count(old))
            text = text.replace(old, new)
        (self.path / f"{division}.yaml").write_text(text)

    def hangup(self, *divisions):
        """SIGHUP, until the workers are back."""
        before = self.daemon.logged().count("worker ready")
        self.daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.daemon.logged().count("worker ready") >= before + len(self.daemon.divisions), "the workers")


def effective(division, day):
    was = {LINCANG: "effective_from: 2021-09-08", WEIHAI: "effective_from: 2019-09-03"}[division]
    return was, f"effective_from: {day}"


@pytest.fixture
def folder(tmp_path):
    f = Folder(tmp_path / "policies")
    with f.daemon:
        yield f
        shutil.rmtree(f.path)  # verified and replayed without a file


def health(c, division=LINCANG):
    return c.ok("health.get", {}, division)["health"]


def said(c, division=LINCANG):
    return [(e["event"], e["policy"], e.get("due")) for e in all_events(c, division) if e["entity"] == "policy"]


# ---------------------------------------------------------------- from its day on

@pytest.mark.parametrize("division", CITIES)
def test_it_waits_for_its_day(tmp_path, division):
    """LC-17.1, WH-13.1: known and checked before, in force at 00:00 (UTC+8) of its day without a restart; health says
    which one waits."""
    f = Folder(tmp_path / "policies", [division])
    with f.daemon as d:
        c = d.client()
        f.write(effective(division, "2026-02-01"), division=division)
        f.hangup()
        assert health(c, division)["policy_pending"] == {"policy": f"{NAME[division]}@2", "effective_from": "2026-02-01"}
        assert health(c, division)["policy"] == f"{NAME[division]}@1"
        pid = d.worker_pid(division)
        c.wind("2026-01-31T23:59:59+08:00", division)
        before = apply(c, division)
        assert c.case(before)["policy"] == f"{NAME[division]}@1"
        c.wind("2026-02-01T00:00:00+08:00", division)
        assert health(c, division)["policy"] == f"{NAME[division]}@2" and "policy_pending" not in health(c, division)
        assert c.case(apply(c, division))["policy"] == f"{NAME[division]}@2"
        assert c.case(before)["policy"] == f"{NAME[division]}@1" and d.worker_pid(division) == pid
        first = {LINCANG: "2021-09-08", WEIHAI: "2019-09-03"}[division]
        assert said(c, division) == [("activated", f"{NAME[division]}@1", first),
                                     ("pending", f"{NAME[division]}@2", "2026-02-01"),
                                     ("activated", f"{NAME[division]}@2", "2026-02-01")]
        assert [e["articles"] for e in all_events(c, division) if e["entity"] == "policy"] == [[VALID[division]]] * 3


def test_its_day_comes_though_nobody_asks(folder):
    """LC-17.1: the worker is woken for it; and a worker that was dead takes it up when it is back."""
    c = folder.daemon.client()
    folder.write(effective(LINCANG, "2026-02-01"))
    folder.hangup()
    folder.daemon.kill_worker(LINCANG)
    wait_for(lambda: folder.daemon.up(LINCANG), "the worker")
    assert health(c)["policy_pending"]["policy"] == "lincang-2021@2"
    c.wind("2026-01-31T23:59:58+08:00", LINCANG)
    c.at = None
    wait_for(lambda: health(c)["policy"] == "lincang-2021@2", "the day")


def test_the_one_that_waits_is_replaced_or_withdrawn(folder):
    """LC-17.1"""
    c = folder.daemon.client()
    folder.write(effective(LINCANG, "2026-02-01"))
    folder.hangup()
    folder.hangup()  # the same again is no news
    folder.write(effective(LINCANG, "2026-03-01"), version=3)
    folder.hangup()
    assert health(c)["policy_pending"] == {"policy": "lincang-2021@3", "effective_from": "2026-03-01"}
    (folder.path / "530900.yaml").write_text(folder.good[LINCANG])
    folder.hangup()
    assert "policy_pending" not in health(c)
    c.wind("2026-04-01T00:00:00+08:00", LINCANG)
    assert [x[:2] for x in said(c)] == [("activated", "lincang-2021@1"), ("pending", "lincang-2021@2"),
                                        ("pending", "lincang-2021@3"), ("withdrawn", "lincang-2021@3")]
    assert health(c)["policy"] == "lincang-2021@1"


def test_the_first_there_is(tmp_path):
    """LC-17.1: a division whose only policy is not in force yet is up, and says why nothing may begin."""
    policies = bent_policies(tmp_path / "policies", ("530900.yaml", *effective(LINCANG, "2099-01-01")))
    with Daemon([LINCANG], policies=policies, simulated=False) as d:
        c = d.client()
        assert (health(c)["policy"], health(c)["policy_in_force"]) == ("lincang-2021@1", False)
        refused = c.refused("policy-not-in-force", "application.submit", form())
        assert rules(refused) == {"LC-17.1"} and "2099-01-01" in refused["because"][0]["expected"]


# ---------------------------------------------------------------- its end

ENDS = [("status: trial ", "status: repealed "), ("effective_from: 2021-09-08", "effective_to: 2026-01-31\neffective_from: 2021-09-08")]


@pytest.mark.parametrize("change", ENDS)
def test_nothing_new_begins_behind_its_end(folder, change):
    """LC-17.1, WH-13.1: applications, nominations and reports are refused, citing the article on its validity; what is
    there goes on to its end; health says so."""
    d, c = folder.daemon, folder.daemon.client()
    s = appoint(c)
    waiting = clear(c, apply(c))
    open_report = c.ok("report.submit", clue(s))["entity_id"]
    folder.write(change)
    folder.hangup()
    if "effective_to" in change[1]:
        c.wind("2026-01-31T23:59:00+08:00", LINCANG)
        assert health(c)["policy_in_force"] is True
        c.ok("report.submit", clue(s))
        c.wind("2026-02-01T00:00:00+08:00", LINCANG)
        assert c.ok("policy.show", {})["policy"]["effective_to"] == "2026-01-31"
    assert health(c)["policy_in_force"] is False and c.ok("policy.show", {})["policy"]["in_force"] is False
    nomination = form(None, recommender="npc", nominee_kind="npc-deputy")
    for type, body in (("application.submit", form()), ("nomination.submit", nomination), ("report.submit", clue(s)),
                       ("report.receive", {"origin": "R-530921-00000001", **{k: v for k, v in clue(s).items() if k != "supervisor"}})):
        before = c.last_seq()
        assert rules(c.refused("policy-not-in-force", type, body)) == {"LC-17.1"}
        assert c.last_seq() == before
    assert c.ok("application.decide", decision(waiting))["state"] == "appointed"
    desk = {"report": open_report, "department": c.case(open_report)["department"]}
    c.ok("report.accept", desk)
    assert c.ok("report.result", {**desk, "result": "partly", "summary": "部分属实"})["state"] == "resulted"
    push, listener = d.client(zmq.PUSH), d.subscribe("J.")
    time.sleep(0.3)
    id = push.send("report.submit", clue(s))
    assert events_until(listener, id)[-1][1]["code"] == "policy-not-in-force"


# ---------------------------------------------------------------- put in force by somebody

def activate(c, policy="lincang-2021@2", by="bureau", **kw):
    return c.ask("policy.activate", {"by": by, "policy": policy}, reason="局务会决定", **kw)


def test_put_in_force_by_the_authority(folder):
    """LC-17.1: what lies in the folder, without a restart, recorded with who and why; again is the first receipt,
    whatever lies there then."""
    c = folder.daemon.client()
    folder.write(("reopen_days: 30 ", "reopen_days: 40 "))
    id = uuid7()
    receipt = activate(c, id=id)
    assert (receipt["status"], receipt["policy"], rules(receipt)) == ("ok", "lincang-2021@2", {"LC-17.1"})
    assert health(c)["policy"] == "lincang-2021@2"
    folder.write(("reopen_days: 30 ", "reopen_days: 50 "), version=3)
    assert activate(c, id=id) == receipt and health(c)["policy"] == "lincang-2021@2"
    assert activate(c, "lincang-2021@3", id=id)["code"] == "id-reused"
    (folder.path / "530900.yaml").unlink()
    assert activate(c, id=id) == receipt
    folder.write(("reopen_days: 30 ", "reopen_days: 40 "))
    folder.hangup()  # what is in force already is no news
    last = [e for e in all_events(c, LINCANG) if e["entity"] == "policy"][-1]
    assert (last["policy"], last["cause"]) == ("lincang-2021@2", id)
    folder.daemon.kill_worker(LINCANG)
    wait_for(lambda: folder.daemon.up(LINCANG), "the worker")
    assert activate(c, id=id) == receipt


def test_named_by_its_hash(folder, tmp_path):
    """LC-17.1: whoever wants to be sure names the hash that policy.show tells."""
    folder.write()
    (tmp_path / "other").mkdir()
    shutil.copy(folder.path / "530900.yaml", tmp_path / "other")
    shutil.copy(ROOT / "policies/calendar-cn.csv", tmp_path / "other")
    with Daemon([LINCANG], policies=tmp_path / "other") as d:
        hash = d.client().ok("policy.show", {})["policy"]["hash"]
    c = folder.daemon.client()
    assert activate(c, hash[:-1] + ("0" if hash[-1] != "0" else "1"))["code"] == "not-that-policy"
    assert activate(c, hash)["policy"] == "lincang-2021@2"
    assert c.ok("policy.show", {})["policy"]["hash"] == hash


def test_who_may_not_and_what_cannot_be(folder):
    """LC-17.1, LC-2.1: the authority, the policy that is named, a file that is good; else nothing is recorded."""
    c = folder.daemon.client()
    c.wind(NOW, LINCANG)  # what was owed long ago has been told
    before = c.last_seq()
    assert activate(c, "lincang-2021@1")["code"] == "already-in-force"
    folder.write()
    assert c.ask("policy.activate", {"by": "bureau", "policy": "lincang-2021@2"})["code"] == "reason-required"
    refused = activate(c, by="fund")
    assert (refused["code"], rules(refused)) == ("not-the-authority", {"LC-2.1"})
    assert activate(c, by="circus")["code"] == "unknown-in-policy"
    refused = activate(c, "lincang-2021@7")
    assert refused["code"] == "not-that-policy" and "lincang-2021@2" in refused["because"][0]["expected"]
    text = c.ask("policy.activate", {"by": "bureau", "policy": "lincang-2021@2", "text": b"id: x"}, reason="x")
    assert text["code"] == "unknown-field"
    folder.write(("term_rule: LC-12.1", "term_rule: LC-99"))
    refused = activate(c)
    assert refused["code"] == "policy-unusable" and "LC-99" in refused["because"][0]["expected"]
    (folder.path / "530900.yaml").unlink()
    assert activate(c)["code"] == "policy-unusable"
    (folder.path / "530900.yaml").write_text(folder.good[LINCANG].replace("division: 530900", "division: 530901"))
    assert activate(c, "lincang-2021@1")["code"] == "not-own-division"
    assert c.last_seq() == before and health(c)["policy"] == "lincang-2021@1"


def test_put_in_force_for_a_later_day(folder):
    """LC-17.1"""
    c = folder.daemon.client()
    folder.write(effective(LINCANG, "2026-03-01"))
    assert activate(c)["due"] == "2026-03-01" and health(c)["policy"] == "lincang-2021@1"
    assert activate(c)["code"] == "already-in-force"
    c.wind("2026-03-01T00:00:00+08:00", LINCANG)
    assert health(c)["policy"] == "lincang-2021@2"


# ---------------------------------------------------------------- cases that move

def migrate(c, id, by="fund", **kw):
    return c.ask("case.migrate", {"id": id, "by": by}, id[2:8], reason="新制度有利", **kw)


SHORTER = [("    days: 60\n    unit: calendar", "    days: 10\n    unit: working")]
# other departments in front, another order of categories and kinds: every index changes its meaning
SHUFFLED = [
    ("departments:\n", "departments:\n  - { code: office, kind: section, label: 办公室 }\n"),
    ("  kinds:\n", "  kinds:\n    - { code: praise, label: 表扬, results: [ { code: noted, label: 知悉 } ] }\n"),
    ("  targets:\n", "  targets:\n    - { code: bureau, label: 局, categories: [ { code: Z1, label: 其他 } ] }\n"),
    ("  grounds:\n", "  grounds:\n    - { code: moved, rule: LC-14.8, label: 迁出 }\n"),
    ("  routes:\n", "  routes:\n    - { id: NEW, rule: LC-10.3, when: { field: kind, in: [praise] }, lead: office }\n"),
    ("  channels:\n    - { code: open", "  channels:\n    - { code: walk-in, label: 窗口 }\n    - { code: open"),
]


def everything(c):
    """An open case of each kind, and a report in several states."""
    s = appoint(c)
    a = c.ok("nomination.submit", form(None, recommender="media", nominee_kind="media-staff"))["entity_id"]
    r = [c.ok("report.submit", clue(s, category="LC.B3", accused=["agency"]))["entity_id"] for _ in range(3)]
    desk = {"report": r[1], "department": c.case(r[1])["department"]}
    c.ok("report.accept", {**desk, "report": r[1]})
    c.ok("report.accept", {**desk, "report": r[2]})
    c.ok("report.result", {**desk, "report": r[2], "result": "partly", "summary": "部分属实"})
    d = c.ok("dismissal.open", {"supervisor": s, "department": "fund", "grounds": ["unable", "other"], "evidence": "迁居"})
    return s, a, r, d["entity_id"]


WORDS = ("state", "department", "channel", "recommender", "nominee_kind", "kind", "target", "category", "route", "assist",
         "result", "grounds", "term_start", "term_end")


def words(case):
    return {key: case[key] for key in WORDS if key in case}


@pytest.mark.parametrize("kill", [False, True])
def test_every_code_is_the_same_one_there(folder, kill):
    """LC-17.1: a moved case says the same in the other policy's words, whatever order that has; a granted term
    stays; and it goes on from there."""
    c = folder.daemon.client()
    s, a, reports, dismissal = everything(c)
    ids = [s, a, *reports, dismissal]
    before = {id: words(c.case(id)) for id in ids}
    overdue = c.ok("stats.get", {})["stats"]
    folder.write(*SHUFFLED, ("term_months: 36 ", "term_months: 12 "))
    assert activate(c)["status"] == "ok"
    if kill:
        folder.daemon.kill_worker(LINCANG)
        wait_for(lambda: folder.daemon.up(LINCANG), "the worker")
    assert {c.case(id)["policy"] for id in ids} == {"lincang-2021@1"}
    for id in ids:
        receipt = migrate(c, id)
        assert (receipt["status"], receipt["policy"]) == ("ok", "lincang-2021@2"), receipt
        case = c.case(id)
        assert words(case) == before[id] and case["policy"] == "lincang-2021@2"
        assert c.explain(id)["history"][-1]["event"] == "migrated"
    assert c.ok("stats.get", {})["stats"] == overdue
    listed = c.ok("case.list", {"entity": "report", "state": "accepted", "department": before[reports[1]]["department"]})
    assert reports[1] in [case["id"] for case in listed["cases"]]
    # the firewall and the desk know the departments by the new numbers
    body = {"report": reports[0], "by": "fund", "department": "agency"}
    c.refused("route-to-accused", "report.assign", body, reason="试")
    assert c.ok("report.assign", {**body, "department": "office"}, reason="新科室")["department"] == "office"
    assert c.case(s)["term_end"] == "2029-01-05"
    again = migrate(c, s)
    assert again["code"] == "already-in-force"


def test_a_running_limit_is_reckoned_from_its_start(folder):
    """LC-17.1, LC-10.3: old and new last day are told, in the receipt and in the history."""
    c = folder.daemon.client()
    r = c.ok("report.submit", clue(appoint(c)))
    folder.write(*SHORTER)
    activate(c)
    receipt = migrate(c, r["entity_id"])
    assert (r["due"], receipt["due"]) == ("2026-03-06", "2026-01-19")
    assert [w["value"] for w in receipt["because"] if w.get("field") == "due"] == ["2026-03-06"]
    assert "LC-10.3" in rules(receipt)
    history = c.explain(r["entity_id"])["history"]
    assert [(h["event"], h["due"]) for h in history] == [("assigned", "2026-03-06"), ("migrated", "2026-01-19")]
    assert [w["value"] for w in history[1]["because"] if w.get("field") == "due"] == ["2026-03-06"]
    c.wind("2026-01-20T00:00:00+08:00", LINCANG)
    assert c.case(r["entity_id"])["overdue"] is True


def test_never_backwards_into_a_breach(folder):
    """LC-17.1, LC-10.3: a shorter limit that would be over already ends today; one breached before stays so."""
    c = folder.daemon.client()
    s = appoint(c)
    late = c.ok("report.submit", clue(s))["entity_id"]
    c.wind("2026-03-01T09:00:00+08:00", LINCANG)
    young = c.ok("report.submit", clue(s))["entity_id"]
    c.wind("2026-03-25T09:00:00+08:00", LINCANG)
    assert c.case(late)["overdue"] is True
    folder.write(*SHORTER)
    activate(c)
    assert migrate(c, young)["due"] == "2026-03-25" and c.case(young)["overdue"] is False
    assert migrate(c, late)["status"] == "ok" and c.case(late)["overdue"] is True and c.case(late)["due"] == "2026-03-06"
    c.wind("2026-03-26T00:00:00+08:00", LINCANG)
    assert c.case(young)["overdue"] is True


def test_one_that_stands_still_is_reckoned_when_it_runs_on(folder):
    """LC-17.1, LC-10.3"""
    c = folder.daemon.client()
    r = c.ok("report.submit", clue(appoint(c)))
    desk = {"report": r["entity_id"], "by": r["department"]}
    c.ok("report.accept", {"report": r["entity_id"], "department": r["department"]})
    c.wind("2026-01-12T09:00:00+08:00", LINCANG)  # five working days are used
    c.ok("clock.suspend", {**desk, "ground": "appraisal"}, reason="鉴定")
    folder.write(*SHORTER)
    activate(c)
    assert migrate(c, r["entity_id"])["state"] == "suspended"
    c.wind("2026-01-26T09:00:00+08:00", LINCANG)
    assert c.ok("clock.resume", desk)["due"] == "2026-02-02"  # five are left


def test_what_the_new_policy_lacks_is_named(folder):
    """LC-17.1: every code of the case that is not there; and the case stays as it is."""
    c = folder.daemon.client()
    s, a, reports, dismissal = everything(c)
    version = c.case(reports[0])["version"]
    folder.write((re.search(r"        - \{ code: LC\.B3.*\n", folder.good[LINCANG])[0], ""),
                 (re.search(r"    - id: LC-R3 .*?(?=    - id: LC-R4)", folder.good[LINCANG], re.S)[0], ""),
                 ("    - { code: unable,             rule: LC-14.6, label: 因个人原因无法胜任社会监督员工作 }\n", ""))
    assert activate(c)["status"] == "ok"
    before = c.last_seq()
    r = c.ok("case.get", {"id": reports[0]})["case"]
    refused = migrate(c, reports[0])
    told = " ".join(w["expected"] for w in refused["because"])
    assert refused["code"] == "not-in-policy" and "category 'LC.B3'" in told and "route '" in told
    refused = migrate(c, dismissal)
    assert refused["code"] == "not-in-policy" and "ground 'unable'" in refused["because"][0]["expected"]
    assert "ground 'other'" not in str(refused)
    assert c.last_seq() == before and c.case(reports[0]) == r and r["version"] == version
    assert migrate(c, s)["status"] == "ok"


def test_an_application_is_screened_again(folder):
    """LC-17.1, LC-4.1: under the conditions of the policy it moves to."""
    c = folder.daemon.client()
    a = clear(c, apply(c, address=None))
    assert c.case(a)["state"] == "eligible"
    folder.write(("required: [health, ", "required: [address, health, "))
    activate(c)
    assert migrate(c, a)["state"] == "needs-info"
    assert c.ok("application.supplement", {"application": a, "address": "测试路1号"})["policy"] == "lincang-2021@2"
    assert c.case(a)["state"] == "eligible"


def test_who_may_move_a_case(folder):
    """LC-17.1, LC-7.A3: the authority or the managing department, with a reason, and not whom it accuses; open cases."""
    c = folder.daemon.client()
    s = appoint(c)
    r = c.ok("report.submit", clue(s, accused=["fund"]))["entity_id"]
    done = apply(c)
    c.ok("application.withdraw", {"application": done})
    folder.write()
    assert migrate(c, s)["code"] == "already-in-force"
    activate(c)
    assert c.ask("case.migrate", {"id": s, "by": "bureau"})["code"] == "reason-required"
    assert migrate(c, s, by="agency")["code"] == "not-the-authority"
    assert migrate(c, s, by="circus")["code"] == "unknown-in-policy"
    assert migrate(c, r, by="fund")["code"] == "not-assigned"
    assert migrate(c, done)["code"] == "illegal-move"
    assert migrate(c, "S-530900-00000099")["code"] in ("unknown-case", "not-a-supervisor")
    assert migrate(c, r, by="bureau")["status"] == "ok"


def test_a_cases_new_conditions_hold(folder):
    """LC-17.1, LC-13.1: what the policy it moved to says is what counts from then on."""
    c = folder.daemon.client()
    s = appoint(c)
    folder.write(("term_months: 36 ", "term_months: 12 "), ("expiring_days: [90, 30, 7, 1] ", "expiring_days: [5] "))
    activate(c)
    migrate(c, s)
    c.wind("2028-12-31T00:00:00+08:00", LINCANG)
    assert c.case(s)["state"] == "expiring"
    assert [e["event"] for e in all_events(c, LINCANG) if e["id"] == s] == ["appointed", "migrated", "expiring"]
    c.ok("term.need", {"supervisor": s, "department": "bureau", "needed": True})
    assert c.ok("term.consent", {"supervisor": s, "consent": True})["due"] == "2030-01-06"
