"""The year of a demo county, lived by as many processes as there are cores, each with its share of the townships.

Each share is one transaction: the issues of one are never seen by the other, and a share is there or is not.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, Queue

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from demo import common
from demo.life import Life
from demo.people import leads_of
from demo.reports import Storyteller
from grids.levels import Level
from grids.models import Area
from issues.models import Issue

SHARES = 2  # fixed, so that the same seed tells the same year on any machine


@dataclass(frozen=True)
class Share:
    """What a process is handed; small enough to be sent."""

    number: int
    townships: tuple[str, ...]  # paths
    reports: Path
    units: Path
    stories: int
    days: int
    end: datetime
    seed: int


def live(*, reports: Path, units: Path, stories: int, days: int, end: datetime, seed: int) -> None:
    """Live the shares that are not there yet, with one bar of progress for all."""
    townships = [area.path for area in Area.objects.current().of_level(Level.TOWNSHIP).order_by("path")]
    shares = [
        Share(number, tuple(townships[number::SHARES]), reports, units, stories // SHARES, days, end, seed + number)
        for number in range(SHARES)
    ]
    missing = [share for share in shares if not _is_there(share)]
    connection.close()
    connections[DEFAULT_DB_ALIAS].close_pool()  # type: ignore[attr-defined]  # no child may inherit a socket
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager, common.bar(_("A year of issues"), total=sum(each.stories for each in missing)) as more:
        told: Queue[int] = manager.Queue()
        with ProcessPoolExecutor(max_workers=min(SHARES, os.cpu_count() or 1), mp_context=context) as pool:
            lives = [pool.submit(_live, share, told, str(timezone.get_current_timezone())) for share in missing]
            _watch(lives, told, more)
            for life in lives:
                life.result()


def _watch(lives: list[Future[None]], told: Queue[int], more: Callable[[int], object]) -> None:
    while not all(life.done() for life in lives) or not told.empty():
        try:
            more(told.get(timeout=0.2))
        except Empty:
            continue


def _is_there(share: Share) -> bool:
    return any(Issue.objects.under(path).exists() for path in share.townships)


def _live(share: Share, told: Queue[int], zone: str) -> None:
    timezone.activate(zone)
    with transaction.atomic(), translation.override("zh-hans"):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")  # the planner has no figures of rows not yet committed
        cells = [cell for path in share.townships for cell in Area.objects.cells().under(path).order_by("path")]
        teller = Storyteller(share.reports, cells, seed=share.seed)
        life = Life(seed=share.seed, end=share.end, leads=leads_of(share.units), progress=told.put)
        life.act(teller.year(share.end, days=share.days, stories=share.stories))
