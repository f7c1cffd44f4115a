"""The words for sets of questions that wait for somebody higher up, and of projects."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from issues.moves.asking import Kind

if TYPE_CHECKING:
    from issues.models import HolderRequest, Issue, Milestone


class HolderRequestQuerySet(models.QuerySet["HolderRequest"]):
    def about(self, issue: Issue) -> Self:
        return self.filter(issue=issue)

    def of_issues(self, issues: Collection[int]) -> Self:
        return self.filter(issue__in=issues)

    def pending(self) -> Self:
        return self.filter(decision="pending")

    def of_kind(self, kind: Kind) -> Self:
        return self.filter(kind=kind)

    def for_deciders(self, roles: Collection[str]) -> Self:
        """Those that wait for a holder of one of these roles."""
        return self.pending().filter(decider__in=roles)

    def granted(self, kind: Kind) -> Self:
        """Those of the kind that were granted, the latest first."""
        return self.filter(kind=kind, decision="granted").order_by("-decided_at", "-pk")

    def decided_at(self, moment: datetime) -> Self:
        """Those decided at that very moment, by a person."""
        return self.filter(decided_at=moment, decided_by__isnull=False)

    def asked_since(self, moment: datetime) -> Self:
        return self.filter(asked_at__gte=moment)

    def for_issue_page(self) -> Self:
        """Newest first, each with who asked and decided."""
        return self.select_related("asked_by", "decided_by").order_by("-asked_at", "-pk")


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def open(self) -> Self:
        """Those that have not been reached, the next one first."""
        return self.filter(done_at=None).order_by("due_on", "number")

    def of_issue(self, issue: Issue) -> Self:
        return self.filter(project__issue=issue).order_by("due_on", "number")
