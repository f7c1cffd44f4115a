"""What was reported in the wide county before: three years of closed issues, most of them at a few hot places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils.timezone import now

from grids.levels import Level
from grids.models import Area
from issues.heat import bins
from issues.importing.bulk import copy_rows, in_batches, next_keys
from issues.models import Category, Issue, SlaPolicy
from issues.terms import Status

WEEKS = 156
A_CELL = 3  # issues on average
SKEW = 1.4  # of the logarithm of how many a cell has: a few have dozens, most have one or none
BESIDE = 0.003  # degrees at most from the middle of its cell
BATCH = 5000


def store_past(*, seed: int = 7) -> int:
    """Closed issues in the cells that are drawn, and the heat from them; how many issues."""
    category, policy = Category.objects.get(code="bench"), SlaPolicy.objects.latest("pk")
    cells = Area.objects.cells().without_boundary().order_by("path")
    made = 0
    for batch in in_batches(_moments(cells, Random(seed), now() - timedelta(days=2)), BATCH):
        keys = next_keys(Issue, len(batch))
        told = zip(keys, batch, strict=True)
        copy_rows(Issue, [_closed(key, cell, point, at, category, policy) for key, (cell, point, at) in told])
        made += len(batch)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    bins.rebuild(at=now())
    return made


def _moments(cells: Iterable[Area], rng: Random, until: datetime) -> Iterator[tuple[Area, Point, datetime]]:
    """(cell, where, when) of each."""
    usual = A_CELL / 2.718 ** (SKEW**2 / 2)
    for cell in cells:
        middle = cell.label_point
        if middle is None:
            continue
        for _ in range(round(usual * rng.lognormvariate(0, SKEW))):
            beside = Point(middle.x + rng.uniform(-BESIDE, BESIDE), middle.y + rng.uniform(-BESIDE, BESIDE), srid=4326)
            yield cell, beside, until - timedelta(minutes=rng.randrange(WEEKS * 7 * 24 * 60))


def _closed(key: int, cell: Area, point: Point, at: datetime, category: Category, policy: SlaPolicy) -> Issue:
    done = at + timedelta(days=1)
    return Issue(
        pk=key, number=f"{at.year}-P{key:08d}", title="–", category=category, policy=policy, area=cell, path=cell.path, point=point,
        level=Level.GRID, status=Status.CLOSED, reported_at=at, level_since=at, accepted_at=at, resolved_at=done, closed_at=done,
    )  # fmt: skip
