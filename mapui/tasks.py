"""When the pages' background work is done; what is done is in `health.py`."""

from __future__ import annotations

from celery import shared_task

from mapui import health


@shared_task(expires=60)
def mark_beat() -> None:
    health.mark_beat()
