"""A fine irregular mesh over an outline: faces that share every corner, and the graph of which touches which.

Lengths and coordinates are metres in a plane (`grids.metres.Plane`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

# How far, of their spacing, the sites are shaken off their lattice: 0 is a chessboard, 0.5 a heap.
SHAKE = 0.38
# A face stays this part of its spacing away from the outline; the strip between is triangulated.
CLEARANCE = 0.25
MAX_SPLITS = 5


@dataclass(frozen=True)
class Mesh:
    """`faces` polygons (n) that cover the outline exactly; `centres` (n, 2); `areas` (n) in m².

    `pairs` (m, 2) are the indices of faces that share an edge, `shared` (m) the length of what they share.
    """

    faces: np.ndarray
    centres: np.ndarray
    areas: np.ndarray
    pairs: np.ndarray
    shared: np.ndarray

    def __len__(self) -> int:
        return len(self.faces)


def mesh(outline: BaseGeometry, sites: np.ndarray, spacing_m: float) -> Mesh:
    """The mesh of an outline around the sites (n, 2); every corner on the outline is one of the outline's own."""
    inner = _inner_faces(outline, sites, spacing_m)
    strip = outline.difference(shapely.coverage_union_all(inner)) if len(inner) else outline
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(shapely.get_parts(strip)))
    faces = np.concatenate([inner, shapely.get_parts(triangles)])
    faces = faces[shapely.area(faces) > 0]
    pairs, shared = _touching(faces)
    return Mesh(faces, shapely.get_coordinates(shapely.centroid(faces)), shapely.area(faces), pairs, shared)


def sites(
    outline: BaseGeometry, spacing_m: float, rng: np.random.Generator, points: np.ndarray, weights: np.ndarray, full: float
) -> np.ndarray:
    """Shaken lattice points (n, 2) within the outline, denser where the points are.

    A square of the lattice is split in four while it holds more weight than `full`, at most five times.
    """
    west, south, east, north = outline.bounds
    columns, rows = (max(1, int(np.ceil(length / spacing_m))) for length in (east - west, north - south))
    corners = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2) * spacing_m + (west, south)
    # Every second row is moved by half a step: less of a chessboard.
    corners[:, 0] += np.where((corners[:, 1] - south) / spacing_m % 2 > 0.5, spacing_m / 2, 0)
    found, side = [], spacing_m
    for _split in range(MAX_SPLITS + 1):
        crowded = _held(corners, side, points, weights) > full if _split < MAX_SPLITS else np.zeros(len(corners), bool)
        calm = corners[~crowded]
        found.append(calm + side / 2 + rng.uniform(-SHAKE, SHAKE, calm.shape) * side)
        side /= 2
        corners = (corners[crowded][:, None, :] + np.array([(0, 0), (1, 0), (0, 1), (1, 1)]) * side).reshape(-1, 2)
    shaken = np.concatenate(found)
    shapely.prepare(outline)
    return shaken[shapely.contains_xy(outline, shaken[:, 0], shaken[:, 1])]


def _held(corners: np.ndarray, side: float, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The weight of the points in each square, given by its lower left corner."""
    if not len(points) or not len(corners):
        return np.zeros(len(corners))
    squares = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + side, corners[:, 1] + side)
    square, point = shapely.STRtree(np.asarray(shapely.points(points))).query(squares)
    return np.bincount(square, weights[point], minlength=len(corners))


def _inner_faces(outline: BaseGeometry, sites: np.ndarray, spacing_m: float) -> np.ndarray:
    """The Voronoi faces of the sites that keep clear of the outline."""
    if len(sites) < 3:
        return np.array([], dtype=object)
    faces = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(sites), extend_to=outline))
    shapely.prepare(outline)
    faces = faces[shapely.contains_properly(outline, faces)]
    border = shapely.boundary(outline)
    clear = CLEARANCE * np.minimum(np.sqrt(shapely.area(faces)), spacing_m)
    shapely.prepare(border)
    near = shapely.dwithin(border, faces, clear)  # type: ignore[call-overload]  # only the first is looked up prepared
    return np.asarray(faces[~near])


def _touching(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of faces that share an edge, and how long it is."""
    corners, face = shapely.get_coordinates(faces, return_index=True)
    _unique, number = np.unique(corners, axis=0, return_inverse=True)
    number = number.reshape(-1)
    along = np.flatnonzero(face[:-1] == face[1:])
    # A face with a hole has two rings; the jump from one to the other is no edge, but no other face has that edge either.
    edges = np.sort(np.column_stack([number[along], number[along + 1]]), axis=1)
    key = edges[:, 0].astype(np.int64) * (len(corners) + 1) + edges[:, 1]
    order = np.argsort(key, kind="stable")
    twin = np.flatnonzero(key[order][:-1] == key[order][1:])
    one, other = order[twin], order[twin + 1]
    lengths = np.hypot(*(corners[along[one]] - corners[along[one] + 1]).T)
    pairs = np.sort(np.column_stack([face[along[one]], face[along[other]]]), axis=1)
    together, place = np.unique(pairs, axis=0, return_inverse=True)
    return together, np.bincount(place.reshape(-1), lengths, minlength=len(together))
