"""The words for sets of people and assignments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import UserManager
from django.db import models

if TYPE_CHECKING:
    from representatives.models import Assignment, Person
    from representatives.roles import Role


class PersonManager(UserManager["Person"]):
    """Makes accounts; `name` stands where Django's own user has two."""


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def active(self, at: datetime) -> Self:
        """Assignments whose term holds that moment, of accounts that may log in."""
        return self.filter(term__contains=at, person__is_active=True)

    def in_role(self, *roles: Role) -> Self:
        return self.filter(role__in=roles)

    def answering_for(self, path: str) -> Self:
        """Assignments to the area with that path or to any that it lies in, narrowest area first."""
        codes = path.split(".")
        paths = [".".join(codes[: n + 1]) for n in range(len(codes))]
        return self.filter(area__path__in=paths).order_by("area__level", "role", "person__username")
