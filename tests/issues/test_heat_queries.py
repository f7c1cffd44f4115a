"""What is read of the heat: tiles, areas, groups, and the scale of what is hot."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.levels import Level
from issues.heat import bins, queries
from issues.heat.queries import Audience, Choice, hottest_share, percentile
from issues.heat.view import view_of
from issues.heat.weeks import week_of
from tests.issues.heat_by_hand import bin_of, counted, tile_of
from tests.issues.heat_factories import NOW, category, issue, many

pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.mark.parametrize("z", [5, 8, 9, 11, 13, 16])
@pytest.mark.parametrize("narrow", [False, True])
def test_tile_when_read_holds_every_issue_in_it_and_its_margin(town, z, narrow):
    lamps, waste = category("road.light"), category("env.waste")
    many(town, random.Random(z), 300, about=[lamps, waste])
    bins.rebuild(at=NOW)
    path = town.villages["south"].path if narrow else town.county.path
    x, y = tile_of(119.03, 43.985, z)
    side = queries.side_of(z)
    shape = queries.shape(side, bucket_weeks=4, first_week=week_of(NOW) - 70, weeks=71)

    rows = queries.tile_rows(Audience((path,)), Choice("env.waste", (waste.pk,)), shape, z, x, y)

    expected: Counter[tuple[int, int]] = Counter()
    for each in counted():
        if each.point is None or each.category != waste or not f"{each.path}.".startswith(f"{path}."):
            continue
        column, row = bin_of(each, z + int(math.log2(side)))
        column, row = column - x * side + 2, row - y * side + 2
        if 0 <= column < shape.width and 0 <= row < shape.width:
            expected[row * shape.width + column, week_of(each.reported_at) // 4] += 1
    assert expected
    assert {(index, bucket): n for index, bucket, n in rows} == expected
    assert rows == sorted(rows)


def test_cells_when_read_are_counted_by_ordinal(town):
    lamps = category()
    for day in (1, 2, 40):
        issue(town["F"], lamps, NOW - timedelta(days=day))
    issue(town.village, lamps, NOW)  # in no cell
    bins.rebuild(at=NOW)

    rows = queries.area_rows(Audience((town.county.path,)), queries.EVERYTHING, Level.GRID, 1)

    ordinal = town["F"].ordinal or 0
    assert rows == [(ordinal, week_of(NOW - timedelta(days=40)), 1), (ordinal, week_of(NOW), 2)]


def test_wider_areas_when_read_hold_what_lies_in_them_and_only_if_they_are_seen_whole(town):
    lamps = category()
    for letter in "AAE":
        issue(town[letter], lamps, NOW)
    issue(town.villages["south"], lamps, NOW)
    bins.rebuild(at=NOW)
    north, south = town.villages["north"], town.villages["south"]

    def counts(paths, level):
        return {ordinal: n for ordinal, _bucket, n in queries.area_rows(Audience(paths), queries.EVERYTHING, level, 1)}

    assert counts((town.county.path,), Level.VILLAGE) == {north.ordinal: 2, south.ordinal: 2}
    assert counts((town.county.path,), Level.TOWNSHIP) == {town.township.ordinal: 4}
    assert counts((town["A"].path, south.path), Level.VILLAGE) == {south.ordinal: 2}


def test_group_when_chosen_stands_for_all_its_categories(db):
    light, bridge = category("road.light"), category("road.bridge")
    category("env.waste")

    assert queries.choice_of("road") == Choice("road", tuple(sorted([light.group_id or 0, light.pk, bridge.pk])))
    assert queries.choice_of("nothing.such") is None


def test_scale_when_read_is_what_all_but_the_hottest_bins_do_not_exceed(town):
    lamps = category()
    many(town, random.Random(3), 500, about=[lamps], weeks=20)
    bins.rebuild(at=NOW)
    last = week_of(NOW)

    knots = queries.scale(Audience((town.county.path,)), queries.EVERYTHING, 11, bucket_weeks=1, last_week=last, weeks=20)

    assert [knot.length for knot in knots] == [1, 4, 13, 20]
    for knot in knots:
        issues: Counter[tuple[int, int, int]] = Counter()
        weeks: dict[object, set[int]] = {}
        for each in counted():
            if each.point is not None:
                week = week_of(each.reported_at)
                window = (*bin_of(each, 16), (last - week) // knot.length)
                if 0 <= last - week < 20 // knot.length * knot.length:  # a rest that is shorter does not count
                    issues[window] += 1
                    weeks.setdefault(window, set()).add(week)
        share = hottest_share(len(issues) / len({window for *_bin, window in issues}))
        assert knot.issues == percentile(issues.values(), share)
        assert knot.weeks == percentile((len(found) for found in weeks.values()), share)


def test_scale_when_estimated_from_a_share_of_the_bins_is_near_that_of_all(town):
    many(town, random.Random(4), 600, about=[category()], weeks=20)
    bins.rebuild(at=NOW)

    def knots(sample):
        county = Audience((town.county.path,))
        window = {"bucket_weeks": 1, "last_week": week_of(NOW), "weeks": 20, "sample": sample}
        return queries.scale(county, queries.EVERYTHING, 11, **window)

    everything, a_third, a_tenth = knots(1), knots(3), knots(10)

    assert [knot.length for knot in a_third] == [knot.length for knot in everything]
    for exact, *guesses in zip(everything, a_third, a_tenth, strict=True):
        assert all(0 < guess.issues <= exact.issues * 1.01 + 1 for guess in guesses)
        assert guesses[0].issues >= exact.issues / 2


def test_scales_when_told_are_the_same_where_the_bins_are_the_same(town, django_assert_num_queries):
    many(town, random.Random(4), 100, about=[category()], weeks=20)
    bins.rebuild(at=NOW)
    view = view_of(Audience((town.county.path,)), NOW)
    view.span()

    with django_assert_num_queries(8):  # zooms 4 to 11
        scales = view.scales(queries.EVERYTHING)

    assert list(scales) == list(range(4, 17))
    assert scales[16] == scales[11]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=300), st.sampled_from([0.01, 0.025, 0.05]))
def test_percentile_when_taken_is_the_smallest_value_that_all_but_a_share_do_not_exceed(values, share):
    found = percentile(values, share)

    assert sum(value <= found for value in values) >= (1 - share) * len(values)
    assert found == min(values) or sum(value < found for value in values) < (1 - share) * len(values)


@pytest.mark.parametrize(("places", "share"), [(0, 0.01), (10, 0.05), (240, 0.025), (5000, 0.01)])
def test_share_of_the_hottest_is_a_handful_within_bounds(places, share):
    assert hottest_share(places) == share
