"""Invented settlements for territories whose real ones are not public: hamlets in the country, streets in a town."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from grids.drawing.divide import Crowd
from grids.metres import Plane

# A point stands for so many households: enough to tell where people live, few enough to draw 2,924 cells in seconds.
HOUSEHOLDS_PER_POINT = 4
# Where more households live on a square kilometre than this, they live everywhere.
TOWN_DENSITY = 300.0
HAMLET_HOUSEHOLDS = 90.0
HAMLET_SPREAD_M = 230.0


def settlements(outline: BaseGeometry, households: int, rng: np.random.Generator) -> Crowd:
    """Where the households of a village (EPSG:4326) live: clusters of a hamlet's size, or all over a town's quarter."""
    count = max(1, round(households / HOUSEHOLDS_PER_POINT))
    plane = Plane.around(outline)
    flat = plane.into(outline)
    if households / (flat.area / 1e6) > TOWN_DENSITY:
        places = _anywhere(flat, count, rng)
    else:
        places = _in_hamlets(flat, count, max(2, round(households / HAMLET_HOUSEHOLDS)), rng)
    return Crowd(plane.out_xy(places), np.full(len(places), households / len(places)))


def _in_hamlets(flat: BaseGeometry, count: int, hamlets: int, rng: np.random.Generator) -> np.ndarray:
    """`count` places (metres) around the middles of hamlets of unequal size, none of them beyond the outline."""
    core = shapely.buffer(flat, -1.5 * HAMLET_SPREAD_M)
    middles = _anywhere(flat if core.is_empty else core, hamlets, rng)
    sizes = rng.lognormal(0, 0.5, hamlets)
    hamlet = rng.choice(hamlets, count, p=sizes / sizes.sum())
    places = middles[hamlet] + rng.normal(0, HAMLET_SPREAD_M, (count, 2)) * rng.uniform(0.5, 1.3, (hamlets, 1))[hamlet]
    shapely.prepare(flat)
    beyond = ~shapely.contains_xy(flat, places[:, 0], places[:, 1])
    places[beyond] = middles[hamlet[beyond]]
    return places


def _anywhere(flat: BaseGeometry, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` places (metres) within the outline, any as likely as another."""
    west, south, east, north = flat.bounds
    shapely.prepare(flat)
    found = np.zeros((0, 2))
    while len(found) < count:
        tried = rng.uniform((west, south), (east, north), (count * 3, 2))
        found = np.concatenate([found, tried[shapely.contains_xy(flat, tried[:, 0], tried[:, 1])]])
    return found[:count]
