"""公示: the secretary of a village writes, the township releases, everybody reads; either takes it down again.

Who writes is never who releases (domain notes §3.2: to publish words stays with people). Nothing is edited: a new version
replaces the old from its first day on, once it is released too. Words are erased as long after their last day as photos
are kept (policy, `retention`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from grids.models import Area
from issues import policy, throttle
from issues.community import occasions
from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.intake import doors
from issues.models import PublicNotice, PublicNoticeStep
from issues.privacy import masking
from issues.querysets.diary import paths_of
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

Kind = PublicNoticeStep.Kind
TEXT_MAX = 4000
REASON_MAX = 300
LONGEST = timedelta(days=366)
WRITERS = frozenset({Role.VILLAGE_SECRETARY})
RELEASERS = frozenset({Role.TOWNSHIP_COMMITTEE})
_MAY = {Kind.RELEASED: RELEASERS, Kind.SENT_BACK: RELEASERS, Kind.TAKEN_DOWN: WRITERS | RELEASERS}


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is to be made known, and on which days (both included); `replaces`: the version it stands in for, if any."""

    title: str
    text: str
    shown_from: date
    shown_until: date
    replaces: PublicNotice | None = None


def villages_of(person: Person, at: datetime) -> list[Area]:
    """The villages for which the person writes notices."""
    return list(Area.objects.current().at_paths(paths_of(person, at, WRITERS)).without_boundary())


def write(key: UUID, village: Area, words: Words, *, by: Person, at: datetime) -> PublicNotice:
    """Keep a version, to be released by somebody else; the same key again is the same one. Raises Forbidden, Refusal."""
    if not scope_of(by, at).roles_at(village.path) & WRITERS:
        raise Forbidden(_("The notices of a village are written by its secretary."))
    if known := PublicNotice.objects.visible_to(by, at).keyed(key):
        return known
    throttle.spend(throttle.VILLAGE_NOTICE, f"person {by.pk}")
    _check(words, village, at)
    said = {"title": words.title.strip(), "text": words.text.strip(), "replaces": words.replaces}
    days = {"shown_from": words.shown_from, "shown_until": words.shown_until}
    try:
        with transaction.atomic():
            made = PublicNotice.objects.create(key=key, area=village, path=village.path, by=by, written_at=at, **said, **days)
            occasions.notice_waits(made, RELEASERS)
            return made
    except IntegrityError:  # the same form, sent twice at once
        if (known := PublicNotice.objects.visible_to(by, at).keyed(key)) is None:
            raise
        return known


def _check(words: Words, village: Area, at: datetime) -> None:
    for name, said in (("title", words.title), ("text", words.text)):
        if not said.strip():
            raise Refusal(_("Say what is to be made known."), field=name)
        _check_public(said, name)
    if words.shown_until < max(words.shown_from, localdate(at)):
        raise Refusal(_("The last day is not before the first, and not past."), field="shown_until")
    if words.shown_until - words.shown_from > LONGEST:
        raise Refusal(_("A notice is shown for a year at most."), field="shown_until")
    if words.replaces and words.replaces.path != village.path:
        raise OutOfScope(_("There is no such notice."))


def _check_public(said: str, name: str) -> None:
    if masking.has_numbers(said):
        raise Refusal(_("Please leave out numbers of telephones and cards: everybody reads a notice."), field=name)
    doors.check(said, field=name)


@transaction.atomic
def decide(pk: int, kind: str, *, reason: str = "", by: Person, at: datetime) -> PublicNoticeStep:
    """Release a notice, send it back, or take it down. Raises OutOfScope (404), Forbidden (403), Conflict or Refusal."""
    notice = PublicNotice.objects.visible_to(by, at).lock(pk)
    if notice is None:
        raise OutOfScope(_("There is no such notice."))
    step, reason = Kind(kind), reason.strip()
    roles = scope_of(by, at).roles_at(notice.path) & _MAY[step]
    if not roles:
        raise Forbidden(_("Notices are released and sent back by the township's committee."))
    if step is not Kind.TAKEN_DOWN and notice.by_id == by.pk:
        raise Forbidden(_("Whoever wrote a notice does not release it."))
    done = PublicNoticeStep.objects.kinds_of(notice)
    if Kind.TAKEN_DOWN in done or Kind.SENT_BACK in done or (step is not Kind.TAKEN_DOWN and done):
        raise Conflict(_("Meanwhile somebody decided of this notice. Please look again."))
    if step is Kind.RELEASED and notice.shown_until < localdate(at):
        raise Refusal(_("Its last day is past: it has to be written again."))
    if step is not Kind.RELEASED and not 0 < len(reason) <= REASON_MAX:
        raise Refusal(_("Say why, in %(longest)d characters at most.") % {"longest": REASON_MAX}, field="reason")
    _check_public(reason, "reason")
    role = min(roles, key=list(Role).index)
    occasions.notice_decided(notice, step, by=by, at=at)
    return PublicNoticeStep.objects.create(notice=notice, kind=step, text=reason, by=by, role=role, at=at)


def purge(*, at: datetime) -> int:
    """Erase the words of notices that ended as long ago as photos are kept, by the policy in force. How many."""
    kept = policy.terms(policy.in_force(at).pk).retention.attachments.on_calendar
    return PublicNotice.objects.over_by(localdate(at - kept)).erase(at)
