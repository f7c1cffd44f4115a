"""The red list in a real browser: deciding in place, by mouse and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now
from playwright.sync_api import BrowserContext, Page, expect

from grids.levels import Level
from issues.models import Issue
from issues.terms import Light, Verb
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
    page.locator(f"#move-refuse_red-{issue.number}").get_by_role("link", name="Open the form").click()
    form = page.locator("#move-refuse_red")
    form.get_by_label("Reason").fill("镇级资金可以解决")
    form.get_by_role("button", name="Refuse the red list").click()

    expect(page.locator("#messages")).to_contain_text("Done: Refuse the red list.")
    assert "/red/" in page.url
    assert county.again(issue).level == Level.TOWNSHIP


def press(page: Page, issue: Issue, verb: str, **facts: str) -> None:
    """Opens a move in the issue's row, fills it in by label and sends it."""
    row = page.locator(f"#red-{issue.number}")
    row.locator("summary").filter(has_text=verb).click()
    form = row.locator("details[open] form").filter(has=page.get_by_role("button", name=verb))
    for label, text in facts.items():
        form.get_by_label(label.replace("_", " ")).fill(text)
    form.get_by_role("button", name=verb).click()
    expect(page.locator("tr[data-result=done]")).to_contain_text(verb)


def test_from_proposal_over_listing_and_progress_to_the_exit(county: Scene, page: Page, log_in: LogIn):
    issue, office, leader = county.accepted(Light.YELLOW), county[Role.SUPERVISION_OFFICE], county[Role.COUNTY_LEADER]
    log_in(page, county[Role.TOWNSHIP_COMMITTEE])
    page.goto(f"/issues/{issue.number}/")
    page.locator("summary").filter(has_text="Propose for the red list").click()
    form = page.locator("#move-propose_red")
    form.get_by_label("What was tried").fill("镇里已两次处置")
    form.get_by_label("Held on").fill("2024-03-01")
    form.get_by_label("Who took part").fill("班子成员")
    form.get_by_label("Outcome").fill("超出本级权限")
    form.get_by_label("not enough money").check()
    form.get_by_label("Reason").fill("缺口三百万元")
    form.get_by_role("button").last.click()
    expect(page.locator("#done")).to_contain_text("Propose for the red list")

    open_as(page, log_in, office, "?tab=proposals")
    proposal = page.locator(f"#proposal-{issue.number}")
    proposal.locator("summary").filter(has_text="Enter in the red list").click()
    form = proposal.locator(f"#move-enter_red-{issue.number}")
    form.get_by_label("Reason").fill("同意入库")
    form.get_by_label("Lead unit").select_option(label="交通运输局")
    form.get_by_role("button", name="Enter in the red list").click()
    expect(page.locator(".proposal--decided")).to_contain_text(issue.number)
    county.at = now()
    county.move(county.again(issue), Verb.ACKNOWLEDGE, Role.DEPARTMENT, minutes=0)
    county.late(issue)

    page.goto("/red/")
    due = (localdate() + timedelta(days=20)).isoformat()
    press(page, issue, "Propose listed supervision", New_date=due, Line_for_the_public_page="吴常委挂牌督办", Reason="逾期")
    open_as(page, log_in, leader)
    press(page, issue, "Sign listed supervision")
    open_as(page, log_in, county[Role.DEPARTMENT])
    press(page, issue, "Report progress", Progress="桩基完成")
    open_as(page, log_in, office)
    expect(page.locator(f"#red-{issue.number}")).to_contain_text("led by 吴常委")
    expect(page.locator(f"#red-{issue.number}")).to_contain_text("桩基完成")

    page.goto(f"/issues/{issue.number}/")
    page.locator("summary").filter(has_text="Take off the red list").click()
    form = page.locator("#move-exit_down")
    form.get_by_label("Reason").fill("镇里能办")
    form.get_by_role("button").last.click()
    expect(page.locator("#done")).to_contain_text("Take off the red list")
    assert county.again(issue).level == Level.TOWNSHIP
    page.goto(f"/red/{issue.number}/")
    for words in ("桩基完成", "listed supervision", "吴常委", "镇里能办"):
        expect(page.locator("main")).to_contain_text(words)


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
