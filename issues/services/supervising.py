"""The verbs of supervision: general on a yellow issue, listed on a red one, who leads and helps, and the lines of progress."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext

from grids.levels import Level
from issues.errors import Refusal
from issues.models import Event, KeySupervisionEntry, ListingRequest
from issues.services.acting import Act, does, unless
from issues.services.joint import ask_named
from issues.services.supervision import await_progress, end_supervision, enter, record_step, relink_helpers, standing, supervised
from issues.services.units import chosen_helpers, chosen_leader, chosen_unit
from issues.terms import ClockState, Field, Nature, Status, Verb

_Grade = KeySupervisionEntry.Grade


# --- general supervision of a yellow issue ---


@unless(Verb.SUPERVISE)
def _under_supervision(act: Act) -> str:
    return gettext("It is under supervision already.") if act.issue.supervision else ""


@does(Verb.SUPERVISE)
def supervise(act: Act) -> Event:
    """一般督办: it stays yellow and with whoever holds it, and the county looks on."""
    unit = chosen_unit(act)
    enter(act, _Grade.GENERAL, unit)
    return act.write({"grade": _Grade.GENERAL.value, "unit": unit.code}, texts=act.texts(Field.REASON))


@unless(Verb.LIFT)
def _nothing_to_lift(act: Act) -> str:
    entry = act.issue.supervision
    if act.issue.level == Level.COUNTY:
        return "" if entry and entry.grade == _Grade.LISTED else gettext("It is not under listed supervision.")
    return "" if entry else gettext("It is not under supervision.")


@does(Verb.LIFT)
def lift(act: Act) -> Event:
    """General supervision ends; listed supervision becomes key supervision again, and the stay goes on."""
    entry = supervised(act)
    if entry.grade == _Grade.LISTED:
        entry.grade, entry.leader, entry.due_at = _Grade.KEY, None, None
        entry.save(update_fields=["grade", "leader", "due_at"])
        record_step(act, entry, act.text(Field.REASON), due_at=act.issue.level_due_at)
        return act.write({"grade": _Grade.KEY.value}, texts=act.texts(Field.REASON))
    end_supervision(act)
    act.clocks.plan_warning(act.at)
    return act.write(texts=act.texts(Field.REASON))


# --- listed supervision: proposed by the office, signed by a leader ---


@unless(Verb.PROPOSE_LISTED)
def _not_to_be_listed(act: Act) -> str:
    issue, entry = act.issue, act.issue.standing_entry
    if entry is None:
        return gettext("It is not on the red list.")
    if entry.listing_asked_at:
        return gettext("Listed supervision has been proposed; the leader's signature is awaited.")
    if issue.nature != Nature.LEGACY and issue.clock_state(act.at) != ClockState.OVERDUE:
        return gettext("It is not late: listed supervision is for red issues that are, and for legacies of the past.")
    return ""


@does(Verb.PROPOSE_LISTED)
def propose_listed(act: Act) -> Event:
    """The supervision office names a leader, a new date and what the public reads; nothing holds before it is signed."""
    entry, leader, due_at = standing(act), chosen_leader(act), _new_date(act)
    assert act.by is not None  # noqa: S101 - the table lets only people do it
    ListingRequest.objects.create(
        entry=entry,
        leader=leader,
        due_at=due_at,
        public_line=act.text(Field.PUBLIC_LINE),
        reason=act.text(Field.REASON),
        asked_by=act.by,
        asked_at=act.at,
    )
    entry.listing_asked_at = act.at
    entry.save(update_fields=["listing_asked_at"])
    record_step(act, entry, act.text(Field.REASON))
    return act.write({"leader": leader.pk, "due": due_at.isoformat()}, texts=act.texts(Field.REASON, Field.PUBLIC_LINE))


@unless(Verb.LIST, Verb.REFUSE_LISTED)
def _nothing_to_sign(act: Act) -> str:
    entry = act.issue.standing_entry
    if entry is None or entry.listing_asked_at is None:
        return gettext("The supervision office has not proposed listed supervision.")
    return ""


@does(Verb.LIST)
def list_it(act: Act) -> Event:
    """挂牌: a leader signs, with a name, a new date, and a line that everybody reads."""
    entry, request = _proposal_decided(act, ListingRequest.Decision.GRANTED)
    leader, due_at = chosen_leader(act), _new_date(act)
    request.leader, request.due_at, request.public_line = leader, due_at, act.text(Field.PUBLIC_LINE)
    request.save()
    entry.grade, entry.leader, entry.due_at = _Grade.LISTED, leader, due_at
    entry.save()
    due_before = act.issue.level_due_at
    act.clocks.set_due(due_at, now=act.at)
    record_step(act, entry, act.text(Field.PUBLIC_LINE), is_public=True)
    record = {
        "grade": _Grade.LISTED.value,
        "leader": leader.pk,
        "due": due_at.isoformat(),
        "due_before": due_before.isoformat() if due_before else None,
    }
    return act.write(record, texts=act.texts(Field.PUBLIC_LINE, Field.REASON), is_public=True)


@does(Verb.REFUSE_LISTED)
def refuse_listed(act: Act) -> Event:
    """The leader does not sign, and says why; the grade stays."""
    entry, request = _proposal_decided(act, ListingRequest.Decision.REFUSED)
    request.save()
    entry.save(update_fields=["listing_asked_at"])
    record_step(act, entry, act.text(Field.REASON))
    return act.write(texts=act.texts(Field.REASON))


def _proposal_decided(act: Act, decision: ListingRequest.Decision) -> tuple[KeySupervisionEntry, ListingRequest]:
    """The stay and its proposal, decided but not saved."""
    entry, request = standing(act), ListingRequest.objects.pending_for(act.issue)
    assert request is not None  # noqa: S101 - asked by the guard
    request.decision, request.decided_by, request.decided_at = decision, act.by, act.at
    request.decision_reason = act.text(Field.REASON)
    entry.listing_asked_at = None
    return entry, request


def _new_date(act: Act) -> datetime:
    """The end of work on the day that was given; it lies ahead."""
    given = act.facts.get(Field.DUE)
    try:
        day = given.date() if isinstance(given, datetime) else given if isinstance(given, date) else date.fromisoformat(str(given))
    except ValueError:
        words = {"text": given}
        raise Refusal(gettext("“%(text)s” is not a date; write for example 2026-03-31.") % words, field=Field.DUE.value) from None
    if day <= act.calendar.local(act.at).date():
        raise Refusal(gettext("The new date must lie ahead."), field=Field.DUE.value)
    return act.calendar.at_closing(day)


# --- who leads and who helps ---


@unless(Verb.APPOINT)
def _not_on_the_list(act: Act) -> str:
    return "" if act.issue.standing_entry else gettext("It is not on the red list.")


@does(Verb.APPOINT)
def appoint(act: Act) -> Event:
    """The supervision office names who leads and who helps, with the reason; a new lead acknowledges the order."""
    issue, entry = act.issue, standing(act)
    unit, helpers = chosen_unit(act), chosen_helpers(act)
    if unit.pk == entry.lead_unit_id and {one.pk for one in helpers} == set(entry.helper_keys):
        raise Refusal(gettext("Those units lead and help already."), field=Field.UNIT.value)
    if unit.pk != issue.lead_unit_id and issue.status in (Status.ACCEPTED, Status.ASSIGNED, Status.IN_PROGRESS):
        issue.status = Status.ASSIGNED
        act.clocks.wait_for_signature(act.at)
    issue.lead_unit = entry.lead_unit = unit
    entry.save(update_fields=["lead_unit"])
    relink_helpers(entry, [helper.pk for helper in helpers])
    act.clocks.plan_warning(act.at)
    record_step(act, entry, act.text(Field.REASON))
    ask_named(act, helpers, act.text(Field.REASON))
    record = {"unit": unit.code, "helpers": [helper.code for helper in helpers]}
    return act.write(record, texts=act.texts(Field.REASON), is_public=True)


# --- how it goes on ---


@unless(Verb.REPORT_PROGRESS)
def _nobody_asks(act: Act) -> str:
    return "" if act.issue.supervision else gettext("It is not under supervision.")


@does(Verb.REPORT_PROGRESS)
def report_progress(act: Act) -> Event:
    """A dated line of whoever leads; the requester reads it too if that is said. The next one is awaited from now."""
    entry, is_public = supervised(act), act.facts.get(Field.SHOWN) == "requester"
    entry.progress_at = act.at
    entry.save(update_fields=["progress_at"])
    if act.issue.resolved_at is None:
        await_progress(act)
    record_step(act, entry, act.text(Field.PROGRESS), is_public=is_public)
    return act.write(texts=act.texts(Field.PROGRESS), is_public=is_public)
