"""Disputed ground: read from files, entered all or none, found under a point, settled, and kept by the administrator alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from shapely.geometry.base import BaseGeometry

from grids import disputes
from grids.disputes import Claim
from grids.errors import Refusal
from grids.importing.disputes import Outcome, import_disputes
from grids.importing.source import Source
from grids.locate import MAX_CIRCLE_M, locate
from grids.metres import Plane, to_boundary, to_shapely
from grids.models import Dispute, common_path
from representatives.roles import Role
from tests.drawing import DRAWN_AT, Town, draw_cells
from tests.representatives.factories import person, post

LATER = DRAWN_AT + timedelta(days=400)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    """Two villages side by side in one township, a third in another."""
    return draw_cells(
        "A B C D", villages={"north": "A", "south": "BC", "far": "D"}, townships={"one": ["north", "south"], "two": ["far"]}
    )


def around(point: Any, metres: float = 50) -> BaseGeometry:
    """A circle around a point, EPSG:4326."""
    shape = to_shapely(point)
    plane = Plane.around(shape)
    return plane.out(shapely.buffer(plane.into(shape), metres))


def claim(town: Town, shape: BaseGeometry, *villages: str, code: str = "Z1") -> Claim:
    return Claim(code, "东沟草场", to_boundary(shape), tuple(town.villages[name] for name in villages))


def file_of(folder: Path, *rows: tuple[Mapping[str, object], BaseGeometry | None]) -> Source:
    features = [
        {"type": "Feature", "properties": said, "geometry": None if shape is None else json.loads(shapely.to_geojson(shape))}
        for said, shape in rows
    ]
    file = folder / "disputes.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")
    return Source(file, {})


def tried(folder: Path, *rows: tuple[Mapping[str, object], BaseGeometry | None], dry_run: bool = False) -> Outcome:
    return import_disputes(file_of(folder, *rows), at=LATER, dry_run=dry_run)


# --- where a point lies ---
def test_point_on_disputed_ground_is_located_with_its_dispute_and_beside_it_without(town):
    edge = town.edge_between("A", "B")
    (dispute,) = disputes.enter([claim(town, around(edge), "north", "south")], at=LATER)

    assert [locate(edge, accuracy).dispute for accuracy in (None, 15.0, MAX_CIRCLE_M + 1)] == [dispute.pk] * 3
    assert [locate(town.inside("A"), accuracy).dispute for accuracy in (None, 15.0)] == [None, None]


def test_location_of_a_point_costs_one_statement_with_disputes_too(town, django_assert_num_queries):
    disputes.enter([claim(town, around(town.edge_between("A", "B")), "north", "south")], at=LATER)

    with django_assert_num_queries(1):
        locate(town.inside("A"), 15.0)
    with django_assert_num_queries(1):
        locate(town.edge_between("A", "B"))


def test_settled_ground_is_disputed_no_longer_and_its_code_may_stand_again(town):
    edge = town.edge_between("A", "B")
    (dispute,) = disputes.enter([claim(town, around(edge), "north", "south")], at=LATER)

    assert disputes.settle([dispute.pk], at=LATER + timedelta(days=1)) == 1
    assert locate(edge).dispute is None
    assert disputes.settle([dispute.pk], at=LATER + timedelta(days=2)) == 0

    (again,) = disputes.enter([claim(town, around(edge), "north", "south")], at=LATER + timedelta(days=3))
    (redrawn,) = disputes.enter([claim(town, around(edge, 80), "north", "south")], at=LATER + timedelta(days=4))
    assert locate(edge).dispute == redrawn.pk
    again.refresh_from_db()
    assert again.valid_to == LATER + timedelta(days=4)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [(("a.b.c", "a.b.d"), "a.b"), (("a.b.c", "a.e.d"), "a"), (("a.b", "a.b.c"), "a.b"), (("a", "b"), ""), ((), "")],
)
def test_common_path_is_the_narrowest_above_all(paths, expected):
    assert common_path(paths) == expected


def test_ground_between_townships_belongs_to_the_county(town):
    (dispute,) = disputes.enter([claim(town, around(town.edge_between("C", "D")), "south", "far")], at=LATER)

    assert dispute.path == town.county.path
    assert sorted(dispute.claimants) == ["far", "south"]


def test_ground_that_one_village_claims_is_no_dispute(town):
    with pytest.raises(Refusal, match="two villages at least"):
        disputes.enter([claim(town, around(town.inside("A")), "north", "north")], at=LATER)
    assert not Dispute.objects.exists()


# --- files ---
def test_file_of_a_polygon_and_a_stretch_of_boundary_is_entered(town, tmp_path):
    edge = town.edge_between("A", "B")
    line = shapely.LineString([(edge.x, edge.y - 0.002), (edge.x, edge.y + 0.002)])
    codes = f"{town.villages['north'].code}、{town.villages['south'].code}"
    rows = (
        ({"编号": "Z1", "名称": "东沟草场", "涉及村": codes}, around(town.inside("B"))),
        ({"编号": "Z2", "名称": "界石一线", "宽度": "40"}, line),
    )

    outcome = tried(tmp_path, *rows)

    assert outcome.faults == []
    assert [(one.code, one.path) for one in outcome.entered] == [
        ("Z1", town.townships["one"].path),
        ("Z2", town.townships["one"].path),
    ]
    assert locate(town.inside("B")).dispute == outcome.entered[0].pk
    assert locate(edge).dispute == outcome.entered[1].pk
    stretch = to_shapely(outcome.entered[1].boundary)
    plane = Plane.around(stretch)
    west, _south, east, _north = plane.into(stretch).bounds
    assert east - west == pytest.approx(40, abs=0.5)


@pytest.mark.parametrize(
    ("said", "shape", "sentence"),
    [
        ({"code": ""}, "inside", "Row 1: the code is missing"),
        ({"code": "Z1"}, None, "Row 1: it has no boundary."),
        ({"code": "Z1"}, "line", "Row 1: a stretch of boundary needs the width in dispute"),
        ({"code": "Z1", "width": "9000"}, "line", "“9000” is none"),
        ({"code": "Z1", "villages": "150,151"}, "inside", "Row 1: there is no village “150”."),
        ({"code": "Z1"}, "inside", "Row 1: “Z1” is disputed only if two villages at least claim it."),
        ({"code": "Z1"}, "point", "Row 1: it is neither an area nor a stretch of boundary."),
        ({"code": "Z1"}, "metres", "Row 1: its coordinates are not degrees"),
        ({"code": "Z1"}, "bow", "Row 1: its boundary is invalid: the line crosses itself."),
    ],
)
def test_file_with_a_fault_is_entered_in_no_part_and_says_why(town, tmp_path, said, shape, sentence):
    shapes = {
        "inside": around(town.inside("A")),
        "line": shapely.LineString([(119.01, 43.99), (119.01, 43.995)]),
        "point": shapely.Point(119.01, 43.995),
        "metres": shapely.box(500000, 4870000, 500100, 4870100),
        "bow": shapely.Polygon([(119, 44), (119.01, 43.99), (119.01, 44), (119, 43.99), (119, 44)]),
        None: None,
    }
    sound = ({"code": "Z9"}, around(town.edge_between("A", "B")))

    outcome = tried(tmp_path, (said, shapes[shape]), sound)

    assert len(outcome.faults) == 1
    assert sentence in outcome.faults[0]
    assert not Dispute.objects.exists()


def test_file_that_names_a_code_twice_or_has_no_code_column_or_is_none_says_so(town, tmp_path):
    ground = around(town.edge_between("A", "B"))

    assert tried(tmp_path, ({"code": "Z1"}, ground), ({"code": "Z1"}, ground)).faults == ["Row 2: the code stands in row 1 too."]
    assert "No column holds the code" in tried(tmp_path, ({"what": "Z1"}, ground)).faults[0]
    (tmp_path / "disputes.geojson").write_text("no file at all")
    assert (
        "is not a file of areas that can be read" in import_disputes(Source(tmp_path / "disputes.geojson", {}), at=LATER).faults[0]
    )


def test_command_tells_what_it_would_enter_and_enters_it(town, tmp_path, capsys):
    source = file_of(tmp_path, ({"BH": "Z1", "MC": "东沟"}, around(town.edge_between("A", "B"))))

    call_command("import_disputes", source.file, "--map", "code=BH,name=MC", "--dry-run")
    assert not Dispute.objects.exists()
    call_command("import_disputes", source.file, "--map", "code=BH,name=MC")

    assert Dispute.objects.get().name == "东沟"
    assert "1 entered." in capsys.readouterr().out
    with pytest.raises(CommandError, match="--map takes"):
        call_command("import_disputes", source.file, "--map", "name=MC")


# --- the administrator's page ---
@pytest.fixture
def administrator(client: Client, town) -> Client:
    client.force_login(post(Role.SYSTEM_ADMIN, town.county, person()))
    return client


def sent(source: Source, **more: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile("disputes.geojson", source.file.read_bytes()), "crs": "", "encoding": "", **more}


def test_administrator_checks_a_file_enters_it_and_settles_the_ground(administrator, town, tmp_path):
    source = file_of(tmp_path, ({"code": "Z1", "name": "东沟"}, around(town.edge_between("A", "B"))))
    address = reverse("admin:grids_dispute_import")

    checked = administrator.post(address, sent(source, **{"try": "1"}))
    assert checked.status_code == 200
    assert "The file is sound" in checked.content.decode()
    assert not Dispute.objects.exists()

    entered = administrator.post(address, sent(source, enter="1"), follow=True)
    dispute = Dispute.objects.get()
    assert "东沟" in entered.content.decode()
    assert administrator.get(reverse("admin:grids_dispute_add")).status_code == 302

    settle = {"action": "settle", "_selected_action": [dispute.pk]}
    administrator.post(reverse("admin:grids_dispute_changelist"), settle)
    dispute.refresh_from_db()
    assert dispute.valid_to is not None


def test_faulty_file_is_answered_with_its_sentences(administrator, town, tmp_path):
    source = file_of(tmp_path, ({"code": "Z1"}, around(town.inside("A"))))

    answer = administrator.post(reverse("admin:grids_dispute_import"), sent(source, enter="1"))

    assert answer.status_code == 422
    assert "two villages at least" in answer.content.decode()
    assert administrator.post(reverse("admin:grids_dispute_import"), {}).status_code == 422


@pytest.mark.parametrize("role", [Role.ORGANISATION_OFFICE, Role.AUDITOR])
def test_others_do_not_enter_disputed_ground(client, town, role):
    client.force_login(post(role, town.county, person()))

    assert client.get(reverse("admin:grids_dispute_import")).status_code == 403
    assert client.get(reverse("admin:grids_dispute_changelist")).status_code == 403
