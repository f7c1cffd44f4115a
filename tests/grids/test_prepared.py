"""Statements that are written once: the same rows as those written each time, or written each time after all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, connection, transaction
from django.db.models import Count, Q, QuerySet, UUIDField, Value
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from grids import metres
from grids.levels import Level
from grids.masks import padded
from grids.models import Area
from grids.prepared import Prepared, values_beside
from grids.querysets import within_paths
from grids.together import read_together
from tests.drawing import Town, draw_cells

DRAWING = """
    A B
    C D
"""
AT = datetime(2024, 9, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def town(db: None) -> Town:
    return draw_cells(DRAWING)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A word for each statement that Django writes out."""
    words: list[str] = []
    as_sql = SQLCompiler.as_sql

    def counted(self: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        words.append(self.query.get_meta().label if self.query.model else "")
        return as_sql(self, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "as_sql", counted)
    return words


def within(paths: tuple[str, ...], keys: tuple[int, ...], level: Level, at: datetime) -> QuerySet[Area]:
    """Something of everything: paths, what is reckoned from a moment, keys, related rows, annotations."""
    found = Area.objects.filter(within_paths(paths), Q(pk__in=keys) | Q(level__gt=level), valid_from__lte=at + timedelta(days=2))
    return found.select_related("parent").defer("boundary", "parent__boundary").annotate(n=Count("children")).order_by("path")


def asked(town: Town, letter: str) -> tuple[Any, ...]:
    cell = town[letter]
    return (cell.path.rpartition(".")[0],), (cell.pk, town["A"].pk), Level.GRID, datetime.now(UTC)


def told(rows: QuerySet[Area]) -> list[tuple[Any, ...]]:
    return [(row.pk, row.path, row.parent and row.parent.name, row.n) for row in rows]  # type: ignore[attr-defined]


def test_rows_when_asked_again_and_again_are_those_that_django_finds(town: Town):
    prepared = Prepared(within)

    for letter in "ABCDABCD":
        assert told(prepared(*asked(town, letter))) == told(within(*asked(town, letter))) != []


def test_third_question_of_one_shape_writes_nothing(
    town: Town, written: list[str], django_assert_num_queries: DjangoAssertNumQueries
):
    prepared = Prepared(within)
    list(prepared(*asked(town, "A"))), list(prepared(*asked(town, "B")))
    written.clear()

    with django_assert_num_queries(1):
        list(prepared(*asked(town, "C")))

    assert written == []


def test_points_circles_and_keys_made_elsewhere_are_values_too(town: Town, written: list[str]):
    prepared = Prepared(
        lambda circle, point, under: Area.objects.touching(circle).on_ground_of(point).below(under).without_boundary()
    )
    keyed = Prepared(lambda key: Area.objects.annotate(key=Value(key, UUIDField())).filter(level=Level.GRID).without_boundary())
    keys = {letter: uuid4() for letter in "ABCD"}
    for letter in "ABCD":
        point = town.inside(letter)
        found = prepared(metres.circle(point, 5), point, "")
        assert [(area.path, round(area.share, 6), area.dispute) for area in found if area.level == Level.GRID] == [
            (town[letter].path, 1.0, None)
        ]
        assert {area.key for area in keyed(keys[letter])} == {keys[letter]}
        if letter in "AB":
            written.clear()

    assert written == []


def plans_kept() -> int:
    """How many statements the database has a plan for, of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%grids_area%%'")
        found: int = cursor.fetchone()[0]
        return found


def test_question_asked_often_is_planned_once_by_itself_and_together_with_others(town: Town):
    prepared, named = Prepared(within), Prepared(lambda code: Area.objects.with_code(code).without_boundary())
    before = plans_kept()
    for letter in "ABCDABCD":
        list(prepared(*asked(town, letter)))
    assert plans_kept() == before + 1

    for letter in "ABCDABCD":
        rows, others = prepared(*asked(town, letter)), named(town[letter].code)
        read_together(rows, others)
        assert (told(rows), [other.pk for other in others]) == (told(within(*asked(town, letter))), [town[letter].pk])
    assert plans_kept() == before + 2


def test_statement_is_told_with_its_values_to_whoever_asks_what_was_sent(town: Town):
    prepared = Prepared(lambda code: Area.objects.with_code(code).without_boundary())

    for letter in "ABCD":
        with CaptureQueriesContext(connection) as sent:
            list(prepared(town[letter].code))
        assert f"'{town[letter].code}'" in sent[0]["sql"]


def test_question_whose_value_decides_on_the_way_is_planned_each_time(town: Town):
    before, prepared = plans_kept(), Prepared(within, by_value=True)

    for letter in "ABCDABCD":
        list(prepared(*asked(town, letter)))

    assert plans_kept() == before


def test_statement_that_fails_leaves_the_connection_as_it_was(town: Town):
    usual = connection.connection.cursor_factory

    with pytest.raises(DataError), transaction.atomic(), values_beside(connection), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / %s", [0])

    assert connection.connection.cursor_factory is usual
    assert town.county in Area.objects.all()


def test_questions_of_another_shape_are_statements_of_their_own(town: Town):
    prepared = Prepared(within)
    cells = tuple(town[letter].pk for letter in "ABCD")

    for how_many in (1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4):
        keys = cells[:how_many]
        assert [row.pk for row in prepared((town.county.path,), keys, Level.COUNTY, datetime.now(UTC))] == sorted(keys)


def test_rows_when_read_together_with_others_are_the_same(town: Town, django_assert_num_queries: DjangoAssertNumQueries):
    prepared, expected = Prepared(within), told(within(*asked(town, "D")))
    for letter in "AB":
        list(prepared(*asked(town, letter)))
    rows, roots = prepared(*asked(town, "D")), Area.objects.roots().without_boundary()

    with django_assert_num_queries(1):
        read_together(rows, roots)
        assert told(rows) == expected

    assert [root.pk for root in roots.filter(level=Level.COUNTY)] == [town.county.pk]  # what was read by itself goes on being a set


def test_keys_when_padded_are_the_same_set_in_few_lengths():
    lengths = {len(padded(range(how_many))) for how_many in range(31)}

    assert lengths == {0, 1, 2, 4, 8, 16, 32}
    assert all(set(padded(range(how_many))) == set(range(how_many)) for how_many in range(31))


@pytest.mark.parametrize(
    "build",
    [
        lambda path: Area.objects.filter(path=path) if path.endswith("1") else Area.objects.exclude(path=path),
        lambda path: Area.objects.filter(path=path.upper()),
        lambda path: Area.objects.filter(path=path).annotate(n=Value(len(path))),
        lambda path: Area.objects.filter(pk__in=()),
    ],
    ids=["branches", "changes the value", "counts", "nothing fits"],
)
def test_statement_that_follows_from_a_value_in_another_way_is_written_each_time(
    town: Town, build: Callable[[str], QuerySet[Area]]
):
    prepared = Prepared(build)

    for letter in "ABCDABCD":
        path = town[letter].path
        found, expected = ([(row.pk, getattr(row, "n", None)) for row in rows] for rows in (prepared(path), build(path)))
        assert found == expected


def test_prepared_set_when_asked_for_something_else_is_the_set_that_was_built(town: Town):
    prepared, asked_for = Prepared(within), asked(town, "C")
    for letter in "AB":
        list(prepared(*asked(town, letter)))

    assert told(prepared(*asked_for).filter(level=Level.VILLAGE)) == told(within(*asked_for).filter(level=Level.VILLAGE)) != []
    assert told(prepared(*asked_for)[:1]) == told(within(*asked_for)[:1])
    assert prepared(*asked_for).count() == within(*asked_for).count()
    assert prepared(*asked_for).exists()
    assert prepared(*asked_for).last() == within(*asked_for).last()


def test_no_more_shapes_are_kept_than_there_is_room_for(town: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grids.prepared.SHAPES_KEPT", 2)
    prepared = Prepared(lambda level: Area.objects.filter(level=level))

    for _turn in range(3):
        assert [prepared(level).count() if not _turn else len(prepared(level)) for level in Level] == [
            Area.objects.filter(level=level).count() for level in Level
        ]
    assert len(prepared._kept) <= 2


def test_points_of_a_kept_statement_are_read_by_each_thread_with_a_reader_of_its_own(town: Town) -> None:
    kept = Prepared(lambda key: Area.objects.filter(pk=key))
    for _ in range(3):
        assert [area.boundary for area in kept(town["A"].pk)] == [town["A"].boundary]

    def readers() -> set[int]:
        """Whatever of GEOS the converters of the kept statement hold."""
        compiler: Any = kept(town["A"].pk).query.get_compiler("default")
        compiler.setup_query()
        converters = compiler.get_converters([expression for expression, _sql, _alias in compiler.select])
        cells = [cell.cell_contents for made, _field in converters.values() for one in made for cell in one.__closure__ or ()]
        return {id(cell.__self__) for cell in cells if hasattr(cell, "__self__")}

    with ThreadPoolExecutor(1) as pool:
        of_other = pool.submit(readers).result()

    assert readers()
    assert of_other
    assert not readers() & of_other
    assert readers() == readers()
