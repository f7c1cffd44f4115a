"""An outline cut into so many cells: squares of a lattice whose corners and edges are shaken, so that no two are alike.

Neighbours share their edges vertex by vertex; what the outline leaves of a square is a cell of its own unless it is a sliver,
which joins a neighbour. All coordinates are EPSG:4326.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

STEPS = 7  # parts of an edge
SHAKEN_CORNER, SHAKEN_EDGE = 0.17, 0.045  # shares of the square's width
SURPLUS = 1.08  # so many more squares than cells are wanted, at least: the smallest join their neighbours


def cut(outline: BaseGeometry, wanted: int, seed: Sequence[int]) -> Shapes:
    """Exactly `wanted` polygons that cover the outline, neighbours near each other in the order. Raises ValueError if it cannot."""
    lattice = _Lattice(outline, wanted, seed)
    shapes, at = lattice.clipped()
    owner = _joined(shapes, at, len(shapes) - wanted)
    kept = np.unique(owner)
    merged = np.array([_whole(shapes[owner == one]) if (owner == one).sum() > 1 else shapes[one] for one in kept], dtype=object)
    return merged[np.argsort(hilbert(at[kept, 0], at[kept, 1]), kind="stable")]


def _whole(parts: Shapes) -> BaseGeometry:
    return shapely.make_valid(shapely.union_all(parts))


class _Lattice:
    """The shaken lattice over an outline, fine enough for that many cells."""

    def __init__(self, outline: BaseGeometry, wanted: int, seed: Sequence[int]) -> None:
        self.outline, self.seed = outline, list(seed)
        shapely.prepare(outline)
        west, south, east, north = outline.bounds
        self.stretch = 1 / cos(radians((south + north) / 2))  # a degree of longitude is so much shorter
        self.size = (outline.area / self.stretch / wanted) ** 0.5
        for _attempt in range(40):
            self.columns = int((east - west) / (self.size * self.stretch)) + 3
            self.rows = int((north - south) / self.size) + 3
            self.corner = (west - self.size * self.stretch, south - self.size)
            squares, at = self._squares()
            met = shapely.intersects(outline, squares)
            if met.sum() >= max(wanted * SURPLUS, wanted):
                self.squares, self.at = squares[met], at[met]
                return
            self.size *= 0.97
        raise ValueError(f"The outline cannot be cut into {wanted} cells.")

    def _squares(self) -> tuple[Shapes, Ints]:
        """Every square as a ring of 4 × STEPS vertices, and where each stands: (column, row)."""
        rng = np.random.default_rng(self.seed)
        i, j = np.meshgrid(np.arange(self.columns + 1), np.arange(self.rows + 1), indexing="ij")
        nodes = np.stack([i, j], axis=-1) + rng.uniform(-SHAKEN_CORNER, SHAKEN_CORNER, (self.columns + 1, self.rows + 1, 2))
        flat = self._edges(nodes[:-1], nodes[1:], rng)  # west to east
        upright = self._edges(nodes[:, :-1], nodes[:, 1:], rng)  # south to north
        rings = np.concatenate(
            [flat[:, :-1], upright[1:], np.flip(flat[:, 1:], axis=2), np.flip(upright[:-1], axis=2)], axis=2
        ).reshape(self.columns * self.rows, 4 * STEPS + 4, 2)
        rings = np.delete(rings, [STEPS, 2 * STEPS + 1, 3 * STEPS + 2], axis=1)  # corners stand in both edges
        lonlat = rings * np.array([self.size * self.stretch, self.size]) + np.array(self.corner)
        i, j = np.meshgrid(np.arange(self.columns), np.arange(self.rows), indexing="ij")
        return shapely.polygons(np.round(lonlat, 7)), np.stack([i.ravel(), j.ravel()], axis=-1)

    @staticmethod
    def _edges(start: Floats, end: Floats, rng: np.random.Generator) -> Floats:
        """(…, STEPS + 1, 2): the way from each start to its end, its inner points shaken."""
        along = np.linspace(0, 1, STEPS + 1)[:, None]
        ways = start[:, :, None, :] * (1 - along) + end[:, :, None, :] * along
        shaken = rng.uniform(-SHAKEN_EDGE, SHAKEN_EDGE, ways.shape)
        shaken[:, :, [0, -1]] = 0
        return ways + shaken

    def clipped(self) -> tuple[Shapes, Ints]:
        """What of each square lies within the outline, and where it stands."""
        shapes = self.squares.copy()
        cut_by = ~shapely.contains_properly(self.outline, shapes)
        shapes[cut_by] = [_areal(shape) for shape in shapely.intersection(self.outline, shapes[cut_by])]
        there = ~shapely.is_empty(shapes)
        return shapes[there], self.at[there]


def _areal(shape: BaseGeometry) -> BaseGeometry:
    """Of a mixed geometry, what has an area."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _joined(shapes: Shapes, at: Ints, surplus: int) -> Ints:
    """For each square the one it belongs to: the `surplus` smallest join their largest neighbour, or else the nearest."""
    if surplus < 0:
        raise ValueError(f"{-surplus} squares are missing.")
    owner, sizes = np.arange(len(shapes)), shapely.area(shapes)
    place = {(int(i), int(j)): n for n, (i, j) in enumerate(at)}
    small = np.argsort(sizes, kind="stable")[:surplus]
    goes = set(small.tolist())
    for n in small:
        i, j = int(at[n, 0]), int(at[n, 1])
        beside = [place.get(step) for step in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1))]
        stays = [other for other in beside if other is not None and other not in goes]
        owner[n] = max(stays, key=lambda other: sizes[other]) if stays else _nearest(at, n, goes)
    return owner


def _nearest(at: Ints, n: int, goes: set[int]) -> int:
    """The nearest square that stays."""
    away = np.abs(at - at[n]).sum(axis=1)
    return next(int(other) for other in np.argsort(away, kind="stable") if int(other) not in goes)


def hilbert(x: Ints, y: Ints) -> Ints:
    """How far along a Hilbert curve each place stands: what follows each other there lies side by side."""
    x, y = x.astype(np.int64).copy(), y.astype(np.int64).copy()
    order = max(int(max(x.max(initial=0), y.max(initial=0))).bit_length(), 1)
    found = np.zeros_like(x)
    step = 1 << (order - 1)
    while step:
        right, upper = ((x & step) > 0).astype(np.int64), ((y & step) > 0).astype(np.int64)
        found += step * step * ((3 * right) ^ upper)
        turned, flipped = upper == 0, (upper == 0) & (right == 1)
        x[flipped], y[flipped] = step - 1 - (x[flipped] & (step - 1)), step - 1 - (y[flipped] & (step - 1))
        x[turned], y[turned] = y[turned].copy(), x[turned].copy()
        step >>= 1
    return found
