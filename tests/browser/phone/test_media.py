"""What is not words, on a phone without signal: a recording that survives, a recording instead of words, a pin that is dragged."""

from __future__ import annotations

import json
import re

from playwright.sync_api import FilePayload, Page, expect

from issues.models import Submission
from tests.browser.phone.pages import RECORDS, WORDS, fill_in, kept, ready, send, stored, until
from tests.browser.phone.test_outbox import cut_api, exported, mend_api, taken_in
from tests.issues.sounds import sound

SPOKEN = "Voice note, not written down yet."
HAS_SOUND = f"async () => (await ({RECORDS})()).some(({{ files }}) => files.some(({{ type }}) => type === 'audio/webm'))"
PIN = ".leaflet-marker-icon"


def recording(seconds: float = 1.5) -> FilePayload:
    return {"name": "note.webm", "mimeType": "audio/webm", "buffer": sound("webm", seconds)}


def speak(page: Page) -> None:
    """The recording is chosen as a file; tests/browser/test_voice.py speaks into a microphone."""
    page.locator("[name=voice]").set_input_files(recording())
    expect(page.get_by_label("Your voice note")).to_be_visible()
    until(page, HAS_SOUND)


def test_voice_note_is_back_after_the_page_was_closed_and_is_sent_with_the_words(handset, town):
    page = handset()
    page.goto(f"/report/{town['A'].code}/")
    fill_in(page)
    speak(page)
    page.close()
    page = page.context.new_page()

    page.goto(f"/report/{town['A'].code}/")

    expect(page.get_by_text("What you wrote earlier is back.")).to_be_visible()
    expect(page.get_by_label("Your voice note")).to_be_visible()
    until(page, "() => document.querySelector('[data-voice-player]').duration > 1")
    send(page)
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible(timeout=15_000)  # the sound is encoded anew
    [note] = Submission.objects.get().attachments.all()
    assert (Submission.objects.get().text, note.media_type) == (WORDS, "audio/mpeg")


def test_whoever_speaks_need_not_write_without_signal_either(handset, town):
    page = handset()
    page.goto(f"/report/{town['A'].code}/")
    expect(page.locator("#report-form[data-keeps]")).to_be_visible()
    page.get_by_label("No danger").check()
    send(page)
    assert stored(page) == []  # nothing was said yet: the browser asks for words
    page.context.set_offline(True)

    speak(page)
    send(page)

    kept(page)
    assert stored(page)[0]["body"]["text"] == SPOKEN
    page.context.set_offline(False)
    page.goto("/phone/")
    until(page, f"async () => (await ({RECORDS})()).length === 0")
    made = Submission.objects.get()
    assert (made.text, made.attachments.count()) == (SPOKEN, 1)


def test_recording_travels_to_another_phone_in_the_file_of_the_outbox(handset, town, tmp_path):
    page = handset()
    cut_api(page)
    page.goto(f"/report/{town['A'].code}/")
    fill_in(page)
    speak(page)
    send(page)
    kept(page)
    page.goto("/phone/")
    expect(page.locator(".record")).to_contain_text("1 file")
    file = exported(page, tmp_path)
    [record] = json.loads(file.read_text())["records"]
    assert [each["type"] for each in record["content"]] == ["audio/webm"]

    other = handset()
    cut_api(other)
    other.goto("/phone/")
    assert taken_in(other, file) == "Taken in: 1. Known here already: 0."
    mend_api(other)
    other.goto("/phone/")
    until(other, f"async () => (await ({RECORDS})()).length === 0")

    made = Submission.objects.get()
    assert (made.text, made.attachments.get().media_type) == (WORDS, "audio/mpeg")


def test_pin_of_the_phone_is_dragged_to_the_right_cell_without_signal(handset, town):
    spot = town.inside("A")
    page = handset(geolocation={"longitude": spot.x, "latitude": spot.y, "accuracy": 80}, permissions=["geolocation"])
    page.goto(f"/report/{town['A'].code}/")
    ready(page)
    page.close()
    page = page.context.new_page()
    page.context.set_offline(True)
    page.goto("/report/")
    fill_in(page)
    page.get_by_role("button", name="I am there now").tap()
    expect(page.get_by_text("The position is kept.")).to_be_visible(timeout=15_000)  # a better one is waited for
    before = float(page.locator("[name=lon]").input_value())

    page.get_by_role("button", name=re.compile("Show on the map|Move the pin")).tap()
    box = page.locator(PIN).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=3)
    page.mouse.move(x + 60, y, steps=3)
    page.mouse.up()
    page.get_by_role("button", name="It is here").click()

    expect(page.get_by_text("about 80 metres")).to_be_hidden()  # the person knows better than the phone
    assert float(page.locator("[name=lon]").input_value()) > before
    send(page)
    kept(page)
    place = stored(page)[0]["body"]["place"]
    assert (place["source"], place["accuracy_m"]) == ("pin", None)
    assert place["lon"] > before
