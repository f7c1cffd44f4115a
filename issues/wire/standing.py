"""How an issue stands now, in words: what a phone shows after a move, and beside a refusal."""

from __future__ import annotations

from datetime import datetime

from issues.models import Event, Issue
from issues.terms import Actor, Status, Verb
from representatives.models import Person


def of(issue: Issue) -> dict[str, object]:
    """Status, light, how many entries its ledger has and who holds it; the last costs a statement unless it was read."""
    return {
        "status": issue.status,
        "status_word": str(Status(issue.status).label),
        "light": issue.light.value,
        "light_word": str(issue.light.label),
        "event_count": issue.event_count,
        "holder": holder_of(issue),
    }


def now_of(number: str, person: Person, at: datetime) -> dict[str, object] | None:
    """The same, and what was done last; None if the issue is not in the person's sight."""
    issue = Issue.objects.visible_to(person, at).with_related().numbered(number).first()
    if issue is None:
        return None
    return {**of(issue), "last": last_of(issue.events.with_words().last())}


def last_of(event: Event | None) -> str:
    """“Who · what”."""
    return f"{who(event)} · {Verb(event.verb).label}" if event else ""


def who(event: Event) -> str:
    """Who did it: a name, the requester or the program."""
    if event.by:
        return event.by.name
    return str(Actor.REQUESTER.label if event.actor == Actor.REQUESTER else Actor.SYSTEM.label)


def holder_of(issue: Issue) -> str:
    """The unit or the person in whose hands it is; empty if it is in nobody's."""
    if issue.lead_unit_id and issue.lead_unit:
        return issue.lead_unit.name
    return issue.handler.name if issue.handler else ""
