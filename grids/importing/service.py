"""Import areas of one level from a file: one transaction, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from grids import metres, services
from grids.importing import staging
from grids.importing.checks import Family, Suspicion, check_family
from grids.importing.faults import Fault, Faults, Kind
from grids.importing.rows import Row, read_rows
from grids.importing.source import Source, Unreadable, in_utf8, read_batches, read_header
from grids.levels import Level
from grids.models import Area
from grids.querysets import AreaQuerySet

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Wishes:
    """How to import. `allow`: kinds of faults (`faults.ALLOWABLE`) that are only said; `repair` invalid boundaries;
    `replace`: areas of the parents in the file that it does not name are retired; `under`: the parent of every row."""

    dry_run: bool = False
    repair: bool = False
    replace: bool = False
    under: str = ""
    allow: Collection[str] = ()


@dataclass
class Outcome:
    """What an import did, or would do, and what is wrong; nothing was saved if it is a dry run or any fault blocks."""

    level: Level
    faults: Faults
    rows: int = 0
    created: int = 0
    redrawn: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    saved: bool = False
    changed_levels: set[int] = field(default_factory=set)

    @property
    def blocking(self) -> list[Fault]:
        """The faults that forbid the import, in the order of the rows."""
        return [fault for fault in self.faults if fault.blocks]


def import_areas(
    source: Source, level: Level, *, at: datetime, wishes: Wishes = Wishes(), progress: Progress | None = None
) -> Outcome:
    """Read, check and save the areas of a file, valid from `at`. What is wrong is in the outcome, nothing is raised.

    A row whose code stands already redraws that area: the old row is retired and names the new one. A row that changes no
    boundary and no parent mends name, households and kind in place. `progress(done, total)` counts rows.
    """
    outcome = Outcome(level, Faults(wishes.allow))
    with transaction.atomic():
        try:
            _stage(source, outcome, wishes, progress)
        except Unreadable as unreadable:
            outcome.faults.add(unreadable.kind, **unreadable.values)
            transaction.set_rollback(True)
            return outcome
        staging.find_faults(level, outcome.faults)
        _check_families(outcome, wishes)
        if not outcome.faults.block:
            _save_families(outcome, wishes, at)
        outcome.saved = not outcome.faults.block and not wishes.dry_run
        transaction.set_rollback(not outcome.saved)
    return outcome


def _stage(given: Source, outcome: Outcome, wishes: Wishes, progress: Progress | None) -> None:
    with in_utf8(given) as source:
        _stage_rows(source, outcome, wishes, progress)
    staging.finish()


def _stage_rows(source: Source, outcome: Outcome, wishes: Wishes, progress: Progress | None) -> None:
    header = read_header(source)
    staging.create()
    for batch in read_batches(source, header, mend=wishes.repair):
        outcome.rows += len(batch.texts["code"])
        rows = read_rows(batch, outcome.faults, has_geometry=header.has_geometry, repair=wishes.repair)
        staging.add(_under(row, wishes.under) for row in rows)
        if progress is not None:
            progress(outcome.rows, header.count)


def _under(row: Row, parent: str) -> Row:
    if parent:
        row.parent = parent
    return row


def _check_families(outcome: Outcome, wishes: Wishes) -> None:
    suspicion = Suspicion()
    # Where rows were left out, gaps are no wonder: they would only hide what has to be mended first.
    is_whole = not outcome.faults.block
    for code in staging.parents():
        parent = Area.objects.current().with_code(code).first() if code else None
        if code and parent is None:
            continue  # said already, row by row
        rows = list(staging.children(code))
        check_family(_family(code, parent, rows, outcome.level, wishes, is_whole=is_whole), outcome.faults, suspicion)
    suspicion.settle(outcome.faults)


def _family(code: str, parent: Area | None, rows: Sequence[Row], level: Level, wishes: Wishes, *, is_whole: bool) -> Family:
    """The rows of one parent with the siblings that stay beside them."""
    named = {row.code for row in rows}
    siblings = list(_standing(parent, level).exclude_codes(named)) if not wishes.replace else []
    shapes = {area.code: metres.to_shapely(area.boundary) for area in siblings if area.boundary}
    shapes |= {row.code: row.shape for row in rows if row.shape is not None}
    return Family(
        parent=code,
        outline=metres.to_shapely(parent.boundary) if parent and parent.boundary else None,
        shapes=shapes,
        rows={row.code: row.number for row in rows if row.shape is not None},
        is_whole=is_whole and len(shapes) == len(rows) + len(siblings),
    )


def _standing(parent: Area | None, level: Level) -> AreaQuerySet:
    """The areas of the level that the parent has now."""
    return Area.objects.current().of_level(level).children_of(parent)


def _save_families(outcome: Outcome, wishes: Wishes, at: datetime) -> None:
    for code in staging.parents():
        parent = Area.objects.current().with_code(code).first() if code else None
        rows = list(staging.children(code))
        standing = {area.code: area for area in Area.objects.current().with_codes([row.code for row in rows])}
        new, old = _sorted_out(outcome, rows, standing, parent, at)
        if wishes.replace:
            left = list(_standing(parent, outcome.level).exclude_codes({row.code for row in rows}))
            if _has_widows(left, new, outcome):
                return
            outcome.retired += len(left)
            old += left
        outcome.changed_levels |= services.succeed(old, new, at=at)
    for level in sorted(outcome.changed_levels, reverse=True):
        services.refresh_layer(level, at)


def _sorted_out(
    outcome: Outcome, rows: Sequence[Row], standing: dict[str, Area], parent: Area | None, at: datetime
) -> tuple[list[Area], list[Area]]:
    """The new areas and those that they redraw; what only changed its name is mended on the way."""
    new, old = [], []
    for row in rows:
        area = standing.get(row.code)
        if area is None:
            new.append(_area(row, outcome.level, parent, at))
            outcome.created += 1
        elif _is_redrawn(row, area, parent):
            old.append(area)
            new.append(_area(row, outcome.level, parent, at, before=area))
            outcome.redrawn += 1
        elif _mended(row, area):
            outcome.updated += 1
            outcome.changed_levels.add(area.level)  # its name is part of the layer
        else:
            outcome.unchanged += 1
    return new, old


def _has_widows(left: Sequence[Area], new: Sequence[Area], outcome: Outcome) -> bool:
    """Whether areas would be retired with others in them, and no new area to take those; each is a fault."""
    for area in left:
        child = Area.objects.current().children_of(area).first()
        if child is not None and not services.heirs_of([area], new)[area.pk]:
            outcome.faults.add(Kind.STILL_HOLDS, None, area.code, child=child.name)
    return outcome.faults.block


def _is_redrawn(row: Row, area: Area, parent: Area | None) -> bool:
    if area.parent_id != (parent.pk if parent else None):
        return True
    if row.shape is None:
        return False
    return area.boundary is None or area.boundary.wkb != metres.to_boundary(row.shape).wkb


def _mended(row: Row, area: Area) -> bool:
    """Name, households and kind as in the file; whether any of them was otherwise."""
    households = row.households if row.households is not None else area.households
    if (area.name, area.households, area.kind) == (row.name, households, row.kind):
        return False
    area.name, area.households, area.kind = row.name, households, row.kind
    area.save(update_fields=["name", "households", "kind"])
    return True


def _area(row: Row, level: Level, parent: Area | None, at: datetime, *, before: Area | None = None) -> Area:
    """The unsaved area of a row; what the file does not say stays as it was before."""
    boundary = metres.to_boundary(row.shape) if row.shape is not None else before.boundary if before else None
    label = row.shape if row.shape is not None else row.point
    return Area(
        level=level,
        code=row.code,
        name=row.name,
        parent=parent,
        path=services.path_of(parent, row.code),
        boundary=boundary,
        label_point=metres.label_point(label) if label is not None else before.label_point if before else None,
        households=row.households if row.households is not None else before.households if before else None,
        kind=row.kind,
        valid_from=at,
    )
