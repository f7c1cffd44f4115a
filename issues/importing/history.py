"""Writes cases as issues with their submission and ledger, dated as in the source, a batch to a transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from grids.bulk import Place, locate_many
from grids.levels import Level
from grids.models import Area
from issues import ledger, policy, receipts, recurrence, state
from issues.errors import Refusal
from issues.importing.bulk import copy_rows, in_batches, next_ids, next_keys
from issues.importing.cases import BadRow, Case, CaseReader
from issues.importing.mapping import Mapping
from issues.importing.rejects import Rejects
from issues.importing.rows import BadFile, Row, open_rows
from issues.masking import without_cards, without_numbers
from issues.models import Category, Event, EventText, Issue, SlaPolicy, Submission
from issues.numbers import ISSUE
from issues.terms import ENDS, Actor, Status, Verb

BATCH = 2000
PUBLIC_LINE_LENGTH = 200
_ENDING_VERB = {
    Status.CLOSED: Verb.CLOSE,
    Status.CLOSED_EXPLAINED: Verb.EXPLAIN,
    Status.DECLINED: Verb.DECLINE,
    Status.WITHDRAWN: Verb.WITHDRAW,
    Status.MERGED: Verb.MERGE,
}


@dataclass(frozen=True)
class Placed:
    """The area of a case; `is_doubtful`: somebody should look at that again; `on_desk`: nobody said where it is."""

    place: Place
    is_doubtful: bool
    on_desk: bool


@dataclass
class Result:
    """What became of the rows. `agree` of `compared` located points lie in the area that the source names."""

    read: int = 0
    written: int = 0
    there: int = 0
    rejected: int = 0
    by_point: int = 0
    by_code: int = 0
    on_desk: int = 0
    agree: int = 0
    compared: int = 0


def import_issues(
    path: Path,
    mapping: Mapping,
    *,
    at: datetime,
    rejects: Path,
    limit: int | None = None,
    dry_run: bool = False,
    progress: Callable[[int], object] = lambda rows: None,
) -> Result:
    """Import every row that is not there yet; those that cannot be go to `rejects` with the reason.

    Each batch is committed by itself, so an import that was stopped goes on where it was. Raises BadFile, BadMapping.
    """
    if rejects.resolve() == path.resolve():
        raise BadFile(_("The reject file would overwrite “%(path)s”.") % {"path": path.name})
    importer = Importer(mapping, at=at, dry_run=dry_run)
    with open_rows(path, mapping) as (header, rows), Rejects(rejects, header) as rejected:
        for batch in in_batches(islice(rows, limit), BATCH):
            importer.take(batch, rejected)
            progress(len(batch))
    if not dry_run:
        recurrence.link_missing()  # also for what an earlier, interrupted run left
        state.announce([importer.desk.path])
    return importer.result


class Importer:
    """Holds what every batch needs: the mapping, the categories, the policy in force, codes of areas."""

    def __init__(self, mapping: Mapping, *, at: datetime, dry_run: bool) -> None:
        self.mapping = mapping
        self.at = at
        self.dry_run = dry_run
        self.result = Result()
        categories = {category.code: category for category in Category.objects.all()}
        unknown = sorted({*mapping.categories.values(), mapping.default_category} - {*categories, ""})
        if unknown:
            raise BadFile(
                _("The mapping names categories that are not here: %(codes)s. Load them first.") % {"codes": ", ".join(unknown)}
            )
        self.reader = CaseReader(mapping, categories, at=at)
        self.policy: SlaPolicy = policy.in_force(at)
        self.desk = self._desk()
        self.places: dict[str, Place | None] = {}
        self.seen: set[str] = set()

    def _desk(self) -> Place:
        """The root area: where people sort by hand what has no place."""
        root = Area.objects.current().roots().first()
        if root is None:
            raise Refusal(_("There is no territory yet: import its areas first."))
        return Place(root.pk, root.path, root.level)

    def take(self, batch: Sequence[Row], rejects: Rejects) -> None:
        """Import what can be of a batch, in one transaction."""
        self.result.read += len(batch)
        cases = list(self._read(batch, rejects))
        there = Issue.objects.imported(self.mapping.source, [case.source_id for case in cases])
        self.result.there += len(there)
        fresh = [case for case in cases if case.source_id not in there]
        places = self.places_of(fresh)
        if fresh and not self.dry_run:
            with transaction.atomic():
                self.write(fresh, places)
        self.result.written += len(fresh)

    def _read(self, batch: Sequence[Row], rejects: Rejects) -> Iterator[Case]:
        for row in batch:
            try:
                case = self.reader.read(row)
                if case.source_id in self.seen:
                    raise BadRow(_("The number “%(id)s” stands in the file twice.") % {"id": case.source_id})
            except BadRow as reason:
                self.result.rejected += 1
                rejects.add(row, str(reason))
            else:
                self.seen.add(case.source_id)
                yield case

    def places_of(self, cases: Sequence[Case]) -> list[Placed]:
        """Where each case lies: by its point, else by the source's area code, else on the desk.

        As in issues/placing.py, what nobody placed and a point that lies outside are marked for people to look at.
        """
        located = iter(locate_many([case.point for case in cases if case.point]))
        self._look_up({case.area_code for case in cases if case.area_code} - self.places.keys())
        places = []
        for case in cases:
            by_point = next(located) if case.point else None
            by_code = self.places.get(case.area_code)
            if by_point and by_code:
                self.result.compared += 1
                self.result.agree += f"{by_point.path}.".startswith(f"{by_code.path}.")
            place = by_point or by_code or self.desk
            is_doubtful = by_point is None and (case.point is not None or place.path == self.desk.path)
            places.append(Placed(place, is_doubtful, on_desk=not by_point and not by_code))
            self.result.by_point += by_point is not None
            self.result.by_code += by_point is None and by_code is not None
            self.result.on_desk += by_point is None and by_code is None
        return places

    def _look_up(self, codes: set[str]) -> None:
        if codes:
            self.places |= dict.fromkeys(codes)
            for area in Area.objects.current().with_codes(codes).without_boundary():
                self.places[area.code] = Place(area.pk, area.path, area.level)

    def write(self, cases: Sequence[Case], places: Sequence[Placed]) -> None:
        """Store the batch with COPY: issues, submissions, events, words."""
        keys = next_keys(Issue, len(cases))
        numbers = next_ids(ISSUE, len(cases))
        issues, submissions, events = [], [], []
        for case, place, key, number in zip(cases, places, keys, numbers, strict=True):
            issue = self.issue_of(case, place, key, number)
            submissions.append(self.submission_of(case, issue))
            issues.append(issue)
            events += self.events_of(case, issue)
        for row, key in zip(submissions, next_keys(Submission, len(submissions)), strict=True):
            row.pk = key
        for event, key in zip(events, next_keys(Event, len(events)), strict=True):
            event.pk = key
        words = [event.pending_words for event in events if hasattr(event, "pending_words")]
        for text in words:
            text.event_id = text.event.pk
        for model, rows in ((Issue, issues), (Submission, submissions), (Event, events), (EventText, words)):
            copy_rows(model, rows)

    def issue_of(self, case: Case, placed: Placed, key: int, number: int) -> Issue:
        category, place = case.category, placed.place
        done = without_numbers(case.resolution)
        # A group says too little to be told to everybody, as in issues/intake.py.
        non_public = category.non_public or category.group_id is None
        # Only from “awaiting acceptance” can it be put in its right place.
        status = Status.SUBMITTED if placed.on_desk and case.status not in ENDS else case.status
        return Issue(
            pk=key,
            number=f"{case.reported_at.year}-{number:07d}",
            title=without_numbers(case.title),
            category=category,
            request_type=category.request_type or Issue._meta.get_field("request_type").default,
            status=status,
            level=self.level_of(category, place),
            urgency=case.urgency,
            area_id=place.area_id,
            path=place.path,
            point=Point(*case.point, srid=4326) if case.point else None,
            grid_ambiguous=placed.is_doubtful,
            place_text=without_numbers(case.place),
            policy=self.policy,
            reported_at=case.reported_at,
            accepted_at=None if status == Status.SUBMITTED else case.reported_at,
            level_since=case.reported_at,
            resolved_at=case.closed_at,
            closed_at=case.closed_at,
            level_due_at=case.due_at,
            total_due_at=case.due_at,
            resolution=done,
            public_line="" if non_public else done[:PUBLIC_LINE_LENGTH],
            non_public=non_public,
            sealed=category.sealed,
            source=self.mapping.source,
            source_id=case.source_id,
        )

    def level_of(self, category: Category, place: Place) -> Level:
        """Where it stands: as the mapping or the category says, at least as wide as its place; red is for people to decide."""
        if category.sealed:
            return Level.TOWNSHIP
        return Level(min(max(self.mapping.level_of(category.code, category.level), place.level), Level.TOWNSHIP))

    def submission_of(self, case: Case, issue: Issue) -> Submission:
        return Submission(
            uuid=uuid5(NAMESPACE_URL, f"{self.mapping.source}\x1f{case.source_id}"),
            body_digest=hashlib.sha256(case.text.encode()).hexdigest(),
            contact_uuid=UUID(bytes=secrets.token_bytes(16), version=4),
            receipt_code=receipts.mint(),
            issue=issue,
            channel=Submission.Channel.IMPORT,
            category=case.category,
            request_type=issue.request_type,
            text=without_cards(case.text),
            language=self.mapping.language,
            point=issue.point,
            source_crs=self.mapping.crs if case.point else "",
            source_xy=list(case.source_xy) if case.source_xy else None,
            place_text=case.place,
            area_id=issue.area_id,
            received_at=case.reported_at,
        )

    def events_of(self, case: Case, issue: Issue) -> list[Event]:
        """Reported, and ended if it has: sealed into the issue's chain."""
        facts = {"source": self.mapping.source, "source_id": case.source_id}
        first = Status.SUBMITTED if case.closed_at else Status(issue.status)
        events = [self.event(issue, Verb.SUBMIT, case.reported_at, "", first, facts)]
        if case.closed_at:
            texts = {"resolution": issue.resolution} if issue.resolution else {}
            events.append(self.event(issue, _ENDING_VERB[case.status], case.closed_at, first, case.status, facts, texts))
        return events

    def event(
        self,
        issue: Issue,
        verb: Verb,
        at: datetime,
        before: str,
        after: str,
        facts: dict[str, str],
        texts: dict[str, str] | None = None,
    ) -> Event:
        salt = secrets.token_hex(16) if texts else ""
        event = Event(
            issue=issue,
            number=issue.event_count + 1,
            verb=verb,
            at=at,
            actor=Actor.SYSTEM,
            from_status=before,
            to_status=after,
            from_level=issue.level if before else None,
            to_level=issue.level,
            facts=facts,
            is_public=True,
            text_digest=ledger.digest_of(texts, salt) if texts else "",
            previous_hash=issue.head,
        )
        event.hash = ledger.hash_of(event)
        issue.event_count, issue.head = event.number, event.hash
        if texts:
            event.pending_words = EventText(event=event, texts=texts, salt=salt)  # type: ignore[attr-defined]
        return event
