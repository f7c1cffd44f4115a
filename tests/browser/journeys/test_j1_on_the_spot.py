"""J1 绿·现场即办: opened and solved in one breath, and the word of the old man, not of who did it, closes it."""

from __future__ import annotations

from playwright.sync_api import expect

from issues.models import Attachment, Issue, Rating
from issues.terms import Light, Status, Verb
from tests.browser.journeys.desk import Desk

WORDS = "张大爷家的门缝漏风,冬天屋里冷。"


def solved_on_the_spot(desk: Desk, by: str) -> Issue:
    """Entered by staff at the old man's door: what, of which kind, is anybody in danger; and one tick."""
    desk.open(f"/report/{desk.banner.town['A'].code}/", by)
    desk.page.get_by_role("textbox", name="What is the matter?").fill(WORDS)
    desk.page.get_by_label("No danger").check()
    desk.kind("house.minor")
    desk.page.get_by_label("Solved on the spot").check()
    desk.page.get_by_label("What was done").fill("当场加装了密封条。")
    desk.page.locator("[data-send]").click()
    expect(desk.page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    return Issue.objects.get()


def test_j1_grid_member_opens_and_solves_it_on_one_screen_and_a_caller_takes_the_word(desk: Desk):
    issue = solved_on_the_spot(desk, "gm")

    assert (issue.light, issue.status, issue.on_the_spot) == (Light.GREEN, Status.PENDING_FEEDBACK, True)
    report = issue.submissions.get()
    assert (report.entered_by, report.channel, report.text) == (desk.banner.staff["gm"], "proxy", WORDS)
    assert not Attachment.objects.exists()  # a photo is never compulsory
    expect(desk.see(issue, "pr").locator("main")).to_contain_text("李代表")  # who answers for that grid, and may read it

    issue = desk.act(issue, Verb.RATE, "vs", rating="satisfied", text="电话里说:满意,屋里暖和了。")

    assert issue.status == Status.CLOSED
    rating = Rating.objects.get(submission=report)
    assert (rating.value, rating.taken_by) == ("satisfied", desk.banner.staff["vs"])


def test_j1_representative_who_did_it_may_not_enter_the_rating(desk: Desk):
    issue = solved_on_the_spot(desk, "pr")
    assert issue.handler == desk.banner.staff["pr"]
    assert not desk.offers(issue, Verb.RATE, "pr")

    answer = desk.forge(issue, Verb.RATE, "pr", rating="satisfied")

    assert answer.status == 403
    assert not Rating.objects.exists()
    assert desk.again(issue).status == Status.PENDING_FEEDBACK
    assert desk.act(issue, Verb.RATE, "gm", rating="satisfied").status == Status.CLOSED


def test_j1_grid_member_who_did_it_may_not_enter_it_either(desk: Desk):
    issue = solved_on_the_spot(desk, "gm")

    assert desk.forge(issue, Verb.RATE, "gm", rating="satisfied").status == 403
    assert not Rating.objects.exists()


def test_j1_grid_member_of_another_village_finds_nothing_at_the_address(desk: Desk):
    issue = solved_on_the_spot(desk, "gm")

    assert desk.status_for(f"/issues/{issue.number}/", "other_gm") == 404
    assert desk.status_for(f"/issues/{issue.number}/", "gm") == 200
