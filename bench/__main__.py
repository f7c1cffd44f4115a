"""`bin/bench`: how long the pages of a loaded territory take over HTTP, beside the bare SQL and the bare bytes of the same run.

Starts its own server on a free port, asks each address `--times` times over one kept-alive connection, and prints p50 and p95 in
milliseconds, the p50 of its own statements on a bare cursor, and that of a plain file of the same bytes, served by the same server
with the same cookies. The bar follows from the two: a GET may take twice its statements, or 1.3 times the file, whichever is more;
a POST has none here (`bench.writing`). Every answer is looked at: one that is not the page that is measured ends the case with a
sentence, and the run with 1. Figures are kept as JSON and compared (`--compare OLD.json`): bench/record.py.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "WARNING")
_TILES = tempfile.TemporaryDirectory(prefix="gridgov-bench-tiles-")  # what the bench itself makes is in nobody's way
os.environ["GRIDGOV_TILE_DIR"] = _TILES.name

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from bench import record  # noqa: E402
from bench.cases import cases  # noqa: E402
from bench.measure import Case, WrongAnswer, lay_out, measure  # noqa: E402
from bench.record import Figure  # noqa: E402
from bench.server import Server  # noqa: E402
from grids.models import Area  # noqa: E402
from issues.models import Issue  # noqa: E402

# What a page may take of a long history: so many times as long as of a short one.
MOST_OF_SMALL = 1.3
HEAD = f"{'':38}{'p50 ms':>9}{'p95 ms':>9}{'SQL':>9}{'file':>8}{'bar':>9}        {'stmts':>6}{'kB':>9}  status"


def line(figure: Figure) -> str:
    """One row of the table."""
    beside = figure.beside
    parts = [f"{beside[key]:.2f}" if beside.get(key) else "-" for key in ("sql_ms", "file_ms")]
    bar = f"{figure.bar:.2f}" if figure.bar else "-"
    return (
        f"{figure.name:38}{figure.value:9.2f}{beside['p95_ms']:9.2f}{parts[0]:>9}{parts[1]:>8}{bar:>9} {figure.verdict:7}"
        f"{beside['statements']:6.0f}{beside['bytes'] / 1000:9.1f}  {beside['status']:.0f}"
    )


def about() -> dict[str, float | str]:
    """How much is loaded; of issues what the planner believes, for nobody counts a whole history."""
    root = Area.objects.roots().without_boundary()[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'issues_issue'::regclass")
        issues = float(cursor.fetchone()[0])
    return {
        "territory": root.code,
        "cells": Area.objects.cells().count(),
        "issues": issues,
        "open": Issue.objects.unfinished().count(),
    }


def run(chosen: list[Case], server: Server, *, times: int) -> tuple[list[Figure], list[str]]:
    """The figures of the cases, and a sentence for each that did not answer as it should; printed as they come, the slowest of
    each family at the end."""
    figures: list[Figure] = []
    faults: list[str] = []
    families: dict[str, Figure] = {}
    for number, case in enumerate(chosen):
        try:
            figures.append(figure := measure(case, server, number=number, times=times))
            if case.family:
                families[case.family] = max(figure, families.get(case.family, figure), key=lambda one: one.value)
            else:
                print(line(figure), flush=True)
        except WrongAnswer as wrong:
            faults.append(str(wrong))
            print(wrong, flush=True)
    for figure in families.values():
        print(line(figure), flush=True)
    return figures, faults


def against(small: Path, figures: list[Figure]) -> list[Figure]:
    """The ratios to the small run, printed, the largest first."""
    found = sorted(
        record.ratios(record.read(small), record.run_of("pages", figures), bar=MOST_OF_SMALL), key=lambda one: -one.value
    )
    for ratio in found:
        print(f"{ratio.name:52}{ratio.beside['small_ms']:10.2f} ms  ×{ratio.value:.2f} {ratio.verdict}")
    met = sum(ratio.is_met is True for ratio in found)
    print(f"{met} of {len(found)} take no more than {MOST_OF_SMALL} times as long as with few issues")
    return found


def main() -> int:
    """Measure, print and keep; 1 if an address did not answer as it should."""
    options = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    options.add_argument("--times", type=int, default=200, help="requests per address (default 200)")
    options.add_argument("--only", default="", help="only the cases whose name contains this")
    options.add_argument("--without", default="no such name", help="not the cases whose name contains this")
    options.add_argument(
        "--small", type=Path, metavar="SMALL.json", help="a run on the same territory with few issues: print the ratios to it"
    )
    record.add_options(options)
    given = options.parse_args()
    chosen = [case for case in cases() if given.only in case.name and given.without not in case.name]
    what = about()
    print(f"{what}\n{os.cpu_count()} cores, {given.times} requests each\n{HEAD}")
    server = Server()
    lay_out(chosen, server)
    with server:
        figures, faults = run(chosen, server, times=given.times)
    missed = [figure.name for figure in figures if figure.is_met is False]
    print(f"{sum(figure.is_met is True for figure in figures)} bars met, {len(missed)} missed: {', '.join(missed) or 'none'}")
    figures += against(given.small, figures) if given.small else []
    record.keep(given, "pages", figures, what)
    return 0 if figures and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
