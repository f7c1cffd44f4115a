"""Who wants what: the ways out that people chose, within the policy."""

from __future__ import annotations

import pytest

from issues import sweeps
from issues.models import Notice, NoticeChoice
from issues.notices import sending, ways
from issues.notices.ways import Reach, out_of_program
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china, do
from tests.issues.notices.outlets import with_mail

FULL = Reach(email=True, mobile=True)


@pytest.mark.parametrize(
    ("reach", "kind", "urgency", "demanded", "expected"),
    [
        (FULL, "now", "normal", False, ("email",)),
        (FULL, "warning", "normal", False, ("email", "sms")),
        (FULL, "digest", "normal", False, ("email",)),
        (FULL, "now", "critical", True, ("email", "sms")),
        (Reach(email=True, mobile=True, chosen={"now:email": False}), "now", "normal", False, ()),
        (Reach(email=True, mobile=True, chosen={"warning:email": False, "warning:sms": False}), "warning", "normal", False, ()),
        (
            Reach(email=True, mobile=True, chosen={"warning:email": False, "warning:sms": False}),
            "warning",
            "normal",
            True,
            ("email", "sms"),
        ),
        (Reach(email=True, mobile=True, chosen={"warning:email": False}), "warning", "normal", True, ("sms",)),
        (Reach(), "warning", "critical", True, ()),
        (FULL, "now", "urgent", False, ("email", "sms")),
        (Reach(email=True, mobile=True, chosen={"now:sms": False}), "now", "urgent", False, ("email",)),
        (Reach(email=True, mobile=True, chosen={"now:sms": False}), "now", "critical", True, ("email", "sms")),
        (Reach(email=True, mobile=True, chosen={"now:email": False}), "now", "critical", True, ("email", "sms")),
        (FULL, "digest", "critical", True, ("email",)),
    ],
)
def test_ways_out_follow_what_people_chose_within_the_policy(gateway, reach, kind, urgency, demanded, expected):
    assert out_of_program(reach, kind, urgency=urgency, demanded=demanded) == expected


def test_warning_at_the_limit_reaches_who_has_switched_everything_off(county, mailoutbox):
    person = with_mail(county["pr1"])
    NoticeChoice.objects.create(person=person, chosen={f"{kind}:email": False for kind in ways.KINDS})
    issue = make.in_hand(county, MONDAY, about="env.waste")
    do(issue, Verb.CONTACT, person, MONDAY)

    for at in ("2024-09-25 08:45", "2024-09-26 09:54", "2024-09-26 17:30"):
        sweeps.warn(at=china(at))
    sending.announce(at=china("2024-09-27 08:30"))

    sent = Notice.objects.filter(person=person, channel="email")
    assert [notice.step.facts["step"] for notice in sent] == [2]
    assert len(mailoutbox) == 1
