"""评议: a poll among those affected, once per round of work. Counts only; who says nothing is counted apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext

from issues.errors import Refusal
from issues.models import Event, Poll
from issues.moves import closing
from issues.moves.closing import Verdict
from issues.services.acting import Act, does, unless
from issues.services.ending import close_if_complete, draw_consequence
from issues.terms import Field, Verb

_COUNTS = ("households", "satisfied", "mostly_satisfied", "dissatisfied", "silent")


@unless(Verb.POLL)
def _polled_already(act: Act) -> str:
    if any(poll.round == act.issue.rating_round for poll in act.issue.polls.all()):
        return gettext("A poll of this round has been taken already; every round is polled once.")
    return ""


@does(Verb.POLL)
def poll(act: Act) -> Event:
    """Enough of them content: the gate is tried. Too few: a round of rectification, while one is left."""
    taken = _taken(act)
    taken.save()
    issue, was_round = act.issue, taken.round
    issue.households = max(issue.households or 0, taken.households)
    standing = closing.standing_of(issue, act.at)
    draw_consequence(act, standing)
    event = act.write(_record(taken, was_round))
    if standing.verdict == Verdict.PASSED:
        close_if_complete(act, standing)
    return event


def _taken(act: Act) -> Poll:
    """The poll that was handed in, unsaved, if its counts can be right and enough of the households have rated."""
    given = act.facts[Field.BALLOTS]
    if not isinstance(given, Mapping):
        raise Refusal(gettext("“%(field)s” is missing.") % {"field": Field.BALLOTS.label}, field=Field.BALLOTS.value)
    assert act.by is not None  # noqa: S101 - the table lets only people take one
    counts = {name: _count(name, given.get(name)) for name in _COUNTS}
    if str(given.get("method")) not in Poll.Method.values:
        raise Refusal(gettext("Say how the poll was taken."), field="ballots_method")
    found = Poll(
        issue=act.issue,
        round=act.issue.rating_round,
        held_on=_held_on(act, given.get("held_on")),
        method=str(given["method"]),
        taken_by=act.by,
        at=act.at,
        **counts,
    )
    _check(act, found)
    return found


def _check(act: Act, taken: Poll) -> None:
    """One ballot a household at most; and n ≥ min(affected, max(floor, share)), silent ballots left out."""
    if taken.rated + taken.silent > taken.households:
        words = {"ballots": taken.rated + taken.silent, "households": taken.households}
        raise Refusal(
            gettext("%(ballots)d ballots of %(households)d households: there is one for each at most.") % words,
            field="ballots_households",
        )
    reports = act.issue.submissions.count()
    affected = max(taken.households, act.issue.households or 0, reports)
    needed = act.terms.closure.quorum(affected)
    if taken.rated < needed:
        numbers = {"needed": needed, "affected": affected, "rated": taken.rated}
        raise Refusal(
            gettext("Of %(affected)d affected at least %(needed)d must have rated; %(rated)d have. Silent ballots do not count.")
            % numbers,
            field="ballots_satisfied",
        )


def _count(name: str, value: object) -> int:
    if not str(value).isdecimal():
        raise Refusal(gettext("“%(text)s” is not a number of ballots.") % {"text": value}, field=f"ballots_{name}")
    return int(str(value))


def _held_on(act: Act, value: object) -> date:
    """A day on which there was something to rate, and that is not to come."""
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Refusal(
            gettext("“%(text)s” is not a date; write for example 2026-03-31.") % {"text": value}, field="ballots_held_on"
        ) from None
    if day > act.calendar.local(act.at).date():
        raise Refusal(gettext("A poll that has not been taken yet cannot be entered."), field="ballots_held_on")
    done_at = act.issue.resolved_at
    if done_at and day < act.calendar.local(done_at).date():
        raise Refusal(gettext("On that day it had not been reported as solved yet."), field="ballots_held_on")
    return day


def _record(taken: Poll, was_round: int) -> dict[str, object]:
    counts = {name: getattr(taken, name) for name in _COUNTS}
    return {"poll": counts, "method": taken.method, "held_on": taken.held_on.isoformat(), "round": was_round}
