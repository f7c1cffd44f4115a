"""What holds up an issue under supervision, in words: read from a row (`KeySupervisionQuerySet.for_rows`), asks no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from issues import policy
from issues.models import Issue, KeySupervisionEntry
from issues.moves.asking import Kind
from issues.terms import Status
from mapui.templatetags.gridgov import when
from representatives.roles import Role


def blocking(entry: KeySupervisionEntry, at: datetime) -> list[str]:
    """One sentence for each thing that somebody has to do before it can go on, the first the nearest."""
    if entry.exited_at is not None:
        return []
    return [*_unsigned(entry), *_undecided(entry), *_unanswered(entry), *_OF_STATUS[Status(entry.issue.status)](entry, at)]


def _unsigned(entry: KeySupervisionEntry) -> Iterator[str]:
    listing: Mapping[str, str] | None = getattr(entry, "listing", None)
    if entry.listing_asked_at and listing:
        words = {"name": listing["leader"], "when": when(entry.listing_asked_at)}
        yield _("A leader's signature for listed supervision is awaited: %(name)s, proposed %(when)s.") % words


def _undecided(entry: KeySupervisionEntry) -> Iterator[str]:
    asked: Mapping[str, str] | None = entry.asked  # type: ignore[attr-defined]
    if asked:
        words = {"what": Kind(asked["kind"]).label, "who": Role(asked["decider"]).label}
        yield _("“%(what)s” is asked for; the answer of the %(who)s is awaited.") % words


def _unanswered(entry: KeySupervisionEntry) -> Iterator[str]:
    units: list[str] | None = entry.open_tasks  # type: ignore[attr-defined]
    if units:
        yield _("The part of these units is still open: %(units)s.") % {"units": "、".join(units)}


def _unacknowledged(entry: KeySupervisionEntry, at: datetime) -> Iterator[str]:
    issue, words = entry.issue, {"unit": entry.lead_unit.name, "when": when(entry.issue.sign_due_at)}
    if issue.sign_due_at and issue.sign_due_at < at:
        yield _("%(unit)s has not acknowledged the order; it should have by %(when)s.") % words
    else:
        yield _("%(unit)s is to acknowledge the order by %(when)s.") % words


def _unsolved(entry: KeySupervisionEntry, at: datetime) -> Iterator[str]:
    issue = entry.issue
    if issue.rectify_rounds:
        yield _("The requesters were not content: round %(n)d of putting it right.") % {"n": issue.rectify_rounds}
    words = {"unit": entry.lead_unit.name, "when": when(issue.level_due_at)}
    if issue.level_due_at and issue.level_due_at < at:
        yield _("%(unit)s has not solved it; it should have by %(when)s.") % words
    else:
        yield _("%(unit)s is to solve it by %(when)s.") % words


def _suspended(entry: KeySupervisionEntry, at: datetime) -> Iterator[str]:
    resumes = entry.issue.resume_at
    yield _("Suspended until %(when)s.") % {"when": when(resumes)} if resumes else _("Suspended.")


def _deferred(entry: KeySupervisionEntry, at: datetime) -> Iterator[str]:
    yield _("On the deferred list until it is reviewed.")


def _unverified(entry: KeySupervisionEntry, at: datetime) -> Iterator[str]:
    if entry.in_list:
        yield _("The supervision office is to check it on site.")
    else:
        yield _("It is to be checked on site by somebody who did not handle it.")


def _unrated(entry: KeySupervisionEntry, at: datetime) -> Iterator[str]:
    issue = entry.issue
    if _only_explanation_left(entry):
        words = {"n": issue.rectify_rounds}
        yield _("After %(n)d rounds of putting it right the answer is still refused: only an explained end is left.") % words
        return
    reports, ratings = entry.reports, entry.ratings  # type: ignore[attr-defined]
    if entry.unanswered and not ratings:  # type: ignore[attr-defined]
        yield _("The answer has not reached every requester.")
    if ratings < reports:
        yield _("%(rated)d of %(reports)d requesters have rated the result.") % {"rated": ratings, "reports": reports}
    if not _is_told(issue):
        yield _("There is no line for the public page, nor a reason for none.")
    if entry.in_list and entry.exit_approved_by_id is None:
        yield _("The supervision office has not approved leaving the red list.")


def _only_explanation_left(entry: KeySupervisionEntry) -> bool:
    """Whether the last round that the policy gives was refused as well: nobody is asked any more, people explain it."""
    issue = entry.issue
    used_up = issue.rectify_rounds >= policy.terms(issue.policy_id).closure.rectify_rounds
    refused: bool = entry.refused  # type: ignore[attr-defined]
    return used_up and refused and issue.to_call and issue.silent_close_at is None


def _is_told(issue: Issue) -> bool:
    return bool(issue.public_line or issue.non_public_reason or issue.non_public or issue.sealed)


def _new(entry: KeySupervisionEntry, at: datetime) -> Iterator[str]:
    yield _("It is to be accepted.")


def _nothing(entry: KeySupervisionEntry, at: datetime) -> Iterator[str]:
    return iter(())


_OF_STATUS: Mapping[Status, Callable[[KeySupervisionEntry, datetime], Iterator[str]]] = {
    **dict.fromkeys(Status, _nothing),
    Status.SUBMITTED: _new,
    Status.ACCEPTED: _unacknowledged,
    Status.ASSIGNED: _unacknowledged,
    Status.IN_PROGRESS: _unsolved,
    Status.SUSPENDED: _suspended,
    Status.DEFERRED: _deferred,
    Status.PENDING_VERIFICATION: _unverified,
    Status.PENDING_FEEDBACK: _unrated,
}
