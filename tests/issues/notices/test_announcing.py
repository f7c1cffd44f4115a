"""Announcing: letters that go out once, in the language of who reads them, later when they cannot be sent or at night."""

from __future__ import annotations

from datetime import timedelta

from issues import services
from issues.models import Notice, Requester
from issues.notices import sending
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do


def test_notice_by_email_goes_out_once_and_names_no_resident(county, mailoutbox):
    county["pr1"].email = "pr1@example.org"
    county["pr1"].save()
    issue = make.accepted(county, MONDAY)
    assert len(mailoutbox) == 0

    told = [sending.announce(at=MONDAY), sending.announce(at=MONDAY)]

    assert told == [1, 0]
    assert [letter.to for letter in mailoutbox] == [["pr1@example.org"]]
    assert issue.number in mailoutbox[0].subject
    assert issue.title not in mailoutbox[0].subject + mailoutbox[0].body


def test_several_notices_for_one_person_go_in_one_letter(county, mailoutbox):
    county["pr1"].email = "pr1@example.org"
    county["pr1"].save()
    issues = [make.accepted(county, MONDAY) for _ in range(3)]

    sending.announce(at=MONDAY)

    assert len(mailoutbox) == 1
    assert all(issue.number in mailoutbox[0].body for issue in issues)


def test_requester_who_asked_for_email_gets_it_in_their_language(county, mailoutbox, settings):
    settings.PUBLIC_URL = "https://grid.example.org"
    issue = make.reported(county, MONDAY, channel=Requester.Channel.EMAIL)
    Requester.objects.update(language="en")
    do(issue, Verb.ACCEPT, county["gm1"], MONDAY)

    sending.announce(at=MONDAY)

    assert [letter.to for letter in mailoutbox] == [["someone@example.org"]]
    assert issue.submissions.get().receipt_code in mailoutbox[0].body


def test_letter_that_cannot_be_sent_is_tried_again_later_and_later(county, mailoutbox, settings):
    county["pr1"].email = "pr1@example.org"
    county["pr1"].save()
    make.accepted(county, MONDAY)
    settings.EMAIL_BACKEND = "tests.issues.factories.DeadBackend"

    assert sending.announce(at=MONDAY) == 0
    notice = Notice.objects.get(channel="email")
    assert (notice.attempts, notice.not_before, notice.announced_at) == (1, MONDAY + timedelta(minutes=1), None)
    assert "post office closed" in notice.last_error
    sending.announce(at=MONDAY + timedelta(minutes=1))
    notice.refresh_from_db()
    assert (notice.attempts, notice.not_before) == (2, MONDAY + timedelta(minutes=3))

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert sending.announce(at=MONDAY + timedelta(minutes=3)) == 1
    assert len(mailoutbox) == 1


def test_pause_between_attempts_doubles_up_to_six_hours():
    assert [sending.pause(n) for n in (1, 2, 3, 12)] == [
        timedelta(minutes=1),
        timedelta(minutes=2),
        timedelta(minutes=4),
        timedelta(hours=6),
    ]


def test_notice_held_back_at_night_shows_in_the_morning(county):
    make.reported(county, china("2024-09-23 22:40"))
    assert not Notice.objects.inbox(county["gm1"], china("2024-09-23 23:00")).exists()

    sending.announce(at=china("2024-09-24 07:00"))

    assert Notice.objects.inbox(county["gm1"], china("2024-09-24 07:00")).count() == 1
    assert services.mark_read(county["gm1"], china("2024-09-24 07:00")) == 1
    assert services.mark_read(county["gm1"], china("2024-09-24 07:00")) == 0
