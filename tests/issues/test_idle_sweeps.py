"""The timetable when nothing is due: each of its lines is answered by indexes of what waits, whatever the history behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import pytest_django.plugin
from django.db import connection

from bench import idle
from bench.plans import Asked, listening, plan_of, read_whole
from demo.province.making import Order
from gridgov.celery import app
from issues.models import Issue
from tests.demo.provinces import small_province
from tests.plans import BIG, rows_of

pytestmark = pytest.mark.django_db
TABLES = (
    *BIG,
    "issues_notice",
    "issues_attachment",
    "issues_subtask",
    "issues_requester",
    "issues_diaryentry",
    "grids_area",
    "representatives_assignment",
)
ORDER = Order(cells=100, issues=1200, open_share=0.03, seed=3, at=datetime.now(UTC))
OPEN = 36


@pytest.fixture(scope="module")
def province(django_db_setup: None, django_db_blocker: pytest_django.plugin.DjangoDbBlocker) -> Iterator[Order]:
    with small_province(ORDER, django_db_blocker) as made:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield made


def asked_by(line: str) -> list[Asked]:
    asked = list[Asked]()
    with listening(asked):
        idle.run(line, idle.quiet_moment(line))
    return asked


@pytest.mark.parametrize("line", idle.lines())
def test_line_of_the_timetable_asks_a_few_questions_that_take_no_row_when_nothing_is_due(province: Order, line: str) -> None:
    asked = asked_by(line)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        taken = sum(rows_of(plan_of(each, analyze=True), TABLES) for each in asked)
        cursor.execute("SET LOCAL enable_seqscan = on")

    assert len(asked) <= 4
    assert taken == 0


def test_every_other_line_of_the_timetable_is_said_to_be_no_sweep() -> None:
    assert {*idle.lines(), *idle.NOT_SWEEPS} == {*app.conf.beat_schedule}
    assert {*idle.OVERDUE} < {*idle.lines()}


def test_table_that_is_read_from_end_to_end_is_named(province: Order) -> None:
    by_title = str(Issue.objects.filter(title="x").query.sql_with_params()[0])

    assert list(read_whole(plan_of((by_title, ("x",))), large=1000)) == ["issues_issue"]
    assert not list(read_whole(plan_of((by_title, ("x",))), large=10_000))
    assert not list(read_whole(plan_of(("SELECT 1 FROM issues_issue WHERE id = %s", (1,))), large=1))
