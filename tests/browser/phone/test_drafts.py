"""What is typed is kept as it is typed: through a killed tab, beside another tab, into a newer layout."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error, Page, expect

from issues.models import Submission
from tests.browser.phone.pages import WORDS, arrived, send, stored, text_of, until, written
from tests.browser.test_report import as_file
from tests.issues.reports import picture

OLD_LAYOUT = """async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const opening = indexedDB.open("gridgov", 1);
  opening.onupgradeneeded = () => {
    const fresh = opening.result;
    fresh.createObjectStore("records", { keyPath: "uuid" }).createIndex("owner", "owner");
    fresh.createObjectStore("files", { keyPath: ["uuid", "sha256"] });
    fresh.createObjectStore("log", { keyPath: "uuid" });
    fresh.createObjectStore("notes");
  };
  const database = await done(opening);
  const body = { text: "Written long ago", place_text: "", group: "", category: "", contact: {}, danger: false, area: "", place: null };
  await done(database.transaction("records", "readwrite").objectStore("records").put({
    uuid: "0f0f0f0f-0000-4000-8000-00000000000a", schema: 1, owner: "", state: "draft", title: "Written long ago", body, files: [],
    made_at: Date.now(), changed_at: Date.now(), tries: 0,
  }));
  database.close();
}"""


def kill(page: Page) -> Page:
    """The renderer dies at once, with no time to say good-bye; a fresh tab of the same phone."""
    with pytest.raises(Error):
        page.goto("chrome://crash")
    page.close()
    return page.context.new_page()


def test_what_was_typed_is_back_after_the_tab_was_killed_photos_and_contacts_too(handset, town):
    page = handset()
    written(page, f"/report/{town['A'].code}/", danger=True)
    page.get_by_text("How can we reach you?").click()
    page.get_by_label("Phone", exact=True).fill("13812345678")
    page.locator("[name=photos]").set_input_files([as_file("one.jpg", picture("red")), as_file("two.jpg", picture("blue"))])
    expect(page.get_by_role("img", name="Photo 2")).to_be_visible()
    until(
        page,
        "async () => (await (await (await import('/static/mapui/js/phone/outbox.js')).openOutbox()).all())[0]?.files.length === 2",
    )

    page = kill(page)
    page.goto(f"/report/{town['A'].code}/")

    expect(page.get_by_text("What you wrote earlier is back.")).to_be_visible()
    assert text_of(page) == WORDS
    expect(page.get_by_label("Yes, danger")).to_be_checked()
    expect(page.get_by_label("Phone", exact=True)).to_have_value("13812345678")
    expect(page.get_by_role("img", name="Photo 2")).to_be_visible()
    send(page)
    arrived(page)
    made = Submission.objects.get()
    assert (made.text, made.attachments.count()) == (WORDS, 2)
    assert stored(page) == []


def test_second_tab_writes_another_report_under_another_key(handset, town):
    first = handset()
    written(first, f"/report/{town['A'].code}/", "The first lamp.")
    second = first.context.new_page()

    written(second, f"/report/{town['A'].code}/", "The second lamp.")

    expect(second.get_by_text("What you wrote earlier is back.")).to_have_count(0)
    for page in (first, second):
        send(page)
        arrived(page)
    assert sorted(Submission.objects.values_list("text", flat=True)) == ["The first lamp.", "The second lamp."]
    assert Submission.objects.values("uuid").distinct().count() == 2


def test_draft_that_is_begun_anew_is_gone(handset, town):
    page = handset()
    written(page, "/report/")
    page.reload()
    expect(page.get_by_text("What you wrote earlier is back.")).to_be_visible()

    page.get_by_role("button", name="Start afresh").click()

    expect(page.get_by_text("What you wrote earlier is back.")).to_have_count(0)
    expect(page.locator("#report-form[data-keeps]")).to_be_visible()
    assert text_of(page) == ""
    assert stored(page) == []


def test_untouched_form_leaves_nothing_on_the_phone(handset, town):
    page = handset()
    page.goto("/report/")
    expect(page.locator("#report-form[data-keeps]")).to_be_visible()
    page.get_by_label("No danger").check()

    page.reload()

    assert stored(page) == []
    expect(page.locator("[data-outbox]")).to_be_hidden()


def test_draft_of_the_layout_before_is_brought_along(handset, town):
    page = handset()
    page.goto("/phone/help/")  # a page that does not open the stores
    page.evaluate(OLD_LAYOUT)

    page.goto(f"/report/{town['A'].code}/")

    expect(page.get_by_text("What you wrote earlier is back.")).to_be_visible()
    assert text_of(page) == "Written long ago"
    [record] = stored(page)
    assert (record["schema"], record["kind"], record["lane"]) == (2, "report", record["uuid"])
    page.get_by_label("No danger").check()
    send(page)
    arrived(page)


def test_browser_that_keeps_nothing_sends_the_plain_form(handset, town):
    page = handset()
    page.add_init_script("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })")
    page.goto(f"/report/{town['A'].code}/")
    page.get_by_role("textbox", name="What is the matter?").fill(WORDS)
    page.get_by_label("No danger").check()

    with page.expect_request(lambda request: request.method == "POST") as posted:
        send(page)

    arrived(page)
    assert posted.value.url.endswith(f"/report/{town['A'].code}/")
    assert Submission.objects.get().text == WORDS
    page.goto("/phone/")
    expect(page.get_by_text("This browser keeps nothing for us")).to_be_visible()


def test_moment_when_it_happened_travels_with_the_zone_of_the_phone(handset, town):
    page = handset(timezone_id="Europe/Berlin")
    written(page, f"/report/{town['A'].code}/")
    page.get_by_text("When did it happen?").first.click()
    page.get_by_label("When did it happen?").fill("2026-06-01T08:30")

    send(page)

    arrived(page)
    made = Submission.objects.get()
    assert made.occurred_at is not None
    assert made.occurred_at.isoformat() == "2026-06-01T06:30:00+00:00"


def test_fields_left_empty_do_not_come_back_filled(handset, town):
    page = handset()
    written(page, f"/report/{town['A'].code}/", "Only this")
    page.reload()
    expect(page.locator("#report-form[data-keeps]")).to_be_visible()

    assert text_of(page) == "Only this"
    expect(page.locator("details#contact")).not_to_have_attribute("open", "")
