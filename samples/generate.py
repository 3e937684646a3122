#!/usr/bin/env python3
"""Writes samples/530900.jsonl and samples/371000.jsonl: two cities, made up. Most of it happens in three
months of 2026; a few people were appointed years before, so that terms end.

    python3 samples/generate.py            writes both files beside itself
    python3 samples/generate.py --check    says whether they are up to date, writes nothing

Deterministic: the same program gives the same files. Everybody in them is invented; identity numbers
are well formed (GB 11643) and nobody's. What each message must come to is worked out here a second
time, from the regulations and not from the daemon, so that the two check each other.
"""

import csv
import datetime
import json
import pathlib
import random
import re
import sys

import texts

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
DAY = datetime.timedelta(days=1)
LAST = datetime.date(2026, 11, 20)


def day(text):
    """'09-15' is 15 September 2026; other years are written out."""
    return datetime.date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


# ---------------------------------------------------------------- codes and calendar

STATUS = {code: status.lower() for code, status in
          re.findall(r'CODE\(\w+, "([a-z-]+)", (\w+),', (ROOT / "proto/codes.def").read_text())}


class Calendar:
    """Working days; the day a limit starts on does not count (Civil Code 201), and calendar days that
    end on a day off run on to the next working day (203)."""

    def __init__(self, path):
        rows = csv.DictReader(line for line in path.open() if not line.startswith("#"))
        self.kind = {row["date"]: row["kind"] for row in rows}

    def works(self, d):
        kind = self.kind.get(d.isoformat())
        return kind == "work" if kind else d.weekday() < 5

    def on_or_after(self, d):
        while not self.works(d):
            d += DAY
        return d

    def plus_working(self, d, n):
        while n:
            d += DAY
            n -= self.works(d)
        return d

    def plus_calendar(self, d, n):
        return self.on_or_after(d + n * DAY)


CALENDAR = Calendar(ROOT / "policies/calendar-cn.csv")

# ---------------------------------------------------------------- people who do not exist

STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def check_character(digits):
    return "10X98765432"[sum(int(d) * w for d, w in zip(digits, WEIGHTS)) % 11]


def id_number(area, born, sequence):
    digits = f"{area}{born:%Y%m%d}{sequence:03d}"
    return digits + check_character(digits)


def id_ending_in_x(area, born):
    """The first number of that day whose check character is X, of a man."""
    return next(i for n in range(1, 1000, 2) if (i := id_number(area, born, n)).endswith("X"))


def identity(id_no):
    """What must agree with an identity number (GB 11643, GB/T 2261.1)."""
    return {"sex": "1" if int(id_no[16]) % 2 else "2",
            "birth_date": f"{id_no[6:10]}-{id_no[10:12]}-{id_no[12:14]}", "id_no": id_no}


def without(body, *fields):
    return {k: v for k, v in body.items() if k not in fields}


# ---------------------------------------------------------------- a city's file


class City:
    """Lines in the order they are thought of, written in the order of time."""

    def __init__(self, division, short, seed):
        self.division, self.short = division, short
        self.random = random.Random(seed)
        self.lines, self.names = [], set()
        self.people = self.reports = self.serial = 0
        self.supervisors = []  # (first day on which they may report, reference, name)
        self.open = []         # cases whose end is known when everything is told

    def time(self, d, after=None):
        """A moment of the working hours of that day, behind `after`."""
        t = datetime.datetime.combine(d, datetime.time(9, 0)) + datetime.timedelta(minutes=self.random.randrange(420))
        return t if not after or t > after else after + datetime.timedelta(minutes=self.random.randrange(2, 9))

    def line(self, name, type, at, body, code="recorded", state=None, **more):
        assert name not in self.names, name
        self.names.add(name)
        expect = {"status": STATUS[code], "code": code}
        if state:
            expect["state"] = state
        expect.update(more.pop("expect", {}))
        utc = at - datetime.timedelta(hours=8)
        row = {"name": name, "division": self.division, "type": type, "at": f"{utc:%Y-%m-%dT%H:%M:%SZ}"}
        row |= {k: more.pop(k) for k in ("id", "reason") if k in more}
        row |= {"body": body, "expect": expect}
        row |= {k: v for k, v in more.items() if v is not None}
        self.lines.append(row)
        return row

    def institution(self, kind, county):
        self.serial += 1
        name = {"H": "医院", "P": "药店"}[kind]
        return {"institution": f"{kind}{county}{90000 + self.serial}", "institution_name": f"样例{self.serial}号{name}"}

    def reporter(self, d):
        return self.random.choice([ref for since, ref in self.supervisors if since <= d])

    def person(self, id_no=None, born=None, male=None):
        """The next synthetic person, with the fields every form must have."""
        n = self.people
        self.people += 1
        male = n % 2 == 0 if male is None else male
        born = born or datetime.date(1958 + n * 7 % 42, 1 + n * 5 % 12, 1 + n * 11 % 28)
        area = self.areas[n % len(self.areas)]
        return {"name": f"{self.surname}·{STEMS[n % 10]}{BRANCHES[n % 12]}{'' if n < 60 else '二'}",
                **identity(id_no or id_number(area, born, 100 + 2 * n + male)),
                "phone": f"{self.prefix}-{n + 1:07d}"}

    def finish(self):
        for case in self.open:
            case.finish()
        self.lines.sort(key=lambda row: row["at"])
        self.check()

    def check(self):
        told = set()
        for row in self.lines:
            for name in re.findall(r'"@([^"]+)"', json.dumps(row["body"])):
                assert name.removesuffix(".created") in told, (row["name"], name)
            told.add(row["name"])
        assert self.lines[-1]["at"].startswith(LAST.isoformat()), "the last day must be reached"


class Case:
    """A case told step by step: what is expected of each step, and in which state it stays."""

    def __init__(self, city, name):
        self.city, self.name, self.ref = city, name, "@" + name
        self.last, self.steps = None, {}
        city.open.append(self)

    def step(self, d, type, body, code="recorded", state=None, label=None, **more):
        self.last = self.city.time(d, self.last)
        verb = label or type.split(".")[1]
        self.steps[verb] = n = self.steps.get(verb, 0) + 1
        name = self.name if not label and verb == "submit" else f"{self.name}-{verb}" + (f"-{n}" if n > 1 else "")
        row = self.city.line(name, type, self.last, body, code, state, **more)
        if code == "recorded" and state:
            self.state = state
        return row


# ---------------------------------------------------------------- applications


WAITS = {"needs-info": 60, "needs-fact": 120}  # calendar days of both policies, local: then it expires


class Application(Case):
    def __init__(self, city, d, body, state, type="application.submit", note=None):
        kind = {"application.submit": "app", "nomination.submit": "nom"}[type]
        city.applications[kind] += 1
        super().__init__(city, f"{city.short}-{kind}-{city.applications[kind]:03d}")
        self.body, self.appointed = body, None
        self.row = self.step(d, type, body, state=state, note=note)

    def supplement(self, d, state, note=None, **fields):
        self.step(d, "application.supplement", {"application": self.ref, **fields}, state=state, note=note)

    def fact(self, d, predicate, value, state, note=None, as_of=None, **more):
        self.step(d, "fact.assert", fact(self.ref, predicate, value, as_of or d - DAY, **more),
                  state=state, label="fact", note=note)

    def facts(self, d, **values):
        """Several on a day; the last one settles it."""
        *some, last = values.items()
        for predicate, value in some:
            self.fact(d, predicate, value, "needs-fact")
        self.fact(d, *last, "eligible")

    def appoint(self, d, term_start=None, note=None):
        body = {"application": self.ref, "decision": "appoint", "department": "bureau"}
        if term_start:
            body["term_start"] = term_start.isoformat()
        self.step(d, "application.decide", body, state="appointed", label="decide", note=note)
        self.appointed = f"{self.ref}-decide.created"
        if not term_start:
            self.city.supervisors.append((d + DAY, self.appointed))

    def inform(self, d, predicate, value, ends, note):
        """A fact about the supervisor, and what becomes of the appointment."""
        row = self.step(d, "fact.assert", fact(self.appointed, predicate, value, d - DAY), label="about",
                        expect={"state": "active"}, note=note)
        row["ends"] = ends

    def reject(self, d, why, note=None):
        self.step(d, "application.decide", {"application": self.ref, "decision": "reject", "department": "bureau",
                                            "note": why}, state="rejected", label="decide", note=note)

    def withdraw(self, d, note=None):
        self.step(d, "application.withdraw", {"application": self.ref}, state="withdrawn", note=note)

    def refused(self, d, label, type, code, note, **body):
        key = "subject" if type == "fact.assert" else "application"
        self.step(d, type, {key: self.ref, **body}, code, label="no-" + label, note=note)

    def step(self, d, type, body, code="recorded", state=None, label=None, **more):
        if code == "recorded" and state != getattr(self, "state", None):
            self.since = d
        return super().step(d, type, body, code, state, label, **more)

    def finish(self):
        due = CALENDAR.plus_calendar(self.since, WAITS.get(self.state, 10**4))
        self.row["ends"] = "expired" if due < LAST else self.state


class Round(Case):
    """A round of the open channel from its plan to its archive."""

    def __init__(self, city, d, closes_on, channels, announced, title):
        super().__init__(city, f"{city.short}-round")
        body = {"title": title, "department": "bureau", "closes_on": closes_on.isoformat(), "places": 2}
        self.row = self.step(d, "round.plan", body, state="planned", note="the open channel, planned")
        self.ref = f"@{self.name}-plan"
        self.refused(d, "open", "not-announced", f"{announced}: not announced anywhere yet")
        for n, channel in enumerate(channels, 1):
            self.step(d, "round.announce", {**self.body(), "channel": channel, "on": d.isoformat()},
                      state="announced" if n == len(channels) else "planned")
        self.refused(d, "close", "illegal-move", "it is not open")

    def body(self):
        return {"round": self.ref, "department": "bureau"}

    def refused(self, d, verb, code, note):
        self.step(d, f"round.{verb}", self.body(), code, label="no-" + verb, note=note)

    def move(self, d, verb, state, note=None, **more):
        return self.step(d, f"round.{verb}", self.body(), state=state, note=note, **more)

    def finish(self):
        self.row["ends"] = "archived" if self.state == "published" else self.state


SOURCES = {"severe_bad_credit": "市公共信用信息平台", "severe_dishonesty": "市公共信用信息平台",
           "medins_admin_penalty": "本局行政处罚台账", "admin_penalty": "行政处罚公示系统",
           "criminal_punishment": "无犯罪记录证明", "criminal_record": "无犯罪记录证明",
           "insurer_employment": "合作保险公司用工名册", "qualification": "学历认证报告"}


def fact(subject, predicate, value, as_of, **more):
    return {"subject": subject, "predicate": predicate, "value": value,
            "source": SOURCES.get(predicate, "单位书面说明"), "attester": "核验员一", "as_of": as_of.isoformat(), **more}


# ---------------------------------------------------------------- reports

class Report(Case):
    def __init__(self, city, d, body, dept, state="assigned", note=None, by=None):
        city.reports += 1
        super().__init__(city, f"{city.short}-rep-{city.reports:03d}")
        self.by = by or city.reporter(d)
        self.lead, self.received, self.due = dept, d, city.handling(d)
        expect = {"department": dept} if dept else {}
        if note and "clock" in note:
            expect["due"] = self.due.isoformat()
        self.row = self.step(d, "report.submit", {"supervisor": self.by, **body}, state=state, expect=expect, note=note)

    def move(self, d, verb, state, department=None, reason=None, note=None, **body):
        more = {"reason": reason} if reason else {}
        self.step(d, "report." + verb, {"report": self.ref, "department": department or self.lead, **body},
                  state=state, note=note, **more)

    def accept(self, d, note=None):
        self.move(d, "accept", "accepted", note=note)

    def object(self, d, reason, note=None):
        self.move(d, "object", "objected", reason=reason, note=note)

    def assign(self, d, to, reason, by="fund", note=None, **more):
        self.move(d, "assign", "assigned", department=to, reason=reason, note=note, by=by, **more)
        self.lead = to

    def result(self, d, result, summary, note=None):
        self.move(d, "result", "resulted", result=result, summary=summary, note=note)
        self.due = CALENDAR.plus_working(d, 5)

    def feedback(self, d, text, channel=None, by=None, note=None):
        self.move(d, "feedback", "fed-back", department=by, channel=channel or self.city.random.choice(CHANNELS), text=text,
                  note=note)

    def acknowledge(self, d, satisfied=True, comment=None, note=None):
        body = {"report": self.ref, "supervisor": self.by, "satisfied": satisfied}
        if comment:
            body["comment"] = comment
        self.step(d, "report.acknowledge", body, state="acknowledged", note=note)

    def close(self, d, by=None, note=None):
        self.move(d, "close", "closed", department=by, note=note)

    def refused(self, d, label, verb, code, note, reason=None, **body):
        more = {"reason": reason} if reason else {}
        self.step(d, "report." + verb, {"report": self.ref, **body}, code, label="no-" + label, note=note, **more)

    def finish(self):
        self.row["ends"] = self.state
        if self.state in ("held", "assigned", "objected", "accepted", "resulted"):
            self.row["overdue"] = self.due < LAST
            assert abs((self.due - LAST).days) > 1, (self.name, self.due, "too near the end to be a sample")


CHANNELS = ["phone", "message", "letter", "meeting", "portal"]


def workday(d, n=0):
    """That day or the next working day, and n working days on."""
    return CALENDAR.plus_working(CALENDAR.on_or_after(d), n)


def report_body(city, row, d, number):
    """The message of a row of texts.py."""
    body = {"kind": row["kind"]}
    if row["category"]:
        body |= {"target": row["target"], "category": row["category"]}
    body["text"] = row["text"]
    if row["inst"] and row["county"]:
        body |= city.institution(row["inst"], row["county"])
    if row["county"] and not (row["inst"] and number % 3 == 0):
        body["county"] = row["county"]
    if row["kind"] == "clue" and number % 3:
        body["found_on"] = (d - number % 5 * DAY).isoformat()
    if number % 11 == 0:
        body["attachments"] = [f"att:{city.short}-{number:03d}-1", f"att:{city.short}-{number:03d}-2"]
    known = ("kind", "category", "county", "inst", "text", "result", "summary", "note_rule", "target")
    return body | without(row, *known)


def tell(city, report, row, fate):
    """What becomes of an ordinary report. The days in between are the desk's own pace."""
    rnd, d = city.random, report.received
    say = rnd.choice(texts.FEEDBACK).format(summary=row["summary"])
    if fate in ("assigned", "late-assigned"):
        return
    d = workday(d, rnd.randrange(1, 3))
    if fate in ("reassigned", "objected"):
        report.object(d, "不属本单位职责范围，请另行分办")
        if fate == "objected":
            return
        d = workday(d, 1)
        report.assign(d, city.second_choice(report.lead), "经核职责分工，改由该部门主办",
                      note="objected in time, assigned anew; the statutory limit runs on")
        d = workday(d, 1)
    report.accept(d)
    if fate in ("accepted", "late-accepted"):
        return
    d = {"late-closed": workday(report.due + 3 * DAY), "resulted": workday(day("11-17")),
         "late-resulted": workday(day("10-28"))}.get(fate) or workday(d, rnd.randrange(*city.pace))
    report.result(d, row["result"], row["summary"],
                  note="the limit was breached, and the case is still brought to its end" if fate == "late-closed" else None)
    if fate in ("resulted", "late-resulted"):
        return
    if fate == "silent":
        report.close(workday(d, 1), note="closed without feedback: the text has no such duty (WH-10.∅)")
        return
    d = workday(d, rnd.randrange(1, 4))
    report.feedback(d, say, by=None if rnd.random() < 0.6 or report.lead == "discipline" else "fund")
    if fate == "fed-back":
        return
    if fate != "no-ack":
        d += rnd.randrange(1, 4) * DAY
        report.acknowledge(d, rnd.random() < 0.85, rnd.choice(texts.COMMENTS))
        if fate == "acknowledged":
            return
    report.close(workday(d, rnd.randrange(0, 3)), by=None if rnd.random() < 0.5 else "fund")


def ordinary(city, rows, fates, windows):
    """Every row of texts.py once, in no order, spread over the weeks its fate needs."""
    city.random.shuffle(rows)
    fates = fates + ["closed"] * (len(rows) - len(fates))
    city.random.shuffle(fates)
    plan = []
    for row, fate in zip(rows, fates):
        first, last = windows.get(fate, windows["closed"])
        plan.append((day(first) + city.random.randrange((day(last) - day(first)).days + 1) * DAY, row, fate))
    plan.sort(key=lambda p: p[0])
    for n, (d, row, fate) in enumerate(plan):
        body = report_body(city, row, d, n)
        dept, route = city.route(body)
        note = row.get("note_rule") or f"{city.rule_of(row)}; route {route}" + ("; clock of handling" if n % 10 == 0 else "")
        tell(city, Report(city, d, body, dept, note=note), row, fate)


def not_accepted(city, d, cases, good, type="report.submit"):
    """Each a good message with one thing wrong, and the code that names it."""
    for label, code, change, note in cases:
        body = {**good(), **change}
        body = {k: v for k, v in body.items() if v is not None}
        city.line(f"{city.short}-no-{label}", type, city.time(d), body, code, note=note)


# ================================================================ 临沧


class Lincang(City):
    areas = ["530902", "530921", "530922", "530923", "530924", "530925", "530926", "530927"]
    surname, prefix, pace = "临样", "0883", (4, 18)
    applications = {"app": 0, "nom": 0}

    def handling(self, d):
        return CALENDAR.plus_calendar(d, 60)

    def form(self, **changes):
        return {**self.person(changes.pop("id_no", None)), "health": "1", "education": "21", "major": "临床医学",
                "employer": "样例单位", "post": "职员", "work_years": 8, "expertise": ["medicine"], "voluntary": True,
                "unpaid_ack": True, "attests_stance": True, **changes}

    def route(self, body):
        county = body.get("county") or body.get("institution", "")[1:7]
        target, category = body.get("target"), body.get("category")
        if target == "agency":
            return ("discipline", "LC-R1") if category == "LC.A3" else ("fund", "LC-R2")
        if target and county:
            return f"county-{county}", {"institution": "LC-R3", "insured": "LC-R4"}[target]
        if target:
            return "fund", "LC-R5"
        if body.get("subject", "").startswith("enforcement"):
            return "fund", "LC-R6"
        return (f"county-{county}", "LC-R7") if county else ("fund", "LC-R8")

    def second_choice(self, lead):
        return "county-530902" if lead == "fund" else "fund"

    def rule_of(self, row):
        return "LC-7." + row["category"][3:] if row["category"] else {"opinion": "LC-6.4", "suggestion": "LC-8.2"}[row["kind"]]


CLEAR = dict(severe_bad_credit="no", medins_admin_penalty="no", criminal_punishment="no")


def lincang_applications(c):
    d = day("08-20")

    # 公开选聘: each kind of knowledge the text names, and its 等
    knowledge = [
        ("medicine", dict(id_no="530902199001010013", notice_version="2026-07")),
        ("pharmacy", dict(major="药学", major_class="medicine", employer_kind="pharmacy")),
        ("nursing", dict(major="护理学", id_no="530927197202291235", employer_kind="medical-institution")),
        ("finance", dict(major="会计学", major_class="finance", employer_kind="retired", health="2")),
        ("it", dict(major="计算机应用", major_class="it", employer_kind="enterprise", email="sample5@example.com")),
        ("policy", dict(major="公共管理", education="31", employer_kind="community")),
        ("other", dict(major="新闻学", expertise_note="长期从事医疗卫生领域新闻采写", employer_kind="media")),
    ]
    for n, (code, more) in enumerate(knowledge):
        a = Application(c, d + n % 2 * DAY, c.form(expertise=[code], **more), "needs-fact",
                        note=f"公开选聘; knowledge `{code}` (LC-3.3); facts nobody attested yet are unknown (LC-4.1 to 4.3)")
        a.facts(day("08-24"), **CLEAR)
        a.appoint(day("08-27"), note="LC-2.1, term LC-12.1" if n == 0 else None)
    c.first = "@lc-app-001-decide.created"

    a = Application(c, day("08-21"), without(c.form(), "health"), "needs-info", note="LC-3.4: 健康状况 is left blank")
    a.supplement(day("08-22"), "needs-fact", health="1")
    a.facts(day("08-25"), **CLEAR)
    a.appoint(day("08-28"))

    a = Application(c, day("08-22"), without(c.form(), "major", "education"), "needs-info",
                    note="LC-5.5, LC-5.6: 学历 and 专业 are left blank, and stay so")

    a = Application(c, day("08-22"), without(c.form(), "expertise"), "needs-info", note="LC-3.3: 业务知识 is left blank")
    a.withdraw(day("08-26"), note="LC-2.2: taking part is voluntary")
    a.refused(day("08-27"), "supplement", "application.supplement", "illegal-move", "what is withdrawn stays so",
              expertise=["policy"])

    a = Application(c, day("08-23"), c.form(attests_stance=False), "proposed-ineligible",
                    note="LC-3.1 is not attested: a proposal of the machine")
    a.reject(day("08-28"), "本人未作出相应承诺，经面谈确认不再继续。", note="made a decision by people (PIPL art. 24)")
    a.refused(day("08-31"), "withdraw", "application.withdraw", "illegal-move", "after the decision")

    a = Application(c, day("08-23"), c.form(), "needs-fact")
    a.fact(day("08-25"), "severe_bad_credit", "yes", "proposed-ineligible", note="LC-4.1")
    a.reject(day("08-28"), "存在严重不良信用记录，已告知本人。")

    a = Application(c, day("08-24"), c.form(), "needs-fact")
    a.fact(day("08-26"), "medins_admin_penalty", "yes", "proposed-ineligible", note="LC-4.2; nobody has decided yet")

    a = Application(c, day("08-24"), c.form(), "needs-fact")
    a.fact(day("08-26"), "criminal_punishment", "yes", "proposed-ineligible", note="LC-4.3: somebody of the same name, it will turn out")
    a.refused(day("08-27"), "appoint", "application.decide", "illegal-move", "nobody is appointed against a proposal",
              decision="appoint", department="bureau")
    a.fact(day("09-01"), "severe_bad_credit", "no", "proposed-ineligible")
    a.fact(day("09-01"), "medins_admin_penalty", "no", "proposed-ineligible")
    a.fact(day("09-03"), "criminal_punishment", "no", "eligible", note="the fact is put right, and the screening with it")
    a.appoint(day("09-07"))

    a = Application(c, day("08-25"), c.form(), "needs-fact")
    a.fact(day("08-27"), "admin_penalty", "yes", "needs-fact", note="a penalty outside medical insurance: no bar to LC-4.2")
    a.facts(day("08-27"), **CLEAR)
    a.appoint(day("08-31"), note="LC-4.2 is narrower than LC-14.5")

    a = Application(c, day("08-25"), c.form(), "needs-fact")
    a.facts(day("08-27"), severe_bad_credit="no", criminal_punishment="no", admin_penalty="no")
    a.reject(day("08-31"), "名额已满，综合学历、专业、工作经历、年龄结构考虑。", note="LC-5.6: people choose among the eligible")
    a = Application(c, day("09-07"), a.body, "eligible",
                    note="the same person once more: what was attested still holds")
    a.appoint(day("09-10"))

    a = Application(c, day("08-26"), c.form(), "needs-fact")
    a.fact(day("08-28"), "severe_bad_credit", "no", "needs-fact")
    a.fact(day("08-28"), "medins_admin_penalty", "no", "needs-fact")
    a.fact(day("08-28"), "criminal_punishment", "unknown", "needs-fact", note="LC-4.3: unknown never passes for fine")

    a = Application(c, day("08-27"), c.form(health="3"), "needs-fact", note="LC-3.4: the machine does not judge an illness")
    a.facts(day("08-31"), **CLEAR)
    a.appoint(day("09-03"))

    a = Application(c, day("08-28"), c.form(), "needs-fact")
    a.fact(day("09-01"), "medins_admin_penalty", "no", "needs-fact")
    a.fact(day("09-01"), "criminal_punishment", "no", "needs-fact")
    a.fact(day("09-01"), "severe_bad_credit", "no", "eligible", valid_until="2026-09-15", note="may be relied on until 15 September")
    a.refused(day("09-18"), "old-fact", "application.decide", "illegal-move", "LC-4.1: the fact has run out, and with it the eligibility",
              decision="appoint", department="bureau")
    a.fact(day("09-21"), "severe_bad_credit", "no", "eligible")
    a.appoint(day("09-22"))

    a = Application(c, day("08-31"), c.form(), "needs-fact")
    a.fact(day("09-02"), "severe_bad_credit", "no", "needs-fact", as_of=day("01-05"),
           note="half a year is over (valid_days 180): as good as unknown")

    a = Application(c, day("09-01"), c.form(employer="样例财产保险公司", employer_kind="cooperating_insurer"), "needs-fact",
                    note="LC-15.2: may supervise, is only out of the reward")
    a.facts(day("09-03"), **CLEAR)
    a.appoint(day("09-07"))
    a.inform(day("09-08"), "insurer_employment", "yes", "active", "LC-15.2: a fact about a supervisor")

    a = Application(c, day("09-02"), c.form(), "needs-fact")
    a.facts(day("09-04"), **CLEAR)
    a.refused(day("09-07"), "other-body", "application.decide", "not-the-authority", "LC-2.1: only the bureau appoints",
              decision="appoint", department="fund")
    a.refused(day("09-07"), "no-body", "application.decide", "unknown-in-policy", "no such department",
              decision="appoint", department="benefit")
    a.refused(day("09-07"), "decision", "application.decide", "unknown-code", "neither appoint nor reject",
              decision="postpone", department="bureau")
    a.refused(day("09-07"), "early-term", "application.decide", "inconsistent", "the term would begin before the application",
              decision="appoint", department="bureau", term_start="2026-08-01")
    a.appoint(day("09-08"), term_start=day("12-01"), note="LC-12.1: the term begins on 1 December")
    a.refused(day("09-09"), "twice", "application.decide", "illegal-move", "decided is decided",
              decision="reject", department="bureau")
    a.refused(day("09-09"), "late-fact", "fact.assert", "illegal-move", "after the decision a fact belongs to the supervisor",
              **without(fact("", "admin_penalty", "no", day("09-08")), "subject"))
    c.later = a.appointed

    x = id_ending_in_x("530924", datetime.date(1988, 3, 15))
    a = Application(c, day("09-03"), c.form(id_no=x) | {"id_no": x.lower()}, "needs-fact", note="GB 11643: a final x counts as X")
    c.line("lc-no-already-applied", "application.submit", c.time(day("09-04")), a.body | {"id_no": x}, "already-applied",
           note="the same person, number written with X")
    a.refused(day("09-07"), "other-id", "application.supplement", "inconsistent", "another person's number",
              **identity("530902199001010013"))
    a.refused(day("09-07"), "fact-name", "fact.assert", "unknown-in-policy", "a fact of Weihai's",
              **without(fact("", "criminal_record", "no", day("09-04")), "subject"))
    a.refused(day("09-07"), "fact-future", "fact.assert", "inconsistent", "attested for a day to come",
              **without(fact("", "severe_bad_credit", "no", day("12-31")), "subject"))
    a.refused(day("09-07"), "fact-span", "fact.assert", "inconsistent", "valid until before it was true",
              **without(fact("", "severe_bad_credit", "no", day("09-04"), valid_until="2026-09-01"), "subject"))
    a.refused(day("09-07"), "fact-value", "fact.assert", "unknown-code", "yes, no or unknown",
              **without(fact("", "severe_bad_credit", "maybe", day("09-04")), "subject"))

    lincang_nominations(c)
    lincang_not_applied(c)


def lincang_nominations(c):
    pairs = [("npc", "npc-deputy", "某区人大常委会办公室", "needs-fact"),
             ("cppcc", "cppcc-member", "某县政协办公室", "needs-fact"),
             ("government", "department-staff", "某市直部门", "needs-fact"),
             ("industry", "industry-representative", "某行业协会", "needs-fact"),
             ("media", "media-staff", "某新闻单位", "needs-fact")]
    for recommender, nominee, name, state in pairs:
        a = Application(c, day("08-21"), c.form(recommender=recommender, nominee_kind=nominee, recommender_name=name), state,
                        "nomination.submit", note=f"直接聘用: {recommender} recommends {nominee} (LC-5.7)")
        a.facts(day("08-25"), **CLEAR)
        a.appoint(day("08-28"))
    a = Application(c, day("09-01"), c.form(recommender="npc", nominee_kind="npc-deputy"), "needs-fact", "nomination.submit")
    a.fact(day("09-03"), "severe_bad_credit", "yes", "proposed-ineligible", note="LC-4.1 binds the direct channel too")
    a = Application(c, day("09-01"), without(c.form(recommender="media", nominee_kind="media-staff"), "unpaid_ack"),
                    "needs-info", "nomination.submit", note="LC-3.2 is left blank")
    a.refused(day("09-02"), "unpaid", "application.supplement", "condition-not-met", "LC-3.2: 自愿无偿", unpaid_ack=False)
    a.supplement(day("09-03"), "needs-fact", unpaid_ack=True)
    good = lambda: c.form(recommender="npc", nominee_kind="npc-deputy")
    not_accepted(c, day("09-02"), [
        ("pair", "pair-not-allowed", dict(nominee_kind="media-staff"), "LC-5.7: 分别推荐"),
        ("recommender", "pair-not-allowed", dict(recommender="union"), "LC-5.7: not among the five"),
        ("no-recommender", "missing-field", dict(recommender=None), "a nomination names who recommends"),
    ], good, "nomination.submit")


def lincang_not_applied(c):
    good_id = c.form()["id_no"]
    wrong_digit = good_id[:16] + str((int(good_id[16]) + 2) % 10) + good_id[17:]
    not_accepted(c, day("09-04"), [
        ("not-voluntary", "condition-not-met", dict(voluntary=False), "LC-2.2: refused at the door"),
        ("paid", "condition-not-met", dict(unpaid_ack=False), "LC-3.2: refused at the door"),
        ("checksum", "bad-checksum", dict(id_no=wrong_digit), "GB 11643: one digit is wrong"),
        ("id-date", "bad-date", dict(id_no="530902199002300013"), "GB 11643: 30 February"),
        ("old-id", "old-id-number", dict(id_no="530902900101001"), "GB 11643: 15 digits"),
        ("id-form", "bad-format", dict(id_no="53090219900101001Y"), "GB 11643: the last character"),
        ("birth", "inconsistent", dict(birth_date="1990-01-02"), "digits 7 to 14 of the number say otherwise"),
        ("name", "missing-field", dict(name=None), "姓名"),
        ("long-name", "out-of-bounds", dict(name="样" * 51), "at most 50 characters"),
        ("direction", "bad-text", dict(employer="样例\u202e单位"), "a character that turns the direction of writing"),
        ("control", "bad-text", dict(address="样例路\u0007号"), "a control character"),
        ("phone", "bad-format", dict(phone="call me please"), "digits"),
        ("email", "bad-format", dict(email="sample@@example.com"), "one @"),
        ("digest", "bad-format", dict(form_sha256="z" * 64), "64 hexadecimal digits"),
        ("years", "out-of-bounds", dict(work_years=71), "0 to 70"),
        ("nation", "unknown-code", dict(ethnicity="57"), "GB/T 3304 ends with 56"),
        ("degree", "unknown-code", dict(education="05"), "GB/T 4658 has no 05"),
        ("wechat", "unknown-field", dict(wechat="sample"), "the form has no such field"),
        ("words", "wrong-type", dict(voluntary="是"), "true or false"),
        ("list", "wrong-type", dict(expertise="medicine"), "a list"),
        ("two-things", "several-problems", dict(name=None, health="9"), "both are named"),
        ("knowledge", "unknown-in-policy", dict(expertise=["law"]), "法律 is Weihai's"),
        ("employer-kind", "unknown-in-policy", dict(employer_kind="guild"), "not in the list"),
    ], c.form, "application.submit")
    sample = c.form()
    c.line("lc-no-sex", "application.submit", c.time(day("09-04")), sample | {"sex": "21"[int(sample["sex"]) - 1]},
           "inconsistent", note="digit 17 of the number says otherwise")
    c.line("lc-no-already-supervisor", "application.submit", c.time(day("09-08")),
           c.form(id_no="530902199001010013"), "already-supervisor", note="holds an appointment")
    for label, type, body, code in [
        ("unknown-application", "application.withdraw", {"application": "A-530900-00009999"}, "unknown-case"),
        ("foreign-application", "application.withdraw", {"application": "A-371000-00000001"}, "not-own-division"),
        ("report-as-application", "application.withdraw", {"application": "R-530900-00000001"}, "unknown-case"),
    ]:
        c.line(f"lc-no-{label}", type, c.time(day("09-08")), body, code, note="a case must be there, and here")

    # one request, three times: the same answer, no second effect; another body under its id is a conflict
    once, at = c.form(), c.time(day("09-09"))
    request = "01990000-0000-7000-8000-0000005309aa"
    row = c.line("lc-once", "application.submit", at, once, state="needs-fact", id=request, note="the first time")
    row["ends"] = "needs-fact"
    c.line("lc-once-again", "application.submit", at + datetime.timedelta(minutes=2), once, state="needs-fact", id=request,
           note="the same id and body: the first receipt again, and no second case")
    c.line("lc-no-id-reused", "application.submit", at + datetime.timedelta(minutes=4), once | {"post": "经理"},
           "id-reused", id=request, note="the same id with another body")


def lincang_reports(c):
    targets = {"A": "agency", "B": "institution", "C": "insured"}
    rows = [dict(row, target=targets[row["category"][3]] if row["category"] not in (None, "other") else "agency")
            for row in texts.LINCANG]
    fates = (["late-assigned"] * 2 + ["late-accepted"] * 2 + ["assigned"] * 2 + ["accepted"] + ["resulted"] + ["late-resulted"]
             + ["fed-back"] + ["acknowledged"] + ["reassigned"] * 3 + ["objected"] + ["no-ack"] * 4 + ["late-closed"])
    ordinary(c, rows, fates, {
        "closed": ("08-31", "10-16"), "late-assigned": ("09-01", "09-12"), "late-accepted": ("09-01", "09-12"),
        "late-closed": ("08-31", "09-03"), "late-resulted": ("09-14", "09-24"), "resulted": ("10-12", "10-20"),
        "assigned": ("10-26", "11-16"), "accepted": ("10-20", "11-06"), "objected": ("10-26", "11-06"),
        "fed-back": ("09-20", "10-10"), "acknowledged": ("09-20", "10-10")})
    lincang_conflicts(c)
    lincang_order(c)
    lincang_not_reported(c)


def lincang_conflicts(c):
    """A report never reaches whom it accuses (LC-7.A3; petition regulation arts 28, 30)."""
    r = Report(c, day("09-02"), {"kind": "clue", "target": "agency", "category": "LC.A1", "accused": ["fund"],
                                 "text": "负责监管的科室收到拨付异常的提醒，半年没有处理。", "decree735": "R36-2"},
               "discipline", note="LC-R2 names the accused fund section: it goes to the discipline body instead")
    r.refused(day("09-03"), "fund", "accept", "not-assigned", "the accused section may not take it up", department="fund")
    r.refused(day("09-03"), "back", "assign", "route-to-accused", "not by assignment either", "退回业务科室",
              by="discipline", department="fund")
    r.refused(day("09-03"), "by-accused", "assign", "not-assigned", "the accused section does not assign it", "转县局",
              by="fund", department="county-530902")
    r.accept(day("09-04"))
    r.result(day("09-24"), "substantiated", "科室内部提醒未落实责任人，已问责并建立台账。")
    r.refused(day("09-28"), "feedback", "feedback", "not-assigned", "nor does the accused section tell the supervisor",
              department="fund", channel="phone", text="已处理")
    r.feedback(day("09-28"), "您反映的监管科室问题已核查处理，相关责任人已问责。")
    r.acknowledge(day("09-29"), True, "感谢。")
    r.close(day("09-30"))

    r = Report(c, day("09-03"), {"kind": "clue", "target": "institution", "category": "LC.B1", "county": "530923",
                                 "accused": ["county-530923"], **c.institution("H", "530923"),
                                 "text": "县局工作人员提前告诉医院检查时间。", "decree735": "R42"},
               "discipline", note="LC-R3 names the accused county: it goes to the discipline body instead")
    r.accept(day("09-04"))
    r.result(day("09-21"), "partly", "提前联系属实，系核对地址，已改为检查当日告知。")
    r.feedback(day("09-22"), "已核查：检查前确有电话联系，今后改为当日告知。", by="fund")
    r.acknowledge(day("09-23"), False, "希望以后随机到场。")
    r.close(day("09-25"), by="fund")

    r = Report(c, day("09-04"), {"kind": "clue", "target": "agency", "category": "LC.A3", "accused": ["fund", "discipline"],
                                 "text": "反映处理过此前举报的两个部门都有人参加了被查单位的宴请。", "nature": "misconduct"},
               None, "held", note="LC-R1: the discipline body is accused too, so nobody gets it until people decide")
    r.refused(day("09-07"), "by-accused", "assign", "not-assigned", "an accused section does not place it", "分办",
              by="fund", department="bureau")
    r.assign(day("09-07"), "bureau", "两个部门均应回避，由局领导直接组织核查", by="bureau",
             note="where both are accused, the authority itself decides who handles it")
    r.accept(day("09-08"))
    r.result(day("10-12"), "unsubstantiated", "所称宴请为行业培训工作餐，有签到和公务卡记录。")
    r.feedback(day("10-13"), "经局领导组织核查，未发现所称宴请。")
    r.acknowledge(day("10-14"), True)
    r.close(day("10-15"))

    Report(c, day("09-08"), {"kind": "clue", "target": "agency", "category": "LC.A3", "accused": ["discipline"],
                             "text": "反映负责纪检的人员与药店负责人合伙经营。", "nature": "misconduct"},
           None, "held", note="LC-R1: held, and nobody has placed it: overdue at the end")

    Report(c, day("10-28"), {"kind": "clue", "target": "agency", "category": "LC.A2", "accused": ["agency"],
                             "text": "经办机构与定点医院签订的补充协议没有公开。", "basis": "agreement"},
           "fund", note="LC-R2: the agency is accused, and never handles what is said about it")


def lincang_order(c):
    """What must not be done, done to reports that are then handled as they should be."""
    someone = [ref for since, ref in c.supervisors if since <= day("08-29")]
    r = Report(c, day("09-07"), {"kind": "clue", "target": "institution", "category": "LC.B2", "county": "530926",
                                 **c.institution("H", "530926"), "text": "住院部夜间不接收转诊病人，理由是医保额度用完。",
                                 "basis": "agreement"}, "county-530926", by=someone[2], note="LC-R3; handled in order below")
    lead = "county-530926"
    r.refused(day("09-08"), "result", "result", "illegal-move", "no outcome before it is taken up",
              department=lead, result="substantiated", summary="情况属实。")
    r.refused(day("09-08"), "accept", "accept", "not-assigned", "another county's", department="county-530927")
    r.refused(day("09-08"), "department", "accept", "unknown-in-policy", "no such department", department="benefit")
    r.refused(day("09-08"), "reason", "object", "reason-required", "an objection needs a reason", department=lead)
    r.accept(day("09-09"))
    r.refused(day("09-09"), "object", "object", "illegal-move", "too late once it is taken up", "不属本局", department=lead)
    r.refused(day("09-10"), "adopted", "result", "result-not-for-kind", "a clue is not adopted", department=lead,
              result="adopted", summary="采纳。")
    r.refused(day("09-10"), "acknowledge", "acknowledge", "illegal-move", "nothing to acknowledge yet", supervisor=r.by)
    r.result(day("09-16"), "substantiated", "医院以总额控制为由推诿病人，违反服务协议，已约谈并通报。")
    r.refused(day("09-17"), "close", "close", "feedback-required", "LC-10.4: the supervisor must be told first", department=lead)
    r.refused(day("09-17"), "pigeon", "feedback", "unknown-in-policy", "no such channel", department=lead,
              channel="pigeon", text="已办理。")
    r.refused(day("09-17"), "stranger", "feedback", "not-assigned", "neither leading nor managing", department="agency",
              channel="phone", text="已办理。")
    r.feedback(day("09-18"), "您反映的推诿病人问题属实，医院已被约谈并通报。", channel="letter")
    r.feedback(day("09-21"), "补充说明：该院已恢复夜间接诊。", channel="phone", by="fund", note="more may be told later")
    r.refused(day("09-21"), "not-mine", "acknowledge", "not-the-reporter", "another supervisor", supervisor=someone[3])
    r.acknowledge(day("09-22"), True, "夜间去看过，已经恢复。")
    r.close(day("09-23"))
    r.refused(day("09-24"), "closed", "accept", "illegal-move", "closed is closed", department=lead)

    r = Report(c, day("09-10"), {"kind": "clue", "target": "institution", "category": "LC.B4", "county": "530921",
                                 **c.institution("P", "530921"), "text": "药店以会员日名义只对刷医保卡的顾客送鸡蛋。"},
               "county-530921", note="LC-R3; the window to object is 5 working days from assignment")
    r.refused(day("09-21"), "late", "object", "objection-too-late", "assigned on 10 September, until 17 September",
              "应由市场监管部门处理", department="county-530921")
    r.refused(day("09-21"), "reason", "assign", "reason-required", "an assignment needs a reason", by="fund",
              department="county-530922")
    r.refused(day("09-21"), "by", "assign", "not-assigned", "only the managing section assigns", "本县不办", by="agency",
              department="county-530922")
    r.refused(day("09-21"), "nowhere", "assign", "unknown-in-policy", "no such department", "分办", by="fund",
              department="county-530999")
    r.assign(day("09-22"), "county-530922", "该药店实际经营地址在云县", assist=["agency", "county-530921"],
             note="LC-10.3: people may assign otherwise, with a reason; the limit runs on")
    r.accept(day("09-23"))
    r.result(day("10-15"), "substantiated", "促销只针对医保顾客属实，已纠正并扣分。")
    r.feedback(day("10-16"), "药店促销问题已纠正。")
    r.acknowledge(day("10-17"))
    r.close(day("10-19"))
    for label, body, code in [
        ("unknown-report", {"report": "R-530900-00009999", "department": "fund"}, "unknown-case"),
        ("foreign-report", {"report": "R-371000-00000001", "department": "fund"}, "not-own-division"),
    ]:
        c.line(f"lc-no-{label}", "report.accept", c.time(day("09-24")), body, code, note="a case must be there, and here")


def lincang_not_reported(c):
    def good():
        return {"supervisor": c.first, "kind": "clue", "target": "institution", "category": "LC.B2", "county": "530902",
                "text": "样例反映：公示栏没有更新。"}
    cases = [
        ("unknown-supervisor", "not-a-supervisor", dict(supervisor="S-530900-00009999"), "LC-2.1: nobody appointed this one"),
        ("foreign-supervisor", "not-own-division", dict(supervisor="S-371000-00000001"), "LC-2.3: Weihai's"),
        ("term-not-begun", "not-active", dict(supervisor=c.later), "LC-12.1: the term begins on 1 December"),
        ("application-as-supervisor", "unknown-case", dict(supervisor="A-530900-00000001"), "an applicant is no supervisor"),
        ("supervisor-form", "bad-format", dict(supervisor="临样甲子"), "a case id"),
        ("agency-as-institution", "category-not-for-target", dict(category="LC.A1"), "LC-7.A1 is the agency's"),
        ("insured-as-agency", "category-not-for-target", dict(target="agency", category="LC.C1"), "LC-7.C1 is the insured person's"),
        ("insured-other", "no-catch-all", dict(target="insured", category="other"), "LC-7.C∅: send an opinion instead"),
        ("insured-c9", "no-catch-all", dict(target="insured", category="LC.C9"), "LC-7.C∅"),
        ("category", "unknown-in-policy", dict(category="LC.B9"), "no such category"),
        ("bureau", "target-not-supervised", dict(target="bureau", category="S1"), "LC-6.1 does not name the bureau"),
        ("enquiry", "kind-not-accepted", dict(kind="enquiry"), "Lincang has no enquiries"),
        ("no-target", "missing-field", dict(target=None, category=None), "a clue names its target"),
        ("no-category", "missing-field", dict(category=None), "a clue names its category (LC-7)"),
        ("county", "not-own-division", dict(county="371002"), "LC-2.3: a county of Weihai"),
        ("state-secret", "state-secret", dict(secrecy="state_secret"), "LC-9.5: the wrong system; nothing is stored"),
        ("secrecy", "unknown-code", dict(secrecy="top"), "no such class"),
        ("future", "inconsistent", dict(found_on="2026-12-24"), "found on a day to come"),
        ("no-such-day", "bad-date", dict(found_on="2026-09-31"), "30 days has September"),
        ("no-text", "missing-field", dict(text=None), "what was found"),
        ("long-text", "out-of-bounds", dict(text="长" * 4001), "at most 4000 characters"),
        ("bell", "bad-text", dict(text="样例\u0007反映"), "a control character"),
        ("accused", "unknown-in-policy", dict(accused=["benefit"]), "no such department"),
        ("accused-word", "wrong-type", dict(accused="fund"), "a list"),
        ("nature", "unknown-in-policy", dict(nature="rude"), "no such nature"),
        ("subject", "unknown-in-policy", dict(subject="weather"), "no such subject"),
        ("basis", "unknown-in-policy", dict(basis="hearsay"), "LC-6.1: regulation or agreement"),
        ("reporter-name", "unknown-field", dict(reporter_name="临样·甲子"), "who reports is known by number alone"),
        ("two-wrong", "several-problems", dict(text=None, on_site="是"), "both are named"),
    ]
    for n, case in enumerate(cases):
        not_accepted(c, day("09-08") + n * DAY, [case], good)


def lincang_terms(c):
    """Three years to the day, the last day included (LC-12.1), then over without anybody's doing (LC-13.2)."""
    a = Application(c, day("2021-09-13"), c.form(signed_on="2021-09-12"), "needs-fact", note="in the first week of the text (LC-17.1)")
    a.facts(day("2021-09-14"), **CLEAR)
    a.appoint(day("2021-09-15"), note="LC-12.1: 15 September 2021 to 15 September 2024")
    a.inform(day("2022-06-01"), "party_discipline", "no", "lapsed", "LC-13.2: lapses at 00:00 on 16 September 2024")
    r = Report(c, day("2024-09-15"), {"kind": "opinion", "text": "样例意见：三年来窗口快了很多，希望保持。", "subject": "other"},
               "fund", by=a.appointed, note="LC-R8; LC-12.1: the last day is still in the term")
    c.line("lc-no-term-over", "report.submit", c.time(day("2024-09-16")),
           {"supervisor": a.appointed, "kind": "opinion", "text": "样例意见：再补充一点。"}, "not-active", note="LC-13.2: the day after")
    r.accept(day("2024-09-18"))
    r.result(day("2024-09-24"), "noted", "感谢认可。")
    r.feedback(day("2024-09-25"), "感谢您三年来的监督。")
    r.acknowledge(day("2024-09-26"), note="who reported may still acknowledge when the term is over")
    r.close(day("2024-09-27"))
    b = Application(c, day("2024-10-09"), a.body | {"signed_on": "2024-10-08"}, "needs-fact",
                    note="the same person again; what was attested in 2021 has long run out")
    b.facts(day("2024-10-10"), **CLEAR)
    b.appoint(day("2024-10-11"))
    b.inform(day("2025-03-03"), "party_discipline", "no", "active", "LC-12.1: until 11 October 2027")
    a = Application(c, day("2024-01-10"), c.form(), "needs-fact")
    a.facts(day("2024-01-12"), **CLEAR)
    a.appoint(day("2024-01-15"))
    a.inform(day("2025-03-03"), "party_discipline", "no", "expiring", "LC-12.1: until 15 January 2027, within 90 days of its end")


# ================================================================ 威海


class Weihai(City):
    areas = ["371002", "371003", "371082", "371083"]
    surname, prefix, pace = "威样", "0631", (2, 8)
    applications = {"app": 0, "nom": 0}

    def handling(self, d):
        return CALENDAR.plus_working(d, 15)

    def form(self, **changes):
        """The annex, complete."""
        n = self.people + 1
        return {**self.person(changes.pop("id_no", None)), "ethnicity": "01", "political_status": "13", "health": "1",
                "employed": True, "employer": "样例单位", "post": "职员", "address": f"样例路{n}号", "education": "21",
                "school": "样例大学", "major": "药学", "voluntary": True, "unpaid_ack": True, "attests_stance": True,
                "attests_ability": True, "declares_true_and_fit": True, "declares_clean": True, "written_form": True,
                "photo_ref": f"photo:wh-{n:03d}", "signature_ref": f"sign:wh-{n:03d}", "signed_on": "2026-08-18", **changes}

    def route(self, body):
        target, category, subject = body.get("target"), body.get("category"), body.get("subject", "other")
        if target == "bureau":
            return ("discipline", "WH-R1") if category == "S2" else ("fund", "WH-R2")
        if target == "institution":
            return {"I1": ("service", "WH-R3"), "I2": ("fund", "WH-R4")}[category]
        if target == "insured":
            return "centre", "WH-R5"
        if body["kind"] == "enquiry":
            return "centre", "WH-R6"
        return {"benefit-policy": ("benefit", "WH-R7"), "medical-service": ("service", "WH-R8"),
                "handling-service": ("centre", "WH-R9"), "other": ("office", "WH-R10"),
                "enforcement-work": ("fund", "WH-R11")}[subject]

    def second_choice(self, lead):
        return "office" if lead == "fund" else "fund"

    def rule_of(self, row):
        return {"bureau": "WH-6.2", "institution": "WH-6.3", "insured": "WH-6.3", None: "WH-6.5"}[row["target"]]


def weihai_applications(c):
    d = day("08-20")
    digest = "5eed" * 16
    people = [
        ("在职, 医药 (WH-3.5, WH-3.6 are priorities)", dict(id_no="371002198506150027", major_class="medicine", full_time=True,
                                                        work_years=12, employer_kind="medical-institution")),
        ("法律", dict(major="法学", major_class="law", full_time=True, employer_kind="self-employed", political_status="05")),
        ("财务", dict(major="会计学", major_class="finance", employer_kind="enterprise", email="sample3@example.com")),
        ("信息", dict(major="软件工程", major_class="it", full_time=True, ethnicity="11")),
        ("政府部门 (WH-3.7)", dict(major="行政管理", major_class="other", employer_kind="government", political_status="01")),
        ("退休: being employed is a priority, not a gate (WH-3.5)",
         dict(employed=False, employer="样例单位（退休）", employer_kind="retired", id_no="371083200002290083", education="31")),
        ("书面申请 as the digest of a scan (WH-5.3)", dict(written_form=None, form_sha256=digest)),
    ]
    for n, (note, more) in enumerate(people):
        form = {k: v for k, v in c.form(**more).items() if v is not None}
        a = Application(c, d + n % 2 * DAY, form, "eligible", note=f"公开选聘: {note}; no explicit disqualifier, no fact is asked")
        a.appoint(day("08-26"), note="WH-2.1, term WH-8.1" if n == 0 else None)
    c.first = "@wh-app-001-decide.created"

    a = Application(c, day("08-21"), without(c.form(), "photo_ref"), "needs-info", note="WH-4.1: 照片 is missing, and stays so")
    a = Application(c, day("08-21"), without(c.form(), "written_form"), "needs-info", note="WH-5.3: no sign of a written application")
    a.supplement(day("08-24"), "eligible", form_sha256=digest)
    a.appoint(day("08-27"))
    a = Application(c, day("08-22"), without(c.form(), "ethnicity", "address", "signature_ref", "signed_on"), "needs-info",
                    note="WH-4.1: four fields of the annex")
    a.supplement(day("08-24"), "needs-info", ethnicity="01", address="样例路", note="two are still missing")
    a.supplement(day("08-25"), "eligible", signature_ref="sign:wh-010", signed_on="2026-08-25")
    a.appoint(day("08-28"))
    a = Application(c, day("08-22"), c.form(attests_stance=False), "proposed-ineligible", note="WH-3.1")
    a.reject(day("08-27"), "未作相应承诺。", note="made a decision by people (PIPL art. 24)")
    Application(c, day("08-23"), c.form(attests_ability=False), "proposed-ineligible", note="WH-3.2, WH-3.3; nobody has decided yet")
    a = Application(c, day("08-23"), c.form(), "eligible")
    a.fact(day("08-25"), "criminal_record", "yes", "eligible",
           note="no disqualifier in the text: the promise of WH-4.2 is what it breaks (WH-9.2), and people weigh it")
    a.reject(day("08-27"), "承诺无犯罪记录与核查不符。")
    a = Application(c, day("08-24"), c.form(), "eligible")
    a.fact(day("08-26"), "qualification", "yes", "eligible", note="WH-3.6: for the ranking, which people do")
    a.refused(day("08-27"), "centre", "application.decide", "not-the-authority", "WH-2.1: only the bureau appoints",
              decision="appoint", department="centre")
    a.refused(day("08-27"), "fact", "fact.assert", "unknown-in-policy", "a fact of Lincang's",
              **without(fact("", "severe_bad_credit", "no", day("08-25")), "subject"))
    a.refused(day("08-27"), "clean", "application.supplement", "declaration-required", "WH-4.2: not to be taken back",
              declares_clean=False)
    a.appoint(day("08-28"))
    a.inform(day("10-20"), "severe_dishonesty", "unknown", "active", "WH-9.2: a fact about a supervisor")
    a = Application(c, day("08-25"), c.form(), "eligible")
    a.withdraw(day("08-27"), note="WH-2.1: taking part is voluntary")
    a = Application(c, day("08-31"), a.body | {"signed_on": "2026-08-31"}, "eligible", note="thought better of it")
    a.refused(day("09-01"), "far-term", "application.decide", "inconsistent", "the term would begin in more than a year",
              decision="appoint", department="bureau", term_start="2028-01-01")
    a.appoint(day("09-02"), term_start=day("12-15"), note="WH-8.1: the term begins on 15 December")
    c.later = a.appointed

    weihai_nominations(c)
    weihai_not_applied(c)


def weihai_nominations(c):
    pairs = [("npc-office", "npc-deputy", "市人大常委会办公室"), ("government-office", "style-reviewer", "市政府办公室"),
             ("cppcc-office", "cppcc-member", "市政协办公室")]
    for recommender, nominee, name in pairs:
        form = without(c.form(recommender=recommender, nominee_kind=nominee, recommender_name=name), "written_form")
        a = Application(c, day("08-21"), form, "eligible", "nomination.submit",
                        note=f"定向选聘: {recommender} recommends {nominee} (WH-5.5); WH-5.3 asks only the open channel to apply in writing")
        a.appoint(day("08-27"))
    a = Application(c, day("08-24"), without(c.form(recommender="cppcc-office", nominee_kind="cppcc-member"), "health"),
                    "needs-info", "nomination.submit", note="WH-3.4, WH-4.1: 健康状况 is left blank")
    good = lambda: c.form(recommender="npc-office", nominee_kind="npc-deputy")
    not_accepted(c, day("08-25"), [
        ("literal-npc", "pair-not-allowed", dict(nominee_kind="style-reviewer"), "WH-5.5: paired by nature, not by the order of words"),
        ("literal-government", "pair-not-allowed", dict(recommender="government-office"), "WH-5.5"),
        ("party", "pair-not-allowed", dict(recommender="party-office"), "WH-5.5: the list of three is closed"),
        ("nominee", "pair-not-allowed", dict(nominee_kind="media-staff"), "Lincang's"),
        ("nominee-clean", "declaration-required", dict(declares_clean=False), "WH-4.2 binds both channels"),
    ], good, "nomination.submit")


def weihai_not_applied(c):
    not_accepted(c, day("08-26"), [
        ("not-voluntary", "condition-not-met", dict(voluntary=False), "WH-2.1: refused at the door"),
        ("paid", "condition-not-met", dict(unpaid_ack=False), "WH-2.1: 义务"),
        ("not-true", "declaration-required", dict(declares_true_and_fit=False), "WH-4.2, promise 1"),
        ("not-clean", "declaration-required", dict(declares_clean=False), "WH-4.2, promise 2"),
        ("not-written", "condition-not-met", dict(written_form=False), "WH-5.3: 书面申请"),
        ("signed-later", "inconsistent", dict(signed_on="2026-12-31"), "signed on a day to come"),
        ("checksum", "bad-checksum", dict(id_no="371002198506150028"), "GB 11643: the check character is wrong"),
        ("old-id", "old-id-number", dict(id_no="371002850615002"), "GB 11643: 15 digits"),
        ("sex", "unknown-code", dict(sex="3"), "GB/T 2261.1"),
        ("politics", "unknown-code", dict(political_status="14"), "GB/T 4762 ends with 13"),
        ("no-phone", "missing-field", dict(phone=None), "联系电话"),
        ("photo", "unknown-field", dict(photo="/9j/4AAQ"), "a reference, never the picture"),
        ("employed", "wrong-type", dict(employed="是"), "true or false"),
        ("major-class", "unknown-in-policy", dict(major_class="nursing"), "WH-3.6 names four and 等"),
        ("signed-day", "bad-date", dict(signed_on="2026-02-29"), "2026 is no leap year"),
        ("wrong-twice", "several-problems", dict(phone=None, health="4"), "both are named"),
    ], c.form, "application.submit")
    c.line("wh-no-already-applied", "application.submit", c.time(day("08-25")),
           next(row["body"] for row in c.lines if row["name"] == "wh-app-008") | {"photo_ref": "photo:wh-008"}, "already-applied",
           note="a supplement is what was meant")
    c.line("wh-no-already-supervisor", "application.submit", c.time(day("08-31")), c.form(id_no="371002198506150027"),
           "already-supervisor", note="holds an appointment")


def weihai_reports(c):
    targets = {"S": "bureau", "I": "institution", "P": "insured"}
    rows = [dict(row, target=targets[row["category"][0]] if row["category"] not in (None, "other") else
                 None if row["category"] is None else "insured" if row["county"] else "bureau") for row in texts.WEIHAI]
    fates = (["late-assigned"] * 2 + ["late-accepted"] * 2 + ["assigned"] * 2 + ["accepted"] + ["resulted"] + ["late-resulted"]
             + ["fed-back"] + ["acknowledged"] + ["reassigned"] * 3 + ["objected"] + ["no-ack"] * 3 + ["silent"] * 4
             + ["late-closed"])
    ordinary(c, rows, fates, {
        "closed": ("08-29", "10-20"), "late-assigned": ("09-01", "10-12"), "late-accepted": ("09-01", "10-12"),
        "late-closed": ("09-01", "09-20"), "late-resulted": ("10-10", "10-14"), "resulted": ("10-31", "11-06"),
        "assigned": ("11-05", "11-18"), "accepted": ("11-05", "11-10"), "objected": ("11-04", "11-10")})
    weihai_conflicts(c)
    weihai_order(c)
    weihai_not_reported(c)


def weihai_conflicts(c):
    """The bureau is itself supervised (WH-6.2): its sections never handle what accuses them."""
    r = Report(c, day("09-01"), {"kind": "clue", "target": "bureau", "category": "S1", "nature": "irregular", "accused": ["fund"],
                                 "text": "基金监管人员检查时当场承诺从轻处理。"},
               "discipline", note="WH-R2 names the accused section: it goes to the discipline body instead")
    r.refused(day("09-02"), "fund", "accept", "not-assigned", "the accused section may not take it up", department="fund")
    r.refused(day("09-02"), "back", "assign", "route-to-accused", "not by assignment either", "退回", by="discipline",
              department="fund")
    r.refused(day("09-02"), "assist", "assign", "route-to-accused", "nor to assist", "请科室配合", by="discipline",
              department="office", assist=["fund"])
    r.accept(day("09-02"))
    r.result(day("09-10"), "partly", "言语不当属实，未影响处理结果，已诫勉。")
    r.feedback(day("09-11"), "您反映的情况已核查，当事人已诫勉。")
    r.acknowledge(day("09-12"), True)
    r.close(day("09-14"))

    r = Report(c, day("09-03"), {"kind": "clue", "target": "bureau", "category": "S4", "nature": "misconduct", "accused": ["centre"],
                                 "text": "医保中心窗口把号让给熟人先办。"},
               "fund", note="WH-R2: the accused centre has no part in it")
    r.accept(day("09-04"))
    r.result(day("09-15"), "substantiated", "插号属实，窗口启用统一叫号，当事人检讨。")
    r.feedback(day("09-16"), "插号问题属实，已整改。")
    r.acknowledge(day("09-18"), True, "叫号后好多了。")
    r.close(day("09-18"), by="fund")

    Report(c, day("09-07"), {"kind": "clue", "target": "bureau", "category": "S2", "nature": "misconduct", "accused": ["discipline"],
                             "text": "反映机关纪委人员收受节礼。"},
           None, "held", note="WH-R1: held, and nobody has placed it: overdue at the end")

    r = Report(c, day("09-09"), {"kind": "clue", "target": "institution", "category": "I2", "nature": "illegal",
                                 "accused": ["fund", "discipline"], **c.institution("H", "371082"), "county": "371082",
                                 "text": "医院自称监管和纪检两边都打过招呼，不怕查。", "decree735": "R40-3"},
               None, "held", note="WH-R4: both are accused, so nobody gets it until people decide")
    r.refused(day("09-10"), "fund", "assign", "not-assigned", "an accused section does not place it", "分办", by="fund",
              department="service")
    r.assign(day("09-10"), "service", "相关科室回避，由医药服务管理科牵头核查", by="bureau", assist=["centre"],
             note="where both are accused, the authority itself decides who handles it")
    r.accept(day("09-11"))
    r.result(day("09-22"), "substantiated", "虚构检验项目属实，追回基金；所称打招呼未查实。")
    r.feedback(day("09-23"), "医院违规问题属实，基金已追回。")
    r.acknowledge(day("09-24"))
    r.close(day("09-28"))

    r = Report(c, day("10-09"), {"kind": "opinion", "target": "bureau", "text": "局网站的投诉入口藏得太深。", "subject": "other"},
               "fund", note="WH-R2: an opinion may name a target and no category")
    r.accept(day("10-12"))
    r.result(day("10-14"), "adopted", "入口移到首页。")
    r.feedback(day("10-15"), "投诉入口已移到首页。", channel="portal")
    r.acknowledge(day("10-15"))
    r.close(day("10-16"))


def weihai_order(c):
    someone = [ref for since, ref in c.supervisors if since <= day("08-29")]
    r = Report(c, day("09-08"), {"kind": "clue", "target": "insured", "category": "P1", "nature": "illegal", "county": "371083",
                                 "text": "有人同时拿着三张慢病卡取药。", "decree735": "R41-1"}, "centre", by=someone[1],
               note="WH-R5; handled in order below")
    r.refused(day("09-09"), "result", "result", "illegal-move", "no outcome before it is taken up", department="centre",
              result="substantiated", summary="情况属实。")
    r.refused(day("09-09"), "assisting", "accept", "not-assigned", "the assisting section does not lead", department="benefit")
    r.refused(day("09-09"), "close", "close", "illegal-move", "nothing has come of it yet", department="centre")
    r.accept(day("09-10"))
    r.refused(day("09-11"), "answered", "result", "result-not-for-kind", "that is how enquiries end", department="centre",
              result="answered", summary="已答复。")
    r.result(day("09-17"), "substantiated", "两张为他人所有，追回费用并暂停联网结算。")
    r.refused(day("09-18"), "stranger", "feedback", "not-assigned", "neither leading nor managing", department="office",
              channel="phone", text="已办理。")
    r.feedback(day("09-18"), "您反映的冒用凭证问题属实，费用已追回。", channel="message", by="fund")
    r.refused(day("09-19"), "not-mine", "acknowledge", "not-the-reporter", "another supervisor", supervisor=someone[4])
    r.refused(day("09-19"), "nobody", "acknowledge", "not-a-supervisor", "nobody", supervisor="S-371000-00009999")
    r.acknowledge(day("09-19"), False, "金额没有说明。")
    r.close(day("09-21"))
    r.refused(day("09-22"), "again", "close", "illegal-move", "closed is closed", department="centre")

    r = Report(c, day("09-14"), {"kind": "suggestion", "subject": "medical-service", "text": "建议统一全市检验结果互认标识。"},
               "service", note="WH-R8; the window to object is 5 working days from assignment")
    r.refused(day("09-22"), "late", "object", "objection-too-late", "assigned on 14 September, until 20 September, a make-up workday",
              "应由卫生健康部门牵头", department="service")
    r.refused(day("09-22"), "reason", "assign", "reason-required", "an assignment needs a reason", by="fund", department="office")
    r.accept(day("09-22"))
    r.result(day("09-28"), "noted", "已商卫生健康部门，列入明年计划。")
    r.close(day("09-29"), by="fund", note="closed without feedback: the text has no such duty (WH-10.∅)")


def weihai_not_reported(c):
    def good():
        return {"supervisor": c.first, "kind": "clue", "target": "institution", "category": "I1", "nature": "breach",
                "county": "371002", "text": "样例反映：价格牌没有更新。"}
    cases = [
        ("unknown-supervisor", "not-a-supervisor", dict(supervisor="S-371000-00009999"), "WH-2.1: nobody appointed this one"),
        ("foreign-supervisor", "not-own-division", dict(supervisor="S-530900-00000001"), "Lincang's"),
        ("term-not-begun", "not-active", dict(supervisor=c.later), "WH-8.1: the term begins on 15 December"),
        ("no-nature", "nature-required", dict(nature=None), "WH-6.4: 违法、违规、违约、违纪"),
        ("nature", "unknown-in-policy", dict(nature="rude"), "WH-6.4: one of four"),
        ("insured-as-institution", "category-not-for-target", dict(category="P1"), "WH-6.3: the insured person's"),
        ("institution-as-bureau", "category-not-for-target", dict(target="bureau", category="I2"), "WH-6.3: the institution's"),
        ("institution-other", "unknown-in-policy", dict(category="other"), "WH-6.3 has no 等 for institutions"),
        ("lincang-category", "unknown-in-policy", dict(category="LC.B1"), "Lincang's"),
        ("agency", "target-not-supervised", dict(target="agency", category="LC.A1"), "WH-6.2, WH-6.3 do not name the agency"),
        ("complaint", "kind-not-accepted", dict(kind="complaint"), "WH-6.5"),
        ("county", "not-own-division", dict(county="530902"), "WH-6.3: a county of Lincang"),
        ("state-secret", "state-secret", dict(secrecy="state_secret"), "WH-7.3: the wrong system; nothing is stored"),
        ("future", "inconsistent", dict(found_on="2026-12-24"), "found on a day to come"),
        ("no-kind", "missing-field", dict(kind=None), "clue, opinion, suggestion or enquiry"),
        ("no-category", "missing-field", dict(category=None), "a clue names its category"),
        ("many-accused", "out-of-bounds", dict(accused=["fund"] * 9), "at most 8"),
        ("direction", "bad-text", dict(institution_name="样例\u202e医院"), "a character that turns the direction of writing"),
        ("subject", "unknown-in-policy", dict(subject="enforcement-team"), "Lincang's"),
        ("institution-form", "bad-format", dict(institution="样例医院"), "a code"),
    ]
    for n, case in enumerate(cases):
        not_accepted(c, day("08-31") + n * 2 * DAY, [case], good)


def weihai_terms(c):
    """Two years to the day, the last day included (WH-8.1), then over without anybody's doing (WH-8.3)."""
    a = Application(c, day("2021-09-09"), c.form(signed_on="2021-09-08"), "eligible")
    a.appoint(day("2021-09-10"), note="WH-8.1: 10 September 2021 to 10 September 2023")
    a.inform(day("2022-06-01"), "in_employment", "yes", "lapsed", "WH-8.3: lapses at 00:00 on 11 September 2023")
    r = Report(c, day("2023-09-10"), {"kind": "suggestion", "text": "样例建议：把监督员座谈会纪要发给大家。", "subject": "other"},
               "office", by=a.appointed, note="WH-R10; WH-8.1: the last day is still in the term")
    c.line("wh-no-term-over", "report.submit", c.time(day("2023-09-11")),
           {"supervisor": a.appointed, "kind": "enquiry", "text": "样例咨询：聘期怎么算？"}, "not-active", note="WH-8.3: the day after")
    r.accept(day("2023-09-13"))
    r.result(day("2023-09-15"), "adopted", "今后会后五日内发送纪要。")
    r.feedback(day("2023-09-18"), "您的建议已采纳。", channel="meeting")
    r.acknowledge(day("2023-09-19"), note="who reported may still acknowledge when the term is over")
    r.close(day("2023-09-19"))
    a = Application(c, day("2024-02-28"), c.form(signed_on="2024-02-27"), "eligible")
    a.appoint(day("2024-02-29"), note="WH-8.1: 29 February 2024 to 28 February 2026")
    a.inform(day("2025-03-03"), "in_employment", "yes", "lapsed", "WH-8.3: there is no 29 February 2026")
    c.line("wh-no-leap-term-over", "report.submit", c.time(day("03-01")),
           {"supervisor": a.appointed, "kind": "enquiry", "text": "样例咨询：聘期怎么算？"}, "not-active", note="WH-8.3: 1 March 2026")
    a = Application(c, day("2024-12-09"), c.form(signed_on="2024-12-08"), "eligible")
    a.appoint(day("2024-12-10"))
    a.inform(day("2025-03-03"), "in_employment", "no", "expiring", "WH-8.1: until 10 December 2026, within 90 days of its end")


# ================================================================ both


# ---------------------------------------------------------------- a round, and what follows an appointment

def recruitment_round(c, channels, announced, facts, rank):
    """Nobody else applies in those days; what comes in while it is open belongs to it."""
    round = Round(c, day("10-09"), day("10-20"), channels, announced, "2026年秋季公开选聘")
    round.move(day("10-12"), "open", "open", note=f"{announced}: announced in every channel the text names")
    first = "needs-fact" if facts else "eligible"
    named = Application(c, day("10-14"), c.form(round=round.ref), first, note="joins the round it names")
    joined = Application(c, day("10-15"), c.form(), first, note="joins the round that is open")
    for a in (named, joined):
        if facts:
            a.facts(day("10-19"), **facts)
    late = c.form(round=round.ref)
    c.line(f"{c.short}-no-late", "application.submit", c.time(day("10-21")), late, "no-open-round",
           note="the round closed by itself at the end of its last day")
    round.move(day("10-22"), "review", "selecting", note=rank, reason="选聘评议")
    named.appoint(day("10-26"))
    round.move(day("10-28"), "publish", "published", note="who was not selected is not left waiting")
    joined.state, joined.since = "expired", day("10-28")
    return named.appointed


def lincang_formalities(c, supervisor):
    issue = {"supervisor": supervisor, "department": "bureau", "number": "LC-2026-0001", "issued_on": "2026-10-29"}
    at = c.time(day("10-29"))
    c.line("lc-certificate", "certificate.issue", at, issue, state="valid", note="LC-5.2: issued upon the decision", ends="replaced")
    c.line("lc-no-certificate-twice", "certificate.issue", c.time(day("10-30")), issue | {"number": "LC-2026-0002", "issued_on": "2026-10-30"},
           "already-certified", note="one a term")
    c.line("lc-no-number-twice", "certificate.issue", c.time(day("10-30")), issue | {"supervisor": c.first, "issued_on": "2026-10-30"},
           "number-taken", note="a number is never used again")
    c.line("lc-certificate-lost", "certificate.lose", c.time(day("11-03")), {"certificate": "@lc-certificate", "department": "fund"},
           state="lost")
    c.line("lc-certificate-again", "certificate.replace", c.time(day("11-05")),
           {"certificate": "@lc-certificate", "department": "bureau", "number": "LC-2026-0003", "lost": True}, state="replaced")
    c.line("lc-notice", "notice.publish", c.time(day("11-06")),
           {"supervisors": [supervisor, c.first], "department": "bureau", "channel": "official-account", "on": "2026-11-06",
            "reference": "临医保公告样例1号"}, note="LC-5.3: announced to society, nobody named here")


def weihai_formalities(c, supervisor):
    c.line("wh-no-certificate", "certificate.issue", c.time(day("10-29")),
           {"supervisor": supervisor, "department": "bureau", "number": "WH-2026-0001", "issued_on": "2026-10-29"},
           "no-certificate", note="Weihai's text has no certificate")
    c.line("wh-no-notice", "notice.publish", c.time(day("10-29")),
           {"supervisors": [supervisor], "department": "bureau", "channel": "news-media", "on": "2026-10-29"},
           "no-notice", note="nor a notice of appointments")


def last_day(c, body, dept, note):
    Report(c, LAST, body, dept, note=note)


class Story:
    """What is held with supervisors and sent to them: lines of a name each, some of which end in a state."""

    def __init__(self, city):
        self.city = city
        self.who = [ref for since, ref in city.supervisors if since <= day("09-20")][:3]

    def tell(self, name, d, type, body, code="recorded", state=None, note=None, **more):
        self.city.line(f"{self.city.short}-{name}", type, self.city.time(day(d)), body, code, state, note=note, **more)

    def held(self, name, d, type, kind, department, note, code="recorded", **more):
        body = {"department": department, "kind": kind, "held_on": day(d).isoformat(), "attendees": self.who, "hours": 3,
                "material": f"mat:{self.city.short}-{name}", "summary": "样例：通报工作情况，听取意见和建议。", **more}
        self.tell(name, d, type, body, code, "recorded" if code == "recorded" else None, note)


def activity(story, d, on, kind, department, note):
    """Two are invited, one comes."""
    yes, no = story.who[:2]
    ref = f"@{story.city.short}-activity"
    story.tell("activity", d, "activity.invite", {"department": department, "kind": kind, "title": "样例：联合检查",
               "on": day(on).isoformat(), "supervisors": [yes, no]}, state="invited", note=note, ends="held")
    later = (day(d) + DAY).isoformat()
    story.tell("activity-yes", later, "activity.answer", {"activity": ref, "supervisor": yes, "takes_part": True},
               state="invited")
    story.tell("activity-no", later, "activity.answer", {"activity": ref, "supervisor": no, "takes_part": False},
               state="invited")
    story.tell("activity-early", later, "activity.record", {"activity": ref, "department": department}, "not-yet",
               note="it has not taken place")
    story.tell("activity-held", (day(on) + DAY).isoformat(), "activity.record",
               {"activity": ref, "department": department, "attended": [yes], "hours": 4}, state="held")


def lincang_together(c):
    s = Story(c)
    s.held("meeting", "10-12", "meeting.record", "half-yearly", "fund", "LC-10.6: the next half-year begins")
    s.held("meeting-agency", "10-13", "meeting.record", "half-yearly", "agency", "LC-10.6: the bureau's to hold",
           "not-the-authority")
    s.held("training", "10-14", "training.record", "law", "bureau", "LC-10.7")
    s.held("hearing", "10-15", "hearing.record", "income", "bureau", "WH-6.7 is Weihai's", "not-in-regulation")
    activity(s, "10-19", "10-28", "inspection", "fund", "LC-6.2")
    s.tell("study", "10-30", "activity.report", {"supervisor": s.who[2], "kind": "study", "on": day("10-30").isoformat(),
           "hours": 2, "text": "样例：自学条例。"}, state="reported", note="LC-9.1")
    ref = f"@{c.short}-document"
    s.tell("document", "10-20", "document.send", {"department": "agency", "kind": "document", "title": "样例通知",
           "reference": "doc:lc-1", "recipients": s.who[:2], "requires_ack": True, "ack_by": day("11-05").isoformat()},
           state="outstanding", note="LC-11.2", ends="acknowledged")
    s.tell("document-ack", "10-21", "document.acknowledge", {"document": ref, "supervisor": s.who[0]}, state="outstanding")
    s.tell("document-twice", "10-22", "document.acknowledge", {"document": ref, "supervisor": s.who[0]},
           "already-acknowledged", note="each recipient once")
    s.tell("document-late", "11-09", "document.acknowledge", {"document": ref, "supervisor": s.who[1]},
           state="acknowledged", note="behind its day, which was told, and still taken")


def weihai_together(c):
    s = Story(c)
    s.held("plenary", "10-12", "meeting.record", "plenary", "bureau", "WH-11.1: the next year begins")
    s.held("thematic", "10-14", "meeting.record", "thematic", "benefit", "WH-11.2: as a section needs it")
    s.held("thematic-bureau", "10-15", "meeting.record", "thematic", "bureau", "WH-11.2: sections and the centre",
           "not-the-authority")
    s.held("hearing", "10-16", "hearing.record", "expenditure", "centre", "WH-6.7")
    activity(s, "10-19", "10-28", "invited", "service", "WH-10.3: picked by specialty, work and experience")
    s.tell("publicity", "10-30", "activity.report", {"supervisor": s.who[2], "kind": "publicity",
           "on": day("10-30").isoformat(), "hours": 2, "text": "样例：社区宣讲。"}, state="reported", note="WH-6.1")


# ---------------------------------------------------------------- institutions, claims, recusal


def listing(*rows):
    return "\n".join(["code,name,county,kind", *(",".join(row) for row in rows)]) + "\n"


LISTED = [("H53090200101", "样例临翔一医院", "530902", "medical"), ("H53092100102", "样例凤庆二医院", "530921", "medical"),
          ("H53092200103", "样例云县三医院", "530922", "medical"), ("P53090200104", "样例临翔四药店", "530902", "pharmacy")]


def lincang_interests(c):
    """The yearly list (LC-11.1), what is claimed from it (LC-11.3), and who keeps away (LC-9.6)."""
    one, two = [ref for since, ref in c.supervisors if since <= day("08-29")][:2]

    def say(d, label, type, body, code="recorded", state=None, **more):
        c.line(f"lc-{label}", type, c.time(day(d)), body, code, state, **more)

    edition = {"department": "agency", "year": 2026, "version": 1, "published_on": "2026-10-12", "csv": listing(*LISTED)}
    say("10-12", "list-2026", "institution.list", edition, state="current", ends="superseded", note="LC-11.1")
    say("10-13", "no-list-by-fund", "institution.list", edition | {"department": "fund", "version": 2},
        "not-the-authority", note="LC-11.1: the agency publishes it")
    say("10-13", "no-list-half", "institution.list",
        edition | {"version": 2, "csv": listing(LISTED[0], ("H5309", "样例", "530902", "medical"))}, "bad-list",
        note="line 3 has a code that is none: nothing of the list is taken")
    for n, (by, code, ends) in enumerate([(one, LISTED[0][0], "active"), (one, LISTED[2][0], "ended-by-list"),
                                          (two, LISTED[0][0], "blocked-by-recusal"), (two, LISTED[3][0], "released")], 1):
        say("10-14", f"claim-{n}", "institution.claim", {"supervisor": by, "institution": code}, state="active", ends=ends,
            note="LC-11.3: any number of listed institutions")
    say("10-15", "no-claim-unlisted", "institution.claim", {"supervisor": one, "institution": "H53090299999"}, "not-listed",
        note="LC-11.3: only what is listed")
    say("10-15", "no-claim-twice", "institution.claim", {"supervisor": one, "institution": LISTED[0][0]}, "already-claimed")
    say("10-16", "claim-4-release", "institution.release", {"claim": "@lc-claim-4", "supervisor": two}, state="released")
    say("10-19", "recusal-1", "recusal.apply", {"supervisor": two, "scope": "institution", "object": LISTED[0][0],
        "relation": "relative", "statement": "近亲属到该院任职，申请回避。"}, state="applied", ends="upheld", note="LC-9.6")
    say("10-20", "recusal-1-decide", "recusal.decide", {"recusal": "@lc-recusal-1", "department": "fund",
        "decision": "uphold", "note": "情况属实"}, state="upheld", note="LC-9.6: the claim on that institution ends")
    say("10-21", "no-claim-recused", "institution.claim", {"supervisor": two, "institution": LISTED[0][0]}, "recused")
    say("11-02", "list-2026-2", "institution.list", edition | {"version": 2, "published_on": "2026-11-02",
        "csv": listing(*LISTED[:2], LISTED[3])}, state="current", ends="current", note="LC-11.3: what is dropped ends a claim")


def weihai_interests(c):
    """No list and no claims (WH-6.3); an interest is kept away from as soon as it is told (WH-7.6)."""
    one = [ref for since, ref in c.supervisors if since <= day("09-20")][0]
    c.line("wh-recusal-1", "recusal.apply", c.time(day("10-19")), {"supervisor": one, "scope": "institution",
           "object": "H37100200101", "relation": "employer", "statement": "本人受聘于该院。"}, state="upheld", ends="lifted",
           note="WH-7.6: 应当回避")
    c.line("wh-no-claim", "institution.claim", c.time(day("10-20")), {"supervisor": one, "institution": "H37100200102"},
           "not-provided", note="WH-6.3: all institutions are supervised, none is claimed")
    c.line("wh-recusal-1-lift", "recusal.lift", c.time(day("11-10")), {"recusal": "@wh-recusal-1", "department": "fund"},
           state="lifted", reason="已与该院解除聘用关系")


def lincang():
    c = Lincang("530900", "lc", 530900)
    lincang_applications(c)
    lincang_reports(c)
    lincang_terms(c)
    lincang_formalities(c, recruitment_round(c, ("news-media", "official-account"), "LC-5.4", CLEAR,
                                             "LC-5.6: five factors, and no order but that of receipt"))
    last_day(c, {"kind": "opinion", "text": "样例意见：年底办事人多，希望窗口增开一个。", "county": "530902"}, "county-530902",
             "LC-R7; the last day of the sample")
    lincang_together(c)
    lincang_interests(c)
    c.finish()
    return c


def weihai():
    c = Weihai("371000", "wh", 371000)
    weihai_applications(c)
    weihai_reports(c)
    weihai_terms(c)
    weihai_formalities(c, recruitment_round(c, ("news-media", "official-website"), "WH-5.2", {},
                                            "WH-5.4, WH-3.5 to WH-3.7: four factors, and whom the text gives priority"))
    last_day(c, {"kind": "enquiry", "text": "样例咨询：明年缴费标准何时公布？"}, "centre", "WH-R6; the last day of the sample")
    weihai_together(c)
    weihai_interests(c)
    c.finish()
    return c


# the time first, so that `sort` can merge the files
KEYS = ["at", "name", "division", "type", "id", "reason", "body", "expect", "ends", "overdue", "note"]


def jsonl(c):
    rows = ({k: row[k] for k in KEYS if k in row} for row in c.lines)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def summary(c):
    kinds = {}
    for row in c.lines:
        key = row["type"] if row["type"].endswith(".submit") else "other steps"
        kinds[key] = kinds.get(key, 0) + 1
    ends = {}
    for row in c.lines:
        if "ends" in row:
            ends[row["ends"]] = ends.get(row["ends"], 0) + 1
    overdue = sum(row.get("overdue", False) for row in c.lines)
    return f"{c.division}: {len(c.lines)} lines, {kinds}, ends {ends}, overdue {overdue}"


def main():
    check, good = "--check" in sys.argv[1:], True
    for c in (lincang(), weihai()):
        path, text = HERE / f"{c.division}.jsonl", jsonl(c)
        if check:
            same = path.exists() and path.read_text() == text
            good &= same
            print(f"{path.name}: {'up to date' if same else 'differs, run samples/generate.py'}")
        else:
            path.write_text(text)
            print(summary(c))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
