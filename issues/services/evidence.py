"""Photos of what was done, added by who did it. Never compulsory, but where the county has switched it on for works on site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext

from issues.errors import Refusal
from issues.files import photos, storage
from issues.files.photos import Photo
from issues.models import Event, Evidence
from issues.services.acting import Act, does
from issues.services.moving import move
from issues.terms import Field, Verb
from representatives.models import Person

_PHOTOS = "photos"


def add_evidence(issue_id: int, added: Sequence[Photo], *, by: Person, at: datetime, text: str = "") -> Event:
    """A person adds photos to the round of work that is on; those it has already are left alone. Raises as `move` does."""
    return move(issue_id, Verb.ADD_EVIDENCE, by=by, at=at, facts={_PHOTOS: tuple(added), Field.TEXT: text})


@does(Verb.ADD_EVIDENCE)
def _add(act: Act) -> Event:
    given = act.facts.get(_PHOTOS)
    added = [one for one in given if isinstance(one, Photo)] if isinstance(given, tuple) else []
    if not added:
        raise Refusal(gettext("Choose at least one photo."), field=_PHOTOS)
    rounds = act.issue.rating_round
    known = set(act.issue.evidence.of_round(rounds).values_list("sha256", flat=True))
    new = {photo.sha256: photo for photo in added if photo.sha256 not in known}
    photos.check_count(len(known) + len(new))
    Evidence.objects.bulk_create(_row(act, photo, rounds) for photo in new.values())
    return act.write({"photos": len(new), "round": rounds}, texts=act.texts(Field.TEXT))


def _row(act: Act, photo: Photo, rounds: int) -> Evidence:
    assert act.by is not None  # noqa: S101 - the table lets only people add any
    name = storage.keep(f"evidence/{act.issue.pk}/{rounds}", photo)
    return Evidence(
        issue=act.issue, round=rounds, sha256=photo.sha256, file=name, media_type=photos.MEDIA_TYPE,
        width=photo.width, height=photo.height, added_by=act.by, added_at=act.at,
    )  # fmt: skip
