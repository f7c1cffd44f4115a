"""Files come after the text: in any order, twice, in halves, or as something else; the report knows what is missing."""

from __future__ import annotations

import struct
import zlib
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.utils.timezone import now
from PIL import Image

from issues.models import Attachment, Submission
from tests.issues.reports import picture
from tests.issues.sounds import sound
from tests.issues.wire.phone import Phone, announced, body, cut_off, digest, error

pytestmark = pytest.mark.django_db
RED, GREEN, BLUE = picture("red"), picture("green"), picture("blue")


@pytest.fixture
def phone(county) -> Phone:
    return Phone.of()


def test_answer_lists_what_is_missing_until_all_is_there(county, phone):
    sent, key = body(county.town, files=announced(RED, GREEN)), uuid4()
    assert phone.report(sent, key).json()["missing"] == [digest(RED), digest(GREEN)]

    second = phone.file(key, GREEN)  # in any order
    assert (second.status_code, second.json()["missing"]) == (201, [digest(RED)])
    assert phone.report(sent, key).json()["missing"] == [digest(RED)]
    first = phone.file(key, RED)

    assert (first.status_code, first.json()) == (201, {"uuid": str(key), "sha256": digest(RED), "missing": []})
    assert phone.report(sent, key).json()["missing"] == []
    assert set(Submission.objects.get().attachments.values_list("sha256", flat=True)) == {digest(RED), digest(GREEN)}


def test_file_sent_twice_is_there_once(county, phone):
    key = uuid4()
    phone.report(body(county.town, files=announced(RED)), key)

    statuses = [phone.file(key, RED).status_code for _ in range(3)]

    assert statuses == [201, 200, 200]
    assert Attachment.objects.count() == 1


def test_photo_is_encoded_anew_without_what_stood_in_its_file(county, phone, tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "SECRET-MAKER"
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.jpg", exif=exif)
    content, key = (tmp_path / "a.jpg").read_bytes(), uuid4()
    assert b"SECRET-MAKER" in content
    phone.report(body(county.town, files=announced(content)), key)

    phone.file(key, content)

    with default_storage.open(str(Attachment.objects.get().file.name)) as stored:
        kept = stored.read()
    assert b"SECRET-MAKER" not in kept
    assert kept[:2] == b"\xff\xd8"


def test_voice_note_comes_beside_the_photos_and_loses_what_stood_in_its_file(county, phone):
    note, key = sound("webm"), uuid4()
    assert b"SECRET" in note
    phone.report(body(county.town, files=[*announced(RED), *announced(note, kind="audio/webm")]), key)

    answers = [phone.file(key, note, kind="audio/webm;codecs=opus"), phone.file(key, RED)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[-1].json()["missing"] == []
    stored = Attachment.objects.get(sha256=digest(note))
    with default_storage.open(str(stored.file.name)) as file:
        assert b"SECRET" not in file.read()


def test_what_came_and_was_erased_since_is_not_asked_for_again(county, phone):
    note, key = sound("webm"), uuid4()
    sent = body(county.town, files=announced(note, kind="audio/webm"))
    phone.report(sent, key)
    phone.file(key, note, kind="audio/webm")

    Attachment.objects.update(erased_at=now())

    assert phone.report(sent, key).json()["missing"] == []
    assert phone.file(key, note, kind="audio/webm").status_code == 200


@pytest.mark.parametrize(("kind", "most"), [("image/jpeg", 5), ("audio/webm", 1)])
def test_more_files_than_a_report_may_have_are_not_even_announced(county, phone, kind, most):
    files = announced(*(bytes([number]) for number in range(most + 1)), kind=kind)

    assert error(phone.report(body(county.town, files=files)), 422, "field")["field"] == "files"
    assert phone.report(body(county.town, files=files[:most])).status_code == 201


def test_same_photo_in_two_reports_is_each_ones_own(county, phone):
    keys = [uuid4(), uuid4()]
    for key in keys:
        phone.report(body(county.town, files=announced(RED)), key)

    assert phone.file(keys[0], RED).status_code == 201
    assert phone.report(body(county.town, files=announced(RED)), keys[1]).json()["missing"] == [digest(RED)]
    assert phone.file(keys[1], RED).status_code == 201

    names = set(Attachment.objects.values_list("file", flat=True))
    assert len(names) == 2
    assert all(default_storage.exists(name) for name in names)


def test_file_of_a_report_that_has_not_come_is_asked_to_wait_for_its_text(county, phone):
    key = uuid4()
    error(phone.file(key, RED), 404, "unknown")
    error(phone.file("not-a-key", RED), 404, "unknown")

    phone.report(body(county.town, files=announced(RED)), key)

    assert phone.file(key, RED).status_code == 201


def test_file_that_was_not_announced_is_not_taken(county, phone):
    key = uuid4()
    phone.report(body(county.town, files=announced(RED)), key)

    error(phone.file(key, GREEN), 422, "file")

    assert Attachment.objects.count() == 0


def test_bytes_that_are_not_those_announced_are_not_taken(county, phone):
    key = uuid4()
    phone.report(body(county.town, files=announced(RED)), key)

    error(phone.file(key, GREEN, sha256=digest(RED)), 422, "file")
    error(phone.file(key, RED[:-40], sha256=digest(RED)), 422, "file")

    assert Attachment.objects.count() == 0
    assert phone.file(key, RED).status_code == 201


def test_file_that_broke_off_half_way_leaves_nothing_and_comes_again(county, phone, media):
    key = uuid4()
    phone.report(body(county.town, files=announced(RED)), key)

    answer = phone.file(key, RED, **cut_off(RED))

    error(answer, 400, "broken_off")
    assert Attachment.objects.count() == 0
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert phone.file(key, RED).status_code == 201


def test_file_that_is_too_large_is_refused_before_it_is_read(county, phone, settings):
    settings.PHOTO_MAX_BYTES = len(RED)
    key, large = uuid4(), GREEN + b"\0" * len(RED)
    phone.report(body(county.town, files=[{**announced(large)[0], "bytes": len(RED)}]), key)

    error(phone.file(key, large), 413, "too_large")

    assert Attachment.objects.count() == 0


@pytest.mark.parametrize("content", [b"MZ\x90\0 not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused_with_a_sentence(county, phone, content):
    key = uuid4()
    phone.report(body(county.town, files=announced(content)), key)

    error(phone.file(key, content), 422, "file")


def test_bomb_is_refused_without_being_unpacked(county, phone):
    bomb, key = _png(60_000, 60_000), uuid4()
    assert len(bomb) < 200
    phone.report(body(county.town, files=announced(bomb)), key)

    error(phone.file(key, bomb, kind="image/png"), 422, "file")


def test_other_types_are_refused(county, phone):
    key = uuid4()
    phone.report(body(county.town, files=announced(RED)), key)

    error(phone.file(key, RED, kind="text/html"), 415, "type")


def test_erased_report_takes_no_file_and_says_it_is_done(county, phone):
    key = uuid4()
    phone.report(body(county.town, files=announced(RED)), key)
    Submission.objects.all().erase_text(now())

    answer = phone.file(key, RED)

    assert (answer.status_code, answer.json()["missing"]) == (200, [])
    assert Attachment.objects.count() == 0


def test_form_sent_without_javascript_and_the_wire_share_the_key(county, phone):
    """A page that lost its script half-way: the same key from the plain form with other words is the same conflict."""
    key, town = uuid4(), county.town
    phone.report(body(town), key)

    sent = {"uuid": str(key), "text": "另外", "danger": "no", "area": town["A"].code, "join": "new"}
    answer = phone.client.post("/report/", {**sent, "csrfmiddlewaretoken": phone.token})

    assert answer.status_code == 409
    assert Submission.objects.count() == 1


def _png(width: int, height: int) -> bytes:
    """A PNG that says it is that large and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
