"""Says when, never what: each task is a sweep at this moment, safe to run twice, late, or beside itself."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from issues import sweeps
from issues.notices import sending

logger = logging.getLogger(__name__)


@shared_task
def warn() -> str:
    return _said("warn", sweeps.warn(at=timezone.now()))


@shared_task
def climb() -> str:
    return _said("climb", sweeps.climb(at=timezone.now()))


@shared_task
def draft() -> str:
    return _said("draft", sweeps.draft(at=timezone.now()))


@shared_task
def feedback() -> str:
    return _said("feedback", sweeps.feedback(at=timezone.now()))


@shared_task
def resume() -> str:
    return _said("resume", sweeps.resume(at=timezone.now()))


@shared_task
def remind_of_tasks() -> str:
    return _said("remind_of_tasks", sweeps.remind_of_tasks(at=timezone.now()))


@shared_task
def announce() -> str:
    """What waits in the program is shown; every way out with something due gets a task of its own."""
    at = timezone.now()
    shown, ways = sending.show(at=at), sending.outlets_due(at=at)
    for outlet in ways:
        deliver.apply_async((outlet,), expires=30)  # the next announcing asks again
    return _said("announce", f"{shown} shown, {len(ways)} ways out")


@shared_task(soft_time_limit=90, time_limit=120)
def deliver(outlet: int) -> str:
    return _said("deliver", sending.deliver(outlet, at=timezone.now()))


def _said(sweep: str, result: object) -> str:
    logger.debug("%s: %s", sweep, result)
    return str(result)
