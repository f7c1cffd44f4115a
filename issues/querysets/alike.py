"""The words for issues that may be the same problem: near in place and time, and of a kind."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.db import models
from django.db.models import Case, F, Q, Value, When

from grids.levels import Level
from issues import reach
from issues.terms import Verb
from issues.workflow import MOVE

if TYPE_CHECKING:
    from issues.intake.joining import Spot
    from issues.models import Category, Issue
    from issues.policy.sections import Near

_METRES_PER_DEGREE = 111_000.0  # a little short, so the box is a little wide


class AlikeWords(models.QuerySet["Issue"]):
    def like(self, issue: Issue, near: Near) -> Self:
        """Other unfinished issues that may be the same problem: of its category, so near in place and in time (`merging`).

        Where a point is missing, the same cell stands for near. A suggestion: people confirm.
        """
        since, until = issue.reported_at - near.within.period, issue.reported_at + near.within.period
        found = self.filter(closed_at=None, category=issue.category_id, reported_at__range=(since, until))
        cell = issue.path if issue.area.level == Level.GRID else ""
        return found._beside(issue.point, cell, near.within_m).exclude(pk=issue.pk).order_by("-reported_at", "-pk")

    def perhaps_meant(self, spot: Spot, near: Near, at: datetime) -> Self:
        """Issues of which a report from that spot may tell, and of which anybody may be told: the likeliest first.

        Of the same kind or group, if the person knows it; so near in place and so lately reported as `near` says. Only
        what is wrong at a place: what concerns somebody's own affairs is not shown to neighbours, however near they are.
        """
        found = self.filter(
            sealed=False, non_public=False, category__physical=True, reported_at__range=(at - near.within.period, at)
        )
        cell = spot.area.path if spot.area and spot.area.level == Level.GRID else ""
        found = found.filter(_of_kind(spot.category))._beside(spot.point, cell, near.within_m)
        same_kind = Case(When(category=spot.category.pk, then=Value(0)), default=Value(1)) if spot.category else Value(0)
        apart = [F("apart").asc(nulls_last=True)] if "apart" in found.query.annotations else []
        return found.order_by(same_kind, *apart, "-reported_at", "-pk")

    def to_join(self) -> Self:
        """Issues that one more report may still join."""
        return self.filter(closed_at=None, status__in=MOVE[Verb.JOIN].sources)

    def told_of(self) -> Self:
        """With what anybody is told of an issue: its category, and its area with the one that it lies in."""
        return self.select_related("category", "area__parent").defer("area__boundary", "area__parent__boundary", "point")

    def _beside(self, point: Point | None, cell: str, within_m: int) -> Self:
        """So near to the point, each with `apart` (metres); where a point is missing, in the same cell (its path, or empty)."""
        same_cell = Q(path=cell) if cell else reach.NONE
        if point is None:
            return self.filter(same_cell)
        found = self.filter(Q(point__within=_box(point, within_m)) | Q(point=None) & same_cell)
        return found.annotate(apart=Distance("point", point)).filter(Q(point=None) | Q(apart__lte=within_m))


def _of_kind(category: Category | None) -> Q:
    """Of that category or its group; anything, if nobody knows what it is."""
    if category is None:
        return Q()
    group = category.group_id or category.pk
    return Q(category=group) | Q(category__group=group)


def _box(point: Point, metres: float) -> Polygon:
    """A box in degrees that surely holds the circle of that radius; what the index understands."""
    up = metres / _METRES_PER_DEGREE
    aside = up / math.cos(math.radians(point.y))
    box = Polygon.from_bbox((point.x - aside, point.y - up, point.x + aside, point.y + up))
    box.srid = point.srid
    return box
