"""What changed since a map last asked: the areas that look otherwise, else the whole state."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from grids.levels import Level
from grids.models import Layer
from issues import state
from issues.terms import Verb
from representatives.roles import Role
from tests.issues.maps import COUNTY, delta_of, is_whole, staff, state_of

pytestmark = pytest.mark.usefixtures("fresh_redis")


def test_delta_when_an_issue_moved_tells_the_areas_that_look_otherwise(made, django_capture_on_commit_callbacks):
    client = staff(made, Role.SUPERVISION_OFFICE)
    issue = made.accepted(cell="A")
    _, etag, stamp = state_of(client, Level.GRID)

    with django_capture_on_commit_callbacks(execute=True):
        made.move(issue, Verb.ESCALATE, Role.PARTY_REPRESENTATIVE, tried="跟邻居谈过")
    answer = delta_of(client, Level.GRID, stamp, etag)

    assert answer.status_code == 200
    assert json.loads(answer.content) == {"areas": [[made.town["A"].ordinal, 2, 1]]}
    assert delta_of(client, Level.GRID, answer["X-Stamp"], answer["ETag"]).status_code == 304


def test_delta_when_asked_at_a_wider_level_tells_that_levels_area(made, django_capture_on_commit_callbacks):
    client = staff(made, Role.SUPERVISION_OFFICE)
    _, _, stamp = state_of(client, Level.TOWNSHIP)

    with django_capture_on_commit_callbacks(execute=True):
        made.report(cell="E", category="road.light")
    answer = delta_of(client, Level.TOWNSHIP, stamp)

    assert json.loads(answer.content) == {"areas": [[made.town.townships["富河镇"].ordinal, 1, 1]]}


def test_delta_when_the_change_is_not_within_the_duties_tells_nothing(made, django_capture_on_commit_callbacks):
    client = staff(made, Role.VILLAGE_SECRETARY)
    _, _, stamp = state_of(client, Level.GRID)

    with django_capture_on_commit_callbacks(execute=True):
        made.report(cell="E", category="road.light")
    answer = delta_of(client, Level.GRID, stamp)

    assert json.loads(answer.content) == {"areas": []}


def test_delta_when_something_changed_asks_few_questions(made, django_capture_on_commit_callbacks, django_assert_max_num_queries):
    client = staff(made, Role.SUPERVISION_OFFICE)
    _, _, stamp = state_of(client, Level.GRID)
    with django_capture_on_commit_callbacks(execute=True):
        made.accepted(cell="A")
    version = str(Layer.objects.get(level=Level.GRID).version)

    with django_assert_max_num_queries(3):  # who asks, the version, the counts
        answer = client.get(reverse("map-delta", args=["cell"]), {"county": COUNTY, "since": stamp, "v": version})

    assert answer.status_code == 200


@pytest.mark.parametrize("since", ["", "rubbish", "other.1.0"])
def test_delta_when_the_stamp_is_unknown_is_the_whole_state(made, since):
    answer = delta_of(staff(made, Role.SUPERVISION_OFFICE), Level.GRID, since)

    assert is_whole(answer)


def test_delta_when_too_much_changed_is_the_whole_state(made, monkeypatch):
    client = staff(made, Role.SUPERVISION_OFFICE)
    _, _, stamp = state_of(client, Level.GRID)
    monkeypatch.setattr("issues.api.MOST_CHANGES", 1)

    state.announce([made.town["A"].path, made.town["B"].path])

    assert is_whole(delta_of(client, Level.GRID, stamp))


def test_delta_when_a_visitor_asks_is_the_whole_state(made):
    _, _, stamp = state_of(Client(), Level.TOWNSHIP)
    state.announce([made.town["A"].path])

    assert is_whole(delta_of(Client(), Level.TOWNSHIP, stamp))


def test_changes_when_older_than_what_is_remembered_are_forgotten(made, monkeypatch):
    monkeypatch.setattr(state, "REMEMBERED", 2)
    state.stamp(COUNTY, now(), slot_s=600)  # somebody asks: what nobody has asked about is not counted

    for cell in "ABC":
        state.announce([made.town[cell].path])

    assert state.changed_since(COUNTY, 0, at_most=10) is None
    assert state.changed_since(COUNTY, 1, at_most=10) == [made.town["B"].path, made.town["C"].path]


def test_changes_when_an_area_changes_twice_name_it_once(made):
    state.stamp(COUNTY, now(), slot_s=600)

    for _ in range(3):
        state.announce([made.town["A"].path])

    assert state.changed_since(COUNTY, 0, at_most=10) == [made.town["A"].path]


def test_delta_of_a_part_of_the_territory_tells_its_own_changes_alone(made, django_capture_on_commit_callbacks):
    client, township = staff(made, Role.SUPERVISION_OFFICE), made.town.township.path
    _, etag, stamp = state_of(client, Level.GRID, county=township)

    with django_capture_on_commit_callbacks(execute=True):
        made.report(cell="E", category="road.light")
    elsewhere = delta_of(client, Level.GRID, stamp, etag, county=township)
    with django_capture_on_commit_callbacks(execute=True):
        made.report(cell="A", category="road.light")
    there = delta_of(client, Level.GRID, stamp, etag, county=township)

    assert elsewhere.status_code == 304
    assert json.loads(there.content) == {"areas": [[made.town["A"].ordinal, 1, 1]]}


def test_change_is_counted_for_the_areas_that_somebody_asked_about_and_no_others(made):
    cell, township = made.town["A"].path, made.town.township.path
    at = now()
    before = [state.stamp(path, at, slot_s=600) for path in (COUNTY, township)]

    state.announce([cell])
    after = [state.stamp(path, at, slot_s=600) for path in (COUNTY, township)]

    assert [stamp and stamp.number for stamp in after] == [stamp and stamp.number + 1 for stamp in before]
    assert not state._client().exists(f"gridgov:state:{cell}:number")


def test_areas_that_somebody_asked_about_are_not_kept_for_ever(made):
    state.stamp("made-up", now(), slot_s=600)
    state.stamp(COUNTY, now(), slot_s=600)
    state.announce([made.town["A"].path])

    kept = {key: state._client().ttl(key) for key in state._client().keys("gridgov:state:*")}

    assert f"gridgov:state:{COUNTY}:number" in {str(key, "ascii") if isinstance(key, bytes) else key for key in kept}
    assert all(0 < seconds <= 2 * state.KEPT_S for seconds in kept.values())
