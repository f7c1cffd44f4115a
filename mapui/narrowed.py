"""What every list of issues shows beside its rows: what it can be narrowed by, and the filters that the person keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.http import QueryDict

from grids.models import Area
from grids.prepared import Prepared
from grids.querysets import AreaQuerySet
from grids.together import Rows, read_together
from issues import search
from issues.filters import Filters
from issues.models import Category, SavedFilter
from issues.querysets import CategoryQuerySet
from mapui.leaves import Where
from mapui.saved_filters import Kept
from representatives.models import Person
from representatives.roles import Sees
from representatives.scopes import Scope, scope_of


def asked_in(query: QueryDict) -> dict[str, Any]:
    """What every such list reads of its address: `words`, `filters`, `area`, `where`; what is unknown is left out."""
    return {
        "words": search.cleaned(query.get("q", "")),
        "filters": Filters.from_query(query),
        "area": query.get("area", "")[:40],
        "where": Where.from_query(query),
    }


_parts_of = Prepared(lambda paths: Area.objects.current().parts_of_paths(paths).for_choice())
_groups = Prepared(lambda: Category.objects.groups())


@dataclass
class NarrowedList:
    """A list of issues of one person at one moment. Each part is read when it is first asked for, or all of them at once."""

    person: Person
    at: datetime

    keeps: ClassVar[SavedFilter.Page]  # under which page its filters are kept

    @cached_property
    def scope(self) -> Scope:
        return scope_of(self.person, self.at)

    @cached_property
    def areas(self) -> AreaQuerySet:
        """The areas that can be chosen: the parts of what the person is posted to."""
        return _parts_of(tuple(sorted({path for sees in Sees if sees is not Sees.NOTHING for path in self.scope.paths(sees)})))

    @cached_property
    def categories(self) -> CategoryQuerySet:
        """The groups: finer than that a list is not narrowed."""
        return _groups()

    @property
    def area_choices(self) -> list[tuple[str, str]]:
        return [(area.code, area.name) for area in self.areas]

    @property
    def category_choices(self) -> list[tuple[str, str]]:
        return [(category.code, category.name) for category in self.categories]

    @cached_property
    def kept(self) -> Kept:
        return Kept(self.person, self.keeps)

    @property
    def beside(self) -> tuple[Rows, ...]:
        """All that stands beside the rows."""
        return (self.areas, self.categories, self.kept.rows)

    def read_beside(self) -> None:
        """Read all of it; one statement."""
        read_together(*self.beside)

    def path_of(self, code: str) -> str:
        """The path of the chosen area; of one that is not offered, nothing lies within."""
        return next((area.path for area in self.areas if area.code == code), "-")
