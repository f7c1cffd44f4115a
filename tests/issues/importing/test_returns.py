"""What imported issues come back from: whatever the order of the file, what is linked is what the rule finds by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from grids.levels import Level
from grids.metres import GEOD, are_within
from issues.heat.bins import UNCOUNTED
from issues.importing import history
from issues.importing.returns import _Squares
from issues.models import Issue
from issues.recurring import links
from issues.terms import SOLVED
from tests.issues.importing.desk import Cells, Desk, mapping_of

DAY = timedelta(days=1)
START = datetime(2023, 1, 2, 1, tzinfo=UTC)
STATES = {"办结": "closed", "解释": "closed_explained", "不予受理": "declined", "在办": "in_progress"}
BY_STATE = {"status": STATES}


def stories(desk: Desk, rng: random.Random, wanted: int) -> list[Cells]:
    """Rows in the order in which they were reported: few places and kinds, a year and a half, so that much comes back."""
    spots = [desk.town.inside(name) for name in "ABC"] + [desk.town.edge_between("A", "B")]
    moments = sorted(START + rng.random() * 540 * DAY for _ in range(wanted))
    return [_story(desk, rng, spots, at.replace(microsecond=0)) for at in moments]


def _story(desk: Desk, rng: random.Random, spots: Sequence, at: datetime) -> Cells:
    state = rng.choices(list(STATES), (6, 2, 1, 2))[0]
    spot, away = rng.choice(spots), 0.0018  # some 150 metres
    x, y = spot.x + rng.uniform(-away, away), spot.y + rng.uniform(-away, away)
    has_point = rng.random() < 0.9
    ended = at + timedelta(seconds=rng.randrange(60, 40 * 86_400))
    return desk.row(
        time=at.isoformat(), end="" if state == "在办" else ended.isoformat(), state=state, kind=rng.choice(["road.bridge", "house.minor"]),
        x=x if has_point else "", y=y if has_point else "", cell=desk.town["A"].code, due="",
    )  # fmt: skip


def by_hand() -> dict[int, int | None]:
    """What each imported issue comes back from, each compared with each."""
    everything = list(Issue.objects.select_related("area"))
    return {again.pk: _latest_by_hand(again, everything) for again in everything if again.source == "hotline"}


def _latest_by_hand(again: Issue, everything: Sequence[Issue]) -> int | None:
    found = [
        each
        for each in everything
        if each.pk != again.pk
        and each.category_id == again.category_id
        and each.status in SOLVED
        and each.closed_at
        and each.closed_at <= again.reported_at <= each.closed_at + 90 * DAY
        and _is_same_place(each, again)
    ]
    return max(found, key=lambda each: (each.closed_at, each.pk)).pk if found and again.status not in UNCOUNTED else None


def _is_same_place(one: Issue, other: Issue) -> bool:
    if one.path == other.path and other.area.level == Level.GRID:
        return True
    if one.point is None or other.point is None:
        return False
    return bool(GEOD.inv(one.point.x, one.point.y, other.point.x, other.point.y)[2] <= 100)


def linked() -> dict[int, int | None]:
    return dict(Issue.objects.filter(source="hotline").values_list("pk", "recurrence_of"))


def as_they_came(rows: list[Cells]) -> list[Cells]:
    return rows


def newest_first(rows: list[Cells]) -> list[Cells]:
    return rows[::-1]


def in_no_order(rows: list[Cells]) -> list[Cells]:
    return random.Random(3).sample(rows, len(rows))


@pytest.mark.parametrize("order", [as_they_came, newest_first, in_no_order])
def test_file_in_any_order_is_linked_as_by_hand(desk: Desk, monkeypatch, order: Callable[[list[Cells]], list[Cells]]) -> None:
    monkeypatch.setattr(history, "BATCH", 40)
    earlier = [tuple(cell.replace("H-", "E-") for cell in row) for row in stories(desk, random.Random(1), 60)]
    desk.take(desk.csv(earlier, name="earlier.csv"), mapping_of(**BY_STATE, source="elsewhere"))

    desk.take(desk.csv(order(stories(desk, random.Random(2), 200))), mapping_of(**BY_STATE))

    expected = by_hand()
    there_before = set(Issue.objects.filter(source="elsewhere").values_list("pk", flat=True))
    assert linked() == expected
    assert sum(found is not None for found in expected.values()) > 60
    assert there_before & set(expected.values())


def test_file_in_the_order_of_reports_is_written_once_and_the_database_is_not_asked(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(history, "BATCH", 40)
    monkeypatch.setattr(links, "link_missing", lambda *given, **more: pytest.fail("the database is asked"))
    monkeypatch.setattr(links, "save_columns", lambda *given: pytest.fail("an issue is written twice"))

    desk.take(desk.csv(stories(desk, random.Random(4), 150)), mapping_of(**BY_STATE))

    assert linked() == by_hand()


@pytest.mark.django_db(transaction=True)
def test_batches_side_by_side_when_one_comes_back_from_what_is_being_written_are_linked_too(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(history, "BATCH", 10)
    later: dict[int, int] = {}
    link = links.link

    def watched(earlier: Mapping[int, int]) -> None:
        later.update(earlier)
        link(earlier)

    monkeypatch.setattr(links, "link", watched)

    desk.take(desk.csv(stories(desk, random.Random(5), 150)), mapping_of(**BY_STATE))

    assert linked() == by_hand()
    assert later


def test_import_that_was_interrupted_before_it_linked_is_linked_when_it_is_run_again(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(history, "BATCH", 40)
    path = desk.csv(in_no_order(stories(desk, random.Random(6), 120)))
    with monkeypatch.context() as patched:
        patched.setattr(history.Importer, "finish", lambda importer: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            desk.take(path, mapping_of(**BY_STATE))
    assert linked() != by_hand()

    desk.take(path, mapping_of(**BY_STATE))

    assert linked() == by_hand()


@given(
    lon=st.floats(-179, 179), lat=st.floats(-80, 80), bearing=st.floats(0, 360), near_m=st.sampled_from([20.0, 100.0, 3000.0]),
    share=st.floats(0, 1),
)  # fmt: skip
def test_what_is_near_lies_in_a_square_beside(lon: float, lat: float, bearing: float, near_m: float, share: float) -> None:
    squares = _Squares(near_m)
    other_lon, other_lat, _back = GEOD.fwd(lon, lat, bearing, near_m * share)

    assert squares.of(other_lon, other_lat) in set(squares.around(lon, lat))


def test_points_are_within_a_distance_as_the_database_has_it(db) -> None:
    rng = random.Random(7)
    points = [(rng.uniform(-170, 170), rng.uniform(-75, 75)) for _ in range(60)]
    pairs = [(one, GEOD.fwd(*one, rng.uniform(0, 360), rng.uniform(98.5, 101.5))[:2]) for one in points for _ in range(5)]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_DWithin(ST_MakePoint(a, b)::geography, ST_MakePoint(c, d)::geography, 100)"
            " FROM unnest(%s::float[], %s::float[], %s::float[], %s::float[]) WITH ORDINALITY AS t(a, b, c, d, n) ORDER BY n",
            [list(column) for column in zip(*[(*one, *other) for one, other in pairs], strict=True)],
        )
        expected = [row[0] for row in cursor.fetchall()]

    assert [are_within(one, other, 100) for one, other in pairs] == expected
    assert 50 < sum(expected) < 250
    assert not any(are_within(one, other, 100) for one, other in pairwise(points))
