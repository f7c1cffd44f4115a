"""The diary in the browser: what is typed outlives the browser, is nobody else's, and goes once it has arrived; and axe."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from issues.community import diary, suggestions
from issues.community.diary import Elements
from issues.community.suggestions import Said
from issues.models import DiaryEntry
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import PHONE, accessibility_faults
from tests.mapui.scene import Scene, scene

TYPED = "村口路灯不亮，晚上看不清。"


@pytest.fixture
def county(transactional_db: None, settings) -> Scene:
    settings.DIARY_TOTALS = True
    return scene()


@pytest.fixture
def secretary(county: Scene) -> Person:
    return county[Role.VILLAGE_SECRETARY]


def entry_of(county: Scene, by: Person) -> DiaryEntry:
    said = Elements(visited_at=now() - timedelta(hours=1), area=county.town["A"], raised=TYPED)
    return diary.write(uuid4(), said, by=by, at=now())


def typed(page: Page, words: str) -> Page:
    """A new entry begun on the page, and the browser dead."""
    page.goto("/diary/new/")
    page.locator("[name=raised]").fill(words)
    page.locator("summary").filter(has_text="More").click()
    page.locator("[name=idea]").fill("换灯")
    context = page.context
    page.close(run_before_unload=False)
    return context.new_page()


def test_entry_half_written_is_there_again_after_the_browser_died_and_gone_once_it_arrived(page, secretary, log_in):
    log_in(page, secretary)

    page = typed(page, TYPED)
    page.goto("/diary/new/")

    expect(page.locator("[data-kept]")).to_be_visible()
    expect(page.locator("[name=raised]")).to_have_value(TYPED)
    expect(page.locator("[name=idea]")).to_be_visible()
    expect(page.locator("[name=idea]")).to_have_value("换灯")

    page.get_by_role("button", name="Keep the entry").click()
    page.wait_for_url("**/diary/*-*/")
    assert DiaryEntry.objects.get().raised == TYPED
    page.goto("/diary/new/")
    expect(page.locator("[name=raised]")).to_have_value("")
    expect(page.locator("[data-kept]")).to_be_hidden()


def test_entry_half_written_can_be_thrown_away(page, secretary, log_in):
    log_in(page, secretary)

    page = typed(page, TYPED)
    page.goto("/diary/new/")
    with page.expect_navigation():
        page.get_by_role("button", name="Throw it away").click()

    expect(page.locator("[name=raised]")).to_have_value("")
    page.goto("/diary/new/")
    expect(page.locator("[data-kept]")).to_be_hidden()


def test_entry_half_written_is_not_shown_to_the_next_person_on_the_same_device(page, county, secretary, log_in):
    log_in(page, secretary)

    page = typed(page, TYPED)
    log_in(page, county[Role.PARTY_REPRESENTATIVE])
    page.goto("/diary/new/")

    expect(page.locator("[name=raised]")).to_have_value("")
    expect(page.locator("[data-kept]")).to_be_hidden()


def test_change_half_made_is_of_that_entry_alone_and_gone_once_it_arrived(page, county, secretary, log_in):
    one, other = entry_of(county, secretary), entry_of(county, secretary)
    log_in(page, secretary)
    page.goto(f"/diary/{one.key}/edit/")
    page.locator("[name=raised]").fill("改过的话")
    context = page.context
    page.close()
    page = context.new_page()

    page.goto(f"/diary/{other.key}/edit/")
    expect(page.locator("[name=raised]")).to_have_value(TYPED)
    page.goto(f"/diary/{one.key}/edit/")
    expect(page.locator("[name=raised]")).to_have_value("改过的话")
    page.get_by_role("button", name="Keep the entry").click()
    page.wait_for_url(f"**/diary/{one.key}/")

    page.goto(f"/diary/{one.key}/edit/")
    expect(page.locator("[data-kept]")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_axe_finds_nothing_on_the_pages_of_the_diary_and_of_the_suggestions(open_context, county, secretary, log_in, size, scheme):
    entry = entry_of(county, secretary)
    said = suggestions.leave(uuid4(), Said(kind="complaint", about="twice", text=TYPED, area=county.town.county), by=None, at=now())
    readers = {
        secretary: [
            "/diary/",
            "/diary/new/",
            f"/diary/{entry.key}/",
            f"/diary/{entry.key}/edit/",
            "/diary/review/",
            "/diary/ledger/",
        ],
        county[Role.ORGANISATION_OFFICE]: ["/diary/totals/"],
        county[Role.SYSTEM_ADMIN]: ["/suggestions/", f"/suggestions/{said.pk}/"],
    }
    page = open_context(viewport=PHONE, color_scheme=scheme).new_page()

    for reader, addresses in readers.items():
        log_in(page, reader)
        for address in addresses:
            page.goto(address)
            page.context.add_cookies([{"name": "size", "value": size, "url": page.url}])
            page.reload()
            assert accessibility_faults(page) == [], address
