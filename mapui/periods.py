"""The periods that figures are asked for: the last 90 days, a month, a quarter, or days of one's own, in the site's time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone, localdate, make_aware
from django.utils.translation import gettext as _

from issues.figures.measures import DAYS, Period, days_before

OWN = "own"
MONTHS_OFFERED, QUARTERS_OFFERED = 13, 5
EARLIEST = date(2000, 1, 1)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True)
class Chosen:
    """A period with its name; `value` is how an address says it. `first` and `last` are its days, both in it."""

    value: str
    label: str
    period: Period
    first: date
    last: date


def chosen(query: QueryDict, at: datetime) -> Chosen:
    """What the address asks for; the last 90 days if it asks for nothing that there is."""
    value = query.get("period", "")
    if value == OWN:
        first, last = _day(query.get("from", "")), _day(query.get("to", ""))
        if first and last and EARLIEST <= first <= last <= localdate(at):
            label = f"{date_format(first, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"
            return Chosen(OWN, label, _of_days(first, last), first, last)
    found = month(value, at) or quarter(value, at)
    if found:
        return found
    period = days_before(at)
    label = _("the last %(days)d days") % {"days": DAYS}
    return Chosen("", label, period, localdate(period.since), localdate(at))


def days_up_to(last: date, days: int) -> dict[str, str]:
    """As part of an address: so many days, `last` being the last of them."""
    first = max(EARLIEST, last - timedelta(days=days - 1))
    return {"period": OWN, "from": first.isoformat(), "to": last.isoformat()}


def month(value: str, at: datetime) -> Chosen | None:
    """“2026-10”; None if it is no month, or has not begun."""
    found = _MONTH.fullmatch(value)
    if found is None or not 1 <= int(found[2]) <= 12:
        return None
    return _stretch(value, int(found[1]), int(found[2]), 1, at)


def quarter(value: str, at: datetime) -> Chosen | None:
    """“2026-Q3”; None if it is no quarter, or has not begun."""
    found = _QUARTER.fullmatch(value)
    return _stretch(value, int(found[1]), 3 * int(found[2]) - 2, 3, at) if found else None


def _stretch(value: str, year: int, first_month: int, months: int, at: datetime) -> Chosen | None:
    if not EARLIEST.year <= year <= localdate(at).year or date(year, first_month, 1) > localdate(at):
        return None
    first = date(year, first_month, 1)
    last = _first_of(year, first_month + months) - timedelta(days=1)
    return Chosen(value, _called(first, months), _of_days(first, last), first, last)


def _called(first: date, months: int) -> str:
    if months == 1:
        return str(date_format(first, "YEAR_MONTH_FORMAT"))
    return _("%(year)d, quarter %(quarter)d") % {"year": first.year, "quarter": (first.month + 2) // 3}


def offered(at: datetime) -> list[tuple[str, str]]:
    """Values and names of the periods that a list offers, the latest first."""
    today = localdate(at)
    this_quarter = (today.month + 2) // 3
    starts = [_first_of(today.year, 3 * (this_quarter - back) - 2) for back in range(QUARTERS_OFFERED)]
    return [
        ("", _("the last %(days)d days") % {"days": DAYS}),
        *months_up_to(at, MONTHS_OFFERED),
        *((f"{first.year}-Q{(first.month + 2) // 3}", _called(first, 3)) for first in starts),
        (OWN, _("days of your own choice")),
    ]


def months_up_to(at: datetime, most: int) -> list[tuple[str, str]]:
    """Values and names of so many months, the present one first."""
    today = localdate(at)
    firsts = [_first_of(today.year, today.month - back) for back in range(most)]
    return [(f"{first:%Y-%m}", _called(first, 1)) for first in firsts]


def _first_of(year: int, month: int) -> date:
    """The first day of a month; months before 1 and after 12 lie in other years."""
    years, rest = divmod(month - 1, 12)
    return date(year + years, rest + 1, 1)


def _of_days(first: date, last: date) -> Period:
    return Period(_midnight(first), _midnight(last + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()), get_default_timezone())


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
