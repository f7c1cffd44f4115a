"""The year of a demo county, lived by as many processes as there are cores, each with its share of the townships.

Each share is one transaction: the issues of one are never seen by the other, and a share is there or is not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from demo import common
from demo.life import Life
from demo.people import leads_of
from demo.reports import Storyteller
from grids.levels import Level
from grids.models import Area
from issues.models import Issue

# Fixed, so that the same seed tells the same year on any machine; so many that no transaction grows long and slow.
SHARES = 6


@dataclass(frozen=True)
class Share:
    """What a process is handed; small enough to be sent as text."""

    number: int
    townships: tuple[str, ...]  # paths
    reports: Path
    units: Path
    stories: int
    days: int
    end: datetime
    seed: int

    def sent(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def received(cls, text: str) -> Share:
        told = json.loads(text)
        told |= {name: Path(told[name]) for name in ("reports", "units")}
        return cls(**told | {"end": datetime.fromisoformat(told["end"]), "townships": tuple(told["townships"])})


def live(*, reports: Path, units: Path, stories: int, days: int, end: datetime, seed: int) -> None:
    """Live the shares that are not there yet, with one bar of progress for all."""
    townships = [area.path for area in Area.objects.current().of_level(Level.TOWNSHIP).order_by("path")]
    many = min(SHARES, len(townships))
    shares = [
        Share(number, tuple(townships[number::many]), reports, units, stories // many, days, end, seed + number)
        for number in range(many)
    ]
    missing = [share for share in shares if not _is_there(share)]
    with common.bar(_("A year of issues"), total=sum(each.stories for each in missing)) as more:
        ends = _live_all(missing, more)
    if any(ends):
        raise CommandError(_("The year of issues was not finished; the reason is above. Run the command again: it goes on."))


def _live_all(shares: Iterable[Share], more: Callable[[int], object]) -> list[int]:
    """Start as many processes as there are cores, the next when one has ended; the exit status of each."""
    waiting, ends = deque(shares), []
    with DefaultSelector() as speaking:
        while waiting or speaking.get_map():
            while waiting and len(speaking.get_map()) < (os.cpu_count() or 1):
                life = _begin(waiting.popleft())
                assert life.stdout is not None  # noqa: S101 - it was opened with a pipe
                speaking.register(life.stdout, EVENT_READ, life)
            for key, _event in speaking.select():
                if told := os.read(key.fd, 4096):
                    more(told.count(b"\n"))
                else:
                    speaking.unregister(key.fileobj)
                    ends.append(key.data.wait())
    return ends


def _begin(share: Share) -> subprocess.Popen[bytes]:
    """A process that lives the share, with nothing of ours but the environment; it writes a line for each story told."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "live_share", share.sent()]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE)  # noqa: S603 - our own command


def _is_there(share: Share) -> bool:
    return any(Issue.objects.under(path).exists() for path in share.townships)


def live_share(share: Share, told: Callable[[int], object]) -> None:
    """Live one share, in one transaction; `told` is called for each story."""
    with transaction.atomic(), translation.override("zh-hans"):
        with connection.cursor() as cursor:
            # The planner has no figures of rows not yet committed: it is to use the indexes, and, as this makes it overrate
            # what is left, not to compile statements (which takes a second each).
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        cells = [cell for path in share.townships for cell in Area.objects.cells().under(path).order_by("path")]
        teller = Storyteller(share.reports, cells, seed=share.seed)
        life = Life(seed=share.seed, end=share.end, leads=leads_of(share.units), progress=told)
        life.act(teller.year(share.end, days=share.days, stories=share.stories))
