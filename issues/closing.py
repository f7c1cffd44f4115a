"""The gate before an issue closes: one table of what must be true, and the sentence for whatever is not (domain notes §3.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.levels import Level
from issues import clock, policy
from issues.models import Issue, Rating, Submission
from issues.policy import Policy
from issues.workflow import Actor, Verb


class Verdict(StrEnum):
    """What the requesters' ratings say in this round."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"  # not enough of them yet


@dataclass(frozen=True)
class Standing:
    """What the gate looks at: the issue, its reports and their ratings of this round, whom the answer reached, red exit."""

    issue: Issue
    terms: Policy
    reports: int = 0
    ratings: tuple[str, ...] = ()
    answered: bool = False
    silent: bool = False  # asked often enough, waited long enough, nothing came
    exit_approved: bool = False
    by_phone: bool = False  # as `only_by_phone` says
    asked_days: int = 0  # on how many days a rating was asked for
    proposed: bool = False  # for the red list, not decided yet
    supervised: bool = False  # on it, or under general supervision

    @property
    def verdict(self) -> Verdict:
        """One report: its rating. Several: so many of them must have rated, and so large a share be content."""
        closure = self.terms.closure
        content = sum(rating != Rating.Value.DISSATISFIED for rating in self.ratings)
        enough = len(self.ratings) >= closure.quorum(self.reports) or (self.silent and self.ratings)
        if not self.ratings or not enough:
            return Verdict.OPEN
        return Verdict.PASSED if closure.passes(content, len(self.ratings)) else Verdict.FAILED


@dataclass(frozen=True)
class Condition:
    """A line of the gate."""

    sentence: str | Promise
    met: Callable[[Standing], bool]


def needs_verification(issue: Issue) -> bool:
    """Whether somebody other than the handler has to see the result on site."""
    return issue.category.physical or issue.level == Level.COUNTY


def _verified(standing: Standing) -> bool:
    return standing.issue.verified_at is not None or not needs_verification(standing.issue)


def _public(standing: Standing) -> bool:
    issue = standing.issue
    return bool(issue.public_line or issue.non_public_reason or issue.non_public or issue.sealed)


# fmt: off
GATE: tuple[Condition, ...] = (
    Condition(_("It has not been written down what was done."),                lambda s: bool(s.issue.resolution)),
    Condition(_("Nobody other than the handler has verified it on site."),      _verified),
    Condition(_("The requester has not been answered yet."),                   lambda s: s.answered or bool(s.ratings)),
    Condition(_("The requester's rating is awaited."),                         lambda s: s.verdict == Verdict.PASSED or (s.silent and not s.ratings)),
    Condition(_("There is no line for the public page, nor a reason for none."), _public),
    Condition(_("The supervision office has not approved leaving the red list."), lambda s: s.exit_approved or s.issue.level != Level.COUNTY),
)
# fmt: on


def missing(issue: Issue, at: datetime) -> list[str]:
    """Why the issue cannot close yet, one sentence each; empty: it can."""
    return missing_in(standing_of(issue, at))


def missing_in(standing: Standing) -> list[str]:
    return [str(condition.sentence) for condition in GATE if not condition.met(standing)]


def missing_many(issues: Collection[Issue], at: datetime) -> dict[int, list[str]]:
    """The same for many issues, in as many queries as for one."""
    return {pk: missing_in(standing) for pk, standing in standings(issues, at).items()}


def standing_of(issue: Issue, at: datetime) -> Standing:
    return standings([issue], at)[issue.pk]


def standings(issues: Collection[Issue], at: datetime) -> dict[int, Standing]:
    """How each issue stands before the gate; one query, however many issues."""
    seen = {row["pk"]: row for row in Issue.objects.before_gate([issue.pk for issue in issues])}
    return {issue.pk: _standing(issue, seen[issue.pk], at) for issue in issues}


def _standing(issue: Issue, row: Mapping[str, Any], at: datetime) -> Standing:
    """From a row of `IssueQuerySet.before_gate`."""
    terms, asked = policy.terms(issue.policy_id), _asked(issue, row)
    return Standing(
        issue,
        terms,
        reports=row["reports"],
        ratings=tuple(said["value"] for said in row["ratings"] if said["round"] == issue.rating_round),
        answered=not row["unanswered"],
        silent=_is_silent(asked, terms, at),
        exit_approved=row["may_leave"],
        by_phone=row["by_phone"],
        asked_days=len(_days(asked, terms)),
        proposed=row["proposed"],
        supervised=row["supervised"],
    )


def asked_days(issue: Issue, at: datetime) -> int:
    """On how many different days a rating was asked for in this round."""
    return standing_of(issue, at).asked_days


def only_by_phone(issue: Issue) -> bool:
    """Whether somebody can be answered by telephone alone: then people call, the program does not count as asking."""
    return Submission.objects.of_issue(issue).only_by_phone().exists()


def _asked(issue: Issue, row: Mapping[str, Any]) -> list[datetime]:
    """When its requesters were asked for a rating in this round; calls alone, where somebody can only be called."""
    opened, found = issue.verified_at or issue.resolved_at, []
    for asking in row["askings"]:
        by_program = asking["verb"] != Verb.CALL_BACK or asking["actor"] == Actor.SYSTEM
        moment = datetime.fromisoformat(asking["at"])
        if opened and moment >= opened and not (by_program and row["by_phone"]):
            found.append(moment)
    return found


def _days(asked: Collection[datetime], terms: Policy) -> set[date]:
    return {at.astimezone(terms.zone).date() for at in asked}


def _is_silent(asked: Collection[datetime], terms: Policy, at: datetime) -> bool:
    """Asked on enough different days, and waited after the last of them."""
    if len(_days(asked, terms)) < terms.closure.attempts:
        return False
    return clock.after(terms.closure.silent_close, max(asked), terms.calendar_with({})) <= at
