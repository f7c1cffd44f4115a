"""Says when, never what: each task is a sweep at this moment, safe to run twice, late, or beside itself."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from issues import redrawing, sweeps
from issues.community import diary, public_notices, suggestions
from issues.figures import county_rates
from issues.files import held, recognising
from issues.notices import sending
from issues.privacy import retention
from issues.recalendar import changes
from issues.simulating import running
from issues.wire import moves

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
def purge() -> str:
    return _said("purge", retention.purge(at=timezone.now()))


@shared_task
def purge_asked() -> str:
    return _said("purge asked", retention.purge_asked(at=timezone.now()))


@shared_task
def purge_voice() -> str:
    return _said("purge voice", retention.purge_voice(at=timezone.now()))


@shared_task
def purge_held() -> str:
    """Erase the files of forms that came back and were not sent."""
    return _said("purge held", f"{held.purge(at=timezone.now())} files")


@shared_task
def recognise() -> str:
    return _said("recognise", recognising.recognise(at=timezone.now()))


@shared_task
def renew_rates() -> str:
    """Count what the dashboards tell of whole counties, before what is kept of it is too old."""
    return _said("renew rates", f"{county_rates.renew_all(timezone.now())} counties")


@shared_task
def forget_sent_moves() -> str:
    return _said("forget sent moves", moves.forget(at=timezone.now()))


@shared_task
def purge_diary() -> str:
    """Erase the words of diary entries that have been kept long enough."""
    return _said("purge diary", f"{diary.purge(at=timezone.now())} entries")


@shared_task
def purge_suggestions() -> str:
    """Erase the words about the platform that have been kept long enough."""
    return _said("purge suggestions", f"{suggestions.purge(at=timezone.now())} suggestions")


@shared_task
def purge_public_notices() -> str:
    """Erase the words of village notices that ended long enough ago."""
    return _said("purge public notices", f"{public_notices.purge(at=timezone.now())} notices")


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


@shared_task
def calendar_changes() -> str:
    """Go on with every change of a calendar that is being counted or applied; one that somebody else works on is left to them."""
    return _said("calendar changes", changes.work(at=timezone.now()))


@shared_task
def release_postings() -> str:
    """People of cells that were split or merged are let go once nothing of the old cell is open."""
    return _said("release postings", f"{redrawing.release(at=timezone.now())} ended")


@shared_task
def simulations() -> str:
    """Run what waits to be tried out; what a worker left behind that died begins anew."""
    return _said("simulations", running.work(clock=timezone.now))


def _said(sweep: str, result: object) -> str:
    logger.debug("%s: %s", sweep, result)
    return str(result)
