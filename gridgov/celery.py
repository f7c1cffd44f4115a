"""The worker's application and the only timetable of the project.

A task says when, never what (docs: style of the project); each sweep asks the database what is due, so a beat that
fires twice, or a day late, does no harm.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")

app = Celery("gridgov")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["issues.heat"])

MINUTE = 60.0
NICENESS = 10  # of a worker: nobody waits for it as somebody waits for a page


@celeryd_init.connect
def give_way(**_told: Any) -> None:
    """On a machine that web and worker share, a page that is asked for goes before a sweep of a hundred thousand issues."""
    os.nice(NICENESS)


app.conf.beat_schedule = {
    "warn": {"task": "issues.tasks.warn", "schedule": MINUTE},
    "climb": {"task": "issues.tasks.climb", "schedule": MINUTE},
    "draft": {"task": "issues.tasks.draft", "schedule": MINUTE},
    "feedback": {"task": "issues.tasks.feedback", "schedule": MINUTE},
    "resume": {"task": "issues.tasks.resume", "schedule": MINUTE},
    "remind-of-tasks": {"task": "issues.tasks.remind_of_tasks", "schedule": MINUTE},
    "calendar-changes": {"task": "issues.tasks.calendar_changes", "schedule": MINUTE},
    "simulations": {"task": "issues.tasks.simulations", "schedule": MINUTE},
    "announce": {"task": "issues.tasks.announce", "schedule": MINUTE / 4},
    "purge": {"task": "issues.tasks.purge", "schedule": 10 * MINUTE},
    "purge-asked": {"task": "issues.tasks.purge_asked", "schedule": 10 * MINUTE},
    "purge-diary": {"task": "issues.tasks.purge_diary", "schedule": crontab(hour="3", minute="47")},
    "purge-suggestions": {"task": "issues.tasks.purge_suggestions", "schedule": crontab(hour="3", minute="49")},
    "purge-public-notices": {"task": "issues.tasks.purge_public_notices", "schedule": crontab(hour="3", minute="51")},
    "purge-voice": {"task": "issues.tasks.purge_voice", "schedule": crontab(minute="37")},
    "purge-held": {"task": "issues.tasks.purge_held", "schedule": crontab(minute="11")},
    "recognise": {"task": "issues.tasks.recognise", "schedule": MINUTE},
    "forget-sent-moves": {"task": "issues.tasks.forget_sent_moves", "schedule": crontab(hour="3", minute="43")},
    "release-postings": {"task": "issues.tasks.release_postings", "schedule": crontab(hour="3", minute="17")},
    "refresh-heat": {"task": "issues.refresh_heat", "schedule": crontab(minute="7")},
    "renew-rates": {"task": "issues.tasks.renew_rates", "schedule": 10 * MINUTE},
    "analyse-hot-spots": {"task": "issues.analyse_hot_spots", "schedule": crontab(hour="2", minute="23")},
    "mark-beat": {"task": "mapui.tasks.mark_beat", "schedule": MINUTE},
}
