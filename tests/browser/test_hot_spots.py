"""Hot spots in a browser: coloured on the map, told in a list beside it, by keyboard and on a telephone; and the topic of a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from issues.heat import bins
from issues.heat.weeks import starts_at, week_of
from issues.hot import nights
from issues.models import Issue, Topic
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import accessibility_faults, colour_at
from tests.drawing import Town
from tests.issues.heat_factories import category, closed, unsaved
from tests.issues.hot_factories import NORTH_WEST, wide_town
from tests.representatives.factories import person, post

DAY = timedelta(days=1)
LogIn = Callable[[Page, Person], None]


@pytest.fixture
def office(fresh_counts) -> Person:
    """Sees a county where lamps fail more and more in four cells, and come back in one of them."""
    town, at = wide_town(), now()
    _growing(town)
    before = None
    for turn in range(5, 0, -1):
        before = closed(
            town["11"], category(), at - (40 + turn * 10) * DAY, 2 * DAY, point=town.inside("11"), level=30, recurrence_of=before
        )
    bins.rebuild(at=at)
    nights.analyse(at=at)
    return post(Role.SUPERVISION_OFFICE, town.county, person("Office"), since=at - 400 * DAY)


def _growing(town: Town) -> None:
    first = week_of(now()) - 52
    rows = [
        unsaved(town[cell], category(), starts_at(first + 4 * period) + DAY, point=town.inside(cell))
        for cell in NORTH_WEST
        for period in range(13)
        for _ in range(period)
    ]
    Issue.objects.bulk_create(rows)


@pytest.fixture
def heat_page(page: Page, office: Person, log_in: LogIn) -> Page:
    log_in(page, office)
    page.goto("/heat/")
    page.locator("#map[data-ready][data-heat=shown]").wait_for()
    return page


def test_hot_spots_when_chosen_replace_heat_slider_and_list_and_go_again(heat_page: Page) -> None:
    page = heat_page

    page.get_by_text("Hot spots", exact=True).click()
    page.locator("#map[data-hot]").wait_for()

    expect(page.locator("#places tbody tr")).to_have_count(4)
    expect(page.locator("#places tbody tr").first).to_contain_text("Hot, and growing")
    expect(page.locator("#time")).to_be_hidden()
    expect(page.locator("#heat-legend")).to_be_hidden()
    expect(page.locator("#hot-legend")).to_contain_text("Significantly more issues here and next to it than elsewhere")
    assert page.locator(".heat-tile__bins").count() == 0
    assert "mode=hot" in page.url

    page.get_by_text("Recurring", exact=True).first.click()
    expect(page.locator("#time")).to_be_visible()
    expect(page.get_by_role("heading", name="Worst recurring places")).to_be_visible()


def test_townships_when_far_off_are_coloured_by_how_much_is_hot_and_told_in_words(heat_page: Page) -> None:
    page = heat_page
    page.get_by_text("Hot spots", exact=True).click()
    page.locator("#map[data-hot]").wait_for()
    expect(page.locator("#hot-shares")).to_be_hidden()

    page.evaluate("() => document.querySelector('#map').areaMap.fixLevel('township')")

    shares = page.locator("#hot-shares")
    expect(shares).to_contain_text("Share of the cells within that are hot")
    shares.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(shares.get_by_role("listitem").last).to_have_text("township: 4 of 36 are hot (11%)")
    page.locator("canvas.leaflet-tile-loaded").first.wait_for()
    middle = page.locator("#map").bounding_box()
    assert middle
    x, y = middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] * 0.6
    page.mouse.move(x, y)
    expect(page.locator("#heat-readout")).to_have_text("township: 4 of 36 are hot (11%)")
    assert colour_at(page, x, y) == "#773897"  # the fourth of five steps


def test_figures_stay_folded_until_asked_for_and_the_keyboard_goes_to_the_place(heat_page: Page) -> None:
    page = heat_page
    page.goto("/heat/?mode=hot")
    page.locator("#map[data-hot]").wait_for()
    first = page.locator("#places tbody tr").first

    expect(first.get_by_text("Getis-Ord")).to_be_hidden()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(first.get_by_text("Getis-Ord")).to_be_visible()
    first.locator("[data-go]").focus()
    page.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-selected", "true")
    assert page.locator(".heat-pin--hot").count() > 0


def test_hot_spots_and_topic_have_no_accessibility_fault_and_fit_a_telephone(heat_page: Page) -> None:
    page = heat_page
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/heat/?mode=hot", "/topics/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")

        assert accessibility_faults(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_office_chooses_the_topic_of_the_month_and_says_how_it_goes(heat_page: Page) -> None:
    page = heat_page
    page.goto("/topics/")

    page.get_by_text("Choose as the topic of the month").click()
    page.get_by_label("What is to be reached, in a sentence").fill("No lamp stays dark")
    page.get_by_role("button", name="Choose this topic").click()
    page.get_by_label("Add a line").fill("Ten lamps replaced")
    page.get_by_role("button", name="Keep the line").click()

    expect(page.locator(".topic__lines")).to_contain_text("Ten lamps replaced")
    assert Topic.objects.get().goal == "No lamp stays dark"
