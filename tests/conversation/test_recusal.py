"""Keeping away from what touches an interest: asked for and decided in Lincang, mandatory in Weihai."""

import pytest

from jd import (CITIES, LINCANG, WEIHAI, Daemon, all_events, appoint, clear, clue, decision, fields, form,
                rules, wait_for)
from listing import code, publish

RULE = {LINCANG: "LC-9.6", WEIHAI: "WH-7.6"}
PLACE = {LINCANG: "530902", WEIHAI: "371002"}
SAID = "本人配偶在该院任职"


def about(division, n=1):
    return code(n, place=PLACE[division])


def body(s, **changes):
    return {"supervisor": s, "scope": "institution", "object": about(s[2:8]), "relation": "relative",
            "statement": SAID} | changes


def apply(c, s, **changes):
    return c.ok("recusal.apply", body(s, **changes), s[2:8])


def raised(c, s, **changes):
    return c.ok("recusal.raise", body(s, department="fund", **changes), s[2:8])


def decide(c, id, what="uphold", **changes):
    return c.ask("recusal.decide", {"recusal": id, "department": "fund", "decision": what, **changes}, id[2:8])


def appointed_at(c, division, institution):
    """A supervisor whose form says where he works; the recusal that came of it."""
    body = form(division=division, employer_institution=institution, employer_kind="medical-institution")
    a = clear(c, c.ok("application.submit", body, division)["entity_id"])
    s = c.ok("application.decide", decision(a), division)["created"]
    found = [x for x in c.ok("case.list", {"entity": "recusal", "limit": 500}, division)["cases"] if x["supervisor"] == s]
    return s, found


@pytest.mark.parametrize("division, state", [(LINCANG, "applied"), (WEIHAI, "upheld")])
def test_applied_for(c, division, state):
    """LC-9.6: 应当主动申请回避, and it is decided; WH-7.6: 应当回避, and there is nothing left to decide."""
    s = appoint(c, division=division)
    receipt = apply(c, s)
    assert (receipt["entity"], receipt["state"], rules(receipt)) == ("recusal", state, {RULE[division]})
    case = c.case(receipt["entity_id"])
    assert (case["supervisor"], case["scope"], case["object"], case["department"]) == \
        (s, "institution", about(division), "fund")
    assert SAID not in str(case) and "relative" not in str(case)
    told = [e for e in all_events(c, division) if e["id"] == case["id"]]
    assert [(e["event"], e["to"], e["articles"]) for e in told] == [("applied", state, [RULE[division]])]
    assert about(division) not in str(told)
    content = c.ok("content.read", {"id": case["id"], "department": "bureau"}, division, reason="审核")["content"]
    assert content[0]["body"]["relation"] == "relative" and content[0]["body"]["statement"] == SAID


def test_decided_by_people(c):
    """LC-9.6: the bureau upholds or denies; a decision is taken once."""
    s = appoint(c)
    upheld, denied = (apply(c, s, object=about(LINCANG, n))["entity_id"] for n in (1, 2))
    receipt = decide(c, upheld, until="2026-06-30", note="情况属实")
    assert (receipt["state"], receipt["due"], rules(receipt)) == ("upheld", "2026-06-30", {"LC-9.6"})
    assert decide(c, denied, "deny")["state"] == "denied"
    for id in (upheld, denied):
        for what in ("uphold", "deny"):
            assert decide(c, id, what)["code"] == "illegal-move"
    again = apply(c, s, object=about(LINCANG, 2))  # what was denied can be asked for anew
    assert again["state"] == "applied" and again["entity_id"] != denied
    receipt = decide(c, again["entity_id"], department="agency")
    assert (receipt["status"], receipt["code"], fields(receipt)) == ("forbidden", "not-the-authority", {"department"})
    assert decide(c, again["entity_id"], until="2026-01-04")["code"] == "inconsistent"
    assert fields(decide(c, again["entity_id"], "perhaps")) == {"decision"}
    assert c.case(again["entity_id"])["version"] == 1


@pytest.mark.parametrize("division", CITIES)
def test_raised_by_somebody_else(c, division):
    """LC-9.6, WH-7.6: what others say about a person is decided by people, in Weihai too (PIPL art. 24)."""
    s = appoint(c, division=division)
    receipt = raised(c, s)
    assert (receipt["state"], rules(receipt)) == ("raised", {RULE[division]})
    assert c.ask("recusal.raise", body(s, department="office" if division == WEIHAI else "agency"),
                 division)["code"] == "not-the-authority"
    assert decide(c, receipt["entity_id"])["state"] == "upheld"


@pytest.mark.parametrize("division, state", [(LINCANG, "detected"), (WEIHAI, "upheld")])
def test_seen_in_the_form(c, division, state):
    """WH-7.6: whoever works there keeps away from the day of the appointment; LC-9.6: people decide on it."""
    s, (case,) = appointed_at(c, division, about(division, 9))
    assert (case["state"], case["scope"], case["object"]) == (state, "institution", about(division, 9))
    told, = [e for e in all_events(c, division) if e["id"] == case["id"]]
    assert (told["event"], told["to"], RULE[division] in told["articles"]) == ("detected", state, True)
    assert c.refused("already-recused", "recusal.apply", body(s, object=about(division, 9)), division)
    if division == LINCANG:
        assert decide(c, case["id"], "deny")["state"] == "denied"
    _, none = appointed_at(c, division, None)
    assert none == []


@pytest.mark.parametrize("division, target, category", [(LINCANG, "agency", "LC.A2"), (WEIHAI, "bureau", "S3")])
def test_seen_in_the_kind_of_employer(c, division, target, category):
    """WH-7.6, LC-9.6: whoever works for the agency has an interest in what is said about it; the report is taken all
    the same, and marked."""
    a = clear(c, c.ok("application.submit", form(division=division, employer_kind="handling-agency",
                                                 employer_institution=about(division, 9)), division)["entity_id"])
    s = c.ok("application.decide", decision(a), division)["created"]
    found = c.ok("case.list", {"entity": "recusal", "supervisor": s}, division)["cases"]
    assert [(x["scope"], x["object"]) for x in found] == [("institution", about(division, 9)), ("target", target)]
    receipt = c.ok("report.submit", clue(s, target=target, category=category), division)
    assert RULE[division] in rules(receipt) and c.case(receipt["entity_id"])["recusal"] == found[1]["id"]
    assert {why.get("field") for why in receipt["because"] if why["rule"] == RULE[division]} == {"target"}
    assert "recusal" not in c.case(c.ok("report.submit", clue(s), division)["entity_id"])
    other = appoint(c, division=division)
    x = apply(c, other, scope="target", object=target)
    assert c.case(x["entity_id"])["object"] == target
    assert fields(c.refused("unknown-in-policy", "recusal.apply", body(other, scope="target", object="weather"), division)) == {"object"}


@pytest.mark.parametrize("division", CITIES)
def test_a_code_that_is_none(c, division):
    """WH-7.6: an employer's code that looks like none would never be recognised."""
    receipt = c.refused("bad-format", "application.submit", form(division=division, employer_institution="X1"), division)
    assert fields(receipt) == {"employer_institution"} and "[HP]" in receipt["because"][0]["expected"]


BAD = [({"scope": "weather"}, "unknown-in-policy", "scope"), ({"relation": "neighbour"}, "unknown-in-policy", "relation"),
       ({"object": "X1"}, "bad-format", "object"), ({"until": "2026-01-04"}, "inconsistent", "until"),
       ({"scope": "report", "object": "R-{}-99999999"}, "unknown-case", "object"),
       ({"scope": "report"}, "unknown-case", "object"), ({"scope": "activity", "object": "nothing"}, "unknown-case", "object"),
       ({"supervisor": "S-{}-99999999"}, "not-a-supervisor", "supervisor"), ({"statement": ""}, "out-of-bounds", "statement")]


@pytest.mark.parametrize("division", CITIES)
@pytest.mark.parametrize("changes, refusal, field", BAD)
@pytest.mark.parametrize("verb", ["apply", "raise"])
def test_refused(c, division, changes, refusal, field, verb):
    """LC-9.6, WH-7.6: and nothing is written."""
    s = appoint(c, division=division)
    changes = {k: v.format(division) for k, v in changes.items()}
    seq, stats = c.last_seq(division), c.ok("stats.get", {}, division)["stats"]
    more = {"department": "fund"} if verb == "raise" else {}
    receipt = c.refused(refusal, f"recusal.{verb}", body(s, **more, **changes), division)
    assert fields(receipt) == {field}
    assert (c.last_seq(division), c.ok("stats.get", {}, division)["stats"]) == (seq, stats)


def test_not_twice(c):
    s = appoint(c)
    first = apply(c, s)["entity_id"]
    for verb, more in (("apply", {}), ("raise", {"department": "bureau"})):
        receipt = c.refused("already-recused", f"recusal.{verb}", body(s, **more))
        assert fields(receipt) == {"object"} and first in receipt["because"][0]["expected"]
    apply(c, appoint(c))  # another supervisor, the same institution


def test_about_a_report(c):
    """LC-9.6: one report, whoever sent it in."""
    s, other = appoint(c), appoint(c)
    r = c.ok("report.submit", clue(other))["entity_id"]
    x = apply(c, s, scope="report", object=r)["entity_id"]
    assert (c.case(x)["scope"], c.case(x)["object"]) == ("report", r)


def claim(c, s, n):
    return c.ask("institution.claim", {"supervisor": s, "institution": code(n)})


def test_what_it_does_to_claims(c):
    """LC-9.6, LC-11.3: no claim on what a recusal is about, decided or not; one that is there is blocked when
    the recusal is upheld, with an event, and others are not touched."""
    s, other = appoint(c), appoint(c)
    publish(c, range(1, 6))
    mine, beside, theirs = claim(c, s, 1)["entity_id"], claim(c, s, 2)["entity_id"], claim(c, other, 1)["entity_id"]
    x = apply(c, s)["entity_id"]
    assert c.case(mine)["state"] == "active", "not decided yet"
    receipt = decide(c, x)
    assert [c.case(k)["state"] for k in (mine, beside, theirs)] == ["blocked-by-recusal", "active", "active"]
    assert c.case(mine)["recusal"] == x
    told = [e for e in all_events(c, LINCANG) if e["id"] == mine][-1]
    assert (told["event"], told["to"], told["articles"], told["cause"]) == \
        ("blocked", "blocked-by-recusal", ["LC-9.6"], receipt["id"])
    pending = apply(c, s, object=code(3))["entity_id"]
    for n, id in ((1, x), (3, pending)):
        refusal = claim(c, s, n)
        assert (refusal["code"], fields(refusal), rules(refusal)) == ("recused", {"institution"}, {"LC-9.6"})
        assert id in refusal["because"][0]["expected"]
    decide(c, pending, "deny")
    assert claim(c, s, 3)["state"] == "active"


def test_no_claim_on_the_employer(c):
    """LC-9.6, LC-11.3: a conflict that the form shows."""
    publish(c, range(1, 12))
    s, (x,) = appointed_at(c, LINCANG, code(11))
    assert claim(c, s, 11)["code"] == "recused" and claim(c, s, 10)["state"] == "active"
    decide(c, x["id"], "deny")
    assert claim(c, s, 11)["state"] == "active"


@pytest.mark.parametrize("division", CITIES)
def test_a_report_on_what_one_keeps_away_from(c, division):
    """LC-9.6, WH-7.6, LC-11.4: nobody is silenced by an interest; the report is taken, and marked for whoever
    handles it."""
    s, (x,) = appointed_at(c, division, about(division, 9))
    receipt = c.ok("report.submit", clue(s, institution=about(division, 9)), division)
    assert receipt["state"] == "assigned" and RULE[division] in rules(receipt)
    assert any(why.get("field") == "institution" for why in receipt["because"] if why.get("rule") == RULE[division])
    assert c.case(receipt["entity_id"])["recusal"] == x["id"]
    for other in (clue(s, institution=about(division, 8)), clue(s), clue(appoint(c, division=division), institution=about(division, 9))):
        receipt = c.ok("report.submit", other, division)
        assert RULE[division] not in rules(receipt) and "recusal" not in c.case(receipt["entity_id"])


def test_lifted(c):
    """WH-7.6: the interest is gone; with a reason, by the bureau, and only what was upheld."""
    s = appoint(c, division=WEIHAI)
    x = apply(c, s)["entity_id"]
    lift = {"recusal": x, "department": "fund"}
    assert fields(c.refused("reason-required", "recusal.lift", lift, WEIHAI)) == {"reason"}
    c.refused("not-the-authority", "recusal.lift", lift | {"department": "centre"}, WEIHAI, reason="已离职")
    receipt = c.ok("recusal.lift", lift, WEIHAI, reason="已离职")
    assert (receipt["state"], rules(receipt)) == ("lifted", {"WH-7.6"})
    assert "recusal" not in c.case(c.ok("report.submit", clue(s, institution=about(WEIHAI)), WEIHAI)["entity_id"])
    c.refused("illegal-move", "recusal.lift", lift, WEIHAI, reason="已离职")
    pending = raised(c, s)["entity_id"]
    c.refused("illegal-move", "recusal.lift", lift | {"recusal": pending}, WEIHAI, reason="已离职")


@pytest.mark.parametrize("division", CITIES)
def test_its_last_day(division):
    """LC-9.6, WH-7.6: in force through it, over at midnight; across a killed worker."""
    with Daemon([division]) as d:
        c = d.client()
        s = appoint(c, division=division)
        x = apply(c, s, until="2026-02-10")["entity_id"]
        if division == LINCANG:
            decide(c, x)
        never = apply(c, s, object=about(division, 2))["entity_id"]
        c.wind("2026-02-10T23:59:59+08:00", division)
        assert c.case(x)["state"] == "upheld"
        d.kill_worker(division)
        wait_for(lambda: d.up(division), "the worker to be back")
        c.wind("2026-02-11T00:00:00+08:00", division)
        assert c.case(x)["state"] == "lifted" and c.case(never)["state"] in ("applied", "upheld")
        told = [e for e in all_events(c, division) if e["id"] == x][-1]
        assert (told["event"], told["due"], told["cause"], told["articles"]) == ("lifted", "2026-02-10", None, [RULE[division]])
        apply(c, s)


@pytest.mark.parametrize("division", CITIES)
def test_the_end_of_the_appointment(c, division):
    """LC-9.6, WH-7.6, LC-14.7, WH-9.4: nothing is kept away from by who is no supervisor any more."""
    s = appoint(c, division=division)
    pending, upheld, denied = raised(c, s)["entity_id"], *(apply(c, s, object=about(division, n))["entity_id"] for n in (2, 3))
    if division == LINCANG:
        decide(c, upheld)
        decide(c, denied, "deny")
    receipt = c.ok("resignation.submit", {"supervisor": s, "statement": "因工作调动"}, division)
    if division == LINCANG:
        c.ok("dismissal.decide", {"dismissal": receipt["created"], "department": "bureau", "decision": "dismiss",
                                  "proven": True})
    assert [c.case(x)["state"] for x in (pending, upheld)] == ["ended", "ended"]
    assert c.case(denied)["state"] == ("denied" if division == LINCANG else "ended")
    assert c.refused("not-active", "recusal.apply", body(s), division)


def test_not_recusing_is_a_breach(c):
    """WH-7.6, LC-9.6: the policies' discipline names it, and in Weihai it is a ground (WH-9.1)."""
    for division, item in ((LINCANG, "LD6"), (WEIHAI, "D6")):
        s = appoint(c, division=division)
        receipt = c.ok("discipline.record", {"supervisor": s, "department": "fund", "item": item, "serious": False,
                                             "occurred_on": "2026-01-05", "text": "应当回避而未回避"}, division)
        assert RULE[division] in rules(receipt) and ("WH-9.1" in rules(receipt)) == (division == WEIHAI)
