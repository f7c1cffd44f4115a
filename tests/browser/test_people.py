"""Log-in, contact card, cover report and administration in a real browser: by keyboard, on a phone, on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from representatives.models import Assignment, Person
from representatives.roles import Role
from tests.browser.conftest import accessibility_faults
from tests.browser.phone.pages import until
from tests.drawing import Town, draw_cells
from tests.representatives.factories import person, post

PASSWORD = "four lights on a hill"


@pytest.fixture
def town(transactional_db: None) -> Town:
    """Two cells with their people; the village has no representative."""
    town = draw_cells("A B")
    post(Role.VILLAGE_SECRETARY, town.village, person("Secretary", office_phone="0476 222"))
    post(Role.TOWNSHIP_COMMITTEE, town.township, person("Town"))
    post(Role.SUPERVISION_OFFICE, town.county, person("Li", username="li", password=PASSWORD))
    post(Role.GRID_MEMBER, town["A"], person("Member"))
    return town


@pytest.fixture
def office(town: Town) -> Person:
    return Person.objects.get(username="li")


def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def sheets(page: Page, size: str) -> int:
    """How many sheets of paper the page prints on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=size)))


def test_log_in_when_done_by_keyboard_says_what_was_wrong_and_then_opens_the_page(page, town, faults):
    page.goto("/cover/")
    expect(page.get_by_text("This page is for staff.")).to_be_visible()
    page.keyboard.type("li")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    assert accessibility_faults(page) == []

    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Cover report", level=1)).to_be_visible()
    assert page.url.endswith("/cover/")


def test_log_out_when_pressed_ends_at_the_log_in(page, town, office, log_in):
    log_in(page, office)
    page.goto("/cover/")
    page.get_by_text("Li", exact=True).first.click()

    page.get_by_role("button", name="Log out").click()

    expect(page.get_by_text("You are logged out.")).to_be_visible()


def test_ended_log_in_when_htmx_writes_keeps_the_page_and_says_so(page, town, office, log_in, faults):
    faults.forgive("401")
    log_in(page, office)
    page.goto("/cover/?missing=grid_member")
    page.context.clear_cookies(name="sessionid")

    page.evaluate("htmx.ajax('POST', '/password/', {target: 'main', swap: 'innerHTML'})")

    expect(page.locator("#messages")).to_contain_text("What you wrote is still here")
    expect(page.get_by_role("heading", name="Cover report", level=1)).to_be_visible()


def test_ended_log_in_when_htmx_reads_goes_to_the_log_in_and_back(page, town, office, log_in, faults):
    faults.forgive("401")
    log_in(page, office)
    page.goto("/cover/?missing=grid_member")
    page.context.clear_cookies(name="sessionid")

    page.evaluate("htmx.ajax('GET', '/cover/', {target: 'main', swap: 'innerHTML'})")

    expect(page.get_by_text("Your log-in has ended.")).to_be_visible()
    page.get_by_label("User name").fill("li")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Cover report", level=1)).to_be_visible()
    assert page.url.endswith("/cover/?missing=grid_member")


def test_card_when_opened_on_a_phone_is_whole_and_tells_a_vacancy(phone, town):
    phone.goto(f"/cells/{town['A'].code}/")

    expect(phone.get_by_role("heading", name=town["A"].name, level=1)).to_be_visible()
    expect(phone.get_by_role("row").filter(has_text="solves it directly")).to_contain_text("Secretary stands in")
    until(phone, "document.querySelector('.card__qr').naturalWidth > 0")
    assert fits(phone)
    assert accessibility_faults(phone) == []


@pytest.mark.parametrize("size", ["A4", "A5"])
def test_card_when_printed_takes_one_sheet(page, town, size):
    page.goto(f"/cells/{town['A'].code}/")

    assert sheets(page, size) == 1


def test_cover_when_opened_on_a_phone_is_whole_and_narrows_by_township(phone, town, office, log_in):
    log_in(phone, office)
    phone.goto("/cover/")
    assert fits(phone)
    assert accessibility_faults(phone) == []

    phone.get_by_label("Missing post").select_option("grid_member")
    phone.get_by_role("button", name="Show").click()

    expect(phone.locator("#cover-gaps + .table-wrap tbody tr")).to_have_count(1)


@pytest.mark.parametrize("address", ["/login/", "/nowhere/", "/password/"])
def test_plain_page_when_read_by_a_machine_has_no_barrier(page, town, office, log_in, faults, address):
    faults.forgive("404")
    if address != "/login/":
        log_in(page, office)
    page.goto(address)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert accessibility_faults(page) == []


def test_administrator_when_posting_somebody_finds_person_and_area_by_typing(page, town, log_in):
    log_in(page, post(Role.SYSTEM_ADMIN, town.county))
    newcomer = person("Newcomer", username="newcomer")
    page.goto("/admin/representatives/assignment/add/")

    for field, words, found in (("person", "newcomer", "Newcomer"), ("area", town["B"].code, str(town["B"]))):
        page.locator(f".field-{field} .select2-selection").click()
        page.locator(".select2-search__field").fill(words)
        page.locator(".select2-results__option", has_text=found).click()
    page.get_by_label("Role:").select_option("grid_member")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    assert Assignment.objects.get(person=newcomer).area == town["B"]
