"""`python -m bench.sweeping`: issues by the hundred thousand that are due at once, passed up by one, two and four workers.

For each number of workers the loaded territory is filled (by COPY) with green issues whose time is up; then real Celery
workers on a queue of their own are asked to climb, while the production server takes reports. Prints issues per second, who
kept the processors busy, the memory of every worker near the beginning and at the end, p95 of the reports beside that of a
quiet minute, and whether every issue climbed exactly once with a ledger that verifies. `--kill`: one worker dies halfway by
SIGKILL and another takes over. `--fill`: only fill; `--filled`: sweep what an earlier `--fill` left. All that is meant for a
database that is thrown away afterwards. `--idle`: only what each line of the timetable costs when nothing is due; reads only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
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

from bench import idle, record  # noqa: E402
from bench.crowd import BATCH, fresh_keys, rows_of, stage_of, stories  # noqa: E402
from bench.posting import Posting  # noqa: E402
from bench.processor import Shares, postgres, resident_mb, spent_s  # noqa: E402
from bench.record import Figure  # noqa: E402
from bench.server import Server, spread  # noqa: E402
from demo.crowd import Crowd  # noqa: E402
from demo.reports import Story  # noqa: E402
from gridgov.celery import app  # noqa: E402
from grids.levels import Level  # noqa: E402
from issues import ledger  # noqa: E402
from issues.importing.bulk import in_batches, next_ids  # noqa: E402
from issues.models import EscalationRequest, Event, Issue  # noqa: E402
from issues.terms import Status, Verb  # noqa: E402
from issues.writing.numbers import ISSUE, SLIP  # noqa: E402

QUEUE = f"bench-sweeping-{os.getpid()}"
LOOK_S = 0.5
QUIET_S = 20.0
READY_S = 60.0  # within it a worker has started


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
    """What came of it. `seconds`: until the last issue had climbed; `memory`: of each worker in MB, look by look."""

    workers: int
    due: int
    seconds: float = 0.0
    memory: dict[int, list[float]] = field(default_factory=dict)
    cores: dict[str, float] = field(default_factory=dict)
    waits: int = 0  # looks at which somebody waited for a lock of somebody else
    reports_s: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.due / self.seconds

    @property
    def memory_mb(self) -> list[tuple[float, float]]:
        """Of each worker, once it is warm (a tenth of the way) and at the end."""
        return [(taken[len(taken) // 10], taken[-1]) for taken in self.memory.values() if taken]


@dataclass(frozen=True)
class Worker:
    """A Celery worker in a process of its own that serves this bench alone."""

    name: str
    process: subprocess.Popen[bytes]

    def wait_until_ready(self) -> None:
        until = time.monotonic() + READY_S
        while not app.control.ping(destination=[self.name], timeout=0.5):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("A worker did not start.")


@contextmanager
def worker(number: int) -> Iterator[Worker]:
    name = f"sweeping{number}-{os.getpid()}@bench"
    command = [sys.executable, "-m", "celery", "-q", "-A", "gridgov", "worker", "-P", "solo", "-n", name, "-Q", QUEUE, "--without-heartbeat",
               "--without-mingle", "--without-gossip"]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "GRIDGOV_LOG_LEVEL": "WARNING"})
    try:
        yield Worker(name, process)
    finally:
        process.kill()
        process.wait()


class Sweep:
    """So many workers pass up all that is due, while reports come in."""

    def __init__(self, run: Run, server: Server, posting: Posting, stack: ExitStack, *, kill: bool) -> None:
        self.run, self.posting, self.stack, self.kill = run, posting, stack, kill
        self.lost_s = 0.0  # processor time of the worker that was killed
        self.started_at, self.before, self.slips_before = now(), last_event(), slips_given()
        self.team = [stack.enter_context(worker(number)) for number in range(run.workers)]
        for each in self.team:
            each.wait_until_ready()
        parties: dict[str, Callable[[], float]] = {"web": partial(spent_s, server.process.pid), "workers": self._workers_s}
        if above := postgres():
            parties["postgres"] = partial(spent_s, above)
        self.shares = Shares(parties)

    def take(self) -> None:
        self.posting.begin()
        self.shares.begin()
        started = time.perf_counter()
        for _ in self.team:
            app.send_task("issues.tasks.climb", queue=QUEUE)
        while self._is_left():
            time.sleep(LOOK_S)
            self._look()
        self.run.seconds, self.run.cores = time.perf_counter() - started, self.shares.cores()
        self.run.reports_s = self.posting.end()
        self.run.faults = faults_since(self.before, self.run.due)

    def _is_left(self) -> bool:
        """Whether something is due still; the index alone is asked, and that only when about everything has its slip."""
        if slips_given() - self.slips_before < self.run.due:
            return True
        return Issue.objects.to_climb(self.started_at).exists()

    def _look(self) -> None:
        for each in self.team:
            if each.process.poll() is None:
                self.run.memory.setdefault(each.process.pid, []).append(resident_mb(each.process.pid))
        self.run.waits += bool(waiting_for_locks())
        if self.kill and slips_given() - self.slips_before > self.run.due // 2:
            self.kill = False
            self._replace(self.team[0])
        if all(each.process.poll() is not None for each in self.team):
            raise RuntimeError("Every worker has ended before all was done.")

    def _replace(self, victim: Worker) -> None:
        self.lost_s += spent_s(victim.process.pid)
        victim.process.kill()
        victim.process.wait()
        print(f"  worker {victim.process.pid} killed at {climbed(self.before):,}", flush=True)
        fresh = self.stack.enter_context(worker(len(self.team)))
        fresh.wait_until_ready()
        self.team.append(fresh)
        app.send_task("issues.tasks.climb", queue=QUEUE)

    def _workers_s(self) -> float:
        return self.lost_s + sum(spent_s(each.process.pid) for each in self.team if each.process.poll() is None)


def slips_given() -> int:
    """The last number of a slip that was given out; of a batch that is undone they are lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_sequence_last_value(%s::regclass), 0)", [SLIP])
        return int(cursor.fetchone()[0])


def waiting_for_locks() -> int:
    """How many are kept waiting just now by a lock that another transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND wait_event IN ('transactionid', 'tuple', 'relation', 'advisory')"
        )
        return int(cursor.fetchone()[0])


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


def figures_of(run: Run, quiet_s: list[float]) -> list[Figure]:
    """Rate, memory, and reports meanwhile beside quiet ones."""
    name = f"{run.workers} worker{'s' if run.workers > 1 else ''}"
    early, late = max(run.memory_mb, key=lambda both: both[1] / both[0])  # whichever grew most
    quiet_ms, busy_ms = spread(quiet_s)[1], spread(run.reports_s)[1]
    cores = {f"{party}_cores": busy for party, busy in run.cores.items()}
    return [
        Figure(f"climbs, {name}", run.rate, "issues/s", better="higher", beside={"rows": run.due, "took_s": run.seconds, **cores}),
        Figure(f"memory of a worker, {name}", late, "MB", bar=early * 1.1, beside={"early_mb": early}),
        Figure(
            f"p95 of reports, {name} climbing", busy_ms, "ms", bar=3 * quiet_ms,
            beside={
                "quiet_ms": quiet_ms, "p50_ms": median(run.reports_s) * 1000, "quiet_p50_ms": median(quiet_s) * 1000,
                "reports": len(run.reports_s), "lock_waits": run.waits,
            },
        ),
    ]  # fmt: skip


def sweep_once(workers: int, server: Server, *, kill: bool) -> tuple[Run, list[float]]:
    """One run over whatever is due; and how long a report took in the quiet before it, in seconds."""
    posting = Posting(server)
    posting.begin()
    time.sleep(QUIET_S)
    quiet_s = posting.end()
    run = Run(workers, Issue.objects.to_climb(now()).count())
    with ExitStack() as stack:
        Sweep(run, server, posting, stack, kill=kill).take()
    return run, quiet_s


def sweep_all(given: argparse.Namespace) -> tuple[list[Figure], list[str]]:
    """The figures of every number of workers, and what was not exact."""
    figures, faults = [], []
    with Server() as server:
        for workers in given.workers:
            if not given.filled:
                fill(given.due)
            run, quiet_s = sweep_once(workers, server, kill=given.kill and workers > 1)
            made = figures_of(run, quiet_s)
            figures += made
            faults += run.faults
            tell(run, made)
    return figures, faults


def tell(run: Run, made: list[Figure]) -> None:
    exact = "; ".join(run.faults) or "each climbed once, every chain whole"
    busy = ", ".join(f"{party} {cores:.2f}" for party, cores in run.cores.items())
    memory = ", ".join(f"{early:.0f} → {late:.0f}" for early, late in run.memory_mb)
    print(f"{run.workers} workers: {run.due:,} in {run.seconds:.1f} s, {run.rate:,.0f} issues/s; {exact}")
    print(f"  processors kept busy: {busy}; memory of each, MB: {memory}")
    reports = made[-1]
    beside = ", ".join(f"{name} {value:.1f}" for name, value in reports.beside.items())
    print(f"  p95 of reports {reports.value:.1f} ms, bar {reports.bar:.1f}: {reports.verdict} ({beside})", flush=True)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.sweeping", description=__doc__)
    options.add_argument("--due", type=int, default=100_000, help="issues that are due at once (default 100,000)")
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], help="how many workers, one run each (default 1 2 4)")
    options.add_argument("--kill", action="store_true", help="kill a worker halfway where there are several")
    options.add_argument("--fill", action="store_true", help="only fill the database with what is due")
    options.add_argument("--filled", action="store_true", help="sweep what is due already, once, without filling")
    options.add_argument("--idle", action="store_true", help="only what each line of the timetable costs when nothing is due")
    record.add_options(options)
    given = options.parse_args()
    if given.fill:
        fill(given.due)
        return 0
    figures, faults = idle.figures() if given.idle else sweep_all(given)
    print("\n".join(faults), end="\n" if faults else "")
    ended = Issue.objects.aggregate(last=Max("pk"))["last"]
    record.keep(given, "sweeping", figures, about={"issues": ended, "due": given.due, "broker": settings.CELERY_BROKER_URL[:5]})
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
