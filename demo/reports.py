"""What residents of a demo county report, where and when: invented, seasonal, and coming back to the same bad spots."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Point

from grids.models import Area

# So many of the reports come on top in the last weeks, more and more: people get to know of it.
GROWN_SHARE, GROWING_DAYS = 0.18, 56


@dataclass(frozen=True)
class Story:
    """One report to come: when, where (EPSG:4326), about what, in which words, and what will be done about it."""

    at: datetime
    cell: Area
    point: Point
    category: str
    text: str
    tried: tuple[str, ...]
    done: tuple[str, ...]
    language: str = "zh-hans"


@dataclass(frozen=True)
class Spot:
    """A place in a cell that has a name, and is worse than others for one category."""

    cell: Area
    point: Point
    name: str


def ground(cell: Area) -> tuple[MultiPolygon, Point]:
    """Boundary and middle of a cell; demo cells are drawn, so they have both."""
    if cell.boundary is None or cell.label_point is None:
        raise ValueError(f"Cell {cell.code} has no boundary.")
    return cell.boundary, cell.label_point


class Storyteller:
    """Invents `Story`s from `fixtures/…/reports.toml`; the same seed tells the same stories.

    `cells`: the county's current cells with boundaries; the more households, the more reports.
    """

    def __init__(self, path: Path, cells: list[Area], *, seed: int) -> None:
        said = tomllib.loads(path.read_text())
        self.seasons: dict[str, list[float]] = said.pop("seasons")
        self.spot_names: list[str] = said.pop("spots")["names"]
        self.topics: dict[str, dict[str, Any]] = said
        self.cells = cells
        self.rng = Random(seed)  # noqa: S311
        self.weights = [float(cell.households or 20) for cell in cells]
        self.bad_spots = {code: self._spots(round(3 + 8 * topic["weight"])) for code, topic in said.items() if topic["hot"]}

    def _spots(self, wanted: int) -> list[Spot]:
        cells = self.rng.choices(self.cells, self.weights, k=wanted)
        return [Spot(cell, self._point_in(cell), self.rng.choice(self.spot_names)) for cell in cells]

    def _point_in(self, cell: Area) -> Point:
        """A point inside the cell, near its middle more often than at its rim."""
        boundary, middle = ground(cell)
        west, south, east, north = boundary.extent
        for _ in range(20):
            point = Point(self.rng.triangular(west, east, middle.x), self.rng.triangular(south, north, middle.y), srid=4326)
            if boundary.contains(point):
                return point
        return middle

    def _place(self, code: str, topic: dict[str, Any]) -> Spot:
        if topic["hot"] and self.rng.random() < topic["hot"]:
            spots = self.bad_spots[code]
            spot = spots[min(int(self.rng.expovariate(3 / len(spots))), len(spots) - 1)]  # a few are much worse than the rest
            jitter = 0.0002  # degrees: some 20 m
            near = Point(
                spot.point.x + self.rng.uniform(-jitter, jitter), spot.point.y + self.rng.uniform(-jitter, jitter), srid=4326
            )
            return Spot(spot.cell, near if ground(spot.cell)[0].contains(near) else spot.point, spot.name)
        (cell,) = self.rng.choices(self.cells, self.weights)
        return Spot(cell, self._point_in(cell), self.rng.choice(self.spot_names))

    def _moment(self, first: datetime, days: int, codes: list[str]) -> tuple[datetime, str]:
        """A time in the year and a topic of that season; mostly in daylight, fewer at weekends."""
        while True:
            grown = self.rng.random() < GROWN_SHARE and days > GROWING_DAYS
            at = first + timedelta(
                days=self.rng.triangular(days - GROWING_DAYS, days, days) if grown else self.rng.uniform(0, days)
            )
            hour = min(max(self.rng.gauss(13, 4), 5.5), 22.5)
            at = at.replace(hour=int(hour), minute=self.rng.randrange(60), second=self.rng.randrange(60), microsecond=0)
            if first <= at < first + timedelta(days=days) and (at.weekday() < 5 or self.rng.random() < 0.55):
                break
        weights = [self.topics[code]["weight"] * self.seasons[self.topics[code]["season"]][at.month - 1] for code in codes]
        (code,) = self.rng.choices(codes, weights)
        return at, code

    def year(self, until: datetime, *, days: int, stories: int) -> Iterator[Story]:
        """That many stories from the `days` before `until` (aware, in the county's zone), oldest first."""
        codes = sorted(self.topics)
        moments = sorted(self._moment(until - timedelta(days=days), days, codes) for _ in range(stories))
        for at, code in moments:
            topic = self.topics[code]
            spot = self._place(code, topic)
            text = self.rng.choice(topic["texts"]).format(spot=spot.name)
            yield Story(at, spot.cell, spot.point, code, text, tuple(topic["tried"]), tuple(topic["done"]))
