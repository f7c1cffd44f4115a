"""Reads cases from a file and has them stored, dated as in the source, a batch to a transaction: the next is made while two are stored."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from issues import policy, state
from issues.importing.bulk import in_batches
from issues.importing.cases import BadRow, Case, CaseReader
from issues.importing.mapping import Mapping
from issues.importing.rejects import Rejects
from issues.importing.rows import BadFile, Row, open_rows
from issues.importing.rows_of_case import Clerk
from issues.importing.storing import Ready, Result, Storing
from issues.models import Category
from issues.recurring import links
from issues.writing.crew import Crew

BATCH = 2000
HANDS = 2  # batches that are stored at the same time

__all__ = ["BATCH", "HANDS", "Importer", "Result", "import_issues"]


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
    """Import every row that is not there yet; those that cannot be go to `rejects` with the reason. Raises BadFile, BadMapping.

    A stopped import goes on where it was: each batch is committed by itself. `progress`: rows handed over; 0 once all are stored.
    """
    _keep_apart(path, rejects)
    importer = Importer(mapping, at=at, dry_run=dry_run)
    with (
        open_rows(path, mapping) as (header, rows),
        Rejects(rejects, header) as rejected,
        _little_to_look_through(),
        Crew(importer.store, hands=HANDS) as crew,
    ):
        for batch in in_batches(islice(rows, limit), BATCH):
            crew.hand(importer.storing.prepare(importer.read(batch, rejected)))
            progress(len(batch))
    if not dry_run:
        importer.storing.tidy()
        progress(0)
        importer.finish()
    return importer.result


@contextmanager
def _little_to_look_through() -> Iterator[None]:
    """What is in memory already is not searched for garbage: Python would do so every few batches, a sixth of its whole time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _keep_apart(path: Path, rejects: Path) -> None:
    if rejects.resolve() == path.resolve():
        raise BadFile(_("The reject file would overwrite “%(path)s”.") % {"path": path.name})


class Importer:
    """What every row needs: the mapping, the categories; which numbers were in the file; and what became of all of it."""

    def __init__(self, mapping: Mapping, *, at: datetime, dry_run: bool) -> None:
        categories = {category.code: category for category in Category.objects.all()}
        unknown = sorted({*mapping.categories.values(), mapping.default_category} - {*categories, ""})
        if unknown:
            raise BadFile(
                _("The mapping names categories that are not here: %(codes)s. Load them first.") % {"codes": ", ".join(unknown)}
            )
        self.result = Result()
        self.reader = CaseReader(mapping, categories, at=at)
        version = policy.in_force(at)
        near = policy.terms(version.pk).closure.recurrence
        self.storing = Storing(mapping.source, Clerk(mapping, version), near, dry_run=dry_run)
        self.seen: set[str] = set()

    def finish(self) -> None:
        """Link what came back and could not be when it was written; and tell maps that all is there.

        Asked of the database is all that came from there if the file was in no order, or an earlier run may have left something.
        """
        if self.storing.returns.is_in_order and not self.result.there:
            links.link(self.storing.link_later)
        else:
            links.link_missing(self.storing.source, anew=True)
        state.announce([self.storing.desk.path])

    def read(self, batch: Sequence[Row], rejects: Rejects) -> list[Case]:
        """The cases of a batch of rows; a row that is none goes to `rejects`."""
        self.result.read += len(batch)
        return list(self._read(batch, rejects))

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

    def store(self, batch: Ready) -> None:
        """Store it; several batches may be at it at the same time."""
        self.result.add(self.storing.store(batch))
