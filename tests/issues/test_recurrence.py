"""What comes back, where it keeps coming back, and what is suggested to be raised."""

from __future__ import annotations

import random
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt

import pytest
from django.contrib.gis.geos import Point

from grids.levels import Level
from issues.heat import bins
from issues.heat.queries import EVERYTHING, Audience, Choice
from issues.heat.weeks import week_of
from issues.models import Category, HeatArea, Issue
from issues.recurring import links
from issues.recurring.places import Period, Places, public_places
from issues.terms import Cause, Light, Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town, draw_cells
from tests.issues import factories
from tests.issues.heat_factories import NOW, category, closed, issue, many, unsaved
from tests.representatives.factories import person, post

DAY = timedelta(days=1)


@pytest.fixture
def town(db) -> Town:
    return draw_cells(
        """
        A B C
        D E F
        """,
        villages={"north": "ABC", "south": "DEF"},
    )


def metres(one: Point, other: Point) -> float:
    """Along a sphere: within 0.6 % of the ellipsoid, so no test asks closer than that."""
    lat1, lat2 = radians(one.y), radians(other.y)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.x - one.x) / 2) ** 2
    return 2 * 6_371_000 * asin(sqrt(half))


def east_of(point: Point, distance_m: float) -> Point:
    return Point(point.x + distance_m / (111_320 * cos(radians(point.y))), point.y, srid=4326)


# --- Linking ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days_later", "comes_back"),
    [(timedelta(0), True), (90 * DAY, True), (90 * DAY + timedelta(seconds=1), False), (-timedelta(seconds=1), False)],
)
def test_issue_in_the_same_cell_comes_back_until_90_days_after_the_closure(town, days_later, comes_back):
    earlier = closed(town["A"], category(), NOW - 200 * DAY, 5 * DAY)
    again = unsaved(town["A"], category(), NOW - 195 * DAY + days_later)

    links.link_recurrence(again, factories.terms())

    assert again.recurrence_of_id == (earlier.pk if comes_back else None)


@pytest.mark.parametrize(("distance_m", "comes_back"), [(0, True), (98, True), (102, False)])
def test_issue_in_another_cell_comes_back_within_100_metres(town, distance_m, comes_back):
    edge = town.edge_between("A", "B")
    earlier = closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY, point=edge)
    again = unsaved(town["B"], category(), NOW, point=east_of(edge, distance_m))

    links.link_recurrence(again, factories.terms())

    assert again.recurrence_of_id == (earlier.pk if comes_back else None)


def test_issue_of_another_category_or_in_a_village_without_a_cell_does_not_come_back(town):
    closed(town["A"], category("env.waste"), NOW - 20 * DAY, 5 * DAY)
    closed(town.village, category(), NOW - 20 * DAY, 5 * DAY)
    other_category, whole_village = unsaved(town["A"], category(), NOW), unsaved(town.village, category(), NOW)

    links.link_recurrence(other_category, factories.terms())
    links.link_recurrence(whole_village, factories.terms())

    assert (other_category.recurrence_of_id, whole_village.recurrence_of_id) == (None, None)


@pytest.mark.parametrize("status", [Status.DECLINED, Status.WITHDRAWN, Status.MERGED])
def test_issue_when_the_earlier_one_was_never_solved_does_not_come_back(town, status):
    closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY, status=status)
    again = unsaved(town["A"], category(), NOW)

    links.link_recurrence(again, factories.terms())

    assert again.recurrence_of_id is None


def test_issue_when_several_were_closed_comes_back_from_the_latest_in_one_query(town, django_assert_num_queries):
    closed(town["A"], category(), NOW - 60 * DAY, 5 * DAY)
    latest = closed(town["A"], category(), NOW - 70 * DAY, 40 * DAY, status=Status.CLOSED_EXPLAINED)
    again = unsaved(town["A"], category(), NOW, point=town.inside("A"))

    with django_assert_num_queries(1):
        links.link_recurrence(again, factories.terms())

    assert again.recurrence_of_id == latest.pk


@pytest.mark.parametrize("seed", range(3))
def test_history_when_linked_at_once_is_linked_as_one_by_one_and_by_hand(town, seed):
    many(town, random.Random(seed), 250, about=[category("road.light"), category("env.waste")], weeks=40)
    everything = list(Issue.objects.select_related("area"))

    def by_hand(again: Issue) -> int | None:
        found = [
            each
            for each in everything
            if each.pk != again.pk
            and each.category_id == again.category_id
            and each.status in (Status.CLOSED, Status.CLOSED_EXPLAINED)
            and each.closed_at is not None
            and each.closed_at <= again.reported_at <= each.closed_at + 90 * DAY
            and (
                (each.path == again.path and again.area.level == Level.GRID)
                or (each.point and again.point and metres(each.point, again.point) <= 100)
            )
        ]
        return max(found, key=lambda each: (each.closed_at, each.pk)).pk if found else None

    linked = links.link_missing()

    expected = {each.pk: None if each.status in bins.UNCOUNTED else by_hand(each) for each in everything}
    assert dict(Issue.objects.values_list("pk", "recurrence_of")) == expected
    assert linked == sum(found is not None for found in expected.values()) > 0
    for each in everything[:60]:
        if each.status not in bins.UNCOUNTED:
            links.link_recurrence(each, factories.terms())
            assert each.recurrence_of_id == expected[each.pk]


# --- Suggestions ------------------------------------------------------------------------------------------------------
def cluster(town: Town, offsets_m: tuple[float, ...], *, cells: str = "ABA", days: tuple[int, ...] = (0, 1, 2)) -> list[Issue]:
    edge = town.edge_between("A", "B")
    rows = zip(offsets_m, cells, days, strict=True)
    return [issue(town[cell], category(), NOW - day * DAY, point=east_of(edge, offset)) for offset, cell, day in rows]


def test_three_open_issues_within_500_metres_and_30_days_in_two_cells_are_suggested(town):
    found = cluster(town, (-200, 0, 200))

    assert links.reasons_to_raise([each.pk for each in found]) == {each.pk: Cause.CLUSTER for each in found}


def test_only_the_one_in_the_middle_is_suggested_when_the_outer_ones_are_too_far_apart(town):
    left, middle, right = cluster(town, (-400, 0, 400))

    assert links.reasons_to_raise([left.pk, middle.pk, right.pk]) == {middle.pk: Cause.CLUSTER}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"cells": "AAA"},
        {"days": (0, 31, 62)},
    ],
)
def test_issues_in_one_cell_or_too_far_apart_in_time_are_not_suggested(town, spoiled):
    found = cluster(town, (-200, 0, 200), **spoiled)

    assert links.reasons_to_raise([each.pk for each in found]) == {}


def test_closed_issue_or_other_category_does_not_count_towards_a_cluster(town):
    first, second, third = cluster(town, (-200, 0, 200))
    Issue.objects.filter(pk=third.pk).update(status=Status.CLOSED, closed_at=NOW)

    assert links.reasons_to_raise([first.pk, second.pk, third.pk]) == {}


def test_issue_when_reopened_twice_is_suggested_for_that(town):
    once = issue(town["A"], category(), NOW, reopened=1)
    twice = issue(town["A"], category(), NOW, reopened=2)

    assert links.reasons_to_raise([once.pk, twice.pk]) == {twice.pk: Cause.REOPEN}


def test_nothing_when_asked_for_nothing_costs_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert links.reasons_to_raise([]) == {}


# --- The list ---------------------------------------------------------------------------------------------------------
THIS_WEEK = week_of(NOW)
YEAR = Period(THIS_WEEK - 51, THIS_WEEK + 1)


def secretary(town: Town, village: str) -> Person:
    return post(Role.VILLAGE_SECRETARY, town.villages[village], person(), since=NOW - 400 * DAY)


def listed(who: Person, town: Town, *, choice: Choice = EVERYTHING, period: Period = YEAR, sort: str = "recurrences", paths=None):
    return list(Places(who, Audience(paths or (town.county.path,)), choice, period, sort=sort, at=NOW)[:50])


def come_back(town: Town, letter: str, times: int, about: Category | None = None) -> list[Issue]:
    """`times` issues in that cell, each closed five days later and coming back ten days after that; the last is open."""
    about = about or category()
    found: list[Issue] = []
    for turn in range(times):
        reported = NOW - (15 * (times - 1 - turn) + 1) * DAY
        last = turn == times - 1
        made = issue(town[letter], about, reported) if last else closed(town[letter], about, reported, 5 * DAY)
        made.recurrence_of = found[-1] if found else None
        made.save()
        found.append(made)
    return found


def test_place_when_listed_says_how_often_how_lately_and_what_is_open(town):
    made = come_back(town, "A", 4)
    issue(town["B"], category(), NOW)  # only once: not recurring

    (place,) = listed(secretary(town, "north"), town)

    assert (place.path, place.area, place.category) == (town["A"].path, "A", category())
    assert (place.issues, place.weeks, place.recurrences) == (4, len({week_of(each.reported_at) for each in made}), 3)
    assert (place.last_at, place.still_open, place.light) == (made[-1].reported_at, 1, Light.GREEN)
    assert [each.pk for each in place.links] == [each.pk for each in reversed(made)]


def test_links_when_the_person_may_not_open_the_issues_are_left_out_but_the_counts_stay(town):
    come_back(town, "A", 3)

    (place,) = listed(secretary(town, "south"), town)

    assert (place.issues, place.links) == (3, [])


def test_list_when_counted_leaves_out_sealed_declined_and_merged(town):
    *_closed, last = come_back(town, "A", 3)
    issue(town["A"], category(), NOW, sealed=True, recurrence_of=last)
    closed(town["A"], category(), NOW - DAY, DAY, status=Status.MERGED, recurrence_of=last)

    (place,) = listed(secretary(town, "north"), town)

    assert (place.issues, place.recurrences) == (3, 2)


def test_list_when_narrowed_holds_the_area_category_and_period_only(town):
    lamps, waste = category(), category("env.waste")
    come_back(town, "A", 3, lamps)
    come_back(town, "E", 4, waste)
    who = secretary(town, "north")

    assert [place.area for place in listed(who, town)] == ["E", "A"]
    assert [place.area for place in listed(who, town, paths=(town.villages["north"].path,))] == ["A"]
    assert [place.area for place in listed(who, town, choice=Choice("env.waste", (waste.pk,)))] == ["E"]
    assert listed(who, town, period=Period(THIS_WEEK - 51, THIS_WEEK - 20)) == []


@pytest.mark.parametrize(("sort", "first"), [("recurrences", "A"), ("issues", "B"), ("open", "C"), ("last", "C")])
def test_list_when_sorted_begins_with_the_worst(town, sort, first):
    come_back(town, "A", 4)
    a, *_ = come_back(town, "B", 2)
    for day in range(10):
        closed(town["B"], category(), a.reported_at - day * DAY, 300 * DAY)
    issue(town["C"], category(), NOW, recurrence_of=a, level=Level.COUNTY)
    issue(town["C"], category(), NOW)

    assert listed(secretary(town, "north"), town, sort=sort)[0].area == first


def test_list_when_a_place_has_a_reason_to_raise_says_so(town):
    *_closed, last = come_back(town, "A", 3)
    Issue.objects.filter(pk=last.pk).update(reopened=2)

    (place,) = listed(secretary(town, "north"), town)

    assert place.hints == [links.Hint.REOPEN]


def test_page_of_the_list_when_read_costs_the_same_however_long_it_is(town, django_assert_num_queries):
    who = secretary(town, "north")
    for letter in "ABCDEF":
        come_back(town, letter, 3)
    listed(who, town)  # what the person is posted to is read once

    with django_assert_num_queries(3):
        assert len(listed(who, town)) == 6


def test_public_list_when_read_has_villages_that_may_be_told_only(town):
    lamps = category()
    for week in (1, 9, 17, 25, 33):
        issue(town["A"], lamps, NOW - week * 7 * DAY)
        issue(town["D"], lamps, NOW - week * 7 * DAY, non_public=True)
    bins.rebuild(at=NOW)

    (row,) = public_places(bins.version(), EVERYTHING, YEAR, sort="issues")

    assert (row.area, row.category, row.issues, row.periods) == ("north", lamps, 5, 5)


# --- Through the services ---------------------------------------------------------------------------------------------
def test_issue_when_put_in_another_place_or_category_is_linked_to_what_it_comes_back_from_there(db):
    made = factories.county()
    at = factories.china("2024-09-23 09:00")
    elsewhere = factories.reported(made, at - 9 * DAY, factories.CELLS[2], point=None)
    otherwise = factories.reported(made, at - 9 * DAY, factories.CELLS[0], "env.waste", point=None)
    for ended in (elsewhere, otherwise):
        Issue.objects.filter(pk=ended.pk).update(status=Status.CLOSED, closed_at=at - 2 * DAY)
    moved = factories.reported(made, at, factories.CELLS[0], point=None)
    corrected = factories.reported(made, at, factories.CELLS[0], point=None)
    assert (moved.recurrence_of, corrected.recurrence_of) == (None, None)

    factories.do(moved, Verb.PLACE, made["gm1"], at, area=made.areas[factories.CELLS[2]].code)
    factories.do(corrected, Verb.ACCEPT, made["gm1"], at, category="env.waste")

    assert (moved.recurrence_of, corrected.recurrence_of) == (elsewhere, otherwise)


def test_heat_when_an_issue_is_put_in_another_place_follows_it(db):
    made = factories.county()
    at = factories.china("2024-09-23 09:00")
    moved = factories.reported(made, at, factories.CELLS[0])
    bins.refresh(at=at)

    factories.do(moved, Verb.PLACE, made["gm1"], at, area=made.areas[factories.CELLS[2]].code)
    bins.refresh(at=at)

    assert [row.path for row in HeatArea.objects.all()] == [factories.CELLS[2]]
