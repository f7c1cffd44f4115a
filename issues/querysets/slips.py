"""The words for sets of slips."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import OuterRef

from grids.levels import Level
from grids.querysets import within_path
from issues import reach
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import EscalationRequest, Issue
    from representatives.models import Person

    Who = Person | AnonymousUser


class EscalationRequestQuerySet(models.QuerySet["EscalationRequest"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Slips of issues that exist for the person, but not for who was asked for a part of one alone (`reads_inside`)."""
        from issues.models import Issue

        inside = reach.reads_inside(scope_of(person, at), "issue__")
        return self.filter(inside, issue__in=Issue.objects.visible_to(person, at))

    def red_proposals(self) -> Self:
        """Proposals for the red list that wait for a decision, soonest first."""
        return (
            self.filter(decision="pending", to_level=Level.COUNTY)
            .select_related("issue", "minute", "asked_by")
            .order_by("decide_by", "pk")
        )

    def of_issues(self, issues: Collection[int]) -> Self:
        return self.filter(issue__in=issues)

    def pending(self) -> Self:
        return self.filter(decision="pending")

    def pending_for(self, issue: Issue) -> EscalationRequest | None:
        return self.filter(issue=issue, decision="pending").first()

    def under(self, path: str) -> Self:
        return self.filter(within_path(path, "issue__path"))

    def about(self, issue: Issue | OuterRef) -> Self:
        return self.filter(issue=issue)

    def for_rows(self) -> Self:
        """With what the list of proposals says of each: the issue's category and place too."""
        place = ("issue__category", "issue__area__parent")
        return self.select_related("minute", "asked_by", *place).defer("issue__area__boundary", "issue__area__parent__boundary")

    def for_issue_page(self) -> Self:
        """Newest first, each with its minute and who asked and decided."""
        return self.select_related("minute__written_by", "asked_by", "decided_by").order_by("-asked_at", "-pk")
