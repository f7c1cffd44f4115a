"""People, units and postings for tests; times are aware, terms half open."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.types.range import TimestamptzRange

from grids.levels import Level
from grids.models import Area
from representatives.models import Assignment, Person, Unit
from representatives.roles import Role

CHINA = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 1, 1, tzinfo=CHINA)
NOON = datetime(2026, 6, 1, 12, tzinfo=CHINA)
END = datetime(2027, 1, 1, tzinfo=CHINA)

_numbers = count(1)


def area(path: str, *, since: datetime = START, until: datetime | None = None, name: str = "", top: Level = Level.COUNTY) -> Area:
    """The area with that path of codes, made with all that it lies in: “K.T1.V1.G1” is a cell of a village.

    `top`: what the first code is one of.
    """
    levels = [level for level in sorted(Level, reverse=True) if level <= top]
    parent = None
    codes = path.split(".")
    known = {each.path: each for each in Area.objects.current().on_path(path)}
    for depth, code in enumerate(codes):
        is_last = depth == len(codes) - 1
        upper = ".".join(codes[: depth + 1])
        found = known.get(upper)
        if found is None or (is_last and until):
            found = Area.objects.create(
                level=levels[depth],
                code=code,
                name=name if name and is_last else code,
                parent=parent,
                path=upper,
                valid_from=since,
                valid_to=until if is_last else None,
            )
        parent = found
    assert parent is not None
    return parent


def person(name: str = "", *, unit: Unit | None = None, **fields: Any) -> Person:
    number = next(_numbers)
    username = str(fields.pop("username", f"person{number}"))
    return Person.objects.create_user(
        username, password=str(fields.pop("password", "")) or None, name=name or f"人{number}", unit=unit, **fields
    )


def unit(kind: Unit.Kind, where: Area, name: str = "", **fields: Any) -> Unit:
    number = next(_numbers)
    return Unit.objects.create(code=f"U{number}", name=name or f"单位{number}", kind=kind, area=where, **fields)


def post(role: Role, where: Area, who: Person | None = None, *, since: datetime = START, until: datetime | None = None) -> Person:
    """Assign `who` (else somebody new) and answer with the person."""
    who = who or person()
    Assignment.objects.create(person=who, area=where, role=role, term=TimestamptzRange(since, until))
    return who
