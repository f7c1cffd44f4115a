"""Whom the supervision office might write to: units with something late, or those that one issue is with."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from issues.models import Issue
from representatives.models import Person, Unit
from representatives.roles import Role
from representatives.scopes import scope_of


class Addressee(NamedTuple):
    """A unit and how many of its issues are late."""

    unit: Unit
    late: int


def units_to_write_to(person: Person, at: datetime, number: str = "") -> list[Addressee]:
    """Those with something late, most first; with `number`, those that the issue is with."""
    county = [path for role, path in scope_of(person, at).held if role == Role.SUPERVISION_OFFICE]
    units = list(Unit.objects.in_use().within(county).order_by("code"))
    visible = Issue.objects.visible_to(person, at).unfinished().unsealed()
    if number:
        issue = visible.numbered(number).first()
        units = [unit for unit in units if issue and Issue.objects.with_unit(unit).has(issue)]
    late = _late(visible.overdue(at).late_by_holder(), units)
    found = [Addressee(unit, late[unit.pk]) for unit in units if number or late[unit.pk]]
    return sorted(found, key=lambda one: (-one.late, one.unit.code))


def _late(holders: list[tuple[int | None, int, str, int]], units: list[Unit]) -> Counter[int]:
    """(lead unit, level, path of the place at that level, how many) → how many by unit: the lead's, else the place's own."""
    of_place = {(unit.area.level, unit.area.path): unit.pk for unit in units if unit.kind in _OF_PLACES}
    late: Counter[int] = Counter()
    for lead, level, path, n in holders:
        key = lead or of_place.get((level, path))
        if key:
            late[key] += n
    return late


_OF_PLACES = (Unit.Kind.TOWNSHIP_COMMITTEE, Unit.Kind.VILLAGE_COMMITTEE)
