"""J9 特急与越界: a bare wire at the school gate, and three matters that belong elsewhere.

At 22:40 everybody who sorts is told at once, in the program and by SMS, and the duty telephone rings: a gateway reads one
sentence out, here one on this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from issues.models import EventText, Issue, Notice, NoticeChoice, Submission
from issues.notices import sending
from issues.privacy import retention
from issues.terms import Light, Status, Urgency, Verb
from representatives.roles import Role
from tests.browser.conftest import Faults
from tests.browser.journeys.clock import told
from tests.browser.journeys.desk import Desk
from tests.issues.receiver import Receiver, receiver

WIRE = "裸线落在校门口,孩子快放学了。"
STRANGER = "有个陌生小伙子在村口转来转去。"
FUNDS = "村书记把修路的钱揣进了自己腰包。"
MANNER = "去办事,王书记态度很不好,说话难听。"


def written(desk: Desk, text: str, *, danger: bool = False, category: str = "") -> Page:
    """A resident fills in the form of the card on the school's wall, and sends it."""
    page = desk.phone
    page.goto(f"/report/{desk.banner.town['A'].code}/")
    expect(page.locator(".emergency")).to_contain_text("110")  # before anything is asked
    page.get_by_role("textbox", name="What is the matter?").fill(text)
    page.get_by_label("Yes, danger" if danger else "No danger").check()
    if category:
        desk.kind(category, page)
    page.locator("[data-send]").click()
    return page


def arrived(page: Page) -> Submission:
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    return Submission.objects.latest("pk")


def purged(desk: Desk, issue: Issue) -> None:
    """Twenty-four hours after it was declined its words are gone, for staff and requester alike."""
    report = issue.submissions.get()
    words = report.text
    assert retention.purge(at=desk.clock.passes(hours=23)).done == 0
    assert retention.purge(at=desk.clock.passes(hours=1)).done == 1
    report.refresh_from_db()
    assert (report.text, words in desk.again(issue).title) == ("", False)
    assert not EventText.objects.filter(event__issue=issue, event__verb=Verb.SUBMIT).exclude(texts={}).exists()
    expect(desk.see(issue, "tc").locator("main")).not_to_contain_text(words[:8])
    expect(desk.follow(report).locator("main")).to_contain_text("The text was erased.")


@pytest.fixture
def gateway() -> Iterator[Receiver]:
    """Rings the duty telephone."""
    with receiver() as told:
        yield told


def test_j9_bare_wire_at_night_is_told_at_once_made_safe_within_two_hours_and_then_urgent(
    desk: Desk, settings: Any, gateway: Receiver
):
    settings.SMS = {**settings.SMS, "url": "http://127.0.0.1:9/sms"}
    settings.CALL = {**settings.CALL, "url": f"{gateway.url}/call", "success": ""}
    NoticeChoice.objects.create(person=desk.banner.staff["vs"], mobile="13800000001")  # the duty phone
    desk.clock.set("2026-06-01 22:40")
    page = written(desk, WIRE, danger=True, category="energy.wire")
    issue = arrived(page).issue

    assert (issue.urgency, issue.light, told(issue.triage_due_at)) == (Urgency.CRITICAL, Light.BLUE, "2026-06-01 23:10")
    at_once = Notice.objects.filter(event__issue=issue, person__isnull=False)
    assert {told(notice.not_before) for notice in at_once} == {"2026-06-01 22:40"}
    told_to = {role for notice in at_once if notice.person for role in notice.person.assignments.values_list("role", flat=True)}
    assert Role.VILLAGE_SECRETARY in told_to
    assert at_once.filter(channel="sms", person=desk.banner.staff["vs"]).exists()
    sending.announce(at=desk.clock.read())
    (rung,) = [came for came in gateway.came if came.path == "/call"]
    assert rung.json["mobile"] == "13800000001"
    assert "Somebody may be in danger" in rung.json["content"]
    assert WIRE not in rung.json["content"]
    desk.open("/notices/", "vs")
    expect(desk.page.locator(".inbox__issue")).to_contain_text(issue.number)

    issue = desk.act(issue, Verb.ACCEPT, "vs")
    assert told(issue.accepted_at) == "2026-06-01 22:45"
    issue = desk.act(issue, Verb.ACKNOWLEDGE, "vs")
    expect(desk.see(issue, "vs").locator(".issue__state")).to_contain_text("critical")
    desk.clock.set("2026-06-02 00:20")
    issue = desk.act(issue, Verb.MAKE_SAFE, "gm", text="供电已断电,现场拉了警戒线。")
    assert told(issue.made_safe_at) == "2026-06-02 00:25"
    assert issue.made_safe_at - issue.accepted_at < timedelta(hours=2)  # type: ignore[operator]
    assert told(issue.level_due_at) == "2026-06-04 00:25"  # 48 h, the limit of an urgent blue one
    expect(desk.follow(issue.submissions.get()).locator(".timeline")).to_contain_text("danger")


def test_j9_whoever_does_not_make_it_safe_in_two_hours_is_reminded_with_those_above(desk: Desk):
    desk.clock.set("2026-06-01 22:40")
    issue = arrived(written(desk, WIRE, danger=True, category="energy.wire")).issue
    issue = desk.act(issue, Verb.ACCEPT, "vs")

    desk.until("2026-06-02 00:46", issue)

    reasons = {event.facts["reason"] for event in issue.events.filter(verb=Verb.WARN)}
    assert "make_safe" in reasons
    assert told(issue.events.get(verb=Verb.WARN, facts__reason="make_safe").at) == "2026-06-02 00:45"


def test_j9_urgent_matter_waits_for_the_morning_where_a_critical_one_does_not(desk: Desk):
    desk.clock.set("2026-06-01 22:40")
    issue = desk.told("变压器有响声。", category="energy.wire")

    notices = Notice.objects.filter(event__issue=issue, person__isnull=False)
    assert issue.urgency == Urgency.URGENT
    assert {told(notice.not_before) for notice in notices} == {"2026-06-02 07:00"}


def test_j9_suspicion_of_a_person_is_shown_the_110_declined_and_erased_in_a_day(desk: Desk, faults: Faults):
    faults.forgive("422")
    page = written(desk, STRANGER)
    expect(page.locator(".trouble")).to_contain_text("110")
    assert not Submission.objects.exists()  # nothing is kept before the person insists

    page.get_by_role("button", name="Send it here anyway").last.click()
    issue = arrived(page).issue
    assert issue.non_public
    issue = desk.act(issue, Verb.DECLINE, "tc", reason="不登记对人的怀疑。", reply="请拨打 110 或到派出所反映。")
    assert issue.status == Status.DECLINED
    purged(desk, issue)
    expect(desk.follow(issue.submissions.get()).locator(".timeline")).to_contain_text("请拨打 110")


def test_j9_money_of_the_village_belongs_to_12388(desk: Desk, faults: Faults):
    faults.forgive("422")
    page = written(desk, FUNDS)
    expect(page.locator(".trouble")).to_contain_text("12388")
    assert not Submission.objects.exists()

    page.get_by_role("button", name="Send it here anyway").last.click()
    issue = desk.act(arrived(page).issue, Verb.DECLINE, "tc", reason="属纪检监察受理范围。", reply="请拨打 12388。")
    assert issue.status == Status.DECLINED
    purged(desk, issue)


def test_j9_complaint_about_manners_is_sealed_to_the_discipline_inspection(desk: Desk, capsys: pytest.CaptureFixture[str]):
    issue = arrived(written(desk, MANNER, category="village.conduct")).issue
    assert (issue.sealed, issue.non_public) == (True, True)

    seen = {name: desk.status_for(f"/issues/{issue.number}/", name) for name in desk.banner.staff}
    assert {name for name, status in seen.items() if status == 200} == {"discipline"}
    assert {seen[name] for name in ("vs", "gm", "pr", "tc", "duc")} == {404}
    issue = desk.act(issue, Verb.ACCEPT, "discipline")
    issue = desk.act(issue, Verb.ACKNOWLEDGE, "discipline")
    desk.sweep(desk.clock.passes(days=30))

    told_to = {notice.person for notice in Notice.objects.filter(event__issue=issue, person__isnull=False)}
    assert told_to == {desk.banner.staff["discipline"]}
    for address in ("/notices/", "/queue/", f"/search/?q={issue.number}"):
        desk.open(address, "vs")
        expect(desk.page.locator("main")).not_to_contain_text(MANNER[:6])
        assert desk.page.locator(f"main a[href='/issues/{issue.number}/']").count() == 0
    by = {event.by for event in issue.events.filter(by__isnull=False)}
    assert by == {desk.banner.staff["discipline"]}  # the ledger proves who had it in hand …
    call_command("verify_ledger")
    assert "is whole" in capsys.readouterr().out  # … and that nothing in it was changed
