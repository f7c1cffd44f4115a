"""The words for sets of looks at contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from issues.models import ContactLook, Issue, Submission


class ContactLookQuerySet(models.QuerySet["ContactLook"]):
    def of_issue(self, issue: Issue) -> Self:
        return self.filter(issue=issue)

    def of_report(self, report: Submission) -> Self:
        """At the contact of that report, the latest first."""
        return self.filter(report=report).order_by("-at", "-pk")

    def for_log(self) -> Self:
        """With whose issue and who looked, for a list of many."""
        return self.select_related("issue", "by")
