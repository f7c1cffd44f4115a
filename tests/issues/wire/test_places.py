"""Choosing a place from lists: the same tree as on the map, kept by a phone for later."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from grids.models import Area, Territory
from issues.wire import places
from tests.issues.wire.phone import error

pytestmark = pytest.mark.django_db


def names(parts: list[dict[str, Any]]) -> list[Any]:
    """The tree as names: [name, [its parts]] or the name alone."""
    return [[part["name"], names(part["parts"])] if "parts" in part else part["name"] for part in parts]


def test_without_an_area_the_roots_are_listed_with_what_their_level_is_called(county):
    root = county.town.county
    Territory.objects.create(area=root, level_names={"40": {"en": "banner"}, "30": {"en": "sumu"}})

    told = Client().get("/api/places").json()

    assert told["parts"] == [{"code": root.code, "name": "巴林左旗", "level": "county", "level_name": "banner", "more": True}]
    assert (told["area"], told["trail"], told["left_out"]) == (None, [], 0)


def test_parts_of_an_area_with_what_it_lies_in(county):
    town = county.town

    told = Client().get("/api/places", {"area": town.village.code}).json()

    assert told["area"]["name"] == "上京社区"
    assert [area["level"] for area in told["trail"]] == ["county", "township"]
    assert names(told["parts"]) == ["第1网格", "第2网格"]
    assert not any("more" in part for part in told["parts"])


def test_depth_brings_whole_branches_in_the_order_of_their_codes(county):
    told = Client().get("/api/places", {"area": county.town.county.code, "depth": "3"}).json()

    assert names(told["parts"]) == [
        ["林东镇", [["上京社区", ["第1网格", "第2网格"]], ["兴隆村", ["第3网格", "第4网格"]]]],
        ["富河镇", [["富河村", ["第5网格", "第6网格"]]]],
    ]
    assert names(Client().get("/api/places", {"depth": "2"}).json()["parts"]) == [["巴林左旗", ["林东镇", "富河镇"]]]


def test_retired_areas_are_not_offered(county):
    Area.objects.filter(pk=county.town["A"].pk).update(valid_to=now())

    told = Client().get("/api/places", {"area": county.town.village.code}).json()

    assert names(told["parts"]) == ["第2网格"]
    error(Client().get("/api/places", {"area": county.town["A"].code}), 404, "unknown")


def test_too_many_are_left_out_from_the_narrow_end_and_said(county, monkeypatch):
    monkeypatch.setattr(places, "MOST", 5)

    told = Client().get("/api/places", {"area": county.town.county.code, "depth": "3"}).json()

    assert told["left_out"] == 6
    assert names(told["parts"]) == [["林东镇", ["上京社区", "兴隆村"]], ["富河镇", ["富河村"]]]
    assert all(village["more"] for township in told["parts"] for village in township["parts"])


def test_what_a_phone_has_kept_is_not_sent_again(county):
    first = Client().get("/api/places", {"depth": "2"})

    again = Client().get("/api/places", {"depth": "2"}, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.headers["Cache-Control"], again.status_code, again.content) == ("public, max-age=300", 304, b"")
    Area.objects.filter(pk=county.town["A"].pk).update(name="新名")
    Area.objects.filter(pk=county.town.township.pk).update(name="新镇")
    assert Client().get("/api/places", {"depth": "2"}, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("depth", ["0", "4", "9" * 400, "x", "", "-1", "１"])
def test_depth_that_there_is_not_is_one(county, depth):
    told = Client().get("/api/places", {"depth": depth}).json()

    assert names(told["parts"]) == ["巴林左旗"]


@pytest.mark.parametrize("code", ["nowhere", "\0", "x" * 5_000])
def test_unknown_code_is_said(county, code):
    error(Client().get("/api/places", {"area": code}), 404, "unknown")


def test_whole_county_costs_as_few_questions_as_a_village(county, django_assert_num_queries):
    for area in (county.town.county, county.town.village):
        with django_assert_num_queries(4 if area.parent_id else 3):
            Client().get("/api/places", {"area": area.code, "depth": "3"})
