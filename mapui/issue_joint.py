"""What the page of an issue shows of handling together: sub-tasks, polls, what still keeps it from closing, hints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from issues import policy, services
from issues.models import Event, Evidence, Issue, Poll, SubTask
from issues.moves import closing
from issues.recurring import links
from issues.recurring.links import Hint
from issues.terms import Actor, Status, Verb
from issues.workflow import Move
from representatives.models import Assignment, Person
from representatives.roles import Role

_BEFORE_CLOSING = frozenset({Status.PENDING_VERIFICATION, Status.PENDING_FEEDBACK})
_UNITS_WRITE = frozenset({Actor.HELPER.value, Role.DEPARTMENT.value})
ALIKE_SHOWN = 5


@dataclass
class Joint:
    """One issue for one person at one moment; `posts` as `services.posts_at` gives them. Each part is read when asked for."""

    issue: Issue
    person: Person
    at: datetime
    posts: Iterable[Assignment]
    moves: Sequence[Move] = ()  # what the person may do now

    @cached_property
    def reads_all(self) -> bool:
        """Whether the person reads what units answered: who leads, who dispatched; a helper reads its own alone."""
        return services.reads_answers(self.issue, self.person, self.at, self.posts)

    @cached_property
    def is_helper_only(self) -> bool:
        """Whether the person is here for a part of it alone: then what others write among themselves is not shown."""
        return services.is_helper_only(self.issue, self.person, self.at)

    @property
    def tasks(self) -> list[tuple[SubTask, bool, bool]]:
        """The sub-tasks: each, whether its answer may be read, and whether it is late. A helper sees its own."""
        return [
            (task, self.reads_all or self._is_own(task), task.was_late(self.at))
            for task in self.issue.sub_tasks.all()
            if not self.is_helper_only or self._is_own(task)
        ]

    def _is_own(self, task: SubTask) -> bool:
        return task.unit_id == self.person.unit_id

    @cached_property
    def polls(self) -> list[Poll]:
        """The polls, the latest first."""
        return list(self.issue.polls.all())

    @cached_property
    def evidence(self) -> list[Evidence]:
        """Photos of the result."""
        return list(self.issue.evidence.all())

    @property
    def needs_evidence(self) -> bool:
        """Whether the county has switched it on for works like this one."""
        return policy.terms(self.issue.policy_id).closure.evidence_for_physical and self.issue.category.physical

    @cached_property
    def may_add_evidence(self) -> bool:
        return any(move.verb == Verb.ADD_EVIDENCE for move in self.moves)

    @cached_property
    def missing(self) -> list[str]:
        """What still keeps it from closing, once it was reported as solved."""
        return closing.missing(self.issue, self.at) if self.issue.status in _BEFORE_CLOSING else []

    @cached_property
    def hints(self) -> list[Hint]:
        """Why the rules suggest to raise it; nobody is bound by it."""
        return links.hints_for([self.issue]).get(self.issue.pk, [])

    @cached_property
    def alike(self) -> list[Issue]:
        """Issues that may be the same problem, for whoever may merge it into one of them."""
        if not any(move.verb == Verb.MERGE for move in self.moves):
            return []
        near = policy.terms(self.issue.policy_id).merging
        return list(Issue.objects.visible_to(self.person, self.at).like(self.issue, near)[:ALIKE_SHOWN])

    def shown(self, events: Sequence[Event]) -> list[Event]:
        """The events that the person reads: a helper only what the requester reads, and what concerns its own part."""
        if not self.is_helper_only:
            return list(events)
        own = {task.number for task in self.issue.sub_tasks.all() if self._is_own(task)}
        return [
            event for event in events if event.is_public or event.by_id == self.person.pk or own & set(event.facts.get("tasks", ()))
        ]

    def wordless(self, events: Sequence[Event]) -> frozenset[int]:
        """Numbers of the events whose words are not for this person: what other units answered, noted and returned."""
        own = {task.number for task in self.issue.sub_tasks.all() if self._is_own(task)}
        return frozenset(
            event.number
            for event in events
            if (event.verb == Verb.ANSWER and not self.reads_all and not own & set(event.facts.get("tasks", ())))
            or self._is_draft_of_another(event)
        )

    def _is_draft_of_another(self, event: Event) -> bool:
        """Whether another department wrote it for itself: departments do not read each other's notes."""
        if event.verb != Verb.NOTE or event.actor not in _UNITS_WRITE or event.by is None or not self._sees_in_part:
            return False
        return event.by.unit_id != self.person.unit_id

    @cached_property
    def _sees_in_part(self) -> bool:
        return services.sees_in_part(self.issue, self.person, self.at)

    def requester_words_only(self, events: Sequence[Event]) -> frozenset[int]:
        """Numbers of the events of which this person reads what the requester reads, and nothing that staff wrote beside it."""
        if not self.is_helper_only:
            return frozenset()
        own = {task.number for task in self.issue.sub_tasks.all() if self._is_own(task)}
        return frozenset(
            event.number for event in events if event.by_id != self.person.pk and not own & set(event.facts.get("tasks", ()))
        )
