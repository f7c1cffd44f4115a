"""The year of a demo county, lived by as many processes as there are cores, each with its share of the townships.

Each share is one transaction: the issues of one are never seen by the other, and a share is there or is not.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path

from django.core.management.base import CommandError
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
    with common.bar(_("A year of issues"), total=sum(each.stories for each in missing)) as more:
        lives = [_begin(share) for share in missing]
        _watch({told for _life, told in lives}, more)
    for life, _told in lives:
        life.join()
    if any(life.exitcode for life, _told in lives):
        raise CommandError(_("The year of issues was not finished; the reason is above. Run the command again: it goes on."))


def _begin(share: Share) -> tuple[ForkProcess, Connection]:
    """A process that lives the share, and where it tells how many stories it has told.

    A pipe and no queue: that would want semaphores, which not every account may make.
    """
    context = multiprocessing.get_context("fork")
    told, tell = context.Pipe(duplex=False)
    life = context.Process(target=_live, args=(share, tell, str(timezone.get_current_timezone())))
    life.start()
    tell.close()  # the child's end alone keeps the pipe open
    return life, told


def _watch(told: set[Connection], more: Callable[[int], object]) -> None:
    """Move the bar until the last of them has ended."""
    while told:
        for pipe in wait(list(told)):
            assert isinstance(pipe, Connection)  # noqa: S101 - of what else could it be
            try:
                more(pipe.recv())
            except EOFError:
                told.remove(pipe)


def _is_there(share: Share) -> bool:
    return any(Issue.objects.under(path).exists() for path in share.townships)


def _live(share: Share, tell: Connection, zone: str) -> None:
    timezone.activate(zone)
    with transaction.atomic(), translation.override("zh-hans"):
        with connection.cursor() as cursor:
            # The planner has no figures of rows not yet committed: it is to use the indexes, and, as this makes it overrate
            # what is left, not to compile statements (which takes a second each).
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        cells = [cell for path in share.townships for cell in Area.objects.cells().under(path).order_by("path")]
        teller = Storyteller(share.reports, cells, seed=share.seed)
        life = Life(seed=share.seed, end=share.end, leads=leads_of(share.units), progress=tell.send)
        life.act(teller.year(share.end, days=share.days, stories=share.stories))
