"""投诉建议: complaints and suggestions about the platform itself; anybody may write one, and somebody answers for it by role.

Nothing is asked of who writes, and nothing of them is kept: whoever has the code reads the answer. What belongs to another
door (a person who seems suspicious, money that was taken) is shown that door and not kept. The words are kept as long as
photos are (policy, `retention`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grids.levels import Level
from grids.models import Area, paths_above
from issues import policy
from issues.community import occasions
from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.intake import doors
from issues.models import Suggestion, SuggestionAnswer
from issues.privacy import masking
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import Scope, scope_of

TEXT_MAX = 2000
ANSWERERS = frozenset({Role.SUPERVISION_OFFICE, Role.SYSTEM_ADMIN})  # who answers for the platform; the monitor reads along


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says of the platform; `area`: the county that runs it."""

    kind: str
    about: str
    text: str
    area: Area


def counties_for(person: Person | None, at: datetime) -> list[Area]:
    """The counties that one may write to: of a member of staff those they are posted in, of anybody else all; by code."""
    found = Area.objects.current().of_level(Level.COUNTY).without_boundary().order_by("code")
    held = {path for _role, path in scope_of(person, at).held} if person else set()
    return list(found.counties_of(held) if held else found)


def leave(key: UUID, said: Said, *, by: Person | None, at: datetime) -> Suggestion:
    """Keep the suggestion of that key; the same key again is the same suggestion. Raises Refusal."""
    if known := Suggestion.objects.keyed(key):
        return known
    _check(said)
    role = _role_of(scope_of(by, at), said.area.path) if by else ""
    made = Suggestion(key=key, role=role, path=said.area.path, area=said.area, written_at=at)
    made.kind, made.about, made.text = said.kind, said.about, said.text.strip()
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            occasions.suggestion_waits(made, ANSWERERS)
    except IntegrityError:  # the same form, sent twice at once
        if (known := Suggestion.objects.keyed(key)) is None:
            raise
        return known
    return made


def _check(said: Said) -> None:
    if not said.text.strip():
        raise Refusal(_("Say what you mean."), field="text")
    if masking.has_numbers(said.text):
        raise Refusal(
            _("Please leave out numbers of telephones and cards: the answer is found by the code, nobody calls."), field="text"
        )
    doors.check(said.text, field="text")


def _role_of(scope: Scope, county: str) -> str:
    """The role in which somebody writes: the monitor's before all others, else the first that they hold there."""
    held = [role for role, path in scope.held if county in paths_above(path)]
    if Role.MONITOR in held:
        return Role.MONITOR.value
    return min(held, key=list(Role).index).value if held else ""


def may_answer(suggestion: Suggestion, person: Person, at: datetime) -> bool:
    return bool(_answers_as(suggestion, person, at))


def _answers_as(suggestion: Suggestion, person: Person, at: datetime) -> str:
    """The role in which the person answers for the platform there; empty if in none."""
    held = scope_of(person, at).roles_at(suggestion.path) & ANSWERERS
    return min(held, key=list(Role).index).value if held else ""


@transaction.atomic
def answer(pk: int, *, outcome: str, text: str, by: Person, at: datetime, seen: int | None = None) -> SuggestionAnswer:
    """Answer a suggestion, or say more to one that was answered. `seen`: how many answers the person looked at.

    Raises OutOfScope (404), Forbidden (403), Conflict (somebody was quicker) or Refusal with its sentence.
    """
    suggestion = Suggestion.objects.visible_to(by, at).lock(pk)
    if suggestion is None:
        raise OutOfScope(_("There is no such suggestion."))
    role = _answers_as(suggestion, by, at)
    if not role:
        raise Forbidden(_("Suggestions about the platform are answered by the supervision office and the system administrator."))
    if seen is not None and seen != suggestion.answers.count():
        raise Conflict(_("Meanwhile somebody else answered. Please look again before you go on."))
    if outcome not in SuggestionAnswer.Outcome.values:
        raise Refusal(_("Say what comes of it."), field="outcome")
    text = masking.without_cards(text.strip())
    if not text or len(text) > TEXT_MAX:
        raise Refusal(_("Write the answer, in %(longest)d characters at most.") % {"longest": TEXT_MAX}, field="text")
    return SuggestionAnswer.objects.create(suggestion=suggestion, outcome=outcome, text=text, by=by, role=role, answered_at=at)


def purge(*, at: datetime) -> int:
    """Erase the words of what is as old as photos may be, by the policy in force. How many."""
    kept = policy.terms(policy.in_force(at).pk).retention.attachments.on_calendar
    return Suggestion.objects.written_until(at - kept).erase(at)
