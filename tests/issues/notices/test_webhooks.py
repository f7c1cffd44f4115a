"""Webhooks: signed, for their area and verbs alone, and tried again under the same id."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest

from issues.notices import sending
from tests.issues import factories as make
from tests.issues.factories import MONDAY
from tests.issues.notices.outlets import MINUTE, S, outlet, states


def test_webhook_is_signed_over_id_time_and_body_and_tells_no_word_and_no_person(county, server):
    door = outlet(server, "webhook", verbs=["accept"], area=county.areas[make.T1])
    issue = make.accepted(county, MONDAY)

    assert sending.announce(at=MONDAY) == 1

    came = server.came[0]
    key, at = came.headers["webhook-id"], came.headers["webhook-timestamp"]
    secret = base64.b64decode((door.secret or "").removeprefix("whsec_"))
    expected = hmac.new(secret, f"{key}.{at}.".encode() + came.body, hashlib.sha256).digest()
    assert came.headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert came.json["type"] == "issue.accept"
    assert came.json["data"]["issue"] == issue.number
    told = came.body.decode()
    assert issue.title not in told
    assert county["gm1"].name not in told


def test_webhook_hears_of_its_area_and_verbs_alone_and_never_of_what_is_sealed(county, server):
    outlet(server, "webhook", verbs=["submit"], area=county.areas[make.T2])
    make.accepted(county, MONDAY)
    make.reported(county, MONDAY, about="village.conduct", path=make.CELLS[4])
    ours = make.reported(county, MONDAY, path=make.CELLS[4])

    sending.announce(at=MONDAY)

    assert [came.json["data"]["issue"] for came in server.came] == [ours.number]


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [(500, {}, MINUTE), (404, {}, MINUTE), (429, {"Retry-After": "600"}, 10 * MINUTE), (302, {}, MINUTE)],
)
def test_webhook_that_is_not_taken_is_tried_again_with_the_same_id(county, server, status, headers, waits):
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)
    server.status, server.headers = status, {**headers, "Location": "http://127.0.0.1:1/"}

    assert sending.deliver(door.pk, at=MONDAY) == 0
    door.refresh_from_db()
    assert door.held_until == MONDAY + waits
    assert str(status) in door.last_error
    assert sending.deliver(door.pk, at=MONDAY + waits - timedelta(seconds=1)) == 0
    server.status = 200
    assert sending.deliver(door.pk, at=MONDAY + waits) == 1

    assert len({came.headers["webhook-id"] for came in server.came}) == 1
    assert len(server.came) == 2
    door.refresh_from_db()
    assert (door.failures, door.failing_since, door.held_until, door.last_error) == (0, None, None, "")


def test_webhook_that_is_gone_is_switched_off(county, server):
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)
    server.status = 410

    sending.announce(at=MONDAY)
    make.reported(county, MONDAY)

    door.refresh_from_db()
    assert not door.is_active
    assert states("webhook") == {S.GIVEN_UP: 1}


@pytest.mark.parametrize("way", ["hangs", "endless"])
def test_server_that_never_comes_to_an_end_is_left(county, server, way):
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)
    setattr(server, way, True)

    assert sending.deliver(door.pk, at=MONDAY) == 0

    assert states("webhook") == {S.FAILED: 1}


def test_worker_killed_between_sending_and_noting_sends_again_under_the_same_id(county, server, monkeypatch):
    door = outlet(server, "webhook", verbs=["submit"])
    make.reported(county, MONDAY)

    class Killed(BaseException):
        """As if the process had gone."""

    def dies(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("issues.querysets.notices.NoticeQuerySet.gone", dies)
        with pytest.raises(Killed):
            sending.deliver(door.pk, at=MONDAY)
    assert states("webhook") == {S.WAITING: 1}
    sending.deliver(door.pk, at=MONDAY)

    assert len(server.came) == 2
    assert len({came.headers["webhook-id"] for came in server.came}) == 1
