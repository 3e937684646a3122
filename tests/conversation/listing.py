"""Lists of institutions that do not exist, for the tests of what rests on them."""

from jd import LINCANG, NOW

HEADER = "code,name,county,kind"
PLACES = ("530902", "530921", "530922", "530923")


def code(n, kind="H", place="530902"):
    return f"{kind}{place}{n:05d}"


def row(n, **changes):
    cells = {"code": code(n), "name": f"测试医院{n}", "county": PLACES[n % len(PLACES)], "kind": "medical", **changes}
    return ",".join(cells.values())


def csv(numbers, header=HEADER):
    return "\n".join([header, *(n if isinstance(n, str) else row(n) for n in numbers)]) + "\n"


def lists(c, division=LINCANG):
    """Every list there is, the oldest first."""
    found, after = [], None
    while True:
        body = {"entity": "list", "limit": 500} | ({"after": after} if after else {})
        page = c.ok("case.list", body, division)
        found += page["cases"]
        after = page.get("next")
        if not after:
            return found


def publication(c, text, **changes):
    """A message that publishes the next version of the current list's year."""
    last = (lists(c) or [{"year": int((c.at or NOW)[:4]), "list_version": 0}])[-1]
    return {"department": "agency", "year": last["year"], "version": last["list_version"] + 1,
            "published_on": (c.at or NOW)[:10], "csv": text, **changes}


def publish(c, numbers, **changes):
    return c.ok("institution.list", publication(c, csv(numbers), **changes))["entity_id"]
