"""Do areas cover their parent, once and only once? Overlaps, gaps and what sticks out, as pieces of ground.

Anything narrower than one metre is not a fault: surveys, projections and rounding differ by that much.
All geometry is EPSG:4326; lengths and areas are metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from grids.metres import Plane

WIDTH_M = 1.0
# A child may stick out of its parent by this part of its own area before it is called outside.
OUTSIDE_SHARE = 0.001


@dataclass(frozen=True)
class Piece:
    """Ground that is wrong: where it is (EPSG:4326), how large (m²), and the codes of the areas that it touches.

    `share` is the part of the (first) area that it makes up.
    """

    shape: BaseGeometry
    area_m2: float
    codes: tuple[str, ...]
    share: float = 0.0


def overlaps(shapes: Mapping[str, BaseGeometry]) -> list[Piece]:
    """Ground that two of the areas (by code) both claim, by code."""
    codes, flat, plane = _flattened(shapes)
    if len(codes) < 2 or shapely.coverage_is_valid(flat):
        return []
    one, other = shapely.STRtree(flat).query(flat, predicate="intersects")
    found = []
    for first, second in sorted((a, b) for a, b in zip(one.tolist(), other.tolist(), strict=True) if codes[a] < codes[b]):
        common = wide(shapely.intersection(flat[first], flat[second]))
        if not common.is_empty:
            share = common.area / flat[first].area
            found.append(Piece(plane.out(common), common.area, (codes[first], codes[second]), share))
    return found


def gaps(parent: BaseGeometry, shapes: Mapping[str, BaseGeometry]) -> list[Piece]:
    """Ground of the parent that none of the areas covers, each piece with the codes around it, largest first."""
    codes, flat, plane = _flattened({**shapes, "": parent})
    whole, flat, codes = flat[-1], flat[:-1], codes[:-1]
    uncovered = shapely.difference(whole, shapely.union_all(flat))
    found = []
    for piece in shapely.get_parts(wide(uncovered)):
        around = tuple(sorted(code for code, near in zip(codes, shapely.dwithin(flat, piece, WIDTH_M), strict=True) if near))
        found.append(Piece(plane.out(piece), piece.area, around, piece.area / whole.area))
    return sorted(found, key=lambda piece: -piece.area_m2)


def outside(parent: BaseGeometry, shapes: Mapping[str, BaseGeometry]) -> list[Piece]:
    """What sticks out of the parent: one piece per area of which more than a thousandth does, by code."""
    codes, flat, plane = _flattened({**shapes, "": parent})
    whole, flat, codes = flat[-1], flat[:-1], codes[:-1]
    shapely.prepare(whole)
    found = []
    for place in np.flatnonzero(~shapely.covers(whole, flat)):
        beyond = wide(shapely.difference(flat[place], whole))
        share = beyond.area / flat[place].area
        if share > OUTSIDE_SHARE:
            found.append(Piece(plane.out(beyond), beyond.area, (codes[place],), share))
    return found


def wide(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry in metres that are somewhere wider than one metre."""
    polygons = np.array([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"], dtype=object)
    thin = shapely.is_empty(shapely.buffer(polygons, -WIDTH_M / 2, quad_segs=1))
    return shapely.MultiPolygon(list(polygons[~np.asarray(thin, bool)]))


def _flattened(shapes: Mapping[str, BaseGeometry]) -> tuple[list[str], np.ndarray, Plane]:
    """Codes, geometries in metres, and the plane that they are in."""
    flat = np.array(list(shapes.values()), dtype=object)
    west, south, east, north = shapely.total_bounds(flat)
    plane = Plane((west + east) / 2, (south + north) / 2)
    return list(shapes), plane.into(flat), plane
