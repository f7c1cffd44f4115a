"""The words for sets of slips and of entries in the red list."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import OuterRef, Subquery

from grids.levels import Level
from issues.workflow import Verb

if TYPE_CHECKING:
    from issues.models import EscalationRequest, Issue, KeySupervisionEntry
    from representatives.models import Person

    Who = Person | AnonymousUser


class EscalationRequestQuerySet(models.QuerySet["EscalationRequest"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def red_proposals(self) -> Self:
        """Proposals for the red list that wait for a decision, soonest first."""
        return (
            self.filter(decision="pending", to_level=Level.COUNTY)
            .select_related("issue", "minute", "asked_by")
            .order_by("decide_by", "pk")
        )

    def pending_for(self, issue: Issue) -> EscalationRequest | None:
        return self.filter(issue=issue, decision="pending").first()

    def about(self, issue: Issue) -> Self:
        return self.filter(issue=issue)

    def for_rows(self) -> Self:
        """With what the list of proposals says of each: the issue's category and place too."""
        place = ("issue__category", "issue__area__parent")
        return self.select_related("minute", "asked_by", *place).defer("issue__area__boundary", "issue__area__parent__boundary")

    def for_issue_page(self) -> Self:
        """Newest first, each with its minute and who asked and decided."""
        return self.select_related("minute", "asked_by", "decided_by").order_by("-asked_at", "-pk")


class KeySupervisionQuerySet(models.QuerySet["KeySupervisionEntry"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Entries of red issues that exist for the person; one that left the list stays visible to whoever sees the issue."""
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def for_issue_page(self) -> Self:
        """Newest first, each with its lead unit and who entered it."""
        return self.select_related("lead_unit", "entered_by").order_by("-entered_at", "-pk")

    def standing(self) -> Self:
        return self.filter(exited_at=None)

    def left(self) -> Self:
        return self.filter(exited_at__isnull=False)

    def may_leave(self, issues: Collection[int]) -> Self:
        """Standing entries of these issues whose exit is approved."""
        return self.standing().filter(issue__in=issues, exit_approved_by__isnull=False)

    def latest_of(self, issue: Issue) -> KeySupervisionEntry | None:
        return self.filter(issue=issue).order_by("-entered_at", "-pk").first()

    def about(self, issue: Issue) -> Self:
        return self.filter(issue=issue)

    def for_rows(self) -> Self:
        """With the issue, its category and place, the lead unit, and the words of the last progress (`last_note`)."""
        from issues.models import EventText

        told = EventText.objects.filter(event__issue=OuterRef("issue"), event__verb=Verb.NOTE, erased_at=None)
        note = told.order_by("-event__number").values("texts__text")[:1]
        place = ("issue__category", "issue__area__parent")
        return (
            self.select_related("lead_unit", *place)
            .defer("issue__area__boundary", "issue__area__parent__boundary")
            .annotate(last_note=Subquery(note))
        )
