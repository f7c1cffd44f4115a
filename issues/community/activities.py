"""Log what representatives did at a place, and take back what was logged wrongly; optional, of the place and of nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from grids.levels import Level
from grids.models import Area
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import Issue, RepActivity
from issues.querysets.activities import LOGGERS
from issues.querysets.diary import paths_of
from representatives.models import Person
from representatives.scopes import scope_of

MOST_ISSUES = 20


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was done, on which day, where; `issues`: numbers of the issues that it raised, however they are separated."""

    kind: str
    day: date
    area: Area
    issues: str = ""


def places_for(person: Person, at: datetime) -> list[Area]:
    """The villages and cells in which the person is a representative, by place."""
    found = Area.objects.current().under_any(paths_of(person, at, LOGGERS)).of_levels(Level.VILLAGE, Level.GRID)
    return list(found.select_related("parent").defer("boundary", "parent__boundary").order_by("path"))


@transaction.atomic
def log(key: UUID, done: Done, *, by: Person, at: datetime) -> RepActivity:
    """Keep the activity of that key; the same key again is the same activity. Raises Forbidden, Refusal."""
    if not may_log(by, done.area.path, at):
        raise Forbidden(_("Activities are logged by the representatives of the place."))
    if done.day > localdate(at):
        raise Refusal(_("That day has not come yet."), field="day")
    raised = _raised(done, by, at)
    values = {"kind": done.kind, "day": done.day, "area": done.area, "path": done.area.path, "written_at": at}
    made, is_new = RepActivity.objects.get_or_create(key=key, defaults=values)
    if is_new:
        made.issues.set(raised)
    return made


def may_log(person: Person, path: str, at: datetime) -> bool:
    return bool(scope_of(person, at).roles_at(path) & LOGGERS)


def _raised(done: Done, by: Person, at: datetime) -> list[Issue]:
    numbers = {one for one in re.split(r"[\s,;，、；]+", done.issues) if one}
    if len(numbers) > MOST_ISSUES:
        raise Refusal(_("Name %(most)d issues at most.") % {"most": MOST_ISSUES}, field="issues")
    found = list(Issue.objects.visible_to(by, at).with_numbers(numbers)) if numbers else []
    if missing := sorted(numbers - {issue.number for issue in found}):
        raise Refusal(_("There is no issue %(number)s that you may open.") % {"number": missing[0][:40]}, field="issues")
    return found


@transaction.atomic
def take_back(key: UUID, *, by: Person, at: datetime) -> None:
    """Remove what was logged wrongly. Raises OutOfScope, Forbidden."""
    found = RepActivity.objects.visible_to(by, at).keyed(key).first()
    if found is None:
        raise OutOfScope(_("There is no such activity."))
    if not may_log(by, found.path, at):
        raise Forbidden(_("Activities are logged by the representatives of the place."))
    found.delete()
