"""What maps are told: states, changes, single issues; and that “nothing new” needs no database."""

from __future__ import annotations

import json
import struct

import pytest
import redis
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from grids.levels import Level, slug
from grids.models import Area, Layer
from issues import state, tally
from issues.models import Issue
from issues.terms import Light, Verb
from representatives.roles import Role
from tests.mapui.scene import Scene, scene

COUNTY = "150422"
UNSEEN = tally.UNSEEN


@pytest.fixture(autouse=True)
def fresh_redis() -> None:
    """No sequence of another test; indexes are remembered by version, which a rolled back test may give again."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    for key in client.scan_iter("gridgov:state:*"):
        client.delete(key)
    tally.index_of.cache_clear()


@pytest.fixture
def made(db: None) -> Scene:
    return scene()


def staff(made: Scene, role: Role) -> Client:
    client = Client()
    client.force_login(made[role])
    return client


def state_of(client: Client, level: Level, **more: str) -> tuple[dict[int, tuple[int, int]], str, str]:
    """{ordinal: (tone, count)}, the ETag and the stamp of an answer."""
    answer = client.get(reverse("map-state", args=[slug(level)]), {"county": COUNTY, **more})
    assert answer.status_code == 200, answer.content
    _version, first, size = struct.unpack_from("<III", answer.content)
    counts = struct.unpack_from(f"<{size}H", answer.content, 12)
    tones = answer.content[12 + 2 * size :]
    return {first + n: (tones[n], counts[n]) for n in range(size)}, answer["ETag"], answer["X-Stamp"]


def delta_of(client: Client, level: Level, since: str, etag: str = "", **more: str):
    version = str(Layer.objects.get(level=level).version)
    headers = {"If-None-Match": etag} if etag else {}
    query = {"county": COUNTY, "since": since, "v": version, **more}
    return client.get(reverse("map-delta", args=[slug(level)]), query, headers=headers)


def is_whole(answer) -> bool:
    """Whether the answer is a whole state and no list of changes."""
    return answer.status_code == 200 and answer["Content-Type"] == "application/octet-stream" and len(answer.content) > 12


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

    for cell in "ABC":
        state.announce([made.town[cell].path])

    assert state.changed_since(COUNTY, 0, at_most=10) is None
    assert state.changed_since(COUNTY, 1, at_most=10) == [made.town["B"].path, made.town["C"].path]


def test_changes_when_an_area_changes_twice_name_it_once(made):
    for _ in range(3):
        state.announce([made.town["A"].path])

    assert state.changed_since(COUNTY, 0, at_most=10) == [made.town["A"].path]


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


def issues_in(client: Client, bbox: str, **more: str):
    return client.get(reverse("map-issues"), {"bbox": bbox, **more})


EVERYWHERE = "118,43,121,45"


def test_issues_in_view_when_the_person_may_open_them_have_only_the_named_fields(made):
    issue = made.accepted(cell="A")

    answer = issues_in(staff(made, Role.VILLAGE_SECRETARY), EVERYWHERE)

    (feature,) = answer.json()["features"]
    assert feature["id"] == issue.number
    assert set(feature["properties"]) == {"title", "light", "category", "status", "clock"}
    assert feature["geometry"]["coordinates"] == [round(issue.point.x, 6), round(issue.point.y, 6)]


def test_issues_in_view_when_out_of_scope_closed_or_elsewhere_are_left_out(made):
    made.report(cell="D", category="road.light")  # another village
    made.move(made.report(cell="A"), Verb.DECLINE, Role.TOWNSHIP_COMMITTEE, reason="不属于职责", reply="请找法院")
    made.accepted(cell="A")

    client = staff(made, Role.VILLAGE_SECRETARY)

    assert len(issues_in(client, EVERYWHERE).json()["features"]) == 1
    assert issues_in(client, "100,20,101,21").json()["features"] == []
    assert issues_in(Client(), EVERYWHERE).json()["features"] == []


def test_issues_in_view_when_there_are_too_many_are_capped_and_say_so(made, monkeypatch):
    monkeypatch.setattr("issues.api.MOST_ISSUES", 2)
    for _ in range(2):
        made.accepted(cell="A")
    made.accepted(Light.YELLOW, cell="A")

    found = issues_in(staff(made, Role.TOWNSHIP_COMMITTEE), EVERYWHERE).json()

    assert found["truncated"] is True
    assert [each["properties"]["light"] for each in found["features"]] == ["yellow", "green"]


@pytest.mark.parametrize("bbox", ["", "1,2,3", "a,b,c,d", "2,1,1,2", "nan,0,1,1", "-500,0,500,1"])
def test_issues_in_view_when_the_box_is_none_is_refused(made, bbox):
    assert issues_in(Client(), bbox).status_code == 400


def test_number_of_statements_when_there_are_more_issues_is_the_same(made, django_assert_max_num_queries):
    client = staff(made, Role.TOWNSHIP_COMMITTEE)
    for cell in "ABCD":
        made.report(cell=cell, category="road.light")

    with django_assert_max_num_queries(2):
        issues_in(client, EVERYWHERE)
    state_of(client, Level.GRID)  # the index is read once per version of the geometry
    with django_assert_max_num_queries(2):  # who asks, and the counts
        state_of(client, Level.GRID)


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
