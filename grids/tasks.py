"""When the territory's background work is done; what is done is in `tiles.py`."""

from __future__ import annotations

import logging
from threading import Thread

from celery import Task, shared_task

from grids import tiles

logger = logging.getLogger(__name__)


@shared_task
def warm_tiles(level: int, version: int) -> int:
    """Make the tiles and the list of names of this version ahead of the first reader; how many files were made."""
    return tiles.warm(level, version)


def ask_to_warm(level: int, version: int) -> None:
    """Queue the warming; tiles are made on demand anyway, so a queue that is away only costs the first reader time."""
    ask(warm_tiles, level, version)


def ask(task: Task[..., object], *arguments: object) -> Thread:
    """Have it done soon, without waiting for the broker: it may be away, or hang. What is not sent is only written to the log, so
    this is for what is done sooner or later anyway. Gives the thread that sends.
    """
    sender = Thread(target=_send, args=(task, arguments), name=f"ask {task.name}", daemon=True)
    sender.start()
    return sender


def _send(task: Task[..., object], arguments: tuple[object, ...]) -> None:
    try:
        task.apply_async(arguments, retry=False)
    except Exception as error:  # whatever the transport of the broker raises; nobody is there to hear it
        logger.warning("%s was not asked for, it will be done later: %s", task.name, error)
