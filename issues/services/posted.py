"""Who is posted to the place of an issue, or above it: read once for whatever asks who answers, who may and who is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from grids.models import paths_above
from grids.prepared import Prepared
from grids.querysets import without_geometry
from representatives.models import Assignment
from representatives.querysets import AssignmentQuerySet
from representatives.roles import SUCCESSION, Role

# Who neither answers for a place nor is told of what happens there because of it; departments are asked for by unit.
_APART = {
    Role.DEPARTMENT,
    Role.CONTACT_HOUSEHOLD,
    Role.HOTLINE_OPERATOR,
    Role.UPPER_OFFICE,
    Role.MONITOR,
    Role.SYSTEM_ADMIN,
    Role.AUDITOR,
}
POSTED = frozenset(Role) - _APART
_IN_SUCCESSION = frozenset(role for roles in SUCCESSION.values() for role in roles)


def all_posts_over(paths: Iterable[str], at: datetime) -> AssignmentQuerySet:
    """Who is posted to those places or above them in one of the roles of `POSTED`, each with what they chose to be told by, and area."""
    return all_posts_of({above for path in paths for above in paths_above(path)}, at)


posts_there = Prepared(lambda path, at: all_posts_over((path,), at))  # of one place, as every act asks; written once


def all_posts_of(paths: Iterable[str], at: datetime) -> AssignmentQuerySet:
    """The same of the very areas with those paths."""
    found = Assignment.objects.active(at).standing_at(paths).in_role(*POSTED)
    return found.select_related("person__notice_choice", "area").defer(*without_geometry("area"), "term")


def posts_over(paths: Iterable[str], at: datetime) -> AssignmentQuerySet:
    """The same for several places; of each, those count whose area is the place or holds it."""
    found = Assignment.objects.active(at).answering_for(*paths).in_role(*_IN_SUCCESSION)
    return found.select_related("person__unit", "area").defer(*without_geometry("area"), "term")


# Of one place: who is posted to it or above it in a role of the succession, each with person, their unit and area.
posts_at = Prepared(lambda path, at: posts_over((path,), at))
