"""When the territory's background work is done; what is done is in `tiles.py`."""

from __future__ import annotations

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from grids import tiles

logger = logging.getLogger(__name__)


@shared_task
def warm_tiles(level: int, version: int) -> int:
    """Make the tiles and the list of names of this version ahead of the first reader; how many files were made."""
    return tiles.warm(level, version)


def ask_to_warm(level: int, version: int) -> None:
    """Queue the warming; tiles are made on demand anyway, so a queue that is away only costs the first reader time."""
    try:
        warm_tiles.delay(level, version)
    except OperationalError as error:
        logger.warning("Tiles of level %s, version %s will be made on demand: %s", level, version, error)
