"""What happened in the province, where and when: arrays over the issues, oldest first, the same for the same seed.

Nothing here is written yet; the whole past is computed anew in seconds whenever a run goes on. Two problems at different
addresses are always more than `APART_M` apart across the border of a cell, so what comes back comes back within its cell.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.contrib.gis.db.models import FloatField
from django.db.models import F, Func
from django.utils.timezone import localtime

from grids.models import Area

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DAY_S = 86_400
DAYS = 3 * 365
GROWTH, WEEKEND = 0.6, 0.55  # more each year; fewer at weekends
HOUR, SPREAD_H = 13.0, 4.0
SITES = 12  # addresses of a cell, on a spiral around its middle
APART_M, JITTER_M = 110.0, 15.0  # points keep so far from the border in sum; reports of one address so near each other
METRES_PER_DEGREE = 110_500.0  # of latitude, at the least
HOT_SPOTS = 0.004  # bad spots of a kind, for each cell and unit of its weight
USUAL_DAYS, SPREAD_DAYS = 6.0, 1.1  # until something is closed (log)
FADING_DAYS = 14.0  # the older, the less likely something is still open
ENDINGS = (("closed", 0.92), ("closed_explained", 0.04), ("declined", 0.03), ("withdrawn", 0.01))
SOLVED_ENDINGS = 2  # the first two of them
LEVELS = ((10, 0.68), (20, 0.19), (30, 0.12), (40, 0.01))


@dataclass(frozen=True)
class Ground:
    """The cells in the order of their paths: keys, middles (degrees, EPSG:4326), and how far from there a point may lie."""

    keys: Ints
    paths: list[str]
    lon: Floats
    lat: Floats
    radius: Floats  # degrees of latitude
    households: Floats

    @classmethod
    def read(cls) -> Ground:
        """The current cells; one statement."""
        rim = Func("boundary", function="ST_Boundary")
        clear = Func("label_point", rim, function="ST_Distance", output_field=FloatField())
        x, y = (Func(F("label_point"), function=f"ST_{axis}", output_field=FloatField()) for axis in "XY")
        rows = list(
            Area.objects.cells().order_by("path").annotate(x=x, y=y, clear=clear).values_list("pk", "path", "x", "y", "clear", "households")
        )  # fmt: skip
        keys, paths, lon, lat, away, households = zip(*rows, strict=True)
        narrowed = np.cos(np.radians(np.array(lat)))  # a degree of longitude is so much shorter, at worst
        room = np.maximum(np.array(away) * narrowed - (APART_M / 2 + JITTER_M) / METRES_PER_DEGREE, 0)
        return cls(np.array(keys), list(paths), np.array(lon), np.array(lat), room, np.array(households, dtype=float))


@dataclass(frozen=True)
class Topics:
    """What is reported, of a file like `fixtures/bairin/reports.toml`."""

    codes: list[str]
    weights: Floats  # (topics, 12): how often in each month
    hot: Floats  # how strongly it comes back to the same spots, 0 to 1
    texts: list[list[str]]
    done: list[list[str]]
    tried: list[list[str]]

    @classmethod
    def read(cls, file: Path) -> Topics:
        """Each sentence is told of each spot that the file names."""
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        seasons, spots = said.pop("seasons"), said.pop("spots")["names"]
        codes = sorted(said)
        weights = np.array([np.array(seasons[said[code]["season"]]) * said[code]["weight"] for code in codes])
        texts = [[text.format(spot=spot) for text in said[code]["texts"] for spot in spots] for code in codes]
        hot = np.array([said[code]["hot"] for code in codes])
        done, tried = ([said[code][key] or [""] for code in codes] for key in ("done", "tried"))
        return cls(codes, weights, hot, texts, done, tried)


@dataclass(frozen=True)
class Past:
    """Arrays over the issues. Times in seconds of 1970 (UTC); `closed` is `NEVER` where it is still open."""

    at: Ints
    closed: Ints
    cell: Small
    topic: Small
    words: Small  # any number; the text is that one of the topic's, counted around
    lon: Floats
    lat: Floats
    level: Small
    ending: Small  # index in ENDINGS
    came_back_of: Small  # index of the issue that it comes back from, -1: of none

    @cached_property
    def is_open(self) -> Flags:
        return self.closed == NEVER

    def __len__(self) -> int:
        return len(self.at)


NEVER = np.iinfo(np.int64).max


def live(ground: Ground, topics: Topics, *, issues: int, open_share: float, until: datetime, seed: int, within_s: float) -> Past:
    """So many issues of the `DAYS` before `until`. `within_s`: so soon after it was closed, the same thing has come back."""
    rng = np.random.default_rng([seed, 10_000_000])
    at, month = _moments(rng, issues, until, topics)
    topic = _topics(rng, month, topics)
    cell, site = _places(rng, ground, topic, topics)
    lon, lat = _points(rng, ground, cell, site)
    closed = _closings(rng, at, open_share, until)
    ending = _drawn(rng, issues, [share for _end, share in ENDINGS])
    level = np.array([level for level, _share in LEVELS])[_drawn(rng, issues, [share for _level, share in LEVELS])]
    back = _coming_back(at, closed, topic.astype(np.int64) * len(ground.keys) + cell, ending < SOLVED_ENDINGS, within_s)
    back[(ending >= SOLVED_ENDINGS) & (closed != NEVER)] = -1  # what was no problem of its own came back from nothing
    words = rng.integers(0, 2**31 - 1, issues, dtype=np.int32)
    return Past(at, closed, cell, topic, words, lon, lat, level.astype(np.int32), ending.astype(np.int32), back)


def _moments(rng: np.random.Generator, issues: int, until: datetime, topics: Topics) -> tuple[Ints, Small]:
    """When each was reported, oldest first, and in which month (0 to 11): more in season, by day, on workdays, each year."""
    midnight = localtime(until).replace(hour=0, minute=0, second=0, microsecond=0)
    last = int(midnight.timestamp())
    days = np.datetime64(midnight.date()) - np.arange(DAYS, 0, -1)
    months = days.astype("datetime64[M]").astype(int) % 12
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7
    busy = topics.weights.sum(axis=0)[months] * np.where(weekday < 5, 1, WEEKEND) * (1 + GROWTH * np.arange(DAYS) / DAYS)
    day = _drawn(rng, issues, busy)
    second = np.clip(rng.normal(HOUR * 3600, SPREAD_H * 3600, issues), 5.5 * 3600, 22.5 * 3600).astype(np.int64)
    at = last - (DAYS - day) * DAY_S + second
    order = np.argsort(at, kind="stable")
    return at[order], months[day[order]].astype(np.int32)


def _drawn(rng: np.random.Generator, issues: int, weights: Sequence[float] | Floats) -> Ints:
    """So many indices, each as often as its weight says."""
    steps = np.cumsum(np.asarray(weights, dtype=float))
    return np.searchsorted(steps, rng.random(issues) * steps[-1], side="right").clip(max=len(steps) - 1)


def _topics(rng: np.random.Generator, month: Small, topics: Topics) -> Small:
    """What each is about, by its month."""
    found = np.empty(len(month), dtype=np.int32)
    for n in range(12):
        here = np.flatnonzero(month == n)
        found[here] = _drawn(rng, len(here), topics.weights[:, n])
    return found


def _places(rng: np.random.Generator, ground: Ground, topic: Small, topics: Topics) -> tuple[Small, Small]:
    """In which cell, at which of its addresses: anywhere by households, or at one of the bad spots of the topic."""
    lively = ground.households * rng.pareto(2.5, len(ground.keys)).clip(0.2, 8)
    cell = _drawn(rng, len(topic), lively).astype(np.int32)
    site = rng.integers(0, SITES, len(topic), dtype=np.int32)
    comes_back = rng.random(len(topic)) < topics.hot[topic]
    for n in range(len(topics.codes)):
        here = np.flatnonzero((topic == n) & comes_back)
        spots = max(3, round(HOT_SPOTS * len(ground.keys) * float(topics.weights[n].mean())))
        which = rng.exponential(spots / 3, len(here)).astype(np.int64).clip(max=spots - 1)  # a few are much worse
        cell[here] = _drawn(rng, spots, lively)[which]
        site[here] = rng.integers(0, SITES, spots)[which]
    return cell, site


def _points(rng: np.random.Generator, ground: Ground, cell: Small, site: Small) -> tuple[Floats, Floats]:
    """Longitude and latitude (degrees, 6 decimals): the address, and a few steps beside it."""
    turn, away = 2.4 * site + cell * 0.7, ground.radius[cell] * np.sqrt((site + 0.5) / SITES)
    jitter = np.minimum(JITTER_M / METRES_PER_DEGREE, ground.radius[cell] + 0.0)
    north = away * np.sin(turn) + jitter * rng.uniform(-0.7, 0.7, len(cell))
    east = away * np.cos(turn) + jitter * rng.uniform(-0.7, 0.7, len(cell))
    lat = ground.lat[cell] + north
    return np.round(ground.lon[cell] + east / np.cos(np.radians(ground.lat[cell])), 6), np.round(lat, 6)


def _closings(rng: np.random.Generator, at: Ints, open_share: float, until: datetime) -> Ints:
    """When each ended; never for exactly the open share, most of it young."""
    now = int(until.timestamp())
    took = (rng.lognormal(np.log(USUAL_DAYS), SPREAD_DAYS, len(at)) * DAY_S).astype(np.int64) + 600
    closed = np.minimum(at + took, np.maximum(now - rng.integers(60, DAY_S, len(at)), at + 60))
    wanted = round(open_share * len(at))
    if wanted:
        lateness = (now - at) / (FADING_DAYS * DAY_S) / rng.exponential(1.0, len(at))
        closed[np.argpartition(lateness, wanted - 1)[:wanted]] = NEVER
    return closed


def _coming_back(at: Ints, closed: Ints, what: Ints, counts: Flags, within_s: float) -> Small:
    """For each the latest that was closed before it, of the same kind in the same cell, if not too long before; else -1.

    Every closing and every report is a moment; sorted by kind and place and then by time, the closing before a report is
    the last one passed on the way.
    """
    ended = np.flatnonzero(counts & (closed != NEVER))
    origin = int(at[0]) if len(at) else 0
    # Kind and place, the second, and closings before reports of the same second: in one number, for one sort.
    key = np.concatenate([(what[ended] << 29 | (closed[ended] - origin)) << 1, (what << 29 | (at - origin)) << 1 | 1])
    order = np.argsort(key, kind="stable")
    passed = np.where(order < len(ended), order, -1)
    last = np.maximum.accumulate(np.where(passed >= 0, np.arange(len(order)), -1))
    is_report = passed < 0
    reports, before = order[is_report] - len(ended), last[is_report]
    found = np.full(len(at), -1, dtype=np.int32)
    has = before >= 0
    earlier = ended[order[before[has]]]
    mine = reports[has]
    fits = (what[earlier] == what[mine]) & (at[mine] - closed[earlier] <= within_s)
    found[mine[fits]] = earlier[fits]
    return found
