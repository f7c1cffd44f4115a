"""Cells redrawn by hand: what a line or a shape drawn on the map means for a cell and those beside it.

Nothing is written here; `services` does that. What cannot be is a Refusal whose `field` is “shape” or “other”. All geometry
is EPSG:4326, longitude first; widths and areas are metres.
"""

from __future__ import annotations

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids import coverage, metres, services
from grids.errors import Refusal
from grids.models import Area

SMALLEST_M2 = 400.0  # a yard: what a slip of the hand leaves over is smaller, no cell is
NARROWEST_M = 5.0
_EDGE_M = 2.0  # two that share less only touch at a corner


def neighbours_of(cell: Area) -> list[Area]:
    """The current cells of the same parent and kind that share an edge with it, by code."""
    if cell.boundary is None:
        return []
    plane = metres.Plane.around(metres.to_shapely(cell.boundary))
    own = plane.into(metres.to_shapely(cell.boundary))
    beside = [other for other in _siblings(cell) if other.kind == cell.kind]
    return [other for other in beside if _edge_m(own, plane.into(_shape(other))) > _EDGE_M]


def check_cut(cell: Area, line: BaseGeometry) -> None:
    """Raise the Refusal for a line that cannot split the cell."""
    if line.geom_type != "LineString" or not line.is_valid:
        raise Refusal(_("Draw one line through the cell."), field="shape")
    if not line.is_simple:
        raise Refusal(_("The line crosses itself: draw it anew without a loop."), field="shape")
    village = cell.parent
    if village is not None and village.boundary and not _shape(village).intersects(line):
        raise Refusal(_("The line lies outside “%(area)s”.") % {"area": village}, field="shape")
    pieces = services.pieces_of(cell, line)
    if len(pieces) < 2:
        sentence = _("The line does not cross “%(area)s” from edge to edge: begin and end it outside the cell.")
        raise Refusal(sentence % {"area": cell}, field="shape")
    for piece in pieces:
        _refuse_small(cell, piece)


def moved(cell: Area, drawn: BaseGeometry) -> dict[Area, BaseGeometry]:
    """New boundaries of the cell and of those beside it that give ground to it or take what it leaves.

    What it leaves goes to the neighbour that shares the longest edge with that piece. Raises Refusal if the shape is
    invalid or reaches beyond the village, if nobody could take a piece, or if a cell became too small or fell in two.
    """
    if drawn.geom_type not in ("Polygon", "MultiPolygon") or drawn.is_empty:
        raise Refusal(_("Draw one closed shape."), field="shape")
    if not drawn.is_valid:
        raise Refusal(_("The edge crosses itself: move the points so that it does not."), field="shape")
    old = services.boundary_of(cell)
    drawn = _within_village(cell, drawn)
    plane = metres.Plane.around(old)
    gained, lost = _wide(plane, drawn.difference(old)), _wide(plane, old.difference(drawn))
    if gained.is_empty and lost.is_empty:
        raise Refusal(_("The edge has not been moved yet."), field="shape")
    shapes = {cell: old.difference(lost).union(gained)}
    for other in _siblings(cell):
        if not _wide(plane, _shape(other).intersection(gained)).is_empty:
            shapes[other] = _shape(other).difference(gained)
    _give_away(cell, lost, shapes, plane)
    for area, shape in shapes.items():
        _refuse_small(area, shape)
        _refuse_parts(area, shape)
    return shapes


def _within_village(cell: Area, drawn: BaseGeometry) -> BaseGeometry:
    """The shape without what sticks out by less than a metre; more than that is refused."""
    village = cell.parent
    if village is None or village.boundary is None:
        return drawn
    whole = _shape(village).union(services.boundary_of(cell))
    if not _wide(metres.Plane.around(whole), drawn.difference(whole)).is_empty:
        raise Refusal(_("The new edge reaches beyond “%(area)s”: keep it inside.") % {"area": village}, field="shape")
    return drawn.intersection(whole)


def _give_away(cell: Area, lost: BaseGeometry, shapes: dict[Area, BaseGeometry], plane: metres.Plane) -> None:
    siblings = _siblings(cell)
    for piece in shapely.get_parts(lost):
        flat = plane.into(piece)
        edges = [(_edge_m(flat, plane.into(_shape(other))), other) for other in siblings]
        longest, taker = max(edges, key=lambda edge: edge[0], default=(0.0, None))
        if taker is None or longest <= _EDGE_M:
            sentence = _("No neighbour could take over the ground that “%(area)s” would leave: move only edges that it shares.")
            raise Refusal(sentence % {"area": cell}, field="shape")
        shapes[taker] = _joined(shapes.get(taker, _shape(taker)), piece)


def _joined(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """Their union; ends of lines that lie beside an edge by a rounding are drawn onto it (0.1 mm)."""
    exact = shapely.union(one, other)
    return exact if exact.geom_type == "Polygon" else shapely.union(one, other, grid_size=services.GRID_DEGREES)


def _refuse_small(area: Area, shape: BaseGeometry) -> None:
    size = metres.area_m2(shape)
    if size < SMALLEST_M2:
        words = {"area": area, "size": round(size), "least": round(SMALLEST_M2)}
        raise Refusal(_("A part of “%(area)s” would have only %(size)d m²; %(least)d m² is the least.") % words, field="shape")
    if metres.Plane.around(shape).into(shape).buffer(-NARROWEST_M / 2).is_empty:
        words = {"area": area, "least": round(NARROWEST_M)}
        raise Refusal(_("A part of “%(area)s” would be a strip less than %(least)d m wide.") % words, field="shape")


def _refuse_parts(area: Area, shape: BaseGeometry) -> None:
    if len(shapely.get_parts(shape)) > len(shapely.get_parts(services.boundary_of(area))):
        raise Refusal(_("“%(area)s” would fall into separate parts: split it instead.") % {"area": area}, field="shape")


def _wide(plane: metres.Plane, shape: BaseGeometry) -> BaseGeometry:
    """Its polygons that are somewhere wider than a metre; what is narrower is rounding, not a hand."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon([part for part in parts if not coverage.wide(plane.into(part)).is_empty])


def _edge_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """How long an edge two shapes (metres) share, give or take what a survey differs."""
    near = shapely.buffer(other, coverage.WIDTH_M / 4, quad_segs=2)
    return float(one.boundary.intersection(near).length)


def _siblings(cell: Area) -> list[Area]:
    return [other for other in Area.objects.current().children_of(cell.parent).drawn().order_by("path") if other.pk != cell.pk]


def _shape(area: Area) -> BaseGeometry:
    return services.boundary_of(area)
