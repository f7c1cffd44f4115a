"""Hot spots on the heat page: for whom, in which words, in how many statements, and what the map asks for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from grids.levels import Level
from issues.heat import bins
from issues.hot import nights
from issues.models import HotSpot, Issue
from issues.recurring import links
from issues.recurring.links import Hint
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town
from tests.issues.heat_factories import NOW, category, issue
from tests.issues.hot_factories import DAY, NORTH_WEST, SOUTH_EAST, crowd, in_periods, keeps_coming_back, office_of, wide_town
from tests.representatives.factories import person, post


@pytest.fixture(autouse=True)
def noon(monkeypatch) -> Iterator[None]:
    """It is NOW, and nothing is cached."""
    for module in ("mapui.views.heat", "issues.heat.api"):
        monkeypatch.setattr(f"{module}.now", lambda: NOW)
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def town(db) -> Town:
    category()
    return wide_town()


@pytest.fixture
def office(town) -> Person:
    return office_of(town)


def analysed() -> None:
    bins.rebuild(at=NOW)
    nights.analyse(at=NOW)


def as_(who: Person | None) -> Client:
    client = Client()
    if who:
        client.force_login(who)
    return client


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def names(client: Client, query: str = "") -> list[str]:
    return [row.area for row in client.get(f"/heat/?mode=hot{query}").context["leaf"]]


# --- The list ---------------------------------------------------------------------------------------------------------
def test_list_says_in_plain_words_what_is_hot_and_keeps_the_statistics_for_who_asks(town, office):
    crowd(town, list(range(13)))
    analysed()

    text = as_(office).get("/heat/?mode=hot").content.decode()

    assert "Hot, and growing" in text
    assert text.index("Significantly more issues here and next to it") < text.index("Getis-Ord Gi*")
    assert text.index("<details") < text.index("Getis-Ord Gi*")
    assert 'data-kind="hot_growing"' in text


def test_list_before_any_analysis_says_so_and_after_one_that_found_nothing_too(town, office):
    assert "have not been analysed yet" in as_(office).get("/heat/?mode=hot").content.decode()
    issue(town["11"], category(), NOW - DAY)
    analysed()

    assert "No place stands out." in as_(office).get("/heat/?mode=hot").content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("&category=road", {*NORTH_WEST}),
        ("&category=road.light", {*NORTH_WEST}),
        ("&category=env", {*SOUTH_EAST}),
        ("&category=env&page=99", {*SOUTH_EAST}),
    ],
)
def test_list_when_filtered_is_that_of_the_group(town, office, query, found):
    crowd(town)
    crowd(town, code="env.waste", cells=SOUTH_EAST)
    analysed()

    assert set(names(as_(office), query)) == found


def test_list_of_a_category_that_there_is_not_is_that_of_all(town, office):
    crowd(town)
    crowd(town, code="env.waste", cells=SOUTH_EAST)
    analysed()

    assert names(as_(office), "&category=no.such") == names(as_(office)) != []


def test_list_holds_the_areas_of_the_person_alone(town):
    crowd(town)
    crowd(town, code="env.waste", cells=SOUTH_EAST)
    analysed()
    south = post(Role.VILLAGE_SECRETARY, town.villages["south"], person(), since=NOW - DAY)

    assert set(names(as_(south), "&category=env")) == set(SOUTH_EAST)
    assert names(as_(south), "&category=road") == []


def test_list_when_asked_by_htmx_comes_alone(town, office):
    answer = as_(office).get("/heat/?mode=hot", headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith("<section")
    assert 'data-mode="hot"' in answer.content.decode()


def test_page_costs_the_same_however_many_spots_there_are(town, office, django_assert_max_num_queries):
    crowd(town)
    crowd(town, cells=SOUTH_EAST)
    analysed()
    client = as_(office)
    client.get("/heat/?mode=hot")

    # the person · the version · map, towns and categories · how many spots, the page of them · their areas · the analysis
    with django_assert_max_num_queries(8):
        client.get("/heat/?mode=hot")


def test_visitor_is_told_of_villages_with_five_public_issues_and_of_no_cell(town):
    crowd(town, list(range(13)))
    in_periods(town, "55", list(range(13)), non_public=True)
    analysed()
    client = Client()

    text = client.get("/heat/?mode=hot").content.decode()

    assert set(names(client)) == {"north", "middle"}  # the crowd lies in both; the south's issues are not public
    assert town["11"].path in {spot.path for spot in HotSpot.objects.all()}  # known to the program
    assert "/topics/" not in text
    assert "by what is public" in text


def test_sheet_of_hot_spots_has_the_figures(town, office):
    crowd(town)
    analysed()

    answer = as_(office).get("/heat/places.csv?mode=hot")

    head, row, *_others = rows_of(answer)
    assert head[:4] == ["Hot spot", "Lies in", "What it is", "Issues"]
    assert row[2:4] == ["Hot", "26"]
    assert row[0] in NORTH_WEST


# --- What the map asks for --------------------------------------------------------------------------------------------
def test_map_is_told_by_ordinal_what_each_area_is(town, office):
    crowd(town, list(range(13)))
    analysed()

    told = as_(office).get("/map/heat/hot.json?category=road").json()

    assert sorted(told["levels"]["cell"]) == sorted([town[cell].ordinal, "hot_growing"] for cell in NORTH_WEST)
    assert set(told["levels"]) == {"cell", "village"}


def test_map_of_a_visitor_has_villages_alone(town):
    crowd(town, list(range(13)))
    analysed()

    told = Client().get("/map/heat/hot.json").json()

    assert set(told["levels"]) == {"village"}
    assert told["levels"]["village"] == [[town.villages[name].ordinal, "growing"] for name in ("north", "middle")]


def test_map_is_told_of_wider_areas_how_much_within_them_is_hot(town, office):
    crowd(town)
    analysed()

    category("env.waste")

    shares = as_(office).get("/map/heat/hot.json").json()["shares"]

    township, county = town.township, town.county
    assert shares["township"] == [[township.ordinal, township.name, 4, 36]]
    assert shares["county"] == [[county.ordinal, county.name, 4, 36]]
    assert as_(office).get("/map/heat/hot.json?category=env").json()["shares"] == {"township": [], "county": []}


def test_what_is_growing_alone_is_no_share_of_what_is_hot(town, office):
    crowd(town)
    analysed()
    HotSpot.objects.update(is_hot=False, trend="growing")

    assert as_(office).get("/map/heat/hot.json").json()["shares"]["township"] == []


def test_who_sees_a_part_of_an_area_is_told_no_share_of_it(town):
    crowd(town)
    analysed()
    north = post(Role.VILLAGE_SECRETARY, town.villages["north"], person(), since=NOW - DAY)

    told = as_(north).get("/map/heat/hot.json").json()

    assert told["levels"]["cell"]
    assert told["shares"] == {"township": [], "county": []}


def test_shares_that_visitors_are_told_count_villages_by_what_is_public(town):
    crowd(town)
    analysed()
    known = HotSpot.objects.filter(is_hot=True, group="road").first()
    assert known is not None
    assert not known.is_public
    known.pk, known.is_public, known.level, known.path = None, True, Level.VILLAGE, town.villages["north"].path
    known.save()

    shares = Client().get("/map/heat/hot.json?category=road").json()["shares"]

    assert shares["township"] == [[town.township.ordinal, town.township.name, 1, 3]]


def test_map_when_asked_again_is_a_304_until_the_next_analysis(town, office):
    crowd(town)
    analysed()
    client = as_(office)
    first = client.get("/map/heat/hot.json")

    again = client.get("/map/heat/hot.json", headers={"If-None-Match": first["ETag"]})
    crowd(town, cells=SOUTH_EAST)
    analysed()
    later = client.get("/map/heat/hot.json", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, later.status_code) == (304, 200)
    assert client.get("/map/heat/hot.json?category=no.such").status_code == 404
    assert client.post("/map/heat/hot.json").status_code == 405


# --- Suggested to be raised -------------------------------------------------------------------------------------------
def test_open_issue_in_a_hot_spot_where_its_kind_keeps_coming_back_is_suggested_in_one_statement(
    town, office, django_assert_num_queries
):
    crowd(town, list(range(13)))
    keeps_coming_back(town, "11", 4)
    here = issue(town["11"], category(), NOW - DAY)
    other_kind = issue(town["11"], category("env.waste"), NOW - DAY)
    elsewhere = issue(town["44"], category(), NOW - DAY)
    analysed()
    issues = list(Issue.objects.filter(pk__in=[here.pk, other_kind.pk, elsewhere.pk]).select_related("category"))
    links.hints_for(issues)

    with django_assert_num_queries(1):
        hints = links.hints_for(issues)

    assert hints == {here.pk: [Hint.GROWING_SPOT, Hint.RECURRING]}
    assert links.reasons_to_raise([here.pk]) == {}  # it is no cause by itself: a person gives one
    here.refresh_from_db()
    assert (here.level, here.red_drafted_at, here.raise_drafted_at) == (10, None, None)


def test_issue_in_a_hot_spot_that_fades_is_not_suggested(town):
    crowd(town, list(range(12, -1, -1)))
    here = issue(town["11"], category(), NOW - DAY)
    analysed()

    assert HotSpot.objects.filter(path=town["11"].path, trend="fading", is_hot=True).exists()
    assert links.hints_for([here]) == {}
