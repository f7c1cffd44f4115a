"""The overview in a real browser: colours, choosing, drilling down, filters, live changes, keyboard, phone, no script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from grids.models import Area
from issues.terms import Light, Verb
from representatives.roles import Role
from tests.browser.conftest import accessibility_faults, colour_at
from tests.drawing import shape_of
from tests.mapui.scene import Scene, scene

GREEN, BLUE, YELLOW = "#5db58b", "#2563b8", "#ffd23f"
LogIn = Callable[[Page, object], None]


@pytest.fixture
def made(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr("mapui.views.dashboard.EVERY_MS", 400)
    return scene()


def open_map(page: Page, query: str = "") -> None:
    page.goto(f"/{query}")
    expect(page.locator("#map[data-ready]")).to_be_visible()
    # Not wait_for_function: what it evaluates later than at once, the content policy of the page forbids.
    for _ in range(200):
        if page.evaluate("document.querySelector('#map').areaMap.layer.tiles.isLoading() === false"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("The map was not painted within ten seconds.")


def place_of(page: Page, cell: Area, *, east: float = 0.5, north: float = 0.5) -> tuple[float, float]:
    """Where that part of the cell (0 to 1 from its south-west corner) is in the window."""
    west, south, right, top = shape_of(cell).bounds
    where = [south + north * (top - south), west + east * (right - west)]
    at = page.evaluate("where => document.querySelector('#map').areaMap.map.latLngToContainerPoint(where)", where)
    box = page.locator("#map").bounding_box()
    assert box is not None
    return box["x"] + at["x"], box["y"] + at["y"]


def colour_of(page: Page, cell: Area) -> str:
    """Of a spot near the corner, where neither a label nor a pin lies."""
    return colour_at(page, *place_of(page, cell, east=0.12, north=0.2))


def wait_for_colour(page: Page, cell: Area, colour: str) -> None:
    """Until the cell has it; fails with the colour that it has instead."""
    for _ in range(40):
        if colour_of(page, cell) == colour:
            return
        page.wait_for_timeout(100)
    assert colour_of(page, cell) == colour


def test_cells_when_issues_are_open_have_the_colour_of_the_worst_light(page, made, log_in):
    made.accepted(cell="A")
    made.accepted(Light.BLUE, cell="B")
    made.accepted(Light.YELLOW, cell="D")
    log_in(page, made[Role.SUPERVISION_OFFICE])

    open_map(page)

    wait_for_colour(page, made.town["A"], GREEN)
    assert colour_of(page, made.town["D"]) == YELLOW
    assert colour_of(page, made.town["B"]) == BLUE


def test_cell_when_pointed_at_and_pressed_is_named_and_chosen(page, made, log_in):
    made.accepted(cell="A")
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)
    spot = place_of(page, made.town["A"], east=0.2, north=0.2)

    page.mouse.move(*spot)
    expect(page.locator("#map-tip")).to_have_text("第1网格: green, 1 open issue")
    page.mouse.click(*spot)

    expect(page.get_by_role("heading", name="第1网格")).to_be_visible()
    expect(page).to_have_url(re.compile(f"area={made.town['A'].code}"))
    expect(page.locator("#table tr[aria-selected=true]")).to_contain_text("第1网格")


def test_drill_down_when_links_are_followed_moves_the_map_and_the_address(page, made, log_in):
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)
    panel = page.get_by_role("complementary", name="Chosen area")

    page.get_by_role("row", name="林东镇").get_by_role("link").click()
    expect(panel.get_by_role("heading", name="林东镇")).to_be_visible()
    page.get_by_role("row", name="兴隆村").get_by_role("link").click()
    expect(panel.get_by_role("heading", name="兴隆村")).to_be_visible()
    expect(page).to_have_url(re.compile(f"area={made.town.villages['兴隆村'].code}"))
    page.reload()

    expect(panel.get_by_role("heading", name="兴隆村")).to_be_visible()
    panel.get_by_role("link", name="巴林左旗").click()
    expect(page.get_by_role("row", name="富河镇")).to_be_visible()
    page.go_back()
    expect(panel.get_by_role("heading", name="兴隆村")).to_be_visible()


def test_filter_when_set_recolours_and_survives_a_reload(page, made, log_in):
    made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)
    wait_for_colour(page, made.town["A"], YELLOW)

    page.locator("label").filter(has=page.locator("[name=light][value=green]")).click()

    wait_for_colour(page, made.town["A"], GREEN)
    expect(page).to_have_url(re.compile("light=green"))
    page.reload()
    expect(page.locator("[name=light][value=green]")).to_be_checked()
    wait_for_colour(page, made.town["A"], GREEN)
    expect(page.get_by_role("row", name="林东镇").get_by_role("cell").nth(1)).to_have_text("1")


def test_cell_when_its_issue_climbs_elsewhere_changes_colour_without_a_reload(page, made, log_in):
    issue = made.accepted(cell="A")
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)
    wait_for_colour(page, made.town["A"], GREEN)
    page.evaluate("document.body.dataset.same = 'yes'")

    made.move(issue, Verb.ESCALATE, Role.PARTY_REPRESENTATIVE, tried="跟邻居谈过")

    wait_for_colour(page, made.town["A"], BLUE)
    expect(page.locator("#announcer")).to_contain_text("第1网格: blue, 1 open issue")
    expect(page.locator("[data-same=yes]")).to_have_count(1)


def test_map_when_worked_by_keyboard_chooses_and_goes_up(page, made, log_in):
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page, f"?area={made.town['B'].code}")
    panel = page.get_by_role("complementary", name="Chosen area")

    page.locator("#map").focus()
    page.keyboard.press("Escape")
    expect(panel.get_by_role("heading", name="上京社区")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel.get_by_role("heading", name="林东镇")).to_be_visible()
    page.keyboard.press("Enter")

    expect(panel.get_by_role("heading", name=re.compile("第.网格"))).to_be_visible()


def test_level_when_fixed_stays_whatever_the_zoom(page, made, log_in):
    made.accepted(cell="A")
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)

    page.get_by_role("group", name="Level shown").get_by_text("township", exact=True).click()

    expect(page.locator("#map[data-ready=township]")).to_be_visible()
    wait_for_colour(page, made.town["C"], GREEN)


def test_single_issues_when_near_can_be_opened(page, made, log_in):
    issue = made.accepted(cell="A")
    log_in(page, made[Role.VILLAGE_SECRETARY])
    open_map(page, f"?area={made.town['A'].code}")

    page.get_by_role("button", name=re.compile(re.escape(issue.title))).click()

    expect(page).to_have_url(re.compile(f"/issues/{issue.number}/"))


def test_connection_when_lost_is_said_and_when_back_unsaid(page, made, log_in, faults):
    faults.forgive("ERR_INTERNET_DISCONNECTED")
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)

    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)

    expect(page.locator("#offline")).to_be_hidden()


def test_log_in_when_it_has_ended_is_said(page, made, log_in):
    log_in(page, made[Role.SUPERVISION_OFFICE])
    open_map(page)

    page.context.clear_cookies()

    expect(page.locator("#messages")).to_contain_text("You are no longer logged in.")


def test_visitor_when_they_come_can_report_and_sees_no_small_number(page, made):
    made.report(cell="A", category="road.light")

    open_map(page)

    expect(page.get_by_role("link", name="Report a problem", exact=True)).to_be_visible()
    expect(page.locator("#legend [data-legend=unseen]")).to_be_visible()
    expect(page.locator("#filters")).to_have_count(0)


def test_page_without_a_script_filters_and_drills_down(open_context, made, log_in):
    made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")
    page = open_context(java_script_enabled=False).new_page()
    log_in(page, made[Role.SUPERVISION_OFFICE])
    page.goto("/")

    page.locator("label").filter(has=page.locator("[name=light][value=yellow]")).click()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("row", name="林东镇").get_by_role("cell").nth(1)).to_have_text("1")
    page.get_by_role("row", name="林东镇").get_by_role("link").click()

    expect(page.get_by_role("row", name="上京社区").get_by_role("cell").nth(1)).to_have_text("1")


def test_phone_when_held_upright_shows_map_panel_and_table_without_scrolling_sideways(phone, made, log_in):
    made.accepted(cell="A")
    log_in(phone, made[Role.SUPERVISION_OFFICE])

    open_map(phone)
    wait_for_colour(phone, made.town["A"], GREEN)
    phone.touchscreen.tap(*place_of(phone, made.town["A"], east=0.2, north=0.2))

    expect(phone.get_by_role("heading", name="第1网格")).to_be_attached()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    expect(phone.locator("#filters")).to_be_hidden()
    phone.get_by_text("Filters", exact=True).click()
    expect(phone.locator("#filters")).to_be_visible()


@pytest.mark.parametrize("role", [Role.SUPERVISION_OFFICE, None])
def test_page_when_tested_by_axe_has_no_fault(page, made, log_in, role):
    made.accepted(cell="A")
    if role:
        log_in(page, made[role])
    open_map(page, f"?area={made.town.village.code}")

    assert accessibility_faults(page) == []


def test_page_in_chinese_speaks_chinese(open_context, made, log_in):
    page = open_context(locale="zh-CN").new_page()
    log_in(page, made[Role.SUPERVISION_OFFICE])

    open_map(page)

    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("navigation", name="主菜单")).to_contain_text("总览")
