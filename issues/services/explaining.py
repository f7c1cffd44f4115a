"""Closed with an explanation: a lawful, verified answer that is still refused after the policy's rounds. Never “solved”."""

from __future__ import annotations

from django.utils.translation import gettext

from issues.models import Event, Issue
from issues.moves.asking import Kind
from issues.moves.closing import Verdict, needs_verification, standing_of
from issues.services.acting import Act, does, unless
from issues.services.red import drop_proposal, leave_red_list
from issues.services.requests import already_asked, ask, grant, record
from issues.terms import Field, Status, Verb


@unless(Verb.ASK_EXPLANATION, Verb.EXPLAIN)
def not_explainable(act: Act) -> str:
    """Why the issue cannot be closed with an explanation yet; empty if it can."""
    issue, rounds = act.issue, act.terms.closure.rectify_rounds
    done = rounds_done(issue)
    if done < rounds:
        words = {"rounds": rounds, "done": done}
        return gettext("That takes %(rounds)d rounds of rectification; there have been %(done)d.") % words
    if issue.status == Status.PENDING_FEEDBACK and standing_of(issue, act.at).verdict != Verdict.FAILED:
        return gettext("The requester has not refused the last answer.")
    if not was_verified(act):
        return gettext("Nobody other than the handler has verified the last answer on site.")
    return ""


def rounds_done(issue: Issue) -> int:
    """Rounds of rectification that are over: the one that a refused answer has just opened is not."""
    return max(issue.rectify_rounds - (issue.status == Status.IN_PROGRESS), 0)


def was_verified(act: Act) -> bool:
    """Whether the last answer was verified, where answers of its kind are."""
    if not needs_verification(act.issue):
        return True
    checks = [event for event in act.events if event.verb in (Verb.VERIFY, Verb.REJECT)]
    return bool(checks) and max(checks, key=lambda event: event.number).verb == Verb.VERIFY


@unless(Verb.ASK_EXPLANATION)
def _cannot_ask(act: Act) -> str:
    return already_asked(act)


@does(Verb.ASK_EXPLANATION)
def ask_explanation(act: Act) -> Event:
    """The holder asks, with what the requester is to be told."""
    request = ask(act, Kind.EXPLANATION)
    return act.write(record(request), texts=act.texts(Field.REASON, Field.REPLY))


@does(Verb.EXPLAIN)
def explain(act: Act) -> Event:
    """Approved above: it ends, told to the requester, and counts as explained, never as solved."""
    request = grant(act)
    drop_proposal(act)
    leave_red_list(act)
    act.end()
    return act.write(record(request, round=act.issue.rectify_rounds), texts=act.texts(Field.REASON, Field.REPLY), is_public=True)
