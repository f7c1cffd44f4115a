"""The words for sets of categories and policies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import JSONObject

from grids.models import paths_above
from grids.querysets import within_path, within_paths

if TYPE_CHECKING:
    from grids.models import Area
    from issues.models import Category, CountyDay, SlaPolicy


class CategoryQuerySet(models.QuerySet["Category"]):
    def in_use(self) -> Self:
        """Categories that may be chosen, each with its group, in the county's order."""
        return self.filter(is_active=True, group__isnull=False).select_related("group").order_by("group__order", "order", "code")

    def in_order(self) -> Self:
        """All that there ever were, each with its group, in the county's order."""
        return self.select_related("group").order_by("group__order", "order", "code")

    def groups(self) -> Self:
        return self.filter(is_active=True, group=None).order_by("order", "code")

    def groups_with_public(self) -> Self:
        """The groups in use that hold something which may be told to everybody."""
        told = self.model._default_manager.filter(group=models.OuterRef("pk"), non_public=False, sealed=False)
        return self.groups().filter(models.Exists(told))

    def groups_with_private(self) -> models.QuerySet[Category, int | None]:
        """Keys of the groups that hold something which is not told to everybody."""
        return self.filter(Q(non_public=True) | Q(sealed=True), group__isnull=False).order_by().values_list("group", flat=True)

    def with_codes(self, codes: Iterable[str]) -> Self:
        return self.filter(code__in=list(codes)).order_by("order", "code")

    def with_code(self, code: str) -> Category | None:
        return self.filter(code=code).first()

    def for_choosing(self) -> Self:
        """Groups and what may be chosen in them, in the county's order; one statement where `groups` and `in_use` are two."""
        return self.filter(is_active=True).select_related("group").order_by("group__order", "order", "code")

    def in_group(self, code: str) -> Self:
        """The group with that code and what is in it."""
        return self.filter(Q(code=code) | Q(group__code=code))

    def to_file_under(self, code: str) -> Self:
        """The category or group in use with that code, if there is one; `hides`: whether something in that group is sealed."""
        members = self.model._default_manager.filter(group=models.OuterRef("pk"), is_active=True, sealed=True)
        return self.filter(is_active=True, code=code).annotate(hides=models.Exists(members))

    def others_in_use(self, kept: Iterable[str]) -> Self:
        """What may be chosen and is none of those codes."""
        return self.filter(is_active=True).exclude(code__in=list(kept))


class CountyDayQuerySet(models.QuerySet["CountyDay"]):
    def holding_at(self, path: str) -> Self:
        """Days set for the area with that path or for any that it lies in, the widest area first."""
        return self.filter(area__path__in=paths_above(path)).order_by("-area__level")

    def set_for(self, paths: Iterable[str]) -> Self:
        """Days set for any of the areas with those very paths, each with its area."""
        return self.filter(area__path__in=list(paths)).select_related("area").defer("area__boundary").order_by("day")

    def holding_at_any(self, paths: Iterable[str]) -> Self:
        """Days set for any of the areas with those paths or that they lie in, each with its area, the widest first."""
        return self.set_for({upper for path in paths for upper in paths_above(path)}).order_by("-area__level")

    def touching(self, path: str) -> Self:
        """Days set for the area with that path, for any that it lies in, or any within it, the widest area first."""
        return self.filter(Q(area__path__in=paths_above(path)) | within_path(path, "area__path")).order_by("-area__level", "day")

    def of_area(self, area: Area) -> Self:
        return self.filter(area=area)

    def on(self, days: Iterable[date]) -> Self:
        return self.filter(day__in=list(days))

    def shown(self, paths: Iterable[str], since: date) -> Self:
        """Days from then on, of the areas with these paths and of all that lie in them, in order."""
        rows = self.filter(within_paths(paths, "area__path"), day__gte=since)
        return rows.select_related("area").defer("area__boundary").order_by("day", "area__path")

    def as_column(self, path: str) -> ArraySubquery:
        """The same as a column of another query: `[{"day", "works"}, …]`."""
        return ArraySubquery(self.holding_at(path).values(told=JSONObject(day=F("day"), works=F("works"))))


class PolicyQuerySet(models.QuerySet["SlaPolicy"]):
    def begun(self, at: datetime) -> Self:
        """Versions that were in force at some time up to then, the latest first."""
        return self.filter(active_from__lte=at).order_by("-active_from", "-pk")

    def without_text(self) -> Self:
        """Leave the long file and its content in the database until they are asked for."""
        return self.defer("source", "body")

    def with_what_holds_at(self, path: str) -> Self:
        """Each with what a new issue there needs to know: `days_there` and `outlets_there`, as an issue has them."""
        from issues.models import CountyDay, Outlet

        days, listening = CountyDay.objects.as_column(path), models.Exists(Outlet.objects.listening())
        return self.annotate(days_there=days, outlets_there=listening)

    def pks(self) -> models.QuerySet[SlaPolicy, int]:
        """The primary key of every version."""
        return self.order_by("pk").values_list("pk", flat=True)

    def not_yet_begun(self, at: datetime) -> Self:
        """Versions signed for later, the next first."""
        return self.filter(active_from__gt=at).order_by("active_from", "pk")

    def latest_first(self) -> Self:
        return self.order_by("-active_from", "-pk")

    def identified(self, identifier: str) -> SlaPolicy | None:
        return self.filter(identifier=identifier).first()
