"""Statements that the ORM would mumble: a file and a name each, parameters bound, never formatted in."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def read(name: str) -> str:
    """The text of `issues/sql/<name>.sql`, read once."""
    return (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")
