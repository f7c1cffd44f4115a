"""The words for sets of people and assignments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import UserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Q

from grids.models import Area, paths_above
from grids.prepared import Prepared
from grids.querysets import within_paths

if TYPE_CHECKING:
    from psycopg.types.range import Range

    from grids.models import Area
    from representatives.models import Assignment, Person, Unit
    from representatives.roles import Role


_POSTED = ("role", "area__path", "term")


def _posted(key: int) -> models.QuerySet[Person]:
    """The account with that key, each column of its postings as an array."""
    from representatives.models import Assignment, Person

    posts = Assignment.objects.filter(person=models.OuterRef("pk")).order_by("pk")
    columns = {f"posted_{name}": ArraySubquery(posts.values(name)) for name in _POSTED}
    return Person.objects.select_related("unit").filter(pk=key).annotate(**columns)


_with_postings = Prepared(_posted)


class PersonManager(UserManager["Person"]):
    """Makes accounts; `name` stands where Django's own user has two."""

    def with_key(self, key: object) -> Person | None:
        """The account with that key, as a fact of an event holds it; None for anything else."""
        return self.filter(pk=int(str(key))).first() if str(key).isdecimal() else None

    def named(self, usernames: Iterable[str]) -> models.QuerySet[Person]:
        """The accounts with those user names, each with its unit."""
        return self.select_related("unit").filter(username__in=list(usernames))

    def of_session(self, key: int) -> Person | None:
        """The account with that key with its unit and its `postings`: all that a request asks of it, in one statement."""
        for person in _with_postings(key):
            person.postings = tuple(zip(*(person.__dict__.pop(f"posted_{name}") for name in _POSTED), strict=True))
            return person
        return None


class UnitQuerySet(models.QuerySet["Unit"]):
    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def within(self, paths: Iterable[str]) -> Self:
        """Units of the areas with those paths and of all that lie in them, each with its area."""
        return self.filter(within_paths(paths, "area__path")).select_related("area").defer("area__boundary")

    def for_place(self, path: str) -> Self:
        """Units that an issue lying there may be handed to: those of the areas on the path, by kind, then code."""
        return self.in_use().filter(area__path__in=paths_above(path)).order_by("kind", "code")

    def for_places(self, paths: Iterable[str]) -> Self:
        """The same for several places, each unit with its area."""
        above = {upper for path in paths for upper in paths_above(path)}
        found = self.in_use().filter(area__path__in=above).select_related("area").defer("area__boundary")
        return found.order_by("kind", "code")

    def with_keys(self, keys: Iterable[int]) -> Self:
        return self.filter(pk__in=list(keys))

    def coded(self, code: str) -> Unit | None:
        """The unit with that code, whether or not it is still in use."""
        return self.filter(code=code).first()

    def with_codes(self, codes: Iterable[str]) -> Self:
        return self.filter(code__in=list(codes)).order_by("code")

    def names_of(self, codes: Iterable[str]) -> dict[str, str]:
        """What the units with these codes are called, by code."""
        return dict(self.with_codes(codes).values_list("code", "name"))

    def with_pk(self, pk: object) -> Unit | None:
        """The unit of the set with that key, as a form or a program hands it in; None for anything else."""
        return self.filter(pk=int(str(pk))).first() if str(pk).isdecimal() else None


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def active(self, at: datetime) -> Self:
        """Assignments whose term holds that moment (its first instant counts, its last does not), of open accounts."""
        return self.filter(term__contains=at, person__is_active=True)

    def in_role(self, *roles: Role) -> Self:
        return self.filter(role__in=roles)

    def of_unit(self, unit_id: int) -> Self:
        """Assignments of the unit's people, each with the person."""
        return self.filter(person__unit=unit_id).select_related("person").order_by("pk")

    def of_units(self, unit_ids: Iterable[int]) -> Self:
        """Assignments of those units' people (keys, or a set that gives them), each with the person."""
        keys = unit_ids if isinstance(unit_ids, models.QuerySet) else list(unit_ids)
        return self.filter(person__unit__in=keys).select_related("person").order_by("pk")

    def answering_for(self, *paths: str) -> Self:
        """Assignments to the areas with those paths or to any that they lie in, narrowest first, then longest in post.

        By path, not by row: a redrawn area has another row, and who was posted to the old one still answers there.
        """
        return self.standing_at({upper for path in paths for upper in paths_above(path)})

    def standing_at(self, paths: Iterable[str]) -> Self:
        """Assignments to the areas with those very paths, in the same order."""
        return self.filter(area__path__in=sorted(paths)).order_by("area__level", "term__startswith", "pk")

    def lasting_beyond(self, at: datetime) -> Self:
        """Assignments that hold at that moment or begin after it."""
        return self.filter(Q(term__endswith__gt=at) | Q(term__upper_inf=True)).order_by("pk")

    def posted_to(self, *paths: str) -> Self:
        """Assignments to the areas with just these paths, each with person, unit and area; those without an end first."""
        found = self.filter(area__path__in=paths).select_related("person__unit", "area").defer("area__boundary")
        return found.order_by(models.F("term__endswith").desc(nulls_first=True), "pk")

    def of_open_accounts(self) -> Self:
        return self.filter(person__is_active=True)

    def left_behind(self) -> Self:
        """Assignments to cells that are no more, and whose code no current cell bears; each with its area."""
        standing = Area.objects.current().filter(path=models.OuterRef("area__path"))
        found = self.filter(area__valid_to__isnull=False).exclude(models.Exists(standing))
        return found.select_related("area").defer("area__boundary")

    def holding(self, at: datetime) -> Self:
        """Assignments whose term holds that moment, whatever the account."""
        return self.filter(term__contains=at)

    def over(self, at: datetime) -> Self:
        return self.filter(term__endswith__lte=at)

    def to_come(self, at: datetime) -> Self:
        return self.filter(term__startswith__gt=at)

    def twins(self, person: Person, area: Area, role: str, term: Range[datetime]) -> Self:
        """What the database would not suffer beside such an assignment: the same post at an overlapping time."""
        return self.filter(person=person, area=area, role=role, term__overlap=term).order_by("term__startswith")

    def of_people(self, people: Iterable[Person]) -> Self:
        """Everything that those people were, are and will be posted to, each with the person."""
        return self.filter(person__in=[person.pk for person in people]).select_related("person").order_by("term__startswith")

    def lock(self, pk: int) -> Assignment:
        """That row, locked until the transaction ends."""
        return self.select_for_update().get(pk=pk)

    def postings_of(self, person: Person) -> models.QuerySet[Assignment, tuple[str, str, Range[datetime]]]:
        """(role, path of the area, term) of all that the person was, is and will be posted to."""
        return self.filter(person=person).order_by("pk").values_list("role", "area__path", "term")
