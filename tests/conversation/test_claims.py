"""Claims: which institutions a supervisor watches in particular, and what ends that."""

import shutil

import pytest

from jd import LINCANG, ROOT, WEIHAI, Daemon, all_events, appoint, bent_policies, clue, fields, rules, wait_for
from listing import code, csv, lists, publish


def claim(c, supervisor, n):
    return c.ok("institution.claim", {"supervisor": supervisor, "institution": code(n)})["entity_id"]


def state(c, *claims):
    return [c.case(id)["state"] for id in claims]


def settled(c, list_id):
    """The clock behind a publication has done its work."""
    return wait_for(lambda: [e for e in all_events(c, LINCANG) if e["id"] == list_id and e["event"] == "settled"],
                    "the claims to be looked through")


def dismiss(c, supervisor):
    case = c.ok("dismissal.open", {"supervisor": supervisor, "department": "bureau", "grounds": ["unable"],
                                   "evidence": "长期在外地工作"})["entity_id"]
    c.ok("dismissal.decide", {"dismissal": case, "department": "bureau", "decision": "dismiss", "proven": True})


@pytest.fixture(scope="module")
def mine(daemon):
    c = daemon.client()
    return appoint(c)


def test_any_number(daemon, c):
    """LC-11.3: 鼓励自愿认领, as many as one likes, of those on the list."""
    s = appoint(c)
    publish(c, range(1, 101))
    receipt = c.ok("institution.claim", {"supervisor": s, "institution": code(1)})
    assert (receipt["entity"], receipt["state"], rules(receipt)) == ("claim", "active", {"LC-11.3"})
    ids = [receipt["entity_id"], *(claim(c, s, n) for n in range(2, 91))]
    assert set(state(c, *ids)) == {"active"}
    case = c.case(ids[0])
    assert {k: case[k] for k in ("supervisor", "institution", "list", "since")} == \
        {"supervisor": s, "institution": code(1), "list": lists(c)[-1]["id"], "since": "2026-01-05"}


@pytest.mark.parametrize("changes, refusal, field", [
    ({"institution": code(77777)}, "not-listed", "institution"),
    ({"institution": code(5)}, "not-listed", "institution"),         # of the list before
    ({"institution": code(1)}, "already-claimed", "institution"),
    ({"supervisor": "S-530900-99999999"}, "not-a-supervisor", "supervisor"),
    ({"institution": "H 1"}, "bad-format", "institution"),
])
def test_refused(c, changes, refusal, field):
    """LC-11.3: listed, and not twice (acceptance 9); nothing is written."""
    s = appoint(c)
    publish(c, [1, 2, 5])
    publish(c, [1, 2])
    first = claim(c, s, 1)
    seq, stats = c.last_seq(), c.ok("stats.get", {}, LINCANG)["stats"]
    receipt = c.refused(refusal, "institution.claim", {"supervisor": s, "institution": code(2)} | changes)
    assert fields(receipt) == {field}
    if refusal in ("not-listed", "already-claimed"):
        assert rules(receipt) == {"LC-11.3"}
    if refusal == "already-claimed":
        assert first in receipt["because"][0]["expected"]
    assert (c.last_seq(), c.ok("stats.get", {}, LINCANG)["stats"]) == (seq, stats)


def test_given_back(c):
    """LC-11.3: voluntary; by nobody else, and it can be claimed anew."""
    s, other = appoint(c), appoint(c)
    publish(c, [1])
    id = claim(c, s, 1)
    assert fields(c.refused("not-the-claimant", "institution.release", {"claim": id, "supervisor": other})) == {"supervisor"}
    claim(c, other, 1)  # one institution, any number of supervisors
    receipt = c.ok("institution.release", {"claim": id, "supervisor": s})
    assert (receipt["state"], rules(receipt)) == ("released", {"LC-11.3"})
    c.refused("illegal-move", "institution.release", {"claim": id, "supervisor": s})
    assert claim(c, s, 1) != id


def test_dropped_from_the_list(daemon, c):
    """LC-11.3 (acceptance 9): a claim on what the next list drops ends, with an event that says why."""
    s, other = appoint(c), appoint(c)
    publish(c, range(1, 11))
    gone, kept, theirs = claim(c, s, 3), claim(c, s, 4), claim(c, other, 3)
    given_back = claim(c, s, 5)
    c.ok("institution.release", {"claim": given_back, "supervisor": s})
    now = publish(c, [4])
    settled(c, now)
    assert state(c, gone, kept, theirs, given_back) == ["ended-by-list", "active", "ended-by-list", "released"]
    told = [e for e in all_events(c, LINCANG) if e["id"] == gone][-1]
    assert (told["entity"], told["event"], told["to"], told["cause"]) == ("claim", "ended", "ended-by-list", None)
    assert told["articles"] == ["LC-11.3"]
    assert rules(c.explain(gone)) == {"LC-11.3"}
    publish(c, [3, 4])
    assert state(c, gone) == ["ended-by-list"], "it does not come back by itself"
    claim(c, s, 3)


def test_thousands_of_claims_end_so_many_an_entry():
    """LC-11.3: whoever claims hundreds does not make one entry of hundreds, and a killed worker goes on."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        people = [appoint(c) for _ in range(4)]
        publish(c, range(150))
        ids = [claim(c, s, n) for s in people for n in range(150)]
        now = publish(c, range(0, 150, 3))
        d.kill_worker(LINCANG)
        wait_for(lambda: d.up(LINCANG), "the worker to be back")
        wait_for(lambda: c.case(ids[-1])["state"] == "ended-by-list", "the last to end")
        settled(c, now)
        states = state(c, *ids)
        assert [s for i, s in enumerate(states) if i % 150 % 3] == ["ended-by-list"] * 400
        assert [s for i, s in enumerate(states) if i % 150 % 3 == 0] == ["active"] * 200
        chunks = settled(c, now)
        assert len(chunks) == 7, "64 an entry"
        assert c.case(now)["state"] == "current"
        again = publish(c, range(150))  # nothing ends, and it is told
        settled(c, again)
        assert c.ok("health.get", {}, LINCANG)["health"]["clocks"] > 0


def test_the_end_of_the_appointment(c):
    """LC-11.3, LC-13.2: who is no supervisor watches nothing, however many it was."""
    s, t = appoint(c), appoint(c)
    publish(c, range(200))
    few, many = [claim(c, s, n) for n in range(3)], [claim(c, t, n) for n in range(200)]
    given_back = claim(c, s, 9)
    c.ok("institution.release", {"claim": given_back, "supervisor": s})
    dismiss(c, s)
    assert set(state(c, *few)) == {"ended-by-appointment"} and state(c, given_back) == ["released"]
    refusal = c.refused("not-active", "institution.claim", {"supervisor": s, "institution": code(1)})
    assert fields(refusal) == {"supervisor"}
    dismiss(c, t)
    wait_for(lambda: set(state(c, many[-1], many[100])) == {"ended-by-appointment"}, "the rest to end")
    assert set(state(c, *many)) == {"ended-by-appointment"}
    wait_for(lambda: [e for e in all_events(c, LINCANG) if e["id"] == t][-1]["event"] == "settled", "its last event")


def test_a_lapsed_term():
    """LC-13.2: the same when the term just ends."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        s = appoint(c)
        publish(c, [1, 2])
        ids = [claim(c, s, 1), claim(c, s, 2)]
        c.wind("2029-01-06T00:00:00+08:00", LINCANG)
        assert c.case(s)["state"] == "lapsed" and state(c, *ids) == ["ended-by-appointment"] * 2


@pytest.mark.parametrize("institution", [code(4), code(88888), "X1"])
def test_supervision_is_not_limited_to_claims(c, institution):
    """LC-11.4: a report on an institution that nobody claimed, or that is on no list, is never refused
    (acceptance 9)."""
    s = appoint(c)
    publish(c, [1, 4])
    claim(c, s, 1)
    receipt = c.ok("report.submit", clue(s, institution=institution))
    assert receipt["state"] == "assigned" and "recusal" not in c.case(receipt["entity_id"])


def test_weihai_has_no_claims(c):
    """WH-6.3: 对全市定点医药机构进行社会监督; the text knows no claims, and says so."""
    s = appoint(c, division=WEIHAI)
    receipt = c.refused("not-provided", "institution.claim", {"supervisor": s, "institution": code(1)}, WEIHAI)
    assert rules(receipt) == {"WH-6.3"} and "no claims" in receipt["because"][0]["expected"]


def test_a_city_that_counts_claims(tmp_path):
    """LC-11.3 has no number; another city's file may, and its codes may look otherwise."""
    policies = bent_policies(tmp_path / "policies")
    shutil.copy(ROOT / "tests/policies/990100.yaml", policies)
    with Daemon(["990100"], policies=policies) as d:
        c = d.client()
        from test_thirdcity import appointed
        s = appointed(c)
        text = "code,name,county,kind\n" + "".join(f"XC000{n},医院{n},990101,hospital\n" for n in range(3))
        body = {"department": "bureau", "year": 2026, "version": 1, "published_on": "2026-01-05"}
        c.refused("bad-list", "institution.list", body | {"csv": csv([1])}, "990100")
        c.ok("institution.list", body | {"csv": text}, "990100")
        ids = [c.ok("institution.claim", {"supervisor": s, "institution": f"XC000{n}"}, "990100")["entity_id"] for n in (0, 1)]
        third = {"supervisor": s, "institution": "XC0002"}
        receipt = c.refused("too-many-claims", "institution.claim", third, "990100")
        assert rules(receipt) == {"XC-10"} and "at most 2" in receipt["because"][0]["expected"]
        c.ok("institution.release", {"claim": ids[0], "supervisor": s}, "990100")
        c.ok("institution.claim", third, "990100")


def test_whose_claims(daemon, c):
    """LC-11.3: what one supervisor watches, in one question; and of every entity that is about one."""
    s, other = appoint(c), appoint(c)
    publish(c, range(1, 10))
    mine = [claim(c, s, n) for n in (1, 2, 3)]
    claim(c, other, 1)
    c.ok("institution.release", {"claim": mine[1], "supervisor": s})

    def listed(**body):
        return [case["id"] for case in c.ok("case.list", {"supervisor": s, **body}, LINCANG)["cases"]]

    assert listed(entity="claim") == mine and listed(entity="claim", state="active") == [mine[0], mine[2]]
    r = c.ok("report.submit", clue(s))["entity_id"]
    assert listed(entity="report") == [r] and listed(entity="report", department="county-530921", state="assigned") == []
    assert len(listed(entity="obligation")) == 2
    for body in ({"entity": "supervisor"}, {"entity": "claim", "supervisor": mine[0]}):
        assert fields(c.refused("bad-format", "case.list", {"supervisor": s, **body})) == {"supervisor"}
    out = daemon.ctl("list", "claim", "-d", LINCANG, "--supervisor", s, "--state", "active", "--json", check=0).stdout
    assert mine[0] in out and mine[1] not in out
