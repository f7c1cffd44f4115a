"""Stores a batch of cases in one transaction: where each lies, its issue, report and ledger, and what it is found by.

Knows nothing of files. Batches may be stored at the same time, each in a thread with a connection of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import asdict, dataclass
from threading import Lock
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from grids.bulk import Place, locate_many, names_above
from grids.models import Area
from issues.errors import Refusal
from issues.importing.bulk import copy_columns, next_ids, next_keys
from issues.importing.cases import Case
from issues.importing.returns import Ended, Lot, Returns
from issues.importing.rows_of_case import Clerk, Columns, Placed, Rows
from issues.importing.search_later import search_later, tidy_search
from issues.importing.words import lexemes
from issues.models import Event, Issue, IssueWords, Submission
from issues.policy.sections import Near
from issues.writing.numbers import ISSUE


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

    def __post_init__(self) -> None:
        self._lock = Lock()

    def add(self, more: Result) -> None:
        """Count that too; from several threads."""
        with self._lock:
            for name, count in asdict(more).items():
                setattr(self, name, getattr(self, name) + count)


@dataclass(frozen=True)
class Ready:
    """A batch that only has to be written: its rows; by the key of an issue the document that it is found by, as far as it can be
    told here; what each issue comes back from; and what will have become of the rows of the file.
    """

    lot: Lot
    rows: Rows
    documents: Dictionary[int, str]
    earlier: Sequence[Ended | None]
    result: Result


class Storing:
    """Holds what every batch needs: the clerk who writes the rows, the desk, what is known of areas, and what has ended.

    `prepare` takes the batches one after the other and does whatever Python has to do; `store` takes several at a time and mostly
    waits for PostgreSQL, for of two threads that are both busy each stands in the other's way. `link_later`: by its key, what an
    issue comes back from that was not stored yet when it was written.
    """

    def __init__(self, source: str, clerk: Clerk, near: Near, *, dry_run: bool) -> None:
        self.source, self.clerk, self.dry_run = source, clerk, dry_run
        self.desk = _desk()
        self.returns = Returns(near, Issue.objects.last_key())
        self.link_later: dict[int, int] = {}
        self.places: dict[str, Place | None] = {}
        self.names: dict[int, list[str] | None] = {}  # lexemes of what an area is called

    def prepare(self, cases: Sequence[Case]) -> Ready:
        """What is not there yet, as rows: where it lies, and what it comes back from."""
        there = Issue.objects.imported(self.source, [case.source_id for case in cases])
        fresh = [case for case in cases if case.source_id not in there]
        result = Result(there=len(there), written=len(fresh))
        places = self.places_of(fresh, result)
        if self.dry_run:
            return Ready(Lot(), Rows(), {}, (), result)
        lot, keys = Lot(), next_keys(Issue, len(fresh))
        rows = self.rows_of(fresh, places, keys)
        return Ready(lot, rows, dict(self._documents(rows, places)), self.returns.of(lot, fresh, places, keys), result)

    def store(self, ready: Ready) -> Result:
        """Store it, all of it or nothing."""
        if ready.rows.issues:
            with transaction.atomic():
                self.write(ready)
            ready.lot.is_stored = True
        return ready.result

    def places_of(self, cases: Sequence[Case], result: Result) -> list[Placed]:
        """Where each case lies: by its point, else by the source's area code, else on the desk.

        As in issues/intake/placing.py, what nobody placed and a point that lies outside are marked for people to look at.
        """
        located = iter(locate_many([case.point for case in cases if case.point]))
        self._look_up({case.area_code for case in cases if case.area_code} - self.places.keys())
        places = []
        for case in cases:
            by_point = next(located) if case.point else None
            by_code = self.places.get(case.area_code)
            if by_point and by_code:
                result.compared += 1
                result.agree += f"{by_point.path}.".startswith(f"{by_code.path}.")
            place = by_point or by_code or self.desk
            is_doubtful = by_point is None and (case.point is not None or place.path == self.desk.path)
            places.append(Placed(place, is_doubtful, on_desk=not by_point and not by_code))
            result.by_point += by_point is not None
            result.by_code += by_point is None and by_code is not None
            result.on_desk += by_point is None and by_code is None
        return places

    def _look_up(self, codes: set[str]) -> None:
        if codes:
            found: dict[str, Place | None] = dict.fromkeys(codes)
            for area in Area.objects.current().with_codes(codes).without_boundary():
                found[area.code] = Place(area.pk, area.path, area.level)
            self.places |= found

    def rows_of(self, cases: Sequence[Case], places: Sequence[Placed], keys: Sequence[int]) -> Rows:
        """The cases written down."""
        rows, numbers = Rows(), next_ids(ISSUE, len(keys))
        for case, place, key, number in zip(cases, places, keys, numbers, strict=True):
            self.clerk.add(rows, case, place, key, number)
        rows.number(next_keys(Submission, len(rows.reports)), next_keys(Event, len(rows.events)))
        return rows

    def write(self, ready: Ready) -> None:
        """Write the batch with COPY: issues, reports, events, words, and the documents that they are found by."""
        self._link(ready)
        with search_later([key for key in map(_key, ready.rows.issues) if key not in ready.documents]):
            for model, written in ready.rows.by_model:
                copy_columns(model, written, self.clerk.usual[model])
            copy_columns(IssueWords, [{"issue_id": key, "words": words} for key, words in ready.documents.items()], {})

    def _link(self, ready: Ready) -> None:
        """Write down what each comes back from, if that is stored or is about to be with it; of the others remember it."""
        for row, found in zip(ready.rows.issues, ready.earlier, strict=True):
            if found and (found.lot is None or found.lot is ready.lot or found.lot.is_stored):
                row["recurrence_of_id"] = found.key
            elif found:
                self.link_later[_key(row)] = found.key

    def _documents(self, rows: Rows, places: Sequence[Placed]) -> Iterator[tuple[int, str]]:
        """What the issues are found by, as far as it can be told here."""
        unnamed = {placed.place.area_id for placed in places} - self.names.keys()
        if unnamed:
            self.names |= {area: lexemes(names) for area, names in names_above(unnamed).items()}
        for issue, report, placed in zip(rows.issues, rows.reports, places, strict=True):
            words = self.clerk.document_of(issue, report, self.names[placed.place.area_id])
            if words is not None:
                yield _key(issue), words

    def tidy(self) -> None:
        """After the last batch: what waits to be sorted into the index of words is, so that the first search does not pay for it."""
        tidy_search()


def _key(row: Columns) -> int:
    return cast(int, row["id"])


def _desk() -> Place:
    """The root area: where people sort by hand what has no place."""
    root = Area.objects.current().roots().first()
    if root is None:
        raise Refusal(_("There is no territory yet: import its areas first."))
    return Place(root.pk, root.path, root.level)
