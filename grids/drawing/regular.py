"""Plain squares or hexagons, cut off at the borders of the villages.

All villages of one call are cut with one set of lines, so cells on both sides of a border share their corners.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from grids.drawing.divide import noded, placed_back
from grids.metres import Plane

# A piece at a border smaller than this part of a whole square or hexagon joins its neighbour.
SCRAP = 0.25
MAX_CELLS = 200_000
# A straight border in degrees is bent in the plane: with a corner this often, by less than 1 cm.
STEP_M = 500.0


class Shape(Enum):
    SQUARE = "square"
    HEXAGON = "hexagon"


def regular(villages: Mapping[str, BaseGeometry], shape: Shape, size_m: float) -> dict[str, list[BaseGeometry]]:
    """The cells of each village (by code), EPSG:4326; `size_m` is the side of a square, the width of a hexagon.

    Raises ValueError if there would be more than 200,000 of them.
    """
    outlines = np.array([noded(outline, STEP_M) for outline in villages.values()], dtype=object)
    plane = Plane.around(shapely.GeometryCollection(list(outlines)))
    flat = plane.into(outlines)
    tiles = _tiles(flat, shape, size_m)
    faces = _faces(flat, tiles)
    middles = shapely.point_on_surface(faces)
    village = _first_hit(shapely.STRtree(flat).query(middles, predicate="intersects"), len(faces))
    tile = _first_hit(shapely.STRtree(tiles).query(middles, predicate="intersects"), len(faces))
    kept = village >= 0
    cells = _gathered(faces[kept], village[kept], tile[kept], float(np.median(shapely.area(tiles))))
    corners = shapely.get_coordinates(outlines)
    return {
        code: list(placed_back(np.array(cells.get(number, []), dtype=object), corners, plane))
        for number, code in enumerate(villages)
    }


def _tiles(flat: np.ndarray, shape: Shape, size_m: float) -> np.ndarray:
    """The squares or hexagons (metres) that touch the villages, anchored at their lower left corner."""
    west, south, east, north = shapely.total_bounds(flat)
    if (east - west) * (north - south) / size_m**2 > MAX_CELLS * 4:
        raise ValueError(f"Cells of {size_m:g} m are too small here: there would be more than {MAX_CELLS}.")
    if shape is Shape.SQUARE:
        x = west + np.arange(np.ceil((east - west) / size_m) + 1) * size_m
        y = south + np.arange(np.ceil((north - south) / size_m) + 1) * size_m
        column, row = (each.ravel() for each in np.meshgrid(np.arange(len(x) - 1), np.arange(len(y) - 1)))
        tiles = shapely.box(x[column], y[row], x[column + 1], y[row + 1])
    else:
        tiles = _hexagons(west, south, east, north, size_m)
    # A million tiles over empty land would be drawn for nothing.
    return np.asarray(tiles[np.unique(shapely.STRtree(flat).query(tiles, predicate="intersects")[0])])


def _hexagons(west: float, south: float, east: float, north: float, width: float) -> np.ndarray:
    """Hexagons that stand on a corner; corners are counted on a lattice, so neighbours share them to the last bit."""
    half, sixth = width / 2, width / (2 * np.sqrt(3))
    columns, rows = np.arange(-1, np.ceil((east - west) / width) + 1), np.arange(-1, np.ceil((north - south) / (3 * sixth)) + 2)
    column, row = (each.ravel() for each in np.meshgrid(columns, rows))
    x, y = column * 2 + row % 2, row * 3  # in halves of the width, and sixths of the height
    corners = [(0, 2), (1, 1), (1, -1), (0, -2), (-1, -1), (-1, 1)]
    ring = np.stack([np.stack([west + (x + dx) * half, south + (y + dy) * sixth], axis=-1) for dx, dy in corners], axis=1)
    return np.asarray(shapely.polygons(ring))


def _faces(flat: np.ndarray, tiles: np.ndarray) -> np.ndarray:
    """What the borders and the tiles together cut the ground into; all corners are shared."""
    lines = shapely.union_all(np.concatenate([shapely.boundary(flat), shapely.boundary(tiles)]))
    return np.asarray(shapely.get_parts(shapely.polygonize([lines])))


def _first_hit(hits: np.ndarray, count: int) -> np.ndarray:
    """For each of `count` queries the first index hit, -1 for none."""
    found = np.full(count, -1)
    found[hits[0][::-1]] = hits[1][::-1]
    return found


def _gathered(faces: np.ndarray, village: np.ndarray, tile: np.ndarray, whole_m2: float) -> dict[int, list[BaseGeometry]]:
    """The cells of each village: pieces of one tile that touch are one cell, scraps join the neighbour they touch most."""
    cells: dict[int, list[BaseGeometry]] = {}
    for number in np.unique(village):
        mine = village == number
        pieces: list[BaseGeometry] = []
        for each in np.unique(tile[mine]):
            pieces += list(shapely.get_parts(shapely.union_all(faces[mine & (tile == each)])))
        cells[int(number)] = _without_scraps(pieces, SCRAP * whole_m2)
    return cells


def _without_scraps(pieces: list[BaseGeometry], least_m2: float) -> list[BaseGeometry]:
    pieces = sorted(pieces, key=lambda piece: float(piece.area))
    while len(pieces) > 1 and pieces[0].area < least_m2:
        scrap = pieces.pop(0)
        others = np.array(pieces, dtype=object)
        near = shapely.STRtree(others).query(scrap, predicate="intersects")
        shared = [shapely.length(shapely.intersection(shapely.boundary(others[place]), scrap.boundary)) for place in near]
        if not len(near) or max(shared) == 0:
            return sorted([scrap, *pieces], key=lambda piece: -float(piece.area))  # an island: it stays as it is
        taker = int(near[int(np.argmax(shared))])
        pieces[taker] = shapely.union_all([pieces[taker], scrap])
        pieces.sort(key=lambda piece: float(piece.area))
    return pieces
