"""Rounds of the open channel: announced where the regulation says, open for a time, and at their end nobody is
left without an answer."""

import pytest

from jd import CITIES, LINCANG, WEIHAI
from jd import (Daemon, all_events, apply, assert_fact, bent_policies, clear, decision, fields, form, idno, rules,
                uuid7, wait_for)

CHANNELS = {LINCANG: ("news-media", "official-account"), WEIHAI: ("news-media", "official-website")}
ANNOUNCED = {LINCANG: "LC-5.4", WEIHAI: "WH-5.2"}
REGISTER = {LINCANG: "LC-5.5", WEIHAI: "WH-5.3"}


def planned(c, division=LINCANG, **changes):
    body = {"title": "2026年度公开选聘", "department": "bureau", "closes_on": "2026-01-30", "places": 5, **changes}
    return c.ok("round.plan", body, division)["entity_id"]


def announce(c, round, *channels):
    for channel in channels or CHANNELS[round[2:8]]:
        body = {"round": round, "department": "bureau", "channel": channel, "on": c.at[:10], "reference": "第1号公告"}
        receipt = c.ok("round.announce", body, round[2:8])
    return receipt


def staff(c, what, round, **more):
    return c.ok(f"round.{what}", {"round": round, "department": "bureau"}, round[2:8], **more)


def opened(c, division=LINCANG, **changes):
    round = planned(c, division, **changes)
    announce(c, round)
    assert staff(c, "open", round)["state"] == "open"
    return round


def state(c, id):
    return c.case(id)["state"]


def of(c, id):
    return [e["event"] for e in all_events(c, id[2:8]) if e["id"] == id]


@pytest.fixture
def city():
    with Daemon() as d:
        yield d


def required(tmp_path):
    """Both cities, where an application needs an open round."""
    return bent_policies(tmp_path / "policies", *((f"{division}.yaml", "rounds: { required: false,",
                                                   "rounds: { required: true,") for division in CITIES))


# ---------------------------------------------------------------- announced, then open


@pytest.mark.parametrize("division", CITIES)
def test_no_round_opens_unannounced(city, division):
    """LC-5.4, WH-5.2: news media and the official account, news media and the website: both, then it opens."""
    c = city.client()
    round = planned(c, division)
    assert state(c, round) == "planned"
    before = c.last_seq(division)
    body = {"round": round, "department": "bureau"}
    receipt = c.refused("not-announced", "round.open", body, division)
    assert rules(receipt) == {ANNOUNCED[division]} and len(receipt["because"]) == 2
    first, second = CHANNELS[division]
    assert announce(c, round, first)["state"] == "planned"
    receipt = c.refused("not-announced", "round.open", body, division)
    assert second in receipt["because"][0]["expected"] and len(receipt["because"]) == 1
    assert c.last_seq(division) == before + 1
    receipt = announce(c, round, second)
    assert receipt["state"] == "announced" and rules(receipt) == {ANNOUNCED[division]}
    receipt = c.ok("round.open", body, division)
    assert (receipt["state"], receipt["due"], rules(receipt)) == ("open", "2026-01-30", {ANNOUNCED[division]})
    case = c.case(round)
    assert case["announced"] == list(CHANNELS[division]) and case["opened_on"] == "2026-01-05"
    assert of(c, round) == ["planned", "announced", "announced", "opened"]


def test_who_may_and_what_is_wrong(city):
    """LC-5.4: the appointing authority, in a channel the policy names, on a day that has been."""
    c = city.client()
    plan = {"title": "选聘", "department": "bureau", "closes_on": "2026-01-30"}
    c.refused("not-the-authority", "round.plan", {**plan, "department": "fund"})
    assert fields(c.refused("inconsistent", "round.plan", {**plan, "closes_on": "2026-01-04"})) == {"closes_on"}
    assert fields(c.refused("inconsistent", "round.plan", {**plan, "opens_on": "2026-01-31"})) == {"opens_on"}
    round = planned(c)
    body = {"round": round, "department": "bureau", "channel": "news-media", "on": "2026-01-05"}
    c.refused("unknown-in-policy", "round.announce", {**body, "channel": "official-website"})
    c.refused("not-the-authority", "round.announce", {**body, "department": "agency"})
    assert fields(c.refused("inconsistent", "round.announce", {**body, "on": "2026-01-06"})) == {"on"}
    c.refused("unknown-case", "round.announce", {**body, "round": "N-530900-00000099"})
    c.refused("not-own-division", "round.announce", {**body, "round": "N-371000-00000001"})
    c.refused("unknown-case", "round.announce", {**body, "round": "A-530900-00000001"})
    assert of(c, round) == ["planned"]


def test_a_day_on_which_it_may_open(city):
    c = city.client()
    round = planned(c, opens_on="2026-01-08")
    announce(c, round)
    body = {"round": round, "department": "bureau"}
    assert "2026-01-08" in c.refused("not-yet", "round.open", body)["because"][0]["expected"]
    c.wind("2026-01-31T09:00:00+08:00")
    c.refused("no-open-round", "round.open", body)
    late = planned(c, opens_on="2026-02-02", closes_on="2026-02-03")
    announce(c, late)
    c.wind("2026-02-02T00:00:00+08:00")
    assert staff(c, "open", late)["state"] == "open"


MOVES = ("announce", "open", "close", "review", "publish", "cancel")
ALLOWED = {"planned": {"announce", "cancel"}, "announced": {"announce", "open", "cancel"},
           "open": {"announce", "close", "cancel"}, "closed": {"review", "publish", "cancel"},
           "selecting": {"review", "publish", "cancel"}, "archived": set(), "cancelled": set()}
PATH = {"planned": [], "announced": ["announce"], "open": ["announce", "open"], "closed": ["announce", "open", "close"],
        "selecting": ["announce", "open", "close", "review"], "archived": ["announce", "open", "close", "publish"],
        "cancelled": ["cancel"]}


@pytest.mark.parametrize("at", PATH)
def test_every_move(city, at):
    """Each state and each message: what leads on, and what is a conflict that leaves no trace."""
    c = city.client()

    def led():
        round = planned(c)
        for step in PATH[at]:
            announce(c, round) if step == "announce" else staff(c, step, round, reason="选聘工作需要")
        c.wind(c.at)
        assert state(c, round) == at
        return round

    for move in MOVES:
        if move == "open" and at == "planned":
            continue  # refused for want of announcements, above
        round = led()
        body = {"round": round, "department": "bureau"}
        if move == "announce":
            body |= {"channel": "news-media", "on": c.at[:10]}
        before = c.last_seq()
        receipt = c.ask(f"round.{move}", body, LINCANG, reason="选聘工作需要")
        assert (receipt["code"] == "recorded") is (move in ALLOWED[at]), (move, receipt)
        if move not in ALLOWED[at]:
            assert receipt["code"] == "illegal-move" and c.last_seq() == before and state(c, round) == at


@pytest.mark.parametrize("division", CITIES)
def test_closed_by_the_clock(city, division):
    """LC-5.5, WH-5.3: through 24:00 (UTC+8) of its last day, and nobody needs to close it; a worker that was
    killed meanwhile makes up for it once."""
    c = city.client()
    round = opened(c, division)
    c.wind("2026-01-30T23:59:59+08:00", division)
    late = apply(c, division)
    assert c.case(late)["round"] == round
    city.kill_worker(division)
    wait_for(lambda: city.up(division), "the worker")
    c.wind("2026-01-31T00:00:00+08:00", division)
    case = c.case(round)
    assert (case["state"], case["closed_on"]) == ("closed", "2026-01-30") and "due" not in case
    closed = [e for e in all_events(c, division) if e["id"] == round and e["event"] == "closed"]
    assert [(e["cause"], e["due"], e["articles"]) for e in closed] == [(None, "2026-01-30", [REGISTER[division]])]
    c.refused("no-open-round", "application.submit", form(None, division, round=round), division)


# ---------------------------------------------------------------- applying in a round


@pytest.mark.parametrize("division", CITIES)
def test_where_a_round_is_required(tmp_path, division):
    """LC-5.5, WH-5.3: applications only while a round is open; a nomination needs none."""
    with Daemon(policies=required(tmp_path)) as d:
        c = d.client()
        round = planned(c, division)

        def refused():
            before = c.last_seq(division)
            receipt = c.refused("no-open-round", "application.submit", form(None, division), division)
            assert rules(receipt) == {REGISTER[division]} and fields(receipt) == {"round"}
            assert c.last_seq(division) == before

        refused()
        announce(c, round)
        refused()
        pair = ("npc", "npc-deputy") if division == LINCANG else ("npc-office", "npc-deputy")
        nominated = form(None, division, recommender=pair[0], nominee_kind=pair[1])
        assert "round" not in c.case(c.ok("nomination.submit", nominated, division)["entity_id"])
        staff(c, "open", round)
        a = apply(c, division)
        assert c.case(a)["round"] == round
        staff(c, "close", round)
        refused()
        assert c.ok("policy.show", {}, division)["policy"]["rounds_required"] is True


def test_where_it_is_not_required(city):
    """LC-5.5: shipped so that a bureau may begin without rounds; one that is open takes what comes in."""
    c = city.client()
    assert "round" not in c.case(apply(c))
    first = opened(c)
    joined = apply(c)
    assert c.case(joined)["round"] == first
    second = opened(c, title="补充选聘")
    receipt = c.refused("missing-field", "application.submit", form())
    assert fields(receipt) == {"round"}
    named = [apply(c, round=second), apply(c, round=first)]
    assert [c.case(a)["round"] for a in named] == [second, first]
    staff(c, "close", first)
    assert rules(c.refused("no-open-round", "application.submit", form(round=first))) == {"LC-5.5"}
    c.refused("no-open-round", "application.submit", form(round=planned(c)))
    c.refused("unknown-case", "application.submit", form(round="N-530900-00000077"))
    c.refused("bad-format", "application.submit", form(round="2026-spring"))
    assert c.case(apply(c))["round"] == second
    listed = c.ok("case.list", {"entity": "application", "round": first, "limit": 1})
    assert [case["id"] for case in listed["cases"]] == [joined] and listed["next"] == joined
    rest = c.ok("case.list", {"entity": "application", "round": first, "after": joined})
    assert [case["id"] for case in rest["cases"]] == [named[1]] and "next" not in rest
    c.refused("bad-format", "case.list", {"entity": "supervisor", "round": first})


# ---------------------------------------------------------------- its end


def test_what_is_undecided_expires_with_it(city):
    """LC-5.6: whoever was not selected is told so, some at a time, through a kill; who was decided stays so."""
    c = city.client()
    round = opened(c)
    many = [apply(c) for _ in range(70)]
    chosen, rejected, gone = many[:3]
    clear(c, chosen)
    c.ok("application.decide", decision(chosen))
    c.ok("application.decide", decision(rejected, "reject"))
    c.ok("application.withdraw", {"application": gone})
    aside = c.ok("nomination.submit", form(recommender="npc", nominee_kind="npc-deputy"))["entity_id"]
    staff(c, "close", round)
    body = {"round": round, "department": "bureau", "on": "2026-01-05", "reference": "第2号公告"}
    assert c.ok("round.publish", body)["state"] == "published"
    city.kill_worker(LINCANG)
    wait_for(lambda: city.up(LINCANG), "the worker")
    wait_for(lambda: state(c, round) == "archived", "the round to settle")
    assert [state(c, a) for a in many[:3]] == ["appointed", "rejected", "withdrawn"]
    assert {state(c, a) for a in many[3:]} == {"expired"} and state(c, aside) == "needs-fact"
    told = of(c, round)
    assert told[-4:] == ["published", "settled", "settled", "archived"], "67 by 32"
    expired = [e for e in all_events(c, LINCANG) if e["event"] == "expired"]
    assert {e["id"] for e in expired} == set(many[3:]) and len(expired) == 67
    assert {tuple(e["articles"]) for e in expired} == {("LC-5.5",)}
    c.refused("illegal-move", "application.decide", decision(many[-1]))
    c.refused("illegal-move", "round.publish", body)


def test_who_expired_may_apply_again(city):
    """LC-5.5: nothing was decided about that person (rules.md A14)."""
    c = city.client()
    round = opened(c)
    body = form()
    a = c.ok("application.submit", body)["entity_id"]
    c.refused("already-applied", "application.submit", body)
    staff(c, "close", round)
    staff(c, "publish", round)
    wait_for(lambda: state(c, a) == "expired", "the application to expire")
    assert rules(c.explain(a)) == {"LC-5.5"}
    assert c.ok("application.submit", body)["entity_id"] != a


def test_called_off(city):
    """A reason is recorded; what is undecided expires, and the round stays cancelled."""
    c = city.client()
    round = opened(c)
    a, b = apply(c), clear(c, apply(c))
    body = {"round": round, "department": "bureau"}
    c.refused("reason-required", "round.cancel", body)
    c.refused("not-the-authority", "round.cancel", {**body, "department": "fund"}, reason="预算调整")
    assert c.ok("round.cancel", body, reason="预算调整")["state"] == "cancelled"
    wait_for(lambda: state(c, a) == state(c, b) == "expired", "the applications to expire")
    assert state(c, round) == "cancelled" and of(c, round)[-2:] == ["cancelled", "settled"]
    empty = opened(c)
    c.ok("round.cancel", {**body, "round": empty}, reason="重新公告")
    c.wind(c.at)
    assert of(c, empty)[-1] == "cancelled"


# ---------------------------------------------------------------- how long an application waits


def test_what_nobody_attests_expires(city):
    """LC-5.5: warned of thirty and seven days before, then closed; local days."""
    c = city.client()
    receipt = c.ok("application.submit", form())
    a = receipt["entity_id"]
    assert (receipt["state"], receipt["due"]) == ("needs-fact", "2026-05-06")  # 120 days, rolled over the holiday
    assert c.case(a)["clock"] == "facts"
    c.wind("2026-05-06T23:59:59+08:00", LINCANG)
    assert of(c, a) == ["submitted", "warned", "warned"] and state(c, a) == "needs-fact"
    c.wind("2026-05-07T00:00:00+08:00", LINCANG)
    assert state(c, a) == "expired"
    last = [e for e in all_events(c, LINCANG) if e["id"] == a][-1]
    assert (last["event"], last["due"], last["articles"], last["cause"]) == ("expired", "2026-05-06", ["LC-5.5"], None)
    c.refused("illegal-move", "application.withdraw", {"application": a})


def test_the_clock_follows_the_state(city):
    """WH-5.3, LC-5.5: it starts anew with a new kind of waiting, runs on while that lasts, and ends with it."""
    c = city.client()
    receipt = c.ok("application.submit", form(education=None))
    a = receipt["entity_id"]
    assert (receipt["state"], receipt["due"], c.case(a)["clock"]) == ("needs-info", "2026-03-06", "supplement")
    c.at = "2026-01-20T09:00:00+08:00"
    assert_fact(c, a, "severe_bad_credit")
    assert c.case(a)["due"] == "2026-03-06", "still short of the same"
    receipt = c.ok("application.supplement", {"application": a, "education": "21"})
    assert (receipt["state"], receipt["due"], c.case(a)["clock"]) == ("needs-fact", "2026-05-20", "facts")
    c.at = "2026-02-02T09:00:00+08:00"
    clear(c, a)
    case = c.case(a)
    assert case["state"] == "eligible" and "due" not in case and "clock" not in case
    c.ok("application.supplement", {"application": a, "expertise": ["other"]})
    c.at = "2026-02-03T09:00:00+08:00"
    assert_fact(c, a, "criminal_punishment", "unknown")
    assert c.case(a)["due"] == "2026-06-03", "entered anew"
    c.ok("application.decide", decision(a, "reject"))
    assert "due" not in c.case(a)
    c.wind("2026-12-01T00:00:00+08:00", LINCANG)
    assert state(c, a) == "rejected" and "warned" not in of(c, a)


def test_without_a_clock_it_waits(tmp_path):
    """LC-5.5: a policy that names no limit has none."""
    line = "  facts: { days: 120, unit: calendar, warn_days: [30, 7], rule: LC-5.5, basis: local }\n"
    with Daemon([LINCANG], policies=bent_policies(tmp_path / "p", ("530900.yaml", line, ""))) as d:
        c = d.client()
        a = apply(c)
        assert "due" not in c.case(a)
        c.wind("2026-12-01T00:00:00+08:00", LINCANG)
        assert state(c, a) == "needs-fact"


# ---------------------------------------------------------------- for those who select


def review(c, round, id=None, at=None, **more):
    body = {"round": round, "department": "bureau", **more}
    return c.ok("round.review", body, round[2:8], id=id, at=at, reason="选聘评议")


PEOPLE = [  # what the form says, and which of Weihai's priorities that meets
    (dict(employed=False, employer_kind="retired", birth="1950"), []),
    (dict(employed=True, birth="1961"), ["WH-3.5"]),
    (dict(employed=True, major_class="law", full_time=True, work_years=3, birth="1962"), ["WH-3.5", "WH-3.6"]),
    (dict(employed=True, major_class="law", full_time=True, work_years=0, birth="1971"), ["WH-3.5"]),
    (dict(employed=True, major_class="law", full_time=None, work_years=9, birth="1972"), ["WH-3.5"]),
    (dict(employed=True, major_class="other", full_time=True, work_years=9, birth="1985"), ["WH-3.5"]),
    (dict(employed=True, education="31", major_class="it", full_time=True, work_years=9, birth="1986"), ["WH-3.5"]),
    (dict(employed=True, major_class="medicine", full_time=True, work_years=1, employer_kind="government",
          birth="1987"), ["WH-3.5", "WH-3.6", "WH-3.7"]),
    (dict(employed=False, employer_kind="government", birth="1999"), ["WH-3.7"]),
]


def pool(c, division):
    """A closed round with those people, all eligible, and one that is not."""
    round = opened(c, division)
    made = []
    for n, (says, _) in enumerate(PEOPLE):
        says = dict(says)
        born = f"{says.pop('birth')}-03-01"
        id_no = idno(n, born.replace("-", ""))
        made.append(clear(c, apply(c, division, birth_date=born, id_no=id_no, **says)))
    apply(c, division, education=None)
    staff(c, "close", round)
    return round, made


def test_the_pool_in_weihai(city):
    """WH-5.4 education, major, work, age; WH-3.5, WH-3.6, WH-3.7 order the eligible and exclude nobody."""
    c = city.client()
    round, made = pool(c, WEIHAI)
    receipt = review(c, round)
    assert receipt["state"] == "selecting" and rules(receipt) == {"WH-5.4", "WH-3.5", "WH-3.6", "WH-3.7"}
    assert receipt["pool"] == len(made) and "next" not in receipt
    ranking = receipt["ranking"]
    assert {r["application"]: r["rules"] for r in ranking} == {a: met for a, (_, met) in zip(made, PEOPLE)}
    assert [r["application"] for r in ranking] == sorted(made, key=lambda a: (-len(PEOPLE[made.index(a)][1]), a))
    assert [r["weight"] for r in ranking] == [len(r["rules"]) for r in ranking]
    rows = {r["application"]: r for r in receipt["factors"]}
    assert [r["application"] for r in receipt["factors"]] == [r["application"] for r in ranking]
    assert rows[made[2]] == {"application": made[2], "state": "eligible", "education": "21", "full_time": True,
                             "major_class": "law", "employed": True, "work_years": 3, "age": 63}
    assert "health" not in rows[made[0]], "WH-5.4 does not name it"
    assert receipt["ages"] == [{"from": 20, "to": 29, "count": 1}, {"from": 30, "to": 39, "count": 2},
                               {"from": 40, "to": 49, "count": 1}, {"from": 50, "to": 59, "count": 2},
                               {"from": 60, "to": 69, "count": 2}, {"from": 70, "to": 79, "count": 1}]
    counted = {(r["field"], r["value"]): r["count"] for r in receipt["counts"]}
    assert counted[("education", "21")] == 8 and counted[("education", "31")] == 1
    assert sum(n for (field, _), n in counted.items() if field == "sex") == len(made)


def test_the_same_pool_in_lincang(city):
    """LC-5.6: five factors, health among them, and no priorities: in the order of receipt."""
    c = city.client()
    round, made = pool(c, LINCANG)
    receipt = review(c, round)
    assert rules(receipt) == {"LC-5.6"} and "ranking" not in receipt
    assert [r["application"] for r in receipt["factors"]] == made
    assert receipt["factors"][7] == {"application": made[7], "state": "eligible", "education": "21", "full_time": True,
                                     "major_class": "medicine", "work_years": 1, "employer_kind": "government",
                                     "expertise": ["medicine"], "age": 38, "health": "1"}


def test_a_page_at_a_time(city):
    """WH-5.4: in the same order, and the whole pool is counted on each page."""
    c = city.client()
    round, made = pool(c, WEIHAI)
    whole = review(c, round)
    seen, after = [], 0
    while after is not None:
        page = review(c, round, after=after, limit=4)
        assert page["pool"] == 9 and page["ages"] == whole["ages"]
        seen += page["ranking"]
        after = page.get("next")
    assert seen == whole["ranking"]
    assert review(c, round, after=9)["factors"] == []
    more = review(c, round, all=True)
    assert more["pool"] == 10 and [r["state"] for r in more["factors"]].count("needs-info") == 1


def test_the_first_receipt_again(city):
    """LC-5.6: asked again under its id after everything has changed, and after a kill, it says what it said."""
    c = city.client()
    round, made = pool(c, LINCANG)
    id = uuid7()
    first = review(c, round, id=id)
    c.ok("application.decide", decision(made[0]))
    c.ok("application.withdraw", {"application": made[1]})
    c.ok("application.supplement", {"application": made[2], "work_years": 33, "health": "3"})
    assert_fact(c, made[3], "criminal_punishment", "yes")
    staff(c, "publish", round)
    wait_for(lambda: state(c, round) == "archived", "the round to settle")
    city.kill_worker(LINCANG)
    wait_for(lambda: city.up(LINCANG), "the worker")
    assert review(c, round, id=id, at="2027-06-01T00:00:00+08:00") == first
    assert len(first["factors"]) == 9
    receipt = c.ask("round.review", {"round": round, "department": "bureau", "limit": 1}, id=id, reason="选聘评议")
    assert receipt["code"] == "id-reused"


def test_nobody_is_named(city):
    """LC-5.6: codes and numbers, a recorded reason, and an event that says no more than that somebody looked."""
    c = city.client()
    round, made = pool(c, LINCANG)
    body = {"round": round, "department": "bureau"}
    c.refused("reason-required", "round.review", body)
    c.refused("not-the-authority", "round.review", {**body, "department": "fund"}, reason="看看")
    c.refused("illegal-move", "round.review", {**body, "round": opened(c)}, reason="看看")
    said = str(review(c, round, all=True))
    for personal in ("测试", "1380000", "5309021", "1987-03-01", "药学"):
        assert personal not in said
    event = [e for e in all_events(c, LINCANG) if e["event"] == "reviewed"][-1]
    assert set(event) == {"v", "seq", "at", "division", "entity", "id", "version", "event", "from", "to", "cause",
                          "policy", "articles", "department"}
    listed = c.explain(round)["history"]
    assert [step["event"] for step in listed][-2:] == ["closed", "reviewed"]


def test_on_the_command_line(city):
    """LC-5.4, LC-5.6: planned, listed and looked through with jianductl as it is."""
    c = city.client()
    round, _ = pool(c, LINCANG)
    ctl = ("--division", LINCANG)
    assert round in city.ctl("list", "round", "--state", "closed", *ctl, check=0).stdout
    shown = city.ctl("get", round, check=0).stdout
    assert "news-media" in shown and "2026年度公开选聘" in shown
    body = f'{{"round": "{round}", "department": "bureau", "limit": 2}}'
    told = city.ctl("send", "round.review", "--json", "--reason", "选聘评议", *ctl, stdin=body, check=0).stdout
    assert '"pool"' in told and '"ages"' in told
    policy = city.ctl("policy", "show", "--rules", *ctl, check=0).stdout
    for word in ("announcement_channels", "official-account", "factors", "certificate", "LC-5.6"):
        assert word in policy


def test_why_it_expires_and_when(city):
    """LC-5.5: case.explain shows what an application waits for, day by day."""
    c = city.client()
    a = apply(c)
    clock = c.explain(a)["clock"]
    assert (clock["name"], clock["from"], clock["due"], clock["limit"]) == ("facts", "2026-01-05", "2026-05-06", 120)
    assert clock["days"][-1]["last"] is True and sum(day["counts"] for day in clock["days"]) == 120
    clear(c, a)
    assert "clock" not in c.explain(a)
