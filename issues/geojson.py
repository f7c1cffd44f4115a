"""Issues as GeoJSON: each public field named here, and none besides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
