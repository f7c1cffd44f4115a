"""The queue in a real browser: keys, filters, one press on a row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from issues.terms import Status
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import accessibility_faults
from tests.mapui.scene import Scene, scene

LogIn = Callable[[Page, Person], None]


@pytest.fixture
def county(fresh_counts: None) -> Scene:
    return scene()


def open_as(page: Page, log_in: LogIn, person: Person, query: str = "") -> Page:
    log_in(page, person)
    page.goto(f"/queue/{query}")
    return page


def test_one_press_accepts_a_row_in_place_and_counts_the_tabs_anew(county: Scene, page: Page, log_in: LogIn):
    issue = county.report("路灯不亮", category="road.light")
    county.report("又一盏不亮", category="road.light")
    open_as(page, log_in, county[Role.GRID_MEMBER])
    expect(page.locator("#tabs a[aria-current]")).to_contain_text("2")

    page.get_by_role("button", name=f"Accept {issue.number}").click()

    row = page.locator(f"#row-{issue.number}")
    expect(row).to_have_attribute("data-result", "done")
    expect(row).to_contain_text("awaiting acknowledgement")
    expect(page.locator("#tabs a[aria-current]")).to_contain_text("1")
    assert county.again(issue).status == Status.ASSIGNED
    assert page.url.endswith("/queue/")


def test_row_that_somebody_changed_meanwhile_says_so_in_place(county: Scene, page: Page, log_in: LogIn):
    issue = county.report("路灯不亮", category="road.light")
    open_as(page, log_in, county[Role.GRID_MEMBER])
    county.move(issue, "accept", Role.VILLAGE_SECRETARY)  # type: ignore[arg-type]

    page.get_by_role("button", name=f"Accept {issue.number}").click()

    expect(page.locator(f"#row-{issue.number}")).to_contain_text("Meanwhile")


def test_j_and_k_move_and_enter_opens(county: Scene, page: Page, log_in: LogIn):
    first, second = (county.report(text, category="road.light") for text in ("第一盏", "第二盏"))
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY])

    page.keyboard.press("j")
    expect(page.locator(f"#row-{first.number}")).to_have_attribute("aria-current", "true")
    page.keyboard.press("j")
    expect(page.locator(f"#row-{second.number}")).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{page.url.split('/issues/')[0].split('/queue/')[0]}/issues/{first.number}/")


def test_keys_are_left_alone_while_one_types(county: Scene, page: Page, log_in: LogIn):
    county.report("第一盏", category="road.light")
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY])

    page.get_by_label("Words or number").press_sequentially("jk")

    expect(page.get_by_label("Words or number")).to_have_value("jk")
    expect(page.locator("[data-row][aria-current=true]")).to_have_count(0)


def test_filter_narrows_at_once_and_is_in_the_address(county: Scene, page: Page, log_in: LogIn):
    lamp, question = county.report("路灯", category="road.light"), county.report("怎么办证", category="svc.consult")
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY])

    page.get_by_label("Category").select_option("svc")

    expect(page.locator(f"#row-{lamp.number}")).to_have_count(0)
    expect(page.locator(f"#row-{question.number}")).to_be_visible()
    assert page.url.endswith("/queue/?category=svc")
    page.reload()
    expect(page.locator(f"#row-{lamp.number}")).to_have_count(0)
    expect(page.get_by_label("Category")).to_have_value("svc")


def test_queue_works_without_javascript(county: Scene, open_context: Callable[..., BrowserContext], log_in: LogIn):
    issue = county.report("路灯", category="road.light")
    page = open_context(java_script_enabled=False).new_page()
    open_as(page, log_in, county[Role.GRID_MEMBER])

    page.get_by_role("button", name=f"Accept {issue.number}").click()

    expect(page.locator("#messages")).to_contain_text(f"{issue.number} – done: Accept.")
    page.get_by_label("Words or number").fill("没有这个")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("#queue")).to_contain_text("Nothing that waits for you fits the filter.")


def test_notices_open_and_are_marked_as_read(county: Scene, page: Page, log_in: LogIn):
    from issues.models import Notice

    issue = county.in_progress()
    event = issue.events.latest("number")
    Notice.objects.filter(person=county[Role.VILLAGE_SECRETARY]).delete()
    Notice.objects.create(event=event, person=county[Role.VILLAGE_SECRETARY], not_before=county.at, announced_at=county.at)
    open_as(page, log_in, county[Role.VILLAGE_SECRETARY])
    notices = page.locator("#notices")
    expect(notices.locator("summary")).to_contain_text("1")

    notices.locator("summary").click()
    page.get_by_role("button", name="Mark all as read").click()

    expect(notices.locator("summary")).not_to_contain_text("1")
    expect(notices.locator(".notices__new")).to_have_count(0)


@pytest.mark.parametrize("viewport", ["desktop", "phone"])
def test_queue_has_no_accessibility_fault_and_nothing_wider_than_the_window(
    county: Scene, page: Page, phone: Page, log_in: LogIn, viewport: str
):
    county.report("一组到二组之间没有路灯,夜间出行不便,请增设", category="road.light")
    county.accepted()
    shown = page if viewport == "desktop" else phone
    open_as(shown, log_in, county[Role.VILLAGE_SECRETARY])

    assert accessibility_faults(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_on_a_phone_the_filter_is_folded_and_the_button_is_in_reach(county: Scene, phone: Page, log_in: LogIn):
    issue = county.report("路灯不亮", category="road.light")
    open_as(phone, log_in, county[Role.GRID_MEMBER])

    expect(phone.get_by_label("Category")).to_be_hidden()
    box = phone.get_by_role("button", name=f"Accept {issue.number}").bounding_box()

    assert box is not None
    assert box["height"] >= 44
    assert box["x"] + box["width"] <= 390
