"""`python -m bench.crowd 100000`: fills the loaded demo county with open issues by COPY, for figures at size.

Rows are what the verbs would have left: holders, clocks, slips, stays in the red list, and a ledger that verifies. Texts are
the demo's. Nobody is told anything. Meant for a database that is thrown away afterwards.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import secrets
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.utils.timezone import localtime, now  # noqa: E402

from demo.reports import Story, Storyteller  # noqa: E402
from grids.levels import Level  # noqa: E402
from grids.models import Area  # noqa: E402
from issues import ledger, policy, receipts  # noqa: E402
from issues.importing.bulk import copy_rows, in_batches, next_ids, next_keys  # noqa: E402
from issues.models import (  # noqa: E402
    Category,
    EscalationRequest,
    Event,
    EventText,
    Issue,
    KeySupervisionEntry,
    Submission,
)
from issues.numbers import ISSUE, SLIP  # noqa: E402
from issues.terms import Actor, Cause, Status, Verb  # noqa: E402
from representatives.models import Assignment, Person, Unit  # noqa: E402
from representatives.roles import Role  # noqa: E402

BATCH = 4000
SPAN = timedelta(days=60)
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


@dataclass
class Rows:
    """What is written at once, in the order in which one row names another."""

    issues: list[Issue] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    words: list[EventText] = field(default_factory=list)
    slips: list[EscalationRequest] = field(default_factory=list)
    entries: list[KeySupervisionEntry] = field(default_factory=list)

    def write(self) -> None:
        keyed: tuple[Sequence[models.Model], ...] = (self.submissions, self.events, self.slips, self.entries)
        for rows in keyed:
            if rows:
                for row, key in zip(rows, next_keys(type(rows[0]), len(rows)), strict=True):
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


class Crowd:
    """Makes the issues of the stories; the same seed makes the same crowd."""

    def __init__(self, at: datetime, *, seed: int) -> None:
        self.at, self.rng = at, random.Random(seed)
        self.policy = policy.in_force(at)
        self.categories = {category.code: category for category in Category.objects.all()}
        self.units = list(Unit.objects.filter(kind=Unit.Kind.DEPARTMENT))
        posted = Assignment.objects.active(at).in_role(*OWNER.values()).select_related("person", "area").defer("area__boundary")
        self.posts = {(post.role, post.area.path): post.person for post in posted}
        # Tens of thousands of cells have one representative for a few of them: whoever is posted nearest above.
        self.office: Person = next(person for (role, _path), person in self.posts.items() if role == Role.SUPERVISION_OFFICE)

    def holder(self, level: Level, path: str) -> Person:
        codes = path.split(".")
        for n in range(len(codes), 0, -1):
            if person := self.posts.get((OWNER[level], ".".join(codes[:n]))):
                return person
        return self.office

    def rows(self, stories: Iterable[Story]) -> Rows:
        made, stories = Rows(), list(stories)
        keys, numbers = next_keys(Issue, len(stories)), next_ids(ISSUE, len(stories))
        for story, key, number in zip(stories, keys, numbers, strict=True):
            self.add(made, story, key, number)
        return made

    def add(self, made: Rows, story: Story, key: int, number: int) -> None:
        issue = self.issue(story, key, number)
        made.issues.append(issue)
        made.submissions.append(self.submission(story, issue))
        self.tell(made, issue, Verb.SUBMIT, story.at, None, "", Status.SUBMITTED, Actor.REQUESTER)
        if issue.status == Status.SUBMITTED:
            return
        by = self.holder(Level(issue.level), issue.path)
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
        new = status == Status.SUBMITTED
        due = story.at + timedelta(hours=self.rng.uniform(12, 1500))
        resolved = story.at + timedelta(hours=11) if status in WORKED[1:] else None
        verified = story.at + timedelta(hours=13) if status == Status.PENDING_FEEDBACK else None
        unit = self.rng.choice(self.units) if level >= Level.TOWNSHIP and not new and self.units else None
        holder = None if new or unit else self.holder(level, story.cell.path)
        return Issue(
            pk=key, number=f"{localtime(story.at).year}-{number:07d}", title=story.text[:40], category=self.categories[story.category],
            status=status, level=level, area=story.cell, path=story.cell.path, point=story.point, policy=self.policy,
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
            uuid=uuid.uuid4(), contact_uuid=uuid.uuid4(), body_digest=hashlib.sha256(story.text.encode()).hexdigest(),
            receipt_code=receipts.mint(), issue=issue, channel=Submission.Channel.WEB, category=issue.category, text=story.text,
            language=story.language, point=story.point, source_crs="wgs84", area=story.cell, received_at=story.at,
        )  # fmt: skip

    def tell(
        self, made: Rows, issue: Issue, verb: Verb, at: datetime, by: Person | None, before: str, after: str, actor: str,
        words: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        """One entry of the ledger, tied to the one before."""
        salt = secrets.token_hex(16) if words else ""
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
        asked = issue.reported_at + timedelta(hours=20)
        slip = EscalationRequest(
            number=f"{localtime(asked).year}-S{next_ids(SLIP, 1)[0]:06d}", issue=issue, from_level=Level.TOWNSHIP, to_level=Level.COUNTY,
            cause=Cause.COMPLEXITY, tried="镇里已现场处置两次，资金不足。", reason="需旗级统筹资金。", asked_by=by, asked_at=asked,
            decision=EscalationRequest.Decision.GRANTED, decided_by=self.office, decided_at=asked + timedelta(hours=9),
        )  # fmt: skip
        made.slips.append(slip)
        unit = issue.lead_unit or self.units[0]
        reason, at = "同意入库。", asked + timedelta(hours=9)
        made.entries.append(
            KeySupervisionEntry(issue=issue, slip=slip, lead_unit=unit, entered_by=self.office, entered_at=at, reason=reason)
        )


def stories(wanted: int, at: datetime) -> Iterator[Story]:
    """That many reports of the last weeks, oldest first."""
    cells = list(Area.objects.cells().drawn())
    teller = Storyteller(Path(settings.BASE_DIR) / "fixtures" / "bairin" / "reports.toml", cells, seed=1)
    return teller.year(localtime(at), days=SPAN.days, stories=wanted)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    options.add_argument("wanted", type=int, nargs="?", default=100_000, help="open issues to add (default 100,000)")
    given = options.parse_args()
    at, started, written = now(), time.perf_counter(), 0
    crowd = Crowd(at, seed=2)
    for batch in in_batches(stories(given.wanted, at), BATCH):
        with transaction.atomic():
            crowd.rows(batch).write()
        written += len(batch)
        print(f"{written:,} issues, {time.perf_counter() - started:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
