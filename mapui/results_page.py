"""公开办理结果: what everybody may read of what was solved, newest first, and of what rests, takes longer or stands under a leader.

By village and month; knows no request and no person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.http import QueryDict
from django.utils.translation import pgettext_lazy

from grids.keyset import Keyset
from grids.levels import Level
from grids.models import Area, Territory
from issues.models import Category, Issue
from issues.querysets import CategoryQuerySet, IssueQuerySet
from issues.querysets.released import FEWEST, LATEST_CLOSED_FIRST
from issues.querysets.underway import LATEST_APPROVED_FIRST, SOONEST_DUE_FIRST, SOONEST_RESUMED_FIRST
from issues.terms import Light
from mapui import periods, underway_rows
from mapui.leaves import Leaf, Where, cut
from mapui.periods import Chosen
from mapui.underway_rows import Result

ROWS_PER_PAGE = 20
MONTHS_OFFERED = 24
DEPTH = 3  # lists of places: county, township, village


class Of(TextChoices):
    """What the list holds; only what was solved counts as solved."""

    SOLVED = "solved", pgettext_lazy("public list", "Solved")
    RESTING = "resting", pgettext_lazy("public list", "Resting")
    PROJECTS = "projects", pgettext_lazy("public list", "Projects")
    LISTED = "listed", pgettext_lazy("public list", "Under a named leader")


_ORDER: Mapping[str, Keyset] = {
    Of.SOLVED: LATEST_CLOSED_FIRST,
    Of.RESTING: SOONEST_RESUMED_FIRST,
    Of.PROJECTS: LATEST_APPROVED_FIRST,
    Of.LISTED: SOONEST_DUE_FIRST,
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; what is unknown is left out, so an old link still opens. `places`: codes, in any order."""

    of: Of = Of.SOLVED
    places: tuple[str, ...] = ()
    group: str = ""
    light: Light | None = None
    month: Chosen | None = None
    where: Where = field(default_factory=Where)

    @classmethod
    def from_query(cls, query: QueryDict, at: datetime) -> Wanted:
        of = next((of for of in Of if of == query.get("of")), Of.SOLVED)
        return cls(
            of=of,
            places=tuple(code for code in query.getlist("place") if code)[:DEPTH],
            group=query.get("group", "")[:60],
            light=next((light for light in Light if light == query.get("light")), None),
            month=periods.month(query.get("month", ""), at) if of is Of.SOLVED else None,
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
    tabs = tuple(Of)

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

    @property
    def _narrowed(self) -> IssueQuerySet:
        found = Issue.objects.all()
        if self.place:
            found = found.under(self.place.path)
        if self.group:
            found = found.of_category(self.group.code)
        return found.of_lights(self.wanted.light) if self.wanted.light else found

    @property
    def _found(self) -> QuerySet[Issue, dict[str, Any]]:
        match self.wanted.of:
            case Of.RESTING:
                return self._narrowed.resting_in_public()
            case Of.PROJECTS:
                return self._narrowed.projects_in_public()
            case Of.LISTED:
                return self._narrowed.listed_in_public()
        found = self._narrowed.released()
        if self.wanted.month:
            found = found.closed_within(self.wanted.month.period.since, self.wanted.month.period.until)
        return found.for_the_public()

    @cached_property
    def leaf(self) -> Leaf[dict[str, Any]]:
        """One page; nothing is counted."""
        order = _ORDER[self.wanted.of]
        return cut(partial(order.stretch, self._found, ROWS_PER_PAGE + 1), order, self.wanted.where, ROWS_PER_PAGE)

    @property
    def newest_first(self) -> bool:
        return _ORDER[self.wanted.of].falls

    @cached_property
    def rows(self) -> list[Result]:
        return [underway_rows.ROW[self.wanted.of](row) for row in self.leaf.rows]
