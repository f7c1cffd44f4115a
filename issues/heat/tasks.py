"""When the heat is brought up to date (each hour, and it costs nothing if nothing has happened) and analysed (at night)."""

from __future__ import annotations

from celery import shared_task
from django.utils.timezone import now

from issues.heat import bins, view
from issues.hot import nights


@shared_task(name="issues.refresh_heat")
def refresh_heat() -> int:
    """Take in what was reported, declined, merged or moved since; then prepare what everybody asks for first."""
    at = now()
    changed = bins.refresh(at=at)
    if changed:
        view.prepare(at=at)
    return changed


@shared_task(name="issues.analyse_hot_spots")
def analyse_hot_spots() -> int:
    """Find what is hot and what keeps coming back, county by county; what was found for the same figures stays."""
    at = now()
    bins.refresh(at=at)
    return nights.analyse(at=at)
