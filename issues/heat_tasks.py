"""When the heat is brought up to date: each hour, and it costs nothing if nothing has happened."""

from __future__ import annotations

from celery import shared_task
from django.utils.timezone import now

from issues import heat, heat_view


@shared_task(name="issues.refresh_heat")
def refresh_heat() -> int:
    """Take in what was reported, declined, merged or moved since; then prepare what everybody asks for first."""
    at = now()
    changed = heat.refresh(at=at)
    if changed:
        heat_view.prepare(at=at)
    return changed
