"""A cell redrawn by hand in a real browser: a line drawn through it, an edge dragged, and what a phone offers instead."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, expect

from grids.models import Area
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import accessibility_faults
from tests.drawing import Town, draw_cells, shape_of
from tests.representatives.factories import person, post


@pytest.fixture
def town(transactional_db: None) -> Town:
    town = draw_cells("A B\nC D", households={"A": 40})
    post(Role.PARTY_REPRESENTATIVE, town["A"], person("Bao"))
    post(Role.GRID_MEMBER, town["A"], person("Chen"))
    return town


@pytest.fixture
def office(town: Town) -> Person:
    return post(Role.ORGANISATION_OFFICE, town.county, person("Feng"))


def open_editor(page: Page, cell: Area) -> None:
    page.goto(f"/cells/{cell.code}/edit/")
    expect(page.locator("#map")).to_have_attribute("data-ready", "yes")


def at(page: Page, lon: float, lat: float) -> dict[str, float]:
    """Where a place lies in the window."""
    found: Any = page.evaluate(
        """([lon, lat]) => {
            const element = document.querySelector("#map");
            const { x, y } = element.leafletMap.latLngToContainerPoint([lat, lon]);
            const box = element.getBoundingClientRect();
            return { x: box.x + x, y: box.y + y };
        }""",
        [lon, lat],
    )
    return dict(found)


def test_cell_when_a_line_is_drawn_through_it_is_split_with_its_people(page, town, office, log_in, faults):
    faults.forgive("409")
    log_in(page, office)
    open_editor(page, town["A"])
    page.get_by_role("button", name="Draw the line").click()
    for lon, lat in [(119.004, 44.001), (119.006, 43.995)]:
        page.mouse.click(**at(page, lon, lat))
    page.mouse.dblclick(**at(page, 119.004, 43.989))
    expect(page.get_by_text("Drawn. See what it does")).to_be_visible()

    page.get_by_role("button", name="See what it does").click()

    expect(page.get_by_role("heading", name="What it does")).to_be_visible()
    expect(page.locator("#cell-preview")).to_contain_text("becomes 2 cells")
    assert accessibility_faults(page) == []
    assert Area.objects.cells().count() == 4
    page.get_by_label("Bao").select_option(index=1)
    page.get_by_label("Reason").fill("Two settlements")
    page.get_by_role("button", name="Confirm and redraw").click()
    expect(page.locator("#cell-preview")).to_contain_text("would have nobody")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Confirm and redraw").click()

    expect(page.get_by_text("Done. The cells are now")).to_be_visible()
    west, east = Area.objects.get(pk=town["A"].pk).replaced_by.order_by("code")
    bend = max(lon for lon, lat in shapely.get_coordinates(shape_of(west)).tolist() if 43.991 < lat < 43.999)
    assert bend == pytest.approx(119.006, abs=0.0002)
    assert Area.objects.cells().count() == 5
    assert sum(area.households or 0 for area in (west, east)) == 40


def test_edge_when_its_point_is_dragged_moves_and_asks_first(page, town, office, log_in, faults):
    log_in(page, office)
    open_editor(page, town["A"])
    page.get_by_label("Move its edge").check()
    page.mouse.move(**at(page, 119.01, 43.995))  # the faint point in the middle of the edge with B
    page.mouse.down()
    page.mouse.move(**at(page, 119.012, 43.995), steps=6)
    page.mouse.up()

    page.get_by_role("button", name="See what it does").click()

    expect(page.locator("#cell-preview")).to_contain_text("keeps its code")
    page.get_by_label("Reason").fill("The road is the border")
    page.get_by_role("button", name="Confirm and redraw").click()
    expect(page.get_by_text("Done. The cells are now")).to_be_visible()
    now = Area.objects.current().get(code=town["A"].code)
    assert shape_of(now).bounds[2] == pytest.approx(119.012, abs=0.0003)


def test_page_when_opened_on_a_phone_merges_and_says_that_drawing_needs_more_room(phone, town, office, log_in):
    log_in(phone, office)
    phone.goto(f"/cells/{town['A'].code}/edit/")

    expect(phone.get_by_text("need a larger screen")).to_be_visible()
    expect(phone.locator("#map")).to_be_hidden()
    expect(phone.get_by_label("Split it")).to_be_hidden()
    phone.get_by_label("Neighbour", exact=True).select_option(town["B"].code)
    phone.get_by_role("button", name="See what it does").click()
    expect(phone.locator("#cell-preview")).to_contain_text("become one cell")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert accessibility_faults(phone) == []
