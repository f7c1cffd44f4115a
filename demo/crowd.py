"""Open issues in any number, as rows: what the verbs would have left of them, without living through the verbs.

Holders, clocks, slips, stays in the red list, and a ledger that verifies. Nobody is told anything. The same dice make the same rows.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db import models
from django.utils.timezone import localtime

from demo.reports import Story
from grids.levels import Level
from issues import ledger
from issues.importing.bulk import copy_rows
from issues.intake import receipts
from issues.models import (
    Category,
    EscalationRequest,
    Event,
    EventText,
    Issue,
    KeySupervisionEntry,
    SlaPolicy,
    Submission,
)
from issues.terms import Actor, Cause, Status, Verb
from representatives.models import Person, Unit
from representatives.roles import Role

LEVELS = ((Level.GRID, 62), (Level.VILLAGE, 20), (Level.TOWNSHIP, 17), (Level.COUNTY, 1))
STATUSES = (
    (Status.SUBMITTED, 8),
    (Status.ASSIGNED, 27),
    (Status.IN_PROGRESS, 43),
    (Status.PENDING_VERIFICATION, 12),
    (Status.PENDING_FEEDBACK, 10),
)
WORKED = (Status.IN_PROGRESS, Status.PENDING_VERIFICATION, Status.PENDING_FEEDBACK)
OWNER = {
    Level.GRID: Role.PARTY_REPRESENTATIVE,
    Level.VILLAGE: Role.VILLAGE_SECRETARY,
    Level.TOWNSHIP: Role.TOWNSHIP_COMMITTEE,
    Level.COUNTY: Role.SUPERVISION_OFFICE,
}
HANDLING = timedelta(hours=30)  # what is younger has only been reported so far


@dataclass
class Rows:
    """What is written at once, in the order in which one row names another."""

    issues: list[Issue] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    words: list[EventText] = field(default_factory=list)
    slips: list[EscalationRequest] = field(default_factory=list)
    entries: list[KeySupervisionEntry] = field(default_factory=list)

    def write(self, keys: Callable[[Sequence[models.Model]], Iterable[int]]) -> None:
        """Give each row but the issues its key, and copy them all. `keys`: as many as there are rows of one model."""
        keyed: tuple[Sequence[models.Model], ...] = (self.submissions, self.events, self.slips, self.entries)
        for rows in keyed:
            for row, key in zip(rows, keys(rows) if rows else (), strict=True):
                row.pk = key
        for text in self.words:
            text.event_id = text.event.pk
        for entry in self.entries:
            entry.slip_id = entry.slip.pk if entry.slip else None
        every: tuple[Sequence[models.Model], ...] = (
            self.issues, self.submissions, self.events, self.words, self.slips, self.entries,
        )  # fmt: skip
        for rows in every:
            if rows:
                copy_rows(type(rows[0]), rows)


@dataclass(frozen=True)
class Stage:
    """What open issues need of time and place: who holds what at a level and path, which departments may lead there, who enters the red list."""

    at: datetime
    policy: SlaPolicy
    categories: Mapping[str, Category]
    holder: Callable[[Level, str], Person]
    units: Callable[[str], Sequence[Unit]]
    office: Callable[[str], Person]


class Crowd:
    """Makes open issues of stories; the same dice make the same crowd."""

    def __init__(self, stage: Stage, rng: Random) -> None:
        self.stage, self.rng = stage, rng

    def add(self, made: Rows, story: Story, key: int, number: int) -> None:
        issue = self.issue(story, key, number)
        made.issues.append(issue)
        made.submissions.append(self.submission(story, issue))
        self.tell(made, issue, Verb.SUBMIT, story.at, None, "", Status.SUBMITTED, Actor.REQUESTER)
        if issue.status == Status.SUBMITTED:
            return
        by = self.stage.holder(Level(issue.level), issue.path)
        self.tell(
            made,
            issue,
            Verb.ACCEPT,
            story.at + timedelta(hours=5),
            by,
            Status.SUBMITTED,
            Status.ASSIGNED,
            OWNER[Level(issue.level)],
        )
        if issue.level == Level.COUNTY:
            self.stand_in_red(made, issue, by)
        if issue.status in WORKED:
            words = {"text": self.rng.choice(story.tried)} if story.tried else {}
            at = story.at + timedelta(hours=9)
            self.tell(made, issue, Verb.ACKNOWLEDGE, at, by, Status.ASSIGNED, Status.IN_PROGRESS, OWNER[Level(issue.level)])
            self.tell(made, issue, Verb.NOTE, at, by, Status.IN_PROGRESS, Status.IN_PROGRESS, OWNER[Level(issue.level)], words)
        if issue.resolved_at:
            done = {"resolution": issue.resolution, "public_line": issue.public_line}
            to = OWNER[Level(issue.level)]
            self.tell(made, issue, Verb.RESOLVE, issue.resolved_at, by, Status.IN_PROGRESS, Status.PENDING_VERIFICATION, to, done)
        if issue.verified_at:
            before, after = Status.PENDING_VERIFICATION, Status.PENDING_FEEDBACK
            self.tell(made, issue, Verb.VERIFY, issue.verified_at, by, before, after, Role.GRID_MEMBER)

    def pick(self, choices: Iterable[tuple[object, int]]) -> object:
        values, weights = zip(*choices, strict=True)
        return self.rng.choices(values, weights)[0]

    def issue(self, story: Story, key: int, number: int) -> Issue:
        level, status = Level(self.pick(LEVELS)), Status(self.pick(STATUSES))  # type: ignore[call-overload]
        if level == Level.COUNTY and status == Status.SUBMITTED:
            status = Status.ASSIGNED
        if story.at > self.stage.at - HANDLING:
            level, status = Level.GRID, Status.SUBMITTED
        new = status == Status.SUBMITTED
        due = story.at + timedelta(hours=self.rng.uniform(12, 1500))
        resolved = story.at + timedelta(hours=11) if status in WORKED[1:] else None
        verified = story.at + timedelta(hours=13) if status == Status.PENDING_FEEDBACK else None
        units = self.stage.units(story.cell.path) if level >= Level.TOWNSHIP and not new else ()
        unit = self.rng.choice(units) if units else None
        holder = None if new or unit else self.stage.holder(level, story.cell.path)
        return Issue(
            pk=key, number=f"{localtime(story.at).year}-{number:07d}", title=story.text[:40], category=self.stage.categories[story.category],
            status=status, level=level, area=story.cell, path=story.cell.path, point=story.point, policy=self.stage.policy,
            handler=holder, lead_unit=unit, resolved_by=holder if resolved else None, reported_at=story.at,
            accepted_at=None if new else story.at + timedelta(hours=5), level_since=story.at,
            acknowledged_at=story.at + timedelta(hours=9) if status in WORKED else None,
            resolved_at=resolved, verified_at=verified, triage_due_at=story.at + timedelta(hours=24) if new else None,
            level_due_at=due, total_due_at=due + timedelta(days=30), due_soon_at=story.at + (due - story.at) * 0.8,
            climb_at=due if level < Level.COUNTY and not resolved else None, sign_due_at=story.at + timedelta(hours=30),
            silent_close_at=verified + timedelta(days=15) if verified else None,
            resolution=story.done[0] if resolved and story.done else "", public_line=story.done[0][:200] if resolved and story.done else "",
        )  # fmt: skip

    def submission(self, story: Story, issue: Issue) -> Submission:
        return Submission(
            uuid=self._uuid(), contact_uuid=self._uuid(), body_digest=hashlib.sha256(story.text.encode()).hexdigest(),
            receipt_code=self._receipt(), issue=issue, channel=Submission.Channel.WEB, category=issue.category, text=story.text,
            language=story.language, point=story.point, source_crs="wgs84", area=story.cell, received_at=story.at,
        )  # fmt: skip

    def tell(
        self, made: Rows, issue: Issue, verb: Verb, at: datetime, by: Person | None, before: str, after: str, actor: str,
        words: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        """One entry of the ledger, tied to the one before."""
        salt = f"{self.rng.getrandbits(128):032x}" if words else ""
        event = Event(
            issue=issue, number=issue.event_count + 1, verb=verb, at=at, by=by, actor=actor, from_status=before, to_status=after,
            from_level=issue.level if before else None, to_level=issue.level, is_public=verb != Verb.NOTE,
            text_digest=ledger.digest_of(words, salt) if words else "", previous_hash=issue.head,
        )  # fmt: skip
        event.hash = ledger.hash_of(event)
        issue.event_count, issue.head = event.number, event.hash
        made.events.append(event)
        if words:
            made.words.append(EventText(event=event, texts=words, salt=salt))

    def stand_in_red(self, made: Rows, issue: Issue, by: Person) -> None:
        asked, office = issue.reported_at + timedelta(hours=20), self.stage.office(issue.path)
        slip = EscalationRequest(
            number=f"{localtime(asked).year}-S{issue.pk:06d}", issue=issue, from_level=Level.TOWNSHIP, to_level=Level.COUNTY,
            cause=Cause.COMPLEXITY, tried="镇里已现场处置两次，资金不足。", reason="需旗级统筹资金。", asked_by=by, asked_at=asked,
            decision=EscalationRequest.Decision.GRANTED, decided_by=office, decided_at=asked + timedelta(hours=9),
        )  # fmt: skip
        made.slips.append(slip)
        unit = issue.lead_unit or self.stage.units(issue.path)[0]
        reason, at = "同意入库。", asked + timedelta(hours=9)
        made.entries.append(
            KeySupervisionEntry(issue=issue, slip=slip, lead_unit=unit, entered_by=office, entered_at=at, reason=reason)
        )

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def _receipt(self) -> str:
        return "".join(self.rng.choice(receipts.ALPHABET) for _sign in range(receipts.LENGTH))
