"""The statistics of hot spots, by the libraries of the field, on arrays alone: knows no database and no place.

The libraries are loaded when they are first used: only the worker that analyses at night needs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int32]
EARTH_M = 6_371_008.8
LEAST_PERIODS = 8  # with fewer, a trend cannot be told from chance


def graph_of(n: int, left: Positions, right: Positions) -> Any:
    """A `libpysal.graph.Graph` of n areas: each is a neighbour of itself and of those it is paired with, all alike (Gi*)."""
    from libpysal.graph import Graph

    each = np.arange(n)
    focal = np.concatenate([each, left, right])
    neighbor = np.concatenate([each, right, left])
    order = np.lexsort((neighbor, focal))
    return Graph.from_arrays(focal[order], neighbor[order], np.ones(len(focal)))


def gi_star(counts: npt.ArrayLike, graph: Any) -> Numbers:
    """Getis-Ord Gi* of each area as a standard score: how far it and its neighbours together lie above the average.

    All zeros where all areas are alike.
    """
    from esda.getisord import G_Local

    values = np.asarray(counts, dtype=np.float64)
    if len(values) < 2 or np.ptp(values) == 0:
        return np.zeros(len(values))
    scores = np.asarray(G_Local(values, graph, transform="B", permutations=0, star=True).Zs, dtype=np.float64)
    return np.nan_to_num(scores, posinf=0.0, neginf=0.0)  # an area that all others touch has no spread of its own


def chances(scores: Numbers) -> Numbers:
    """How likely chance alone gives at least that standard score."""
    from scipy.stats import norm

    found: Numbers = norm.sf(scores)
    return found


def adjusted(p: npt.ArrayLike) -> Numbers:
    """The same for many at once (Benjamini-Hochberg): what is at most q holds at most a share q of false findings."""
    from scipy.stats import false_discovery_control

    values = np.asarray(p, dtype=np.float64)
    found: Numbers = false_discovery_control(values) if len(values) else values
    return found


@dataclass(frozen=True)
class Drift:
    """Whether a series rises or falls: Kendall's tau (-1…1), and how likely chance alone gives such a one."""

    tau: float
    p: float


def drift(series: Sequence[int]) -> Drift:
    """The Mann-Kendall test of a series, ties taken into account; of one that is short or level nothing is told."""
    from scipy.stats import kendalltau

    if len(series) < LEAST_PERIODS or min(series) == max(series):
        return Drift(0.0, 1.0)
    found = kendalltau(range(len(series)), series, method="asymptotic")
    return Drift(float(found.statistic), float(found.pvalue))


def clusters(lonlat: npt.ArrayLike, *, within_m: float, fewest: int) -> npt.NDArray[np.int64]:
    """DBSCAN on the globe: of each point (degrees, longitude first) the number of its cluster, -1 if it is in none."""
    from sklearn.cluster import DBSCAN

    points = np.radians(np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)[:, ::-1])
    if len(points) < fewest:
        return np.full(len(points), -1, dtype=np.int64)
    found: npt.NDArray[np.int64] = DBSCAN(
        eps=within_m / EARTH_M, min_samples=fewest, metric="haversine", algorithm="ball_tree"
    ).fit_predict(points)
    return found
