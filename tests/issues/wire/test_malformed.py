"""Whatever arrives: a sentence that names what has to change, in JSON, and never a failure of ours."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits import parse

from issues import throttle
from issues.models import Submission
from issues.throttle import Limit
from issues.wire import drafts, moves
from representatives.roles import Role
from tests.issues.reports import picture
from tests.issues.wire.phone import Phone, announced, body, cut_off, error

pytestmark = pytest.mark.django_db

WRONG: tuple[tuple[str, Any, str], ...] = (
    ("text", "", "text"),
    ("text", "   ", "text"),
    ("text", "长" * 10_000, "text"),
    ("text", 7, "text"),
    ("text", ["a"], "text"),
    ("danger", None, "danger"),
    ("danger", "no", "danger"),
    ("danger", 1, "danger"),
    ("category", "no.such", "category"),
    ("category", {"code": "road.light"}, "category"),
    ("place", "here", "place"),
    ("place", {"lon": 119.1}, "place.lat"),
    ("place", {"lon": 190, "lat": 43}, "place.lon"),
    ("place", {"lon": "119", "lat": 43}, "place.lon"),
    ("place", {"lon": True, "lat": 43}, "place.lon"),
    ("place", {"lon": 119, "lat": 43, "crs": "mars"}, "place.crs"),
    ("place", {"lon": 119, "lat": 43, "accuracy_m": -1}, "place.accuracy_m"),
    ("place", {"lon": 119, "lat": 43, "accuracy_m": 10**400}, "place.accuracy_m"),
    ("place", {"lon": 119, "lat": 43, "altitude_m": 99_999}, "place.altitude_m"),
    ("place", {"lon": 119, "lat": 43, "fixed_at": "2026-03-31T09:30:00"}, "place.fixed_at"),
    ("place", {"lon": 119, "lat": 43, "source": "stars"}, "place.source"),
    ("place", {"lon": 119, "lat": 43, "height": 3}, "place.height"),
    ("area", "nowhere", "place"),
    ("contact", {"phone": "call me"}, "contact.phone"),
    ("contact", {"email": "nobody"}, "contact.email"),
    ("contact", {"answer_by": "sms"}, "contact.phone"),
    ("contact", {"answer_by": "email"}, "contact.email"),
    ("contact", {"answer_by": "pigeon"}, "contact.answer_by"),
    ("contact", {"nickname": "郭" * 41}, "contact.nickname"),
    ("contact", ["13812345678"], "contact"),
    ("visit", "17", "visit"),
    ("request_type", "wish", "request_type"),
    ("occurred_at", "2026-03-31T09:30:00", "occurred_at"),
    ("occurred_at", "yesterday", "occurred_at"),
    ("device_at", "2026-02-31T09:30:00Z", "device_at"),
    ("device_at", "0001-01-01T00:00:00+14:00", "device_at"),
    ("language", "tlh", "language"),
    ("form_version", "2", "form_version"),
    ("form_version", 1.5, "form_version"),
    ("for_somebody", "yes", "for_somebody"),
    ("join", "2" * 21, "join"),
    ("shown", "corruption", "shown"),
    ("shown", [3], "shown"),
    ("files", {"sha256": "x"}, "files"),
    ("files", [7], "files.0"),
    ("files", [{"sha256": "ABC", "bytes": 1}], "files.0.sha256"),
    ("files", [{"sha256": "a" * 64}], "files.0.bytes"),
    ("files", [{"sha256": "a" * 64, "bytes": 10**9}], "files.0.bytes"),
    ("files", [{"sha256": "a" * 64, "bytes": 10**9, "name": "x.jpg"}], "files.0.name"),
    ("files", announced(*(bytes([n]) for n in range(9))), "files"),
    ("place_text", "东" * 201, "place_text"),
    ("colour", "red", "colour"),
)


@pytest.mark.parametrize(("key", "value", "field"), WRONG, ids=lambda value: str(value)[:30])
def test_wrong_value_is_named_in_a_sentence_and_nothing_is_kept(county, key, value, field):
    answer = Phone.of().report(body(county.town, **{key: value}))

    assert error(answer, 422, "field")["field"] == field
    assert Submission.objects.count() == 0


def test_report_without_any_place_is_asked_where_it_is(county):
    answer = Phone.of().report(body(county.town, place=None))

    assert error(answer, 422, "field")["field"] == "place"


@pytest.mark.parametrize(
    "content",
    [
        b" ",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe{}",
        b'{"text": NaN}',
        b'{"place": {"lon": Infinity, "lat": 1}}',
        b'{"place": {"lon": 1e999, "lat": 1}, "text": "x", "danger": false}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"form_version": ' + b"9" * 5_000 + b"}",
        b"text=a&danger=no",
    ],
    ids=range(13),
)
@pytest.mark.parametrize("address", ["/api/reports", "/api/moves"])
def test_what_is_no_json_object_is_said_to_be_none(county, address, content):
    phone = Phone.of(county[Role.GRID_MEMBER])

    answer = phone.send(address, content)

    assert answer.status_code in (400, 422)
    error(answer, answer.status_code, answer.json()["error"]["code"])


def test_other_type_than_json_is_refused_and_so_is_too_much_of_it(county):
    phone = Phone.of()

    error(phone.send("/api/reports", "text=a", kind="application/x-www-form-urlencoded"), 415, "type")
    error(phone.send("/api/reports", json.dumps({"text": "x" * 70_000})), 413, "too_large")


@pytest.mark.parametrize("key", ["", "17", "x" * 36, "2026-0000001"])
def test_record_without_its_key_is_refused(county, key):
    error(Phone.of().report(body(county.town), key or " "), 400, "key")


def test_body_that_broke_off_is_told_apart_so_that_it_is_sent_again(county):
    phone = Phone.of()
    headers = phone.headers(**{"Idempotency-Key": str(uuid4())})

    whole = json.dumps(body(county.town)).encode()

    answer = phone.client.post("/api/reports", whole, content_type="application/json", headers=headers, **cut_off(whole))

    error(answer, 400, "broken_off")


def test_half_a_character_at_the_end_of_a_cut_text_loses_no_report(county):
    answer = Phone.of().send("/api/reports", json.dumps(body(county.town, text="桥坏了\ud83d\0")))

    assert answer.status_code == 201
    assert Submission.objects.get().text == "桥坏了\N{REPLACEMENT CHARACTER}"


# --- anything at all ---

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30) | st.text(st.characters())
_ANYTHING = st.recursive(_SCALARS, lambda one: st.lists(one, max_size=4) | st.dictionaries(st.text(max_size=12), one, max_size=4))
_DEEPER = st.dictionaries(st.sampled_from(["lon", "lat", "crs", "phone", "email", "sha256", "bytes", "answer_by"]), _ANYTHING)
_SEVERAL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _unlimited(monkeypatch):
    for name in ("REPORT", "AGAIN"):
        monkeypatch.setattr(throttle, name, Limit(f"{name}-{uuid4()}", parse("100000 per minute")))


def test_any_report_gets_an_answer_that_a_phone_understands(county, monkeypatch):
    _unlimited(monkeypatch)
    phone, whole = Phone.of(county[Role.GRID_MEMBER]), body(county.town, files=announced(picture("red")))

    @_SEVERAL
    @given(st.dictionaries(st.sampled_from([*sorted(drafts.KEYS), "x"]), _ANYTHING | _DEEPER | st.lists(_DEEPER, max_size=3)))
    def send(changed):
        assert_understood(phone.send("/api/reports", json.dumps({**whole, **changed})))

    send()


def test_any_move_gets_an_answer_that_a_phone_understands(county, monkeypatch):
    _unlimited(monkeypatch)
    phone, issue = Phone.of(county[Role.VILLAGE_SECRETARY]), county.report()
    verbs = st.sampled_from(["accept", "note", "place", "decline", "merge", "dispatch", "contact", "handle_on_the_spot"])
    facts = st.dictionaries(st.sampled_from([field.value for field in moves.Field]), _ANYTHING, max_size=6)

    @_SEVERAL
    @given(verbs, facts | _ANYTHING, st.integers(0, 3) | _ANYTHING, st.sampled_from([issue.number, "2026-9"]))
    def send(verb, given_facts, seen, number):
        sent = {"issue": number, "verb": verb, "facts": given_facts, "seen": seen}
        assert_understood(phone.send("/api/moves", json.dumps(sent)))

    send()


def assert_understood(answer: Any) -> None:
    assert answer.status_code in (200, 201, 400, 403, 404, 409, 413, 422), answer.content
    told = answer.json()
    assert answer.status_code < 300 or (told["error"]["code"] and told["error"]["sentence"])
