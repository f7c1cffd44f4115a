"""The printed month: rates with their denominators, charts by light, place and category, and where problems came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from issues.figures.counting import By
from issues.recurring.places import Recurring, recurring
from mapui.charts import Bars, bars
from mapui.figures_page import FiguresPage, Row
from mapui.periods import Chosen, month
from representatives.models import Person

MOST_PLACES = 12
SERIES = ("received", "resolution", "overdue_of")


@dataclass
class FiguresMonth:
    """One month of the places whose figures the person may see, or of one township of them."""

    person: Person
    chosen: Chosen
    at: datetime
    town: str = ""

    def _by(self, by: By) -> FiguresPage:
        query = QueryDict(mutable=True)
        query.update({"period": self.chosen.value, "by": by.value, "town": self.town})
        return FiguresPage(self.person, query, self.at)

    @cached_property
    def by_light(self) -> FiguresPage:
        return self._by(By.LIGHT)

    @cached_property
    def by_place(self) -> FiguresPage:
        """By township; of a single township, by village."""
        page = self._by(By.TOWNSHIP)
        return self._by(By.VILLAGE) if page.wanted.town or len(page.towns) == 1 else page

    @cached_property
    def by_category(self) -> FiguresPage:
        return self._by(By.CATEGORY)

    @property
    def total(self) -> Row:
        return self.by_place.total

    @property
    def county_name(self) -> str:
        return self.by_light.territory.area.name if self.by_light.territory else ""

    @property
    def place_name(self) -> str:
        page = self.by_light
        town = page.wanted.town or (page.towns[0] if len(page.towns) == 1 else None)
        return town.name if town else self.county_name

    @property
    def others(self) -> list[tuple[str, str]]:
        """The months before and after, where there is one."""
        first, last = self.chosen.first - timedelta(days=1), self.chosen.last + timedelta(days=1)
        found = (month(f"{day:%Y-%m}", self.at) for day in (first, last))
        return [(each.value, each.label) for each in found if each]

    @cached_property
    def places(self) -> list[Recurring]:
        """Where issues came back in the month, the most often first."""
        return recurring(self.by_light.issues, self.chosen.period, most=MOST_PLACES)

    @property
    def light_chart(self) -> SafeString:
        return _chart(_("Received, solved and open, by light"), self.by_light.rows)

    @property
    def place_chart(self) -> SafeString:
        return _chart(_("Received, solved and open, by place"), self.by_place.rows)

    @property
    def category_chart(self) -> SafeString:
        return _chart(_("Received, solved and open, by group of categories"), self.by_category.rows)


def _chart(title: str, rows: list[Row]) -> SafeString:
    """Groups in which nothing happened are left out, in the order of their codes."""
    shown = [
        Bars(row.name, tuple(row.counts[code] for code in SERIES), row.light)
        for row in rows
        if any(row.counts[code] for code in SERIES)
    ]
    return bars(title, (_("received"), _("solved"), _("open now")), shown)
