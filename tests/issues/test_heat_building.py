"""Building the heat: rebuilt, incremented, and always equal to counting by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from issues.heat import bins
from issues.heat.weeks import monday, starts_at, week_of
from issues.models import Event, HeatArea, HeatState, Issue
from issues.terms import Status, Verb
from tests.issues.heat_by_hand import areas_by_hand, bins_by_hand, counted, stored_areas, stored_bins
from tests.issues.heat_factories import NOW, category, issue, many, tell

pytestmark = pytest.mark.usefixtures("fresh_cache")


# --- Weeks ------------------------------------------------------------------------------------------------------------
@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_week_when_asked_for_its_start_holds_the_moment(at):
    week = week_of(at)

    assert starts_at(week) <= at < starts_at(week + 1)
    assert monday(week).weekday() == 0


def test_sunday_evening_in_utc_when_it_is_monday_in_the_county_counts_to_the_new_week(settings):
    assert week_of(datetime(2026, 3, 15, 15, 59, tzinfo=UTC)) + 1 == week_of(datetime(2026, 3, 15, 16, 0, tzinfo=UTC))


# --- Building ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(3))
def test_rebuilt_heat_when_compared_with_counting_by_hand_is_equal_to_the_row(town, seed):
    many(town, random.Random(seed), 400, about=[category("road.light"), category("env.waste"), category("land.grass")])

    bins.rebuild(at=NOW)

    assert stored_bins() == bins_by_hand()
    assert stored_areas() == areas_by_hand()
    assert sum(row.public_count for row in HeatArea.objects.all()) == sum(not each.non_public for each in counted())


def test_rebuilding_when_nothing_changed_writes_nothing_and_keeps_the_version(town):
    many(town, random.Random(1), 100, about=[category()])
    bins.rebuild(at=NOW)
    version = bins.version()

    changed = bins.rebuild(at=NOW + timedelta(hours=1))

    assert (changed, bins.version()) == (0, version)


def test_rebuilding_when_all_issues_of_a_week_are_gone_removes_its_figures(town):
    lone = issue(town["A"], category(), NOW - timedelta(days=400), point=town.inside("A"))
    issue(town["B"], category(), NOW, point=town.inside("B"))
    bins.rebuild(at=NOW)
    Issue.objects.filter(pk=lone.pk).update(sealed=True)

    bins.rebuild(at=NOW)

    assert stored_bins() == bins_by_hand()
    assert {week for *_key, week in stored_areas()} == {week_of(NOW)}


def test_rebuilding_when_killed_in_the_middle_keeps_the_weeks_that_are_done_and_ends_right_when_run_again(town):
    many(town, random.Random(2), 120, about=[category()], weeks=12)

    with pytest.raises(KeyboardInterrupt):
        bins.rebuild(at=NOW, progress=_killed_after(5))

    kept = stored_bins()
    assert kept
    assert kept != bins_by_hand()
    bins.rebuild(at=NOW)
    assert stored_bins() == bins_by_hand()
    assert stored_areas() == areas_by_hand()


def _killed_after(weeks):
    def told(every):
        yield from list(every)[:weeks]
        raise KeyboardInterrupt

    return told


def test_increment_after_a_rebuild_reads_none_of_what_was_there(town, monkeypatch):
    for each in many(town, random.Random(3), 40, about=[category()]):
        tell(each, Verb.SUBMIT)
    bins.rebuild(at=NOW)
    newest = Event.objects.latest("id").pk
    stirred = Mock(wraps=bins._stirred)
    monkeypatch.setattr(bins, "_stirred", stirred)

    assert bins.refresh(at=NOW) == 0
    stirred.assert_called_once_with(newest)


def test_rebuilding_beside_an_unfinished_transaction_leaves_its_events_to_the_next_increment(town):
    tell(issue(town["A"], category(), NOW, point=town.inside("A")), Verb.SUBMIT)
    with Connection.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_current_xact_id()")
        bins.rebuild(at=NOW, patience_s=0.1)
        assert HeatState.objects.get().settled_event == 0

    bins.rebuild(at=NOW)
    assert HeatState.objects.get().settled_event == Event.objects.latest("id").pk


def test_increment_when_issues_appear_change_category_or_are_merged_equals_a_rebuild(town):
    rng = random.Random(5)
    lamps, waste = category("road.light"), category("env.waste")
    for each in many(town, rng, 150, about=[lamps, waste]):
        tell(each, Verb.SUBMIT)
    bins.refresh(at=NOW)
    assert stored_bins() == bins_by_hand()

    for each in rng.sample(list(Issue.objects.filter(closed_at=None)), 20):
        each.category = waste if each.category == lamps else lamps
        each.save()
        tell(each, Verb.ACCEPT)
    for each in rng.sample(list(Issue.objects.filter(closed_at=None)), 10):
        each.status, each.closed_at = Status.MERGED, NOW
        each.save()
        tell(each, Verb.MERGE)
    for each in many(town, rng, 30, about=[lamps], weeks=2):
        tell(each, Verb.SUBMIT)
    changed = bins.refresh(at=NOW + timedelta(hours=1))

    assert changed > 0
    assert stored_bins() == bins_by_hand()
    assert stored_areas() == areas_by_hand()


def test_increment_when_an_event_only_closes_an_issue_changes_nothing(town):
    each = issue(town["A"], category(), NOW, point=town.inside("A"))
    tell(each, Verb.SUBMIT)
    bins.refresh(at=NOW)
    version = bins.version()
    Issue.objects.filter(pk=each.pk).update(status=Status.CLOSED, closed_at=NOW)
    tell(each, Verb.CLOSE)

    assert bins.refresh(at=NOW) == 0
    assert bins.version() == version


def test_events_when_older_transactions_were_still_under_way_are_read_once_more(town, monkeypatch):
    tell(issue(town["A"], category(), NOW, point=town.inside("A")), Verb.SUBMIT)
    monkeypatch.setattr(bins, "_snapshot", lambda: (100, 120))  # transactions 100…119 may still add events
    bins.refresh(at=NOW)
    assert HeatState.objects.get().settled_event == 0

    monkeypatch.setattr(bins, "_snapshot", lambda: (119, 130))
    bins.refresh(at=NOW)
    assert HeatState.objects.get().settled_event == 0

    monkeypatch.setattr(bins, "_snapshot", lambda: (130, 140))
    bins.refresh(at=NOW)
    assert HeatState.objects.get().settled_event == Event.objects.latest("id").pk


def test_event_when_it_commits_late_with_a_low_number_is_not_missed(town, monkeypatch):
    late = issue(town["A"], category(), NOW - timedelta(days=90), point=town.inside("A"))
    early = issue(town["B"], category(), NOW, point=town.inside("B"))
    tell(late, Verb.SUBMIT)
    tell(early, Verb.SUBMIT)
    low, high = Event.objects.order_by("id").values_list("id", flat=True)
    monkeypatch.setattr(bins, "_snapshot", lambda: (100, 120))
    stirred = bins._stirred
    monkeypatch.setattr(bins, "_stirred", lambda after: [(week_of(NOW), [early.path])])  # the low one is not visible yet
    bins.refresh(at=NOW)
    assert len(stored_areas()) == 1

    monkeypatch.setattr(bins, "_stirred", stirred)
    bins.refresh(at=NOW)

    assert low < high
    assert stored_bins() == bins_by_hand()


def test_command_when_run_rebuilds_and_links_what_came_back(town, capsys):
    lamps = category()
    issue(town["A"], lamps, NOW - timedelta(days=60), status=Status.CLOSED, closed_at=NOW - timedelta(days=50))
    again = issue(town["A"], lamps, NOW - timedelta(days=20))

    call_command("rebuild_heat")

    again.refresh_from_db()
    assert again.recurrence_of is not None
    assert stored_areas() == areas_by_hand()


def test_zooms_when_listed_go_from_fine_to_coarse():
    assert all(fine > coarse for fine, coarse in pairwise(bins.BIN_ZOOMS))
    assert connection.vendor == "postgresql"
