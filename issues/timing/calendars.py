"""Which days and hours are worked: the State Council's calendar for China, plain weekdays elsewhere, and county days."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property, lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import chinese_calendar

from issues.models import CountyDay

logger = logging.getLogger(__name__)

Works = Callable[[date], bool]


@dataclass(frozen=True)
class Calendar:
    """Working days, working hours and quiet hours of a place; `days` overrules what the calendar says."""

    works: Works
    hours: tuple[tuple[time, time], ...]
    zone: ZoneInfo
    quiet: tuple[time, time]  # from, until; across midnight if from > until
    digest_at: time
    days: Mapping[date, bool] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        return self.days[day] if day in self.days else self.works(day)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    @property
    def closing(self) -> time:
        """When the working day ends: the hour at which whatever is due on a day is due."""
        return self.hours[-1][1]

    def at_closing(self, day: date) -> datetime:
        return datetime.combine(day, self.closing, self.zone)

    @cached_property
    def day_length(self) -> timedelta:
        """How long a working day is."""
        return sum((datetime.combine(date.min, end) - datetime.combine(date.min, start) for start, end in self.hours), timedelta())

    def length_of(self, day: date) -> timedelta:
        """How much of that day is worked."""
        return self.day_length if self.is_working_day(day) else timedelta()

    def slots(self, day: date) -> list[tuple[datetime, datetime]]:
        """The worked stretches of that day; none on a rest day."""
        if not self.is_working_day(day):
            return []
        return [(datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone)) for start, end in self.hours]

    def nth_working_day(self, day: date, n: int) -> date:
        """The n-th working day after that day, which itself never counts."""
        while n:
            day += timedelta(days=1)
            n -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and with `end`; 0 if that is no later."""
        if end <= start:
            return 0
        whole = sum(self._counted(year)[-1] for year in range(start.year, end.year))
        return whole + self._counted(end.year)[_place(end)] - self._counted(start.year)[_place(start)]

    def _counted(self, year: int) -> list[int]:
        """By place of the day in the year: how many working days the year has had by then; counted once."""
        if year not in self._years:
            first, length = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
            self._years[year] = list(accumulate(self.is_working_day(first + timedelta(days=n)) for n in range(length)))
        return self._years[year]

    @cached_property
    def _years(self) -> dict[int, list[int]]:
        return {}

    @cached_property
    def marks_known(self) -> dict[Hashable, tuple[datetime, ...]]:
        """Marks of clocks under this calendar that were worked out before (`clock.marks_at`)."""
        return {}


def _place(day: date) -> int:
    """Of a day in its year, from 0."""
    return day.timetuple().tm_yday - 1


def plain_weekday(day: date) -> bool:
    return day.weekday() < 5


@lru_cache(maxsize=20_000)
def cn_workday(day: date) -> bool:
    """Whether China works that day, adjusted weekends (调休) included; plain weekdays where the yearly notice is not known."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _warn_unknown(day.year)
        return plain_weekday(day)


@cache
def _warn_unknown(year: int) -> None:
    """Once per year and process."""
    logger.warning("The Chinese holidays of %d are not known yet; plain weekdays are used. Update “chinesecalendar”.", year)


CALENDARS: Mapping[str, Works] = {"cn_workdays": cn_workday, "weekdays": plain_weekday}


def county_days(path: str) -> dict[date, bool]:
    """Days on which the place works or rests otherwise than the calendar says; the narrowest area has the last word."""
    return dict(CountyDay.objects.holding_at(path).values_list("day", "works"))


def days_told(rows: Iterable[Mapping[str, object]]) -> dict[date, bool]:
    """The same from `CountyDayQuerySet.as_column`, which another query has brought along."""
    return {date.fromisoformat(str(row["day"])): bool(row["works"]) for row in rows}
