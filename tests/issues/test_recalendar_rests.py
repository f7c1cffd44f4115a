"""A date that a rest has moved follows a later change of the calendar: as if the days had been known from the beginning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from issues import policy, sweeps
from issues.models import EscalationRequest, Issue, SubTask
from issues.terms import Verb
from issues.timing.rests import Rests
from tests.issues import factories as make
from tests.issues.factories import china, do, stored_calendar
from tests.issues.test_county_calendar import applied, dates

MONDAY = china("2024-09-02 09:00")  # the week of 16 to 20 September has a holiday on Monday and Tuesday, a worked Saturday before
Change = dict[date, bool | None]
Story = Callable[[make.County, list[datetime]], Issue]

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> make.County:
    return make.county()


def rest(county: make.County, issue: Issue, asker: str, signer: str, since: datetime, until: datetime) -> None:
    """Without money from one moment to the other: the requester, or here the holder, sets it going again."""
    asked = {"suspension": "funds", "reason": "no money", "resume_on": (until + timedelta(days=9)).date().isoformat()}
    do(issue, Verb.ASK_SUSPENSION, county[asker], since, **asked)
    do(issue, Verb.SUSPEND, county[signer], since)
    do(issue, Verb.RESUME, county[signer], until)


def green(county: make.County, times: list[datetime]) -> Issue:
    """In hand since Monday; each pair of times a rest."""
    issue = make.in_hand(county, MONDAY, about="env.waste")
    for since, until in zip(times[::2], times[1::2], strict=True):
        rest(county, issue, "pr1", "vs1", since, until)
    return issue


def yellow(county: make.County, times: list[datetime]) -> Issue:
    issue = make.at_yellow(county, MONDAY, about="env.waste")
    for since, until in zip(times[::2], times[1::2], strict=True):
        rest(county, issue, "tc1", "duc", since, until)
    return issue


def proposed(county: make.County, times: list[datetime]) -> Issue:
    """Proposed for the red list on Monday; the county's time to decide rests as well."""
    issue = make.proposed(county, MONDAY, about="env.waste")
    for since, until in zip(times[::2], times[1::2], strict=True):
        rest(county, issue, "tc1", "duc", since, until)
    return issue


ONE = [china("2024-09-03 10:00"), china("2024-09-06 11:00")]
LONG = [china("2024-09-03 10:00"), china("2024-09-24 11:00")]  # over the holiday
TWO = [*ONE, china("2024-09-09 10:00"), china("2024-09-12 09:00")]
DAYS: dict[str, Change] = {
    "before the rest": {date(2024, 9, 3): False},
    "in the rest": {date(2024, 9, 5): False},
    "on its last day": {date(2024, 9, 6): False},
    "in the second rest": {date(2024, 9, 11): False},
    "a Saturday in the rest is worked": {date(2024, 9, 7): True},
    "after the rests": {date(2024, 9, 13): False},
    "many": {date(2024, 9, 5): False, date(2024, 9, 10): False, date(2024, 9, 14): False, date(2024, 9, 8): True},
}


@pytest.mark.parametrize("days", DAYS.values(), ids=DAYS.keys())
@pytest.mark.parametrize("times", [ONE, LONG, TWO], ids=["once", "long", "twice"])
@pytest.mark.parametrize("story", [green, yellow, proposed], ids=["green", "yellow", "proposed"])
def test_rested_issue_stands_after_the_change_as_one_that_knew_the_days(county, story: Story, times, days):
    moved = story(county, times)
    applied(county, days, at=times[-1] + timedelta(hours=1))
    fresh = story(county, times)

    now, then = dates(moved), dates(fresh)

    for column in ("level_since", "level_due_at", "total_due_at", "contact_due_at", "decide_due_at", "climb_at"):
        assert now[column] == then[column], column
    slips = EscalationRequest.objects.pending().values_list("decide_by", flat=True)
    assert len(set(slips)) <= 1


def test_change_that_does_not_touch_the_days_moves_nothing(county):
    issue = green(county, ONE)
    before = dates(issue)

    applied(county, {date(2024, 12, 25): False}, at=china("2024-09-06 12:00"))

    assert dates(issue) == before


def test_day_that_a_leader_signed_stays_but_the_rest_since_follows_the_calendar(county):
    issue = make.at_red(county, MONDAY)
    Issue.objects.update(nature="legacy")  # it may be listed before it is late
    issue.refresh_from_db()
    given = {"leader": county["leader"].pk, "due": "2024-09-30", "public_line": "挂牌", "reason": "历史遗留"}
    do(issue, Verb.PROPOSE_LISTED, county["duc"], MONDAY, **given)
    do(issue, Verb.LIST, county["leader"], MONDAY, **given)
    rest(county, issue, "roads", "leader", *ONE)
    natural = policy.terms(issue.policy_id).limit(issue.level, issue.urgency, issue.request_type).is_natural
    old = Rests(((ONE[0], ONE[1]),), natural).moved(china("2024-09-30 17:30"), stored_calendar())
    assert issue.level_due_at == old

    applied(county, {date(2024, 9, 5): False, date(2024, 9, 30): False}, at=china("2024-09-06 12:00"))

    expected = Rests(((ONE[0], ONE[1]),), natural).moved(china("2024-09-30 17:30"), stored_calendar())
    assert dates(issue)["level_due_at"] == expected


def test_level_that_began_after_a_rest_is_not_moved_by_it(county):
    issue = green(county, ONE)
    at = china("2024-09-06 15:00")
    do(issue, Verb.ESCALATE, county["pr1"], at, tried="asked around")
    before = dates(issue)["level_due_at"]

    applied(county, {date(2024, 9, 5): False}, at=at + timedelta(hours=1))  # in the rest, before the level began

    assert dates(issue)["level_due_at"] == before


# --- parts of others ---
def helped(county: make.County) -> tuple[Issue, SubTask]:
    issue = make.at_yellow(county, MONDAY, about="env.waste")
    do(issue, Verb.ASK_HELP, county["tc1"], MONDAY, units=[county.units["power"].pk], task="cut the line")
    return issue, SubTask.objects.get(issue=issue)


def test_part_of_a_unit_is_due_later_by_the_rest_and_reminds_nobody_in_it(county):
    issue, task = helped(county)
    asked = {"suspension": "funds", "reason": "no money", "resume_on": "2024-10-20"}
    do(issue, Verb.ASK_SUSPENSION, county["tc1"], ONE[0], **asked)
    do(issue, Verb.SUSPEND, county["duc"], ONE[0])
    assert sweeps.remind_of_tasks(at=china("2024-10-12 09:00")).done == 0

    do(issue, Verb.RESUME, county["duc"], ONE[1])

    task.refresh_from_db()
    assert task.due_at == issue.level_due_at
    assert task.warn_at
    assert task.warn_at > ONE[1]


def test_part_that_rested_follows_the_calendar_with_its_issue(county):
    issue, task = helped(county)
    rest(county, issue, "tc1", "duc", *ONE)

    applied(county, {date(2024, 9, 11): False}, at=china("2024-09-06 12:00"))

    task.refresh_from_db()
    issue.refresh_from_db()
    assert task.due_at == issue.level_due_at


def test_answer_to_a_call_that_rested_is_counted_again(county):
    issue = make.at_yellow(county, MONDAY, about="env.waste")
    do(issue, Verb.WHISTLE, county["tc1"], MONDAY, units=[county.units["power"].pk], task="come")
    rest(county, issue, "tc1", "duc", *ONE)
    assert SubTask.objects.get().due_at == china("2024-09-09 17:30")  # two working days, and three that it rested

    applied(county, {date(2024, 9, 9): False}, at=china("2024-09-06 12:00"))

    assert SubTask.objects.get().due_at == china("2024-09-10 17:30")
