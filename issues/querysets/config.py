"""The words for sets of categories and policies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from grids.models import paths_above

if TYPE_CHECKING:
    from issues.models import Category, CountyDay, SlaPolicy


class CategoryQuerySet(models.QuerySet["Category"]):
    def in_use(self) -> Self:
        """Categories that may be chosen, each with its group, in the county's order."""
        return self.filter(is_active=True, group__isnull=False).select_related("group").order_by("group__order", "order", "code")

    def groups(self) -> Self:
        return self.filter(is_active=True, group=None).order_by("order", "code")

    def with_code(self, code: str) -> Category | None:
        return self.filter(code=code).first()

    def others_in_use(self, kept: Iterable[str]) -> Self:
        """What may be chosen and is none of those codes."""
        return self.filter(is_active=True).exclude(code__in=list(kept))


class CountyDayQuerySet(models.QuerySet["CountyDay"]):
    def holding_at(self, path: str) -> Self:
        """Days set for the area with that path or for any that it lies in, the widest area first."""
        return self.filter(area__path__in=paths_above(path)).order_by("-area__level")


class PolicyQuerySet(models.QuerySet["SlaPolicy"]):
    def begun(self, at: datetime) -> Self:
        """Versions that were in force at some time up to then, the latest first."""
        return self.filter(active_from__lte=at).order_by("-active_from", "-pk")

    def identified(self, identifier: str) -> SlaPolicy | None:
        return self.filter(identifier=identifier).first()
