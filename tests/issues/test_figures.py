"""The key figures: numerators and denominators as the notes define them, by hand and by brute force."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from grids.levels import Level
from issues.figures.dashboard import Figure, key_figures, narrowed
from issues.figures.measures import DAYS
from issues.filters import Filters
from issues.models import EscalationRequest, Issue, Rating, Submission
from issues.terms import ENDS, Cause, Light, RequestType, Status
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town, draw_cells
from tests.issues.heat_factories import NOW, category, closed, issue, unsaved
from tests.representatives.factories import person, post

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.fixture
def town(db) -> Town:
    return draw_cells("A B C D", villages={"north": "AB", "south": "CD"})


@pytest.fixture
def office(town) -> Person:
    """Somebody who sees the figures of the whole county."""
    return post(Role.SUPERVISION_OFFICE, town.county, person(), since=NOW - 400 * DAY)


def figures_of(who: Person | None, **more: Any) -> dict[str, Figure]:
    cache.clear()
    return {figure.code: figure for figure in key_figures(who, at=NOW, **more)}


def ratio(figure: Figure) -> tuple[int | None, int | None]:
    return figure.numerator, figure.denominator


def rate(of: Issue, value: str, at: datetime, round_: int = 0, submission: Submission | None = None) -> Submission:
    submission = submission or Submission.objects.create(
        issue=of, receipt_code=f"R{of.number}", category=of.category, text="-", area=of.area, received_at=of.reported_at
    )
    Rating.objects.create(submission=submission, round=round_, value=value, rated_at=at)
    return submission


# --- One by one -------------------------------------------------------------------------------------------------------
def test_open_issues_when_counted_are_split_by_light_and_ended_ones_are_not_there(town, office):
    for level in (Level.GRID, Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY):
        issue(town["A"], category(), NOW - DAY, level=level)
    closed(town["A"], category(), NOW - 3 * DAY, DAY)
    issue(town["A"], category(), NOW - DAY, sealed=True)

    found = figures_of(office)

    assert [(light.value, *ratio(found[f"open_{light}"])) for light in Light] == [
        ("green", 2, 5),
        ("blue", 1, 5),
        ("yellow", 1, 5),
        ("red", 1, 5),
    ]
    assert (found["open_green"].value, found["open_green"].label) == ("2", "Open · green")


def test_overdue_share_when_counted_is_of_what_is_open_and_not_paused(town, office):
    for n in range(6):
        issue(town["A"], category(), NOW - 9 * DAY, level_due_at=NOW - DAY if n < 2 else NOW + DAY)
    issue(town["A"], category(), NOW - 9 * DAY, level_due_at=NOW - DAY, status=Status.SUSPENDED)

    found = figures_of(office)["overdue"]

    assert (ratio(found), found.value) == ((2, 7), "28.6%")


def test_response_rate_when_counted_is_first_contact_in_time_of_those_due_in_the_window(town, office):
    due = NOW - 10 * DAY
    for contacted in (due - DAY, due, due + timedelta(seconds=1), None, due - DAY):
        issue(town["A"], category(), NOW - 12 * DAY, contact_due_at=due, first_contact_at=contacted)
    issue(town["A"], category(), NOW - DAY, contact_due_at=NOW + DAY, first_contact_at=NOW)  # not due yet
    issue(town["A"], category(), NOW - 99 * DAY, contact_due_at=NOW - 98 * DAY, first_contact_at=NOW - 98 * DAY)  # long ago
    closed(town["A"], category(), NOW - 12 * DAY, DAY, status=Status.DECLINED, contact_due_at=due)

    found = figures_of(office)["response"]

    assert (ratio(found), found.value) == ((3, 5), "60.0%")


def test_resolution_rate_when_counted_leaves_out_questions_and_all_that_was_no_case(town, office):
    for _ in range(4):
        closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY)
    for status in (Status.CLOSED_EXPLAINED, Status.DECLINED, Status.WITHDRAWN, Status.MERGED):
        closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY, status=status)
    closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY, request_type=RequestType.CONSULT)
    closed(town["A"], category(), NOW - 200 * DAY, 5 * DAY)

    found = figures_of(office)["resolution"]

    assert (ratio(found), found.value) == ((4, 5), "80.0%")


def test_window_when_something_ended_exactly_on_its_edges_holds_its_end_but_not_its_beginning(town, office):
    for ended in [NOW] * 5 + [NOW - DAYS * DAY, NOW - DAYS * DAY + timedelta(seconds=1), NOW + timedelta(seconds=1)]:
        closed(town["A"], category(), ended - DAY, DAY)

    assert ratio(figures_of(office)["resolution"]) == (6, 6)


def test_satisfaction_rate_when_rated_again_counts_both_answers(town, office):
    for value in ("satisfied", "mostly", "dissatisfied", "satisfied"):
        rate(issue(town["A"], category(), NOW - 20 * DAY), value, NOW - DAY)
    twice = issue(town["A"], category(), NOW - 20 * DAY)
    first = rate(twice, "dissatisfied", NOW - 5 * DAY)
    rate(twice, "mostly", NOW - DAY, round_=1, submission=first)
    rate(issue(town["A"], category(), NOW - 200 * DAY), "dissatisfied", NOW - 120 * DAY)

    found = figures_of(office)["satisfaction"]

    assert (ratio(found), found.value) == ((4, 6), "66.7%")


def test_on_time_rate_when_an_issue_climbed_because_it_was_late_does_not_count_it(town, office):
    reported, solved = NOW - 20 * DAY, NOW - 15 * DAY
    in_time = [closed(town["A"], category(), reported, 5 * DAY, level_due_at=solved) for _ in range(4)]
    closed(town["A"], category(), reported, 5 * DAY, level_due_at=solved - timedelta(seconds=1))
    closed(town["A"], category(), reported, 5 * DAY, level_due_at=None)
    for number, cause in ((0, Cause.OVERDUE), (1, Cause.COMPLEXITY)):
        EscalationRequest.objects.create(
            number=f"S{number}", issue=in_time[number], from_level=10, to_level=20, cause=cause, asked_at=reported
        )

    found = figures_of(office)["on_time"]

    assert ratio(found) == (3, 5)


def test_recurrence_rate_when_counted_is_of_closed_issues_not_of_their_recurrences(town, office):
    shut = [closed(town["A"], category(), NOW - 40 * DAY, 5 * DAY) for _ in range(5)]
    for _ in range(3):
        issue(town["A"], category(), NOW - DAY, recurrence_of=shut[0])

    assert ratio(figures_of(office)["recurrence"]) == (1, 5)


def test_coverage_when_a_village_has_a_representative_covers_its_cells(town, office):
    post(Role.PARTY_REPRESENTATIVE, town.villages["north"], since=NOW - DAY)
    post(Role.PARTY_REPRESENTATIVE, town["C"], since=NOW - 9 * DAY, until=NOW - DAY)
    few = figures_of(office)["coverage"]
    assert (few.suppressed, few.numerator, few.denominator) == (True, None, None)

    draw_cells("M N O P", origin=(121.0, 44.0), county="150499")
    more = post(Role.COUNTY_LEADER, town.county, office, since=NOW - DAY)

    assert ratio(figures_of(None)["coverage"]) == (2, 8)
    assert figures_of(more)["coverage"].suppressed


# --- Small numbers ----------------------------------------------------------------------------------------------------
def test_rate_of_four_is_not_told_and_of_none_says_so(town, office):
    for _ in range(4):
        closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY)

    found = figures_of(office)

    assert (found["resolution"].value, ratio(found["resolution"]), found["resolution"].suppressed) == ("–", (None, None), True)
    assert (found["satisfaction"].value, ratio(found["satisfaction"]), found["satisfaction"].suppressed) == ("–", (0, 0), False)


def test_public_lights_when_one_is_small_are_withheld_so_that_none_can_be_had_by_subtraction(town):
    for level, n in ((Level.GRID, 9), (Level.VILLAGE, 6), (Level.COUNTY, 2)):
        for _ in range(n):
            issue(town["A"], category(), NOW, level=level)
    issue(town["A"], category(), NOW, non_public=True)

    found = figures_of(None)

    assert [found[f"open_{light}"].numerator for light in Light] == [9, None, None, None]
    assert found["open_red"].suppressed


# --- Scope and filters ------------------------------------------------------------------------------------------------
def test_figures_when_the_person_sees_one_village_are_of_that_village(town):
    north = post(Role.VILLAGE_SECRETARY, town.villages["north"], person(), since=NOW - DAY)
    for cell in "AABCC":
        issue(town[cell], category(), NOW)

    assert figures_of(north)["overdue"].denominator is None  # three: too few to tell
    assert figures_of(north)["open_green"].numerator == 3
    assert figures_of(north, path=town["A"].path)["open_green"].numerator == 2
    assert figures_of(north, path=town["C"].path)["open_green"].numerator == 0


def test_filters_when_given_narrow_rates_and_open_issues_but_lights_leave_the_other_lights(town, office):
    lamps, waste = category(), category("env.waste")
    for about, level in ((lamps, Level.GRID), (lamps, Level.VILLAGE), (waste, Level.GRID)):
        issue(town["A"], about, NOW, level=level)
        for _ in range(5):
            closed(town["A"], about, NOW - 20 * DAY, 5 * DAY, level=level)

    by_category = figures_of(office, filters=Filters(category="road"))
    by_light = figures_of(office, filters=Filters(lights=(Light.GREEN,), clock="overdue", days=7))

    assert (ratio(by_category["resolution"]), by_category["open_blue"].denominator) == ((10, 10), 2)
    assert (ratio(by_light["resolution"]), ratio(by_light["open_blue"])) == ((10, 10), (1, 3))


@pytest.mark.parametrize(
    ("paths", "path", "expected"),
    [
        (("a",), "", ("a",)),
        (("a",), "a.b.c", ("a.b.c",)),
        (("a.b.c", "a.b.d", "a.e"), "a.b", ("a.b.c", "a.b.d")),
        (("a.b",), "a.bc", ()),
        ((), "", ()),
    ],
)
def test_paths_when_narrowed_are_what_both_hold(paths, path, expected):
    assert narrowed(paths, path) == expected


# --- Cost -------------------------------------------------------------------------------------------------------------
def test_figures_cost_three_statements_and_then_none_for_a_moment(town, office, django_assert_num_queries):
    issue(town["A"], category(), NOW)
    figures_of(office)
    cache.clear()

    with django_assert_num_queries(3):
        first = key_figures(office, at=NOW)
    with django_assert_num_queries(0):
        again = key_figures(office, at=NOW)

    assert first == again


def test_figures_when_asked_by_two_scopes_are_not_mixed_up(town, office):
    north = post(Role.VILLAGE_SECRETARY, town.villages["north"], person(), since=NOW - DAY)
    issue(town["C"], category(), NOW)

    counts = [key_figures(who, at=NOW)[0].numerator for who in (office, north)]

    assert counts == [1, 0]


# --- Brute force ------------------------------------------------------------------------------------------------------
def random_issue(town: Town, rng: random.Random) -> Issue:
    reported = NOW - timedelta(hours=rng.randrange(1, 200 * 24))
    status = rng.choice(sorted(ENDS) + [Status.CLOSED] * 4 + [Status.IN_PROGRESS] * 4 + [Status.SUSPENDED])
    ended = min(reported + timedelta(hours=rng.randrange(1, 600)), NOW) if status in ENDS else None
    due = reported + timedelta(hours=rng.randrange(1, 400))
    return unsaved(
        rng.choice(list(town.cells.values())),
        category(),
        reported,
        status=status,
        closed_at=ended,
        resolved_at=ended if status in (Status.CLOSED, Status.CLOSED_EXPLAINED) else None,
        level=rng.choice([10, 20, 30, 40]),
        request_type=rng.choice(RequestType.values),
        contact_due_at=reported + timedelta(hours=8) if rng.random() < 0.9 else None,
        first_contact_at=reported + timedelta(hours=rng.randrange(16)) if rng.random() < 0.8 else None,
        level_due_at=due if rng.random() < 0.95 else None,
        total_due_at=reported + 60 * DAY,
        sealed=rng.random() < 0.05,
    )


@pytest.mark.parametrize("seed", range(4))
def test_figures_when_compared_with_counting_one_by_one_are_equal(town, office, seed):
    rng = random.Random(seed)
    rows = Issue.objects.bulk_create([random_issue(town, rng) for _ in range(300)])
    for each in rng.sample(rows, 60):
        earlier = rng.choice(rows)
        if earlier.closed_at and earlier.closed_at < each.reported_at:
            each.recurrence_of = earlier
            each.save()

    found = figures_of(office)

    counted = [each for each in rows if not each.sealed]
    still_open = [each for each in counted if each.closed_at is None]
    late = [
        each
        for each in still_open
        if each.status != Status.SUSPENDED and any(due and due < NOW for due in (each.level_due_at, each.total_due_at))
    ]
    shut = [
        each
        for each in counted
        if each.status in (Status.CLOSED, Status.CLOSED_EXPLAINED)
        and each.closed_at
        and NOW - 90 * DAY < each.closed_at <= NOW
        and each.request_type != RequestType.CONSULT
    ]
    came_back = {each.recurrence_of_id for each in rows if each.recurrence_of_id}
    due = [
        each
        for each in counted
        if each.contact_due_at
        and NOW - 90 * DAY < each.contact_due_at <= NOW
        and each.status not in (Status.DECLINED, Status.WITHDRAWN, Status.MERGED)
    ]
    with_due = [each for each in shut if each.level_due_at]
    solved = [each for each in shut if each.status == Status.CLOSED]
    in_time = [each for each in solved if each.level_due_at and each.resolved_at and each.resolved_at <= each.level_due_at]
    contacted = [each for each in due if each.first_contact_at and each.first_contact_at <= (each.contact_due_at or NOW)]
    assert ratio(found["overdue"]) == (len(late), len(still_open))
    assert ratio(found["resolution"]) == (len(solved), len(shut))
    assert ratio(found["on_time"]) == (len(in_time), len(with_due))
    assert ratio(found["recurrence"]) == (len([each for each in shut if each.pk in came_back]), len(shut))
    assert ratio(found["response"]) == (len(contacted), len(due))
    assert all(found[code].denominator for code in ("overdue", "resolution", "on_time", "response"))
