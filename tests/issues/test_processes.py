"""Real workers, killed at work: nothing is lost and nothing is done twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.db.models import Count

from gridgov.celery import NICENESS
from grids.levels import Level
from issues import ledger
from issues.models import EscalationRequest, Event, Issue, Notice
from issues.sweeps import BATCH
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.alike import alike
from tests.issues.factories import MONDAY
from tests.ops.servers import kill_group

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
ISSUES = 3 * BATCH
PATIENCE_S = 90


@pytest.fixture
def broker() -> Iterator[Celery]:
    """An application that sends tasks to a queue of its own, in the Redis of this test process."""
    app = Celery("sender", broker=settings.CELERY_BROKER_URL)
    app.conf.task_default_queue = f"test-{os.getpid()}"
    yield app
    with app.connection() as connected:
        channel: Any = connected.default_channel  # the transport's own, which the stubs do not know
        channel.queue_delete(app.conf.task_default_queue)
    app.close()


def url_of_database() -> str:
    """The address of the database of this test process; a host that is a directory is that of a socket."""
    base = connection.settings_dict
    who = f"{base['USER']}{':' + base['PASSWORD'] if base['PASSWORD'] else ''}"
    where = f"/{base['HOST']}" if base["HOST"].startswith("/") else f"{base['HOST']}:{base['PORT']}"
    return f"postgis://{who}@{where}/{base['NAME']}"


@contextmanager
def worker(app: Celery, *, pool: str = "solo") -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker of its own process group, on the test database; killed at the end if it still runs."""
    environment = {
        **os.environ,
        "DATABASE_URL": url_of_database(),
        "GRIDGOV_BROKER_URL": settings.CELERY_BROKER_URL,
        "GRIDGOV_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "celery", "-A", "gridgov", "worker", "-P", pool, "-c", "2", "-Q", app.conf.task_default_queue,
               "--without-heartbeat", "--without-mingle", "--without-gossip"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        kill_group(process)


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes] | None = None) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "the workers did not get there"
        assert process is None or process.poll() is None, "the worker died by itself"
        time.sleep(0.02)


def late_issues() -> make.County:
    """Green issues, acknowledged in 2024 and long overdue today: the first sweep must pass every one of them up."""
    county = make.county()
    alike(make.in_hand(county, MONDAY), ISSUES - 1)
    return county


def climbed() -> int:
    return Event.objects.filter(verb=Verb.ESCALATE).count()


def assert_each_climbed_once() -> None:
    per_issue = Event.objects.filter(verb=Verb.ESCALATE).values("issue").annotate(times=Count("pk"))
    assert {row["times"] for row in per_issue} == {1}
    assert per_issue.count() == ISSUES
    assert EscalationRequest.objects.count() == ISSUES
    assert not Issue.objects.exclude(level=Level.VILLAGE).exists()
    told = (
        Notice.objects.filter(event__verb=Verb.ESCALATE)
        .values("event", "person", "submission", "channel")
        .annotate(times=Count("pk"))
    )
    assert {row["times"] for row in told} == {1}
    assert not [fault for fault in ledger.verify_all()[1] if fault]


@pytest.mark.parametrize("pool", ["solo", "prefork"])
def test_worker_killed_in_the_middle_of_a_sweep_leaves_each_issue_climbed_once(broker, pool):
    late_issues()
    with worker(broker, pool=pool) as first:
        broker.send_task("issues.tasks.climb")
        wait_until(lambda: climbed() > 0, first)
        kill_group(first)
    killed_at = climbed()
    assert 0 < killed_at < ISSUES  # in the middle, indeed

    with worker(broker, pool=pool) as second, worker(broker, pool=pool) as third:
        broker.send_task("issues.tasks.climb")
        broker.send_task("issues.tasks.climb")
        wait_until(lambda: climbed() >= ISSUES, second)
        assert third.poll() is None

    assert_each_climbed_once()


def test_worker_gives_way_to_pages_on_the_same_machine(broker):
    late_issues()
    with worker(broker) as process:
        broker.send_task("issues.tasks.climb")
        wait_until(lambda: climbed() > 0, process)
        own = os.getpriority(os.PRIO_PROCESS, process.pid)

    assert own == min(os.getpriority(os.PRIO_PROCESS, 0) + NICENESS, 19)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_workers_that_sweep_at_once_share_the_work(broker, workers):
    late_issues()
    with ExitStack() as stack:
        team = [stack.enter_context(worker(broker)) for _ in range(workers)]
        for _ in range(4):
            broker.send_task("issues.tasks.climb")
        wait_until(lambda: climbed() >= ISSUES, team[0])

    assert_each_climbed_once()


def test_beat_asks_for_every_sweep(broker: Any):
    """Each line of the timetable names a task that a worker knows."""
    from gridgov.celery import app

    app.loader.import_default_modules()
    assert {line["task"] for line in app.conf.beat_schedule.values()} <= set(app.tasks)
    swept = {"warn", "climb", "draft", "feedback", "resume", "announce", "purge", "purge_voice"}
    assert {f"issues.tasks.{name}" for name in swept} <= {line["task"] for line in app.conf.beat_schedule.values()}
