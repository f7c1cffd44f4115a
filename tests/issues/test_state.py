"""What maps are told: the state of every area; and that “nothing new” needs no database."""

from __future__ import annotations

import json

import pytest
import redis
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from grids.levels import Level
from grids.models import Area, Layer
from issues import state, tally
from issues.api import LATELY_S
from issues.models import Issue
from issues.terms import Light, Verb
from representatives.roles import Role
from tests.issues.maps import COUNTY, delta_of, is_whole, staff, state_of

pytestmark = pytest.mark.usefixtures("fresh_redis")


UNSEEN = tally.UNSEEN


def test_state_when_issues_are_open_counts_them_and_names_the_worst_light_at_every_level(made):
    made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")
    made.report(cell="D", category="road.light")
    client = staff(made, Role.SUPERVISION_OFFICE)

    cells, *_ = state_of(client, Level.GRID)
    villages, *_ = state_of(client, Level.VILLAGE)
    townships, *_ = state_of(client, Level.TOWNSHIP)
    counties, *_ = state_of(client, Level.COUNTY)

    town = made.town
    assert cells[town["A"].ordinal] == (3, 2)
    assert cells[town["D"].ordinal] == (1, 1)
    assert cells[town["B"].ordinal] == (0, 0)
    assert villages[town.villages["上京社区"].ordinal] == (3, 2)
    assert townships[town.townships["林东镇"].ordinal] == (3, 3)
    assert townships[town.townships["富河镇"].ordinal] == (0, 0)
    assert counties[town.county.ordinal] == (3, 3)


def test_state_when_an_area_is_not_within_the_duties_is_unseen(made):
    made.accepted(cell="A")
    made.report(cell="D", category="road.light")

    cells, *_ = state_of(staff(made, Role.VILLAGE_SECRETARY), Level.GRID)
    townships, *_ = state_of(staff(made, Role.VILLAGE_SECRETARY), Level.TOWNSHIP)

    town = made.town
    assert cells[town["A"].ordinal] == (1, 1)
    assert cells[town["B"].ordinal] == (0, 0)
    assert cells[town["D"].ordinal] == (UNSEEN, 0)
    assert townships[town.township.ordinal] == (UNSEEN, 0)  # their village is only a part of it


def test_state_when_an_issue_has_ended_or_is_sealed_does_not_count_it(made):
    made.move(made.report(cell="A"), Verb.DECLINE, Role.TOWNSHIP_COMMITTEE, reason="不属于职责", reply="请找法院")
    made.report(cell="A", category="village.conduct")

    cells, *_ = state_of(staff(made, Role.SUPERVISION_OFFICE), Level.GRID)

    assert cells[made.town["A"].ordinal] == (0, 0)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"light": "green"}, (1, 1)),
        ({"light": "yellow"}, (3, 1)),
        ({"category": "road.bridge"}, (3, 1)),
        ({"category": "road"}, (3, 2)),
        ({"category": "svc"}, (0, 0)),
        ({"urgency": "critical"}, (0, 0)),
        ({"clock": "overdue"}, (0, 0)),
        ({"days": "7"}, (3, 2)),
        ({"light": "no such light", "days": "8"}, (3, 2)),
    ],
)
def test_state_when_narrowed_counts_what_is_left(made, query, expected):
    made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")

    cells, *_ = state_of(staff(made, Role.SUPERVISION_OFFICE), Level.GRID, **query)

    assert cells[made.town["A"].ordinal] == expected


def test_poll_when_nothing_is_new_is_answered_without_the_database(made, django_assert_num_queries):
    client = staff(made, Role.SUPERVISION_OFFICE)
    _, etag, stamp = state_of(client, Level.GRID)
    version = str(Layer.objects.get(level=Level.GRID).version)

    with django_assert_num_queries(0):
        whole = client.get(reverse("map-state", args=["cell"]), {"county": COUNTY}, headers={"If-None-Match": etag})
        since = client.get(
            reverse("map-delta", args=["cell"]), {"county": COUNTY, "since": stamp, "v": version}, headers={"If-None-Match": etag}
        )

    assert (whole.status_code, since.status_code) == (304, 304)
    assert whole.content == b""


def test_poll_when_a_visitor_finds_nothing_new_is_answered_without_the_database(made, django_assert_num_queries):
    client = Client()
    _, etag, _ = state_of(client, Level.TOWNSHIP)

    with django_assert_num_queries(0):
        answer = client.get(reverse("map-state", args=["township"]), {"county": COUNTY}, headers={"If-None-Match": etag})

    assert answer.status_code == 304


def test_poll_when_redis_told_a_moment_ago_does_not_ask_it_again_until_something_changes_here_or_the_moment_is_over(
    made, monkeypatch
):
    asked, ask, at = [], state._ask, [1000.0]

    def noted(county: str) -> tuple[str, int]:
        asked.append(county)
        return ask(county)

    monkeypatch.setattr(state, "_ask", noted)
    monkeypatch.setattr(state, "monotonic", lambda: at[0])
    client = staff(made, Role.SUPERVISION_OFFICE)
    _, etag, _ = state_of(client, Level.GRID)

    def poll() -> tuple[int, int]:
        asked.clear()
        answer = client.get(reverse("map-state", args=["cell"]), {"county": COUNTY}, headers={"If-None-Match": etag})
        return answer.status_code, len(asked)

    assert poll() == (304, 0)
    at[0] += LATELY_S
    assert poll() == (304, 1)
    assert poll() == (304, 0)
    state.announce([made.town["A"].path])
    assert poll() == (200, 1)


def test_change_that_another_process_makes_is_told_when_the_moment_is_over(made, monkeypatch):
    at = [1000.0]
    monkeypatch.setattr(state, "monotonic", lambda: at[0])
    client = staff(made, Role.SUPERVISION_OFFICE)
    _, etag, stamp = state_of(client, Level.GRID)

    told = dict(state._told)
    state.announce([made.town["A"].path])
    state._told.update(told)  # as it is in a process that did not make the change

    assert delta_of(client, Level.GRID, stamp, etag).status_code == 304
    at[0] += LATELY_S
    assert json.loads(delta_of(client, Level.GRID, stamp, etag).content) == {"areas": [[made.town["A"].ordinal, 0, 0]]}


def test_etag_when_another_person_level_or_filter_asks_is_another(made):
    client = staff(made, Role.SUPERVISION_OFFICE)
    _, etag, _ = state_of(client, Level.GRID)

    others = [
        state_of(client, Level.VILLAGE)[1],
        state_of(client, Level.GRID, light="red")[1],
        state_of(staff(made, Role.VILLAGE_SECRETARY), Level.GRID)[1],
        state_of(Client(), Level.GRID)[1],
    ]

    assert etag not in others


def test_state_when_the_geometry_is_another_by_now_tells_its_version(made):
    client = staff(made, Role.SUPERVISION_OFFICE)

    answer = client.get(reverse("map-state", args=["cell"]), {"county": COUNTY, "v": "1"})

    assert answer.status_code == 409
    assert answer.json() == {"version": Layer.objects.get(level=Level.GRID).version}


def test_redis_when_away_stops_no_write_and_no_map(made, monkeypatch, django_capture_on_commit_callbacks):
    away = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.1)
    monkeypatch.setattr(state, "_client", lambda: away)
    monkeypatch.setattr(state, "_touch", lambda: away.register_script(state._TOUCH))

    with django_capture_on_commit_callbacks(execute=True):
        issue = made.accepted(cell="A")
    client = staff(made, Role.SUPERVISION_OFFICE)
    answer = client.get(reverse("map-state", args=["cell"]), {"county": COUNTY})

    assert Issue.objects.filter(pk=issue.pk).exists()
    assert answer.status_code == 200
    assert "ETag" not in answer
    assert answer["Cache-Control"] == "private, no-store"
    assert is_whole(delta_of(client, Level.GRID, "a.1.1"))


def test_visitor_when_a_township_has_fewer_than_five_is_told_nothing_of_it(made):
    for _ in range(6):
        made.accepted(cell="A")
    for _ in range(5):
        made.report(cell="E", category="road.light")

    townships, *_ = state_of(Client(), Level.TOWNSHIP)
    cells, *_ = state_of(Client(), Level.GRID)

    assert townships == {
        made.town.townships["林东镇"].ordinal: (1, 6),
        made.town.townships["富河镇"].ordinal: (1, 5),
    }
    assert set(cells.values()) == {(UNSEEN, 0)}


def test_visitor_when_only_one_township_is_withheld_is_not_told_the_smallest_other_either(made):
    for _ in range(6):
        made.accepted(cell="A")
    made.report(cell="E", category="road.light")

    townships, *_ = state_of(Client(), Level.TOWNSHIP)

    # Six of seven in the county would tell the one.
    assert set(townships.values()) == {(UNSEEN, 0)}


def test_visitor_when_filtering_gets_the_same_as_without(made):
    for _ in range(6):
        made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")

    assert state_of(Client(), Level.TOWNSHIP, light="yellow")[0] == state_of(Client(), Level.TOWNSHIP)[0]


def test_staff_without_figures_get_what_is_public(made):
    for _ in range(6):
        made.accepted(cell="A")

    cells, *_ = state_of(staff(made, Role.DEPARTMENT), Level.GRID)
    townships, *_ = state_of(staff(made, Role.DEPARTMENT), Level.TOWNSHIP)

    assert set(cells.values()) == {(UNSEEN, 0)}
    assert townships[made.town.township.ordinal] == (1, 6)


def test_state_of_a_level_that_there_is_not_is_not_found(made):
    assert Client().get(reverse("map-state", args=["continent"])).status_code == 404


def test_index_when_a_code_begins_like_another_keeps_them_apart(made):
    index = tally.Index(1, 10, ("K", "K-2", "K.1", "K.1.2", "K0"), 1)

    found = {index.paths[position] for positions in index.within(["K"]) for position in positions}

    assert found == {"K", "K.1", "K.1.2"}


def test_ordinals_of_a_county_are_one_range(made):
    ordinals = list(Area.objects.current().of_level(Level.GRID).order_by("path").values_list("ordinal", flat=True))
    version = Layer.objects.get(level=Level.GRID).version

    index = tally.index_of(Level.GRID, COUNTY, version)

    assert ordinals == list(range(index.first, index.first + len(index.paths)))


def test_stamp_when_written_and_read_is_the_same():
    stamp = state.stamp(COUNTY, now(), slot_s=600)

    assert stamp is not None
    assert state.Stamp.parse(str(stamp)) == stamp
