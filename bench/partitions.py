"""python -m bench.partitions - does it pay to cut the issues into partitions by county? The same rows, whole and cut, side by side.

In a schema of its own in the database of `DATABASE_URL`, dropped at the end: what pages and sweeps ask of issues, with the indexes
that answer them (the columns that they do not touch are left out, and nothing is logged, so that it fits a small machine).
Partitions are ranges of the path, one for each county, so that the program's own conditions find theirs. What is unique must
then hold the path, and whatever refers to an issue must name it too. Takes a quarter of an hour at ten million.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import environ
import psycopg
from psycopg.conninfo import make_conninfo

from bench import record

SCHEMA, WHOLE, CUT = "bench_partitions", "whole", "cut"
COLUMNS = """id bigint NOT NULL, number text NOT NULL, title text NOT NULL, status text NOT NULL,
    level smallint NOT NULL, path text COLLATE "C" NOT NULL, category_id bigint NOT NULL, reported_at timestamptz NOT NULL,
    closed_at timestamptz, level_due_at timestamptz, climb_at timestamptz, event_count int NOT NULL"""
# Ten years of issues, one in a hundred open; a county has 25 townships of 12 villages of 10 cells.
ROWS = """SELECT n, 'N' || n, 'street lamp out of order ' || n %% 9973, CASE WHEN open THEN 'in_progress' ELSE 'closed' END,
    1 + n %% 4, concat(county, '.T', lpad((h / 120 %% 25)::text, 2, '0'), '.V', lpad((h / 10 %% 12)::text, 2, '0'), '.C', h %% 10),
    h / 3000 %% 40, at, CASE WHEN open THEN NULL ELSE at + interval '9 days' END,
    CASE WHEN open THEN at + interval '5 days' END, CASE WHEN open THEN timestamptz '2030-01-01' + h %% 86400 * interval '1 s' END, 6
  FROM (SELECT n, h, 'K' || lpad((n %% %(counties)s)::text, 3, '0') AS county, h %% 100 = 0 AS open,
               timestamptz '2016-01-01' + n * (interval '10 years' / %(issues)s) AS at
        FROM (SELECT n, (hashint8(n)::bigint + 2147483648) AS h FROM generate_series(1, %(issues)s) n) numbered) made"""
INDEXES = (
    "(path, level) WHERE closed_at IS NULL",
    "(level_due_at, id) WHERE closed_at IS NULL",
    "(climb_at) WHERE closed_at IS NULL AND climb_at IS NOT NULL",
    "(path, reported_at DESC, id DESC)",
    "(category_id, closed_at)",
    "(reported_at)",
)
NOW = "timestamptz '2026-01-01'"
COUNTY = "path >= 'K042.' AND path < 'K042/'"  # how the program asks for what lies in an area


@dataclass(frozen=True)
class Case:
    """What is asked: as the program asks it, and as it would have to ask for partitions to be pruned."""

    name: str
    statement: str
    pruned: str = ""


CASES = (
    Case("open counts of a county", f"SELECT path, level, count(*) FROM issues WHERE closed_at IS NULL AND {COUNTY} GROUP BY 1, 2"),
    Case("red list of a county", f"SELECT id FROM issues WHERE closed_at IS NULL AND level = 4 AND {COUNTY} ORDER BY reported_at LIMIT 50"),
    Case("history of a county, newest 50", f"SELECT id FROM issues WHERE {COUNTY} ORDER BY reported_at DESC, id DESC LIMIT 50"),
    Case(
        "figures of a county, a month",
        f"SELECT category_id, count(*) FROM issues WHERE {COUNTY} AND reported_at >= {NOW} - interval '1 month' GROUP BY 1",
    ),
    Case("open counts of the province", "SELECT left(path, 4), level, count(*) FROM issues WHERE closed_at IS NULL GROUP BY 1, 2"),
    Case("sweep, 200 that are due", f"SELECT id FROM issues WHERE closed_at IS NULL AND level_due_at <= {NOW} ORDER BY level_due_at, id LIMIT 200"),
    Case("sweep, nothing is due", f"SELECT id FROM issues WHERE closed_at IS NULL AND climb_at IS NOT NULL AND climb_at <= {NOW} LIMIT 200"),
    Case("one issue by its key", "SELECT * FROM issues WHERE id = 4200042", f"SELECT * FROM issues WHERE id = 4200042 AND {COUNTY}"),
    Case("one issue by its number", "SELECT * FROM issues WHERE number = 'N4200042'"),
)  # fmt: skip


@dataclass(frozen=True)
class Work:
    """What is written, and the cleaning after it; `{table}` is the table, `{part}` the county's own where it has one."""

    name: str
    statement: str

    def on(self, kind: str) -> str:
        return self.statement.format(table=kind, part=f"{kind}_42" if kind == CUT else kind)


UPKEEP = (
    Work("20,000 changes in a county", f"UPDATE {{table}} SET event_count = 7, climb_at = NULL WHERE {COUNTY} AND id % 5 = 0"),
    Work("vacuum after them", "VACUUM (INDEX_CLEANUP ON) {part}"),
    Work(
        "10,000 new issues",
        "INSERT INTO {table} SELECT id + 1000000000, 'M' || id, title, status, level, path, category_id, "
        f"{NOW}, NULL, {NOW}, NULL, 1 FROM {{table}} ORDER BY reported_at LIMIT 10000",
    ),
)


def make(database: psycopg.Connection, kind: str, issues: int, counties: int) -> None:
    """The table of that kind, filled and indexed."""
    start, end = ("CREATE TABLE", "PARTITION BY RANGE (path)") if kind == CUT else ("CREATE UNLOGGED TABLE", "")
    database.execute(f"{start} {kind} ({COLUMNS}) {end}")
    for county in range(counties if kind == CUT else 0):
        database.execute(
            f"CREATE UNLOGGED TABLE {kind}_{county} PARTITION OF {kind} FOR VALUES FROM ('K{county:03}') TO ('K{county + 1:03}')"
        )
    if kind == CUT:
        database.execute(f"INSERT INTO {CUT} SELECT * FROM {WHOLE}")
    else:
        database.execute(f"INSERT INTO {WHOLE} " + ROWS, {"issues": issues, "counties": counties})
    for unique in ("id", "number"):
        database.execute(f"CREATE UNIQUE INDEX ON {kind} ({unique}{', path' if kind == CUT else ''})")
    for columns in INDEXES:
        database.execute(f"CREATE INDEX ON {kind} {columns}")
    database.execute(f"VACUUM (ANALYZE) {kind}")


def timed(database: psycopg.Connection, statement: str, times: int = 25) -> float:
    """The median of so many, in ms, planned each time as the program's statements are."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        database.execute(statement, prepare=False).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def once(database: psycopg.Connection, statement: str) -> float:
    """How long the statement took, in ms."""
    began = time.perf_counter()
    database.execute(statement)
    return (time.perf_counter() - began) * 1000


def compare(database: psycopg.Connection) -> Iterator[record.Figure]:
    """What each case and each piece of upkeep takes on the cut table, and beside it on the whole one."""
    for case in CASES:
        whole = timed(database, case.statement.replace("FROM issues", f"FROM {WHOLE}"))
        cut = timed(database, case.statement.replace("FROM issues", f"FROM {CUT}"))
        beside = {"whole_ms": round(whole, 2), "ratio": round(cut / whole, 2)}
        if case.pruned:
            beside["county_known_ms"] = round(timed(database, case.pruned.replace("FROM issues", f"FROM {CUT}")), 2)
        yield record.Figure(f"partitions: {case.name}", round(cut, 2), "ms", beside=beside)
    for work in UPKEEP:
        whole, cut = (once(database, work.on(kind)) for kind in (WHOLE, CUT))
        beside = {"whole_ms": round(whole), "ratio": round(cut / whole, 2)}
        yield record.Figure(f"partitions: {work.name}", round(cut), "ms", beside=beside)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.partitions", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--issues", type=int, default=10_000_000)
    parser.add_argument("--counties", type=int, default=103, help="as many partitions (103: Inner Mongolia's)")
    record.add_options(parser)
    given = parser.parse_args(arguments)
    if not 43 <= given.counties <= 999:
        parser.error("between 43 and 999 counties: the one that is looked at is K042")
    at = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    where = {"dbname": at["NAME"], "host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    with psycopg.connect(make_conninfo("", **{name: value or None for name, value in where.items()}), autocommit=True) as database:
        database.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        database.execute(f"CREATE SCHEMA {SCHEMA}")
        database.execute(f"SET search_path = {SCHEMA}")
        database.execute("SET maintenance_work_mem = '512MB'")
        database.execute("SET jit = off")
        try:
            for kind in (WHOLE, CUT):
                began = time.monotonic()
                make(database, kind, given.issues, given.counties)
                print(f"{kind}: {given.issues:,} issues after {time.monotonic() - began:.0f} s", flush=True)
            figures = []
            for figure in compare(database):
                print(f"{figure.name}: {figure.value:g} ms, {figure.beside}", flush=True)
                figures.append(figure)
        finally:
            database.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    record.keep(given, "partitions", figures, about={"issues": given.issues, "counties": given.counties})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
