"""The words for sets of text templates and saved filters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from grids.models import paths_above
from grids.querysets import within_paths

if TYPE_CHECKING:
    from issues.models import Issue, ReplyTemplate, SavedFilter
    from representatives.models import Person


class ReplyTemplateQuerySet(models.QuerySet["ReplyTemplate"]):
    def for_issue(self, issue: Issue, person: Person) -> Self:
        """What the person may choose for the issue: of its category, kept on its path or by the person's unit."""
        kept = Q(area__path__in=paths_above(issue.path))
        if person.unit_id is not None:
            kept |= Q(unit=person.unit_id)
        about = Q(category=None) | Q(category__in=(issue.category_id, issue.category.group_id))
        return self.filter(kept, about)

    def kept_within(self, paths: Iterable[str], unit_id: int | None) -> Self:
        """What is kept by the desks of these areas, of all within them, or by the unit."""
        kept = within_paths(paths, "area__path")
        if unit_id is not None:
            kept |= Q(unit=unit_id)
        related = ("category", "area", "unit", "changed_by")
        return self.filter(kept).select_related(*related).defer("area__boundary")

    def with_key(self, pk: int) -> ReplyTemplate | None:
        return self.filter(pk=pk).first()


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def of(self, person: Person, page: str) -> Self:
        """Those the person keeps for that page; nobody else ever sees them."""
        return self.filter(person=person.pk, page=page)

    def with_key(self, person: Person, pk: int) -> Self:
        return self.filter(person=person.pk, pk=pk)

    def named(self, name: str) -> Self:
        return self.filter(name=name)
