"""The main menu: whatever the width of the window, nothing in it is cut off or lies beneath the tools."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from representatives.models import Person
from representatives.roles import Role
from tests.mapui.scene import Scene, scene

# Those of its entries in the header that cannot be pressed in their middle: another thing lies there, or nothing of the page.
COVERED = """() => [...document.querySelectorAll(".site-header .site-nav a")].filter((link) => {
  const box = link.getBoundingClientRect();
  return document.elementFromPoint(box.x + box.width - 2, box.y + box.height / 2) !== link;
}).map((link) => link.textContent)"""


@pytest.fixture
def county(fresh_counts: None) -> Scene:
    return scene()


@pytest.mark.parametrize("width", [1600, 1366, 1280, 1024])
def test_menu_of_whoever_has_most_pages_is_whole(county: Scene, page: Page, log_in: Callable[[Page, Person], None], width: int):
    page.set_viewport_size({"width": width, "height": 768})
    log_in(page, county[Role.SUPERVISION_OFFICE])

    page.goto("/red/")

    expect(page.locator(".site-nav").get_by_role("link", name="Suggestions").first).to_be_visible()
    assert page.evaluate(COVERED) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_menu_on_a_phone_stays_one_line_that_is_pushed_along(county: Scene, phone: Page, log_in: Callable[[Page, Person], None]):
    log_in(phone, county[Role.SUPERVISION_OFFICE])
    phone.goto("/red/")

    tops = phone.locator(".site-header .site-nav a").evaluate_all(
        "(links) => new Set(links.map((a) => a.getBoundingClientRect().top)).size"
    )
    phone.locator(".site-header .site-nav a").last.scroll_into_view_if_needed()

    assert tops == 1
    expect(phone.locator(".site-header .site-nav a").last).to_be_in_viewport(ratio=1)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
