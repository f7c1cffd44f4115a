"""交办单, handed down with the work, and 申办单, handed up with what is beyond a level. Made of events and slips."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from grids.levels import Level
from issues.models import EscalationRequest, Event
from issues.terms import Field, Verb
from issues.workflow import light_of
from mapui.papers.dossier import Dossier, day_of, moment_in, moment_of
from mapui.papers.paper import Box, Fact, Paper, known, told, wide, words
from representatives.models import Person

ORDERS = (Verb.DISPATCH, Verb.ENTER_RED)


# --- 交办单 ---


def orders(dossier: Dossier) -> Iterator[tuple[str, Event]]:
    """Every time that the issue was handed to a unit, or to the representative of a village: key and event."""
    for event in dossier.events:
        if event.verb in ORDERS and (event.facts.get("unit") or event.facts.get("handler")):
            yield str(event.number), event


def order_number(dossier: Dossier, event: Event) -> str:
    """Of the issue and the event, so that it can be looked up and never stands twice: 2026-0000123-J4."""
    return f"{dossier.issue.number}-J{event.number}"


def assignment(dossier: Dossier, key: str) -> Paper | None:
    """The slip by which the issue was handed over in the event of that number; None if it was not."""
    event = dict(orders(dossier)).get(key)
    if event is None:
        return None
    receiver, giver = _receiver(dossier, event), dossier.office_of(event)
    return Paper(
        title=_("Assignment slip"),
        number=order_number(dossier, event),
        dated=event.at,
        facts=known((*_parties(event, giver, receiver), *dossier.heading(), *_task(event), *_deadlines(dossier, event))),
        boxes=_order_boxes(dossier, event, giver, receiver),
        notes=_order_notes(dossier, event),
    )


def _receiver(dossier: Dossier, event: Event) -> str:
    """The unit; at green, where there is none, the post that the work went to, and who fills it."""
    if code := event.facts.get("unit"):
        unit = dossier.unit(code)
        return unit.name if unit else str(code)
    person = Person.objects.with_key(event.facts.get("handler"))
    post = dossier.office_at(Level.GRID)
    return f"{post} · {person.name}" if person else post


def _parties(event: Event, giver: str, receiver: str) -> Iterator[Fact]:
    yield told(_("Handed over by"), _("the program, by the place") if event.by_system else giver)
    yield told(_("Handed to"), receiver)


def _task(event: Event) -> Iterator[Fact]:
    asked = event.texts.get(Field.TEXT) or event.texts.get(Field.REASON)
    if asked:
        yield words(_("What is asked"), asked)


def _deadlines(dossier: Dossier, event: Event) -> Iterator[Fact]:
    """As they were when it was handed over; of old events, which did not write them down, those of now while it is with them."""
    issue, facts = dossier.issue, event.facts
    is_last = [each for _key, each in orders(dossier)][-1] == event
    now = {"sign_due_at": issue.sign_due_at, "level_due_at": issue.level_due_at, "total_due_at": issue.total_due_at}
    due = {key: moment_in(facts.get(key)) or (moment_of(moment) if is_last else "") for key, moment in now.items()}
    yield told(_("Acknowledge by"), due["sign_due_at"])
    yield told(_("Solve by"), due["level_due_at"])
    if is_last and issue.first_contact_at is None:
        yield told(_("Speak to the requester by"), moment_of(issue.contact_due_at))
    yield told(_("In all, at every level, by"), due["total_due_at"])
    if issue.category.closing_condition:
        yield wide(_("When this counts as solved"), issue.category.closing_condition)


def _order_boxes(dossier: Dossier, event: Event, giver: str, receiver: str) -> tuple[Box, ...]:
    """What came of it so far stands in the boxes already."""
    after = _until_next_order(dossier, event)
    signed = next((each for each in after if each.verb == Verb.ACKNOWLEDGE), None)
    solved = next((each for each in reversed(after) if each.verb == Verb.RESOLVE), None)
    issuer = "" if event.by_system or event.by is None else event.by.name
    result = (*_lines(solved.texts.get(Field.RESOLUTION, "")), f"{_signer(solved)} {day_of(solved.at)}") if solved else ()
    return (
        Box(_("Issuing office"), giver, (f"{issuer} {day_of(event.at)}".strip(),), has_seal=True),
        Box(_("Acknowledged"), receiver, (f"{_signer(signed)} {moment_of(signed.at)}",) if signed else (), has_seal=True),
        Box(_("What was done"), receiver, result),
    )


def _until_next_order(dossier: Dossier, event: Event) -> list[Event]:
    """What was done between this order and the next."""
    found: list[Event] = []
    for each in dossier.events:
        if each.number > event.number:
            if each.verb in ORDERS:
                break
            found.append(each)
    return found


def _signer(event: Event) -> str:
    return event.by.name if event.by else ""


def _lines(text: str) -> tuple[str, ...]:
    return tuple(words("", text).text.splitlines())


def _order_notes(dossier: Dossier, event: Event) -> tuple[str, ...]:
    notes = [_("The clock runs from the day on which the issue was handed over, whether or not it was acknowledged.")]
    if event.facts.get("unit"):
        within = {"time": dossier.terms.returns.bounce_within.label}
        notes.append(
            _("If it is not within your duties, return it within %(time)s, citing the duty and naming the right unit.") % within
        )
    return tuple(notes)


# --- 申办单 ---


def passed_up(dossier: Dossier) -> Iterator[tuple[str, EscalationRequest]]:
    """Every slip by which the issue was passed up or proposed for the red list: key and slip."""
    for slip in dossier.slips:
        yield slip.number, slip


def escalation(dossier: Dossier, key: str) -> Paper | None:
    """The slip with that number."""
    slip = dict(passed_up(dossier)).get(key)
    if slip is None:
        return None
    return Paper(
        title=_("Escalation slip"),
        number=slip.number,
        dated=slip.asked_at,
        facts=known((*_up(dossier, slip), *dossier.heading(), *_grounds(dossier, slip), *_decision(slip))),
        boxes=_slip_boxes(dossier, slip),
    )


def _up(dossier: Dossier, slip: EscalationRequest) -> Iterator[Fact]:
    yield told(_("Passed up by"), dossier.office_at(slip.from_level, slip.asked_by))
    yield told(_("Passed up to"), dossier.office_at(slip.to_level, slip.decided_by))
    yield Fact(_("From light to light"), slip.get_cause_display(), lights=(light_of(slip.from_level), light_of(slip.to_level)))
    yield told(_("To be decided by"), moment_of(slip.decide_by))


def _grounds(dossier: Dossier, slip: EscalationRequest) -> Iterator[Fact]:
    if slip.tried:
        yield words(_("What was tried"), slip.tried)
    if slip.reason:
        yield words(_("Why it is beyond this level"), slip.reason)
    if slip.minute:
        yield wide(_("Minute"), str(slip.minute.get_kind_display()))
        yield from dossier.minute_facts(slip.minute)
    if slip.asked_by is None:
        yield wide(_("Passed up because"), _("its time was up: the program passed it up without anybody asking"))


def _decision(slip: EscalationRequest) -> Iterator[Fact]:
    if slip.decided_by is None and slip.decision == EscalationRequest.Decision.GRANTED:
        return  # no decision was needed: the level above receives it
    yield told(_("Decision"), slip.get_decision_display())
    yield told(_("Decided on"), moment_of(slip.decided_at))
    if slip.decision_reason:
        yield words(_("Reason of the decision"), slip.decision_reason)


def _slip_boxes(dossier: Dossier, slip: EscalationRequest) -> tuple[Box, ...]:
    asked = (f"{slip.asked_by.name} {day_of(slip.asked_at)}",) if slip.asked_by else (day_of(slip.asked_at),)
    decided = (f"{slip.decided_by.name} {day_of(slip.decided_at)}",) if slip.decided_by else ()
    return (
        Box(_("Passed up by"), dossier.office_at(slip.from_level, slip.asked_by), asked, has_seal=True),
        Box(_("Opinion of the level above"), dossier.office_at(slip.to_level, slip.decided_by), decided, has_seal=True),
    )
