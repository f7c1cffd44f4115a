"""How PostgreSQL answers statements: their plans, step by step, and what is read from end to end in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

Asked = tuple[str, Any]  # a statement, and its values
Node = dict[str, Any]  # a step of a plan, as EXPLAIN (FORMAT JSON) tells it

LARGE = 5000  # rows: what has more is not to be read from end to end
_PLANNED = ("SELECT", "WITH", "UPDATE", "DELETE")


@contextmanager
def listening(asked: list[Asked]) -> Iterator[None]:
    """Append every statement that is sent within, but for what begins and ends a transaction."""

    def wrapper(execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, object]) -> object:
        if sql.lstrip().upper().startswith(_PLANNED):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def plan_of(asked: Asked, *, analyze: bool = False) -> Node:
    """The plan of a statement; `analyze`: it is carried out, and each step says how many rows it really took."""
    sql, params = asked
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({'ANALYZE, ' if analyze else ''}FORMAT JSON) {sql}", params)
        said = cursor.fetchone()[0]
    plan: Node = (json.loads(said) if isinstance(said, str) else said)[0]["Plan"]
    return plan


def nodes_of(plan: Node) -> Iterator[Node]:
    """Every step of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def indexes_of(plan: Node) -> set[str]:
    """The indexes that the plan goes by."""
    return {node["Index Name"] for node in nodes_of(plan) if "Index Name" in node}


def read_whole(plan: Node, *, large: int = LARGE) -> Iterator[str]:
    """What is large and is read from end to end by the plan: a table, or an index in which nothing is looked up."""
    for node in nodes_of(plan):
        is_table = node["Node Type"] == "Seq Scan"
        name = node.get("Relation Name" if is_table else "Index Name", "")
        if name and (is_table or "Index Cond" not in node) and _rows_in(name) >= large:
            yield name


def _rows_in(relation: str) -> float:
    """How many rows the table or index had when it was last looked over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [relation])
        return float(cursor.fetchone()[0])
