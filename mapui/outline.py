"""A small drawing of an area among its neighbours, as SVG paths made on the server: no script, no style, prints anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians
from typing import cast

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from grids.models import Area

WIDTH = 400.0  # units of the drawing; the height follows from the shape
MARGIN = 8.0


@dataclass(frozen=True)
class Frame:
    """How degrees (EPSG:4326) become units of the drawing, y down; east-west shrinks with the latitude."""

    west: float
    north: float
    scale_x: float
    scale_y: float
    width: float
    height: float

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        return (lon - self.west) * self.scale_x + MARGIN, (self.north - lat) * self.scale_y + MARGIN


@dataclass(frozen=True)
class Outline:
    """What the template draws: the view box, the area's path, its neighbours' paths, and the middle of the area."""

    view_box: str
    area: str
    neighbours: list[str]
    middle: tuple[float, float]


def outline_of(area: Area, neighbours: Iterable[Area]) -> Outline | None:
    """The area drawn among its neighbours; None if it has no boundary."""
    if area.boundary is None:
        return None
    others = [other.boundary for other in neighbours if other.boundary is not None and other.pk != area.pk]
    frame = _frame([area.boundary, *others])
    middle = area.label_point or area.boundary.point_on_surface
    return Outline(
        view_box=f"0 0 {frame.width:.0f} {frame.height:.0f}",
        area=_path(area.boundary, frame),
        neighbours=[_path(other, frame) for other in others],
        middle=frame.xy(middle.x, middle.y),
    )


def outline_of_place(cells: Iterable[Area], around: Iterable[Area], middle: tuple[float, float]) -> Outline | None:
    """Several areas drawn as one place among others, with its middle (longitude, latitude); None if none has a boundary."""
    inside = [cell.boundary for cell in cells if cell.boundary is not None]
    others = [other.boundary for other in around if other.boundary is not None]
    if not inside:
        return None
    frame = _frame([*inside, *others])
    return Outline(
        view_box=f"0 0 {frame.width:.0f} {frame.height:.0f}",
        area="".join(_path(boundary, frame) for boundary in inside),
        neighbours=[_path(other, frame) for other in others],
        middle=frame.xy(*middle),
    )


def _frame(boundaries: list[MultiPolygon]) -> Frame:
    extents = [boundary.extent for boundary in boundaries]
    west, south = min(e[0] for e in extents), min(e[1] for e in extents)
    east, north = max(e[2] for e in extents), max(e[3] for e in extents)
    squeeze = cos(radians((south + north) / 2))
    across, down = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    # A square at most: a long strip is drawn narrower, not taller than the card.
    scale = (WIDTH - 2 * MARGIN) / max(across, down)
    width, height = across * scale + 2 * MARGIN, down * scale + 2 * MARGIN
    return Frame(west, north, scale * squeeze, scale, width, height)


def _path(boundary: GEOSGeometry, frame: Frame) -> str:
    """The `d` of an SVG path, half a unit precise: rings closed, holes by the even-odd rule."""
    # Half a unit of the drawing in degrees of latitude: finer detail cannot be seen.
    simple = boundary.simplify(0.5 / frame.scale_y, preserve_topology=True)
    polygons = (simple,) if isinstance(simple, Polygon) else tuple(cast(MultiPolygon, simple))
    return "".join(_ring(ring.coords, frame) for polygon in polygons for ring in cast(Polygon, polygon))


def _ring(coords: Iterable[tuple[float, ...]], frame: Frame) -> str:
    points = [frame.xy(point[0], point[1]) for point in coords]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points[:-1]) + "Z"
