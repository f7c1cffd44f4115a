"""The duty telephone: it rings for a danger, day and night, until somebody has made it safe; for nothing else."""

from __future__ import annotations

import pytest

from issues import sweeps
from issues.models import Issue, Notice, NoticeChoice, Outlet
from issues.notices import sending
from issues.terms import Urgency, Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do
from tests.issues.notices.outlets import HOUR, MINUTE, S, states
from tests.issues.receiver import Receiver

NIGHT = china("2024-09-23 22:40")


@pytest.fixture
def phone(settings, server: Receiver, county: make.County) -> Receiver:
    """A gateway that rings, and the secretary's duty telephone."""
    fields = {"to": "{phone}", "say": "{text}", "id": "{id}", "apikey": "{key}"}
    settings.CALL = {**settings.CALL, "url": server.url, "fields": fields, "key": "c-1", "success": "code=0", "refused": "code=9"}
    server.says({"code": 0})
    NoticeChoice.objects.create(person=county["vs1"], mobile="13800000001", chosen={"now:sms": False, "now:email": False})
    return server


def danger(county: make.County, at=NIGHT) -> Issue:
    """Somebody is in danger; the people of the cell and the secretary are to come."""
    return make.reported(county, at, danger=True)


def test_danger_at_night_rings_at_once_and_says_which_and_where(county: make.County, phone: Receiver):
    issue = danger(county)
    assert issue.urgency == Urgency.CRITICAL

    sending.announce(at=NIGHT)

    (came,) = phone.came
    assert (came.json["to"], came.json["apikey"]) == ("13800000001", "c-1")
    assert county.areas["K.T1.V1"].name in came.json["say"]
    assert issue.category.name in came.json["say"]
    assert issue.title not in came.json["say"]
    assert states("call") == {S.SENT: 1}
    assert Outlet.objects.get(channel="call").last_sent_at == NIGHT


def test_urgent_and_ordinary_matters_ring_nobody(county: make.County, phone: Receiver):
    make.reported(county, MONDAY, about="energy.wire")
    make.accepted(county, MONDAY)

    sending.announce(at=MONDAY)

    assert phone.came == []


def test_whoever_left_no_number_is_not_rung(county: make.County, phone: Receiver):
    danger(county)

    assert set(Notice.objects.filter(channel="call").values_list("person", flat=True)) == {county["vs1"].pk}


def test_step_by_which_nobody_new_has_to_come_rings_nobody(county: make.County, phone: Receiver):
    issue = danger(county)
    Notice.objects.all().delete()

    do(issue, Verb.ACCEPT, county["gm1"], NIGHT)
    do(issue, Verb.CONTACT, county["pr1"], NIGHT)

    assert not Notice.objects.filter(channel="call").exists()


def test_telephone_rings_no_more_once_it_is_safe(county: make.County, phone: Receiver):
    issue = danger(county)
    phone.status = 503
    sending.announce(at=NIGHT)
    assert states("call") == {S.FAILED: 1}
    do(issue, Verb.MAKE_SAFE, county["gm1"], NIGHT + 5 * MINUTE, text="cordoned off")
    phone.status, before = 200, len(phone.came)

    sending.announce(at=NIGHT + HOUR)

    assert len(phone.came) == before
    assert states("call") == {S.UNWANTED: 1}
    assert Notice.objects.get(channel="call").last_error == "Nobody is in danger any more."


def test_gateway_that_is_down_is_tried_again_and_the_call_goes_under_the_same_key(county: make.County, phone: Receiver):
    danger(county)
    phone.says({"code": 5})
    sending.announce(at=NIGHT)
    phone.says({"code": 0})

    sending.announce(at=NIGHT + MINUTE)

    assert len({came.json["id"] for came in phone.came}) == 1
    assert states("call") == {S.SENT: 1}


def test_window_for_making_it_safe_that_passes_rings_again(county: make.County, phone: Receiver):
    issue = danger(county)
    do(issue, Verb.ACCEPT, county["vs1"], NIGHT)
    sending.announce(at=NIGHT)
    before = len(phone.came)

    sweeps.warn(at=NIGHT + 2 * HOUR + MINUTE)
    sending.announce(at=NIGHT + 2 * HOUR + MINUTE)

    assert len(phone.came) > before


def test_without_a_gateway_nothing_waits_for_one(county: make.County, settings):
    NoticeChoice.objects.create(person=county["vs1"], mobile="13800000001")
    danger(county)

    assert not Notice.objects.filter(channel="call").exists()
