"""Counts the measures, all at once or by group: one statement for each kind of row, however many groups there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Aggregate, CharField, Count, F, Func, Q, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from grids.together import read_together
from issues.figures.measures import ORDERS, Measure, Period, Rows, measured
from issues.models import Event, Issue, Judgement
from issues.querysets import IssueQuerySet
from representatives.models import Person

Counts = Mapping[str, int]
_PREFIX = "n_"  # some measures are called like a field


class By(StrEnum):
    """What the figures are grouped by. Places: where it was reported; units: who leads; category: its group."""

    NOTHING = ""
    TOWNSHIP = "township"
    VILLAGE = "village"
    UNIT = "unit"
    LIGHT = "light"
    CATEGORY = "category"


@dataclass(frozen=True)
class Grouping:
    """By what, and for places how many codes of the path make the group."""

    by: By = By.NOTHING
    depth: int = 0

    def key(self, rows: Rows) -> Combinable | None:
        """The group of a row, as text; empty where it has none."""
        if self.by == By.NOTHING:
            return None
        to_issue = {Rows.RATINGS: "issue__", Rows.ORDERS: "issue__"}.get(rows, "")
        if self.by == By.UNIT:
            code = KeyTextTransform("unit", "facts") if rows == Rows.ORDERS else F(f"{to_issue}lead_unit__code")
            return Coalesce(code, Value(""), output_field=CharField())
        if self.by == By.LIGHT:
            return Cast(f"{to_issue}level", CharField())
        if self.by == By.CATEGORY:
            return Coalesce(f"{to_issue}category__group__code", f"{to_issue}category__code", output_field=CharField())
        return FirstCodes(F(f"{to_issue}path"), self.depth)


class FirstCodes(Func):
    """The first so many codes of a path: (“a.b.c”, 2) → “a.b”."""

    output_field = CharField()
    arity = 1

    def __init__(self, path: Combinable, depth: int, **extra: Any) -> None:
        super().__init__(path, **extra)
        self.template = f"array_to_string((string_to_array(%(expressions)s, '.'))[1:{int(depth)}], '.')"


def rows_of(measure: Measure, issues: IssueQuerySet, period: Period, at: datetime) -> QuerySet[Any]:
    """The very rows that the measure counts among these issues."""
    return _base(measure.rows, issues, period, at).filter(measure.condition(period))


def in_group(rows: QuerySet[Any], of: Rows, grouping: Grouping, group: str) -> QuerySet[Any]:
    """Of such rows, those of the group."""
    key = grouping.key(of)
    return rows if key is None else rows.annotate(group_key=key).filter(group_key=group)


def count(
    issues: IssueQuerySet,
    period: Period,
    at: datetime,
    grouping: Grouping = Grouping(),
    kinds: Iterable[Rows] = tuple(Rows),
    beside: Iterable[QuerySet[Any, Any]] = (),
) -> dict[str, dict[str, int]]:
    """{group: {measure: n}} of these issues; without grouping the only group is “”. One statement, which fills `beside` too."""
    sets = [_counted(kind, issues, period, at, grouping) for kind in kinds]
    read_together(*sets, *beside)
    found: dict[str, dict[str, int]] = {} if grouping.by else {"": {}}
    for rows in sets:
        for row in rows:
            found.setdefault(row["group_key"], {}).update(_named(row))
    zeros = {measure.code: 0 for kind in kinds for measure in measured(kind)}
    return {group: zeros | counts for group, counts in found.items()}


def _counted(kind: Rows, issues: IssueQuerySet, period: Period, at: datetime, grouping: Grouping) -> QuerySet[Any, dict[str, Any]]:
    """Of each group that has any: `group_key`, and how many of each measure."""
    conditions = {measure.code: measure.condition(period) for measure in measured(kind)}
    counts = {f"{_PREFIX}{measure.code}": _number(measure, conditions[measure.code]) for measure in measured(kind)}
    rows = _base(kind, issues, period, at).filter(_any_of(kind, conditions)).order_by()
    key = grouping.key(kind) or Value("", output_field=CharField())
    return rows.values(group_key=key).annotate(**counts)


def _number(measure: Measure, condition: Q | None = None) -> Aggregate:
    """How many rows, or what they add up to."""
    return Sum(measure.adds, filter=condition or None, default=0) if measure.adds else Count("pk", filter=condition or None)


def number_of(measure: Measure, rows: QuerySet[Any]) -> int:
    """What these of its rows count for."""
    return int(rows.aggregate(n=_number(measure))["n"])


def _named(row: Mapping[str, int]) -> dict[str, int]:
    return {name.removeprefix(_PREFIX): n for name, n in row.items() if name.startswith(_PREFIX)}


def _base(kind: Rows, issues: IssueQuerySet, period: Period, at: datetime) -> QuerySet[Any]:
    if kind == Rows.OPEN:
        return issues.unfinished().with_clock_state(at)
    if kind == Rows.RATINGS:
        return Judgement.objects.said_of(issues, period.since)
    if kind == Rows.ORDERS:
        return Event.objects.filter(issue__in=issues, verb__in=ORDERS)
    return issues


def _any_of(kind: Rows, conditions: Mapping[str, Q]) -> Q:
    """What any of them counts, in ranges that an index knows; the narrower ones lie within the wider."""
    widest = {Rows.OPEN: (), Rows.ISSUES: ("received", "response_of", "resolution_of")}
    codes = widest.get(kind, {Rows.RATINGS: ("satisfaction_of",), Rows.ORDERS: ("returned_of",)}.get(kind, ()))
    found = Q()
    for code in codes:
        found |= conditions[code]
    return found


def visible(rows: QuerySet[Any], of: Rows, person: Person, at: datetime) -> QuerySet[Any]:
    """Of such rows, those whose issue the person may open."""
    issues = Issue.objects.visible_to(person, at)
    return rows.filter(**{"issue__in" if of in (Rows.RATINGS, Rows.ORDERS) else "pk__in": issues.values("pk")})


def listed(rows: QuerySet[Any], of: Rows) -> QuerySet[Any]:
    """Such rows with what a list names of their issues, the latest first."""
    to_issue = {Rows.RATINGS: "issue__", Rows.ORDERS: "issue__"}.get(of, "")
    latest = {Rows.RATINGS: "-at", Rows.ORDERS: "-at"}.get(of, "-reported_at")
    place = (f"{to_issue}category", f"{to_issue}area__parent")
    return (
        rows.select_related(*place).defer(f"{to_issue}area__boundary", f"{to_issue}area__parent__boundary").order_by(latest, "-pk")
    )
