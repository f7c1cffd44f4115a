"""Robots of group chats: numbers and dates, and nobody's name."""

from __future__ import annotations

import base64
import hashlib
import hmac

from issues import sweeps
from issues.notices import sending
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do
from tests.issues.notices.outlets import MINUTE, S, outlet, states


def test_robots_post_numbers_and_dates_to_the_group_and_name_nobody(county, server):
    outlet(server, "wecom", area=county.areas[make.T1])
    outlet(server, "dingtalk", area=county.areas[make.T1], secret="SECabc")
    issue = make.in_hand(county, MONDAY)

    sending.announce(at=MONDAY)

    wecom, ding = server.came
    assert wecom.json["msgtype"] == "markdown"
    assert issue.number in wecom.json["markdown"]["content"]
    assert set(ding.query) == {"key", "timestamp", "sign"}
    digest = hmac.new(b"SECabc", f"{ding.query['timestamp']}\nSECabc".encode(), hashlib.sha256).digest()
    assert ding.query["sign"] == base64.b64encode(digest).decode()
    names = [person.name for person in county.people.values() if person.name]
    for came in server.came:
        assert not any(name in came.body.decode() for name in [*names, issue.title])


def test_robot_that_says_no_in_its_body_has_failed_and_too_often_waits_a_minute(county, server):
    door = outlet(server, "wecom")
    make.reported(county, MONDAY)
    server.says({"errcode": 45009, "errmsg": "api freq out of limit"})
    sending.deliver(door.pk, at=MONDAY)
    assert states("wecom") == {S.WAITING: 1}  # nobody is at fault

    server.says({"errcode": 93000, "errmsg": "invalid webhook url"})
    sending.deliver(door.pk, at=MONDAY + MINUTE)
    door.refresh_from_db()

    assert states("wecom") == {S.FAILED: 1}
    assert "93000" in door.last_error


def test_digest_of_a_group_says_only_how_many(county, server):
    outlet(server, "wecom", verbs=["warn"])
    issues = [make.in_hand(county, MONDAY, about="env.waste") for _ in range(3)]
    for issue in issues:
        do(issue, Verb.CONTACT, county["pr1"], MONDAY)
    sweeps.warn(at=china("2024-09-25 08:45"))
    sending.announce(at=china("2024-09-25 23:00"))
    assert server.came == []

    sending.announce(at=china("2024-09-26 08:30"))

    text = server.came[0].json["markdown"]["content"]
    assert len(server.came) == 1
    assert "[green] 3" in text
    assert not any(issue.number in text for issue in issues)
