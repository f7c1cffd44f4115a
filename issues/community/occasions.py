"""Telling staff of what is no issue: a village notice that waits for its second person, or was decided; a suggestion left.

In the program at once (in the morning, if it is night), and by the ways that each wants; through the same outbox as the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from issues import policy
from issues.errors import Refusal
from issues.models import Notice, Occasion, PublicNotice, Suggestion
from issues.notices.writing import of_occasion
from issues.timing import clock
from representatives.models import Assignment, Person
from representatives.roles import Role

Kind = Occasion.Kind
_DECIDED = {"released": Kind.NOTICE_RELEASED, "sent_back": Kind.NOTICE_SENT_BACK, "taken_down": Kind.NOTICE_TAKEN_DOWN}


def notice_waits(notice: PublicNotice, roles: Collection[Role]) -> None:
    """Those who may release it are told, but for whoever wrote it. The notice comes with its area and writer."""
    occasion = Occasion(kind=Kind.NOTICE_WAITS, area=notice.area, at=notice.written_at, by=notice.by, public_notice=notice)
    _tell(occasion, _holders(notice.path, roles, notice.written_at))


def notice_decided(notice: PublicNotice, step: str, *, by: Person, at: datetime) -> None:
    """Whoever wrote it, and whoever released it before, but for the one who decides now."""
    occasion = Occasion(kind=_DECIDED[step], area=notice.area, at=at, by=by, public_notice=notice)
    _tell(occasion, [notice.by, *(earlier.by for earlier in notice.steps.with_people())])


def suggestion_waits(suggestion: Suggestion, roles: Collection[Role]) -> None:
    """Those who answer for the platform are told. Who left it stays unsaid, so it may be one of them."""
    occasion = Occasion(kind=Kind.SUGGESTION_WAITS, area=suggestion.area, at=suggestion.written_at, suggestion=suggestion)
    _tell(occasion, _holders(suggestion.path, roles, suggestion.written_at))


def _holders(path: str, roles: Collection[Role], at: datetime) -> list[Person]:
    held = Assignment.objects.active(at).answering_for(path).in_role(*roles).select_related("person__notice_choice")
    return [post.person for post in held]


def _tell(occasion: Occasion, people: Iterable[Person]) -> None:
    """Each once; part of the transaction in which it came about. Without anybody to tell nothing is written."""
    told = {person.pk: person for person in people if person.is_active and person.pk != occasion.by_id}
    if not told:
        return
    occasion.save(force_insert=True)
    Notice.objects.bulk_create(of_occasion(occasion, list(told.values()), when=_waking(occasion.at, occasion.area.path)))


def _waking(at: datetime, path: str) -> datetime:
    """The moment itself, or the morning if it is night there; without a policy nobody has said when night is."""
    try:
        version = policy.in_force(at)
    except Refusal:
        return at
    return clock.next_waking(at, policy.calendar_of(policy.terms(version.pk), path))
