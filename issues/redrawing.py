"""Cells redrawn by hand, with what hangs on them: the open issues reported there and the people posted there.

An issue keeps the cell it was reported in, and the people of that cell keep it until it has ended. Everybody else is posted
to what comes instead, as whoever redraws decides, person by person: no post falls vacant unseen. A preview is the act
itself, taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import shapely
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.types.range import TimestamptzRange
from shapely.geometry.base import BaseGeometry

from grids import editing, metres
from grids import services as ground
from grids.levels import Level
from grids.models import Area
from issues.errors import Conflict, Refusal
from issues.models import Issue
from representatives import services as people
from representatives.models import Assignment, Person
from representatives.roles import NEEDS, Need, Role

ALL, ENDS = "all", "ends"  # beside a code: what a posting's choice may be


class Kind(TextChoices):
    SPLIT = "split", gettext_lazy("Split it")
    MERGE = "merge", gettext_lazy("Merge it with a neighbour")
    MOVE = "move", gettext_lazy("Move its edge")


@dataclass(frozen=True)
class Change:
    """What is to be done to a cell: cut along a line, joined with another, or given another shape (EPSG:4326)."""

    kind: Kind
    cell: Area
    shape: BaseGeometry | None = None
    other: Area | None = None


@dataclass(frozen=True)
class Choices:
    """What the person decided: `postings` by key of the assignment (ALL, ENDS or a new code), `names` by new code."""

    postings: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    leaves_vacant: bool = False  # they have seen which posts nobody fills


@dataclass(frozen=True)
class Lying:
    """Open issues of an old cell: how many lie in which new one, by code; `nowhere`: without a point."""

    old: Area
    inside: dict[str, int]
    nowhere: int

    @property
    def total(self) -> int:
        return sum(self.inside.values()) + self.nowhere


@dataclass(frozen=True)
class Vacancy:
    """A post of a new cell that was filled in the old one and would not be any more."""

    cell: Area
    need: Need


@dataclass(frozen=True)
class Outcome:
    """What the change makes of the cells, and of what hangs on them. `old[n].boundary` is still the one before."""

    change: Change
    old: list[Area]
    new: list[Area]
    lying: list[Lying]
    postings: list[Assignment]
    vacant: list[Vacancy]

    @property
    def keeps_codes(self) -> bool:
        return self.change.kind == Kind.MOVE


def preview(change: Change, choices: Choices, *, at: datetime) -> Outcome:
    """What it would do: done and taken back. Raises the Refusal that doing it would raise, but for vacant posts."""
    with transaction.atomic():
        outcome = _carry_out(change, choices, at=at, is_trial=True)
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def redraw(change: Change, choices: Choices, *, reason: str, by: Person, at: datetime) -> Outcome:
    """Do it, and write down who did it and why.

    Raises Refusal: what was drawn cannot be, a person's choice is missing, or a post would fall vacant unseen; Conflict if
    somebody redrew one of the cells meanwhile.
    """
    outcome = _carry_out(change, choices, at=at, is_trial=False)
    codes = ", ".join(area.code for area in outcome.new)
    note = f"{change.kind.label}: {', '.join(area.code for area in outcome.old)} → {codes}. {reason}"
    LogEntry.objects.log_actions(by.pk, [change.cell], CHANGE, note, single_object=True)
    return outcome


@transaction.atomic
def release(*, at: datetime) -> int:
    """End the postings at cells that are no more once none of their issues is open; how many."""
    left = list(Assignment.objects.lasting_beyond(at).left_behind())
    busy = set(Issue.objects.open_at({one.area.path for one in left}).values_list("path", flat=True))
    over = [one for one in left if one.area.path not in busy]
    for posting in over:
        people.end_assignment(posting.pk, at=at)
    return len(over)


def _carry_out(change: Change, choices: Choices, *, at: datetime, is_trial: bool) -> Outcome:
    _lock(change)
    filled = _filled([change.cell, *([change.other] if change.other else [])], at)
    old, new = _redrawn(change, at)
    _name(new, choices.names)
    keeps = change.kind == Kind.MOVE  # who is posted to a path stays there
    postings = (
        [] if keeps else list(Assignment.objects.lasting_beyond(at).of_open_accounts().posted_to(*(area.path for area in old)))
    )
    lying = [_lying(area, new) for area in old]
    for posting in postings:
        _hand_on(posting, _chosen(posting, choices, new, is_trial), at)
    if not keeps:
        _let_go(postings, lying, at)
    vacant = [] if keeps else _vacancies(new, filled, at)
    if vacant and not is_trial and not choices.leaves_vacant:
        raise Refusal(_("Posts would fall vacant: choose otherwise, or say that you have seen it."), field="leaves_vacant")
    return Outcome(change, old, new, lying, postings, vacant)


def _lock(change: Change) -> None:
    wanted = [change.cell, *([change.other] if change.other else [])]
    standing = Area.objects.lock_current(area.pk for area in wanted)
    for area in wanted:
        if area.pk not in standing:
            raise Conflict(_("Somebody redrew “%(area)s” meanwhile: look at it again.") % {"area": area})


def _redrawn(change: Change, at: datetime) -> tuple[list[Area], list[Area]]:
    """The old cells and the new ones; what the change lacks or cannot be is refused."""
    cell, shape, other = change.cell, change.shape, change.other
    if cell.level != Level.GRID:
        raise Refusal(_("Only cells are redrawn by hand."))
    if change.kind == Kind.MERGE:
        if other is None or other not in editing.neighbours_of(cell):
            raise Refusal(_("Choose a neighbour of “%(area)s” in the same village.") % {"area": cell}, field="other")
        old = sorted([cell, other], key=lambda area: area.code)
        return old, [ground.merge(old, at=at, name=cell.name)]
    if shape is None:
        raise Refusal(_("Draw on the map first."), field="shape")
    if change.kind == Kind.SPLIT:
        editing.check_cut(cell, shape)
        return [cell], ground.split(cell, shape, at=at)
    shapes = editing.moved(cell, shape)
    return list(shapes), ground.redraw(shapes, at=at)


def _name(new: Sequence[Area], names: Mapping[str, str]) -> None:
    longest = Area._meta.get_field("name").max_length
    for area in new:
        name = names.get(area.code, "").strip()[:longest]
        if name and name != area.name:
            area.name = name
            area.save(update_fields=["name"])


def _lying(old: Area, new: Sequence[Area]) -> Lying:
    shapes = [(area.code, metres.to_shapely(area.boundary)) for area in sorted(new, key=lambda each: each.code) if area.boundary]
    points = Issue.objects.open_at([old.path]).unsealed().values_list("point", flat=True)
    found: Counter[str] = Counter()
    for point in points:
        place = shapely.Point(point.x, point.y) if point else None
        found[next((code for code, shape in shapes if place and shape.intersects(place)), "")] += 1
    return Lying(old, {code: found[code] for code, _shape in shapes if found[code]}, found[""])


def _chosen(posting: Assignment, choices: Choices, new: Sequence[Area], is_trial: bool) -> list[Area]:
    """The new cells that a posting goes to; in a preview to all where nothing has been said yet."""
    choice = choices.postings.get(posting.pk, ALL if is_trial else "")
    if choice in (ALL, ENDS):
        return list(new) if choice == ALL else []
    found = [area for area in new if area.code == choice]
    if not found:
        words = {"person": posting.person, "role": posting.get_role_display()}
        raise Refusal(_("Choose which cell %(person)s (%(role)s) goes to.") % words, field=f"posting-{posting.pk}")
    return found


def _hand_on(posting: Assignment, cells: Iterable[Area], at: datetime) -> None:
    since, until = max(at, posting.term.lower or at), posting.term.upper
    for cell in cells:
        # Two cells become one, and somebody was posted to both in the same role.
        if not Assignment.objects.twins(posting.person, cell, posting.role, TimestamptzRange(since, until)).exists():
            people.assign(posting.person, cell, Role(posting.role), since=since, until=until)


def _let_go(postings: Iterable[Assignment], lying: Iterable[Lying], at: datetime) -> None:
    """End the old postings, but for those that hold now where an issue is still open: they keep it until it has ended."""
    busy = set(Issue.objects.open_at([each.old.path for each in lying]).values_list("path", flat=True))
    for posting in postings:
        if posting.area.path not in busy or at not in posting.term:
            people.end_assignment(posting.pk, at=at)


def _filled(cells: Iterable[Area], at: datetime) -> set[Role]:
    """The posts of a cell (by the role that is needed) which somebody holds in one of these."""
    return {need.role for cell in cells for need in NEEDS if need.level == Level.GRID and _is_filled(need, cell, at)}


def _vacancies(new: Iterable[Area], filled: set[Role], at: datetime) -> list[Vacancy]:
    needs = [need for need in NEEDS if need.level == Level.GRID and need.role in filled]
    return [Vacancy(cell, need) for cell in new for need in needs if not _is_filled(need, cell, at)]


def _is_filled(need: Need, cell: Area, at: datetime) -> bool:
    return Assignment.objects.active(at).answering_for(cell.path).in_role(*need.roles).exists()
