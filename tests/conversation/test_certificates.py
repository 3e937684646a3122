"""What follows the decision to appoint: the certificate and the notice to society, where the regulation has them.
Weihai has neither."""

import pytest

from jd import LINCANG, WEIHAI
from jd import Daemon, all_events, appoint, bent_policies, fields, rules, uuid7, wait_for

TODAY = "2026-01-05"
NUMBERS = iter(range(1, 10**6))


def fresh():
    return f"LC-YB-{next(NUMBERS):06d}"


def issue(c, s, number=None, **changes):
    body = {"supervisor": s, "department": "bureau", "number": number or fresh(), "issued_on": c.at[:10], **changes}
    return c.ok("certificate.issue", body, s[2:8])


def verify(c, number, division=LINCANG, **more):
    return c.ok("certificate.verify", {"number": number, **more}, division)["certificate"]


def owed(c, s, code):
    """States of what is owed to a supervisor."""
    cases = c.ok("case.list", {"entity": "obligation", "limit": 500}, s[2:8])["cases"]
    return [o["state"] for o in cases if o.get("supervisor") == s and o["obligation"] == code]


def of(c, id):
    return [(e["event"], e["to"]) for e in all_events(c, id[2:8]) if e["id"] == id]


def dismiss(c, s):
    case = c.ok("dismissal.open", {"supervisor": s, "department": "bureau", "grounds": ["unable"],
                                   "evidence": "长期在外地工作"})["entity_id"]
    c.ok("dismissal.decide", {"dismissal": case, "department": "bureau", "decision": "dismiss", "proven": True})


@pytest.fixture
def city():
    with Daemon([LINCANG, WEIHAI]) as d:
        yield d


# ---------------------------------------------------------------- issued


def test_issued_upon_the_decision(city):
    """LC-5.2: issued to the supervisor, valid through the term, and nothing is owed any more."""
    c = city.client()
    s = appoint(c)
    assert owed(c, s, "certificate") == ["open"]
    receipt = issue(c, s, number := fresh())
    assert (receipt["state"], receipt["due"], rules(receipt)) == ("valid", "2029-01-05", {"LC-5.2"})
    assert owed(c, s, "certificate") == ["done"] and owed(c, s, "notice") == ["open"]
    case = c.case(receipt["entity_id"])
    assert (case["supervisor"], case["number"], case["issued_on"], case["valid_from"], case["valid_until"]) == (
        s, number, TODAY, TODAY, "2029-01-05")
    told = [e for e in all_events(c, LINCANG) if e["id"] == case["id"]]
    assert [e["event"] for e in told] == ["issued"] and number not in str(told)


def test_late(city):
    """LC-5.2: issued behind the ten working days the bureau set itself, it is done late."""
    c = city.client()
    s = appoint(c)
    c.wind("2026-03-02T09:00:00+08:00")
    issue(c, s)
    assert owed(c, s, "certificate") == ["done-late"]


def test_what_is_refused(city):
    """LC-5.2: by the authority, to somebody whose appointment is in force, within the term, once, and with a number
    nobody had; what is refused leaves no trace."""
    c = city.client()
    s, other = appoint(c), appoint(c)
    taken = fresh()
    issue(c, other, taken)
    body = {"supervisor": s, "department": "bureau", "number": fresh(), "issued_on": TODAY}
    before = c.last_seq()
    c.refused("not-the-authority", "certificate.issue", {**body, "department": "fund"})
    assert rules(c.refused("number-taken", "certificate.issue", {**body, "number": taken})) == {"LC-5.2"}
    for wrong in ("2026-01-06", "2026-01-04"):
        assert fields(c.refused("inconsistent", "certificate.issue", {**body, "issued_on": wrong})) == {"issued_on"}
    for wrong in ("2029-01-06", "2026-01-04"):
        assert fields(c.refused("inconsistent", "certificate.issue", {**body, "valid_until": wrong})) == {"valid_until"}
    c.refused("not-a-supervisor", "certificate.issue", {**body, "supervisor": "S-530900-00009999"})
    c.refused("bad-format", "certificate.issue", {**body, "number": "临医保证001"})
    c.refused("already-certified", "certificate.issue", {**body, "supervisor": other})
    assert c.last_seq() == before and verify(c, body["number"])["reason"] == "unknown"
    dismiss(c, s)
    receipt = c.refused("not-active", "certificate.issue", body)
    assert rules(receipt) == {"LC-5.2"} and fields(receipt) == {"supervisor"}


def test_weihai_has_none(city):
    """LC-5.2, LC-5.3: another city's regulation has neither certificate nor notice, and says so."""
    c = city.client()
    s = appoint(c, division=WEIHAI)
    body = {"supervisor": s, "department": "bureau", "number": "WH-1", "issued_on": TODAY}
    before = c.last_seq(WEIHAI)
    receipt = c.refused("no-certificate", "certificate.issue", body, WEIHAI)
    assert "威海市" in receipt["because"][0]["expected"]
    c.refused("no-certificate", "certificate.verify", {"number": "WH-1"}, WEIHAI)
    c.refused("no-notice", "notice.publish", {"supervisors": [s], "department": "bureau", "channel": "news-media",
                                              "on": TODAY}, WEIHAI)
    assert c.last_seq(WEIHAI) == before


# ---------------------------------------------------------------- shown


def test_shown_at_a_front_desk(city):
    """LC-9.4: valid or not and why, the city, the last day; of the name only whether it begins as is said."""
    c = city.client()
    s = appoint(c)
    issue(c, s, number := fresh())
    assert verify(c, number) == {
        "number": number, "valid": True, "division": LINCANG, "authority": "临沧市医疗保障局",
        "certificate": "《临沧市医保社会监督员证》", "valid_until": "2029-01-05", "rule": "LC-9.4"}
    assert verify(c, number, name_initial="测")["name_matches"] is True
    assert verify(c, number, name_initial="张")["name_matches"] is False
    c.refused("out-of-bounds", "certificate.verify", {"number": number, "name_initial": "测试"})
    unknown = verify(c, "LC-YB-999999", name_initial="测")
    assert (unknown["valid"], unknown["reason"]) == (False, "unknown")
    assert "valid_until" not in unknown and "name_matches" not in unknown
    before = c.last_seq()
    dismiss(c, s)
    assert c.last_seq() > before
    gone = verify(c, number, name_initial="测")
    assert (gone["valid"], gone["reason"]) == (False, "revoked") and "name_matches" not in gone


def test_a_name_cannot_be_guessed_for_ever():
    """LC-9.4: so many wrong names a day for one certificate, whoever asks; then even the right one is not told. Whether
    it is valid always is, and other certificates have their own count. The next day begins anew."""
    with Daemon([LINCANG], extra="limits: { certificate_tries: 3 }") as d:
        c, other = d.client(), d.client()
        one, two = fresh(), fresh()
        for number in (one, two):
            issue(c, appoint(c), number)
        assert verify(c, one, name_initial="测")["name_matches"] is True
        for who, surname in ((c, "王"), (other, "李"), (c, "张")):
            assert verify(who, one, name_initial=surname)["name_matches"] is False
            assert verify(who, "LC-YB-999999", name_initial=surname)["reason"] == "unknown"
        before = c.last_seq()
        for surname in ("刘", "测"):
            why = c.refused("too-many-tries", "certificate.verify", {"number": one, "name_initial": surname})["because"]
            assert fields({"because": why}) == {"name_initial"} and "after 3 wrong ones" in why[0]["expected"]
        assert verify(other, one)["valid"] and verify(c, two, name_initial="测")["name_matches"] is True
        assert c.last_seq() == before
        c.wind("2026-01-06T09:00:00+08:00", LINCANG)
        assert verify(c, one, name_initial="测")["name_matches"] is True


def test_a_term_that_has_not_begun(city):
    """LC-5.2, LC-12.1: issued before the first day of the term, valid from it, and nobody needs to say so."""
    c = city.client()
    s = appoint(c, term_start="2026-03-01")
    receipt = issue(c, s, number := fresh())
    assert receipt["state"] == "issued" and verify(c, number)["reason"] == "not-yet"
    c.wind("2026-02-28T23:59:59+08:00", LINCANG)
    assert verify(c, number)["valid"] is False
    c.wind("2026-03-01T00:00:00+08:00", LINCANG)
    assert verify(c, number)["valid"] is True
    assert of(c, receipt["entity_id"]) == [("issued", "issued"), ("begun", "valid")]


def test_its_own_last_day(city):
    """LC-5.2: shorter than the term; through its last day, then expired by the clock, and a new one can be issued."""
    c = city.client()
    s = appoint(c)
    first = issue(c, s, number := fresh(), valid_until="2026-06-30")["entity_id"]
    c.wind("2026-06-30T23:59:59+08:00", LINCANG)
    assert verify(c, number)["valid"] is True
    city.kill_worker(LINCANG)
    wait_for(lambda: city.up(LINCANG), "the worker")
    c.wind("2026-07-01T00:00:00+08:00", LINCANG)
    assert verify(c, number)["reason"] == "expired" and of(c, first)[-1] == ("expired", "expired")
    second = issue(c, s, valid_until="2026-12-31")["entity_id"]
    third = issue(c, s)
    assert c.case(second)["state"] == "replaced" and c.case(second)["replaced_by"] == third["entity_id"]


# ---------------------------------------------------------------- lost, replaced, revoked


def test_lost_and_replaced(city):
    """LC-5.2, LC-9.4: a lost one is not valid; another takes its place, under another number and for the same time."""
    c = city.client()
    s = appoint(c)
    old = issue(c, s, number := fresh())["entity_id"]
    c.refused("not-the-authority", "certificate.lose", {"certificate": old, "department": "agency"})
    assert c.ok("certificate.lose", {"certificate": old, "department": "fund"})["state"] == "lost"
    assert verify(c, number)["reason"] == "lost"
    c.refused("illegal-move", "certificate.lose", {"certificate": old, "department": "fund"})
    body = {"certificate": old, "department": "bureau", "number": fresh(), "lost": True}
    before = c.last_seq()
    c.refused("number-taken", "certificate.replace", {**body, "number": number})
    c.refused("not-the-authority", "certificate.replace", {**body, "department": "fund"})
    c.refused("already-certified", "certificate.issue", {"supervisor": s, "department": "bureau", "number": fresh(),
                                                         "issued_on": TODAY})
    assert c.last_seq() == before
    id = uuid7()
    receipt = c.ok("certificate.replace", body, id=id)
    assert (receipt["entity_id"], receipt["state"], rules(receipt)) == (old, "replaced", {"LC-5.2"})
    assert c.ok("certificate.replace", body, id=id) == receipt, "once"
    new = c.case(receipt["created"])
    assert (new["state"], new["number"], new["valid_until"]) == ("valid", body["number"], "2029-01-05")
    assert verify(c, number)["reason"] == "replaced" and verify(c, body["number"])["valid"] is True
    c.refused("illegal-move", "certificate.replace", {**body, "number": fresh()})
    worn = c.ok("certificate.replace", {**body, "certificate": new["id"], "number": fresh(), "lost": False})
    assert worn["state"] == "replaced"


def test_revoked(city):
    """LC-9.4: used for something else: recorded as a breach (LD4), and taken back with a reason."""
    c = city.client()
    s = appoint(c)
    id = issue(c, s, number := fresh())["entity_id"]
    c.ok("discipline.record", {"supervisor": s, "department": "bureau", "item": "LD4", "serious": False,
                               "occurred_on": TODAY, "text": "持证从事无关活动"})
    body = {"certificate": id, "department": "bureau"}
    c.refused("reason-required", "certificate.revoke", body)
    c.refused("not-the-authority", "certificate.revoke", {**body, "department": "fund"}, reason="持证从事无关活动")
    receipt = c.ok("certificate.revoke", body, reason="持证从事无关活动")
    assert receipt["state"] == "revoked" and rules(receipt) == {"LC-5.2", "LC-9.4"}
    assert verify(c, number)["reason"] == "revoked"
    c.refused("illegal-move", "certificate.revoke", body, reason="再次")
    c.refused("illegal-move", "certificate.lose", body)
    assert issue(c, s)["state"] == "valid", "the appointment goes on"


# ---------------------------------------------------------------- with the appointment


def test_it_ends_with_the_appointment(city):
    """LC-5.2, LC-13.2: dismissed, it is revoked in the same breath; lapsed, it is expired; a lost one too."""
    c = city.client()
    s, late, careless = appoint(c), appoint(c), appoint(c)
    first, second, third = (issue(c, who)["entity_id"] for who in (s, late, careless))
    c.ok("certificate.lose", {"certificate": third, "department": "bureau"})
    dismiss(c, s)
    assert of(c, first) == [("issued", "valid"), ("revoked", "revoked")]
    c.wind("2029-01-05T23:59:59+08:00", LINCANG)
    assert c.case(second)["state"] == "valid"
    c.wind("2029-01-06T00:00:00+08:00", LINCANG)
    assert (c.case(second)["state"], c.case(third)["state"]) == ("expired", "expired")
    events = {(e["id"], e["event"]): e for e in all_events(c, LINCANG)}
    assert events[(second, "expired")]["at"] == events[(late, "lapsed")]["at"]
    assert [e for e, _ in of(c, second)] == ["issued", "expired"], "once"
    c.refused("illegal-move", "certificate.replace", {"certificate": third, "department": "bureau", "number": fresh()})


def renewed(c, s):
    c.wind("2028-12-01T09:00:00+08:00", LINCANG)
    c.ok("term.need", {"supervisor": s, "department": "bureau", "needed": True})
    assert c.ok("term.consent", {"supervisor": s, "consent": True})["due"] == "2032-01-06"


def test_it_goes_on_with_the_term(city):
    """LC-13.1: the policy says that a further term extends it; one that was meant to be shorter stays so."""
    c = city.client()
    s, other = appoint(c), appoint(c)
    id, short = issue(c, s, number := fresh())["entity_id"], issue(c, other, valid_until="2028-12-31")["entity_id"]
    renewed(c, s)
    renewed(c, other)
    assert of(c, id)[-1] == ("extended", "valid") and c.case(id)["due"] == "2032-01-06"
    assert c.case(short)["valid_until"] == "2028-12-31"
    c.wind("2029-02-01T00:00:00+08:00", LINCANG)
    assert verify(c, number)["valid"] is True and c.case(short)["state"] == "expired"
    assert owed(c, s, "certificate") == ["done"]


def test_or_a_new_one_is_owed(tmp_path):
    """LC-5.2, LC-13.1: where the policy says `reissue`, the old one ends with the old term and a new one is owed."""
    policies = bent_policies(tmp_path / "p", ("530900.yaml", "on_renewal: extends", "on_renewal: reissue"))
    with Daemon([LINCANG], policies=policies) as d:
        c = d.client()
        s = appoint(c)
        old = issue(c, s)["entity_id"]
        renewed(c, s)
        assert c.case(old)["valid_until"] == "2029-01-05" and owed(c, s, "certificate") == ["done", "open"]
        new = issue(c, s)
        assert new["due"] == "2032-01-06" and c.case(old)["state"] == "replaced"
        assert owed(c, s, "certificate") == ["done", "done"]


# ---------------------------------------------------------------- announced


def notice(*supervisors, **changes):
    return {"supervisors": list(supervisors), "department": "bureau", "channel": "official-account", "on": TODAY,
            "reference": "临医保公告〔2026〕1号", **changes}


def test_announced_to_society(city):
    """LC-5.3: one notice for many; each is told of by id, nobody by name, and nothing is owed any more."""
    c = city.client()
    many = [appoint(c) for _ in range(5)]
    before = c.last_seq()
    receipt = c.ok("notice.publish", notice(*many))
    assert rules(receipt) == {"LC-5.3"} and receipt["entity_id"] == many[0]
    told = all_events(c, LINCANG, before)
    assert [(e["entity"], e["event"]) for e in told] == [("supervisor", "announced"), ("obligation", "met")] * 5
    assert [e["id"] for e in told[::2]] == many and "测试" not in str(told)
    assert {tuple(owed(c, s, "notice")) for s in many} == {("done",)}
    assert c.case(many[0])["announced_on"] == TODAY and owed(c, many[0], "certificate") == ["open"]
    again = c.ok("notice.publish", notice(many[0], channel="news-media"))
    assert rules(again) == {"LC-5.3"} and of(c, many[0])[-1] == ("announced", "active")


def test_nobody_is_announced_who_is_none(city):
    """LC-5.3: all of them or none; a channel of the policy, a day that has been, the authority."""
    c = city.client()
    s, gone = appoint(c), appoint(c)
    dismiss(c, gone)
    before = c.last_seq()
    receipt = c.refused("not-active", "notice.publish", notice(s, gone))
    assert gone in receipt["because"][0]["expected"] and rules(receipt) == {"LC-5.3"}
    c.refused("not-a-supervisor", "notice.publish", notice(s, "S-530900-00009999"))
    c.refused("unknown-case", "notice.publish", notice(s, "A-530900-00000001"))
    c.refused("inconsistent", "notice.publish", notice(s, s))
    c.refused("inconsistent", "notice.publish", notice(s, on="2026-01-06"))
    c.refused("unknown-in-policy", "notice.publish", notice(s, channel="blackboard"))
    c.refused("not-the-authority", "notice.publish", notice(s, department="fund"))
    c.refused("out-of-bounds", "notice.publish", notice(*[s] * 65))
    assert c.last_seq() == before and "announced_on" not in c.case(s)
