"""What PostgreSQL says it read (EXPLAIN ANALYZE)."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

BIG = ("issues_issue", "issues_event", "issues_submission", "issues_issuewords", "issues_rating", "issues_eventtext")


def rows_of(plan: dict[str, Any], tables: tuple[str, ...] = BIG) -> int:
    """Rows that the scans of a plan took from those tables, thrown away or not."""
    own = 0
    if plan.get("Relation Name") in tables:
        own = plan["Actual Loops"] * (
            plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        )
    return int(own) + sum(rows_of(part, tables) for part in plan.get("Plans", ()))


def rows_read(statement: str) -> int:
    """How many rows the statement takes from the tables that grow with the history; it is run."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        (plan,) = cursor.fetchone()
    return rows_of((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
