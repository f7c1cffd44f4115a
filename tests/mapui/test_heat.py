"""The heat page and what its map asks for: for whom, narrowed how, and in how many statements."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from grids.models import Territory
from issues.heat import bins
from issues.heat.weeks import monday, week_of
from issues.models import Issue
from issues.terms import Status
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town, draw_cells
from tests.issues.heat_by_hand import decoded, tile_of
from tests.issues.heat_factories import NOW, category, closed, issue
from tests.representatives.factories import person, post

DAY = timedelta(days=1)


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
    return draw_cells(
        """
        A B C
        D E F
        """,
        villages={"north": "ABC", "south": "DEF"},
        townships={"east": ["north"], "west": ["south"]},
    )


@pytest.fixture
def office(town) -> Person:
    return post(Role.SUPERVISION_OFFICE, town.county, person(), since=NOW - 400 * DAY)


def come_back(town: Town, letter: str, times: int, code: str = "road.light", last: datetime = NOW - 10 * DAY) -> list[Issue]:
    found: list[Issue] = []
    for turn in range(times):
        reported = last - (10 * (times - turn - 1)) * DAY
        found.append(closed(town[letter], category(code), reported, 2 * DAY, point=town.inside(letter), title=f"{letter}{turn}"))
        found[-1].recurrence_of = found[-2] if turn else None
        found[-1].save()
    bins.rebuild(at=NOW)
    return found


def as_(who: Person | None) -> Client:
    client = Client()
    if who:
        client.force_login(who)
    return client


# --- The page ---------------------------------------------------------------------------------------------------------
def test_page_when_nothing_was_ever_computed_says_so_to_staff_and_visitors(town, office):
    for who in (office, None):
        page = as_(who).get("/heat/")

        assert page.status_code == 200
        assert "The figures of the heat are being prepared." in page.content.decode()
        assert "No place where issues keep coming back." in page.content.decode()


def test_page_when_inner_boundaries_are_schematic_says_so(town, office):
    Territory.objects.create(area=town.county, map_note={"en": "Inner boundaries are schematic."})

    for who in (office, None):
        assert "Inner boundaries are schematic." in as_(who).get("/heat/").content.decode()


def test_page_when_there_is_no_territory_still_opens(db):
    assert Client().get("/heat/").status_code == 200


def test_list_when_the_office_looks_names_places_and_links_what_it_may_open(town, office):
    made = come_back(town, "A", 4)
    Issue.objects.filter(pk=made[0].pk).update(level=40)  # the office opens yellow and red issues only

    page = as_(office).get("/heat/").content.decode()

    assert 'data-place="1"' in page
    assert f"/issues/{made[0].number}/" in page
    assert f"/issues/{made[1].number}/" not in page


def test_list_when_asked_by_htmx_comes_alone(town, office):
    come_back(town, "A", 3)

    answer = as_(office).get("/heat/", headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert answer.content.decode().lstrip().startswith("<section")
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize(
    ("query", "letters"),
    [
        ("", "DA"),
        ("?category=road.light", "A"),
        ("?category=road", "A"),
        ("?category=env", "D"),
        ("?category=no.such", "DA"),
        ("?town=150422101", "D"),
        ("?town=150422100", "A"),
        ("?sort=last", "DA"),
        ("?sort=%27", "DA"),
        (f"?from={NOW - 400 * DAY:%Y-%m-%d}&to={NOW - 100 * DAY:%Y-%m-%d}", ""),
        (f"?from={NOW - 400 * DAY:%Y-%m-%d}&to={NOW:%Y-%m-%d}", "DA"),
        ("?from=yesterday&to=9999-99-99", "DA"),
        ("?from=2026-03-01&to=2025-03-01", "DA"),
        ("?page=99", "DA"),
    ],
)
def test_list_when_filtered_holds_these_places_in_this_order(town, office, query, letters):
    come_back(town, "A", 3)
    come_back(town, "D", 4, "env.waste")

    leaf = as_(office).get(f"/heat/{query}").context["leaf"]

    assert "".join(place.area for place in leaf) == letters


def test_page_when_nothing_came_for_over_a_year_opens_on_the_last_year_that_holds_reports_and_says_so(town, office):
    last = NOW - 4 * 365 * DAY
    come_back(town, "A", 3, last=last)

    page = as_(office).get("/heat/")
    period = page.context["heat"].wanted.period

    assert (period.first, period.until) == (week_of(last) + 1 - 52, week_of(last) + 1)
    assert "Nothing has been reported in the last 52 weeks." in page.content.decode()
    assert [place.area for place in page.context["leaf"]] == ["A"]


def test_slider_when_nothing_came_for_over_a_year_ends_with_the_last_report_and_still_has_a_scale(town, office):
    last = NOW - 4 * 365 * DAY
    come_back(town, "A", 3, last=last)

    info = as_(office).get("/map/heat.json").json()

    assert info["first_week"] + info["weeks"] - 1 == week_of(last)
    assert info["totals"][-1] == 1
    assert any(issues for knots in info["scales"].values() for _length, issues, _weeks in knots)


def test_page_when_the_last_report_is_eleven_months_old_opens_on_the_year_until_today(town, office):
    come_back(town, "A", 3, last=NOW - 330 * DAY)

    page = as_(office).get("/heat/")

    assert page.context["heat"].wanted.period.until == week_of(NOW) + 1
    assert "Nothing has been reported in the last 52 weeks." not in page.content.decode()


def test_visitor_when_nothing_came_for_over_a_year_opens_on_the_last_period_that_is_told(town):
    last = NOW - 4 * 365 * DAY
    come_back(town, "A", 9, last=last)

    page = Client().get("/heat/")

    assert week_of(last) < page.context["heat"].wanted.period.until <= week_of(last) + 4
    assert [row.area for row in page.context["leaf"]] == ["north"]


def test_page_costs_the_same_however_many_places_there_are(town, office, django_assert_max_num_queries):
    for letter in "ABCDEF":
        come_back(town, letter, 3)
    client = as_(office)
    client.get("/heat/")

    # the person · the version · map, towns and categories · how many places, the page of them · its areas and links · reasons
    with django_assert_max_num_queries(8):
        client.get("/heat/")


def test_visitor_sees_villages_with_five_issues_and_no_link(town):
    come_back(town, "A", 6)
    come_back(town, "D", 4)

    page = Client().get("/heat/")
    text = page.content.decode()

    assert [row.area for row in page.context["leaf"]] == ["north"]
    assert "/issues/" not in text
    assert "Public figures" in text


# --- The sheet --------------------------------------------------------------------------------------------------------
def rows_of(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_sheet_when_exported_has_the_same_rows_and_no_formula(town, office):
    come_back(town, "A", 3)
    town["A"].name = "=HYPERLINK(1)"
    town["A"].save()

    answer = as_(office).get("/heat/places.csv?category=road")

    head, row = rows_of(answer)
    assert head[:3] == ["Recurring place", "Lies in", "Category"]
    assert row == ["'=HYPERLINK(1)", "east · north", "road.light", "3", "3", "2", "0", str((NOW - 10 * DAY).date()), "", ""]
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_sheet_when_a_visitor_exports_has_only_what_is_public(town):
    come_back(town, "A", 6)

    head, row = rows_of(Client().get("/heat/places.csv"))

    assert (head[0], row[:3]) == ("Recurring place", ["north", "road.light", "6"])


# --- The wire ---------------------------------------------------------------------------------------------------------
def tile(client: Client, town: Town, *, z: int = 9, headers: dict[str, str] | None = None):
    info = client.get("/map/heat.json").json()
    point = town.inside("A")
    x, y = tile_of(point.x, point.y, z)
    return client.get(info["tiles"].format(z=z, x=x, y=y), headers=headers or {})


def issues_in(answer) -> int:
    return sum(count for _index, _bucket, count in decoded(answer.content)[1])


def test_info_when_read_tells_the_slider_what_it_has_to_know(town, office):
    come_back(town, "A", 3)

    info = as_(office).get("/map/heat.json").json()

    first = week_of(NOW - 30 * DAY)
    assert (info["audience"], info["built"], info["step"]) == ("staff", True, 1)
    assert (info["first_week"], info["first_date"]) == (first, monday(first).isoformat())
    assert (sum(info["totals"]), len(info["totals"]), info["weeks"]) == (3, info["weeks"], week_of(NOW) - first + 1)
    assert info["categories"] == [["road.light", "road.light", "road", 3]]
    assert set(info["scales"]) == {str(z) for z in range(4, 17)}


def test_tile_when_staff_look_has_all_and_a_visitor_has_none_below_five(town, office):
    come_back(town, "A", 3)

    assert issues_in(tile(as_(office), town)) == 3
    assert issues_in(tile(Client(), town)) == 0


def test_tile_when_the_person_sees_another_village_is_empty(town):
    come_back(town, "A", 3)
    south = post(Role.VILLAGE_SECRETARY, town.villages["south"], person(), since=NOW - DAY)

    assert issues_in(tile(as_(south), town)) == 0


def test_tile_when_sealed_or_declined_issues_lie_there_does_not_count_them(town, office):
    issue(town["A"], category(), NOW - DAY, point=town.inside("A"), sealed=True)
    closed(town["A"], category(), NOW - DAY, DAY, status=Status.DECLINED, point=town.inside("A"))
    issue(town["A"], category(), NOW - DAY, point=town.inside("A"), non_public=True)
    bins.rebuild(at=NOW)

    assert issues_in(tile(as_(office), town)) == 1


def test_tile_when_asked_again_is_a_304_without_a_look_at_the_issues(town, office, django_assert_num_queries):
    come_back(town, "A", 3)
    client = as_(office)
    first = tile(client, town)

    with django_assert_num_queries(2):  # the person with their postings, the version; the session is in Redis
        again = client.get(first.wsgi_request.get_full_path(), headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "private, max-age=86400"
    assert {"Cookie", "Accept-Encoding"} <= {each.strip() for each in first["Vary"].split(",")}


def test_tile_when_the_heat_has_changed_has_another_address(town, office):
    come_back(town, "A", 3)
    client = as_(office)
    before = client.get("/map/heat.json").json()["tiles"]
    come_back(town, "B", 3)

    after = client.get("/map/heat.json").json()["tiles"]

    assert before != after
    assert issues_in(tile(client, town)) == 6


def test_tile_when_gzip_is_taken_is_sent_so(town, office):
    come_back(town, "A", 3)

    answer = tile(as_(office), town, headers={"Accept-Encoding": "gzip, br"})

    assert answer["Content-Encoding"] == "gzip"
    assert answer.content[:2] == b"\x1f\x8b"


@pytest.mark.parametrize("address", ["3/0/0.bin", "17/0/0.bin", "9/512/0.bin", "9/0/512.bin"])
def test_tile_when_there_is_none_at_that_address_is_not_found(town, office, address):
    assert as_(office).get(f"/map/heat/{address}").status_code == 404


def test_what_is_asked_for_a_category_that_there_is_not_is_not_found(town, office):
    for address in ("/map/heat.json", "/map/heat/9/0/0.bin", "/map/heat/areas/cell.bin"):
        assert as_(office).get(f"{address}?category=no.such").status_code == 404


def test_areas_when_a_visitor_asks_are_villages_and_townships_only(town):
    come_back(town, "A", 6)
    client = Client()

    counts = {level: client.get(f"/map/heat/areas/{level}.bin") for level in ("cell", "village", "township", "county")}

    assert [(level, answer.status_code) for level, answer in counts.items()] == [
        ("cell", 404),
        ("village", 200),
        ("township", 200),
        ("county", 404),
    ]
    assert (issues_in(counts["village"]), issues_in(counts["township"])) == (6, 6)


def test_heat_when_posted_to_is_refused(town, office):
    for address in ("/heat/", "/heat/places.csv", "/map/heat.json"):
        assert as_(office).post(address).status_code == 405
