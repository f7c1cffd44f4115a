"""Redis holds nothing that cannot be lost, so nobody waits for it long, and nobody twice: it may be away, or hang without a word.

Every client of ours (the cache, the limits, what is new on maps) takes its connections from a `Pool`. Once one of them has
waited in vain, a switch goes over for the whole process: from then on every call fails at once (`Away`), while a thread looks
every second whether Redis answers again.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from redis import Connection, ConnectionPool, Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

logger = logging.getLogger(__name__)

PATIENCE_S = 0.4  # for a connection, and for an answer: from the same machine or the next one both take a millisecond
LOOK_EVERY_S = 1.0


class Away(NoConnection):
    """Redis did not answer a moment ago, so it was not asked."""


class Switch:
    """Whether one Redis is away, as far as this process knows. Hooks are called once it is back, before anybody asks it again."""

    def __init__(self, answers: Callable[[], object]) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._hooks: list[Callable[[], None]] = []
        self.is_away = False

    def when_back(self, hook: Callable[[], None]) -> None:
        self._hooks.append(hook)

    def off(self, error: Exception) -> None:
        """Somebody waited in vain; from now on nobody does."""
        with self._lock:
            if self.is_away:
                return
            self.is_away = True
        logger.warning("Redis is away; going on without it: %s", error)
        threading.Thread(target=self._look, name="redis-away", daemon=True).start()

    def _look(self) -> None:
        pause = threading.Event()
        while self.is_away and not self._is_back():
            pause.wait(LOOK_EVERY_S)

    def _is_back(self) -> bool:
        try:
            self._answers()
            for hook in self._hooks:
                hook()
        except RedisError:
            return False
        self.is_away = False
        logger.warning("Redis answers again.")
        return True

    def forget(self) -> None:
        """Find out anew: a process that was forked has the switch of its parent, but not the thread that looks."""
        self._lock, self.is_away = threading.Lock(), False


_switches: dict[tuple[object, ...], Switch] = {}


def _forget_all() -> None:
    for switch in _switches.values():
        switch.forget()


os.register_at_fork(after_in_child=_forget_all)


class Pool(ConnectionPool):
    """Connections that are given up soon, and none at all while the switch of their Redis is over."""

    def __init__(self, connection_class: Any = Connection, max_connections: int | None = None, **options: Any) -> None:
        patient: dict[str, Any] = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S, **options}
        # Once more, without a pause, for a connection that was ended while nobody used it; never for silence.
        again = Retry(NoBackoff(), 1, supported_errors=(NoConnection,))
        super().__init__(_watched(connection_class), max_connections, **{"retry": again, **patient})
        self.switch = _switch_of(connection_class, patient)

    def get_connection(self, *arguments: Any, **options: Any) -> Any:
        if self.switch.is_away:
            raise Away("it was silent a moment ago.")
        try:
            connection: Any = super().get_connection(*arguments, **options)
        except (NoConnection, NoAnswer) as error:
            self.switch.off(error)
            raise
        connection.switch = self.switch
        return connection


@cache
def _watched(connection_class: Any) -> Any:
    """The same kind of connection, which turns the switch when Redis cannot be reached or is silent."""

    class Watched(connection_class):
        switch: Switch | None = None

        def connect_check_health(self, *arguments: Any, **options: Any) -> None:
            self._noting(super().connect_check_health, (NoConnection, NoAnswer), arguments, options)

        def read_response(self, *arguments: Any, **options: Any) -> Any:
            return self._noting(super().read_response, (NoAnswer,), arguments, options)

        def _noting(self, call: Callable[..., Any], errors: tuple[type[Exception], ...], arguments: Any, options: Any) -> Any:
            try:
                return call(*arguments, **options)
            except errors as error:
                if self.switch:
                    self.switch.off(error)
                raise

    return Watched


def _switch_of(connection_class: type[Any], options: dict[str, Any]) -> Switch:
    """One switch for each server, whoever asks it for whatever."""
    where = {name: options[name] for name in ("host", "port", "path", "username", "password") if name in options}
    key = (connection_class, *sorted(where.items()))
    if key not in _switches:
        _switches[key] = Switch(lambda: _ping(connection_class, options))
    return _switches[key]


def _ping(connection_class: type[Any], options: dict[str, Any]) -> None:
    """Raises RedisError if Redis does not answer over a fresh connection."""
    fresh = ConnectionPool(connection_class, 1, **options)
    try:
        Redis(connection_pool=fresh).ping()
    finally:
        fresh.disconnect()


@contextmanager
def frank(url: str) -> Iterator[Redis]:
    """A client of one fresh connection that asks Redis itself, wherever the switch stands. Raises RedisError."""
    asker = Redis.from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
    try:
        yield asker
    finally:
        asker.close()


@cache
def pool(url: str) -> Pool:
    """The connections to that Redis, one pool for all of the process."""
    found: Pool = Pool.from_url(url)
    return found


def client(url: str) -> Redis:
    """A client that gives up soon, and at once while Redis is known to be away. Raises RedisError."""
    return Redis(connection_pool=pool(url))
