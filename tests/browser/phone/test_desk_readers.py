"""Who reads what on a phone that several use: the desk is its owner's alone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from representatives.roles import Role
from tests.browser.phone.desk import DESK, LogIn, at_desk, entry, fresh, lie, look_at, until, waits, without_signal
from tests.browser.phone.pages import stored
from tests.mapui.scene import Scene

PACK = """async () => {
  const { openOutbox } = await import("/static/mapui/js/phone/outbox.js");
  return (await (await openOutbox()).note("desk"))?.owner ?? null;
}"""


REMEMBERED = """async () => {
  const { openOutbox } = await import("/static/mapui/js/phone/outbox.js");
  return (await (await openOutbox()).note("who"))?.name ?? null;
}"""


def logged_out(page: Page) -> None:
    page.context.clear_cookies()


def test_somebody_else_on_the_phone_sees_their_own_issues_alone_with_and_without_signal(county: Scene, handset, log_in: LogIn):
    mine = county.report("东边的灯", category="road.light")
    theirs = county.report("西边的灯", category="road.light", cell="F")
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])
    expect(entry(page, mine)).to_be_visible()

    logged_out(page)
    page = at_desk(page, log_in, county.stranger)

    expect(entry(page, theirs)).to_be_visible()
    expect(entry(page, mine)).to_have_count(0)
    page = without_signal(page)
    expect(entry(page, theirs)).to_be_visible()
    assert mine.title not in page.content()


def test_somebody_else_who_never_opened_the_desk_is_not_shown_the_first_ones_without_signal(county: Scene, handset, log_in: LogIn):
    mine = county.report("东边的灯", category="road.light")
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])
    logged_out(page)
    log_in(page, county.stranger)
    page.goto("/queue/")
    until(page, REMEMBERED, county.stranger.name)
    assert page.evaluate(PACK) is None

    page = without_signal(page)

    expect(page.get_by_text("There is no signal, and your issues have not been read on this phone yet.")).to_be_visible()
    assert mine.title not in page.content()


def test_after_logging_out_nothing_of_the_issues_is_left_on_the_phone(county: Scene, handset, log_in: LogIn):
    mine = county.report("东边的灯", category="road.light")
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])
    page.locator("details.menu > summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Log out").click()

    assert page.evaluate(PACK) is None
    page = without_signal(page)
    expect(page.get_by_text("Nobody is logged in on this phone")).to_be_visible()
    assert mine.title not in page.content()


def test_somebody_else_cannot_send_what_the_first_one_pressed_who_finds_it_again(county: Scene, handset, log_in: LogIn):
    issue = county.accepted()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))
    look_at(page, issue)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    waits(page, "Acknowledge")
    logged_out(page)
    page.close()
    other = page.context.new_page()
    page.context.set_offline(False)

    at_desk(other, log_in, county.stranger)
    other.locator("[data-refresh]").click()
    fresh(other)
    expect(other.locator("[data-mark=waiting]")).to_have_count(0)
    assert [record["state"] for record in stored(other)] == ["waiting"]
    assert county.again(issue).events.filter(verb="acknowledge").count() == 0

    logged_out(other)
    at_desk(other, log_in, county[Role.PARTY_REPRESENTATIVE])
    lie(other, 0)
    assert county.again(issue).events.get(verb="acknowledge").by == county[Role.PARTY_REPRESENTATIVE]


def test_tab_left_open_while_somebody_else_logs_in_becomes_theirs(county: Scene, handset, log_in: LogIn):
    mine = county.report("东边的灯", category="road.light")
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])
    expect(entry(page, mine)).to_be_visible()
    logged_out(page)
    log_in(page, county.stranger)

    with page.expect_navigation():
        page.locator("[data-refresh]").click()

    fresh(page)
    expect(entry(page, mine)).to_have_count(0)
    expect(page.get_by_text("No open issue in your cells.")).to_be_visible()


def test_copy_of_the_page_on_the_phone_knows_nobody_and_offers_the_desk_to_whose_it_is(county: Scene, handset, log_in: LogIn):
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])
    copy = page.evaluate("async () => (await fetch('/phone/shell/desk/en/', {credentials: 'omit'})).text()")
    assert county[Role.GRID_MEMBER].name not in copy
    assert "csrfmiddlewaretoken" not in copy

    page = without_signal(page)
    page.goto("/report/")

    page.get_by_role("link", name="My cells").first.click()
    expect(page).to_have_url(re.compile(DESK + "$"))
