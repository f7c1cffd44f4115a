"""The arithmetic of `issues/timing/clock.py` for many moments at once: tables made once per calendar, then a search per question.

Moments are whole microseconds since 1970 in UTC (`int64`), as arrays; `Worktime.moment` and `micros` convert. The same
rules hold as in `clock`, and a test compares both on random moments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from issues.timing.calendars import Calendar
from issues.timing.spans import Span, Unit

Moments = NDArray[np.int64]
Flags = NDArray[np.bool_]

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
FOREVER = np.int64(2**62)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = date(1970, 1, 1)


def micros(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def moment(at: int) -> datetime:
    """The moment that is so many microseconds after 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=int(at))


@dataclass(frozen=True)
class _Slots:
    """Stretches of the day that count, on days that count; all in wall-clock microseconds since 1970.

    `days`: whether a day counts, from `first` (days since 1970) onwards. `before[n]`: what counts on the days before.
    """

    first: int
    days: Flags
    slots: tuple[tuple[int, int], ...]
    before: Moments

    @classmethod
    def of(cls, first: int, days: Flags, stretches: tuple[tuple[time, time], ...]) -> _Slots:
        slots = tuple((_of_day(start), _of_day(end) or DAY) for start, end in stretches)
        each = sum(end - start for start, end in slots)
        before = np.concatenate(([0], np.cumsum(days.astype(np.int64)) * each))
        return cls(first, days, slots, before.astype(np.int64))

    def passed(self, local: Moments) -> Moments:
        """How much has counted until then."""
        day = local // DAY - self.first
        of_day = local - (day + self.first) * DAY
        today = np.zeros_like(local)
        for start, end in self.slots:
            today += np.clip(of_day - start, 0, end - start)
        return self.before[day] + today * self.days[day]

    def add(self, local: Moments, amount: Moments | int) -> Moments:
        """The first moment by which so much more has counted; for nothing the moment itself, or the next that counts."""
        wanted = self.passed(local) + amount
        day = np.searchsorted(self.before, wanted, side="left") - 1
        left = wanted - self.before[day]
        found = np.full_like(local, FOREVER)
        for start, end in self.slots:
            here = (found == FOREVER) & (left <= end - start)
            found = np.where(here, (day + self.first) * DAY + start + left, found)
            left = left - (end - start)
        return np.where(np.asarray(amount) == 0, self._next(local), found)

    def _next(self, local: Moments) -> Moments:
        """The moment itself if it counts, ends included; else the beginning of the next stretch."""
        day = local // DAY - self.first
        ahead = np.concatenate((np.flatnonzero(self.days), [len(self.days)]))
        next_day = ahead[np.searchsorted(ahead, day + 1)]
        found = (next_day + self.first) * DAY + self.slots[0][0]
        for start, end in reversed(self.slots):
            opens, closes = (day + self.first) * DAY + start, (day + self.first) * DAY + end
            found = np.where(self.days[day] & (local <= closes), np.maximum(local, opens), found)
        return found


def _of_day(moment: time) -> int:
    return (moment.hour * 60 + moment.minute) * MINUTE


class Worktime:
    """A calendar as tables, for moments between two days; a year more is kept on both sides, for what is due later."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        first, last = first - timedelta(days=370), last + timedelta(days=4 * 370)
        self.calendar = calendar
        self.first = (first - _FIRST_DAY).days
        length = (last - first).days + 1
        works = np.array([calendar.is_working_day(first + timedelta(days=n)) for n in range(length)])
        self._work = _Slots.of(self.first, works, calendar.hours)
        self._awake = _Slots.of(self.first, np.ones(length, dtype=bool), _waking(calendar))
        self._worked_days = np.cumsum(works).astype(np.int64)
        self._closing = _of_day(calendar.closing)
        self._turns, self._offsets = _offsets(calendar, first, last)
        self._local_turns = self._turns + np.maximum(self._offsets[:-1], self._offsets[1:])

    # --- wall clocks ---

    def local(self, at: Moments) -> Moments:
        """As a wall clock of the place shows it."""
        return at + self._offsets[np.searchsorted(self._turns, at, side="right")]

    def absolute(self, local: Moments) -> Moments:
        """What the wall clock showed, as a moment; the earlier one where it shows the same twice."""
        return local - self._offsets[np.searchsorted(self._local_turns, local, side="right")]

    # --- lengths ---

    def after(self, span: Span, since: Moments, *, pauses_at_night: bool = False) -> Moments:
        """`clock.after` for each moment."""
        if span.is_natural and pauses_at_night:
            return self.absolute(self._awake.add(self.local(since), _natural(span)))
        if span.is_natural:
            return since + _natural(span)
        if span.unit == Unit.WORKING_HOUR:
            return self.add_work(since, span.amount * HOUR)
        day = self.local(since) // DAY
        return self.at_closing(day + span.amount if span.unit == Unit.DAY else self.nth_working_day(day, span.amount))

    def at_closing(self, day: Moments) -> Moments:
        return self.absolute(day * DAY + self._closing)

    def working_days(self, start: Moments, end: Moments) -> Moments:
        """How many working days lie after the day `start`, up to and with `end`."""
        return np.maximum(self._worked_days[end - self.first] - self._worked_days[start - self.first], 0)

    def on_working_day(self, day: Moments, n: Moments) -> Moments:
        """The n-th working day after each day, for each n of its own; the day itself for none."""
        wanted = self._worked_days[day - self.first] + n
        return np.where(n == 0, day, np.searchsorted(self._worked_days, wanted, side="left") + self.first)

    def nth_working_day(self, day: Moments, n: int) -> Moments:
        """Days since 1970."""
        if n == 0:
            return day
        wanted = self._worked_days[day - self.first] + n
        return np.searchsorted(self._worked_days, wanted, side="left") + self.first

    def add_work(self, since: Moments, amount: Moments | int) -> Moments:
        """`clock.add_working_time` for each moment."""
        return self.absolute(self._work.add(self.local(since), amount))

    def worked(self, start: Moments, end: Moments) -> Moments:
        """`clock.working_time` for each pair, in microseconds; nothing where the end lies before the start."""
        return np.maximum(self._work.passed(self.local(end)) - self._work.passed(self.local(start)), 0)


def _natural(span: Span) -> int:
    return span.amount * (HOUR if span.unit == Unit.HOUR else MINUTE)


def _waking(calendar: Calendar) -> tuple[tuple[time, time], ...]:
    """The stretches of a day that are not quiet."""
    begins, ends = calendar.quiet
    if begins > ends:
        return ((ends, begins),)
    midnight = time(0)
    return tuple(slot for slot in ((midnight, begins), (ends, midnight)) if slot[0] != slot[1] or begins == ends)


def _offsets(calendar: Calendar, first: date, last: date) -> tuple[Moments, Moments]:
    """When the place's clocks are turned, and by how much they are ahead of UTC before, between and after."""
    turns: list[int] = []
    day = datetime.combine(first, time(0), UTC)
    end = datetime.combine(last, time(0), UTC) + timedelta(days=2)
    known = _offset(calendar, day - timedelta(days=2))
    offsets = [known]
    while day <= end:
        if _offset(calendar, day) != known:
            turns.append(_turn(calendar, day - timedelta(days=1), known))
            known = _offset(calendar, day)
            offsets.append(known)
        day += timedelta(days=1)
    return np.array(turns, dtype=np.int64), np.array(offsets, dtype=np.int64)


def _turn(calendar: Calendar, after: datetime, known: int) -> int:
    """The minute at which the clocks are turned, on the day that follows."""
    low, high = 0, 24 * 60
    while low < high:
        middle = (low + high) // 2
        if _offset(calendar, after + timedelta(minutes=middle)) == known:
            low = middle + 1
        else:
            high = middle
    return micros(after + timedelta(minutes=low))


def _offset(calendar: Calendar, at: datetime) -> int:
    offset: Any = at.astimezone(calendar.zone).utcoffset()
    return int(offset.total_seconds()) * SECOND
