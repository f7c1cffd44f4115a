"""The worker's application and the only timetable of the project.

A task says when, never what (docs: style of the project); each sweep asks the database what is due, so a beat that
fires twice, or a day late, does no harm.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")

app = Celery("gridgov")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

MINUTE = 60.0

app.conf.beat_schedule = {
    "mark-beat": {"task": "mapui.tasks.mark_beat", "schedule": MINUTE},
}
