"""`python -m bench.heat`: what a day of new issues costs the heat, and what a night of analysis costs, on what is loaded.

The day: so many new reports with their ledger, taken in by `heat.refresh`, beside the bare counting of the same reports by
one SQL statement. Run it over databases with histories of different length and compare: it follows the day, not the
history. The night: neighbours from the boundaries (once per redrawing), then every county. The lattice: the same
statistics over 290,000 squares that are one county, without a database. Everything is rolled back.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "WARNING")

import django

django.setup()

import numpy as np  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from bench import record  # noqa: E402
from bench.record import Figure  # noqa: E402
from grids import neighbours  # noqa: E402
from grids.levels import Level  # noqa: E402
from grids.models import Adjacency, Area  # noqa: E402
from issues import policy  # noqa: E402
from issues.heat import bins  # noqa: E402
from issues.hot import nights, statistics  # noqa: E402
from issues.models import Category, Event, HotPlace, HotRun, HotSpot, Issue  # noqa: E402
from issues.terms import Actor, Status, Verb  # noqa: E402

SIDE = 539  # squares along an edge of the lattice: 290,521
BARE = """
    SELECT count(*) FROM (
        SELECT category_id, path, floor(ST_X(point) * 182)::int, floor(ST_Y(point) * 182)::int, count(*)
        FROM issues_issue WHERE source = 'bench.heat' GROUP BY 1, 2, 3, 4
    ) AS bins
"""
T = TypeVar("T")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """(milliseconds, what it gave)."""
    started = time.perf_counter()
    found = work()
    return 1000 * (time.perf_counter() - started), found


def load_libraries() -> Figure:
    """The worker loads them once, when it first analyses."""
    few = np.arange(2, dtype=np.int32)
    graph = statistics.graph_of(3, few[:1], few[1:])
    took, _found = timed(
        lambda: (
            statistics.gi_star([1, 2, 4], graph),
            statistics.adjusted(statistics.chances(np.zeros(3))),
            statistics.drift(range(9)),
            statistics.clusters([(0, 0)] * 3, within_m=1, fewest=2),
        )
    )
    return Figure("hot: loading the libraries", took, "ms")


def report(count: int, rng: random.Random) -> None:
    """So many reports of today with the event that files them, in random cells; no clocks, they are only counted."""
    cells = list(Area.objects.cells().without_boundary().exclude(label_point=None).order_by("?")[:count])
    kinds = [kind for kind in Category.objects.in_order() if kind.group and not kind.sealed]
    at, terms = now(), policy.in_force(now())
    issues = Issue.objects.bulk_create(
        [
            Issue(
                number=f"BH{n:08d}", title="bench", category=rng.choice(kinds), area=(cell := rng.choice(cells)), path=cell.path,
                point=cell.label_point, level=Level.GRID, policy=terms, reported_at=at, status=Status.SUBMITTED,
                source="bench.heat", source_id=str(n),
            )
            for n in range(count)
        ],
        2000,
    )  # fmt: skip
    Event.objects.bulk_create(
        [
            Event(
                issue=issue, number=1, verb=Verb.SUBMIT, at=at, actor=Actor.SYSTEM, to_status=issue.status, to_level=issue.level,
                hash="0" * 64,
            )
            for issue in issues
        ],
        2000,
    )  # fmt: skip


def day(count: int, rng: random.Random) -> Figure:
    """What taking in a day of `count` reports costs, beside counting the same ones bare."""
    bins.refresh(at=now())  # what the database owed before is not the day's
    report(count, rng)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE issues_issue")
        cursor.execute("ANALYZE issues_event")
        bare, _none = timed(lambda: cursor.execute(BARE))
    took, rows = timed(lambda: bins.refresh(at=now()))
    return Figure(f"heat: a day of {count} reports", took, "ms", beside={"sql_ms": bare, "rows": rows})


def night() -> list[Figure]:
    """The neighbours of every county from their boundaries, then from what is kept, then the whole analysis."""
    Adjacency.objects.all().delete()
    HotRun.objects.all().delete()
    counties = Area.objects.county_paths()
    fresh, _found = timed(
        lambda: [neighbours.neighbours(path, level) for path in counties for level in (Level.GRID, Level.VILLAGE)]
    )
    kept, _found = timed(lambda: [neighbours.neighbours(path, level) for path in counties for level in (Level.GRID, Level.VILLAGE)])
    processor = time.process_time()
    took, done = timed(lambda: nights.analyse(at=now()))
    processor = 1000 * (time.process_time() - processor)
    again, none = timed(lambda: nights.analyse(at=now()))
    if none or done != len(counties):
        raise SystemExit(f"{done} of {len(counties)} counties were analysed, {none} of them twice.")
    spots, places = HotSpot.objects.count(), HotPlace.objects.count()
    return [
        Figure("hot: neighbours from the boundaries", fresh, "ms"),
        Figure("hot: neighbours that are kept", kept, "ms"),
        Figure(
            "hot: a night",
            took,
            "ms",
            beside={"counties": done, "rows": spots + places, "each_ms": took / max(done, 1), "processor_ms": processor},
        ),
        Figure("hot: a second run with nothing to do", again, "ms"),
    ]


def lattice(rng: random.Random) -> list[Figure]:
    """290,000 squares as one county: who touches whom, and Gi* of their counts; 50 crowds among single issues."""
    places = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    beside = [
        (places[:, :-1], places[:, 1:]),
        (places[:-1], places[1:]),
        (places[:-1, :-1], places[1:, 1:]),
        (places[:-1, 1:], places[1:, :-1]),
    ]
    left, right = (np.concatenate([pair[side].ravel() for pair in beside]).astype(np.int32) for side in (0, 1))
    counts = np.random.default_rng(rng.randrange(1000)).poisson(1, SIDE * SIDE)
    for _ in range(50):
        row, column = rng.randrange(SIDE - 3), rng.randrange(SIDE - 3)
        counts[places[row : row + 3, column : column + 3].ravel()] += 20
    building, graph = timed(lambda: statistics.graph_of(SIDE * SIDE, left, right))
    scoring, scores = timed(lambda: statistics.gi_star(counts, graph))
    adjusting, sure = timed(lambda: statistics.adjusted(statistics.chances(scores)))
    found = int((sure <= 0.05).sum())
    return [
        Figure("hot: graph of 290,000 cells", building, "ms"),
        Figure("hot: Gi* of 290,000 cells", scoring + adjusting, "ms", beside={"rows": found}),
    ]


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.heat", description=__doc__)
    options.add_argument("--reports", type=int, default=1000, help="new reports of the day (default 1000)")
    options.add_argument("--no-lattice", action="store_true", help="leave out the 290,000 squares")
    record.add_options(options)
    given, rng, figures = options.parse_args(), random.Random(5), []
    about = {"issues": Issue.objects.count(), "cells": Area.objects.cells().count(), "counties": len(Area.objects.county_paths())}
    figures.append(load_libraries())
    with transaction.atomic():
        figures.append(day(given.reports, rng))
        figures += night()
        transaction.set_rollback(True)
    figures += [] if given.no_lattice else lattice(rng)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures.append(Figure("hot: peak memory", peak, "MB"))
    for figure in figures:
        print(f"{figure.name}: {figure.value:,.1f} {figure.unit} {figure.beside or ''}")
    record.keep(given, "heat", figures, about)
    return 0


if __name__ == "__main__":
    sys.exit(main())
