"""The list behind a number of the figures: exactly what was counted, as far as the person may open it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from issues.figures.counting import in_group, listed, number_of, rows_of, visible
from issues.figures.measures import MEASURES, RATE, Measure
from issues.heat.public import FEWEST
from issues.importing.bulk import in_batches
from issues.models import Event, Issue, Judgement
from mapui.figures_page import FiguresPage
from mapui.templatetags.gridgov import moment
from representatives.models import Unit

ROWS_PER_PAGE = 50
NAMED_AT_ONCE = 1000
MOST_EXPORTED = 20_000


class Line(NamedTuple):
    """One counted thing: its issue, what makes it count, and when."""

    issue: Issue
    what: str
    when: datetime


@dataclass
class FiguresList:
    """The rows that one measure counts in one group of the figures."""

    page: FiguresPage
    measure: Measure
    group: str | None  # None: of everything
    number: str = "1"

    @classmethod
    def from_query(cls, page: FiguresPage, query: QueryDict) -> FiguresList:
        """Raises Http404 for a measure that there is not."""
        measure = MEASURES.get(query.get("of", ""))
        if measure is None:
            raise Http404
        group = query.get("group")
        return cls(page, measure, group.replace("\0", "") if group is not None else None, query.get("page", "1"))

    @cached_property
    def counted(self) -> QuerySet[Any]:
        """What is counted, whether or not each may be opened."""
        page = self.page
        rows = rows_of(self.measure, page.issues, page.wanted.period.period, page.at)
        return rows if self.group is None else in_group(rows, self.measure.rows, page.grouping, self.group)

    @cached_property
    def total(self) -> int:
        return number_of(self.measure, self.counted)

    @cached_property
    def is_withheld(self) -> bool:
        """Whether the number belongs to a rate of fewer than five, which is not told, and so neither is its list."""
        rate = RATE.get(self.measure.code.removesuffix("_of"))
        if rate is None or self.measure.code == "overdue_of":
            return False
        whole = FiguresList(self.page, MEASURES[rate.of], self.group)
        return 0 < (self.total if self.measure.code == rate.of else whole.total) < FEWEST

    @cached_property
    def _visible(self) -> QuerySet[Any]:
        return listed(visible(self.counted, self.measure.rows, self.page.person, self.page.at), self.measure.rows)

    @cached_property
    def _opened(self) -> int:
        """What the rows that the person may open count for."""
        return number_of(self.measure, self._visible.order_by())

    @cached_property
    def leaf(self) -> Leaf:
        paginator = Paginator(self._visible, ROWS_PER_PAGE)
        if not self.measure.adds:  # else a row counts for several
            paginator.count = self._opened
        return paginator.get_page(self.number)

    @property
    def hidden(self) -> int:
        """How many are counted that the person sees in figures only."""
        return self.total - self._opened

    @property
    def lines(self) -> list[Line]:
        return list(_lines(self.leaf))

    @cached_property
    def group_name(self) -> str:
        """What the group is called; empty if there is none."""
        return self.page.group_name(self.group) if self.group is not None else ""

    def sheet(self) -> Iterator[list[object]]:
        """What the person may open, as rows of a file."""
        yield [_("Number"), _("Issue"), _("Light"), _("Category"), _("Place"), str(self.measure.label), _("When")]
        if self.is_withheld:
            return
        for line in _lines(self._visible[:MOST_EXPORTED].iterator(chunk_size=1000)):
            issue, parent = line.issue, line.issue.area.parent
            place = " ".join(name for name in (parent.name if parent else "", issue.area.name) if name)
            yield [issue.number, issue.title, issue.light.label, issue.category.name, place, line.what, moment(line.when)]


def _lines(rows: Iterable[Issue | Judgement | Event]) -> Iterator[Line]:
    """Of orders with the names of the units that got them: one statement for each thousand."""
    for some in in_batches(rows, NAMED_AT_ONCE):
        codes = {str(row.facts.get("unit", "")) for row in some if isinstance(row, Event)}
        units = Unit.objects.names_of(codes) if codes else {}
        yield from (_line(row, units) for row in some)


def _line(row: Issue | Judgement | Event, units: Mapping[str, str]) -> Line:
    """`units`: what codes of units are called."""
    if isinstance(row, Judgement):
        return Line(row.issue, str(row), row.at)
    if isinstance(row, Event):
        code = str(row.facts.get("unit", ""))
        return Line(row.issue, units.get(code, code), row.at)
    return Line(row, str(row.get_status_display()), row.closed_at or row.reported_at)
