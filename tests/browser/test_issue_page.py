"""The page of an issue in a real browser: a whole story by several people, and what happens when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from issues.models import Event, Issue
from issues.terms import Light, Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import PHONE, Faults, accessibility_faults
from tests.mapui.scene import PHONE as TELEPHONE
from tests.mapui.scene import Scene, scene

LogIn = Callable[[Page, Person], None]


@pytest.fixture
def county(fresh_counts: None) -> Scene:
    return scene()


def open_as(page: Page, log_in: LogIn, person: Person, issue: Issue) -> Page:
    log_in(page, person)
    page.goto(f"/issues/{issue.number}/")
    return page


def unfold(page: Page, verb: str) -> None:
    """Open the form of a move."""
    page.locator("summary").filter(has_text=verb).click()


def field(page: Page, verb: Verb, label: str) -> Locator:
    """The input with that label in the form of a move."""
    return page.locator(f"#move-{verb}").get_by_label(label)


def press(page: Page, verb: str) -> None:
    """Press the button of a move's form."""
    page.get_by_role("button", name=verb, exact=True).click()


def test_story_from_report_to_closing_through_the_pages_by_different_people(county: Scene, page: Page, log_in: LogIn):
    issue = county.report("河西路口路灯不亮", category="road.light", phone=TELEPHONE)

    open_as(page, log_in, county[Role.GRID_MEMBER], issue)
    press(page, "Accept")
    expect(page.locator("#done")).to_contain_text("Done: Accept.")
    expect(page.locator(".issue__state")).to_contain_text("awaiting acknowledgement")

    open_as(page, log_in, county[Role.PARTY_REPRESENTATIVE], issue)
    press(page, "Acknowledge")
    expect(page.locator(".issue__state")).to_contain_text("in progress")
    unfold(page, "Report as solved")
    field(page, Verb.RESOLVE, "What was done").fill("已更换灯具")
    field(page, Verb.RESOLVE, "Line for the public page").fill("路灯已修复")
    press(page, "Report as solved")
    expect(page.locator(".issue__state")).to_contain_text("awaiting verification")

    open_as(page, log_in, county[Role.GRID_MEMBER], issue)
    press(page, "Confirm on site")
    expect(page.locator(".issue__state")).to_contain_text("awaiting rating")
    unfold(page, "Rate")
    page.get_by_label("satisfied", exact=True).check()
    press(page, "Rate")
    expect(page.locator(".issue__state")).to_contain_text("closed")

    expect(page.locator(".timeline > li")).to_have_count(Event.objects.filter(issue=issue).count())
    assert county.again(issue).status == Status.CLOSED


def test_passing_up_with_a_field_missing_says_which_and_keeps_every_word(county: Scene, page: Page, log_in: LogIn, faults: Faults):
    faults.forgive("422")  # Chromium logs every answer above 399
    issue = county.in_progress(Light.BLUE)
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY], issue)

    unfold(page, "Pass up")
    page.get_by_label("What was tried").fill("三次上门协商未果")
    page.get_by_label("Who took part").fill("王书记、李代表")
    press(page, "Pass up")

    expect(page.locator("#refusal")).to_be_visible()
    expect(page.locator("#escalate-minute_held_on-errors")).to_have_text("Give the date of the meeting.")
    expect(page.get_by_label("What was tried")).to_have_value("三次上门协商未果")
    expect(page.get_by_label("Who took part")).to_have_value("王书记、李代表")
    expect(page.get_by_label("Held on")).to_be_focused()

    page.get_by_label("Held on").fill("2024-03-01")
    page.get_by_label("Outcome").fill("同意上报")
    press(page, "Pass up")
    expect(page.locator(".issue__state [data-light]")).to_have_attribute("data-light", "yellow")


def test_double_click_does_it_once(county: Scene, page: Page, log_in: LogIn):
    issue = county.accepted()
    open_as(page, log_in, county[Role.PARTY_REPRESENTATIVE], issue)

    page.get_by_role("button", name="Acknowledge", exact=True).dblclick()

    expect(page.locator(".issue__state")).to_contain_text("in progress")
    assert Event.objects.filter(issue=issue, verb=Verb.ACKNOWLEDGE).count() == 1


def test_everything_can_be_done_by_keyboard(county: Scene, page: Page, log_in: LogIn):
    issue = county.in_progress()
    open_as(page, log_in, county[Role.PARTY_REPRESENTATIVE], issue)

    summary = page.locator("summary").filter(has_text="Add progress")
    for _ in range(60):
        page.keyboard.press("Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(field(page, Verb.NOTE, "Text")).to_be_focused()
    page.keyboard.type("已联系厂家")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")

    expect(page.locator("#done")).to_be_focused()
    assert Event.objects.filter(issue=issue, verb=Verb.NOTE).count() == 1


def test_form_that_comes_late_does_not_take_the_keyboard_from_who_writes_in_another(county: Scene, page: Page, log_in: LogIn):
    issue = county.report("河西路口路灯不亮", category="road.light")
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY], issue)
    held: list[Route] = []
    page.route("**/form/accept/*", lambda route: held.append(route))
    page.locator("#move-accept summary").click()
    expect(page.locator("#move-accept").get_by_role("link", name="Open the form")).to_be_visible()
    unfold(page, "Add progress")
    expect(field(page, Verb.NOTE, "Text")).to_be_focused()
    page.keyboard.type("已联系")
    page.evaluate("document.addEventListener('htmx:afterSettle', () => { document.body.dataset.settled = 'yes'; })")

    held[0].continue_()
    expect(page.locator("body[data-settled] #move-accept [name=category]")).to_be_attached()

    expect(field(page, Verb.NOTE, "Text")).to_be_focused()
    expect(field(page, Verb.NOTE, "Text")).to_have_value("已联系")


def test_all_works_without_javascript(county: Scene, open_context: Callable[..., BrowserContext], log_in: LogIn, faults: Faults):
    faults.forgive("422")
    issue = county.in_progress()
    page = open_context(java_script_enabled=False).new_page()
    open_as(page, log_in, county[Role.PARTY_REPRESENTATIVE], issue)

    unfold(page, "Report as solved")
    page.locator("#move-resolve").get_by_role("link", name="Open the form").click()
    press(page, "Report as solved")
    expect(page.locator("#resolve-resolution-errors")).to_have_text("Say what was done.")
    field(page, Verb.RESOLVE, "What was done").fill("已更换灯具")
    field(page, Verb.RESOLVE, "Line for the public page").fill("路灯已修复")
    press(page, "Report as solved")

    expect(page.locator("#messages")).to_contain_text("Done: Report as solved.")
    expect(page.locator(".issue__state")).to_contain_text("awaiting verification")
    assert page.url.endswith(f"/issues/{issue.number}/")


def test_contact_is_shown_to_the_holder_on_request(county: Scene, page: Page, log_in: LogIn):
    issue = county.in_progress(phone=TELEPHONE)
    open_as(page, log_in, county[Role.PARTY_REPRESENTATIVE], issue)
    expect(page.locator("main")).not_to_contain_text(TELEPHONE)

    page.locator(".look summary").click()
    page.get_by_label("What for").select_option(index=1)
    page.get_by_role("button", name="Show the contact").click()

    expect(page.locator(".submission__contact")).to_contain_text(TELEPHONE)


def test_map_shows_the_cell_and_the_point_and_survives_a_move(county: Scene, page: Page, log_in: LogIn):
    issue = county.accepted()
    open_as(page, log_in, county[Role.PARTY_REPRESENTATIVE], issue)
    expect(page.locator(".place__own")).to_be_visible()
    expect(page.locator(".place__pin")).to_be_visible()
    page.evaluate("document.querySelector('#place').dataset.mark = 'same'")

    press(page, "Acknowledge")

    expect(page.locator(".issue__state")).to_contain_text("in progress")
    expect(page.locator("#place[data-mark=same] .place__own")).to_be_visible()


def test_number_of_the_other_issue_is_looked_up(county: Scene, page: Page, log_in: LogIn):
    first, second = county.report("一盏灯", category="road.light"), county.report("又一盏灯", category="road.light")
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY], second)

    unfold(page, "Merge into another issue")
    page.get_by_label("Number of the other issue").focus()

    expect(page.locator("#merge-issue-choices option")).to_have_attribute("value", first.number)
    page.get_by_label("Number of the other issue").fill(first.number)
    press(page, "Merge into another issue")
    expect(page.locator(".issue__state")).to_contain_text("merged")


@pytest.mark.parametrize("viewport", ["desktop", "phone"])
def test_page_has_no_accessibility_fault_and_nothing_wider_than_the_window(
    county: Scene, page: Page, phone: Page, log_in: LogIn, viewport: str
):
    issue = county.proposed()
    shown: Any = page if viewport == "desktop" else phone
    open_as(shown, log_in, county[Role.TOWNSHIP_COMMITTEE], issue)
    expect(shown.locator(".place__own")).to_be_visible()
    unfold(shown, "Dispatch")

    assert accessibility_faults(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert PHONE["width"] == 390
