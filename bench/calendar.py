"""`python -m bench.calendar`: a change of the county's calendar over all that is open, in one audited action.

Makes the next working day a day off, counts, confirms and applies it as the worker does (`changes.work`), kills the
worker once in the middle with SIGKILL, and lets another go on. Prints how far it has come while it runs; at the end the
time, the rate, the memory of the worker, and whether every issue was moved exactly once. Fill the database first:
`python -m bench.crowd 100000`. Meant for a database that is thrown away afterwards.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "WARNING")

import django

django.setup()

from django.utils.timezone import localdate, now  # noqa: E402

from grids.models import Area  # noqa: E402
from issues import policy  # noqa: E402
from issues.models import CalendarChange, Event, Issue  # noqa: E402
from issues.recalendar import changes  # noqa: E402
from issues.terms import Verb  # noqa: E402
from representatives.models import Assignment  # noqa: E402
from representatives.roles import Role  # noqa: E402

LOOK_S = 1.0


@dataclass
class Figure:
    """What came out: seconds, issues, peak memory of a worker in MB, how many events the ledger has of the change, and of how many issues."""

    counting_s: float
    applying_s: float
    killed_at: int
    seen: int
    moved: int
    events: int
    issues: int
    peak_mb: float

    @property
    def is_exact(self) -> bool:
        """Whether each issue that moved has exactly one event of this change."""
        return self.events == self.issues == self.moved


def next_working_day(path: str) -> date:
    """Tomorrow, or the first day after it on which the place works."""
    calendar = policy.calendar_of(policy.terms(policy.in_force(now()).pk), path)
    return calendar.nth_working_day(localdate(), 1)


def propose() -> CalendarChange:
    """The change, made by the county's system administrator."""
    root = Area.objects.roots().without_boundary()[0]
    posts = Assignment.objects.active(now()).in_role(Role.SYSTEM_ADMIN).answering_for(root.path).select_related("person")
    days = {next_working_day(root.path): False}
    return changes.propose(root, days, reason="bench", by=posts[0].person, at=now())


def run(change: CalendarChange, *, kill_at: int | None = None) -> float:
    """Let workers go on until the change is done; the first is killed once it has seen `kill_at` issues. Seconds."""
    started, worker = time.perf_counter(), _worker()
    while change.is_running:
        time.sleep(LOOK_S)
        change.refresh_from_db()
        print(
            f"  {change.get_state_display()}: {change.seen:,} of {change.total:,}, {time.perf_counter() - started:.0f} s",
            flush=True,
        )
        if kill_at is not None and change.seen >= kill_at and change.is_running:
            worker.send_signal(signal.SIGKILL)
            print(f"  worker {worker.pid} killed at {change.seen:,}", flush=True)
            worker.wait()
            worker, kill_at = _worker(), None
        elif worker.poll() is not None and change.is_running:
            raise RuntimeError(f"The worker ended with {worker.returncode} before the change was done.")
    worker.wait()
    return time.perf_counter() - started


def _worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.calendar", "--work"])


def measure(*, kill: bool) -> Figure:
    """Propose, count, confirm and apply; with `kill`, the applying worker dies halfway."""
    change = propose()
    counting = run(change)
    concerned = change.total
    change = changes.confirm(change.pk, by=change.made_by, at=now())
    applying = run(change, kill_at=concerned // 2 if kill else None)
    events = Event.objects.filter(verb=Verb.RECALENDAR, facts__change=change.pk)
    issues = events.order_by().values("issue").distinct().count()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Figure(counting, applying, concerned // 2 if kill else 0, change.seen, change.moved, events.count(), issues, peak)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.calendar", description=__doc__)
    options.add_argument("--work", action="store_true", help="be the worker: go on with whatever is unfinished")
    options.add_argument("--no-kill", action="store_true", help="do not kill the worker in the middle")
    options.add_argument("--json", type=Path, help="also write the figures there")
    given = options.parse_args()
    if given.work:
        changes.work(at=now())
        return 0
    print(f"{Issue.objects.unfinished().count():,} open issues")
    figure = measure(kill=not given.no_kill)
    rate = figure.seen / figure.applying_s if figure.applying_s else 0.0
    print(
        f"counted in {figure.counting_s:.1f} s, applied in {figure.applying_s:.1f} s ({rate:,.0f} issues/s), {figure.moved:,} of"
        f" {figure.seen:,} moved, {figure.events:,} events, worker's peak {figure.peak_mb:.0f} MB,"
        f" {'each moved once' if figure.is_exact else 'NOT EXACT'}"
    )
    if given.json:
        given.json.write_text(json.dumps(asdict(figure), indent=1))
    return 0 if figure.is_exact else 1


if __name__ == "__main__":
    sys.exit(main())
