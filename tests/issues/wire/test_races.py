"""Two tabs, a service worker and an impatient thumb send the same at the same moment: done once, answered alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from issues import ledger
from issues.models import Attachment, Event, Issue, Requester, SentMove, Submission
from issues.terms import Status, Verb
from representatives.roles import Role
from tests.issues.reports import picture
from tests.issues.wire.phone import Phone, announced, body
from tests.mapui.scene import Scene, scene

SENDERS = 12
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def county(transactional_db: None) -> Scene:
    return scene()


def at_once(phone: Callable[[], Phone], send: Callable[[Phone], Any], senders: int = SENDERS) -> list[Any]:
    """The answers of so many phones that send at the same moment."""
    phones, start = [phone() for _ in range(senders)], Barrier(senders)

    def one(own: Phone) -> Any:
        start.wait(timeout=30)
        try:
            return send(own)
        finally:
            connection.close()

    with ThreadPoolExecutor(senders) as crowd:
        return list(crowd.map(one, phones))


def test_report_sent_at_once_by_many_is_one_report(county):
    sent, key = body(county.town, contact={"phone": "13812345678", "answer_by": "sms"}), uuid4()

    answers = at_once(Phone.of, lambda phone: phone.report(sent, key))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: SENDERS - 1}
    assert len({answer.content for answer in answers}) == 1
    assert [model.objects.count() for model in (Issue, Submission, Requester, Event)] == [1, 1, 1, 1]


def test_two_bodies_under_one_key_at_once_leave_one_and_the_others_hear_which(county):
    key = uuid4()
    texts = iter(["路灯坏了", "桥塌了"] * SENDERS)

    answers = at_once(Phone.of, lambda phone: phone.report(body(county.town, text=next(texts)), key))

    kept = Submission.objects.get()
    statuses = Counter(answer.status_code for answer in answers)
    assert (statuses[201], set(statuses)) == (1, {200, 201, 409})
    for answer in answers:
        told = answer.json() if answer.status_code < 300 else answer.json()["error"]["kept"]
        assert told["number"] == kept.issue.number


def test_file_sent_at_once_by_many_is_one_file(county):
    photo, key = picture("red"), uuid4()
    Phone.of().report(body(county.town, files=announced(photo)), key)

    answers = at_once(Phone.of, lambda phone: phone.file(key, photo), 6)

    assert {answer.status_code for answer in answers} <= {200, 201}
    assert [answer.status_code for answer in answers].count(201) == 1
    assert {tuple(answer.json()["missing"]) for answer in answers} == {()}
    assert Attachment.objects.count() == 1


def test_files_of_one_report_sent_at_once_all_arrive(county):
    photos = [picture(colour) for colour in ("red", "green", "blue", "white", "black")]
    key, waiting = uuid4(), iter(photos)
    Phone.of().report(body(county.town, files=announced(*photos)), key)

    answers = at_once(Phone.of, lambda phone: phone.file(key, next(waiting)), len(photos))

    assert {answer.status_code for answer in answers} == {201}
    assert Submission.objects.get().attachments.count() == 5


@pytest.mark.parametrize("seen", [1, None], ids=["seen", "blind"])
def test_move_sent_at_once_by_many_is_made_once(county, seen):
    issue, key, member = county.report(category="road.light"), uuid4(), county[Role.GRID_MEMBER]

    answers = at_once(lambda: Phone.of(member), lambda phone: phone.move(issue.number, "note", key, seen=seen, text="看过了"))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: SENDERS - 1}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert Event.objects.filter(verb=Verb.NOTE).count() == SentMove.objects.count() == 1
    assert not [fault for fault in ledger.verify_all(issue.number)[1] if fault]


def test_accepting_under_different_keys_at_once_is_done_once_and_the_rest_are_told(county):
    issue, member = county.report(category="road.light"), county[Role.GRID_MEMBER]

    answers = at_once(lambda: Phone.of(member), lambda phone: phone.move(issue.number, "accept", seen=1))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: SENDERS - 1}
    assert {answer.json()["error"]["now"]["status"] for answer in answers if answer.status_code == 409} == {"assigned"}
    issue.refresh_from_db()
    assert issue.status == Status.ASSIGNED
    assert Event.objects.filter(verb=Verb.ACCEPT).count() == 1
