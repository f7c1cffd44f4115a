"""Issues as GeoJSON: each public field named here, and none besides."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grids.models import Area, Dispute
    from issues.models import Issue


def feature(issue: Issue) -> dict[str, Any]:
    """One open issue for the map of somebody who may open it; needs `category` and the annotation `clock`."""
    assert issue.point is not None  # noqa: S101 - the queryset asked for places
    return {
        "type": "Feature",
        "id": issue.number,
        "geometry": {"type": "Point", "coordinates": [round(issue.point.x, 6), round(issue.point.y, 6)]},
        "properties": {
            "title": issue.title,
            "light": issue.light,
            "category": issue.category.name,
            "status": issue.get_status_display(),
            "clock": issue.clock,  # type: ignore[attr-defined]
        },
    }


def collection(issues: Iterable[Issue], *, truncated: bool) -> dict[str, Any]:
    """`truncated`: there were more than are given."""
    return {"type": "FeatureCollection", "truncated": truncated, "features": [feature(issue) for issue in issues]}


def place(issue: Issue, areas: Iterable[Area], dispute: Dispute | None = None) -> dict[str, Any]:
    """Where an issue is, for whoever may open it: its area and the one around that, its point, and disputed ground.

    `areas`: those of its path, widest first, annotated with `outline`, as the dispute is.
    """
    drawn = [area for area in areas if area.outline][-2:]  # type: ignore[attr-defined]
    return {
        "areas": [
            {"name": area.name, "own": area.path == issue.path, "geometry": json.loads(area.outline)}  # type: ignore[attr-defined]
            for area in drawn
        ],
        "point": [round(issue.point.x, 6), round(issue.point.y, 6)] if issue.point else None,
        "accuracy": issue.accuracy_m,
        "dispute": {"name": dispute.name, "geometry": json.loads(dispute.outline)} if dispute else None,  # type: ignore[attr-defined]
        "light": issue.light,
        "title": issue.title,
    }
