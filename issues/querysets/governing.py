"""The words for sets of changes of the calendar, drafts of a policy, and simulations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from grids.querysets import within_paths

if TYPE_CHECKING:
    from issues.models import CalendarChange, PolicyDraft, Simulation


class CalendarChangeQuerySet(models.QuerySet["CalendarChange"]):
    def within(self, paths: Iterable[str]) -> Self:
        """Those of the areas with these paths, and of all that lie in them."""
        return (
            self.filter(within_paths(paths, "area__path")).select_related("area", "made_by", "applied_by").defer("area__boundary")
        )

    def unfinished(self) -> Self:
        """What a worker is to go on with, the oldest first."""
        return self.filter(state__in=("counting", "applying")).order_by("pk")

    def lock(self, pk: int) -> CalendarChange | None:
        """The row, locked; None if another worker has it just now, or it is gone."""
        rows = self.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).select_related("area")
        return rows.defer("area__boundary").first()


class PolicyDraftQuerySet(models.QuerySet["PolicyDraft"]):
    def open(self) -> Self:
        """Drafts that nobody has signed yet."""
        return self.filter(version=None).select_related("made_by")


class SimulationQuerySet(models.QuerySet["Simulation"]):
    def within(self, paths: Iterable[str]) -> Self:
        """Those of the areas with these paths, and of all that lie in them; without their results."""
        rows = self.filter(within_paths(paths, "area__path")).select_related("area", "made_by", "today")
        return rows.defer("area__boundary", "result", "body", "today__source", "today__body")

    def still(self, pk: int, *, stages: Iterable[str]) -> Self:
        """That one, if it stands at one of these stages: so that only one of two who ask for a step makes it."""
        return self.filter(pk=pk, stage__in=list(stages))

    def waiting(self) -> Self:
        return self.filter(stage="waiting").order_by("pk")

    def forsaken(self, since: datetime) -> Self:
        """Said to be running, but nobody has heard of them since then."""
        return self.filter(stage="running", seen_at__lt=since)
