"""“Is it this one?”: a report of what is known already joins the issue, with a receipt, a rating and notices of its own.

What is near by the policy's `merging` (shipped: 100 m, 30 days) is shown before a report is sent: category, village, month,
who decides, how it stands, and the line that was published; never the words of whoever reported it (domain notes §5.3).
The person says whether it is the same; who fears for somebody's life always opens an issue of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.gis.geos import Point
from django.utils.translation import gettext

from grids.levels import Level
from grids.models import Area
from issues import policy
from issues.errors import Forbidden, Refusal
from issues.models import Category, Event, Issue, Submission
from issues.policy.sections import Near
from issues.services.acting import Act
from issues.terms import Actor, Light, Status, Verb
from representatives.models import Person
from representatives.roles import Role

MOST = 5  # shown at once; who does not find theirs among these reports it anew
_LONGEST_WAY = 8  # merges that one number is followed through


@dataclass(frozen=True)
class Spot:
    """Where somebody reports something and what it is about: a point (EPSG:4326) or an area, and a category or group.

    `category` None: the person could not say.
    """

    point: Point | None = None
    area: Area | None = None
    category: Category | None = None


@dataclass(frozen=True)
class Known:
    """What anybody is told of an issue. `month`: some moment of the month in which it was reported."""

    number: str
    category: str
    place: str
    month: datetime
    light: Light
    is_accepted: bool
    status: str
    line: str


def known_near(spot: Spot, at: datetime) -> list[Known]:
    """What is known at that spot and may be the same, the likeliest first. Two statements, however many there are."""
    if spot.point is None and (spot.area is None or spot.area.level != Level.GRID):
        return []
    found = Issue.objects.perhaps_meant(spot, _near(at), at).to_join().told_of()
    return [_told(issue) for issue in found[:MOST]]


def lock_meant(number: str, spot: Spot, at: datetime) -> Issue | None:
    """The issue with that number, its row locked, if a report from that spot may join it; else None.

    If it was merged meanwhile it is the one that it went into: people have found the two to be the same.
    """
    meant = Issue.objects.perhaps_meant(spot, _near(at), at).numbered(number)
    if issue := meant.to_join().lock_one():
        return issue
    gone = meant.first()
    heirs = _heirs(gone) if gone else []
    return Issue.objects.public().to_join().with_ids([heirs[-1].pk]).lock_one() if heirs else None


def join(
    issue: Issue, report: Submission, *, by: Person | None, actor: Role | Actor, at: datetime, noted: Mapping[str, object]
) -> Event:
    """One more report of a known issue, whose row the caller has locked; `noted`: what else the ledger says of it.

    Raises Forbidden, or Refusal if it may not be joined.
    """
    act = Act(issue=issue, verb=Verb.JOIN, at=at, by=by, actors=frozenset({actor}), acting_as=actor, submission=report)
    if refused := act.refusal():
        raise Forbidden(refused.sentence) if refused.by_role else Refusal(refused.sentence)
    return act.write(noted, is_public=True)


def missed(report: Submission, number: str) -> str:
    """Why the report did not join the issue with that number, in a sentence; empty if it did, or none was named."""
    if not number:
        return ""
    own = report.filed_as or report.issue
    meant = Issue.objects.numbered(number).first() if own.number != number else own
    if meant and own.pk in {one.pk for one in (meant, *_heirs(meant))}:
        return ""
    return taken_as_new()


def taken_as_new() -> str:
    """What somebody is told whose report could not join what they meant."""
    return gettext("The matter that you meant has ended meanwhile or lies elsewhere, so your report was taken as a new one.")


def _heirs(issue: Issue) -> list[Issue]:
    """The issues that this one went into by merges, one after the other."""
    found: list[Issue] = []
    while issue.merged_into and len(found) < _LONGEST_WAY:
        issue = issue.merged_into
        found.append(issue)
    return found


def _near(at: datetime) -> Near:
    return policy.terms(policy.in_force(at).pk).merging


def _told(issue: Issue) -> Known:
    area = issue.area.parent if issue.area.level == Level.GRID and issue.area.parent else issue.area
    return Known(
        number=issue.number,
        category=issue.category.name,
        place=area.name,
        month=issue.reported_at,
        light=issue.light,
        is_accepted=issue.status != Status.SUBMITTED,
        status=str(Status(issue.status).label),
        line=issue.public_line,
    )
