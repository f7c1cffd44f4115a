"""RabbitMQ, really running: its queue is a quorum queue, and a task is not lost with the worker that had taken it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from amqp.exceptions import PreconditionFailed
from celery import Celery
from django.conf import LazySettings
from kombu import Queue
from kombu.exceptions import OperationalError

from tests.issues.test_processes import (
    ISSUES,
    assert_each_climbed_once,
    climbed,
    late_issues,
    wait_until,
    worker,
)
from tests.ops import servers
from tests.ops.servers import kill_group
from tests.ops.test_variables import stored_by

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not servers.RABBITMQ.exists(), reason="RabbitMQ is not installed (Debian: rabbitmq-server)"),
]


@pytest.fixture
def broker(settings: LazySettings) -> Iterator[tuple[Celery, Any]]:
    """An application that sends tasks as the site does over RabbitMQ, and the process of the broker."""
    with servers.directory() as place, servers.rabbitmq(place) as (url, process):
        settings.CELERY_BROKER_URL = url  # for the workers
        app = Celery("sender", broker=url)
        said = stored_by("CELERY_", GRIDGOV_BROKER_URL=url)
        app.conf.update({name.removeprefix("CELERY_").lower(): value for name, value in said.items()})
        yield app, process
        app.close()


def test_task_when_its_worker_is_killed_goes_to_another_without_being_sent_again(broker):
    app, _process = broker
    late_issues()
    with worker(app) as first:
        app.send_task("issues.tasks.climb")
        wait_until(lambda: climbed() > 0, first)
        kill_group(first)
    assert 0 < climbed() < ISSUES  # in the middle, indeed

    with worker(app) as second:
        wait_until(lambda: climbed() >= ISSUES, second)

    assert_each_climbed_once()
    with app.connection() as connected, pytest.raises(PreconditionFailed, match="x-queue-type"):
        Queue(app.conf.task_default_queue, durable=True, channel=connected.default_channel).queue_declare()


def test_sending_when_the_broker_is_gone_says_so(broker):
    app, process = broker
    app.send_task("issues.tasks.climb")
    kill_group(process)

    with pytest.raises((OperationalError, OSError)):
        app.send_task("issues.tasks.climb", retry=False)
