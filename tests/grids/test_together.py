"""Several sets in one statement: the same objects as one statement each would have brought."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import JSONObject
from pytest_django import DjangoAssertNumQueries

from grids.models import Area, Territory
from grids.together import Unreadable, kept_for, read_together
from tests.drawing import draw_cells

DRAWING = """
    A B
    C D
"""


def test_sets_when_read_together_cost_one_statement_and_then_none(db, django_assert_num_queries: DjangoAssertNumQueries):
    town = draw_cells(DRAWING)
    cells, roots = Area.objects.cells().without_boundary().order_by("path"), Area.objects.roots().without_boundary()

    with django_assert_num_queries(1):
        read_together(cells, roots)
    with django_assert_num_queries(0):
        read_together(cells, roots)
        found = [cell.code for cell in cells], [root.code for root in roots]

    assert found == (sorted(town[letter].code for letter in "ABCD"), [town.county.code])


def test_rows_when_read_together_are_equal_field_by_field_to_those_read_alone(db):
    draw_cells(DRAWING)
    alone = list(_told())

    together = _told()
    read_together(Area.objects.roots().without_boundary(), together)

    assert [_values(area) for area in together] == [_values(area) for area in alone]
    assert [_values(area.parent) for area in together] == [_values(area.parent) for area in alone]
    assert {type(area.valid_from) for area in together} == {datetime}
    assert all(area.valid_from.tzinfo is UTC for area in together if area.valid_from)
    assert [area.label_point.coords for area in together] == [area.label_point.coords for area in alone]


def test_dicts_and_tuples_when_read_together_are_the_same(db):
    draw_cells(DRAWING)
    dicts = Area.objects.current().order_by("level").values("level").annotate(n=Count("pk"))
    tuples = Area.objects.cells().order_by("path").values_list("path", "valid_from")
    flat = Area.objects.cells().order_by("path").values_list("code", flat=True)
    expected = [list(rows.all()) for rows in (dicts, tuples, flat)]

    read_together(dicts, tuples, flat)

    assert [list(rows) for rows in (dicts, tuples, flat)] == expected


def test_set_that_can_hold_nothing_when_read_is_empty_and_costs_nothing(db, django_assert_num_queries: DjangoAssertNumQueries):
    nothing = Area.objects.filter(pk__in=[])

    with django_assert_num_queries(0):
        read_together(nothing, Area.objects.none())
        assert list(nothing) == []


def test_set_without_rows_when_read_is_empty(db):
    nobody, roots = Area.objects.with_code("nowhere").without_boundary(), Area.objects.roots().without_boundary()

    read_together(nobody, roots)

    assert (list(nobody), list(roots)) == ([], [])


def test_texts_when_read_together_keep_every_character(db):
    town = draw_cells(DRAWING)
    said = {"zh-hans": '“内部边界”为示意\n\\ "quoted" \u2028 😀 {}', "en": ""}
    Territory.objects.create(area=town.county, map_note=said, level_names={"40": said}, attribution="")
    territories = Territory.objects.of_county(town.county.code)

    read_together(territories)

    assert territories[0].map_note == said
    assert territories[0].level_names == {"40": said}


def test_box_of_an_area_is_that_of_its_boundary(db):
    town = draw_cells(DRAWING)
    found = Area.objects.with_code(town["A"].code).with_box()

    read_together(found)

    boundary = Area.objects.get(pk=town["A"].pk).boundary
    assert boundary is not None
    assert found[0].box == pytest.approx(list(boundary.extent), abs=1e-6)  # type: ignore[attr-defined]


def test_type_that_json_does_not_carry_is_refused_by_name(db):
    draw_cells(DRAWING)

    with pytest.raises(Unreadable, match="boundary"):
        read_together(Area.objects.cells())


def test_relation_when_kept_is_what_the_instance_answers_with(db, django_assert_num_queries: DjangoAssertNumQueries):
    town = draw_cells(DRAWING)
    village = town["A"].parent
    assert village is not None

    read_together(kept_for(village, "children", Area.objects.cells().without_boundary().order_by("-path")))

    with django_assert_num_queries(0):
        children = list(village.children.all())
        assert all(child.parent is village for child in children)
    assert [child.code for child in children] == sorted((child.code for child in children), reverse=True)
    assert {child.pk for child in children} == set(Area.objects.filter(parent=village).values_list("pk", flat=True))


def _told():
    """Cells with their parents and with annotations of every kind that pages use."""
    here = Area.objects.filter(parent=OuterRef("parent")).order_by("path")
    told = here.values(said=JSONObject(code="code", n="ordinal", since="valid_from"))
    return (
        Area.objects.cells()
        .select_related("parent")
        .defer("boundary", "parent__boundary")
        .annotate(siblings=ArraySubquery(here.values("pk")), told=ArraySubquery(told), has_any=Exists(here))
        .order_by("-path")[:3]
    )


def _values(area: Area) -> dict[str, object]:
    return {name: value for name, value in area.__dict__.items() if not name.startswith("_") and name != "label_point"}
