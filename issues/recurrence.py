"""What “recurring” means, defined once: an issue comes back if one of the same category, in the same cell or within
100 m, was closed no more than 90 days before it was reported. The map, the list of places and the hints all use this.

The link is kept on the issue that came back (`Issue.recurrence_of`, to the latest closed one) as the fact that it was
when it was reported: reopening the earlier one afterwards does not undo it.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from django.db import connection

from grids.levels import Level
from issues import sql
from issues.heat import UNCOUNTED
from issues.models.casework import Issue
from issues.workflow import Cause

WITHIN_DAYS = 90
NEAR_M = 100.0

# When to suggest raising an issue (domain notes §3.2): a cluster of open issues, or the second reopening.
CLUSTER_ISSUES, CLUSTER_CELLS, CLUSTER_M, CLUSTER_DAYS = 3, 2, 500.0, 30
REOPENED_TIMES = 2

_METRES_PER_DEGREE = 111_000.0  # a little short, so a box in degrees is a little wide


def link_recurrence(issue: Issue) -> None:
    """Set `issue.recurrence_of` if it comes back from an earlier one. One query; saves nothing.

    `issue` has category, area, path, reported_at and, if known, its point; it need not be saved yet.
    """
    lon, lat = (issue.point.x, issue.point.y) if issue.point else (None, None)
    bound: dict[str, Any] = {
        "category": issue.category_id,
        "reported_at": issue.reported_at,
        "days": WITHIN_DAYS,
        "cell": issue.path if issue.area.level == Level.GRID else "",
        "lon": lon,
        "lat": lat,
        "near_m": NEAR_M,
        "box": NEAR_M / _METRES_PER_DEGREE / math.cos(math.radians(lat)) if lat is not None else 0.0,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.read("recurrence"), bound)
        row = cursor.fetchone()
    issue.recurrence_of_id = row[0] if row else None


def link_missing() -> int:
    """Link all issues that were stored without asking (imported history). How many came back."""
    bound: dict[str, Any] = {"days": WITHIN_DAYS, "near_m": NEAR_M, "cell_level": Level.GRID.value, "uncounted": sorted(UNCOUNTED)}
    with connection.cursor() as cursor:
        cursor.execute(sql.read("recurrence_missing"), bound)
        return int(cursor.rowcount)


def reasons_to_raise(issue_ids: Collection[int]) -> dict[int, Cause]:
    """Of these issues, the open ones that the rules suggest to raise, and why: REOPEN before CLUSTER. One query.

    A cluster: at least three open issues of one category (this one among them) within 500 m and 30 days of this one, in
    at least two areas.
    """
    if not issue_ids:
        return {}
    bound: dict[str, Any] = {
        "ids": sorted(issue_ids),
        "near_m": CLUSTER_M,
        "days": CLUSTER_DAYS,
        "fewest": CLUSTER_ISSUES,
        "cells": CLUSTER_CELLS,
        "reopened": REOPENED_TIMES,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.read("raise_hints"), bound)
        return {pk: Cause(cause) for pk, cause in cursor.fetchall()}
