"""The clocks of an issue as bars to look at: from when, until when, and how much is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from issues.models import Issue
from issues.terms import ClockState, Status
from mapui.templatetags.gridgov import duration


@dataclass(frozen=True)
class Bar:
    """One clock; `share` and `mark` (where it turns to “due soon”) are per cent of its length."""

    label: str
    state: ClockState
    start: datetime
    due: datetime
    share: float
    note: str
    mark: float | None = None


def due_at(issue: Issue) -> datetime | None:
    """The time that whoever holds the issue now has to look at; None once it is solved: the clocks have stopped."""
    if issue.resolved_at:
        return None
    return issue.triage_due_at if issue.status == Status.SUBMITTED else issue.level_due_at


def bars(issue: Issue, at: datetime) -> list[Bar]:
    """The clocks that run, the nearest first; none once the issue has ended."""
    if not issue.is_open:
        return []
    found = []
    if issue.status == Status.SUBMITTED:
        found.append(_bar(_("To be accepted"), issue, issue.reported_at, issue.triage_due_at, at))
    # They do not wait for whoever sorts: once that time is up they run, accepted or not.
    if issue.status != Status.SUBMITTED or (issue.level_since and issue.level_since <= at):
        found.append(_bar(_("At this level"), issue, issue.level_since, issue.level_due_at, at, mark=issue.due_soon_at))
        found.append(_bar(_("In all"), issue, issue.accepted_at or issue.level_since, issue.total_due_at, at))
    return [bar for bar in found if bar]


def _bar(
    label: str, issue: Issue, start: datetime | None, due: datetime | None, at: datetime, *, mark: datetime | None = None
) -> Bar | None:
    if start is None or due is None or due <= start:
        return None
    stopped = issue.resolved_at
    moment = stopped or at
    state = _state(issue, due, mark, moment)
    note = _note(state, due, moment) if stopped is None else _stopped_note(due, stopped)
    marked = None if mark is None else _share(start, due, mark)
    return Bar(label, state, start, due, _share(start, due, moment), note, marked)


def _state(issue: Issue, due: datetime, mark: datetime | None, at: datetime) -> ClockState:
    if issue.status in (Status.SUSPENDED, Status.DEFERRED):
        return ClockState.PAUSED
    if at > due:
        return ClockState.OVERDUE
    return ClockState.DUE_SOON if mark and at >= mark else ClockState.ON_TRACK


def _share(start: datetime, due: datetime, moment: datetime) -> float:
    return round(min(max((moment - start) / (due - start), 0), 1) * 100, 1)


def _stopped_note(due: datetime, stopped: datetime) -> str:
    if stopped > due:
        return _("solved late by %(time)s") % {"time": duration(stopped - due)}
    return _("solved with %(time)s to spare") % {"time": duration(due - stopped)}


def _note(state: ClockState, due: datetime, at: datetime) -> str:
    if state is ClockState.PAUSED:
        return str(ClockState.PAUSED.label)
    if at > due:
        return _("late by %(time)s") % {"time": duration(at - due)}
    return _("%(time)s left") % {"time": duration(due - at)}
