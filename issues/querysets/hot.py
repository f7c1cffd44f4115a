"""The words for hot spots, for places where issues keep coming back, and for topics of a month."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat

from grids.levels import Level
from grids.querysets import AreaQuerySet, within_paths

if TYPE_CHECKING:
    from issues.models import HotPlace, HotRun, HotSpot, Topic


class HotRunQuerySet(models.QuerySet["HotRun"]):
    def of_county(self, path: str) -> Self:
        return self.filter(path=path)

    def above(self, paths: Iterable[str]) -> Self:
        """The analyses of the counties that these areas lie in, or that lie in them."""
        from grids.models import paths_above

        paths = list(paths)
        return self.filter(within_paths(paths) | models.Q(path__in={each for path in paths for each in paths_above(path)}))

    def lock_if_free(self, pk: int) -> HotRun | None:
        """The row, locked; None if another worker has it."""
        return self.select_for_update(skip_locked=True).filter(pk=pk).first()

    def latest_made(self) -> HotRun | None:
        return self.filter(number__gt=0).order_by("-made_at").first()


class HotSpotQuerySet(models.QuerySet["HotSpot"]):
    def within(self, paths: Iterable[str]) -> Self:
        """What was found of staff's figures in those areas."""
        return self.filter(within_paths(paths), is_public=False)

    def told(self) -> Self:
        """What was found of the figures that everybody is told."""
        return self.filter(is_public=True)

    def of_group(self, code: str) -> Self:
        """Of that group of categories; empty: of all together."""
        return self.filter(group=code)

    def of_level(self, level: Level) -> Self:
        return self.filter(level=level)

    def shares_of(self, areas: AreaQuerySet, parts: AreaQuerySet) -> models.QuerySet[Any, tuple[int, str, int, int]]:
        """Of each of the areas in which anything is hot: (ordinal, name, how many of its parts are hot, of how many), the largest share first."""
        below = Q(path__gt=Concat(OuterRef("path"), Value(".")), path__lt=Concat(OuterRef("path"), Value("/")))
        told = areas.annotate(hot=_how_many(self.filter(below, is_hot=True)), of=_how_many(parts.filter(below)))
        found = told.filter(hot__gt=0, of__gt=0, ordinal__isnull=False).order_by(F("hot") * 1.0 / F("of")).reverse()
        return cast("models.QuerySet[Any, tuple[int, str, int, int]]", found.values_list("ordinal", "name", "hot", "of"))

    def hottest_first(self) -> Self:
        """Hot and growing, hot, growing, the rest; each from the highest score down."""
        order = Case(When(trend="growing", then=Value(0)), When(trend="steady", then=Value(1)), default=Value(2))
        return self.order_by("-is_hot", order, "-score", "path")


def _how_many(rows: models.QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values(all=Value(1)).annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted), 0)


class HotPlaceQuerySet(models.QuerySet["HotPlace"]):
    def of_month(self, county: str, month: date) -> Self:
        """The candidates of a county for that month, the first first."""
        return self.with_category().filter(county=county, month=month).order_by("rank")

    def with_category(self) -> Self:
        return self.select_related("category__group")

    def get_or_none(self, pk: int) -> HotPlace | None:
        return self.filter(pk=pk).first()

    def months_of(self, county: str) -> list[date]:
        """The months for which the county has candidates, the latest first."""
        return list(self.filter(county=county).order_by("-month").values_list("month", flat=True).distinct())


class TopicQuerySet(models.QuerySet["Topic"]):
    def of_county(self, path: str) -> Self:
        return self.filter(path=path).select_related("category__group", "chosen_by")

    def of_month(self, path: str, month: date) -> Topic | None:
        return self.of_county(path).filter(month=month).first()

    def latest_first(self) -> Self:
        """With their lines."""
        return self.prefetch_related("lines__by").order_by("-month")

    def locked(self, pk: int) -> Topic | None:
        """The row, locked until the transaction ends."""
        return self.select_for_update().filter(pk=pk).first()
