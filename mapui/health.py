"""Whether the parts that the program leans on answer, each asked for at most a moment."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from grids import memory

logger = logging.getLogger(__name__)

WELL, FAILING, LATE = "ok", "failing", "late"
NEEDED = ("database",)  # without it no page can be answered; without Redis they are, some of them slower
BEAT_KEY = "beat-seen-at"
BEAT_LATE_S = 180.0  # the beat sets its mark every minute


def mark_beat() -> None:
    """Leave word that beat and a worker are alive: beat asked for this, and a worker does it."""
    cache.set(BEAT_KEY, time.time(), timeout=24 * 3600)


def parts() -> dict[str, str]:
    """How each part is. `beat` is late too when no worker takes what it sends."""
    redis, seen_at = _redis()
    beat = FAILING if redis == FAILING else WELL if seen_at and time.time() - seen_at < BEAT_LATE_S else LATE
    return {"database": _database(), "redis": redis, "beat": beat}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        # Whatever went wrong (pool empty, refused, timed out) is for the log, not for the answer.
        logger.exception("The database does not answer")
        return FAILING
    return WELL


def _redis() -> tuple[str, float | None]:
    try:
        memory.client(settings.REDIS_URL).ping()
        return WELL, cache.get(BEAT_KEY)
    except RedisError:
        logger.exception("Redis does not answer")
        return FAILING, None
