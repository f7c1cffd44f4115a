"""Counting by group: equal to counting one by one, whatever the grouping; the lists behind the numbers are what was counted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grids.levels import LADDER_LEVELS, Level
from issues.figures.counting import By, Grouping, count, in_group, rows_of
from issues.figures.measures import MEASURES, RATES, Period, days_before
from issues.models import EscalationRequest, Event, Issue, Judgement, Rating, Submission
from issues.terms import ENDS, Cause, RequestType, Status, Verb
from representatives.models import Person, Unit
from tests.drawing import Town, draw_cells
from tests.issues.heat_factories import NOW, category, unsaved
from tests.representatives.factories import person, unit

DAY = timedelta(days=1)
MONTH = Period(NOW - 40 * DAY, NOW - 10 * DAY)
UNCOUNTED = {Status.DECLINED, Status.WITHDRAWN, Status.MERGED}
CLOSED = {Status.CLOSED, Status.CLOSED_EXPLAINED}
PLACES = {By.TOWNSHIP: 2, By.VILLAGE: 3}


@pytest.fixture
def town(db) -> Town:
    return draw_cells("A B C D", villages={"north": "AB", "south": "CD"}, townships={"east": ["north"], "west": ["south"]})


@pytest.fixture
def units(town: Town) -> list[Unit]:
    return [unit(Unit.Kind.DEPARTMENT, town.county, name=name) for name in ("roads", "water")]


@pytest.fixture
def rows(town: Town, units: list[Unit]) -> list[Issue]:
    """Some hundred issues of every kind, with ratings, orders, recurrences and climbs."""
    rng = random.Random(7)
    made = Issue.objects.bulk_create([_issue(rng, town, units) for _ in range(350)])
    for each in rng.sample(made, 90):
        earlier = rng.choice(made)
        if earlier.closed_at and earlier.closed_at < each.reported_at:
            each.recurrence_of = earlier
            each.save()
    for order, each in enumerate(rng.sample(made, 40)):
        cause = rng.choice([Cause.OVERDUE, Cause.COMPLEXITY])
        EscalationRequest.objects.create(
            number=f"S{order}", issue=each, from_level=10, to_level=20, cause=cause, asked_at=each.reported_at
        )
    for each in rng.sample(made, 120):
        _rated(rng, each)
    somebody = person()
    for each in rng.sample(made, 100):
        _ordered(rng, each, units, somebody)
    return made


def _issue(rng: random.Random, town: Town, units: list[Unit]) -> Issue:
    reported = NOW - timedelta(hours=rng.randrange(1, 90 * 24))
    status = rng.choice(sorted(ENDS) + [Status.CLOSED] * 4 + [Status.IN_PROGRESS] * 4 + [Status.SUSPENDED, Status.DEFERRED])
    ended = min(reported + timedelta(hours=rng.randrange(1, 400)), NOW) if status in ENDS else None
    places = [*town.cells.values(), *town.cells.values(), *town.villages.values(), *town.townships.values()]
    return unsaved(
        rng.choice(places),
        category(rng.choice(["road.light", "env.waste"])),
        reported,
        status=status,
        closed_at=ended,
        resolved_at=ended if status in CLOSED else None,
        level=rng.choice(LADDER_LEVELS),
        request_type=rng.choice(RequestType.values),
        contact_due_at=reported + timedelta(hours=8) if rng.random() < 0.9 else None,
        first_contact_at=reported + timedelta(hours=rng.randrange(16)) if rng.random() < 0.8 else None,
        level_due_at=reported + timedelta(hours=rng.randrange(1, 400)) if rng.random() < 0.95 else None,
        total_due_at=reported + 60 * DAY,
        lead_unit=rng.choice([*units, None]),
    )


def _rated(rng: random.Random, issue: Issue) -> None:
    """Once or twice while it was open, as the table of verbs has it; the last time at the moment that it ended."""
    submission = Submission.objects.create(
        issue=issue, receipt_code=f"R{issue.number}", category=issue.category, text="-", area=issue.area, received_at=NOW
    )
    ended = issue.closed_at or NOW
    rounds = rng.choice([1, 1, 2])
    for number in range(rounds):
        at = ended if number + 1 == rounds else issue.reported_at + rng.random() * (ended - issue.reported_at)
        Rating.objects.create(submission=submission, round=number, value=rng.choice(Rating.Value.values), rated_at=at)


def _ordered(rng: random.Random, issue: Issue, units: list[Unit], by: Person) -> None:
    """Handed over, given back, handed over again … in any order."""
    at = NOW - timedelta(hours=rng.randrange(24, 60 * 24))
    for number in range(1, rng.randrange(2, 7)):
        verb = rng.choice([Verb.DISPATCH, Verb.DISPATCH, Verb.ENTER_RED, Verb.RETURN_ORDER, Verb.NOTE])
        facts = {"unit": rng.choice(units).code} if verb in (Verb.DISPATCH, Verb.ENTER_RED) and rng.random() < 0.9 else {}
        Event.objects.create(
            issue=issue, number=number, verb=verb, at=at, by=by, actor="x", to_status=issue.status, to_level=issue.level, facts=facts,
            hash=f"{issue.number}{number}",
        )  # fmt: skip
        at += timedelta(hours=rng.randrange(1, 30))


# --- the same, one by one ---


def expected(period: Period) -> dict[str, list[Any]]:
    """{measure: rows}, told from every row by itself, in no SQL but reading the tables."""
    issues = list(Issue.objects.select_related("category__group", "lead_unit"))
    ratings = list(Rating.objects.select_related("submission__issue__category__group", "submission__issue__lead_unit"))
    events = list(Event.objects.select_related("issue__category__group", "issue__lead_unit").order_by("issue", "number"))
    climbed = {slip.issue_id for slip in EscalationRequest.objects.all() if slip.cause == Cause.OVERDUE}
    back = {each.recurrence_of_id for each in issues if each.recurrence_of_id and within(period, each.reported_at)}
    opened = [each for each in issues if each.closed_at is None]
    due = [each for each in issues if within(period, each.contact_due_at) and each.status not in UNCOUNTED]
    ended = [
        each
        for each in issues
        if within(period, each.closed_at) and each.status in CLOSED and each.request_type != RequestType.CONSULT
    ]
    solved = [each for each in ended if each.status == Status.CLOSED]
    given = [rating for rating in ratings if within(period, rating.rated_at)]
    orders = [event for event in events if is_order(event) and event.facts.get("unit") and within(period, event.at)]
    return {
        "overdue_of": opened,
        "overdue": [each for each in opened if each.clock_state(NOW) == "overdue"],
        "open_green": [each for each in opened if each.level == Level.GRID],
        "open_blue": [each for each in opened if each.level == Level.VILLAGE],
        "open_yellow": [each for each in opened if each.level == Level.TOWNSHIP],
        "open_red": [each for each in opened if each.level == Level.COUNTY],
        "deferred": [each for each in opened if each.status == Status.DEFERRED],
        "received": [each for each in issues if within(period, each.reported_at) and each.status not in UNCOUNTED],
        "response_of": due,
        "response": [each for each in due if each.first_contact_at and each.first_contact_at <= each.contact_due_at],  # type: ignore[operator]
        "resolution_of": ended,
        "resolution": solved,
        "explained": [each for each in ended if each.status == Status.CLOSED_EXPLAINED],
        "on_time_of": [each for each in ended if each.level_due_at],
        "on_time": [each for each in solved if in_time(each) and each.pk not in climbed],
        "recurrence_of": ended,
        "recurrence": [each for each in ended if each.pk in back],
        "satisfaction_of": given,
        "satisfaction": [rating for rating in given if rating.value != "dissatisfied"],
        "returned_of": orders,
        "returned": [event for event in orders if was_given_back(event, events)],
    }


def in_time(issue: Issue) -> bool:
    return bool(issue.level_due_at and issue.resolved_at and issue.resolved_at <= issue.level_due_at)


def within(period: Period, moment: Any) -> bool:
    return moment is not None and period.since <= moment < period.until


def is_order(event: Event) -> bool:
    return event.verb in (Verb.DISPATCH, Verb.ENTER_RED)


def was_given_back(order: Event, events: list[Event]) -> bool:
    later = [each for each in events if each.issue_id == order.issue_id and each.number > order.number]
    following = next((each for each in later if is_order(each) or each.verb == Verb.RETURN_ORDER), None)
    return following is not None and following.verb == Verb.RETURN_ORDER


def issue_behind(row: Any) -> Issue:
    return row if isinstance(row, Issue) else row.submission.issue if isinstance(row, Rating) else row.issue


def by_unit(row: Any) -> str:
    if isinstance(row, Event):
        return str(row.facts["unit"])
    led = issue_behind(row).lead_unit
    return led.code if led else ""


KEYS: dict[By, Callable[[Any], str]] = {
    By.NOTHING: lambda row: "",
    By.TOWNSHIP: lambda row: ".".join(issue_behind(row).path.split(".")[:2]),
    By.VILLAGE: lambda row: ".".join(issue_behind(row).path.split(".")[:3]),
    By.UNIT: by_unit,
    By.LIGHT: lambda row: str(issue_behind(row).level),
    By.CATEGORY: lambda row: issue_behind(row).category.group.code,  # type: ignore[union-attr]
}


@pytest.mark.parametrize("period", [MONTH, days_before(NOW)])
def test_counts_by_group_when_compared_with_counting_one_by_one_are_equal(rows: list[Issue], period: Period):
    behind = expected(period)
    assert all(behind.values())  # or there would be nothing to compare

    for by in By:
        with CaptureQueriesContext(connection) as asked:
            found = count(Issue.objects.all(), period, NOW, Grouping(by, PLACES.get(by, 0)))

        assert len(asked) == 1  # however many kinds of rows and groups
        for code, each in behind.items():
            counted = {group: counts[code] for group, counts in found.items() if counts[code]}
            assert counted == dict(Counter(KEYS[by](row) for row in each)), (by, code)


def identity(row: Any) -> tuple[object, ...]:
    """Which row it is; a rating is listed by the judgement made of it."""
    if isinstance(row, Rating):
        return (row.submission.issue_id, row.round, row.rated_at)
    return (row.issue_id, row.round, row.at) if isinstance(row, Judgement) else (row.pk,)


def test_list_behind_every_number_is_exactly_what_was_counted(rows: list[Issue]):
    for code, wanted in expected(MONTH).items():
        listed = rows_of(MEASURES[code], Issue.objects.all(), MONTH, NOW)

        assert sorted(map(identity, listed)) == sorted(map(identity, wanted)), code


def test_list_behind_every_groups_number_has_as_many_rows(rows: list[Issue]):
    for by in (By.TOWNSHIP, By.UNIT, By.LIGHT, By.CATEGORY):
        grouping = Grouping(by, PLACES.get(by, 0))
        counted = count(Issue.objects.all(), MONTH, NOW, grouping)

        for code in ("overdue", "resolution", "satisfaction", "returned"):
            listed = rows_of(MEASURES[code], Issue.objects.all(), MONTH, NOW)
            for group, counts in counted.items():
                assert in_group(listed, MEASURES[code].rows, grouping, group).count() == counts[code], (by, group)


def test_issue_that_was_closed_and_is_reopened_is_open_and_no_longer_solved(town: Town):
    each = unsaved(town["A"], category(), NOW - 20 * DAY, status=Status.CLOSED, closed_at=NOW - DAY, resolved_at=NOW - DAY)
    each.save()
    before = count(Issue.objects.all(), days_before(NOW), NOW)[""]
    Issue.objects.update(status=Status.IN_PROGRESS, closed_at=None, resolved_at=None, reopened=1)

    after = count(Issue.objects.all(), days_before(NOW), NOW)[""]

    assert [(each["resolution"], each["resolution_of"], each["overdue_of"]) for each in (before, after)] == [(1, 1, 0), (0, 0, 1)]


def test_every_rate_but_cover_divides_two_measures_of_the_same_rows():
    for rate in RATES:
        if rate.code != "coverage":
            assert MEASURES[rate.code].rows == MEASURES[rate.of].rows
