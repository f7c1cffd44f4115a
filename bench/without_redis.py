"""What a POST takes while Redis is up, refuses, and hangs: broker, cache, limits and what is new on maps are all in it by default.

A Redis of the bench's own and a server on it; reports and notes are posted in each state. Then Redis is back, a real worker is asked
by the broker to show what waits, and it is counted whether every notice that was to be told has been.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from statistics import median

from celery import Celery
from django.utils.timezone import now

from bench.cases import note_form
from bench.posting import Client, Form, member, next_report, through
from bench.record import Figure
from bench.server import Server
from issues.models import Issue, Notice
from issues.terms import Status
from tests.ops import servers

TIMES = 40
QUEUE = f"bench-writing-{os.getpid()}"
# A POST without Redis may take so many times one with it.
MOST = 1.3
PATIENCE_S = 60


def figures() -> list[Figure]:
    """p50 in each state, and how many notices were lost."""
    begun = _last_notice()
    with servers.directory() as place, servers.redis(place) as (url, process), _settings(url), Server() as server:
        posting = _Posting(server)
        posting.once(5)
        up = posting.once()
        process.send_signal(signal.SIGSTOP)
        waited = posting.once(1)  # whoever finds it out waits once
        hung = posting.once()
        process.send_signal(signal.SIGCONT)
        posting.once(2)
        servers.kill_group(process)
        refused = posting.once()
        told = Notice.objects.filter(pk__gt=begun).count()
    lost = _lost_after(begun)
    found = [_figure("up", up, up), _figure("hung", hung, up), _figure("refused", refused, up)]
    found.append(Figure("the first POST that finds Redis hung", waited[0], "ms", beside={"up_ms": up[0]}))
    for figure in found:
        print(f"{figure.name}: {figure.value:.1f} ms; {figure.beside}")
    print(f"{told} notices written in that time, {lost} of them lost")
    return [*found, Figure("notices lost without Redis", lost, "notices", bar=0, beside={"rows": told})]


class _Posting:
    """Reports and notes, one after the other."""

    def __init__(self, server: Server) -> None:
        person = member()
        self.client = Client(server, person)
        issue = Issue.objects.open_in(person.assignments.all()[0].area.path).exclude(status=Status.DEFERRED).newest_first()[0]
        self.path = f"/issues/{issue.number}/note/"

    def once(self, times: int = TIMES) -> tuple[float, float]:
        """p50 of so many reports, and of so many notes, in ms."""
        reports = [next_report() for _ in range(times)]
        notes = [Form(self.path, note_form(turn)) for turn in range(times)]
        return self._p50(reports), self._p50(notes)

    def _p50(self, forms: Sequence[Form]) -> float:
        answers, _rate = through([self.client], forms)
        return 1000 * median(answer.spent_s for answer in answers)


def _figure(state: str, took: tuple[float, float], up: tuple[float, float]) -> Figure:
    bar = None if state == "up" else MOST * up[0]
    return Figure(f"POST of a report, Redis {state}", took[0], "ms", bar=bar, beside={"note_ms": took[1], "up_ms": up[0]})


def _last_notice() -> int:
    newest = Notice.objects.order_by("-pk").first()
    return newest.pk if newest else 0


def _lost_after(begun: int) -> int:
    """Notices written since then that were not shown, once a Redis and a worker are there again."""
    Notice.objects.filter(pk__gt=begun).update(not_before=now() - timedelta(minutes=1))  # what waits for the morning too
    waiting = Notice.objects.filter(pk__gt=begun, announced_at=None, channel=Notice.Channel.IN_APP)
    with servers.directory() as place, servers.redis(place) as (url, _process), _worker(url):
        Celery("bench", broker=url, set_as_current=False).send_task("issues.tasks.announce", queue=QUEUE)
        _wait(lambda: not waiting.exists())
    return waiting.count()


def _wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < until:
        time.sleep(0.1)


@contextmanager
def _settings(url: str) -> Iterator[None]:
    """Of the servers that are started within."""
    with _environment({"REDIS_URL": url, "GRIDGOV_BROKER_URL": url}):
        yield


@contextmanager
def _environment(changed: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


@contextmanager
def _worker(url: str) -> Iterator[None]:
    """A Celery worker that serves the bench alone."""
    command = [sys.executable, "-m", "celery", "-A", "gridgov", "worker", "-P", "solo", "-Q", QUEUE, "--without-heartbeat",
               "--without-mingle", "--without-gossip"]  # fmt: skip
    with _settings(url):
        process = subprocess.Popen(command, env={**os.environ, "GRIDGOV_LOG_LEVEL": "WARNING"})
    try:
        yield
    finally:
        process.kill()
        process.wait()
