"""The rests of an issue (挂起, 待办): by how much a date was moved by them, and by how much it is under another calendar.

What counts in hours is moved by the length of a rest, what counts in working days by the working days in it (`clock.shifted`).
Pure: knows no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from issues.timing import clock
from issues.timing.calendars import Calendar

Pause = tuple[datetime, datetime]  # from, until


@dataclass(frozen=True)
class Rests:
    """Finished rests, in order; `natural`: whether the clock that they moved counts in hours."""

    pauses: tuple[Pause, ...] = ()
    natural: bool = False

    def since(self, at: datetime) -> Rests:
        """Those that began then or later."""
        return replace(self, pauses=tuple(pause for pause in self.pauses if pause[0] >= at))

    def endings(self) -> Iterator[Rests]:
        """All of them, all but the first, … none: one of these moved a date that somebody has named on the way."""
        for first in range(len(self.pauses) + 1):
            yield replace(self, pauses=self.pauses[first:])

    def moved(self, due: datetime, calendar: Calendar) -> datetime:
        """The date after all these rests."""
        for begins, ends in self.pauses:
            due = clock.shifted(due, begins, ends, calendar, natural=self.natural)
        return due

    def before(self, due: datetime, calendar: Calendar) -> datetime:
        """The date that these rests moved to `due`: a working day, where they moved it by working days."""
        for begins, ends in reversed(self.pauses):
            due = self._back(due, begins, ends, calendar)
        return due

    def _back(self, due: datetime, begins: datetime, ends: datetime, calendar: Calendar) -> datetime:
        if self.natural:
            return due - (ends - begins)
        days = calendar.working_days_between(calendar.local(begins).date(), calendar.local(ends).date())
        local = calendar.local(due)
        day = local.date()
        while days:
            days -= calendar.is_working_day(day)
            day -= timedelta(days=1)
            while not days and not calendar.is_working_day(day):
                day -= timedelta(days=1)
        return datetime.combine(day, local.time(), calendar.zone)


NO_RESTS = Rests()
