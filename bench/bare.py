"""What a POST wrote (or asked and wrote), taken down statement by statement, and sent again bare: prepared, in one transaction.

The POST is made within a transaction that is rolled back; its statements that write are kept with their values, keys that
sequences gave included. Sent again and committed they leave the very same rows, so what comes next finds them as it should. Rows
cannot be written without the triggers, foreign keys and indexes of their tables, so these are part of what is bare.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from django.db import connection, transaction

_ASKS = re.compile(r"(?:\s|--[^\n]*\n)*(SELECT|WITH)\b")
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH\b.*?\b(INSERT|UPDATE|DELETE)\b)", re.S)
# Of the row that an INSERT made, or of the one that stands first in the statements of `issues/writing/entering.py` and `issues/writing/linked.py`.
_RETURNS_KEY = re.compile(r'(?:RETURNING (?:"\w+"\."(\w+)"|\(SELECT event\.(\w+) FROM event\))|SELECT made\.(\w+) FROM made)\s*$')
_INTO = re.compile(r'(INSERT INTO "\w+" \()(.*?)(\) VALUES \()', re.S)


@dataclass
class Taken:
    """The statements of one POST: those that write, these with those that ask, each in its place, how many there were in all
    (without what begins and ends a transaction), and how long the database was at them (s).
    """

    writes: list[str] = field(default_factory=list)
    asks_and_writes: list[str] = field(default_factory=list)
    statements: int = 0
    in_database_s: float = 0.0


@contextmanager
def taken_down() -> Iterator[Taken]:
    """Take down what is sent within, and undo it."""
    taken = Taken()

    def wrapper(execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, object]) -> object:
        started = time.perf_counter()
        found = execute(sql, params, many, context)
        taken.in_database_s += time.perf_counter() - started
        taken.statements += not sql.startswith(("SAVEPOINT", "RELEASE"))
        if _WRITES.match(sql) or _ASKS.match(sql):
            said = connection.ops.last_executed_query(context["cursor"], sql, params)
            if _WRITES.match(sql):
                said = _with_key(said, context["cursor"])
                taken.writes.append(said)
            taken.asks_and_writes.append(said)
        return found

    with transaction.atomic():
        with connection.execute_wrapper(wrapper):
            yield taken
        transaction.set_rollback(True)


def _with_key(sql: str, cursor: object) -> str:
    """The statement with the key that a sequence gave its one row, so that it gives the same row again."""
    result = cursor.cursor.pgresult  # type: ignore[attr-defined]
    returned, into = _RETURNS_KEY.search(sql), _INTO.search(sql)
    if not returned or result.ntuples != 1 or not into:
        return sql
    name, key = f'"{returned[1] or returned[2] or returned[3]}"', result.get_value(0, 0).decode()
    if name in into[2].split(", "):
        return sql  # whoever wrote it had a key already
    return _INTO.sub(rf"\g<1>{name}, \g<2>\g<3>{key}, ", sql, count=1)


class Sender:
    """A connection of its own, past Django, in the database of the site."""

    def __init__(self) -> None:
        options = {**connection.get_connection_params(), "autocommit": True}
        for name in ("cursor_factory", "prepare_threshold", "context", "pool"):
            options.pop(name, None)
        self.wire = psycopg.connect(**options)
        self._numbers = iter(range(1_000_000))

    def prepare(self, statements: Sequence[str]) -> list[str]:
        """Names under which the server knows them now, parsed and looked up."""
        names = [f"bare_{next(self._numbers)}" for _ in statements]
        for name, statement in zip(names, statements, strict=True):
            self.wire.execute(f"PREPARE {name} AS {statement}".encode())
        return names

    def send(self, names: Sequence[str]) -> float:
        """Run them in one transaction; seconds until it was committed."""
        commands = [f"EXECUTE {name}".encode() for name in names]
        started = time.perf_counter()
        self.wire.execute(b"BEGIN")
        for command in commands:
            self.wire.execute(command)
        self.wire.execute(b"COMMIT")
        return time.perf_counter() - started

    def close(self) -> None:
        self.wire.close()


def send_all(senders: Sequence[Sender], written: Sequence[Sequence[str]]) -> tuple[list[float], float]:
    """Each list in a transaction of its own, shared out among the senders: how long each took (s), and how many per second."""
    shares = [[sender.prepare(each) for each in written[place :: len(senders)]] for place, sender in enumerate(senders)]
    gate = threading.Barrier(len(senders) + 1)

    def send(place: int) -> list[float]:
        gate.wait()
        return [senders[place].send(names) for names in shares[place]]

    with ThreadPoolExecutor(len(senders)) as pool:
        sent = [pool.submit(send, place) for place in range(len(senders))]
        gate.wait()
        started = time.perf_counter()
        seconds = [spent for each in sent for spent in each.result()]
        ended = time.perf_counter()
    return seconds, len(written) / (ended - started)
