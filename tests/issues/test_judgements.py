"""What was said of results, as the figures count it: ratings and ballots; and what a closure that was undone leaves behind."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache

from issues import sweeps
from issues.figures.counting import Rows, count, number_of, rows_of
from issues.figures.dashboard import Figure, key_figures
from issues.figures.measures import MEASURES, days_before
from issues.models import Issue, Judgement, Poll, Rating, Submission
from issues.terms import OPEN, RequestType, Status, Verb
from issues.workflow import MOVE
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town, draw_cells
from tests.issues import factories as make
from tests.issues.factories import MONDAY, ask, china, do
from tests.issues.heat_factories import NOW, category, closed, issue
from tests.representatives.factories import person, post

DAY = timedelta(days=1)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_cache")]


@pytest.fixture
def town() -> Town:
    return draw_cells("A B C D", villages={"north": "AB", "south": "CD"})


@pytest.fixture
def office(town) -> Person:
    return post(Role.SUPERVISION_OFFICE, town.county, person(), since=NOW - 400 * DAY)


def rated(of: Issue, value: str, *, round_: int = 0, at: datetime = NOW - DAY) -> None:
    report = Submission.objects.create(
        issue=of, receipt_code=f"R{of.number}{round_}{value}", category=of.category, text="-", area=of.area, received_at=at
    )
    Rating.objects.create(submission=report, round=round_, value=value, rated_at=at)


def polled(of: Issue, satisfied: int, mostly: int, dissatisfied: int, silent: int, *, round_: int = 0, at: datetime = NOW - DAY):
    return Poll.objects.create(
        issue=of, round=round_, held_on=at.date(), method="meeting", taken_by=person(), at=at, households=40,
        satisfied=satisfied, mostly_satisfied=mostly, dissatisfied=dissatisfied, silent=silent,
    )  # fmt: skip


def told(office: Person, code: str) -> Figure:
    cache.clear()
    return {figure.code: figure for figure in key_figures(office, at=NOW)}[code]


def ratio(figure: Figure) -> tuple[int | None, int | None]:
    return figure.numerator, figure.denominator


# --- satisfaction ---
def test_ballots_of_a_poll_count_one_by_one_beside_the_ratings_of_other_issues(town, office):
    for value in ("satisfied", "dissatisfied", "mostly"):
        rated(issue(town["A"], category(), NOW - 20 * DAY), value)
    polled(issue(town["A"], category(), NOW - 20 * DAY), satisfied=20, mostly=11, dissatisfied=7, silent=2)

    found = told(office, "satisfaction")

    assert (ratio(found), found.value) == ((33, 41), "80.5%")


def test_silent_ballots_are_in_no_share_and_told_beside_it(town, office):
    polled(issue(town["A"], category(), NOW - 20 * DAY), satisfied=4, mostly=0, dissatisfied=1, silent=30)

    assert ratio(told(office, "satisfaction")) == (4, 5)
    assert count(Issue.objects.all(), days_before(NOW), NOW, kinds=(Rows.RATINGS,))[""]["silent"] == 30


def test_round_that_was_polled_has_no_ratings_beside_its_ballots_but_other_rounds_keep_theirs(town, office):
    bridge = issue(town["A"], category(), NOW - 20 * DAY)
    rated(bridge, "dissatisfied", round_=0, at=NOW - 9 * DAY)
    rated(bridge, "dissatisfied", round_=1)
    polled(bridge, satisfied=32, mostly=0, dissatisfied=8, silent=0, round_=1)

    assert ratio(told(office, "satisfaction")) == (32, 41)


def test_few_ballots_are_not_told(town, office):
    polled(issue(town["A"], category(), NOW - 20 * DAY), satisfied=4, mostly=0, dissatisfied=0, silent=36)

    found = told(office, "satisfaction")

    assert (found.value, ratio(found), found.suppressed) == ("–", (None, None), True)


def test_poll_of_long_ago_and_of_a_sealed_issue_are_in_no_figure(town, office):
    polled(issue(town["A"], category(), NOW - 200 * DAY), 20, 0, 0, 0, at=NOW - 100 * DAY)
    polled(issue(town["A"], category(), NOW - 20 * DAY, sealed=True), 20, 0, 0, 0)

    assert ratio(told(office, "satisfaction")) == (0, 0)


def test_result_is_judged_only_while_its_issue_is_open_so_that_figures_need_not_look_at_what_had_ended():
    judging = {Verb.RATE, Verb.PASS_ON_RATING, Verb.POLL}

    assert all(MOVE[verb].sources | MOVE[verb].also_from <= OPEN for verb in judging)


def test_number_of_a_list_is_what_its_rows_stand_for(town, office):
    bridge = issue(town["A"], category(), NOW - 20 * DAY)
    polled(bridge, satisfied=31, mostly=1, dissatisfied=8, silent=0)

    content = MEASURES["satisfaction"]
    rows = rows_of(content, Issue.objects.all(), days_before(NOW), NOW)

    assert [(row.issue, row.content, row.rated) for row in rows] == [(bridge, 32, 40)]
    assert number_of(content, rows) == 32
    assert str(rows[0]) == "poll: 32 of 40 content"


def test_poll_and_rating_are_judgements_of_the_issue_for_whoever_sees_it(town, office):
    green = issue(town["A"], category(), NOW - 20 * DAY)
    rated(green, "mostly")
    village = post(Role.VILLAGE_SECRETARY, town.villages["north"], person(), since=NOW - DAY)
    other = post(Role.VILLAGE_SECRETARY, town.villages["south"], person(), since=NOW - DAY)

    assert [str(one) for one in Judgement.objects.visible_to(village, NOW)] == ["mostly satisfied"]
    assert not Judgement.objects.visible_to(other, NOW).exists()


# --- what was undone, what stayed unrated ---
def test_reopened_issue_loses_its_credit_and_stays_in_the_denominator_so_that_the_rate_falls(town, office):
    shut = [closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY) for _ in range(5)]
    assert ratio(told(office, "resolution")) == (5, 5)

    undone = {"status": Status.IN_PROGRESS, "closed_at": None, "resolved_at": None, "undone_at": shut[0].closed_at, "reopened": 1}
    Issue.objects.filter(pk=shut[0].pk).update(**undone)
    assert (ratio(told(office, "resolution")), told(office, "resolution").value) == ((4, 5), "80.0%")
    assert ratio(told(office, "recurrence")) == (1, 5)

    again = {"status": Status.CLOSED, "closed_at": NOW - DAY, "resolved_at": NOW - DAY}
    Issue.objects.filter(pk=shut[0].pk).update(**again)
    assert ratio(told(office, "resolution")) == (5, 5)  # solved again, and one issue counts once


@pytest.mark.parametrize(
    "more", [{"request_type": RequestType.CONSULT}, {"status": Status.MERGED, "closed_at": NOW - DAY}, {"sealed": True}]
)
def test_undone_closure_of_what_is_never_counted_is_not_counted_either(town, office, more):
    for _ in range(5):
        closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY)
    issue(town["A"], category(), NOW - 20 * DAY, undone_at=NOW - 15 * DAY, **more)

    assert ratio(told(office, "resolution")) == (5, 5)


def test_closure_undone_before_the_period_is_not_in_it(town, office):
    for _ in range(5):
        closed(town["A"], category(), NOW - 20 * DAY, 5 * DAY)
    issue(town["A"], category(), NOW - 200 * DAY, undone_at=NOW - 91 * DAY)

    assert ratio(told(office, "resolution")) == (5, 5)


def test_reopening_remembers_when_the_closure_was_that_it_undid():
    county = make.county()
    ended = make.closed(county, MONDAY)
    at = china("2024-09-30 09:00")

    ask(ended, Verb.REOPEN, at, reason="dark again")

    ended.refresh_from_db()
    assert (ended.undone_at, ended.closed_at, ended.status) == (MONDAY, None, Status.IN_PROGRESS)


def test_issue_that_closes_without_an_answer_is_told_as_unrated_until_it_is_opened_again():
    county = make.county()
    silent = make.awaiting_rating(county, MONDAY)
    for day in ("09-24 08:30", "09-25 08:30", "10-02 17:30"):
        sweeps.feedback(at=china(f"2024-{day}"))
    silent.refresh_from_db()
    assert silent.closed_at
    unrated = MEASURES["unrated"]
    period = days_before(silent.closed_at)

    assert list(rows_of(unrated, Issue.objects.all(), period, silent.closed_at)) == [silent]
    do(silent, Verb.REOPEN, county["vs1"], silent.closed_at + DAY, reason="it was never done")

    assert not rows_of(unrated, Issue.objects.all(), period, silent.closed_at).exists()
