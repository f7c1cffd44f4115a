"""What the program does by itself when a time has come: warn, pass up, draft, ask again, close, resume, announce.

Each sweep takes what is due from a partial index in small batches, each in a transaction of its own: rows locked, or left
to whoever holds them, and asked again under the lock. So any number of sweeps may run at once, and be killed at any
instant: every step happens once. What nobody but the clock has a say in (warnings, climbs, drafts) is read and written for
a whole batch at once (`side_by_side`, `gathering`); should one of them fail, the batch is undone and each is taken by
itself, so that the failure is logged and the rest goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from issues import policy, services
from issues.models import Event, Issue, SubTask
from issues.querysets import IssueQuerySet
from issues.services import Act
from issues.services.ending import ask_again_or_close
from issues.side_by_side import Ground, acts_for
from issues.telling import Audience, tell
from issues.terms import Verb
from issues.timing import task_clock
from issues.timing.deadlines import Reason, Reminder
from issues.timing.task_clock import TaskReminder
from issues.writing.gathering import Gathered

logger = logging.getLogger(__name__)

BATCH = 100

Due = Callable[[datetime], IssueQuerySet]
Step = Callable[[Issue, datetime], Event | None]
Shared = Callable[[Act], Event | None]  # a step of an act that writes with its pen


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
    return sweep_together(Issue.objects.to_warn, Verb.WARN, _warn, at)


def climb(*, at: datetime) -> Tally:
    """Pass up what nobody handled in time, green to blue to yellow."""
    return sweep_together(Issue.objects.to_climb, Verb.ESCALATE, Act.perform, at)


def draft(*, at: datetime) -> Tally:
    """Draft a red-list proposal for what the township did not handle in time; people decide."""
    return sweep_together(Issue.objects.to_draft, Verb.DRAFT_RED, Act.perform, at)


def feedback(*, at: datetime) -> Tally:
    """Ask requesters again who have not rated; close without a rating when they never do."""
    return sweep(Issue.objects.to_ask_or_close, lambda issue, now: ask_again_or_close(Act(issue, Verb.CALL_BACK, now)), at)


def resume(*, at: datetime) -> Tally:
    """Set going what stood still until now."""
    return sweep(Issue.objects.to_resume, lambda issue, now: services.move_by_program(issue, Verb.RESUME, at=now), at)


def remind_of_tasks(*, at: datetime) -> Tally:
    """Remind units of what they were asked for an issue that another leads."""
    return sweep(Issue.objects.to_remind_of_tasks, lambda issue, now: _remind_of_tasks(Act(issue, Verb.WARN, now)), at)


def sweep(due: Due, step: Step, at: datetime) -> Tally:
    """Take the step for every issue that is due, each in a transaction of its own; what fails or is held is left to the next sweep."""
    tally, place = Tally(), None
    while batch := due(at).following(place)[:BATCH].places():
        for place in batch:
            _take(due, step, place[-1], tally, at)
    return tally


def sweep_together(due: Due, verb: Verb, step: Shared, at: datetime) -> Tally:
    """The same, a batch to a transaction; for steps that write with the pen of their act, or nothing that another's would meet."""
    tally, place, ground = Tally(), None, Ground(at)
    while place or due(at).exists():  # mostly nothing is: then this one question is all
        taken: list[Issue] = []
        try:
            with transaction.atomic():
                taken = due(at).following(place).lock_free(BATCH)
                if not taken:
                    return tally
                place = due(at).place_of(taken[-1])
                _step_together(taken, verb, step, ground)
            tally.done += len(taken)
        except Exception:
            if not taken:
                raise
            logger.info("A batch of %d issues could not be swept; each is taken by itself.", len(taken), exc_info=True)
            for issue in taken:
                _take(due, lambda alone, now: step(Act(alone, verb, now)), issue.pk, tally, at)
    return tally


def _step_together(issues: list[Issue], verb: Verb, step: Shared, ground: Ground) -> None:
    pen = Gathered(issues)
    for act in acts_for(issues, verb, ground, pen):
        step(act)
    pen.write()


def _take(due: Due, step: Step, key: int, tally: Tally, at: datetime) -> None:
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


def _warn(act: Act) -> Event | None:
    """One event per reminder that has come due; who is told stands in the policy."""
    due = act.clocks.due_reminders(act.at)
    event = None
    for reminder in due:
        act.clocks.given(reminder)
        act.clocks.plan_warning(reminder.at)
        act = act.next(Verb.WARN)  # one per reminder, for each begins from the issue as the one before left it
        event = _remind(act, reminder)
    if not due:
        act.clocks.plan_warning(act.at)
        act.pen.planned(act.issue)
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
        pen=act.pen,
        around=act.around,
    )
    return event


def _at_limit(reminder: Reminder, terms: policy.Policy) -> bool:
    """Whether the policy demands that it arrives: a window has been missed, or the step of the clock is marked so."""
    return reminder.reason != Reason.LEVEL or terms.warn[reminder.step].required


def _remind_of_tasks(act: Act) -> Event | None:
    """One event per reminder of a sub-task that has come due."""
    event = None
    for task in act.issue.open_sub_tasks:
        for reminder in task_clock.due_reminders(task, act.terms, act.calendar, act.at):
            event = _remind_unit(act.next(Verb.WARN), task, reminder)
        task.warn_at = task_clock.next_reminder(task, act.terms, act.calendar, after=act.at)
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
