"""A resident from the card on the wall to their own data: the whole way in a real browser, with scripts and without."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from django.core import mail
from django.utils.timezone import now
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from issues import services
from issues.intake import receipts
from issues.models import Issue, Rating, Submission
from issues.notices import sending
from issues.terms import Status, Verb
from representatives.roles import Role
from tests.browser.conftest import PHONE, accessibility_faults
from tests.browser.phone.pages import until
from tests.browser.test_report import send, what
from tests.mapui.scene import Scene, scene, submission_of

WORDS = "The lamp by the well is out."


@pytest.fixture
def story(transactional_db: None, settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    settings.EMAIL_READY = True
    return scene()


@pytest.fixture
def lamp(story: Scene) -> Issue:
    """What somebody reported in cell A an hour ago."""
    return story.report("老郭家门口的灯坏了", category="road.light")


def fill(page: Page, story: Scene, *, kind: bool = True) -> None:
    """The form behind the card of cell A, filled in but for what is known already."""
    page.goto(f"/report/{story.town['A'].code}/")
    what(page).fill(WORDS)
    page.get_by_label("No danger").check()
    if kind:
        page.locator("#kind > summary").click()
        page.locator("[name=group][value=road]").check()
        page.locator("[name=category][value='road.light']").check()


def followed(issue: Issue) -> str:
    return f"/t/{receipts.grouped(submission_of(issue).receipt_code)}/"


def arrived(page: Page) -> Submission:
    """The newest report, once the receipt is on the screen."""
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    made = Submission.objects.latest("received_at")
    expect(page.locator("#receipt-code")).to_contain_text(made.receipt_code[:4])
    return made


# --- From the card to the receipt ----------------------------------------------------------------------------------


def test_card_on_the_wall_leads_to_the_form_of_its_cell_without_an_account(phone: Page, story: Scene):
    phone.goto(f"/cells/{story.town['A'].code}/")
    expect(phone.locator(".card__qr")).to_be_visible()
    address = re.search(r"http\S+", phone.locator(".card__qr").get_attribute("alt") or "")
    assert address
    until(phone, "() => document.querySelector('.card__qr').naturalWidth > 0")
    shot = Image.open(BytesIO(phone.locator(".card__qr").screenshot()))
    assert [found.text for found in zxingcpp.read_barcodes(shot)] == [address[0]]  # as a camera reads it

    phone.goto(address[0])  # what the camera of the phone would open
    expect(phone.locator(".place__answer")).to_contain_text("第1网格")
    assert phone.locator(".emergency").bounding_box() is not None
    what(phone).fill(WORDS)
    phone.get_by_label("No danger").check()
    send(phone)

    made = arrived(phone)
    assert (made.area, made.channel, made.entered_by) == (story.town["A"], "card", None)


# --- Is it this one? -----------------------------------------------------------------------------------------------


def test_question_appears_while_the_form_is_filled_in_and_yes_joins(phone: Page, story: Scene, lamp: Issue):
    fill(phone, story)

    question = phone.get_by_role("group", name="Is it this one?")
    expect(question).to_be_visible()
    expect(question).to_contain_text("Street light")
    expect(question).not_to_contain_text("老郭")
    assert accessibility_faults(phone) == []
    question.get_by_text("Yes, the same").check()
    send(phone)

    made = arrived(phone)
    assert made.issue_id == lamp.pk
    expect(phone.locator(".timeline")).to_contain_text("The same is known already")


def test_form_is_not_sent_before_the_question_is_answered_and_no_opens_another(phone: Page, story: Scene, lamp: Issue):
    fill(phone, story)
    question = phone.get_by_role("group", name="Is it this one?")
    expect(question).to_be_visible()

    send(phone)
    assert Submission.objects.count() == 1
    question.get_by_text("No, it is another").check()
    send(phone)

    assert arrived(phone).issue_id != lamp.pk


def test_other_kind_is_not_asked_about_and_danger_takes_the_question_away(phone: Page, story: Scene, lamp: Issue):
    fill(phone, story)
    expect(phone.locator("#known")).to_be_visible()

    phone.get_by_label("Yes, danger").check()
    expect(phone.locator("#known")).to_have_count(0)
    send(phone)

    assert arrived(phone).issue.urgency == "critical"


def test_without_scripts_the_form_is_asked_back_with_every_word(
    open_context: Callable[..., BrowserContext], story: Scene, lamp: Issue
):
    page = open_context(viewport=PHONE, java_script_enabled=False).new_page()
    fill(page, story)
    send(page)

    expect(page.get_by_text("Please say whether it is the same.")).to_be_visible()
    expect(what(page)).to_have_value(WORDS)
    page.get_by_text("Yes, the same").check()
    send(page)

    assert arrived(page).issue_id == lamp.pk


def test_what_ended_while_somebody_wrote_is_taken_as_a_new_report_and_said(phone: Page, story: Scene, lamp: Issue):
    fill(phone, story)
    phone.get_by_text("Yes, the same").check()
    services.move_as_requester(submission_of(lamp).pk, Verb.WITHDRAW, at=now())

    send(phone)

    made = arrived(phone)
    assert (made.issue_id != lamp.pk, made.text) == (True, WORDS)
    expect(phone.locator("body")).to_contain_text("your report was taken as a new one")


# --- Following it --------------------------------------------------------------------------------------------------


def test_rating_reopening_and_adding_from_the_same_page(phone: Page, story: Scene):
    issue = story.awaiting_rating()
    phone.goto(followed(issue))

    phone.get_by_label("Mostly satisfied").check()
    phone.get_by_role("button", name="Send my rating").click()
    expect(phone.get_by_text("Thank you. Your rating has arrived.")).to_be_visible()
    assert Rating.objects.get().value == "mostly"
    phone.get_by_text("It is not solved").click()
    phone.get_by_label("What is still wrong?").fill("Dark again.")
    phone.get_by_role("button", name="Open it again").click()
    expect(phone.get_by_text("It is open again.")).to_be_visible()
    phone.get_by_text("Add something").click()
    phone.get_by_label("What should be added?").fill("Since last night.")
    phone.get_by_role("button", name="Add it").click()

    expect(phone.locator(".timeline")).to_contain_text("Since last night.")
    issue.refresh_from_db()
    assert issue.status == Status.IN_PROGRESS


def test_objecting_to_what_was_declined(phone: Page, story: Scene):
    issue = story.report(category="road.light")
    story.move(issue, Verb.DECLINE, Role.VILLAGE_SECRETARY, reason="-", reply="请到法院。")
    phone.goto(followed(issue))
    expect(phone.locator(".timeline")).to_contain_text("请到法院。")

    phone.get_by_text("I do not agree").click()
    phone.get_by_label("Why not?").fill("It is a public lamp.")
    phone.get_by_role("button", name="Send my objection").click()

    expect(phone.get_by_text("Your objection has arrived.")).to_be_visible()
    assert issue.events.filter(verb=Verb.OBJECT).exists()


def test_report_closed_long_ago_says_so_and_offers_a_new_one(phone: Page, story: Scene):
    issue = story.awaiting_rating()
    services.move_as_requester(submission_of(issue).pk, Verb.RATE, at=story.at, facts={"rating": "satisfied"})
    Issue.objects.filter(pk=issue.pk).update(closed_at=now() - timedelta(days=40))

    phone.goto(followed(issue))

    expect(phone.get_by_text("It ended so long ago")).to_be_visible()
    phone.get_by_role("link", name="Report it anew").click()
    expect(phone.locator(".place__answer")).to_contain_text("第1网格")


def test_messages_are_asked_for_confirmed_and_stopped(phone: Page, story: Scene):
    issue = story.report(category="road.light")
    phone.goto(followed(issue))

    phone.locator("#answer summary").click()
    phone.locator("[name=choose_answer-way][value=email]").check()
    phone.locator("#id_answer_email").fill("li@example.org")
    phone.get_by_role("button", name="Save how I am answered").click()
    expect(phone.get_by_text("A code is on its way.")).to_be_visible()
    sending.announce(at=now())
    assert mail.outbox[-1].to == ["li@example.org"]
    code = re.search(r"\d{6}", str(mail.outbox[-1].body))
    assert code
    phone.get_by_label("Code that was sent to l***@example.org").fill(code[0])
    assert accessibility_faults(phone) == []
    phone.get_by_role("button", name="Confirm").click()
    expect(phone.get_by_text("Confirmed: you will be told there")).to_be_visible()
    assert submission_of(issue).requester.channel == "email"  # type: ignore[union-attr]

    phone.locator("#answer summary").click()
    expect(phone.get_by_text("You get an e-mail: l***@example.org.")).to_be_visible()
    phone.locator("[name=choose_answer-way][value=none]").check()
    phone.get_by_role("button", name="Save how I am answered").click()
    expect(phone.get_by_text("This is how you will be answered from now on.")).to_be_visible()
    assert submission_of(issue).requester.channel == "none"  # type: ignore[union-attr]


# --- My data -------------------------------------------------------------------------------------------------------


def test_own_data_is_seen_taken_along_and_erased_for_good(phone: Page, story: Scene):
    issue = story.report("我家门口的灯坏了", category="road.light")
    phone.goto(followed(issue))
    phone.get_by_role("link", name="My data: see, copy, erase").click()
    expect(phone.get_by_text("我家门口的灯坏了")).to_be_visible()
    assert accessibility_faults(phone) == []

    with phone.expect_download() as taken:
        phone.get_by_role("link", name="Take a copy for programs (JSON)").click()
    copy = json.loads(Path(taken.value.path()).read_text(encoding="utf-8"))
    assert copy["report"]["text"] == "我家门口的灯坏了"
    with phone.expect_download() as taken:
        phone.get_by_role("link", name="Take a copy to read").click()
    assert "我家门口的灯坏了" in Path(taken.value.path()).read_text(encoding="utf-8")

    phone.get_by_role("button", name="Erase it once the report is closed").click()
    expect(phone.get_by_text("Noted: it is erased once")).to_be_visible()
    phone.get_by_role("button", name="Erase it now").click()  # without the tick the browser does not send it
    assert submission_of(issue).text
    phone.get_by_text("I am sure: erase it now.").check()
    phone.get_by_role("button", name="Erase it now").click()
    expect(phone.get_by_text("It is erased.")).to_be_visible()

    assert submission_of(issue).text == ""
    expect(phone.locator("main")).not_to_contain_text("我家门口的灯坏了")
    expect(phone.get_by_role("button", name="Erase it now")).to_have_count(0)
    phone.goto(followed(issue))
    expect(phone.get_by_text("What you left was erased on")).to_be_visible()
    assert accessibility_faults(phone) == []
