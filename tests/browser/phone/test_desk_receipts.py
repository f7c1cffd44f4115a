"""Reports for somebody without a phone: solved on the spot in one screen, a number to write down, a receipt to show and print."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from issues.models import Submission
from issues.terms import Status
from representatives.roles import Role
from tests.browser.phone.desk import DESK, LogIn, at_desk, without_signal
from tests.browser.phone.pages import fill_in, kept, send, stored
from tests.mapui.scene import Scene


def entered_for_somebody(county: Scene, page: Page) -> str:
    """A report for somebody, without a signal; the number that stands for it on this phone."""
    page.get_by_role("link", name="Report for somebody").click()
    fill_in(page)
    page.get_by_label("Township").select_option(label="林东镇")
    send(page)
    kept(page)
    [record] = stored(page)
    return f"{record['uuid'][:4]}-{record['uuid'][4:8]}".upper()


def test_without_a_signal_a_local_number_stands_for_the_receipt_until_it_is_sent(county: Scene, handset, log_in: LogIn):
    page = without_signal(at_desk(handset(), log_in, county[Role.GRID_MEMBER]))

    number = entered_for_somebody(county, page)

    expect(page.locator("[data-local-number]")).to_have_text(number)
    page.get_by_role("link", name="Show it large, or print it").click()
    expect(page.get_by_role("heading", name="Number on this phone")).to_be_visible()
    expect(page.locator(".pocket__digits")).to_have_text(number)
    expect(page.get_by_text("not sent yet", exact=False)).to_be_visible()

    page.context.set_offline(False)

    expect(page.get_by_role("heading", name="Receipt code")).to_be_visible(timeout=15_000)
    made = Submission.objects.get(entered_by=county[Role.GRID_MEMBER])
    shown = re.sub(r"[^0-9A-Z]", "", page.locator(".pocket__digits").inner_text())
    assert shown == re.sub(r"[^0-9A-Z]", "", made.receipt_code.upper())
    assert page.locator(".pocket__digits").evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)") >= 32


def test_receipt_stays_in_the_list_and_can_be_shown_and_printed_later_without_signal(county: Scene, handset, log_in: LogIn):
    page = without_signal(at_desk(handset(), log_in, county[Role.GRID_MEMBER]))
    entered_for_somebody(county, page)
    page.context.set_offline(False)
    page.wait_for_url("**/t/**")
    page = without_signal(page)
    made = Submission.objects.get(entered_by=county[Role.GRID_MEMBER])

    page.locator("[data-entry]").get_by_role("link").click()

    expect(page.get_by_role("heading", name="Receipt code")).to_be_visible()
    expect(page.locator(".pocket__address")).to_contain_text("/t/")
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed") is True
    page.emulate_media(media="print")
    expect(page.locator(".pocket__digits")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    assert made.issue.number in page.content()


def test_new_problem_is_opened_and_closed_on_one_screen_without_a_signal(county: Scene, handset, log_in: LogIn):
    spot = county.town.inside("A")
    there = {"longitude": spot.x, "latitude": spot.y, "accuracy": 8}
    phone = handset(geolocation=there, permissions=["geolocation"])
    page = without_signal(at_desk(phone, log_in, county[Role.GRID_MEMBER]))
    page.get_by_role("link", name="Solved on the spot").click()
    expect(page.get_by_label("Solved on the spot")).to_be_checked()
    fill_in(page, "路边井盖翘起")
    page.get_by_label("What was done").fill("已压实复位。")
    page.get_by_role("button", name="I am there now").tap()
    expect(page.get_by_text("The position is kept.")).to_be_visible(timeout=15_000)
    send(page)
    kept(page)

    page.context.set_offline(False)
    page.wait_for_url("**/t/**")

    made = Submission.objects.get(text="路边井盖翘起")
    assert (made.issue.status, made.issue.resolution) == (Status.PENDING_FEEDBACK, "已压实复位。")


def test_screen_that_asks_for_a_receipt_that_is_not_here_says_so(county: Scene, handset, log_in: LogIn):
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])

    page.goto(f"{DESK}#receipt/0f0f0f0f-0000-4000-8000-00000000000a")

    expect(page.get_by_text("This is not on this phone")).to_be_visible()
