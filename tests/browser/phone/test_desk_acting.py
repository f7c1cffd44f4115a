"""What is pressed without a signal: marked at once, sent in the order of its issue, never twice, never lost."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from issues.models import Issue
from issues.terms import Status, Verb
from representatives.roles import Role
from tests.browser.phone.desk import DESK, LogIn, at_desk, entry, lie, look_at, verbs_of, waits, without_signal, write
from tests.browser.phone.pages import stored
from tests.mapui.scene import Scene


def nothing_waits(page: Page) -> None:
    """All has been sent, and the server has said so."""
    lie(page, 0)
    expect(page.locator("[data-waiting]:visible, [data-mark=waiting]:visible")).to_have_count(0)


def acknowledged_and_noted(page: Page, issue: Issue) -> None:
    look_at(page, issue)
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    waits(page, "Acknowledge")
    write(page, "Add progress", "Text", "梯子已借到,明早修。")
    waits(page, "Add progress")


def test_acknowledged_and_noted_without_a_signal_it_is_sent_in_order_when_there_is_one(county: Scene, handset, log_in: LogIn):
    issue = county.accepted()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))

    acknowledged_and_noted(page, issue)

    expect(page.get_by_role("button", name="Acknowledge", exact=True)).to_have_count(0)
    assert [record["body"]["verb"] for record in stored(page)] == ["acknowledge", "note"]
    assert county.again(issue).status == Status.ASSIGNED
    page.goto(DESK)
    expect(entry(page, issue)).to_contain_text("waiting on this phone: Acknowledge")

    page.context.set_offline(False)

    nothing_waits(page)
    assert verbs_of(issue)[-2:] == ["acknowledge", "note"]
    assert county.again(issue).status == Status.IN_PROGRESS
    expect(entry(page, issue)).to_contain_text("in progress")


def test_what_was_pressed_outlives_the_page_and_the_phone_put_away(county: Scene, handset, log_in: LogIn):
    issue = county.accepted()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))
    acknowledged_and_noted(page, issue)

    page = without_signal(page)

    look_at(page, issue)
    waits(page, "Acknowledge")
    waits(page, "Add progress")


def test_answer_that_is_lost_after_the_server_took_it_does_not_make_it_twice(county: Scene, handset, log_in: LogIn):
    issue = county.accepted()
    page = at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE])
    lost: list[int] = []

    def lose_the_first_answer(route: Any) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.status)
            route.abort()

    page.route("**/api/moves", lose_the_first_answer)
    look_at(page, issue)
    page.get_by_role("button", name="Acknowledge", exact=True).click()

    nothing_waits(page)
    assert lost == [201]
    assert verbs_of(issue).count("acknowledge") == 1


def test_issue_is_opened_and_closed_on_one_screen_without_a_signal(county: Scene, handset, log_in: LogIn):
    issue = county.report("井盖松动", category="road.light")
    page = without_signal(at_desk(handset(), log_in, county[Role.GRID_MEMBER]))
    look_at(page, issue)

    write(page, "Handled on the spot", "What was done", "井盖已复位,用水泥固定。")

    waits(page, "Handled on the spot")
    page.context.set_offline(False)
    nothing_waits(page)
    assert county.again(issue).status == Status.PENDING_FEEDBACK
    assert verbs_of(issue)[-1] == "handle_on_the_spot"


def test_solution_is_confirmed_or_sent_back_without_a_signal(county: Scene, handset, log_in: LogIn):
    good, bad = county.resolved(text="东门路灯不亮"), county.resolved(text="西门路灯不亮")
    page = without_signal(at_desk(handset(), log_in, county[Role.GRID_MEMBER]))

    look_at(page, good)
    page.get_by_role("link", name="Confirm on site", exact=True).click()
    page.get_by_role("button", name="Confirm on site", exact=True).click()
    waits(page, "Confirm on site")
    page.get_by_role("link", name="My open issues").click()
    look_at(page, bad)
    write(page, "Not solved, send back", "Reason", "灯仍然不亮。")
    waits(page, "Not solved, send back")

    page.context.set_offline(False)
    nothing_waits(page)
    assert county.again(good).status == Status.PENDING_FEEDBACK
    assert county.again(bad).status == Status.IN_PROGRESS


def test_form_says_what_is_missing_and_sends_nothing(county: Scene, handset, log_in: LogIn):
    issue = county.resolved()
    page = at_desk(handset(), log_in, county[Role.GRID_MEMBER])
    look_at(page, issue)
    page.get_by_role("link", name="Not solved, send back", exact=True).click()

    page.get_by_role("button", name="Not solved, send back", exact=True).click()

    expect(page.get_by_text("Give the reason.")).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_focused()
    assert stored(page) == []


def test_half_written_words_are_back_after_the_page_was_left(county: Scene, handset, log_in: LogIn):
    issue = county.resolved()
    page = without_signal(at_desk(handset(), log_in, county[Role.GRID_MEMBER]))
    look_at(page, issue)
    page.get_by_role("link", name="Not solved, send back", exact=True).click()
    page.get_by_label("Reason").press_sequentially("灯仍")
    lie(page, 1)

    page.reload()

    expect(page.get_by_label("Reason")).to_have_value("灯仍")
    assert [record["state"] for record in stored(page)] == ["draft"]


def test_action_can_be_taken_back_while_it_waits(county: Scene, handset, log_in: LogIn):
    issue = county.accepted()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))
    look_at(page, issue)
    page.get_by_role("button", name="Acknowledge", exact=True).click()

    waits(page, "Acknowledge").get_by_role("button", name="Take it back").click()

    expect(page.get_by_role("button", name="Acknowledge", exact=True)).to_be_visible()
    assert stored(page) == []


def test_log_in_that_ended_meanwhile_keeps_all_until_the_same_person_is_back(county: Scene, handset, log_in: LogIn):
    issue = county.accepted()
    page = without_signal(at_desk(handset(), log_in, county[Role.PARTY_REPRESENTATIVE]))
    acknowledged_and_noted(page, issue)
    Session.objects.all().delete()
    page.context.clear_cookies()

    page.context.set_offline(False)

    expect(page.get_by_text("Your log-in has ended.")).to_be_visible()
    assert [record["state"] for record in stored(page)] == ["waiting", "waiting"]
    log_in(page, county[Role.PARTY_REPRESENTATIVE])
    page.goto(DESK)
    nothing_waits(page)
    assert verbs_of(issue)[-2:] == [Verb.ACKNOWLEDGE, Verb.NOTE]
    expect(page.locator("[data-age]")).to_have_text(re.compile(r"^as of \d\d:\d\d$"))
