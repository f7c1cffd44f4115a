"""Letters to units: by the supervision office alone, about issues that are with the unit, answered once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from issues import services
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import Issue, Notice, ReminderLetter
from issues.services.letters import Draft
from issues.terms import Verb
from representatives.roles import Role
from tests import provinces
from tests.issues import factories as make
from tests.issues import heat_factories
from tests.issues.factories import MONDAY, china, told

LATE = china("2024-12-02 09:00")
KIND = ReminderLetter.Kind

pytestmark = pytest.mark.django_db


def draft(county: make.County, *issues: Issue, unit: str = "roads", **more: Any) -> Draft:
    given: dict[str, Any] = {"uuid": uuid4(), "kind": KIND.SUPERVISION, "text": "请于期限内办结。", "reply_by": None, **more}
    return Draft(unit=county.units[unit], issues=[issue.pk for issue in issues], **given)


def sent(county: make.County, *issues: Issue, **more: Any) -> ReminderLetter:
    return services.send_letter(draft(county, *issues, **more), by=county["duc"], at=LATE)


def test_letter_is_numbered_names_its_issues_and_tells_the_unit_once(county):
    first, second = make.at_red(county, MONDAY), make.at_red(county, MONDAY)
    letter = sent(county, first, second)

    assert letter.number.startswith("2024-D")
    assert (letter.unit, letter.issued_by, letter.reply_due_at) == (county.units["roads"], county["duc"], china("2024-12-09 17:30"))
    assert {(item.issue, item.due_at) for item in letter.items.all()} == {(i, i.level_due_at) for i in (first, second)}
    for issue in (first, second):
        event = issue.events.get(verb=Verb.LETTER)
        assert (event.facts["letter"], event.actor, event.is_public) == (letter.number, Role.SUPERVISION_OFFICE, False)
    notices = Notice.objects.filter(event__verb=Verb.LETTER, channel="in_app")
    assert [notice.person for notice in notices] == [county["roads"]]


@pytest.mark.parametrize(("kind", "due"), [(KIND.SUPERVISION, "2024-12-09 17:30"), (KIND.ADVICE, "2024-12-16 17:30")])
def test_answer_is_due_as_the_policy_says_of_the_kind(county, kind, due):
    assert sent(county, make.at_red(county, MONDAY), kind=kind).reply_due_at == china(due)


@pytest.mark.parametrize("who", ["leader", "tc1", "roads", "organisation", "admin"])
def test_only_the_supervision_office_writes_letters(county, who):
    issue = make.at_red(county, MONDAY)

    with pytest.raises(Forbidden):
        services.send_letter(draft(county, issue), by=county[who], at=LATE)

    assert not ReminderLetter.objects.exists()


def test_issue_that_is_not_with_the_unit_is_not_told_to_it(county):
    issue = make.at_red(county, MONDAY)

    with pytest.raises(Refusal, match="is not with") as refused:
        sent(county, issue, unit="power")

    assert refused.value.field == "issues"


def test_issue_out_of_sight_cannot_be_named(county):
    issue = make.in_hand(county, LATE)  # green, in time: the office does not see it

    with pytest.raises(OutOfScope):
        sent(county, issue, unit="township1")


@pytest.mark.parametrize(
    ("more", "field"),
    [({"text": "  "}, "text"), ({"text": "长" * 4001}, "text"), ({"reply_by": date(2024, 12, 1)}, "reply_by")],
)
def test_letter_needs_words_and_a_day_ahead(county, more, field):
    with pytest.raises(Refusal) as refused:
        sent(county, make.at_red(county, MONDAY), **more)

    assert refused.value.field == field


def test_letter_without_an_issue_is_refused(county):
    with pytest.raises(Refusal, match="Choose at least one issue"):
        sent(county)


def test_township_is_written_to_about_what_its_committee_holds(county):
    issue = make.at_yellow(county, MONDAY)

    assert sent(county, issue, unit="township1").unit == county.units["township1"]
    with pytest.raises(Refusal, match="is not with"):
        sent(county, issue, unit="township2")


def test_form_that_is_sent_twice_is_one_letter(county):
    issue = make.at_red(county, MONDAY)
    once = draft(county, issue)

    letters = {services.send_letter(once, by=county["duc"], at=LATE).number for _ in range(2)}

    assert len(letters) == 1
    assert issue.events.filter(verb=Verb.LETTER).count() == 1


def test_unit_answers_once_and_the_office_is_told(county):
    issue = make.at_red(county, MONDAY)
    letter = sent(county, issue)
    assert (letter.state(LATE), letter.state(china("2024-12-09 17:31"))) == ("awaiting", "late")
    with pytest.raises(Forbidden):
        services.answer_letter(letter.number, "not mine", by=county["duc"], at=LATE)
    with pytest.raises(OutOfScope):
        services.answer_letter(letter.number, "not mine", by=county["power"], at=LATE)
    with pytest.raises(Refusal, match="Write the answer"):
        services.answer_letter(letter.number, " ", by=county["roads"], at=LATE)

    services.answer_letter(letter.number, "下周完工", by=county["roads"], at=LATE)

    letter.refresh_from_db()
    assert (letter.reply, letter.replied_by, letter.state(LATE)) == ("下周完工", county["roads"], "answered")
    assert told(issue, Verb.ANSWER_LETTER) == {Role.SUPERVISION_OFFICE}
    with pytest.raises(Refusal, match="answered once"):
        services.answer_letter(letter.number, "noch einmal", by=county["roads"], at=LATE)


def test_letters_are_seen_by_the_office_the_leaders_and_the_unit(county):
    letter = sent(county, make.at_red(county, MONDAY))

    def seen(who: str) -> bool:
        return ReminderLetter.objects.visible_to(county[who], LATE).filter(pk=letter.pk).exists()

    assert {who for who in ("duc", "leader", "roads", "power", "tc1", "vs1", "admin", "auditor") if seen(who)} == {
        "duc", "leader", "roads",
    }  # fmt: skip


def test_late_issues_in_a_province_are_counted_by_the_place_that_holds_them_too(db):
    cells = provinces.counties("AB", make.LONG_AGO)
    village = cells["A"][0].parent
    assert village
    assert village.parent
    assert village.parent.parent
    late = {"level_due_at": MONDAY, "level": 30}
    heat_factories.issue(cells["A"][0], heat_factories.category(), MONDAY, **late)
    heat_factories.issue(cells["B"][1], heat_factories.category(), MONDAY, **late | {"level": 20})
    heat_factories.issue(village, heat_factories.category(), MONDAY, **late)
    heat_factories.issue(village.parent.parent, heat_factories.category(), MONDAY, **late)

    found = Issue.objects.overdue(LATE).late_by_holder()

    assert sorted(found) == [(None, 20, "P.F.B.BT.BV", 1), (None, 30, "P.F.A.", 1), (None, 30, "P.F.A.AT", 2)]


def test_late_issues_are_counted_by_who_holds_them(county):
    make.at_red(county, MONDAY)
    make.at_yellow(county, MONDAY)
    make.at_blue(county, MONDAY)

    found = Issue.objects.overdue(LATE).late_by_holder()

    assert sorted((lead or 0, level, path, n) for lead, level, path, n in found) == sorted(
        [(county.units["roads"].pk, 40, "", 1), (0, 30, make.T1, 1), (0, 20, make.V1, 1)]
    )
