"""The pocket desk for every eye and hand: axe, elder mode, narrow screens, targets for a thumb, the map, the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from issues.models import Issue
from representatives.roles import Role
from tests.browser.conftest import DESKTOP, accessibility_faults
from tests.browser.phone.desk import DESK, LogIn, at_desk, entry, look_at
from tests.mapui.scene import Scene

NARROW = {"width": 320, "height": 640}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.pocket :is(a, button, input, select, textarea, summary)')]
  .filter((element) => element.offsetParent && !element.closest('.leaflet-control, .facts, .visually-hidden'))
  .map((element) => (element.closest('.choice') ?? element).getBoundingClientRect().height))"""


@pytest.fixture
def issue(county: Scene) -> Issue:
    return county.resolved(text="东门路灯不亮,晚上看不见路,老人摔倒过")


def screens(page: Page, issue: Issue) -> Any:
    """The list, the issue, a form with something missing: one after the other."""
    yield "list"
    look_at(page, issue)
    yield "issue"
    page.get_by_role("link", name="Not solved, send back").click()
    page.get_by_role("button", name="Not solved, send back").click()
    expect(page.get_by_text("Give the reason.")).to_be_visible()
    yield "form"


@pytest.mark.parametrize(("size", "target"), [("normal", 44), ("large", 60)])
def test_every_screen_passes_axe_with_targets_for_a_thumb_and_nothing_beyond_320_pixels(
    county: Scene, handset, log_in: LogIn, issue: Issue, size: str, target: int, live_server: Any
):
    page = handset(viewport=NARROW)
    page.context.add_cookies([{"name": "size", "value": size, "url": live_server.url}])
    at_desk(page, log_in, county[Role.GRID_MEMBER])

    for screen in screens(page, issue):
        assert accessibility_faults(page) == [], screen
        assert page.evaluate(TOO_WIDE) <= 0, screen
        assert page.evaluate(SMALLEST) >= target - 0.5, screen


def test_map_shows_own_cells_and_a_pin_that_opens_the_issue_without_a_signal(county: Scene, handset, log_in: LogIn, issue: Issue):
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])
    page.context.set_offline(True)

    page.get_by_role("button", name="Map", exact=True).click()

    expect(page.locator(".place__own")).to_have_count(1)
    pin = page.get_by_role("button", name=issue.title)
    assert pin.bounding_box()["width"] >= 44  # type: ignore[index]
    pin.click()
    expect(page.get_by_role("heading", level=2, name=issue.title)).to_be_visible()


def test_distance_is_shown_once_the_person_asks_for_it(county: Scene, handset, log_in: LogIn, issue: Issue):
    point = county.town.inside("A")
    page = handset(geolocation={"longitude": point.x, "latitude": point.y + 0.01, "accuracy": 10}, permissions=["geolocation"])
    at_desk(page, log_in, county[Role.GRID_MEMBER])
    expect(entry(page, issue)).not_to_contain_text("km")

    page.get_by_role("button", name="How far is it?").click()

    expect(entry(page, issue)).to_contain_text("1.1 km")


def test_desk_on_a_computer_shows_list_and_map_side_by_side(county: Scene, handset, log_in: LogIn, issue: Issue):
    page = at_desk(handset(viewport=DESKTOP, is_mobile=False, has_touch=False), log_in, county[Role.GRID_MEMBER])

    expect(page.locator(".place__own")).to_have_count(1)
    map_box, list_box = page.locator("[data-map]").bounding_box(), page.locator("[data-issues]").bounding_box()
    assert map_box is not None
    assert list_box is not None
    assert map_box["x"] >= list_box["x"] + list_box["width"]
    assert page.evaluate(TOO_WIDE) <= 0


def test_whole_way_by_keyboard_returns_the_focus_to_where_it_was(county: Scene, handset, log_in: LogIn, issue: Issue):
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])
    entry(page, issue).get_by_role("link").press("Enter")
    expect(page.get_by_role("heading", level=2, name=issue.title)).to_be_focused()

    page.get_by_role("link", name="My open issues").press("Enter")

    expect(entry(page, issue).get_by_role("link")).to_be_focused()


def test_nobody_with_cells_gets_no_desk_and_no_entry_in_the_menu(county: Scene, handset, log_in: LogIn, faults):
    faults.forgive("403")
    page = handset()
    log_in(page, county[Role.COUNTY_LEADER])
    page.goto("/queue/")
    expect(page.get_by_role("link", name="My cells")).to_have_count(0)

    assert page.goto(DESK).status == 403
