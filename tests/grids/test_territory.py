"""The two territories that come with the program, drawn from their folders."""

from __future__ import annotations

import csv
import shutil
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.conf import settings
from django.db import transaction
from django.utils import translation

from grids.drawing.territory import draw_territory, read_rows, settlements_of
from grids.errors import Refusal
from grids.importing.standing import check_standing
from grids.levels import LADDER_LEVELS, Level
from grids.models import Area, Layer, Territory
from tests.drawing import shape_of

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
BAIRIN, BOSTON = FIXTURES / "bairin", FIXTURES / "boston"
SINCE = datetime(2023, 11, 1, tzinfo=UTC)


@dataclass
class Drawn:
    """A territory as it was drawn: unsaved copies of its rows, and what the checks said of them."""

    territory: Territory
    areas: list[Area]
    steps: list[tuple[int, int]]
    faults: list[str]
    layers: set[int]
    again: str

    def of(self, level: Level) -> list[Area]:
        return [area for area in self.areas if area.level == level]

    def shapes(self, level: Level) -> np.ndarray:
        return np.array([shape_of(area) for area in self.of(level)])


def small(folder: Path, tmp_path: Path, cells: int) -> Path:
    """The same territory with fewer cells: what is tested does not depend on how many there are."""
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    text = (copy / "territory.toml").read_text(encoding="utf-8")
    spec = tomllib.loads(text)["cells"]
    for key, value in (("count", cells), ("least", 1)):
        text = text.replace(f"{key} = {spec[key]}", f"{key} = {value}")
    (copy / "territory.toml").write_text(text, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def bairin(django_db_setup, django_db_blocker, tmp_path_factory) -> Drawn:
    """巴林左旗 with 500 cells, drawn once for all tests here, in a transaction that is taken back."""
    folder, steps = small(BAIRIN, tmp_path_factory.mktemp("bairin"), 500), []
    with django_db_blocker.unblock(), translation.override("en"), transaction.atomic():
        territory = draw_territory(folder, at=SINCE, progress=lambda *step: steps.append(step))
        areas = list(Area.objects.current().order_by("path"))
        faults = [fault.sentence for fault in check_standing(LADDER_LEVELS)]
        layers = set(Layer.objects.values_list("level", flat=True))
        with pytest.raises(Refusal) as refused:
            draw_territory(folder, at=SINCE)
        transaction.set_rollback(True)
    return Drawn(territory, areas, steps, faults, layers, refused.value.sentence)


def test_bairin_when_drawn_is_a_whole_county(bairin):
    assert [len(bairin.of(level)) for level in LADDER_LEVELS] == [500, 184, 13, 1]
    assert bairin.steps[-1] == (184, 184)
    assert bairin.faults == []
    assert bairin.layers == {int(level) for level in LADDER_LEVELS}
    for level in LADDER_LEVELS[:-1]:
        shapes = bairin.shapes(level)
        assert shapely.coverage_is_valid(shapes)
        assert shapely.is_valid(shapes).all()
        assert shapely.union_all(shapes).symmetric_difference(bairin.shapes(Level.COUNTY)[0]).area < 1e-9


def test_households_of_bairin_when_dealt_out_to_cells_add_up(bairin):
    cells, villages = (sum(area.households or 0 for area in bairin.of(level)) for level in (Level.GRID, Level.VILLAGE))

    assert cells == villages == 124_196


def test_words_of_bairin_are_those_of_the_county(bairin):
    with translation.override("zh-hans"):
        assert bairin.territory.level_name(Level.VILLAGE) == "嘎查村社区"
    with translation.override("en"):
        assert bairin.territory.level_name(Level.COUNTY) == "banner"
    assert "示意" in bairin.territory.map_note["zh-hans"]
    (cell,) = [area for area in bairin.areas if area.code == "150422100201001"]
    assert cell.name == "福山地村第1网格"
    assert cell.path == "150422.150422100.150422100201.150422100201001"


def test_real_places_of_bairin_when_drawn_lie_in_their_areas(bairin):
    areas = {area.code: shape_of(area) for area in bairin.areas}
    real = 0
    for name in ("townships.csv", "villages.csv"):
        for row in read_rows(BAIRIN / name, parent="150422"):
            for seat in row.seats if _is_real(name, row.code) else ():
                assert areas[row.code].contains(shapely.Point(seat)), row
                real += 1
    assert real > 20


def _is_real(name: str, code: str) -> bool:
    with (BAIRIN / name).open(encoding="utf-8") as lines:
        row = next(row for row in csv.DictReader(lines) if row["code"] == code)
    return "amap" in (row.get("seat_source"), row.get("point_source"))


def test_settlements_when_asked_again_are_the_same_and_within_their_village(bairin):
    for village in bairin.of(Level.VILLAGE)[::20]:
        one, same = settlements_of(village, 2024), settlements_of(village, 2024)
        assert np.array_equal(one.places, same.places)
        assert one.weights.sum() == pytest.approx(village.households)
        nearby = shapely.buffer(shape_of(village), 1e-6)
        assert shapely.contains_xy(nearby, one.places[:, 0], one.places[:, 1]).all()


def test_territory_when_it_stands_already_is_refused(bairin):
    assert bairin.again == "“巴林左旗” (150422) is there already."


def test_files_of_bairin_are_what_their_readme_says():
    townships, villages = read_rows(BAIRIN / "townships.csv"), read_rows(BAIRIN / "villages.csv")

    assert (len(townships), len(villages)) == (13, 184)
    assert {village.parent for village in villages} == {township.code for township in townships}
    assert len({village.code for village in villages}) == 184
    assert all(len(village.code) == 12 and village.code.startswith(village.parent) for village in villages)
    assert sum(village.households or 0 for village in villages) == 124_196
    assert sum(file.stat().st_size for file in BAIRIN.iterdir()) < 500_000


def test_boston_when_drawn_keeps_the_boundaries_of_the_city(db, tmp_path):
    territory = draw_territory(small(BOSTON, tmp_path, 300), at=SINCE)

    assert [Area.objects.current().of_level(level).count() for level in LADDER_LEVELS] == [300, 255, 22, 1]
    precincts = shapely.from_geojson((BOSTON / "precincts.geojson").read_text(encoding="utf-8"))
    given = shapely.union_all(shapely.get_parts(precincts))
    drawn = np.array([shape_of(area) for area in Area.objects.current().of_level(Level.VILLAGE)])
    assert shapely.union_all(drawn).equals(given)
    assert shapely.coverage_is_valid(np.array([shape_of(area) for area in Area.objects.cells()]))
    assert len(check_standing(LADDER_LEVELS)) == 0
    with translation.override("en"):
        assert territory.level_name(Level.VILLAGE) == "precinct"
    assert Area.objects.current().get(code="0101").path == "boston.1.0101"


def test_boston_when_a_file_is_at_fault_loads_nothing(db, tmp_path):
    folder = small(BOSTON, tmp_path, 300)
    (folder / "precincts.geojson").write_text("{}")

    with pytest.raises(Refusal, match=r"precincts\.geojson"):
        draw_territory(folder, at=SINCE)

    assert not Area.objects.exists()
