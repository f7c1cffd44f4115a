"""What the tabs of the red list hold for one person: the sets, counted together, and a page of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from grids.prepared import Prepared
from issues.models import EscalationRequest, Issue, KeySupervisionEntry, ReminderLetter
from mapui.red_filters import RedFilters
from representatives.models import Person

STANDING, PROPOSED, DRAFTED, GENERAL, LETTERS, LEFT = "", "proposals", "drafts", "general", "letters", "left"
SORTS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "due": (pgettext_lazy("sorted by", "soonest due"), ("issue__level_due_at", "entered_at")),
    "days": (pgettext_lazy("sorted by", "longest in the list"), ("entered_at",)),
    "unit": (pgettext_lazy("sorted by", "lead unit"), ("lead_unit__code", "issue__level_due_at")),
    "place": (pgettext_lazy("sorted by", "by place"), ("issue__path", "issue__level_due_at")),
}


@dataclass(frozen=True)
class Shown:
    """Which rows of which tab, in which order."""

    tab: str
    sort: str
    first: int
    end: int


def _sets(person: Person, at: datetime, filters: RedFilters, area_path: str) -> Mapping[str, QuerySet[Any]]:
    """By tab: all that the person may see of it and that the filters let through; `area_path`: of the chosen township."""
    entries = KeySupervisionEntry.objects.visible_to(person, at)
    proposed = EscalationRequest.objects.red_proposals().visible_to(person, at)
    drafted = Issue.objects.red_suggested_to(person, at)
    return {
        STANDING: filters.narrow(entries.standing(), area_path, at),
        PROPOSED: proposed.under(area_path) if filters.area else proposed,
        DRAFTED: drafted.under(area_path) if filters.area else drafted,
        GENERAL: filters.narrow(entries.general(), area_path, at),
        LETTERS: filters.narrow_letters(ReminderLetter.objects.visible_to(person, at), at),
        LEFT: filters.narrow(entries.left(), area_path, at, ended=True),
    }


def _counted(person: Person, at: datetime, filters: RedFilters, area_path: str) -> QuerySet[Any, Any]:
    """(tab, how many) of each tab that holds anything; one statement for all."""
    first, *others = (
        rows.order_by().annotate(tab=Value(tab)).values("tab").annotate(n=Count("pk")).values_list("tab", "n")
        for tab, rows in _sets(person, at, filters, area_path).items()
    )
    return first.union(*others, all=True)


def _page(person: Person, at: datetime, filters: RedFilters, area_path: str, shown: Shown) -> QuerySet[Any]:
    rows: Any = _sets(person, at, filters, area_path)[shown.tab]
    if shown.tab in (STANDING, GENERAL):
        rows = rows.for_rows(person, at).order_by(*SORTS[shown.sort][1], "pk")
    elif shown.tab == LEFT:
        rows = rows.for_rows(person, at).order_by("-exited_at", "-pk")
    else:
        rows = rows.for_rows()
    return cast(QuerySet[Any], rows[shown.first : shown.end])


counted = Prepared(_counted)
page_of = Prepared(_page)
