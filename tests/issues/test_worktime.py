"""The fast arithmetic against the plain one: every answer the same, to the microsecond, for any moments."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from issues import policy
from issues.policy import versions
from issues.timing import clock
from issues.timing.calendars import Calendar
from issues.timing.spans import Span
from issues.timing.worktime import Worktime, micros, moment
from tests.issues.factories import calendar

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 1)
SPANS = ("0wd", "1wd", "3wd", "20wd", "1wh", "4wh", "13wh", "60wh", "30min", "2h", "24h", "48h", "60d", "0d")


def chinese() -> Calendar:
    return calendar()


def with_county_days() -> Calendar:
    days = {date(2024, 5, 2 + n): bool(n % 2) for n in range(20)}
    return policy.read(versions.SHIPPED.read_text()).calendar_with(days)


def american() -> Calendar:
    text = versions.with_values(versions.PLAIN_WEEKDAYS.read_text(), id="boston-2026", time_zone="America/New_York")
    return policy.read(text).calendar_with({})


def moments(made: Calendar, n: int = 400) -> list[datetime]:
    """At random, and on the edges where rules change: openings, closings, midnights, the night's ends, turned clocks."""
    rng = random.Random(20260401)
    length = (LAST - FIRST).days * 86_400
    start = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    found = [start + timedelta(seconds=rng.randrange(length), microseconds=rng.randrange(1_000_000)) for _ in range(n)]
    edges = [edge for stretch in (*made.hours, made.quiet) for edge in stretch]
    for _ in range(n):
        day = FIRST + timedelta(days=rng.randrange((LAST - FIRST).days))
        found.append(datetime.combine(day, rng.choice(edges), made.zone).astimezone(UTC))
    return found


@pytest.mark.parametrize("make", [chinese, with_county_days, american])
@pytest.mark.parametrize("text", SPANS)
def test_length_of_time_ends_when_the_plain_clock_says(make, text):
    made, span = make(), Span.parse(text)
    given = moments(made)
    found = Worktime(made, FIRST, LAST).after(span, np.array([micros(at) for at in given]))

    for at, each in zip(given, found, strict=True):
        assert moment(int(each)) == clock.after(span, at, made), (text, at)


@pytest.mark.parametrize("text", ["30min", "2h", "4h", "30h"])
def test_window_that_pauses_at_night_ends_when_the_plain_clock_says(text):
    made, span = chinese(), Span.parse(text)
    given = moments(made)
    found = Worktime(made, FIRST, LAST).after(span, np.array([micros(at) for at in given]), pauses_at_night=True)

    for at, each in zip(given, found, strict=True):
        assert moment(int(each)) == clock.after(span, at, made, pauses_at_night=True), at


@pytest.mark.parametrize("make", [chinese, with_county_days])
def test_time_that_is_worked_between_two_moments_is_what_the_plain_clock_says(make):
    made = make()
    given = moments(made)
    pairs = [tuple(sorted(pair)) for pair in zip(given, random.Random(7).sample(given, len(given)), strict=True)]
    tables = Worktime(made, FIRST, LAST)

    found = tables.worked(np.array([micros(a) for a, _ in pairs]), np.array([micros(b) for _, b in pairs]))

    for (start, end), each in list(zip(pairs, found, strict=True))[::4]:
        assert timedelta(microseconds=int(each)) == clock.working_time(start, end, made)


def test_work_added_of_any_amount_ends_when_the_plain_clock_says():
    made, rng = with_county_days(), random.Random(11)
    given = moments(made)
    amounts = [timedelta(microseconds=rng.choice((0, 1, rng.randrange(1, 10**12)))) for _ in given]
    found = Worktime(made, FIRST, LAST).add_work(
        np.array([micros(at) for at in given]), np.array([amount // timedelta(microseconds=1) for amount in amounts])
    )

    for at, amount, each in zip(given, amounts, found, strict=True):
        assert moment(int(each)) == clock.add_working_time(amount, at, made), (at, amount)


def test_due_date_when_it_stood_still_moves_as_the_plain_clock_says():
    made = chinese()
    tables, rng = Worktime(made, FIRST, LAST), random.Random(5)
    for _ in range(100):
        due, paused, resumed = sorted(rng.sample(moments(made), 3), reverse=True)
        paused, resumed = sorted((paused, resumed))
        days = tables.working_days(
            tables.local(np.array([micros(paused)])) // 86_400_000_000, tables.local(np.array([micros(resumed)])) // 86_400_000_000
        )
        assert days[0] == made.working_days_between(made.local(paused).date(), made.local(resumed).date())
        local = tables.local(np.array([micros(due)]))
        day = tables.on_working_day(local // 86_400_000_000, days)
        moved = tables.absolute(day * 86_400_000_000 + local % 86_400_000_000)
        assert moment(int(moved[0])) == clock.shifted(due, paused, resumed, made, natural=False)


def test_clocks_that_are_turned_are_read_as_the_zone_says():
    zone = ZoneInfo("America/New_York")
    tables = Worktime(american(), FIRST, LAST)
    for text in ("2024-03-10 01:59", "2024-03-10 03:00", "2024-11-03 00:30", "2024-11-03 01:30", "2024-11-03 02:00"):
        at = datetime.fromisoformat(text).replace(tzinfo=zone)
        local = tables.local(np.array([micros(at)]))
        assert moment(int(local[0])).replace(tzinfo=None) == at.replace(tzinfo=None)
        assert moment(int(tables.absolute(local)[0])) == at.astimezone(UTC)
