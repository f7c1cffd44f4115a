"""The county's key supervision list: proposed by the township, decided by people, left with the county's word."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from grids.levels import Level
from grids.together import forget
from issues.errors import Refusal
from issues.models import EscalationRequest, Event, KeySupervisionEntry, Minute
from issues.recurring import links
from issues.services.acting import Act, does, unless
from issues.services.joint import ask_named
from issues.services.knowing import let_know
from issues.services.supervision import await_progress, end_supervision, enter, record_step, standing
from issues.services.units import chosen_helpers, chosen_unit
from issues.terms import Beyond, Cause, Field, Verb
from issues.timing import clock
from issues.writing import numbers

_PENDING = EscalationRequest.Decision.PENDING


@does(Verb.DRAFT_RED)
def draft_red(act: Act) -> Event:
    """The township is late, or it came back once too often: a draft for people to take up or refuse. Nothing is entered."""
    cause = Cause(str(act.facts.get("cause", Cause.OVERDUE)))
    act.issue.red_drafted_at = act.at
    if cause == Cause.OVERDUE:
        act.issue.climb_at = None
    else:
        act.issue.raise_cause = cause
    _await_decision(act)
    return act.write({"cause": cause.value})


def _cause_drafted(act: Act) -> Cause:
    """Why the program drafted a proposal; that the township is late, unless it says otherwise."""
    return Cause(act.issue.raise_cause or Cause.OVERDUE)


def _cause_proposed(act: Act) -> Cause:
    """Why a person proposes it: what the program's draft says, else what the rules suggest."""
    return _cause_drafted(act) if act.issue.red_drafted_at else links.cause_of_raising(act.issue)


@unless(Verb.PROPOSE_RED)
def _already_proposed(act: Act) -> str:
    if act.issue.pending_slip:
        return gettext("It has been proposed for the red list; the decision is awaited.")
    return ""


@does(Verb.PROPOSE_RED)
def propose_red(act: Act) -> Event:
    """The township asks the county to take it on: what it tried, its minute, and why it is beyond a township."""
    beyond = _beyond(act)
    minute = act.minute(Minute.Kind.DELIBERATION)
    slip = _slip(act, minute=minute, cause=_cause_proposed(act))
    slip.decision, slip.decide_by, slip.beyond = _PENDING, _await_decision(act), beyond
    slip.save(force_insert=True)
    forget(act.issue, "slips")
    record = {"slip": slip.number, "minute": minute.pk if minute else None, "beyond": beyond}
    return act.write(record, texts=act.texts(Field.TRIED, Field.REASON))


def _beyond(act: Act) -> str:
    """What the township lacks: one of the closed list."""
    value = str(act.facts.get(Field.BEYOND) or "")
    if value not in Beyond.values:
        raise Refusal(
            gettext("Say what the township lacks: authority, money, or that it crosses a border or is a legacy of the past."),
            field=Field.BEYOND.value,
        )
    return value


def _await_decision(act: Act) -> datetime | None:
    """Until when the supervision office decides; it is reminded by the sweep."""
    span = act.terms.levels.yellow.up.decide_by
    act.issue.decide_due_at = clock.after(span, act.at, act.calendar) if span else None
    act.clocks.plan_warning(act.at)
    return act.issue.decide_due_at


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
    if slip.minute_id is None:
        raise Refusal(
            gettext("A minute is missing: nobody has written down yet why it is beyond the township."), field=Field.MINUTE.value
        )
    unit, helpers = chosen_unit(act), chosen_helpers(act)
    slip.save()
    forget(act.issue, "slips")
    end_supervision(act)
    issue.level, issue.lead_unit = Level.COUNTY, unit
    issue.handler, issue.handler_fallback = act.by or act.answer(Level.COUNTY).person, False
    issue.climb_cause, issue.red_drafted_at, issue.decide_due_at = slip.cause, None, None
    issue.raise_cause = ""
    act.set_status()
    act.clocks.start_level(act.at, now=act.at)
    enter(act, KeySupervisionEntry.Grade.KEY, unit, helpers, slip=slip)
    act.clocks.wait_for_signature(act.at)
    act.clocks.plan_warning(act.at)
    ask_named(act, helpers, act.text(Field.REASON))
    let_know(act)
    record = {"slip": slip.number, "unit": unit.code, "helpers": [helper.code for helper in helpers]}
    return act.write(record | act.dues(), texts=act.texts(Field.REASON), is_public=True)


@does(Verb.REFUSE_RED)
def refuse_red(act: Act) -> Event:
    """It stays with the township, with a reason."""
    slip = _decided(act, EscalationRequest.Decision.REFUSED)
    slip.save()
    forget(act.issue, "slips")
    act.issue.red_drafted_at = act.issue.decide_due_at = None
    act.issue.raise_cause = ""
    act.clocks.plan_warning(act.at)
    return act.write({"slip": slip.number}, texts=act.texts(Field.REASON))


def _decided(act: Act, decision: EscalationRequest.Decision) -> EscalationRequest:
    """The township's proposal, or a slip for the program's draft, decided but not saved."""
    slip = act.issue.pending_slip
    if slip is None:
        slip = _slip(act, cause=_cause_drafted(act))
        slip.decide_by = act.issue.decide_due_at
        if decision == EscalationRequest.Decision.GRANTED:
            slip.beyond, slip.reason = _beyond(act), act.text(Field.REASON)
    if slip.minute_id is None:
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

    entry = standing(act)
    entry.exit_approved_by, entry.exit_reason = act.by, act.text(Field.REASON)
    entry.save(update_fields=["exit_approved_by", "exit_reason"])
    record_step(act, entry, act.text(Field.REASON))
    event = act.write(texts=act.texts(Field.REASON))
    close_if_complete(act)
    return event


def leave_red_list(act: Act) -> None:
    """The supervision ends now, if there is one; who approved the exit, and why, stands."""
    end_supervision(act)


def stay_on_red_list(act: Act) -> None:
    """It was not solved after all: the approval to leave is void, and a stay that ended goes on."""
    entry = KeySupervisionEntry.objects.latest_of(act.issue)
    if entry and act.issue.level == Level.COUNTY:
        had_left = bool(entry.exited_at or entry.exit_approved_by_id)
        entry.exited_at, entry.exit_approved_by, entry.exit_reason, entry.exit_verb = None, None, "", ""
        entry.save(update_fields=["exited_at", "exit_approved_by", "exit_reason", "exit_verb"])
        forget(act.issue, "red_entries")
        await_progress(act)
        if had_left:
            record_step(act, entry, act.text(Field.REASON))


def drop_proposal(act: Act, *, is_pending: bool = True) -> None:
    """Nothing is left to decide: the slip is void. `is_pending`: False if it is known that no slip waits."""
    act.issue.red_drafted_at = act.issue.decide_due_at = None
    slip = act.issue.pending_slip if is_pending else None
    if slip:
        slip.decision, slip.decided_at = EscalationRequest.Decision.DROPPED, act.at
        slip.save(update_fields=["decision", "decided_at"])
