"""The one door for photos and voice notes: told by their bytes, kept once, counted together with what is there."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from issues import services
from issues.errors import FileRefused
from issues.files import storage
from issues.files.photos import Photo
from issues.files.voice import Voice
from issues.intake import reporting
from issues.models import Attachment, Submission
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import china, do
from tests.issues.reports import NOW, at_point, photo, picture, territory
from tests.issues.sounds import sound, voice_note

pytestmark = pytest.mark.django_db
COLOURS = ("red", "green", "blue", "white", "black", "yellow")


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def report(db) -> Submission:
    return reporting.report(at_point(territory().inside("A")), at=NOW)


def arrived(content: bytes, name: str = "") -> storage.File:
    return storage.arrived(BytesIO(content), size=len(content), name=name)


@pytest.mark.parametrize("name", ["a.jpg", "a.mp3", "a.svg", ""])
def test_file_when_it_arrives_is_what_its_bytes_say_whatever_it_is_called(name):
    assert isinstance(arrived(picture(), name), Photo)
    assert isinstance(arrived(sound("mp4"), name), Voice)
    with pytest.raises(FileRefused):
        arrived(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", name)


def test_photo_and_voice_note_when_attached_twice_are_kept_once(report, media):
    note = voice_note()

    first = storage.attach(report, [photo(), note], at=NOW)
    again = storage.attach(report, [photo(), note, photo("green")], at=NOW)

    assert ([row.media_type for row in first], [row.media_type for row in again]) == (["image/jpeg", "audio/mpeg"], ["image/jpeg"])
    kept = {row.sha256: row for row in report.attachments.all()}
    assert set(kept) == {photo().sha256, note.sha256, photo("green").sha256}
    assert (media / kept[note.sha256].file.name).read_bytes() == note.mp3
    assert kept[note.sha256].seconds == pytest.approx(2.0, abs=0.1)


def test_counts_look_at_what_came_before(report):
    storage.attach(report, [photo(colour) for colour in COLOURS[:4]], at=NOW)
    storage.attach(report, [voice_note()], at=NOW)

    with pytest.raises(FileRefused, match="5 photos"):
        storage.attach(report, [photo(COLOURS[4]), photo(COLOURS[5])], at=NOW)
    with pytest.raises(FileRefused, match="one voice note"):
        storage.attach(report, [voice_note(1.0)], at=NOW)
    storage.attach(report, [photo(COLOURS[4])], at=NOW)

    assert (report.attachments.photos().count(), report.attachments.voices().count()) == (5, 1)


def test_missing_are_those_that_never_came_in_the_order_in_which_they_were_declared(report):
    storage.attach(report, [photo()], at=NOW)

    assert storage.missing(report, ["b", photo().sha256, "a", "b"]) == ["b", "a"]


def test_what_was_erased_after_it_came_is_not_missing_and_is_not_taken_again(report):
    (row,) = storage.attach(report, [photo()], at=NOW)
    Attachment.objects.erase([row.pk], NOW)

    assert storage.missing(report, [photo().sha256]) == []
    assert storage.attach(report, [photo()], at=NOW) == []
    assert storage.files_of(report) == []


def test_report_whose_text_was_erased_takes_nothing_more(report, media):
    Submission.objects.of_issue(report.issue).erase_text(NOW)
    report.refresh_from_db()

    assert storage.attach(report, [photo()], at=NOW) == []
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_report_with_a_voice_note_that_is_sent_again_has_it_once(db):
    draft = at_point(territory().inside("A"), voice=voice_note(), photos=(photo(),))

    made = reporting.report(draft, at=NOW)
    reporting.report(draft, at=NOW)

    assert [row.is_voice for row in made.attachments.order_by("pk")] == [False, True]


def test_recording_whose_file_could_not_be_taken_away_is_taken_away_later(report, media):
    (row,) = storage.attach(report, [voice_note()], at=NOW)
    name = str(row.file.name)

    storage.erase_after_commit(row, NOW)  # the process ends before the file is gone
    assert not Attachment.objects.kept().exists()
    assert default_storage.exists(name)
    assert storage.finish_erasing(Attachment.objects.half_erased()) == 1

    assert not default_storage.exists(name)
    assert not Attachment.objects.half_erased().exists()


def test_photos_of_a_merged_report_go_with_it(db):
    county = make.county()
    at = china("2024-09-23 09:00")
    one, other = make.reported(county, at), make.reported(county, at)
    storage.attach(one.submissions.get(), [photo()], at=at)
    for issue in (one, other):
        do(issue, Verb.ACCEPT, county["vs1"], at)

    services.move(one.pk, Verb.MERGE, by=county["vs1"], at=at, facts={"issue": other.number})

    assert Attachment.objects.of_issue(other).count() == 1
