"""Queries that read more plainly as SQL, each in its own file."""

from functools import cache
from pathlib import Path


@cache
def read(*names: str) -> str:
    """The text of `<name>.sql` of this folder; of several, one after the other (the first may be their common WITH)."""
    return "\n".join((Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8") for name in names)
