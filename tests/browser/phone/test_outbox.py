"""The page of the outbox: what waits and since when; try again, edit, delete, take it to another phone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.timezone import now
from playwright.sync_api import FilePayload, Page, expect

from issues.intake import reporting
from issues.models import Submission
from tests.browser.phone.pages import WORDS, arrived, send, stored, text_of, until
from tests.browser.phone.queue import digest, lay, shots
from tests.browser.phone.test_sending import EMPTY
from tests.issues.reports import draft

API = "**/api/**"


def cut_api(page: Page) -> None:
    page.context.route(API, lambda route: route.abort())


def mend_api(page: Page) -> None:
    page.context.unroute(API)


def waiting(handset: Any, town: Any, *texts: str, photos: list[bytes] | None = None, by_itself: bool = True) -> Page:
    """The page of an outbox in which these reports wait, and nothing can be sent; `by_itself`: timers run."""
    page = handset()
    if not by_itself:
        page.clock.install()
    cut_api(page)
    page.goto("/phone/help/")
    for text in texts:
        lay(page, text, town["A"], photos)
    page.goto("/phone/")
    expect(page.locator(".record")).to_have_count(len(texts))
    expect(page.locator("[data-state]")).to_contain_text("cannot be reached")  # the first attempt is over
    if not by_itself:
        page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
    return page


def exported(page: Page, folder: Path) -> Path:
    page.get_by_text("To another phone", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    file = folder / saved.value.suggested_filename
    saved.value.save_as(file)
    return file


def taken_in(page: Page, file: Path | FilePayload) -> str:
    """What the page says after the file was opened."""
    if not page.locator("[data-import]").is_visible():
        page.get_by_text("To another phone", exact=True).click()
    page.locator("[data-import]").set_input_files(file)
    status = page.locator("[data-file-status]")
    expect(status).not_to_have_text("")
    expect(status).not_to_have_text("Reading the file …")
    return status.inner_text()


def test_list_says_how_many_since_when_and_how_it_stands(handset, town):
    page = waiting(handset, town, "The lamp", "The bridge", photos=shots(1, 2))

    expect(page.get_by_role("button", name="Send now (2)")).to_be_visible()
    first = page.locator(".record").first
    expect(first).to_contain_text("The lamp")
    expect(first).to_contain_text("2 files")
    expect(first).to_contain_text("Waiting to be sent")
    expect(first).to_contain_text("Written this minute")
    expect(page.locator("[data-state]")).to_contain_text("The server cannot be reached.")
    expect(page.locator("[data-state]")).to_contain_text("The oldest has waited since")
    expect(page.locator("[data-outbox]")).to_contain_text("2")


def test_number_stands_on_every_page(handset, town):
    page = waiting(handset, town, "The lamp")

    for path in ("/", "/report/", "/t/", "/heat/"):
        page.goto(path)
        expect(page.locator("[data-outbox]")).to_contain_text("1")


def test_send_now_sends_what_waits_oldest_first_and_shows_the_receipts(handset, town):
    page = waiting(handset, town, "First", "Second", "Third", by_itself=False)
    mend_api(page)

    page.get_by_role("button", name="Send now (3)").click()

    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert list(Submission.objects.order_by("pk").values_list("text", flat=True)) == ["First", "Second", "Third"]
    expect(page.locator(".record--arrived")).to_have_count(3)
    codes = {code.replace("-", "") for code in page.locator(".record__receipt").all_inner_texts()}
    assert codes == set(Submission.objects.values_list("receipt_code", flat=True))
    page.get_by_role("button", name="Take these receipts off this phone").click()
    expect(page.locator(".record--arrived")).to_have_count(0)


def test_report_that_could_not_join_another_says_so_beside_its_receipt(handset, town):
    elsewhere = reporting.report(draft(area=town["D"].code), at=now()).issue
    page = waiting(handset, town, "The bridge")
    lay(page, "The lamp", town["A"], join=elsewhere.number)
    expect(page.locator(".record")).to_have_count(2)
    mend_api(page)

    page.get_by_role("button", name="Send now (2)").click()

    expect(page.locator(".record--arrived")).to_have_count(2)
    page.reload()
    lamp = Submission.objects.get(text="The lamp")
    expect(page.locator(".record__reason")).to_have_count(1)  # beside the other there is none
    expect(page.locator(f".record--arrived[data-uuid='{lamp.uuid}'] .record__reason")).to_have_text(
        "The matter that you meant has ended meanwhile or lies elsewhere, so your report was taken as a new one."
    )
    assert lamp.issue_id != elsewhere.pk


def test_deleting_asks_once_more_and_can_be_taken_back(handset, town):
    page = waiting(handset, town, "The lamp", photos=shots(1, 1))

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Keep it").click()
    assert len(stored(page)) == 1
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Delete it for good")).to_be_focused()
    page.get_by_role("button", name="Delete it for good").click()

    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    assert stored(page) == []
    expect(page.locator("[data-outbox]")).to_be_hidden()


def test_question_whether_to_delete_stays_when_the_list_is_drawn_anew(handset, town):
    page = waiting(handset, town, "The lamp")

    page.get_by_role("button", name="Delete").click()
    lay(page, "The bridge", town["A"])

    expect(page.locator(".record")).to_have_count(2)
    expect(page.get_by_role("button", name="Delete it for good")).to_be_focused()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("button", name="Delete")).to_have_count(2)


def test_waiting_report_can_be_written_on_and_keeps_its_key_and_photos(handset, town):
    page = waiting(handset, town, "The lmap", photos=shots(1, 2))
    key = stored(page)[0]["uuid"]
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_role("img", name="Photo 2")).to_be_visible()
    assert text_of(page) == "The lmap"
    assert stored(page)[0]["state"] == "draft"

    page.get_by_role("textbox", name="What is the matter?").fill(WORDS)
    mend_api(page)
    send(page)

    arrived(page)
    made = Submission.objects.get()
    assert (str(made.uuid), made.text, made.attachments.count()) == (key, WORDS, 2)


def test_refused_report_says_why_and_goes_after_it_was_mended(handset, town, faults):
    faults.forgive("422")
    page = waiting(handset, town, "A suspicious man is standing at the gate.")
    mend_api(page)
    page.get_by_role("button", name="Send now (1)").click()
    expect(page.locator(".record")).to_contain_text("Needs attention")
    expect(page.locator(".record a[href='tel:110']")).to_be_visible()
    expect(page.locator("[data-outbox]")).to_have_class("site-tool site-outbox site-outbox--attention")

    page.get_by_role("link", name="Edit").click()
    expect(page.locator("#report-form[data-keeps]")).to_be_visible()
    page.get_by_role("textbox", name="What is the matter?").fill("There is no light at the gate.")
    send(page)

    arrived(page)
    assert Submission.objects.get().text == "There is no light at the gate."


def test_file_takes_everything_to_another_phone_and_nothing_arrives_twice(handset, town, tmp_path):
    photos = shots(3, 2)
    page = waiting(handset, town, "The lamp", "The bridge", photos=photos)
    file = exported(page, tmp_path)
    assert json.loads(file.read_text())["schema"] == 2

    other = handset()
    cut_api(other)
    other.goto("/phone/")
    assert taken_in(other, file) == "Taken in: 2. Known here already: 0."
    expect(other.locator(".record")).to_have_count(2)
    assert taken_in(other, file) == "Taken in: 0. Known here already: 2."
    assert [(one["uuid"], one["body"]) for one in stored(other)] == [(one["uuid"], one["body"]) for one in stored(page)]

    for phone in (other, page):
        mend_api(phone)
        phone.goto("/phone/")
        until(phone, EMPTY)
    assert Submission.objects.count() == 2
    for made in Submission.objects.all():
        assert made.attachments.count() == len({digest(photo) for photo in photos})
    assert taken_in(other, file) == "Taken in: 0. Known here already: 2."
    assert stored(other) == []


def test_file_that_is_damaged_foreign_or_newer_is_refused_with_a_sentence(handset, town, tmp_path):
    page = waiting(handset, town, "The lamp", photos=shots(2, 1))
    whole = exported(page, tmp_path).read_text()
    content = json.loads(whole)
    content["records"][0]["body"]["text"] = "Something else"
    newer = {**json.loads(whole), "schema": 99}
    other = handset()
    cut_api(other)
    other.goto("/phone/")

    def said(text: str) -> str:
        return taken_in(other, {"name": "outbox.json", "mimeType": "application/json", "buffer": text.encode()})

    assert "damaged" in said(json.dumps(content))
    assert "damaged" in said(whole[: len(whole) // 2])
    assert "newer version" in said(json.dumps(newer))
    assert "not a file of an outbox" in said('{"cats": 3}')
    assert "not a file of an outbox" in said("GIF89a")
    assert stored(other) == []


def test_empty_outbox_says_so(handset, town):
    page = handset()
    page.goto("/phone/")

    expect(page.get_by_text("Nothing waits here")).to_be_visible()
    expect(page.get_by_role("button", name="Send now")).to_be_hidden()
    page.get_by_text("To another phone", exact=True).click()
    page.get_by_role("button", name="Save as a file").click()
    expect(page.get_by_text("There is nothing to save.")).to_be_visible()
