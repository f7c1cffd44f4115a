"""The words for sets of issues, submissions, events and notices. Nobody else spells `filter()` on them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from grids.querysets import within_path

if TYPE_CHECKING:
    from issues.models import EscalationRequest, Event, Issue, KeySupervisionEntry, Notice, Submission


class IssueQuerySet(models.QuerySet["Issue"]):
    def unfinished(self) -> Self:
        """Issues that have not ended; every index for lists and counts is over these."""
        return self.filter(closed_at=None)

    def under(self, path: str) -> Self:
        """Issues reported in the area with that path, or within it."""
        return self.filter(within_path(path))


class SubmissionQuerySet(models.QuerySet["Submission"]):
    pass


class EscalationRequestQuerySet(models.QuerySet["EscalationRequest"]):
    pass


class KeySupervisionQuerySet(models.QuerySet["KeySupervisionEntry"]):
    pass


class EventQuerySet(models.QuerySet["Event"]):
    pass


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unannounced(self, at: datetime) -> Self:
        return self.filter(announced_at=None, not_before__lte=at)
