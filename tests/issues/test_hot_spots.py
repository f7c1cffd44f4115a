"""Hot spots of a county: found where they are, by the formulas, and kept apart by level, group, county and audience."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from grids.levels import Level
from grids.neighbours import neighbours
from issues.heat import bins
from issues.heat.weeks import week_of
from issues.hot import nights
from issues.models import Category, HotRun, HotSpot, Issue, Trend
from tests.drawing import Town
from tests.issues.heat_by_hand import counted
from tests.issues.heat_factories import NOW, category, many
from tests.issues.hot_factories import NORTH_WEST, SOUTH_EAST, crowd, in_periods, steady, wide_town
from tests.issues.test_hot_statistics import gi_star_by_hand

pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.fixture
def town(db) -> Town:
    return wide_town()


def analysed() -> None:
    category()  # somebody's policy is in force
    bins.rebuild(at=NOW)
    nights.analyse(at=NOW)


def cells(group: str = "") -> dict[str, HotSpot]:
    found = HotSpot.objects.filter(is_public=False).of_level(Level.GRID).of_group(group)
    names = {area.path: letter for letter, area in wide_cells().items()}
    return {names[spot.path]: spot for spot in found}


def wide_cells():
    from grids.models import Area

    return {area.name: area for area in Area.objects.cells()}


# --- What is hot ------------------------------------------------------------------------------------------------------
def test_cells_around_a_crowd_are_hot_and_a_far_one_is_not(town):
    for cell in ("11", "12", "21", "22"):
        steady(town, cell, 26)
    steady(town, "55", 6)

    analysed()

    found = cells()
    assert {"11", "12", "21", "22"} <= found.keys()
    assert "55" not in found
    assert all(spot.is_hot and spot.trend == Trend.STEADY and spot.count == 26 for spot in found.values())
    assert all(spot.around > spot.average and spot.chance <= 0.05 for spot in found.values())


def test_cell_without_enough_issues_of_its_own_is_not_told_hot_though_its_neighbours_are(town):
    for cell in ("11", "12", "21"):
        steady(town, cell, 40)
    steady(town, "22", 4)

    analysed()

    assert "11" in cells()
    assert "22" not in cells()


@pytest.mark.parametrize("seed", range(3))
def test_scores_of_random_issues_are_those_of_the_formula_over_the_cells_that_touch(town, seed):
    rng = random.Random(seed)
    many(town, rng, 500, about=[category("road.light"), category("env.waste")], weeks=60)
    for cell in ("00", "01", "10"):
        in_periods(town, cell, [2] * 13, "road.light")

    analysed()

    near = neighbours(town.county.path, Level.GRID)
    since, until = week_of(NOW) - 52, week_of(NOW)
    groups, reported = {each.pk: each.code.split(".")[0] for each in Category.objects.all()}, counted()
    for group in ("", "road", "env"):
        totals: Counter[str] = Counter()
        for each in reported:
            if since <= week_of(each.reported_at) < until and group in ("", groups[each.category_id]):
                totals[each.path] += 1
        values = [float(totals[path]) for path in near.paths]
        by_hand = gi_star_by_hand(values, list(zip(near.left.tolist(), near.right.tolist(), strict=True)))
        found = {spot.path: spot for spot in HotSpot.objects.filter(is_public=False, group=group).of_level(Level.GRID)}
        assert found or group == "env"
        for path, spot in found.items():
            assert spot.count == totals[path] == sum(spot.counts)
            assert spot.score == pytest.approx(by_hand[near.paths.index(path)])


def test_neighbours_of_a_square_are_the_eight_that_touch_it(town):
    near = neighbours(town.county.path, Level.GRID)

    middle = near.paths.index(town["22"].path)
    beside = {near.paths[b] for a, b in zip(near.left, near.right, strict=True) if a == middle}
    beside |= {near.paths[a] for a, b in zip(near.left, near.right, strict=True) if b == middle}
    assert beside == {town[name].path for name in ("11", "12", "13", "21", "23", "31", "32", "33")}


def test_neighbours_are_computed_once_and_again_when_an_area_was_redrawn(town, django_assert_num_queries):
    neighbours(town.county.path, Level.GRID)

    with django_assert_num_queries(2):  # the areas' keys, what is kept
        neighbours(town.county.path, Level.GRID)

    lost = town["22"]
    lost.valid_to = NOW
    lost.save()
    near = neighbours(town.county.path, Level.GRID)
    assert lost.path not in near.paths
    assert len(near.paths) == 35


def test_area_without_a_boundary_lies_beside_the_others_of_its_village(town):
    nowhere = town["00"]
    nowhere.boundary = None
    nowhere.save()

    near = neighbours(town.county.path, Level.GRID)

    place = near.paths.index(nowhere.path)
    beside = {near.paths[b] for a, b in zip(near.left, near.right, strict=True) if a == place}
    assert {path.rpartition(".")[0] for path in beside} == {town.villages["north"].path}
    assert len(beside) == 11


# --- Trend ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("counts", "trend"),
    [(list(range(13)), Trend.GROWING), (list(range(12, -1, -1)), Trend.FADING), ([6] * 13, Trend.STEADY)],
)
def test_hot_cell_when_there_are_more_and_more_is_growing_when_fewer_fading(town, counts, trend):
    crowd(town, counts)

    analysed()

    found = cells()
    assert set(found) == set(NORTH_WEST)
    assert {(spot.is_hot, spot.trend) for spot in found.values()} == {(True, trend)}
    assert found["11"].counts == counts


def test_cell_that_is_not_hot_but_has_more_and_more_is_told_and_one_that_fades_is_not(town):
    for row in range(6):
        for column in range(6):
            steady(town, f"{row}{column}", 26)
    Issue.objects.filter(path__in=[town["22"].path, town["44"].path]).delete()
    in_periods(town, "22", [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4])
    in_periods(town, "44", [4, 4, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0])

    analysed()

    assert {name: (spot.is_hot, spot.trend) for name, spot in cells().items()} == {"22": (False, Trend.GROWING)}


# --- Kept apart -------------------------------------------------------------------------------------------------------
def test_groups_of_categories_are_analysed_apart_and_together(town):
    crowd(town, code="road.light")
    crowd(town, code="env.waste", cells=SOUTH_EAST)

    analysed()

    assert set(cells("road")) == set(NORTH_WEST)
    assert set(cells("env")) == set(SOUTH_EAST)
    assert {spot.count for spot in cells("").values()} == {26}  # two crowds among 36 cells: each stands out less


def test_counties_are_compared_each_within_itself(town):
    other = wide_town("150423", origin=(121.0, 44.0))
    crowd(town)
    crowd(other, [20] * 13, cells=SOUTH_EAST)

    analysed()

    hot_ones = {spot.path for spot in HotSpot.objects.filter(is_public=False, group="").of_level(Level.GRID)}
    assert hot_ones == {*(town[cell].path for cell in NORTH_WEST), *(other[cell].path for cell in SOUTH_EAST)}
    assert HotRun.objects.filter(number=1).count() == 2


def test_sealed_and_declined_issues_make_nothing_hot(town):
    in_periods(town, "11", [3] * 13, sealed=True)
    in_periods(town, "12", [3] * 13, status="declined", closed_at=NOW)

    analysed()

    assert not HotSpot.objects.exists()


def test_county_of_fewer_than_thirty_cells_has_no_hot_spot_but_may_have_a_growing_one(db):
    from tests.drawing import draw_cells

    small = draw_cells("A B C\nD E F")
    for letter in "BCDEF":
        steady(small, letter, 6)
    in_periods(small, "A", list(range(13)))

    analysed()

    found = list(HotSpot.objects.filter(is_public=False, group="").of_level(Level.GRID))
    assert [(spot.path, spot.is_hot, spot.trend) for spot in found] == [(small["A"].path, False, Trend.GROWING)]


# --- What everybody is told -------------------------------------------------------------------------------------------
def test_public_spots_are_villages_with_five_public_issues_and_no_cell(town):
    in_periods(town, "11", list(range(13)))
    in_periods(town, "44", list(range(13)), non_public=True)

    analysed()

    public = HotSpot.objects.told()
    assert {spot.level for spot in public} == {Level.VILLAGE}
    assert {spot.path for spot in public} == {town.villages["north"].path}
    assert all(spot.count >= 5 for spot in public)
