"""The filters that one person keeps for a page. Knows no request."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.urls import reverse

from grids.prepared import Prepared
from issues.models import SavedFilter
from issues.querysets import SavedFilterQuerySet
from representatives.models import Person


class KeptFilter(NamedTuple):
    pk: int
    name: str
    url: str


_kept = Prepared(lambda person, page: SavedFilter.objects.of(person, page))


@dataclass
class Kept:
    """Read when first asked for: one statement."""

    person: Person
    page: SavedFilter.Page

    @cached_property
    def rows(self) -> SavedFilterQuerySet:
        return _kept(self.person, self.page)

    @cached_property
    def filters(self) -> list[KeptFilter]:
        return [KeptFilter(row.pk, row.name, f"{reverse(self.page.value)}?{row.query}") for row in self.rows]
