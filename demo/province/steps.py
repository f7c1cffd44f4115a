"""What of the province is done already, in a table of its own: whoever is killed goes on behind the last step.

A step and what it wrote are committed together; so nothing is done twice, and nothing is taken for done that is not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

_TABLE = "CREATE TABLE IF NOT EXISTS demo_province_step (name text PRIMARY KEY, facts jsonb NOT NULL)"


def done() -> dict[str, Any]:
    """What is done, with what was written down of it."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
        cursor.execute("SELECT name, facts FROM demo_province_step")
        return {name: json.loads(facts) if isinstance(facts, str) else facts for name, facts in cursor.fetchall()}


@contextmanager
def step(name: str) -> Iterator[dict[str, Any]]:
    """One transaction that ends with the step being done; what is put into the dict is written down with it."""
    facts: dict[str, Any] = {}
    with transaction.atomic():
        yield facts
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO demo_province_step VALUES (%s, %s)", [name, json.dumps(facts)])
