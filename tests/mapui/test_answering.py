"""How a requester is answered: chosen, confirmed and stopped from the tracking page, and in the ledger without any address."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.utils.timezone import now
from limits import parse

from issues import services, throttle
from issues.errors import Refusal
from issues.models import Event, Notice, Requester, Submission
from issues.notices import confirming, sending
from issues.terms import Verb
from issues.throttle import Limit
from representatives.roles import Role
from tests.mapui.following import move_of, page_of
from tests.mapui.scene import Scene, scene, submission_of

pytestmark = pytest.mark.django_db
NEW = "new@example.org"


@pytest.fixture
def story(settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    settings.EMAIL_READY = True
    return scene()


@pytest.fixture(autouse=True)
def _own_limits(monkeypatch):
    for name in ("RECEIPT_MISS", "REQUESTER", "REQUESTER_ADDRESS", "ANSWER", "ANSWER_TO"):
        limit = getattr(throttle, name)
        monkeypatch.setattr(throttle, name, Limit(f"{limit.name}-{uuid4()}", limit.rate))


def choose(client: Client, report: Submission, way: str, **more: str):
    return client.post(
        move_of(report, Verb.CHOOSE_ANSWER), {"choose_answer-way": way, **{f"choose_answer-{k}": v for k, v in more.items()}}
    )


def confirm(client: Client, report: Submission, code: str):
    return client.post(move_of(report, Verb.CONFIRM_ANSWER), {"confirm_answer-code": code})


def requester_of(report: Submission) -> Requester:
    found = Submission.objects.get(pk=report.pk).requester
    assert found is not None
    return found


def code_sent() -> str:
    """The code in the last letter."""
    sending.announce(at=now())
    found = re.search(r"\b\d{6}\b", f"{mail.outbox[-1].subject}\n{mail.outbox[-1].body}")
    assert found
    return found[0]


def test_email_counts_once_its_code_has_come_back(client, story):
    report = submission_of(story.report())

    asked = choose(client, report, "email", email=NEW)
    assert requester_of(report).email != NEW
    code = code_sent()
    confirmed = confirm(client, report, f" {code[:3]} {code[3:]} ")

    assert (asked.status_code, confirmed.status_code) == (303, 303)
    assert mail.outbox[-1].to == [NEW]
    after = requester_of(report)
    assert (after.channel, after.email, after.asked_channel, after.asked_address) == ("email", NEW, "", None)
    story.move(report.issue, Verb.ACCEPT, Role.TOWNSHIP_COMMITTEE)
    assert Notice.objects.filter(event__verb=Verb.ACCEPT, submission=report, channel="email").exists()


def test_until_then_what_was_chosen_before_stays(client, story):
    report = submission_of(story.report())
    was = requester_of(report)

    choose(client, report, "email", email=NEW)

    now_ = requester_of(report)
    assert (now_.channel, now_.email) == (was.channel, was.email)
    page = client.get(page_of(report)).content.decode()
    assert "n***@example.org" in page
    assert NEW not in page


def test_wrong_code_is_refused_with_a_sentence_and_the_page_stays_open(client, story):
    report = submission_of(story.report())
    choose(client, report, "email", email=NEW)
    right = confirming.code_of(requester_of(report))

    answer = confirm(client, report, str((int(right) + 1) % 10**6))

    assert answer.status_code == 409
    assert "This is not the code" in answer.content.decode()
    assert requester_of(report).channel != "email"


def test_code_that_is_a_day_old_counts_no_more(story):
    report = submission_of(story.report())
    services.move_as_requester(report.pk, Verb.CHOOSE_ANSWER, at=story.at, facts={"way": "email", "address": NEW})
    code = confirming.code_of(requester_of(report))

    with pytest.raises(Refusal, match="too old"):
        services.move_as_requester(report.pk, Verb.CONFIRM_ANSWER, at=story.at + timedelta(hours=25), facts={"code": code})


def test_second_request_makes_the_first_code_worthless(client, story):
    report = submission_of(story.report())
    choose(client, report, "email", email=NEW)
    first = confirming.code_of(requester_of(report))
    choose(client, report, "email", email="other@example.org")

    assert confirming.code_of(requester_of(report)) != first
    assert confirm(client, report, first).status_code == 409


def test_messages_are_stopped_at_once_and_nothing_goes_out_any_more(client, story):
    report = submission_of(story.report())
    choose(client, report, "email", email=NEW)
    confirm(client, report, confirming.code_of(requester_of(report)))

    stopped = choose(client, report, "none")

    assert stopped.status_code == 303
    assert requester_of(report).channel == "none"
    story.move(report.issue, Verb.ACCEPT, Role.TOWNSHIP_COMMITTEE)
    assert not Notice.objects.filter(event__verb=Verb.ACCEPT, submission=report).exclude(channel="in_app").exists()


def test_ledger_says_that_and_how_but_never_where_to(client, story):
    report = submission_of(story.report())
    choose(client, report, "email", email=NEW)
    confirm(client, report, confirming.code_of(requester_of(report)))
    choose(client, report, "phone", phone="13912345678")

    events = Event.objects.filter(issue=report.issue, verb__in=(Verb.CHOOSE_ANSWER, Verb.CONFIRM_ANSWER)).order_by("number")

    assert [event.facts for event in events] == [
        {"report": report.pk, "asked": "email"},
        {"report": report.pk, "way": "email"},
        {"report": report.pk, "way": "phone"},
    ]
    assert not any(event.texts for event in events)
    assert NEW not in json.dumps([event.facts for event in events])


def test_who_left_nothing_may_leave_an_address_later(client, story):
    report = submission_of(story.report())
    Submission.objects.filter(pk=report.pk).update(requester=None)

    choose(client, report, "phone", phone="0476 7800001")

    assert (requester_of(report).channel, requester_of(report).phone) == ("phone", "0476 7800001")


@pytest.mark.parametrize(
    ("way", "given", "sentence"),
    [
        ("email", {"email": "no address"}, "valid email"),
        ("phone", {"phone": "call me"}, "does not look like a telephone number"),
        ("sms", {"phone": "13912345678"}, "Select a valid choice"),
        ("", {}, "Please choose one"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_comes_back(client, story, way, given, sentence):
    report = submission_of(story.report())

    answer = choose(client, report, way, **given)

    page = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert sentence in page
    assert all(value in page for value in given.values())
    assert not report.issue.events.filter(verb=Verb.CHOOSE_ANSWER).exists()


def test_codes_are_not_sent_again_and_again_to_anybody(client, story, monkeypatch):
    report = submission_of(story.report())
    monkeypatch.setattr(throttle, "ANSWER_TO", Limit(f"to-{uuid4()}", parse("2 per day")))

    answers = [choose(client, report, "email", email=NEW) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert NEW in answers[-1].content.decode()  # what was typed is still there


def test_code_goes_to_the_new_address_and_news_to_the_old_one(client, story):
    report = submission_of(story.report())
    choose(client, report, "email", email="old@example.org")
    confirm(client, report, confirming.code_of(requester_of(report)))
    mail.outbox.clear()
    story.move(report.issue, Verb.ACCEPT, Role.TOWNSHIP_COMMITTEE)
    choose(client, report, "email", email=NEW)
    Notice.objects.filter(channel="email").update(not_before=now())

    sending.announce(at=now())

    to = {(letter.to[0], "is the code" in letter.body) for letter in mail.outbox}
    assert (NEW, True) in to
    assert ("old@example.org", False) in to
    assert (NEW, False) not in to


def test_ended_report_without_messages_offers_no_choice_but_one_with_them_can_stop(client, story):
    report = submission_of(story.report())
    choose(client, report, "email", email=NEW)
    confirm(client, report, confirming.code_of(requester_of(report)))
    client.post(move_of(report, Verb.WITHDRAW), {"withdraw-text": ""})

    assert 'id="answer"' in client.get(page_of(report)).content.decode()
    choose(client, report, "none")
    assert 'id="answer"' not in client.get(page_of(report)).content.decode()
