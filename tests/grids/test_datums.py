import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from grids.datums import SHIFTED_BOX, Crs, from_wgs84, many_to_wgs84, to_wgs84

PAIRS = list(csv.DictReader((Path(__file__).parent / "gcj02_wgs84_pairs.csv").open(encoding="utf-8-sig")))
METRES = Geod(ellps="WGS84")

in_china = st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5))
beyond_china = st.one_of(
    st.tuples(st.floats(-179, 70), st.floats(-85, 85)),
    st.tuples(st.floats(140, 179), st.floats(-85, 85)),
    st.tuples(st.floats(73, 135), st.floats(57, 85)),
    st.tuples(st.floats(73, 135), st.floats(-85, 0)),
)


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(METRES.inv(*one, *other)[2])


def test_there_are_52_known_pairs():
    assert len(PAIRS) == 52


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["code"])
def test_known_pair_when_converted_either_way_is_within_half_a_metre(pair):
    gcj02 = float(pair["lon_gcj02"]), float(pair["lat_gcj02"])
    wgs84 = float(pair["lon_wgs84"]), float(pair["lat_wgs84"])

    assert metres_between(to_wgs84(*gcj02, Crs.GCJ02), wgs84) < 0.5
    assert metres_between(from_wgs84(*wgs84, Crs.GCJ02), gcj02) < 0.5
    assert abs(metres_between(gcj02, wgs84) - float(pair["shift_m"])) < 0.5


@given(point=in_china, crs=st.sampled_from(Crs))
def test_point_in_china_when_sent_there_and_back_is_where_it_was(point: tuple[float, float], crs: Crs) -> None:
    assert metres_between(to_wgs84(*from_wgs84(*point, crs=crs), crs=crs), point) < 0.001
    assert metres_between(from_wgs84(*to_wgs84(*point, crs=crs), crs=crs), point) < 0.001


@given(point=in_china)
def test_shifted_systems_when_asked_in_china_shift_by_what_the_field_measures(point: tuple[float, float]) -> None:
    assert 15 < metres_between(from_wgs84(*point, crs=Crs.GCJ02), point) < 720
    assert 400 < metres_between(from_wgs84(*point, crs=Crs.BD09), from_wgs84(*point, crs=Crs.GCJ02)) < 1100


@given(point=beyond_china, crs=st.sampled_from(Crs))
def test_point_beyond_china_when_converted_stays(point: tuple[float, float], crs: Crs) -> None:
    assert from_wgs84(*point, crs=crs) == point
    assert to_wgs84(*point, crs=crs) == point


@given(point=in_china)
def test_cgcs2000_is_taken_as_wgs84(point: tuple[float, float]) -> None:
    assert to_wgs84(*point, crs=Crs.CGCS2000) == point == from_wgs84(*point, crs=Crs.WGS84)


def test_baidu_point_when_converted_is_the_published_one():
    # The example that the widely used open converters print: GCJ-02 116.404, 39.915 and what BD-09 calls that place.
    published = 116.41036949371029, 39.92133699351021

    assert to_wgs84(*published, Crs.BD09) == pytest.approx(to_wgs84(116.404, 39.915, Crs.GCJ02), abs=1e-9)
    assert from_wgs84(*to_wgs84(116.404, 39.915, Crs.GCJ02), Crs.BD09) == pytest.approx(published, abs=1e-9)


def test_many_points_when_converted_at_once_equal_each_by_itself():
    rng = np.random.default_rng(1)
    points = rng.uniform((60, -5), (150, 60), (500, 2))

    converted = many_to_wgs84(points, Crs.BD09)

    assert converted.shape == (500, 2)
    for (x, y), (lon, lat) in zip(points, converted, strict=True):
        assert (lon, lat) == pytest.approx(to_wgs84(x, y, "bd09"), abs=1e-11)


def test_point_on_the_edge_of_the_box_when_sent_there_and_back_stays_near():
    west, south, east, north = SHIFTED_BOX
    for point in ((west, 35.0), (east, 35.0), (105.0, south), (105.0, north)):
        assert metres_between(to_wgs84(*from_wgs84(*point, crs=Crs.GCJ02), crs=Crs.GCJ02), point) < 1000


def test_unknown_system_when_named_is_an_error():
    with pytest.raises(ValueError, match="mercator"):
        to_wgs84(1.0, 2.0, "mercator")
