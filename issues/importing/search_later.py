"""What many new issues are found by, written once, when all that is said of them is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

# So much of the index of words may wait to be sorted in, and so much is sorted at once.
_WAITING, _SORTING = "32MB", "64MB"


@contextmanager
def search_later(issues: Sequence[int]) -> Iterator[None]:
    """Within, new issues are written with reports and words, and no trigger looks at them. Afterwards those with these keys are
    found by all of it; of the others the caller wrote the documents. Belongs into a transaction: undone, nothing of it remains.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('gridgov.search_waits', 'on', true), set_config('gin_pending_list_limit', %s, true), "
            "set_config('work_mem', %s, true)",
            [_WAITING, _SORTING],
        )
        yield
        cursor.execute("SELECT set_config('gridgov.search_waits', 'off', true)")
        if issues:
            cursor.execute("SELECT issues_search_begin(%s)", [list(issues)])


def tidy_search() -> None:
    """Sort in what waits in the index of words, if that is ours to do; PostgreSQL would do it by itself some day."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, false)", [_SORTING])
        cursor.execute(
            "SELECT gin_clean_pending_list(oid) FROM pg_class "
            "WHERE oid = to_regclass('issue_words') AND pg_has_role(relowner, 'USAGE')"
        )
        cursor.execute("RESET work_mem")
