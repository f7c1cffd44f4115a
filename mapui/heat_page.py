"""What the heat page shows beside its map: the filters, and the list of places where issues keep coming back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.levels import Level
from grids.models import Area
from issues.figures.dashboard import narrowed
from issues.heat.queries import EVERYTHING, FOUR_WEEKS, Audience, Choice, choice_among
from issues.heat.view import YEAR, View
from issues.heat.weeks import monday, week_of
from issues.hot import findings
from issues.models import Category, HotRun, Kind
from issues.recurring.places import PUBLIC_SORTS, SORTS, Period, Places, public_places
from mapui import hot_list
from mapui.hot_list import HotRows
from mapui.overview import Viewer, home_of
from representatives.models import Person

ROWS_PER_PAGE = 20
MOST_EXPORTED = 5000

# How the map may be coloured; the value is what the script and the address say.
MODES: tuple[tuple[str, Promise], ...] = (
    ("issues", gettext_lazy("All issues")),
    ("weeks", gettext_lazy("Recurring")),
    ("areas", gettext_lazy("By area")),
    ("hot", gettext_lazy("Hot spots")),
)
HOT = "hot"

# fmt: off
COLUMNS: dict[str, Promise] = {
    "issues":      pgettext_lazy("column", "Issues"),
    "weeks":       pgettext_lazy("column", "Weeks"),
    "recurrences": pgettext_lazy("column", "Came back"),
    "open":        pgettext_lazy("column", "Open now"),
    "last":        pgettext_lazy("column", "Last"),
}
# fmt: on


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; what is unknown is left out, so an old link still opens."""

    choice: Choice
    town: Area | None
    period: Period
    sort: str
    mode: str
    page: str

    @classmethod
    def from_query(cls, query: QueryDict, choice: Choice, towns: list[Area], last_week: int, *, sorts: Iterable[str]) -> Wanted:
        """`last_week`: where time ends on this page; `sorts`: what the list can be sorted by, the usual one first."""
        mode, sort = query.get("mode", ""), query.get("sort", "")
        return cls(
            choice=choice,
            town=next((town for town in towns if town.code == query.get("town")), None),
            period=_period(query, last_week),
            sort=sort if sort in sorts else next(iter(sorts)),
            mode=mode if mode in dict(MODES) else MODES[0][0],
            page=query.get("page", "1"),
        )


def _period(query: QueryDict, last_week: int) -> Period:
    """The weeks of the days “from” and “to” (both included); the last year if they are missing or upside down."""
    first, last = _week(query.get("from", "")), _week(query.get("to", ""))
    first = last_week + 1 - YEAR if first is None else first
    last = last_week if last is None else min(last, last_week)
    return Period(first, last + 1) if first <= last else Period(last_week + 1 - YEAR, last_week + 1)


def _week(text: str) -> int | None:
    try:
        return max(week_of(date.fromisoformat(text)), 0)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Column:
    """A heading that sorts. `aria` is empty unless the list is sorted by it."""

    code: str
    label: Promise
    is_sorted: bool


class HeatPage:
    """Everything the templates ask for."""

    def __init__(self, person: Person | None, view: View, query: QueryDict, at: datetime) -> None:
        self.person, self.view, self.at = person, view, at
        towns = Area.objects.current().of_levels(Level.TOWNSHIP, Level.COUNTY)
        towns = towns.only("code", "name", "path", "level").with_box().order_by("path")
        self._categories = Category.objects.in_order()
        self.home = home_of(Viewer(person, at), towns, self._categories)
        self.towns = [] if view.audience.is_public else [town for town in towns if self._narrows_to(town)]
        # Only a year without any report ends time before the present week.
        self.last_week = min(view.span().last_week, week_of(at))
        choice = choice_among(self._categories, query.get("category", "")[:60]) or EVERYTHING
        sorts = PUBLIC_SORTS if self.is_public else SORTS
        self.wanted = Wanted.from_query(query, choice, self.towns, self.last_week, sorts=sorts)

    @property
    def is_public(self) -> bool:
        return self.view.audience.is_public or self.person is None

    def _narrows_to(self, area: Area) -> bool:
        level = Level.COUNTY if self.is_wide else Level.TOWNSHIP
        return area.level == level and bool(narrowed(self.view.audience.paths, area.path))

    @property
    def is_wide(self) -> bool:
        """Whether the viewer stands above counties, and is offered counties in place of townships."""
        return self.home is not None and self.home.choice_level == Level.COUNTY

    @property
    def needs_county(self) -> bool:
        """Whether a county has still to be chosen: a province has hundreds of thousands of places, and nobody reads them in one list."""
        return self.is_wide and not self.is_public and self.wanted.town is None

    @property
    def is_built(self) -> bool:
        return self.view.version > 0

    @property
    def quiet_since(self) -> date | None:
        """The Monday of the last week with a report if that is over a year ago, so that the page opens on the year before it."""
        return monday(self.last_week) if self.last_week < week_of(self.at) else None

    @property
    def modes(self) -> tuple[tuple[str, Promise], ...]:
        return MODES

    @property
    def is_hot(self) -> bool:
        """Whether hot spots are asked for, not the heat itself."""
        return self.wanted.mode == HOT

    @cached_property
    def run(self) -> HotRun | None:
        """The analysis that the hot spots are from."""
        return findings.run_for(self.view.audience)

    @property
    def run_period(self) -> Period | None:
        """The weeks that the analysis counted; the public's end with a period of theirs."""
        if self.run is None:
            return None
        later = self.run.until_week % FOUR_WEEKS if self.is_public else 0
        return Period(self.run.first_week - later, self.run.until_week - later)

    @property
    def hot_group(self) -> str:
        """The code of the group of categories that the chosen category is analysed with."""
        return findings.group_of(self._categories, self.wanted.choice.code)

    @property
    def hot_group_name(self) -> str:
        return next((str(each.name) for each in self._categories if each.code == self.hot_group), "")

    @property
    def hot_legend(self) -> list[tuple[Kind, str, Promise]]:
        return hot_list.legend()

    hot_shares = hot_list.SHARES

    @property
    def hot_rows(self) -> HotRows:
        audience = self.view.audience
        if self.wanted.town and not audience.is_public:
            audience = Audience(narrowed(audience.paths, self.wanted.town.path))
        return HotRows(findings.spots_for(audience, self.hot_group, findings.levels_for(audience)[0]))

    @property
    def columns(self) -> list[Column]:
        shown = PUBLIC_SORTS if self.is_public else COLUMNS
        return [Column(code, COLUMNS[code], self.wanted.sort == code) for code in COLUMNS if code in shown]

    @property
    def groups(self) -> list[tuple[Category, list[Category]]]:
        """Categories by group, without those that are in nobody's figures."""
        found: dict[Category, list[Category]] = {}
        for category in self._categories:
            if category.is_active and category.group and not category.sealed and not (self.is_public and category.non_public):
                found.setdefault(category.group, []).append(category)
        return list(found.items())

    @property
    def rows(self) -> Any:
        """A sequence of `Place`, or of `VillageRow` for the public; worst first."""
        wanted = self.wanted
        if self.is_public or self.person is None:
            return public_places(self.view.version, wanted.choice, wanted.period, sort=wanted.sort)
        if self.needs_county:
            return []
        audience = Audience(narrowed(self.view.audience.paths, wanted.town.path if wanted.town else ""))
        return Places(self.person, audience, wanted.choice, wanted.period, sort=wanted.sort, at=self.at)

    def leaf(self) -> Leaf:
        """The page of the list that was asked for; the nearest if there is none of that number."""
        return Paginator(self.hot_rows if self.is_hot else self.rows, ROWS_PER_PAGE).get_page(self.wanted.page)

    def map_config(self) -> dict[str, object] | None:
        """What the script has to know of the map; None if there is nothing to draw."""
        if self.home is None:
            return None
        ground = self.home.ground
        bounds = self.home.bounds or ground.bounds()
        if not ground.levels or not bounds:
            return None
        return {
            "info": reverse("heat-info"),
            **hot_list.map_config(),
            "note": ground.note,
            "year": YEAR,
            "period": {"from": self.wanted.period.first, "until": self.wanted.period.until},
            "towns": {town.code: town.box for town in self.towns if town.box},  # type: ignore[attr-defined]
            "map": {
                "levels": ground.levels,
                "bounds": bounds,
                "attribution": ground.attribution,
                "basemap": {
                    "url": settings.BASEMAP_URL,
                    "datum": settings.BASEMAP_DATUM,
                    "attribution": settings.BASEMAP_ATTRIBUTION,
                },
            },
            "addresses": {
                "tiles": reverse("tile", args=["county", 0, 0, 0, 0]).replace("county/0/0/0/0", "{level}/{version}/{z}/{x}/{y}"),
                "names": reverse("area-names", args=["county", 0, 0]).replace("county/0/0", "{level}/{version}/{block}"),
            },
        }

    def sheet(self) -> Iterator[list[object]]:
        """The whole list as rows of a table, its heading first."""
        if self.is_hot:
            yield from hot_list.sheet(self.hot_rows, MOST_EXPORTED)
        else:
            yield from self._public_sheet() if self.is_public else self._staff_sheet()

    def _staff_sheet(self) -> Iterator[list[object]]:
        yield [
            _("Recurring place"),
            _("Lies in"),
            _("Category"),
            *(str(label) for label in COLUMNS.values()),
            _("Light"),
            _("Suggestion"),
        ]
        for place in self.rows[:MOST_EXPORTED]:
            counts = [place.issues, place.weeks, place.recurrences, place.still_open, place.last_at.date().isoformat()]
            light = place.light.label if place.light else ""
            yield [
                place.area,
                place.within,
                place.category.name,
                *counts,
                light,
                ", ".join(str(hint.label) for hint in place.hints),
            ]

    def _public_sheet(self) -> Iterator[list[object]]:
        yield [_("Recurring place"), _("Category"), str(COLUMNS["issues"]), _("Four-week periods with an issue")]
        for row in self.rows:
            yield [row.area, row.category.name, row.issues, row.periods]
