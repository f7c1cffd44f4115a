"""What is erased when, the entry that it leaves, and that nothing which is counted goes with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage

from issues import ledger
from issues.figures import dashboard
from issues.files import storage
from issues.models import Attachment, EventText, Issue, Requester, Submission
from issues.privacy import retention
from issues.terms import Status, Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, ask, do
from tests.issues.reports import photo

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def swept(at: datetime) -> int:
    tally = retention.purge(at=at)
    assert tally.failed == []
    return tally.done


def declined(county: make.County) -> Issue:
    issue = make.reported(county, MONDAY)
    ask(issue, Verb.SUPPLEMENT, MONDAY, text="他住在三号楼")
    do(issue, Verb.DECLINE, county["vs1"], MONDAY)
    return issue


def with_photo(issue: Issue, at: datetime = MONDAY) -> Attachment:
    return storage.attach(issue.submissions.get(), [photo()], at=at)[0]


def test_contacts_when_a_year_has_passed_since_closing_are_gone_and_the_ledger_says_how_many(county):
    issue = make.closed(county, MONDAY)
    Requester.objects.update(nickname="老郭")

    assert swept(MONDAY + 364 * DAY) == 0
    assert swept(MONDAY + 365 * DAY) == 1

    requester = Requester.objects.get()
    assert (requester.nickname, requester.phone, requester.email, requester.masked) == ("", None, None, "")
    assert requester.erased_at == MONDAY + 365 * DAY
    event = issue.events.get(verb=Verb.PURGE)
    assert (event.facts, event.by, event.actor, event.to_status) == ({"contacts": 1}, None, "system", Status.CLOSED)
    assert not [fault for fault in ledger.verify_all()[1] if fault]


def test_open_and_reopened_issues_keep_their_contacts(county):
    make.in_hand(county, MONDAY)
    again = make.closed(county, MONDAY)
    do(again, Verb.REOPEN, county["vs1"], MONDAY + DAY)

    assert swept(MONDAY + 800 * DAY) == 0
    assert not Requester.objects.exclude(erased_at=None).exists()


def test_photos_when_two_years_have_passed_leave_the_disk_and_only_the_sign_that_they_had_arrived(county):
    issue = make.closed(county, MONDAY)
    attachment = with_photo(issue)
    names = [str(attachment.file.name), storage.thumb_name(attachment)]
    assert all(default_storage.exists(name) for name in names)

    swept(MONDAY + 365 * DAY)
    assert Attachment.objects.kept().exists()
    swept(MONDAY + 730 * DAY)

    (row,) = Attachment.objects.values("file", "sha256", "erased_at", "transcript")
    assert row == {"file": "", "sha256": attachment.sha256, "erased_at": MONDAY + 730 * DAY, "transcript": ""}
    assert storage.missing(attachment.submission, [attachment.sha256, "other"]) == ["other"]
    assert not any(default_storage.exists(name) for name in names)
    assert [event.facts for event in issue.events.filter(verb=Verb.PURGE).order_by("number")] == [
        {"contacts": 1},
        {"attachments": 1},
    ]
    assert Issue.objects.get().purge_at is None


def test_photo_that_left_the_disk_before_the_worker_died_is_taken_up_again(county):
    issue = make.closed(county, MONDAY)
    attachment = with_photo(issue)
    default_storage.delete(str(attachment.file.name))

    swept(MONDAY + 731 * DAY)

    assert not Attachment.objects.kept().exists()


def test_words_of_a_declined_report_are_gone_within_a_day_and_the_answer_stays(county):
    issue = declined(county)
    with_photo(issue)

    assert swept(MONDAY + timedelta(hours=23)) == 0
    assert swept(MONDAY + timedelta(hours=23, minutes=50)) == 1

    issue.refresh_from_db()
    report = Submission.objects.get()
    assert (report.text, issue.title, issue.place_text) == ("", issue.category.name, "")
    assert report.text_erased_at is not None
    assert not Attachment.objects.kept().exists()
    kept = {words.event.verb: words.texts for words in EventText.objects.select_related("event") if words.texts}
    assert list(kept) == [Verb.DECLINE]
    assert kept[Verb.DECLINE]["reply"] == "Please ask the court."
    assert issue.events.get(verb=Verb.PURGE).facts == {"texts": 3}
    assert not [fault for fault in ledger.verify_all()[1] if fault]


def test_voice_notes_are_gone_after_thirty_days_of_open_issues_too(county):
    issue = make.in_hand(county, MONDAY)
    attachment = with_photo(issue)
    Attachment.objects.update(media_type="audio/mp4")

    assert retention.purge_voice(at=MONDAY + 29 * DAY).done == 0
    assert retention.purge_voice(at=MONDAY + 30 * DAY).done == 1

    assert not default_storage.exists(str(attachment.file.name))
    assert issue.events.get(verb=Verb.PURGE).facts == {"voice": 1}
    assert retention.purge_voice(at=MONDAY + 31 * DAY).done == 0


def test_figures_when_everything_is_erased_are_what_they_were(county):
    make.closed(county, MONDAY)
    declined(county)
    before = _figures(county)

    swept(MONDAY + 800 * DAY)

    assert Requester.objects.filter(erased_at=None).count() == 0
    assert _figures(county) == before


def _figures(county: make.County) -> object:
    cache.clear()
    return dashboard.key_figures(county["leader"], at=MONDAY + 3 * DAY)


def test_sweep_with_nothing_to_erase_asks_one_question(county, django_assert_num_queries):
    make.closed(county, MONDAY)

    with django_assert_num_queries(1):
        retention.purge(at=MONDAY + DAY)


def test_erasing_twice_writes_one_entry(county):
    issue = make.closed(county, MONDAY)

    swept(MONDAY + 365 * DAY)
    swept(MONDAY + 365 * DAY)

    assert issue.events.filter(verb=Verb.PURGE).count() == 1
