"""The words for sets of issues, submissions, events and notices. Nobody else spells `filter()` on them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

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
    def with_uuid(self, uuid: UUID) -> Submission | None:
        """The report that was sent under that key, whatever became of it."""
        return self.select_related("issue").filter(uuid=uuid).first()

    def with_receipt(self, code: str) -> Submission | None:
        """The report with that receipt code (as stored), with all that its tracking page shows of it."""
        related = ("issue__area", "issue__category", "issue__lead_unit", "issue__merged_into", "category", "area", "requester")
        return self.select_related(*related).filter(receipt_code=code).first()


class EscalationRequestQuerySet(models.QuerySet["EscalationRequest"]):
    pass


class KeySupervisionQuerySet(models.QuerySet["KeySupervisionEntry"]):
    pass


class EventQuerySet(models.QuerySet["Event"]):
    pass


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unannounced(self, at: datetime) -> Self:
        return self.filter(announced_at=None, not_before__lte=at)
