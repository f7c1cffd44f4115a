"""A county that does not exist, of as many cells as a map has to bear: drawn by a seed into a database of its own.

The grid of `frontend.md` §1: irregular cells that share fractal edges, 40 vertices each, in villages, townships and one
county; in not quite every second cell something is open. The database and what it left in Redis go away with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Point
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.timezone import now
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from grids import services
from grids.levels import LADDER_LEVELS, Level
from grids.models import Area
from issues import state
from issues.importing.bulk import copy_rows, in_batches, next_keys
from issues.models import Category, Issue, SlaPolicy
from issues.policy import versions
from issues.terms import Status
from representatives.models import Assignment, Person
from representatives.roles import Role

COUNTY = "990000"
ORIGIN = (117.0, 46.0)  # the north-west corner, degrees
CELL_M = 820.0
VILLAGE, TOWNSHIP = 5, 50  # cells along the side of each
STEPS = 10  # pieces of an edge
WOBBLE, JITTER = 0.035, 0.2  # of an edge's middle and of a corner, in cells
OPEN_SHARE = 0.45
LIGHTS = ((Level.GRID, 62), (Level.VILLAGE, 20), (Level.TOWNSHIP, 16), (Level.COUNTY, 2))
BATCH = 5000

Points = npt.NDArray[np.float64]
Block = tuple[int, int, int, int]  # top, left, bottom, right in cells


@dataclass(frozen=True)
class Grid:
    """Lines of a grid of `rows` × `columns` cells, in degrees (EPSG:4326).

    `across[r, c]`: the line from corner (r, c) to (r, c + 1); `down[r, c]`: to (r + 1, c). Each STEPS + 1 points.
    """

    rows: int
    columns: int
    across: Points
    down: Points

    @classmethod
    def drawn(cls, rows: int, columns: int, *, seed: int) -> Grid:
        """The same grid for the same seed."""
        rng = np.random.default_rng(seed)
        corners = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=-1)
        corners += rng.uniform(-JITTER, JITTER, corners.shape)
        across = _fractal(corners[:, :-1], corners[:, 1:], rng)
        down = _fractal(corners[:-1], corners[1:], rng)
        return cls(rows, columns, _degrees(across), _degrees(down))

    def ring(self, block: Block) -> Points:
        """The outline of a block of cells, closed, clockwise from its north-west corner."""
        top, left, bottom, right = block
        sides = (
            self.across[top, left:right], self.down[top:bottom, right],
            self.across[bottom, left:right, ::-1][::-1], self.down[top:bottom, left, ::-1][::-1],
        )  # fmt: skip
        points = np.concatenate([side[:, :-1].reshape(-1, 2) for side in sides])
        return np.concatenate([points, points[:1]])

    def blocks(self, side: int, within: Block) -> Iterator[Block]:
        """The blocks of so many cells a side that fill another, row by row."""
        top, left, bottom, right = within
        for row in range(top, bottom, side):
            for column in range(left, right, side):
                yield row, column, min(row + side, bottom), min(column + side, right)


def _fractal(start: Points, end: Points, rng: np.random.Generator) -> Points:
    """Lines from each start to each end that stray sideways on every scale, and meet at the ends."""
    along = np.linspace(0, 1, STEPS + 1)
    waves = np.arange(1, STEPS // 2 + 1)
    amplitudes = rng.normal(0, WOBBLE, (*start.shape[:-1], len(waves))) / waves
    aside = amplitudes @ np.sin(np.pi * np.outer(waves, along))
    way = end - start
    across = np.stack([-way[..., 1], way[..., 0]], axis=-1)
    lines: Points = start[..., None, :] + way[..., None, :] * along[:, None] + across[..., None, :] * aside[..., None]
    return lines


def _degrees(cells: Points) -> Points:
    """From cells east and south of the corner to longitude and latitude, 7 decimals, so that neighbours share every corner."""
    lon_0, lat_0 = ORIGIN
    metre = 1 / 111_320
    east = cells[..., 0] * CELL_M * metre / np.cos(np.radians(lat_0))
    south = cells[..., 1] * CELL_M * metre
    return np.round(np.stack([lon_0 + east, lat_0 - south], axis=-1), 7)


class WideCounty:
    """The rows of the county. `cells` is rounded to whole villages."""

    def __init__(self, cells: int, *, seed: int = 1) -> None:
        columns = max(VILLAGE, round((cells * 1.6) ** 0.5 / VILLAGE) * VILLAGE)  # as wide as a screen is
        rows = max(VILLAGE, round(cells / columns / VILLAGE) * VILLAGE)
        self.grid = Grid.drawn(rows, columns, seed=seed)
        self.random = Random(seed)
        self.at = now() - timedelta(days=1)

    @cached_property
    def whole(self) -> Block:
        return 0, 0, self.grid.rows, self.grid.columns

    def store(self) -> None:
        """The areas, who looks at them, and what is open."""
        with transaction.atomic():
            self._store_areas()
            for level in LADDER_LEVELS:
                services.refresh_layer(level, self.at)
        with transaction.atomic():
            self._store_issues()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _store_areas(self) -> None:
        levels = (Level.TOWNSHIP, Level.VILLAGE, Level.GRID)
        above = [(self._area(Level.COUNTY, COUNTY, None, self.whole, next_keys(Area, 1)[0]), self.whole)]
        copy_rows(Area, [above[0][0]])
        for level, side in zip(levels, (TOWNSHIP, VILLAGE, 1), strict=True):
            parts = [(parent, n, block) for parent, whole in above for n, block in enumerate(self.grid.blocks(side, whole), 1)]
            keys = next_keys(Area, len(parts))
            above = [
                (self._area(level, f"{parent.code}{n:03d}", parent, block, key), block)
                for (parent, n, block), key in zip(parts, keys, strict=True)
            ]
            for batch in in_batches((area for area, _ in above), BATCH):
                copy_rows(Area, batch)

    def _area(self, level: Level, code: str, parent: Area | None, block: Block, key: int) -> Area:
        shape: BaseGeometry = Polygon(self.grid.ring(block))
        if not shape.is_valid:
            shape = shape.buffer(0)
        boundary = GEOSGeometry(memoryview(shape.wkb), srid=4326)
        whole = boundary if isinstance(boundary, MultiPolygon) else MultiPolygon(boundary, srid=4326)
        label = shape.representative_point()
        return Area(
            pk=key, level=level, code=code, name=f"{level.label} {code[6:] or code}", parent=parent,
            path=f"{parent.path}.{code}" if parent else code, boundary=whole, label_point=Point(label.x, label.y, srid=4326),
            valid_from=self.at,
        )  # fmt: skip

    def _store_issues(self) -> None:
        text = versions.SHIPPED.read_text(encoding="utf-8")
        policy, _ = versions.store(text, active_from=self.at, signed_by="", at=self.at)
        category = Category.objects.create(code="bench", names={"en": "Anything"}, level=Level.GRID)
        drawn = Area.objects.cells().without_boundary().order_by("path")
        chosen = [cell for cell in drawn if self.random.random() < OPEN_SHARE]
        for number, batch in enumerate(in_batches(chosen, BATCH)):
            keys = next_keys(Issue, len(batch))
            copy_rows(
                Issue,
                [
                    self._issue(cell, key, number * BATCH + n, policy, category)
                    for n, (cell, key) in enumerate(zip(batch, keys, strict=True))
                ],
            )

    def _issue(self, cell: Area, key: int, number: int, policy: SlaPolicy, category: Category) -> Issue:
        levels, weights = zip(*LIGHTS, strict=True)
        return Issue(
            pk=key, number=f"{self.at.year}-{number:07d}", title="–", category=category, policy=policy, area=cell, path=cell.path,
            point=cell.label_point, level=self.random.choices(levels, weights)[0], status=Status.IN_PROGRESS,
            reported_at=self.at, level_since=self.at, accepted_at=self.at, level_due_at=self.at + timedelta(days=30),
        )  # fmt: skip


def officer() -> Person:
    """Somebody of the supervision office, who sees all figures of the county."""
    if known := Person.objects.filter(username="bench").first():
        return known
    person = Person.objects.create_user("bench", name="Bench")
    county = Area.objects.roots()[0]
    Assignment.objects.create(
        person=person, area=county, role=Role.SUPERVISION_OFFICE, term=DateTimeTZRange(now() - timedelta(days=400), None)
    )
    return person


def stir(rng: Random, *, cells: int = 3) -> None:
    """Give a few open issues another level, and tell the maps as a verb does."""
    issues = Issue.objects.unfinished().order_by("pk")
    first, last = issues[0].pk, issues.reverse()[0].pk
    for _ in range(cells):
        issue = issues.filter(pk__gte=rng.randint(first, last))[0]
        issue.level = rng.choice([level for level in LADDER_LEVELS if level != issue.level])
        issue.save(update_fields=["level"])
        state.announce([issue.path])


@contextmanager
def own_database(*, keep: bool = False) -> Iterator[None]:
    """A fresh, migrated database for this process and those it starts; gone at the end, unless `keep`: the next run finds it."""
    old, url = connection.settings_dict["NAME"], os.environ["DATABASE_URL"]
    name = f"{old}_bench"
    connection.settings_dict.setdefault("TEST", {})["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keep)
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    try:
        yield
    finally:
        os.environ["DATABASE_URL"] = url
        connection.creation.destroy_test_db(old, verbosity=0, keepdb=keep)
        _forget()


def _forget() -> None:
    """What the county left in Redis."""
    import redis

    client: Any = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter(f"gridgov:state:{COUNTY}:*"):
        client.delete(key)
