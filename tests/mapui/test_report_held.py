"""Without scripts too nothing that was chosen is lost when the form comes back: photos and the voice note stay with it."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from limits import parse
from PIL import Image

from issues import throttle
from issues.files import held, photos
from issues.models import Submission
from issues.throttle import Limit
from mapui import report_files
from tests.issues.sounds import sound
from tests.issues.test_statements import few_statements
from tests.mapui.reporting import REPORT, WORDS, answers, body, jpeg, uuid_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]
GONE = "no longer kept"
KEPT = re.compile(r'name="drop" value="([0-9a-f]{64})"')


def token_in(page: str) -> str:
    found = re.search(r'name="held" value="([^"]+)"', page)
    return found[1] if found else ""


def returned(client: Client, sent: dict[str, Any], **more: Any) -> str:
    """The page on which the form comes back because nothing says whether anybody is in danger."""
    answer = client.post(REPORT, {**sent, "danger": "", **more})
    assert answer.status_code == 422
    return body(answer)


def attached() -> list[str]:
    return list(Submission.objects.get().attachments.order_by("pk").values_list("media_type", flat=True))


def on_disk() -> list[str]:
    """The files that are held, thumbnails included, without their folders."""
    if not default_storage.exists("held"):
        return []
    return [
        name
        for hour in default_storage.listdir("held")[0]
        for form in default_storage.listdir(f"held/{hour}")[0]
        for name in default_storage.listdir(f"held/{hour}/{form}")[1]
    ]


def later(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    at = timezone.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(report_files, "now", lambda: at)


def test_photos_and_voice_note_when_the_form_comes_back_are_kept_and_attached_on_the_next_press(client, town):
    sent = answers(area=town["A"].code)
    note = SimpleUploadedFile("note.wav", sound("wav", 1.0), content_type="audio/wav")

    page = returned(client, sent, photos=[jpeg("gate.jpg", "red"), jpeg("lamp.jpg", "blue")], voice=note)
    assert ("2 photos are kept" in page, "gate.jpg" in page, "lamp.jpg" in page) == (True, True, True)
    assert "The voice note is kept" in page
    assert "add the photos again" not in page
    answer = client.post(REPORT, {**sent, "held": token_in(page)})

    assert answer.status_code == 303
    assert attached() == ["image/jpeg", "image/jpeg", "audio/mpeg"]


def test_what_is_held_has_no_memory_of_where_it_was_taken(client, town):
    taken = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secretphone"
    Image.new("RGB", (64, 48), "red").save(taken, "JPEG", exif=exif)

    returned(client, answers(area=town["A"].code), photos=[SimpleUploadedFile("a.jpg", taken.getvalue())])

    [hour], _files = default_storage.listdir("held")
    [form] = default_storage.listdir(f"held/{hour}")[0]
    assert len(on_disk()) == 2
    for name in on_disk():
        with default_storage.open(f"held/{hour}/{form}/{name}") as file:
            assert b"Secretphone" not in file.read()


def test_second_return_keeps_the_first_ones_and_nothing_is_doubled(client, town):
    sent = answers(area=town["A"].code)

    first = returned(client, sent, photos=[jpeg("a.jpg", "red")])
    second = returned(client, sent, held=token_in(first), photos=[jpeg("again.jpg", "red"), jpeg("b.jpg", "blue")])
    third = returned(client, sent, held=token_in(second))

    assert KEPT.findall(third) == KEPT.findall(second)
    assert KEPT.findall(second)[:1] == KEPT.findall(first)
    assert len(KEPT.findall(third)) == 2
    final = {**sent, "held": token_in(third)}
    client.post(REPORT, {**final, "photos": [jpeg("once-more.jpg", "blue")]})
    replayed = client.post(REPORT, final)  # the button was pressed twice
    assert replayed.status_code == 303
    assert attached() == ["image/jpeg", "image/jpeg"]


def test_photo_that_is_left_out_is_neither_kept_nor_attached(client, town):
    sent = answers(area=town["A"].code)
    page = returned(client, sent, photos=[jpeg("a.jpg", "red"), jpeg("b.jpg", "blue"), jpeg("c.jpg", "green")])
    red, blue, green = KEPT.findall(page)

    page = returned(client, sent, held=token_in(page), drop=[red])
    assert KEPT.findall(page) == [blue, green]
    client.post(REPORT, {**sent, "held": token_in(page), "drop": [green]})

    assert [one.sha256 for one in Submission.objects.get().attachments.all()] == [blue]


def test_new_voice_note_takes_the_place_of_the_held_one_and_either_is_words_enough(client, town):
    sent = answers(area=town["A"].code, text="")
    first = SimpleUploadedFile("one.wav", sound("wav", 1.0))
    second = SimpleUploadedFile("two.wav", sound("wav", 2.0))

    page = returned(client, sent, voice=first)
    assert "Please say what is the matter." not in page
    assert ' required aria-describedby="help-text"' not in page  # a browser would not let the form go without words
    page = returned(client, sent, held=token_in(page), voice=second)
    client.post(REPORT, {**sent, "held": token_in(page)})

    [note] = Submission.objects.get().attachments.all()
    assert note.seconds == pytest.approx(2.0, abs=0.2)


def test_token_of_another_form_or_a_forged_one_claims_nothing(client, town):
    theirs = token_in(returned(client, answers(area=town["A"].code), photos=[jpeg()]))
    sent = answers(area=town["A"].code)

    for shown in (theirs, theirs[:-2] + "xx", "nonsense"):
        answer = client.post(REPORT, {**sent, "held": shown})
        assert answer.status_code == 422
        assert GONE in body(answer)
        assert token_in(body(answer)) == ""
        assert WORDS in body(answer)
    assert not Submission.objects.exists()
    assert client.post(REPORT, sent).status_code == 303
    assert attached() == []


def test_photo_whose_hour_has_passed_is_said_to_be_gone_and_the_later_one_stays(client, town, monkeypatch):
    sent = answers(area=town["A"].code)
    page = returned(client, sent, photos=[jpeg("a.jpg", "red")])
    with monkeypatch.context() as half_an_hour_later:
        half_an_hour_later.setattr("mapui.views.report.now", lambda: timezone.now() + timedelta(minutes=30))
        page = returned(client, sent, held=token_in(page), photos=[jpeg("b.jpg", "blue")])
    blue = KEPT.findall(page)[1]

    later(monkeypatch, 61)
    answer = client.post(REPORT, {**sent, "held": token_in(page)})

    assert answer.status_code == 422
    assert GONE in body(answer)
    assert KEPT.findall(body(answer)) == [blue]
    assert client.post(REPORT, {**sent, "held": token_in(body(answer))}).status_code == 303
    assert [one.sha256 for one in Submission.objects.get().attachments.all()] == [blue]


def test_file_that_the_storage_has_lost_is_said_once_and_does_not_hold_up_the_report(client, town):
    sent = answers(area=town["A"].code)
    page = returned(client, sent, photos=[jpeg()])
    held.purge(at=timezone.now() + timedelta(hours=3))

    answer = client.post(REPORT, {**sent, "held": token_in(page)})

    assert answer.status_code == 422
    assert GONE in body(answer)
    assert client.post(REPORT, sent).status_code == 303


@pytest.mark.parametrize("bad", [b"%PDF-1.7", b"bomb"], ids=["no photo", "bomb"])
def test_photo_that_cannot_be_taken_is_named_while_the_good_ones_stay(client, town, monkeypatch, bad):
    if bad == b"bomb":
        bad = _bomb()
        monkeypatch.setitem(photos.MAX_PIXELS, "PNG", 10_000)
    sent = answers(area=town["A"].code)

    answer = client.post(
        REPORT, {**sent, "photos": [jpeg("a.jpg", "red"), SimpleUploadedFile("bad.png", bad), jpeg("b.jpg", "blue")]}
    )

    page = body(answer)
    assert answer.status_code == 422
    assert "“bad.png”" in page
    assert "2 photos are kept" in page
    assert "Photos that are not shown here have to be added again." in page
    assert client.post(REPORT, {**sent, "held": token_in(page)}).status_code == 303
    assert attached() == ["image/jpeg", "image/jpeg"]


def _bomb() -> bytes:
    """More pixels than are allowed here, in few bytes."""
    out = BytesIO()
    Image.new("1", (1000, 1000)).save(out, "PNG")
    return out.getvalue()


def test_more_than_five_are_never_held_however_they_come(client, town):
    sent = answers(area=town["A"].code)
    page = returned(client, sent, photos=[jpeg(f"{n}.jpg", colour) for n, colour in enumerate(("red", "blue", "green"))])

    page = returned(client, sent, held=token_in(page), photos=[jpeg(f"{c}.jpg", c) for c in ("white", "black", "yellow")])

    assert "A report can have 5 photos; 6 were chosen." in page
    assert len(KEPT.findall(page)) == 5
    assert len(on_disk()) == 10


def test_question_whether_it_is_known_keeps_the_photos(client, town):
    point = town.inside("A")
    place = {"lon": point.x, "lat": point.y, "accuracy": 12, "group": "road", "category": "road.light"}
    client.post(REPORT, answers(**place, join="new"))
    sent = answers(**place)

    asked = client.post(REPORT, {**sent, "photos": [jpeg()]})
    assert (asked.status_code, "Is it this one?" in body(asked), "1 photo is kept" in body(asked)) == (200, True, True)
    client.post(REPORT, {**sent, "held": token_in(body(asked)), "join": "new"})

    assert Submission.objects.latest("pk").attachments.count() == 1


def test_next_list_of_places_keeps_the_photos_and_says_no_other_fault_yet(client, town):
    sent = answers(area="")

    page = body(client.post(REPORT, {**sent, "step": "place", "photos": [jpeg()]}))

    assert "1 photo is kept" in page
    assert "Please say where it is." not in page
    client.post(REPORT, {**sent, "area": town["A"].code, "held": token_in(page)})
    assert attached() == ["image/jpeg"]


def test_who_sends_too_often_has_nothing_new_held_but_keeps_what_is(client, town, monkeypatch):
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", parse("1 per 10 minutes")))
    sent = answers(area=town["A"].code)
    page = returned(client, sent, photos=[jpeg("a.jpg", "red")])

    answer = client.post(REPORT, {**sent, "held": token_in(page), "photos": [jpeg("b.jpg", "blue")]})

    assert answer.status_code == 429
    assert KEPT.findall(body(answer)) == KEPT.findall(page)
    assert "Photos that are not shown here have to be added again." in body(answer)
    assert len(on_disk()) == 2


def test_key_that_was_used_takes_its_files_along_to_the_new_one(client, town):
    sent = answers(area=town["A"].code)
    client.post(REPORT, sent)

    again = body(client.post(REPORT, {**sent, "text": "另外一件事", "photos": [jpeg()]}))
    client.post(REPORT, {**sent, "text": "另外一件事", "uuid": uuid_in(again), "held": token_in(again)})

    assert [one.attachments.count() for one in Submission.objects.order_by("pk")] == [0, 1]


def test_storage_that_is_away_costs_the_photos_but_not_the_words(client, town, monkeypatch, caplog):
    def broken(*_: object, **__: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(held, "hold", broken)

    page = returned(client, answers(area=town["A"].code), photos=[jpeg()])

    assert WORDS in page
    assert "Please add the photos again" in page
    assert "no room" in caplog.text


def test_report_with_as_many_files_as_it_may_have_costs_at_most_fifteen_statements(client, town):
    point = town.inside("A")
    client.post(REPORT, answers(lon=point.x, lat=point.y, accuracy=12, join="new"))
    sent = answers(lon=point.x, lat=point.y, accuracy=12, join="new")
    note = SimpleUploadedFile("note.wav", sound("wav", 1.0))
    page = returned(client, sent, photos=[jpeg(colour, colour) for colour in ("red", "blue", "green", "white")], voice=note)

    with few_statements("POST /report/ with five photos and a voice note"):
        answer = client.post(REPORT, {**sent, "held": token_in(page), "photos": [jpeg("fresh.jpg", "black")]})

    assert answer.status_code == 303
    assert Submission.objects.latest("pk").attachments.count() == 6


def test_what_was_never_sent_is_purged_after_its_hour_and_not_before(client, town):
    returned(client, answers(area=town["A"].code), photos=[jpeg()])
    at = timezone.now()

    assert held.purge(at=at + timedelta(minutes=59)) == 0
    assert len(on_disk()) == 2
    assert held.purge(at=at + timedelta(hours=2)) == 2
    assert on_disk() == []
    assert held.purge(at=at + timedelta(hours=2)) == 0
