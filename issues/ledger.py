"""The ledger: every verb appended, each row carrying the hash of the one before; and the proof that it is whole.

A row's hash is SHA-256 over its canonical JSON (keys sorted, no spaces, UTF-8, times in UTC to the microsecond), which
holds the hash before it. Words are kept apart so that they can be erased; the row holds a salted digest of them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from issues import state
from issues.models import Event, EventText, Issue
from issues.querysets import IssueQuerySet
from issues.terms import Actor, Verb
from issues.writing.many import save_columns
from issues.writing.pens import AT_ONCE, Pen
from representatives.models import Person

_CHUNK = 2000
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def append(
    issue: Issue,
    verb: Verb,
    *,
    at: datetime,
    actor: str,
    by: Person | None = None,
    from_status: str,
    from_level: int | None,
    facts: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    is_public: bool = False,
    former_paths: Sequence[str] = (),
    pen: Pen = AT_ONCE,
) -> Event:
    """Saves the issue as it now stands and writes what was done to it; the caller holds the row's lock.

    `facts`: ids, codes and dates, never what somebody wrote; that goes into `texts`. After the commit, maps are told;
    `former_paths`: where the issue lay before, if it was moved.
    """
    if issue.pk is None:
        issue.save()  # its key is part of the first event's hash; who gives it one beforehand saves a statement
    event = Event(issue=issue, verb=verb, at=at, by=by, actor=actor, facts=dict(facts or {}), is_public=is_public)
    event.from_status, event.to_status = from_status, issue.status
    event.from_level, event.to_level = from_level, issue.level
    _chain(issue, event, {key: text for key, text in (texts or {}).items() if text}, pen)
    pen.touched(issue, *former_paths)
    return event


def append_many(entries: Sequence[tuple[Issue, Mapping[str, Any]]], verb: Verb, *, at: datetime, columns: Sequence[str]) -> None:
    """The program did the same to many issues, each locked by the caller: its event, its head and those columns, in bulk.

    Statuses and levels stay; nobody is told. Two statements for some thousands, however many issues.
    """
    events = []
    for issue, facts in entries:
        event = Event(issue=issue, verb=verb, at=at, actor=Actor.SYSTEM, facts=dict(facts))
        event.from_status = event.to_status = issue.status
        event.from_level = event.to_level = issue.level
        event.number, event.previous_hash = issue.event_count + 1, issue.head
        event.hash = hash_of(event)
        issue.event_count, issue.head = event.number, event.hash
        events.append(event)
    Event.objects.bulk_create(events, batch_size=_CHUNK)
    save_columns([issue for issue, _facts in entries], [*columns, "event_count", "head"])
    paths = {issue.path for issue, _facts in entries}
    transaction.on_commit(lambda: state.announce(paths))


def _chain(issue: Issue, event: Event, words: Mapping[str, str], pen: Pen) -> None:
    """Number the event, tie it to the one before, and save all three: the issue with its new head, the row, the words."""
    salt = secrets.token_hex(16) if words else ""
    event.number, event.previous_hash = issue.event_count + 1, issue.head
    event.text_digest = digest_of(words, salt) if words else ""
    event.hash = hash_of(event)
    issue.event_count, issue.head = event.number, event.hash
    pen.event(issue, event, EventText(event=event, texts=words, salt=salt) if words else None)


def hash_of(event: Event) -> str:
    """The hash that the row must carry."""
    return hash_of_row(vars(event))


def hash_of_row(event: Mapping[str, Any]) -> str:
    """The same for an event that is told column by column (`issue_id`, `number` … `previous_hash`), `facts` as they are."""
    return hashlib.sha256(_canonical(_row(event))).hexdigest()


def digest_of(texts: Mapping[str, str], salt: str) -> str:
    """The salted digest of an event's words."""
    return hashlib.sha256(salt.encode() + _canonical(dict(texts))).hexdigest()


def _row(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "issue": event["issue_id"],
        "number": event["number"],
        "verb": str(event["verb"]),
        "at": event["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "by": event["by_id"],
        "actor": str(event["actor"]),
        "from_status": str(event["from_status"]),
        "to_status": str(event["to_status"]),
        "from_level": event["from_level"],
        "to_level": event["to_level"],
        "facts": event["facts"],
        "is_public": event["is_public"],
        "text_digest": event["text_digest"],
        "previous": event["previous_hash"],
    }


def _canonical(content: Mapping[str, Any]) -> bytes:
    return _ENCODER.encode(content).encode()


@dataclass(frozen=True)
class Fault:
    """Something in the ledger that is not as it was written."""

    issue: str  # its number
    event: int  # the event's number, 0: the issue as a whole
    sentence: str

    def __str__(self) -> str:
        return gettext("Issue %(issue)s, event %(event)d: %(sentence)s") % {
            "issue": self.issue,
            "event": self.event,
            "sentence": self.sentence,
        }


def verify(issues: Iterable[tuple[int, str, int, str]], events: Iterable[Event]) -> Iterator[Fault | None]:
    """Walks both, ordered by issue; yields every fault, and None after each issue that is whole.

    `issues`: (id, number, event_count, head); `events`: with their words. Reads each row once, keeps one issue in memory.
    """
    stream = iter(events)
    event = next(stream, None)
    for pk, number, count, head in issues:
        chain: list[Event] = []
        while event is not None and event.issue_id <= pk:
            if event.issue_id == pk:
                chain.append(event)
            event = next(stream, None)
        faults = list(_faults(number, chain, count, head))
        yield from faults
        if not faults:
            yield None


def _faults(number: str, chain: list[Event], count: int, head: str) -> Iterator[Fault]:
    before, expected = "", 1
    for event in chain:
        if event.number != expected:
            yield Fault(number, event.number, gettext("the event before it is missing."))
        elif event.previous_hash != before:
            yield Fault(number, event.number, gettext("it does not follow from the event before it."))
        if hash_of(event) != event.hash:
            yield Fault(number, event.number, gettext("the row was changed after it was written."))
        if sentence := _words_fault(event):
            yield Fault(number, event.number, sentence)
        before, expected = event.hash, event.number + 1
    if (expected - 1, before) != (count, head):
        yield Fault(number, 0, gettext("the last event is not the one that the issue names."))


def _words_fault(event: Event) -> str:
    words: EventText | None = getattr(event, "words", None)
    if words is None:
        return gettext("its words are missing.") if event.text_digest else ""
    if words.erased_at is not None:
        return gettext("its erased words are still there.") if words.texts else ""
    if digest_of(words.texts, words.salt) != event.text_digest:
        return gettext("its words were changed after they were written.")
    return ""


@contextmanager
def snapshot() -> Iterator[None]:
    """One unchanging view of the database, so that what is written meanwhile is not taken for a fault."""
    if connection.in_atomic_block:
        yield  # a transaction that has begun keeps the view it has
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def verify_all(number: str = "") -> tuple[int, Iterator[Fault | None]]:
    """How many issues there are to walk, and the walk (`verify`); of one issue if its number is given. Streams both tables."""
    issues = Issue.objects.order_by("pk")
    events = Event.objects.order_by("issue_id", "number").select_related("words")
    if number:
        issues = issues.numbered(number)
        events = events.of_issue_numbered(number)
    rows = issues.values_list("pk", "number", "event_count", "head")
    return issues.count(), verify(rows.iterator(chunk_size=_CHUNK), events.iterator(chunk_size=_CHUNK))


@dataclass(frozen=True)
class Stretch:
    """Some issues whose chains were walked: from which number to which, how many, and what is not as it was written."""

    checked: int
    first: str
    last: str
    faults: list[Fault]
    before: int | None  # the key to go on from, backwards; None: the oldest was among them


def verify_stretch(issues: IssueQuerySet, until: int | None, most: int) -> Stretch:
    """Walks the chains of the newest of those issues, `most` of them at most, up to the one with that key."""
    with snapshot():
        rows = list(issues.newest_until(until).values_list("pk", "number", "event_count", "head")[: most + 1])
        taken, left = rows[:most][::-1], rows[most:]
        events = Event.objects.chains_of([row[0] for row in taken])
        faults = [fault for fault in verify(taken, events.iterator(chunk_size=_CHUNK)) if fault]
    names = [row[1] for row in taken] or [""]
    return Stretch(len(taken), names[0], names[-1], faults, left[0][0] if left else None)
