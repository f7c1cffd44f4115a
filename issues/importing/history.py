"""Writes cases as issues with their submission and ledger, dated as in the source, a batch to a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from grids.bulk import Place, locate_many
from grids.models import Area
from issues import policy, recurrence, state
from issues.errors import Refusal
from issues.importing.bulk import copy_columns, in_batches, next_ids, next_keys
from issues.importing.cases import BadRow, Case, CaseReader
from issues.importing.mapping import Mapping
from issues.importing.rejects import Rejects
from issues.importing.rows import BadFile, Row, open_rows
from issues.importing.rows_of_case import Clerk, Placed, Rows
from issues.importing.search_later import search_later
from issues.models import Category, Event, EventText, Issue, Submission
from issues.numbers import ISSUE

BATCH = 2000


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
        self.clerk = Clerk(mapping, policy.in_force(at))
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
        """Store the batch with COPY: issues, reports, events, words; then what they are found by."""
        keys, rows = next_keys(Issue, len(cases)), Rows()
        for case, place, key, number in zip(cases, places, keys, next_ids(ISSUE, len(cases)), strict=True):
            self.clerk.add(rows, case, place, key, number)
        rows.number(next_keys(Submission, len(rows.reports)), next_keys(Event, len(rows.events)))
        with search_later(keys):
            copy_columns(Issue, rows.issues)
            copy_columns(Submission, rows.reports)
            copy_columns(Event, rows.events)
            copy_columns(EventText, rows.words)
