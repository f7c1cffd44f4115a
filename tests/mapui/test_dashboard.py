"""The overview and its fragments: who is told what, filters in the address, and a constant number of statements."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from grids.models import Territory
from issues import tally
from issues.models import Issue
from issues.terms import Light
from representatives.models import Assignment
from representatives.roles import Role
from tests.mapui.scene import Scene, scene

NAMED = re.compile(r'data-go="(\d+)">([^<]+)</a></th>(.*?)</tr>', re.DOTALL)


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    """Key figures are kept for a moment, indexes by version; another test's must not answer."""
    cache.clear()
    tally.index_of.cache_clear()


@pytest.fixture
def made(db: None) -> Scene:
    return scene()


def staff(made: Scene, role: Role) -> Client:
    client = Client()
    client.force_login(made[role])
    return client


def page(client: Client, **query: str) -> str:
    answer = client.get(reverse("dashboard"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def rows(html: str) -> dict[str, list[str]]:
    """The table's rows: the name, and the texts of its cells."""
    cells = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
    plain = re.compile(r"<[^>]+>|\s+")
    return {name: [plain.sub("", cell) for cell in cells.findall(rest)] for _, name, rest in NAMED.findall(html)}


def test_page_when_there_is_no_territory_says_what_to_do(db):
    answer = Client().get(reverse("dashboard"))

    assert answer.status_code == 200
    assert "No territory yet" in answer.content.decode()


def test_page_when_an_officer_looks_counts_each_township_by_light(made):
    made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")

    found = rows(page(staff(made, Role.SUPERVISION_OFFICE)))

    # Worst light, open, green, blue, yellow, red, overdue.
    assert found["林东镇"] == ["◆Yyellow", "2", "1", "0", "1", "0", "0"]
    assert found["富河镇"] == ["nothingopen", "0", "0", "0", "0", "0", "0"]


def test_page_when_a_secretary_looks_begins_with_their_village(made):
    html = page(staff(made, Role.VILLAGE_SECRETARY))

    assert f'data-area="{made.town.village.code}"' in html
    assert set(rows(html)) == {"第1网格", "第2网格"}


def test_table_when_an_area_is_not_within_the_duties_says_so(made):
    made.report(cell="E", category="road.light")

    html = page(staff(made, Role.VILLAGE_SECRETARY), area=made.town.county.code)

    assert rows(html)["富河镇"] == ["notwithinyourduties"]


def test_page_when_narrowed_by_its_address_counts_what_is_left(made):
    made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")

    html = page(staff(made, Role.SUPERVISION_OFFICE), light="yellow")

    assert rows(html)["林东镇"][:2] == ["◆Yyellow", "1"]
    assert re.search(r'value="yellow" checked', html)


def test_page_when_the_address_names_an_area_drills_down_to_it(made):
    html = page(staff(made, Role.SUPERVISION_OFFICE), area=made.town.villages["兴隆村"].code)

    assert set(rows(html)) == {"第3网格", "第4网格"}
    assert [name for name in ("巴林左旗", "林东镇", "兴隆村") if name in html.split('id="panel"')[1].split("<h2")[0]] == [
        "巴林左旗",
        "林东镇",
        "兴隆村",
    ]


def test_page_when_the_address_names_a_cell_lists_it_among_its_neighbours(made):
    html = page(staff(made, Role.SUPERVISION_OFFICE), area=made.town["A"].code)

    assert set(rows(html)) == {"第1网格", "第2网格"}
    assert html.count('aria-selected="true"') == 1


@pytest.mark.parametrize("name", ["dashboard", "area-table", "key-figures"])
def test_page_when_the_address_names_no_area_is_not_found(made, name):
    assert Client().get(reverse(name), {"area": "999"}).status_code == 404


def test_panel_when_there_is_no_such_area_is_not_found(made):
    assert Client().get(reverse("area-panel", args=["999"])).status_code == 404


def test_table_when_sorted_by_a_light_has_the_most_first(made):
    made.accepted(cell="A")
    for _ in range(2):
        made.report(cell="E", category="road.light")
    client = staff(made, Role.SUPERVISION_OFFICE)

    falling = rows(client.get(reverse("area-table"), {"sort": "-green"}).content.decode())
    rising = rows(client.get(reverse("area-table"), {"sort": "green"}).content.decode())
    by_name = rows(client.get(reverse("area-table"), {"sort": "name"}).content.decode())

    assert list(falling) == ["富河镇", "林东镇"]
    assert list(rising) == ["林东镇", "富河镇"]
    assert list(by_name) == ["林东镇", "富河镇"]


def test_table_when_an_issue_is_late_counts_it_as_overdue(made):
    issue = made.accepted(cell="A")
    Issue.objects.filter(pk=issue.pk).update(level_due_at=now() - timedelta(hours=1))

    found = rows(page(staff(made, Role.SUPERVISION_OFFICE)))

    assert found["林东镇"][-1] == "1"


def test_panel_when_a_post_is_vacant_says_who_stands_in(made):
    Assignment.objects.filter(role=Role.PARTY_REPRESENTATIVE).delete()

    html = staff(made, Role.SUPERVISION_OFFICE).get(reverse("area-panel", args=[made.town["A"].code])).content.decode()

    assert "party representative vacant, stands in" in html
    assert "王书记" in html


def test_panel_when_there_are_issues_lists_those_that_may_be_opened_soonest_due_first(made):
    later, sooner = made.accepted(cell="A"), made.accepted(cell="A")
    Issue.objects.filter(pk=later.pk).update(level_due_at=now() + timedelta(days=9))
    other = made.report(cell="E", category="road.light")

    html = staff(made, Role.VILLAGE_SECRETARY).get(reverse("area-panel", args=[made.town.county.code])).content.decode()

    assert html.index(sooner.number) < html.index(later.number)
    assert other.number not in html


def test_panel_when_more_is_open_than_fits_says_so(made):
    for _ in range(9):
        made.accepted(cell="A")

    html = staff(made, Role.VILLAGE_SECRETARY).get(reverse("area-panel", args=[made.town["A"].code])).content.decode()

    assert html.count('class="dash__issue"') == 8
    assert "All of them in my list" in html


def test_visitor_when_fewer_than_five_are_open_is_told_no_number(made):
    for _ in range(3):
        made.report(cell="A", category="road.light")

    html = page(Client())

    assert set(map(tuple, rows(html).values())) == {("nottold",)}
    assert "Report a problem" in html
    assert "Numbers under 5 are not told" in html


def test_visitor_when_five_are_open_is_told_how_many_but_no_title(made):
    issue, *_ = [made.report(cell="A", category="road.light") for _ in range(5)]

    html = page(Client())

    assert rows(html)["林东镇"][1] == "5"
    assert issue.number not in html
    assert issue.title not in html


def test_visitor_when_looking_at_a_village_is_told_no_number(made):
    for _ in range(9):
        made.report(cell="A", category="road.light")

    html = Client().get(reverse("area-panel", args=[made.town.village.code])).content.decode()

    assert "9 open issues" not in html
    assert "not told" in html


def test_staff_without_figures_when_they_look_are_told_why(made):
    html = page(staff(made, Role.DEPARTMENT))

    assert "No role of yours sees the figures of an area" in html
    assert 'id="filters"' not in html


def test_note_when_the_territory_has_one_stands_on_the_map(made):
    Territory.objects.create(area=made.town.county, map_note={"en": "Inner boundaries are schematic."}, attribution="Survey 2024")

    html = page(Client())

    assert "Inner boundaries are schematic." in html
    assert "Survey 2024" in html


def test_statements_when_there_is_more_to_show_are_no_more(made):
    client = staff(made, Role.SUPERVISION_OFFICE)
    page(client)
    made.accepted(cell="A")
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        page(client)
    for cell in "AABBCDEF":
        made.report(cell=cell, category="road.light")
    cache.clear()

    with CaptureQueriesContext(connection) as many:
        page(client)

    assert len(many) <= len(few)


def lights(html: str) -> list[str]:
    """How many are open in the area itself, by light."""
    return re.findall(r'class="dash__light[^>]*>.*?<strong>(\d+)</strong>', html, re.DOTALL)


@pytest.mark.parametrize("code", ["150422", "150422100", "150422100200001"])
def test_panel_of_the_page_counts_with_the_table_what_it_counts_alone(made, code):
    for light, cell in ((Light.GREEN, "A"), (Light.YELLOW, "A"), (Light.YELLOW, "B")):
        made.accepted(light, cell=cell)
    made.report(cell="F", category="road.light")
    county = made.accepted(cell="B")  # one that is known to lie somewhere in the county only
    Issue.objects.filter(pk=county.pk).update(area=made.town.county, path=made.town.county.path)
    client = staff(made, Role.SUPERVISION_OFFICE)

    with CaptureQueriesContext(connection) as asked:
        whole = page(client, area=code)

    assert sum('AS "part"' in each["sql"] for each in asked.captured_queries) == 1
    assert lights(whole) == lights(client.get(reverse("area-panel", args=[code])).content.decode())
    assert sum(int(n) for n in lights(page(client, area="150422"))) == 5


@pytest.mark.parametrize("name", ["area-table", "key-figures"])
def test_statements_of_a_fragment_are_bounded(made, name, django_assert_max_num_queries):
    client = staff(made, Role.SUPERVISION_OFFICE)
    for cell in "ABCDEF":
        made.report(cell=cell, category="road.light")

    with django_assert_max_num_queries(8):
        client.get(reverse(name))


@pytest.mark.parametrize("name", ["dashboard", "area-table", "key-figures"])
def test_writing_to_a_page_that_is_read_is_refused(made, name):
    assert Client().post(reverse(name)).status_code == 405
