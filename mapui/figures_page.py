"""The page of figures: rates with their denominators by place, unit, light or category, as somebody may see them.

Rows stand in the order of their codes; a reader may sort. Nothing is per person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.levels import Level
from grids.models import Area, Territory
from grids.querysets import AreaQuerySet
from grids.together import read_together
from issues.figures.counting import By, Counts, Grouping, count
from issues.figures.dashboard import Figure, narrowed, rate_figure
from issues.figures.measures import MEASURES, RATES, Rate
from issues.filters import Filters
from issues.models import Category, Issue
from issues.querysets import IssueQuerySet
from issues.terms import Light
from issues.workflow import LADDER, LEVEL_OF
from mapui import periods
from representatives.cover import Cover, cover_counts
from representatives.models import Person, Unit
from representatives.roles import Role
from representatives.scopes import scope_of

_DEPTH = {By.TOWNSHIP: 2, By.VILLAGE: 3}  # codes in a path, where there is no area to ask
_LEVEL = {By.TOWNSHIP: Level.TOWNSHIP, By.VILLAGE: Level.VILLAGE}
BY_LABELS: dict[By, Promise] = {
    By.TOWNSHIP: gettext_lazy("township"),
    By.VILLAGE: gettext_lazy("village"),
    By.UNIT: gettext_lazy("lead unit"),
    By.LIGHT: gettext_lazy("light"),
    By.CATEGORY: gettext_lazy("group of categories"),
}
PLAIN = ("received", "overdue_of", "resolution", "explained", "deferred", "unrated", "silent")  # counts that stand beside the rates


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    period: periods.Chosen
    by: By
    town: Area | None
    light: str
    category: str
    sort: str

    @classmethod
    def from_query(cls, query: QueryDict, towns: Iterable[Area], at: datetime, *, usual: By) -> Wanted:
        by, light, sort = query.get("by", ""), query.get("light", ""), query.get("sort", "")
        return cls(
            period=periods.chosen(query, at),
            by=By(by) if by in BY_LABELS else usual,
            town=next((town for town in towns if town.code == query.get("town")), None),
            light=light if light in Light.values else "",
            category=query.get("category", "")[:60].replace("\0", ""),
            sort=sort if sort.removeprefix("-") in SORTS else "",
        )


SORTS = ("name", "received", "overdue_of", *(rate.code for rate in RATES))


class Cell(NamedTuple):
    """A rate in a row, with the codes of the measures whose lists stand behind its two numbers."""

    rate: Rate
    figure: Figure
    of: str


@dataclass(frozen=True)
class Row:
    """One group. `key` is how addresses call it; the row of everything has none and `is_total`."""

    key: str
    code: str
    name: str
    counts: Counts
    is_total: bool = False
    light: str = ""

    @property
    def cells(self) -> list[Cell]:
        return [Cell(rate, rate_figure(rate, self.counts), rate.of) for rate in RATES if rate.of in self.counts]

    @property
    def plain(self) -> list[tuple[str, int]]:
        return [(code, self.counts[code]) for code in PLAIN]


class FiguresPage:
    """Everything the templates ask for, for one person at one moment."""

    def __init__(self, person: Person, query: QueryDict, at: datetime) -> None:
        self.person, self.at = person, at
        self.paths = scope_of(person, at).count_paths
        self.towns, self.categories = _areas(Level.TOWNSHIP, self.paths), Category.objects.groups()
        self._territories = Territory.objects.of_county(self.paths[0].partition(".")[0])
        read_together(self.towns, self.categories, self._territories)
        own_township = len(self.paths) == 1 and any(town.path == self.paths[0] for town in self.towns)
        self.wanted = Wanted.from_query(query, self.towns, at, usual=By.VILLAGE if own_township else By.TOWNSHIP)

    @property
    def within(self) -> tuple[str, ...]:
        """Paths of the places that are counted."""
        return narrowed(self.paths, self.wanted.town.path if self.wanted.town else "")

    @cached_property
    def issues(self) -> IssueQuerySet:
        """All issues that are in the figures as they are narrowed."""
        wanted = self.wanted
        lights = (Light(wanted.light),) if wanted.light else ()
        issues = Issue.objects.counted_for(self.person, self.at).under_any(self.within)
        return Filters(lights=lights, category=wanted.category).narrow(issues, self.at)

    @cached_property
    def grouping(self) -> Grouping:
        by = self.wanted.by
        depth = max((area.path.count(".") + 1 for area in self._places), default=_DEPTH.get(by, 0))
        return Grouping(by, depth)

    @cached_property
    def _places(self) -> Sequence[Area]:
        """The places that have a row, whether or not anything happened there."""
        level = _LEVEL.get(self.wanted.by)
        if level == Level.TOWNSHIP:
            return [town for town in self.towns if narrowed(self.within, town.path)]
        return list(_areas(level, self.within)) if level else []

    @cached_property
    def _cover(self) -> Cover:
        return cover_counts(self.within, self.at, group_level=_LEVEL.get(self.wanted.by, Level.TOWNSHIP))

    @cached_property
    def counted(self) -> dict[str, dict[str, int]]:
        return count(self.issues, self.wanted.period.period, self.at, self.grouping)

    @cached_property
    def rows(self) -> list[Row]:
        """One row a group, in the order that was asked for."""
        rows = [replace(row, counts={**_zeros(), **row.counts}) for row in self._named()]
        sort = self.wanted.sort
        if not sort:
            return rows
        rows.sort(key=lambda row: _sort_key(row, sort.removeprefix("-")), reverse=sort.startswith("-"))
        return sorted(rows, key=lambda row: sort.removeprefix("-") != "name" and _share(row, sort.removeprefix("-")) is None)

    @cached_property
    def total(self) -> Row:
        """All groups together: each issue is in one of them alone."""
        sums = {code: sum(counts.get(code, 0) for counts in self.counted.values()) for code in MEASURES}
        overall = next(each for each in self._cover.overall.counts if each.need.role == Role.PARTY_REPRESENTATIVE)
        return Row("", "", _("All together"), sums | {"coverage": overall.filled, "coverage_of": overall.total}, is_total=True)

    def _named(self) -> Iterator[Row]:
        by = self.wanted.by
        if by == By.LIGHT:
            for rung in LADDER:
                key = str(LEVEL_OF[rung.light].value)
                yield Row(key, key, str(rung.light.label), self.counted.get(key, {}), light=rung.light.value)
        elif by == By.UNIT:
            yield from self._units()
        elif by == By.CATEGORY:
            for group in Category.objects.with_codes(self.counted):
                yield Row(group.code, group.code, group.name, self.counted[group.code])
        else:
            yield from self._by_place()

    def _units(self) -> Iterator[Row]:
        for unit in Unit.objects.with_codes(self.counted):
            yield Row(unit.code, unit.code, unit.name, self.counted[unit.code])
        if "" in self.counted:
            yield Row("", "", _("No unit in the lead"), self.counted[""])

    def _by_place(self) -> Iterator[Row]:
        """Places of today, and those that issues were reported in before they were drawn anew."""
        cover = {row.path: row.counts for row in self._cover.rows}
        places = {area.path: area for area in self._places}
        gone = Area.objects.with_paths(set(self.counted) - set(places)) if set(self.counted) - set(places) else ()
        for area in sorted({area.path: area for area in (*gone, *places.values())}.values(), key=lambda area: area.path):
            covered = next((each for each in cover.get(area.path, ()) if each.need.role == Role.PARTY_REPRESENTATIVE), None)
            counts = {**self.counted.get(area.path, {}), "coverage": 0, "coverage_of": 0}
            if covered is not None:
                counts |= {"coverage": covered.filled, "coverage_of": covered.total}
            yield Row(area.path, area.code, self._name_of(area), counts)

    def _name_of(self, area: Area) -> str:
        if area.path.count(".") + 1 >= self.grouping.depth:
            return area.name
        return _("%(name)s, no nearer place") % {"name": area.name}

    def group_name(self, key: str) -> str:
        """What the row of that key is called, without counting anything; empty if there can be none."""
        by = self.wanted.by
        if by == By.LIGHT:
            return next((str(rung.light.label) for rung in LADDER if str(LEVEL_OF[rung.light].value) == key), "")
        if by == By.UNIT:
            return Unit.objects.names_of([key]).get(key, "") if key else _("No unit in the lead")
        if by == By.CATEGORY:
            return next((group.name for group in Category.objects.with_codes([key])), "")
        found = list(Area.objects.with_paths([key]))
        return self._name_of(found[-1]) if found else ""

    # --- what the filters offer ---

    @property
    def offered(self) -> list[tuple[str, str]]:
        return periods.offered(self.at)

    @property
    def groupings(self) -> list[tuple[str, str]]:
        names = {By.TOWNSHIP: Level.TOWNSHIP, By.VILLAGE: Level.VILLAGE}
        return [(by.value, self.level_name(names[by]) if by in names else str(label)) for by, label in BY_LABELS.items()]

    @property
    def by_name(self) -> str:
        return dict(self.groupings)[self.wanted.by.value]

    @property
    def lights(self) -> list[Light]:
        return [rung.light for rung in LADDER]

    @property
    def territory(self) -> Territory | None:
        return next(iter(self._territories), None)

    def level_name(self, level: Level) -> str:
        return self.territory.level_name(level) if self.territory else str(level.label)

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Codes, labels and sentences of the rates that have a column."""
        return [(rate.code, str(rate.label), str(rate.note)) for rate in RATES if rate.code in MEASURES or self.is_by_place]

    @property
    def is_by_place(self) -> bool:
        """Whether each row is a place, so that its cover can be told."""
        return self.wanted.by in _LEVEL

    def sheet(self) -> Iterator[list[object]]:
        """The whole table as rows of a file, its headings first."""
        counted = [str(MEASURES[code].label) for code in PLAIN]
        rates = [text for rate in RATES for text in (str(rate.label), *_parts(rate))]
        yield [_("Code"), self.by_name, *counted, *rates]
        for row in (*self.rows, self.total):
            yield [row.code, row.name, *(n for _code, n in row.plain), *_told(row)]


def _parts(rate: Rate) -> tuple[str, str]:
    if rate.code not in MEASURES:
        return _("Cells that have one"), _("Cells")
    return str(MEASURES[rate.code].label), str(MEASURES[rate.of].label)


def _told(row: Row) -> Iterator[object]:
    for rate in RATES:
        figure = rate_figure(rate, row.counts) if rate.of in row.counts else None
        yield figure.value if figure else ""
        yield from ("", "") if figure is None or figure.suppressed else (figure.numerator, figure.denominator)


def _areas(level: Level, paths: tuple[str, ...]) -> AreaQuerySet:
    return Area.objects.current().of_level(level).under_any(paths).without_boundary().order_by("path")


def _zeros() -> dict[str, int]:
    return dict.fromkeys(MEASURES, 0)


def _share(row: Row, code: str) -> float | None:
    """What the row is sorted by; None, and so last, where nothing is told."""
    if code in MEASURES and code not in (rate.code for rate in RATES):
        return float(row.counts[code])
    return next((cell.figure.share for cell in row.cells if cell.rate.code == code), None)


def _sort_key(row: Row, code: str) -> tuple[float, str]:
    return (0.0, row.name) if code == "name" else (_share(row, code) or 0.0, row.code)
