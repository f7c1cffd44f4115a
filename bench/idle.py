"""What the timetable costs when nothing is due: each of its lines, in time, statements and the plans of these.

Reads only: each line runs as the worker would run it, in a transaction that is undone. What a crowd of invented issues has
overdue is asked for as of the day on which the policy began; the rest as of now, over all of the past.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from unittest.mock import patch

from django.db import transaction
from django.utils.timezone import now

from bench.plans import Asked, indexes_of, listening, plan_of, read_whole
from bench.record import Figure
from bench.server import spread
from gridgov.celery import app
from issues.models import SlaPolicy

BAR_MS = 5.0
TIMES, WARM = 50, 5
# They count figures, or only say that they are there: nothing is looked for that is due.
NOT_SWEEPS = frozenset({"refresh-heat", "renew-rates", "analyse-hot-spots", "mark-beat"})
# Of these an invented crowd always has something overdue.
OVERDUE = frozenset({"warn", "climb", "draft", "feedback", "resume", "remind-of-tasks", "purge", "announce"})


def lines() -> list[str]:
    """The lines of the timetable that look for what is due."""
    app.loader.import_default_modules()
    return [name for name in app.conf.beat_schedule if name not in NOT_SWEEPS]


def quiet_moment(line: str) -> datetime:
    """When nothing is due that the line looks for."""
    return SlaPolicy.objects.order_by("active_from").values_list("active_from", flat=True)[0] if line in OVERDUE else now()


def figures(times: int = TIMES) -> tuple[list[Figure], list[str]]:
    """p50 of each line when nothing is due, in milliseconds; and a sentence for each plan that reads something large whole."""
    measured = [_measured(line, times) for line in lines()]
    return [figure for figure, _whole in measured], [sentence for _figure, whole in measured for sentence in whole]


def _measured(line: str, times: int) -> tuple[Figure, list[str]]:
    at, asked = quiet_moment(line), list[Asked]()
    with listening(asked):
        run(line, at)
    p50, p95 = spread([run(line, at) for _ in range(times + WARM)][WARM:])
    plans = [plan_of(each) for each in asked]
    whole = sorted({name for plan in plans for name in read_whole(plan)})
    _tell(line, f"{p50:.2f} ms, p95 {p95:.2f}", len(asked), sorted({name for plan in plans for name in indexes_of(plan)}), whole)
    figure = Figure(f"idle sweep: {line}", p50, "ms", bar=BAR_MS, beside={"p95_ms": p95, "statements": len(asked)})
    return figure, [f"{line}: reads all of {name}" for name in whole]


def _tell(line: str, took: str, statements: int, indexes: Sequence[str], whole: Sequence[str]) -> None:
    print(f"{line}: {took}; {statements} statements by {', '.join(indexes) or 'no index'}", end="")
    print(f"; READS ALL OF {', '.join(whole)}" if whole else "", flush=True)


def run(line: str, at: datetime) -> float:
    """Seconds that a line of the timetable takes at that moment; what it does is undone."""
    task = app.tasks[app.conf.beat_schedule[line]["task"]]
    with transaction.atomic(), patch("django.utils.timezone.now", lambda: at):
        started = time.perf_counter()
        task.run()
        spent = time.perf_counter() - started
        transaction.set_rollback(True)
    return spent
