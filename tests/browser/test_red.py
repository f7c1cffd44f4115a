"""The red list in a real browser: deciding in place, by mouse and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from grids.levels import Level
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import Faults, accessibility_faults
from tests.mapui.scene import Scene, scene

LogIn = Callable[[Page, Person], None]


@pytest.fixture
def county(fresh_counts: None) -> Scene:
    return scene()


def open_as(page: Page, log_in: LogIn, person: Person, query: str = "") -> Page:
    log_in(page, person)
    page.goto(f"/red/{query}")
    return page


def test_proposal_without_a_unit_is_refused_in_place_and_then_granted(county: Scene, page: Page, log_in: LogIn, faults: Faults):
    faults.forgive("422")
    issue = county.proposed()
    open_as(page, log_in, county[Role.SUPERVISION_OFFICE], "?tab=proposals")
    proposal = page.locator(f"#proposal-{issue.number}")
    form = proposal.locator(f"#move-enter_red-{issue.number}")

    proposal.locator("summary").filter(has_text="Enter in the red list").click()
    form.get_by_label("Reason").fill("同意入库")
    form.get_by_role("button", name="Enter in the red list").click()

    expect(proposal.locator(".field__error").filter(has_text="Choose the lead unit.")).to_be_visible()
    expect(form.get_by_label("Reason")).to_have_value("同意入库")

    form.get_by_label("Lead unit").select_option(label="交通运输局")
    form.get_by_role("button", name="Enter in the red list").click()

    expect(page.locator(".proposal--decided")).to_contain_text(issue.number)
    expect(page.locator("#tabs")).to_contain_text("In the list 1")
    assert county.again(issue).level == Level.COUNTY


def test_exit_is_approved_from_the_row(county: Scene, page: Page, log_in: LogIn):
    issue = county.red_awaiting_exit()
    open_as(page, log_in, county[Role.SUPERVISION_OFFICE])
    row = page.locator(f"#red-{issue.number}")

    row.locator("summary").filter(has_text="Approve leaving").click()
    row.get_by_label("Reason").fill("已通车,现场核查合格")
    row.get_by_role("button", name="Approve leaving the red list").click()

    expect(page.locator("tr[data-result=done]")).to_contain_text(issue.number)
    assert county.again(issue).red_entries.get().exit_approved_by == county[Role.SUPERVISION_OFFICE]


def test_decision_works_without_javascript_and_returns_to_the_list(
    county: Scene, open_context: Callable[..., BrowserContext], log_in: LogIn
):
    issue = county.proposed()
    page = open_context(java_script_enabled=False).new_page()
    open_as(page, log_in, county[Role.SUPERVISION_OFFICE], "?tab=proposals")

    page.locator("summary").filter(has_text="Refuse the red list").click()
    form = page.locator(f"#move-refuse_red-{issue.number}")
    form.get_by_label("Reason").fill("镇级资金可以解决")
    form.get_by_role("button").click()

    expect(page.locator("#messages")).to_contain_text("Done: Refuse the red list.")
    assert "/red/" in page.url
    assert county.again(issue).level == Level.TOWNSHIP


def test_spreadsheet_is_downloaded(county: Scene, page: Page, log_in: LogIn):
    county.on_red_list()
    open_as(page, log_in, county[Role.COUNTY_LEADER])

    with page.expect_download() as download:
        page.get_by_role("link", name="Spreadsheet").click()

    assert download.value.suggested_filename.endswith(".xlsx")
    assert "巴林左旗" in download.value.suggested_filename


def test_paper_is_a4_across_with_the_heading_and_no_buttons(county: Scene, page: Page, log_in: LogIn):
    county.red_awaiting_exit()
    open_as(page, log_in, county[Role.SUPERVISION_OFFICE], "?print=1")
    page.emulate_media(media="print")

    expect(page.locator(".sheet__head")).to_contain_text("巴林左旗")
    expect(page.locator(".button").first).to_be_hidden()
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator("table.red thead")).to_be_visible()
    paper = page.pdf(prefer_css_page_size=True)
    box = paper.split(b"/MediaBox")[1].split(b"]")[0].strip(b" [").split()
    width, height = float(box[2]), float(box[3])
    assert (round(width), round(height)) == (842, 595)


@pytest.mark.parametrize("query", ["", "?tab=proposals", "?tab=drafts", "?tab=left"])
@pytest.mark.parametrize("viewport", ["desktop", "phone"])
def test_list_has_no_accessibility_fault_and_nothing_wider_than_the_window(
    county: Scene, page: Page, phone: Page, log_in: LogIn, viewport: str, query: str
):
    county.red_awaiting_exit()
    county.proposed()
    shown = page if viewport == "desktop" else phone
    open_as(shown, log_in, county[Role.SUPERVISION_OFFICE], query)

    assert accessibility_faults(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
