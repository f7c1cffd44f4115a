"""When a unit that was asked for something is reminded of it: the policy's own warnings, on the sub-task's own clock.

Pure: knows no database. Who is the handler of an issue is here the unit that was asked; its leader, who leads the issue;
the next level, who dispatched it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from issues.models import SubTask
from issues.policy import Policy
from issues.timing import clock
from issues.timing.calendars import Calendar

_ONE_DAY = timedelta(days=1)  # what is due within it is measured in hours
ON_SITE = -1  # in place of the number of a warning


@dataclass(frozen=True, order=True)
class TaskReminder:
    """A unit is reminded at that moment; `step` counts the policy's warnings from 0, or is `ON_SITE`."""

    at: datetime
    step: int


def reminders(task: SubTask, terms: Policy, calendar: Calendar) -> Iterator[TaskReminder]:
    """Everything of which the unit is reminded while the sub-task is open; nobody on the spot comes first."""
    if task.on_site_by and task.acknowledged_at is None:
        yield TaskReminder(task.on_site_by, ON_SITE)
    natural = task.due_at - task.asked_at <= _ONE_DAY
    for step, warning in enumerate(terms.warn):
        at = clock.mark_at(warning.mark, task.asked_at, task.due_at, calendar, natural=natural)
        yield TaskReminder(min(at, task.due_at), step)


def next_reminder(task: SubTask, terms: Policy, calendar: Calendar, *, after: datetime) -> datetime | None:
    """The first reminder after that moment."""
    return min((one.at for one in reminders(task, terms, calendar) if one.at > after), default=None)


def due_reminders(task: SubTask, terms: Policy, calendar: Calendar, at: datetime) -> list[TaskReminder]:
    """Those from the one that was planned until now, in order."""
    since = task.warn_at
    return sorted(one for one in reminders(task, terms, calendar) if since and since <= one.at <= at)
