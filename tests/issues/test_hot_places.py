"""Places where issues of one category keep coming back: the candidates for the topic of a month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from issues.heat import bins
from issues.hot import nights
from issues.hot.places import months_before, year_before
from issues.models import HotPlace, Issue
from issues.terms import Status
from tests.drawing import Town
from tests.issues.heat_factories import NOW, category, issue
from tests.issues.hot_factories import DAY, crowd, keeps_coming_back, wide_town

pytestmark = pytest.mark.usefixtures("fresh_cache")
MARCH = date(2026, 3, 1)


@pytest.fixture
def town(db) -> Town:
    category()
    return wide_town()


def candidates() -> list[HotPlace]:
    bins.rebuild(at=NOW)
    nights.analyse(at=NOW)
    return list(HotPlace.objects.of_month("150422", MARCH))


def test_spot_where_three_came_back_is_a_candidate_and_one_of_two_is_not(town):
    keeps_coming_back(town, "11", 3)
    keeps_coming_back(town, "44", 2)

    (found,) = candidates()

    assert (found.rank, found.category.code, found.came_back, found.issues) == (1, "road.light", 3, 4)
    assert found.paths == [town["11"].path]
    point = town.inside("11")
    assert (found.lon, found.lat) == pytest.approx((point.x, point.y))
    assert found.reach_m == 0


def test_candidates_are_ranked_by_how_many_came_back_and_kept_apart_by_category(town):
    keeps_coming_back(town, "11", 3)
    keeps_coming_back(town, "11", 5, "env.waste")

    assert [(one.rank, one.category.code, one.came_back) for one in candidates()] == [(1, "env.waste", 5), (2, "road.light", 3)]


def test_returns_on_both_sides_of_a_border_are_one_place_of_two_cells(town):
    edge = town.edge_between("11", "12")
    for cell, shift in (("11", -0.001), ("11", -0.0005), ("12", 0.0005), ("12", 0.001)):
        (again,) = keeps_coming_back(town, cell, 1)[1:]
        edge_point = edge.clone()
        edge_point.x += shift
        Issue.objects.filter(pk=again.pk).update(point=edge_point)

    (found,) = candidates()

    assert found.paths == [town["11"].path, town["12"].path]
    assert 60 < found.reach_m < 120  # 0.001° of longitude at 44° north is 80 m


def test_counts_are_those_of_the_twelve_whole_months_before_all_issues_of_the_category_there(town):
    keeps_coming_back(town, "11", 3, last_days_ago=40)
    issue(town["11"], category(), NOW - 20 * DAY, point=town.inside("11"))  # 26 February
    issue(town["11"], category("env.waste"), NOW - 50 * DAY, point=town.inside("11"))
    issue(town["11"], category(), NOW, point=town.inside("11"))  # of the month itself
    issue(town["11"], category(), NOW - 50 * DAY, status=Status.DECLINED, closed_at=NOW)

    (found,) = candidates()

    by_hand = [0] * 12
    for each in Issue.objects.filter(path=town["11"].path, category__code="road.light").exclude(status=Status.DECLINED):
        day = each.reported_at.date().replace(day=1)
        if day in months_before(MARCH):
            by_hand[months_before(MARCH).index(day)] += 1
    assert found.counts == by_hand
    assert found.issues == sum(by_hand) == 5


@pytest.mark.parametrize(
    ("month", "first", "last"),
    [(date(2026, 3, 1), date(2025, 3, 1), date(2026, 2, 1)), (date(2026, 1, 1), date(2025, 1, 1), date(2025, 12, 1))],
)
def test_months_before_a_month_are_the_twelve_whole_ones(month, first, last):
    found = months_before(month)

    assert (found[0], found[-1], len(found)) == (first, last, 12)
    assert year_before(month).until.astimezone().date() <= month


def test_what_came_back_outside_the_year_or_was_sealed_makes_no_candidate(town):
    keeps_coming_back(town, "11", 4, last_days_ago=420)
    for each in keeps_coming_back(town, "44", 4):
        each.sealed = True
        each.save()

    assert candidates() == []


def test_candidate_in_a_hot_cell_says_so_and_its_sample_names_the_latest_first(town):
    crowd(town, [3] * 13)
    made = keeps_coming_back(town, "11", 3)
    keeps_coming_back(town, "44", 3, "env.waste")

    found = candidates()

    assert {one.category.code: one.is_hot for one in found} == {"road.light": True, "env.waste": False}
    light = next(one for one in found if one.category.code == "road.light")
    dates = [Issue.objects.get(pk=pk).reported_at for pk in light.sample]
    assert dates == sorted(dates, reverse=True)
    assert {each.pk for each in made} & set(light.sample)


def test_month_that_is_over_keeps_its_candidates(town):
    keeps_coming_back(town, "11", 3)
    candidates()

    nights.analyse(at=NOW + timedelta(days=31))

    assert HotPlace.objects.of_month("150422", MARCH).count() == 1
    assert HotPlace.objects.of_month("150422", date(2026, 4, 1)).count() == 1
