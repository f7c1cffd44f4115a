"""“My data”: all that is kept about a report, a copy of it, and having it erased, now or once it is closed."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from issues import ledger, throttle
from issues.intake import receipts, reporting
from issues.intake.reporting import Contact, Draft
from issues.models import Attachment, Event, EventText, Issue, Notice, Rating, Requester, Submission
from issues.privacy import contacts, retention
from issues.terms import Status, Verb
from issues.throttle import Limit
from representatives.roles import Role
from tests.issues.reports import picture
from tests.mapui.following import move_of, page_of
from tests.mapui.scene import Scene, scene, submission_of

pytestmark = pytest.mark.django_db
PHONE, MAIL, NAME = "13912345678", "guo@example.org", "郭大爷"
WORDS = "我家门口的灯坏了,我住三号"


@pytest.fixture
def story(settings, tmp_path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    return scene()


@pytest.fixture(autouse=True)
def _own_limits(monkeypatch):
    for name in ("RECEIPT_MISS", "REQUESTER", "REQUESTER_ADDRESS"):
        limit = getattr(throttle, name)
        monkeypatch.setattr(throttle, name, Limit(f"{limit.name}-{uuid4()}", limit.rate))


@pytest.fixture
def report(story: Scene) -> Submission:
    point = story.town.inside("A")
    contact = Contact(nickname=NAME, phone=PHONE, email=MAIL, channel=Requester.Channel.PHONE)
    draft = Draft(
        uuid=uuid4(), text=WORDS, category="road.light", xy=(point.x, point.y), accuracy_m=9, place_text="三号院", contact=contact
    )
    return reporting.report(draft, at=story.at)


def data_of(report: Submission, kind: str = "") -> str:
    return reverse(f"track-data{kind}", args=[receipts.grouped(report.receipt_code)])


def again(report: Submission) -> Submission:
    return Submission.objects.get(pk=report.pk)


def add(client: Client, report: Submission, text: str) -> None:
    file = SimpleUploadedFile("a.jpg", picture(), content_type="image/jpeg")
    answer = client.post(move_of(report, Verb.SUPPLEMENT), {"supplement-text": text, "supplement-photos": file})
    assert answer.status_code == 303


def erase(client: Client, report: Submission, **sure: str):
    return client.post(move_of(report, Verb.ERASE), {f"erase-{key}": value for key, value in (sure or {"sure": "on"}).items()})


# --- See and copy --------------------------------------------------------------------------------------------------


def test_page_shows_all_that_is_kept_and_the_contact_only_in_part(client, story, report):
    add(client, report, "今天更暗了")
    contacts.show_contact(report, story[Role.VILLAGE_SECRETARY], story.at, "clarify")

    page = client.get(data_of(report)).content.decode()

    for kept in (WORDS, "三号院", "今天更暗了", "139****5678", "g***@example.org", NAME, "image/jpeg", "village secretary", "365"):
        assert kept in page, kept
    assert PHONE not in page
    assert MAIL not in page
    assert story[Role.VILLAGE_SECRETARY].name not in page


def test_copy_for_programs_says_the_same_as_the_page(client, story, report):
    add(client, report, "今天更暗了")
    contacts.show_contact(report, story[Role.VILLAGE_SECRETARY], story.at, "clarify")

    answer = client.get(data_of(report, "-json"))

    assert 'filename="gridgov-' in answer["Content-Disposition"]
    copy = json.loads(answer.content)
    assert copy["report"]["text"] == WORDS
    assert datetime.fromisoformat(copy["report"]["received_at"]) == story.at.replace(microsecond=0)
    assert copy["contact"]["phone"] == "139****5678"
    assert [row["text"] for row in copy["later"]] == ["今天更暗了"]
    assert [(row["role"], row["purpose"]) for row in copy["looks"]] == [("village secretary", "ask what exactly is the matter")]
    assert len(copy["files"]) == 1


def test_copy_to_read_stands_by_itself(client, report):
    answer = client.get(data_of(report, "-html"))

    page = answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert WORDS in page
    assert "<script" not in page
    assert "href=" not in page


@pytest.mark.parametrize("kind", ["", "-json", "-html"])
def test_data_is_for_who_has_the_code_alone_and_kept_by_no_cache(client, report, kind):
    held = client.get(data_of(report, kind))
    guessed = client.get(reverse(f"track-data{kind}", args=[receipts.grouped(receipts.mint())]))

    assert "no-store" in held["Cache-Control"]
    assert held["X-Robots-Tag"] == "noindex, nofollow"
    assert guessed.status_code == 404
    assert WORDS not in guessed.content.decode()
    assert client.post(data_of(report, kind)).status_code in (404, 405)


def test_other_reports_of_the_same_issue_are_not_in_it(client, story, report):
    second = reporting.report(
        Draft(uuid=uuid4(), text="邻居也来报", category="road.light", xy=_spot(story), join=report.issue.number), at=story.at
    )
    add(client, second, "邻居的补充")

    page = client.get(data_of(report)).content.decode()

    assert second.issue_id == report.issue_id
    assert "邻居" not in page


def _spot(story: Scene) -> tuple[float, float]:
    point = story.town.inside("A")
    return point.x, point.y


def test_page_costs_few_statements_however_much_there_is(client, story, report, django_assert_max_num_queries):
    for number in range(4):
        add(client, report, f"补充{number}")
        contacts.show_contact(report, story[Role.VILLAGE_SECRETARY], story.at, "clarify")

    with django_assert_max_num_queries(10):
        client.get(data_of(report))


# --- Erase ---------------------------------------------------------------------------------------------------------


def test_erasing_takes_contact_words_photos_and_what_was_added_and_leaves_what_is_counted(client, story, report):
    add(client, report, "今天更暗了")
    file = str(Attachment.objects.get().file.name)
    before = Issue.objects.values_list("category", "area", "path", "status", "level", "reported_at", "level_due_at").get()

    answer = erase(client, report)

    assert (answer.status_code, answer["Location"]) == (303, data_of(report))
    gone = again(report)
    assert (gone.text, gone.place_text, gone.point, gone.source_xy) == ("", "", None, None)
    assert gone.requester is not None
    assert (gone.requester.phone, gone.requester.email, gone.requester.nickname, gone.requester.channel) == (None, None, "", "none")
    assert not gone.attachments.filter(file__gt="").exists()
    assert not default_storage.exists(file)
    assert [words.texts for words in EventText.objects.filter(event__verb=Verb.SUPPLEMENT)] == [{}]
    issue = Issue.objects.get()
    assert (issue.title, issue.place_text) == (issue.category.name, "")
    assert Issue.objects.values_list("category", "area", "path", "status", "level", "reported_at", "level_due_at").get() == before
    for page in (page_of(report), data_of(report), data_of(report, "-json")):
        shown = client.get(page).content.decode()
        assert not [word for word in (WORDS, "三号院", "今天更暗了", "139****5678", NAME) if word in shown], page
        assert "rased" in shown


def test_ledger_says_how_much_was_erased_and_stays_whole(client, report):
    add(client, report, "今天更暗了")

    erase(client, report)

    event = Event.objects.get(verb=Verb.ERASE)
    assert (event.actor, event.by, event.texts) == ("requester", None, {})
    assert event.facts == {"report": report.pk, "contacts": 1, "texts": 2, "attachments": 1}
    assert [fault for fault in ledger.verify_all()[1] if fault] == []


def test_erasing_ends_messages(client, story, report):
    erase(client, report)

    story.move(report.issue, Verb.ACCEPT, Role.VILLAGE_SECRETARY)

    assert not Notice.objects.filter(submission=report, event__verb=Verb.ACCEPT).exclude(channel="in_app").exists()


def test_erasing_needs_the_tick_and_is_done_once(client, report):
    without = erase(client, report, other="x")
    kept = again(report).text
    erase(client, report)
    twice = erase(client, report)

    assert (without.status_code, kept) == (422, WORDS)
    assert "Please tick that you are sure" in without.content.decode()
    assert twice.status_code == 409
    assert "Nothing is left to be erased." in twice.content.decode()
    assert Event.objects.filter(verb=Verb.ERASE).count() == 1


def test_what_is_added_after_that_can_be_erased_too(client, report):
    erase(client, report)
    add(client, report, "再补一句")

    answer = erase(client, report)

    assert answer.status_code == 303
    assert "再补一句" not in client.get(page_of(report)).content.decode()


def test_rating_stays_its_comment_goes(client, story):
    report = submission_of(story.awaiting_rating())
    client.post(move_of(report, Verb.RATE), {"rate-rating": "satisfied", "rate-text": "谢谢王师傅"})

    erase(client, report)

    assert list(Rating.objects.values_list("value", "comment")) == [("satisfied", "")]
    assert "谢谢王师傅" not in client.get(page_of(report)).content.decode()


def test_erasing_one_of_two_reports_leaves_the_other(client, story, report):
    second = reporting.report(
        Draft(uuid=uuid4(), text="邻居也来报", category="road.light", xy=_spot(story), join=report.issue.number), at=story.at
    )

    erase(client, second)

    assert again(second).text == ""
    assert again(report).text == WORDS
    assert WORDS.startswith(Issue.objects.get().title.rstrip("…")[:10])


def test_repeat_from_a_phone_is_still_answered_after_the_report_was_erased(client, story):
    draft = Draft(uuid=uuid4(), text=WORDS, category="road.light", xy=_spot(story))
    report = reporting.report(draft, at=story.at)
    erase(client, report)

    repeated = reporting.report(draft, at=story.at + timedelta(hours=1))

    assert (repeated.pk, repeated.text) == (report.pk, "")
    assert Submission.objects.count() == 1


def test_asking_while_it_is_open_keeps_everything_until_a_day_after_the_end(client, story, report):
    answer = client.post(move_of(report, Verb.ASK_ERASURE))
    page = client.get(data_of(report)).content.decode()
    still = again(report)
    retention.purge_asked(at=story.at + timedelta(days=50))
    client.post(move_of(report, Verb.WITHDRAW), {"withdraw-text": ""})
    ended = Issue.objects.get().closed_at
    assert ended is not None
    retention.purge_asked(at=ended + timedelta(hours=23))
    kept = again(report).text
    retention.purge_asked(at=ended + timedelta(hours=25))
    retention.purge_asked(at=ended + timedelta(hours=26))

    assert answer.status_code == 303
    assert "once the report is closed" in page
    assert (still.text, still.erase_asked_at is not None, kept) == (WORDS, True, WORDS)
    gone = again(report)
    assert (gone.text, gone.requester and gone.requester.phone) == ("", None)
    purged = Event.objects.filter(verb=Verb.PURGE)
    assert [(one.facts["report"], one.actor) for one in purged] == [(report.pk, "system")]
    assert Issue.objects.get().status == Status.WITHDRAWN


def test_asking_twice_is_refused_and_erasing_at_once_stays_possible(client, report):
    client.post(move_of(report, Verb.ASK_ERASURE))

    twice = client.post(move_of(report, Verb.ASK_ERASURE))

    assert twice.status_code == 409
    assert "asked for this already" in twice.content.decode()
    assert erase(client, report).status_code == 303


def test_stale_page_erases_nothing(report):
    browser = Client(enforce_csrf_checks=True)
    browser.get(data_of(report))

    answer = browser.post(move_of(report, Verb.ERASE), {"erase-sure": "on", "csrfmiddlewaretoken": "x" * 64})

    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()
    assert again(report).text == WORDS
