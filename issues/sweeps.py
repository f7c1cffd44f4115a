"""What the program does by itself when a time has come: warn, pass up, draft, ask again, close, resume, announce.

Each sweep reads the keys of what is due, in small batches from a partial index, then takes one row at a time in its own
transaction: locked, or left to whoever holds it, and asked again under the lock. So any number of sweeps may run at
once, and be killed at any instant: every step happens once. A failure is logged and the rest goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from issues import policy, services, task_clock
from issues.deadlines import Reason, Reminder
from issues.models import Event, Issue, SubTask
from issues.querysets import IssueQuerySet
from issues.services import Act
from issues.services.ending import ask_again_or_close
from issues.task_clock import TaskReminder
from issues.telling import Audience, tell
from issues.terms import Verb

logger = logging.getLogger(__name__)

BATCH = 200

Due = Callable[[datetime], IssueQuerySet]
Step = Callable[[Issue, datetime], Event | None]


@dataclass
class Tally:
    """How a sweep went; `failed`: keys of the issues that raised, each logged with its trace."""

    done: int = 0
    passed_by: int = 0  # somebody else was quicker, or holds the row
    failed: list[int] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.done} done, {self.passed_by} passed by, {len(self.failed)} failed"


def warn(*, at: datetime) -> Tally:
    """Tell whom the policy names that something comes due, or has."""
    return sweep(Issue.objects.to_warn, _warn, at)


def climb(*, at: datetime) -> Tally:
    """Pass up what nobody handled in time, green to blue to yellow."""
    return sweep(Issue.objects.to_climb, lambda issue, now: services.move_by_program(issue, Verb.ESCALATE, at=now), at)


def draft(*, at: datetime) -> Tally:
    """Draft a red-list proposal for what the township did not handle in time; people decide."""
    return sweep(Issue.objects.to_draft, lambda issue, now: services.move_by_program(issue, Verb.DRAFT_RED, at=now), at)


def feedback(*, at: datetime) -> Tally:
    """Ask requesters again who have not rated; close without a rating when they never do."""
    return sweep(Issue.objects.to_ask_or_close, lambda issue, now: ask_again_or_close(Act(issue, Verb.CALL_BACK, now)), at)


def resume(*, at: datetime) -> Tally:
    """Set going what stood still until now."""
    return sweep(Issue.objects.to_resume, lambda issue, now: services.move_by_program(issue, Verb.RESUME, at=now), at)


def remind_of_tasks(*, at: datetime) -> Tally:
    """Remind units of what they were asked for an issue that another leads."""
    return sweep(Issue.objects.to_remind_of_tasks, _remind_of_tasks, at)


def sweep(due: Due, step: Step, at: datetime) -> Tally:
    """Take the step for every issue that is due, once; those that fail or are held are not met again in this sweep."""
    tally, met = Tally(), set[int]()
    while True:
        keys = [key for key in due(at).values_list("pk", flat=True)[: BATCH + len(met)] if key not in met]
        if not keys:
            return tally
        for key in keys[:BATCH]:
            met.add(key)
            _take(due, step, key, at, tally)


def _take(due: Due, step: Step, key: int, at: datetime, tally: Tally) -> None:
    try:
        with transaction.atomic():
            issue = due(at).lock_if_free(key)
            if issue is None:
                tally.passed_by += 1
                return
            step(issue, at)
        tally.done += 1
    except Exception:
        tally.failed.append(key)
        logger.exception("Issue %s could not be swept; the others go on.", key)


def _warn(issue: Issue, at: datetime) -> Event | None:
    """One event per reminder that has come due; who is told stands in the policy."""
    act = Act(issue, Verb.WARN, at)  # one per reminder, for each begins from the issue as the one before left it
    due = act.clocks.due_reminders(at)
    event = None
    for reminder in due:
        act.clocks.given(reminder)
        act.clocks.plan_warning(reminder.at)
        act = act.next(Verb.WARN)
        event = _remind(act, reminder)
    if not due:
        act.clocks.plan_warning(at)
        issue.save(update_fields=["warn_at"])
    return event


def _remind(act: Act, reminder: Reminder) -> Event:
    event = act.write({"reason": reminder.reason.value, "step": reminder.step, "due": reminder.at.isoformat()})
    audiences, digest = whom(reminder, act.terms)
    tell(
        event,
        posts=act.posts,
        calendar=act.calendar,
        reports=lambda: act.reports,
        audiences=audiences,
        digest=digest,
        at_limit=_at_limit(reminder, act.terms),
    )
    return event


def _at_limit(reminder: Reminder, terms: policy.Policy) -> bool:
    """Whether the policy demands that it arrives: a window has been missed, or the step of the clock is marked so."""
    return reminder.reason != Reason.LEVEL or terms.warn[reminder.step].required


def _remind_of_tasks(issue: Issue, at: datetime) -> Event | None:
    """One event per reminder of a sub-task that has come due."""
    event = None
    for task in issue.open_sub_tasks:
        act = Act(issue, Verb.WARN, at)
        for reminder in task_clock.due_reminders(task, act.terms, act.calendar, at):
            event = _remind_unit(act.next(Verb.WARN), task, reminder)
        task.warn_at = task_clock.next_reminder(task, act.terms, act.calendar, after=at)
        task.save(update_fields=["warn_at"])
    return event


# The unit that was asked is told in place of the handler, who leads in place of its leader.
_WHOM_OF_TASK = {
    "handler": Audience.HELPERS,
    "leader": Audience.HANDLER,
    "next_level": Audience.DISPATCHER,
}


def _remind_unit(act: Act, task: SubTask, reminder: TaskReminder) -> Event:
    on_site = reminder.step == task_clock.ON_SITE
    reason = Reason.ON_SITE if on_site else Reason.TASK
    event = act.write({"reason": reason.value, "step": reminder.step, "due": task.next_due_at.isoformat(), "tasks": [task.number]})
    warning = act.terms.warn[reminder.step]  # the last of them stands for “nobody is on the spot”
    audiences, digest = [_WHOM_OF_TASK[name] for name in warning.to], warning.via == "digest"
    tell(
        event,
        posts=act.posts,
        calendar=act.calendar,
        reports=lambda: act.reports,
        audiences=audiences,
        digest=digest,
        at_limit=on_site or warning.required,
    )
    return event


_WHOM = {
    Reason.TRIAGE: (Audience.SORTERS, Audience.NEXT_LEVEL),
    Reason.SIGN: (Audience.HANDLER,),
    Reason.CONTACT: (Audience.HANDLER, Audience.LEADER),
    Reason.MAKE_SAFE: (Audience.HANDLER, Audience.LEADER, Audience.NEXT_LEVEL),
    Reason.VERIFY: (Audience.VERIFIERS, Audience.NEXT_LEVEL),
    Reason.DECIDE: (Audience.DECIDERS,),
    Reason.PROGRESS: (Audience.HANDLER, Audience.SUPERVISED),
    Reason.REVIEW: (Audience.REVIEWERS,),
    Reason.REPORT: (Audience.HANDLER,),
    Reason.TOTAL: (Audience.HANDLER, Audience.LEADER, Audience.NEXT_LEVEL),
}


def whom(reminder: Reminder, terms: policy.Policy) -> tuple[tuple[Audience, ...], bool]:
    """Who is reminded, and whether that can wait for the morning's digest."""
    if reminder.reason != Reason.LEVEL:
        return _WHOM[reminder.reason], False
    notification = terms.warn[reminder.step]
    return tuple(Audience(name) for name in notification.to), notification.via == "digest"
