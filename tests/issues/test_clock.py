"""The clocks: the test vector of the domain notes to the minute, and what must hold for every moment."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issues import policy
from issues.policy import versions
from issues.timing import calendars, clock
from issues.timing.clock import Mark
from issues.timing.spans import Span
from tests.issues.factories import CHINA, calendar, china

CN = calendar()
MOMENTS = st.datetimes(datetime(2023, 1, 1), datetime(2025, 12, 20), timezones=st.just(CHINA))  # noqa: DTZ001 - the zone comes with them
SPANS = st.builds(lambda n, unit: Span.parse(f"{n}{unit}"), st.integers(0, 40), st.sampled_from(("wd", "wh", "h", "min", "d")))
WEEK_OF_MARKS = (Mark(0.5), Mark(0.8, Span.parse("4wh")), Mark(1.0))


def after(span: str, since: str, **more: bool) -> datetime:
    return clock.after(Span.parse(span), china(since), CN, **more)


@pytest.mark.parametrize(
    ("what", "found", "expected"),
    [
        ("green due", lambda: after("3wd", "2024-09-23 09:00"), "2024-09-26 17:30"),
        ("green 80 %", lambda: mark(0.8, "2024-09-23 09:00", "2024-09-26 17:30"), "2024-09-26 09:54"),
        ("up to blue", lambda: after("1wd", "2024-09-26 17:30"), "2024-09-27 17:30"),
        ("blue due", lambda: after("5wd", "2024-09-27 17:30"), "2024-10-10 17:30"),
        ("up to yellow", lambda: after("2wd", "2024-10-10 17:30"), "2024-10-12 17:30"),
        ("yellow due", lambda: after("10wd", "2024-10-12 17:30"), "2024-10-25 17:30"),
        ("proposal drafted", lambda: after("2wd", "2024-10-25 17:30"), "2024-10-29 17:30"),
        ("total due", lambda: after("60d", "2024-09-23 09:00"), "2024-11-22 17:30"),
    ],
)
def test_vector_of_the_domain_notes_holds_to_the_minute(what, found, expected):
    assert found() == china(expected), what


def mark(share: float, since: str, due: str) -> datetime:
    return clock.mark_at(Mark(share, Span.parse("4wh")), china(since), china(due), CN, natural=False)


@pytest.mark.parametrize(
    ("span", "since", "due"),
    [
        ("4wh", "2024-09-23 09:00", "2024-09-23 15:30"),  # over the midday rest
        ("4wh", "2024-09-23 17:00", "2024-09-24 12:00"),  # over the night, to the end of the morning
        ("4wh", "2024-09-28 10:00", "2024-09-29 15:00"),  # Saturday off, the Sunday after it is worked
        ("1wd", "2024-09-28 10:00", "2024-09-29 17:30"),  # an adjusted Sunday counts
        ("1wd", "2024-09-30 23:59", "2024-10-08 17:30"),  # over National Day
        ("24h", "2024-10-01 09:00", "2024-10-02 09:00"),  # hours run on rest days
        ("30min", "2024-09-23 23:50", "2024-09-24 00:20"),
        ("0wd", "2024-09-23 09:00", "2024-09-23 17:30"),
    ],
)
def test_length_when_begun_is_over(span, since, due):
    assert after(span, since) == china(due)


@pytest.mark.parametrize(
    ("span", "since", "due"),
    [
        ("2h", "2024-09-23 20:30", "2024-09-24 08:30"),  # half an hour before the night, the rest after it
        ("2h", "2024-09-23 23:00", "2024-09-24 09:00"),
        ("2h", "2024-09-23 06:59", "2024-09-23 09:00"),
        ("4h", "2024-09-23 12:00", "2024-09-23 16:00"),
        ("30h", "2024-09-23 07:00", "2024-09-25 09:00"),  # 14 h a day
    ],
)
def test_urgent_window_when_night_falls_pauses(span, since, due):
    assert after(span, since, pauses_at_night=True) == china(due)


def test_clock_of_hours_when_marked_is_measured_in_hours():
    since, due = china("2024-09-28 09:00"), china("2024-09-29 09:00")  # over a rest day

    marks = [clock.mark_at(mark, since, due, CN, natural=True) for mark in WEEK_OF_MARKS]

    assert marks == [china("2024-09-28 21:00"), china("2024-09-29 04:12"), due]


def test_short_clock_when_marked_warns_four_working_hours_before():
    since, due = china("2024-09-23 09:00"), after("1wd", "2024-09-23 09:00")

    assert clock.mark_at(WEEK_OF_MARKS[1], since, due, CN, natural=False) == china("2024-09-24 11:00")


def test_clock_when_triage_is_late_began_when_triage_was_due():
    due = china("2024-09-24 17:30")

    assert clock.started_at(china("2024-09-26 09:00"), due) == due
    assert clock.started_at(china("2024-09-23 10:00"), due) == china("2024-09-23 10:00")
    assert clock.started_at(None, due) == due


def test_due_day_when_paused_moves_by_the_working_days_it_stood():
    due, paused, resumed = china("2024-10-10 17:30"), china("2024-09-30 10:00"), china("2024-10-09 08:00")

    assert clock.shifted(due, paused, resumed, CN, natural=False) == china("2024-10-12 17:30")
    assert clock.shifted(due, paused, paused + timedelta(hours=3), CN, natural=True) == due + timedelta(hours=3)


def test_county_day_when_set_overrules_the_calendar():
    free = calendar().__class__(CN.works, CN.hours, CN.zone, CN.quiet, CN.digest_at, {date(2024, 9, 24): False})

    assert clock.after(Span.parse("1wd"), china("2024-09-23 09:00"), free) == china("2024-09-25 17:30")


def test_year_without_published_holidays_falls_back_to_weekdays_and_says_so_once(caplog):
    calendars._warn_unknown.cache_clear()
    with caplog.at_level(logging.WARNING):
        worked = [calendars.cn_workday(date(2060, 1, day)) for day in range(1, 8)]

    assert worked == [date(2060, 1, day).weekday() < 5 for day in range(1, 8)]
    assert [record.getMessage()[:39] for record in caplog.records] == ["The Chinese holidays of 2060 are not kn"]


def test_other_country_counts_plain_weekdays_in_its_own_zone():
    text = versions.with_values(versions.PLAIN_WEEKDAYS.read_text(), id="boston-2026", time_zone="America/New_York")
    boston = policy.read(text).calendar_with({})
    zone = ZoneInfo("America/New_York")

    due = clock.after(Span.parse("3wd"), datetime(2024, 10, 4, 9, tzinfo=zone), boston)  # Friday; no Chinese holiday here
    over_the_change = clock.after(Span.parse("24h"), datetime(2024, 11, 2, 12, tzinfo=zone), boston)

    assert due == datetime(2024, 10, 9, 17, tzinfo=zone)
    assert over_the_change == datetime(2024, 11, 3, 11, tzinfo=zone)  # a day of 25 hours


@given(SPANS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_later_start_is_never_due_earlier(span, since, later):
    assert clock.after(span, since, CN) <= clock.after(span, since + later, CN)


@given(SPANS, MOMENTS)
def test_longer_length_is_never_due_earlier(span, since):
    assert clock.after(span, since, CN) <= clock.after(Span(span.amount + 1, span.unit), since, CN)


@given(st.integers(1, 40), MOMENTS)
def test_working_days_are_never_due_on_a_rest_day(amount, since):
    due = clock.after(Span.parse(f"{amount}wd"), since, CN)

    assert CN.is_working_day(due.date())
    assert due.time() == time(17, 30)
    assert CN.working_days_between(since.date(), due.date()) == amount


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(hours=60)))
def test_working_time_added_is_the_working_time_between(since, amount):
    due = clock.add_working_time(amount, since, CN)

    assert clock.working_time(since, due, CN) == amount
    assert clock.working_time(clock.subtract_working_time(amount, due, CN), due, CN) == amount


@given(MOMENTS, st.sampled_from(("1wd", "3wd", "10wd", "24h", "48h", "4wh")))
def test_marks_of_a_clock_lie_within_it_in_order(since, written):
    span = Span.parse(written)
    due = clock.after(span, since, CN)

    at = [clock.mark_at(mark, since, due, CN, natural=span.is_natural) for mark in (Mark(0.5), Mark(0.8), Mark(1.0))]

    assert since <= at[0] <= at[1] <= at[2] == due


@given(MOMENTS, st.integers(1, 60))
def test_night_pause_when_added_never_ends_at_night(since, hours):
    due = clock.after(Span.parse(f"{hours}h"), since, CN, pauses_at_night=True)

    assert not clock.is_quiet(due, CN) or due.time() == time(21)
    assert due >= since + timedelta(hours=hours)
