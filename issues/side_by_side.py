"""The same verb of the program for many issues: what each act asks is read for all of them, in a handful of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import TypeVar

from grids.models import paths_above
from issues import policy
from issues.models import CountyDay, Issue, Outlet, Submission
from issues.parts import read_parts
from issues.services import Act
from issues.services.posted import all_posts_of
from issues.telling import Around, staff_of
from issues.terms import Verb
from issues.timing.calendars import Calendar
from issues.writing.pens import Pen
from representatives.models import Assignment, Person

Row = TypeVar("Row")

KEPT_S = 10.0  # so long a sweep goes by what it has read of places and units
KEPT_MOST = 5000  # and of so many areas and units at once, so that its memory stays what it is


class Ground:
    """What holds at a moment of places and units, whatever the issue: read once for the batches of some seconds."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._forget()

    def _forget(self) -> None:
        self._until = monotonic() + KEPT_S
        self._posts: dict[str, list[Assignment]] = {}  # by the path of the very area
        self._days: dict[str, list[CountyDay]] = {}
        self._staff: dict[int, list[Person]] = {}
        self._outlets: list[Outlet] | None = None
        self._calendars: dict[tuple[object, ...], Calendar] = {}

    def look_at(self, issues: Sequence[Issue]) -> None:
        """Read what is not known yet of where these issues lie, and of the units that lead them: four statements at most."""
        if monotonic() > self._until or len(self._posts) + len(self._staff) > KEPT_MOST:
            self._forget()
        paths = {above for issue in issues for above in paths_above(issue.path)} - self._posts.keys()
        if paths:
            self._posts |= _by_path(((post.area.path, post) for post in all_posts_of(paths, self.at)), paths)
            self._days |= _by_path(((day.area.path, day) for day in CountyDay.objects.set_for(paths)), paths)
        units = {issue.lead_unit_id for issue in issues if issue.lead_unit_id} - self._staff.keys()
        if units:
            self._staff |= staff_of(units, self.at)
        if self._outlets is None and any(issue.outlets_there for issue in issues):
            self._outlets = list(Outlet.objects.listening().with_area_path())

    def posts_over(self, path: str) -> list[Assignment]:
        """Who is posted there or above, narrowest area first."""
        return [post for above in reversed(paths_above(path)) for post in self._posts[above]]

    def days_at(self, path: str) -> list[dict[str, object]]:
        """County days there, the widest area first, so that the narrowest has the last word."""
        return [{"day": day.day, "works": day.works} for above in paths_above(path) for day in self._days[above]]

    def calendar_of(self, terms: policy.Policy, issue: Issue, days: Sequence[Mapping[str, object]]) -> Calendar:
        key = (issue.policy_id, *((day["day"], day["works"]) for day in days))
        if key not in self._calendars:
            self._calendars[key] = policy.calendar_of(terms, issue.path, days)
        return self._calendars[key]

    @property
    def around(self) -> Around:
        return Around(self._staff, self._outlets or [])


def acts_for(issues: Sequence[Issue], verb: Verb, ground: Ground, pen: Pen) -> list[Act]:
    """An act of the program for each issue (locked by the caller), with all that is known of it and its place."""
    read_parts(issues)
    ground.look_at(issues)
    reports = _reports_of(issues)
    acts = []
    for issue in issues:
        act = Act(issue=issue, verb=verb, at=ground.at, pen=pen, around=ground.around)
        issue.days_there = ground.days_at(issue.path)
        act.calendar = ground.calendar_of(act.terms, issue, issue.days_there)
        act.posts, act.reports = ground.posts_over(issue.path), reports[issue.pk]
        acts.append(act)
    return acts


def _by_path(rows: Iterable[tuple[str, Row]], paths: Iterable[str]) -> dict[str, list[Row]]:
    """For each of the paths its rows, in the order in which they came."""
    found: dict[str, list[Row]] = {path: [] for path in paths}
    for path, row in rows:
        found[path].append(row)
    return found


def _reports_of(issues: Sequence[Issue]) -> defaultdict[int, list[Submission]]:
    """The reports of each issue, oldest first, each with its requester."""
    found: defaultdict[int, list[Submission]] = defaultdict(list)
    for report in Submission.objects.of_issues([issue.pk for issue in issues]).with_requester():
        found[report.issue_id].append(report)
    return found
