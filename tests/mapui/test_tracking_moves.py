"""What a requester may still do: add, rate, open again, withdraw; and that no word is lost when it is refused."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now
from limits import parse

from issues import throttle
from issues.intake.reporting import Draft, report
from issues.models import Rating
from issues.terms import Status, Verb
from issues.throttle import Limit
from tests.issues.reports import photo, picture
from tests.mapui.following import move_of, page_of
from tests.mapui.scene import submission_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]


# --- What the requester may do -------------------------------------------------------------------------------------


def test_supplement_is_kept_with_its_photo_and_thanked_for(client, story):
    submission = submission_of(story.report())
    file = SimpleUploadedFile("a.jpg", picture(), content_type="image/jpeg")

    answer = client.post(move_of(submission, Verb.SUPPLEMENT), {"supplement-text": "今天更严重了", "supplement-photos": file})
    page = client.get(answer["Location"]).content.decode()

    assert (answer.status_code, answer["Location"]) == (303, page_of(submission))
    assert "今天更严重了" in page
    assert "Your addition has arrived." in page
    assert submission.attachments.count() == 1


def test_sixth_photo_is_refused_and_the_words_come_back(client, story):
    point = story.town.inside("A")
    five = tuple(photo(colour) for colour in ("red", "blue", "green", "white", "black"))
    submission = report(Draft(uuid=uuid4(), text="灯", category="road.light", xy=(point.x, point.y), photos=five), at=now())
    file = SimpleUploadedFile("a.jpg", picture("yellow"), content_type="image/jpeg")

    answer = client.post(move_of(submission, Verb.SUPPLEMENT), {"supplement-text": "补充一句", "supplement-photos": file})

    assert answer.status_code == 422
    assert "补充一句" in answer.content.decode()
    assert submission.issue.events.count() == 1


def test_dissatisfied_requester_sends_it_back_and_says_why(client, story):
    submission = submission_of(story.awaiting_rating())

    client.post(move_of(submission, Verb.RATE), {"rate-rating": "dissatisfied", "rate-text": "还是不亮"})

    assert Rating.objects.get().value == "dissatisfied"
    submission.issue.refresh_from_db()
    assert submission.issue.status == Status.IN_PROGRESS
    page = client.get(page_of(submission)).content.decode()
    assert "还是不亮" in page
    assert 'name="rate-rating"' not in page


def test_rating_without_a_choice_comes_back_with_the_words(client, story):
    submission = submission_of(story.awaiting_rating())

    answer = client.post(move_of(submission, Verb.RATE), {"rate-text": "挺好的"})

    assert answer.status_code == 422
    assert "Please choose one of the three." in answer.content.decode()
    assert "挺好的" in answer.content.decode()
    assert Rating.objects.count() == 0


def test_closed_report_can_be_opened_again_with_a_reason(client, story):
    submission = submission_of(story.awaiting_rating())
    client.post(move_of(submission, Verb.RATE), {"rate-rating": "satisfied"})
    submission.issue.refresh_from_db()
    assert submission.issue.status == Status.CLOSED

    without = client.post(move_of(submission, Verb.REOPEN), {"reopen-text": ""})
    given = client.post(move_of(submission, Verb.REOPEN), {"reopen-text": "又坏了"})

    assert without.status_code == 422
    assert given.status_code == 303
    submission.issue.refresh_from_db()
    assert submission.issue.status == Status.IN_PROGRESS


def test_withdrawn_report_offers_nothing_more(client, story):
    submission = submission_of(story.report())

    client.post(move_of(submission, Verb.WITHDRAW), {"withdraw-text": ""})

    page = client.get(page_of(submission)).content.decode()
    assert "You withdrew this report." in page
    assert "<form" not in page.split("<main")[1]


def test_move_that_is_not_possible_any_more_is_409_with_the_words_kept(client, story):
    submission = submission_of(story.awaiting_rating())

    answer = client.post(move_of(submission, Verb.WITHDRAW), {"withdraw-text": "不用了"})

    assert answer.status_code == 409
    assert "不用了" in answer.content.decode()
    assert "not possible while the issue is" in answer.content.decode()


@pytest.mark.parametrize("verb", ["accept", "close", "merge", "enter_red", "nonsense"])
def test_verbs_of_staff_do_not_exist_here(client, story, verb):
    submission = submission_of(story.report())

    assert client.post(f"{page_of(submission)}{verb}/", {}).status_code == 404
    assert submission.issue.events.count() == 1


def test_move_with_an_unknown_code_is_404(client, db):
    assert client.post("/t/0000-0000-0000-0000/withdraw/").status_code == 404


def test_reading_writes_nothing_and_moves_need_a_post(client, story):
    submission = submission_of(story.report())

    assert client.get(move_of(submission, Verb.WITHDRAW)).status_code == 405
    client.get(page_of(submission))
    assert submission.issue.events.count() == 1


def test_stale_page_keeps_the_words_and_a_second_press_sends_them(story):
    browser = Client(enforce_csrf_checks=True)
    submission = submission_of(story.report())
    browser.get(page_of(submission))

    stale = browser.post(move_of(submission, Verb.SUPPLEMENT), {"supplement-text": "别丢了", "csrfmiddlewaretoken": "x" * 64})
    token = browser.cookies["csrftoken"].value
    again = browser.post(move_of(submission, Verb.SUPPLEMENT), {"supplement-text": "别丢了", "csrfmiddlewaretoken": token})

    assert stale.status_code == 403
    assert "别丢了" in stale.content.decode()
    assert again.status_code == 303
    assert submission.issue.events.count() == 2


def test_moves_are_limited_per_receipt_and_the_words_come_back(client, story, monkeypatch):
    monkeypatch.setattr(throttle, "REQUESTER", Limit(f"requester-{uuid4()}", parse("2 per hour")))
    submission, other = submission_of(story.report()), submission_of(story.report())
    for word in ("一", "二"):
        client.post(move_of(submission, Verb.SUPPLEMENT), {"supplement-text": word})

    answer = client.post(move_of(submission, Verb.SUPPLEMENT), {"supplement-text": "第三句"})

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "第三句" in answer.content.decode()
    assert client.post(move_of(other, Verb.SUPPLEMENT), {"supplement-text": "一"}).status_code == 303
