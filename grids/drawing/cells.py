"""Cells for villages that have none: balanced by where people live, or plain squares and hexagons; numbered and saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids import metres, services
from grids.codes import free_codes
from grids.drawing.divide import CELLS, CannotDivide, Crowd, Style, divide
from grids.drawing.regular import Shape, regular
from grids.drawing.shares import allot, reading_order
from grids.errors import Refusal
from grids.levels import Level
from grids.models import Area

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Cell:
    """A cell before it is saved: boundary in EPSG:4326; households None where the village's are not known."""

    shape: BaseGeometry
    households: int | None


@dataclass(frozen=True)
class Balanced:
    """`cells` cells for all villages together, dealt out by households or by the weight of the points, at least one each.

    `crowd` are the points of the whole territory; villages without a point are cut by land alone.
    """

    cells: int
    crowd: Crowd = field(default_factory=Crowd)
    seed: int = 1
    style: Style = CELLS


@dataclass(frozen=True)
class Regular:
    """Squares or hexagons of a size in metres."""

    shape: Shape
    size_m: float


Plan = Balanced | Regular


@transaction.atomic
def draw_cells(
    villages: Sequence[Area],
    plan: Plan,
    *,
    at: datetime,
    name: str = "{village} {n}",
    replace: bool = False,
    progress: Progress | None = None,
) -> list[Area]:
    """Draw, number and save the cells of the villages; `name` may speak of {village}, {n} and {code}.

    Cells are numbered in rows from north to south, each from west to east. Raises Refusal if a village has no boundary, has
    cells already (unless they are to be replaced), or cannot be cut into that many.
    """
    shapes = _outlines(villages)
    standing = list(Area.objects.cells().children_of_any(villages))
    if standing and not replace:
        raise Refusal(_("“%(village)s” has cells already: ask to replace them, or leave it out.") % {"village": standing[0].parent})
    drawn = plan_cells({village.code: village for village in villages}, shapes, plan, progress)
    new = [cell for village in villages for cell in numbered(village, drawn[village.code], name, at)]
    if standing:
        return services.replace(standing, new, at=at)
    Area.objects.bulk_create(new, batch_size=500)
    services.refresh_layer(Level.GRID, at)
    return new


def plan_cells(
    villages: Mapping[str, Area], shapes: Mapping[str, BaseGeometry], plan: Plan, progress: Progress | None = None
) -> dict[str, list[Cell]]:
    """The cells of each village (by code) in the order of their numbers; nothing is saved."""
    if isinstance(plan, Regular):
        try:
            found = regular(shapes, plan.shape, plan.size_m)
        except ValueError as error:
            raise Refusal(_("The cells would be too many: take a larger size. (%(reason)s)") % {"reason": error}) from error
        shared = {code: allot_or_none(villages[code].households, [cell.area for cell in found[code]]) for code in found}
        return {
            code: _in_order([Cell(shape, count) for shape, count in zip(found[code], shared[code], strict=True)]) for code in found
        }
    return _balanced(villages, shapes, plan, progress)


def _balanced(
    villages: Mapping[str, Area], shapes: Mapping[str, BaseGeometry], plan: Balanced, progress: Progress | None
) -> dict[str, list[Cell]]:
    crowds = crowd_within(shapes, plan.crowd)
    if plan.cells < len(villages):
        raise Refusal(
            _("%(cells)d cells are too few for %(villages)d villages: each needs at least one.")
            % {"cells": plan.cells, "villages": len(villages)}
        )
    counts = dict(zip(villages, allot(plan.cells, _village_shares(villages, shapes, crowds), at_least=1), strict=True))
    found: dict[str, list[Cell]] = {}
    for done, (code, village) in enumerate(villages.items(), start=1):
        found[code] = cut_village(shapes[code], counts[code], crowds[code], village.households, plan, code)
        if progress is not None:
            progress(done, len(villages))
    return found


def cut_village(outline: BaseGeometry, count: int, crowd: Crowd, households: int | None, plan: Balanced, code: str) -> list[Cell]:
    """The cells of one village in the order of their numbers; the same seed and code give the same cells."""
    rng = np.random.default_rng([plan.seed, crc32(code.encode())])
    try:
        parts = divide(outline, [1.0] * count, rng, crowd=crowd, style=plan.style)
    except CannotDivide as error:
        raise Refusal(
            _("Village %(code)s cannot be cut into %(count)d cells. (%(reason)s)") % {"code": code, "count": count, "reason": error}
        ) from error
    shared = allot_or_none(households, _people(parts, crowd))
    return _in_order([Cell(shape, number) for shape, number in zip(parts, shared, strict=True)])


def crowd_within(shapes: Mapping[str, BaseGeometry], crowd: Crowd) -> dict[str, Crowd]:
    """The part of the crowd that lives in each of the shapes; a point on a border counts in the first."""
    if not len(crowd.places):
        return {code: Crowd() for code in shapes}
    shape, point = shapely.STRtree(np.asarray(shapely.points(crowd.places))).query(
        np.array(list(shapes.values())), predicate="intersects"
    )
    point, first = np.unique(point, return_index=True)
    shape = shape[first]
    return {
        code: Crowd(crowd.places[point[shape == number]], crowd.weights[point[shape == number]])
        for number, code in enumerate(shapes)
    }


def allot_or_none(households: int | None, shares: Sequence[float]) -> list[int | None]:
    """Households dealt out by the shares; None each if they are not known."""
    return list(allot(households, shares)) if households is not None else [None] * len(shares)


def _village_shares(villages: Mapping[str, Area], shapes: Mapping[str, BaseGeometry], crowds: Mapping[str, Crowd]) -> list[float]:
    """What the cells are dealt out by: households if every village has them, else the points, else the land."""
    households = [village.households for village in villages.values()]
    if all(households):
        return [float(count or 0) for count in households]
    people = [float(crowds[code].weights.sum()) for code in villages]
    return people if any(people) else [metres.area_m2(shapes[code]) for code in villages]


def _people(parts: Sequence[BaseGeometry], crowd: Crowd) -> list[float]:
    """The weight of the crowd in each part; the land where there is no crowd."""
    if not crowd.weights.sum():
        return [float(part.area) for part in parts]
    inside = crowd_within({str(number): part for number, part in enumerate(parts)}, crowd)
    return [float(each.weights.sum()) for each in inside.values()]


def _in_order(cells: list[Cell]) -> list[Cell]:
    return [cells[place] for place in reading_order([cell.shape for cell in cells])] if cells else []


def numbered(village: Area, cells: Sequence[Cell], name: str, at: datetime) -> list[Area]:
    """Unsaved areas of the cells, with the village's next free codes."""
    codes = free_codes(village, len(cells))
    return [
        Area(
            level=Level.GRID,
            code=code,
            name=name.format(village=village.name, n=int(code[len(village.code) :]), code=code),
            parent=village,
            path=services.path_of(village, code),
            boundary=metres.to_boundary(cell.shape),
            label_point=metres.label_point(cell.shape),
            households=cell.households,
            valid_from=at,
        )
        for code, cell in zip(codes, cells, strict=True)
    ]


def _outlines(villages: Sequence[Area]) -> dict[str, BaseGeometry]:
    """The boundaries of the villages by code. Raises Refusal if there are none, or one has none."""
    if not villages:
        raise Refusal(_("There is no village to draw cells in."))
    for village in villages:
        if village.boundary is None:
            raise Refusal(_("“%(village)s” has no boundary to draw cells in.") % {"village": village})
    return {village.code: metres.to_shapely(village.boundary) for village in villages if village.boundary}
