"""Issues by the hundred for figures: saved as finished rows, for what is tested here only reads them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from django.contrib.gis.geos import Point

from grids.levels import LADDER_LEVELS, Level
from grids.models import Area
from issues.models import Category, Event, Issue, SlaPolicy
from issues.policy import read, versions
from issues.terms import ENDS, Actor, Status, Urgency, Verb
from issues.workflow import SIGNED
from representatives.roles import Role
from tests.drawing import Town
from tests.representatives.factories import person

NOW = datetime(2026, 3, 18, 4, tzinfo=UTC)  # a Wednesday noon in Shanghai
_numbers = count(1)


@cache
def _shipped() -> dict[str, Any]:
    """The shipped policy, read once: hundreds of issues ask for it."""
    return read(versions.SHIPPED.read_text()).model_dump(mode="json")


def policy() -> SlaPolicy:
    defaults = {
        "source": "",
        "body": _shipped(),
        "active_from": NOW - timedelta(days=3650),
        "created_at": NOW - timedelta(days=3650),
    }
    return SlaPolicy.objects.get_or_create(identifier="test", defaults=defaults)[0]


def category(code: str = "road.light", **more: Any) -> Category:
    """The category, in the group that its code begins with."""
    group, _ = Category.objects.get_or_create(code=code.split(".")[0], defaults={"names": {"en": code.split(".")[0]}})
    return Category.objects.get_or_create(code=code, defaults={"names": {"en": code}, "group": group, **more})[0]


def unsaved(area: Area, about: Category, reported_at: datetime, *, point: Point | None = None, **more: Any) -> Issue:
    """An issue, open unless it is given an end: `status` (an end) and `closed_at` go together."""
    return Issue(
        number=f"T{next(_numbers):07d}",
        title=more.pop("title", "A lamp is dark"),
        category=about,
        area=area,
        path=area.path,
        point=point,
        level=more.pop("level", Level.GRID),
        urgency=Urgency.NORMAL,
        policy=policy(),
        reported_at=reported_at,
        **more,
    )


def issue(area: Area, about: Category, reported_at: datetime, **more: Any) -> Issue:
    saved = unsaved(area, about, reported_at, **more)
    saved.save()
    return saved


def closed(area: Area, about: Category, reported_at: datetime, after: timedelta, **more: Any) -> Issue:
    """An issue that was solved and closed so long after it was reported."""
    more.setdefault("status", Status.CLOSED)
    return issue(area, about, reported_at, closed_at=reported_at + after, resolved_at=reported_at + after, **more)


def tell(each: Issue, verb: Verb, **facts: str) -> None:
    """An event in the ledger, as far as the heat looks at it; a decision that stays people's is signed by a secretary."""
    is_signed = verb in SIGNED
    Event.objects.create(
        issue=each,
        number=each.events.count() + 1,
        verb=verb,
        at=NOW,
        actor=Role.VILLAGE_SECRETARY if is_signed else Actor.SYSTEM,
        by=person() if is_signed else None,
        to_status=each.status,
        to_level=each.level,
        facts=facts,
        hash="0" * 64,
    )


def many(town: Town, rng: random.Random, n: int, *, about: list[Category], weeks: int = 60) -> list[Issue]:
    """`n` random issues of all statuses, in cells, villages and the township, some without a point, some sealed."""
    areas = [*town.cells.values(), *town.cells.values(), *town.villages.values(), town.township]
    rows = [_random(rng, rng.choice(areas), rng.choice(about), weeks) for _ in range(n)]
    return Issue.objects.bulk_create(rows)


def _random(rng: random.Random, area: Area, about: Category, weeks: int) -> Issue:
    reported_at = NOW - timedelta(minutes=rng.randrange(weeks * 7 * 24 * 60))
    status = rng.choice([Status.CLOSED] * 4 + [Status.IN_PROGRESS] * 4 + sorted(ENDS))
    closed_at = reported_at + timedelta(hours=rng.randrange(1, 2000)) if status in ENDS else None
    west, south, east, north = area.boundary.extent if area.boundary else (119.0, 43.9, 119.1, 44.0)
    point = Point(rng.uniform(west, east), rng.uniform(south, north), srid=4326) if rng.random() < 0.85 else None
    return unsaved(
        area,
        about,
        reported_at,
        point=point,
        status=status,
        closed_at=closed_at,
        level=rng.choice(LADDER_LEVELS),
        sealed=rng.random() < 0.1,
        non_public=rng.random() < 0.2,
    )
