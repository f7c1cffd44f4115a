"""The places where issues keep coming back: a cell and a category, with how often, how lately and what is open there.

Staff get the places of the areas whose figures they may see; the public gets villages, as `heat.public` tells them. A
period is whole weeks, [first, until).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Max, Q, QuerySet, Window
from django.db.models.functions import RowNumber, TruncWeek
from django.utils import timezone

from grids.models import Area, paths_above
from grids.querysets import AreaQuerySet, within_paths
from grids.together import read_together
from issues.figures.measures import Period as Days
from issues.heat import public
from issues.heat.bins import UNCOUNTED
from issues.heat.queries import Audience, Choice
from issues.heat.weeks import monday, starts_at
from issues.models.casework import Issue
from issues.models.config import Category
from issues.querysets import IssueQuerySet
from issues.recurring import links
from issues.recurring.links import Grounds, Hint
from issues.terms import Light
from issues.workflow import light_of
from representatives.models import Person

# By what the list can be sorted, the usual way first.
SORTS = {
    "recurrences": ("-came_back", "-weeks"),
    "issues": ("-issues", "-weeks"),
    "weeks": ("-weeks", "-issues"),
    "last": ("-last_at", "-issues"),
    "open": ("-still_open", "-worst_level", "-came_back"),
}
PUBLIC_SORTS = ("weeks", "issues")
MOST_LINKS = 6


@dataclass(frozen=True)
class Period:
    """Weeks [first, until)."""

    first: int
    until: int

    @property
    def first_day(self) -> date:
        return monday(self.first)

    @property
    def last_day(self) -> date:
        return date.fromordinal(monday(self.until).toordinal() - 1)

    @property
    def weeks(self) -> int:
        return self.until - self.first


@dataclass
class Place:
    """A row of the list. `issues` and `recurrences` count the period; `still_open` and `light` are of now."""

    path: str
    area: str
    within: str
    category: Category
    issues: int
    weeks: int
    recurrences: int
    last_at: datetime
    still_open: int
    light: Light | None
    links: list[Issue] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)  # why something open there is suggested to be raised
    lonlat: tuple[float, float] | None = None


class Places(Sequence[Place]):
    """The worst places first; reads only the rows which are asked for. A slice costs three queries."""

    def __init__(self, person: Person, audience: Audience, choice: Choice, period: Period, *, sort: str, at: datetime) -> None:
        self.person, self.at = person, at
        self.rows = _grouped(counted(audience, choice), period).order_by(*SORTS[sort], "path", "category")

    def __len__(self) -> int:
        return self.rows.count()

    def __getitem__(self, rows: Any) -> Any:
        return _described(list(self.rows[rows]), self.person, self.at)


def counted(audience: Audience, choice: Choice) -> QuerySet[Issue]:
    """What the heat counts, in those areas: no sealed ones, none that were declined, withdrawn or merged."""
    issues = Issue.objects.filter(within_paths(audience.paths), sealed=False).exclude(status__in=UNCOUNTED)
    return issues.filter(category__in=choice.ids) if choice.code else issues


def _grouped(issues: QuerySet[Issue], period: Period) -> Any:
    """Rows of one place each, as dicts."""
    reported = issues.filter(reported_at__gte=starts_at(period.first), reported_at__lt=starts_at(period.until))
    is_open = Q(closed_at=None)
    return (
        reported.values("path", "category")
        .annotate(
            issues=Count("pk"),
            weeks=Count(TruncWeek("reported_at", tzinfo=timezone.get_default_timezone()), distinct=True),
            came_back=Count("recurrence_of"),
            last_at=Max("reported_at"),
            still_open=Count("pk", filter=is_open),
            worst_level=Max("level", filter=is_open, default=0),
            open_ids=ArrayAgg("pk", filter=is_open, default=[]),
            policies=ArrayAgg("policy_id", filter=is_open, distinct=True, default=[]),
        )
        .filter(came_back__gt=0)
    )


def _described(rows: Sequence[dict[str, Any]], person: Person, at: datetime) -> list[Place]:
    found, categories = areas_at({path for row in rows for path in paths_above(row["path"])}), Category.objects.in_order()
    seen = _linked(rows, person, at)
    read_together(found, categories, seen)
    areas, by_key, linked = by_path(found), {category.pk: category for category in categories}, _by_place(seen)
    policies = {pk for row in rows for pk in row["policies"]}
    grounds = links.grounds_to_raise([pk for row in rows for pk in row["open_ids"]], policies)
    return [
        Place(
            path=row["path"],
            area=name_of(areas, row["path"]),
            within=" · ".join(name_of(areas, path) for path in paths_above(row["path"])[1:-1]),
            category=by_key[row["category"]],
            issues=row["issues"],
            weeks=row["weeks"],
            recurrences=row["came_back"],
            last_at=row["last_at"],
            still_open=row["still_open"],
            light=light_of(row["worst_level"]) if row["still_open"] else None,
            links=linked[row["path"], row["category"]],
            hints=_hints([grounds[pk] for pk in row["open_ids"] if pk in grounds]),
            lonlat=_lonlat(areas.get(row["path"])),
        )
        for row in rows
    ]


def _hints(grounds: Iterable[Grounds]) -> list[Hint]:
    """What speaks for raising any of several issues, each reason once."""
    return list(dict.fromkeys(hint for each in grounds for hint in each.hints))


def areas_at(paths: Iterable[str]) -> AreaQuerySet:
    """Name and label point of the areas with just these paths, those that stand today first."""
    found = Area.objects.filter(path__in=set(paths)).only("path", "name", "label_point")
    return found.order_by(F("valid_to").desc(nulls_first=True))


def by_path(areas: Iterable[Area]) -> dict[str, Area]:
    """Of a path that was drawn anew, the row that stands today, else the last that did."""
    found: dict[str, Area] = {}
    for area in areas:
        found.setdefault(area.path, area)
    return found


def name_of(areas: dict[str, Area], path: str) -> str:
    """The name of the area with that path; its code, if it is not among them."""
    return areas[path].name if path in areas else path.rsplit(".", 1)[-1]


def _lonlat(area: Area | None) -> tuple[float, float] | None:
    return (area.label_point.x, area.label_point.y) if area and area.label_point else None


def _linked(rows: Sequence[dict[str, Any]], person: Person, at: datetime) -> IssueQuerySet:
    """The latest issues of each place that the person may open."""
    pairs = {(row["path"], row["category"]) for row in rows}
    order = Window(RowNumber(), partition_by=("path", "category"), order_by=("-reported_at", "-id"))
    seen = (
        Issue.objects.visible_to(person, at)
        .filter(path__in={path for path, _ in pairs}, category__in={category for _, category in pairs}, sealed=False)
        .exclude(status__in=UNCOUNTED)
        .annotate(place=order)
        .filter(place__lte=MOST_LINKS)
    )
    return seen.order_by("-reported_at", "-id")


def _by_place(issues: Iterable[Issue]) -> dict[tuple[str, int], list[Issue]]:
    found: dict[tuple[str, int], list[Issue]] = defaultdict(list)
    for issue in issues:
        found[issue.path, issue.category_id].append(issue)
    return found


@dataclass(frozen=True)
class Recurring:
    """Where issues came back in a period of days: how often, and what is open there now."""

    area: str
    within: str
    category: Category
    came_back: int
    still_open: int


def recurring(issues: IssueQuerySet, days: Days, *, most: int) -> list[Recurring]:
    """The places where most of these issues were recurrences, reported in those days. Three statements."""
    back = issues.filter(days.holds("reported_at"), recurrence_of__isnull=False).exclude(status__in=UNCOUNTED)
    is_open = Q(closed_at=None)
    counted = back.values("path", "category").annotate(came_back=Count("pk"), still_open=Count("pk", filter=is_open))
    rows = list(counted.order_by("-came_back", "path", "category")[:most])
    areas = by_path(areas_at({path for row in rows for path in paths_above(row["path"])}))
    categories = Category.objects.in_bulk({row["category"] for row in rows})
    return [
        Recurring(
            area=name_of(areas, row["path"]),
            within=" · ".join(name_of(areas, path) for path in paths_above(row["path"])[1:-1]),
            category=categories[row["category"]],
            came_back=row["came_back"],
            still_open=row["still_open"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class VillageRow:
    """A row of the public list: a village and a category, as far as that may be told."""

    area: str
    category: Category
    issues: int
    periods: int
    lonlat: tuple[float, float] | None


def public_places(version: int, choice: Choice, period: Period, *, sort: str) -> list[VillageRow]:
    """Villages and categories with issues in at least two four-week buckets of the period, the most frequent first."""
    categories = Category.objects.in_bulk()
    rows = [
        VillageRow(village.name, categories[category], sum(counts), len(counts), _point(village))
        for village in public.villages(version)
        for category, buckets in village.told.items()
        if category in categories and (not choice.code or category in choice.ids)
        if len(counts := _within(buckets, period)) >= 2
    ]
    by_issues, by_periods = (lambda row: row.issues), (lambda row: row.periods)
    first, second = (by_issues, by_periods) if sort == "issues" else (by_periods, by_issues)
    return sorted(rows, key=lambda row: (-first(row), -second(row), row.area, row.category.code))


def _within(buckets: dict[int, int], period: Period) -> list[int]:
    """Counts of the buckets that the period touches."""
    size = public.BUCKET_WEEKS
    return [count for bucket, count in buckets.items() if period.first < (bucket + 1) * size and bucket * size < period.until]


def _point(village: public.Village) -> tuple[float, float] | None:
    return (village.lon, village.lat) if village.lon is not None and village.lat is not None else None
