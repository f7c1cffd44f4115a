"""`bin/bench`: how long the pages of a loaded demo take over HTTP, beside the bare SQL of the same work in the same run.

Starts its own server on a free port, asks each address `--times` times over one kept-alive connection, and prints p50
and p95 in milliseconds with the ratio to the SQL alone. Every answer is looked at: one that is not the page that is
measured ends the case with a sentence, and the run with 1. No figure is asserted: they are read, compared (`--compare FILE`), and
kept (`--json FILE`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "WARNING")

import django

django.setup()

from bench.cases import cases  # noqa: E402
from bench.measure import Figure, Server, WrongAnswer, measure  # noqa: E402

HEAD = f"{'':34}{'p50 ms':>9}{'p95 ms':>9}{'SQL p50':>9}{'ratio':>7}{'stmts':>7}{'kB':>8}  status"


def earlier(path: Path | None) -> dict[str, Figure]:
    """The figures of an earlier run by name; none if no file is named."""
    return {row["name"]: Figure(**row) for row in json.loads(path.read_text())} if path else {}


def line(figure: Figure, before: Figure | None = None) -> str:
    """One row of the table; with `before`, what p50 and the number of statements were then."""
    then = f"  was {before.p50:.2f} ms, {before.statements}" if before else ""
    ratio = f"{figure.p50 / figure.sql_p50:.1f}" if figure.sql_p50 else "-"
    sql = f"{figure.sql_p50:.2f}" if figure.sql_p50 else "-"
    return (
        f"{figure.name:34}{figure.p50:9.2f}{figure.p95:9.2f}{sql:>9}{ratio:>7}{figure.statements:7d}{figure.bytes / 1000:8.1f}"
        f"  {figure.status}{then}"
    )


def main() -> int:
    """Measure and print; 1 if an address did not answer as it should."""
    options = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    options.add_argument("--times", type=int, default=200, help="requests per address (default 200)")
    options.add_argument("--json", type=Path, help="also write the figures there")
    options.add_argument("--compare", type=Path, help="figures of an earlier run, written with --json, to stand beside these")
    options.add_argument("--only", default="", help="only the cases whose name contains this")
    given = options.parse_args()
    figures: list[Figure] = []
    faults: list[str] = []
    before = earlier(given.compare)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {given.times} requests each\n{HEAD}")
    with Server() as server:
        for case in cases():
            if given.only not in case.name:
                continue
            try:
                figures.append(measure(case, server, times=given.times))
                print(line(figures[-1], before.get(case.name)), flush=True)
            except WrongAnswer as wrong:
                faults.append(str(wrong))
                print(wrong, flush=True)
    if given.json:
        given.json.write_text(json.dumps([vars(figure) for figure in figures], indent=1))
    return 0 if figures and not faults else 1


if __name__ == "__main__":
    sys.exit(main())
