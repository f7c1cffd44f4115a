"""What the overview shows of an area: its place in the tree, its parts with their counts, its people and open issues."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Count, F

from grids.levels import Level
from grids.models import Area, Layer, Territory, paths_above
from grids.prepared import Prepared
from grids.querysets import AreaQuerySet
from grids.together import Rows
from issues import tally
from issues.figures.counting import FirstCodes
from issues.filters import Filters
from issues.models import Issue
from issues.querysets import IssueQuerySet
from issues.terms import ClockState, Light
from issues.workflow import light_of
from mapui.ground import Box, Ground
from representatives.chain import Answer
from representatives.models import Person
from representatives.scopes import NOBODY, Scope, scope_of
from representatives.services import responsible_for

SHORT_LIST = 8
EVERYTHING = Filters()
ORDER = (Light.GREEN, Light.BLUE, Light.YELLOW, Light.RED)
SORTS = ("name", "worst", "total", *Light.values, "overdue")


@dataclass(frozen=True)
class Viewer:
    """Who looks, when, and what they narrowed it to. No filters for visitors: differences would tell what is withheld."""

    person: Person | None
    at: datetime
    filters: Filters = EVERYTHING

    @cached_property
    def scope(self) -> Scope:
        return scope_of(self.person, self.at) if self.person else NOBODY

    @property
    def has_figures(self) -> bool:
        """Whether any area's figures are theirs; else they are shown what the public is."""
        return bool(self.scope.count_paths)

    def sees(self, path: str) -> bool:
        """Whether the figures of the whole area are theirs."""
        above = set(paths_above(path))
        return any(own in above for own in self.scope.count_paths)

    @property
    def issues(self) -> IssueQuerySet:
        """The open issues that are counted for them."""
        if self.person and self.has_figures:
            return self.filters.narrow(Issue.objects.counted_for(self.person, self.at).unfinished(), self.at)
        return Issue.objects.public().unfinished()


@dataclass
class Numbers:
    """Open issues of an area. `is_told` False: not for this viewer to know; `has_lights` False: only how many in all."""

    total: int = 0
    worst: Light | None = None
    by_light: Counter[Light] = field(default_factory=Counter)
    overdue: int = 0
    is_told: bool = True
    has_lights: bool = True

    def add(self, level: int, n: int, *, late: bool = False) -> None:
        """Count `n` more issues of that level."""
        light = light_of(level)
        self.total += n
        self.by_light[light] += n
        self.overdue += n if late else 0
        self.worst = max(self.worst or light, light, key=ORDER.index)

    @property
    def lights(self) -> list[tuple[Light, int]]:
        """Every light with its number, for a row of a table."""
        return [(light, self.by_light[light]) for light in ORDER]

    def rank(self, sort: str) -> tuple[int, ...]:
        """What a table is sorted by; what is not told comes last."""
        if not self.is_told:
            return (-1,)
        if sort == "worst":
            return (ORDER.index(self.worst) + 1, self.by_light[self.worst], self.total) if self.worst else (0,)
        if sort in ORDER:
            return (self.by_light[Light(sort)], self.total)
        return (self.overdue if sort == "overdue" else self.total, self.total)


@dataclass(frozen=True)
class Row:
    area: Area
    numbers: Numbers
    is_chosen: bool = False


class Place:
    """An area as the viewer may see it."""

    def __init__(self, area: Area, viewer: Viewer, ground: Ground | None = None) -> None:
        self.area = area
        self.viewer = viewer
        self.ground = ground or Ground(area.path)

    @property
    def trail(self) -> list[Area]:
        """The area and all that it lies in, widest first."""
        return self.ground.trail

    @property
    def county(self) -> str:
        """The path of the county that it lies in; above counties, of the whole territory."""
        return self.ground.county

    @property
    def choice_level(self) -> Level:
        """Of what the filters offer to narrow to: the townships of the county, or where it is wider, counties."""
        return Level.COUNTY if self.area.level > Level.COUNTY else Level.TOWNSHIP

    @property
    def village(self) -> Area | None:
        """The village that the place is or lies in; None above villages."""
        return next((area for area in self.trail if area.level == Level.VILLAGE), None)

    @property
    def is_cell(self) -> bool:
        return self.area.level == Level.GRID

    @property
    def parent_code(self) -> str:
        return self.trail[-2].code if len(self.trail) > 1 else ""

    @property
    def bounds(self) -> Box | None:
        """[west, south, east, north] in degrees; None if the area has no boundary."""
        return self.ground.bounds(self.area.code)

    @property
    def territory(self) -> Territory | None:
        return self.ground.territory

    @property
    def level_name(self) -> str:
        return self.name_of(self.area.level)

    def name_of(self, level: int) -> str:
        return self.ground.name_of(level)

    @cached_property
    def tabled(self) -> Area:
        """The area whose parts the table lists: itself, or for a cell the one that it is part of."""
        return self.trail[-2] if self.is_cell and len(self.trail) > 1 else self.area

    @cached_property
    def parts(self) -> list[Row]:
        """The areas one level down (for a cell: it and its neighbours) with their numbers; two statements."""
        return [Row(area, self._counted[area.path], is_chosen=area.path == self.area.path) for area in self.part_areas]

    @cached_property
    def part_areas(self) -> AreaQuerySet:
        return _parts(self.tabled.pk)

    def sorted_parts(self, sort: str) -> list[Row]:
        """`sort`: one of SORTS, with “-” before it for the largest first; the order of the codes among equals."""
        key, falls = sort.lstrip("-"), sort.startswith("-")
        if key not in SORTS or key == "name":
            return list(reversed(self.parts)) if falls and key == "name" else self.parts
        return sorted(self.parts, key=lambda row: row.numbers.rank(key), reverse=falls)

    @cached_property
    def numbers(self) -> Numbers:
        """The area's own numbers; one statement."""
        return self._numbers([self.area.path])[self.area.path]

    def count_with_parts(self) -> None:
        """Have the area's own numbers come from the statement that counts its parts: all that is open is read once."""
        self.numbers = self._counted[self.area.path]

    @cached_property
    def _counted(self) -> dict[str, Numbers]:
        return self._numbers([self.tabled.path, *(area.path for area in self.part_areas)])

    def _numbers(self, paths: list[str]) -> dict[str, Numbers]:
        """Of an area, and parts of it of one level."""
        if self.viewer.has_figures:
            return _count_for_staff(self.viewer, paths)
        return _count_for_public(self.viewer, paths, self.county)

    @cached_property
    def answers(self) -> list[Answer]:
        """Who answers at the area's own level and those above, the nearest first."""
        return [answer for answer in responsible_for(self.area.path, self.viewer.at) if answer.level >= self.area.level]

    @cached_property
    def soonest(self) -> IssueQuerySet:
        """The open issues that the viewer may open, soonest due first; one more than are shown."""
        viewer = self.viewer
        if viewer.person is None:
            return Issue.objects.none()
        return _soonest(viewer.person, viewer.at, viewer.filters, self.area.path)


def _open_within(person: Person, at: datetime, filters: Filters, path: str) -> IssueQuerySet:
    narrowed = filters.narrow(Issue.objects.visible_to(person, at).open_in(path), at).with_clock_state(at)
    return narrowed.for_rows().soonest_due_first()[: SHORT_LIST + 1]


_parts = Prepared(lambda key: Area.objects.parts_of(key).without_boundary())
_soonest = Prepared(_open_within)


def _count_for_staff(viewer: Viewer, paths: list[str]) -> dict[str, Numbers]:
    """Numbers per path: of the first, and of others one level down in it; one statement over the open issues there."""
    found = {path: Numbers(is_told=viewer.sees(path)) for path in paths}
    depth = len(paths[-1].split("."))
    # Added up by part in the database: an area as wide as a province has as many paths as open issues.
    issues = viewer.issues.under(paths[0]).with_clock_state(viewer.at).order_by().annotate(part=FirstCodes(F("path"), depth))
    for part, level, clock, n in issues.values_list("part", "level", "clock").annotate(n=Count("pk")):
        for path in {paths[0], part} & found.keys():
            if found[path].is_told:
                found[path].add(level, n, late=clock == ClockState.OVERDUE)
    return found


def _count_for_public(viewer: Viewer, paths: list[str], county: str) -> dict[str, Numbers]:
    """The same as the public's map tells: townships with at least so many, the county as their sum; no lateness."""
    version = Layer.objects.filter(level=Level.TOWNSHIP).values_list("version", flat=True).first() or 0
    townships = tally.index_of(Level.TOWNSHIP, county, version)
    told = tally.tellable(tally.fold(tally.count_by_path(viewer.issues.under(county)), townships))
    found = {}
    for path in paths:
        within = [each for township, each in told.items() if township == path or township.startswith(f"{path}.")]
        worst = max((level for level, _ in within), default=None)
        found[path] = Numbers(
            total=sum(n for _, n in within),
            worst=light_of(worst) if worst else None,
            is_told=bool(within),
            has_lights=False,
        )
    return found


def home_path(viewer: Viewer) -> str:
    """Where the viewer begins: the narrowest area that holds all whose figures are theirs; empty: in the first county."""
    paths = viewer.scope.count_paths or tuple(path for _, path in viewer.scope.held)
    if not paths:
        return ""
    common = [path for path in paths_above(min(paths)) if all(each == path or each.startswith(f"{path}.") for each in paths)]
    return common[-1] if common else ""


def home_of(viewer: Viewer, *with_: Rows) -> Place | None:
    """The place where the viewer begins, read together with those sets; None if there is no territory yet."""
    path = home_path(viewer)
    if not path or not (ground := Ground(path, *with_)).trail:
        first = Area.objects.roots().without_boundary().first()
        return Place(first, viewer, Ground(first.path, *with_)) if first else None
    return Place(ground.trail[-1], viewer, ground)
