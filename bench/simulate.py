"""`python -m bench.simulate [N]`: how long a year of N issues (default 100,000) takes to be replayed; everything is rolled back.

The rows are made by bulk insert in one transaction, in whichever territory is loaded, and never committed.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "WARNING")

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from grids.levels import LADDER_LEVELS  # noqa: E402
from grids.models import Area  # noqa: E402
from issues import policy  # noqa: E402
from issues.models import Category, Event, Issue, Simulation, SlaPolicy  # noqa: E402
from issues.policy import versions  # noqa: E402
from issues.simulating import running  # noqa: E402
from issues.terms import Status, Verb  # noqa: E402
from issues.timing.deadlines import Clocks  # noqa: E402
from representatives.models import Person  # noqa: E402

BATCH = 5000


def rows(n: int, at: datetime, version: SlaPolicy) -> Iterator[tuple[Issue, list[Event]]]:
    """Issues of the last year with their events, none of them saved: some solved in time, some late, some left lying."""
    rng, terms = random.Random(1), policy.terms(version.pk)
    calendar = terms.calendar_with({})
    cells = list(Area.objects.cells().without_boundary()[:500])
    category = Category.objects.in_use()[0]
    for number in range(n):
        reported = at - timedelta(seconds=rng.randrange(365 * 86_400))
        cell = rng.choice(cells)
        issue = Issue(
            number=f"S{number:09}", title="bench", category=category, area=cell, path=cell.path, policy=version,
            reported_at=reported, urgency=rng.choice(("normal", "normal", "normal", "urgent")), level=LADDER_LEVELS[0],
        )  # fmt: skip
        clocks = Clocks(issue, terms, calendar)
        clocks.begin()
        yield issue, lived(issue, clocks, rng, at)


def lived(issue: Issue, clocks: Clocks, rng: random.Random, until: datetime) -> list[Event]:
    """What was done to the issue until then, as events; sets the issue's columns."""
    events: list[Event] = []

    def note(verb: Verb, at: datetime, status: Status, level: int, actor: str) -> None:
        events.append(
            Event(
                issue=issue, number=len(events) + 1, verb=verb, at=at, actor=actor, hash="", from_status=issue.status,
                to_status=status, from_level=issue.level, to_level=level,
            )
        )  # fmt: skip
        issue.status, issue.level = status, level

    note(Verb.SUBMIT, issue.reported_at, Status.SUBMITTED, issue.level, "requester")
    at = issue.reported_at + timedelta(minutes=rng.randrange(5, 2000))
    issue.accepted_at = at
    note(Verb.ACCEPT, at, Status.ACCEPTED, issue.level, "grid_member")
    clocks.start(min(at, issue.triage_due_at or at), now=at)
    while at < until:
        solved = at + timedelta(minutes=rng.randrange(60, 14 * 1440))
        climbs = issue.climb_at if issue.level < LADDER_LEVELS[2] else None
        if climbs and climbs < solved:
            at = climbs
            if at < until:
                note(Verb.ESCALATE, at, Status.ASSIGNED, LADDER_LEVELS[LADDER_LEVELS.index(issue.level) + 1], "system")
                clocks.start_level(at, now=at)
            continue
        if solved < until:
            note(Verb.RESOLVE, solved, Status.PENDING_FEEDBACK, issue.level, "party_representative")
            issue.resolved_at = solved
            note(Verb.CLOSE, solved + timedelta(hours=1), Status.CLOSED, issue.level, "system")
            issue.closed_at = solved + timedelta(hours=1)
        break
    return events


def fill(n: int, at: datetime, version: SlaPolicy) -> int:
    """Insert them; how many events they have."""
    made, events = rows(n, at, version), 0
    while batch := list(islice(made, BATCH)):
        Issue.objects.bulk_create([issue for issue, _events in batch])
        told: list[Any] = [event for issue, each in batch for event in each]
        for event in told:
            event.issue_id = event.issue.pk
        Event.objects.bulk_create(told, batch_size=BATCH)
        events += len(told)
    return events


def main(n: int) -> None:
    at = now()
    version = policy.in_force(at)
    text = versions.with_values(version.source, id="bench-draft").replace("green: 3wd", "green: 2wd")
    draft = policy.read(text)
    county = Area.objects.roots()[0]
    with transaction.atomic():
        started = time.perf_counter()
        events = fill(n, at, version)
        print(f"{n} issues with {events} events inserted in {time.perf_counter() - started:.1f} s", flush=True)
        simulation = Simulation(
            name="bench", body=draft.model_dump(mode="json"), today=version, area=county, months=12, made_by=Person.objects.all()[0], made_at=at
        )  # fmt: skip
        started = time.perf_counter()
        result = running.simulated(simulation, lambda share: None)
        took = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{result['issues']} issues replayed under two policies in {took:.1f} s; {peak:.0f} MB at most")
        for row in result["total"]:
            print(row)
        transaction.set_rollback(True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
