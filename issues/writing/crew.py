"""Work on several batches at once, each in a thread with a connection of its own: while PostgreSQL takes one, the next is made."""

from __future__ import annotations

from collections.abc import Callable
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Generic, TypeVar

from django.db import connection

Batch = TypeVar("Batch")


class Crew(Generic[Batch]):
    """Context manager. `do` is called with each batch that is handed in, by whichever hand is free; with no hands, at once.

    Within a transaction of the caller there are no hands, for nobody else sees what is in it. No more batches wait than there
    are hands, so memory does not grow with the file. What `do` raises is raised by the next `hand` or on leaving; what others
    have begun is finished, what waits is not begun.
    """

    def __init__(self, do: Callable[[Batch], object], *, hands: int) -> None:
        self._do = do
        self._waiting: Queue[Batch | None] = Queue(maxsize=max(hands, 1))
        self._failed: list[BaseException] = []
        self._threads = [] if connection.in_atomic_block else [Thread(target=self._work, daemon=True) for _ in range(hands)]

    def __enter__(self) -> Crew[Batch]:
        for thread in self._threads:
            thread.start()
        return self

    def hand(self, batch: Batch) -> None:
        """Have it done; waits while every hand is full."""
        if not self._threads:
            self._do(batch)
            return
        self._raise()
        self._waiting.put(batch)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error:
            self._failed.append(error)
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        if error is None:
            self._raise()

    def _raise(self) -> None:
        if self._failed:
            raise self._failed[0]

    def _work(self) -> None:
        try:
            while (batch := self._waiting.get()) is not None:
                if not self._failed:
                    self._try(batch)
        finally:
            connection.close()

    def _try(self, batch: Batch) -> None:
        try:
            self._do(batch)
        except BaseException as error:  # raised again by who handed it in
            self._failed.append(error)
