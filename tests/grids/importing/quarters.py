"""A village of four squares: what a file draws of them, and what is said of importing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from grids.importing.service import Outcome, Wishes, import_areas
from grids.importing.source import Source
from grids.levels import Level
from grids.models import Area
from tests.drawing import DRAWN_AT, shape_of
from tests.grids.files import line

LATER = DRAWN_AT + timedelta(days=400)
VILLAGE = "150422100200"

SQUARE = """
    A B
    C D
"""


def box(column: float, row: float, wide: float = 1, high: float = 1) -> shapely.Polygon:
    """Squares of the drawing: column from the west, row from the north, 0.01° each."""
    west, north = 119 + column * 0.01, 44 - row * 0.01
    return shapely.Polygon.from_bounds(round(west, 7), round(north - high * 0.01, 7), round(west + wide * 0.01, 7), round(north, 7))


QUARTERS = [box(0, 0), box(1, 0), box(0, 1), box(1, 1)]


def cells(shapes: Sequence[BaseGeometry] | None = None) -> list[dict[str, Any]]:
    return [line(f"{VILLAGE}{number:03d}", shape, VILLAGE) for number, shape in enumerate(shapes or QUARTERS, start=1)]


def imported(source: Source, level: Level = Level.GRID, **wishes: Any) -> Outcome:
    return import_areas(source, level, at=LATER, wishes=Wishes(**wishes))


def is_same(area: Area, shape: BaseGeometry, tolerance: float = 1e-8) -> bool:
    """Whether the boundary is the shape, corner by corner, within so many degrees."""
    (part,) = shapely.get_parts(shape_of(area))
    return bool(part.equals_exact(shape, tolerance, normalize=True))


def sentences(outcome: Outcome) -> list[str]:
    return [fault.sentence for fault in outcome.faults]


def kinds(outcome: Outcome) -> list[str]:
    return [fault.kind.value for fault in outcome.faults]
