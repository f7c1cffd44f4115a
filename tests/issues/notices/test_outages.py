"""Every way out, with a server at its other end that says no for a day: then all of it arrives, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from issues.models import Issue, Notice, NoticeChoice
from issues.notices import sending
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, do
from tests.issues.notices.outlets import DAY, HOUR, MINUTE, S, outlet, states, with_mail
from tests.issues.post_office import PostOffice, post_office
from tests.issues.receiver import Receiver

FIELDS = {"to": "{phone}", "content": "{text}", "id": "{id}"}


@dataclass
class Line:
    """A way out set up, and the other side: how it is broken and mended, and what it has taken (key, words) so far."""

    channel: str
    mend: Callable[[], None]
    taken: Callable[[], list[tuple[str, str]]]


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.NOTICE_TIMEOUT_S = 2
    with post_office() as open_one:
        settings.EMAIL_PORT = open_one.port
        yield open_one


def by_mail(county: make.County, request: pytest.FixtureRequest) -> Line:
    office: PostOffice = request.getfixturevalue("office")
    with_mail(county["pr1"])
    office.is_open = False

    def mend() -> None:
        office.is_open = True

    return Line("email", mend, lambda: [(str(one["Message-ID"]), one.get_content()) for one in office.came])


def _by_http(channel: str, server: Receiver, key: Callable[[Any], str], words: Callable[[Any], str]) -> Line:
    server.status = 503

    def mend() -> None:
        server.status = 200
        server.came.clear()

    return Line(channel, mend, lambda: [(key(came), words(came)) for came in server.came])


def by_webhook(county: make.County, request: pytest.FixtureRequest) -> Line:
    server: Receiver = request.getfixturevalue("server")
    outlet(server, "webhook", verbs=["note"])
    return _by_http("webhook", server, lambda came: came.headers["webhook-id"], lambda came: str(came.json["data"]["event"]))


def _by_robot(channel: str, county: make.County, request: pytest.FixtureRequest) -> Line:
    server: Receiver = request.getfixturevalue("server")
    outlet(server, channel, verbs=["note"])
    return _by_http(channel, server, lambda came: came.body.decode(), lambda came: came.body.decode())


def by_wecom(county: make.County, request: pytest.FixtureRequest) -> Line:
    return _by_robot("wecom", county, request)


def by_dingtalk(county: make.County, request: pytest.FixtureRequest) -> Line:
    return _by_robot("dingtalk", county, request)


def _by_gateway(channel: str, name: str, request: pytest.FixtureRequest) -> Line:
    server, settings = request.getfixturevalue("server"), request.getfixturevalue("settings")
    setattr(settings, name, {**settings.SMS, "url": server.url, "fields": FIELDS, "success": "errcode=0"})
    return _by_http(channel, server, lambda came: came.json["id"], lambda came: came.json["content"])


def by_sms(county: make.County, request: pytest.FixtureRequest) -> Line:
    NoticeChoice.objects.create(person=county["pr1"], mobile="13800000001", chosen={"now:sms": True})
    return _by_gateway("sms", "SMS", request)


def by_call(county: make.County, request: pytest.FixtureRequest) -> Line:
    NoticeChoice.objects.create(person=county["pr1"], mobile="13800000001")
    return _by_gateway("call", "CALL", request)


LINES = {line.__name__: line for line in (by_mail, by_webhook, by_wecom, by_dingtalk, by_sms, by_call)}


def waiting(county: make.County, line: Line, how_many: int) -> Issue:
    """An issue in which somebody is in danger, and so many things to be told of it by that way alone."""
    issue = make.in_hand(county, MONDAY, danger=True)
    events = [do(issue, Verb.NOTE, county["pr1"], MONDAY, text=str(number)) for number in range(how_many)]
    if line.channel in ("email", "sms", "call"):
        Notice.objects.all().delete()
        Notice.objects.bulk_create(
            Notice(event=event, person=county["pr1"], channel=line.channel, not_before=MONDAY) for event in events
        )
    return issue


def pass_time(since: datetime, until: datetime) -> int:
    """A worker comes by every ten minutes; how many notices went."""
    went, at = 0, since
    while at < until:
        went += sending.announce(at=at)
        at += 10 * MINUTE
    return went


@pytest.mark.parametrize("name", LINES)
def test_way_that_is_down_for_a_day_loses_nothing_and_doubles_nothing(
    county: make.County, request: pytest.FixtureRequest, name: str
):
    line = LINES[name](county, request)
    waiting(county, line, 3)

    assert pass_time(MONDAY, MONDAY + DAY) == 0
    assert set(states(line.channel)) <= {S.WAITING, S.FAILED}
    assert sum(states(line.channel).values()) == 3
    line.mend()
    pass_time(MONDAY + DAY, MONDAY + DAY + 8 * HOUR)

    assert states(line.channel) == {S.SENT: 3}
    keys, words = zip(*line.taken(), strict=True)
    assert len(set(keys)) == len(keys)
    sent = Notice.objects.filter(channel=line.channel).order_by("pk")
    assert len(keys) == len({notice.message for notice in sent})
    if line.channel == "webhook":
        assert sorted(map(int, words)) == sorted(notice.step.number for notice in sent)


def test_mail_that_the_post_office_takes_is_a_letter_that_a_mail_program_understands(
    county: make.County, request: pytest.FixtureRequest
):
    line = by_mail(county, request)
    line.mend()
    issue = waiting(county, line, 1)

    assert sending.announce(at=MONDAY) == 1

    office: PostOffice = request.getfixturevalue("office")
    (letter,) = office.came
    assert letter["To"] == county["pr1"].email
    assert issue.number in letter["Subject"]
    assert letter["Auto-Submitted"] == "auto-generated"
    assert issue.number in letter.get_content()
    assert issue.title not in letter.as_string()
