"""Locating many points at once, for imports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from grids import sql
from grids.levels import LADDER_LEVELS, Level
from grids.querysets import EDGE_DEGREES


class Place(NamedTuple):
    """An area, as much of it as an issue keeps."""

    area_id: int
    path: str
    level: int


def locate_many(points: Sequence[tuple[float, float]]) -> list[Place | None]:
    """The narrowest area at each point (longitude, latitude in degrees, EPSG:4326); None outside.

    One query per level, narrowest first, each for the points that are still nowhere: outlines of whole counties, which
    are slow to test, are only asked about the few.
    """
    found: list[Place | None] = [None] * len(points)
    for level in LADDER_LEVELS:
        nowhere = [place for place, at in enumerate(found) if at is None]
        if not nowhere:
            break
        for n, area_id, path in _at_level(level, [points[place] for place in nowhere]):
            found[nowhere[n]] = Place(area_id, path, level)
    return found


def _at_level(level: Level, points: Sequence[tuple[float, float]]) -> list[tuple[int, int, str]]:
    with connection.cursor() as cursor:
        bound: dict[str, Any] = {"level": level, "xs": [x for x, _ in points], "ys": [y for _, y in points], "edge": EDGE_DEGREES}
        cursor.execute(sql.read("locate_many"), bound)
        return list(cursor.fetchall())


def names_above(area_ids: Iterable[int]) -> dict[int, str]:
    """By area: the names of its township, its village and itself, widest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(sql.read("names_above"), {"areas": list(area_ids)})
        return dict(cursor.fetchall())
