"""The outbox is emptied: notices that wait are announced, by the adapter of their channel; a failure is tried again later.

In the program a notice is told when it stands there. E-mail goes through Django's backend, several for one person in
one letter; its Message-ID is made from the notices, so a letter sent twice (a worker died between sending and noting it)
is one for the mail program.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from issues.models import Notice
from issues.workflow import Status, Verb

logger = logging.getLogger(__name__)

BATCH = 100
ATTEMPTS = 12
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)


def announce(*, at: datetime) -> int:
    """Announce what waits; how many notices were told. Several workers share the work, none does another's."""
    told, last = 0, 0
    while batch := list(Notice.objects.unannounced(at, attempts=ATTEMPTS).after(last)[:BATCH]):
        last = batch[-1].pk
        for bundle in _bundled(batch):
            told += _take(bundle, at)
    return told


def _take(bundle: Sequence[Notice], at: datetime) -> int:
    """Tell those of the bundle that nobody else is telling; committed before the next bundle."""
    with transaction.atomic():
        free = list(Notice.objects.unannounced(at, attempts=ATTEMPTS).lock_free([notice.pk for notice in bundle]))
        return _tell(free, at) if free else 0


def _bundled(batch: Sequence[Notice]) -> list[list[Notice]]:
    """Notices for one person by one channel go together."""
    bundles: dict[tuple[str, int | None, int | None], list[Notice]] = {}
    for notice in batch:
        bundles.setdefault((notice.channel, notice.person_id, notice.submission_id), []).append(notice)
    return list(bundles.values())


def _tell(together: list[Notice], at: datetime) -> int:
    """Hand them to their channel; how many were told. A failure is noted and tried again after a growing pause."""
    try:
        with translation.override(_language(together[0])):
            ADAPTERS[together[0].channel](together)
    except Exception as error:
        logger.warning("Notices %s could not be announced: %s", [notice.pk for notice in together], error)
        for notice in together:
            notice.attempts += 1
            notice.not_before = at + pause(notice.attempts)
            notice.last_error = str(error)[:200]
        Notice.objects.bulk_update(together, ["attempts", "not_before", "last_error"])
        return 0
    for notice in together:
        notice.announced_at, notice.last_error = at, ""
    Notice.objects.bulk_update(together, ["announced_at", "last_error"])
    return len(together)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: a minute, then twice as long each time, up to six hours."""
    return min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE)


def _language(notice: Notice) -> str:
    if notice.person is not None:
        return notice.person.language or settings.LANGUAGE_CODE
    requester = notice.submission.requester if notice.submission else None
    return (requester.language if requester else "") or settings.LANGUAGE_CODE


def _in_the_program(together: list[Notice]) -> None:
    """It stands there already; from now on it is shown."""


def _by_email(together: list[Notice]) -> None:
    """One letter for all of them; nothing is sent to somebody who has no address any more."""
    to = _address(together[0])
    if not to:
        return
    subject = sentence(together[0]) if len(together) == 1 else gettext("%(n)d notices") % {"n": len(together)}
    body = "\n\n".join(f"{sentence(notice)}\n{_link(notice)}".strip() for notice in together)
    domain = (settings.PUBLIC_URL.split("//")[-1] or "gridgov").split(":")[0]
    keys = "-".join(str(notice.pk) for notice in together[:20])
    EmailMessage(subject, body, to=[to], headers={"Message-ID": f"<notices-{keys}@{domain}>"}).send()


def _address(notice: Notice) -> str:
    if notice.person is not None:
        return notice.person.email if notice.person.is_active else ""
    requester = notice.submission.requester if notice.submission else None
    return requester.email if requester and requester.erased_at is None else ""


def sentence(notice: Notice) -> str:
    """What has happened, in one line; no word of what residents wrote, for mail lies open on many desks."""
    event, issue = notice.event, notice.event.issue
    words = {"number": issue.number, "verb": Verb(event.verb).label, "status": Status(event.to_status).label}
    if notice.submission_id is not None:
        return gettext("Your report %(number)s: %(status)s") % words
    if event.verb == Verb.WARN:
        return gettext("Issue %(number)s is coming due or is late (%(status)s)") % words
    return gettext("Issue %(number)s: %(verb)s (%(status)s)") % words


def _link(notice: Notice) -> str:
    if not settings.PUBLIC_URL:
        return ""
    if notice.submission is not None:
        return settings.PUBLIC_URL + reverse("track", args=[notice.submission.receipt_code])
    return settings.PUBLIC_URL + reverse("issue", args=[notice.event.issue.number])


ADAPTERS: Mapping[str, Callable[[list[Notice]], None]] = {
    Notice.Channel.IN_APP: _in_the_program,
    Notice.Channel.EMAIL: _by_email,
}
