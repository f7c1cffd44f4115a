"""A province whose making is killed with SIGKILL, again and again, is the same as one that was made in one go."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.db import connection, connections
from psycopg import sql

from demo.province import bare, making, staff, steps
from grids.models import Area
from issues.heat import bins
from tests.emptying import empty

ORDER = making.Order(cells=24, issues=240, open_share=0.1, seed=3, at=datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
KILLED_IN = ("slice 0", "slice 160", "again event_numbered", "again issue_open_by_due", "words", "week 10", "made")
COMPARED = (
    *(model._meta.db_table for model in bare.TABLES),
    *("issues_escalationrequest", "issues_keysupervisionentry", "issues_heatbin", "issues_heatarea", "issues_heatstate"),
)


def rows() -> dict[str, list[Any]]:
    """Every row of every table that the making fills, as text; but for the number that a transaction happened to have."""
    found = {}
    with connection.cursor() as cursor:
        for table in COMPARED:
            cursor.execute(
                sql.SQL("SELECT (to_jsonb(kept) - 'seen_xmax')::text FROM {} AS kept ORDER BY 1").format(sql.Identifier(table))
            )
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def catalogue() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = ANY (%s) ORDER BY 1", [list(COMPARED)])
        return list(cursor.fetchall())


def make_and_die_in(fatal: str) -> int:
    """Make on in a process that kills itself when the work of the step, or of a week of the heat, is done but not yet committed: its
    status.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        connections.close_all()
        real, rebin, weeks = steps.step, bins._rebin, count(1)

        def die_in(name: str) -> None:
            if name == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

        @contextmanager
        def deadly(name: str) -> Iterator[dict[str, Any]]:
            with real(name) as facts:
                yield facts
                die_in(name)

        def deadly_week(week: int, paths: Sequence[str] | None = None) -> int:
            changed = rebin(week, paths)
            die_in(f"week {next(weeks)}")
            return changed

        steps.step, bins._rebin = deadly, deadly_week
        making.make(ORDER, jobs=1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def forget_issues() -> None:
    """Empty what is compared, as if only the people had been posted yet."""
    empty(COMPARED)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM demo_province_step WHERE name NOT IN ('order', 'territory', 'rules', 'staff')")


@pytest.fixture
def small_slices(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(making, "SLICE", 80)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS demo_province_step, demo_province_place, demo_province_text")


def test_making_that_is_killed_in_every_stage_ends_with_the_same_rows_as_one_that_is_not(small_slices):
    making.make(ORDER, jobs=1)
    unbroken, indexes = rows(), catalogue()
    forget_issues()

    assert [make_and_die_in(name) for name in KILLED_IN] == [signal.SIGKILL] * len(KILLED_IN)
    making.make(ORDER, jobs=1)

    assert rows() == unbroken
    assert catalogue() == indexes
    making.tidy()
    assert making.is_made()


def test_territory_and_people_whose_making_is_killed_are_made_once(small_slices):
    assert [make_and_die_in(name) for name in ("territory", "staff")] == [signal.SIGKILL] * 2

    making.make(ORDER, jobs=1)

    assert Area.objects.cells().count() == ORDER.cells
    assert staff.Posts.read(ORDER.at).units


def test_making_by_two_processes_writes_the_same_rows_as_by_one(small_slices):
    making.make(ORDER, jobs=1)
    alone = rows()
    forget_issues()

    making.make(ORDER, jobs=2)

    assert rows() == alone
