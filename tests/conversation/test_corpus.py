"""A public corpus of msgpack that nobody here wrote: kawanet's msgpack-test-suite 1.0.0 (npm, MIT), each of its values in
each of its encodings, as a header, as a body, and as a field's value. What a field takes is taken however it is
encoded, and means the same."""

import json
import pathlib

import msgpack
import pytest

from jd import LINCANG, fields, uuid7

SUITE = json.loads((pathlib.Path(__file__).parents[1] / "corpus/msgpack-test-suite.json").read_text())
CASES = [(group, {key: value for key, value in one.items() if key != "msgpack"}, bytes.fromhex(code.replace("-", "")))
         for group, ones in SUITE.items() for one in ones for code in one["msgpack"]]
NAMES = [f"{group.split('.')[1]}-{code.hex()[:12]}-{i}" for i, (group, _, code) in enumerate(CASES)]


def header(type):
    return msgpack.packb({"v": 1, "id": uuid7(), "type": type, "division": LINCANG})


def ask(c, type, body):
    receipt = c.raw(header(type), body)
    assert receipt is not None, "every request is answered"
    return receipt


def field(name, code):
    return b"\x81" + msgpack.packb(name) + code


def is_map(code):
    return code[0] & 0xf0 == 0x80 or code[0] in (0xde, 0xdf)


def is_ours(code):
    """Extensions, timestamps among them, are not used here; everything else is read."""
    return not any(tag in code[:1] for tag in (*range(0xc7, 0xca), *range(0xd4, 0xd9)))


@pytest.mark.parametrize("group, value, code", CASES, ids=NAMES)
def test_as_a_frame(c, group, value, code):
    """No value of the corpus is a request. A map is read as one; anything else is said to be none."""
    receipt = ask(c, "events.since", code)
    assert receipt["status"] == "invalid"
    assert receipt["code"] != "malformed" if is_map(code) and is_ours(code) else receipt["code"] == "malformed"
    receipt = c.raw(code, msgpack.packb({"after": 0}))
    assert receipt["status"] == "invalid" and receipt["id"] is None


@pytest.mark.parametrize("group, value, code", CASES, ids=NAMES)
def test_as_a_number(c, group, value, code):
    """A whole number in bounds is one in each of its integer encodings, and no float is."""
    receipt = ask(c, "events.since", field("after", code))
    number = value.get("number", int(value["bignum"]) if "bignum" in value else None)
    whole = number is not None and code[0] not in (0xca, 0xcb)
    if whole and 0 <= number < 2**53:
        assert receipt["status"] == "ok", receipt
    elif not is_ours(code):
        assert receipt["code"] == "malformed"
    else:
        expected = "out-of-bounds" if whole and number < 2**63 else "wrong-type"
        assert receipt["code"] == expected and fields(receipt) == {"after"}, receipt


@pytest.mark.parametrize("group, value, code", CASES, ids=NAMES)
def test_as_a_text(c, group, value, code):
    """A string is one in each of its encodings: the same id is the same text."""
    receipt = ask(c, "case.get", field("id", code))
    text = "string" in value
    if not is_ours(code):
        assert receipt["code"] == "malformed"
    elif not text:
        assert receipt["code"] == "wrong-type" and fields(receipt) == {"id"}, receipt
    else:
        assert receipt["code"] == "bad-format" and fields(receipt) == {"id"}, receipt
