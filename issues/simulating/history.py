"""What really happened, read from the ledger once and kept as arrays: a few dozen bytes per issue and stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from grids.levels import LADDER_LEVELS
from issues.models import Event, Issue
from issues.terms import Actor, RequestType, Status, Urgency, Verb
from issues.timing import clock
from issues.timing.worktime import FOREVER, Flags, Moments, micros

CHUNK = 5000
LEVEL_INDEX = {int(level): index for index, level in enumerate(LADDER_LEVELS)}
ROWS = ("normal", "urgent", "critical", "consult")
WORKING = frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.ASSIGNED, Status.IN_PROGRESS})

Progress = Callable[[float], None]  # 0 to 1; may raise to stop


class Ended(IntEnum):
    """How a stretch of work came to its end."""

    OPEN = 0  # not yet
    DONE = 1  # solved, ended or set still: nobody works on it any more
    UP = 2  # a person passed it up
    RED = 3  # a person put it on the red list
    DOWN = 4  # returned
    CLOCK = 5  # nobody did: it climbed by itself


class Begun(IntEnum):
    """How the clock stands when a stretch begins."""

    FULL = 0  # begins anew
    SHARE = 1  # a round of rectification
    KEEP = 2  # sent back by who verified: goes on, with no less than the policy keeps
    RESUMED = 3  # goes on where it stood still


@dataclass
class History:
    """One row per issue, and per stretch of work; times in microseconds since 1970. `first`: each issue's first stretch."""

    paths: list[str] = field(default_factory=list)
    reported: Moments = field(default_factory=lambda: np.zeros(0, np.int64))
    accepted: Moments = field(default_factory=lambda: np.zeros(0, np.int64))  # FOREVER: never
    safe: Moments = field(default_factory=lambda: np.zeros(0, np.int64))
    row: Moments = field(default_factory=lambda: np.zeros(0, np.int64))  # index of ROWS
    unit: Moments = field(default_factory=lambda: np.zeros(0, np.int64))  # lead unit, 0: none
    last_level: Moments = field(default_factory=lambda: np.zeros(0, np.int64))
    first: Moments = field(default_factory=lambda: np.zeros(0, np.int64))
    stretches: Moments = field(default_factory=lambda: np.zeros(0, np.int64))  # how many each issue has
    start: Moments = field(default_factory=lambda: np.zeros(0, np.int64))
    end: Moments = field(default_factory=lambda: np.zeros(0, np.int64))  # FOREVER: not yet
    level: Moments = field(default_factory=lambda: np.zeros(0, np.int64))  # index of the ladder
    ended: Moments = field(default_factory=lambda: np.zeros(0, np.int64))
    begun: Moments = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.paths)

    def rows(self, chosen: Flags) -> Moments:
        """Positions of the chosen issues."""
        return np.flatnonzero(chosen).astype(np.int64)


@dataclass
class _Stretch:
    start: int
    level: int
    begun: Begun
    end: int = int(FOREVER)
    ended: Ended = Ended.OPEN


def read(path: str, since: datetime, until: datetime, progress: Progress) -> History:
    """The issues of the area reported between the two moments, sealed ones apart. Streams both tables."""
    issues = Issue.objects.under(path).reported_between(since, until).unsealed()
    total, columns, stretches = issues.count(), [], []
    for number, (row, events) in enumerate(_told(issues)):
        if number % CHUNK == 0:
            progress(number / max(total, 1))
        lived = _lived(row, events)
        if lived:
            columns.append(row)
            stretches.append(lived)
    return _arrays(columns, stretches)


_COLUMNS = (
    "pk", "path", "reported_at", "accepted_at", "triage_due_at", "made_safe_at", "urgency", "request_type", "lead_unit_id",
    "level", "resolved_at", "closed_at",
)  # fmt: skip


def _told(issues: Any) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    """Each issue with its events that count, both in the order of the keys."""
    rows = issues.order_by("pk").values_list(*_COLUMNS).iterator(chunk_size=CHUNK)
    events = Event.objects.moving(issues).values_list(
        "issue_id", "verb", "at", "actor", "from_status", "to_status", "from_level", "to_level"
    )
    grouped = groupby(events.iterator(chunk_size=CHUNK * 4), key=itemgetter(0))
    waiting: tuple[int, list[tuple[Any, ...]]] | None = None
    for row in rows:
        while waiting is None or waiting[0] < row[0]:
            following = next(grouped, None)
            if following is None:
                break
            waiting = following[0], list(following[1])
        yield row, waiting[1] if waiting and waiting[0] == row[0] else []


def _lived(row: tuple[Any, ...], events: list[tuple[Any, ...]]) -> list[_Stretch]:
    """The stretches of work on one issue; none if it ended before its clocks began."""
    accepted, triage, level = row[3], row[4], row[9]
    if triage is None:
        return []
    begins = clock.started_at(accepted, triage)
    first = next((event[7] for event in events if event[1] == Verb.ACCEPT), events[0][7] if events else level)
    lived = [_Stretch(micros(begins), LEVEL_INDEX[first], Begun.FULL)]
    if not events and (row[10] or row[11]):
        _close(lived[-1], row[10] or row[11], Ended.DONE)
    for _issue, verb, at, actor, from_status, to_status, from_level, to_level in events:
        if verb in (Verb.SUBMIT, Verb.PLACE, Verb.ACCEPT):
            continue
        if from_status in WORKING and to_status not in WORKING:
            _close(lived[-1], at, Ended.DONE)
        elif from_status not in WORKING and to_status in WORKING:
            lived.append(_Stretch(micros(at), LEVEL_INDEX[min(to_level, 40)], _begun(verb, from_status)))
        elif from_level is not None and to_level != from_level and lived[-1].ended == Ended.OPEN:
            _close(lived[-1], at, _passed(verb, actor, from_level, to_level))
            lived.append(_Stretch(micros(at), LEVEL_INDEX[min(to_level, 40)], Begun.FULL))
    return [] if lived[0].end < lived[0].start else lived


def _close(stretch: _Stretch, at: datetime, how: Ended) -> None:
    if stretch.ended == Ended.OPEN:
        stretch.end, stretch.ended = micros(at), how


def _passed(verb: str, actor: str, from_level: int, to_level: int) -> Ended:
    if to_level < from_level:
        return Ended.DOWN
    if verb == Verb.ESCALATE:
        return Ended.CLOCK if actor == Actor.SYSTEM else Ended.UP
    return Ended.RED


def _begun(verb: str, from_status: str) -> Begun:
    if from_status in (Status.SUSPENDED, Status.DEFERRED):
        return Begun.RESUMED
    if verb == Verb.REJECT:
        return Begun.KEEP
    return Begun.FULL if from_status in (Status.CLOSED, Status.CLOSED_EXPLAINED) else Begun.SHARE


def _arrays(rows: list[tuple[Any, ...]], stretches: list[list[_Stretch]]) -> History:
    def column(values: Iterator[int]) -> Moments:
        return np.fromiter(values, np.int64)

    counts = column(len(each) for each in stretches)
    flat = [stretch for each in stretches for stretch in each]
    return History(
        paths=[row[1] for row in rows],
        reported=column(micros(row[2]) for row in rows),
        accepted=column(micros(row[3]) if row[3] else int(FOREVER) for row in rows),
        safe=column(micros(row[5]) if row[5] else int(FOREVER) for row in rows),
        row=column(_row_of(row[6], row[7]) for row in rows),
        unit=column(row[8] or 0 for row in rows),
        last_level=column(LEVEL_INDEX[min(row[9], 40)] for row in rows),
        first=np.concatenate(([0], np.cumsum(counts)))[:-1].astype(np.int64) if len(rows) else np.zeros(0, np.int64),
        stretches=counts,
        start=column(stretch.start for stretch in flat),
        end=column(stretch.end for stretch in flat),
        level=column(stretch.level for stretch in flat),
        ended=column(int(stretch.ended) for stretch in flat),
        begun=column(int(stretch.begun) for stretch in flat),
    )


def _row_of(urgency: str, request_type: str) -> int:
    if urgency != Urgency.NORMAL:
        return ROWS.index(urgency)
    return ROWS.index("consult" if request_type == RequestType.CONSULT else "normal")
