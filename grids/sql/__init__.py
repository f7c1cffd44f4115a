"""Where the ORM mumbles: each statement a file with a name."""

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def read(name: str) -> str:
    """The text of `grids/sql/<name>.sql`; its parameters are bound, never formatted in."""
    return (_HERE / f"{name}.sql").read_text(encoding="utf-8")
