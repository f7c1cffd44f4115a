"""Which replicas are fit to be read from: a thread per process asks, so that no page waits for one that is away.

Now and then it notes how far the primary has come, and how far each replica has. A replica that has reached what was noted
at a time holds everything that was committed before that time, whatever the clocks of the hosts say. It is read from
until that time is `lag_s` seconds ago: one that is down, cut off or slow falls out by itself, and so does every one when
nobody asks any more. Whoever wrote is kept on the primary for the same `lag_s`, so they always find what they wrote.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

logger = logging.getLogger(__name__)

PRIMARY = DEFAULT_DB_ALIAS

# How far, in bytes of the log. A replica that was promoted is none any more, and says nothing.
_PRIMARY_AT = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
_REPLICA_AT = "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint WHERE pg_is_in_recovery()"


class Watch:
    """What is known of the replicas named by `aliases`; asks every `every_s` seconds once somebody has chosen."""

    def __init__(self, aliases: Sequence[str], *, lag_s: float, every_s: float) -> None:
        self.aliases, self.lag_s, self.every_s = tuple(aliases), lag_s, every_s
        self._noted: deque[tuple[float, int]] = deque()  # when, and how far the primary was then
        self._holds: dict[str, float] = {}  # per replica: everything that was committed before
        self._said: dict[str, str] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def choose(self) -> str:
        """The alias of a replica that is fit, any of them; the primary's if there is none."""
        self._begin()
        now = time.monotonic()
        fit = [alias for alias, holds in list(self._holds.items()) if now - holds <= self.lag_s]
        return random.choice(fit) if fit else PRIMARY  # noqa: S311 - spreads the load

    def lost(self, alias: str, why: object) -> None:
        """A page has found that it does not answer: it is left alone until it has been asked again."""
        self._holds.pop(alias, None)
        self._say(alias, f"it does not answer ({_line(why)})")

    def look(self) -> None:
        """Ask the primary and every replica, once."""
        at = time.monotonic()
        try:
            self._note(at, _ask(PRIMARY, _PRIMARY_AT))
        except (DatabaseError, InterfaceError) as error:
            for alias in self.aliases:
                self._say(alias, f"the primary does not say how far it is ({_line(error)})")
            return
        for alias in self.aliases:
            try:
                self._judge(alias, at, _ask(alias, _REPLICA_AT))
            except (DatabaseError, InterfaceError) as error:
                self.lost(alias, error)

    def _note(self, at: float, position: int | None) -> None:
        if position is not None:
            self._noted.append((at, position))
        while self._noted and at - self._noted[0][0] > self.lag_s:
            self._noted.popleft()

    def _judge(self, alias: str, at: float, position: int | None) -> None:
        if position is None:
            self._holds.pop(alias, None)
            self._say(alias, "it is no standby")
            return
        reached = [noted for noted, primary in self._noted if primary <= position]
        if reached:
            self._holds[alias] = max(reached)
        self._say(alias, "" if reached else f"it lags more than {self.lag_s:g} s")

    def _say(self, alias: str, why: str) -> None:
        """Into the log, when it has changed."""
        before, self._said[alias] = self._said.get(alias, None), why
        if why == before:
            return
        if why:
            logger.warning("The database %s is not read from, the primary is: %s.", alias, why)
        else:
            logger.info("The database %s is read from.", alias)

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._go_on, name="replicas", daemon=True)
                self._thread.start()

    def _go_on(self) -> None:
        while True:
            self.look()
            time.sleep(self.every_s)


@cache
def watch() -> Watch:
    """The one of this process."""
    aliases = [alias for alias in settings.DATABASES if alias != PRIMARY]
    return Watch(aliases, lag_s=settings.REPLICA_LAG_S, every_s=min(1.0, settings.REPLICA_LAG_S / 4))


def _ask(alias: str, statement: str) -> int | None:
    connection = connections[alias]
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone()
    finally:
        connection.close()  # back to the pool
    return None if row is None else row[0]


def _line(error: object) -> str:
    """What went wrong, on one line."""
    return " ".join(str(error).split())
