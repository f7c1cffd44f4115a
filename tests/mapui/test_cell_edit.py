"""Redrawing a cell by hand: who may, what the preview says and leaves alone, what confirming does to cells and people."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from grids.models import Area
from issues import redrawing
from issues.models import Issue
from representatives.models import Assignment, Person
from representatives.roles import Role
from representatives.services import responsible_for
from tests.drawing import shape_of
from tests.mapui.scene import START, Scene
from tests.representatives.factories import person, post

MIDDLE = [[119.005, 44.01], [119.005, 43.98]]  # through the middle of A, north to south


def page_of(county: Scene, who: Role | Person = Role.ORGANISATION_OFFICE) -> Client:
    client = Client()
    client.force_login(county[who] if isinstance(who, Role) else who)
    return client


def address(area: Area) -> str:
    return f"/cells/{area.code}/edit/"


def split(area: Area, line: Any = MIDDLE, **more: Any) -> dict[str, Any]:
    return {"kind": "split", "seen": area.pk, "shape": json.dumps({"type": "LineString", "coordinates": line}), **more}


def merge(area: Area, other: Area, **more: Any) -> dict[str, Any]:
    return {"kind": "merge", "seen": area.pk, "other": other.code, **more}


def move(area: Area, ring: list[list[float]], **more: Any) -> dict[str, Any]:
    return {"kind": "move", "seen": area.pk, "shape": json.dumps({"type": "Polygon", "coordinates": [ring]}), **more}


def standing() -> list[str]:
    return list(Area.objects.cells().order_by("path").values_list("code", flat=True))


def posted(area: Area) -> dict[str, str]:
    """Names by role of who is posted right there."""
    found = Assignment.objects.filter(area__path=area.path, term__endswith=None).select_related("person")
    return {one.role: one.person.name for one in found}


def choices(answer: Any, value: str = "all") -> dict[str, str]:
    return {f"posting-{line.posting.pk}": value for line in answer.context["preview"].postings}


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.ORGANISATION_OFFICE, Role.SYSTEM_ADMIN])
def test_page_when_opened_by_who_arranges_cells_shows_them_and_is_linked_from_card_and_panel(county, role):
    client, cell = page_of(county, role), county.town["A"]

    assert client.get(address(cell)).status_code == 200
    assert address(cell) in client.get(f"/cells/{cell.code}/").content.decode()
    assert address(cell) in client.get(f"/panel/{cell.code}/").content.decode()


@pytest.mark.parametrize("role", [Role.VILLAGE_SECRETARY, Role.SUPERVISION_OFFICE, Role.GRID_MEMBER])
def test_page_when_opened_by_somebody_else_is_forbidden_and_linked_nowhere(county, role):
    client, cell = page_of(county, role), county.town["A"]

    assert client.get(address(cell)).status_code == 403
    assert client.post(address(cell), split(cell)).status_code == 403
    assert address(cell) not in client.get(f"/cells/{cell.code}/").content.decode()


def test_page_when_opened_by_a_visitor_asks_for_a_log_in(county):
    assert Client().get(address(county.town["A"]))["Location"].startswith("/login/")


def test_page_when_the_cell_is_elsewhere_or_no_cell_is_not_found(county):
    elsewhere = post(Role.ORGANISATION_OFFICE, county.town.townships["富河镇"], person(), since=START)

    assert page_of(county, elsewhere).get(address(county.town["A"])).status_code == 404
    assert page_of(county).get(address(county.town.village)).status_code == 404
    assert page_of(county).get("/cells/nothing/edit/").status_code == 404


# --- Split ------------------------------------------------------------------------------------------------------------
def test_split_when_previewed_says_what_it_does_and_writes_nothing(county):
    cell = county.town["A"]
    Area.objects.filter(pk=cell.pk).update(households=31)
    county.report(cell="A")
    before, rows = standing(), Assignment.objects.count()

    answer = page_of(county).post(address(cell), split(cell))
    said = " ".join(answer.context["preview"].sentences)

    assert answer.status_code == 200
    assert "becomes 2 cells" in said
    assert re.search(r"1 open issue was reported in \d+", said)
    assert "15 households" in said or "16 households" in said
    assert {line.posting.person.name for line in answer.context["preview"].postings} == {"韩网格", "李代表"}
    assert standing() == before
    assert Assignment.objects.count() == rows
    assert not LogEntry.objects.exists()


def test_split_when_confirmed_makes_two_cells_with_their_people_and_is_logged(county):
    cell, client = county.town["A"], page_of(county)
    preview = client.post(address(cell), split(cell))
    west, east = [area.code for area in preview.context["preview"].outcome.new]
    who = {line.posting.role: f"posting-{line.posting.pk}" for line in preview.context["preview"].postings}
    said = {who["grid_member"]: "all", who["party_representative"]: east, "leaves_vacant": "on", f"name-{east}": "东网格"}

    answer = client.post(address(cell), split(cell, confirm="on", reason="Too many households", **said))

    assert answer.status_code == 302
    assert cell.code not in standing()
    assert {west, east} <= set(standing())
    assert Area.objects.current().get(code=east).name == "东网格"
    assert posted(Area.objects.current().get(code=west)) == {"grid_member": "韩网格"}
    assert posted(Area.objects.current().get(code=east)) == {"grid_member": "韩网格", "party_representative": "李代表"}
    assert posted(cell) == {}
    entry = LogEntry.objects.get()
    assert entry.user == county[Role.ORGANISATION_OFFICE]
    assert "Too many households" in entry.change_message
    assert client.get(f"/cells/{cell.code}/").status_code == 410


def test_split_when_a_post_would_fall_vacant_asks_first(county):
    cell, client = county.town["A"], page_of(county)
    preview = client.post(address(cell), split(cell))
    said = split(cell, confirm="on", reason="x", **choices(preview, "ends"))

    refused = client.post(address(cell), said)

    assert refused.status_code == 409
    assert len(refused.context["preview"].vacancies) == 4
    assert cell.code in standing()
    assert client.post(address(cell), {**said, "leaves_vacant": "on"}).status_code == 302


@pytest.mark.parametrize("missing", ["reason", "choice"])
def test_split_when_something_is_missing_is_refused_and_keeps_the_preview(county, missing):
    cell, client = county.town["A"], page_of(county)
    preview = client.post(address(cell), split(cell))
    said = {} if missing == "choice" else choices(preview)

    answer = client.post(address(cell), split(cell, confirm="on", reason="x" if missing == "choice" else "", **said))

    assert answer.status_code in (409, 422)
    assert cell.code in standing()
    assert ("Say why" in answer.content.decode()) is (missing == "reason")


def test_split_when_issues_are_open_leaves_them_with_the_old_cell_and_its_people_until_they_end(county):
    issue = county.in_progress()
    cell, client = county.town["A"], page_of(county)
    preview = client.post(address(cell), split(cell))

    client.post(address(cell), split(cell, confirm="on", reason="x", **choices(preview)))
    issue = county.again(issue)

    assert issue.area_id == cell.pk
    assert responsible_for(issue.path, county.at)[0].person == county[Role.PARTY_REPRESENTATIVE]
    assert redrawing.release(at=county.at) == 0
    Issue.objects.filter(pk=issue.pk).update(closed_at=county.at, status="closed")
    assert redrawing.release(at=county.at) == 2
    assert posted(cell) == {}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ([[119.005, 44.01], [119.005, 43.995]], "does not cross"),
        ([[118.5, 44.01], [118.5, 43.98]], "lies outside"),
        ([[119.005, 44.01], [119.005, 43.98], [119.002, 43.98], [119.008, 44.005]], "crosses itself"),
        ([[119.00001, 44.01], [119.00001, 43.98]], "less than 5 m wide"),
        ([[118.9999, 43.9997], [119.0003, 44.0001]], "m² is the least"),
    ],
)
def test_split_when_the_line_cannot_cut_is_refused_in_a_sentence(county, line, sentence):
    cell = county.town["A"]

    answer = page_of(county).post(address(cell), split(cell, line))

    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert answer.context["preview"] is None


@pytest.mark.parametrize("shape", ["", "nonsense", '{"type":"LineString","coordinates":[[500,0],[1,1]]}', '{"type":"Point"}'])
def test_split_when_the_drawing_is_unreadable_is_refused(county, shape):
    cell = county.town["A"]

    assert page_of(county).post(address(cell), {**split(cell), "shape": shape}).status_code == 422


def test_split_when_somebody_redrew_the_cell_meanwhile_is_refused(county):
    cell = county.town["A"]

    answer = page_of(county).post(address(cell), split(cell) | {"seen": cell.pk + 1000})

    assert answer.status_code == 409
    assert "meanwhile" in answer.content.decode()


# --- Merge ------------------------------------------------------------------------------------------------------------
def test_merge_when_confirmed_joins_both_and_keeps_everybody_once(county):
    one, other, client = county.town["A"], county.town["B"], page_of(county)
    post(Role.PARTY_REPRESENTATIVE, other, county[Role.PARTY_REPRESENTATIVE], since=START)
    post(Role.GRID_MEMBER, other, person("何网格"), since=START)
    preview = client.post(address(one), merge(one, other))

    client.post(address(one), merge(one, other, confirm="on", reason="Few households", **choices(preview)))

    (joined,) = Area.objects.get(pk=one.pk).replaced_by.all()
    assert set(joined.replaces.all()) == {one, other}
    found = Assignment.objects.filter(area=joined, term__endswith=None).values_list("person__name", "role")
    assert sorted(found) == sorted([("李代表", "party_representative"), ("韩网格", "grid_member"), ("何网格", "grid_member")])


@pytest.mark.parametrize("letter", ["C", "E"])
def test_merge_when_the_other_is_no_neighbour_of_the_village_is_refused(county, letter):
    cell = county.town["A"]

    assert page_of(county).post(address(cell), merge(cell, county.town[letter])).status_code == 422


def test_merge_when_a_cut_left_a_corner_on_the_edge_still_joins(county):
    cell, other, client = county.town["A"], county.town["B"], page_of(county)
    slanted = [[118.999, 43.9971], [119.013, 43.9937]]
    preview = client.post(address(cell), split(cell, slanted))
    client.post(address(cell), split(cell, slanted, confirm="on", reason="x", **choices(preview)))
    part = Area.objects.get(pk=cell.pk).replaced_by.order_by("code")[0]

    assert client.post(address(part), merge(part, other)).status_code == 200


# --- Move -------------------------------------------------------------------------------------------------------------
def ring(east: float, south: float = 43.99) -> list[list[float]]:
    """The outline of A with its eastern edge there."""
    return [[119.0, 44.0], [119.0, south], [east, south], [east, 44.0], [119.0, 44.0]]


@pytest.mark.parametrize(("east", "grows"), [(119.012, True), (119.007, False)])
def test_edge_when_moved_changes_both_cells_and_leaves_codes_people_and_issues(county, east, grows):
    one, other, client = county.town["A"], county.town["B"], page_of(county)
    issue = county.report(cell="A")
    preview = client.post(address(one), move(one, ring(east)))
    assert preview.status_code == 200
    assert standing()

    client.post(address(one), move(one, ring(east), confirm="on", reason="The road is the border"))

    new_one, new_other = (Area.objects.current().get(code=area.code) for area in (one, other))
    assert (new_one.pk, new_other.pk) != (one.pk, other.pk)
    sizes = [shape_of(area).area for area in (one, other, new_one, new_other)]
    assert (sizes[2] > sizes[0]) is grows
    assert sizes[2] + sizes[3] == pytest.approx(sizes[0] + sizes[1])
    assert responsible_for(new_one.path, county.at)[0].person == county[Role.PARTY_REPRESENTATIVE]
    assert county.again(issue).area_id == one.pk


@pytest.mark.parametrize(
    ("outline", "sentence"),
    [
        (ring(119.01), "not been moved"),
        (ring(119.01, 43.985), "reaches beyond"),
        (ring(119.0200001), "m² is the least"),
        ([[119.0, 44.0], [119.01, 43.99], [119.0, 43.99], [119.01, 44.0], [119.0, 44.0]], "crosses itself"),
        ([[119.0, 44.0], [119.002, 43.99], [119.01, 43.99], [119.01, 44.0], [119.0, 44.0]], "No neighbour could take over"),
    ],
)
def test_edge_when_moved_where_it_cannot_be_is_refused_in_a_sentence(county, outline, sentence):
    cell = county.town["A"]

    answer = page_of(county).post(address(cell), move(cell, outline))

    assert answer.status_code == 409
    assert sentence in answer.content.decode()
