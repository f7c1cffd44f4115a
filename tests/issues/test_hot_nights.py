"""The analysis of a night: once, whole, resumed where it stopped, and by one worker at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from issues.heat import bins, tasks
from issues.hot import nights, spots
from issues.models import HotPlace, HotRun, HotSpot
from tests.drawing import Town
from tests.issues.heat_factories import NOW, category
from tests.issues.hot_factories import SOUTH_EAST, crowd, in_periods, keeps_coming_back, wide_town

pytestmark = pytest.mark.usefixtures("fresh_cache")


@pytest.fixture
def town(db) -> Town:
    category()
    town = wide_town()
    crowd(town)
    keeps_coming_back(town, "33", 4)
    bins.rebuild(at=NOW)
    return town


def found() -> list[tuple[object, ...]]:
    return sorted(HotSpot.objects.values_list("pk", "path", "group", "level", "score"))


def test_second_night_over_the_same_figures_has_nothing_to_do(town):
    assert nights.analyse(at=NOW) == 1
    before = found()

    assert nights.analyse(at=NOW + timedelta(minutes=5)) == 0

    assert before
    assert found() == before
    assert HotRun.objects.get().number == 1


def test_night_after_something_happened_replaces_all_of_the_county(town):
    nights.analyse(at=NOW)
    crowd(town, [9] * 13, cells=SOUTH_EAST)
    bins.rebuild(at=NOW)

    assert nights.analyse(at=NOW) == 1

    assert HotRun.objects.get().number == 2
    assert town["44"].path in {spot.path for spot in HotSpot.objects.all()}
    assert HotSpot.objects.filter(path=town["44"].path, group="road", level=10).count() == 1


def test_analysis_that_breaks_off_leaves_what_the_last_one_found_and_goes_on_where_it_stopped(town, monkeypatch):
    other = wide_town("150423", origin=(121.0, 44.0))
    crowd(other)
    bins.rebuild(at=NOW)
    nights.analyse(at=NOW)
    crowd(town, [5] * 13, cells=SOUTH_EAST)
    crowd(other, [5] * 13, cells=SOUTH_EAST)
    bins.rebuild(at=NOW)
    before = found()
    find = spots.find

    def breaks_off(run, *rest):
        if run.path == other.county.path:
            raise RuntimeError("the worker was stopped")
        return find(run, *rest)

    monkeypatch.setattr(spots, "find", breaks_off)
    with pytest.raises(RuntimeError):
        nights.analyse(at=NOW)
    of_other = [row for row in before if str(row[1]).startswith("150423")]
    assert of_other
    assert [row for row in found() if str(row[1]).startswith("150423")] == of_other

    monkeypatch.setattr(spots, "find", find)
    assert nights.analyse(at=NOW) == 1  # the first county was done already
    assert {run.number for run in HotRun.objects.all()} == {2}


@pytest.mark.django_db(transaction=True)
def test_county_that_another_worker_has_is_left_to_it(fresh_cache):
    category()
    town = wide_town()
    crowd(town)
    bins.rebuild(at=NOW)
    HotRun.objects.create(path=town.county.path)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM issues_hotrun FOR UPDATE")

        assert nights.analyse(at=NOW) == 0

        cursor.execute("ROLLBACK")
    other.close()
    assert nights.analyse(at=NOW) == 1


def test_analysis_before_the_heat_was_ever_built_finds_nothing_and_waits(db):
    category()
    wide_town()

    assert nights.analyse(at=NOW) == 0
    assert not HotSpot.objects.exists()


def test_statements_of_a_night_do_not_grow_with_the_issues(town, django_assert_max_num_queries, django_assert_num_queries):
    nights.analyse(at=NOW)  # the neighbours are kept now
    in_periods(town, "11", [30] * 13)
    bins.rebuild(at=NOW)
    with django_assert_max_num_queries(30) as few:
        nights.analyse(at=NOW)
    in_periods(town, "11", [60] * 13)
    bins.rebuild(at=NOW)

    with django_assert_num_queries(len(few)):
        nights.analyse(at=NOW)


def test_task_and_command_do_the_same(town, monkeypatch, capsys):
    for module in (tasks, __import__("issues.management.commands.analyse_hot_spots", fromlist=["now"])):
        monkeypatch.setattr(module, "now", lambda: NOW)

    assert tasks.analyse_hot_spots() == 1
    call_command("analyse_hot_spots")

    found, places = HotSpot.objects.count(), HotPlace.objects.count()
    assert found > 0
    assert f"Analysed 0 counties; there are {found} hot or growing spots and {places} places" in capsys.readouterr().out


def test_timetable_has_the_analysis_once_a_night():
    from gridgov.celery import app

    entry = app.conf.beat_schedule["analyse-hot-spots"]
    assert entry["task"] in app.tasks
    assert entry["task"] == tasks.analyse_hot_spots.name
