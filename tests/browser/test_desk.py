"""A day at the desk in a real browser: many rows at once, keys, ready-made texts, a conflict, the search."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, expect

from issues import services
from issues.models import ReplyTemplate
from issues.terms import Light, Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import Faults, accessibility_faults
from tests.mapui.scene import Scene, scene

LogIn = Callable[[Page, Person], None]


@pytest.fixture
def county(fresh_counts: None) -> Scene:
    return scene()


def open_as(page: Page, log_in: LogIn, person: Person, address: str = "/queue/") -> Page:
    log_in(page, person)
    page.goto(address)
    return page


def test_rows_ticked_as_a_range_are_accepted_at_once_and_each_says_what_became_of_it(county: Scene, page: Page, log_in: LogIn):
    issues = [county.report(f"第{n}盏路灯", category="road.light") for n in range(4)]
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY])
    county.move(issues[1], Verb.PLACE, Role.VILLAGE_SECRETARY, area=county.town["B"].code)

    page.locator("[data-tick]").nth(0).click()
    page.locator("[data-tick]").nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-ticked]")).to_have_text("3 rows ticked")
    page.locator("[data-bulk-verb=accept]").click()

    results = page.locator(".bulk__results [data-result]")
    expect(results).to_have_count(3)
    expect(page.locator("[data-result=done]")).to_have_count(2)
    expect(page.locator("[data-result=quicker]")).to_contain_text("Meanwhile")
    assert accessibility_faults(page) == []
    assert county.again(issues[3]).status == Status.SUBMITTED
    page.get_by_role("link", name="Back to the queue").click()
    expect(page.locator("[data-row]").first).to_be_visible()


def test_rows_without_javascript_are_dispatched_through_a_form_of_their_own(
    county: Scene, open_context: Callable[..., BrowserContext], log_in: LogIn
):
    issue = county.accepted(Light.YELLOW)
    page = open_as(open_context(java_script_enabled=False).new_page(), log_in, county[Role.TOWNSHIP_COMMITTEE])

    page.get_by_label(f"Tick {issue.number}").check()
    page.get_by_role("form", name="For the ticked rows").get_by_role("button", name="Dispatch").click()
    page.get_by_label("Lead unit").select_option(label="交通运输局")
    page.get_by_role("button", name="Dispatch", exact=True).click()

    expect(page.locator("[data-result=done]")).to_have_count(1)
    assert county.again(issue).lead_unit == county.units["roads"]


def test_keys_tick_and_acknowledge_lead_elsewhere_and_can_be_switched_off(county: Scene, page: Page, log_in: LogIn):
    first, second = county.accepted(), county.accepted()
    open_as(page, log_in, county[Role.PARTY_REPRESENTATIVE])

    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-ticked]")).to_have_text("2 rows ticked")
    page.keyboard.press("a")
    expect(page.locator("[data-result=done]")).to_have_count(2)
    assert {county.again(one).status for one in (first, second)} == {Status.IN_PROGRESS}

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_label("Shortcuts of single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(page.url)
    page.keyboard.press("?")  # the panel itself can always be reached
    page.get_by_label("Shortcuts of single keys are on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/search/")


def test_slash_puts_the_focus_in_the_search_field_and_letters_stay_letters(county: Scene, page: Page, log_in: LogIn):
    county.report()
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY])

    page.keyboard.press("/")
    page.keyboard.type("gq?jx")

    expect(page.get_by_label("Words or number")).to_have_value("gq?jx")


def test_ready_made_text_is_added_to_what_was_typed(county: Scene, page: Page, log_in: LogIn):
    issue = county.accepted()
    made = ReplyTemplate(name="到场", verb=Verb.NOTE, area=county.town.township)
    services.save_template(made, {"text": "{number} 已到场"}, by=county[Role.TOWNSHIP_COMMITTEE], at=now())
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY], f"/issues/{issue.number}/")

    page.keyboard.press("n")
    form = page.locator("#move-note")
    form.locator("textarea[name=text]").fill("我写的")
    form.get_by_role("button", name="Insert a text").click()
    form.get_by_role("button", name="到场").click()

    expect(form.locator("textarea[name=text]")).to_have_value(f"我写的\n{issue.number} 已到场")
    expect(form.locator("textarea[name=text]")).to_be_focused()


def test_second_saver_sees_both_and_sends_again_with_one_press(county: Scene, page: Page, log_in: LogIn, faults: Faults):
    faults.forgive("409")
    issue = county.in_progress(Light.BLUE)
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY], f"/issues/{issue.number}/")
    page.locator(".move > summary", has_text="Add progress").click()
    page.locator("#move-note textarea[name=text]").fill("我的一句话")
    county.move(issue, Verb.NOTE, Role.PARTY_REPRESENTATIVE, text="厂家周五到场")

    page.locator("#move-note button[type=submit]").click()

    expect(page.get_by_role("heading", name="What was done meanwhile")).to_be_visible()
    expect(page.locator(".conflict")).to_contain_text("厂家周五到场")
    expect(page.locator("#move-note textarea[name=text]")).to_have_value("我的一句话")
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Send it all the same").click()
    expect(page.locator("#done")).to_be_visible()
    assert issue.events.filter(verb=Verb.NOTE).count() == 2


def test_search_finds_as_one_narrows_and_is_free_of_faults(county: Scene, page: Page, phone: Page, log_in: LogIn):
    county.report("村口桥面塌陷")
    for view in (page, phone):
        open_as(view, log_in, county[Role.VILLAGE_SECRETARY], "/search/")
        view.get_by_label("What to look for").fill("桥面")
        view.keyboard.press("Enter")
        expect(view.locator(".hit mark").first).to_have_text("桥面")
        view.locator(".search__filters > summary").click()
        view.get_by_label("State").select_option("ended")
        expect(view.locator("#found")).to_contain_text("Nothing that you may open")
        assert accessibility_faults(view) == []
