import pytest

from grids.levels import Level
from grids.models import Area, Layer
from tests.drawing import draw_cells, shape_of


def test_drawing_of_letters_when_drawn_is_a_nested_territory(db):
    town = draw_cells(
        """
        A A B
        C D .
        """,
        villages={"north": "AB", "south": "CD"},
        townships={"east": ["north"], "west": ["south"]},
    )

    assert town["A"].path == "150422.150422100.150422100200.150422100200001"
    assert town["D"].parent == town.villages["south"]
    assert town.villages["south"].parent == town.townships["west"]
    assert shape_of(town.county).equals(shape_of(town.townships["east"]).union(shape_of(town.townships["west"])))
    assert [area.name for area in Area.objects.cells().order_by("ordinal")] == ["A", "B", "C", "D"]
    assert [area.ordinal for area in Area.objects.cells().order_by("ordinal")] == [0, 1, 2, 3]
    assert Layer.objects.get(level=Level.GRID).version > 0


def test_point_on_shared_edge_when_drawn_touches_both_cells(db):
    town = draw_cells("""
        A B
        C D
    """)

    found = Area.objects.cells().containing(town.edge_between("B", "D"))

    assert found.first() == town["B"]
    assert set(found) == {town["B"], town["D"]}


def test_cells_that_do_not_touch_share_no_edge(db):
    town = draw_cells("A B C")

    with pytest.raises(ValueError, match="share no edge"):
        town.edge_between("A", "C")
