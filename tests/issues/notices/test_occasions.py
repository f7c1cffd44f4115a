"""Told besides issues: a village notice waits for its second person and is decided, a suggestion waits for its answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction

from issues.community import public_notices, suggestions
from issues.community.public_notices import Words
from issues.community.suggestions import Said
from issues.errors import Refusal
from issues.models import Notice, NoticeChoice, Occasion, PublicNotice, SlaPolicy, Suggestion
from issues.notices import sending
from representatives.models import Person
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, china
from tests.issues.notices.outlets import DAY, HOUR, S, states, with_mail
from tests.representatives.factories import area, post

Kind = Occasion.Kind
VILLAGE = "K.T1.V1"
TITLE, TEXT = "饮水井消毒通知", "周五上午八点起停水半天。"


def written(county: make.County, at: datetime = MONDAY, by: str = "vs1") -> PublicNotice:
    words = Words(title=TITLE, text=TEXT, shown_from=at.date(), shown_until=at.date() + timedelta(days=30))
    return public_notices.write(uuid4(), county.areas[VILLAGE], words, by=county[by], at=at)


def left(county: make.County, by: Person | None = None, at: datetime = MONDAY) -> Suggestion:
    said = Said(kind="complaint", about="twice", text="同一件事要填三遍。", area=county.areas["K"])
    return suggestions.leave(uuid4(), said, by=by, at=at)


def told(kind: str, channel: str = "in_app") -> set[str]:
    """User names of those who were told of such an occasion by that way."""
    return set(Notice.objects.filter(occasion__kind=kind, channel=channel).values_list("person__username", flat=True))


def names(*people: Person) -> set[str]:
    return {person.username for person in people}


def test_notice_of_a_village_when_written_is_told_to_its_township_alone(county: make.County):
    notice = written(county)

    assert told(Kind.NOTICE_WAITS) == names(county["tc1"])
    row = Notice.objects.get(occasion__kind=Kind.NOTICE_WAITS)
    assert (row.event, row.state, row.announced_at, row.read_at) == (None, S.SENT, MONDAY, None)
    assert row.occasion is not None
    assert (row.occasion.public_notice, row.occasion.area) == (notice, county.areas[VILLAGE])


def test_writer_who_also_holds_the_desk_of_the_township_is_not_told_of_their_own(county: make.County):
    post(Role.TOWNSHIP_COMMITTEE, county.areas[make.T1], county["vs1"], since=MONDAY - DAY)

    written(county)

    assert told(Kind.NOTICE_WAITS) == names(county["tc1"])


def test_repeat_of_the_form_tells_nobody_twice(county: make.County):
    key, today = uuid4(), MONDAY.date()
    words = Words(title=TITLE, text=TEXT, shown_from=today, shown_until=today)

    for _each in range(2):
        public_notices.write(key, county.areas[VILLAGE], words, by=county["vs1"], at=MONDAY)

    assert Occasion.objects.count() == Notice.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "kind"),
    [("released", Kind.NOTICE_RELEASED), ("sent_back", Kind.NOTICE_SENT_BACK), ("taken_down", Kind.NOTICE_TAKEN_DOWN)],
)
def test_writer_is_told_what_the_township_decided(county: make.County, step: str, kind: str):
    notice = written(county)

    public_notices.decide(notice.pk, step, reason="日期有误。" if step != "released" else "", by=county["tc1"], at=MONDAY + HOUR)

    assert told(kind) == names(county["vs1"])


def test_township_that_released_it_is_told_when_the_village_takes_it_down(county: make.County):
    notice = written(county)
    public_notices.decide(notice.pk, "released", by=county["tc1"], at=MONDAY + HOUR)

    public_notices.decide(notice.pk, "taken_down", reason="已恢复供水。", by=county["vs1"], at=MONDAY + 2 * HOUR)

    assert told(Kind.NOTICE_TAKEN_DOWN) == names(county["tc1"])


def test_step_that_is_refused_tells_nobody(county: make.County):
    notice = written(county)

    with pytest.raises(Refusal):
        public_notices.decide(notice.pk, "sent_back", reason="", by=county["tc1"], at=MONDAY)

    assert set(Occasion.objects.values_list("kind", flat=True)) == {Kind.NOTICE_WAITS}


def test_suggestion_when_left_is_told_to_those_who_answer_for_the_platform_of_that_county(county: make.County):
    made = left(county)

    assert told(Kind.SUGGESTION_WAITS) == names(county["admin"], county["duc"], county["duc2"])
    assert {notice.occasion.by for notice in Notice.objects.all() if notice.occasion} == {None}
    assert Occasion.objects.get().suggestion == made


def test_suggestion_of_somebody_who_answers_does_not_give_them_away(county: make.County):
    left(county, by=county["admin"])

    assert told(Kind.SUGGESTION_WAITS) == names(county["admin"], county["duc"], county["duc2"])


def test_suggestion_is_kept_where_nobody_answers_and_no_policy_says_when_night_is(db: None):
    alone = area("Z")

    made = suggestions.leave(uuid4(), Said(kind="complaint", about="twice", text="太难用。", area=alone), by=None, at=MONDAY)

    assert made.pk
    assert not Occasion.objects.exists()
    somebody = post(Role.SYSTEM_ADMIN, alone, since=MONDAY - DAY)
    assert not SlaPolicy.objects.exists()
    suggestions.leave(uuid4(), Said(kind="complaint", about="twice", text="太难用。", area=alone), by=None, at=MONDAY)
    assert Notice.objects.get().person == somebody


def test_what_is_written_at_night_is_told_in_the_morning(county: make.County):
    written(county, china("2024-09-23 23:10"))

    row = Notice.objects.get()
    assert (row.state, row.announced_at, row.not_before) == (S.WAITING, None, china("2024-09-24 07:00"))
    assert sending.announce(at=china("2024-09-24 06:59")) == 0
    assert sending.announce(at=china("2024-09-24 07:00")) == 1


def test_mail_says_what_it_is_and_where_and_not_a_word_of_it(county: make.County, mailoutbox: list[EmailMessage], settings):
    settings.PUBLIC_URL = "https://grid.example.cn"
    with_mail(county["tc1"])
    written(county)

    sending.announce(at=MONDAY)

    (letter,) = mailoutbox
    assert letter.subject == f"{county.areas[VILLAGE].name}: a village notice waits to be released"
    assert "https://grid.example.cn/villages/notices/?tab=waiting" in letter.body
    assert TITLE not in letter.body
    assert states("email") == {S.SENT: 1}


def test_letter_that_tells_of_an_issue_and_of_a_notice_has_a_part_for_each(county: make.County, mailoutbox: list[EmailMessage]):
    with_mail(county["tc1"])
    issue = make.reported(county, MONDAY, about="road.bridge")
    written(county)

    sending.announce(at=MONDAY)

    (letter,) = mailoutbox
    assert letter.subject == "2 notices"
    assert issue.number in letter.body
    assert "a village notice waits to be released" in letter.body


def test_sms_comes_only_to_who_asked_for_it(county: make.County, gateway):
    NoticeChoice.objects.create(person=county["tc1"], mobile="13800000001", chosen={"now:sms": True})
    written(county)

    sending.announce(at=MONDAY)

    (came,) = gateway.came
    assert came.json["to"] == "13800000001"
    assert TITLE not in came.json["content"]


def test_row_that_tells_of_both_or_of_nothing_is_refused_by_the_database(county: make.County):
    issue = make.reported(county, MONDAY)
    written(county)
    row = Notice.objects.get(occasion__isnull=False)

    for wrong in ({"event": issue.events.get()}, {"occasion": None}, {"person": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.filter(pk=row.pk).update(**wrong)
