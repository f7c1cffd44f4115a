"""The words for sets of sub-tasks, of polls, and of what was said of results."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject

from issues.querysets.arrays import AnyOf

if TYPE_CHECKING:
    from issues.models import Issue, Judgement, NotifiedUnit, Poll, SubTask
    from representatives.models import Person

    Who = Person | AnonymousUser


class NotifiedUnitQuerySet(models.QuerySet["NotifiedUnit"]):
    def of_unit(self, unit_id: int) -> Self:
        return self.filter(unit=unit_id)

    def about(self, issue: Issue) -> Self:
        return self.filter(issue=issue)

    def for_issue_page(self) -> Self:
        """Each with its unit."""
        return self.select_related("unit")


class SubTaskQuerySet(models.QuerySet["SubTask"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def unfinished(self) -> Self:
        """Neither answered, nor waived, nor void."""
        return self.filter(ended_at=None)

    def of_issues(self, issues: Collection[int]) -> Self:
        return self.filter(issue__in=issues)

    def of_issue(self, issue: OuterRef) -> Self:
        return self.filter(issue=issue)

    def of_unit(self, unit_id: int) -> Self:
        return self.filter(unit=unit_id)

    def to_warn(self, at: datetime) -> Self:
        """Open ones whose next reminder has come."""
        return self.unfinished().filter(warn_at__lte=at)

    def for_issue_page(self) -> Self:
        """In order, each with its unit and who asked, answered and waived."""
        return self.select_related("unit", "asked_by__unit", "answered_by", "waived_by").order_by("number")


class PollQuerySet(models.QuerySet["Poll"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def of_issue(self, issue: OuterRef) -> Self:
        return self.filter(issue=issue)

    def told(self) -> models.QuerySet[Poll, dict[str, Any]]:
        """Round and counts of each, as one value: for a column of another query."""
        counts = ("round", "households", "satisfied", "mostly_satisfied", "dissatisfied", "silent")
        return self.values(said=JSONObject(**{name: name for name in counts}))

    def of_issues(self, issues: Collection[int]) -> Self:
        return self.filter(issue__in=issues)

    def for_issue_page(self) -> Self:
        """Newest first, each with who took it."""
        return self.select_related("taken_by").order_by("-round")


class JudgementQuerySet(models.QuerySet["Judgement"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.about(Issue.objects.visible_to(person, at))

    def about(self, issues: models.QuerySet[Issue]) -> Self:
        """What was said of those issues."""
        return self.filter(issue__in=issues)

    def said_of(self, issues: models.QuerySet[Issue], since: datetime) -> Self:
        """What was said of those issues since then, read issue by issue: of all that was said, only theirs.

        A result is judged while its issue is open (`workflow`: from “pending feedback” alone), so what had ended before
        is not looked at.
        """
        young = issues.filter(Q(closed_at=None) | Q(closed_at__gte=since)).order_by()
        return self.filter(AnyOf(F("issue"), ArraySubquery(young.values("pk"))), at__gte=since)
