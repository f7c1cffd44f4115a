"""What many acts of one transaction leave behind, written together: one statement for each table, however many issues.

The acts are those of a sweep, each of an issue of its own whose row is locked; what they do is what they would do alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction

from issues import state
from issues.importing.bulk import copy_rows, next_ids, next_keys
from issues.models import EscalationRequest, Event, EventText, Issue, Notice
from issues.writing import numbers
from issues.writing.many import save_columns


class Gathered:
    """A pen (`issues/writing/pens.py`) that keeps everything until `write`; until then nothing of it is in the database."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self._issues = issues
        self._as_read = [dict(issue.__dict__) for issue in issues]
        self._slip_numbers = self._fresh(lambda: next_ids(numbers.SLIP, len(issues)))
        self._event_keys = self._fresh(lambda: next_keys(Event, len(issues)))
        self._slips: list[EscalationRequest] = []
        self._events: list[Event] = []
        self._words: list[EventText] = []
        self._notices: dict[tuple[object, ...], Notice] = {}
        self._paths: set[str] = set()

    @staticmethod
    def _fresh(more: Any) -> Iterator[int]:
        """Values of a sequence, fetched for all issues at once."""
        while True:
            yield from more()

    def slip_number(self, at: datetime) -> str:
        return numbers.slip_numbered(at, next(self._slip_numbers))

    def slip(self, slip: EscalationRequest) -> None:
        self._slips.append(slip)

    def planned(self, issue: Issue) -> None:
        """Nothing: `write` finds what has changed of an issue."""

    def event(self, issue: Issue, event: Event, words: EventText | None) -> None:
        event.pk = next(self._event_keys)
        self._events.append(event)
        if words:
            words.event_id = event.pk
            self._words.append(words)

    def notices(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            key = (notice.event_id, notice.person_id, notice.submission_id, notice.outlet_id, notice.outlet_id or notice.channel)
            self._notices.setdefault(key, notice)

    def touched(self, issue: Issue, *former_paths: str) -> None:
        self._paths |= {issue.path, *former_paths}

    def write(self) -> None:
        """Store all of it, in the order in which one row names another; after the commit maps are told once."""
        _save_changes(self._issues, self._as_read)
        notices = list(self._notices.values())
        keyed: tuple[Sequence[models.Model], ...] = (self._slips, notices)
        for rows in keyed:
            for row, key in zip(rows, next_keys(type(rows[0]), len(rows)) if rows else (), strict=True):
                row.pk = key
        written: tuple[Sequence[models.Model], ...] = (self._slips, self._events, self._words, notices)
        for rows in written:
            if rows:
                copy_rows(type(rows[0]), rows)
        if self._paths:
            transaction.on_commit(lambda: state.announce(self._paths))


def _save_changes(issues: Sequence[Issue], as_read: Sequence[dict[str, Any]]) -> None:
    """Store every column that is not as it was read, of the issues of which any is not."""
    columns_of = [(field.name, field.attname) for field in Issue._meta.concrete_fields if not field.primary_key]
    columns, changed = set[str](), []
    for issue, before in zip(issues, as_read, strict=True):
        now = issue.__dict__
        moved = {name for name, column in columns_of if _is_another(now.get(column), before.get(column))}
        if moved:
            changed.append(issue)
            columns |= moved
    save_columns(changed, sorted(columns))


def _is_another(now: object, before: object) -> bool:
    """Mostly it is the very same object: then nobody need ask whether two geometries are alike."""
    return now is not before and now != before
