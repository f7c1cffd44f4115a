"""Ways out of the outbox for tests: a door of each kind, people with mail, and notices that wait."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

from django.core.mail.backends.base import BaseEmailBackend

from issues.models import Issue, Notice, Outlet, Requester
from issues.notices import webhook
from issues.terms import Verb
from representatives.models import Person
from tests.issues import factories as make
from tests.issues.factories import MONDAY, do
from tests.issues.receiver import Receiver

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
S = Notice.State


def outlet(server: Receiver, channel: str, **more: object) -> Outlet:
    values = {"name": "door", "url": f"{server.url}/hook?key=abc", "secret": webhook.new_secret(), "created_at": MONDAY}
    return Outlet.objects.create(channel=channel, **{**values, **more})


def with_mail(person: Person) -> Person:
    person.email = f"{person.username}@example.org"
    person.save()
    return person


def states(channel: str) -> Counter[str]:
    return Counter(Notice.objects.filter(channel=channel).values_list("state", flat=True))


def by_sms(county: make.County) -> Issue:
    return make.reported(county, MONDAY, channel=Requester.Channel.SMS)


class Refusing(BaseEmailBackend):
    """A mail server that knows no such mailbox."""

    def send_messages(self, email_messages):
        raise SMTPRecipientsRefused({"someone@example.org": (550, b"no such user")})


def written(county: make.County, people: list[Person], each: int, at: datetime) -> None:
    """So many notices by e-mail for each, of as many events of one issue, in turn."""
    issue = make.in_hand(county, at)
    Notice.objects.all().delete()
    events = [do(issue, Verb.NOTE, county["pr1"], at, text=str(n)) for n in range(each)]
    Notice.objects.all().delete()
    Notice.objects.bulk_create(
        Notice(event=event, person=person, channel="email", not_before=at) for event in events for person in people
    )
