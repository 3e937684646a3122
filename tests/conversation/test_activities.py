"""Activities: picking supervisors for them, their answers, who took part, and what they do alone."""

import pytest

from jd import LINCANG, NOW, WEIHAI
from jd import Daemon, all_events, appoint, apply, bent_policies, clear, clue, decision, fields, rules

TODAY, LATER, MUCH_LATER = "2026-01-05", "2026-01-20", "2026-02-01"


def invitation(*supervisors, **changes):
    lincang = not supervisors or supervisors[0][2:8] == LINCANG
    body = {"department": "fund", "kind": "inspection" if lincang else "invited", "title": "联合检查", "on": LATER,
            "supervisors": list(supervisors), "institution": "H53090200001", "note": "上午九时，某医院门诊大厅"}
    return {k: v for k, v in {**body, **changes}.items() if v is not None}


def invite(c, *supervisors, **changes):
    return c.ok("activity.invite", invitation(*supervisors, **changes), supervisors[0][2:8])["entity_id"]


def answer(activity, supervisor, yes=True, **more):
    return {"activity": activity, "supervisor": supervisor, "takes_part": yes, **more}


def counts(c, activity):
    case = c.case(activity)
    return case["state"], case["invited"], case["accepted"], case["declined"], case.get("attended")


def record(c, supervisor):
    return c.ok("supervisor.record", {"supervisor": supervisor}, supervisor[2:8])


def own(supervisor, **changes):
    kind = "study" if supervisor[2:8] == LINCANG else "publicity"
    return {"supervisor": supervisor, "kind": kind, "on": TODAY, "hours": 2, "text": "在社区宣讲", **changes}


def test_from_invitation_to_record():
    """LC-6.2, LC-10.5: invited, answered, changed the answer, taken part; WH-6.6 stands beside it in its own city."""
    with Daemon([LINCANG], at=NOW) as d:
        c = d.client()
        a, b, late = appoint(c), appoint(c), appoint(c)
        receipt = c.ok("activity.invite", invitation(a, b, answer_by="2026-01-15"))
        v = receipt["entity_id"]
        assert (receipt["state"], receipt["due"], rules(receipt)) == ("invited", "2026-01-15", {"LC-6.2"})
        assert counts(c, v) == ("invited", 2, 0, 0, None) and c.case(v)["institution"] == "H53090200001"
        assert record(c, a)["invitations"] == [{"activity": v, "kind": "inspection", "title": "联合检查",
                                               "on": LATER, "answer_by": "2026-01-15"}]
        c.ok("activity.answer", answer(v, a, comment="可以参加"))
        c.ok("activity.answer", answer(v, b))
        c.ok("activity.answer", answer(v, b, False))
        c.ok("activity.answer", answer(v, b, False))
        assert counts(c, v) == ("invited", 2, 1, 1, None)
        assert record(c, b)["invitations"][0]["takes_part"] is False
        d.kill_worker(LINCANG)
        body = {"activity": v, "department": "fund", "attended": [a, late], "hours": 4, "summary": "发现三处问题"}
        c.refused("not-yet", "activity.record", body)
        c.at = LATER + "T17:00:00+08:00"
        c.refused("answer-too-late", "activity.answer", answer(v, a, False))
        receipt = c.ok("activity.record", body)
        assert receipt["state"] == "held" and rules(receipt) == {"LC-6.2"}
        assert counts(c, v) == ("held", 2, 1, 1, 2)
        c.refused("illegal-move", "activity.record", body)
        c.refused("illegal-move", "activity.answer", answer(v, a))

        inspection = {"kind": "inspection", "attended": 1, "hours": 4, "invited": 1, "accepted": 1, "declined": 0, "own": 0}
        assert record(c, a)["activities"] == [inspection] and record(c, a)["invitations"] == []
        assert record(c, b)["activities"] == [{**inspection, "attended": 0, "hours": 0, "accepted": 0, "declined": 1}]
        assert record(c, late)["activities"] == [{**inspection, "invited": 0, "accepted": 0}]

        told = [e for e in all_events(c, LINCANG) if e["id"] == v]
        assert [e["event"] for e in told] == ["invited"] + ["answered"] * 4 + ["held"]
        assert not any(s in str(told) for s in (a, b, late, "门诊", "三处"))


def test_who_may_invite_and_to_what(c):
    """WH-10.3: sections and 医保中心 pick; WH-6.6: the bureau organises; nothing is written of what is refused."""
    s, w = appoint(c), appoint(c, division=WEIHAI)
    before = c.last_seq(), c.last_seq(WEIHAI)
    assert rules(c.refused("not-the-authority", "activity.invite", invitation(w, department="bureau"), WEIHAI)) == {
        "WH-10.3"}
    c.refused("not-the-authority", "activity.invite", invitation(w, kind="organised"), WEIHAI)
    c.refused("not-the-authority", "activity.invite", invitation(s, department="agency"))
    c.refused("unknown-in-policy", "activity.invite", invitation(s, kind="picnic"))
    c.refused("unknown-in-policy", "activity.invite", invitation(s, department="nobody"))
    assert fields(c.refused("inconsistent", "activity.invite", invitation(s, on="2026-01-04"))) == {"on"}
    for day in ("2026-01-04", "2026-01-21"):
        assert fields(c.refused("inconsistent", "activity.invite", invitation(s, answer_by=day))) == {"answer_by"}
    c.refused("inconsistent", "activity.invite", invitation(s, s))
    c.refused("out-of-bounds", "activity.invite", invitation())
    c.refused("not-a-supervisor", "activity.invite", invitation("S-530900-99999999"))
    c.refused("not-own-division", "activity.invite", invitation(s, w))
    c.refused("not-in-term", "activity.invite", invitation(s, on="2030-01-01"))
    assert (c.last_seq(), c.last_seq(WEIHAI)) == before
    assert rules(c.ok("activity.invite", invitation(w, department="centre"), WEIHAI)) == {"WH-10.3"}
    assert rules(c.ok("activity.invite", invitation(w, kind="organised", department="bureau"), WEIHAI)) == {"WH-6.6"}
    assert rules(c.ok("activity.invite", invitation(s, kind="organised"))) == {"LC-10.5"}


def test_who_may_answer(c):
    """Only who was invited, and whose appointment is in force."""
    a, b = appoint(c, division=WEIHAI), appoint(c, division=WEIHAI)
    v = invite(c, a)
    c.refused("not-invited", "activity.answer", answer(v, b), WEIHAI)
    c.refused("not-a-supervisor", "activity.answer", answer(v, "S-371000-99999999"), WEIHAI)
    c.refused("unknown-case", "activity.answer", answer("V-371000-99999999", a), WEIHAI)
    c.ok("activity.answer", answer(v, a), WEIHAI)
    assert len(record(c, a)["invitations"]) == 1
    c.ok("resignation.submit", {"supervisor": a, "statement": "工作调动"}, WEIHAI)
    assert record(c, a)["invitations"] == []
    c.refused("not-active", "activity.answer", answer(v, a, False), WEIHAI)
    c.refused("not-active", "activity.invite", invitation(a, on=TODAY), WEIHAI)
    c.refused("not-active", "activity.report", own(a), WEIHAI)
    assert counts(c, v) == ("invited", 1, 1, 0, None), "what is ended touches no activity"


def test_who_may_record_and_cancel(c):
    """Who organised it, and the bureau that manages all of it; cancelled with a reason, it counts no more."""
    s = appoint(c)
    v = invite(c, s, department="agency", kind="audit", on=TODAY)
    body = {"activity": v, "department": "agency", "attended": [s], "hours": 3}
    c.refused("not-assigned", "activity.record", {**body, "department": "county-530902"})
    c.refused("unknown-in-policy", "activity.record", {**body, "department": "nobody"})
    c.refused("inconsistent", "activity.record", {**body, "attended": [s, s]})
    c.ok("activity.record", body)
    assert record(c, s)["activities"][0]["hours"] == 3
    cancel = {"activity": v, "department": "agency"}
    c.refused("reason-required", "activity.cancel", cancel)
    c.refused("not-assigned", "activity.cancel", {**cancel, "department": "discipline"}, reason="误录")
    assert c.ok("activity.cancel", {**cancel, "department": "bureau"}, reason="误录")["state"] == "cancelled"
    c.refused("illegal-move", "activity.cancel", cancel, reason="误录")
    assert record(c, s)["activities"] == []
    v = invite(c, s)
    c.ok("activity.cancel", {"activity": v, "department": "fund"}, reason="改期")
    c.refused("illegal-move", "activity.answer", answer(v, s))
    v = invite(c, s, on=TODAY)
    assert c.ok("activity.record", {"activity": v, "department": "fund"})["state"] == "held", "nobody came"
    assert c.case(v)["attended"] == 0


@pytest.mark.parametrize("division, kind, cited", [
    (LINCANG, "publicise", {"LC-6.3", "LC-9.3"}), (LINCANG, "study", {"LC-9.1"}), (WEIHAI, "publicity", {"WH-6.1"})])
def test_what_a_supervisor_does_alone(c, division, kind, cited):
    """LC-6.3, LC-9.3 publicising, LC-9.1 studying, WH-6.1: standing duties, shown in the record."""
    s = appoint(c, division=division)
    receipt = c.ok("activity.report", own(s, kind=kind), division)
    assert (receipt["state"], rules(receipt)) == ("reported", cited)
    c.ok("activity.report", own(s, kind=kind, hours=3), division)
    done, = record(c, s)["activities"]
    assert (done["kind"], done["own"], done["hours"], done["attended"]) == (kind, 2, 5, 0)
    assert c.case(receipt["entity_id"])["supervisor"] == s
    before = c.last_seq(division)
    c.refused("unknown-in-policy", "activity.report", own(s, kind="organised"), division)
    c.refused("not-yet", "activity.report", own(s, kind=kind, on="2026-01-06"), division)
    c.refused("not-in-term", "activity.report", own(s, kind=kind, on="2026-01-04"), division)
    c.refused("out-of-bounds", "activity.report", own(s, kind=kind, hours=25), division)
    c.refused("not-assigned", "activity.cancel", {"activity": receipt["entity_id"], "department": "discipline"},
              division, reason="不实")
    assert c.last_seq(division) == before
    c.ok("activity.cancel", {"activity": receipt["entity_id"], "department": "bureau"}, division, reason="不实")
    assert record(c, s)["activities"][0]["own"] == 1


def test_the_record_is_a_supervisors(c):
    c.refused("not-a-supervisor", "supervisor.record", {"supervisor": "R-530900-00000001"})
    c.refused("not-a-supervisor", "supervisor.record", {"supervisor": "S-530900-99999999"})
    s = appoint(c)
    assert record(c, s)["documents"] == {"sent": 0, "acknowledged": 0, "outstanding": 0}
    assert (record(c, s)["reports"], record(c, s)["all_reports"]) == ({}, True)
    r = c.ok("report.submit", clue(s))["entity_id"]
    c.ok("report.submit", clue(s)), c.ok("report.submit", clue(appoint(c)))
    c.ok("report.accept", {"report": r, "department": c.case(r)["department"]})
    assert record(c, s)["reports"] == {"assigned": 1, "accepted": 1}
    assert record(c, s)["meetings"] == record(c, s)["activities"] == record(c, s)["invitations"] == []


# ------------------------------------------------------------ choosing

def skilled(c, division=LINCANG, **form):
    a = clear(c, apply(c, division, **form))
    return c.ok("application.decide", decision(a), division)["created"]


def found(c, division=LINCANG, **asked):
    return {s["id"]: s for s in c.ok("supervisor.find", asked, division)["supervisors"]}


def test_picked_by_what_they_know():
    """WH-10.3 by specialty, work and experience; LC-10.5. Everything asked must be so, of a list any; the answer
    repeats what was asked and no more."""
    with Daemon(at=NOW) as d:
        c = d.client()
        nurse = skilled(c, expertise=["nursing", "policy"], major_class="medicine", employer_kind="medical-institution",
                        work_years=12)
        clerk = skilled(c, expertise=["finance"], major_class="finance", employer_kind="enterprise", work_years=3)
        blank = skilled(c, expertise=["it"])
        assert set(found(c)) == {nurse, clerk, blank} and found(c)[nurse] == {"id": nurse}
        assert found(c, expertise=["nursing", "it"]) == {
            nurse: {"id": nurse, "expertise": ["nursing"]}, blank: {"id": blank, "expertise": ["it"]}}
        assert found(c, expertise=["nursing", "it"], work_years=3) == {
            nurse: {"id": nurse, "expertise": ["nursing"], "work_years": 12}}
        assert set(found(c, work_years=3)) == {nurse, clerk} and set(found(c, work_years=4)) == {nurse}
        assert found(c, major_class=["finance"]) == {clerk: {"id": clerk, "major_class": "finance"}}
        assert found(c, employer_kind=["enterprise", "media"]) == {clerk: {"id": clerk, "employer_kind": "enterprise"}}
        assert found(c, expertise=["nursing"], major_class=["finance"]) == {}
        assert set(found(c, on="2029-01-05")) == {nurse, clerk, blank} and found(c, on="2029-01-06") == {}
        assert found(c, on="2026-01-04") == {}
        lawyer = skilled(c, WEIHAI, major_class="law", expertise=["law"], employer_kind="government", work_years=9)
        assert set(found(c, WEIHAI, major_class=["law"], employer_kind=["government"], work_years=9)) == {lawyer}

        c.refused("unknown-in-policy", "supervisor.find", {"expertise": ["cooking"]})
        c.refused("unknown-code", "supervisor.find", {"education": ["99"]})
        assert fields(c.refused("not-in-regulation", "supervisor.find", {"education": ["21"]})) == {"education"}
        c.refused("bad-format", "supervisor.find", {"after": "R-530900-00000001"})

        c.ok("resignation.submit", {"supervisor": lawyer, "statement": "工作调动"}, WEIHAI)
        assert found(c, WEIHAI) == {}
        told = str(all_events(c, LINCANG) + all_events(c, WEIHAI))
        assert "nursing" not in told and "medical-institution" not in told
        assert "nursing" not in str(c.case(nurse))


def test_picked_by_what_the_policy_keeps(tmp_path):
    """LC-10.5: another field is kept when the policy names it, and one it does not name is not kept at all."""
    policies = bent_policies(tmp_path / "policies", (f"{LINCANG}.yaml",
                             "fields: [expertise, major_class, employer_kind, work_years]", "fields: [education]"))
    with Daemon([LINCANG], at=NOW, policies=policies) as d:
        c = d.client()
        bachelor, master = skilled(c, education="21", work_years=5), skilled(c, education="14", work_years=5)
        assert found(c, education=["14", "13"]) == {master: {"id": master, "education": "14"}}
        assert set(found(c, education=["14", "21"])) == {bachelor, master}
        for asked in ({"expertise": ["medicine"]}, {"work_years": 1}, {"major_class": ["law"]}, {"employer_kind": ["media"]}):
            c.refused("not-in-regulation", "supervisor.find", asked)


def test_a_page_at_a_time():
    """Pages in order of number, and `next` only where there is more."""
    with Daemon([WEIHAI], at=NOW) as d:
        c = d.client()
        all_of_them = [skilled(c, WEIHAI, work_years=n) for n in range(7)]
        seen, after = [], {}
        while True:
            page = c.ok("supervisor.find", {"limit": 2, "work_years": 1, **after}, WEIHAI)
            assert len(page["supervisors"]) <= 2
            seen += [s["id"] for s in page["supervisors"]]
            if "next" not in page:
                break
            after = {"after": page["next"]}
        assert seen == all_of_them[1:]


# ------------------------------------------------------------ referral

@pytest.mark.parametrize("division, rule", [(LINCANG, "LC-9.2"), (WEIHAI, "WH-12.1")])
def test_referred_to_the_body_in_charge(c, division, rule):
    """WH-12.1, LC-9.2: beside a dismissal, never instead; also of somebody who has left."""
    s = appoint(c, division=division)
    body = {"supervisor": s, "department": "bureau", "authority": "市公安局", "ground": "涉嫌冒用他人凭证",
            "referred_on": TODAY}
    before = c.last_seq(division)
    c.refused("not-the-authority", "referral.record", {**body, "department": "discipline"}, division)
    c.refused("not-yet", "referral.record", {**body, "referred_on": "2026-01-06"}, division)
    assert c.last_seq(division) == before
    receipt = c.ok("referral.record", body, division)
    assert (receipt["entity_id"], receipt["state"], rules(receipt)) == (s, "active", {rule})
    last = [e for e in all_events(c, division) if e["id"] == s][-1]
    assert last["event"] == "referred" and last["articles"] == [rule] and "公安" not in str(last)
    content = c.ok("content.read", {"id": s, "department": "bureau"}, division, reason="核查")["content"]
    assert content[0]["body"]["ground"] == "涉嫌冒用他人凭证"
    case = c.ok("dismissal.open", {"supervisor": s, "department": "bureau", "grounds": ["other"], "evidence": "已移送"},
                division)["entity_id"]
    c.ok("dismissal.decide", {"dismissal": case, "department": "bureau", "decision": "dismiss", "proven": True}, division)
    assert c.ok("referral.record", body, division)["state"] == "dismissed"


def recused(c, s, scope, object):
    """A recusal of the supervisor that is upheld."""
    body = {"supervisor": s, "scope": scope, "object": object, "relation": "relative", "statement": "近亲属任职"}
    id = c.ok("recusal.apply", body, s[2:8])["entity_id"]
    if c.case(id)["state"] == "applied":
        c.ok("recusal.decide", {"recusal": id, "department": "fund", "decision": "uphold"}, s[2:8])


@pytest.mark.parametrize("division, rule", [(LINCANG, "LC-9.6"), (WEIHAI, "WH-7.6")])
def test_who_keeps_away_is_not_sent_there(c, division, rule):
    """LC-9.6, WH-7.6: neither invited to the institution nor free to accept, and not to the one activity either."""
    place = "H53090200001" if division == LINCANG else "H37100200001"
    kept_away, late, other = (appoint(c, division=division) for _ in range(3))
    recused(c, kept_away, "institution", place)
    receipt = c.refused("recused", "activity.invite", invitation(kept_away, other, institution=place), division)
    assert rules(receipt) == {rule} and kept_away in receipt["because"][0]["expected"]
    v = invite(c, late, other, institution=place)
    recused(c, late, "institution", place)
    assert rules(c.refused("recused", "activity.answer", answer(v, late), division)) == {rule}
    c.ok("activity.answer", answer(v, late, yes=False), division)
    recused(c, other, "activity", v)
    c.refused("recused", "activity.answer", answer(v, other), division)
    assert counts(c, v)[1:4] == (2, 0, 1)
    invite(c, kept_away, institution=None)  # elsewhere is another matter
