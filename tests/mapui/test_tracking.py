"""Following a report by its code: where it stands, in public words only, and what its requester may still do."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.timezone import now
from limits import parse

from issues import services, throttle
from issues.intake import receipts
from issues.intake.reporting import Contact, Draft, report
from issues.models import Requester, Submission
from issues.terms import Light, Verb
from issues.throttle import Limit
from representatives.roles import Role
from tests.issues.reports import photo
from tests.mapui.following import move_of, page_of, seen
from tests.mapui.scene import Scene, submission_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]


# --- Finding it ----------------------------------------------------------------------------------------------------


def test_code_typed_carelessly_leads_to_the_report(client, story):
    submission = submission_of(story.report())
    typed = f" {receipts.grouped(submission.receipt_code).lower().replace('-', ' ').replace('0', 'o')} "

    found = client.get(reverse("track-find"), {"code": typed}, follow=True)

    assert found.redirect_chain == [(page_of(submission), 302)]
    assert found.status_code == 200


def test_address_spelled_otherwise_is_led_to_the_one_spelling(client, story):
    submission = submission_of(story.report())

    answer = client.get(f"/t/{submission.receipt_code.lower()}/")

    assert (answer.status_code, answer["Location"]) == (302, page_of(submission))


@pytest.mark.parametrize("written", ["abc", "0" * 15, "UUUU-UUUU-UUUU-UUUU"])
def test_what_cannot_be_a_code_is_told_so_and_stays_in_the_field(client, db, written):
    answer = client.get(reverse("track-find"), {"code": written})

    assert answer.status_code == 422
    assert "16 letters and digits" in answer.content.decode()
    assert f'value="{written}"' in answer.content.decode()


def test_code_that_does_not_exist_is_404_with_a_sentence_and_the_form(client, db):
    answer = client.get("/t/0000-0000-0000-0000/")

    assert answer.status_code == 404
    assert "no report with this receipt code" in answer.content.decode()
    assert 'name="code"' in answer.content.decode()


def test_guessing_codes_is_stopped_but_whoever_has_one_gets_in_until_then(client, story, monkeypatch):
    monkeypatch.setattr(throttle, "RECEIPT_MISS", Limit(f"miss-{uuid4()}", parse("3 per 10 minutes")))
    submission = submission_of(story.report())
    for _ in range(3):
        assert client.get(f"/t/{receipts.grouped(receipts.mint())}/").status_code == 404

    stopped = client.get(f"/t/{receipts.grouped(receipts.mint())}/")
    elsewhere = client.get(page_of(submission), REMOTE_ADDR="10.9.9.9")

    assert stopped.status_code == 429
    assert int(stopped["Retry-After"]) > 0
    assert "10 minutes" in stopped.content.decode()
    assert elsewhere.status_code == 200


@pytest.mark.parametrize("path", ["/t/", "/t/0000-0000-0000-0000/", "own"])
def test_pages_are_kept_by_no_cache_and_listed_nowhere(client, story, path):
    answer = client.get(page_of(submission_of(story.report())) if path == "own" else path)

    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer.content.decode()


def test_page_costs_few_queries(client, story, django_assert_max_num_queries):
    address = page_of(submission_of(story.awaiting_rating()))

    with django_assert_max_num_queries(12):
        client.get(address)


# --- Where it stands -----------------------------------------------------------------------------------------------


def test_new_report_says_when_it_is_answered_and_whom_to_ask_without_a_name(client, story):
    issue = story.report()

    page = seen(client, issue)

    assert "It has arrived and will be looked at." in page
    assert "You hear whether it is accepted by" in page
    secretary = story[Role.VILLAGE_SECRETARY]
    assert secretary.office_phone in page
    assert "village secretary" in page
    assert secretary.name not in page
    assert 'data-light="' not in page


@pytest.mark.parametrize(
    ("light", "sentence"),
    [
        (Light.GREEN, "The party representative of your cell is dealing with it."),
        (Light.BLUE, "The village and the party representative are dealing with it together."),
        (Light.YELLOW, "The township is dealing with it."),
    ],
)
def test_light_is_put_in_words(client, story, light, sentence):
    page = seen(client, story.in_progress(light))

    assert sentence in page
    assert f'data-light="{light.value}"' in page


def test_red_issue_names_the_lead_unit_and_its_telephone(client, story):
    page = seen(client, story.move(story.on_red_list(), Verb.ACKNOWLEDGE, Role.DEPARTMENT))

    assert "has taken it on itself" in page
    assert "交通运输局" in page
    assert "0476-7800001" in page


def test_page_shows_public_lines_and_nothing_of_what_staff_wrote_or_who_they_are(client, story):
    issue = story.proposed()
    issue = story.move(issue, Verb.NOTE, Role.TOWNSHIP_COMMITTEE, text="内部:先不要答复")

    page = seen(client, issue)

    assert "内部" not in page
    assert "资金缺口" not in page
    assert "一致同意上报" not in page
    assert not [person.name for person in story.people.values() if person.name in page]
    assert "郭先生" not in page
    assert "a@example.org" not in page


def test_declined_report_shows_the_reply_and_no_further_way(client, story):
    issue = story.move(
        story.report(category="road.light"),
        Verb.DECLINE,
        Role.VILLAGE_SECRETARY,
        reason="已在诉讼",
        reply="请到旗人民法院立案庭咨询。",
    )

    page = seen(client, issue)

    assert "It was not accepted." in page
    assert "请到旗人民法院立案庭咨询。" in page
    assert "已在诉讼" not in page
    assert 'class="stages"' not in page


def test_solved_report_shows_what_was_done_and_asks_for_the_rating(client, story):
    page = seen(client, story.awaiting_rating())

    assert "It is done. Are you satisfied?" in page
    assert "已更换灯具并恢复照明。" in page
    assert page.count('name="rate-rating"') == 3


def test_day_of_closing_unrated_is_told_only_when_nobody_will_be_asked_again(client, story):
    issue = story.awaiting_rating()
    early = seen(client, issue)
    for days in (1, 2, 3):
        services.move_by_program(story.again(issue), Verb.CALL_BACK, at=story.at + timedelta(days=days))

    late = seen(client, issue)

    assert "Without your rating" not in early
    assert "Without your rating it is closed on" in late


def test_sealed_report_is_followed_by_its_owner_but_names_nobody(client, story):
    page = seen(client, story.report("办事员态度差", category="village.conduct"))

    assert "办事员态度差" in page
    assert "Whom you can ask" not in page


# --- Several reports of one issue ----------------------------------------------------------------------------------


def two_reports(story: Scene) -> tuple[Submission, Submission]:
    """The first report's issue goes on, the second's was merged into it."""
    first, second = story.accepted(), story.report("路口的灯也不亮,我是二号", category="road.light")
    mine, theirs = submission_of(second), submission_of(first)
    secretary = story[Role.VILLAGE_SECRETARY]
    services.move(second.pk, Verb.MERGE, by=secretary, at=story.at + timedelta(minutes=1), facts={"issue": first.number})
    return Submission.objects.get(pk=mine.pk), theirs


def test_merged_report_keeps_its_receipt_and_follows_the_other_issue(client, story):
    mine, theirs = two_reports(story)
    story.move(theirs.issue, Verb.ACKNOWLEDGE, Role.PARTY_REPRESENTATIVE)

    page = client.get(page_of(mine)).content.decode()

    assert "Others reported the same; it is dealt with together" in page
    assert "Work on it has begun." in page
    assert "我是二号" in page
    assert page.count("The report has arrived.") == 1
    assert "The report was accepted." not in page  # that was before they met


def test_requesters_of_one_issue_never_read_each_other(client, story):
    mine, theirs = two_reports(story)
    client.post(move_of(theirs, Verb.SUPPLEMENT), {"supplement-text": "我家住三号,电话13700000000"})
    client.post(move_of(mine, Verb.SUPPLEMENT), {"supplement-text": "我家在桥头"})

    my_page, their_page = (client.get(page_of(each)).content.decode() for each in (mine, theirs))

    assert "我家在桥头" in my_page
    assert "我家在桥头" not in their_page
    assert "我家住三号" in their_page
    assert "我家住三号" not in my_page
    assert "路口的灯也不亮" not in their_page
    assert theirs.issue.submissions.count() == 2


def test_rating_of_another_requester_is_not_told(client, story):
    mine, theirs = two_reports(story)
    issue = theirs.issue
    story.move(issue, Verb.ACKNOWLEDGE, Role.PARTY_REPRESENTATIVE)
    story.move(issue, Verb.RESOLVE, Role.PARTY_REPRESENTATIVE, resolution="修好了", public_line="修好了")
    story.move(issue, Verb.VERIFY, Role.GRID_MEMBER)

    client.post(move_of(theirs, Verb.RATE), {"rate-rating": "satisfied", "rate-text": "二愣子修得好"})

    assert "二愣子" in client.get(page_of(theirs)).content.decode()
    page = client.get(page_of(mine)).content.decode()
    assert "二愣子" not in page
    assert "You rated" not in page
    assert 'name="rate-rating"' in page


# --- Its photos ----------------------------------------------------------------------------------------------------


def test_photo_is_shown_to_the_holder_of_the_code_and_to_nobody_else(client, story):
    point = story.town.inside("A")
    mine = report(Draft(uuid=uuid4(), text="灯", category="road.light", xy=(point.x, point.y), photos=(photo(),)), at=now())
    other = submission_of(story.report())
    pk = mine.attachments.get().pk

    shown = client.get(f"{page_of(mine)}photos/{pk}/")
    small = client.get(f"{page_of(mine)}photos/{pk}/?small")

    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(shown.streaming_content)[:3] == b"\xff\xd8\xff"
    assert b"".join(small.streaming_content)[:3] == b"\xff\xd8\xff"
    assert "no-store" in shown["Cache-Control"]
    assert client.get(f"{page_of(other)}photos/{pk}/").status_code == 404
    assert client.get(f"/t/0000-0000-0000-0000/photos/{pk}/").status_code == 404


def test_erased_text_and_contact_are_said_to_be_gone(client, story):
    submission = submission_of(story.report(phone="13912345678"))
    Submission.objects.filter(pk=submission.pk).update(text="", text_erased_at=now())
    Requester.objects.update(phone=None, email=None, nickname="", erased_at=now())

    page = client.get(page_of(submission)).content.decode()

    assert "The text was erased." in page
    assert "Answer by" not in page


def test_receipt_is_large_at_first_and_leads_back_by_its_qr_code(client, story, settings):
    settings.PUBLIC_URL = "https://grid.example.org"
    submission = submission_of(story.report())

    page = client.get(f"{page_of(submission)}?received=1").content.decode()

    assert "Your report has arrived" in page
    assert f"https://grid.example.org{page_of(submission)}" in page
    assert "<svg" in page.split("receipt__qr")[1][:600]
    assert " style=" not in page


def test_contact_of_a_proxy_report_is_not_printed_on_the_page(client, story):
    point = story.town.inside("A")
    made = report(
        Draft(
            uuid=uuid4(),
            text="门漏风",
            category="road.light",
            xy=(point.x, point.y),
            contact=Contact(phone="13812345678", nickname="李大爷"),
        ),
        at=now(),
        entered_by=story[Role.GRID_MEMBER],
    )

    page = client.get(page_of(made)).content.decode()

    assert "13812345678" not in page
    assert "李大爷" not in page
