"""The heat: figures equal to counting by hand, incremented and rebuilt alike, and told to whom they may be told."""

from __future__ import annotations

import gzip
import math
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from grids.levels import Level
from issues import heat, heat_public, heat_queries
from issues.heat_codec import FORMAT, Shape, encode
from issues.heat_queries import ALL, Audience, Choice, hottest_share, percentile
from issues.heat_view import view_of
from issues.models import Event, HeatArea, HeatBin, HeatState, Issue
from issues.terms import Actor, Status, Verb
from issues.weeks import monday, starts_at, week_of
from tests.drawing import Town, draw_cells
from tests.issues.heat_factories import NOW, category, issue, many

UNCOUNTED = {"declined", "withdrawn", "merged"}


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def town(db) -> Town:
    return draw_cells(
        """
        A A B C C D
        A A B E F D
        G G H E F I
        """,
        villages={"north": "ABCD", "south": "EFGHI"},
    )


def counted() -> list[Issue]:
    return [each for each in Issue.objects.select_related("area") if each.status not in UNCOUNTED and not each.sealed]


def bin_of(each: Issue, zoom: int) -> tuple[int, int]:
    assert each.point is not None
    edge = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(each.point.y))) / math.pi) / 2 * edge
    return math.floor((each.point.x + 180) / 360 * edge), math.floor(y)


def bins_by_hand() -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    for each in counted():
        if each.point is None:
            continue
        for zoom in heat.BIN_ZOOMS:
            path = each.path if zoom == max(heat.BIN_ZOOMS) else each.path.split(".")[0]
            for kind in (ALL, each.category_id):
                found[zoom, kind, *bin_of(each, zoom), week_of(each.reported_at), path] += 1
    return found


def stored_bins() -> dict[tuple[object, ...], int]:
    rows = HeatBin.objects.values_list("zoom", "category", "x", "y", "week", "path", "count")
    return {tuple(row[:-1]): row[-1] for row in rows}


def areas_by_hand() -> Counter[tuple[object, ...]]:
    return Counter((each.path, each.category_id, week_of(each.reported_at)) for each in counted())


def stored_areas() -> dict[tuple[object, ...], int]:
    return {(row.path, row.category, row.week): row.count for row in HeatArea.objects.all()}


# --- Weeks ------------------------------------------------------------------------------------------------------------
@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_week_when_asked_for_its_start_holds_the_moment(at):
    week = week_of(at)

    assert starts_at(week) <= at < starts_at(week + 1)
    assert monday(week).weekday() == 0


def test_sunday_evening_in_utc_when_it_is_monday_in_the_county_counts_to_the_new_week(settings):
    assert week_of(datetime(2026, 3, 15, 15, 59, tzinfo=UTC)) + 1 == week_of(datetime(2026, 3, 15, 16, 0, tzinfo=UTC))


# --- Building ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(3))
def test_rebuilt_heat_when_compared_with_counting_by_hand_is_equal_to_the_row(town, seed):
    many(town, random.Random(seed), 400, about=[category("road.light"), category("env.waste"), category("land.grass")])

    heat.rebuild(at=NOW)

    assert stored_bins() == bins_by_hand()
    assert stored_areas() == areas_by_hand()
    assert sum(row.public_count for row in HeatArea.objects.all()) == sum(not each.non_public for each in counted())


def test_rebuilding_when_nothing_changed_writes_nothing_and_keeps_the_version(town):
    many(town, random.Random(1), 100, about=[category()])
    heat.rebuild(at=NOW)
    version = heat.version()

    changed = heat.rebuild(at=NOW + timedelta(hours=1))

    assert (changed, heat.version()) == (0, version)


def test_rebuilding_when_all_issues_of_a_week_are_gone_removes_its_figures(town):
    lone = issue(town["A"], category(), NOW - timedelta(days=400), point=town.inside("A"))
    issue(town["B"], category(), NOW, point=town.inside("B"))
    heat.rebuild(at=NOW)
    Issue.objects.filter(pk=lone.pk).update(sealed=True)

    heat.rebuild(at=NOW)

    assert stored_bins() == bins_by_hand()
    assert {week for *_key, week in stored_areas()} == {week_of(NOW)}


def tell(each: Issue, verb: Verb) -> None:
    """An event in the ledger, as far as the heat looks at it."""
    number = each.events.count() + 1
    Event.objects.create(
        issue=each, number=number, verb=verb, at=NOW, actor=Actor.SYSTEM, to_status=each.status, to_level=each.level, hash="0" * 64
    )


def test_increment_when_issues_appear_change_category_or_are_merged_equals_a_rebuild(town):
    rng = random.Random(5)
    lamps, waste = category("road.light"), category("env.waste")
    for each in many(town, rng, 150, about=[lamps, waste]):
        tell(each, Verb.SUBMIT)
    heat.refresh(at=NOW)
    assert stored_bins() == bins_by_hand()

    for each in rng.sample(list(Issue.objects.filter(closed_at=None)), 20):
        each.category = waste if each.category == lamps else lamps
        each.save()
        tell(each, Verb.ACCEPT)
    for each in rng.sample(list(Issue.objects.filter(closed_at=None)), 10):
        each.status, each.closed_at = Status.MERGED, NOW
        each.save()
        tell(each, Verb.MERGE)
    for each in many(town, rng, 30, about=[lamps], weeks=2):
        tell(each, Verb.SUBMIT)
    changed = heat.refresh(at=NOW + timedelta(hours=1))

    assert changed > 0
    assert stored_bins() == bins_by_hand()
    assert stored_areas() == areas_by_hand()


def test_increment_when_an_event_only_closes_an_issue_changes_nothing(town):
    each = issue(town["A"], category(), NOW, point=town.inside("A"))
    tell(each, Verb.SUBMIT)
    heat.refresh(at=NOW)
    version = heat.version()
    Issue.objects.filter(pk=each.pk).update(status=Status.CLOSED, closed_at=NOW)
    tell(each, Verb.CLOSE)

    assert heat.refresh(at=NOW) == 0
    assert heat.version() == version


def test_events_when_older_transactions_were_still_under_way_are_read_once_more(town, monkeypatch):
    tell(issue(town["A"], category(), NOW, point=town.inside("A")), Verb.SUBMIT)
    monkeypatch.setattr(heat, "_snapshot", lambda: (100, 120))  # transactions 100…119 may still add events
    heat.refresh(at=NOW)
    assert HeatState.objects.get().settled_event == 0

    monkeypatch.setattr(heat, "_snapshot", lambda: (119, 130))
    heat.refresh(at=NOW)
    assert HeatState.objects.get().settled_event == 0

    monkeypatch.setattr(heat, "_snapshot", lambda: (130, 140))
    heat.refresh(at=NOW)
    assert HeatState.objects.get().settled_event == Event.objects.latest("id").pk


def test_event_when_it_commits_late_with_a_low_number_is_not_missed(town, monkeypatch):
    late = issue(town["A"], category(), NOW - timedelta(days=90), point=town.inside("A"))
    early = issue(town["B"], category(), NOW, point=town.inside("B"))
    tell(late, Verb.SUBMIT)
    tell(early, Verb.SUBMIT)
    low, high = Event.objects.order_by("id").values_list("id", flat=True)
    monkeypatch.setattr(heat, "_snapshot", lambda: (100, 120))
    weeks_seen = heat._stirred_weeks
    monkeypatch.setattr(heat, "_stirred_weeks", lambda after: [week_of(NOW)])  # the low one is not visible yet
    heat.refresh(at=NOW)
    assert len(stored_areas()) == 1

    monkeypatch.setattr(heat, "_stirred_weeks", weeks_seen)
    heat.refresh(at=NOW)

    assert low < high
    assert stored_bins() == bins_by_hand()


def test_command_when_run_rebuilds_and_links_what_came_back(town, capsys):
    lamps = category()
    issue(town["A"], lamps, NOW - timedelta(days=60), status=Status.CLOSED, closed_at=NOW - timedelta(days=50))
    again = issue(town["A"], lamps, NOW - timedelta(days=20))

    call_command("rebuild_heat")

    again.refresh_from_db()
    assert again.recurrence_of is not None
    assert stored_areas() == areas_by_hand()


# --- What is read -----------------------------------------------------------------------------------------------------
def tile_of(x: float, y: float, z: int) -> tuple[int, int]:
    edge = 2**z
    return math.floor((x + 180) / 360 * edge), math.floor((1 - math.asinh(math.tan(math.radians(y))) / math.pi) / 2 * edge)


@pytest.mark.parametrize("z", [5, 8, 9, 11, 13, 16])
@pytest.mark.parametrize("narrow", [False, True])
def test_tile_when_read_holds_every_issue_in_it_and_its_margin(town, z, narrow):
    lamps, waste = category("road.light"), category("env.waste")
    many(town, random.Random(z), 300, about=[lamps, waste])
    heat.rebuild(at=NOW)
    path = town.villages["south"].path if narrow else town.county.path
    x, y = tile_of(119.03, 43.985, z)
    side = heat_queries.side_of(z)
    shape = heat_queries.shape(side, bucket_weeks=4, first_week=week_of(NOW) - 70, weeks=71)

    rows = heat_queries.tile_rows(Audience((path,)), Choice("env.waste", (waste.pk,)), shape, z, x, y)

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
    heat.rebuild(at=NOW)

    rows = heat_queries.area_rows(Audience((town.county.path,)), heat_queries.EVERYTHING, Level.GRID, 1)

    ordinal = town["F"].ordinal or 0
    assert rows == [(ordinal, week_of(NOW - timedelta(days=40)), 1), (ordinal, week_of(NOW), 2)]


def test_wider_areas_when_read_hold_what_lies_in_them_and_only_if_they_are_seen_whole(town):
    lamps = category()
    for letter in "AAE":
        issue(town[letter], lamps, NOW)
    issue(town.villages["south"], lamps, NOW)
    heat.rebuild(at=NOW)
    north, south = town.villages["north"], town.villages["south"]

    def counts(paths, level):
        return {ordinal: n for ordinal, _bucket, n in heat_queries.area_rows(Audience(paths), heat_queries.EVERYTHING, level, 1)}

    assert counts((town.county.path,), Level.VILLAGE) == {north.ordinal: 2, south.ordinal: 2}
    assert counts((town.county.path,), Level.TOWNSHIP) == {town.township.ordinal: 4}
    assert counts((town["A"].path, south.path), Level.VILLAGE) == {south.ordinal: 2}


def test_group_when_chosen_stands_for_all_its_categories(db):
    light, bridge = category("road.light"), category("road.bridge")
    category("env.waste")

    assert heat_queries.choice_of("road") == Choice("road", tuple(sorted([light.group_id or 0, light.pk, bridge.pk])))
    assert heat_queries.choice_of("nothing.such") is None


def test_scale_when_read_is_what_all_but_the_hottest_bins_do_not_exceed(town):
    lamps = category()
    many(town, random.Random(3), 500, about=[lamps], weeks=20)
    heat.rebuild(at=NOW)
    last = week_of(NOW)

    knots = heat_queries.scale(Audience((town.county.path,)), heat_queries.EVERYTHING, 11, bucket_weeks=1, last_week=last, weeks=20)

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
    heat.rebuild(at=NOW)

    def knots(sample):
        county = Audience((town.county.path,))
        window = {"bucket_weeks": 1, "last_week": week_of(NOW), "weeks": 20, "sample": sample}
        return heat_queries.scale(county, heat_queries.EVERYTHING, 11, **window)

    everything, a_third, a_tenth = knots(1), knots(3), knots(10)

    assert [knot.length for knot in a_third] == [knot.length for knot in everything]
    for exact, *guesses in zip(everything, a_third, a_tenth, strict=True):
        assert all(0 < guess.issues <= exact.issues * 1.01 + 1 for guess in guesses)
        assert guesses[0].issues >= exact.issues / 2


def test_scales_when_told_are_the_same_where_the_bins_are_the_same(town, django_assert_num_queries):
    many(town, random.Random(4), 100, about=[category()], weeks=20)
    heat.rebuild(at=NOW)
    view = view_of(Audience((town.county.path,)), NOW)
    view.span()

    with django_assert_num_queries(8):  # zooms 4 to 11
        scales = view.scales(heat_queries.EVERYTHING)

    assert list(scales) == list(range(4, 17))
    assert scales[16] == scales[11]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=300), st.sampled_from([0.01, 0.025, 0.05]))
def test_percentile_when_taken_is_the_smallest_value_that_all_but_a_share_do_not_exceed(values, share):
    found = percentile(values, share)

    assert sum(value <= found for value in values) >= (1 - share) * len(values)
    assert found == min(values) or sum(value < found for value in values) < (1 - share) * len(values)


@pytest.mark.parametrize(("bins", "share"), [(0, 0.01), (10, 0.05), (240, 0.025), (5000, 0.01)])
def test_share_of_the_hottest_is_a_handful_within_bounds(bins, share):
    assert hottest_share(bins) == share


# --- The public -------------------------------------------------------------------------------------------------------
@given(st.dictionaries(st.integers(1, 9), st.integers(1, 12), max_size=9))
def test_categories_when_told_leave_nothing_that_subtraction_could_single_out(totals):
    told = heat_public.tellable(totals)

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
    heat.rebuild(at=NOW)

    told = heat_public.villages(heat.version())

    assert [village.name for village in told] == []

    issue(town["I"], lamps, NOW - timedelta(days=200))
    heat.rebuild(at=NOW)

    told = heat_public.villages(heat.version())
    assert [(village.name, sum(village.told[ALL].values())) for village in told] == [("south", 5)]


def test_public_tile_when_read_shows_a_village_at_its_label_point_only(town):
    for letter in "EEFGHII":
        issue(town[letter], category(), NOW, point=town.inside(letter))
    heat.rebuild(at=NOW)
    told = heat_public.villages(heat.version())
    label = town.villages["south"].label_point
    assert label is not None
    z = 9
    x, y = tile_of(label.x, label.y, z)
    shape = heat_queries.shape(heat_public.side_of(z), bucket_weeks=4, first_week=week_of(NOW), weeks=1)

    rows = heat_public.tile_rows(told, heat_queries.EVERYTHING, shape, z, x, y)

    assert [count for _index, _bucket, count in rows] == [7]


# --- The wire ---------------------------------------------------------------------------------------------------------
def decoded(payload: bytes) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Header and rows, read back the plain way."""
    numbers, value, shift = [], 0, 0
    for byte in payload:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
    header, rest = numbers[:7], iter(numbers[7:])
    rows, index = [], 0
    for _ in range(header[6]):
        index += next(rest)
        n, bucket = next(rest), header[4]
        buckets = [bucket := bucket + next(rest) for _ in range(n)]
        rows += [(index, when, next(rest)) for when in buckets]
    assert next(rest, None) is None
    return header, rows


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
    return decoded(gzip.decompress(view.areas(heat_queries.EVERYTHING, level)))[1]


def test_view_when_the_audience_is_one_village_holds_its_issues_only(town):
    issue(town["A"], category(), NOW, point=town.inside("A"))
    issue(town["E"], category(), NOW, point=town.inside("E"), non_public=True)
    heat.rebuild(at=NOW)

    north = view_of(Audience((town.villages["north"].path,)), NOW)
    south = view_of(Audience((town.villages["south"].path,)), NOW)
    public = view_of(Audience(), NOW)

    assert [row[0] for row in rows_of(north)] == [town["A"].ordinal]
    assert [row[0] for row in rows_of(south)] == [town["E"].ordinal]
    assert rows_of(public, Level.VILLAGE) == []
    assert len({north.key, south.key, public.key}) == 3


def test_view_when_an_issue_is_dated_in_the_future_leaves_it_for_its_week(town):
    issue(town["A"], category(), NOW - timedelta(days=10))
    issue(town["A"], category(), NOW + timedelta(days=30))
    heat.rebuild(at=NOW)

    view = view_of(Audience((town.county.path,)), NOW)

    assert (view.span().weeks, sum(view.totals(heat_queries.EVERYTHING)), len(rows_of(view))) == (3, 1, 1)


def test_totals_when_summed_over_the_categories_are_those_of_everything(town):
    many(town, random.Random(9), 200, about=[category("road.light"), category("env.waste")])
    heat.rebuild(at=NOW)
    view = view_of(Audience((town.county.path,)), NOW)

    choices = [Choice(code, (category(code).pk,)) for code in ("road.light", "env.waste")]
    parts = [view.totals(choice) for choice in choices]

    assert [a + b for a, b in zip(*parts, strict=True)] == view.totals(heat_queries.EVERYTHING)
    assert sum(view.totals(heat_queries.EVERYTHING)) == len(counted())


def test_wide_tiles_when_issues_are_very_many_count_four_weeks_at_a_time(town, monkeypatch):
    issue(town["A"], category(), NOW, point=town.inside("A"))
    heat.rebuild(at=NOW)
    view = view_of(Audience((town.county.path,)), NOW)
    assert [view.bucket_weeks(z) for z in (7, 9, 10)] == [1, 1, 1]

    monkeypatch.setattr("issues.heat_view.LARGE", 0)

    assert [view.bucket_weeks(z) for z in (7, 9, 10)] == [4, 4, 1]


def test_tile_query_when_the_whole_county_is_seen_uses_the_coarse_bins(town, django_assert_num_queries):
    many(town, random.Random(2), 50, about=[category()])
    heat.rebuild(at=NOW)
    view = view_of(Audience((town.county.path,)), NOW)
    view.span()

    with django_assert_num_queries(1) as captured:
        view.tile(heat_queries.EVERYTHING, 7, *tile_of(119.03, 43.985, 7))

    assert "bin.zoom = 12" in captured[0]["sql"]


def test_zooms_when_listed_go_from_fine_to_coarse():
    assert all(fine > coarse for fine, coarse in pairwise(heat.BIN_ZOOMS))
    assert connection.vendor == "postgresql"
