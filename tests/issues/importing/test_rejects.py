"""Rows that cannot be taken: each goes to the reject file with its reason, and the others go on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from issues.importing.rejects import harmless
from issues.models import Issue
from issues.terms import Status
from tests.issues.importing.desk import mapping_of, only

BAD = {
    "without number": ({"no": ""}, "The number in the column “no” is missing"),
    "number too long": ({"no": "9" * 81}, "longer than 80 characters"),
    "unknown kind": ({"kind": "ufo"}, "The mapping names no category for “ufo”."),
    "no time at all": ({"time": ""}, "The column “time” is empty"),
    "not a time": ({"time": "yesterday"}, "“yesterday” in the column “time” is not a time."),
    "null date": ({"time": "0001-01-01 00:00"}, "is not a time"),
    "stand-in for no due date": ({"due": "9999-12-31 23:59"}, "“9999-12-31 23:59” in the column “due” is not a time."),
    "reported in the future": ({"time": "2024-06-01 20:01", "end": "2024-06-02"}, "“2024-06-01 20:01” lies in the future."),
    "closed in the future": ({"end": "2024-06-02"}, "“2024-06-02” lies in the future."),
    "closed but when": ({"end": ""}, "the column “end” does not say when"),
    "closed before reported": ({"end": "2024-02-29 10:00"}, "It was closed (2024-02-29 10:00) before it was reported"),
    "not a number": ({"x": "east"}, "“east, "),
    "not a longitude": ({"x": "191"}, "is not a longitude and a latitude."),
    "not finite": ({"y": "nan"}, "is not a longitude and a latitude."),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_row_goes_to_the_reject_file_with_its_reason_and_the_others_go_on(desk, what):
    cells, reason = BAD[what]
    bad = desk.row(**cells)

    result = desk.take(desk.csv([desk.row(), bad, desk.row()]))

    assert (result.read, result.written, result.rejected, Issue.objects.count()) == (3, 2, 1, 2)
    (row,) = desk.rejected()
    assert reason in row.pop("why it was rejected")
    assert tuple(row.values()) == bad


def test_number_that_stands_in_the_file_twice_is_taken_once(desk):
    result = desk.take(desk.csv([desk.row(no="H-1", what="first"), desk.row(no="H-1", what="second")]))

    assert (result.written, result.rejected) == (1, 1)
    assert only().title == "first"
    assert desk.rejected()[0]["why it was rejected"] == "The number “H-1” stands in the file twice."


def test_row_with_more_cells_than_the_header_is_rejected_not_shifted(desk):
    result = desk.take(desk.csv([(*desk.row(), "", "left over"), (*desk.row(), "")]))

    assert (result.written, result.rejected) == (1, 1)
    assert desk.rejected()[0]["why it was rejected"] == "The row has more cells than the header: “left over”."


def test_closed_before_reported_when_the_mapping_says_clamp_is_closed_at_once(desk):
    desk.take(desk.csv([desk.row(end="2024-02-29 10:00")]), mapping_of(closed_before_reported="clamp"))

    assert only().closed_at == only().reported_at == datetime(2024, 3, 1, 1, tzinfo=UTC)


def test_time_of_closing_of_an_open_row_is_not_read(desk):
    desk.take(desk.csv([desk.row(state="在办", end="0001-01-01 00:00")]))

    assert (only().status, only().closed_at) == (Status.IN_PROGRESS, None)


def test_reject_file_is_begun_anew_each_run_and_grows_within_one(desk, monkeypatch):
    monkeypatch.setattr("issues.importing.rejects.HELD", 2)
    path = desk.csv([desk.row(kind="ufo") for _ in range(5)])

    desk.take(path)
    desk.take(path)

    assert [row["no"] for row in desk.rejected()] == [f"H-{number}" for number in range(1, 6)]
    assert desk.rejects.read_bytes().count(b"\xef\xbb\xbf") == 1


def test_no_reject_file_when_nothing_was_rejected(desk):
    desk.take(desk.csv([desk.row()]))

    assert not desk.rejects.exists()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        (" @SUM(A1)", "' @SUM(A1)"),
        ("-cmd", "'-cmd"),
        ("＝1", "'＝1"),
        ("-71.0587", "-71.0587"),
        ("+8.5", "+8.5"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_reject_file_holds_no_formulas_but_numbers_as_they_are(text, kept):
    assert harmless(text) == kept


def test_formula_in_a_rejected_row_is_made_harmless(desk):
    desk.take(desk.csv([desk.row(kind="ufo", what='=HYPERLINK("http://x")')]))

    assert desk.rejected()[0]["what"] == '\'=HYPERLINK("http://x")'
