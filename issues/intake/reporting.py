"""A report comes in: once, whatever the line does. One transaction makes requester, issue, submission and photos.

The key is the UUID that was minted when the form was opened (offline contract, point 6): the same key with the same body
is answered with what it made the first time and adds files still missing; with another body it is a conflict.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from grids.datums import Crs, to_wgs84
from grids.locate import Location
from grids.models import Area
from grids.prepared import Prepared
from issues import services
from issues.errors import Conflict, Refusal
from issues.files import storage
from issues.files.photos import Photo
from issues.files.storage import File
from issues.files.voice import Voice
from issues.intake import joining, placing, receipts
from issues.intake.joining import Spot
from issues.intake.placing import Placed
from issues.models import Category, Issue, Requester, Submission
from issues.privacy import masking
from issues.terms import Actor, Field, RequestType, Verb
from issues.workflow import MOVE
from issues.writing.inserting import insert
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

TEXT_MAX = 2000
TITLE_MAX = 40
# What a report is filed under when the person could not say: a whole group, which triage makes precise.
UNSURE = "svc"
_SENTENCE_END = re.compile(r"[。！？!?；;\n]|\.(?=\s|$)")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How somebody wants to be answered; all of it optional."""

    nickname: str = ""
    phone: str = ""
    email: str = ""
    channel: Requester.Channel = Requester.Channel.NONE

    def __bool__(self) -> bool:
        return bool(self.nickname or self.phone or self.email)


@dataclass(frozen=True, kw_only=True)
class Fix:
    """How a phone found the place: the height (metres), when that was, and by which means. No part of the body."""

    altitude_m: float | None = None
    fixed_at: datetime | None = None
    source: Submission.PlaceSource | Literal[""] = ""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A file that the phone has and sends later: the SHA-256 of its bytes (hex), how many they are, what it says they are."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A report as it arrives. `xy`: longitude and latitude in `crs`; `area`: code of the area that was chosen, any level.

    `category` may be a group, or empty: not sure. `device_at` is the phone's clock at sending, no part of the body.
    """

    uuid: UUID
    text: str
    category: str = ""
    danger: bool = False
    xy: tuple[float, float] | None = None
    crs: Crs = Crs.WGS84
    accuracy_m: float | None = None
    area: str = ""
    place_text: str = ""
    contact: Contact = field(default_factory=Contact)
    contact_uuid: UUID | None = None
    done: str = ""  # what was done there and then, if it is solved already
    channel: Submission.Channel = Submission.Channel.WEB
    request_type: RequestType = RequestType.HELP
    occurred_at: datetime | None = None
    device_at: datetime | None = None
    language: str = ""
    fix: Fix = field(default_factory=Fix)
    join: str = ""  # number of the issue that it is said to be the same as
    declared: tuple[Declared, ...] = ()  # files that come after the text
    form_version: int | None = None  # of the phone's form; no part of the body
    photos: tuple[Photo, ...] = ()
    voice: Voice | None = None
    located: Location | None = None  # where `xy` lies, if that was looked up just before; no part of the body either
    kind: Category | None = None  # the same of the category or group in use

    def with_photos(self, *more: Photo) -> Draft:
        """The same report with these photos, as a later batch brings them."""
        return replace(self, photos=more)

    @property
    def joins(self) -> bool:
        """Whether it may join a known issue: not where somebody is in danger, nor what is solved already."""
        return bool(self.join) and not self.danger and not self.done

    @property
    def files(self) -> tuple[File, ...]:
        """Photos and voice note together."""
        return (*self.photos, *([self.voice] if self.voice else []))

    def digest(self, secret: str | bytes | None = None) -> str:
        """Keyed digest of the body without files; keyed, for a telephone number could be guessed from a plain one."""
        body = [
            self.text, self.category, self.danger, self.xy, str(self.crs), self.accuracy_m, self.area, self.place_text,
            self.contact.nickname, self.contact.phone, self.contact.email, str(self.contact.channel),
            str(self.contact_uuid), str(self.request_type), self.occurred_at and self.occurred_at.isoformat(),
            *([self.done] if self.done else []),
            *([f"join {self.join}"] if self.join else []),
            *(f"file {one.sha256}" for one in self.declared),
        ]  # fmt: skip
        return salted_hmac("issues.intake", json.dumps(body), secret=secret, algorithm="sha256").hexdigest()

    def made(self, submission: Submission) -> bool:
        """Whether it is the body that made that report; also after the program's secret was changed, while the old one is kept."""
        secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        return any(constant_time_compare(submission.body_digest, self.digest(secret)) for secret in secrets)


class AlreadyReported(Conflict):
    """The key was used for another body. `submission` is what came of it then."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(_("A report from this form has already arrived, with other words. It was kept as it was."))
        self.submission = submission


_with_uuid = Prepared(lambda uuid: Submission.objects.with_uuid(uuid))


def sent_under(uuid: UUID) -> Submission | None:
    """The report that was sent under that key, whatever became of it; mostly none was."""
    return next(iter(_with_uuid(uuid)), None)


def report(draft: Draft, *, at: datetime, entered_by: Person | None = None) -> Submission:
    """Take the report, or answer a repeat with what it made. Raises Refusal, AlreadyReported (Conflict), FileRefused."""
    earlier = sent_under(draft.uuid)
    return replay(earlier, draft, at) if earlier else take(draft, at, entered_by)[0]


def take(draft: Draft, at: datetime, entered_by: Person | None) -> tuple[Submission, bool]:
    """Take a report whose key is new, as far as the caller knows: what came of it, and whether this was the first of the key."""
    _check(draft)
    try:
        with transaction.atomic():
            return _take(draft, at, entered_by), True
    except IntegrityError:
        # Two sent the same at the same time: the index let one through, and this is the other.
        earlier = sent_under(draft.uuid)
        if earlier is None:
            raise
        return replay(earlier, draft, at), False


def _check(draft: Draft) -> None:
    if not draft.text.strip():
        raise Refusal(_("Please say what is the matter."), field="text")
    if len(draft.text) > TEXT_MAX:
        raise Refusal(_("That is too long: %(most)d characters are possible.") % {"most": TEXT_MAX}, field="text")
    storage.check_counts(photo_count=len(draft.photos))


def _take(draft: Draft, at: datetime, entered_by: Person | None) -> Submission:
    point = _point(draft)
    placed = placing.place(point, draft.accuracy_m, _chosen_area(draft), found=draft.located)
    category = _category(draft)
    submission = _submission(draft, placed, category, point, at)
    submission.entered_by = entered_by
    submission.requester = _requester(draft)
    _file(submission, draft, placed, at)
    storage.attach(submission, draft.files, at=at)
    if draft.done:
        _solve(submission, draft, at, entered_by)
    return submission


def _file(submission: Submission, draft: Draft, placed: Placed, at: datetime) -> None:
    """Save the report with the issue that it joins, if it can; else with one that it opens."""
    by, point, category = submission.entered_by, submission.point, submission.category
    actor = _actor(by, placed.area, at)
    known = (
        joining.lock_meant(draft.join, Spot(point, placed.area, category if draft.category else None), at) if draft.joins else None
    )
    if known is None:
        issue = _issue(draft, placed, category, point)
        services.submit(issue, by=by, actor=actor, at=at, danger=draft.danger, noted=_way_in(draft))
        submission.issue = issue
        insert(submission)
    else:
        submission.issue = known
        insert(submission)
        joining.join(known, submission, by=by, actor=actor, at=at, noted=_way_in(draft))


def _solve(submission: Submission, draft: Draft, at: datetime, person: Person | None) -> None:
    """Opened and solved in one breath (现场即办), in the same transaction; what is not green is not taken like that."""
    if person is None:
        raise Refusal(_("Only who is there for the village can report something as solved."), field="done")
    try:
        facts: dict[str, object] = {Field.RESOLUTION: draft.done}
        services.move(submission.issue_id, Verb.HANDLE_ON_THE_SPOT, by=person, at=at, facts=facts)
    except Refusal as refusal:
        words = {"why": refusal.sentence}
        sentence = _("It cannot be solved on the spot: %(why)s Take the tick away to send it as a report.") % words
        raise Refusal(sentence, field="done") from None
    submission.issue.refresh_from_db()


def replay(earlier: Submission, draft: Draft, at: datetime) -> Submission:
    """What the key made before; files that did not arrive then are added. Raises AlreadyReported for another body."""
    if earlier.text_erased_at is not None:
        return earlier  # what it said is gone, so nothing can be compared or added: it was received, and that is the answer
    if not draft.made(earlier):
        raise AlreadyReported(earlier)
    storage.attach(earlier, draft.files, at=at)
    return earlier


def _way_in(draft: Draft) -> dict[str, object]:
    """What the ledger says of how it came: by which channel, and by the phone's clock when, which proves nothing."""
    noted: dict[str, object] = {"channel": draft.channel.value}
    if draft.device_at:
        noted["device_at"] = draft.device_at.isoformat()
    if draft.form_version:
        noted["form"] = draft.form_version
    return noted


def channel_of(person: Person | None, at: datetime, *, card: bool, for_somebody: bool) -> Submission.Channel:
    """How a report comes: by whom, and whether from the address on a card, or for somebody who stands beside."""
    if person is None:
        return Submission.Channel.CARD if card else Submission.Channel.WEB
    if Role.HOTLINE_OPERATOR in scope_of(person, at).roles:
        return Submission.Channel.HOTLINE
    return Submission.Channel.PROXY if for_somebody else Submission.Channel.SITE


def _point(draft: Draft) -> Point | None:
    """The place in EPSG:4326, converted at the door."""
    if draft.xy is None:
        return None
    lon, lat = to_wgs84(*draft.xy, draft.crs)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Refusal(_("The place is not on the earth. Please set the pin again."), field="place")
    return Point(lon, lat, srid=4326)


def _chosen_area(draft: Draft) -> Area | None:
    if not draft.area:
        return None
    if draft.located and draft.located.area and draft.located.area.code == draft.area:
        return draft.located.area
    area = Area.objects.current().with_code(draft.area).first()
    if area is None:
        raise Refusal(_("The place that was chosen does not exist any more. Please choose again."), field="place")
    return area


def _category(draft: Draft) -> Category:
    """What it is filed under; nothing that can be chosen by itself hides anything, so that need not be asked again."""
    if draft.kind and draft.kind.group_id and draft.kind.code == draft.category:
        return draft.kind
    return category_for(draft.category)


_to_file_under = Prepared(lambda code: Category.objects.to_file_under(code))


def category_for(code: str) -> Category:
    """The category in use with that code; for “not sure” (empty) the general group. Raises Refusal."""
    category = next(iter(_to_file_under(code or UNSURE)), None)
    if category is None and not code:
        known = [*Category.objects.groups(), *Category.objects.in_use()]
        category = next(iter(_to_file_under(known[0].code)), None) if known else None
    if category is None:
        raise Refusal(_("Please choose what it is about."), field="category")
    if category.hides:
        raise Refusal(_("Please choose more exactly what it is about: some of these are confidential."), field="category")
    return category


def _issue(draft: Draft, placed: Placed, category: Category, point: Point | None) -> Issue:
    """The issue that the report opens, unsaved; `services.submit` gives the rest."""
    return Issue(
        title=title_of(draft.text),
        category=category,
        request_type=draft.request_type,
        area=placed.area,
        path=placed.area.path,
        point=point,
        accuracy_m=draft.accuracy_m,
        grid_ambiguous=placed.ambiguous,
        dispute=placed.dispute,
        place_text=masking.without_numbers(draft.place_text),
        non_public=category.group_id is None,  # until triage has said what it is
    )


def _submission(draft: Draft, placed: Placed, category: Category, point: Point | None, at: datetime) -> Submission:
    return Submission(
        uuid=draft.uuid,
        body_digest=draft.digest(),
        contact_uuid=draft.contact_uuid or uuid4(),
        receipt_code=receipts.mint(),
        channel=draft.channel,
        category=category,
        request_type=draft.request_type,
        text=masking.without_cards(draft.text.strip()),
        danger=draft.danger,
        language=draft.language,
        point=point,
        source_crs=draft.crs if draft.xy else "",
        source_xy=list(draft.xy) if draft.xy else None,
        accuracy_m=draft.accuracy_m,
        altitude_m=draft.fix.altitude_m,
        fixed_at=draft.fix.fixed_at,
        place_source=draft.fix.source,
        place_text=draft.place_text,
        area=placed.area,
        declared=[{"sha256": one.sha256, "bytes": one.size, "type": one.media_type} for one in draft.declared],
        device_at=draft.device_at,
        occurred_at=draft.occurred_at,
        received_at=at,
    )


def _requester(draft: Draft) -> Requester | None:
    """A row only if somebody left a way to be answered or a name to be called by."""
    if not draft.contact:
        return None
    contact = draft.contact
    return Requester.objects.create(
        nickname=contact.nickname,
        phone=contact.phone,
        email=contact.email,
        channel=contact.channel,
        language=draft.language,
    )


def _actor(person: Person | None, area: Area, at: datetime) -> Role | Actor:
    """In which capacity somebody enters it: a role that they hold there and that may; else as anybody would."""
    if person is None:
        return Actor.REQUESTER
    may = MOVE[Verb.SUBMIT].green
    held = [role for role in Role if role in may and role in scope_of(person, at).roles_at(area.path)]
    return held[0] if held else Actor.REQUESTER


def title_of(text: str) -> str:
    """The first sentence, at most 40 characters, without anybody's numbers."""
    plain = " ".join(masking.without_numbers(text.strip().split("\n", 1)[0]).split())
    first = _SENTENCE_END.split(plain, maxsplit=1)[0].strip() or plain
    return first if len(first) <= TITLE_MAX else first[: TITLE_MAX - 1].rstrip() + "…"
