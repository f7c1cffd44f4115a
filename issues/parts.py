"""What one issue has several of: its ledger, its slips, what was asked, its stays in the red list, its sub-tasks …"""

from __future__ import annotations

from grids.together import Rows, kept_for, read_together
from issues.models import EscalationRequest, Event, Evidence, HolderRequest, Issue, KeySupervisionEntry, Milestone, Poll, SubTask


def parts_of(issue: Issue) -> list[Rows]:
    """Sets with which the issue answers from now on (`issue.events`, `issue.slips` …), each with all that its page names.

    Not read yet: `read_together` them with whatever else is wanted of the issue, or each is read when it is asked for.
    """
    parts = {
        **asked_by_verbs(),
        "events": Event.objects.with_words().order_by("number"),
        "polls": Poll.objects.for_issue_page(),
        "evidence": Evidence.objects.with_publication(),
    }
    found = [kept_for(issue, name, rows) for name, rows in parts.items()]
    if issue.is_project:
        found.append(kept_for(issue.project, "milestones", Milestone.objects.all()))
    return found


def parts_for_act(issue: Issue) -> list[Rows]:
    """The same of what verbs ask before they do anything: who writes one of these makes the issue `forget` them."""
    return [kept_for(issue, name, rows) for name, rows in {**asked_by_verbs(), "events": Event.objects.order_by("number")}.items()]


def asked_by_verbs() -> dict[str, Rows]:
    """Of every issue, by the name under which the issue answers with them: what verbs ask before they do anything."""
    return {
        "slips": EscalationRequest.objects.for_issue_page(),
        "red_entries": KeySupervisionEntry.objects.for_issue_page(),
        "sub_tasks": SubTask.objects.for_issue_page(),
        "requests": HolderRequest.objects.for_issue_page(),
    }


def with_parts(issue: Issue) -> Issue:
    """The issue with all of it read; one statement."""
    read_together(*parts_of(issue))
    return issue
