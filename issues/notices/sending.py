"""The outbox is emptied, way by way: each way out by itself, one worker at a time, so letters to somebody keep their order.

A letter gets its key before it is sent and keeps it: whoever receives it twice, because a worker died between sending and
noting it, can tell. What fails is tried again after a growing pause; a way out that fails again and again is held back and
then tried with a single letter. What has failed for too long is given up, and shown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext

from issues.models import Notice, Outlet
from issues.notices.email import Email, address_of
from issues.notices.letters import Adapter, Busy, Letter, Rejected, SendingFailed
from issues.notices.robots import DingTalk, WeCom
from issues.notices.sms import Call, Sms, phone_of
from issues.notices.webhook import Gone, Webhook
from issues.notices.writing import is_dangerous
from issues.privacy.masking import without_addresses
from issues.querysets import NoticeQuerySet
from issues.terms import Verb

logger = logging.getLogger(__name__)

ADDRESSEES, NOTICES, LARGEST_LETTER = 20, 2000, 100
RUN_S = 20.0  # how long one run may take; the next goes on
FAILURES = 5  # so many in a row, and e-mail, SMS or calls are held back
_LOCKS = 0x6E6F7469  # the first half of the advisory locks' keys
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_HOLD = timedelta(minutes=1), timedelta(hours=6), timedelta(minutes=30)

ADAPTERS: Mapping[str, Callable[[], Adapter]] = {
    Notice.Channel.EMAIL: Email,
    Notice.Channel.SMS: Sms,
    Notice.Channel.CALL: Call,
    Notice.Channel.WEBHOOK: Webhook,
    Notice.Channel.WECOM: WeCom,
    Notice.Channel.DINGTALK: DingTalk,
}
_WHERE: Mapping[str, Callable[[Letter], str]] = {
    Notice.Channel.EMAIL: address_of,
    Notice.Channel.SMS: phone_of,
    Notice.Channel.CALL: phone_of,
}


def announce(*, at: datetime) -> int:
    """Show what waits in the program, and send what waits by every way out, one after the other; how many notices went."""
    return show(at=at) + sum(deliver(pk, at=at) for pk in outlets_due(at=at))


def show(*, at: datetime) -> int:
    """What waited in the program (for the morning) is there now."""
    return Notice.objects.show(at)


def outlets_due(*, at: datetime) -> list[int]:
    """The ways out for which something is due and that are not held back."""
    found = {outlet or Outlet.objects.for_channel(channel, at).pk: None for channel, outlet in Notice.objects.ways_due(at)}
    return Outlet.objects.ready(at).with_ids(found).keys()


def deliver(outlet_id: int, *, at: datetime) -> int:
    """Send what is due by that way out; how many notices went. Nothing if another worker is at it."""
    with _alone(outlet_id) as is_free:
        outlet = Outlet.objects.ready(at).with_ids([outlet_id]).first() if is_free else None
        return _Run(outlet, at, monotonic() + RUN_S).send_all() if outlet else 0


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: a minute, then twice as long each time, up to six hours."""
    return min(_FIRST_PAUSE * 2 ** min(attempts - 1, 12), _LONGEST_PAUSE)


@contextmanager
def _alone(outlet_id: int) -> Iterator[bool]:
    """Whether this worker has the way out for itself; the database forgets the lock with the worker's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, outlet_id])
        is_free = bool(cursor.fetchone()[0])
    try:
        yield is_free
    finally:
        if is_free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, outlet_id])


@dataclass
class _Run:
    """One way out being emptied, until there is nothing left, it fails, or the time is up."""

    outlet: Outlet
    at: datetime
    ends: float
    sent: int = 0

    def send_all(self) -> int:
        self._give_up_what_is_stale()
        with closing(ADAPTERS[self.outlet.channel]()) as adapter:
            while letters := self._next_letters():
                for letter in letters:
                    if self.outlet.is_held(self.at) or not self.outlet.is_active or monotonic() > self.ends:
                        return self.sent
                    self._send(adapter, letter)
        return self.sent

    @property
    def _notices(self) -> NoticeQuerySet:
        return Notice.objects.through(self.outlet)

    def _next_letters(self) -> list[Letter]:
        """Letters for the next addressees, each with its key, which is kept before anything is sent."""
        addressees = self._notices.next_addressees(self.at, ADDRESSEES)
        if not addressees:
            return []
        due = list(self._notices.due(self.at).for_addressees(addressees)[:NOTICES])
        for notice in due:
            notice.outlet = self.outlet if notice.outlet_id else None
        fresh = [notice for notice in due if notice.message is None]
        for bundle in _bundles(fresh, single=self.outlet.channel == Notice.Channel.WEBHOOK):
            key = uuid4()
            for notice in bundle:
                notice.message = key
        if fresh:
            Notice.objects.bulk_update(fresh, ["message"], batch_size=500)
        return self._letters(due)

    def _letters(self, due: list[Notice]) -> list[Letter]:
        found: dict[object, list[Notice]] = {}
        for notice in due:
            found.setdefault(notice.message, []).append(notice)
        return [Letter(key, notices, self.outlet) for key, notices in found.items()]  # type: ignore[arg-type]

    def _send(self, adapter: Adapter, letter: Letter) -> None:
        """Send it and note how it went."""
        rows = Notice.objects.with_ids(letter.keys)
        if reason := self._unwanted(letter):
            rows.not_wanted(reason)
            return
        try:
            with translation.override(letter.language):
                adapter.send(letter)
        except Busy as busy:
            self._hold(busy.wait, str(busy))
        except Rejected as rejected:
            rows.give_up(_clean(rejected))
            if isinstance(rejected, Gone):
                self.outlet.is_active = False
                self._note(failing_since=self.at, error=_clean(rejected))
        except Exception as error:  # an adapter of somebody else's making may raise anything
            self._failed(letter, _clean(error))
        else:
            rows.gone(self.at)
            self.sent += len(letter.notices)
            self._works()

    def _unwanted(self, letter: Letter) -> str:
        """Why nobody wants it any more; empty if somebody does."""
        if self.outlet.channel in _WHERE and not _WHERE[self.outlet.channel](letter):
            return gettext("There is no address any more.")
        if self.outlet.channel == Notice.Channel.CALL and not any(is_dangerous(notice.step.issue) for notice in letter.notices):
            return gettext("Nobody is in danger any more.")
        if letter.is_digest and not any(notice.step.issue.is_open for notice in letter.notices):
            return gettext("All of it has ended meanwhile.")
        return ""

    def _failed(self, letter: Letter, error: str) -> None:
        logger.warning("%s: letter %s (%d notices) did not go: %s", self.outlet.channel, letter.key, len(letter.notices), error)
        rows, since = Notice.objects.with_ids(letter.keys), letter.first.failing_since
        attempts = max(notice.attempts for notice in letter.notices) + 1
        if since is not None and self.at - since >= settings.NOTICE_GIVE_UP:
            rows.give_up(error)
        else:
            rows.failed(self.at, again_at=self.at + pause(attempts), error=error)
        self.outlet.failures += 1
        held = 0 if not self.outlet.is_post else FAILURES - 1
        hold = (
            min(_FIRST_PAUSE * 2 ** min(self.outlet.failures - held - 1, 12), _LONGEST_HOLD)
            if self.outlet.failures > held
            else None
        )
        self._note(failing_since=self.outlet.failing_since or self.at, error=error, held_until=self.at + hold if hold else None)

    def _hold(self, wait: timedelta, error: str) -> None:
        self._note(failing_since=self.outlet.failing_since, error=error, held_until=self.at + wait)

    def _works(self) -> None:
        """It went: whatever was amiss is over."""
        if self.outlet.last_sent_at == self.at and not self.outlet.failures:
            return
        self.outlet.failures, self.outlet.last_sent_at = 0, self.at
        self._note(failing_since=None, error="")

    def _note(self, *, failing_since: datetime | None, error: str, held_until: datetime | None = None) -> None:
        self.outlet.failing_since, self.outlet.last_error, self.outlet.held_until = failing_since, error, held_until
        self.outlet.save(update_fields=["failures", "failing_since", "held_until", "last_error", "last_sent_at", "is_active"])

    def _give_up_what_is_stale(self) -> None:
        """While a way out has been broken for so long, what has waited as long is given up, so that people look after it."""
        since = self.outlet.failing_since
        if since is not None and self.at - since >= settings.NOTICE_GIVE_UP:
            self._notices.overdue(self.at - settings.NOTICE_GIVE_UP).give_up(self.outlet.last_error)


def _bundles(fresh: list[Notice], *, single: bool) -> Iterator[list[Notice]]:
    """What goes into one letter: all for one address, the morning's digest apart; for programs each by itself."""
    if single:
        yield from ([notice] for notice in fresh)
        return

    def which(notice: Notice) -> tuple[int, int, bool, bool]:
        confirms = notice.verb == Verb.CHOOSE_ANSWER  # goes to another address
        return notice.person_id or 0, notice.submission_id or 0, notice.kind == Notice.Kind.DIGEST, confirms

    for _who, group in groupby(sorted(fresh, key=which), key=which):
        together = list(group)
        yield from (together[start : start + LARGEST_LETTER] for start in range(0, len(together), LARGEST_LETTER))


def _clean(error: Exception) -> str:
    """The sentence without anybody's address or number, as it may be shown and logged."""
    words = str(error) if isinstance(error, SendingFailed) else f"{type(error).__name__}: {error}"
    return without_addresses(words)[:200]
