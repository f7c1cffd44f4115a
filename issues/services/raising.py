"""A proposal to raise an issue that the rules make and a person takes up or lets be; never done by the program.

Below the township the next level's holder decides it; at the township it becomes a draft for the red list.
"""

from __future__ import annotations

from django.utils.translation import gettext

from grids.levels import Level
from issues.models import Event, Minute
from issues.services.acting import Act, at_end, does, unless
from issues.terms import Cause, Field, Verb


def propose_to_raise(act: Act, cause: Cause) -> None:
    """Within another act: the program drafts the proposal, with its cause, for people to decide."""
    if act.issue.raise_drafted_at or act.issue.sealed:
        return
    if act.issue.level < Level.TOWNSHIP:
        act.then(Verb.DRAFT_RAISE, cause=cause)
    elif act.issue.level == Level.TOWNSHIP and not act.issue.red_drafted_at and not act.issue.pending_slip:
        act.then(Verb.DRAFT_RED, cause=cause)


@does(Verb.DRAFT_RAISE)
def draft_raise(act: Act) -> Event:
    """It stands in the queue of the next level, with its cause."""
    cause = Cause(str(act.facts["cause"]))
    act.issue.raise_cause, act.issue.raise_drafted_at = cause, act.at
    return act.write({"cause": cause.value})


@unless(Verb.TAKE_UP, Verb.LET_STAY)
def _nothing_proposed(act: Act) -> str:
    return "" if act.issue.raise_drafted_at else gettext("Nothing proposes to raise it.")


@does(Verb.TAKE_UP)
def take_up(act: Act) -> Event:
    """The next level takes it on by its own decision, for the cause that was proposed."""
    from issues.services.ladder import raise_one_level

    cause = Cause(act.issue.raise_cause)
    slip = raise_one_level(act, cause, act.minute(Minute.Kind.CONSULTATION))
    return act.write({"slip": slip.number, "cause": cause.value} | act.dues(), texts=act.texts(Field.REASON), is_public=True)


@does(Verb.LET_STAY)
def let_stay(act: Act) -> Event:
    """It stays where it is, with a reason."""
    forget_proposal(act)
    return act.write(texts=act.texts(Field.REASON))


@at_end
def forget_proposal(act: Act) -> None:
    act.issue.raise_cause, act.issue.raise_drafted_at = "", None
