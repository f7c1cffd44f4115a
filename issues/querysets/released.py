"""The words for what everybody may read of issues that were solved: the line written for the public, and little beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Concat, TruncMonth

from grids.keyset import Keyset
from grids.levels import Level, steps_up
from issues.querysets.waiting import WaitingWords
from issues.terms import Status

if TYPE_CHECKING:
    from issues.models import Issue

# Domain notes §5.3 and §5.4: what is fewer is not told where a line could lead to somebody.
FEWEST = 5
# Closed through the gate with a line for the public. What came from another system carries that system's words there.
RELEASED = Q(status=Status.CLOSED, source="", sealed=False, non_public=False, non_public_reason="") & ~Q(public_line="")
LATEST_CLOSED_FIRST = Keyset(("closed_at", "pk"), falls=True)
_LONGEST_MONTH = timedelta(days=32)  # reaches into the next month from the start of any


class _Outer(Func):
    """A path without its last so many codes: (“a.b.c”, 1) → “a.b”."""

    output_field = models.CharField()
    arity = 1

    def __init__(self, path: F, codes: int, **extra: Any) -> None:
        super().__init__(path, **extra)
        self.template = f"regexp_replace(%(expressions)s, '(\\.[^.]+){{{int(codes)}}}$', '')"


def path_of(level: Level) -> Case:
    """The path of the area of that level that an issue lies in; of what lies in none, for it is wider, its own with a full stop."""
    narrower = (each for each in Level if each < level)
    cut = (When(area__level=each, then=_Outer(F("path"), steps_up(each, level))) for each in narrower)
    return Case(When(area__level=level, then=F("path")), *cut, default=Concat("path", Value(".")), output_field=models.CharField())


def public_columns() -> dict[str, Any]:
    """What is told of every issue: level, names of the group, place (a village or wider), what that lies in."""
    cell = Q(area__level=Level.GRID)
    return {
        "light_level": F("level"),
        "group": F("category__group__names"),
        "group_code": F("category__group__code"),
        "place": Case(When(cell, then=F("area__parent__name")), default=F("area__name")),
        "within": Case(When(cell, then=F("area__parent__parent__name")), default=F("area__parent__name")),
    }


class ReleasedWords(WaitingWords):
    def released(self) -> Self:
        """What the public page may tell, of kinds that are public today; see `RELEASED`, and `_told_apart` for small numbers."""
        kinds = Q(category__group__isnull=False, category__non_public=False, category__sealed=False)
        return self.filter(RELEASED, kinds)._told_apart()

    def _told_apart(self) -> Self:
        """Without what could be told apart: in a group that also holds private kinds, fewer than `FEWEST` of a village's month."""
        from issues.models import Category

        month = TruncMonth("closed_at")
        kept = self.annotate(
            village=path_of(Level.VILLAGE),
            month=month,
            month_over=ExpressionWrapper(F("month") + _LONGEST_MONTH, output_field=models.DateTimeField()),
        )
        alike = (
            self.model._default_manager.annotate(village=path_of(Level.VILLAGE), month=month)
            .filter(RELEASED, category__non_public=False, category__sealed=False, category__group=OuterRef("category__group"))
            # The ranges say nothing new, but an index answers them.
            .filter(path__gte=OuterRef("village"), path__lt=Concat(OuterRef("village"), Value("/")))
            .filter(closed_at__gte=OuterRef("month"), closed_at__lt=OuterRef("month_over"))
            .filter(village=OuterRef("village"), month=OuterRef("month"))
            .order_by()
        )
        private = Category.objects.groups_with_private()
        return kept.filter(~Q(category__group__in=private) | Exists(alike[FEWEST - 1 : FEWEST]))

    def closed_within(self, since: datetime, until: datetime) -> Self:
        return self.filter(closed_at__gte=since, closed_at__lt=until)

    def for_the_public(self) -> models.QuerySet[Issue, dict[str, Any]]:
        """Of each: line, month, and what `public_columns` gives; and what `LATEST_CLOSED_FIRST` orders them by, not for telling."""
        return self.values("public_line", "month", *LATEST_CLOSED_FIRST.columns, **public_columns())
