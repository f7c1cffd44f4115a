"""J4 无人办理: the test vector of the domain notes (§3.2), over National Day and two worked weekend days, as the pages tell it."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction
from playwright.sync_api import expect

from grids.levels import Level
from issues import services
from issues.errors import Refusal
from issues.models import EscalationRequest, Event, Issue, KeySupervisionEntry, Notice, ReminderLetter
from issues.terms import Actor, Cause, ClockState, Light, Verb
from representatives.roles import Role
from tests.browser.journeys.clock import CHINA, told
from tests.browser.journeys.desk import Desk

RUBBISH = "二组路口垃圾堆了半个月没人清。"


def accepted_on_monday(desk: Desk) -> Issue:
    """Green and normal, accepted on Monday 2024-09-23 at 09:00; the representative signs nothing, ever."""
    desk.clock.set("2024-09-23 08:55")
    issue = desk.told(RUBBISH, category="env.waste")
    issue = desk.act(issue, Verb.ACCEPT, "gm")
    assert told(issue.accepted_at) == "2024-09-23 09:00"
    assert issue.light == Light.GREEN
    return issue


def moments(issue: Issue, verb: Verb, **facts: object) -> list[str]:
    """When the program did that, in the time of China."""
    events = Event.objects.filter(issue=issue, verb=verb, actor=Actor.SYSTEM).order_by("number")
    fitting = (event for event in events if facts.items() <= {**event.facts, "level": event.from_level}.items())
    return [f"{event.at.astimezone(CHINA):%m-%d %H:%M}" for event in fitting]


def roles_told(issue: Issue, step: int) -> set[str]:
    """Who was told of that step of the green clock."""
    found = Notice.objects.filter(event__issue=issue, event__verb=Verb.WARN, event__facts__step=step, event__from_level=Level.GRID)
    found = found.filter(event__facts__reason="level", person__isnull=False)
    return {role for notice in found if notice.person for role in notice.person.assignments.values_list("role", flat=True)}


def test_j4_issue_that_nobody_handles_walks_the_test_vector_up_to_a_mere_draft(desk: Desk):
    issue = accepted_on_monday(desk)

    desk.until("2024-09-26 17:31", issue)
    assert moments(issue, Verb.WARN, reason="level", level=Level.GRID) == ["09-25 08:45", "09-26 09:54", "09-26 17:30"]
    assert roles_told(issue, 0) == {Role.PARTY_REPRESENTATIVE}  # 50 %: the handler, in the daily digest
    assert roles_told(issue, 1) == roles_told(issue, 2) == {Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY}
    page = desk.see(issue, "pr")
    expect(page.locator(".issue__state [data-clock]")).to_have_attribute("data-clock", ClockState.OVERDUE)
    desk.open("/notices/", "pr")
    expect(page.locator(".inbox__issue")).to_contain_text(issue.number)

    desk.until("2024-09-27 17:31", issue)
    page = desk.see(issue, "vs")
    expect(page.locator(".issue__state [data-light]")).to_have_attribute("data-light", "blue")
    desk.until("2024-10-12 17:31", issue)
    page = desk.see(issue, "tc")
    expect(page.locator(".issue__state [data-light]")).to_have_attribute("data-light", "yellow")
    expect(page.locator(".issue__facts")).to_contain_text(re.compile(r"Why it climbed\s*overdue"))
    issue = desk.again(issue)
    assert (issue.light, issue.climb_cause) == (Light.YELLOW, Cause.OVERDUE)
    assert [slip.cause for slip in EscalationRequest.objects.order_by("pk")] == [Cause.OVERDUE, Cause.OVERDUE]
    assert moments(issue, Verb.ESCALATE) == ["09-27 17:30", "10-12 17:30"]

    desk.until("2024-10-30 08:30", issue)
    issue = desk.again(issue)
    assert moments(issue, Verb.DRAFT_RED) == ["10-29 17:30"]
    assert (told(issue.level_due_at), issue.light) == ("2024-10-25 17:30", Light.YELLOW)
    assert told(issue.total_due_at) == "2024-11-22 17:30"
    assert not KeySupervisionEntry.objects.exists()
    desk.open("/red/?tab=drafts", "duc")
    expect(desk.page.locator("main")).to_contain_text(issue.number)
    desk.open("/red/", "duc")
    expect(desk.page.locator("main")).not_to_contain_text(issue.number)


def test_j4_office_refuses_the_draft_supervises_the_yellow_issue_and_reminds_the_unit_by_letter(desk: Desk):
    issue = accepted_on_monday(desk)
    desk.until("2024-10-30 08:55", issue)

    issue = desk.act(issue, Verb.REFUSE_RED, "duc", reason="镇里有力量清运,不必入库。")
    assert issue.light == Light.YELLOW
    expect(desk.page.locator(".issue__state [data-light]")).to_have_attribute("data-light", "yellow")
    issue = desk.act(issue, Verb.SUPERVISE, "duc", reason="超期三个月未清运。", unit=desk.banner.units["township"])
    entry = KeySupervisionEntry.objects.get()
    assert (entry.grade, entry.entered_by) == (KeySupervisionEntry.Grade.GENERAL, desk.banner.staff["duc"])
    assert issue.light == Light.YELLOW
    assert issue.standing_entry is None  # a general supervision is no stay in the red list

    desk.open(f"/red/letters/new/?issue={issue.number}", "duc")
    desk.page.get_by_role("button", name="Send the letter").click()
    expect(desk.page.locator("#messages")).to_contain_text("was sent to 林东镇党委")
    letter = ReminderLetter.objects.get()
    assert (letter.unit, letter.issued_by) == (desk.banner.units["township"], desk.banner.staff["duc"])
    assert [item.issue for item in letter.items.all()] == [issue]
    assert desk.open(f"/red/letters/{letter.number}/", "tc").status == 200
    expect(desk.page.locator("main")).to_contain_text(issue.number)


def test_j4_issue_left_untriaged_shows_its_clock_running(desk: Desk):
    desk.clock.set("2024-09-23 09:00")
    issue = desk.told(RUBBISH, category="env.waste")

    desk.until("2024-09-25 09:00", issue)

    page = desk.see(issue, "gm")
    expect(page.locator(".issue__state")).to_contain_text("awaiting acceptance")
    assert told(desk.again(issue).level_since) == "2024-09-24 17:30"  # the limit of sorting
    running = page.locator(".bar").filter(has_text="At this level")
    expect(running).to_contain_text("September 27 17:30")
    assert float(running.locator(".bar__gone").get_attribute("width") or 0) > 0
    expect(page.locator(".bar").filter(has_text="In all")).to_be_visible()


@pytest.mark.parametrize("verb", [Verb.ENTER_RED, Verb.SUPERVISE, Verb.PROPOSE_RED, Verb.LIST])
def test_j4_program_never_enters_anything_in_the_red_list_itself(desk: Desk, verb: Verb):
    issue = accepted_on_monday(desk)
    desk.until("2024-11-30 12:00", issue)  # months late: the program drafts, warns, and that is all it does
    assert not KeySupervisionEntry.objects.exists()
    assert desk.again(issue).light == Light.YELLOW

    with pytest.raises(Refusal), transaction.atomic():
        services.move_by_program(desk.again(issue), verb, at=desk.clock.at)
    last = issue.events.latest("number")
    forged = {"number": last.number + 1, "verb": verb, "actor": Actor.SYSTEM, "by": None, "pk": None}
    for name, value in forged.items():
        setattr(last, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        last.save(force_insert=True)

    assert not KeySupervisionEntry.objects.exists()
