"""Single areas for tests; whole territories are drawn with `tests.drawing.draw_cells`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.gis.geos import MultiPolygon, Polygon

from grids.levels import Level
from grids.models import Area
from tests.drawing import DRAWN_AT


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    """A rectangle as a boundary, EPSG:4326."""
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


def make_area(
    level: Level = Level.COUNTY,
    code: str = "150422",
    *,
    parent: Area | None = None,
    bounds: Sequence[float] | None = None,
    name: str = "",
    households: int | None = None,
    at: datetime = DRAWN_AT,
) -> Area:
    """A saved area; `bounds` (west, south, east, north) make its boundary, without them it has none."""
    return Area.objects.create(
        level=level,
        code=code,
        name=name or f"{level.name.lower()} {code}",
        parent=parent,
        path=f"{parent.path}.{code}" if parent else code,
        boundary=box(*bounds) if bounds else None,
        households=households,
        valid_from=at,
    )
