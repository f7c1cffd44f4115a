"""The words for sets of diary entries, of monthly reviews and of what they chose. None of them counts by writer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import TruncMonth

from grids.models import Area
from grids.querysets import within_path, within_paths
from representatives.roles import Role
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import DiaryEntry, DiaryReminder, MonthlyReview, ReviewPick
    from representatives.models import Person

    Who = Person | AnonymousUser

REVIEWERS = frozenset({Role.VILLAGE_SECRETARY})  # who holds the review of a village and reads what was raised there
LEDGER_READERS = REVIEWERS | {Role.TOWNSHIP_COMMITTEE}


def paths_of(person: Who, at: datetime, roles: Collection[Role]) -> tuple[str, ...]:
    """Where the person holds one of the roles."""
    return tuple(path for role, path in scope_of(person, at).held if role in roles)


class _Beginning(models.Func):
    """The first `codes` codes of a path."""

    template = "array_to_string((string_to_array(%(expressions)s, '.'))[1:%(codes)s], '.')"
    output_field = models.CharField()


class DiaryEntryQuerySet(models.QuerySet["DiaryEntry"]):
    def of(self, writer: Who) -> Self:
        """One's own."""
        return self.filter(writer_id=writer.pk)

    def visible_to(self, person: Who, at: datetime) -> Self:
        """One's own, and those about the village that one is the secretary of, for its review."""
        return self.filter(Q(writer_id=person.pk) | within_paths(paths_of(person, at, REVIEWERS)))

    def under(self, path: str) -> Self:
        return self.filter(within_path(path))

    def visited_within(self, since: datetime, until: datetime) -> Self:
        """Of a stretch of time, its end excluded."""
        return self.filter(visited_at__gte=since, visited_at__lt=until)

    def legible(self) -> Self:
        """Whose words have not been erased."""
        return self.filter(erased_at=None)

    def for_rows(self) -> Self:
        """With place and issue, newest first."""
        found = self.select_related("submission__issue", "area__parent").defer("area__boundary", "area__parent__boundary")
        return found.order_by("-visited_at", "-pk")

    def keyed(self, key: UUID) -> Self:
        return self.filter(key=key)

    def with_keys(self, keys: Iterable[UUID]) -> Self:
        return self.filter(key__in=list(keys))

    def lock(self, key: UUID) -> DiaryEntry | None:
        return self.select_for_update(of=("self",)).select_related("area", "submission__issue").filter(key=key).first()

    def months(self) -> list[date]:
        """First days of the months that have entries, newest first, in the site's time."""
        found = self.annotate(month=TruncMonth("visited_at")).order_by("-month").values_list("month", flat=True).distinct()
        return [moment.date() for moment in found]

    def followed_in(self, path: str) -> Self:
        """What belongs into the ledger of a place: entries that became issues, and those that a review chose."""
        from issues.models import ReviewPick

        chosen = Exists(ReviewPick.objects.filter(entry=OuterRef("pk")))
        return self.under(path).filter(Q(submission__isnull=False) | chosen)

    def with_picked_month(self) -> Self:
        """`picked_month`: of the first review that chose it; None if none did."""
        from issues.models import ReviewPick

        first = ReviewPick.objects.filter(entry=OuterRef("pk")).order_by("review__month").values("review__month")[:1]
        return self.annotate(picked_month=Subquery(first))

    def totals_by_part(self, path: str) -> Iterable[Mapping[str, Any]]:
        """`part` (path of what lies right below `path`), `entries`, `writers` (how many); what is too few the caller hides."""
        part = _Beginning(F("path"), codes=path.count(".") + 2)
        found = self.under(path).annotate(part=part).exclude(part=path).order_by("part").values("part")
        return found.annotate(entries=Count("pk"), writers=Count("writer", distinct=True))

    def written_until(self, moment: datetime) -> Self:
        return self.filter(written_at__lte=moment)

    def erase(self, at: datetime) -> int:
        """Their words go; that there was an entry, when and where, and the issue that it became stay. How many."""
        return self.legible().update(place_text="", spoken_to="", raised="", idea="", learned="", erased_at=at)


class MonthlyReviewQuerySet(models.QuerySet["MonthlyReview"]):
    def of_village(self, area: Area) -> Self:
        return self.filter(area=area)

    def of_month(self, month: date) -> Self:
        return self.filter(month=month)

    def with_picks(self) -> Self:
        return self.prefetch_related("picks__entry")


class ReviewPickQuerySet(models.QuerySet["ReviewPick"]):
    def issues_of(self, path: str) -> models.QuerySet[ReviewPick, tuple[int, date]]:
        """(issue, month of the review) of the issues that the reviews of that place chose."""
        return (
            self.filter(within_path(path, "review__path"), issue__isnull=False)
            .order_by("review__month", "pk")
            .values_list("issue_id", "review__month")
        )


class DiaryReminderQuerySet(models.QuerySet["DiaryReminder"]):
    def of(self, person: Who) -> Self:
        return self.filter(person_id=person.pk)

    def wish(self, person: Person, visits: int) -> None:
        """So many visits a month; 0: no reminder, and nothing is kept."""
        if visits:
            self.update_or_create(person=person, defaults={"visits": visits})
        else:
            self.of(person).delete()
