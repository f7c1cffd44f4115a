"""What a member does at the pocket desk: open it, lose the signal, press, write, find the signal again."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic

from playwright.sync_api import Locator, Page, expect

from issues.models import Event, Issue
from representatives.models import Person
from tests.browser.phone.pages import ready, stored

LogIn = Callable[[Page, Person], None]
DESK = "/desk/"
PATIENCE_S = 15
AS_OF = re.compile(r"^as of \d\d:\d\d$")


def at_desk(page: Page, log_in: LogIn, person: Person) -> Page:
    """The desk of that person, opened once with a signal."""
    log_in(page, person)
    page.goto(DESK)
    fresh(page)
    ready(page)
    return page


def fresh(page: Page) -> None:
    """The server has just said how things are."""
    expect(page.locator("[data-age]")).to_have_text(AS_OF)


def without_signal(page: Page) -> Page:
    """The phone put away, and taken out again where there is no signal."""
    page.close()
    again = page.context.new_page()
    page.context.set_offline(True)
    again.goto(DESK)
    return again


def entry(page: Page, issue: Issue) -> Locator:
    """The issue in the list."""
    return page.locator(f"[data-issue='{issue.number}']")


def look_at(page: Page, issue: Issue) -> None:
    entry(page, issue).get_by_role("link").click()
    expect(page.get_by_role("heading", level=2, name=issue.title)).to_be_visible()


def waits(page: Page, action: str) -> Locator:
    """The page says that this action waits on the phone."""
    panel = page.locator("[data-waiting]").filter(has_text=f"“{action}” waits on this phone")
    expect(panel).to_be_visible()
    return panel


def lie(page: Page, count: int) -> None:
    """Wait until so many records lie in the outbox."""
    _wait_for(page, lambda: len(stored(page)), count)


def until(page: Page, script: str, value: object) -> None:
    """Wait until the (asynchronous) script gives that value; Playwright's own waiting takes a promise for a yes."""
    _wait_for(page, lambda: page.evaluate(script), value)


def _wait_for(page: Page, look: Callable[[], object], value: object) -> None:
    deadline = monotonic() + PATIENCE_S
    while (found := look()) != value:
        assert monotonic() < deadline, f"{found!r} instead of {value!r}"
        page.wait_for_timeout(100)


def write(page: Page, action: str, label: str, words: str) -> None:
    """Open the form of an action of the issue that is shown, write one thing, send it."""
    page.get_by_role("link", name=action, exact=True).click()
    page.get_by_label(label).fill(words)
    page.get_by_role("button", name=action, exact=True).click()


def verbs_of(issue: Issue) -> list[str]:
    """What was done to the issue, in order."""
    return list(Event.objects.filter(issue=issue).order_by("number").values_list("verb", flat=True))
