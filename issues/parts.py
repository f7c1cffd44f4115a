"""What one issue has several of: its ledger, its slips, what was asked, its stays in the red list, its sub-tasks …"""

from __future__ import annotations

from grids.together import Rows, kept_for, read_together
from issues.models import EscalationRequest, Event, Evidence, HolderRequest, Issue, KeySupervisionEntry, Milestone, Poll, SubTask


def parts_of(issue: Issue) -> list[Rows]:
    """Sets with which the issue answers from now on (`issue.events`, `issue.slips` …), each with all that its page names.

    Not read yet: `read_together` them with whatever else is wanted of the issue, or each is read when it is asked for.
    """
    parts = {
        "events": Event.objects.with_words().order_by("number"),
        "slips": EscalationRequest.objects.for_issue_page(),
        "red_entries": KeySupervisionEntry.objects.for_issue_page(),
        "sub_tasks": SubTask.objects.for_issue_page(),
        "requests": HolderRequest.objects.for_issue_page(),
        "polls": Poll.objects.for_issue_page(),
        "evidence": Evidence.objects.with_publication(),
    }
    found = [kept_for(issue, name, rows) for name, rows in parts.items()]
    if issue.is_project:
        found.append(kept_for(issue.project, "milestones", Milestone.objects.all()))
    return found


def with_parts(issue: Issue) -> Issue:
    """The issue with all of it read; one statement."""
    read_together(*parts_of(issue))
    return issue
