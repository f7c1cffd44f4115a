"""The phone pages for everybody: sound for screen readers in both modes, large enough for a thumb."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import accessibility_faults
from tests.browser.phone.pages import fill_in, kept, send
from tests.browser.phone.queue import lay, shots

SMALL = """() => [...document.querySelectorAll('main :is(button, select, summary, a.button, label.button, textarea)')]
  .filter((each) => each.offsetParent && !each.closest('[aria-hidden]') && each.tabIndex >= -1 && getComputedStyle(each).position !== 'absolute')
  .map((each) => [each.textContent.trim().slice(0, 30), each.getBoundingClientRect().height]).filter(([, height]) => height < 44)"""
WIDE = "document.documentElement.scrollWidth <= innerWidth"
LONG = "The lamp at the gate of the school that stands beside the old road to the north is out"


def full_outbox(page: Page, town: Any) -> None:
    page.context.route("**/api/**", lambda route: route.abort())
    page.goto("/phone/help/")
    lay(page, LONG, town["A"], shots(1, 1))
    page.goto("/phone/")
    expect(page.locator(".record")).to_have_count(1)
    page.get_by_text("To another phone", exact=True).click()


def help_page(page: Page, _town: Any) -> None:
    page.goto("/phone/help/")


def empty_outbox(page: Page, _town: Any) -> None:
    page.goto("/phone/")
    expect(page.get_by_text("Nothing waits here")).to_be_visible()


def kept_report(page: Page, town: Any) -> None:
    page.goto(f"/report/{town['A'].code}/")
    fill_in(page)
    page.context.route("**/api/**", lambda route: route.abort())
    send(page)
    kept(page)


def report_form(page: Page, town: Any) -> None:
    page.goto(f"/report/{town['A'].code}/")
    for folded in page.locator("details.question > summary").all():
        folded.click()


PAGES = (full_outbox, empty_outbox, help_page, kept_report, report_form)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_phone_pages_are_sound_in_both_modes(handset, town, mode):
    for opened in PAGES:
        page = handset(color_scheme=mode)
        opened(page, town)
        assert accessibility_faults(page) == [], opened.__name__
        page.context.close()


def test_phone_pages_are_made_for_thumbs_and_narrow_windows(handset, town):
    for opened in PAGES:
        page = handset()
        opened(page, town)
        assert page.evaluate(SMALL) == [], opened.__name__
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate(WIDE), (opened.__name__, width)
        page.context.close()
