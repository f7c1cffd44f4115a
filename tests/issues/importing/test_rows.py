"""What becomes of a row: its times, its place, its light, and what of its words many may read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grids import datums
from grids.datums import Crs
from grids.levels import Level
from issues.models import Category, Issue
from issues.terms import Light, Status
from tests.issues.importing.desk import mapping_of, only


def test_point_in_gcj02_is_converted_and_kept_as_it_stood(desk):
    inside = desk.town.inside("B")
    shown = datums.from_wgs84(inside.x, inside.y, Crs.GCJ02)

    desk.take(desk.csv([desk.row(x=shown[0], y=shown[1])]), mapping_of(crs="gcj02"))

    issue, said = only(), only().submissions.get()
    assert issue.path == desk.town["B"].path
    assert issue.point is not None
    assert issue.point.distance(inside) < 2e-6
    assert (said.source_crs, said.source_xy) == ("gcj02", list(shown))


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("Asia/Shanghai", "2023-07-01 08:00", "2023-07-01 00:00"),
        ("America/New_York", "2023-01-10T07:00:00", "2023-01-10 12:00"),
        ("America/New_York", "2023-07-10T07:00:00", "2023-07-10 11:00"),
        ("America/New_York", "2023-07-10T07:00:00+08:00", "2023-07-09 23:00"),
        ("America/New_York", "2023-11-05T01:30:00", "2023-11-05 05:30"),  # comes twice: the first
        ("America/New_York", "2023-03-12T02:30:00", "2023-03-12 07:30"),  # does not come at all
    ],
)
def test_times_are_of_the_mapping_s_zone_in_summer_and_winter(desk, zone, text, expected):
    desk.take(desk.csv([desk.row(time=text, state="在办", end="", due="")]), mapping_of(time_zone=zone))

    assert only().reported_at == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_closing_is_compared_across_the_hour_that_is_put_forward(desk):
    """02:45 does not exist on that night and is 03:45 by the new time: after 03:10, although it looks earlier."""
    row = desk.row(time="2023-03-12 02:45", end="2023-03-12 03:10")

    result = desk.take(desk.csv([row]), mapping_of(time_zone="America/New_York"))

    assert result.rejected == 1


def test_issue_lies_where_its_point_says_else_its_code_else_on_the_desk(desk):
    town = desk.town
    outside = town.outside()
    rows = [
        desk.row(state="在办", cell=town["C"].code),
        desk.row(state="在办", x="", y="", cell=town["C"].code),
        desk.row(state="在办", x=outside.x, y=outside.y, cell=town.village.code),
        desk.row(state="在办", x=outside.x, y=outside.y),
        desk.row(state="在办", x="", y="", cell="nowhere"),
        desk.row(x="", y=""),
    ]

    result = desk.take(desk.csv(rows))

    found = [
        (issue.path, issue.grid_ambiguous, issue.status)
        for issue in Issue.objects.order_by("source_id")
    ]  # fmt: skip
    assert found == [
        (town["A"].path, False, Status.IN_PROGRESS),
        (town["C"].path, False, Status.IN_PROGRESS),
        (town.village.path, True, Status.IN_PROGRESS),
        (town.county.path, True, Status.SUBMITTED),
        (town.county.path, True, Status.SUBMITTED),
        (town.county.path, True, Status.CLOSED),
    ]
    assert (result.by_point, result.by_code, result.on_desk) == (1, 2, 3)
    assert (result.compared, result.agree) == (1, 0)


def test_agreement_counts_points_that_lie_in_the_area_that_the_source_names(desk):
    rows = [desk.row(cell=code) for code in (desk.town["A"].code, desk.town.village.code, desk.town["B"].code, "unknown", "")]

    result = desk.take(desk.csv(rows))

    assert (result.agree, result.compared) == (2, 3)


def test_values_that_mean_no_point_put_the_issue_on_the_desk(desk):
    desk.take(desk.csv([desk.row(spot="旗政府")]), mapping_of(no_point={"spot": ["旗政府"]}))

    assert (only().point, only().path) == (None, desk.town.county.path)


@pytest.mark.parametrize("light", [None, *(light for light in Light if light != Light.RED)])
def test_no_imported_issue_is_red_however_wide_its_place(desk, light):
    more = {"light": {"road.bridge": light}} if light else {}

    desk.take(desk.csv([desk.row(state="在办"), desk.row(state="在办", x="", y="")]), mapping_of(**more))

    at_cell, on_desk = Issue.objects.order_by("source_id")
    assert at_cell.light == (light or Light.YELLOW)
    assert on_desk.light == Light.YELLOW
    assert not Issue.objects.red_list().exists()


def test_identity_numbers_and_telephones_are_taken_out_of_what_many_read(desk):
    said = "张某 身份证 150422199001011234 电话 13912345678"

    desk.take(desk.csv([desk.row(what=said, cell=said, spot=said)]), mapping_of({"resolution": "cell"}))

    issue = only()
    for text in (issue.title, issue.resolution, issue.public_line, issue.place_text):
        assert "1504" not in text
        assert "139" not in text
    assert "1504" not in issue.submissions.get().text


def test_confidential_category_is_sealed_and_has_no_public_line(desk):
    sealed = Category.objects.filter(sealed=True)[0]

    desk.take(desk.csv([desk.row(kind=sealed.code, spot="done")]), mapping_of({"resolution": "spot"}))

    assert (only().sealed, only().public_line, only().level) == (True, "", Level.TOWNSHIP)


@pytest.mark.parametrize(
    "said", [r"C:\new\table", r"\N", r"\.", "first\tsecond", "one line\r\nand another", "“50 %” 'of' \"it\"", "\x01|\x7f"]
)
def test_text_that_the_database_would_read_otherwise_is_stored_as_it_was_written(desk, said):
    desk.take(
        desk.csv([desk.row(what="before"), desk.row(what=said, spot=said), desk.row(what="after")]),
        mapping_of({"resolution": "spot"}),
    )

    issue = Issue.objects.order_by("source_id")[1]
    assert (issue.place_text, issue.resolution, issue.submissions.get().text) == (said, said, said)
    assert issue.title == said.split("\n")[0]
    assert issue.events.get(number=2).words.texts == {"resolution": said}


@pytest.mark.parametrize(
    ("text", "year"), [("2024-01-01 00:30", "2024"), ("2024-01-01T00:30:00+14:00", "2024"), ("2023-12-31 23:30", "2023")]
)
def test_number_is_of_the_year_in_which_it_was_reported_by_the_source_s_clock(desk, text, year):
    desk.take(desk.csv([desk.row(time=text, state="在办", end="", due="")]))

    assert only().number.startswith(f"{year}-")
