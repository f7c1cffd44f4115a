"""Locating many points at once, for imports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from grids import sql


@dataclass(frozen=True)
class Place:
    """An area, as much of it as an issue keeps."""

    area_id: int
    path: str
    level: int


def locate_many(points: Sequence[tuple[float, float]]) -> list[Place | None]:
    """The narrowest area at each point (longitude, latitude in degrees, EPSG:4326); None outside. One query."""
    found: list[Place | None] = [None] * len(points)
    with connection.cursor() as cursor:
        cursor.execute(sql.read("locate_many"), {"xs": [x for x, _ in points], "ys": [y for _, y in points]})
        for place, area_id, path, level in cursor.fetchall():
            found[place] = Place(area_id, path, level)
    return found
