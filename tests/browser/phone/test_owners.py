"""Whose report it is: an ended log-in, somebody else on the same phone, a changed token, a log-out with something left."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from playwright.sync_api import Page, expect

from issues.models import Submission
from representatives.models import Person
from representatives.roles import Role
from tests.browser.phone.pages import WORDS, arrived, kept, send, stored, until, written
from tests.browser.phone.test_sending import EMPTY
from tests.drawing import Town
from tests.representatives.factories import post


def log_out_of_server(page: Page) -> None:
    """The session is over, as after a night; the phone does not know."""
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def written_offline(handset: Any, town: Town, log_in: Any, member: Person, text: str = WORDS) -> Page:
    """A report of the member that waits on the phone; there is a line again, but nothing was tried yet."""
    page = handset()
    log_in(page, member)
    written(page, f"/report/{town['A'].code}/", text)
    page.context.route("**/api/**", lambda route: route.abort())
    send(page)
    kept(page)
    return page


def line_is_back(page: Page) -> None:
    page.context.unroute("**/api/**")


def test_log_in_that_ended_meanwhile_keeps_the_report_until_its_owner_is_back(handset, town, log_in):
    member = post(Role.GRID_MEMBER, town["A"])
    page = written_offline(handset, town, log_in, member)
    log_out_of_server(page)
    line_is_back(page)

    page.goto("/phone/")
    expect(page.get_by_text("1 more is kept here for somebody else")).to_be_visible()
    page.wait_for_timeout(1500)
    assert Submission.objects.count() == 0
    assert [record["state"] for record in stored(page)] == ["waiting"]

    log_in(page, member)
    page.goto("/phone/")
    until(page, EMPTY)
    made = Submission.objects.get()
    assert (made.entered_by, made.text) == (member, WORDS)


def test_form_that_stood_open_for_an_hour_keeps_the_report_and_asks_to_log_in(handset, town, log_in, faults):
    faults.forgive("401")
    member = post(Role.GRID_MEMBER, town["A"])
    page = handset()
    log_in(page, member)
    written(page, f"/report/{town['A'].code}/")
    log_out_of_server(page)

    send(page)

    expect(page.get_by_role("heading", name="please log in again")).to_be_visible()
    assert Submission.objects.count() == 0
    log_in(page, member)
    page.goto("/phone/")
    until(page, EMPTY)
    assert Submission.objects.get().entered_by == member


def test_somebody_else_on_the_same_phone_neither_sees_nor_sends_it(handset, town, log_in):
    member, other = post(Role.GRID_MEMBER, town["A"]), post(Role.GRID_MEMBER, town["B"])
    page = written_offline(handset, town, log_in, member, "Only mine.")
    line_is_back(page)
    log_in(page, other)

    page.goto("/phone/")

    expect(page.get_by_text("1 more is kept here for somebody else")).to_be_visible()
    expect(page.get_by_text("Only mine.")).to_have_count(0)
    expect(page.locator("[data-outbox]")).to_be_hidden()
    written(page, f"/report/{town['B'].code}/", "The other's.")
    send(page)
    arrived(page)
    assert [(made.text, made.entered_by) for made in Submission.objects.all()] == [("The other's.", other)]
    log_in(page, member)
    page.goto("/phone/")
    until(page, EMPTY)
    assert Submission.objects.get(text="Only mine.").entered_by == member


def test_residents_report_on_a_members_phone_is_not_taken_for_the_members(handset, town, log_in):
    page = handset()
    written(page, f"/report/{town['A'].code}/", "Written by a neighbour.")
    page.context.route("**/api/**", lambda route: route.abort())
    send(page)
    kept(page)
    log_in(page, post(Role.GRID_MEMBER, town["A"]))
    line_is_back(page)

    page.goto("/phone/")

    until(page, EMPTY)
    made = Submission.objects.get()
    assert (made.text, made.entered_by) == ("Written by a neighbour.", None)


def test_token_that_was_changed_meanwhile_is_fetched_anew(handset, town, log_in):
    member = post(Role.GRID_MEMBER, town["A"])
    page = written_offline(handset, town, log_in, member)
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    line_is_back(page)

    page.goto("/phone/")

    until(page, EMPTY)
    assert Submission.objects.count() == 1


def test_token_that_changes_between_asking_and_sending_costs_one_more_question(handset, town, faults):
    faults.forgive("403")
    page = handset()
    written(page, f"/report/{town['A'].code}/")
    asked: list[str] = []

    def once(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.continue_(headers={**route.request.headers, "x-csrftoken": "0" * 64})
        else:
            route.continue_()

    page.route("**/api/reports", once)
    send(page)

    arrived(page)
    assert (len(asked), Submission.objects.count()) == (2, 1)


def test_logging_out_with_something_left_asks_first(handset, town, log_in):
    member = post(Role.GRID_MEMBER, town["A"])
    page = written_offline(handset, town, log_in, member)
    page.goto("/phone/")
    page.locator("details[data-menu] > summary").click()
    page.get_by_role("button", name="Log out").click()

    dialog = page.get_by_role("dialog", name="1 report is not sent yet.")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Stay logged in").click()
    expect(page.locator("[data-outbox]")).to_contain_text("1")

    page.locator("details[data-menu] > summary").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log out all the same").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    assert [record["state"] for record in stored(page)] == ["waiting"]


def test_logging_out_with_an_empty_outbox_just_logs_out(handset, town, log_in):
    page = handset()
    log_in(page, post(Role.GRID_MEMBER, town["A"]))
    page.goto("/report/")
    page.locator("details[data-menu] > summary").click()

    page.get_by_role("button", name="Log out").click()

    expect(page.get_by_text("You are logged out.")).to_be_visible()
