"""The statistics of hot spots against the formulas of the textbooks, written here once more the slow way."""

from __future__ import annotations

import random
from itertools import combinations
from math import asin, cos, erfc, hypot, radians, sin, sqrt

import numpy as np
import pytest

from issues.hot.statistics import EARTH_M, adjusted, chances, clusters, drift, gi_star, graph_of

Pairs = list[tuple[int, int]]


def graph(n: int, pairs: Pairs) -> object:
    ordered = np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)
    return graph_of(n, ordered[:, 0], ordered[:, 1])


def gi_star_by_hand(values: list[float], pairs: Pairs) -> list[float]:
    """Ord and Getis 1995: the sum over i and its neighbours, less what is expected, by its standard deviation."""
    n, mean = len(values), sum(values) / len(values)
    spread = sqrt(sum(value * value for value in values) / n - mean * mean)
    near = {i: {i} | {b for a, b in pairs if a == i} | {a for a, b in pairs if b == i} for i in range(n)}
    found = []
    for i in range(n):
        weight = len(near[i])
        found.append((sum(values[j] for j in near[i]) - mean * weight) / (spread * sqrt((n * weight - weight**2) / (n - 1))))
    return found


# --- Gi* --------------------------------------------------------------------------------------------------------------
def test_gi_star_of_the_published_example_is_the_published_one():
    """Six points, neighbours within 15: the example in PySAL's own documentation."""
    points = [(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)]
    pairs = [(a, b) for a, b in combinations(range(6), 2) if hypot(points[a][0] - points[b][0], points[a][1] - points[b][1]) <= 15]

    found = gi_star([2, 3, 3.2, 5, 8, 7], graph(6, pairs))

    published = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    assert found == pytest.approx(published, abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_gi_star_of_random_counts_is_that_of_the_formula(seed):
    rng = random.Random(seed)
    n = rng.randrange(5, 60)
    pairs = [pair for pair in combinations(range(n), 2) if rng.random() < 0.1]
    values = [float(rng.choice([0, 0, 0, 1, 2, 5, 30])) for _ in range(n - 1)] + [7.0]

    found = gi_star(values, graph(n, pairs))

    assert found == pytest.approx(gi_star_by_hand(values, pairs), abs=1e-9)


def test_gi_star_when_all_areas_are_alike_or_there_is_one_says_nothing():
    assert gi_star([3, 3, 3], graph(3, [(0, 1)])).tolist() == [0, 0, 0]
    assert gi_star([3], graph(1, [])).tolist() == [0]


def test_chance_of_a_score_is_the_upper_tail_of_the_normal_distribution():
    scores = [-3.0, -1.0, 0.0, 1.0, 1.96, 4.0]

    assert chances(np.array(scores)) == pytest.approx([erfc(score / sqrt(2)) / 2 for score in scores])


# --- Many at once -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(4))
def test_adjusted_chances_are_those_of_benjamini_and_hochberg(seed):
    rng = random.Random(seed)
    p = [rng.random() ** 3 for _ in range(40)]

    ordered = sorted(p)
    by_hand = [min(min(ordered[j] * len(p) / (j + 1) for j in range(ordered.index(each), len(p))), 1) for each in p]
    assert adjusted(p) == pytest.approx(by_hand)
    assert len(adjusted([])) == 0


# --- Trend ------------------------------------------------------------------------------------------------------------
def mann_kendall_by_hand(series: list[int]) -> tuple[int, float]:
    """(S, two-sided p) with the variance corrected for ties, without a correction for continuity."""
    n = len(series)
    s = sum((b > a) - (b < a) for a, b in combinations(series, 2))
    ties = [series.count(value) for value in set(series)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    return s, erfc(abs(s) / sqrt(variance) / sqrt(2))


@pytest.mark.parametrize("seed", range(10))
def test_trend_of_a_random_series_is_that_of_the_formula(seed):
    rng = random.Random(seed)
    series = [rng.randrange(0, 4 + turn // 3) for turn in range(13)]

    found = drift(series)

    s, p = mann_kendall_by_hand(series)
    assert (found.tau > 0, found.tau < 0) == (s > 0, s < 0)
    assert found.p == pytest.approx(p)


@pytest.mark.parametrize(("series", "sign"), [(range(13), 1), (range(13, 0, -1), -1)])
def test_trend_of_a_series_that_only_rises_or_only_falls_is_certain(series, sign):
    found = drift(list(series))

    assert found.tau == pytest.approx(sign)
    assert found.p < 0.001


@pytest.mark.parametrize("series", [[5] * 13, [1, 2, 3, 4, 5, 6, 7]])
def test_trend_of_a_level_or_short_series_is_not_told(series):
    assert (drift(series).tau, drift(series).p) == (0.0, 1.0)


# --- Clusters ---------------------------------------------------------------------------------------------------------
def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    (lon1, lat1), (lon2, lat2) = (tuple(map(radians, point)) for point in (one, other))
    return 2 * EARTH_M * asin(sqrt(sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2))


@pytest.mark.parametrize("seed", range(6))
def test_clusters_are_the_points_that_can_be_reached_from_a_dense_one(seed):
    rng = random.Random(seed)
    points = [(119 + rng.random() / 40, 44 + rng.random() / 40) for _ in range(60)]

    labels = clusters(points, within_m=300, fewest=3)

    near = {i: [j for j in range(60) if metres(points[i], points[j]) <= 300] for i in range(60)}
    dense = {i for i in near if len(near[i]) >= 3}
    assert dense
    assert {i for i in range(60) if labels[i] == -1} == {i for i in near if not dense & set(near[i])}
    for i in dense:  # dense points near each other are in one cluster; a cluster is connected through dense points
        assert all(labels[j] == labels[i] for j in near[i] if j in dense)
        reached, todo = {i}, [i]
        while todo:
            fresh = {j for j in near[todo.pop()] if j in dense} - reached
            reached |= fresh
            todo += fresh
        assert reached == {j for j in dense if labels[j] == labels[i]}


def test_clusters_of_fewer_points_than_make_one_are_none():
    assert clusters([(119, 44), (119, 44)], within_m=300, fewest=3).tolist() == [-1, -1]
    assert clusters([], within_m=300, fewest=3).tolist() == []
