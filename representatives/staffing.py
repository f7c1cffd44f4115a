"""Entering staff and postings from a list: all rows or none, each faulty row with its sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import override

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
    """Enter it all, and write down who did; nothing if a row is faulty (then `faults` says which)."""
    with transaction.atomic():
        entered = _enter(rows, by, at)
        if entered.faults:
            transaction.set_rollback(True)
        else:
            for made in (entered.people, entered.postings):
                LogEntry.objects.log_actions(by.pk, made, ADDITION, "entered from a list")
    return entered


def _enter(rows: Sequence[StaffRow], by: Person, at: datetime) -> Entered:
    entered, met = Entered(), dict[str, Person]()
    spelled = _spelled_roles()
    for row in rows:
        try:
            with transaction.atomic():
                person = _person(row, met, entered)
            with transaction.atomic():
                if row.role or row.area:
                    entered.postings.append(_posting(row, person, spelled, by, at))
        except Refusal as refusal:
            entered.faults.append(Fault(row.number, refusal.sentence))
    return entered


def _person(row: StaffRow, met: dict[str, Person], entered: Entered) -> Person:
    """The account of the row: one met in this list, one that exists, or a new one without a usable password."""
    if not row.name or not row.username:
        raise Refusal(_("Name and user name are needed."))
    known = met.get(row.username) or Person.objects.filter(username=row.username).first()
    if known is not None:
        if known.name != row.name:
            raise Refusal(_("The user name “%(user)s” belongs to %(name)s.") % {"user": row.username, "name": known})
        if row.username not in met:
            entered.known += 1
        met[row.username] = known
        return known
    person = Person(username=row.username, name=row.name, office_phone=row.phone, unit=_unit(row.unit))
    person.set_unusable_password()
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from None
    person.save()
    met[row.username] = person
    entered.people.append(person)
    return person


def _unit(code: str) -> Unit | None:
    if not code:
        return None
    unit = Unit.objects.in_use().coded(code)
    if unit is None:
        raise Refusal(_("There is no unit with the code “%(code)s”.") % {"code": code})
    return unit


def _posting(row: StaffRow, person: Person, spelled: dict[str, Role], by: Person, at: datetime) -> Assignment:
    if not row.role or not row.area:
        raise Refusal(_("A posting needs both a role and an area code."))
    role = spelled.get(row.role.lower())
    if role is None:
        raise Refusal(_("There is no role “%(role)s”.") % {"role": row.role})
    if not services.may_post(by, role, at):
        raise Refusal(_("“%(role)s” is not yours to post.") % {"role": role.label})
    area = Area.objects.current().with_code(row.area).without_boundary().first()
    if area is None or not scope_of(by, at).may_arrange(area.path):
        raise Refusal(_("There is no area with the code “%(code)s”.") % {"code": row.area})
    since = _day(row.since) or at
    last = _day(row.until)
    return services.assign(person, area, role, since=since, until=last + timedelta(days=1) if last else None, by=by)


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
