"""What strangers send. Whatever it is, it gets one receipt that names what is wrong and what was expected,
leaves no trace, and harms nobody behind it."""

import itertools
import random
import struct
import uuid

import msgpack
import pytest
import zmq

from jd import LINCANG, NOW, WEIHAI
from jd import Client, clue, fields, form, uuid7, wait_for

pytestmark = pytest.mark.usefixtures("nothing_recorded")


@pytest.fixture
def nothing_recorded(daemon, c):
    """Whatever a test of this room sends, no event comes of it, and a good request works behind it."""
    c.wind(NOW)
    before = c.last_seq()
    yield
    after = daemon.client()
    assert after.last_seq() == before
    after.ok("application.submit", form())


def header(**changes):
    head = {"v": 1, "id": uuid7(), "type": "report.submit", "division": LINCANG, **changes}
    return {key: value for key, value in head.items() if value is not None}


def body(**changes):
    return clue("S-530900-99999999", **changes)


def packed(value):
    return value if isinstance(value, bytes) else msgpack.packb(value)


def refused(receipt, code, *names):
    assert receipt is not None, "every request is answered"
    assert (receipt["status"], receipt["code"]) == ("invalid", code), receipt
    assert fields(receipt) == set(names) or not names
    assert all(why["expected"] for why in receipt["because"]), "it says what was expected"
    return receipt


# ---------------------------------------------------------------- frames

@pytest.mark.parametrize("n", [1, 3, 4, 5, 100, 5000])
def test_two_frames_and_no_other_number(c, n):
    receipt = refused(c.raw(*[packed(header())] * n), "bad-frames", "frames")
    assert receipt["id"] is None


def test_an_empty_frame_in_front_is_reqs(daemon, c):
    """It comes back in front of the receipt, and counts as neither header nor body."""
    id = uuid7()
    c.socket.send_multipart([b"", packed(header(id=id)), packed(body())])
    empty, receipt = c.socket.recv_multipart()
    assert empty == b"" and msgpack.unpackb(receipt)["id"] == id
    for frames in ([b""], [b"", b""], [b"", packed(header())], [b"", *[packed(header())] * 3]):
        c.socket.send_multipart(frames)
        assert c.socket.poll(5000)
        refused(msgpack.unpackb(c.socket.recv_multipart()[-1]), "bad-frames", "frames")
    assert Client(daemon, zmq.REQ).ok("health.get", {})


# ---------------------------------------------------------------- the header

@pytest.mark.parametrize("head", [
    b"\x00", b"\xc0", b"\xc1", b"hello", b"\xff" * 40, b"\x81", b"\x81\xa1v", b"\xdf\xff\xff\xff\xff", b"\x90",
    packed([1, 2]), packed("header"), packed(7), packed(header()) + b"\x00", packed(header())[:-1],
], ids=itertools.count())
def test_a_header_that_is_no_map(c, head):
    refused(c.raw(head, packed(body())), "malformed")


@pytest.mark.parametrize("changes, code, field", [
    ({"v": None}, "missing-field", "v"),
    ({"v": 2}, "unsupported-version", "v"),
    ({"v": 0}, "unsupported-version", "v"),
    ({"v": -1}, "unsupported-version", "v"),
    ({"v": "1"}, "wrong-type", "v"),
    ({"v": 1.0}, "wrong-type", "v"),
    ({"v": 2**64 - 1}, "wrong-type", "v"),
    ({"id": None}, "missing-field", "id"),
    ({"id": 7}, "wrong-type", "id"),
    ({"id": "not-a-uuid"}, "bad-format", "id"),
    ({"id": b"short"}, "bad-format", "id"),
    ({"id": "0" * 36}, "bad-format", "id"),
    ({"id": str(uuid.UUID(int=1)) + "0"}, "bad-format", "id"),
    ({"type": None}, "missing-field", "type"),
    ({"type": "report.eat"}, "unknown-type", "type"),
    ({"type": "clock.tick"}, "unknown-type", "type"),       # what the worker tells itself is nobody's to send
    ({"type": "policy.load"}, "unknown-type", "type"),
    ({"type": "push.refused"}, "unknown-type", "type"),
    ({"type": 3}, "wrong-type", "type"),
    ({"type": "x" * 41}, "out-of-bounds", "type"),
    ({"type": "报告"}, "bad-format", "type"),
    ({"division": None}, "missing-field", "division"),
    ({"division": "110000"}, "unknown-division", "division"),
    ({"division": 530900}, "wrong-type", "division"),
    ({"division": "53090"}, "out-of-bounds", "division"),
    ({"division": "5309.0"}, "unknown-division", "division"),
    ({"reason": 4}, "wrong-type", "reason"),
    ({"reason": ""}, "out-of-bounds", "reason"),
    ({"reason": "长" * 201}, "out-of-bounds", "reason"),
    ({"reason": "两\n行"}, "bad-text", "reason"),
    ({"at": "yesterday"}, "bad-date", "at"),
    ({"at": "2026-02-30T00:00:00Z"}, "bad-date", "at"),
    ({"at": 5}, "wrong-type", "at"),
    ({"sender": "me"}, "unknown-field", "sender"),
])
def test_each_field_of_the_header(c, changes, code, field):
    receipt = refused(c.raw(packed(header(**changes)), packed(body())), code, field)
    assert ("id" in changes) == (receipt["id"] is None), "the id comes back wherever it could be read"


def test_everything_wrong_at_once(c):
    receipt = c.raw(packed({"v": "1", "type": 3, "division": "x", "colour": "red"}), packed(body()))
    refused(receipt, "several-problems", "v", "type", "division", "colour", "id")


def test_an_id_of_sixteen_bytes_comes_back_as_bytes(c):
    id = uuid.uuid4().bytes
    assert c.raw(packed(header(id=id, type="stats.get")), packed({}))["id"] == id
    assert c.raw(packed(header(id=id)), packed(body()))["id"] == id
    assert c.raw(packed(header(id=id, type="nope")), packed(body()))["id"] == id
    assert c.raw(packed(header(id=id.hex())), packed(body()))["id"] is None


def test_an_id_is_the_same_in_every_spelling(c):
    id = uuid.uuid4()
    for spelling in (str(id), str(id).upper()):
        assert c.raw(packed(header(id=spelling)), packed(body()))["id"] == str(id)


# ---------------------------------------------------------------- sizes

def test_a_header_of_more_than_a_kibibyte(c):
    refused(c.raw(packed(header(reason="长" * 400)), packed(body())), "too-large", "header")


@pytest.mark.parametrize("size", [64 * 1024 + 1, 65 * 1024])
def test_a_body_of_more_than_64_kibibytes(c, size):
    refused(c.raw(packed(header()), b"\xc0" * size), "too-large", "body")


def test_a_body_of_64_kibibytes_is_read(c):
    filler = {"text": "x" * (64 * 1024 - 100)}
    refused(c.raw(packed(header()), packed(filler)), "several-problems")


@pytest.mark.parametrize("frames", [[b"\xc0" * (1 << 22)] * 2, [packed({"v": 1}), b"\x00" * (1 << 22)], [b"x" * (1 << 22)]])
def test_frames_beyond_all_measure_cost_the_connection(daemon, c, frames):
    """The sender loses its connection, everybody else keeps theirs."""
    stranger = daemon.client()
    assert stranger.raw(*frames, timeout=300) is None
    assert c.ok("health.get", {})


# ---------------------------------------------------------------- bodies that are no message

def nested(depth):
    return b"\x91" * depth + b"\xc0"


def pairs(*kv):
    """A map written pair by pair, so that it may say the same twice."""
    return bytes([0x80 | len(kv)]) + b"".join(packed(k) + packed(v) for k, v in kv)


def with_text(three_bytes):
    return packed(body(text="XXX")).replace(b"\xa3XXX", b"\xa3" + three_bytes)


def named(rows):
    return [pytest.param(*row[1:], id=row[0]) for row in rows]


@pytest.mark.parametrize("bomb", named([
    ("empty", b""),
    ("nil", b"\xc0"),
    ("a list", packed([1, 2, 3])),
    ("text", packed("hello")),
    ("a list of four billion", b"\xdd\xff\xff\xff\xff"),
    ("a list of 256 million", b"\xdd\x10\x00\x00\x00" + b"\xc0" * 100),
    ("a map of four billion", b"\xdf\xff\xff\xff\xff" + b"\xc0" * 100),
    ("a map of nil as large as may be", b"\xdf" + struct.pack(">I", 32000) + b"\xc0" * 64000),
    ("a text of four billion", b"\xdb\xff\xff\xff\xff"),
    ("bytes of four billion", b"\xc6\xff\xff\xff\xff"),
    ("nested 33 deep", nested(33)),
    ("nested 60000 deep", nested(60000)),
    ("maps nested", b"\x81\xa1a" * 33 + b"\xc0"),
    ("an extension", pairs(("text", msgpack.ExtType(4, b"x")))),
    ("a timestamp", packed({"found_on": msgpack.Timestamp(1, 0)})),
    ("a reserved byte", b"\x81\xa1a\xc1"),
    ("bytes behind the end", packed(body()) + b"\xc0"),
    ("two messages", packed(body()) * 2),
    ("cut short", packed(body())[:-1]),
    ("cut in a key", packed(body())[:3]),
    ("a length that lies", b"\x81\xa4text\xd9\xff" + b"x" * 10),
]))
def test_bombs(c, bomb):
    receipt = refused(c.raw(packed(header()), bomb), "malformed")
    assert receipt["because"][0]["expected"].startswith("one msgpack map")


def test_it_is_said_which_frame_is_malformed(c):
    refused(c.raw(b"nonsense", packed(body())), "malformed", "header")
    refused(c.raw(packed(header()), b"nonsense"), "malformed", "body")


@pytest.mark.parametrize("sent, code, field", named([
    ("a key twice", pairs(*body().items(), ("text", "again")), "duplicate-field", "text"),
    ("an unknown key", body(colour="red"), "unknown-field", "colour"),
    ("a key that is a number", pairs(*body().items(), (7, 7)), "unknown-field", None),
    ("a key of nil", pairs(*body().items(), (None, 7)), "unknown-field", None),
    ("a key that is a map", pairs(*body().items(), ({}, 7)), "unknown-field", None),
    ("bytes for text", body(text=b"bytes"), "wrong-type", "text"),
    ("NaN for a number", {"entity": "report", "limit": float("nan")}, "wrong-type", "limit"),
    ("infinity", {"entity": "report", "limit": float("inf")}, "wrong-type", "limit"),
    ("a fraction", {"entity": "report", "limit": 1.5}, "wrong-type", "limit"),
    ("a number as text", {"entity": "report", "limit": "5"}, "wrong-type", "limit"),
    ("nothing at all", {"entity": "report", "limit": 0}, "out-of-bounds", "limit"),
    ("more than there is", {"entity": "report", "limit": 501}, "out-of-bounds", "limit"),
    ("below zero", {"entity": "report", "limit": -1}, "out-of-bounds", "limit"),
    ("the largest number", {"entity": "report", "limit": 2**64 - 1}, "wrong-type", "limit"),
    ("one for true", body(on_site=1), "wrong-type", "on_site"),
    ("text for true", body(on_site="true"), "wrong-type", "on_site"),
    ("nil where something must be", body() | {"text": None}, "wrong-type", "text"),
    ("a list for text", body(text=["a"]), "wrong-type", "text"),
    ("a map for text", body(text={"a": 1}), "wrong-type", "text"),
    ("text for a list", body(accused="fund"), "wrong-type", "accused"),
    ("a list of numbers", body(accused=[1, 2]), "wrong-type", "accused"),
    ("a list of lists", body(accused=[["fund"]]), "wrong-type", "accused"),
    ("nine of eight", body(accused=["fund"] * 9), "out-of-bounds", "accused"),
    ("an empty word in a list", body(accused=[""]), "out-of-bounds", "accused"),
    ("empty text", body(text=""), "out-of-bounds", "text"),
    ("4001 characters", body(text="医" * 4001), "out-of-bounds", "text"),
    ("a word with a blank", body(kind="a clue"), "bad-format", "kind"),
    ("a word of Chinese", body(kind="线索"), "bad-format", "kind"),
    ("a word with a zero byte", body(kind="clue\0"), "bad-format", "kind"),
    ("no case id", body(supervisor="me"), "bad-format", "supervisor"),
    ("no UTF-8", with_text(b"\xc3\x28\x28"), "bad-text", "text"),
    ("UTF-8 cut short", with_text(b"ab\xe4"), "bad-text", "text"),
    ("UTF-8 longer than need be", with_text(b"\xe0\x80\xaf"), "bad-text", "text"),
    ("half a surrogate", with_text(b"\xed\xa0\x80"), "bad-text", "text"),
    ("a zero character", body(text="a\0b"), "bad-text", "text"),
    ("a control character", body(text="a\x1bb"), "bad-text", "text"),
    ("delete", body(text="a\x7fb"), "bad-text", "text"),
    ("a C1 control", body(text="a\x85b"), "bad-text", "text"),
    ("a line break in a line", body(correction_result="a\nb"), "bad-text", "correction_result"),
    ("right to left override", body(text="abc\u202etxt"), "bad-text", "text"),
    ("an isolate", body(text="abc\u2066txt"), "bad-text", "text"),
    ("a direction mark", body(institution_name="abc\u200ftxt"), "bad-text", "institution_name"),
    ("no character", body(text="a\ufffeb"), "bad-text", "text"),
    ("the 30th of February", body(found_on="2026-02-30"), "bad-date", "found_on"),
    ("the 29th in a common year", body(found_on="2025-02-29"), "bad-date", "found_on"),
    ("month 13", body(found_on="2026-13-01"), "bad-date", "found_on"),
    ("day 0", body(found_on="2026-01-00"), "bad-date", "found_on"),
    ("a short date", body(found_on="2026-1-1"), "bad-date", "found_on"),
    ("a date and time", body(found_on="2026-01-01T00:00:00Z"), "bad-date", "found_on"),
    ("a date with a blank", body(found_on=" 2026-01-1"), "bad-date", "found_on"),
    ("digits that are none", body(found_on="２０２６-01-01"), "bad-date", "found_on"),
    ("a date as a number", body(found_on=20260101), "wrong-type", "found_on"),
]))
def test_a_body_with_one_thing_wrong(c, sent, code, field):
    type = "case.list" if isinstance(sent, dict) and "entity" in sent else "report.submit"
    receipt = refused(c.raw(packed(header(type=type)), packed(sent)), code, field)
    assert receipt["because"][0]["text"]


def test_line_breaks_and_rare_characters_are_text(c):
    receipt = c.raw(packed(header()), packed(body(text="第一行\n\t第二行 𠮷 😀 ·《》")))
    assert receipt["code"] == "not-a-supervisor", "it got past the form"


def test_a_key_is_not_repeated_when_it_cannot_be_shown(c):
    for key in ("x" * 300, "a\nb", "\u202eabc"):
        receipt = refused(c.raw(packed(header()), packed(body(**{key: 1}))), "unknown-field")
        assert key not in str(receipt)


@pytest.mark.parametrize("changes, code, field", [
    ({"phone": "12"}, "out-of-bounds", "phone"),
    ({"phone": "call me"}, "bad-format", "phone"),
    ({"email": "nobody"}, "bad-format", "email"),
    ({"email": "a@b@c"}, "bad-format", "email"),
    ({"photo_sha256": "xyz"}, "bad-format", "photo_sha256"),
    ({"birth_date": "1990-02-30"}, "bad-date", "birth_date"),
    ({"work_years": 71}, "out-of-bounds", "work_years"),
    ({"name": None}, "missing-field", "name"),
    ({"name": "名" * 51}, "out-of-bounds", "name"),
    ({"name": "某\u202e人"}, "bad-text", "name"),
])
def test_a_form_with_one_thing_wrong(c, changes, code, field):
    """WH-4.1: the fields of the form."""
    refused(c.raw(packed(header(type="application.submit")), packed(form(**changes))), code, field)


@pytest.mark.parametrize("type, sent, code, field", [
    ("case.get", {}, "missing-field", "id"),
    ("case.get", {"id": "R-530900-1 or 1=1"}, "bad-format", "id"),
    ("case.list", {"entity": "people"}, "unknown-code", "entity"),
    ("case.list", {"entity": "report", "state": "lost"}, "unknown-code", "state"),
    ("case.list", {"entity": "report", "department": "circus"}, "unknown-in-policy", "department"),
    ("case.list", {"entity": "report", "after": "A-530900-00000001"}, "bad-format", "after"),
    ("case.list", {"entity": "report", "after": "R-530900-00000001" * 9}, "bad-format", "after"),
    ("events.since", {"after": -1}, "out-of-bounds", "after"),
    ("events.since", {"after": 0, "limit": 1001}, "out-of-bounds", "limit"),
    ("events.since", {"after": 2**53}, "out-of-bounds", "after"),
    ("stats.get", {"everything": True}, "unknown-field", "everything"),
])
def test_questions_with_one_thing_wrong(c, type, sent, code, field):
    refused(c.raw(packed(header(type=type)), packed(sent)), code, field)


# ---------------------------------------------------------------- anything at all

def flipped(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data))
        how = rng.random()
        if how < 0.6:
            data[at] = rng.randrange(256)
        elif how < 0.8:
            del data[at]
        else:
            data.insert(at, rng.randrange(256))
    return bytes(data)


def test_three_hundred_random_requests(c):
    """Bytes at random, and requests with some bytes changed: one receipt each, and none says ok."""
    rng = random.Random(20260105)
    types = ("report.submit", "application.decide", "report.close", "fact.assert", "application.submit")
    for n in range(300):
        head, sent = packed(header(type=rng.choice(types))), packed(body(accused=["fund"], on_site=True))
        if n % 3 == 0:
            sent = rng.randbytes(rng.randint(0, 200))
        elif n % 3 == 1:
            sent = flipped(rng, sent)
        else:
            head = flipped(rng, head)
        receipt = c.raw(head, sent)
        assert receipt is not None, (n, head, sent)
        assert receipt["status"] in ("invalid", "refused", "conflict", "forbidden"), (n, receipt)


def test_each_header_is_judged_by_its_own_bytes(c):
    """A good header is remembered, and one that is like it in all but the id is not read again: in all but the id."""
    def head(n, **changes):
        return packed({"v": 1, "id": bytes([n]) * 16, "type": "health.get", "division": LINCANG, **changes})

    good = [head(n) for n in (1, 2)]
    assert [c.raw(g, packed({}))["id"] for g in good] == [b"\1" * 16, b"\2" * 16]
    for n, changes, code in ((3, {"v": 2}, "unsupported-version"), (4, {"type": "wealth.get"}, "unknown-type"),
                             (5, {"division": "539999"}, "unknown-division")):
        sent = head(n, **changes)
        assert len(sent) == len(good[0])
        assert refused(c.raw(sent, packed({})), code)["id"] == bytes([n]) * 16
        assert c.raw(head(n + 10), packed({}))["id"] == bytes([n + 10]) * 16
    for sent in (good[0][:-1], good[0] + b"\0", bytes([good[0][0] + 1]) + good[0][1:]):
        refused(c.raw(sent, packed({})), "malformed", "header")
    for division, months in ((WEIHAI, 24), (LINCANG, 36), (LINCANG, 36), (WEIHAI, 24)):
        assert c.raw(head(1, type="policy.show", division=division), packed({}))["policy"]["term_months"] == months


def test_strangers_do_not_disturb_each_other(daemon):
    """Fifty that send nonsense while one works."""
    rng = random.Random(7)
    strangers = [daemon.client() for _ in range(50)]
    worker = daemon.client()
    for _ in range(20):
        for s in strangers:
            s.socket.send_multipart([rng.randbytes(30), rng.randbytes(30)])
        assert worker.ok("stats.get", {}, WEIHAI)
    wait_for(lambda: all(s.receive(100) for s in strangers), "a receipt for each stranger")
