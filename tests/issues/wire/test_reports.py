"""A report sent by a phone: taken once, answered the same each time, and nothing of it lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils.timezone import now

from issues.models import Event, Issue, Requester, Submission
from issues.terms import Status, Verb
from issues.wire import reports
from representatives.roles import Role
from tests.issues.reports import picture
from tests.issues.test_statements import few_statements
from tests.issues.wire.phone import WORDS, Phone, announced, body, error

pytestmark = pytest.mark.django_db


def test_first_time_it_is_made_and_the_answer_has_all_that_a_receipt_shows(county):
    answer = Phone.of().report(body(county.town), key := uuid4())

    made = Submission.objects.get()
    told = answer.json()
    assert answer.status_code == 201
    assert (told["uuid"], told["number"], told["title"]) == (str(key), made.issue.number, WORDS)
    assert told["receipt"].replace("-", "") == made.receipt_code
    assert told["track_url"] == f"/t/{told['receipt']}/"
    assert (told["light"], told["status"], told["who"], told["missing"]) == ("green", "submitted", "grid member", [])
    assert datetime.fromisoformat(told["next"]) == made.issue.triage_due_at
    assert (told["erased"], told["joined"]) == (False, "")
    assert made.issue.area == county.town["A"]


def test_same_key_and_body_gives_the_first_answer_and_makes_nothing(county):
    phone, sent, key = Phone.of(), body(county.town, contact={"phone": "13812345678", "answer_by": "sms"}), uuid4()
    first = phone.report(sent, key)

    again = phone.report(sent, key)

    assert (again.status_code, again.json()) == (200, first.json())
    assert [model.objects.count() for model in (Issue, Submission, Requester, Event)] == [1, 1, 1, 1]


def test_when_the_answer_is_lost_after_the_commit_the_repeat_gets_it(county, monkeypatch):
    phone, sent, key = Phone.of(), body(county.town), uuid4()
    phone.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(reports, "told", lambda *_, **__: 1 / 0)
        assert phone.report(sent, key).status_code == 500

    answer = phone.report(sent, key)

    assert answer.status_code == 200
    assert answer.json()["number"] == Issue.objects.get().number


def test_phones_clock_language_version_and_how_the_pin_was_found_are_not_compared(county):
    phone, key = Phone.of(), uuid4()
    first = phone.report(body(county.town, device_at="2026-03-31T09:30:00+08:00", form_version=1), key).json()
    again = body(county.town, device_at="2026-03-31T10:30:00+08:00", form_version=2, language="en", shown=["corruption"])
    again["place"] |= {"altitude_m": 801, "fixed_at": "2026-03-31T09:00:00+08:00", "source": "pin"}

    answer = phone.report(again, key)

    assert (answer.status_code, answer.json()) == (200, first)


@pytest.mark.parametrize(
    "other",
    [
        {"text": "另外一件事"},
        {"danger": True},
        {"place_text": "东门"},
        {"contact": {"nickname": "郭"}},
        {"files": announced(picture("red"))},
        {"join": "2026-0000001"},
        {"request_type": "complaint"},
        {"occurred_at": "2026-03-31T09:00:00+08:00"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_same_key_with_another_body_is_a_conflict_that_says_what_was_kept(county, other):
    phone, key = Phone.of(), uuid4()
    first = phone.report(body(county.town), key).json()

    answer = phone.report(body(county.town, **other), key)

    assert error(answer, 409, "conflict")["kept"] == first
    assert Submission.objects.get().text == WORDS
    assert Issue.objects.count() == 1


def test_report_whose_text_was_erased_is_still_received_whatever_is_sent(county):
    phone, key, photo = Phone.of(), uuid4(), picture("red")
    first = phone.report(body(county.town, files=announced(photo)), key).json()
    Submission.objects.all().erase_text(now())

    for sent in (body(county.town, files=announced(photo)), body(county.town, text="再说一次")):
        answer = phone.report(sent, key)
        assert answer.status_code == 200
        assert answer.json() == {**first, "erased": True, "missing": []}

    assert Submission.objects.get().text == ""


def test_both_clocks_are_kept_and_ours_starts_the_time_limits(county):
    phone_says = "2024-02-01T08:00:00+08:00"
    Phone.of().report(body(county.town, device_at=phone_says, occurred_at="2024-01-31T20:00:00+08:00"))

    made, event = Submission.objects.get(), Event.objects.get()
    assert made.device_at == datetime.fromisoformat(phone_says)
    assert made.occurred_at == datetime(2024, 1, 31, 12, tzinfo=UTC)
    assert abs(made.received_at - now()) < timedelta(minutes=1)
    assert made.issue.reported_at == event.at == made.received_at
    assert made.issue.triage_due_at is not None
    assert made.issue.triage_due_at > made.received_at
    assert event.facts["device_at"] == phone_says


def test_what_the_phone_knew_of_the_place_is_kept_in_its_own_coordinates(county):
    sent = body(county.town)
    sent["place"] |= {"crs": "gcj02", "altitude_m": 801.5, "fixed_at": "2024-02-01T07:59:00+08:00"}

    Phone.of().report(sent)

    made = Submission.objects.get()
    assert (made.source_crs, made.source_xy) == ("gcj02", [sent["place"]["lon"], sent["place"]["lat"]])
    assert (made.altitude_m, made.accuracy_m, made.place_source) == (801.5, 12.5, "gps")
    assert made.fixed_at == datetime(2024, 1, 31, 23, 59, tzinfo=UTC)


def test_replay_after_the_issue_went_on_says_how_it_stands_now_and_moves_nothing(county):
    phone, sent, key = Phone.of(), body(county.town), uuid4()
    first = phone.report(sent, key).json()
    issue = Issue.objects.get()
    county.at = now()
    county.move(issue, Verb.ACCEPT, Role.VILLAGE_SECRETARY, level="blue")

    again = phone.report(sent, key).json()

    assert (again["number"], again["receipt"], again["received_at"]) == (first["number"], first["receipt"], first["received_at"])
    assert (again["light"], again["status"], again["who"]) == ("blue", "accepted", "village secretary")
    assert Issue.objects.get().status == Status.ACCEPTED


# --- by whom, and by which way ---


@pytest.mark.parametrize(
    ("role", "more", "channel", "actor"),
    [
        (None, {}, "web", "requester"),
        (None, {"card": "150422"}, "card", "requester"),
        (Role.GRID_MEMBER, {}, "site", "grid_member"),
        (Role.GRID_MEMBER, {"for_somebody": True}, "proxy", "grid_member"),
    ],
)
def test_channel_says_by_whom_it_came_and_stands_in_the_ledger(county, role, more, channel, actor):
    person = county[role] if role else None

    Phone.of(person).report(body(county.town, **more))

    made, event = Submission.objects.get(), Event.objects.get()
    assert (made.channel, made.entered_by) == (channel, person)
    assert (event.verb, event.by, event.actor, event.facts["channel"]) == (Verb.SUBMIT, person, actor, channel)


def test_what_was_solved_on_the_spot_is_opened_and_solved_in_one_request(county):
    answer = Phone.of(county[Role.GRID_MEMBER]).report(body(county.town, done="换了灯泡"))

    issue = Issue.objects.get()
    assert (answer.status_code, answer.json()["status"]) == (201, "pending_feedback")
    assert (issue.on_the_spot, issue.resolution) == (True, "换了灯泡")
    assert [event.verb for event in issue.events.order_by("number")] == [Verb.SUBMIT, Verb.HANDLE_ON_THE_SPOT]


def test_what_cannot_be_solved_on_the_spot_is_refused_whole_and_can_be_sent_without(county):
    phone, key = Phone.of(county[Role.GRID_MEMBER]), uuid4()

    answer = phone.report(body(county.town, category="road.bridge", done="补好了"), key)

    assert error(answer, 409, "refused")["field"] == "done"
    assert Issue.objects.count() == 0
    assert phone.report(body(county.town, category="road.bridge"), key).status_code == 201


def test_visitor_cannot_solve_anything(county):
    answer = Phone.of().report(body(county.town, done="换了灯泡"))

    assert error(answer, 409, "refused")["field"] == "done"
    assert Submission.objects.count() == 0


# --- other doors ---


def test_text_that_belongs_elsewhere_is_shown_the_door_first_and_taken_when_it_was_shown(county):
    phone, key = Phone.of(), uuid4()
    sent = body(county.town, text="村口有个陌生男子鬼鬼祟祟")

    told = error(phone.report(sent, key), 422, "doors")
    assert Submission.objects.count() == 0
    assert [(door["code"], door["numbers"][0]["number"]) for door in told["doors"]] == [("suspicious_person", "110")]

    assert phone.report({**sent, "shown": ["suspicious_person"]}, key).status_code == 201


def test_door_is_not_asked_about_again_when_a_report_is_repeated(county):
    phone, key = Phone.of(), uuid4()
    sent = body(county.town, text="村口有个陌生男子鬼鬼祟祟")
    phone.report({**sent, "shown": ["suspicious_person"]}, key)

    assert phone.report(sent, key).status_code == 200


# --- what it costs ---


@pytest.mark.parametrize("role", [None, Role.GRID_MEMBER])
def test_report_with_files_announced_asks_few_questions(county, role):
    phone = Phone.of(county[role] if role else None)
    sent = body(county.town, files=announced(picture("red")), contact={"phone": "13812345678", "answer_by": "sms"})

    with few_statements():
        answer = phone.report(sent)

    assert answer.status_code == 201


def test_repeat_asks_very_few_questions(county):
    phone, sent, key = Phone.of(), body(county.town, files=announced(picture("red"))), uuid4()
    phone.report(sent, key)

    with few_statements(at_most=3):
        phone.report(sent, key)


def test_secret_may_change_and_a_repeat_is_still_one(county, settings):
    phone, sent, key = Phone.of(), body(county.town), uuid4()
    phone.report(sent, key)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-which-is-long-enough-0123456789-0123456789"
    phone.wake()

    assert phone.report(sent, key).status_code == 200
    assert Submission.objects.count() == 1
