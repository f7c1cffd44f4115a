"""A button pressed on a phone: done once, answered the same each time, refused in words that say how it stands now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils.timezone import now

from issues import ledger, services
from issues.models import Event, Issue, SentMove
from issues.moves.buttons import OWN_PANEL
from issues.tasks import forget_sent_moves
from issues.terms import Status, Verb
from issues.wire import standing
from issues.workflow import MOVES
from representatives.roles import Role
from tests.issues.test_statements import few_statements
from tests.issues.wire.phone import Phone, error
from tests.mapui.scene import PHONE, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(county: Scene) -> Phone:
    """The village secretary's."""
    return Phone.of(county[Role.VILLAGE_SECRETARY])


def test_move_is_made_and_the_answer_says_how_the_issue_stands(county, phone):
    issue = county.report()

    answer = phone.move(issue.number, "note", seen=1, text="明天去看")

    told = answer.json()
    assert answer.status_code == 201
    assert (told["issue"], told["verb"], told["status"], told["light"]) == (issue.number, "note", "submitted", "yellow")
    assert (told["event_count"], told["status_word"]) == (2, "awaiting acceptance")
    assert told["sentence"] == f"“Add progress” is recorded; {issue.number} is now “awaiting acceptance”."
    event = Event.objects.get(verb=Verb.NOTE)
    assert (event.by, event.texts) == (county[Role.VILLAGE_SECRETARY], {"text": "明天去看"})


def test_ledger_says_that_it_came_by_a_phone_and_by_the_phones_clock_when(county, phone):
    issue = county.report()

    phone.move(issue.number, "note", seen=1, text="明天去看")

    event, sent = Event.objects.get(verb=Verb.NOTE), SentMove.objects.get()
    assert event.facts == {"channel": "phone", "device_at": "2026-03-31T09:30:00+08:00"}
    assert sent.device_at == datetime(2026, 3, 31, 1, 30, tzinfo=UTC)
    assert abs((event.at - now()).total_seconds()) < 60
    assert event.at == sent.received_at
    assert not [fault for fault in ledger.verify_all(issue.number)[1] if fault]


def test_repeat_gets_the_same_answer_and_does_nothing(county, phone):
    issue, key = county.report(), uuid4()
    first = phone.move(issue.number, "note", key, seen=1, text="明天去看")

    again = phone.move(issue.number, "note", key, seen=1, text="明天去看")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert Event.objects.filter(verb=Verb.NOTE).count() == 1


def test_when_the_answer_is_lost_after_the_commit_the_repeat_gets_it(county, phone, monkeypatch):
    issue, key = county.report(), uuid4()
    phone.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("issues.wire.moves._answered", lambda *_, **__: 1 / 0)
        assert phone.move(issue.number, "note", key, seen=1, text="明天去看").status_code == 500

    assert phone.move(issue.number, "note", key, seen=1, text="明天去看").json()["event_count"] == 2
    assert Event.objects.filter(verb=Verb.NOTE).count() == 1


def test_when_the_answer_cannot_be_kept_the_move_is_not_made_either(county, phone, monkeypatch):
    issue = county.report()
    phone.client.raise_request_exception = False
    monkeypatch.setattr(standing, "of", lambda _issue: 1 / 0)

    assert phone.move(issue.number, "note", seen=1, text="明天去看").status_code == 500

    assert Event.objects.filter(verb=Verb.NOTE).count() == SentMove.objects.count() == 0


def test_what_was_seen_and_the_phones_clock_are_not_compared(county, phone):
    issue, key = county.report(), uuid4()
    first = phone.move(issue.number, "note", key, seen=1, text="明天去看").json()

    assert phone.move(issue.number, "note", key, seen=9, text="明天去看").json() == first


def test_same_key_with_another_order_is_a_conflict_and_the_first_is_kept(county, phone):
    issue, key = county.report(), uuid4()
    phone.move(issue.number, "note", key, seen=1, text="明天去看")

    error(phone.move(issue.number, "note", key, seen=1, text="后天去看"), 409, "conflict")

    assert [event.texts for event in Event.objects.filter(verb=Verb.NOTE)] == [{"text": "明天去看"}]


def test_same_key_of_two_people_are_two_moves(county, phone):
    issue, key = county.report(category="road.light"), uuid4()
    other = Phone.of(county[Role.GRID_MEMBER])

    statuses = [one.move(issue.number, "note", key, text="看过了").status_code for one in (phone, other)]

    assert statuses == [201, 201]
    assert SentMove.objects.count() == 2


def test_answers_are_forgotten_when_no_phone_asks_for_them_any_more(county, phone):
    issue, keys = county.report(), (uuid4(), uuid4())
    for key in keys:
        phone.move(issue.number, "note", key, text="x")
    SentMove.objects.filter(key=keys[0]).update(received_at=now() - timedelta(days=401))

    forget_sent_moves()

    assert [sent.key for sent in SentMove.objects.all()] == [keys[1]]
    assert Event.objects.filter(verb=Verb.NOTE).count() == 2


# --- late, and refused ---


def test_late_move_when_others_were_quicker_says_what_is_now_and_changes_nothing(county, phone):
    issue = county.report(category="road.light")
    seen, county.at = issue.event_count, now()
    issue = county.move(issue, Verb.ACCEPT, Role.GRID_MEMBER)
    before = issue.event_count

    found = error(phone.move(issue.number, "accept", seen=seen), 409, "conflict")

    assert found["now"] == {
        "status": "assigned",
        "status_word": "awaiting acknowledgement",
        "light": "green",
        "light_word": "green",
        "event_count": before,
        "holder": "李代表",
        "last": "system · Dispatch",
    }
    issue.refresh_from_db()
    assert (issue.status, issue.event_count) == (Status.ASSIGNED, before)


def test_late_move_of_an_earlier_round_never_takes_the_issue_back(county):
    issue = county.resolved(category="road.light")
    member = Phone.of(county[Role.GRID_MEMBER])
    seen, county.at = issue.event_count, now()
    county.move(issue, Verb.VERIFY, Role.VILLAGE_SECRETARY)

    error(member.move(issue.number, "reject", seen=seen, reason="还没好"), 409, "conflict")
    error(member.move(issue.number, "reject", reason="还没好"), 422, "field")
    found = error(member.move(issue.number, "reject", seen=seen + 1, reason="还没好"), 409, "refused")

    assert found["now"]["status"] == "pending_feedback"
    assert Issue.objects.get().status == Status.PENDING_FEEDBACK


def test_refusal_stands_for_its_key_and_a_new_key_tries_again(county, phone):
    issue, key = county.report(category="road.light"), uuid4()
    refused = phone.move(issue.number, "acknowledge", key, seen=1)
    county.at = now()
    issue = county.move(issue, Verb.ACCEPT, Role.VILLAGE_SECRETARY, level="blue")

    again = phone.move(issue.number, "acknowledge", key, seen=1)

    error(again, 409, "refused")
    assert again.json() == refused.json()
    assert Issue.objects.get().status == Status.ACCEPTED
    assert phone.move(issue.number, "acknowledge", seen=issue.event_count).status_code == 201


def test_what_is_not_ones_own_to_do_is_forbidden_and_what_is_out_of_sight_is_not_there(county):
    issue = county.report(category="road.light")
    stranger = Phone.of(county.stranger)
    member = Phone.of(county[Role.GRID_MEMBER])

    assert error(stranger.move(issue.number, "accept", seen=1), 404, "unknown")["now"] is None
    assert error(member.move("2026-9999999", "accept", seen=1), 404, "unknown")["now"] is None
    assert error(member.move(issue.number, "decline", seen=1, reason="x", reply="y"), 403, "forbidden")["now"]["event_count"] == 1
    assert SentMove.objects.count() == 3


def test_what_is_missing_is_named(county, phone):
    issue = county.report()

    assert error(phone.move(issue.number, "note", seen=1), 409, "refused")["field"] == "text"
    assert error(phone.move(issue.number, "fly", seen=1), 422, "field")["field"] == "verb"
    assert error(phone.move("", "note", seen=1, text="x"), 422, "field")["field"] == "issue"
    assert error(phone.move(issue.number, "note", seen=1, text=1.5), 422, "field")["field"] == "facts.text"
    assert error(phone.move(issue.number, "note", seen=1, wish="x"), 422, "field")["field"] == "facts.wish"


def test_no_contact_of_a_requester_is_in_any_answer(county):
    issue = county.report(category="road.light", phone=PHONE)
    phone = Phone.of(county[Role.GRID_MEMBER])

    answers = [phone.move(issue.number, verb, seen=seen) for verb, seen in (("accept", 0), ("accept", 1), ("decline", 1))]

    assert not [answer for answer in answers if PHONE in answer.content.decode() or "郭" in answer.content.decode()]


# --- the day of a grid member without a signal ---


def test_afternoon_written_offline_is_replayed_in_order(county):
    member, handler = Phone.of(county[Role.GRID_MEMBER]), Phone.of(county[Role.PARTY_REPRESENTATIVE])
    issue = county.report(category="road.light")
    seen = issue.event_count

    for phone, verb, facts in (
        (member, "accept", {}),
        (handler, "acknowledge", {}),
        (handler, "contact", {"text": "打过电话"}),
        (handler, "note", {"text": "买了灯泡"}),
        (handler, "resolve", {"resolution": "换了灯泡", "public_line": "路灯已修复"}),
        (member, "verify", {"text": "亮了"}),
    ):
        answer = phone.move(issue.number, verb, seen=seen, **facts)
        assert answer.status_code == 201, answer.content
        seen = answer.json()["event_count"]

    issue.refresh_from_db()
    assert (issue.status, issue.event_count) == (Status.PENDING_FEEDBACK, seen)
    assert {event.facts["channel"] for event in issue.events.exclude(by=None)} == {"phone"}


def test_solving_on_the_spot_what_somebody_else_reported_is_one_move(county):
    issue = county.report(category="road.light")

    answer = Phone.of(county[Role.GRID_MEMBER]).move(issue.number, "handle_on_the_spot", seen=1, resolution="换了灯泡")

    assert (answer.status_code, answer.json()["status"]) == (201, "pending_feedback")


def test_escalation_takes_its_minute_as_an_object(county):
    issue = county.in_progress(category="road.light")
    county.at = now()
    issue = county.move(issue, Verb.ESCALATE, Role.PARTY_REPRESENTATIVE, tried="试过了")
    issue = county.move(issue, Verb.ACKNOWLEDGE, Role.VILLAGE_SECRETARY, minutes=0)
    minute = {"held_on": "2024-03-01", "participants": "王书记、李代表", "outcome": "一致同意上报"}

    answer = Phone.of(county[Role.VILLAGE_SECRETARY]).move(
        issue.number, "escalate", seen=issue.event_count, tried="村里没钱", minute=minute
    )

    assert (answer.status_code, answer.json()["light"]) == (201, "yellow")
    assert issue.minutes.get().participants == "王书记、李代表"


def test_every_verb_that_staff_may_do_is_taken_by_its_name(county, phone):
    """None is unknown to the wire; whether it may be done now is the casework's to say."""
    issue = county.report()
    by_staff = [move.verb for move in MOVES if move.verb in services.VERBS and move.verb not in OWN_PANEL]

    answers = {verb: phone.move(issue.number, verb.value, seen=0) for verb in by_staff}

    assert {verb: answer.status_code for verb, answer in answers.items() if answer.status_code not in (403, 409)} == {}


@pytest.mark.parametrize("verb", sorted(OWN_PANEL))
def test_what_takes_files_is_sent_to_the_page(county, phone, verb):
    issue = county.report()

    assert error(phone.move(issue.number, verb.value, seen=1), 422, "field")["field"] == "verb"


# --- what it costs ---


@pytest.mark.parametrize(
    ("role", "verb", "facts"),
    [
        (Role.VILLAGE_SECRETARY, "note", {"text": "看过了"}),
        (Role.GRID_MEMBER, "accept", {}),
        (Role.GRID_MEMBER, "handle_on_the_spot", {"resolution": "换了灯泡"}),
        (Role.TOWNSHIP_COMMITTEE, "decline", {"reason": "不归我们", "reply": "请找法院"}),
    ],
)
def test_move_asks_few_questions(county, role, verb, facts):
    issue, phone = county.report(category="road.light"), Phone.of(county[role])

    with few_statements(verb):
        answer = phone.move(issue.number, verb, seen=1, **facts)

    assert answer.status_code == 201


def test_repeat_asks_very_few_questions(county, phone):
    issue, key = county.report(), uuid4()
    phone.move(issue.number, "note", key, seen=1, text="x")

    with few_statements(at_most=2):
        phone.move(issue.number, "note", key, seen=1, text="x")
