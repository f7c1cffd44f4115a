"""Cuts an outline into parts that cover it exactly, corner on corner with whatever lies beyond the outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from grids.drawing import mesh as meshes
from grids.drawing import noise
from grids.drawing.partition import Seeds, partition, spread
from grids.metres import DECIMALS, Plane

# Straight stretches of an outline get a corner every so often, so that inner lines have somewhere to end.
STEP_M = 100.0
METRES_PER_DEGREE = 111_320.0
# Empty land counts this much in the balance, so that it is dealt out too.
LAND = 0.12


class CannotDivide(ValueError):
    """The outline cannot be cut into that many parts."""


@dataclass(frozen=True)
class Crowd:
    """Where people live: `places` (n, 2) in degrees, EPSG:4326, and the `weights` (n), e.g. households."""

    places: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    weights: np.ndarray = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True)
class Style:
    """How lines look: `grain` faces of the mesh per part; `bend` how far lines wander, of a part's width; `calm` how much
    of the mesh's zigzag is smoothed away, of a face's width."""

    grain: int = 36
    bend: float = 0.0
    calm: float = 0.6


CELLS = Style()
BORDERS = Style(grain=2400, bend=0.25, calm=1.0)
VILLAGE_BORDERS = Style(grain=500, bend=0.3, calm=1.0)


def divide(
    outline: BaseGeometry,
    targets: Sequence[float],
    rng: np.random.Generator,
    *,
    crowd: Crowd | None = None,
    seeds: Sequence[tuple[float, float] | None] | None = None,
    style: Style = CELLS,
) -> list[BaseGeometry]:
    """Polygons (EPSG:4326) that cover the outline exactly, one per target, each with about its share of the crowd.

    `seeds` are places (degrees) that parts must lie around, None where a part may lie anywhere; without a crowd the shares
    are shares of the land. Corners on the outline are those of `noded(outline)`, so neighbours drawn apart fit together.
    Raises CannotDivide if the outline is too small for so many parts.
    """
    outline = noded(outline)
    if len(targets) == 1:
        return [outline]
    plane = Plane.around(outline)
    flat = plane.into(outline)
    net, weights = _weighted_mesh(flat, plane, len(targets), rng, crowd or Crowd(), style)
    width = float(np.sqrt(flat.area / len(targets)))
    known = plane.into_xy(np.array([seed for seed in seeds or () if seed is not None], float).reshape(-1, 2))
    bend, known = _bent(net, known, width, style, rng)
    fixed = np.array([seed is not None for seed in seeds] if seeds else [False] * len(targets))
    starts = _seeds(bend, weights, fixed, known, rng)
    try:
        part = partition(net, weights, np.asarray(targets, float), starts, bend=bend)
    except ValueError as error:
        raise CannotDivide(str(error)) from error
    return _back_on_earth(_joined(net, part, len(targets), style), outline, plane)


def _bent(
    net: meshes.Mesh, known: np.ndarray, width: float, style: Style, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The centres of the mesh and the known seeds, metres of the plane, bent for parts of that width.

    Seeds are bent with the land that they stand on, or they would find themselves on somebody else's.
    """
    bent = noise.bent(np.concatenate([net.centres, known]), width, style.bend * width, rng)
    return bent[: len(net)], bent[len(net) :]


def noded(outline: BaseGeometry, step_m: float = STEP_M) -> BaseGeometry:
    """The outline (EPSG:4326) with a corner at least every `step_m` metres.

    New corners depend on nothing but the two ends of their stretch, taken in a fixed order: two neighbours who share the
    stretch get the very same corners, whenever they are drawn.
    """
    polygons = [
        shapely.Polygon(_noded_ring(polygon.exterior, step_m), [_noded_ring(hole, step_m) for hole in polygon.interiors])
        for polygon in shapely.get_parts(outline)
    ]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _noded_ring(ring: BaseGeometry, step_m: float) -> list[tuple[float, float]]:
    corners = [tuple(corner) for corner in shapely.get_coordinates(ring).tolist()]
    found: list[tuple[float, float]] = []
    for start, end in pairwise(corners):
        found.append(start)
        low, high = min(start, end), max(start, end)
        across = (high[0] - low[0]) * np.cos(np.radians((low[1] + high[1]) / 2))
        count = int(np.ceil(np.hypot(across, high[1] - low[1]) * METRES_PER_DEGREE / step_m))
        steps = range(1, count) if start == low else range(count - 1, 0, -1)
        found += [(low[0] + (high[0] - low[0]) * step / count, low[1] + (high[1] - low[1]) * step / count) for step in steps]
    return [*found, found[0]]


def _weighted_mesh(
    flat: BaseGeometry, plane: Plane, count: int, rng: np.random.Generator, crowd: Crowd, style: Style
) -> tuple[meshes.Mesh, np.ndarray]:
    """A mesh fine enough for `count` parts, and what each face weighs in the balance (sum 1)."""
    spacing = float(np.sqrt(flat.area / (count * style.grain)))
    points = plane.into_xy(crowd.places) if len(crowd.places) else np.zeros((0, 2))
    full = float(crowd.weights.sum()) / count / 8 if len(points) else np.inf
    net = meshes.mesh(flat, meshes.sites(flat, spacing, rng, points, crowd.weights, full), spacing)
    land = net.areas / net.areas.sum()
    people = _people(net, points, crowd.weights)
    return net, LAND * land + (1 - LAND) * people / people.sum() if people.sum() > 0 else land


def _people(net: meshes.Mesh, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weight of the points in each face; a point on the edge of two counts in the first."""
    if not len(points):
        return np.zeros(len(net))
    face, point = shapely.STRtree(np.asarray(shapely.points(points))).query(net.faces, predicate="intersects")
    point, first = np.unique(point, return_index=True)
    return np.bincount(face[first], weights[point], minlength=len(net))


def _seeds(places: np.ndarray, weights: np.ndarray, fixed: np.ndarray, known: np.ndarray, rng: np.random.Generator) -> Seeds:
    """The known seeds, fixed, and for the other parts places spread over the mesh."""
    found = np.zeros((len(fixed), 2))
    found[fixed] = known
    found[~fixed] = spread(places, weights, int((~fixed).sum()), rng, known)
    return Seeds(found, fixed)


def _joined(net: meshes.Mesh, part: np.ndarray, count: int, style: Style) -> np.ndarray:
    """The faces of each part as one polygon, the zigzag of the mesh smoothed, the outline left as it is."""
    parts = np.array([shapely.coverage_union_all(net.faces[part == number]) for number in range(count)])
    face_m = float(np.sqrt(np.median(net.areas)))
    calmed = shapely.coverage_simplify(parts, style.calm * face_m, simplify_boundary=False)
    return calmed if _is_sound(calmed) else parts


def _is_sound(parts: np.ndarray) -> bool:
    return bool(shapely.is_valid(parts).all() and not shapely.is_empty(parts).any() and shapely.coverage_is_valid(parts))


def _back_on_earth(parts: np.ndarray, outline: BaseGeometry, plane: Plane) -> list[BaseGeometry]:
    placed = placed_back(parts, shapely.get_coordinates(outline), plane)
    if not _is_sound(placed):
        raise CannotDivide("The parts are too thin to be written with seven decimals.")
    return list(placed)


def placed_back(flat: np.ndarray, corners: np.ndarray, plane: Plane) -> np.ndarray:
    """Geometries in metres, in degrees; the known corners (n, 2) get their own numbers back, to the last bit."""
    known = {key.tobytes(): corner for key, corner in zip(plane.into_xy(corners), corners, strict=True)}

    def out(at: np.ndarray) -> np.ndarray:
        degrees = np.round(plane.out_xy(at), DECIMALS)
        for place, corner in enumerate(at):
            own = known.get(corner.tobytes())
            if own is not None:
                degrees[place] = own
        return degrees

    return shapely.transform(flat, out)
