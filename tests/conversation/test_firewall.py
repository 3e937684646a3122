"""Nobody handles what is said about them: not at the start, not by any later hand, and not when it comes out late
whom a report is about (rules.md A10, acceptance 7)."""

import itertools

import pytest

from jd import CITIES, LINCANG, WEIHAI, Daemon, all_events, appoint, bent_policies, clue, fields, rules

RULE = {LINCANG: "LC-7.A3", WEIHAI: "WH-6.2"}
ROUTE_RULE = {LINCANG: "LC-10.3", WEIHAI: "WH-10.1"}
LEAD = {LINCANG: "county-530902", WEIHAI: "service"}   # of jd.clue()
OTHER = {LINCANG: "county-530921", WEIHAI: "benefit"}
ASSIST = {LINCANG: "fund", WEIHAI: "centre"}
SECTIONS = ("fund", "benefit", "service", "office", "centre", "bureau", "discipline")


@pytest.fixture(scope="module")
def who(daemon):
    return {division: appoint(daemon.client(), division=division) for division in CITIES}


BORN = {}  # the event number of each report's first event


def report(c, supervisor, **changes):
    receipt = c.ok("report.submit", clue(supervisor, **changes), supervisor[2:8])
    BORN[receipt["entity_id"]] = receipt["seq"]
    return receipt["entity_id"]


def said(c, id):
    return [e for e in all_events(c, id[2:8], BORN[id] - 1) if e["id"] == id]


def act(c, id, type, **body):
    return c.ask(type, {"report": id, **body}, id[2:8], reason="依职责办理")


def did(c, id, type, **body):
    receipt = act(c, id, type, **body)
    assert receipt["status"] == "ok", receipt
    return receipt


def lead(c, id):
    return c.case(id).get("department")


def manager(accused):
    return next((d for d in ("fund", "discipline", "bureau") if d not in accused), None)


def attempts(x, case, other):
    """Every way in which department x could get hold of a report, or act on it."""
    by = manager([x])
    text = {"department": x, "text": "已告知", "channel": "phone"}
    return [
        ("report.assign", {"by": by, "department": x}), ("report.assign", {"by": by, "department": other, "assist": [x]}),
        ("report.assign", {"by": x, "department": x}), ("report.assign", {"by": x, "department": other}),
        ("report.propose", {"by": by, "department": x, "opinion": "转办"}),
        ("report.propose", {"by": by, "department": other, "assist": [x], "opinion": "转办"}),
        ("report.propose", {"by": x, "department": other, "opinion": "转办"}),
        *[("report.triage", {"by": x, "decision": decision, "forwarded_to": "他处"}) for decision in ("ours", "needs-info", "forwarded")],
        ("report.accept", {"department": x}), ("report.object", {"department": x}),
        ("report.result", {"department": x, "result": "unsubstantiated", "summary": "不属实"}),
        ("report.feedback", text), ("report.close", {"department": x}), ("report.reopen", {"by": x}),
        ("report.accuse", {"by": x, "accused": [other]}),
        ("clock.suspend", {"by": x, "ground": "appraisal"}), ("clock.resume", {"by": x}),
        ("clock.extend", {"approver": x, "days": 5}),
    ]


def shut_out(c, id, x, other):
    """Department x gets nowhere, and nothing has changed; in no worklist is the report x's."""
    division, before = id[2:8], c.case(id)
    for type, body in attempts(x, before, other):
        receipt = act(c, id, type, **body)
        assert (receipt["status"], receipt["code"]) in {
            ("refused", "route-to-accused"), ("forbidden", "not-assigned"), ("conflict", "illegal-move"),
            ("refused", "clock-not-running")}, (type, body, receipt)
        assert receipt["code"] != "illegal-move" or type.startswith("clock."), (type, receipt)
    assert c.case(id) == before and before.get("department") != x and x not in before.get("assist", [])
    for place in ({}, {"state": before["state"]}):
        page = c.ok("case.list", {"entity": "report", "department": x, "limit": 500, **place}, division)
        assert id not in [case["id"] for case in page["cases"]]
    for type in ("report.assign", "clock.extend"):  # nor does the refusal say why
        body = {"by": x, "department": other} if type == "report.assign" else {"approver": x, "days": 5}
        assert RULE[division] not in rules(act(c, id, type, **body))
    assert x not in {e.get("department") for e in said(c, id)}


@pytest.mark.parametrize("x", SECTIONS)
@pytest.mark.parametrize("category", ["S2", "S4"])
def test_a_report_about_a_section_of_the_bureau(c, who, x, category):
    """WH-6.2 (acceptance 7): a report about section X never goes to X, by whatever hand, from the first day to
    its reopening."""
    id = report(c, who[WEIHAI], target="bureau", category=category, accused=[x])
    other = next(s for s in ("benefit", "office") if s != x)
    boss = manager([x, "bureau"])
    shut_out(c, id, x, other)
    did(c, id, "report.triage", by=boss, decision="needs-info", note="请补充")
    did(c, id, "report.supplement", supervisor=who[WEIHAI], text="补充材料")
    if lead(c, id):
        did(c, id, "report.object", department=lead(c, id))
    did(c, id, "report.propose", by=boss, department=other, opinion="转办")
    shut_out(c, id, x, other)
    did(c, id, "report.assign", by=boss, department=other)
    did(c, id, "report.accept", department=other)
    shut_out(c, id, x, other)
    did(c, id, "clock.extend", approver=boss, days=5)
    did(c, id, "clock.suspend", by=other, ground="appraisal")
    assert act(c, id, "clock.resume", by=x)["code"] == "not-assigned"
    did(c, id, "clock.resume", by=boss)
    did(c, id, "report.result", department=other, result="partly", summary="部分属实")
    shut_out(c, id, x, other)
    did(c, id, "report.feedback", department=other, channel="phone", text="已告知")
    did(c, id, "report.acknowledge", supervisor=who[WEIHAI])
    did(c, id, "report.close", department=boss)
    shut_out(c, id, x, other)
    did(c, id, "report.reopen", by=boss)
    shut_out(c, id, x, other)


@pytest.mark.parametrize("division, target, category, always", [
    *[(WEIHAI, "bureau", category, "bureau") for category in ("S1", "S2", "S3", "S4", "S9")],
    *[(LINCANG, "agency", category, "agency") for category in ("LC.A1", "LC.A2", "LC.A3", "LC.A4")]])
def test_whom_a_target_is(c, who, division, target, category, always):
    """WH-6.2, LC-7.A3: whoever else is named or nobody, a report on the bureau or the agency is about it."""
    for accused in ({}, {"accused": ["office" if division == WEIHAI else "county-530902"]}):
        id = report(c, who[division], target=target, category=category, county=None, **accused)
        shut_out(c, id, always, OTHER[division])


def test_who_approves_when_the_approver_is_accused(c, who):
    """WH-6.2: the bureau extends no limit for what is said about it; who manages it does."""
    id = report(c, who[WEIHAI], target="bureau", category="S3")
    assert act(c, id, "clock.extend", approver="bureau", days=5)["code"] == "not-assigned"
    receipt = act(c, id, "clock.extend", approver="office", days=5)
    assert receipt["code"] == "not-the-authority" and receipt["because"][0]["expected"] == "fund"
    did(c, id, "clock.extend", approver="fund", days=5)
    id = report(c, who[WEIHAI])
    assert act(c, id, "clock.extend", approver="fund", days=5)["code"] == "not-the-authority"


# ---------------------------------------------------------------- it comes out late

def by_staff(c, id, who, accused):
    return act(c, id, "report.accuse", by=manager([]) if lead(c, id) is None else lead(c, id), accused=accused)


def by_manager(c, id, who, accused):
    return act(c, id, "report.accuse", by="fund", accused=accused)


def by_discipline(c, id, who, accused):
    return act(c, id, "report.accuse", by="discipline", accused=accused)


def by_reporter(c, id, who, accused):
    return act(c, id, "report.supplement", supervisor=who, text="另涉及办理单位", accused=accused)


WAYS = [by_staff, by_manager, by_discipline, by_reporter]


def steps(c, id, division):
    """A report's way from the desk on, its lead being `LEAD`."""
    d = {"department": LEAD[division]}
    return {
        "assigned": [], "needs-info": [("report.triage", {"by": "fund", "decision": "needs-info"})],
        "objected": [("report.object", d)],
        "proposed": [("report.propose", {"by": "fund", "opinion": "转办", **d})],
        "accepted": [("report.accept", d)],
        "suspended": [("report.accept", d), ("clock.suspend", {"by": LEAD[division], "ground": "appraisal"})],
        "resulted": [("report.accept", d), ("report.result", {**d, "result": "partly", "summary": "部分属实"})],
    }


def in_state(c, who, division, state):
    id = report(c, who[division])
    for type, body in steps(c, id, division)[state]:
        did(c, id, type, **body)
    assert (c.case(id)["state"], lead(c, id)) == (state, LEAD[division])
    return id


UNHANDLED = ("assigned", "needs-info", "objected", "proposed", "accepted", "suspended")


@pytest.mark.parametrize("division, state, way", itertools.product(CITIES, UNHANDLED, WAYS))
def test_the_lead_turns_out_to_be_accused(c, who, division, state, way):
    """WH-6.2, LC-7.A3: it is taken away at once and goes to the discipline body; the limit is not restarted; and
    the event says no more than that of any reassignment."""
    id = in_state(c, who, division, state)
    due = c.case(id)["due"]
    receipt = way(c, id, who[division], [LEAD[division]])
    assert (receipt["status"], receipt["state"], receipt["department"]) == ("ok", "assigned", "discipline"), receipt
    assert rules(receipt) == {ROUTE_RULE[division], RULE[division]}
    case = c.case(id)
    assert "assist" not in case and case["due"] == due and "suspended_on" not in case
    told = said(c, id)[-1]
    assert (told["event"], told["to"], told["department"]) == ("assigned", "assigned", "discipline")
    assert told["articles"] == [ROUTE_RULE[division]]
    for type, body in (("report.accept", {}), ("report.object", {}), ("report.result", {"result": "partly", "summary": "x"})):
        assert act(c, id, type, department=LEAD[division], **body)["code"] == "not-assigned"
    assert act(c, id, "report.assign", by="fund", department=LEAD[division])["code"] == "route-to-accused"
    did(c, id, "report.accept", department="discipline")
    did(c, id, "report.result", department="discipline", result="substantiated", summary="属实")


@pytest.mark.parametrize("division, state, way", itertools.product(CITIES, UNHANDLED, (by_manager, by_reporter)))
def test_and_nobody_is_left_to_take_it(c, who, division, state, way):
    """WH-6.2, LC-7.A3: held until people place it, with the limit running."""
    id = in_state(c, who, division, state)
    receipt = way(c, id, who[division], [LEAD[division], "discipline"])
    assert receipt["state"] == "held" and "department" not in receipt
    told = said(c, id)[-1]
    assert (told["event"], "department" in told, told["articles"]) == ("held", False, [ROUTE_RULE[division]])
    assert did(c, id, "report.assign", by="fund", department=OTHER[division])["state"] == "assigned"


@pytest.mark.parametrize("division, state, way", itertools.product(CITIES, UNHANDLED, WAYS))
def test_who_only_assists_turns_out_to_be_accused(c, who, division, state, way):
    """WH-6.2, LC-7.A3: the lead keeps it, and who assisted does not any more."""
    id = in_state(c, who, division, state)
    accused = "benefit" if division == WEIHAI else "agency"
    did(c, id, "report.assign", by="fund", department=LEAD[division], assist=[accused, OTHER[division]]) \
        if state != "suspended" else None
    state = c.case(id)["state"]
    receipt = way(c, id, who[division], [accused])
    assert receipt["department"] == LEAD[division]
    assert receipt["state"] == ("assigned" if (state, way) == ("needs-info", by_reporter) else state)
    assert accused not in c.case(id).get("assist", [])
    told = said(c, id)[-1]
    assert told["event"] == ("supplemented" if way is by_reporter else "revised") and RULE[division] not in told["articles"]
    assert act(c, id, "report.assign", by="fund", department=accused)["code"] in ("route-to-accused", "illegal-move")


def test_where_an_opinion_is_drafted_first(tmp_path):
    """LC-10.2, LC-7.A3: the opinion still comes first, and the accused neither waits for it nor is named in it."""
    draft = ("530900.yaml", "management:\n  department: fund", "management:\n  draft_opinion: true\n  department: fund")
    with Daemon([LINCANG], policies=bent_policies(tmp_path / "policies", draft)) as d:
        c = d.client()
        s = appoint(c)
        x = LEAD[LINCANG]
        id, nobody, proposed = report(c, s), report(c, s), report(c, s)
        assert (c.case(id)["state"], lead(c, id)) == ("registered", x)
        receipt = by_manager(c, id, s, [x])
        assert (receipt["state"], receipt["department"]) == ("registered", "discipline")
        assert act(c, id, "report.propose", by="fund", department=x, opinion="转办")["code"] == "route-to-accused"
        did(c, id, "report.propose", by="fund", department=OTHER[LINCANG], opinion="转办")
        assert by_reporter(c, nobody, s, [x, "discipline"])["state"] == "held"
        did(c, proposed, "report.propose", by="fund", department=x, opinion="转办")
        receipt = by_reporter(c, proposed, s, [x])
        assert (receipt["state"], receipt["department"]) == ("assigned", "discipline")


@pytest.mark.parametrize("division", CITIES)
def test_after_the_result(c, who, division):
    """LC-7.A3, WH-6.2: an accused lead that gave the result neither tells it nor closes; the report waits for the
    manager, or for a new beginning."""
    id = in_state(c, who, division, "resulted")
    assert act(c, id, "report.supplement", supervisor=who[division], text="涉及", accused=[LEAD[division]])["code"] == "illegal-move"
    receipt = by_manager(c, id, who[division], [LEAD[division]])
    assert (receipt["state"], receipt["department"]) == ("resulted", "discipline")
    for verb in ("feedback", "close"):
        more = {"channel": "phone", "text": "已告知"} if verb == "feedback" else {}
        assert act(c, id, f"report.{verb}", department=LEAD[division], **more)["code"] == "not-assigned"
    did(c, id, "report.feedback", department="fund", channel="phone", text="已告知")
    assert by_discipline(c, id, who[division], ["discipline"])["status"] == "ok"
    assert lead(c, id) is None
    did(c, id, "report.close", department="fund")
    assert by_manager(c, id, who[division], [OTHER[division]])["code"] == "illegal-move"
    assert did(c, id, "report.reopen", by="fund")["department"] == "fund"


@pytest.mark.parametrize("division", CITIES)
def test_reopened_about_whoever_had_it(c, who, division):
    """LC-7.A3, WH-6.2: what was closed by X and turns out to be about X is reopened elsewhere."""
    ids = [in_state(c, who, division, "resulted") for _ in range(3)]
    for id in ids:
        did(c, id, "report.feedback", department="fund", channel="phone", text="已告知")
        did(c, id, "report.close", department="fund")
    back, diverted, held = (did(c, id, "report.reopen", by="fund", **({"accused": accused} if accused else {}))
                            for id, accused in zip(ids, ([], [LEAD[division]], [LEAD[division], "discipline"])))
    assert (back["state"], back["department"]) == ("assigned", LEAD[division])
    assert (diverted["state"], diverted["department"]) == ("assigned", "discipline") and RULE[division] in rules(diverted)
    assert held["state"] == "held" and "department" not in held and held["due"]
    for id in ids:
        told = said(c, id)[-1]
        assert told["event"] == "reopened" and RULE[division] not in told["articles"]


def test_the_manager_accuses_itself(c, who):
    """WH-6.2: from then on the discipline body manages, and its word is asked for everything."""
    id = report(c, who[WEIHAI], category="I2")
    assert lead(c, id) == "fund"
    assert by_manager(c, id, who[WEIHAI], ["fund"])["department"] == "discipline"
    assert act(c, id, "report.assign", by="fund", department="service")["code"] == "not-assigned"
    assert by_manager(c, id, who[WEIHAI], ["office"])["code"] == "not-assigned"
    did(c, id, "report.assign", by="discipline", department="service")


@pytest.mark.parametrize("division", CITIES)
def test_who_may_say_so(c, who, division):
    """LC-7.A3, WH-6.2: whoever has it on the desk, manages it, or is the discipline body; with a reason."""
    id = report(c, who[division])
    before = c.case(id)
    body = {"report": id, "by": "fund", "accused": [OTHER[division]]}
    assert fields(c.refused("reason-required", "report.accuse", body, division)) == {"reason"}
    assert fields(c.refused("not-assigned", "report.accuse", body | {"by": OTHER[division]}, division, reason="核查")) == {"by"}
    assert fields(c.refused("unknown-in-policy", "report.accuse", body | {"accused": ["circus"]}, division, reason="核查")) == {"accused"}
    supplement = {"report": id, "supervisor": who[division], "text": "补充", "accused": ["circus"]}
    assert fields(c.refused("unknown-in-policy", "report.supplement", supplement, division)) == {"accused"}
    assert c.case(id) == before
    c.ok("report.accuse", body, division, reason="核查")


@pytest.mark.parametrize("division", CITIES)
def test_not_by_way_of_another_report_or_body(c, who, division):
    """LC-7.A3, WH-6.2: a duplicate of what the accused has, and forwarding to the accused by name, are refused."""
    x = LEAD[division]
    label = {LINCANG: "临翔区医疗保障局", WEIHAI: "医药服务管理科"}[division]
    theirs, elsewhere = report(c, who[division]), report(c, who[division])
    did(c, elsewhere, "report.assign", by="fund", department=OTHER[division])
    id = report(c, who[division], accused=[x])
    duplicate = {"by": "fund", "decision": "duplicate"}
    receipt = act(c, id, "report.triage", **duplicate, duplicate_of=theirs)
    assert (receipt["code"], fields(receipt), rules(receipt)) == ("route-to-accused", {"duplicate_of"}, {RULE[division]})
    for to in (x, label, f"{label}办公室"):
        receipt = act(c, id, "report.triage", by="fund", decision="forwarded", forwarded_to=to)
        assert (receipt["code"], fields(receipt)) == ("route-to-accused", {"forwarded_to"})
    assert c.case(id)["version"] == 1
    did(c, id, "report.triage", **duplicate, duplicate_of=elsewhere)
    did(c, report(c, who[division], accused=[x]), "report.triage", by="fund", decision="forwarded", forwarded_to=f"派驻{label}纪检监察组")


@pytest.mark.parametrize("division", CITIES)
def test_events_do_not_say_whom(c, who, division):
    """LC-7.A3, WH-6.2: the receipt cites the rule to who reported; no event does, and none names who is accused."""
    receipt = c.ok("report.submit", clue(who[division], accused=[LEAD[division]]), division)
    assert RULE[division] in rules(receipt)
    told, = [e for e in all_events(c, division, receipt["seq"] - 1) if e["id"] == receipt["entity_id"]]
    assert told["articles"] == [ROUTE_RULE[division]] and LEAD[division] not in str(told)
    assert "accused" not in c.case(receipt["entity_id"])
