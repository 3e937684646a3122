"""The yearly list of institutions: published whole or not at all, one after the other, and asked for."""

import pytest

from jd import LINCANG, WEIHAI, Daemon, bent_policies, event, fields, rules, run, wait_for
from listing import HEADER, PLACES, code, csv, lists, publication, publish, row


def found(c, **body):
    answers, after = [], None
    while True:
        answer = c.ok("institution.find", body | ({"after": after} if after else {}))
        answers += answer["institutions"]
        after = answer.get("next")
        if not after:
            return answers


def standing(c):
    return c.last_seq(), c.ok("stats.get", {}, LINCANG)["stats"], found(c)


def test_published(daemon, c):
    """LC-11.1: 市医疗保险管理局每年公布; everybody who subscribes hears of it, and the case has the counts."""
    s = daemon.subscribe(f"J.{LINCANG}.list.")
    receipt = c.ok("institution.list", publication(c, csv(range(1, 41))))
    assert (receipt["entity"], receipt["state"], receipt["department"], rules(receipt)) == \
           ("list", "current", "agency", {"LC-11.1"})
    topic, told = event(s)
    assert topic == f"J.{LINCANG}.list.published" and told["id"] == receipt["entity_id"]
    assert told["articles"] == ["LC-11.1"]
    case = c.case(receipt["entity_id"])
    assert (case["year"], case["list_version"], case["published_on"]) == (2026, 1, "2026-01-05")
    assert (case["institutions"], case["added"], case["dropped"]) == (40, 40, 0)


def test_the_next_version_takes_its_place(c):
    """LC-11.1: what stays, what is new, what is gone; the list before is superseded."""
    before = publish(c, range(1, 41))
    now = publish(c, range(11, 61))
    assert c.case(before)["state"] == "superseded"
    case = c.case(now)
    assert (case["state"], case["institutions"], case["added"], case["dropped"]) == ("current", 50, 20, 10)
    assert [one["state"] for one in lists(c)][-1] == "current"
    assert {one["state"] for one in lists(c)[:-1]} == {"superseded"}
    gone, kept = (c.ok("institution.get", {"code": code(n)})["institution"] for n in (5, 15))
    assert (gone["listed"], gone["list"], kept["listed"], kept["list"]) == (False, before, True, now)


def test_asked_for(c):
    """LC-11.1: one by its code; all by county, kind and year, a page at a time."""
    publish(c, [*range(1, 31), row(31, code=code(31, "P"), kind="pharmacy")])
    assert c.ok("institution.get", {"code": code(7)})["institution"] == {
        "code": code(7), "name": "测试医院7", "county": PLACES[3], "kind": "medical", "listed": True,
        "list": lists(c)[-1]["id"], "years": [2026]}
    assert fields(c.refused("not-listed", "institution.get", {"code": code(99999)})) == {"code"}
    listed = found(c, listed=True, limit=7)
    assert [i["code"] for i in listed] == sorted([code(n) for n in range(1, 31)] + [code(31, "P")])
    assert [i["code"] for i in found(c, listed=True, kind="pharmacy")] == [code(31, "P")]
    here = found(c, listed=True, county=PLACES[1])
    assert here and {i["county"] for i in here} == {PLACES[1]}
    assert len(found(c, year=2026)) == len(found(c)) and found(c, year=2025) == []
    assert not {i["code"] for i in found(c, listed=False)} & {i["code"] for i in listed}


BAD_ROWS = [  # a row, and what is said about it
    (row(1, code="X53090200001"), "^[HP][0-9]{11}$"),
    (row(1, code="H5309020001"), "^[HP][0-9]{11}$"),
    (row(1, code=""), "^[HP][0-9]{11}$"),
    (row(1, name=""), "name"),
    (row(1, name="长" * 101), "1 to 100"),
    (row(1, county="371002"), "530902"),
    (row(1, county="五三"), "county"),
    (row(1, kind="hotel"), "medical"),
    (row(1) + ",三级", "4 cells"),
    (row(1)[:-8], "4 cells"),
    ('"H53090200001,测试,530902,medical', "quote"),
    ('"H53090200001"x,测试,530902,medical', "quote"),
    (row(2), "line 2"),
]


@pytest.mark.parametrize("bad, said", BAD_ROWS)
def test_a_bad_line(c, bad, said):
    """LC-11.1: nothing half-written; the line, and what was expected there."""
    publish(c, [1])
    before = standing(c)
    receipt = c.refused("bad-list", "institution.list", publication(c, csv([2, 3, bad])))
    why, = receipt["because"]
    assert why["field"] == "csv" and why["expected"].startswith("line 4: ") and said in why["expected"], why
    assert standing(c) == before


@pytest.mark.parametrize("header, said", [
    ("code,name,county", "kind is missing"), ("code,name,county,kind,colour", "column 5"),
    ("code,name,county,kind,kind", "twice"), ("H53090200001,测试,530902,medical", "column 1"),
    ("code,name,county,kind,level,agreement_from,agreement_to,kind", "at most 7"),
])
def test_a_bad_header(c, header, said):
    receipt = c.refused("bad-list", "institution.list", publication(c, csv([1], header)))
    assert any(said in why["expected"] for why in receipt["because"]) and \
        all(why["expected"].startswith("line 1: ") for why in receipt["because"])


def test_many_bad_lines_are_told_together(c):
    """The first 20, and how many more."""
    bad = [row(n, kind="hotel") for n in range(1, 31)]
    receipt = c.refused("bad-list", "institution.list", publication(c, csv(bad)))
    told = [why["expected"] for why in receipt["because"]]
    assert len(told) == 21 and told[0].startswith("line 2: ") and told[19].startswith("line 21: ")
    assert told[20] == "and 10 more"


def test_an_empty_list(c):
    receipt = c.refused("bad-list", "institution.list", publication(c, HEADER + "\n"))
    assert "a line for each institution" in receipt["because"][0]["expected"]


def test_what_a_csv_may_look_like(c):
    """Columns in any order, quotes, a byte order mark, empty lines, dates of the agreement."""
    text = ("\ufeffkind,agreement_to,code,county,\"name\",level,agreement_from\n\n"
            f"medical,2026-12-31,{code(1)},530902,\"测试,\"\"第一\"\"医院\",3A,2026-01-01\n\n"
            f"pharmacy,,{code(2, 'P')},530921,测试药店,,\n")
    c.ok("institution.list", publication(c, text))
    one, two = found(c, listed=True)
    assert one == {"code": code(1), "name": '测试,"第一"医院', "county": "530902", "kind": "medical", "level": "3A",
                   "agreement_from": "2026-01-01", "agreement_to": "2026-12-31", "listed": True,
                   "list": one["list"], "years": [2026]}
    assert (two["kind"], "level" in two, "agreement_from" in two) == ("pharmacy", False, False)
    text = HEADER + ",agreement_from,agreement_to\n" + row(1) + ",2026-02-30,2026-01-01\n" + row(2) + ",2026-02-01,2026-01-01\n"
    receipt = c.refused("bad-list", "institution.list", publication(c, text))
    assert [why["expected"].split(":")[:2] for why in receipt["because"]] == \
        [["line 2", " agreement_from"], ["line 3", " agreement_to"]]


@pytest.mark.parametrize("changes, code_, field", [
    ({"department": "bureau"}, "not-the-authority", "department"),
    ({"department": "circus"}, "unknown-in-policy", "department"),
    ({"published_on": "2026-01-06"}, "inconsistent", "published_on"),
    ({"year": 2025}, "list-out-of-order", "year"), ({"version": 99}, "list-out-of-order", "version"),
    ({"year": 2027, "version": 2}, "list-out-of-order", "version"),
    ({"csv": ""}, "out-of-bounds", "csv"), ({"version": 0}, "out-of-bounds", "version"),
    ({"csv": csv([1]).replace("\n", "\r\n")}, "bad-text", "csv"),
])
def test_refused(c, changes, code_, field):
    """LC-11.1: by the agency, in order, and not ahead of the day."""
    publish(c, [1, 2])
    before = standing(c)
    receipt = c.refused(code_, "institution.list", publication(c, csv([3])) | changes)
    assert fields(receipt) == {field}
    if code_ in ("not-the-authority", "list-out-of-order"):
        assert rules(receipt) == {"LC-11.1"}
    assert standing(c) == before


def test_a_city_without_a_list(c):
    """WH-6.3: 对全市定点医药机构; Weihai's text has no list to publish."""
    body = {"department": "bureau", "year": 2026, "version": 1, "published_on": "2026-01-05", "csv": csv([1])}
    receipt = c.refused("not-provided", "institution.list", body, WEIHAI)
    assert rules(receipt) == {"WH-6.3"} and "no list" in receipt["because"][0]["expected"]


def owed(c, state):
    cases = c.ok("case.list", {"entity": "obligation", "state": state, "limit": 500}, LINCANG)["cases"]
    return [case for case in cases if case["obligation"] == "institution-list"]


def test_the_yearly_clock():
    """LC-11.1: this year's list meets what is owed for the year and for years before; a further version of it
    meets nothing of the next; across a killed worker."""
    with Daemon([LINCANG], at="2025-11-01T09:00:00+08:00") as d:
        c = d.client()
        c.wind("2025-11-30T10:00:00+08:00", LINCANG)
        late, = owed(c, "overdue")
        assert late["due"] == "2021-12-31"
        publish(c, [1], year=2025)
        assert c.case(late["id"])["state"] == "done-late"
        now, = owed(c, "open")
        assert (now["due"], owed(c, "overdue")) == ("2026-12-31", [])
        publish(c, [1, 2])
        d.kill_worker(LINCANG)
        wait_for(lambda: d.up(LINCANG), "the worker to be back")
        assert [o["id"] for o in owed(c, "open")] == [now["id"]]
        c.at = "2026-03-01T09:00:00+08:00"
        publish(c, [2, 3], year=2026, version=1)
        assert c.case(now["id"])["state"] == "done" and c.case(now["id"])["done_on"] == "2026-03-01"
        assert owed(c, "open")[0]["due"] == "2027-12-31"
        both = c.ok("institution.get", {"code": code(2)})["institution"]
        assert both["years"] == [2025, 2026]
        c.wind("2028-01-01T00:00:00+08:00", LINCANG)
        assert [o["due"] for o in owed(c, "overdue")] == ["2027-12-31"]


def test_a_list_as_large_as_it_may_be():
    """20,000 lines in one message of more than a megabyte; one more, or one byte too many, is refused."""
    with Daemon([LINCANG]) as d:
        c = d.client()
        receipt = c.ok("institution.list", publication(c, csv(range(20000))), timeout=60000)
        assert c.case(receipt["entity_id"])["institutions"] == 20000
        assert "at most 20000" in c.refused("bad-list", "institution.list", publication(c, csv(range(20001))),
                                            timeout=60000)["because"][0]["expected"]
        receipt = c.refused("too-large", "institution.list", publication(c, "字" * 699050))
        assert "2097152 bytes" in receipt["because"][0]["expected"]
        assert fields(c.refused("out-of-bounds", "institution.list", publication(c, "x" * 1048577))) == {"csv"}
        assert c.refused("too-large", "obligation.waive", {"x": "x" * 70000})["because"][0]["expected"] == \
            "at most 65536 bytes"


@pytest.mark.parametrize("change, said", [
    (("  owner: agency\n", "  owner: circus\n"), "'owner' names circus"),
    (("  rule: LC-11.1\n  owner", "  rule: LC-99\n  owner"), "'rule' names LC-99"),
    (('pattern: "^[HP][0-9]{11}$"', 'pattern: "^[HP"'), "no regular expression"),
    (("institutions:\n  rule: LC-11.1\n", "institutions:\n  enabled: false\n  rule: LC-11.1\n"), "there is no list"),
    (("institutions:\n  rule: LC-11.1\n", "institutions:\n  enabled: false\n  rule: LC-11.1\n"), "nobody can publish"),
    (("      accuses: [agency]", "      accuses: [agency, circus]"), "'circus' is not a department"),
    (("      accuses: [agency]", "      accuses: [fund, bureau, discipline]"), "nobody is left to"),
    (("  applied: decided", "  applied: perhaps"), "upheld or decided"),
    (("employer_kind: handling-agency, target: agency", "employer_kind: circus, target: agency"), "kind of employer"),
    (("employer_kind: handling-agency, target: agency", "employer_kind: handling-agency, target: moon"), "not a target"),
    (("{ code: activity,    rule: LC-9.6", "{ code: weather,    rule: LC-9.6"), "a scope is"),
])
def test_a_policy_that_contradicts_itself(tmp_path, change, said):
    """LC-11.1, LC-11.3, LC-9.6, LC-7.A3: refused with its line."""
    folder = bent_policies(tmp_path / "policies", ("530900.yaml", *change))
    done = run("jianductl", "policy", "check", folder / "530900.yaml")
    assert done.returncode == 65 and said in done.stderr, done.stderr
    assert "530900.yaml:" in done.stderr


def importing(d, file, *more, **kw):
    return d.ctl("import", "institutions", str(file), "--division", LINCANG, "-c", str(d.config), *more, **kw)


def test_imported_from_a_file(daemon, c, tmp_path):
    """LC-11.1: jianductl checks it by the same rules first, and takes what a spreadsheet writes."""
    publish(c, [1])
    last = lists(c)[-1]
    when = ["--year", str(last["year"]), "--list-version", str(last["list_version"] + 1), "--published-on",
            "2026-01-05", "--at", c.at]
    file = tmp_path / "list.csv"
    file.write_bytes(b"\xef\xbb\xbf" + csv([1, 2, 3]).replace("\n", "\r\n").encode())
    assert "3 institutions" in importing(daemon, file, "--check", check=0).stderr
    assert lists(c)[-1]["id"] == last["id"], "only checked"
    done = importing(daemon, file, *when, check=0)
    assert "current" in done.stdout and c.case(lists(c)[-1]["id"])["institutions"] == 3
    assert importing(daemon, file, *when).returncode == 1, "that version is there"
    bad = tmp_path / "bad.csv"
    bad.write_text(csv([1, row(2, kind="hotel"), row(1)]))
    done = importing(daemon, bad, *when, check=65)
    assert f"{bad}:3: kind: " in done.stderr and f"{bad}:4: code: stands in line 2" in done.stderr
    bad.write_bytes(csv([1]).encode("gbk"))
    assert "UTF-8" in importing(daemon, bad, "--check", check=65).stderr
    assert "--published-on" in importing(daemon, file, check=64).stderr
    assert "No such file" in importing(daemon, tmp_path / "none.csv", "--check", check=65).stderr
    weihai = daemon.ctl("import", "institutions", str(file), "-d", WEIHAI, "--policy",
                        str(daemon.policies / "371000.yaml"), "--check", check=65)
    assert "has no list of institutions" in weihai.stderr
