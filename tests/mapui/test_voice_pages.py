"""A voice note is heard by whoever may write it down, becomes part of the report, and is gone."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from issues import ledger
from issues.files import storage
from issues.models import Attachment, Issue, Submission
from issues.privacy import erasing
from issues.terms import Light, Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.issues.sounds import voice_note
from tests.mapui.scene import Scene, submission_of

SAID = "桥头第二块石板断了,晚上看不见。"


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def with_voice(issue: Issue) -> Attachment:
    return storage.attach(submission_of(issue), [voice_note(1.0)], at=issue.reported_at)[0]


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


@pytest.fixture
def member(county: Scene, client: Client) -> Client:
    return as_(client, county[Role.GRID_MEMBER])


def write(client: Client, voice: Attachment, **posted: str):
    return client.post(reverse("voice", args=[voice.pk]), {"text": SAID, "compared": "on", "step": "done", **posted})


def test_recording_when_written_down_is_part_of_the_report_and_gone(
    county: Scene, member: Client, django_capture_on_commit_callbacks
):
    issue = county.report()
    voice = with_voice(issue)
    name, before = str(voice.file.name), submission_of(issue).text
    page = member.get(reverse("voice", args=[voice.pk])).content.decode()
    assert reverse("voice-sound", args=[voice.pk]) in page

    with django_capture_on_commit_callbacks(execute=True):
        answer = write(member, voice)

    assert (answer.status_code, answer["Location"]) == (302, reverse("issue", args=[issue.number]))
    text = Submission.objects.get(pk=voice.submission_id).text
    assert text.startswith(before)
    assert text.endswith(SAID)
    assert not default_storage.exists(name)
    assert not Attachment.objects.kept().exists()
    event = issue.events.get(verb=Verb.TRANSCRIBE)
    facts = {"report": voice.submission_id, "voice": voice.pk, "seconds": 1}
    assert (event.facts, event.texts, event.by) == (facts, {"text": SAID}, county[Role.GRID_MEMBER])
    assert not [fault for fault in ledger.verify_all()[1] if fault]
    html = member.get(reverse("issue", args=[issue.number])).content.decode()
    assert SAID in html
    assert "<audio" not in html
    assert member.get(reverse("voice-sound", args=[voice.pk])).status_code == 404
    assert member.get(reverse("voice", args=[voice.pk])).status_code == 404


def test_heading_of_what_was_said_is_in_the_language_of_the_report(county: Scene, member: Client, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    issue = county.report()
    Submission.objects.update(language="en")

    write(member, with_voice(issue))

    assert "\n\nFrom the voice note:\n" in submission_of(issue).text


def test_numbers_of_cards_that_somebody_says_are_not_written_into_the_report(county: Scene, member: Client):
    issue = county.report()

    write(member, with_voice(issue), text="我的身份证 15042219700101123X")

    assert "15042219700101123" not in submission_of(issue).text


def test_draft_is_kept_for_whoever_goes_on_and_nothing_stands_in_the_ledger(county: Scene, client: Client):
    issue = county.report()
    voice = with_voice(issue)

    answer = write(as_(client, county[Role.GRID_MEMBER]), voice, step="keep", compared="")
    page = as_(client, county[Role.VILLAGE_SECRETARY]).get(reverse("voice", args=[voice.pk])).content.decode()

    assert answer.status_code == 302
    assert SAID in page
    assert not issue.events.filter(verb=Verb.TRANSCRIBE).exists()
    assert default_storage.exists(str(voice.file.name))


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"compared": ""}, "listen to the end"),
        ({"text": "  "}, "Write down what is said"),
        ({"text": "x" * 4001}, "4000"),
        ({"text": "x" * 4001, "step": "keep"}, "4000"),
    ],
)
def test_recording_is_not_erased_before_it_is_written_down_and_compared(county: Scene, member: Client, settings, posted, sentence):
    settings.LANGUAGE_CODE = "en"
    voice = with_voice(county.report())

    answer = write(member, voice, **posted)

    assert answer.status_code in (409, 422)
    assert sentence in answer.content.decode()
    assert Attachment.objects.kept().exists()
    assert (posted.get("text", SAID).strip() or "<textarea") in answer.content.decode()


def test_two_who_write_it_down_at_once_add_it_once(county: Scene, member: Client):
    issue = county.report()
    voice = with_voice(issue)
    write(member, voice)

    assert write(member, voice).status_code == 404
    assert submission_of(issue).text.count(SAID) == 1


def test_machine_that_wrote_it_is_named_until_a_person_did(county: Scene, member: Client, settings):
    settings.LANGUAGE_CODE = "en"
    voice = with_voice(county.report())
    Attachment.objects.update(transcript="桥头", by_machine=True)

    assert "speech recognition" in member.get(reverse("voice", args=[voice.pk])).content.decode()
    write(member, voice, step="keep")

    assert "speech recognition" not in member.get(reverse("voice", args=[voice.pk])).content.decode()


def test_requester_who_has_it_erased_has_what_was_written_down_erased_too(county: Scene, member: Client):
    issue = county.report()
    write(member, with_voice(issue))

    erasing.erase(submission_of(issue), issue, county.at)

    assert submission_of(issue).text == ""
    assert issue.events.get(verb=Verb.TRANSCRIBE).texts == {}


def test_requester_reads_that_somebody_will_listen_and_later_what_was_said(county: Scene, member: Client, settings):
    settings.LANGUAGE_CODE = "en"
    issue = county.report()
    voice = with_voice(issue)
    page = reverse("track", args=[submission_of(issue).receipt_code])

    before = Client().get(page, follow=True).content.decode()
    write(member, voice)
    after = Client().get(page, follow=True).content.decode()

    assert ("a voice note of 1 second" in before, SAID in before) == (True, False)
    assert ("a voice note of" in after, SAID in after) == (False, True)
    assert "<audio" not in before


# --- who may listen ---

LISTENERS = {
    Light.GREEN: {Role.GRID_MEMBER, Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE},
    Light.YELLOW: {Role.GRID_MEMBER, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE},
}


@pytest.mark.parametrize("light", LISTENERS)
def test_only_who_may_write_it_down_hears_it_and_the_page_says_so(county: Scene, client: Client, light: Light):
    issue = county.in_progress(light)
    voice = with_voice(issue)

    for role, person in county.people.items():
        page = as_(client, person).get(reverse("issue", args=[issue.number]))
        offered = page.status_code == 200 and reverse("voice-sound", args=[voice.pk]) in page.content.decode()
        heard = client.get(reverse("voice-sound", args=[voice.pk])).status_code
        opened = client.get(reverse("voice", args=[voice.pk])).status_code
        assert ((heard == 200), (opened == 200), offered) == ((role in LISTENERS[light]),) * 3, role
        if page.status_code == 200 and not offered:
            assert heard == 403
            assert "voice-note" in page.content.decode()


def test_nobody_else_hears_it(county: Scene, client: Client):
    issue = county.report()
    voice = with_voice(issue)
    address = reverse("voice-sound", args=[voice.pk])

    assert Client().get(address).status_code == 302
    assert as_(client, county.stranger).get(address).status_code == 404
    assert client.get(reverse("voice", args=[voice.pk])).status_code == 404
    assert Client().get(reverse("track-photo", args=[submission_of(issue).receipt_code, voice.pk])).status_code == 404
    assert as_(client, county[Role.VILLAGE_SECRETARY]).get(reverse("photo", args=[voice.pk])).status_code == 404


def test_declined_report_can_no_longer_be_heard(county: Scene, member: Client):
    issue = county.report()
    voice = with_voice(issue)
    Issue.objects.filter(pk=issue.pk).update(status=Status.DECLINED, closed_at=county.at)

    assert member.get(reverse("voice-sound", args=[voice.pk])).status_code == 409


def test_playing_is_logged_and_kept_by_no_cache(county: Scene, member: Client, caplog):
    voice = with_voice(county.report())

    with caplog.at_level(logging.INFO, logger="gridgov.photos"):
        answer = member.get(reverse("voice-sound", args=[voice.pk]))

    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert [str(county[Role.GRID_MEMBER].pk) in record.getMessage() for record in caplog.records] == [True]


# --- a player that jumps ---


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("", 200, slice(None)),
        ("bytes=0-", 206, slice(None)),
        ("bytes=10-19", 206, slice(10, 20)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=0-99999999", 206, slice(None)),
        ("bytes=99999999-", 416, None),
        ("bytes=9-3", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=-", 416, None),
        ("bytes=0-1,5-6", 200, slice(None)),  # several ranges: the whole is an honest answer
        ("bytes=" + "9" * 5000 + "-", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_part_of_the_recording_is_sent_when_it_is_asked_for(county: Scene, member: Client, asked, status, part):
    voice = with_voice(county.report())
    whole = Path(default_storage.path(str(voice.file.name))).read_bytes()

    answer = member.get(reverse("voice-sound", args=[voice.pk]), headers={"Range": asked})

    assert answer.status_code == status
    if part is None:
        assert answer["Content-Range"] == f"bytes */{len(whole)}"
        return
    body = answer.getvalue()
    assert body == whole[part]
    assert int(answer["Content-Length"]) == len(body)
    assert answer["Accept-Ranges"] == "bytes"
    if status == 206:
        first = whole.index(body) if len(body) > 50 else range(len(whole))[part].start
        assert answer["Content-Range"] == f"bytes {first}-{first + len(body) - 1}/{len(whole)}"
