"""Up and down the ladder: pass up, by a person or when time is up, and return down."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from grids.levels import Level
from grids.together import forget
from issues.errors import Refusal
from issues.models import EscalationRequest, Event, Minute
from issues.recurring import links
from issues.services.acting import Act, does, unless
from issues.services.raising import forget_proposal
from issues.services.red import drop_proposal, leave_red_list
from issues.terms import Cause, Field, Ground, Status, Verb
from issues.timing import clock

_DOWN = frozenset({Verb.RETURN_DOWN, Verb.EXIT_DOWN})


@does(Verb.ESCALATE)
def escalate(act: Act) -> Event:
    """One level up: what was tried goes along on a slip; the level above may return it once."""
    issue = act.issue
    minute = act.minute(Minute.Kind.CONSULTATION if issue.level == Level.VILLAGE else Minute.Kind.DELIBERATION)
    cause = Cause(issue.raise_cause or links.cause_of_raising(issue)) if act.by else Cause.OVERDUE
    untriaged = issue.status == Status.SUBMITTED
    if untriaged:
        issue.accepted_at = act.at  # nobody accepted it in time: the level above has it all the same
    slip = raise_one_level(act, cause, minute)
    record = {"slip": slip.number, "cause": cause.value, "minute": minute.pk if minute else None}
    return act.write(record | ({"untriaged": True} if untriaged else {}), texts=act.texts(Field.TRIED), is_public=True)


def raise_one_level(act: Act, cause: Cause, minute: Minute | None) -> EscalationRequest:
    """To the next level that is switched on, with a slip that says why; its clock begins."""
    issue, rung = act.issue, act.terms.rung_up(act.issue.level)
    assert rung is not None  # noqa: S101 - the table raises only green and blue
    slip = _slip(act, rung.level, cause, minute)
    issue.level, issue.climb_cause = rung.level, cause
    _arrive(act)
    act.clocks.start_level(act.at, now=act.at)
    _await_signature(act)
    return slip


def _slip(act: Act, to_level: Level, cause: Cause, minute: Minute | None) -> EscalationRequest:
    forget(act.issue, "slips")
    slip = EscalationRequest(
        number=act.pen.slip_number(act.calendar.local(act.at)),
        issue=act.issue,
        from_level=act.issue.level,
        to_level=to_level,
        cause=cause,
        tried=act.text(Field.TRIED),
        reason=act.text(Field.REASON),
        minute=minute,
        asked_by=act.by,
        asked_at=act.at,
        decided_at=act.at,
    )
    act.pen.slip(slip)
    return slip


def _arrive(act: Act) -> None:
    """The level's own people have it; whoever it was dispatched to before no longer does."""
    issue, answer = act.issue, act.answer(act.issue.level)
    issue.handler, issue.handler_fallback, issue.lead_unit = answer.person, answer.by_succession, None
    forget_proposal(act)
    issue.status = Status.ASSIGNED


def _await_signature(act: Act) -> None:
    act.clocks.wait_for_signature(act.at)
    act.clocks.plan_warning(act.at)


@unless(Verb.ESCALATE)
def _belongs_here(act: Act) -> str:
    """What the level above has sent down for good is not passed up again by a person; the clock may."""
    if act.by is None:
        return ""
    sent_down = any(
        event.verb == Verb.DECIDE_LEVEL and event.to_level == act.issue.level and event.from_level != event.to_level
        for event in act.events
    )
    if sent_down:
        return gettext("The level above has decided that it belongs here; that is final.")
    return ""


@unless(Verb.RETURN_DOWN)
def _not_returnable(act: Act) -> str:
    """Once per hop, and soon after it arrived."""
    issue = act.issue
    if issue.level == Level.TOWNSHIP and issue.supervision:
        return gettext("It is under supervision: it stays with the township until the supervision office lifts that.")
    if issue.level != Level.COUNTY and act.terms.rung_down(issue.level) is None:
        return gettext("There is no level below to return it to.")
    if decided_above(act):
        return gettext("The level above has decided that it stays here; that is final.")
    if was_returned(act) >= act.terms.returns.down_per_hop:
        return gettext("It was returned from here once already; if you still disagree, the level above decides.")
    return too_late_to_return(act)


def was_returned(act: Act) -> int:
    """How often it was returned from the level where it is."""
    level = act.issue.level
    return sum(event.verb in _DOWN and event.from_level == level for event in act.events)


def decided_above(act: Act) -> bool:
    """Whether the level above has had the last word on the hop to the level where it is."""
    level = act.issue.level
    return any(event.verb == Verb.DECIDE_LEVEL and event.from_level == level for event in act.events)


def too_late_to_return(act: Act) -> str:
    """Soon after it arrived, or never: a sentence when that time is over."""
    within, arrived = act.terms.down_within(act.issue.level), _arrived_at(act)
    if arrived and act.at > clock.after(within, arrived, act.calendar):
        return gettext("It could be returned within %(time)s; that time is over, so it is yours.") % {"time": within.label}
    return ""


def _arrived_at(act: Act) -> datetime | None:
    """When the issue came to the level where it is."""
    arrivals = [event for event in act.events if event.arrives]
    return max(arrivals, key=lambda event: event.number).at if arrivals else act.issue.accepted_at


@does(Verb.RETURN_DOWN)
def return_down(act: Act) -> Event:
    """Back to the level below: on one of the two grounds there are, and with the reason in words."""
    ground = act.text(Field.GROUND)
    if ground not in Ground.values:
        sentence = gettext("Say on which ground: the level below has not tried what it could, or something is missing.")
        raise Refusal(sentence, field=Field.GROUND.value)
    hand_down(act)
    return act.write({"ground": ground}, texts=act.texts(Field.REASON), is_public=True)


def hand_down(act: Act) -> None:
    """The level below has it again, and no less time than the policy keeps for it."""
    issue = act.issue
    if issue.level == Level.COUNTY:
        leave_red_list(act)
    drop_proposal(act)
    rung = act.terms.rung_down(issue.level)
    assert rung is not None  # noqa: S101 - asked by the guard; yellow, below red, cannot be switched off
    issue.level = rung.level
    _arrive(act)
    act.clocks.start_level(act.at, now=act.at, at_least=act.terms.returns.keep_at_least)
    _await_signature(act)


@does(Verb.EXIT_DOWN)
def exit_down(act: Act) -> Event:
    """出库: the supervision office takes it off the red list, back to the township, which gets time for it."""
    leave_red_list(act)
    act.issue.level = Level.TOWNSHIP
    _arrive(act)
    act.clocks.start_level(act.at, now=act.at, at_least=act.terms.returns.keep_at_least)
    _await_signature(act)
    return act.write(texts=act.texts(Field.REASON), is_public=True)
