"""Rights over one's data (PIPL 44 to 47, 50): to have it handed over, put right, erased; and what is destroyed when its
time has passed. Behind an erasure the journal's chain still holds, cases and numbers stand, and nothing opens."""

import json
import shutil

import pytest

from jd import (CITIES, FACTS, LINCANG, ROOT, WEIHAI, Daemon, all_events, another, appoint, apply, assert_fact, clear, clue,
                decision, fields, form, idno, rules, run, uuid7, wait_for)

BUREAU = {"department": "bureau"}
RULE = {LINCANG: "LC-9.5", WEIHAI: "WH-7.3"}
ITEM = {LINCANG: "LD1", WEIHAI: "D1"}


def about(subject, **more):
    return {"subject": subject, **BUREAU, **more}


def reject(c, a):
    c.ok("application.decide", decision(a, "reject"), a[2:8])
    return a


def handled(c, s, **changes):
    """A report, through to its end."""
    r = c.ok("report.submit", clue(s, **changes), s[2:8])["entity_id"]
    desk = {"report": r, "department": c.case(r)["department"]}
    c.ok("report.accept", desk, s[2:8])
    c.ok("report.result", {**desk, "result": "partly", "summary": "部分属实"}, s[2:8])
    c.ok("report.feedback", {**desk, "channel": "phone", "text": "已告知"}, s[2:8])
    c.ok("report.close", desk, s[2:8])
    return r


def keep(c, s):
    """Lets go of an appointment, as far as the city's text lets a supervisor go by resigning."""
    c.ok("resignation.submit", {"supervisor": s, "statement": "本人申请不再担任"}, s[2:8])
    if s[2:8] == LINCANG:
        case = c.case(s)["dismissal"]
        c.ok("dismissal.decide", {"dismissal": case, **BUREAU, "decision": "dismiss", "proven": True}, s[2:8])


@pytest.fixture
def d():
    with Daemon() as it:
        yield it


# ---------------------------------------------------------------- export

@pytest.mark.parametrize("division", CITIES)
def test_everything_that_is_held_is_handed_over(daemon, c, division):
    """PIPL 45: the form with its supplements, facts with their sources, decisions with reasons, discipline, dismissals,
    reads by whom, and one's reports in one's own words."""
    n = another()
    a = apply(c, division, n)
    for predicate in FACTS[division] or ("criminal_record",):
        assert_fact(c, a, predicate)
    c.ok("application.supplement", {"application": a, "post": "主任"}, division)
    s = c.ok("application.decide", decision(a, note="符合条件"), division)["created"]
    c.ok("discipline.record", {"supervisor": s, **BUREAU, "item": ITEM[division], "serious": False,
                               "occurred_on": "2026-01-05", "text": "迟交材料"}, division)
    r = handled(c, s)
    other = handled(c, appoint(c, division=division), text="别人的话")
    c.content(a, "核对资料")
    keep(c, s)
    before = c.last_seq(division)
    receipt = c.ok("person.export", about(s), division, reason="本人申请查阅")
    e = receipt["export"]
    cases = {x["id"]: x for x in e["cases"]}
    assert {a, s} <= set(cases) and (division == WEIHAI or any(x.startswith("D-") for x in cases))
    told = str(e)
    for text in (form(n)["id_no"], "主任", "测试来源", "符合条件", "迟交材料", "本人申请不再担任", "核对资料"):
        assert text in told, text
    assert cases[a]["state"] == "appointed" and cases[s]["state"] in ("dismissed", "resigned")
    assert [x["id"] for x in e["reports"]] == [r] and other not in told and "别人的话" not in told
    words = e["reports"][0]["entries"]
    assert [x["type"] for x in words] == ["report.feedback", "report.submit"] and "部分属实" not in told
    assert [(x["reader"], x["id"]) for x in e["reads"]] == [("bureau", a)]
    event, = all_events(c, division, before)
    assert (event["entity"], event["event"], event["id"]) == ("supervisor", "exported", s)
    assert ("bureau", "person.export") in [(x["reader"], x["type"]) for x in c.ok("reads.list", {"id": a}, division)["reads"]]


def test_an_export_asked_again_is_the_same(c):
    a, id = apply(c), uuid7()
    first = c.ok("person.export", about(a), id=id, reason="本人申请")
    clear(c, a)
    c.ok("report.submit", clue(appoint(c)))
    assert c.ok("person.export", about(a), id=id, reason="本人申请") == first


@pytest.mark.parametrize("type, more", [("person.export", {}), ("person.correct", {"phone": "13911112222"}),
                                        ("person.erase", {})])
def test_who_may(c, type, more):
    """PIPL 50: the authority or the managing department, with a reason; what is refused says why."""
    a = reject(c, apply(c))
    seq = c.last_seq()
    c.refused("reason-required", type, {**about(a), **more})
    assert fields(c.refused("not-the-authority", type, {**about(a), **more, "department": "agency"}, reason="申请")) == {"department"}
    c.refused("unknown-in-policy", type, {**about(a), **more, "department": "nobody"}, reason="申请")
    c.refused("unknown-case", type, {**about("A-530900-99999999"), **more}, reason="申请")
    c.refused("unknown-case", type, {**about("R-530900-00000001"), **more}, reason="申请")
    assert c.last_seq() == seq


def test_the_command_line_exports(daemon, c):
    s = appoint(c)
    reports = [c.ok("report.submit", clue(s, text=f"第{n}件"))["entity_id"] for n in range(3)]
    done = daemon.ctl("export", s, "--department", "bureau", "--reason", "本人申请", check=0)
    e = json.loads(done.stdout)
    assert [x["id"] for x in e["reports"]] == reports and e["subject"] == s and "next" not in e
    assert "say --department" in daemon.ctl("export", s, check=64).stderr


def test_a_long_export_comes_in_parts(d):
    """A part looks at 20,000 reports or holds 4 MiB; `next` goes on behind it, and nothing is missing."""
    c = d.client()
    s = appoint(c)
    for n in range(420):
        c.send("report.submit", clue(s, text=f"{n}:" + "长" * 3990))
    sent = {c.receive()["entity_id"] for _ in range(420)}
    part = c.ok("person.export", about(s), reason="申请")["export"]
    got, parts = [x["id"] for x in part["reports"]], 1
    assert "cases" in part
    while "next" in part:
        part = c.ok("person.export", about(s, after=part["next"]), reason="申请")["export"]
        got += [x["id"] for x in part["reports"]]
        parts += 1
        assert "cases" not in part
    assert got == sorted(sent) and parts > 1
    done = d.ctl("export", s, "--department", "bureau", "--reason", "申请", check=0)
    assert [x["id"] for x in json.loads(done.stdout)["reports"]] == sorted(sent)


# ---------------------------------------------------------------- correction

def test_a_form_is_put_right(c):
    """PIPL 46: with a reason, the old value kept in the sealed history; a form that is not decided is screened again."""
    a = apply(c, education="63")
    receipt = c.ok("person.correct", about(a, phone="13911112222", employer="改正单位"), reason="本人申请更正")
    assert (receipt["entity_id"], receipt["state"]) == (a, c.case(a)["state"])
    content = c.content(a)
    assert [x["type"] for x in content[-2:]] == ["person.correct", "application.submit"]
    assert content[-2]["body"]["phone"] == "13911112222" and content[-1]["body"]["phone"] == "13800000000"
    clear(c, a)
    assert c.ok("application.decide", decision(a))["state"] == "appointed"


def test_a_correction_is_screened(c):
    """WH-3.2, WH-2.1: eligible by what was wrong is not eligible by what is right, and people decide (PIPL 24); what
    is refused at the door is refused here too."""
    a = apply(c, WEIHAI)
    assert c.case(a)["state"] == "eligible"
    receipt = c.ok("person.correct", about(a, attests_ability=False), WEIHAI, reason="更正")
    assert receipt["state"] == "proposed-ineligible" and "WH-3.2" in rules(receipt)
    seq = c.last_seq(WEIHAI)
    assert "WH-2.1" in rules(c.ask("person.correct", about(a, unpaid_ack=False), WEIHAI, reason="更正"))
    assert c.last_seq(WEIHAI) == seq
    assert c.ok("person.correct", about(a, attests_ability=True), WEIHAI, reason="更正")["state"] == "eligible"


@pytest.mark.parametrize("changes, code, field", [
    ({"sex": "2"}, "inconsistent", "sex"), ({"birth_date": "1980-01-02"}, "inconsistent", "birth_date"),
    ({"id_no": "530902199001010010"}, "bad-checksum", "id_no"), ({"id_no": idno(7, "19700101")}, "inconsistent", "birth_date"),
    ({}, "missing-field", None)])
def test_what_stays_consistent(c, changes, code, field):
    """GB 11643, GB/T 2261.1: check character, birth date and sex agree after a correction too."""
    a = apply(c)
    seq = c.last_seq()
    assert field in fields(c.refused(code, "person.correct", about(a, **changes), reason="更正"))
    assert c.last_seq() == seq


def test_another_identity_number(c):
    """Who is found by the number follows it: the old one is free, the new one taken."""
    n, taken = another(), another()
    a, other = apply(c, n=n), apply(c, n=taken)
    year = 1960 + (n // 450) % 40
    right = idno(n + 200, f"{year}0101", area="530921")
    wrong_of_other = form(taken)
    c.refused("identity-taken", "person.correct", about(a, id_no=wrong_of_other["id_no"], birth_date=wrong_of_other["birth_date"]),
              reason="号码录错")
    c.ok("person.correct", about(a, id_no=right), reason="号码录错")
    c.refused("already-applied", "application.submit", form(n, id_no=right))
    assert c.ok("application.submit", form(n))["entity_id"] != a, "the number that was wrong is somebody else's"
    c.ok("person.correct", about(a, id_no=right), reason="再次核对")  # the same again changes nobody's
    assert c.case(other)["state"]


def test_after_the_appointment(c):
    """The supervisor's and the application's event; what was decided stays decided."""
    s = appoint(c)
    before = c.last_seq()
    c.ok("person.correct", about(s, phone="13911113333"), reason="换号")
    events = all_events(c, LINCANG, before)
    assert [(e["entity"], e["event"]) for e in events] == [("supervisor", "corrected"), ("application", "corrected")]
    assert c.case(s)["state"] == "active" and c.case(c.case(s)["application"])["state"] == "appointed"
    assert "13911113333" in str(c.content(s)) and "13911113333" not in str(events)


def test_a_correction_survives_a_killed_worker(daemon, c):
    a, id = apply(c), uuid7()
    first = c.ok("person.correct", about(a, phone="13911114444"), id=id, reason="换号")
    daemon.kill_worker(LINCANG)
    assert c.ok("person.correct", about(a, phone="13911114444"), id=id, reason="换号") == first
    assert "13911114444" in str(c.content(a))


# ---------------------------------------------------------------- erasure

def erased(c, id):
    assert c.case(id)["erased"] is True
    c.refused("erased", "content.read", {"id": id, **BUREAU}, id[2:8], reason="查看")


@pytest.mark.parametrize("division", CITIES)
def test_consent_withdrawn(d, division):
    """PIPL 47(3): an applicant who was not appointed is erased at once; the case and its number stay, and the same
    citizen may apply again, as somebody new."""
    c, n = d.client(), another()
    a = reject(c, apply(c, division, n))
    stats = c.ok("stats.get", {}, division)["stats"]
    refused = c.refused("retention-running", "person.erase", about(a), division, reason="本人申请删除")
    assert "2028-01-05" in str(refused) and rules(refused) == {RULE[division]}
    before = c.last_seq(division)
    c.ok("person.erase", about(a, consent_withdrawn=True), division, reason="撤回同意")
    event, = all_events(c, division, before)
    assert (event["entity"], event["event"], event["id"]) == ("application", "erased", a)
    assert event["articles"] == [RULE[division]]
    erased(c, a)
    assert c.ok("stats.get", {}, division)["stats"] == stats and c.case(a)["state"] == "rejected"
    assert len(c.explain(a)["history"]) >= 3
    c.refused("erased", "person.erase", about(a, consent_withdrawn=True), division, reason="再次")
    c.refused("erased", "person.export", about(a), division, reason="查阅")
    c.refused("erased", "person.correct", about(a, phone="13911112222"), division, reason="更正")
    c.refused("erased", "application.supplement", {"application": a, "post": "职员"}, division)
    fact = {"subject": a, "predicate": (FACTS[division] or ("criminal_record",))[0], "value": "no", "source": "来源",
            "attester": "某", "as_of": "2026-01-05"}
    c.refused("erased", "fact.assert", fact, division)
    again = apply(c, division, n)
    assert again != a and "erased" not in c.case(again) and c.content(again)


def test_facts_go_with_the_person(d):
    """PIPL 47: who applies again is asked for every fact again."""
    c, n = d.client(), another()
    a = clear(c, apply(c, n=n))
    assert c.case(a)["state"] == "eligible"
    c.ok("application.withdraw", {"application": a})
    again = apply(c, n=n)
    assert c.case(again)["state"] == "eligible", "the facts are the person's, not the application's"
    c.ok("application.withdraw", {"application": again})
    c.ok("person.erase", about(again, consent_withdrawn=True), reason="撤回同意")
    assert c.case(apply(c, n=n))["state"] == "needs-fact"
    erased(c, a)
    erased(c, again)


def test_the_same_request_again_after_an_erasure(d):
    """The first receipt, without comparing what can be compared no more; of another type it is another message."""
    c, id, reading = d.client(), uuid7(), uuid7()
    body = form()
    first = c.ok("application.submit", body, id=id)
    a = reject(c, first["entity_id"])
    read = c.ok("content.read", {"id": a, **BUREAU}, id=reading, reason="核对")
    c.ok("person.erase", about(a, consent_withdrawn=True), reason="撤回同意")
    assert c.ok("application.submit", body, id=id) == first
    assert c.ok("application.submit", form(), id=id) == first
    c.refused("id-reused", "application.withdraw", {"application": a}, id=id)
    late = c.ok("content.read", {"id": a, **BUREAU}, id=reading, reason="核对")
    assert late["seq"] == read["seq"] and late["erased"] is True and "content" not in late


def test_nothing_open_is_erased(c):
    """An open application, an appointment in force, a report still to be answered: first the end, then the eraser."""
    a = apply(c)
    c.refused("still-open", "person.erase", about(a, consent_withdrawn=True), reason="撤回")
    s = appoint(c)
    c.refused("still-open", "person.erase", about(s, consent_withdrawn=True), reason="撤回")
    c.refused("still-open", "person.erase", about(c.case(s)["application"], consent_withdrawn=True), reason="撤回")
    r = c.ok("report.submit", clue(s))["entity_id"]
    keep(c, s)
    c.refused("still-open", "person.erase", about(s), reason="到期")
    desk = {"report": r, "department": c.case(r)["department"]}
    c.ok("report.accept", desk)
    c.ok("report.result", {**desk, "result": "partly", "summary": "部分属实"})
    c.ok("report.feedback", {**desk, "channel": "phone", "text": "已告知"})
    c.ok("report.close", desk)
    refused = c.refused("retention-running", "person.erase", about(s, consent_withdrawn=True), reason="撤回")
    assert "consent" not in str(refused), "an appointment rests on a statutory duty, not on consent (PIPL 13)"


def test_a_supervisor_is_erased_when_the_period_has_passed(d):
    """PIPL 19, 47(1): sixty months behind the appointment's end; dismissal and resignation go with the person."""
    c = d.client()
    s = appoint(c)
    r = handled(c, s)
    keep(c, s)
    c.wind("2031-01-04T09:00:00+08:00")
    refused = c.refused("retention-running", "person.erase", about(s), reason="到期")
    assert "2031-01-05" in str(refused)
    c.content(s, "到期前核对")  # which does not move the day
    c.wind("2031-01-05T09:00:00+08:00")
    case = c.ok("case.list", {"entity": "dismissal"})["cases"][0]["id"]
    c.ok("person.erase", about(s), reason="到期")
    for id in (s, c.case(s)["application"], case):
        erased(c, id)
    assert [x["reader"] for x in c.ok("reads.list", {"id": s})["reads"]] == ["bureau"], "who read stays on record"
    assert c.content(r)[-1]["body"] == clue(s), "what was reported has a period of its own"


def test_an_erasure_survives_a_killed_worker(d):
    c, id, n = d.client(), uuid7(), another()
    a = reject(c, apply(c, n=n))
    first = c.ok("person.erase", about(a, consent_withdrawn=True), id=id, reason="撤回同意")
    d.kill_worker(LINCANG)
    assert c.ok("person.erase", about(a, consent_withdrawn=True), id=id, reason="撤回同意") == first
    erased(c, a)
    assert apply(c, n=n) != a


def test_verify_says_what_was_erased():
    """The chain holds, the rest opens; replay goes as far as it can and says how far that is."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        s = appoint(c)
        kept = [apply(c) for _ in range(5)]
        a = reject(c, apply(c))
        at = next(e["seq"] for e in all_events(c, LINCANG) if e["id"] == a)
        c.content(a)
        c.ok("person.erase", about(a, consent_withdrawn=True), reason="撤回同意")
        c.ok("report.submit", clue(s))
        for id in kept:
            assert c.content(id)
        d.stop()
        said = d.verify()
        assert ", 3 entries erased, replay the same up to entry" in said and "not possible behind it" in said
        reached = int(said.split("up to entry ")[1].split(",")[0])
        assert 5 < reached < at
        assert "3 entries erased" in d.verify(replay=False)


def test_a_broken_key_is_no_erasure():
    """A row that was damaged does not pass for one that was destroyed."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        apply(c)
        d.stop()
        store = d.state / LINCANG / "data.mdb"
        good = store.read_bytes()
        at = good.rfind(b"P" + (1).to_bytes(8, "big") + b"\x01\x01\x00\x00\x00")
        assert at > 0
        bad = bytearray(good)
        for i in range(len(good)):  # every copy of the row, on old pages too
            if good.startswith(good[at:at + 40], i):
                bad[i + 30] ^= 1
        store.write_bytes(bad)
        done = run("jiandu-worker", "-c", d.config, "-d", LINCANG, "--verify")
        assert done.returncode == 1 and "promise 4" in done.stdout
        store.write_bytes(good)
        d.start()
        wait_for(lambda: d.up(LINCANG), "it")


def test_no_copy_of_a_key_is_left():
    """PIPL 47: pages are copied when they are written, and LMDB keeps the old ones for later; what they hold of a
    destroyed key is overwritten, and nothing else is."""
    with Daemon([LINCANG]) as d:
        c, file = d.client(), d.state / LINCANG / "data.mdb"
        people = [reject(c, apply(c)) for _ in range(8)]  # the table's page is copied with each new key
        rows = [row_of(file.read_bytes(), n + 1) for n in range(8)]
        c.ok("person.erase", about(people[2], consent_withdrawn=True), reason="撤回同意")
        wait_for(lambda: rows[2] not in file.read_bytes(), "it to be overwritten")
        kept = file.read_bytes()
        assert all(rows[n] in kept for n in range(8) if n != 2)
        c.ok("person.erase", about(people[5], consent_withdrawn=True), reason="撤回同意")
        d.stop()  # and a worker that is told to stop does it before it ends
        assert rows[5] not in file.read_bytes()
        d.start()
        c = d.client()
        for n, a in enumerate(people):
            erased(c, a) if n in (2, 5) else c.content(a)


def row_of(store, person):
    """The wrapped key of a person as it lies in the file, from its nonce on."""
    head = b"P" + person.to_bytes(8, "big") + b"\x01\x01\x00\x00\x00"
    return store[store.rindex(head) + len(head):][:24]


# ---------------------------------------------------------------- retention

def due(c, division=LINCANG, **more):
    items, after = [], {}
    while True:
        answer = c.ok("retention.due", {**after, **more}, division)
        items += answer["due"]
        if "next" not in answer:
            return items
        after = {"after": answer["next"]}


def test_what_is_due(d):
    """PIPL 19, 47(1): listed with the day and the rule; nothing happens by listing."""
    c = d.client()
    rejected = [reject(c, apply(c)) for _ in range(3)]
    apply(c)
    s = appoint(c)
    handled(c, s)
    assert due(c) == []
    c.wind("2028-01-05T09:00:00+08:00")
    assert due(c) == [{"item": a, "of": "application", "ended": "2026-01-05", "due": "2028-01-05", "rule": "LC-9.5"}
                      for a in rejected]
    assert due(c, limit=1) == due(c)
    c.wind("2031-02-01T09:00:00+08:00")
    assert {"item": "2026-01", "of": "reports", "ended": "2026-01-05", "due": "2031-01-05", "rule": "LC-9.5",
            "reports": 1} in due(c)
    assert s not in [x["item"] for x in due(c)], "lapsed at the term's end, three years later than the form"
    c.refused("bad-format", "retention.due", {"after": "X-1"})


def test_a_month_is_destroyed_whole(d):
    """WH-7.3, LC-9.5: when every report of it is closed and due; events count, and name nobody."""
    c = d.client()
    s = appoint(c)
    first = [handled(c, s, text=f"甲{n}") for n in range(3)]
    c.wind("2026-02-03T09:00:00+08:00")
    later = handled(c, s, text="乙")
    open_ = c.ok("report.submit", clue(s))["entity_id"]
    month = {**BUREAU, "items": ["2026-01"]}
    refused = c.refused("retention-running", "retention.run", month, reason="到期销毁")
    assert "2031-01-05" in str(refused)
    c.refused("still-open", "retention.run", {**BUREAU, "items": ["2026-02"]}, reason="到期销毁")
    c.refused("unknown-case", "retention.run", {**BUREAU, "items": ["2025-12"]}, reason="到期销毁")
    c.wind("2031-03-01T09:00:00+08:00")
    c.refused("not-the-authority", "retention.run", {**month, "department": "agency"}, reason="到期销毁")
    c.refused("inconsistent", "retention.run", {**BUREAU, "items": ["2026-01", "2026-01"]}, reason="到期销毁")
    assert c.content(first[0])
    before = c.last_seq()
    receipt = c.ok("retention.run", month, reason="到期销毁")
    assert (receipt["persons"], receipt["reports"]) == (0, 3)
    event, = all_events(c, LINCANG, before)
    assert (event["entity"], event["event"], event["count"], event["due"]) == ("retention", "destroyed", 3, "2026-01-01")
    for r in first:
        erased(c, r)
    assert c.content(later)[-1]["body"]["text"] == "乙" and c.case(open_)["state"] != "closed"
    c.refused("erased", "retention.run", month, reason="到期销毁")
    assert "2026-01" not in [x["item"] for x in due(c)]


def test_retention_by_the_command_line(d):
    """--dry-run lists, --run destroys in steps of 32 and says how many."""
    c = d.client()
    people = [reject(c, apply(c)) for _ in range(70)]
    handled(c, appoint(c))
    c.wind("2031-02-01T09:00:00+08:00")
    listed = d.ctl("retention", "--dry-run", "-d", LINCANG, "--json", check=0).stdout.splitlines()
    items = [x["item"] for line in listed for x in json.loads(line)["due"]]
    assert set(people) | {"2026-01"} <= set(items)
    assert all("erased" not in c.case(a) for a in people[:3])
    assert "say --dry-run" in d.ctl("retention", "-d", LINCANG, check=64).stderr
    d.ctl("retention", "--run", "-d", LINCANG, check=64)
    before = c.last_seq()
    done = d.ctl("retention", "--run", "-d", LINCANG, "--department", "bureau", "--reason", "到期销毁", check=0)
    assert done.stdout == f"{len(items) - 1} persons and 1 reports can be read no more\n"
    events = all_events(c, LINCANG, before)
    assert {e["event"] for e in events} == {"erased", "destroyed"} and len(events) == len(items)
    assert len({e["cause"] for e in events}) == -(-len(items) // 32)
    for a in people[::10]:
        erased(c, a)
    assert due(c) == []


def test_a_policy_without_a_period(tmp_path):
    """Nothing is ever due by itself; what has ended is erased when the bureau says so."""
    folder = tmp_path / "policies"
    shutil.copytree(ROOT / "policies", folder)
    text = (folder / "530900.yaml").read_text()
    head, tail = text.split("\nretention:\n")
    (folder / "530900.yaml").write_text(head + "\n" + tail.split("\n\n", 1)[1])
    with Daemon([LINCANG], policies=folder) as d:
        c = d.client()
        a = reject(c, apply(c))
        c.wind("2040-01-05T09:00:00+08:00", LINCANG)
        assert due(c) == []
        c.refused("retention-running", "retention.run", {**BUREAU, "items": [a]}, reason="到期")
        c.ok("person.erase", about(a), reason="本人申请")
        erased(c, a)


@pytest.mark.parametrize("line, said", [
    ("  application: { consent: true, rule: LC-9.5, basis: local }", "'months' is missing"),
    ("  application: { months: 0, rule: LC-9.5, basis: local }", "months"),
    ("  application: { months: 24, basis: local }", "rule"),
    ("  application: { months: 24, rule: LC-99, basis: local }", "LC-99, which is not among the rules"),
    ("  application: { months: 24, rule: LC-9.5, basis: guess }", "'basis' must be text, reference or local"),
    ("  report: { months: 1, rule: LC-9.5, basis: local }", "may be reopened for 30 days"),
    ("  report: { months: 60, consent: true, rule: LC-9.5, basis: local }", "consent"),
    ("  reports: { months: 60, rule: LC-9.5, basis: local }", "reports"),
])
def test_the_check_refuses_nonsense(tmp_path, line, said):
    text = (ROOT / "policies/530900.yaml").read_text()
    head, tail = text.split("\nretention:\n")
    bent = tmp_path / "530900.yaml"
    bent.write_text(head + f"\nretention:\n{line}\n" + "\n" + tail.split("\n\n", 1)[1])
    (tmp_path / "calendar-cn.csv").write_bytes((ROOT / "policies/calendar-cn.csv").read_bytes())
    done = run("jianductl", "policy", "check", str(bent))
    assert done.returncode == 65 and said in done.stdout + done.stderr, done.stdout + done.stderr
    assert "530900.yaml:" in done.stdout + done.stderr
