"""A report as a phone writes it → a `Draft`. Every key is named here; `docs/wire.md` has the same table for people."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grids.datums import Crs
from issues.errors import FileRefused, Refusal
from issues.files import storage
from issues.intake import reaching, reporting
from issues.intake.reporting import Contact, Declared, Draft, Fix
from issues.models import Requester, Submission
from issues.terms import RequestType
from issues.wire.answers import wrong
from issues.wire.reading import Body
from representatives.models import Person

KEYS = frozenset(
    {
        *("text", "danger", "group", "category", "place", "area", "place_text", "contact", "visit", "done", "request_type"),
        *("for_somebody", "join", "card", "occurred_at", "device_at", "language", "form_version", "shown", "files"),
    }
)
_PLACE = frozenset({"lon", "lat", "crs", "accuracy_m", "altitude_m", "fixed_at", "source"})
_CONTACT = frozenset({"nickname", "phone", "email", "answer_by"})
_FILE = frozenset({"sha256", "bytes", "type"})
UNSURE = "unsure"  # what the form calls “not sure”
PLACE_TEXT = 200
_CODE = 60
_SOUND = ("audio/", "video/")  # some phones call a recording a video
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
FURTHEST_M, HIGHEST_M = 100_000, 12_000


def draft_of(body: Body, key: UUID, sender: Person | None, at: datetime) -> Draft:
    """The report in the body. Raises Fault (422), naming the value that has to change."""
    body.only(KEYS)
    place = body.part("place", _PLACE)
    card = body.text("card", _CODE)
    group, exact = body.text("group", _CODE), body.text("category", _CODE)
    return Draft(
        uuid=key,
        text=_needed(body, "text", reporting.TEXT_MAX),
        category=exact or ("" if group == UNSURE else group),
        danger=_danger(body),
        xy=_degrees(place) if place else None,
        crs=Crs((place.one_of("crs", Crs.values) if place else "") or Crs.WGS84),
        accuracy_m=place.number("accuracy_m", 0, FURTHEST_M) if place else None,
        fix=_fix(place) if place else Fix(),
        area=body.text("area", _CODE),
        place_text=body.text("place_text", PLACE_TEXT),
        contact=_contact(body.part("contact", _CONTACT)),
        contact_uuid=body.uuid("visit"),
        done=body.text("done", reporting.TEXT_MAX),
        channel=reporting.channel_of(sender, at, card=bool(card), for_somebody=body.flag("for_somebody")),
        request_type=RequestType(body.one_of("request_type", RequestType.values) or RequestType.HELP),
        occurred_at=body.moment("occurred_at"),
        device_at=body.moment("device_at"),
        language=body.one_of("language", dict(settings.LANGUAGES)) or get_language() or "",
        join=body.text("join", 20),
        declared=_announced(body),
        form_version=body.whole("form_version", 1, 1_000_000),
    )


def shown_doors(body: Body) -> frozenset[str]:
    """Codes of the doors that the person was shown before they sent it all the same."""
    return frozenset(body.texts("shown", _CODE, 20))


def _needed(body: Body, key: str, longest: int) -> str:
    text = body.text(key, longest)
    if not text:
        raise wrong(key, _("Please say what is the matter."))
    return text


def _danger(body: Body) -> bool:
    answer = body.answer("danger")
    if answer is None:
        raise wrong("danger", _("Please say whether anyone is in danger right now."))
    return answer


def _degrees(place: Body) -> tuple[float, float]:
    lon, lat = place.number("lon", -180, 180), place.number("lat", -90, 90)
    if lon is None or lat is None:
        raise wrong(place.name("lon" if lon is None else "lat"), _("A pin has a longitude and a latitude."))
    return lon, lat


def _fix(place: Body) -> Fix:
    source = place.one_of("source", Submission.PlaceSource.values)
    return Fix(
        altitude_m=place.number("altitude_m", -HIGHEST_M, HIGHEST_M),
        fixed_at=place.moment("fixed_at"),
        source=Submission.PlaceSource(source) if source else "",
    )


def _contact(part: Body | None) -> Contact:
    if part is None:
        return Contact()
    phone, email = part.text("phone", reaching.PHONE_MAX), part.text("email", reaching.EMAIL_MAX)
    channel = part.one_of("answer_by", Requester.Channel.values) or Requester.Channel.NONE
    try:
        reaching.check_phone(phone)
        reaching.check_way(channel, phone=phone, email=email)
        if email:
            validate_email(email)
    except Refusal as refusal:
        raise wrong(part.name(refusal.field), refusal.sentence) from None
    except ValidationError as fault:
        raise wrong(part.name("email"), " ".join(fault.messages)) from None
    nickname = part.text("nickname", reaching.NAME_MAX)
    return Contact(nickname=nickname, phone=phone, email=email, channel=Requester.Channel(channel))


def _announced(body: Body) -> tuple[Declared, ...]:
    """The files that come later; no more of a kind than a report may have, or some would be missing for ever."""
    announced = tuple(_declared(one) for one in body.parts("files", _FILE, settings.PHOTO_MAX_COUNT + settings.VOICE_MAX_COUNT))
    voices = sum(one.media_type.startswith(_SOUND) for one in announced)
    try:
        storage.check_counts(photo_count=len(announced) - voices, voice_count=voices)
    except FileRefused as refusal:
        raise wrong("files", refusal.sentence) from None
    return announced


def _declared(part: Body) -> Declared:
    sha256 = part.text("sha256", 64)
    if not _SHA256.match(sha256):
        raise wrong(part.name("sha256"), _("This must be the SHA-256 of the file's bytes: 64 hexadecimal digits in lower case."))
    size = part.whole("bytes", 1, settings.PHOTO_MAX_BYTES)
    if size is None:
        raise wrong(part.name("bytes"), _("This must be a whole number."))
    return Declared(sha256=sha256, size=size, media_type=part.text("type", 80))
