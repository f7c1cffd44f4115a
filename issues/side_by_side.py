"""The same verb of the program for many issues: what each act asks is read for all of them, in a handful of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db.models import Prefetch, prefetch_related_objects

from grids.models import paths_above
from issues import policy
from issues.calendars import Calendar
from issues.models import CountyDay, Issue, Submission
from issues.parts import asked_by_verbs
from issues.pens import Pen
from issues.services import Act
from issues.services.acting import all_posts_over
from issues.terms import Verb

Row = TypeVar("Row")


def acts_for(issues: Sequence[Issue], verb: Verb, at: datetime, pen: Pen) -> list[Act]:
    """An act of the program for each issue (locked by the caller), with all that is known of it and its place."""
    prefetch_related_objects(list(issues), *(Prefetch(name, rows) for name, rows in asked_by_verbs().items()))
    paths = {issue.path for issue in issues}
    posts = _on_path(((post.area.path, post) for post in all_posts_over(paths, at)), paths)
    told = _on_path(((day.area.path, day) for day in CountyDay.objects.holding_at_any(paths)), paths)
    reports = _by_issue(Submission.objects.of_issues([issue.pk for issue in issues]).with_requester())
    calendars: dict[tuple[object, ...], Calendar] = {}
    acts = []
    for issue in issues:
        act = Act(issue=issue, verb=verb, at=at, pen=pen)
        issue.days_there = [{"day": day.day, "works": day.works} for day in told[issue.path]]
        key = (issue.policy_id, *((day.day, day.works) for day in told[issue.path]))
        if key not in calendars:
            calendars[key] = policy.calendar_of(act.terms, issue.path, issue.days_there)
        act.calendar, act.posts, act.reports = calendars[key], posts[issue.path], reports[issue.pk]
        acts.append(act)
    return acts


def _on_path(rows: Iterable[tuple[str, Row]], paths: Iterable[str]) -> dict[str, list[Row]]:
    """For each path the rows (each with the path of its area) whose area is there or holds it, in the order they came."""
    by_area: defaultdict[str, list[tuple[int, Row]]] = defaultdict(list)
    for place, (area, row) in enumerate(rows):
        by_area[area].append((place, row))
    found = {}
    for path in paths:
        there = [each for above in paths_above(path) for each in by_area.get(above, ())]
        found[path] = [row for _place, row in sorted(there, key=lambda each: each[0])]
    return found


def _by_issue(reports: Iterable[Submission]) -> defaultdict[int, list[Submission]]:
    found: defaultdict[int, list[Submission]] = defaultdict(list)
    for report in reports:
        found[report.issue_id].append(report)
    return found
