"""From the form to the appointment, in both cities and both channels.

What the form asks for is checked at the door, what the regulation asks for is screened, what only others
know is attested, and what weighs on a person is decided by people."""

import itertools

import pytest

from jd import CITIES, FACTS, LINCANG, STATUS, WEIHAI
from jd import (Daemon, another, apply, appoint, assert_fact, bent_policies, check_character, clear, decision, fields, form,
                idno, rules)

# ---------------------------------------------------------------- channels

PAIRS = {
    LINCANG: {("npc", "npc-deputy"), ("cppcc", "cppcc-member"), ("government", "department-staff"),
              ("industry", "industry-representative"), ("media", "media-staff")},
    WEIHAI: {("npc-office", "npc-deputy"), ("government-office", "style-reviewer"),
             ("cppcc-office", "cppcc-member")},
}
NOMINATED = {LINCANG: ("direct", "LC-5.7"), WEIHAI: ("targeted", "WH-5.5")}


def nomination(division, recommender, nominee, **changes):
    return form(None, division, recommender=recommender, nominee_kind=nominee, **changes)


def combinations(division):
    recommenders, nominees = zip(*PAIRS[division])
    return [(division, r, n) for r, n in itertools.product(sorted(recommenders), sorted(nominees))]


@pytest.mark.parametrize("division", CITIES)
def test_the_open_channel(c, division):
    """LC-5.1, LC-5.5, WH-5.1: whoever meets the conditions registers."""
    receipt = c.ok("application.submit", form(None, division), division)
    assert receipt["entity"] == "application" and receipt["version"] == 1
    case = c.case(receipt["entity_id"])
    assert case["channel"] == "open" and "recommender" not in case


@pytest.mark.parametrize("division, recommender, nominee", combinations(LINCANG) + combinations(WEIHAI))
def test_who_recommends_whom(c, division, recommender, nominee):
    """LC-5.7 five pairs, each its own (分别推荐); WH-5.5 three, a closed list."""
    channel, rule = NOMINATED[division]
    receipt = c.ask("nomination.submit", nomination(division, recommender, nominee), division)
    assert rule in rules(receipt)
    if (recommender, nominee) in PAIRS[division]:
        case = c.case(receipt["entity_id"])
        assert (case["channel"], case["recommender"], case["nominee_kind"]) == (channel, recommender, nominee)
    else:
        assert (receipt["status"], receipt["code"]) == ("refused", "pair-not-allowed")


@pytest.mark.parametrize("division, changes, field", [
    (LINCANG, {"recommender": "cppcc-office", "nominee_kind": "npc-deputy"}, "recommender"),
    (LINCANG, {"recommender": "npc", "nominee_kind": "style-reviewer"}, "nominee_kind"),
    (WEIHAI, {"recommender": "media", "nominee_kind": "npc-deputy"}, "recommender"),
    (WEIHAI, {"recommender": "npc-office", "nominee_kind": "media-staff"}, "nominee_kind"),
])
def test_an_office_of_another_city_does_not_recommend(c, division, changes, field):
    """LC-5.7, WH-5.5"""
    receipt = c.refused("pair-not-allowed", "nomination.submit", form(None, division, **changes), division)
    assert rules(receipt) == {NOMINATED[division][1]} and fields(receipt) == {field}


# ---------------------------------------------------------------- screening

def screened(c, division, changes, facts):
    """The receipt that the screening of such a form and such facts ends with."""
    receipt = c.ok("application.submit", form(None, division, **changes), division)
    for predicate, value in facts.items():
        receipt = assert_fact(c, receipt["entity_id"], predicate, value)
    return receipt


CLEAR = {"severe_bad_credit": "no", "medins_admin_penalty": "no", "criminal_punishment": "no"}


@pytest.mark.parametrize("division, changes, facts, state, cited, grounds", [
    # LC-4.1 to LC-4.3: what nobody attested is asked for, and never taken for fine
    (LINCANG, {}, {}, "needs-fact", {"LC-4.1", "LC-4.2", "LC-4.3"}, set(CLEAR)),
    (LINCANG, {}, CLEAR, "eligible", set(), set()),
    (LINCANG, {}, CLEAR | {"severe_bad_credit": "unknown"}, "needs-fact", {"LC-4.1"}, {"severe_bad_credit"}),
    (LINCANG, {}, CLEAR | {"medins_admin_penalty": "unknown"}, "needs-fact", {"LC-4.2"}, {"medins_admin_penalty"}),
    (LINCANG, {}, CLEAR | {"criminal_punishment": "unknown"}, "needs-fact", {"LC-4.3"}, {"criminal_punishment"}),
    (LINCANG, {}, CLEAR | {"severe_bad_credit": "yes"}, "proposed-ineligible", {"LC-4.1"}, {"severe_bad_credit"}),
    (LINCANG, {}, CLEAR | {"medins_admin_penalty": "yes"}, "proposed-ineligible", {"LC-4.2"}, {"medins_admin_penalty"}),
    (LINCANG, {}, CLEAR | {"criminal_punishment": "yes"}, "proposed-ineligible", {"LC-4.3"}, {"criminal_punishment"}),
    # no penalty at all is no penalty in the field of medical insurance either
    (LINCANG, {}, {"severe_bad_credit": "no", "admin_penalty": "no", "criminal_punishment": "no"}, "eligible", set(), set()),
    # a disqualifier outweighs what is still asked for
    (LINCANG, {"education": None}, {"criminal_punishment": "yes"}, "proposed-ineligible",
     {"LC-4.1", "LC-4.2", "LC-4.3", "LC-5.5"}, set(CLEAR) | {"education"}),
    # what is left blank is asked for
    (LINCANG, {"attests_stance": None}, CLEAR, "needs-info", {"LC-3.1"}, {"attests_stance"}),
    (LINCANG, {"expertise": None}, CLEAR, "needs-info", {"LC-3.3"}, {"expertise"}),
    (LINCANG, {"health": None}, CLEAR, "needs-info", {"LC-3.4", "LC-5.5"}, {"health"}),
    (LINCANG, {"education": None}, CLEAR, "needs-info", {"LC-5.5"}, {"education"}),
    (LINCANG, {"major": None}, CLEAR, "needs-info", {"LC-5.5"}, {"major"}),
    (LINCANG, {"voluntary": None}, CLEAR, "needs-info", {"LC-2.2"}, {"voluntary"}),
    (LINCANG, {"unpaid_ack": None}, CLEAR, "needs-info", {"LC-3.2"}, {"unpaid_ack"}),
    # a condition that is denied is for people to decide on
    (LINCANG, {"attests_stance": False}, CLEAR, "proposed-ineligible", {"LC-3.1"}, {"attests_stance"}),
    # Lincang asks for no ability, no promise and no written form
    (LINCANG, {"attests_ability": False, "declares_clean": None, "written_form": None}, CLEAR, "eligible", set(), set()),
    # Weihai has no disqualifier: nothing attested from outside decides on an application
    (WEIHAI, {}, {}, "eligible", set(), set()),
    (WEIHAI, {}, {"criminal_record": "yes", "severe_dishonesty": "yes"}, "eligible", set(), set()),
    (WEIHAI, {"attests_stance": None}, {}, "needs-info", {"WH-3.1"}, {"attests_stance"}),
    (WEIHAI, {"attests_stance": False}, {}, "proposed-ineligible", {"WH-3.1"}, {"attests_stance"}),
    (WEIHAI, {"attests_ability": None}, {}, "needs-info", {"WH-3.2", "WH-3.3"}, {"attests_ability"}),
    (WEIHAI, {"attests_ability": False}, {}, "proposed-ineligible", {"WH-3.2", "WH-3.3"}, {"attests_ability"}),
    (WEIHAI, {"health": None}, {}, "needs-info", {"WH-3.4", "WH-4.1"}, {"health"}),
    (WEIHAI, {"voluntary": None}, {}, "needs-info", {"WH-2.1"}, {"voluntary"}),
    (WEIHAI, {"declares_true_and_fit": None}, {}, "needs-info", {"WH-4.2"}, {"declares_true_and_fit"}),
    (WEIHAI, {"declares_clean": None}, {}, "needs-info", {"WH-4.2"}, {"declares_clean"}),
    (WEIHAI, {"written_form": None, "form_sha256": "ab" * 32}, {}, "eligible", set(), set()),
    # WH-3.5, WH-3.6, WH-3.7 are priorities among the eligible, never conditions
    (WEIHAI, {"employed": False, "education": "61", "full_time": False, "work_years": 0, "employer_kind": "retired"},
     {"in_employment": "no", "qualification": "no", "work_experience": "no", "government_staff": "no"},
     "eligible", set(), set()),
])
def test_screening(c, division, changes, facts, state, cited, grounds):
    """What the machine makes of a form and the facts, and on which rules it rests."""
    receipt = screened(c, division, changes, facts)
    assert (receipt["state"], rules(receipt), fields(receipt)) == (state, cited, grounds)
    assert all(why["article"].startswith("第") and why["text"] for why in receipt["because"])


@pytest.mark.parametrize("field", ["ethnicity", "political_status", "health", "employed", "employer", "address",
                                   "education", "school", "major", "photo_ref", "signature_ref", "signed_on"])
def test_the_annex_is_filled_in(c, field):
    """WH-4.1: each field of Weihai's form that may not stay blank."""
    receipt = screened(c, WEIHAI, {field: None}, {})
    assert receipt["state"] == "needs-info" and "WH-4.1" in rules(receipt) and fields(receipt) == {field}


def test_the_annex_names_every_blank_at_once(c):
    """WH-4.1"""
    blank = ["ethnicity", "photo_ref", "address"]
    assert fields(screened(c, WEIHAI, dict.fromkeys(blank), {})) == set(blank)


@pytest.mark.parametrize("division, changes, code, rule, field", [
    (LINCANG, {"voluntary": False}, "condition-not-met", "LC-2.2", "voluntary"),
    (LINCANG, {"unpaid_ack": False}, "condition-not-met", "LC-3.2", "unpaid_ack"),
    (WEIHAI, {"voluntary": False}, "condition-not-met", "WH-2.1", "voluntary"),
    (WEIHAI, {"unpaid_ack": False}, "condition-not-met", "WH-2.1", "unpaid_ack"),
    (WEIHAI, {"declares_true_and_fit": False}, "declaration-required", "WH-4.2", "declares_true_and_fit"),
    (WEIHAI, {"declares_clean": False}, "declaration-required", "WH-4.2", "declares_clean"),
    (WEIHAI, {"written_form": False}, "condition-not-met", "WH-5.3", None),
])
def test_refused_at_the_door(c, division, changes, code, rule, field):
    """LC-2.2, LC-3.2, WH-2.1, WH-4.2, WH-5.3: the message itself denies what the regulation asks for."""
    seq = c.last_seq(division)
    receipt = c.refused(code, "application.submit", form(None, division, **changes), division)
    assert rule in rules(receipt) and (field is None or field in fields(receipt))
    assert c.last_seq(division) == seq


def test_only_the_open_channel_asks_for_writing(c):
    """WH-5.3 stands under 公开选聘; whom an office recommends need not apply in writing."""
    body = nomination(WEIHAI, "npc-office", "npc-deputy", written_form=False)
    assert c.ok("nomination.submit", body, WEIHAI)["state"] == "eligible"


def test_disqualifiers_bind_the_direct_channel_too(c):
    """LC-4.3: 不能参加选聘, read the safe way (rules.md A1)."""
    a = c.ok("nomination.submit", nomination(LINCANG, "media", "media-staff"))["entity_id"]
    receipt = assert_fact(c, a, "criminal_punishment", "yes")
    assert receipt["state"] == "proposed-ineligible" and "LC-4.3" in rules(receipt)


@pytest.mark.parametrize("kind", ["medicine", "pharmacy", "nursing", "finance", "it", "policy", "other"])
def test_each_field_of_knowledge(c, kind):
    """LC-3.3: six fields and 等; one of them is enough."""
    assert screened(c, LINCANG, {"expertise": [kind]}, CLEAR)["state"] == "eligible"


@pytest.mark.parametrize("division, code", itertools.product(CITIES, "1236"))
def test_health_is_for_people_to_judge(c, division, code):
    """LC-3.4, WH-3.4: no code of GB/T 2261.3 excludes anybody by itself."""
    facts = CLEAR if division == LINCANG else {}
    assert screened(c, division, {"health": code}, facts)["state"] == "eligible"


def test_unknown_never_passes_for_fine(c):
    """Acceptance 3: LC-4.3: a criminal fact that turns unknown again takes the eligibility with it."""
    a = clear(c, apply(c))
    assert c.case(a)["state"] == "eligible"
    assert assert_fact(c, a, "criminal_punishment", "unknown")["state"] == "needs-fact"
    c.refused("illegal-move", "application.decide", decision(a))


def test_a_fact_that_has_run_out_is_unknown(c):
    """LC-4.3: an attestation that was only good until yesterday tells nothing about today."""
    a = clear(c, apply(c))
    receipt = assert_fact(c, a, "criminal_punishment", as_of="2026-01-01", valid_until="2026-01-04")
    assert receipt["state"] == "needs-fact" and rules(receipt) == {"LC-4.3"}
    a = clear(c, apply(c))
    receipt = assert_fact(c, a, "criminal_punishment", as_of="2024-06-01")  # the policy gives it a year
    assert receipt["state"] == "needs-fact" and rules(receipt) == {"LC-4.3"}


@pytest.mark.parametrize("changes, field", [
    ({"as_of": "2027-01-01"}, "as_of"),
    ({"valid_until": "2025-12-31"}, "valid_until"),
])
def test_dates_of_a_fact(c, changes, field):
    body = {"subject": apply(c), "predicate": "criminal_punishment", "value": "no", "source": "来源",
            "attester": "某人", "as_of": "2026-01-05", **changes}
    assert fields(c.refused("inconsistent", "fact.assert", body)) == {field}


def test_facts_are_the_policys(c):
    body = {"subject": apply(c), "predicate": "bad_manners", "value": "no", "source": "来源", "attester": "某人",
            "as_of": "2026-01-05"}
    assert fields(c.refused("unknown-in-policy", "fact.assert", body)) == {"predicate"}


@pytest.mark.parametrize("form_changes, facts, lincang, weihai", [
    # a penalty outside medical insurance does not keep anybody from being selected in Lincang (LC-4.2)
    ({}, CLEAR | {"admin_penalty": "yes"}, "eligible", "eligible"),
    ({}, CLEAR | {"medins_admin_penalty": "yes"}, "proposed-ineligible", "eligible"),
    # knowledge is a condition in Lincang (LC-3.3) and a priority in Weihai (WH-3.6)
    ({"expertise": None}, CLEAR, "needs-info", "eligible"),
    # the written form is Weihai's (WH-5.3)
    ({"written_form": False, "expertise": ["medicine"]}, CLEAR, "eligible", "condition-not-met"),
])
def test_the_same_data_under_two_regulations(c, form_changes, facts, lincang, weihai):
    """Acceptance 2 (rules.md §7): the outcome is the policy's, not the program's. LC-4.2, LC-3.3, WH-3.6, WH-5.3"""
    for division, expected in ((LINCANG, lincang), (WEIHAI, weihai)):
        body = form(None, division, **{"expertise": ["medicine"], **form_changes})
        receipt = c.ask("application.submit", body, division)
        for predicate, value in facts.items() if receipt["status"] == "ok" and division == LINCANG else ():
            receipt = assert_fact(c, receipt["entity_id"], predicate, value)
        assert receipt.get("state", receipt["code"]) == expected, receipt


# ---------------------------------------------------------------- the number (GB 11643)

GOOD_NUMBERS = ["11010519491231002X", "440524188001010014",  # published examples
                "530902199001010013", "371002198506150027", "530927197202291235", "371083200002290083"]


def with_number(division, number, **changes):
    return form(None, division, **{"id_no": number, "birth_date": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
                                   "sex": "1" if int(number[16]) % 2 else "2", **changes})


@pytest.mark.parametrize("division, number", itertools.product(CITIES, GOOD_NUMBERS))
def test_numbers_that_fit(c, division, number):
    """Wherever it was issued: the first six digits say nothing about jurisdiction."""
    c.ok("application.submit", with_number(division, number), division)


def flipped(number):
    for at in range(18):
        other = "0" if number[at] == "X" else str((int(number[at]) + 1) % 10)
        yield number[:at] + other + number[at + 1:]


@pytest.mark.parametrize("number", [n for good in GOOD_NUMBERS[2:4] for n in flipped(good)])
def test_a_wrong_digit_is_noticed(c, number):
    receipt = c.ask("application.submit", form(None, id_no=number))
    assert receipt["status"] == "invalid" and receipt["code"] in ("bad-checksum", "bad-date")
    assert fields(receipt) == {"id_no"} and rules(receipt) == {"GB 11643"}


@pytest.mark.parametrize("number, code", [
    ("530902199002300013", "bad-date"),       # 30 February
    ("530902199001010010", "bad-checksum"),
    ("530902900101001", "old-id-number"),     # fifteen digits, first generation
    ("53090219900101001Y", "bad-format"),
    ("5309021990010100X3", "bad-format"),
    ("53090219900101001", "bad-format"),
    ("5309021990010100133", "bad-format"),
    ("", "bad-format"),
])
def test_numbers_that_are_none(c, number, code):
    assert fields(c.refused(code, "application.submit", form(None, id_no=number))) == {"id_no"}


def test_a_small_x_is_the_same_person(c):
    n = next(n for n in iter(another, None) if form(n)["id_no"].endswith("X"))
    apply(c, n=n)
    receipt = c.refused("already-applied", "application.submit", form(n, id_no=form(n)["id_no"].lower()))
    assert fields(receipt) == {"id_no"}


@pytest.mark.parametrize("division, changes, field", [
    *[(d, {"birth_date": "1970-02-02"}, "birth_date") for d in CITIES],
    *[(d, {"sex": "2"}, "sex") for d in CITIES],
    *[(d, {"signed_on": "2027-01-01"}, "signed_on") for d in CITIES],
])
def test_the_form_agrees_with_itself(c, division, changes, field):
    """WH-4.1: birth date and sex stand in the number; nobody signs tomorrow."""
    assert fields(c.refused("inconsistent", "application.submit", form(None, division, **changes), division)) == {field}


def test_a_sex_not_told_contradicts_nothing(c):
    for sex in "09":
        apply(c, sex=sex)


def test_nobody_is_born_tomorrow(c):
    number = "53090220300101001"
    number += check_character(number)
    assert "birth_date" in fields(c.refused("inconsistent", "application.submit", with_number(LINCANG, number)))


# ---------------------------------------------------------------- code tables

def two_digits(*runs):
    return {f"{n:02d}" for lo, hi in runs for n in range(lo, hi + 1)}


TABLES = {
    "sex": set("0129"),                                                    # GB/T 2261.1
    "health": set("1236"),                                                 # GB/T 2261.3
    "political_status": two_digits((1, 13)),                               # GB/T 4762
    "ethnicity": two_digits((1, 56)),                                      # GB/T 3304
    "education": two_digits((10, 23), (28, 28), (30, 33), (40, 49), (60, 63), (70, 71), (73, 73),
                            (80, 81), (83, 83), (90, 90)),                 # GB/T 4658
}


@pytest.mark.parametrize("field", TABLES)
def test_code_tables(c, field):
    """WH-4.1: every code of the standard, and none besides."""
    every = set(map(str, range(10))) | two_digits((0, 99)) | {"A1", "1 ", "001"}
    sent = {}
    for code in sorted(every):
        n = another()
        body = form(n, **{field: code})
        if field == "sex":  # keep the number's own sex out of it
            body["id_no"] = idno(n, form(n)["birth_date"].replace("-", ""), male=code != "2")
        sent[c.send("application.submit", body)] = code
    taken = set()
    for _ in sent:
        receipt = c.receive()
        if receipt["status"] == "ok":
            taken.add(sent[receipt["id"]])
        else:
            assert (receipt["code"], fields(receipt)) == ("unknown-code", {field})
    assert taken == TABLES[field]


@pytest.mark.parametrize("division, changes", [
    (division, changes) for division in CITIES
    for changes in ({"employer_kind": "circus"}, {"major_class": "magic"}, {"expertise": ["medicine", "magic"]})])
def test_codes_of_the_policy(c, division, changes):
    """LC-3.3, WH-3.6, WH-3.7: lists that are the city's own."""
    receipt = c.refused("unknown-in-policy", "application.submit", form(None, division, **changes), division)
    assert fields(receipt) == set(changes)


# ---------------------------------------------------------------- one person, one application

@pytest.mark.parametrize("division", CITIES)
def test_one_open_application_a_person(c, division):
    n = another()
    a = apply(c, division, n)
    c.refused("already-applied", "application.submit", form(n, division), division)
    c.ok("application.withdraw", {"application": a}, division)
    a = clear(c, apply(c, division, n))  # withdrawn: free to apply again
    c.ok("application.decide", decision(a, "reject"), division)
    a = clear(c, apply(c, division, n))  # rejected: likewise (rules.md A14)
    c.ok("application.decide", decision(a), division)
    c.refused("already-supervisor", "application.submit", form(n, division), division)


def test_a_person_may_serve_two_cities(c):
    """Divisions share nothing, people neither."""
    n = another()
    for division in CITIES:
        appoint(c, n, division)


# ---------------------------------------------------------------- supplement and withdraw

def test_what_was_missing_comes_in(c):
    """LC-3.3, LC-5.5, WH-4.1: screened again with every supplement."""
    a = clear(c, apply(c, expertise=None, major=None))
    receipt = c.ok("application.supplement", {"application": a, "major": "药学"})
    assert receipt["state"] == "needs-info" and rules(receipt) == {"LC-3.3"}
    assert c.ok("application.supplement", {"application": a, "expertise": ["nursing"]})["state"] == "eligible"
    assert c.case(a)["version"] == 1 + 3 + 2
    body = {"application": apply(c, WEIHAI, photo_ref=None), "photo_ref": "photo/2"}
    assert c.ok("application.supplement", body, WEIHAI)["state"] == "eligible"


def test_a_supplement_may_take_back(c):
    """LC-2.2, LC-3.1: what is denied afterwards counts as if it had been denied at first."""
    a = clear(c, apply(c))
    c.refused("condition-not-met", "application.supplement", {"application": a, "voluntary": False})
    assert c.case(a)["state"] == "eligible"
    receipt = c.ok("application.supplement", {"application": a, "attests_stance": False})
    assert receipt["state"] == "proposed-ineligible" and rules(receipt) == {"LC-3.1"}


@pytest.mark.parametrize("changes, fields_named", [
    ({"id_no": GOOD_NUMBERS[2], "birth_date": "1990-01-01", "sex": "1"}, {"id_no"}),
    ({"birth_date": "1990-01-01"}, {"birth_date"}),
])
def test_a_supplement_is_about_the_same_person(c, changes, fields_named):
    a = apply(c)
    assert fields(c.refused("inconsistent", "application.supplement", {"application": a, **changes})) == fields_named


@pytest.mark.parametrize("type, body", [
    ("application.supplement", {"major": "药学"}),
    ("application.withdraw", {}),
    ("application.decide", {"decision": "reject", "department": "bureau"}),
])
@pytest.mark.parametrize("id, code", [
    ("A-530900-99999999", "unknown-case"),
    ("R-530900-00000001", "unknown-case"),
    ("A-371000-00000001", "not-own-division"),
    ("A-530900-1x", "bad-format"),
])
def test_an_application_that_is_not_there(c, type, body, id, code):
    assert fields(c.refused(code, type, {"application": id, **body})) == {"application"}


# ---------------------------------------------------------------- the decision

def in_state(c, state, division=LINCANG):
    """An application that stands there."""
    a = apply(c, division, **({"major": None} if state == "needs-info" else {}))
    if state not in ("needs-info", "needs-fact"):
        clear(c, a)
    if state == "proposed-ineligible":
        assert_fact(c, a, "criminal_punishment", "yes")
    if state == "withdrawn":
        c.ok("application.withdraw", {"application": a})
    if state in ("appointed", "rejected"):
        c.ok("application.decide", decision(a, "appoint" if state == "appointed" else "reject"))
    assert c.case(a)["state"] == state
    return a


OPEN = ["needs-info", "needs-fact", "proposed-ineligible", "eligible"]
FINAL = ["appointed", "rejected", "withdrawn"]
VERBS = {
    "supplement": ("application.supplement", {"school": "测试大学"}),
    "fact": ("fact.assert", {"predicate": "party_discipline", "value": "no", "source": "来源", "attester": "某人",
                             "as_of": "2026-01-05"}),
    "appoint": ("application.decide", {"decision": "appoint", "department": "bureau"}),
    "reject": ("application.decide", {"decision": "reject", "department": "bureau"}),
    "withdraw": ("application.withdraw", {}),
}


@pytest.mark.parametrize("state, verb", itertools.product(OPEN + FINAL, VERBS))
def test_every_state_and_verb(c, state, verb):
    """PIPL 24: what the machine proposes only people decide; a person with an open or unmet condition
    cannot be appointed, anybody can be rejected or withdraw while it is open. LC-4.1, LC-4.3"""
    type, body = VERBS[verb]
    a = in_state(c, state)
    version = c.case(a)["version"]
    body = {("subject" if verb == "fact" else "application"): a, **body}
    if state in FINAL or (verb == "appoint" and state != "eligible"):
        receipt = c.refused("illegal-move", type, body)
        assert any(f"in state {state}" in why.get("expected", "") for why in receipt["because"])
        assert c.case(a)["version"] == version and c.case(a)["state"] == state
    else:
        expected = {"appoint": "appointed", "reject": "rejected", "withdraw": "withdrawn"}.get(verb, state)
        assert c.ok(type, body)["state"] == expected


@pytest.mark.parametrize("division, cited", [(LINCANG, {"LC-2.1", "LC-12.1"}), (WEIHAI, {"WH-2.1", "WH-8.1"})])
def test_appointed(c, division, cited):
    """LC-2.1, WH-2.1: a supervisor exists only by the authority's appointment."""
    a = clear(c, apply(c, division))
    receipt = c.ok("application.decide", decision(a, note="具备条件"), division)
    assert receipt["state"] == "appointed" and rules(receipt) == cited
    s = c.case(receipt["created"])
    assert (s["entity"], s["state"], s["application"], s["department"]) == ("supervisor", "active", a, "bureau")
    assert c.case(a)["supervisor"] == s["id"]


@pytest.mark.parametrize("division, rule", [(LINCANG, "LC-2.1"), (WEIHAI, "WH-2.1")])
def test_only_the_authority_decides(c, division, rule):
    """LC-2.1, WH-2.1"""
    a = clear(c, apply(c, division))
    for what, department in itertools.product(("appoint", "reject"), ("fund", "discipline")):
        receipt = c.refused("not-the-authority", "application.decide", decision(a, what, department=department), division)
        assert STATUS[receipt["code"]] == "forbidden" and rules(receipt) == {rule}
    receipt = c.refused("unknown-in-policy", "application.decide", decision(a, department="circus"), division)
    assert fields(receipt) == {"department"}


@pytest.mark.parametrize("start, good", [("2026-01-04", False), ("2026-01-05", True), ("2026-06-01", True),
                                         ("2027-01-06", True), ("2027-01-08", False)])
def test_when_a_term_may_begin(c, start, good):
    """LC-12.1: on the day of the decision unless it says otherwise, within a year (rules.md A4)."""
    body = decision(clear(c, apply(c)), term_start=start)
    if good:
        assert c.case(c.ok("application.decide", body)["created"])["term_start"] == start
    else:
        assert fields(c.refused("inconsistent", "application.decide", body)) == {"term_start"}


def test_what_was_attested_is_content(c):
    """LC-5.6, WH-5.4: who selects sees 学历, 专业, 工作经历, 健康状况 as they were handed in, with a reason."""
    a = clear(c, apply(c, work_years=7, employer_kind="media"))
    content = c.content(a, "选聘审核")
    body = content[-1]["body"]
    assert (body["education"], body["major"], body["work_years"], body["health"]) == ("21", "药学", 7, "1")
    assert [step["type"] for step in content] == ["fact.assert"] * len(FACTS[LINCANG]) + ["application.submit"]


def test_nobody_is_appointed_on_facts_that_ran_out(c):
    """LC-4.3: eligible when it was screened, and the attestation was good for that day only."""
    a = clear(c, apply(c))
    assert assert_fact(c, a, "criminal_punishment", valid_until="2026-01-05")["state"] == "eligible"
    c.wind("2026-01-06T09:00:00+08:00", LINCANG)
    c.refused("illegal-move", "application.decide", decision(a))
    told = c.explain(a)
    assert told["case"]["state"] == "needs-fact"
    assert rules(told) == {"LC-4.3"} and fields(told) == {"criminal_punishment"}
    assert_fact(c, a, "criminal_punishment")
    assert c.ok("application.decide", decision(a))["state"] == "appointed"


def test_the_bureau_adds_a_condition_and_a_disqualifier(tmp_path):
    """LC-3.5, LC-4.4: 规定的其他条件 are lines of the policy file, here an age and a kind of employer."""
    folder = bent_policies(tmp_path / "policies",
                           ("530900.yaml", "- { rule: LC-3.5,                     require: { human: true } }",
                            "- { rule: LC-3.5, require: { field: age, min: 20, max: 65 } }"),
                           ("530900.yaml", "- { rule: LC-4.4,                     require: { human: true } }",
                            "- { rule: LC-4.4, exclude: { field: employer_kind, in: [pharmacy] } }"))
    with Daemon([LINCANG], policies=folder) as d:
        c = d.client()
        receipt = c.ok("application.submit", form(employer_kind="pharmacy"))
        a = clear(c, receipt["entity_id"])
        assert c.case(a)["state"] == "proposed-ineligible"
        assert "LC-4.4" in rules(c.explain(a)) and "LC-3.5" not in rules(c.explain(a))
        c.refused("illegal-move", "application.decide", decision(a))
        assert c.case(clear(c, apply(c, employer_kind="enterprise")))["state"] == "eligible"
