"""What many new issues are found by, put together once, when all that is said of them is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection


@contextmanager
def search_later(issues: Sequence[int]) -> Iterator[None]:
    """Within, new issues with these keys are written with reports and words, and no trigger looks at them; afterwards they are
    found by all of it. Belongs into a transaction: undone, nothing of it remains.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gridgov.search_waits', 'on', true)")
        yield
        cursor.execute("SELECT set_config('gridgov.search_waits', 'off', true)")
        cursor.execute("SELECT issues_search_begin(%s)", [list(issues)])
