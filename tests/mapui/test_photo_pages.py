"""A photo becomes public only by a person who has looked at what everybody would see, and the original never does."""

from __future__ import annotations

import json
import logging
import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from PIL import Image

from issues import ledger, services
from issues.files import storage
from issues.files.photos import prepare
from issues.models import Attachment, Evidence, Issue, Publication
from issues.privacy import retention
from issues.terms import Light, Status, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.mapui.scene import Scene, submission_of

STROKES = json.dumps([{"width": 60, "points": [[300, 200], [360, 260]]}])
ORIGINAL_PAGES = ("photo", "photo-publish", "evidence", "evidence-publish")


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def noisy(seed: int = 1) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (400, 600, 3), np.uint8)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=80)
    return out.getvalue()


def with_photo(issue: Issue) -> Attachment:
    content = noisy()
    photo = prepare(BytesIO(content), size=len(content), name="a.jpg")
    return storage.attach(submission_of(issue), [photo], at=issue.reported_at)[0]


def with_evidence(county: Scene, issue: Issue) -> Evidence:
    content = noisy(2)
    photo = prepare(BytesIO(content), size=len(content), name="b.jpg")
    services.add_evidence(issue.pk, [photo], by=county[Role.PARTY_REPRESENTATIVE], at=county.at)
    return issue.evidence.get()


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def publish(client: Client, photo: Attachment | Evidence, **posted: object):
    name = "photo-publish" if isinstance(photo, Attachment) else "evidence-publish"
    return client.post(reverse(name, args=[photo.pk]), {"strokes": STROKES, "step": "publish", **posted})


def shown(answer) -> Image.Image:
    """The picture on the page that asks to look at it."""
    found = re.search(r'src="data:image/jpeg;base64,([^"]+)"', answer.content.decode())
    assert found
    return Image.open(BytesIO(b64decode(found[1])))


@pytest.fixture
def secretary(county: Scene, client: Client) -> Client:
    return as_(client, county[Role.VILLAGE_SECRETARY])


def test_photo_when_painted_looked_at_and_published_is_seen_by_everybody_as_it_was_looked_at(county: Scene, secretary: Client):
    issue = county.in_progress()
    photo = with_photo(issue)

    page = secretary.get(reverse("photo-publish", args=[photo.pk]))
    looked = publish(secretary, photo, step="look")
    assert (page.status_code, looked.status_code) == (200, 200)
    assert not Publication.objects.exists()
    done = publish(secretary, photo)

    assert (done.status_code, done["Location"]) == (302, reverse("issue", args=[issue.number]))
    copy = Publication.objects.get()
    answer = Client().get(reverse("public-photo", args=[copy.key]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    pixels = np.asarray(Image.open(BytesIO(answer.getvalue())))
    assert np.array_equal(pixels, np.asarray(shown(looked)))
    assert pixels[212:248, 312:348].std() < 8 < pixels[:100, :100].std()


def test_publication_and_its_end_stand_in_the_ledger_with_who_did_them(county: Scene, secretary: Client):
    issue = county.in_progress()
    photo = with_photo(issue)

    publish(secretary, photo)
    secretary.post(reverse("photo-hide", args=[photo.pk]))

    events = list(issue.events.filter(verb__in=(Verb.PUBLISH_PHOTO, Verb.HIDE_PHOTO)).order_by("number"))
    assert [event.facts for event in events] == [{"photo": photo.pk, "regions": 1}, {"photo": photo.pk}]
    assert {event.by for event in events} == {county[Role.VILLAGE_SECRETARY]}
    assert not [fault for fault in ledger.verify_all()[1] if fault]
    html = secretary.get(reverse("issue", args=[issue.number])).content.decode()
    assert str(Verb.PUBLISH_PHOTO.label) in html


def test_photo_taken_back_is_gone_at_its_address_and_from_the_disk(
    county: Scene, secretary: Client, django_capture_on_commit_callbacks
):
    photo = with_photo(county.in_progress())
    publish(secretary, photo)
    copy = Publication.objects.get()
    assert default_storage.exists(str(copy.file.name))

    with django_capture_on_commit_callbacks(execute=True):
        secretary.post(reverse("photo-hide", args=[photo.pk]))

    assert Client().get(reverse("public-photo", args=[copy.key])).status_code == 404
    assert not default_storage.exists(str(copy.file.name))
    assert not default_storage.exists(storage.thumb_name(copy))
    assert secretary.get(reverse("photo", args=[photo.pk])).status_code == 200  # the original stays


def test_photo_published_again_has_another_address_and_the_old_one_is_gone(county: Scene, secretary: Client):
    photo = with_photo(county.in_progress())
    publish(secretary, photo)
    first = Publication.objects.get().key

    publish(secretary, photo, strokes="[]", x="0", y="0", w="100", h="100")

    assert Publication.objects.get().key != first
    assert Client().get(reverse("public-photo", args=[first])).status_code == 404


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({"strokes": "[]"}, "Paint over faces"),
        ({"nobody": "on"}, "please decide"),
        ({"strokes": "{"}, "paint it again"),
        ({"strokes": "x" * 400_001}, "wider brush"),
        ({"strokes": "[]", "x": "1", "y": "", "w": "5", "h": "5"}, "four whole numbers"),
        ({"strokes": "[]", "x": "1", "y": "1", "w": "0", "h": "5"}, "at least one pixel"),
        ({"strokes": '[{"width": 9, "points": [[9000, 9000]]}]'}, "beside the photo"),
    ],
)
@pytest.mark.parametrize("step", ["look", "publish"])
def test_painting_that_says_nothing_publishes_nothing_and_keeps_what_was_painted(
    county: Scene, secretary: Client, settings, posted, sentence, step
):
    settings.LANGUAGE_CODE = "en"
    photo = with_photo(county.in_progress())

    answer = publish(secretary, photo, step=step, **posted)

    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert not Publication.objects.exists()


def test_photo_without_anybody_on_it_is_published_by_saying_so(county: Scene, secretary: Client):
    photo = with_photo(county.in_progress())

    looked = publish(secretary, photo, strokes="[]", nobody="on", step="look")
    publish(secretary, photo, strokes="[]", nobody="on")

    assert 'name="nobody" value="on"' in looked.content.decode()
    assert Publication.objects.get().regions == 0


def test_back_to_painting_brings_every_stroke_and_rectangle_back(county: Scene, secretary: Client):
    photo = with_photo(county.in_progress())

    answer = publish(secretary, photo, step="paint", x="11", y="12", w="13", h="14")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "[[300, 200], [360, 260]]" in html.replace("&quot;", '"')
    assert [f'name="{side}" inputmode="numeric" maxlength="6" value="{value}"' in html for side, value in zip("xywh", (11, 12, 13, 14), strict=True)] == [True] * 4  # fmt: skip


# --- who may ---

MAY_PUBLISH = {
    Light.GREEN: {Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE},
    Light.BLUE: {Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE},
    Light.YELLOW: {Role.TOWNSHIP_COMMITTEE},
}


@pytest.mark.parametrize("light", MAY_PUBLISH)
def test_only_the_desks_of_the_level_publish_and_the_buttons_say_so(county: Scene, client: Client, light: Light):
    issue = county.in_progress(light)
    photo = with_photo(issue)

    for role, person in county.people.items():
        page = as_(client, person).get(reverse("issue", args=[issue.number]))
        offered = page.status_code == 200 and reverse("photo-publish", args=[photo.pk]) in page.content.decode()
        answer = publish(client, photo)
        assert (answer.status_code == 302) is offered is (role in MAY_PUBLISH[light]), role
        if not offered:
            assert answer.status_code in (403, 404), role


def test_whoever_handles_it_takes_a_photo_back_that_somebody_else_published(county: Scene, client: Client):
    issue = county.in_progress()
    photo = with_photo(issue)
    publish(as_(client, county[Role.VILLAGE_SECRETARY]), photo)

    page = as_(client, county[Role.GRID_MEMBER]).get(reverse("issue", args=[issue.number])).content.decode()
    assert reverse("photo-hide", args=[photo.pk]) in page
    client.post(reverse("photo-hide", args=[photo.pk]))

    assert not Publication.objects.exists()


@pytest.mark.parametrize("size", ["", "?size=thumb"])
def test_no_address_of_an_original_opens_to_who_may_not_see_the_issue(county: Scene, client: Client, size: str):
    issue = county.in_progress()
    photo, evidence = with_photo(issue), with_evidence(county, issue)
    publish(as_(client, county[Role.VILLAGE_SECRETARY]), photo)
    addresses = [reverse(name, args=[(photo if name.startswith("photo") else evidence).pk]) + size for name in ORIGINAL_PAGES]
    receipt = submission_of(issue).receipt_code
    others_receipt = submission_of(county.report(cell="F")).receipt_code

    for address in addresses:
        assert Client().get(address).status_code == 302  # to the log-in
        assert as_(client, county.stranger).get(address).status_code == 404
        assert as_(client, county[Role.SYSTEM_ADMIN]).get(address).status_code in (403, 404)
    own = Client().get(reverse("track-photo", args=[receipt, photo.pk]))
    assert own.status_code == 200
    assert Client().get(reverse("track-photo", args=[others_receipt, photo.pk])).status_code == 404
    assert Client().get(reverse("track-photo", args=[receipt, evidence.pk + 1000])).status_code == 404


def test_original_is_kept_by_no_cache_and_each_look_is_logged(county: Scene, secretary: Client, caplog):
    photo = with_photo(county.in_progress())

    with caplog.at_level(logging.INFO, logger="gridgov.photos"):
        thumb = secretary.get(reverse("photo", args=[photo.pk]), {"size": "thumb"})
        whole = secretary.get(reverse("photo", args=[photo.pk]))

    for answer in (thumb, whole):
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    (line,) = [record.getMessage() for record in caplog.records if record.name == "gridgov.photos"]
    assert str(county[Role.VILLAGE_SECRETARY].pk) in line


# --- what is not for everybody ---


@pytest.mark.parametrize("change", [{"sealed": True}, {"non_public": True}, {"status": Status.WITHDRAWN}])
def test_public_photo_of_an_issue_that_is_no_longer_for_everybody_is_not_shown(county: Scene, secretary: Client, change):
    issue = county.in_progress()
    publish(secretary, with_photo(issue))
    key = Publication.objects.get().key
    assert Client().get(reverse("public-photo", args=[key])).status_code == 200

    closed = {"closed_at": county.at} if "status" in change else {}
    Issue.objects.filter(pk=issue.pk).update(**change, **closed)

    assert Client().get(reverse("public-photo", args=[key])).status_code == 404


def test_issue_kept_from_the_public_publishes_no_photo(county: Scene, secretary: Client):
    issue = county.in_progress()
    photo = with_photo(issue)
    Issue.objects.filter(pk=issue.pk).update(non_public=True)

    assert publish(secretary, photo).status_code == 409
    assert reverse("photo-publish", args=[photo.pk]) not in secretary.get(reverse("issue", args=[issue.number])).content.decode()
    assert not Publication.objects.exists()


def test_report_that_nobody_has_accepted_yet_publishes_no_photo(county: Scene, secretary: Client):
    photo = with_photo(county.report(category="road.light"))

    assert publish(secretary, photo).status_code == 409


def test_address_of_no_photo_and_hiding_what_is_not_public(county: Scene, secretary: Client):
    photo = with_photo(county.in_progress())

    assert Client().get("/photos/public/0b1f3b1e-5c0e-4f3e-9a39-1d8a7a0c7f11.jpg").status_code == 404
    assert Client().get("/photos/public/1.jpg").status_code == 404
    assert secretary.get(reverse("photo-hide", args=[photo.pk])).status_code == 405
    answer = secretary.post(reverse("photo-hide", args=[photo.pk]), follow=True)
    assert "notice--error" in answer.content.decode()


# --- evidence, the requester, the end ---


def test_photo_of_the_result_is_published_the_same_way_and_the_requester_sees_it(county: Scene, secretary: Client):
    issue = county.in_progress()
    evidence = with_evidence(county, issue)
    page = reverse("track", args=[submission_of(issue).receipt_code])
    assert "/photos/public/" not in Client().get(page, follow=True).content.decode()

    publish(secretary, evidence)

    copy = Publication.objects.get()
    assert (copy.evidence, copy.attachment) == (evidence, None)
    assert issue.events.get(verb=Verb.PUBLISH_PHOTO).facts == {"evidence": evidence.pk, "regions": 1}
    html = Client().get(page, follow=True).content.decode()
    assert reverse("public-photo", args=[copy.key]) in html
    assert reverse("evidence", args=[evidence.pk]) not in html


def test_when_the_original_is_erased_its_public_copy_goes_with_it(county: Scene, secretary: Client):
    issue = county.in_progress()
    photo, evidence = with_photo(issue), with_evidence(county, issue)
    publish(secretary, photo)
    publish(secretary, evidence)
    names = [str(copy.file.name) for copy in Publication.objects.all()]

    storage.erase([photo], county.at)
    storage.remove([evidence])

    assert not Publication.objects.exists()
    assert not any(default_storage.exists(name) for name in names)
    assert not any(path.suffix == ".jpg" for path in Path(default_storage.location).rglob("*"))  # type: ignore[attr-defined]
    assert retention.purge_voice(at=county.at).done == 0
