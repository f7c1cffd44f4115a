"""The frame of `bin/bench`: a real server, a page beside its statements and its bytes."""

from __future__ import annotations

from http.client import HTTPMessage, HTTPResponse

import pytest
from django.contrib.gis.geos import Point
from django.utils.timezone import now

from bench import measure
from bench.measure import Case, WrongAnswer
from bench.server import WARM_UP, Server, timed
from bench.tiles import tile_of
from grids.levels import Level
from grids.models import Area, Layer
from tests.issues.test_processes import url_of_database


class Answer(HTTPResponse):
    """As much of an HTTP answer as is looked at."""

    def __init__(self, status: int) -> None:
        self.status, self.headers = status, HTTPMessage()


def test_answer_with_another_status_than_the_case_wants_ends_it_with_a_sentence():
    with pytest.raises(WrongAnswer, match="queue: /queue/ answered 404 and not 200"):
        measure._check(Case("queue", "/queue/"), Answer(404), b"")


def test_answer_without_what_the_page_holds_is_not_taken_for_the_page():
    with pytest.raises(WrongAnswer, match="11 bytes without “data-row”"):
        measure._check(Case("queue", "/queue/", holds="data-row"), Answer(200), b"no issue :-")


def test_unchanged_state_must_say_so():
    case = Case("state", "/map/state/cell/", revalidate=True)

    measure._check(case, Answer(304), b"")
    with pytest.raises(WrongAnswer):
        measure._check(case, Answer(200), b"state")


def test_warming_up_is_not_counted():
    turns: list[int] = []

    def ask(turn: int) -> float:
        turns.append(turn)
        return float(turn)

    taken = timed(ask, times=3)

    assert taken == [WARM_UP, WARM_UP + 1, WARM_UP + 2]
    assert turns == list(range(WARM_UP + 3))


def test_tile_of_an_area_is_the_one_that_holds_its_label():
    area = Area(label_point=Point(116.0, 43.5, srid=4326))

    assert [tile_of(area, zoom=zoom) for zoom in (0, 1, 12)] == [(0, 0), (1, 0), (3367, 1497)]


@pytest.mark.django_db
def test_statements_of_a_page_can_be_run_again_bare(client, django_assert_num_queries):
    statements = measure.reads_of(client, "/report/")

    assert any("grids_area" in each for each in statements)
    with django_assert_num_queries(len(statements)):
        measure.bare(statements)


@pytest.mark.django_db(transaction=True)
def test_state_is_measured_beside_its_statements_and_a_file_of_the_same_bytes(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url_of_database())
    Layer.objects.create(level=Level.COUNTY, version=1, changed_at=now())
    case, server = Case("state", "/map/state/county/?county=150422"), Server()

    measure.lay_out([case], server)
    with server:
        figure = measure.measure(case, server, number=0, times=3)

    assert (figure.name, figure.unit, figure.beside["status"]) == ("state", "ms", 200)
    assert figure.beside["statements"] >= 1
    assert figure.bar == max(2 * figure.beside["sql_ms"], 1.3 * figure.beside["file_ms"])
    assert figure.beside["file_ms"] > 0
