"""Documents and information for supervisors: sent, acknowledged, and who has not."""

from jd import LINCANG, NOW, WEIHAI
from jd import Daemon, all_events, appoint, bent_policies, decision, fields, form, idno, rules


def document(*recipients, **changes):
    body = {"department": "agency", "kind": "document", "title": "关于做好年度监督工作的通知", "reference": "doc/2026/1",
            "sha256": "cd" * 32, "recipients": list(recipients) or None, "requires_ack": True, "ack_by": "2026-01-15"}
    return {k: v for k, v in {**body, **changes}.items() if v is not None}


def send(c, *recipients, **changes):
    return c.ok("document.send", document(*recipients, **changes))["entity_id"]


def outstanding(c, **asked):
    return c.ok("document.outstanding", asked)["outstanding"]


def who(c, w, **asked):
    return [row["supervisor"] for row in outstanding(c, document=w, **asked)]


def said(c, id):
    return [(e["event"], e["to"], e.get("due")) for e in all_events(c, LINCANG) if e["id"] == id]


def test_from_sending_to_the_last_acknowledgement():
    """LC-11.2: to everybody in force, each acknowledges once, and the last one ends it."""
    with Daemon([LINCANG], at=NOW) as d:
        c = d.client()
        c.refused("not-active", "document.send", document())
        people = [appoint(c) for _ in range(5)]
        receipt = c.ok("document.send", document())
        w = receipt["entity_id"]
        assert (receipt["state"], receipt["department"], receipt["due"], rules(receipt)) == (
            "outstanding", "agency", "2026-01-15", {"LC-11.2"})
        assert w.startswith("W-530900-")
        later = appoint(c)
        case = c.case(w)
        assert (case["sent"], case["acknowledged"], case["sent_on"], case["requires_ack"]) == (5, 0, "2026-01-05", True)
        assert who(c, w) == people
        first, *rest = people
        c.ok("document.acknowledge", {"document": w, "supervisor": first})
        c.refused("already-acknowledged", "document.acknowledge", {"document": w, "supervisor": first})
        c.refused("not-a-recipient", "document.acknowledge", {"document": w, "supervisor": later})
        assert who(c, w) == rest and c.case(w)["acknowledged"] == 1
        assert outstanding(c, supervisor=first) == [] and outstanding(c, supervisor=later) == []
        assert outstanding(c, supervisor=rest[0]) == [
            {"document": w, "kind": "document", "title": "关于做好年度监督工作的通知", "reference": "doc/2026/1",
             "sha256": "cd" * 32, "sent_on": "2026-01-05", "ack_by": "2026-01-15", "requires_ack": True,
             "acknowledged": False}]
        assert outstanding(c, supervisor=first, all=True)[0]["acknowledged"] is True
        d.kill_worker(LINCANG)
        for s in rest:
            receipt = c.ok("document.acknowledge", {"document": w, "supervisor": s})
        assert receipt["state"] == "acknowledged" and who(c, w) == [] and len(who(c, w, all=True)) == 5
        assert c.ok("supervisor.record", {"supervisor": first})["documents"] == {
            "sent": 1, "acknowledged": 1, "outstanding": 0}
        c.wind("2026-02-01T09:00:00+08:00", LINCANG)
        assert [e for e, _, _ in said(c, w)] == ["sent"] + ["acknowledged"] * 5, "no lateness where all have it"
        told = [e for e in all_events(c, LINCANG) if e["id"] == w]
        assert not any(s in str(told) for s in people) and "通知" not in str(told)


def test_late_once():
    """LC-11.2: the day passes, it is told once and nothing is blocked; who has left is not waited for."""
    with Daemon([LINCANG], at=NOW) as d:
        c = d.client()
        a, b = appoint(c), appoint(c)
        w = send(c, a, b)
        gone = send(c, a)
        c.ok("document.acknowledge", {"document": w, "supervisor": b})
        left(c, b)
        c.wind("2026-01-16T00:00:00+08:00", LINCANG)
        c.wind("2026-03-01T00:00:00+08:00", LINCANG)
        assert said(c, w)[2:] == [("overdue", "outstanding", "2026-01-15")]
        assert c.case(w)["overdue"] is True
        late = c.ok("case.list", {"entity": "document", "department": "agency", "overdue": True})["cases"]
        assert {case["id"] for case in late} == {w, gone}
        assert c.ok("document.acknowledge", {"document": w, "supervisor": a})["state"] == "acknowledged"
        assert c.case(w)["overdue"] is False

        nobody = send(c, a, ack_by="2026-03-05")
        left(c, a)
        assert who(c, nobody) == [] and who(c, nobody, all=True) == [a]
        c.wind("2026-03-06T00:00:00+08:00", LINCANG)
        assert said(c, nobody)[-1] == ("closed", "closed", "2026-03-05")
        c.refused("not-active", "document.acknowledge", {"document": gone, "supervisor": a})
        body = {"document": gone, "department": "agency"}
        c.refused("reason-required", "document.close", body)
        c.refused("not-assigned", "document.close", {**body, "department": "fund"}, reason="已离任")
        assert c.ok("document.close", body, reason="已离任")["state"] == "closed"
        assert c.case(gone)["overdue"] is False
        c.refused("illegal-move", "document.close", body, reason="已离任")


def left(c, supervisor):
    case = c.ok("dismissal.open", {"supervisor": supervisor, "department": "bureau", "grounds": ["unable"],
                                   "evidence": "长期在外地工作"})["entity_id"]
    c.ok("dismissal.decide", {"dismissal": case, "department": "bureau", "decision": "dismiss", "proven": True})


def test_for_information(c):
    """LC-11.2: what asks for no acknowledgement is sent, and that is all."""
    s = appoint(c)
    receipt = c.ok("document.send", document(s, kind="information", requires_ack=False, ack_by=None, sent_on="2026-01-03"))
    w = receipt["entity_id"]
    assert receipt["state"] == "sent" and "due" not in receipt and c.case(w)["sent_on"] == "2026-01-03"
    c.refused("illegal-move", "document.acknowledge", {"document": w, "supervisor": s})
    assert outstanding(c, supervisor=s) == []
    assert [row["document"] for row in outstanding(c, supervisor=s, all=True)] == [w]


def test_what_is_refused(c):
    """LC-11.2 names the agency; Weihai's text has no such duty. Nothing is written."""
    s, w = appoint(c), appoint(c, division=WEIHAI)
    before = c.last_seq(), c.last_seq(WEIHAI)
    assert rules(c.refused("not-the-authority", "document.send", document(s, department="bureau"))) == {"LC-11.2"}
    c.refused("not-in-regulation", "document.send", document(w, department="centre"), WEIHAI)
    c.refused("unknown-in-policy", "document.send", document(s, kind="novel"))
    assert fields(c.refused("inconsistent", "document.send", document(s, requires_ack=False))) == {"ack_by"}
    assert fields(c.refused("inconsistent", "document.send", document(s, ack_by="2026-01-04"))) == {"ack_by"}
    c.refused("not-yet", "document.send", document(s, sent_on="2026-01-06"))
    c.refused("inconsistent", "document.send", document(s, s))
    c.refused("not-a-supervisor", "document.send", document("S-530900-99999999"))
    c.refused("bad-format", "document.send", document(s, sha256="no digest"))
    c.refused("unknown-case", "document.acknowledge", {"document": "W-530900-99999999", "supervisor": s})
    c.refused("inconsistent", "document.outstanding", {})
    c.refused("inconsistent", "document.outstanding", {"document": "W-530900-00000001", "supervisor": s})
    c.refused("unknown-case", "document.outstanding", {"document": s})
    c.refused("unknown-case", "document.outstanding", {"supervisor": "S-530900-99999999"})
    assert (c.last_seq(), c.last_seq(WEIHAI)) == before


def test_a_page_at_a_time():
    """LC-11.2: who has not acknowledged, in order, each once, however the pages fall."""
    with Daemon([LINCANG], at=NOW) as d:
        c = d.client()
        people = [appoint(c) for _ in range(7)]
        documents = [send(c) for _ in range(3)]
        c.ok("document.acknowledge", {"document": documents[0], "supervisor": people[2]})
        for limit in (1, 2, 3, 6, 7):
            assert paged(c, "supervisor", limit, document=documents[0]) == people[:2] + people[3:]
        assert paged(c, "document", 1, supervisor=people[2]) == documents[1:]
        c.refused("bad-format", "document.outstanding", {"document": documents[0], "after": documents[1]})


def paged(c, key, limit, **asked):
    seen, after = [], {}
    while True:
        page = c.ok("document.outstanding", {**asked, **after, "limit": limit})
        seen += [row[key] for row in page["outstanding"]]
        if "next" not in page:
            return seen
        after = {"after": page["next"]}


def test_in_one_entry(c):
    """LC-11.2: one entry and one event however many receive it."""
    for _ in range(3):
        appoint(c)
    before = c.last_seq()
    w = send(c)
    assert c.last_seq() == before + 1 and c.case(w)["sent"] >= 3
    assert [e["event"] for e in all_events(c, LINCANG, before)] == ["sent"]


def asked(c, messages, window=500):
    """Many messages under way at once; their receipts."""
    messages, receipts, waiting = iter(messages), [], 0
    while True:
        while waiting < window and (one := next(messages, None)):
            c.send(*one, WEIHAI)
            waiting += 1
        if not waiting:
            return receipts
        receipts.append(c.receive(30000))
        assert receipts[-1]["status"] == "ok", receipts[-1]
        waiting -= 1


def somebody(n):
    born = f"{1950 + n // 200000}-{1 + n // 14000 % 12:02d}-{1 + n // 500 % 28:02d}"
    return form(n + 1, WEIHAI, birth_date=born, id_no=idno(n % 500, born.replace("-", "")), work_years=n % 70)


def test_twenty_thousand(tmp_path):
    """LC-11.2, WH-10.3: a document reaches 20,000 in one entry and no more; as many are looked through for a choice."""
    policies = bent_policies(tmp_path / "policies", (f"{WEIHAI}.yaml", "\nreferral:\n",
                             "\ndocuments: [ { code: notice, rule: WH-6.1, label: 通知 } ]\n\nreferral:\n"))
    with Daemon([WEIHAI], at=NOW, policies=policies) as d:
        c, many = d.client(), 20001
        forms = asked(c, (("application.submit", somebody(n)) for n in range(many)))
        people = [r["created"] for r in
                  asked(c, (("application.decide", decision(r["entity_id"])) for r in forms))]
        notice = {"department": "bureau", "kind": "notice", "title": "通知", "reference": "n/1", "requires_ack": True}
        c.refused("too-many", "document.send", notice, WEIHAI)
        c.ok("resignation.submit", {"supervisor": people[0], "statement": "工作调动"}, WEIHAI)
        before = c.last_seq(WEIHAI)
        w = c.ok("document.send", notice, WEIHAI)["entity_id"]
        assert c.case(w)["sent"] == 20000 and c.last_seq(WEIHAI) == before + 1
        c.ok("document.acknowledge", {"document": w, "supervisor": people[-1]}, WEIHAI)
        asked(c, (("document.acknowledge", {"document": w, "supervisor": s}) for s in people[-301:-1]))
        read, parts = {}, []
        while "content_next" in read or not parts:
            more = {"before": read["content_next"]} if parts else {}
            read = c.ok("content.read", {"id": w, "department": "bureau", **more}, WEIHAI, reason="核对发送内容")
            parts.append(read["content"])
        assert len(parts) > 1 and parts[-1][-1]["body"]["reference"] == "n/1", "page by page to the first"
        seen, after = [], {}
        while True:
            page = c.ok("document.outstanding", {"document": w, "limit": 500, **after}, WEIHAI)
            seen += [row["supervisor"] for row in page["outstanding"]]
            if "next" not in page:
                break
            after = {"after": page["next"]}
        assert sorted(seen) == sorted(people[1:-301])
        old_hands, after = [], {}
        while True:
            page = c.ok("supervisor.find", {"work_years": 69, "limit": 100, **after}, WEIHAI)
            old_hands += [row["id"] for row in page["supervisors"]]
            if "next" not in page:
                break
            after = {"after": page["next"]}
        assert len(old_hands) == len(range(69, many, 70))
