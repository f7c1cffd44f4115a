"""The words for sets of people and assignments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import UserManager
from django.db import models

from grids.models import paths_above

if TYPE_CHECKING:
    from psycopg.types.range import Range

    from representatives.models import Assignment, Person
    from representatives.roles import Role


class PersonManager(UserManager["Person"]):
    """Makes accounts; `name` stands where Django's own user has two."""


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def active(self, at: datetime) -> Self:
        """Assignments whose term holds that moment (its first instant counts, its last does not), of open accounts."""
        return self.filter(term__contains=at, person__is_active=True)

    def in_role(self, *roles: Role) -> Self:
        return self.filter(role__in=roles)

    def answering_for(self, path: str) -> Self:
        """Assignments to the area with that path or to any that it lies in, narrowest first, then longest in post.

        By path, not by row: a redrawn area has another row, and who was posted to the old one still answers there.
        """
        return self.filter(area__path__in=paths_above(path)).order_by("area__level", "term__startswith", "pk")

    def postings_of(self, person: Person) -> models.QuerySet[Assignment, tuple[str, str, Range[datetime]]]:
        """(role, path of the area, term) of all that the person was, is and will be posted to."""
        return self.filter(person=person).order_by("pk").values_list("role", "area__path", "term")
