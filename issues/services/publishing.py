"""A photo is shown to everybody, or no longer: only ever by a person who has looked at it, and only ever as a copy.

What is public is a file of its own, in which faces and number plates are destroyed (`issues.files.blurring`); the original stays
where it was, seen by staff alone.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext

from issues.errors import Refusal
from issues.files import storage
from issues.files.blurring import Copy, Shape, public_copy
from issues.models import Attachment, Event, Evidence, Issue, Publication
from issues.services.acting import Act, does, unless
from issues.services.moving import move
from issues.terms import Verb
from representatives.models import Person

StoredPhoto = Attachment | Evidence
_PHOTO, _COPY = "photo", "copy"


def draw_copy(photo: StoredPhoto, shapes: tuple[Shape, ...], *, nobody_seen: bool) -> Copy:
    """The public copy of the photo as it would be: nothing is stored. Raises Refusal if nobody has said what is on it."""
    if not shapes and not nobody_seen:
        raise Refusal(gettext("Paint over faces and number plates, or say that none are to be seen."), field="nobody")
    if shapes and nobody_seen:
        raise Refusal(gettext("You have painted over something and said that there is nothing: please decide."), field="nobody")
    with default_storage.open(str(photo.file.name)) as file:
        copy = public_copy(file, shapes)
    if shapes and not copy.regions:
        raise Refusal(gettext("What was painted lies beside the photo. Please paint it again."))
    return copy


def publish_photo(photo: StoredPhoto, copy: Copy, *, by: Person, at: datetime) -> Event:
    """Show that copy of the photo to everybody, in place of an earlier one. Raises as `move` does."""
    return move(issue_of(photo).pk, Verb.PUBLISH_PHOTO, by=by, at=at, facts={_PHOTO: photo, _COPY: copy})


def hide_photo(photo: StoredPhoto, *, by: Person, at: datetime) -> Event:
    """The photo is for staff alone again. Raises as `move` does."""
    return move(issue_of(photo).pk, Verb.HIDE_PHOTO, by=by, at=at, facts={_PHOTO: photo})


def issue_of(photo: StoredPhoto) -> Issue:
    return photo.submission.issue if isinstance(photo, Attachment) else photo.issue


@unless(Verb.PUBLISH_PHOTO)
def _not_for_everybody(act: Act) -> str:
    if act.issue.sealed or act.issue.non_public:
        return gettext("This issue is not public, so its photos are not either.")
    return ""


@does(Verb.PUBLISH_PHOTO)
def _publish(act: Act) -> Event:
    photo, copy = _chosen(act), act.facts.get(_COPY)
    assert isinstance(copy, Copy) and act.by is not None  # noqa: S101, PT018 - nobody comes here but by `publish_photo`
    _take_back(photo)
    shown = Publication(key=uuid4(), regions=copy.regions, published_by=act.by, published_at=act.at)
    shown.width, shown.height = copy.width, copy.height
    shown.file.name = storage.keep_public(shown.key, copy)
    if isinstance(photo, Attachment):
        shown.attachment = photo
    else:
        shown.evidence = photo
    shown.save(force_insert=True)
    return act.write({**_which(photo), "regions": copy.regions})


@does(Verb.HIDE_PHOTO)
def _hide(act: Act) -> Event:
    photo = _chosen(act)
    if not _take_back(photo):
        raise Refusal(gettext("This photo is not public."))
    return act.write(_which(photo))


def _chosen(act: Act) -> StoredPhoto:
    """The photo that it is about. Raises Refusal if none was handed in."""
    photo = act.facts.get(_PHOTO)
    if not isinstance(photo, Attachment | Evidence):
        raise Refusal(gettext("Choose a photo."), field=_PHOTO)
    return photo


def _take_back(photo: StoredPhoto) -> int:
    """Whatever is public of the photo is gone, file and address; says how many copies that were."""
    public = list(Publication.objects.of_photos([photo]))
    Publication.objects.remove([one.pk for one in public])
    transaction.on_commit(lambda: storage.discard(public))
    return len(public)


def _which(photo: StoredPhoto) -> dict[str, object]:
    return {"photo": photo.pk} if isinstance(photo, Attachment) else {"evidence": photo.pk}
