"""The words for sets of activities of representatives. Nothing here knows a person but the one who looks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import Prefetch

from grids.querysets import within_paths
from issues.querysets.diary import paths_of
from representatives.roles import Role

if TYPE_CHECKING:
    from issues.models import RepActivity
    from issues.querysets.diary import Who

LOGGERS = frozenset({Role.PARTY_REPRESENTATIVE})  # who logs, and takes back what was logged wrongly
LOG_READERS = LOGGERS | {Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE}


class RepActivityQuerySet(models.QuerySet["RepActivity"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Those of the places where the person is a representative, secretary or of the township's committee."""
        return self.filter(within_paths(paths_of(person, at, LOG_READERS)))

    def keyed(self, key: UUID) -> Self:
        return self.filter(key=key)

    def for_rows(self, person: Who, at: datetime) -> Self:
        """With place and those of their issues that the person may open, newest first; two statements."""
        from issues.models import Issue

        raised = Prefetch("issues", Issue.objects.visible_to(person, at).order_by("number"))
        return self.select_related("area").defer("area__boundary").prefetch_related(raised).order_by("-day", "-pk")
