"""Mail: digests, order, and post offices that are closed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from issues import sweeps
from issues.models import Issue, Notice, Outlet
from issues.notices import sending
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do
from tests.issues.notices.outlets import DAY, HOUR, MINUTE, S, states, with_mail, written


def test_digest_is_one_letter_per_person_at_half_past_eight_grouped_by_issue(county, mailoutbox):
    person = with_mail(county["pr1"])
    issues = [make.in_hand(county, MONDAY, about="env.waste") for _ in range(3)]
    for issue in issues:
        do(issue, Verb.CONTACT, person, MONDAY)
    sending.announce(at=MONDAY)
    mailoutbox.clear()
    sweeps.warn(at=china("2024-09-25 08:45"))

    sending.announce(at=china("2024-09-26 08:29"))
    assert mailoutbox == []
    sending.announce(at=china("2024-09-26 08:30"))

    assert [letter.subject for letter in mailoutbox] == ["Today's digest: 3 issues"]
    assert all(issue.number in mailoutbox[0].body for issue in issues)


def test_digest_of_what_has_ended_meanwhile_is_not_sent(county, mailoutbox):
    person = with_mail(county["pr1"])
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.CONTACT, person, MONDAY)
    sending.announce(at=MONDAY)
    sweeps.warn(at=china("2024-09-25 08:45"))
    Notice.objects.filter(channel="email", kind="now").delete()
    make.ask(issue, Verb.WITHDRAW, china("2024-09-25 09:00"))
    Notice.objects.filter(channel="email", kind="now").delete()
    mailoutbox.clear()

    sending.announce(at=china("2024-09-26 08:30"))

    assert mailoutbox == []
    assert Notice.objects.get(channel="email", kind="digest").state == S.UNWANTED


def test_mailbox_that_does_not_exist_is_given_up_at_once_and_others_get_theirs(county, settings):
    with_mail(county["pr1"])
    make.accepted(county, MONDAY)
    settings.EMAIL_BACKEND = "tests.issues.notices.outlets.Refusing"

    sending.announce(at=MONDAY)

    notice = Notice.objects.get(channel="email")
    assert (notice.state, notice.attempts) == (S.GIVEN_UP, 0)
    assert "550" in notice.last_error
    assert "someone" not in notice.last_error
    assert Outlet.objects.get(channel="email").failures == 0


def test_mail_that_is_down_for_a_day_is_tried_with_single_letters_and_then_everything_goes_once_in_order(
    county, settings, mailoutbox
):
    people = [with_mail(county[name]) for name in ("pr1", "vs1", "gm1", "gl1", "tc1", "duc", "roads")]
    written(county, people, 4, MONDAY)
    settings.EMAIL_BACKEND = "tests.issues.factories.DeadBackend"
    at = MONDAY
    while at < MONDAY + DAY:
        assert sending.announce(at=at) == 0
        at += 5 * MINUTE
    issue = Issue.objects.get()
    do(issue, Verb.NOTE, county["pr1"], MONDAY + DAY, text="later")
    Notice.objects.bulk_create(
        Notice(event=issue.events.latest("number"), person=person, channel="email", not_before=at) for person in people
    )
    assert Outlet.objects.get(channel="email").failing_since == MONDAY
    assert sum(Notice.objects.values_list("attempts", flat=True)) < 300

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    while Notice.objects.outbox().exists():
        sending.announce(at=at)
        at += 5 * MINUTE
        assert at < MONDAY + 2 * DAY

    assert states("email") == {S.SENT: 35}
    lines = Counter(line for letter in mailoutbox for line in letter.body.splitlines() if "Issue" in line for _ in letter.to)
    assert sum(len(letter.to) for letter in mailoutbox) <= 2 * len(people)
    assert lines
    for person in people:
        theirs = Notice.objects.filter(person=person).order_by("pk")
        times = [notice.announced_at for notice in theirs if notice.announced_at]
        assert len(times) == 5
        assert times == sorted(times)


def test_what_has_failed_for_three_days_is_given_up(county, settings, mailoutbox):
    written(county, [with_mail(county["pr1"]), with_mail(county["vs1"])], 2, MONDAY)
    settings.EMAIL_BACKEND = "tests.issues.factories.DeadBackend"
    at = MONDAY
    while at <= MONDAY + timedelta(hours=80):
        sending.announce(at=at)
        at += 30 * MINUTE

    assert states("email") == {S.GIVEN_UP: 4}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert Notice.objects.undelivered().try_again(at) == 4
    sending.announce(at=at + HOUR)
    assert states("email") == {S.SENT: 4}


def test_letter_into_a_slow_line_does_not_outrun_the_one_before_it(county, mailoutbox, settings):
    """Somebody's later letter waits for the earlier one, which failed; others get theirs."""
    first, other = with_mail(county["pr1"]), with_mail(county["vs1"])
    written(county, [first], 1, MONDAY)
    Notice.objects.update(state=S.FAILED, not_before=MONDAY + HOUR, attempts=3)
    issue = Issue.objects.get()
    event = do(issue, Verb.NOTE, county["pr1"], MONDAY, text="later")
    for person in (first, other):
        Notice.objects.create(event=event, person=person, channel="email", not_before=MONDAY)

    sending.announce(at=MONDAY + MINUTE)
    assert [letter.to for letter in mailoutbox] == [[other.email]]
    sending.announce(at=MONDAY + HOUR)

    assert states("email") == {S.SENT: 3}
