"""The county's key supervision list: proposed by the township, decided by people, left with the county's word."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from grids.levels import Level
from issues import clock, numbers
from issues.errors import Refusal
from issues.models import EscalationRequest, Event, KeySupervisionEntry, Minute
from issues.services.acting import Act, does, unless
from issues.services.units import chosen_unit
from issues.workflow import Cause, Field, Verb

_PENDING = EscalationRequest.Decision.PENDING


@does(Verb.DRAFT_RED)
def draft_red(act: Act) -> Event:
    """The township is late: the program drafts a proposal for people to take up or refuse. It never enters one."""
    act.issue.red_drafted_at = act.at
    act.issue.climb_at = None
    return act.write({"cause": Cause.OVERDUE.value})


@unless(Verb.PROPOSE_RED)
def _already_proposed(act: Act) -> str:
    if act.issue.pending_slip:
        return gettext("It has been proposed for the red list; the decision is awaited.")
    return ""


@does(Verb.PROPOSE_RED)
def propose_red(act: Act) -> Event:
    """The township asks the county to take it on: what it tried, its minute, and why it is beyond a township."""
    minute = act.minute(Minute.Kind.DELIBERATION)
    slip = _slip(act, minute=minute, cause=Cause.OVERDUE if act.issue.red_drafted_at else Cause.COMPLEXITY)
    slip.decision, slip.decide_by = _PENDING, _decide_by(act)
    slip.save(force_insert=True)
    return act.write({"slip": slip.number, "minute": minute.pk if minute else None}, texts=act.texts(Field.TRIED, Field.REASON))


def _decide_by(act: Act) -> datetime | None:
    span = act.terms.levels.yellow.up.decide_by
    return clock.after(span, act.at, act.calendar) if span else None


def _slip(act: Act, *, cause: Cause, minute: Minute | None = None) -> EscalationRequest:
    """An unsaved slip for the red list, filled from what was handed in."""
    return EscalationRequest(
        number=numbers.slip_number(act.calendar.local(act.at)),
        issue=act.issue,
        from_level=Level.TOWNSHIP,
        to_level=Level.COUNTY,
        cause=cause,
        tried=act.text(Field.TRIED),
        reason=act.text(Field.REASON),
        minute=minute,
        asked_by=act.by if act.verb == Verb.PROPOSE_RED else None,
        asked_at=act.issue.red_drafted_at or act.at if act.verb != Verb.PROPOSE_RED else act.at,
    )


@unless(Verb.ENTER_RED, Verb.REFUSE_RED)
def _nothing_proposed(act: Act) -> str:
    if act.issue.red_drafted_at or act.issue.pending_slip:
        return ""
    return gettext("Nobody has proposed it for the red list.")


@does(Verb.ENTER_RED)
def enter_red(act: Act) -> Event:
    """A person of the supervision office puts it on the list and names the unit that leads."""
    issue = act.issue
    slip = _decided(act, EscalationRequest.Decision.GRANTED)
    if slip.minute is None:
        raise Refusal(
            gettext("A minute is missing: nobody has written down yet why it is beyond the township."), field=Field.MINUTE.value
        )
    unit = chosen_unit(act)
    slip.save()
    answer = act.answer(Level.COUNTY)
    issue.level, issue.lead_unit = Level.COUNTY, unit
    issue.handler, issue.handler_fallback = act.by or answer.person, False
    issue.climb_cause, issue.red_drafted_at = slip.cause, None
    act.set_status()
    assert act.by is not None  # noqa: S101 - the table lets only people do it
    KeySupervisionEntry.objects.create(
        issue=issue, slip=slip, lead_unit=unit, entered_by=act.by, entered_at=act.at, reason=act.text(Field.REASON)
    )
    act.clocks.start_level(act.at, now=act.at)
    act.clocks.wait_for_signature(act.at)
    act.clocks.plan_warning(act.at)
    return act.write({"slip": slip.number, "unit": unit.code}, texts=act.texts(Field.REASON), is_public=True)


@does(Verb.REFUSE_RED)
def refuse_red(act: Act) -> Event:
    """It stays with the township, with a reason."""
    slip = _decided(act, EscalationRequest.Decision.REFUSED)
    slip.save()
    act.issue.red_drafted_at = None
    return act.write({"slip": slip.number}, texts=act.texts(Field.REASON))


def _decided(act: Act, decision: EscalationRequest.Decision) -> EscalationRequest:
    """The township's proposal, or a slip for the program's draft, decided but not saved."""
    slip = EscalationRequest.objects.pending_for(act.issue)
    if slip is None:
        slip = _slip(act, cause=Cause.OVERDUE)
    if slip.minute is None:
        slip.minute = act.minute(Minute.Kind.DELIBERATION)
    slip.decision, slip.decided_by, slip.decided_at = decision, act.by, act.at
    slip.decision_reason = act.text(Field.REASON)
    return slip


@unless(Verb.APPROVE_EXIT)
def _exit_approved(act: Act) -> str:
    entry = act.issue.standing_entry
    if entry and entry.exit_approved_by_id:
        return gettext("Leaving the red list is approved already.")
    return ""


@does(Verb.APPROVE_EXIT)
def approve_exit(act: Act) -> Event:
    """The supervision office agrees that the issue leaves the list when it closes."""
    from issues.services.ending import close_if_complete

    entry = _standing(act)
    entry.exit_approved_by, entry.exit_reason = act.by, act.text(Field.REASON)
    entry.save(update_fields=["exit_approved_by", "exit_reason"])
    event = act.write(texts=act.texts(Field.REASON))
    close_if_complete(act)
    return event


def leave_red_list(act: Act) -> None:
    """The stay ends now, if there is one; who approved the exit, and why, stands."""
    entry = KeySupervisionEntry.objects.standing().latest_of(act.issue)
    if entry:
        entry.exited_at, entry.exit_reason = act.at, entry.exit_reason or act.text(Field.REASON)
        if entry.exit_approved_by_id is None:
            entry.exit_approved_by = act.by
        entry.save(update_fields=["exited_at", "exit_reason", "exit_approved_by"])


def stay_on_red_list(act: Act) -> None:
    """It was not solved after all: the approval to leave is void, and a stay that ended goes on."""
    entry = KeySupervisionEntry.objects.latest_of(act.issue)
    if entry and act.issue.level == Level.COUNTY:
        entry.exited_at, entry.exit_approved_by, entry.exit_reason = None, None, ""
        entry.save(update_fields=["exited_at", "exit_approved_by", "exit_reason"])


def drop_proposal(act: Act) -> None:
    """Nothing is left to decide: a slip refused by nobody."""
    act.issue.red_drafted_at = None
    slip = EscalationRequest.objects.pending_for(act.issue)
    if slip:
        slip.decision, slip.decided_at = EscalationRequest.Decision.REFUSED, act.at
        slip.save(update_fields=["decision", "decided_at"])


def _standing(act: Act) -> KeySupervisionEntry:
    entry = KeySupervisionEntry.objects.standing().latest_of(act.issue)
    if entry is None:
        raise Refusal(gettext("It is not on the red list."))
    return entry
