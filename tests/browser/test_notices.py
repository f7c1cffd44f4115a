"""The centre of notices in a real browser: marked as read in place, and the number in the head follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, expect

from issues.models import Notice
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import accessibility_faults
from tests.mapui.scene import Scene, scene

LogIn = Callable[[Page, Person], None]
OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def county(fresh_counts: None) -> Scene:
    """Two issues, each with one notice that the secretary has not read."""
    county = scene()
    issues = [county.in_progress() for _number in range(2)]
    Notice.objects.all().delete()
    for issue in issues:
        event = issue.events.latest("number")
        Notice.objects.create(
            event=event, person=county[Role.VILLAGE_SECRETARY], not_before=now(), announced_at=now(), state="sent"
        )
    return county


def test_marking_one_and_then_all_moves_the_number_in_the_head(county: Scene, page: Page, log_in: LogIn):
    log_in(page, county[Role.VILLAGE_SECRETARY])
    page.goto("/notices/")
    head = page.locator(".site-tools .count:not([data-outbox-number])")
    expect(head).to_have_text("2")

    page.get_by_role("button", name="Mark as read").first.click()
    expect(head).to_have_text("1")
    expect(page.locator(".inbox__issue--new")).to_have_count(1)
    page.get_by_role("button", name="Mark all as read").click()

    expect(head).to_have_count(0)
    expect(page.locator(".inbox__issue--new")).to_have_count(0)


def test_notices_are_marked_as_read_without_scripts_too(county: Scene, open_context: OpenContext, log_in: LogIn):
    page = open_context(java_script_enabled=False).new_page()
    log_in(page, county[Role.VILLAGE_SECRETARY])
    page.goto("/notices/")

    page.get_by_role("button", name="Mark all as read").click()

    expect(page.locator("#messages")).to_contain_text("2 notices marked as read")
    expect(page.locator(".inbox__issue--new")).to_have_count(0)


@pytest.mark.parametrize(
    ("role", "path"),
    [(Role.VILLAGE_SECRETARY, "/notices/"), (Role.VILLAGE_SECRETARY, "/notices/ways/"), (Role.SYSTEM_ADMIN, "/deliveries/")],
)
@pytest.mark.parametrize("viewport", ["desktop", "phone"])
def test_pages_have_no_accessibility_fault_and_nothing_wider_than_the_window(
    county: Scene, page: Page, phone: Page, log_in: LogIn, viewport: str, role: Role, path: str
):
    shown = page if viewport == "desktop" else phone
    log_in(shown, county[role])
    shown.goto(path)

    assert accessibility_faults(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
