"""督办函 and 提示函: from the supervision office to a unit, about issues that are with it; the unit answers once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from issues import policy
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import Event, Issue, LetterItem, ReminderLetter
from issues.privacy.masking import without_cards
from issues.services.acting import Act
from issues.telling import Audience, tell
from issues.terms import Verb
from issues.timing import clock
from issues.timing.calendars import Calendar
from issues.writing import numbers
from representatives.models import Person, Unit
from representatives.roles import Role
from representatives.scopes import scope_of

_LONGEST = 4000


@dataclass(frozen=True)
class Draft:
    """What a letter says before it is sent. `uuid` is of the form: the same one sent twice is one letter."""

    uuid: UUID
    unit: Unit
    kind: ReminderLetter.Kind
    issues: Collection[int]  # their keys
    text: str
    reply_by: date | None = None  # else as the policy says


def may_send(person: Person, unit: Unit, at: datetime) -> bool:
    """Whether the person may write to the unit: the supervision office of its county."""
    return Role.SUPERVISION_OFFICE in scope_of(person, at).roles_at(unit.area.path)


def may_answer(person: Person, letter: ReminderLetter, at: datetime) -> bool:
    """Whether the person may answer for the unit: anybody of it who holds a post."""
    scope = scope_of(person, at)
    return scope.unit_id == letter.unit_id and bool(scope.held)


def reply_due(kind: str, unit: Unit, at: datetime) -> datetime:
    """Until when the unit answers, as the policy in force says."""
    terms = policy.terms(policy.in_force(at).pk)
    rules = terms.supervision
    span = rules.letter_reply if kind == ReminderLetter.Kind.SUPERVISION else rules.notice_reply
    return clock.after(span, at, policy.calendar_of(terms, unit.area.path))


@transaction.atomic
def send_letter(draft: Draft, *, by: Person, at: datetime) -> ReminderLetter:
    """The letter stands, numbered; an event says so at each issue, and the unit's people are told.

    Raises Forbidden (403) for whoever may not write to the unit, OutOfScope (404) for an issue out of sight, Refusal (409).
    """
    if not may_send(by, draft.unit, at):
        raise Forbidden(gettext("Letters to units are written by the supervision office."))
    if standing := ReminderLetter.objects.of_form(draft.uuid):
        return standing
    issues = _issues_of(draft, by, at)
    letter = _saved(draft, by, at)
    LetterItem.objects.bulk_create(
        LetterItem(letter=letter, issue=issue, level=issue.level, due_at=issue.level_due_at) for issue in issues
    )
    _write(Verb.LETTER, letter, issues, by, at, Role.SUPERVISION_OFFICE, {"text": letter.text}, Audience.ADDRESSEE)
    return letter


def _issues_of(draft: Draft, by: Person, at: datetime) -> list[Issue]:
    """The issues, locked in the order of their keys; each is open and with the unit, or the letter is not sent."""
    if not draft.issues:
        raise Refusal(gettext("Choose at least one issue."), field="issues")
    seen = Issue.objects.visible_to(by, at).unfinished()
    found = list(seen.lock(*draft.issues))
    if len(found) < len(set(draft.issues)):
        raise OutOfScope(gettext("There is no such issue."))
    theirs = {issue.pk for issue in found if issue.lead_unit_id == draft.unit.pk}
    if others := [issue.pk for issue in found if issue.pk not in theirs]:
        theirs.update(Issue.objects.with_unit(draft.unit).among(others).values_list("pk", flat=True))
    for issue in found:
        if issue.pk not in theirs or issue.sealed:
            words = {"number": issue.number, "unit": draft.unit.name}
            raise Refusal(gettext("Issue %(number)s is not with %(unit)s; a letter names only what is.") % words, field="issues")
    return found


def _saved(draft: Draft, by: Person, at: datetime) -> ReminderLetter:
    text = without_cards(draft.text.strip())
    if not text:
        raise Refusal(gettext("Write the text of the letter."), field="text")
    if len(text) > _LONGEST:
        raise Refusal(gettext("The text may have %(longest)d characters at most.") % {"longest": _LONGEST}, field="text")
    calendar = _calendar(draft.unit, at)
    due = calendar.at_closing(draft.reply_by) if draft.reply_by else reply_due(draft.kind, draft.unit, at)
    if due <= at:
        raise Refusal(gettext("The day of the answer must lie ahead."), field="reply_by")
    number = numbers.letter_number(calendar.local(at))
    return ReminderLetter.objects.create(
        number=number, uuid=draft.uuid, kind=draft.kind, unit=draft.unit, text=text, issued_by=by, issued_at=at, reply_due_at=due
    )


def _calendar(unit: Unit, at: datetime) -> Calendar:
    return policy.calendar_of(policy.terms(policy.in_force(at).pk), unit.area.path)


@transaction.atomic
def answer_letter(number: str, text: str, *, by: Person, at: datetime) -> ReminderLetter:
    """The unit answers, once. Raises OutOfScope, Forbidden or Refusal as `send_letter` does."""
    if not ReminderLetter.objects.visible_to(by, at).numbered(number).exists():
        raise OutOfScope(gettext("There is no such letter."))
    letter = ReminderLetter.objects.lock(number)
    assert letter is not None  # noqa: S101 - just seen; letters are never deleted
    if not may_answer(by, letter, at):
        raise Forbidden(gettext("The unit to which the letter went answers it."))
    if letter.replied_at:
        raise Refusal(gettext("The letter has been answered already; a letter is answered once."))
    text = without_cards(text.strip())
    if not text or len(text) > _LONGEST:
        raise Refusal(gettext("Write the answer, in %(longest)d characters at most.") % {"longest": _LONGEST}, field="text")
    letter.reply, letter.replied_by, letter.replied_at = text, by, at
    letter.save(update_fields=["reply", "replied_by", "replied_at"])
    issues = list(Issue.objects.lock(*letter.issues.values_list("pk", flat=True)))
    role = next(iter(sorted(scope_of(by, at).roles)), Role.DEPARTMENT)
    _write(Verb.ANSWER_LETTER, letter, issues, by, at, role, {"text": text}, Audience.DECIDERS)
    return letter


def _write(
    verb: Verb,
    letter: ReminderLetter,
    issues: list[Issue],
    by: Person,
    at: datetime,
    role: str,
    texts: dict[str, str],
    to: Audience,
) -> None:
    """An event at each issue; who is told is told once, with the first."""
    events: list[tuple[Act, Event]] = []
    for issue in issues:
        act = Act(issue=issue, verb=verb, at=at, by=by, acting_as=role)
        record = {"letter": letter.number, "kind": letter.kind, "addressee": letter.unit_id}
        events.append((act, act.write(record, texts=texts)))
    for act, event in events[:1]:
        tell(event, posts=act.posts, calendar=act.calendar, audiences=(to,))
