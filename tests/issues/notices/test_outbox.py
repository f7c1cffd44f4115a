"""The outbox: many notices, several workers, ways out that do not keep one another."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues.models import Event, Notice, Outlet
from issues.notices import sending
from issues.terms import Verb
from representatives.models import Person
from tests.issues import factories as make
from tests.issues.factories import MONDAY, do
from tests.issues.notices.outlets import DAY, S, outlet, states, with_mail, written


def test_ten_thousand_notices_go_in_few_statements_and_little_memory(county, mailoutbox):
    people = Person.objects.bulk_create(
        Person(username=f"p{n}", name=f"p{n}", email=f"p{n}@example.org", password="!") for n in range(200)
    )
    written(county, people, 50, MONDAY)
    held: list[int] = []
    real = sending._Run._letters

    def counting(run, due):
        held.append(len(due))
        return real(run, due)

    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as asked:
        patch.setattr(sending._Run, "_letters", counting)
        patch.setattr(sending, "RUN_S", 600.0)
        assert sending.announce(at=MONDAY) == 10_000

    assert len(mailoutbox) == 200
    assert max(held) <= sending.NOTICES
    assert len(asked) < 300
    assert states("email") == {S.SENT: 10_000}


def test_way_out_that_hangs_does_not_keep_the_others(county, server, mailoutbox):
    outlet(server, "webhook", verbs=["accept"])
    with_mail(county["pr1"])
    server.hangs = True
    make.accepted(county, MONDAY)

    sending.announce(at=MONDAY)

    assert len(mailoutbox) == 1
    assert states("webhook") == {S.FAILED: 1}


@pytest.mark.django_db(transaction=True)
def test_second_worker_leaves_a_way_out_that_another_is_emptying(server):
    from threading import Thread

    county = make.county()
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)
    found: list[int] = []

    def other() -> None:
        found.append(sending.deliver(door.pk, at=MONDAY))
        connection.close()

    with sending._alone(door.pk) as is_free:
        assert is_free
        thread = Thread(target=other)
        thread.start()
        thread.join(20)

    assert found == [0]
    assert server.came == []
    assert sending.deliver(door.pk, at=MONDAY) == 1


def test_event_that_nobody_hears_of_writes_nothing(county):
    issue = make.in_hand(county, MONDAY)
    before = Notice.objects.count()

    do(issue, Verb.NOTE, county["pr1"], MONDAY)

    assert Notice.objects.count() == before
    assert Event.objects.filter(verb=Verb.NOTE).exists()


def test_announcing_gives_every_way_out_a_task_of_its_own(county, server, monkeypatch):
    from issues import tasks

    with_mail(county["pr1"])
    door = outlet(server, "webhook", verbs=["accept"])
    held = outlet(server, "wecom", held_until=MONDAY + 10_000 * DAY)
    make.accepted(county, MONDAY)
    sent: list[int] = []
    monkeypatch.setattr(tasks.deliver, "apply_async", lambda args, **more: sent.append(args[0]))

    tasks.announce()

    assert sorted(sent) == sorted([door.pk, Outlet.objects.get(channel="email").pk])
    assert held.pk not in sent
