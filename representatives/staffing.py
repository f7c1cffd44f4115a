"""Entering staff and postings from a list: all rows or none, each faulty row with its sentence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import override
from psycopg.types.range import TimestamptzRange

from grids.errors import Refusal
from grids.models import Area
from representatives import services
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role
from representatives.scopes import scope_of
from representatives.staff_file import StaffRow

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row, as a sentence."""

    number: int
    sentence: str


@dataclass
class Entered:
    """What the list brought, or would bring."""

    people: list[Person] = field(default_factory=list)  # new accounts
    known: int = 0  # rows of accounts that existed
    postings: list[Assignment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def try_list(rows: Sequence[StaffRow], *, by: Person, at: datetime) -> Entered:
    """What entering the list would bring: done and taken back."""
    with transaction.atomic():
        entered = _enter(rows, by, at)
        transaction.set_rollback(True)
    return entered


def enter_list(rows: Sequence[StaffRow], *, by: Person, at: datetime) -> Entered:
    """Enter it all, and write down who did; nothing if a row is faulty (then `faults` says which).

    Raises Refusal if somebody else entered the same meanwhile.
    """
    with transaction.atomic():
        entered = _enter(rows, by, at)
        if not entered.faults:
            for made in (entered.people, entered.postings):
                LogEntry.objects.log_actions(by.pk, made, ADDITION, "entered from a list")
    return entered


def _enter(rows: Sequence[StaffRow], by: Person, at: datetime) -> Entered:
    """Judge every row by what was read for all of them, then write all, if none is faulty: no statement for a single row."""
    clerk = _Clerk.for_rows(rows, by, at)
    for row in rows:
        clerk.take(row)
    entered = clerk.entered
    if entered.faults:
        return entered
    try:
        with transaction.atomic():
            Person.objects.bulk_create(entered.people)
            Assignment.objects.bulk_create(entered.postings)
    except IntegrityError as error:
        raise Refusal(_("Meanwhile somebody entered some of it. Please try the list again."), field="file") from error
    return entered


@dataclass
class _Clerk:
    """Who enters a list, and all that it names, read at once: accounts, units, areas, and what those accounts are posted to."""

    by: Person
    at: datetime
    known: dict[str, Person]  # by user name
    units: dict[str, Unit]  # by code
    areas: dict[str, Area]  # by code
    held: dict[tuple[str, int, str], list[Assignment]]  # by user name, area and role
    roles: dict[str, Role]  # by every spelling
    entered: Entered = field(default_factory=Entered)
    met: dict[str, Person] = field(default_factory=dict)  # accounts of this list, by user name

    @classmethod
    def for_rows(cls, rows: Sequence[StaffRow], by: Person, at: datetime) -> Self:
        """Four statements, however long the list is."""
        known = {person.username: person for person in Person.objects.named({_user_name(row) for row in rows})}
        units = {unit.code: unit for unit in Unit.objects.in_use().with_codes({row.unit for row in rows})}
        standing = Area.objects.current().with_codes({row.area for row in rows}).without_boundary()
        held: dict[tuple[str, int, str], list[Assignment]] = defaultdict(list)
        for one in Assignment.objects.of_people(known.values()):
            held[one.person.username, one.area_id, one.role].append(one)
        return cls(by, at, known, units, {area.code: area for area in standing}, held, _spelled_roles())

    def take(self, row: StaffRow) -> None:
        """Add what the row brings, or its fault."""
        try:
            person = self._person(row)
            if row.role or row.area:
                self.entered.postings.append(self._posting(row, person))
        except Refusal as refusal:
            self.entered.faults.append(Fault(row.number, refusal.sentence))

    def _person(self, row: StaffRow) -> Person:
        """The account of the row: one met in this list, one that exists, or a new one without a usable password."""
        name = _user_name(row)
        if not row.name or not name:
            raise Refusal(_("Name and user name are needed."))
        person = self.met.get(name) or self.known.get(name)
        if person is None:
            person = self._new_person(row, name)
            self.entered.people.append(person)
        elif person.name != row.name:
            raise Refusal(_("The user name “%(user)s” belongs to %(name)s.") % {"user": row.username, "name": person})
        elif name not in self.met:
            self.entered.known += 1
        self.met[name] = person
        return person

    def _new_person(self, row: StaffRow, name: str) -> Person:
        unit = self.units.get(row.unit)
        if row.unit and unit is None:
            raise Refusal(_("There is no unit with the code “%(code)s”.") % {"code": row.unit})
        person = Person(username=name, name=row.name, office_phone=row.phone, unit=unit)
        person.set_unusable_password()
        try:
            # That the name is free, and that there is such a unit, was read before.
            person.full_clean(exclude=["password", "unit"], validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            raise Refusal(" ".join(error.messages)) from None
        return person

    def _posting(self, row: StaffRow, person: Person) -> Assignment:
        if not row.role or not row.area:
            raise Refusal(_("A posting needs both a role and an area code."))
        role = self.roles.get(row.role.lower())
        if role is None:
            raise Refusal(_("There is no role “%(role)s”.") % {"role": row.role})
        if not services.may_post(self.by, role, self.at):
            raise Refusal(_("“%(role)s” is not yours to post.") % {"role": role.label})
        area = self.areas.get(row.area)
        if area is None or not scope_of(self.by, self.at).may_arrange(area.path):
            raise Refusal(_("There is no area with the code “%(code)s”.") % {"code": row.area})
        since, last = _day(row.since) or self.at, _day(row.until)
        until = last + timedelta(days=1) if last else None
        services.check_posting(person, area, role, since=since, until=until, by=self.by)
        posting = Assignment(person=person, area=area, role=role, term=TimestamptzRange(since, until))
        held = self.held[person.username, area.pk, role]
        if twin := next((other for other in held if services.overlaps(posting, other)), None):
            raise services.refusal_of(posting, twin)
        held.append(posting)
        return posting


def _user_name(row: StaffRow) -> str:
    """As accounts keep it."""
    return Person.normalize_username(row.username)


def _day(text: str) -> datetime | None:
    """The beginning of the day; None if nothing is written."""
    if not text:
        return None
    found = _DAY.match(text)
    try:
        if found:
            year, month, day = (int(part) for part in found.groups())
            return make_aware(datetime(year, month, day))  # noqa: DTZ001 - made aware at once
    except (ValueError, OverflowError):
        pass
    raise Refusal(_("“%(text)s” is no day: write it like 2026-03-01.") % {"text": text})


def _spelled_roles() -> dict[str, Role]:
    """Each role by its code and by what it is called in either language."""
    found = {role.value: role for role in Role}
    for language in _LANGUAGES:
        with override(language):
            found |= {str(role.label).lower(): role for role in Role}
    return found
