"""What is told of the heat, and to whom: few to the public, the rest to those whose area it is, in few bytes."""

from __future__ import annotations

import gzip
import random
from datetime import timedelta
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.levels import Level
from issues.heat import bins, public, queries
from issues.heat.codec import FORMAT, Shape, encode
from issues.heat.queries import ALL, Audience, Choice
from issues.heat.view import view_of
from issues.heat.weeks import week_of
from tests.drawing import draw_cells
from tests.issues.heat_by_hand import counted, decoded, tile_of
from tests.issues.heat_factories import NOW, category, issue, many

pytestmark = pytest.mark.usefixtures("fresh_cache")


# --- The public -------------------------------------------------------------------------------------------------------
@given(st.dictionaries(st.integers(1, 9), st.integers(1, 12), max_size=9))
def test_categories_when_told_leave_nothing_that_subtraction_could_single_out(totals):
    told = public.tellable(totals)

    untold = sum(count for each, count in totals.items() if each not in told)
    if ALL in told:
        assert sum(totals.values()) >= 5
        assert all(totals[each] >= 5 for each in told - {ALL})
        assert untold == 0 or untold >= 5
    else:
        assert not told
        assert sum(totals.values()) < 5


def test_village_when_it_has_four_public_issues_is_not_told_and_with_five_is(town):
    lamps = category()
    for letter in "ABCDEFGH":
        issue(town[letter], lamps, NOW - timedelta(days=3), non_public=letter == "D")
    bins.rebuild(at=NOW)

    told = public.villages(bins.version())

    assert [village.name for village in told] == []

    issue(town["I"], lamps, NOW - timedelta(days=200))
    bins.rebuild(at=NOW)

    told = public.villages(bins.version())
    assert [(village.name, sum(village.told[ALL].values())) for village in told] == [("south", 5)]


def test_public_tile_when_read_shows_a_village_at_its_label_point_only(town):
    for letter in "EEFGHII":
        issue(town[letter], category(), NOW, point=town.inside(letter))
    bins.rebuild(at=NOW)
    told = public.villages(bins.version())
    label = town.villages["south"].label_point
    assert label is not None
    z = 9
    x, y = tile_of(label.x, label.y, z)
    shape = queries.shape(public.side_of(z), bucket_weeks=4, first_week=week_of(NOW), weeks=1)

    rows = public.tile_rows(told, queries.EVERYTHING, shape, z, x, y)

    assert [count for _index, _bucket, count in rows] == [7]


@pytest.fixture
def two_counties(town):
    """Another county, half a degree to the east; five and more public issues in a village of each."""
    east = draw_cells("A B", county="150423", origin=(119.8, 44.2))
    for letter in "EEFGHII":
        issue(town[letter], category(), NOW, point=town.inside(letter))
    for letter in "AAABBB":
        issue(east[letter], category(), NOW - timedelta(days=40), point=east.inside(letter))
    bins.rebuild(at=NOW)
    return town, east


def test_public_tiles_of_several_counties_hold_what_reading_them_all_would_give(two_counties):
    told = public.villages(bins.version())
    assert [village.path.split(".")[0] for village in told] == ["150422", "150423"]

    for z in range(queries.LOWEST_ZOOM, public.FINEST_SHOWN + 1):
        shape = queries.shape(public.side_of(z), bucket_weeks=4, first_week=week_of(NOW) - 8, weeks=9)
        for village in told:
            assert village.lon is not None
            assert village.lat is not None
            x, y = tile_of(village.lon, village.lat, z)
            for tile in ((x, y), (x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
                near = public.villages_around(shape, z, *tile, bins.version())
                expected = public.tile_rows(told, queries.EVERYTHING, shape, z, *tile)
                assert public.tile_rows(near, queries.EVERYTHING, shape, z, *tile) == expected


def test_public_tile_of_one_county_reads_nothing_of_another(two_counties, monkeypatch):
    read = Mock(wraps=public.villages_of)
    monkeypatch.setattr(public, "villages_of", read)
    label = two_counties[1].villages["village"].label_point
    shape = queries.shape(public.side_of(11), bucket_weeks=4, first_week=week_of(NOW) - 8, weeks=9)

    near = public.villages_around(shape, 11, *tile_of(label.x, label.y, 11), bins.version())

    assert [village.name for village in near] == ["village"]
    read.assert_called_once_with("150423", bins.version())


# --- The wire ---------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.tuples(st.integers(0, 1295), st.integers(700, 760)), st.integers(1, 40000), max_size=60))
def test_payload_when_read_back_is_what_was_written(counts):
    rows = [(index, bucket, count) for (index, bucket), count in sorted(counts.items())]

    header, found = decoded(encode(Shape(32, 2, 4, 700, 61), rows))

    assert header == [FORMAT, 32, 2, 4, 700, 61, len({index for index, _bucket, _count in rows})]
    assert found == rows


def test_payload_when_rows_are_out_of_order_is_refused():
    with pytest.raises(ValueError, match="ordered"):
        encode(Shape(32, 2, 1, 10, 5), [(5, 11, 1), (3, 11, 1)])


# --- For whom ---------------------------------------------------------------------------------------------------------
def rows_of(view, level=Level.GRID):
    return decoded(gzip.decompress(view.areas(queries.EVERYTHING, level)))[1]


def test_view_when_the_audience_is_one_village_holds_its_issues_only(town):
    issue(town["A"], category(), NOW, point=town.inside("A"))
    issue(town["E"], category(), NOW, point=town.inside("E"), non_public=True)
    bins.rebuild(at=NOW)

    north = view_of(Audience((town.villages["north"].path,)), NOW)
    south = view_of(Audience((town.villages["south"].path,)), NOW)
    everybody = view_of(Audience(), NOW)

    assert [row[0] for row in rows_of(north)] == [town["A"].ordinal]
    assert [row[0] for row in rows_of(south)] == [town["E"].ordinal]
    assert rows_of(everybody, Level.VILLAGE) == []
    assert len({north.key, south.key, everybody.key}) == 3


def test_view_when_an_issue_is_dated_in_the_future_leaves_it_for_its_week(town):
    issue(town["A"], category(), NOW - timedelta(days=10))
    issue(town["A"], category(), NOW + timedelta(days=30))
    bins.rebuild(at=NOW)

    view = view_of(Audience((town.county.path,)), NOW)

    assert (view.span().weeks, sum(view.totals(queries.EVERYTHING)), len(rows_of(view))) == (3, 1, 1)


def test_totals_when_summed_over_the_categories_are_those_of_everything(town):
    many(town, random.Random(9), 200, about=[category("road.light"), category("env.waste")])
    bins.rebuild(at=NOW)
    view = view_of(Audience((town.county.path,)), NOW)

    choices = [Choice(code, (category(code).pk,)) for code in ("road.light", "env.waste")]
    parts = [view.totals(choice) for choice in choices]

    assert [a + b for a, b in zip(*parts, strict=True)] == view.totals(queries.EVERYTHING)
    assert sum(view.totals(queries.EVERYTHING)) == len(counted())


def test_wide_tiles_when_issues_are_very_many_count_four_weeks_at_a_time(town, monkeypatch):
    issue(town["A"], category(), NOW, point=town.inside("A"))
    bins.rebuild(at=NOW)
    view = view_of(Audience((town.county.path,)), NOW)
    assert [view.bucket_weeks(z) for z in (7, 9, 10)] == [1, 1, 1]

    monkeypatch.setattr("issues.heat.view.LARGE", 0)

    assert [view.bucket_weeks(z) for z in (7, 9, 10)] == [4, 4, 1]


def test_tile_query_when_the_whole_county_is_seen_uses_the_coarse_bins(town, django_assert_num_queries):
    many(town, random.Random(2), 50, about=[category()])
    bins.rebuild(at=NOW)
    view = view_of(Audience((town.county.path,)), NOW)
    view.span()

    with django_assert_num_queries(1) as captured:
        view.tile(queries.EVERYTHING, 7, *tile_of(119.03, 43.985, 7))

    assert "bin.zoom = 12" in captured[0]["sql"]
