"""A voice note in a real browser, with the fake microphone that Chromium brings: recorded, heard, deleted, kept, refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from issues.files import storage, voice
from issues.models import Attachment
from representatives.roles import Role
from tests.browser.conftest import ARGUMENTS, CHROMIUM, PHONE, Faults, accessibility_faults
from tests.browser.phone.pages import until
from tests.issues.sounds import heard, sound, voice_note
from tests.mapui.scene import Scene, scene, submission_of

Open = Callable[..., Page]
BEGIN = """async (html) => {
    document.querySelector("main").innerHTML = `<h1>Report</h1><form>${html}<button>Send</button></form>`;
    const {recordVoice} = await import("/static/mapui/js/report/voice.js");
    window.heard = [];
    window.recorder = recordVoice(document.querySelector("[data-voice]"), {onchange: (note) => window.heard.push(note && note.type)});
}"""
BYTES = "async () => Array.from(new Uint8Array(await window.recorder.note().blob.arrayBuffer()))"


@pytest.fixture(scope="module")
def speaking(playwright: Playwright) -> Iterator[Browser]:
    """A browser with a microphone that hums, and nobody who has to allow it."""
    more = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *more])
    yield started
    started.close()


@pytest.fixture
def county(fresh_counts: None) -> Scene:
    return scene()


@pytest.fixture
def recorder(speaking: Browser, live_server: Any, county: Scene, faults: Faults) -> Iterator[Open]:
    """`recorder(…)`: a page of a phone that holds the fragment of the form, and nothing else."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        init = options.pop("init", "")
        context = speaking.new_context(**{"base_url": live_server.url, "viewport": PHONE, "locale": "en-US", **options})
        context.on("page", faults.watch)
        opened.append(context)
        page = context.new_page()
        if init:
            page.add_init_script(init)
        page.goto("/t/")
        page.evaluate(BEGIN, render_to_string("mapui/_report_voice.html"))
        return page

    yield make
    for context in opened:
        context.close()


def record(page: Page, seconds: float = 1.6) -> None:
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.get_by_role("button", name="Stop recording")).to_be_focused()
    page.wait_for_timeout(seconds * 1000)
    page.get_by_role("button", name="Stop recording").click()
    expect(page.get_by_label("Your voice note")).to_be_visible()


def sent(page: Page) -> bytes:
    return bytes(page.evaluate(BYTES))


def test_note_when_recorded_can_be_heard_and_the_server_hears_the_same(recorder: Open):
    page = recorder()
    assert accessibility_faults(page) == []

    record(page)

    expect(page.locator("[data-voice-status]")).to_contain_text("Listen to it before you send it.")
    assert page.evaluate("[window.recorder.note().type, window.heard]") == ["audio/webm", ["audio/webm"]]
    content = sent(page)
    note = voice.prepare(BytesIO(content), size=len(content))
    assert note.seconds == pytest.approx(1.6, abs=0.6)
    assert heard(note.mp3)[1].max() > 0.01  # the hum of the microphone
    page.evaluate("document.querySelector('audio').play()")
    until(page, "() => document.querySelector('audio').currentTime > 0.2")
    assert page.evaluate("document.querySelector('[name=voice]').files[0].size") == len(content)
    assert accessibility_faults(page) == []


def test_note_when_deleted_is_gone_and_another_can_be_recorded(recorder: Open):
    page = recorder()
    record(page)

    page.get_by_role("button", name="Delete the voice note").click()

    expect(page.locator("[data-voice-status]")).to_have_text("The voice note was deleted.")
    assert page.evaluate("[window.recorder.note(), document.querySelector('[name=voice]').files.length]") == [None, 0]
    assert page.evaluate("window.heard") == ["audio/webm", None]
    expect(page.get_by_role("button", name="Record a voice note")).to_be_focused()
    record(page)
    assert sent(page)


def test_recording_ends_by_itself_and_what_was_said_until_then_is_kept(recorder: Open):
    page = recorder()
    page.evaluate("document.querySelector('[data-voice]').dataset.mostSeconds = '2'")
    page.evaluate(BEGIN, render_to_string("mapui/_report_voice.html").replace('data-most-seconds="60"', 'data-most-seconds="2"'))

    page.get_by_role("button", name="Record a voice note").click()
    expect(page.get_by_text("It ends by itself after 2 seconds.")).to_be_visible()
    expect(page.locator("[data-voice-time]")).to_have_text("0:01 / 0:02")

    expect(page.get_by_label("Your voice note")).to_be_visible()
    content = sent(page)
    assert voice.prepare(BytesIO(content), size=len(content)).seconds == pytest.approx(2.0, abs=0.6)


def test_sending_while_it_records_ends_it_and_waits_for_the_last_bytes(recorder: Open):
    page = recorder()
    page.get_by_role("button", name="Record a voice note").click()
    page.wait_for_timeout(1500)

    page.evaluate("window.recorder.ready()")

    content = sent(page)
    assert voice.prepare(BytesIO(content), size=len(content)).seconds > 0.8


def test_note_that_is_kept_and_brought_back_is_the_same(recorder: Open):
    page = recorder()
    record(page)
    before = sent(page)

    page.evaluate(
        """async () => {
            const {blob, type, seconds} = window.recorder.note();
            const buffer = await blob.arrayBuffer();
            window.recorder.clear();
            window.recorder.restore({blob: new Blob([buffer], {type}), type, seconds});
        }"""
    )

    assert sent(page) == before
    expect(page.get_by_label("Your voice note")).to_be_visible()
    assert page.evaluate("document.querySelector('[name=voice]').files[0].name") == "voice.webm"


def test_note_of_an_instant_is_not_kept(recorder: Open):
    page = recorder()
    page.get_by_role("button", name="Record a voice note").click()
    page.get_by_role("button", name="Stop recording").click()

    expect(page.locator("[data-voice-status]")).to_contain_text("too short")
    assert page.evaluate("window.recorder.note()") is None
    expect(page.get_by_role("button", name="Record a voice note")).to_be_visible()


REFUSED = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', '%s'))"


@pytest.mark.parametrize(
    ("name", "sentence"), [("NotAllowedError", "does not allow the microphone"), ("NotFoundError", "No microphone")]
)
def test_phone_without_a_microphone_for_us_offers_to_choose_a_recording(recorder: Open, name: str, sentence: str):
    page = recorder(init=REFUSED % name)
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.locator("[data-voice-status]")).to_contain_text(sentence)

    page.locator("[name=voice]").set_input_files({"name": "a.m4a", "mimeType": "audio/mp4", "buffer": sound("mp4", 1.5)})

    expect(page.locator("[data-voice-status]")).to_contain_text("Listen to it")
    assert page.evaluate("window.recorder.note().type") == "audio/mp4"
    assert page.evaluate("window.recorder.note().seconds") == pytest.approx(1.5, abs=0.2)
    assert sent(page) == sound("mp4", 1.5)


def test_browser_that_does_not_record_offers_the_recorder_of_the_phone(recorder: Open):
    page = recorder(init="delete globalThis.MediaRecorder")

    chooser = page.locator("[name=voice]")
    expect(chooser).to_be_visible()
    assert (chooser.get_attribute("accept"), chooser.get_attribute("capture")) == ("audio/*", "")
    expect(page.get_by_role("button", name="Record a voice note")).to_be_hidden()
    assert accessibility_faults(page) == []


def test_chosen_recording_that_is_too_long_is_not_taken(recorder: Open):
    page = recorder(init="delete globalThis.MediaRecorder")

    page.locator("[name=voice]").set_input_files({"name": "a.wav", "mimeType": "audio/wav", "buffer": sound("wav", 70.0)})

    expect(page.locator("[data-voice-status]")).to_contain_text("can have 60 seconds")
    assert page.evaluate("[window.recorder.note(), document.querySelector('[name=voice]').files.length]") == [None, 0]


def test_answer_about_the_microphone_that_comes_after_sending_records_nothing(recorder: Open):
    slow = """const genuine = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (asked) => new Promise((resolve) => {
            window.allow = async () => { window.stream = await genuine(asked); resolve(window.stream); };
        });"""
    page = recorder(init=slow)
    page.get_by_role("button", name="Record a voice note").click()

    page.evaluate("window.recorder.ready()")  # does not wait for the answer
    page.evaluate("window.allow()")

    until(page, "() => window.stream.getTracks().every((track) => track.readyState === 'ended')")
    assert page.evaluate("window.recorder.note()") is None


def test_report_with_a_voice_note_arrives_with_it(
    speaking: Browser, live_server: Any, county: Scene, faults: Faults, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    options: dict[str, Any] = {"base_url": live_server.url, "viewport": PHONE, "locale": "en-US"}
    context = speaking.new_context(**options)
    context.on("page", faults.watch)
    page = context.new_page()
    page.goto(f"/report/{county.town['A'].code}/")
    page.get_by_role("textbox", name="What is the matter?").fill("The lamp is out.")
    page.get_by_label("No danger").check()
    record(page)
    assert accessibility_faults(page) == []

    page.locator("[data-send]").click()

    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()
    expect(page.get_by_text("With a voice note of")).to_be_visible()
    note = Attachment.objects.get()
    assert (note.media_type, note.submission.text) == ("audio/mpeg", "The lamp is out.")
    assert note.seconds == pytest.approx(1.6, abs=0.8)
    context.close()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_page_on_which_it_is_written_down_is_sound_for_everybody(open_context, county, log_in, settings, tmp_path, mode):
    settings.MEDIA_ROOT = tmp_path
    issue = county.report()
    [note] = storage.attach(submission_of(issue), [voice_note(1.0)], at=issue.reported_at)
    page = open_context(viewport=PHONE, color_scheme=mode).new_page()
    log_in(page, county[Role.GRID_MEMBER])

    page.goto(f"/voice/{note.pk}/")

    expect(page.locator("audio")).to_be_visible()
    assert accessibility_faults(page) == []
