"""The requester does not agree that it was declined or deferred: once, and somebody above whoever decided decides again."""

from __future__ import annotations

from django.utils.translation import gettext

from grids.levels import Level
from issues.models import Event, HolderRequest
from issues.moves.asking import Kind
from issues.services.acting import Act, does, unless
from issues.services.pausing import take_up
from issues.services.requests import ask, decide, grant, record
from issues.terms import Field, Status, Verb
from representatives.roles import POSTS, Role

_DECISIONS = frozenset({Verb.DECLINE, Verb.DEFER, Verb.REVIEW})


@unless(Verb.OBJECT)
def _no_objection(act: Act) -> str:
    issue = act.issue
    if issue.sealed:
        return gettext("This matter is confidential; please turn to the discipline inspection one level up.")
    made = [event for event in act.events if event.verb == Verb.OBJECT and event.from_status == issue.status]
    if act.pending or len(made) >= act.terms.deferral.objections:
        return gettext("There has been an objection already; it can be made once.")
    return ""


@does(Verb.OBJECT)
def object_to_it(act: Act) -> Event:
    """It goes to the desk above whoever decided. What was declined waits for acceptance again, until that is decided."""
    issue = act.issue
    request = ask(act, Kind.OBJECTION, desk=_desk(act), reply="")
    if issue.status == Status.DECLINED:
        if issue.total_due_at and issue.closed_at:
            act.clocks.move_total(issue.total_due_at + (act.at - issue.closed_at), now=act.at)
        issue.closed_at = None
        act.set_status(Status.SUBMITTED)
        act.clocks.await_triage(act.at)
    return act.write(record(request), texts=act.texts(Field.REASON), is_public=True)


def _desk(act: Act) -> Level:
    """The level of whoever made the decision that is objected to: its column of the table names who is above."""
    decisions = [event for event in act.events if event.verb in _DECISIONS]
    actor = max(decisions, key=lambda event: event.number).actor if decisions else ""
    level = POSTS[Role(actor)].answers_at if actor in Role.values else None
    return Level(level or max(act.issue.level, Level.COUNTY))


@does(Verb.UPHOLD)
def uphold(act: Act) -> Event:
    """The requester is right: it is to be accepted, or taken up."""
    request = grant(act)
    if act.issue.status == Status.DEFERRED:
        take_up(act)
    else:
        act.clocks.await_triage(act.at)
        act.clocks.start_level(act.issue.triage_due_at or act.at, now=act.at)
    return act.write(record(request), texts=act.texts(Field.REASON, Field.REPLY), is_public=True)


@does(Verb.OVERRULE)
def overrule(act: Act) -> Event:
    """It stays as it was decided, for good; the requester is told why."""
    request = decide(act, HolderRequest.Decision.REFUSED)
    if act.issue.status == Status.SUBMITTED:
        act.end(Status.DECLINED)
    return act.write(record(request), texts=act.texts(Field.REASON, Field.REPLY), is_public=True)


@unless(Verb.ACCEPT, Verb.PLACE, Verb.HANDLE_ON_THE_SPOT, Verb.DECLINE)
def _objection_waits(act: Act) -> str:
    if act.pending:
        return gettext("The requester has objected; the level above decides that first.")
    return ""


@unless(Verb.DECLINE)
def _may_not_decline(act: Act) -> str:
    upheld = any(event.verb == Verb.UPHOLD for event in act.events)
    if upheld:
        return gettext("The level above has upheld the objection: it is to be accepted.")
    return ""
