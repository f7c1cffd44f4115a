"""Redis (cache, limits, what is new on maps, and by default the broker) refuses, or takes connections and never answers: whoever
reports or acts is answered all the same, waits for it once at most, and nothing of what they wrote is lost.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from subprocess import Popen

import pytest
import redis as redis_py
from celery import Celery
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from grids import memory, tasks
from issues import ledger, state, throttle
from issues.models import Event, Issue, Notice, Submission
from issues.notices import sending
from issues.terms import Verb
from representatives.roles import Role
from tests.mapui.reporting import answers
from tests.mapui.scene import Scene, scene
from tests.ops import servers
from tests.ops.servers import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Own:
    """A Redis of the test's own, which the site uses for everything."""

    url: str
    process: Popen[bytes]

    @property
    def switch(self) -> memory.Switch:
        return memory.pool(self.url).switch

    def refuse(self) -> None:
        servers.kill_group(self.process)

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        wait_for(lambda: not self.switch.is_away, "the switch")


@pytest.fixture
def own(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Own]:
    monkeypatch.setattr(memory, "PATIENCE_S", 0.1)
    monkeypatch.setattr(memory, "LOOK_EVERY_S", 0.02)
    with servers.directory() as place, servers.redis(place) as (url, process):
        settings.REDIS_URL = url
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": url}}
        _forget_clients()
        yield Own(url, process)
    _forget_clients()


def _forget_clients() -> None:
    for made in (state._client, state._touch, throttle._limiter):
        made.cache_clear()


@pytest.fixture
def county(own: Own, settings: LazySettings, tmp_path: object) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    return scene()


AWAY: dict[str, Callable[[Own], None]] = {"refuses": Own.refuse, "hangs": Own.hang}


@pytest.mark.parametrize("fail", AWAY.values(), ids=AWAY)
def test_reports_and_verbs_are_taken_while_redis_is_away(own: Own, county: Scene, fail: Callable[[Own], None]) -> None:
    staff, resident = Client(), Client()
    staff.force_login(county[Role.VILLAGE_SECRETARY])
    first = county.report(category="road.light")
    sending.show(at=now() + timedelta(days=2))
    before = list(Notice.objects.values_list("pk", flat=True))

    fail(own)
    receipt = resident.post(reverse("report"), _report(county))
    accepted = staff.post(reverse("issue-move", args=[first.number, Verb.ACCEPT]), {"level": "green", "seen": 1})

    assert receipt.status_code == 303
    assert accepted.status_code == 302
    assert county.again(first).status == "assigned"
    assert Submission.objects.get(receipt_code=_code(receipt["Location"])).issue.event_count == 1
    assert not any(ledger.verify(_chains(), Event.objects.order_by("issue_id", "number").select_related("words")))
    # What is to be told stands beside what was done; what waits (at night, all of it) for the next sweep that comes.
    told = Notice.objects.exclude(pk__in=before)
    waiting = told.filter(announced_at=None).count()
    assert set(told.values_list("event__verb", flat=True)) == {Verb.SUBMIT, Verb.ACCEPT, Verb.DISPATCH}
    assert sending.show(at=now() + timedelta(days=2)) == waiting
    assert not Notice.objects.filter(announced_at=None).exists()


@pytest.mark.parametrize("fail", AWAY.values(), ids=AWAY)
def test_redis_that_was_waited_for_once_is_asked_no_more(
    own: Own, county: Scene, monkeypatch: pytest.MonkeyPatch, fail: Callable[[Own], None]
) -> None:
    resident, taken = Client(), []
    monkeypatch.setattr(memory, "LOOK_EVERY_S", 3600)
    fail(own)
    resident.post(reverse("report"), _report(county))
    for sending_of in ("connect", "sendall"):
        monkeypatch.setattr(socket.socket, sending_of, lambda *what: taken.append(threading.current_thread().name))

    answer = resident.post(reverse("report"), _report(county))

    assert answer.status_code == 303
    assert own.switch.is_away
    assert threading.current_thread().name not in taken


def test_what_changed_while_redis_hung_is_told_to_the_maps_afterwards(own: Own, county: Scene) -> None:
    root = county.town.county.path
    before = state.stamp(root, now(), slot_s=600)
    assert before

    own.hang()
    issue = county.report(category="road.light")
    county.report(category="road.light")
    assert state.stamp(root, now(), slot_s=600) is None
    own.go_on()

    after = state.stamp(root, now(), slot_s=600)
    assert after
    assert after.epoch == before.epoch
    assert after.number > before.number
    assert state.changed_since(root, before.number, at_most=10) == [issue.path]
    assert state._untold == set()


def test_session_that_was_ended_while_redis_hung_does_not_come_back(own: Own, county: Scene) -> None:
    browser = Client()
    browser.force_login(county[Role.VILLAGE_SECRETARY])
    assert browser.get(reverse("queue")).status_code == 200
    kept = browser.cookies.output()

    own.hang()
    browser.post(reverse("logout"))
    thief = Client()
    thief.cookies.load(kept.replace("Set-Cookie: ", ""))
    own.go_on()

    assert thief.get(reverse("queue")).status_code == 302


def test_cache_when_redis_is_away_keeps_nothing_and_raises_nothing(own: Own) -> None:
    cache.set("a", 1)
    own.refuse()

    assert cache.get("a", "none") == "none"
    assert cache.get_many(["a"]) == {}
    assert cache.get_or_set("a", lambda: 2) == 2
    assert "a" not in cache
    assert not cache.add("b", 1)
    assert not cache.touch("a")
    assert not cache.delete("a")
    cache.set_many({"c": 1})
    cache.delete_many(["c"])
    with pytest.raises(ValueError, match="Redis is away"):
        cache.incr("a")


@pytest.mark.parametrize("fail", AWAY.values(), ids=AWAY)
def test_task_that_is_asked_for_does_not_wait_for_the_broker(
    own: Own, caplog: pytest.LogCaptureFixture, fail: Callable[[Own], None]
) -> None:
    app = Celery("asker", broker=own.url, set_as_current=False)
    app.conf.broker_transport_options = {"socket_timeout": 0.1, "socket_connect_timeout": 0.1}

    @app.task(name="nothing", lazy=False)
    def nothing() -> None:
        """Never done: nobody works for this broker."""

    fail(own)

    sender = tasks.ask(nothing)
    sender.join(timeout=servers.PATIENCE_S)

    assert not sender.is_alive()
    assert "nothing was not asked for" in caplog.text


def test_switch_when_a_process_is_forked_is_found_out_anew(own: Own) -> None:
    own.hang()
    with pytest.raises(redis_py.RedisError):
        memory.client(own.url).ping()
    assert own.switch.is_away

    memory._forget_all()

    assert not own.switch.is_away


def _report(county: Scene) -> dict[str, object]:
    point = county.town.inside("A")
    return answers(lon=point.x, lat=point.y, accuracy=12, join="new")


def _code(address: str) -> str:
    return address.split("/t/")[1].split("/")[0].replace("-", "")


def _chains() -> list[tuple[int, str, int, str]]:
    return list(Issue.objects.order_by("pk").values_list("pk", "number", "event_count", "head"))
