"""Which county something lies in: alone at the root, or deep in a province."""

from __future__ import annotations

import pytest

from grids.levels import Level, steps_up
from grids.models import Area, county_among
from tests import provinces
from tests.representatives.factories import START, area

pytestmark = pytest.mark.django_db


def test_steps_are_counted_from_the_narrower_level_to_the_wider():
    assert steps_up(Level.GRID, Level.GRID) == 0
    assert steps_up(Level.GRID, Level.TOWNSHIP) == 2
    assert steps_up(Level.PROVINCE, Level.COUNTY) == 0


@pytest.mark.parametrize(
    ("path", "county"),
    [
        ("P.F.A.AT.AV.A1", "P.F.A"),
        ("P.F.A.AT", "P.F.A"),
        ("P.F.A", "P.F.A"),
        ("P.F", "P"),
        ("P", "P"),
    ],
)
def test_county_of_a_place_in_a_province_is_the_area_of_that_level(path, county):
    provinces.counties("A", START)

    place = Area.objects.get(path=path)

    assert place.county_path == county
    trail = [Area.objects.get(path=upper) for upper in place.ancestor_paths]
    found = county_among(trail)
    assert found
    assert found.path == county


@pytest.mark.parametrize("path", ["K.T1.V1.C1", "K.T1", "K"])
def test_county_of_a_place_in_a_county_is_the_root(path):
    assert area(path).county_path == "K"


def test_counties_of_several_places_are_each_told_once_in_order():
    provinces.counties("AB", START)
    Area.objects.create(level=Level.TOWNSHIP, code="S", name="S", path="S", valid_from=START)

    def found(*paths: str) -> list[str]:
        return [county.path for county in Area.objects.counties_of(paths)]

    assert found("P.F.B.BT", "P.F.A.AT.AV.A1", "P.F.A") == ["P.F.A", "P.F.B"]
    assert found("S") == ["S"]  # narrower than a county, and there is none
    assert found("P.F", "nowhere") == []
    assert found() == []
    assert county_among([]) is None


def test_paths_of_a_level_are_read_as_one_row_in_the_order_of_their_ordinals(django_assert_num_queries):
    provinces.counties("AB", START)
    cells = Area.objects.cells().order_by("path")
    for ordinal, cell in enumerate(cells, start=7):
        Area.objects.filter(pk=cell.pk).update(ordinal=ordinal)

    with django_assert_num_queries(1):
        first, paths = Area.objects.cells().under("P.F.B").numbered_paths()

    assert (first, paths) == (9, ("P.F.B.BT.BV.B1", "P.F.B.BT.BV.B2"))
    assert Area.objects.cells().under("nowhere").numbered_paths() == (0, ())
