"""Postings: who is assigned where, one verb per function; and who answers for a place."""

from __future__ import annotations

from datetime import datetime

from representatives.chain import Answer, chain_from
from representatives.models import Assignment
from representatives.roles import SUCCESSION

_IN_SUCCESSION = frozenset(role for roles in SUCCESSION.values() for role in roles)


def responsible_for(path: str, at: datetime) -> list[Answer]:
    """Who answers for the place at each level of the ladder, lowest first; one query.

    A vacancy falls to the next role of `SUCCESSION`, narrowest area and longest in post first, and says so.
    """
    assignments = Assignment.objects.active(at).answering_for(path).in_role(*_IN_SUCCESSION)
    return chain_from(assignments.select_related("person__unit", "area"))
