"""`python -m bench.sweeping`: issues by the hundred thousand that are due at once, passed up by one, two and four workers.

For each number of workers the loaded demo county is filled (by COPY) with green issues whose time is up; then real Celery
workers on a queue of their own are asked to climb, while the production server takes reports. Prints issues per second,
the memory of the workers at the beginning and the end, p95 of the reports beside that of a quiet minute, and whether every
issue climbed exactly once with a ledger that verifies. `--kill`: one worker dies halfway by SIGKILL and another takes over.
`--idle`: only what a sweep costs that finds nothing due, on the database as it is. The rest is meant for a database that
is thrown away afterwards.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "WARNING")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count, Max  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from bench import record  # noqa: E402
from bench.crowd import BATCH, fresh_keys, rows_of, stage_of, stories  # noqa: E402
from bench.posting import Posting  # noqa: E402
from bench.record import Figure  # noqa: E402
from bench.server import Server, spread  # noqa: E402
from demo.crowd import Crowd  # noqa: E402
from demo.reports import Story  # noqa: E402
from gridgov.celery import app  # noqa: E402
from grids.levels import Level  # noqa: E402
from issues import ledger, sweeps  # noqa: E402
from issues.importing.bulk import in_batches, next_ids  # noqa: E402
from issues.models import EscalationRequest, Event, Issue  # noqa: E402
from issues.numbers import ISSUE  # noqa: E402
from issues.terms import Status, Verb  # noqa: E402

QUEUE = f"bench-sweeping-{os.getpid()}"
LOOK_S = 0.5
QUIET_S = 15.0
NOTHING_DUE = datetime(1971, 1, 1, tzinfo=UTC)
SWEEPS = (sweeps.warn, sweeps.climb, sweeps.draft, sweeps.feedback, sweeps.resume, sweeps.remind_of_tasks)


class Late(Crowd):
    """Everybody's issues are green, in somebody's hands, and an hour past the moment at which they go up."""

    def pick(self, choices: Iterable[tuple[object, int]]) -> object:
        return Level.GRID if any(value == Level.GRID for value, _weight in choices) else Status.ASSIGNED

    def issue(self, story: Story, key: int, number: int) -> Issue:
        issue = super().issue(story, key, number)
        issue.level_due_at, issue.climb_at = self.stage.at - timedelta(hours=25), self.stage.at - timedelta(hours=1)
        issue.due_soon_at = issue.sign_due_at = None
        return issue


def fill(wanted: int) -> None:
    """So many issues that are due now; whatever else was due before no longer is."""
    at = now()
    Issue.objects.to_climb(at).order_by().update(climb_at=None)
    seed = next_ids(ISSUE, 1)[0]
    crowd = Late(stage_of(at), Random(seed))
    for batch in in_batches(stories(wanted, at, seed), BATCH):
        with transaction.atomic():
            rows_of(crowd, batch).write(fresh_keys)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE issues_issue")


@dataclass
class Run:
    """What came of it. `seconds`: until the last issue had climbed; memory of the largest worker in MB, near the start and at the end."""

    workers: int
    due: int
    seconds: float = 0.0
    memory: list[float] = field(default_factory=list)
    reports_s: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.due / self.seconds

    @property
    def memory_mb(self) -> tuple[float, float]:
        """Once the worker is warm (a tenth of the way), and at the end."""
        return self.memory[len(self.memory) // 10], self.memory[-1]


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker in a process of its own that serves this bench alone."""
    command = [sys.executable, "-m", "celery", "-A", "gridgov", "worker", "-P", "solo", "-Q", QUEUE, "--without-heartbeat",
               "--without-mingle", "--without-gossip"]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "GRIDGOV_LOG_LEVEL": "WARNING"})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def resident_mb(process: subprocess.Popen[bytes]) -> float:
    """The memory that a process holds; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def climb_all(workers: int, due: int, posting: Posting, *, kill: bool) -> Run:
    """Let so many workers pass up all that is due, while reports come in."""
    run, before = Run(workers, due), last_event()
    with ExitStack() as stack:
        team = [stack.enter_context(worker()) for _ in range(workers)]
        for _ in team:
            app.send_task("issues.tasks.climb", queue=QUEUE)
        while not (first := climbed(before)):
            time.sleep(0.05)
        posting.begin()
        started, done = time.perf_counter(), first
        while done < due:
            time.sleep(LOOK_S)
            done = climbed(before)
            run.memory.append(max(resident_mb(each) for each in team))
            if kill and done > due // 2:
                kill = False
                team[0].kill()
                team.append(stack.enter_context(worker()))
                app.send_task("issues.tasks.climb", queue=QUEUE)
                print(f"  worker {team[0].pid} killed at {done:,}", flush=True)
            if all(each.poll() is not None for each in team):
                raise RuntimeError("Every worker has ended before all was done.")
        run.seconds = time.perf_counter() - started
        run.due = due - first
        run.reports_s = posting.end()
    run.faults = faults_since(before, due)
    return run


def last_event() -> int:
    return Event.objects.aggregate(last=Max("pk"))["last"] or 0


def climbed(since: int) -> int:
    """How many climbs the ledger has after that event."""
    return Event.objects.filter(pk__gt=since, verb=Verb.ESCALATE).count()


def faults_since(since: int, due: int) -> list[str]:
    """What is not as it must be: an issue that climbed twice or not, a slip too many, a chain that is broken."""
    found = []
    climbs = Event.objects.filter(pk__gt=since, verb=Verb.ESCALATE).order_by()
    twice = climbs.values("issue").annotate(times=Count("pk")).filter(times__gt=1).count()
    issues, slips = climbs.count(), EscalationRequest.objects.filter(issue__in=climbs.values("issue")).count()
    if twice or issues != due or slips != due:
        found.append(f"{issues:,} climbs and {slips:,} slips of {due:,} issues, {twice:,} climbed more than once")
    rows = Issue.objects.filter(pk__in=climbs.values("issue")).order_by("pk").values_list("pk", "number", "event_count", "head")
    events = Event.objects.filter(issue__in=climbs.values("issue")).order_by("issue_id", "number").select_related("words")
    with ledger.snapshot():
        broken = [fault for fault in ledger.verify(rows.iterator(2000), events.iterator(2000)) if fault]
    return [*found, *(str(fault) for fault in broken[:3])]


def idle(times: int = 50) -> list[Figure]:
    """p50 of each sweep when nothing is due, and what it asks, in milliseconds."""
    figures = []
    for sweep in SWEEPS:
        taken = []
        for _ in range(times):
            started = time.perf_counter()
            sweep(at=NOTHING_DUE)
            taken.append(time.perf_counter() - started)
        p50, p95 = spread(taken[5:])
        figures.append(Figure(f"idle sweep: {sweep.__name__}", p50, "ms", bar=5.0, beside={"p95_ms": p95}))
    return figures


def figures_of(run: Run, quiet_s: list[float]) -> list[Figure]:
    """Rate, memory, and reports meanwhile beside quiet ones."""
    name = f"{run.workers} worker{'s' if run.workers > 1 else ''}"
    early, late = run.memory_mb
    quiet_ms, busy_ms = spread(quiet_s)[1], spread(run.reports_s)[1]
    return [
        Figure(f"climbs, {name}", run.rate, "issues/s", better="higher", beside={"rows": run.due, "took_s": run.seconds}),
        Figure(f"memory of a worker, {name}", late, "MB", bar=early * 1.1, beside={"early_mb": early}),
        Figure(
            f"p95 of reports, {name} climbing", busy_ms, "ms", bar=3 * quiet_ms,
            beside={"quiet_ms": quiet_ms, "p50_ms": median(run.reports_s) * 1000, "reports": len(run.reports_s)},
        ),
    ]  # fmt: skip


def sweep_all(given: argparse.Namespace) -> tuple[list[Figure], list[str]]:
    """The figures of every number of workers, and what was not exact."""
    figures, faults = [], []
    with Server() as server:
        for workers in given.workers:
            fill(given.due)
            posting = Posting(server)
            posting.begin()
            time.sleep(QUIET_S)
            quiet_s = posting.end()
            run = climb_all(workers, given.due, posting, kill=given.kill and workers > 1)
            figures += figures_of(run, quiet_s)
            faults += run.faults
            exact = "; ".join(run.faults) or "each climbed once, every chain whole"
            print(f"{workers} workers: {run.rate:,.0f} issues/s, {exact}", flush=True)
    return figures, faults


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.sweeping", description=__doc__)
    options.add_argument("--due", type=int, default=100_000, help="issues that are due at once (default 100,000)")
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], help="how many workers, one run each (default 1 2 4)")
    options.add_argument("--kill", action="store_true", help="kill a worker halfway where there are several")
    options.add_argument("--idle", action="store_true", help="only what a sweep costs that finds nothing due")
    record.add_options(options)
    given = options.parse_args()
    figures, faults = idle(), list[str]()
    if not given.idle:
        swept, faults = sweep_all(given)
        figures += swept
    ended = Issue.objects.aggregate(last=Max("pk"))["last"]
    record.keep(given, "sweeping", figures, about={"issues": ended, "due": given.due, "broker": settings.CELERY_BROKER_URL[:5]})
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
