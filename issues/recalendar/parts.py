"""What hangs on the dates of an issue when the calendar changes: its sub-tasks, a question and a proposal that wait.

A day that somebody has named stays that day: a milestone of an approved plan, the new date that a leader has signed, the
date given to a helper. What was counted from something is counted again, and nothing comes to lie behind the issue's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from issues.models import EscalationRequest, Event, HolderRequest, Issue, KeySupervisionEntry, SubTask
from issues.moves.asking import Kind, Rest
from issues.policy import Policy
from issues.terms import Status, Verb
from issues.timing import clock, task_clock
from issues.timing.calendars import Calendar
from issues.timing.rests import NO_RESTS, Rests
from issues.timing.spans import Span

Moved = dict[str, tuple[date | None, date | None]]  # what: before, after; moments, but for the day of a question

PROPOSALS = (Verb.DRAFT_RED, Verb.PROPOSE_RED)
LINES = (
    Verb.ENTER_RED,
    Verb.SUPERVISE,
    Verb.REPORT_PROGRESS,
    Verb.REOPEN,
    Verb.REJECT,
    Verb.RATE,
    Verb.PASS_ON_RATING,
    Verb.POLL,
    Verb.RESUME,
    Verb.UPHOLD,
    Verb.REVIEW,
)
RESTS = (Verb.SUSPEND,)
REVIEWS = (Verb.DEFER, Verb.REVIEW)


@dataclass
class Parts:
    """What belongs to one issue; `done`: by which verbs it was proposed, reported on or suspended, in order."""

    tasks: list[SubTask] = field(default_factory=list)
    question: HolderRequest | None = None
    slip: EscalationRequest | None = None
    signed_for: datetime | None = None  # the date of listed supervision
    done: list[tuple[str, datetime, str]] = field(default_factory=list)  # verb, when, reason of a suspension

    def since(self, verbs: Collection[str], span: Span | None, due: datetime, calendar: Calendar, rests: Rests) -> datetime | None:
        """From when a date was counted: the last such act from which the time, and the rests since, lead there.

        None: somebody named the day.
        """
        moments = (at for verb, at, _reason in reversed(self.done) if verb in verbs)
        return next((at for at in moments if span and _counted_from(at, span, calendar, rests) == due), None)

    def rest(self, terms: Policy) -> Span | None:
        """How long the issue may rest for the reason for which it was last suspended."""
        reason = next((reason for verb, _at, reason in reversed(self.done) if verb in RESTS), "")
        return terms.suspension.longest_of(Rest(reason)) if reason in Rest.values else None


def _counted_from(at: datetime, span: Span, calendar: Calendar, rests: Rests) -> datetime:
    return rests.since(at).moved(clock.after(span, at, calendar), calendar)


def read(ids: Sequence[int], *, locked: bool = False) -> dict[int, Parts]:
    """The parts of each of these issues, in five queries however many; `locked`: until the transaction ends."""
    found: dict[int, Parts] = defaultdict(Parts)
    tasks = SubTask.objects.of_issues(ids).unfinished().order_by("pk")
    questions = HolderRequest.objects.of_issues(ids).pending().of_kind(Kind.EXTENSION).order_by("pk")
    slips = EscalationRequest.objects.of_issues(ids).pending().order_by("pk")
    if locked:
        tasks, questions, slips = tasks.select_for_update(), questions.select_for_update(), slips.select_for_update()
    for task in tasks:
        found[task.issue_id].tasks.append(task)
    for question in questions:
        found[question.issue_id].question = question
    for slip in slips:
        found[slip.issue_id].slip = slip
    for issue, due in KeySupervisionEntry.objects.standing().of_issues(ids).values_list("issue", "due_at"):
        found[issue].signed_for = due
    for issue, verb, at, reason in Event.objects.counted_from(ids, (*PROPOSALS, *LINES, *RESTS, *REVIEWS)):
        found[issue].done.append((verb, at, reason or ""))
    return found


def save(parts: Collection[Parts]) -> None:
    """Write down what moved: three statements, however many."""
    tasks = [task for each in parts for task in each.tasks]
    questions = [each.question for each in parts if each.question]
    slips = [each.slip for each in parts if each.slip]
    if tasks:
        SubTask.objects.bulk_update(tasks, ["due_at", "warn_at"], batch_size=250)
    if questions:
        HolderRequest.objects.bulk_update(questions, ["until"], batch_size=250)
    if slips:
        EscalationRequest.objects.bulk_update(slips, ["decide_by"], batch_size=250)


@dataclass(frozen=True)
class PartsTurn:
    """The parts of one issue at the turn; `level_was` and `total_was`: until when the issue was due before it."""

    issue: Issue
    parts: Parts
    terms: Policy
    old: Calendar
    new: Calendar
    level_was: datetime | None
    total_was: datetime | None
    rests: Rests = NO_RESTS

    def move_dates_of_issue(self) -> None:
        """When the county decides, the next line of progress is due, and a rest ends by itself."""
        issue, decide_by = self.issue, self.terms.levels.yellow.up.decide_by
        rests = replace(self.rests, natural=decide_by is not None and decide_by.is_natural)
        issue.decide_due_at = self._counted(issue.decide_due_at, PROPOSALS, decide_by, rests)
        issue.progress_due_at = self._counted(issue.progress_due_at, LINES, self.terms.supervision.progress_every)
        if issue.status == Status.SUSPENDED:
            issue.resume_at = self._counted(issue.resume_at, RESTS, self.parts.rest(self.terms))
        elif issue.status == Status.DEFERRED:
            issue.resume_at = self._counted(issue.resume_at, REVIEWS, self.terms.deferral.review_every)

    def _counted(self, due: datetime | None, verbs: Collection[str], span: Span | None, rests: Rests = NO_RESTS) -> datetime | None:
        since = self.parts.since(verbs, span, due, self.old, rests) if due else None
        return _counted_from(since, span, self.new, rests) if since and span else due

    def move(self) -> Moved:
        """Everything else, after the issue's own dates; what moved, by name."""
        return dict(self._moved())

    def _moved(self) -> Iterator[tuple[str, tuple[date | None, date | None]]]:
        for task in self.parts.tasks:
            before = task.due_at
            self._move_task(task)
            if task.due_at != before:
                yield f"sub_task_{task.number}", (before, task.due_at)
        question = self.parts.question
        if question and question.until and self.level_was and self.issue.level_due_at:
            before_day, question.until = question.until, self._asked_day(question.until)
            if question.until != before_day:
                yield "asked_until", (before_day, question.until)
        if self.parts.slip and self.parts.slip.decide_by:
            self.parts.slip.decide_by = self.issue.decide_due_at or self.parts.slip.decide_by

    def _asked_day(self, day: date) -> date:
        """As many working days after the level's date as before."""
        assert self.level_was is not None  # noqa: S101 - asked by the caller
        assert self.issue.level_due_at is not None  # noqa: S101 - asked by the caller
        days = self.old.working_days_between(self.old.local(self.level_was).date(), day)
        return self.new.nth_working_day(self.new.local(self.issue.level_due_at).date(), days) if days > 0 else day

    def _move_task(self, task: SubTask) -> None:
        waiting = [(one.step, one.at) for one in task_clock.reminders(task, self.terms, self.old)]
        open_steps = {step for step, at in waiting if task.warn_at and at >= task.warn_at}
        task.due_at = self._due_of(task)
        ahead = [one.at for one in task_clock.reminders(task, self.terms, self.new) if one.step in open_steps]
        task.warn_at = min(ahead, default=None)

    def _due_of(self, task: SubTask) -> datetime:
        issue, reply = self.issue, self.terms.whistle.reply
        if task.due_at == self.level_was and issue.level_due_at:
            return issue.level_due_at
        if task.due_at == self.total_was and issue.total_due_at:
            return issue.total_due_at
        rests = replace(self.rests, natural=self.terms.whistle.reply.is_natural)
        counted = task.due_at == _counted_from(task.asked_at, reply, self.old, rests)
        due = _counted_from(task.asked_at, reply, self.new, rests) if counted else task.due_at
        own = issue.level_due_at
        return min(due, own) if own and self.level_was and task.due_at <= self.level_was else due


def facts_of(moved: dict[str, Any]) -> dict[str, dict[str, str | None]]:
    """What the ledger writes down: {“old”: {what: time}, “new”: …}."""

    def written(at: date | None) -> str | None:
        return at.isoformat() if at else None

    return {
        "old": {name: written(before) for name, (before, _after) in moved.items()},
        "new": {name: written(after) for name, (_before, after) in moved.items()},
    }
