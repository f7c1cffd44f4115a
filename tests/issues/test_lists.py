"""Lists of issues and their clocks: the same in the query as of the row, by index and never by walking the table."""

from __future__ import annotations

from copy import copy

import pytest
from django.db import connection

from grids.levels import Level
from issues.models import Issue
from issues.terms import ClockState, Light, Status, Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, T1, V1, china, do
from tests.issues.sight import LATER

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("at", [MONDAY, china("2024-09-24 05:00"), china("2024-09-24 09:00"), china("2024-09-27 09:00"), LATER])
def test_clock_state_in_the_query_is_the_one_of_the_row(county, at):
    for stage in (make.reported, make.in_hand, make.at_blue, make.resolved, make.awaiting_rating, make.closed):
        stage(county, MONDAY)
    late = make.in_hand(county, MONDAY)
    do(late, Verb.RESOLVE, county["pr1"], china("2024-09-26 09:00"))
    paused = make.in_hand(county, MONDAY)
    Issue.objects.filter(pk=paused.pk).update(status=Status.SUSPENDED)
    ended = make.reported(county, MONDAY)
    do(ended, Verb.DECLINE, county["vs1"], LATER)

    rows = list(Issue.objects.with_clock_state(at))
    clocks = {issue.pk: vars(issue)["clock"] for issue in rows}

    assert clocks == {issue.pk: issue.clock_state(at).value for issue in rows}
    assert {ClockState.PAUSED.value, ClockState.OVERDUE.value} <= set(clocks.values())
    for state in ClockState:
        found = {issue.pk for issue in Issue.objects.in_clock_state(state, at)}
        assert found == {pk for pk, clock in clocks.items() if clock == state}


def test_lists_by_light_category_urgency_and_words(county):
    green, yellow, red = (
        make.reported(county, MONDAY),
        make.at_yellow(county, MONDAY, about="env.waste"),
        make.at_red(county, MONDAY),
    )

    assert set(Issue.objects.of_lights(Light.GREEN)) == {green}
    assert list(Issue.objects.red_list()) == [red]
    assert set(Issue.objects.of_category("env.waste")) == {yellow}
    assert set(Issue.objects.of_category("house")) == {green, red}
    assert set(Issue.objects.of_urgency("normal")) == {yellow}
    assert list(Issue.objects.matching(red.number[-4:])) == [red]
    assert set(Issue.objects.open_in(T1)) == {green, yellow, red}
    assert red.level == Level.COUNTY


def test_sweeps_and_lists_read_what_is_due_and_not_what_exists(county):
    """Among thousands of ended issues, no question of a sweep or a list walks the table."""
    ended = make.closed(county, MONDAY)
    make.in_hand(county, MONDAY)
    rows = [copy(ended) for _ in range(4000)]
    for number, row in enumerate(rows):
        row.pk, row.number = None, f"old-{number}"
    Issue.objects.bulk_create(rows, batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE issues_issue")

    scope = county["vs1"]
    for found in (
        Issue.objects.to_warn(MONDAY),
        Issue.objects.to_climb(MONDAY),
        Issue.objects.to_draft(MONDAY),
        Issue.objects.to_ask_or_close(MONDAY),
        Issue.objects.to_resume(MONDAY),
        Issue.objects.open_in(V1),
        Issue.objects.red_list(),
        Issue.objects.waiting_for(scope, MONDAY),
        Issue.objects.unfinished().visible_to(scope, MONDAY),
    ):
        assert "Seq Scan on issues_issue" not in found.explain(), found.explain()
