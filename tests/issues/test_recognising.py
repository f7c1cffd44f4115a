"""Speech recognition is a place to plug something in, off by default; what it writes is a draft and nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from issues.files import recognising, storage
from issues.files.recognising import Recogniser
from issues.intake import reporting
from issues.models import Attachment, Submission
from tests.issues.reports import NOW, at_point, territory
from tests.issues.sounds import heard, voice_note

pytestmark = pytest.mark.django_db
HERE = f"{__name__}.Outside"


class Outside:
    """Stands for a recogniser outside of the program: remembers what it was given."""

    given: list[tuple[bytes, str, float, str]] = []
    answer: str | Exception = "  路灯坏了  "

    def written(self, sound: bytes, *, media_type: str, seconds: float, language: str) -> str:
        self.given.append((sound, media_type, seconds, language))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture(autouse=True)
def plugged(settings, tmp_path: Path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    settings.SPEECH_RECOGNISER = HERE
    monkeypatch.setattr(Outside, "given", [])
    monkeypatch.setattr(recognising, "import_string", lambda path: {HERE: Outside}[path])
    recognising._made.cache_clear()


@pytest.fixture
def voice(plugged) -> Attachment:
    report = reporting.report(at_point(territory().inside("A")), at=NOW)
    return storage.attach(report, [voice_note(1.0)], at=NOW)[0]


def test_recogniser_fits_the_interface():
    recogniser: Recogniser = Outside()

    assert recogniser.written(b"", media_type="audio/mpeg", seconds=0, language="") == Outside.answer


def test_voice_note_is_given_once_with_its_sound_and_language_and_becomes_a_draft(voice):
    text = Submission.objects.get().text

    assert recognising.recognise(at=NOW).done == 1
    assert recognising.recognise(at=NOW).done == 0

    voice.refresh_from_db()
    assert (voice.transcript, voice.by_machine, voice.recognised_at) == ("路灯坏了", True, NOW)
    ((sound, media_type, seconds, language),) = Outside.given
    assert (media_type, language) == ("audio/mpeg", "zh-hans")
    assert heard(sound)[0] == pytest.approx(seconds, abs=0.2)
    assert Submission.objects.get().text == text  # nothing is part of the report before a person has compared


def test_recogniser_that_fails_leaves_it_to_people_and_is_not_asked_again(voice, monkeypatch):
    monkeypatch.setattr(Outside, "answer", RuntimeError("no memory left"))

    tally = recognising.recognise(at=NOW)
    recognising.recognise(at=NOW)

    assert (tally.done, tally.failed, len(Outside.given)) == (0, [voice.pk], 1)
    voice.refresh_from_db()
    assert (voice.transcript, voice.by_machine) == ("", False)


def test_what_a_person_has_begun_is_left_alone(voice, monkeypatch):
    class Slow(Outside):
        def written(self, sound: bytes, **more: object) -> str:
            Attachment.objects.update(transcript="人写的", by_machine=False)
            return "机器写的"

    monkeypatch.setattr(recognising, "import_string", lambda _path: Slow)

    assert recognising.recognise(at=NOW).done == 0

    voice.refresh_from_db()
    assert (voice.transcript, voice.by_machine) == ("人写的", False)


def test_without_a_recogniser_nothing_is_asked_of_the_database(settings, django_assert_num_queries):
    settings.SPEECH_RECOGNISER = ""

    with django_assert_num_queries(0):
        assert recognising.recognise(at=NOW).done == 0
