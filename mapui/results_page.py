"""公开办理结果: what everybody may read of what was solved, newest first. By village and month; knows no request and no person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.http import QueryDict

from grids.levels import Level
from grids.models import Area, Territory, in_language
from issues.masking import without_numbers
from issues.models import Category, Issue
from issues.querysets import CategoryQuerySet, IssueQuerySet
from issues.querysets.released import FEWEST, LATEST_CLOSED_FIRST
from issues.terms import Light
from issues.workflow import light_of
from mapui import periods
from mapui.leaves import Leaf, Where, cut
from mapui.periods import Chosen

ROWS_PER_PAGE = 20
MONTHS_OFFERED = 24
DEPTH = 3  # lists of places: county, township, village


@dataclass(frozen=True)
class Result:
    """What is told of one issue. `month`: any moment of it, in the site's time; `within`: what the place lies in, or empty."""

    line: str
    light: Light
    group: str
    place: str
    within: str
    month: datetime

    @classmethod
    def of(cls, row: dict[str, Any]) -> Result:
        """From a row of `ReleasedWords.for_the_public`."""
        return cls(
            without_numbers(row["public_line"]),
            light_of(row["level"]),
            in_language(row["group"]) or row["group_code"],
            row["place"],
            row["within"] or "",
            row["month"],
        )


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; what is unknown is left out, so an old link still opens. `places`: codes, in any order."""

    places: tuple[str, ...] = ()
    group: str = ""
    light: Light | None = None
    month: Chosen | None = None
    where: Where = field(default_factory=Where)

    @classmethod
    def from_query(cls, query: QueryDict, at: datetime) -> Wanted:
        return cls(
            places=tuple(code for code in query.getlist("place") if code)[:DEPTH],
            group=query.get("group", "")[:60],
            light=next((light for light in Light if light == query.get("light")), None),
            month=periods.month(query.get("month", ""), at),
            where=Where.from_query(query),
        )


@dataclass(frozen=True)
class PlaceList:
    """Areas of one level to choose from, and which of them is chosen."""

    label: str
    options: list[Area]
    chosen: Area | None


@dataclass
class ResultsPage:
    """The page at one moment. Each part is read when it is first asked for."""

    wanted: Wanted
    at: datetime

    lights = tuple(Light)
    fewest = FEWEST

    @cached_property
    def _roots(self) -> list[Area]:
        return list(Area.objects.roots().select_related("territory").without_boundary())

    @cached_property
    def place_lists(self) -> list[PlaceList]:
        """One list per level as deep as was chosen and one further, villages at the most; none of counties if there is but one."""
        root = self._roots[0] if len(self._roots) == 1 else None
        lists: list[PlaceList] = []
        options = self._parts_of(root) if root else self._roots
        while options:
            picked = next((area for area in options if area.code in self.wanted.places), None)
            lists.append(PlaceList(self._level_name(root or picked, options[0].level), options, picked))
            options = self._parts_of(picked) if picked else []
        return lists

    def _parts_of(self, area: Area) -> list[Area]:
        """What lies in it one level down; no cells, which are nearly a house, and nothing is asked where only they could be."""
        if area.level <= Level.VILLAGE:
            return []
        return [part for part in Area.objects.parts_of(area).without_boundary() if part.level >= Level.VILLAGE]

    def _level_name(self, within: Area | None, level: int) -> str:
        territory: Territory | None = next(
            (
                root.territory
                for root in self._roots
                if within and root.path == within.path.split(".")[0] and hasattr(root, "territory")
            ),
            None,
        )
        return territory.level_name(level) if territory else str(Level(level).label)

    @property
    def place(self) -> Area | None:
        """The narrowest area chosen."""
        return next((each.chosen for each in reversed(self.place_lists) if each.chosen), None)

    @cached_property
    def groups(self) -> CategoryQuerySet:
        return Category.objects.groups_with_public()

    @cached_property
    def group(self) -> Category | None:
        return next((group for group in self.groups if group.code == self.wanted.group), None)

    @property
    def months(self) -> Iterable[tuple[str, str]]:
        """Values and names of the months to choose from; one that is further back stands there once it was asked for."""
        offered = periods.months_up_to(self.at, MONTHS_OFFERED)
        asked = self.wanted.month
        if asked and asked.value not in dict(offered):
            offered.append((asked.value, asked.label))
        return offered

    @property
    def narrows(self) -> bool:
        return bool(self.place or self.group or self.wanted.light or self.wanted.month)

    @cached_property
    def _found(self) -> IssueQuerySet:
        found = Issue.objects.released()
        if self.place:
            found = found.under(self.place.path)
        if self.group:
            found = found.of_category(self.group.code)
        if self.wanted.light:
            found = found.of_lights(self.wanted.light)
        if self.wanted.month:
            found = found.closed_within(self.wanted.month.period.since, self.wanted.month.period.until)
        return found

    @cached_property
    def leaf(self) -> Leaf[dict[str, Any]]:
        """One page; nothing is counted."""
        return cut(
            partial(LATEST_CLOSED_FIRST.stretch, self._found.for_the_public(), ROWS_PER_PAGE + 1),
            LATEST_CLOSED_FIRST,
            self.wanted.where,
            ROWS_PER_PAGE,
        )

    @cached_property
    def rows(self) -> list[Result]:
        return [Result.of(row) for row in self.leaf.rows]
