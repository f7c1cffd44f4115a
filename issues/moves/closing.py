"""The gate before an issue closes: one table of what must be true, and the sentence for whatever is not (domain notes §3.2)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from grids.levels import Level
from issues import policy
from issues.models import Issue, Poll, Rating, Submission
from issues.policy import Policy
from issues.terms import Actor, Verb
from issues.timing import clock
from issues.workflow import MOVE
from representatives.roles import Role


class Verdict(StrEnum):
    """What the requesters' ratings say in this round."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"  # not enough of them yet


@dataclass(frozen=True)
class Standing:
    """What the gate looks at: the issue, its reports, the ratings or the poll of this round, and what else is still owed."""

    issue: Issue
    terms: Policy
    reports: int = 0
    ratings: tuple[str, ...] = ()
    poll: Poll | None = None
    answered: bool = False
    silent: bool = False  # asked often enough, waited long enough, nothing came
    exit_approved: bool = False
    by_phone: bool = False  # as `only_by_phone` says
    asked_days: int = 0  # on how many days a rating was asked for
    proposed: bool = False  # for the red list, not decided yet
    supervised: bool = False  # on it, or under general supervision
    owing: tuple[str, ...] = ()  # units that have not answered their sub-task
    has_evidence: bool = False

    @property
    def affected(self) -> int:
        """How many the matter concerns: households, as far as they are known, but never fewer than reported it."""
        return max(self.reports, self.issue.households or 0, self.poll.households if self.poll else 0)

    @property
    def is_group(self) -> bool:
        """Whether it concerns more than one: then a share of them must be content, and enough of them must have said so."""
        return self.affected > 1

    @property
    def quorum(self) -> int:
        """How many must have rated: n ≥ min(affected, max(floor, share))."""
        return self.terms.closure.quorum(self.affected)

    @property
    def needs_poll(self) -> bool:
        """Whether those who reported are too few to speak for everybody whom it concerns."""
        return self.reports < self.quorum

    @property
    def verdict(self) -> Verdict:
        """What the round says: its poll, if one was taken, else the ratings of the reports.

        One requester: their rating. A group: so many must have rated, and so large a share of those who rated be
        content; who says nothing counts neither way (`models.Poll`). Silence stands in for those who were asked alone:
        households that reported nothing never were.
        """
        closure = self.terms.closure
        if self.poll:
            content, rated = self.poll.content, self.poll.rated
            enough = rated >= self.quorum
        else:
            content, rated = sum(rating != Rating.Value.DISSATISFIED for rating in self.ratings), len(self.ratings)
            enough = rated >= self.quorum or (self.silent and not self.needs_poll)
        if not rated or not enough:
            return Verdict.OPEN
        return Verdict.PASSED if closure.passes(content, rated) else Verdict.FAILED

    @property
    def is_unrated(self) -> bool:
        """Whether nobody ever answered, though they were asked often enough."""
        return self.silent and not self.ratings and self.poll is None

    @property
    def may_rectify(self) -> bool:
        """Whether a round of rectification is left; else only closing with an explanation is."""
        return self.issue.rectify_rounds < self.terms.closure.rectify_rounds


@dataclass(frozen=True)
class Condition:
    """A line of the gate: when it is met, and else what is missing and who can supply it."""

    name: str
    met: Callable[[Standing], bool]
    sentence: Callable[[Standing], str]


def needs_verification(issue: Issue) -> bool:
    """Whether somebody other than the handler has to see the result on site."""
    return issue.category.physical or issue.level == Level.COUNTY


def _verified(standing: Standing) -> bool:
    """Works on site and everything red are seen by somebody else; what was solved on the spot its requester confirms."""
    issue = standing.issue
    if issue.verified_at is not None or not needs_verification(issue):
        return True
    return issue.on_the_spot and standing.verdict == Verdict.PASSED


def is_unconfirmed(standing: Standing) -> bool:
    """Whether it was solved on the spot, should be checked, and nobody has said that it is so."""
    return standing.issue.on_the_spot and not _verified(standing)


def _public(standing: Standing) -> bool:
    issue = standing.issue
    return bool(issue.public_line or issue.non_public_reason or issue.non_public or issue.sealed)


def _evidenced(standing: Standing) -> bool:
    """Only where the county has switched it on, and only for works on site; those solved on the spot are free of it."""
    issue = standing.issue
    wanted = standing.terms.closure.evidence_for_physical and issue.category.physical and not issue.on_the_spot
    return standing.has_evidence or not wanted


def _who(standing: Standing, verb: Verb) -> str:
    """Those whom the table lets do that, as words: roles, and what people are to the issue."""
    named = MOVE[verb].who(standing.issue.level) - {Actor.SYSTEM}
    order: list[Role | Actor] = [*Role, *Actor]
    return gettext(", ").join(str(one.label) for one in sorted(named, key=order.index))


def _check_missing(standing: Standing) -> str:
    if standing.issue.on_the_spot:
        return gettext("It was solved on the spot: the requester has not confirmed it yet.")
    words = {"who": _who(standing, Verb.VERIFY)}
    return gettext("Nobody other than the handler has verified it on site; one of these can: %(who)s.") % words


def _rating_missing(standing: Standing) -> str:
    if standing.verdict == Verdict.FAILED and not standing.may_rectify:
        words: dict[str, object] = {"n": standing.terms.closure.rectify_rounds, "who": _who(standing, Verb.EXPLAIN)}
        return (
            gettext(
                "After %(n)d rounds of rectification they are still not satisfied: only closing with an explanation is left; "
                "one of these may: %(who)s."
            )
            % words
        )
    if standing.is_group:
        words = {
            "n": standing.quorum,
            "affected": standing.affected,
            "share": f"{standing.terms.closure.poll_min:.0%}",
            "who": _who(standing, Verb.POLL),
        }
        return (
            gettext(
                "Of %(affected)d affected at least %(n)d must have rated, %(share)s of them content: their ratings are awaited, "
                "or a poll, which one of these takes: %(who)s."
            )
            % words
        )
    words = {"who": _who(standing, Verb.RATE)}
    return gettext("The requester's rating is awaited; who did not handle it may call and take it down: %(who)s.") % words


def _owing(standing: Standing) -> str:
    words = {"units": gettext(", ").join(standing.owing), "who": _who(standing, Verb.WAIVE)}
    return (
        gettext("These units have not answered: %(units)s. They answer, or their part is waived by one of these: %(who)s.") % words
    )


def _lacks(sentence: str, verb: Verb) -> Callable[[Standing], str]:
    """The sentence with those who can supply what is missing."""
    return lambda standing: gettext(sentence) % {"who": _who(standing, verb)}


# fmt: off
GATE: tuple[Condition, ...] = (
    #         what            when it is met                                          what else is missing, and who supplies it
    Condition("resolution",   lambda s: bool(s.issue.resolution),                     _lacks(_("It has not been written down what was done; one of these can: %(who)s."), Verb.RESOLVE)),
    Condition("evidence",     _evidenced,                                             _lacks(_("The county asks for a photo of works on site; one of these can add it: %(who)s."), Verb.ADD_EVIDENCE)),
    Condition("sub_tasks",    lambda s: not s.owing,                                  _owing),
    Condition("verification", _verified,                                              _check_missing),
    Condition("reply",        lambda s: s.answered or bool(s.ratings),                _lacks(_("The requester has not been answered yet by the way that they chose; one of these can call: %(who)s."), Verb.CALL_BACK)),
    Condition("rating",       lambda s: s.verdict == Verdict.PASSED or s.is_unrated,  _rating_missing),
    Condition("public_line",  _public,                                                _lacks(_("There is no line for the public page, nor a reason for none; one of these can write it: %(who)s."), Verb.NOTE)),
    Condition("exit",         lambda s: s.exit_approved or s.issue.level != Level.COUNTY, _lacks(_("Leaving the red list has not been approved; only the %(who)s can."), Verb.APPROVE_EXIT)),
)
# fmt: on


def missing(issue: Issue, at: datetime) -> list[str]:
    """Why the issue cannot close yet, one sentence each; empty: it can."""
    return missing_in(standing_of(issue, at))


def missing_in(standing: Standing) -> list[str]:
    return [condition.sentence(standing) for condition in GATE if not condition.met(standing)]


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
        poll=next((Poll(issue=issue, **poll) for poll in row["polled"] if poll["round"] == issue.rating_round), None),
        owing=tuple(row["owing"]),
        has_evidence=issue.rating_round in row["evidenced"],
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
