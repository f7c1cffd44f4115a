"""What everybody reads of an issue that goes on: why it rests, by when a project is done, who has put their name to it.

Sentences made of codes and dates; the line of a listing alone is somebody's words. From the rows of
`issues.querysets.underway`; knows no request and no database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grids.models import in_language
from issues.moves.asking import Rest
from issues.privacy.masking import without_numbers
from issues.terms import Light
from issues.workflow import light_of

# The others tell something of one requester, or of a case before another office.
_REASONS_TOLD = frozenset({Rest.SEASON, Rest.FUNDS, Rest.FORCE_MAJEURE})


@dataclass(frozen=True)
class Milestone:
    """A date of a project's plan, and whether it was reached."""

    due_on: date
    is_reached: bool


@dataclass(frozen=True)
class Result:
    """What is told of one issue. `month`: any moment of it, in the site's time, or None; `within`: what the place lies in, or empty."""

    line: str
    light: Light
    group: str
    place: str
    within: str
    month: datetime | None = None
    milestones: tuple[Milestone, ...] = ()


def _told(row: Mapping[str, Any], line: str, **more: Any) -> Result:
    group = in_language(row["group"]) or row["group_code"]
    return Result(line, light_of(row["light_level"]), group, row["place"], row["within"] or "", **more)


def solved(row: Mapping[str, Any]) -> Result:
    """From a row of `for_the_public`."""
    return _told(row, without_numbers(row["public_line"]), month=row["month"])


def resting(row: Mapping[str, Any]) -> Result:
    """From a row of `resting_in_public`."""
    words = {"since": _month(row["since"]), "until": _month(row["resume_at"])}
    reason = Rest(row["reason"]) if row["reason"] in _REASONS_TOLD else None
    if not row["since"]:
        return _told(row, _("It rests, and goes on in %(until)s at the latest.") % words)
    if reason is None:
        return _told(row, _("It has rested since %(since)s and goes on in %(until)s at the latest.") % words)
    line = _("It has rested since %(since)s and goes on in %(until)s at the latest: %(why)s.")
    return _told(row, line % {**words, "why": reason.label})


def project(row: Mapping[str, Any]) -> Result:
    """From a row of `projects_in_public`."""
    steps = tuple(Milestone(date.fromisoformat(step["due_on"]), step["done_at"] is not None) for step in row["milestones"])
    reached = sum(step.is_reached for step in steps)
    words = {"since": _month(row["since"]), "until": _month(row["ends_on"]), "reached": reached, "n": len(steps)}
    line = ngettext(
        "Taken on as a project in %(since)s, to be finished in %(until)s: %(reached)d of %(n)d milestone reached.",
        "Taken on as a project in %(since)s, to be finished in %(until)s: %(reached)d of %(n)d milestones reached.",
        len(steps),
    )
    return _told(row, line % words, milestones=steps)


def listed(row: Mapping[str, Any]) -> Result:
    """From a row of `listed_in_public`; the name is that of a leader in office, who has signed for it."""
    line = without_numbers(row["line"] or "")
    words = {"line": line, "leader": row["leader"], "until": date_format(localtime(row["due_at"]), "DATE_FORMAT")}
    return _told(row, _("%(line)s (%(leader)s has put their name to it, until %(until)s)") % words)


ROW: Mapping[str, Callable[[Mapping[str, Any]], Result]] = {
    "solved": solved,
    "resting": resting,
    "projects": project,
    "listed": listed,
}


def _month(day: datetime | date | None) -> str:
    if day is None:
        return ""
    return str(date_format(localtime(day) if isinstance(day, datetime) else day, "YEAR_MONTH_FORMAT"))
