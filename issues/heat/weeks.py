"""Weeks as numbers: Monday to Sunday in the county's own time, counted from the week of Monday 1970-01-05.

Pure. The heat, the list of recurring places and the time slider all count in these.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

FIRST_MONDAY = date(1970, 1, 5)
DAYS = 7


def week_of(at: datetime | date) -> int:
    """The number of the week in which a moment (in the county's time zone) or a day lies."""
    day = timezone.localtime(at, timezone.get_default_timezone()).date() if isinstance(at, datetime) else at
    return (day - FIRST_MONDAY).days // DAYS


def monday(week: int) -> date:
    """The first day of the week."""
    return FIRST_MONDAY + timedelta(days=week * DAYS)


def starts_at(week: int) -> datetime:
    """The first moment of the week, aware."""
    return timezone.make_aware(datetime.combine(monday(week), time.min), timezone.get_default_timezone())
