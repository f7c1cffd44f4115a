"""What is open now, as rows: with holders, lights, clocks and a whole ledger (`demo/crowd.py`), under keys that follow from the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

import numpy as np
from django.contrib.gis.geos import Point
from django.db import models

from demo.crowd import OWNER, Crowd, Rows, Stage
from demo.province.archive import EVENTS_PER_ISSUE
from demo.province.past import Ground, Past, Topics
from demo.province.staff import Posts
from demo.reports import Story
from grids.levels import Level
from grids.models import Area, paths_above
from issues.models import Category, Event, Issue, SlaPolicy
from representatives.models import Person, Unit
from representatives.roles import Role

COUNTY_DEPTH = 3  # codes in the path of a county: province, prefecture, county
AHEAD_H = 240  # a clock that climbs by itself rings within so many hours, for what rang before has climbed


class Present:
    """Writes what is open of a stretch of the past; the same for the same seed."""

    def __init__(
        self, past: Past, ground: Ground, topics: Topics, posts: Posts, *, policy: SlaPolicy, at: datetime, seed: int
    ) -> None:  # fmt: skip
        self.past, self.ground, self.topics, self.seed = past, ground, topics, seed
        people, units = cache(lambda key: Person(pk=key)), cache(lambda key: Unit(pk=key))

        def holder(level: Level, path: str) -> Person:
            return people(posts.of(OWNER[level], path) or posts.of(Role.SUPERVISION_OFFICE, path))

        self.stage = Stage(
            at=at,
            policy=policy,
            categories={category.code: category for category in Category.objects.all()},
            holder=holder,
            units=lambda path: [units(key) for key in posts.units[paths_above(path)[COUNTY_DEPTH - 1]]],
            office=lambda path: people(posts.of(Role.SUPERVISION_OFFICE, path)),
        )

    def write(self, first: int, last: int) -> None:
        """Copy the open issues from place `first` up to `last` (not included)."""
        made = Rows()
        for place in (np.flatnonzero(self.past.is_open[first:last]) + first).tolist():
            rng = Random(f"{self.seed}/{place}")  # noqa: S311
            Crowd(self.stage, rng).add(made, self._story(place), place + 1, place + 1)
            self._wind(made.issues[-1], int(self.past.came_back_of[place]), rng)
        made.write(keys_of)

    def _story(self, place: int) -> Story:
        past, ground, topics = self.past, self.ground, self.topics
        cell, topic = int(past.cell[place]), int(past.topic[place])
        texts = topics.texts[topic]
        return Story(
            at=datetime.fromtimestamp(int(past.at[place]), UTC),
            cell=Area(pk=int(ground.keys[cell]), path=ground.paths[cell], level=Level.GRID),
            point=Point(float(past.lon[place]), float(past.lat[place]), srid=4326),
            category=topics.codes[topic],
            text=texts[int(past.words[place]) % len(texts)],
            tried=tuple(topics.tried[topic]),
            done=tuple(topics.done[topic]),
        )

    def _wind(self, issue: Issue, before: int, rng: Random) -> None:
        """Set what the rows of a crowd leave: what it came back from, and a clock that has not struck yet where it climbs alone."""
        issue.recurrence_of_id = before + 1 if before >= 0 else None
        issue.contact_due_at = issue.reported_at + timedelta(days=1)
        issue.first_contact_at = issue.acknowledged_at
        if issue.climb_at is None or issue.level >= Level.TOWNSHIP:
            issue.climb_at = None
            return
        issue.climb_at = issue.level_due_at = self.stage.at + timedelta(hours=rng.uniform(1, AHEAD_H))
        issue.warn_at = issue.due_soon_at = issue.reported_at + (issue.climb_at - issue.reported_at) * 0.8
        if issue.warn_at <= self.stage.at:
            issue.warn_at, issue.warned = None, 1


def keys_of(rows: Sequence[models.Model]) -> Iterable[int]:
    """Keys that follow from those of the issues: sixteen numbers each for their entries, one for all else."""
    for row in rows:
        key = int(row.issue_id)  # type: ignore[attr-defined]
        yield key * EVENTS_PER_ISSUE + row.number - 1 if isinstance(row, Event) else key
