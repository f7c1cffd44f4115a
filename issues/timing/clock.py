"""When something is due: pure functions of a length of time, a moment and a working calendar (domain notes §3.2).

Units decide the calendar. `h` and `min` run on rest days too; `wh` runs only in working hours; the day on which `wd` and
`d` start never counts, and what is due on a day is due when that day's work ends. Times in and out are aware.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from issues.timing.calendars import Calendar
from issues.timing.spans import Span, Unit

_NO_TIME = timedelta(0)
_ONE_DAY = timedelta(days=1)
_MARKS_KEPT = 4096  # clocks of which a calendar remembers the marks


def after(span: Span, since: datetime, calendar: Calendar, *, pauses_at_night: bool = False) -> datetime:
    """The moment when that length of time, begun at `since`, is over."""
    day = calendar.local(since).date()
    if span.unit == Unit.WORKING_DAY:
        return calendar.at_closing(calendar.nth_working_day(day, span.amount))
    if span.unit == Unit.DAY:
        return calendar.at_closing(day + timedelta(days=span.amount))
    if span.unit == Unit.WORKING_HOUR:
        return add_working_time(timedelta(hours=span.amount), since, calendar)
    if pauses_at_night:
        return _add_waking_time(span.natural, since, calendar)
    return (since.astimezone(UTC) + span.natural).astimezone(calendar.zone)


def add_working_time(amount: timedelta, since: datetime, calendar: Calendar) -> datetime:
    """`since` plus so much time that is worked."""
    since = calendar.local(since)
    day = since.date()
    while True:
        for start, end in calendar.slots(day):
            start = max(start, since)
            if start <= end and end - start >= amount:
                return start + amount
            amount -= max(end - start, _NO_TIME)
        day += _ONE_DAY
        while amount > calendar.length_of(day):  # a whole day of it: nobody needs to look at its hours
            amount -= calendar.length_of(day)
            day += _ONE_DAY


def subtract_working_time(amount: timedelta, until: datetime, calendar: Calendar) -> datetime:
    """`until` minus so much time that is worked."""
    until = calendar.local(until)
    day = until.date()
    while True:
        for start, end in reversed(calendar.slots(day)):
            end = min(end, until)
            if end >= start and end - start >= amount:
                return end - amount
            amount -= max(end - start, _NO_TIME)
        day -= _ONE_DAY
        while amount > calendar.length_of(day):
            amount -= calendar.length_of(day)
            day -= _ONE_DAY


def working_time(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much of the time between the two is worked."""
    start, end = calendar.local(start), calendar.local(end)
    first, last = start.date(), end.date()
    if last < first:
        return _NO_TIME
    total = calendar.day_length * calendar.working_days_between(first, last - _ONE_DAY)  # the whole days in between
    for day in {first, last}:
        for opens, closes in calendar.slots(day):
            total += max(min(closes, end) - max(opens, start), _NO_TIME)
    return total


def is_quiet(at: datetime, calendar: Calendar) -> bool:
    """Whether it is night, when nobody is to be disturbed but for a critical matter."""
    now, (begins, ends) = calendar.local(at).time(), calendar.quiet
    return (now >= begins or now < ends) if begins > ends else begins <= now < ends


def next_waking(at: datetime, calendar: Calendar) -> datetime:
    """The moment itself, or the morning if it is night."""
    if not is_quiet(at, calendar):
        return calendar.local(at)
    return _next_time(at, calendar.quiet[1], calendar)


def next_digest(at: datetime, calendar: Calendar) -> datetime:
    """When the next daily digest goes out."""
    return _next_time(at, calendar.digest_at, calendar)


def _next_time(at: datetime, wanted: object, calendar: Calendar) -> datetime:
    local = calendar.local(at)
    found = datetime.combine(local.date(), wanted, calendar.zone)  # type: ignore[arg-type]
    return found if found >= local else datetime.combine(local.date() + _ONE_DAY, wanted, calendar.zone)  # type: ignore[arg-type]


def _add_waking_time(amount: timedelta, since: datetime, calendar: Calendar) -> datetime:
    """`since` plus so much natural time, the nights left out."""
    now = next_waking(since, calendar)
    while True:
        night = _next_time(now, calendar.quiet[0], calendar)
        awake = night.astimezone(UTC) - now.astimezone(UTC)
        if amount <= awake:
            return (now.astimezone(UTC) + amount).astimezone(calendar.zone)
        amount -= awake
        now = next_waking(night, calendar)


@dataclass(frozen=True)
class Mark:
    """A point on a level clock: at that share of it, or so long before it is due, whichever is earlier."""

    share: float
    or_before: Span | None = None


def marks_at(marks: Iterable[Mark], since: datetime, due: datetime, calendar: Calendar, *, natural: bool) -> Sequence[datetime]:
    """When each is reached, as `mark_at` says; the time that is worked is measured once.

    The calendar keeps the answer: a sweep sets hundreds of the same clocks going at one moment, and each is asked again and again.
    """
    asked = (tuple(marks), since, due, natural)
    known = calendar.marks_known
    if asked not in known:
        if len(known) >= _MARKS_KEPT:
            known.clear()
        worked = _NO_TIME if natural else working_time(since, due, calendar)
        known[asked] = tuple(_mark_at(mark, since, due, calendar, worked, natural=natural) for mark in asked[0])
    return known[asked]


def mark_at(mark: Mark, since: datetime, due: datetime, calendar: Calendar, *, natural: bool) -> datetime:
    """When the mark is reached on a clock that runs from `since` to `due`; never before `since`.

    A clock in hours is measured in hours, and so is what lies before its end: `4wh` are four hours there.
    """
    return marks_at([mark], since, due, calendar, natural=natural)[0]


def _mark_at(mark: Mark, since: datetime, due: datetime, calendar: Calendar, worked: timedelta, *, natural: bool) -> datetime:
    """`worked`: how much of the time from `since` to `due` is; of a clock in natural time it is not looked at."""
    if mark.share >= 1:
        return due
    if natural:
        start = since.astimezone(UTC)
        reached = calendar.local(start + mark.share * (due.astimezone(UTC) - start))
    else:
        reached = add_working_time(mark.share * worked, since, calendar)
    if mark.or_before:
        ahead = timedelta(hours=mark.or_before.amount)
        before = due - ahead if natural else subtract_working_time(ahead, due, calendar)
        reached = min(reached, before)
    return max(reached, calendar.local(since))


def shifted(due: datetime, paused_at: datetime, resumed_at: datetime, calendar: Calendar, *, natural: bool) -> datetime:
    """A due time moved on by a pause: by its length, or by the working days it took."""
    if natural:
        return calendar.local(due.astimezone(UTC) + (resumed_at.astimezone(UTC) - paused_at.astimezone(UTC)))
    days = calendar.working_days_between(calendar.local(paused_at).date(), calendar.local(resumed_at).date())
    local = calendar.local(due)
    return datetime.combine(calendar.nth_working_day(local.date(), days), local.time(), calendar.zone) if days else local


def started_at(accepted_at: datetime | None, triage_due_at: datetime) -> datetime:
    """Since when the clocks run: nobody gains time by leaving a report lying."""
    return min(accepted_at, triage_due_at) if accepted_at else triage_due_at
