"""What one issue has several of: its ledger, its slips, what was asked, its stays in the red list, its sub-tasks …"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db.models import Prefetch, prefetch_related_objects

from grids.prepared import Prepared
from grids.together import Rows, keep, keep_nothing, kept_for, own_rows, read_together
from issues.models import (
    CountyDay,
    EscalationRequest,
    Event,
    Evidence,
    HolderRequest,
    Issue,
    KeySupervisionEntry,
    Milestone,
    NotifiedUnit,
    Poll,
    Submission,
    SubTask,
)

Sets = Mapping[str, Callable[[], Rows]]
# Of every issue, by the name under which the issue answers with them: what verbs ask before they do anything.
_ASKED: Sets = {
    "slips": lambda: EscalationRequest.objects.for_issue_page(),
    "red_entries": lambda: KeySupervisionEntry.objects.for_issue_page(),
    "sub_tasks": lambda: SubTask.objects.for_issue_page(),
    "requests": lambda: HolderRequest.objects.for_issue_page(),
}
_FOR_ACT: Sets = {**_ASKED, "events": lambda: Event.objects.order_by("number")}
_FOR_PAGE: Sets = {
    **_ASKED,
    "events": lambda: Event.objects.with_words().order_by("number"),
    "polls": lambda: Poll.objects.for_issue_page(),
    "notified": lambda: NotifiedUnit.objects.for_issue_page(),
    "evidence": lambda: Evidence.objects.with_publication(),
}
_OWN_FOR_ACT, _OWN_FOR_PAGE = ({name: own_rows(Issue, name, rows) for name, rows in sets.items()} for sets in (_FOR_ACT, _FOR_PAGE))


# What an act asks besides: of the issue's place, and its reports. Each statement is written once.
days_there = Prepared(lambda path: CountyDay.objects.holding_at(path).values("day", "works"))
reports_of = Prepared(lambda key: Submission.objects.of_issue(key).with_requester())


def parts_of(issue: Issue) -> list[Rows]:
    """Sets with which the issue answers from now on (`issue.events`, `issue.slips` …), each with all that its page names.

    Not read yet: `read_together` them with whatever else is wanted of the issue, or each is read when it is asked for.
    """
    found = [keep(issue, name, own(issue.pk)) for name, own in _OWN_FOR_PAGE.items()]
    if issue.is_project:
        found.append(kept_for(issue.project, "milestones", Milestone.objects.all()))
    return found


def parts_for_act(issue: Issue) -> list[Rows]:
    """The same of what verbs ask before they do anything: who writes one of these makes the issue `forget` them."""
    return [keep(issue, name, own(issue.pk)) for name, own in _OWN_FOR_ACT.items()]


def asked_by_verbs() -> dict[str, Rows]:
    """What verbs ask before they do anything, of all issues."""
    return {name: rows() for name, rows in _ASKED.items()}


def read_parts(issues: Sequence[Issue]) -> None:
    """The same for many issues: first which of them have any, then these. Mostly none has, and one statement is all."""
    sets = asked_by_verbs()
    known = dict(Issue.objects.parts_there([issue.pk for issue in issues], {name: rows.model for name, rows in sets.items()}))
    for name, rows in sets.items():
        having = [issue for issue in issues if name in known[issue.pk]]
        prefetch_related_objects(having, Prefetch(name, rows))
        keep_nothing((issue for issue in issues if name not in known[issue.pk]), name, rows)


def with_parts(issue: Issue) -> Issue:
    """The issue with all of it read; one statement."""
    read_together(*parts_of(issue))
    return issue
