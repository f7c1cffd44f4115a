"""The words for sets of suggestions about the platform, and of their answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch

from grids.models import paths_above
from representatives.roles import Page
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import Suggestion, SuggestionAnswer
    from representatives.models import Person

    Who = Person | AnonymousUser


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Those about the platform of the counties in which the person holds a role that reads them."""
        held = scope_of(person, at).page_paths(Page.SUGGESTIONS)
        return self.filter(path__in={above for path in held for above in paths_above(path)})

    def unanswered(self) -> Self:
        return self.filter(~self._answered())

    def answered(self) -> Self:
        return self.filter(self._answered())

    @staticmethod
    def _answered() -> Exists:
        from issues.models import SuggestionAnswer

        return Exists(SuggestionAnswer.objects.filter(suggestion=OuterRef("pk")))

    def with_code(self, code: str) -> Suggestion | None:
        """The one with that code (as stored), and its answers."""
        return self.for_rows().filter(code=code).first()

    def keyed(self, key: UUID) -> Suggestion | None:
        return self.filter(key=key).first()

    def lock(self, pk: int) -> Suggestion | None:
        return self.select_for_update(of=("self",)).filter(pk=pk).first()

    def for_rows(self) -> Self:
        """With county and answers, each with whoever gave it; two statements."""
        from issues.models import SuggestionAnswer

        answers = Prefetch("answers", SuggestionAnswer.objects.select_related("by"))
        return self.select_related("area").defer("area__boundary").prefetch_related(answers)

    def longest_waiting_first(self) -> Self:
        return self.order_by("written_at", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-written_at", "-pk")

    def written_until(self, moment: datetime) -> Self:
        return self.filter(written_at__lte=moment)

    def legible(self) -> Self:
        return self.filter(erased_at=None)

    def erase(self, at: datetime) -> int:
        """Their words go, and those of their answers; kind, subject and times stay. How many."""
        from issues.models import SuggestionAnswer

        SuggestionAnswer.objects.filter(suggestion__in=self).legible().order_by().update(text="", erased_at=at)
        return self.legible().order_by().update(text="", erased_at=at)


class SuggestionAnswerQuerySet(models.QuerySet["SuggestionAnswer"]):
    def legible(self) -> Self:
        return self.filter(erased_at=None)
