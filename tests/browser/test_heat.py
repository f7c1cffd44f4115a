"""The heat page in a browser: time moves without a request, by hand, by key and by itself; the list follows when asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from issues.heat import bins
from issues.heat.weeks import monday, week_of
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import accessibility_faults
from tests.browser.phone.pages import until
from tests.drawing import Town, draw_cells, shape_of
from tests.issues.heat_factories import category, closed, issue
from tests.representatives.factories import person, post

DAY = timedelta(days=1)
LogIn = Callable[[Page, Person], None]

HEAT_OF_PAGE = """() => [...document.querySelectorAll(".heat-tile__bins")].reduce((sum, canvas) => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 3; i < data.length; i += 4) sum += data[i];
    return sum;
}, 0)"""


@pytest.fixture
def town(fresh_counts) -> Town:
    return draw_cells(
        """
        A A B C C D
        A A B E F D
        G G H E F I
        """,
        villages={"north": "ABCD", "south": "EFGHI"},
        townships={"east": ["north"], "west": ["south"]},
    )


@pytest.fixture
def office(town) -> Person:
    """Sees the county; lamps came back in A each fortnight of the year, waste lay in F long ago."""
    at = now()
    lamp, waste = category("road.light"), category("env.waste")
    before = None
    for turn in range(24, 0, -1):
        before = closed(town["A"], lamp, at - turn * 14 * DAY, 2 * DAY, point=town.inside("A"), level=30, recurrence_of=before)
    for _ in range(9):
        issue(town["F"], waste, at - 300 * DAY, point=town.inside("F"))
    issue(town["F"], waste, at - 299 * DAY, recurrence_of=before)
    bins.rebuild(at=at)
    return post(Role.SUPERVISION_OFFICE, town.county, person("Office"), since=at - 400 * DAY)


@pytest.fixture
def heat_page(page: Page, office: Person, log_in: LogIn) -> Page:
    log_in(page, office)
    return opened(page)


def opened(page: Page, query: str = "") -> Page:
    page.goto(f"/heat/{query}")
    page.locator("#map[data-ready][data-heat=shown]").wait_for()
    return page


def requests_of(page: Page) -> list[str]:
    """Every address that the page asks for from now on. (Chromium looks for the icon again when the address changes.)"""
    asked: list[str] = []
    page.on("request", lambda request: None if request.url.endswith(".svg") else asked.append(request.url))
    return asked


def painted(page: Page) -> int:
    """How much heat is on the map: the opacity of all its pixels together."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(HEAT_OF_PAGE)


def wait_for_middle(page: Page, lon: float, lat: float) -> None:
    """Until the map has glided there."""
    until(
        page,
        """([lon, lat]) => {
            const at = document.querySelector("#map").areaMap.map.getCenter();
            return Math.abs(at.lng - lon) < 0.002 && Math.abs(at.lat - lat) < 0.002;
        }""",
        [lon, lat],
    )


def chosen(page: Page) -> str:
    return page.locator("[data-chosen]").inner_text()


def test_time_when_moved_with_handles_keys_and_presets_repaints_without_a_request(heat_page: Page) -> None:
    page = heat_page
    year = painted(page)
    asked = requests_of(page)

    page.get_by_role("button", name="4 weeks").click()
    month = painted(page)
    page.get_by_role("button", name="Everything").click()
    everything = painted(page)
    first = page.get_by_role("slider", name="First week")
    first.focus()
    page.keyboard.press("End")
    last_week = chosen(page)
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")

    assert year > month > 0
    assert everything >= year
    assert last_week.endswith("1 week")
    assert first.input_value() == "3"
    assert asked == []


def test_handle_when_dragged_over_the_other_pushes_it(heat_page: Page) -> None:
    first, last = heat_page.get_by_role("slider", name="First week"), heat_page.get_by_role("slider", name="Last week")
    last.focus()
    heat_page.keyboard.press("Home")

    assert (first.input_value(), last.input_value()) == ("0", "1")
    assert "–" in (chosen(heat_page))
    assert (last.get_attribute("aria-valuetext") or "?") in chosen(heat_page)


def test_playing_moves_the_window_to_the_end_without_a_request_and_stops(heat_page: Page) -> None:
    page = heat_page
    page.get_by_role("button", name="4 weeks").click()
    page.get_by_role("button", name="Earlier").click()
    page.get_by_role("button", name="Earlier").click()
    asked = requests_of(page)
    before = chosen(page)

    page.get_by_role("button", name="Play").click()
    expect(page.locator("[data-chosen]")).not_to_have_text(before)
    expect(page.get_by_role("button", name="Play")).to_be_visible()

    assert chosen(page).endswith("4 weeks")
    assert page.get_by_role("slider", name="Last week").input_value() == page.get_by_role("slider", name="Last week").get_attribute(
        "max"
    )
    assert asked == []


def test_playing_when_stopped_by_the_space_bar_stays_where_it_is(heat_page: Page) -> None:
    page = heat_page
    page.get_by_role("button", name="4 weeks").click()
    page.get_by_role("slider", name="First week").focus()

    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Space")

    expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false")


def test_category_when_chosen_changes_map_list_and_address(heat_page: Page) -> None:
    page = heat_page
    both = painted(page)
    expect(page.locator("#places [data-place]")).to_have_count(2)

    page.get_by_label("Category").select_option("env.waste")
    page.locator('#map[data-ready="env.waste"][data-heat=shown]').wait_for()

    expect(page.locator("#places [data-place]")).to_have_count(1)
    expect(page.locator("#places [data-go]")).to_have_text("F")
    assert 0 < painted(page) < both
    assert "category=env.waste" in page.url


def test_township_when_chosen_narrows_the_list_and_moves_the_map(heat_page: Page, town: Town) -> None:
    page = heat_page

    page.get_by_label("Township").select_option(label="west")

    expect(page.locator("#places [data-place]")).to_have_count(1)
    expect(page.locator("#places [data-go]")).to_have_text("F")
    expect(page.locator(".heat-pin")).to_have_count(1)
    west, south, east, north = shape_of(town.townships["west"]).bounds
    wait_for_middle(page, (west + east) / 2, (south + north) / 2)

    page.goto("about:blank")
    page.goto(f"/heat/?town={town.townships['west'].code}")
    wait_for_middle(page, (west + east) / 2, (south + north) / 2)


def test_list_when_asked_for_the_chosen_period_is_of_that_period(heat_page: Page) -> None:
    page = heat_page
    page.get_by_role("button", name="13 weeks").click()

    page.get_by_role("button", name="List the chosen period").click()

    expect(page.locator("#places [data-place]")).to_have_count(1)
    expect(page.locator("#places [data-go]")).to_have_text("A")
    expect(page.get_by_role("button", name="List the chosen period")).to_be_hidden()
    assert f"from={monday(week_of(now()) - 12)}" in page.url


def test_address_when_opened_again_shows_the_same(heat_page: Page) -> None:
    page = heat_page
    page.get_by_role("button", name="13 weeks").click()
    page.get_by_text("Recurring", exact=True).click()
    before = chosen(page)

    page.reload()
    page.locator("#map[data-ready]").wait_for()

    assert chosen(page) == before
    expect(page.get_by_role("radio", name="Recurring")).to_be_checked()


def test_areas_when_chosen_are_coloured_in_violet_and_pointing_tells_the_count(heat_page: Page, town: Town) -> None:
    page = heat_page
    page.get_by_text("By area", exact=True).click()
    expect(page.locator(".heat-tile")).to_have_count(0)
    expect(page.locator("#heat-legend")).to_contain_text("Issues per area")

    pin = page.locator(".heat-pin").first.bounding_box()
    assert pin is not None
    page.mouse.move(pin["x"] + 11, pin["y"] + 40)

    expect(page.locator("#heat-readout")).to_contain_text("24 issues in 24 weeks")


def test_place_when_pressed_in_the_list_is_shown_on_the_map_and_a_pin_leads_back(heat_page: Page, town: Town) -> None:
    page = heat_page

    label = town["A"].label_point
    assert label is not None
    page.evaluate("() => document.querySelector('#map').areaMap.map.setView([43.975, 119.055], 16, { animate: false })")
    in_view = "([lon, lat]) => document.querySelector('#map').areaMap.map.getBounds().contains([lat, lon])"
    assert not page.evaluate(in_view, [label.x, label.y])

    page.get_by_role("button", name="A", exact=True).click()

    expect(page.locator("[data-place][aria-selected=true]")).to_have_count(1)
    until(page, in_view, [label.x, label.y])
    page.locator(".heat-pin", has_text="1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="A", exact=True)).to_be_focused()


def test_column_when_pressed_sorts_the_list(heat_page: Page) -> None:
    page = heat_page

    page.locator("#places th").get_by_role("link", name="Last").click()

    expect(page.locator("#places th[aria-sort=descending]")).to_contain_text("Last")
    assert "sort=last" in page.url


def test_visitor_when_there_is_too_little_sees_why_the_map_is_empty(page: Page, town: Town) -> None:
    issue(town["A"], category(), now(), point=town.inside("A"))
    bins.rebuild(at=now())

    page.goto("/heat/")

    expect(page.locator("#heat-empty")).to_contain_text("nothing that counts fewer than five is public")


def test_page_when_tiles_fail_says_so_in_a_sentence(page: Page, office: Person, log_in: LogIn, faults) -> None:
    faults.forgive("500", "Failed to load resource")
    log_in(page, office)
    page.route("**/map/heat/*/*/*.bin*", lambda route: route.fulfill(status=500, body="{}"))

    opened(page)

    expect(page.locator("#messages")).to_contain_text("The server could not answer.")


def test_page_without_script_filters_by_the_plain_form(open_context, office: Person, log_in: LogIn) -> None:
    page = open_context(java_script_enabled=False).new_page()
    log_in(page, office)
    page.goto("/heat/")

    page.get_by_label("Category").select_option("env.waste")
    page.get_by_label("First day").fill("2020-01-01")
    page.get_by_role("button", name="Show", exact=True).click()

    assert "from=2020-01-01" in page.url
    expect(page.locator("#places [data-place]")).to_have_count(1)


def test_page_on_desktop_has_no_accessibility_fault(heat_page: Page) -> None:
    assert accessibility_faults(heat_page) == []


def test_page_on_a_phone_has_no_accessibility_fault_and_does_not_scroll_sideways(
    phone: Page, office: Person, log_in: LogIn
) -> None:
    log_in(phone, office)
    opened(phone)

    assert accessibility_faults(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
