"""The frame of the pocket desk: for whom it is, what it holds, what it costs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from issues.terms import ClockState, Light
from mapui import precache, shells
from mapui.navigation import menu
from representatives.roles import POSTS, Page, Role, Sees
from representatives.scopes import scope_of
from tests.mapui.scene import Scene, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(db: None) -> Scene:
    return scene()


@pytest.mark.parametrize("role", [Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE])
def test_who_works_in_cells_opens_it_and_has_it_in_the_menu(county: Scene, role: Role):
    client = Client()
    client.force_login(county[role])

    assert client.get("/desk/").status_code == 200
    assert "desk" in [entry.name for entry in menu(scope_of(county[role], county.at))]


@pytest.mark.parametrize("role", [Role.COUNTY_LEADER, Role.DEPARTMENT, Role.SYSTEM_ADMIN])
def test_who_does_not_is_refused_and_has_no_entry(county: Scene, role: Role):
    client = Client()
    client.force_login(county[role])

    assert client.get("/desk/").status_code == 403
    assert "desk" not in [entry.name for entry in menu(scope_of(county[role], county.at))]


def test_whoever_is_not_logged_in_is_asked_to(client: Client):
    answer = client.get("/desk/")

    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('login')}?next=/desk/")


def test_page_is_offered_to_exactly_those_who_have_a_pack():
    assert {role for role in Role if Page.DESK in POSTS[role].pages} == {role for role in Role if POSTS[role].sees == Sees.ALL}


def test_frame_holds_no_issue_costs_one_statement_and_is_not_kept_by_caches(
    county: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
):
    issue = county.report("东门的灯不亮", category="road.light")
    client = Client()
    client.force_login(county[Role.GRID_MEMBER])

    with django_assert_max_num_queries(2):
        answer = client.get("/desk/")

    page = answer.content.decode()
    assert issue.title not in page
    assert issue.number not in page
    assert "no-store" in answer["Cache-Control"]


def test_frame_draws_every_light_and_every_clock_for_the_script(county: Scene):
    client = Client()
    client.force_login(county[Role.GRID_MEMBER])

    page = client.get("/desk/").content.decode()

    for light in Light.values:
        assert page.count(f'data-light-of="{light}"') == 2
    for state in ClockState.values:
        assert page.count(f'data-clock-of="{state}"') == 1


@pytest.mark.parametrize("language", shells.LANGUAGES)
def test_copy_for_a_start_without_signal_knows_nobody(county: Scene, language: str):
    client = Client()
    client.force_login(county[Role.GRID_MEMBER])

    page = client.get(f"/phone/shell/desk/{language}/").content.decode()

    assert county[Role.GRID_MEMBER].name not in page
    assert "data-owner" not in page
    assert "csrfmiddlewaretoken" not in page


def test_everything_that_the_desk_loads_is_kept_for_a_start_without_signal():
    kept = set(precache.names())

    assert {
        "mapui/js/pages/desk.js",
        "mapui/js/desk/pack.js",
        "mapui/js/desk/map.js",
        "mapui/js/report/gps.js",
        "mapui/css/pocket.css",
        "leaflet/leaflet.js",
        "leaflet/leaflet.css",
    } <= kept
