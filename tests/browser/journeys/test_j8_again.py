"""J8 重复与反弹: one lamp, six reports, and what happens when it goes dark again."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from issues import services
from issues.models import Issue, Submission
from issues.terms import Status, Verb
from tests.browser.journeys.desk import Desk

LAMP = "东门口的路灯不亮了。"
STEP = 0.0002  # degrees, about 20 m: six in a row lie within 80 m of the first
REOPEN = "#reopen"


def six_reports(desk: Desk) -> list[Issue]:
    """Within three days, by six people."""
    first = desk.banner.town.inside("A")
    issues = []
    for number in range(6):
        east, north = (STEP if number & 1 else 0), STEP * (number // 2)
        issues.append(desk.told(f"{LAMP}第{number + 1}次说。", category="road.light", xy=(first.x + east, first.y + north)))
        desk.clock.passes(hours=11)
    return issues


def merged(desk: Desk) -> Issue:
    """A person looks at each and presses the button; the program only suggests."""
    first, *others = six_reports(desk)
    for other in others:
        page = desk.see(other, "vs")
        expect(page.locator("#alike-title")).to_have_text("Perhaps the same problem")
        assert desk.again(other).status == Status.SUBMITTED
        page.get_by_role("button", name=f"Merge into {first.number}").click()
        expect(page.locator(".issue__state")).to_contain_text("merged")
    return desk.again(first)


def solved_and_rated(desk: Desk, issue: Issue, *, in_hand: bool = False) -> Issue:
    """Mended, seen by the grid member, and rated by five of the six: four content, one not."""
    if not in_hand:
        issue = desk.quickly(issue, Verb.ACCEPT, "vs")
    if issue.status in (Status.ACCEPTED, Status.ASSIGNED):
        issue = desk.quickly(issue, Verb.ACKNOWLEDGE, "vs")
    issue = desk.quickly(issue, Verb.RESOLVE, "vs", resolution="已换灯泡。", public_line="路灯已修好。")
    issue = desk.quickly(issue, Verb.VERIFY, "gm")
    for number, report in enumerate(issue.submissions.order_by("pk")[:5]):
        assert desk.again(issue).status == Status.PENDING_FEEDBACK  # fewer than five have rated
        services.move_as_requester(
            report.pk, Verb.RATE, at=desk.clock.at, facts={"rating": "satisfied" if number < 4 else "dissatisfied"}
        )
    return desk.again(issue)


def solved_in_figures(desk: Desk, of: str) -> int:
    """How many issues the list behind that figure of the township has."""
    desk.open(f"/figures/issues/?of={of}", "tc")
    return desk.page.locator("th[scope=row] a[href^='/issues/']").count()


def others_ended(desk: Desk) -> None:
    """Others that were solved, and one that was only explained, so that a rate may be told at all."""
    for status in (*[Status.CLOSED] * 5, Status.CLOSED_EXPLAINED):
        other = desk.told("别处的事。", cell="B", category="env.waste")
        ended = {"status": status, "closed_at": desk.clock.at, "resolved_at": desk.clock.at, "level_due_at": desk.clock.at}
        Issue.objects.filter(pk=other.pk).update(**ended)


def resolution_rate(desk: Desk) -> tuple[int, int]:
    return solved_in_figures(desk, "resolution"), solved_in_figures(desk, "resolution_of")


def reopened_by_phone(desk: Desk, report: Submission) -> Issue:
    page = desk.follow(report)
    page.locator(f"{REOPEN} summary").click()
    page.locator(f"{REOPEN} textarea").fill("又不亮了。")
    page.locator(f"{REOPEN} [data-send]").click()
    expect(page.locator("#messages")).to_contain_text("It is open again.")
    return desk.again(report.issue)


def test_j8_six_reports_become_one_by_a_persons_hand_and_every_receipt_still_works(desk: Desk):
    issue = merged(desk)

    assert Issue.objects.unfinished().get() == issue
    receipts = set(Submission.objects.values_list("receipt_code", flat=True))
    assert len(receipts) == issue.submissions.count() == 6
    last = issue.submissions.latest("pk")
    page = desk.follow(last)
    expect(page.locator(".timeline")).to_contain_text("Others reported the same")

    issue = desk.quickly(issue, Verb.ACCEPT, "vs")
    issue = desk.quickly(issue, Verb.ACKNOWLEDGE, "vs")
    issue = desk.solved(issue, "vs", "gm")
    for number, report in enumerate(issue.submissions.order_by("pk")[:5]):
        assert desk.again(issue).status == Status.PENDING_FEEDBACK
        issue = desk.rate(report, "satisfied" if number < 4 else "dissatisfied")
    assert issue.status == Status.CLOSED  # 4 of 5 are 80 %, and 80 is included


def test_j8_lamp_that_fails_again_is_opened_by_its_requester_and_the_rate_falls(desk: Desk):
    issue = solved_and_rated(desk, merged(desk))
    others_ended(desk)
    assert issue.status == Status.CLOSED
    assert resolution_rate(desk) == (6, 7)

    desk.clock.passes(days=10)
    report = issue.submissions.order_by("pk")[0]
    issue = reopened_by_phone(desk, report)

    assert (issue.status, issue.reopened) == (Status.IN_PROGRESS, 1)
    expect(desk.see(issue, "vs").locator(".issue__facts")).to_contain_text("1 time")
    assert resolution_rate(desk) == (5, 7)  # it has lost its credit
    expect(desk.page.locator("main")).to_contain_text(issue.number)  # among those closed …
    desk.open("/figures/issues/?of=resolution", "tc")
    expect(desk.page.locator("main")).not_to_contain_text(issue.number)  # … but not among those solved

    issue = solved_and_rated(desk, issue, in_hand=True)
    desk.clock.passes(days=10)
    issue = reopened_by_phone(desk, report)
    assert issue.reopened == 2
    page = desk.see(issue, "tc")
    expect(page.locator(".issue__state")).to_contain_text("suggested to raise")
    expect(page.locator(".issue__state")).to_contain_text("proposed to raise: reopened twice")
    assert issue.light == "blue"  # a suggestion: people raise it, or not
    assert desk.offers(issue, Verb.TAKE_UP, "tc")


def test_j8_requester_may_open_it_for_fifteen_days_and_no_longer(desk: Desk):
    issue = solved_and_rated(desk, merged(desk))
    desk.clock.passes(days=16)

    assert desk.follow(issue.submissions.order_by("pk")[0]).locator(REOPEN).count() == 0
    assert desk.offers(issue, Verb.REOPEN, "vs")  # those above may for longer


def test_j8_seventh_report_after_the_closing_is_linked_and_not_merged(desk: Desk):
    issue = solved_and_rated(desk, merged(desk))
    desk.clock.passes(days=3)

    seventh = desk.told(LAMP, category="road.light")

    assert (seventh.recurrence_of, seventh.merged_into) == (issue, None)
    page = desk.see(seventh, "vs")
    expect(page.locator(".issue__state")).to_contain_text("recurred")
    expect(page.locator(".issue__facts")).to_contain_text(issue.number)
    assert page.locator("#alike-title").count() == 0
    assert desk.refused(seventh, Verb.MERGE, "vs", issue=issue.number).find("nothing can be merged into it") > 0
    assert desk.again(seventh).closed_at is None
    assert (desk.clock.at - (issue.closed_at or desk.clock.at)) < timedelta(days=90)
