"""From a report to its close: what may be reported and to whom it goes, every step and every step that is
not allowed, and that nobody handles what is said about them.

Departments are those of policies/*.yaml; a LEAD is the one that handles, the MANAGER aggregates, assigns
and sees to it that feedback is given."""

import itertools
import re

import pytest

from jd import CITIES, LINCANG, ROOT, WEIHAI
from jd import all_events, appoint, clue, fields, rules

MANAGER = "fund"
LEAD = {LINCANG: "county-530902", WEIHAI: "service"}       # of jd.clue()
OTHER = {LINCANG: "county-530921", WEIHAI: "benefit"}      # somebody else
PLACE = {LINCANG: "530902", WEIHAI: "371002"}


@pytest.fixture(scope="module")
def supervisors(daemon):
    c = daemon.client()
    return {division: (appoint(c, division=division), appoint(c, division=division)) for division in CITIES}


@pytest.fixture
def who(supervisors):
    return {division: pair[0] for division, pair in supervisors.items()}


def report(c, supervisor, **changes):
    return c.ok("report.submit", clue(supervisor, **changes), supervisor[2:8])["entity_id"]


# ---------------------------------------------------------------- what may be reported

CATEGORIES = {
    LINCANG: {
        "agency": {"LC.A1": "LC-7.A1", "LC.A2": "LC-7.A2", "LC.A3": "LC-7.A3", "LC.A4": "LC-7.A4"},
        "institution": {"LC.B1": "LC-7.B1", "LC.B2": "LC-7.B2", "LC.B3": "LC-7.B3", "LC.B4": "LC-7.B4"},
        "insured": {"LC.C1": "LC-7.C1", "LC.C2": "LC-7.C2", "LC.C3": "LC-7.C3", "LC.C4": "LC-7.C4"},
    },
    WEIHAI: {
        "bureau": dict.fromkeys(("S1", "S2", "S3", "S4", "S9"), "WH-6.2"),
        "institution": dict.fromkeys(("I1", "I2"), "WH-6.3"),
        "insured": dict.fromkeys(("P1", "P9"), "WH-6.3"),
    },
}
EVERY_CATEGORY = [(d, t, c) for d in CITIES for t in CATEGORIES[d] for c in CATEGORIES[d][t]]


@pytest.mark.parametrize("division, target, category", EVERY_CATEGORY)
def test_every_category(c, who, division, target, category):
    """LC-6.1, LC-7.A1 to LC-7.C4; WH-6.2, WH-6.3: each content of supervision, and no institution need be
    claimed first (LC-11.4)."""
    case = c.case(report(c, who[division], target=target, category=category))
    assert (case["kind"], case["target"], case["category"]) == ("clue", target, category)


@pytest.mark.parametrize("division, a, b, category", [
    (d, a, b, c) for d, a, c in EVERY_CATEGORY for b in CATEGORIES[d] if a != b])
def test_a_category_of_another_target(c, who, division, a, b, category):
    """LC-7.A1 and the others belong to the target they stand under; WH-6.2, WH-6.3 likewise."""
    receipt = c.refused("category-not-for-target", "report.submit",
                        clue(who[division], target=b, category=category), division)
    assert fields(receipt) == {"category"}


def test_the_categories_of_the_policies_are_these(c):
    """LC-7.A1, WH-6.2: the tables of this test leave none out."""
    for division in CITIES:
        targets = c.ok("policy.show", {}, division)["policy"]["targets"]
        assert {t["code"]: {x["code"] for x in t["categories"]} for t in targets} == \
               {t: set(codes) for t, codes in CATEGORIES[division].items()}


@pytest.mark.parametrize("division, target, expected", [
    (LINCANG, "agency", "LC.A4"), (LINCANG, "institution", "LC.B4"),
    (WEIHAI, "bureau", "S9"), (WEIHAI, "insured", "P9"),
])
def test_other_is_the_catch_all(c, who, division, target, expected):
    """LC-7.A4, LC-7.B4, WH-6.2, WH-6.3"""
    assert c.case(report(c, who[division], target=target, category="other"))["category"] == expected


def test_no_catch_all_for_the_insured_in_lincang(c, who):
    """LC-7.C∅: the third list ends without 其他; an opinion is the way (acceptance 4). Weihai takes it."""
    body = clue(who[LINCANG], target="insured", category="other")
    receipt = c.refused("no-catch-all", "report.submit", body)
    assert rules(receipt) == {"LC-7.C∅"} and "opinion" in receipt["text"] + receipt["because"][0]["expected"]
    report(c, who[LINCANG], kind="opinion", target=None, category=None, nature=None)
    report(c, who[WEIHAI], target="insured", category="other")


@pytest.mark.parametrize("division, nature", itertools.product(CITIES, ("illegal", "irregular", "breach", "misconduct")))
def test_the_four_natures(c, who, division, nature):
    """WH-6.4: 违法、违规、违约、违纪; Lincang does not ask and takes them too."""
    report(c, who[division], nature=nature)


def test_lincang_asks_for_no_nature(c, who):
    report(c, who[LINCANG], nature=None)


@pytest.mark.parametrize("division, body", [
    # LC-8.1: seen on site, pointed out on the spot
    (LINCANG, {"on_site": True, "correction_demanded": True, "correction_result": "当场改正", "found_on": "2026-01-05"}),
    # LC-6.1: on the regulation or on the agreement; LC-1.2: with the article of Decree 735
    (LINCANG, {"basis": "agreement", "decree735": "R38-3", "institution": "H53090200001", "institution_name": "测试医院"}),
    # LC-6.4, LC-8.3: what others think; LC-8.2: suggestions on enforcement
    (LINCANG, {"kind": "opinion", "target": None, "category": None}),
    (LINCANG, {"kind": "suggestion", "subject": "enforcement-team", "target": None, "category": None}),
    # WH-6.5: 咨询意见、建议; WH-7.4: when it was found is told
    (WEIHAI, {"kind": "enquiry", "target": None, "category": None, "nature": None}),
    (WEIHAI, {"kind": "opinion", "target": None, "category": None, "nature": None}),
    (WEIHAI, {"kind": "suggestion", "target": None, "category": None, "nature": None}),
    (WEIHAI, {"found_on": "2025-12-01"}),
    *[(d, {"secrecy": s}) for d in CITIES
      for s in ("none", "work_secret", "trade_secret", "privacy", "process_info", "undetermined")],
])
def test_what_else_may_be_said(c, who, division, body):
    """LC-1.2, LC-6.1, LC-6.4, LC-8.1, LC-8.2, LC-8.3, WH-6.5, WH-7.4"""
    id = report(c, who[division], **body)
    sent = c.content(id)[-1]["body"]
    assert sent == clue(who[division], **body)


# ---------------------------------------------------------------- to whom it goes

VOICE = {"target": None, "category": None, "nature": None, "county": None}
ROUTES = [  # division, route, what is reported, lead, assisting
    (LINCANG, "LC-R1", {"target": "agency", "category": "LC.A3"}, "discipline", ["fund"]),
    (LINCANG, "LC-R2", {"target": "agency", "category": "LC.A1"}, "fund", []),
    (LINCANG, "LC-R2", {"target": "agency", "category": "LC.A4"}, "fund", []),
    *[(LINCANG, "LC-R3", {"county": county}, f"county-{county}", ["fund"])
      for county in ("530902", "530921", "530922", "530923", "530924", "530925", "530926", "530927")],
    (LINCANG, "LC-R3", {"county": None, "institution": "H53092200007"}, "county-530922", ["fund"]),
    (LINCANG, "LC-R3", {"county": "530927", "institution": "H53092200007"}, "county-530927", ["fund"]),
    (LINCANG, "LC-R4", {"target": "insured", "category": "LC.C1", "county": "530925"}, "county-530925", ["agency"]),
    (LINCANG, "LC-R5", {"county": None}, "fund", ["agency"]),
    (LINCANG, "LC-R5", {"county": None, "institution": "P31010100003"}, "fund", ["agency"]),
    (LINCANG, "LC-R5", {"target": "insured", "category": "LC.C2", "county": None}, "fund", ["agency"]),
    (LINCANG, "LC-R6", {**VOICE, "kind": "suggestion", "subject": "enforcement-work"}, "fund", ["bureau"]),
    (LINCANG, "LC-R6", {**VOICE, "kind": "opinion", "subject": "enforcement-team", "county": "530921"}, "fund", ["bureau"]),
    (LINCANG, "LC-R7", {**VOICE, "kind": "opinion", "county": "530923"}, "county-530923", ["fund"]),
    (LINCANG, "LC-R8", {**VOICE, "kind": "opinion"}, "fund", []),
    (WEIHAI, "WH-R1", {"target": "bureau", "category": "S2"}, "discipline", []),
    (WEIHAI, "WH-R2", {"target": "bureau", "category": "S4"}, "fund", []),
    (WEIHAI, "WH-R3", {"category": "I1"}, "service", ["centre"]),
    (WEIHAI, "WH-R4", {"category": "I2"}, "fund", ["centre"]),
    (WEIHAI, "WH-R5", {"target": "insured", "category": "P1"}, "centre", ["benefit"]),
    (WEIHAI, "WH-R6", {**VOICE, "kind": "enquiry"}, "centre", []),
    (WEIHAI, "WH-R7", {**VOICE, "kind": "opinion", "subject": "benefit-policy"}, "benefit", ["office"]),
    (WEIHAI, "WH-R8", {**VOICE, "kind": "suggestion", "subject": "medical-service"}, "service", ["office"]),
    (WEIHAI, "WH-R9", {**VOICE, "kind": "opinion", "subject": "handling-service"}, "centre", ["office"]),
    (WEIHAI, "WH-R10", {**VOICE, "kind": "suggestion"}, "office", []),
    (WEIHAI, "WH-R10", {**VOICE, "kind": "opinion", "subject": "other"}, "office", []),
    (WEIHAI, "WH-R11", {**VOICE, "kind": "opinion", "subject": "enforcement-work"}, "fund", []),
]
ROUTE_RULE = {LINCANG: "LC-10.3", WEIHAI: "WH-10.1"}
FIREWALL_RULE = {LINCANG: "LC-7.A3", WEIHAI: "WH-6.2"}


@pytest.mark.parametrize("division, route, body, lead, assist", ROUTES)
def test_every_route(c, who, division, route, body, lead, assist):
    """LC-10.3 to the county or section concerned; WH-10.1 to the section or the centre."""
    receipt = c.ok("report.submit", clue(who[division], **body), division)
    assert (receipt["state"], receipt["department"]) == ("assigned", lead)
    assert rules(receipt) == {ROUTE_RULE[division]} and receipt["because"][0]["value"] == route
    case = c.case(receipt["entity_id"])
    assert (case["route"], case["department"], case.get("assist", [])) == (route, lead, assist)


def test_no_route_of_the_policies_is_left_out():
    for division, prefix in ((LINCANG, "LC"), (WEIHAI, "WH")):
        routes = set(re.findall(rf"id: ({prefix}-R\d+)", (ROOT / f"policies/{division}.yaml").read_text()))
        assert routes == {route for d, route, *_ in ROUTES if d == division}


# ---------------------------------------------------------------- what is refused at the door

REFUSALS = [  # division, changes, code, rule, field
    (LINCANG, {"supervisor": "S-530900-99999999"}, "not-a-supervisor", None, "supervisor"),
    (LINCANG, {"supervisor": "A-530900-00000001"}, "unknown-case", None, "supervisor"),
    (LINCANG, {"supervisor": "S-371000-00000001"}, "not-own-division", "LC-2.3", "supervisor"),
    (LINCANG, {"county": "371002"}, "not-own-division", "LC-2.3", "county"),
    (WEIHAI, {"county": "530902"}, "not-own-division", "WH-6.3", "county"),
    (LINCANG, {"target": "bureau", "category": "LC.A1"}, "target-not-supervised", "LC-6.1", "target"),
    (WEIHAI, {"target": "agency"}, "target-not-supervised", "WH-6.2", "target"),
    (LINCANG, {"category": "LC.A1"}, "category-not-for-target", "LC-6.1", "category"),
    (LINCANG, {"category": "I1"}, "unknown-in-policy", None, "category"),
    (LINCANG, {"target": "insured", "category": "other"}, "no-catch-all", "LC-7.C∅", "category"),
    (WEIHAI, {"category": "other"}, "unknown-in-policy", None, "category"),
    (LINCANG, {"kind": "enquiry"}, "kind-not-accepted", "LC-6.4", "kind"),
    (WEIHAI, {"kind": "complaint"}, "kind-not-accepted", "WH-6.5", "kind"),
    (LINCANG, {"target": None}, "missing-field", "LC-6.1", "target"),
    (LINCANG, {"category": None}, "missing-field", "LC-6.1", "category"),
    (WEIHAI, {"category": None}, "missing-field", "WH-6.4", "category"),
    (WEIHAI, {"nature": None}, "nature-required", "WH-6.4", "nature"),
    (WEIHAI, {"nature": "ugly"}, "unknown-in-policy", None, "nature"),
    (LINCANG, {"subject": "weather"}, "unknown-in-policy", None, "subject"),
    (LINCANG, {"basis": "hearsay"}, "unknown-in-policy", None, "basis"),
    (LINCANG, {"accused": ["circus"]}, "unknown-in-policy", None, "accused"),
    (LINCANG, {"found_on": "2027-01-01"}, "inconsistent", None, "found_on"),
    (LINCANG, {"secrecy": "state_secret"}, "state-secret", "LC-9.5", "secrecy"),
    (WEIHAI, {"secrecy": "state_secret"}, "state-secret", "WH-7.3", "secrecy"),
    (LINCANG, {"secrecy": "very"}, "unknown-code", "LC-9.5", "secrecy"),
    (LINCANG, {"text": None}, "missing-field", "LC-8.1", "text"),
    (LINCANG, {"text": "长" * 4001}, "out-of-bounds", "LC-8.1", "text"),
]


@pytest.mark.parametrize("division, changes, code, rule, field", REFUSALS)
def test_refused(c, who, division, changes, code, rule, field):
    """LC-2.3, LC-16.2, LC-6.1, LC-6.4, LC-7.C∅, LC-9.5, WH-6.2 to WH-6.5, WH-7.3: and nothing is recorded."""
    seq, stats = c.last_seq(division), c.ok("stats.get", {}, division)["stats"]
    receipt = c.refused(code, "report.submit", clue(who[division], **changes), division)
    assert field in fields(receipt) and (rule is None or rule in rules(receipt))
    assert (c.last_seq(division), c.ok("stats.get", {}, division)["stats"]) == (seq, stats)


def test_several_things_wrong_are_all_named(c, who):
    body = clue(who[WEIHAI], county="530902", nature=None, subject="weather", secrecy="state_secret")
    receipt = c.ask("report.submit", body, WEIHAI)
    assert receipt["status"] == "refused" and fields(receipt) == {"county", "secrecy", "nature", "subject"}


# ---------------------------------------------------------------- from the desk to the close

TYPES = {"ask": "report.triage", "forward": "report.triage", "suspend": "clock.suspend", "resume": "clock.resume",
         "extend": "clock.extend", "pass-on": "report.forward"}  # the others are report.<verb>


def act(c, id, verb, **changes):
    """One verb by the one it belongs to, with a body that would be right."""
    division = id[2:8]
    case = c.case(id)
    lead = case.get("department", MANAGER)
    finding = {"clue": "substantiated", "enquiry": "answered"}.get(case["kind"], "adopted")
    body = {
        "supplement": {"supervisor": case["supervisor"], "text": "补充材料"},
        "triage": {"by": MANAGER, "decision": "ours"},
        "ask": {"by": MANAGER, "decision": "needs-info", "note": "请说明日期"},
        "forward": {"by": MANAGER, "decision": "forwarded", "forwarded_to": "市场监督管理局"},
        "propose": {"by": MANAGER, "department": OTHER[division], "opinion": "建议转办"},
        "assign": {"by": MANAGER, "department": OTHER[division]},
        "accept": {"department": lead},
        "object": {"department": lead},
        "suspend": {"by": lead, "ground": "appraisal"},
        "resume": {"by": lead},
        "extend": {"approver": "bureau", "days": 5},
        "result": {"department": lead, "result": finding, "summary": "已核查"},
        "feedback": {"department": MANAGER, "channel": "phone", "text": "已将办理情况告知"},
        "acknowledge": {"supervisor": case["supervisor"], "satisfied": True},
        "close": {"department": MANAGER},
        "reopen": {"by": MANAGER},
        "pass-on": {"by": MANAGER, "division": "530921"},
    }[verb]
    type = TYPES.get(verb, f"report.{verb}")
    return c.ask(type, {"report": id, **body, **changes}, division, reason="依职责办理")


PATHS = {  # how a report gets into each state; `registered` is for policies that ask for a drafted opinion
    "held": [], "assigned": [], "needs-info": ["ask"], "objected": ["object"], "proposed": ["object", "propose"],
    "accepted": ["accept"], "suspended": ["accept", "suspend"], "resulted": ["accept", "result"],
    "fed-back": ["accept", "result", "feedback"], "acknowledged": ["accept", "result", "feedback", "acknowledge"],
    "closed": ["accept", "result", "feedback", "acknowledge", "close"], "forwarded": ["pass-on"],
}
UNHANDLED = ("held", "assigned", "needs-info", "objected", "proposed", "accepted")
LEADS_TO = {  # proto/states.h: whatever is not here is not allowed
    **{(state, "supplement"): state for state in (*UNHANDLED, "suspended")}, ("needs-info", "supplement"): "assigned",
    **{(state, "triage"): state for state in UNHANDLED}, ("needs-info", "triage"): "assigned",
    **{(state, "ask"): "needs-info" for state in UNHANDLED if state != "accepted"},
    **{(state, "forward"): "resulted" for state in UNHANDLED},
    **{(state, "propose"): "proposed" for state in ("held", "assigned", "objected", "proposed")},
    **{(state, "assign"): "assigned" for state in UNHANDLED},
    **{(state, "extend"): state for state in UNHANDLED},
    ("assigned", "accept"): "accepted", ("assigned", "object"): "objected", ("accepted", "result"): "resulted",
    ("accepted", "suspend"): "suspended", ("suspended", "resume"): "accepted",
    ("resulted", "feedback"): "fed-back", ("fed-back", "feedback"): "fed-back",
    ("fed-back", "acknowledge"): "acknowledged",
    **{(state, "close"): "closed" for state in ("resulted", "fed-back", "acknowledged")},
    ("closed", "reopen"): "assigned",
    **{(state, "pass-on"): "forwarded" for state in (*UNHANDLED, "forwarded")}, ("forwarded", "supplement"): "forwarded",
    ("forwarded", "assign"): "assigned", ("forwarded", "result"): "resulted",
}
VERBS = ["supplement", "triage", "ask", "forward", "propose", "assign", "accept", "object", "suspend", "resume",
         "extend", "result", "feedback", "acknowledge", "close", "reopen", "pass-on"]


def in_state(c, who, division, state):
    held = {"accused": [LEAD[division], "discipline"]} if state == "held" else {}
    id = report(c, who[division], **held)
    for verb in PATHS[state]:
        assert act(c, id, verb)["status"] == "ok"
    assert c.case(id)["state"] == state
    return id


@pytest.fixture(scope="module")
def standing(daemon, supervisors):
    """A report in each state, for what does not move it."""
    who = {division: pair[0] for division, pair in supervisors.items()}
    return {(d, state): in_state(daemon.client(), who, d, state) for d in CITIES for state in PATHS}


@pytest.mark.parametrize("division, state, verb", [
    (d, s, v) for d, s, v in itertools.product(CITIES, PATHS, VERBS) if (s, v) not in LEADS_TO])
def test_every_move_that_is_not_allowed(c, standing, division, state, verb):
    """LC-10.2, LC-10.3, LC-10.4, WH-10.1, WH-10.2: no pair of state and verb is undefined."""
    id = standing[division, state]
    before = c.case(id)
    receipt = act(c, id, verb)
    if state == "held" and verb in ("accept", "object", "result"):
        assert (receipt["status"], receipt["code"]) == ("forbidden", "not-assigned")  # it is nobody's yet
    else:
        assert (receipt["status"], receipt["code"]) == ("conflict", "illegal-move")
        assert any(f"in state {state}: " in why["expected"] for why in receipt["because"])
    assert c.case(id) == before


@pytest.mark.parametrize("division, state, verb", [(d, s, v) for d in CITIES for s, v in LEADS_TO])
def test_every_move_that_is(c, who, division, state, verb):
    """LC-10.2, LC-10.3, LC-10.4, WH-10.1, WH-10.2"""
    id = in_state(c, who, division, state)
    version = c.case(id)["version"]
    receipt = act(c, id, verb)
    if (division, state, verb) == (LINCANG, "resulted", "close"):
        assert receipt["code"] == "feedback-required"
    else:
        assert (receipt["status"], receipt["state"]) == ("ok", LEADS_TO[state, verb])
        assert receipt["version"] == version + 1


@pytest.mark.parametrize("division, told", [(LINCANG, {"LC-10.3", "LC-10.4"}), (WEIHAI, {"WH-10.1", "WH-10.2", "WH-10.∅"})])
def test_a_report_all_the_way(c, who, division, told):
    """LC-10.3, LC-10.4, WH-10.1, WH-10.2: handed over, handled, and the supervisor is told; each step is an
    event with its articles and department, and a line of the history."""
    id = in_state(c, who, division, "closed")
    steps = [e for e in all_events(c, division) if e["id"] == id]
    assert [(e["event"], e["from"], e["to"]) for e in steps] == [
        ("assigned", "", "assigned"), ("accepted", "assigned", "accepted"), ("resulted", "accepted", "resulted"),
        ("fed-back", "resulted", "fed-back"), ("acknowledged", "fed-back", "acknowledged"),
        ("closed", "acknowledged", "closed")]
    assert {article for e in steps for article in e["articles"]} == told
    assert [e["version"] for e in steps] == [1, 2, 3, 4, 5, 6] and {e["department"] for e in steps} == {LEAD[division]}
    history = c.explain(id)["history"]
    assert [(h["event"], h["cause"]) for h in history] == [(e["event"], e["cause"]) for e in steps]
    case = c.case(id)
    assert (case["result"], case["satisfied"], case["overdue"]) == ("substantiated", True, False) and "due" not in case


@pytest.mark.parametrize("division, rule", [(LINCANG, "LC-10.4"), (WEIHAI, "WH-10.∅")])
def test_closing_without_feedback(c, who, division, rule):
    """LC-10.4: in Lincang nothing is closed before the supervisor knows; WH-10.∅: Weihai's text has no such
    duty (acceptance 10)."""
    id = in_state(c, who, division, "resulted")
    receipt = act(c, id, "close")
    assert rules(receipt) == {rule}
    assert (receipt["code"] == "feedback-required") == (division == LINCANG)
    assert act(c, id, "feedback")["status"] == ("ok" if division == LINCANG else "conflict")
    assert act(c, id, "close")["status"] == ("ok" if division == LINCANG else "conflict")


RESULTS = {"clue": {"substantiated", "partly", "unsubstantiated", "transferred"},
           "opinion": {"adopted", "not-adopted", "noted"}, "suggestion": {"adopted", "not-adopted", "noted"},
           "enquiry": {"answered"}}


@pytest.mark.parametrize("division, kind", [(d, k) for d in CITIES for k in RESULTS if (d, k) != (LINCANG, "enquiry")])
def test_how_each_kind_may_end(c, who, division, kind):
    """LC-10.4, WH-10.2: a clue is substantiated or not, an opinion adopted or not, a question answered."""
    body = {} if kind == "clue" else {**VOICE, "kind": kind}
    for result in sorted(set.union(*RESULTS.values())):
        id = report(c, who[division], **body)
        act(c, id, "accept")
        receipt = act(c, id, "result", result=result)
        if result in RESULTS[kind]:
            assert c.case(id)["result"] == result
        else:
            assert (receipt["code"], fields(receipt)) == ("result-not-for-kind", {"result"})


@pytest.mark.parametrize("channel", ["phone", "message", "letter", "meeting", "portal", "pigeon"])
def test_how_feedback_is_given(c, who, channel):
    """LC-10.4: by a channel of the policy."""
    id = in_state(c, who, LINCANG, "resulted")
    receipt = act(c, id, "feedback", channel=channel)
    if channel == "pigeon":
        assert (receipt["code"], fields(receipt)) == ("unknown-in-policy", {"channel"})
    else:
        assert receipt["state"] == "fed-back"


# ---------------------------------------------------------------- who may

@pytest.mark.parametrize("division, state, verb", [
    (d, s, v) for d in CITIES for s, v in LEADS_TO if v in ("accept", "object", "result", "feedback", "close")])
def test_only_the_department_it_is_assigned_to(c, who, division, state, verb):
    """LC-10.3, WH-10.2: neither somebody else nor who only assists."""
    id = in_state(c, who, division, state)
    before = c.case(id)
    for department in (OTHER[division], "bureau", *(set(before.get("assist", [])) - {MANAGER})):
        receipt = act(c, id, verb, department=department)
        assert (receipt["status"], receipt["code"]) == ("forbidden", "not-assigned")
        assert fields(receipt) == {"department"}
    assert act(c, id, verb, department="circus")["code"] == "unknown-in-policy"
    assert c.case(id) == before


@pytest.mark.parametrize("verb, state", [("accept", "assigned"), ("object", "assigned"), ("result", "accepted")])
def test_the_manager_does_not_handle_what_another_leads(c, who, verb, state):
    """LC-10.1, LC-10.3: the managing section aggregates and assigns; handling is the lead's."""
    id = in_state(c, who, LINCANG, state)
    assert act(c, id, verb, department=MANAGER)["code"] == "not-assigned"


@pytest.mark.parametrize("division", CITIES)
def test_lead_and_manager_may_both_tell_and_close(c, who, division):
    """LC-10.1, LC-10.4, WH-10.2"""
    for department in (LEAD[division], MANAGER):
        id = in_state(c, who, division, "resulted")
        assert act(c, id, "feedback", department=department)["status"] == "ok"
        assert act(c, id, "close", department=department)["status"] == "ok"


@pytest.mark.parametrize("division", CITIES)
def test_only_the_managing_department_assigns(c, who, division):
    """LC-10.1: the section with the duty of supervision, and nobody else; with a reason."""
    id = in_state(c, who, division, "assigned")
    for by in ("bureau", LEAD[division], "discipline"):
        receipt = act(c, id, "assign", by=by)
        assert (receipt["code"], fields(receipt)) == ("not-assigned", {"by"})
    assert fields(act(c, id, "assign", department="circus")) == {"department"}
    assert fields(act(c, id, "assign", assist=["circus"])) == {"assist"}
    body = {"report": id, "by": MANAGER, "department": OTHER[division]}
    assert fields(c.refused("reason-required", "report.assign", body, division)) == {"reason"}
    receipt = act(c, id, "assign", assist=["bureau"])
    assert receipt["department"] == OTHER[division] and c.case(id)["assist"] == ["bureau"]
    assert rules(receipt) == {ROUTE_RULE[division]}
    assert act(c, id, "accept", department=LEAD[division])["code"] == "not-assigned"
    assert act(c, id, "accept", department=OTHER[division])["status"] == "ok"


@pytest.mark.parametrize("division", CITIES)
def test_assigning_does_not_restart_the_limit(daemon, who, division):
    """LC-10.3, WH-10.1: however often it changes hands, the last day stays."""
    c = daemon.client()
    id = in_state(c, who, division, "assigned")
    before, clock = c.case(id), c.explain(id)["clock"]
    for by, department in ((MANAGER, OTHER[division]), (MANAGER, LEAD[division])):
        assert act(c, id, "assign", by=by, department=department)["due"] == before["due"]
        assert c.case(id)["due"] == before["due"] and c.explain(id)["clock"] == clock
    assert act(c, id, "object")["due"] == before["due"]
    assert act(c, id, "assign")["due"] == before["due"]
    assert act(c, id, "accept")["due"] == before["due"]


@pytest.mark.parametrize("division", CITIES)
def test_only_the_reporter_acknowledges(c, supervisors, division):
    """LC-10.4: who was told says so, and no other supervisor."""
    mine, other = supervisors[division]
    id = in_state(c, {division: mine}, division, "fed-back")
    receipt = act(c, id, "acknowledge", supervisor=other)
    assert (receipt["status"], receipt["code"]) == ("forbidden", "not-the-reporter")
    assert act(c, id, "acknowledge", supervisor=f"S-{division}-99999999")["code"] == "not-a-supervisor"
    assert act(c, id, "acknowledge", supervisor=mine, satisfied=False)["status"] == "ok"
    assert c.case(id)["satisfied"] is False


def test_what_was_short_of_information_goes_back_to_where_it_was(c, who):
    """LC-10.3: the reporter's answer assigns nothing: what was objected to, or only proposed, stays so."""
    for state in ("objected", "proposed", "assigned"):
        id = in_state(c, who, LINCANG, state)
        lead = c.case(id)["department"]
        assert act(c, id, "ask")["state"] == "needs-info"
        receipt = act(c, id, "supplement")
        assert (receipt["state"], receipt["department"]) == (state, lead)


@pytest.mark.parametrize("verb", ["accept", "object", "result", "feedback", "acknowledge", "close", "assign"])
@pytest.mark.parametrize("id, code", [("R-530900-99999999", "unknown-case"), ("S-530900-00000001", "unknown-case"),
                                      ("R-371000-00000001", "not-own-division")])
def test_a_report_that_is_not_there(c, who, verb, id, code):
    body = {"department": MANAGER, "by": MANAGER, "supervisor": who[LINCANG], "result": "noted", "summary": "无",
            "channel": "phone", "text": "无"}
    takes = {"assign": ("by", "department"), "acknowledge": ("supervisor",),
             "result": ("department", "result", "summary"), "feedback": ("department", "channel", "text")}
    chosen = {key: body[key] for key in takes.get(verb, ("department",))}
    receipt = c.refused(code, f"report.{verb}", {"report": id, **chosen}, reason="查找")
    assert fields(receipt) == {"report"}


# ---------------------------------------------------------------- nobody handles what is said about them

@pytest.mark.parametrize("division, route, body, lead, assist", [r for r in ROUTES if r[3] != "discipline"])
def test_the_accused_never_leads(c, who, division, route, body, lead, assist):
    """LC-7.A3, WH-6.2 (rules.md A10, acceptance 7): it goes to the discipline body, and to nobody besides."""
    receipt = c.ok("report.submit", clue(who[division], **body, accused=[lead]), division)
    assert (receipt["state"], receipt["department"]) == ("assigned", "discipline")
    assert rules(receipt) == {ROUTE_RULE[division], FIREWALL_RULE[division]}
    case = c.case(receipt["entity_id"])
    assert case["route"] == route and "assist" not in case


@pytest.mark.parametrize("division, route, body, lead, assist", [r for r in ROUTES if r[4]])
def test_the_accused_never_assists(c, who, division, route, body, lead, assist):
    """LC-7.A3, WH-6.2"""
    case = c.case(report(c, who[division], **body, accused=assist))
    assert case["department"] == lead and "assist" not in case


@pytest.mark.parametrize("division", CITIES)
def test_the_accused_hears_nothing_of_it(c, who, division):
    """LC-7.A3, WH-6.2: in no worklist, in no event."""
    accused = LEAD[division]
    id = report(c, who[division], accused=[accused])
    listed = c.ok("case.list", {"entity": "report", "department": accused, "limit": 500}, division)["cases"]
    assert id not in [case["id"] for case in listed]
    assert {e["department"] for e in all_events(c, division) if e["id"] == id} == {"discipline"}


@pytest.mark.parametrize("division", CITIES)
def test_when_discipline_is_accused_too(c, who, division):
    """LC-7.A3, WH-6.2 (rules.md A10): it is held until people place it, and never with an accused."""
    accused = [LEAD[division], "discipline"]
    receipt = c.ok("report.submit", clue(who[division], accused=accused), division)
    id = receipt["entity_id"]
    assert receipt["state"] == "held" and "department" not in receipt and receipt["due"]
    assert rules(receipt) == {ROUTE_RULE[division], FIREWALL_RULE[division]}
    for department in accused:
        refusal = act(c, id, "assign", department=department)
        assert (refusal["code"], fields(refusal)) == ("route-to-accused", {"department"})
        assert act(c, id, "propose", department=department)["code"] == "route-to-accused"
        refusal = act(c, id, "assign", assist=[department])
        assert (refusal["code"], fields(refusal)) == ("route-to-accused", {"assist"})
        assert rules(refusal) == {FIREWALL_RULE[division]}
    assert act(c, id, "assign")["department"] == OTHER[division]
    assert c.case(id)["due"] == receipt["due"]


@pytest.mark.parametrize("division, accused, assigner", [
    (d, accused, assigner) for d in CITIES
    for accused, assigner in ((["fund"], "discipline"), (["fund", "discipline"], "bureau"))])
def test_who_assigns_when_the_manager_is_accused(c, who, division, accused, assigner):
    """LC-10.1, LC-7.A3, WH-6.2: the discipline body in its place, and the authority where that is accused too."""
    id = report(c, who[division], accused=accused)
    for by in {"fund", "discipline", "bureau"} - {assigner}:
        assert act(c, id, "assign", by=by)["code"] == "not-assigned"
    assert act(c, id, "assign", by=assigner)["status"] == "ok"


@pytest.mark.parametrize("division", CITIES)
def test_the_accused_authority_does_not_assign_either(c, who, division):
    """LC-7.A3, WH-6.2: whatever else a department is, it never acts on what is said about it."""
    id = report(c, who[division], accused=["fund", "discipline", "bureau"])
    assert act(c, id, "assign", by="bureau")["code"] == "not-assigned"


@pytest.mark.parametrize("division", CITIES)
def test_the_accused_approves_no_extension(c, who, division):
    """LC-7.A3, WH-6.2: nor gives itself, as the authority, more time for what is said about it."""
    id = report(c, who[division], accused=["bureau"])
    assert act(c, id, "extend", approver="bureau")["status"] in ("forbidden", "refused")
    assert c.case(id)["version"] == 1


@pytest.mark.parametrize("division", CITIES)
def test_the_accused_does_not_act(c, who, division):
    """LC-7.A3, WH-6.2: an accused manager neither tells the supervisor nor closes the case."""
    id = report(c, who[division], accused=[MANAGER])
    assert act(c, id, "accept")["status"] == "ok"
    assert act(c, id, "result")["status"] == "ok"
    lead = LEAD[division]
    for verb in ("triage", "ask", "forward", "propose", "assign"):
        assert act(c, id, verb)["code"] == "not-assigned"
    assert act(c, id, "feedback", department=MANAGER)["code"] == "not-assigned"
    assert act(c, id, "feedback", department=lead)["status"] == "ok"
    assert act(c, id, "close", department=MANAGER)["code"] == "not-assigned"
    assert act(c, id, "close", department=lead)["status"] == "ok"
