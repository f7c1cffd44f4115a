"""The heat: how many issues were reported where and in which week, kept beside the issues as figures.

Counts every issue, open or ended, but those that were no problem of their own: declined, withdrawn, merged into another
(which counts). Sealed issues are left out for everybody. An increment counts anew the areas and weeks in which something
happened, whatever the history; a rebuild computes week by week from all issues. Both write only differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from time import monotonic, sleep
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min

from grids.levels import Level
from issues import sql, workflow
from issues.heat.weeks import starts_at, week_of
from issues.models.casework import Issue
from issues.models.heat import FINEST, HeatArea, HeatBin, HeatState
from issues.models.ledger import Event
from issues.terms import Field, Status, Verb

UNCOUNTED = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.MERGED})
PATIENCE_S = 60  # how long a rebuild by hand waits for transactions that were under way before it
BIN_ZOOMS = (FINEST, 14, 12, 10)  # a tile of 32 × 32 bins takes the next finer stored zoom and adds up

# The verbs after which an issue may count otherwise than before, read from the table: it appears, its category, place
# or being public changes, or it begins or ceases to be counted.
STIRRING = frozenset(
    move.verb
    for move in workflow.MOVES
    if move.verb == Verb.SUBMIT
    or {Field.CATEGORY, Field.AREA, Field.NON_PUBLIC_REASON} & {*move.needs, *move.allows}
    or move.target in UNCOUNTED
    or move.sources & UNCOUNTED
)


def version() -> int:
    """The number of the heat's present state; 0 before it was ever built."""
    return HeatState.objects.values_list("version", flat=True).first() or 0


@transaction.atomic
def refresh(*, at: datetime) -> int:
    """Bring the heat up to date with what happened since the last time. How many rows changed.

    Transactions commit in another order than events are numbered, so events are read again until every transaction that
    was under way when they were first read has ended: none can slip by underneath.
    """
    state = _locked_state()
    newest = _newest_event()
    xmin, xmax = _snapshot()
    changed = sum(_rebin(week, paths) for week, paths in _stirred(state.settled_event))
    if xmin >= state.seen_xmax:
        state.settled_event = state.seen_event
    state.seen_event, state.seen_xmax = newest, xmax
    _save(state, at, changed)
    return changed


def rebuild(
    *, at: datetime, progress: Callable[[Iterable[int]], Iterable[int]] = lambda weeks: weeks, patience_s: float = 0
) -> int:
    """Compute every week anew, each in a transaction of its own: whoever is killed begins again, and finds most of it right.

    How many rows changed; `progress` wraps the weeks, to show a bar. Increments go on meanwhile. If what was under way at
    the beginning ends within `patience_s` (seconds), the next increment reads nothing of what was there already.
    """
    newest, seen_xmax = _newest_event(), _snapshot()[1]
    is_settled = _others_have_ended(patience_s)
    changed = sum(_rebuilt(week, at) for week in progress(_all_weeks()))
    with transaction.atomic():
        state = _locked_state()
        if newest > state.seen_event:
            state.seen_event, state.seen_xmax = newest, seen_xmax
        if is_settled:
            state.settled_event = max(state.settled_event, newest)
        state.save()
    return changed


@transaction.atomic
def _rebuilt(week: int, at: datetime) -> int:
    state = _locked_state()
    changed = _rebin(week)
    _save(state, at, changed)
    return changed


def _others_have_ended(patience_s: float) -> bool:
    """Whether every transaction that is under way beside ours ends at once, or while it is waited for."""
    until, others = monotonic() + patience_s, _writers_beside_us()
    while others & _writers_beside_us():
        if monotonic() >= until:
            return False
        sleep(0.2)
    return True


def _writers_beside_us() -> set[str]:
    """Transactions under way in this database that write."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transactionid::text FROM pg_locks JOIN pg_stat_activity AS process USING (pid) WHERE locktype = 'transactionid'"
            " AND granted AND process.datname = current_database() AND process.pid <> pg_backend_pid()"
        )
        return {name for (name,) in cursor.fetchall()}


def _newest_event() -> int:
    return Event.objects.aggregate(newest=Max("id"))["newest"] or 0


def _locked_state() -> HeatState:
    HeatState.objects.get_or_create(pk=1)
    return HeatState.objects.select_for_update().get(pk=1)


def _save(state: HeatState, at: datetime, changed: int) -> None:
    if changed:
        state.version, state.changed_at = state.version + 1, at
    state.save()


def _snapshot() -> tuple[int, int]:
    """(oldest transaction still under way, first one not yet begun)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text FROM pg_current_snapshot() AS s")
        xmin, xmax = cursor.fetchone()
    return int(xmin), int(xmax)


def _stirred(after: int) -> list[tuple[int, list[str]]]:
    """(week, paths of areas) whose issues an event numbered above `after` may have changed."""
    bound = {"after": after, "verbs": sorted(STIRRING), "place": Verb.PLACE, "zone": settings.TIME_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(sql.read("heat_stirred"), bound)
        return cursor.fetchall()


def _all_weeks() -> list[int]:
    """The weeks that have issues or figures, oldest first."""
    spans = Issue.objects.aggregate(first=Min("reported_at"), last=Max("reported_at"))
    weeks = {max(week_of(at), 0) for at in spans.values() if at}
    for model in (HeatBin, HeatArea):
        weeks |= {week for week in model.objects.aggregate(first=Min("week"), last=Max("week")).values() if week is not None}
    return list(range(min(weeks), max(weeks) + 1)) if weeks else []


def _rebin(week: int, paths: Sequence[str] | None = None) -> int:
    """Make one week right in both tables, of the areas with these paths or (None) of all. How many rows changed."""
    bound: dict[str, Any] = {
        "week": week,
        "since": starts_at(week),
        "until": starts_at(week + 1),
        "paths": None if paths is None else list(paths),
        "uncounted": sorted(UNCOUNTED),
        "finest": FINEST,
        "zooms": list(BIN_ZOOMS),
        "cell": Level.GRID.value,
        "village": Level.VILLAGE.value,
    }
    changed = 0
    with connection.cursor() as cursor:
        for statement in ("heat_bins" if paths is None else "heat_moved", "heat_areas"):
            cursor.execute(sql.read(statement), bound)
            changed += cursor.fetchone()[0]
    return changed
