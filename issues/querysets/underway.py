"""The words for what everybody may read of issues that go on: those that rest, projects, and those that a leader has put
their name to (domain notes §3.2: listed as 挂起, shown as 已立项, 挂牌 with a line for the public).

Nobody has read the words of an open issue over for the public, so none are told but the line of a listing, which a county
leader signs. Of groups that also hold private kinds nothing open is told at all: there are too few of a village at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from grids.keyset import Keyset
from issues.querysets.released import ReleasedWords, public_columns
from issues.terms import Status

if TYPE_CHECKING:
    from issues.models import Issue

    Rows = models.QuerySet[Issue, dict[str, Any]]

OPEN_PROJECT = Q(closed_at=None, is_project=True)
SOONEST_RESUMED_FIRST = Keyset(("resume_at", "pk"))
LATEST_APPROVED_FIRST = Keyset(("since", "pk"), falls=True)
SOONEST_DUE_FIRST = Keyset(("due_at", "pk"))


class UnderwayWords(ReleasedWords):
    def _told_while_open(self) -> Self:
        """Open issues of kinds of which everybody may know."""
        from issues.models import Category

        kinds = Q(category__group__isnull=False, category__non_public=False, category__sealed=False)
        mine = Q(closed_at=None, sealed=False, non_public=False, non_public_reason="")
        return self.filter(mine, kinds).exclude(category__group__in=Category.objects.groups_with_private())

    def resting_in_public(self) -> Rows:
        """挂起: what rests. Beside place and kind: reason (`Rest`), since when, until when; and what `SOONEST_RESUMED_FIRST` asks."""
        from issues.models import HolderRequest
        from issues.moves.asking import Kind

        granted = HolderRequest.objects.granted(Kind.SUSPENSION).filter(issue=OuterRef("pk"))
        found = self._told_while_open().filter(status=Status.SUSPENDED, resume_at__isnull=False)
        return found.values(
            *SOONEST_RESUMED_FIRST.columns,
            reason=Subquery(granted.values("suspension_reason")[:1]),
            since=Subquery(granted.values("decided_at")[:1]),
            **public_columns(),
        )

    def projects_in_public(self) -> Rows:
        """已立项: projects whose plan was approved. Beside place and kind: since when, until, the dates; for `LATEST_APPROVED_FIRST`."""
        from issues.models import Milestone

        dates = Milestone.objects.filter(project__issue=OuterRef("pk")).order_by("due_on", "number")
        found = self._told_while_open().filter(OPEN_PROJECT, project__approved_at__isnull=False, project__ends_on__isnull=False)
        return found.values(
            "pk",
            since=F("project__approved_at"),
            ends_on=F("project__ends_on"),
            milestones=ArraySubquery(dates.values(step=JSONObject(due_on=F("due_on"), done_at=F("done_at")))),
            **public_columns(),
        )

    def listed_in_public(self) -> Rows:
        """挂牌: what a county leader has put their name to. Beside place and kind: line, leader, date; for `SOONEST_DUE_FIRST`."""
        from issues.models import ListingRequest

        signed = ListingRequest.objects.granted().filter(entry__issue=OuterRef("pk"), entry__exited_at=None)
        standing = Q(red_entries__exited_at=None, red_entries__grade="listed", red_entries__due_at__isnull=False)
        return (
            self._told_while_open()
            .filter(standing)
            .values(
                "pk",
                leader=F("red_entries__leader__name"),
                due_at=F("red_entries__due_at"),
                line=Subquery(signed.values("public_line")[:1]),
                **public_columns(),
            )
        )
