"""What is wrong with a report is said in a sentence, and nothing that was typed is lost."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from limits import parse

from issues import throttle
from issues.files import photos
from issues.intake import reporting
from issues.models import Issue, Requester, Submission
from issues.throttle import Limit
from mapui.uploads import BoundedUploadHandler
from tests.mapui.reporting import REPORT, WORDS, answers, body, jpeg, uuid_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]


# --- What is wrong is said, and nothing is lost --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": "  "}, "Please say what is the matter."),
        ({"text": "长" * 2001}, "That is too long: 2000 characters are possible."),
        ({"area": ""}, "Please say where it is."),
        ({"danger": ""}, "Please say whether anyone is in danger right now."),
        ({"phone": "hello"}, "This does not look like a telephone number."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"answer_by": "phone"}, "Please leave the number that we should call"),
        ({"answer_by": "email"}, "Please leave the e-mail address"),
        ({"group": "village"}, "Please choose more exactly what it is about"),
    ],
)  # fmt: skip
def test_fault_is_said_in_a_sentence_and_the_rest_stays(client, town, wrong, sentence):
    answer = client.post(REPORT, {**answers(area=town["A"].code, nickname="李大爷"), **wrong})

    assert answer.status_code == 422
    assert sentence in body(answer)
    assert "李大爷" in body(answer)
    assert wrong.get("text") or WORDS in body(answer)
    assert Issue.objects.count() == Requester.objects.count() == 0


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([SimpleUploadedFile("notes.pdf", b"%PDF-1.7", content_type="image/jpeg")], "“notes.pdf” cannot be read as a photo."),
        ([jpeg(f"{n}.jpg") for n in range(6)], "A report can have 5 photos; 6 were chosen."),
        ([SimpleUploadedFile("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40)], "HEIC"),
    ],
    ids=["no photo", "six", "heic"],
)
def test_photo_that_cannot_be_taken_is_named_and_the_words_stay(client, town, files, sentence):
    answer = client.post(REPORT, answers(area=town["A"].code, photos=files))

    assert answer.status_code == 422
    assert sentence in body(answer)
    assert WORDS in body(answer)
    assert "Please add the photos again" in body(answer)


def test_photo_over_the_limit_is_named_and_the_words_stay(client, town, settings):
    settings.PHOTO_MAX_BYTES = 3 * 1024 * 1024
    large = SimpleUploadedFile("large.jpg", b"\xff\xd8\xff" + b"x" * (4 * 1024 * 1024), content_type="image/jpeg")

    answer = client.post(REPORT, answers(area=town["A"].code, photos=[large]))

    assert answer.status_code == 422
    assert "“large.jpg” is too large. A photo can have 3 MB." in body(answer)
    assert WORDS in body(answer)


def test_file_over_the_limit_costs_no_more_disk_than_a_photo_and_tells_its_true_size(settings, rf):
    settings.PHOTO_MAX_BYTES = 1000
    handler = BoundedUploadHandler(rf.post("/"))
    handler.new_file("photos", "large.jpg", "image/jpeg", 5000, None, {})

    for start in range(0, 5000, 500):
        assert handler.receive_data_chunk(b"x" * 500, start) is None
    file = handler.file_complete(5000)

    assert file is not None
    assert file.size == 5000
    assert len(file.read()) == 1000
    file.close()


def test_used_key_with_other_words_shows_the_report_it_made_and_offers_a_new_one(client, town):
    sent = answers(area=town["A"].code)
    client.post(REPORT, sent)

    again = client.post(REPORT, {**sent, "text": "另外一件事"})
    page = body(again)
    renewed = client.post(REPORT, {**sent, "text": "另外一件事", "uuid": uuid_in(page)})

    assert again.status_code == 409
    assert "has already arrived" in page
    assert reverse("track", args=[_grouped(Submission.objects.earliest("pk"))]) in page
    assert "另外一件事" in page
    assert uuid_in(page) != sent["uuid"]
    assert renewed.status_code == 303
    assert Issue.objects.count() == 2


def _grouped(submission: Submission) -> str:
    return "-".join(submission.receipt_code[n : n + 4] for n in (0, 4, 8, 12))


def test_failure_on_our_side_keeps_the_words(client, town, monkeypatch, caplog):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(reporting, "report", broken)

    answer = client.post(REPORT, answers(area=town["A"].code))

    assert answer.status_code == 500
    assert "Something went wrong on our side" in body(answer)
    assert WORDS in body(answer)
    assert "the disk is gone" in caplog.text
    assert WORDS not in caplog.text


def test_stale_page_keeps_the_words_and_a_second_press_sends_them(town):
    browser = Client(enforce_csrf_checks=True)
    browser.get(REPORT)
    sent = answers(area=town["A"].code)

    stale = browser.post(REPORT, {**sent, "csrfmiddlewaretoken": "x" * 64})
    token = browser.cookies["csrftoken"].value
    again = browser.post(REPORT, {**sent, "csrfmiddlewaretoken": token})

    assert stale.status_code == 403
    assert "Please press “Send” once more." in body(stale)
    assert WORDS in body(stale)
    assert again.status_code == 303


def test_forged_report_from_elsewhere_is_not_taken(town):
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post(REPORT, answers(area=town["A"].code), headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert Issue.objects.count() == 0


def test_too_many_reports_from_one_address_are_stopped_with_the_words_kept(client, town, monkeypatch):
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", parse("2 per 10 minutes")))
    for _ in range(2):
        assert client.post(REPORT, answers(area=town["A"].code)).status_code == 303

    answer = client.post(REPORT, answers(area=town["A"].code))
    neighbour = client.post(REPORT, answers(area=town["A"].code), REMOTE_ADDR="10.1.1.1")

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "minutes" in body(answer)
    assert WORDS in body(answer)
    assert neighbour.status_code == 303


def test_photos_are_not_even_looked_at_when_the_report_will_not_be_taken(client, town, monkeypatch):
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", parse("1 per 10 minutes")))
    client.post(REPORT, answers(area=town["A"].code))
    monkeypatch.setattr(photos, "prepare", lambda *_, **__: pytest.fail("decoded"))

    assert client.post(REPORT, answers(area=town["A"].code, photos=[jpeg()])).status_code == 429
    assert client.post(REPORT, answers(area=town["A"].code, photos=[jpeg()], step="place")).status_code == 200
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(REPORT, answers(area=town["A"].code, photos=[jpeg()])).status_code == 403


def test_address_behind_our_proxy_is_the_one_the_proxy_saw(client, town, monkeypatch, settings):
    settings.PROXIES = 1
    monkeypatch.setattr(throttle, "REPORT", Limit(f"report-{uuid4()}", parse("1 per 10 minutes")))

    def sent(forwarded: str) -> int:
        return client.post(REPORT, answers(area=town["A"].code), headers={"X-Forwarded-For": forwarded}).status_code

    assert sent("10.0.0.1") == 303
    assert sent("1.2.3.4, 10.0.0.1") == 429  # what stands further left may be invented
    assert sent("10.0.0.2") == 303
