"""Importing history: files of other systems, through a mapping, into a drawn territory on a real database."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils.timezone import now
from openpyxl import Workbook

from grids import datums
from grids.datums import Crs
from grids.levels import Level
from issues import categories, ledger, services, sweeps
from issues.errors import Refusal
from issues.importing import BadMapping, Mapping, Result, history, import_issues, load_mapping
from issues.importing.rejects import harmless
from issues.importing.rows import BadFile, open_rows
from issues.models import Category, Event, Issue, SlaPolicy, Submission
from issues.terms import Actor, Light, Status, Verb
from representatives.roles import Role
from tests.drawing import DRAWN_AT, Town, draw_cells
from tests.issues.factories import shipped_policy
from tests.representatives.factories import post

BOSTON = settings.BASE_DIR / "fixtures" / "boston"
AT = datetime(2024, 6, 1, 12, tzinfo=UTC)
HEADER = ("no", "time", "kind", "what", "state", "end", "due", "x", "y", "spot", "cell")
COLUMNS: dict[str, Any] = {
    "id": "no", "reported": "time", "category": "kind", "text": "what", "status": "state", "closed": "end",
    "due": "due", "lon": "x", "lat": "y", "place": "spot", "area": "cell", "resolution": "",
}  # fmt: skip

Cells = tuple[str, ...]


@dataclass
class Desk:
    """A territory of three cells with rules, and a folder for files."""

    town: Town
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def row(self, **cells: object) -> Cells:
        """A row about the cell A that is closed in time, but for what the test says."""
        inside = self.town.inside("A")
        usual: dict[str, object] = {
            "no": f"H-{next(self.numbers)}", "time": "2024-03-01 09:00", "kind": "road.bridge", "what": "桥面塌陷",
            "state": "办结", "end": "2024-03-02 10:00", "due": "2024-03-05 17:30", "x": round(inside.x, 6), "y": round(inside.y, 6),
        }  # fmt: skip
        return tuple(str({**usual, **cells}.get(name, "")) for name in HEADER)

    def csv(self, rows: Sequence[Cells], *, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([HEADER, *rows])
        path = self.folder / name
        data = text.getvalue().encode(encoding)
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path

    @property
    def rejects(self) -> Path:
        return self.folder / "rejects.csv"

    def rejected(self) -> list[dict[str, str]]:
        with self.rejects.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def take(self, path: Path, mapping: Mapping | None = None, **more: Any) -> Result:
        return import_issues(path, mapping or mapping_of(), at=AT, rejects=self.rejects, **more)


def mapping_of(columns: dict[str, Any] | None = None, **more: Any) -> Mapping:
    usual: dict[str, Any] = {
        "source": "hotline", "time_zone": "Asia/Shanghai", "status": {"办结": "closed", "待受理": "submitted"}, "language": "zh-hans",
    }  # fmt: skip
    return Mapping.model_validate({**usual, "columns": {**COLUMNS, **(columns or {})}, **more})


@pytest.fixture
def desk(db, tmp_path) -> Desk:
    town = draw_cells("A B C", villages={"west": "AB", "east": "C"})
    categories.load(categories.read(categories.SHIPPED.read_text()))
    shipped_policy()
    return Desk(town, tmp_path)


def told(issue: Issue) -> tuple[object, ...]:
    """All of an imported issue that should not depend on the kind of file."""
    said = issue.submissions.get()
    return (
        issue.source_id, issue.title, issue.category.code, issue.status, issue.level, issue.path, issue.point, issue.reported_at,
        issue.closed_at, issue.level_due_at, issue.place_text, said.text, said.source_xy, [event.verb for event in issue.events.all()],
    )  # fmt: skip


def only() -> Issue:
    return Issue.objects.get()


def faults() -> list[ledger.Fault]:
    """What is wrong with the ledger as a whole."""
    issues, walk = ledger.verify_all()
    found = list(walk)
    assert len(found) >= issues
    return [fault for fault in found if fault is not None]


# --- files ---


def test_same_rows_as_csv_gzip_and_workbook_give_the_same_issues(desk):
    rows = [desk.row(spot="三号桥"), desk.row(state="在办", end="", x="", y="", cell=desk.town["B"].code)]
    book = Workbook()
    assert book.active is not None
    book.active.append(HEADER)
    for row in rows:
        cells: list[object] = [datetime.fromisoformat(cell) if cell.startswith("2024-") else cell for cell in row]
        cells[7:9] = [float(cell) if cell else None for cell in row[7:9]]
        book.active.append(cells)
    book.save(desk.folder / "orders.xlsx")

    found = []
    for path in (desk.csv(rows), desk.csv(rows, name="orders.csv.gz"), desk.folder / "orders.xlsx"):
        assert desk.take(path, mapping_of(source=path.name)).written == 2
        found.append([told(issue) for issue in Issue.objects.filter(source=path.name).order_by("source_id")])

    assert found[0] == found[1] == found[2]
    assert found[0][0][:6] == ("H-1", "桥面塌陷", "road.bridge", "closed", Level.TOWNSHIP, desk.town["A"].path)


def test_dates_of_a_workbook_are_read_whatever_format_the_mapping_has_for_texts(desk):
    book = Workbook()
    assert book.active is not None
    book.active.append(HEADER)
    book.active.append(
        [
            *desk.row(time="")[:1],
            datetime.fromisoformat("2024-03-01T09:30"),
            *desk.row()[2:5],
            "2024/3/2 10:00",
            *desk.row(due="")[6:],
        ]
    )
    book.save(desk.folder / "mixed.xlsx")

    desk.take(desk.folder / "mixed.xlsx", mapping_of(time_format="%Y/%m/%d %H:%M"))

    assert only().reported_at == datetime(2024, 3, 1, 1, 30, tzinfo=UTC)
    assert only().closed_at == datetime(2024, 3, 2, 2, 0, tzinfo=UTC)


def test_second_run_when_all_is_there_writes_nothing(desk):
    path = desk.csv([desk.row() for _ in range(5)])
    first = desk.take(path)
    before = sorted(Issue.objects.values_list("number", "head"))

    second = desk.take(path)

    assert (first.written, first.there, second.written, second.there) == (5, 0, 0, 5)
    assert sorted(Issue.objects.values_list("number", "head")) == before
    assert Submission.objects.count() == 5


def test_import_stopped_in_the_middle_when_run_again_has_every_row_once(desk, monkeypatch):
    monkeypatch.setattr(history, "BATCH", 4)
    path = desk.csv([desk.row() for _ in range(10)])

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.take(path, progress=stop)
    assert Issue.objects.count() == 4

    result = desk.take(path)

    assert (result.written, result.there) == (6, 4)
    assert set(Issue.objects.values_list("source_id", flat=True)) == {f"H-{number}" for number in range(1, 11)}
    assert Issue.objects.count() == 10


def test_batch_that_fails_while_being_written_leaves_nothing_of_itself(desk, monkeypatch):
    monkeypatch.setattr(history, "BATCH", 3)
    path = desk.csv([desk.row() for _ in range(6)])
    copied = history.copy_rows

    def fail_on_second_batch(model: Any, rows: Any) -> None:
        if model is Event and rows[0].facts["source_id"] == "H-4":
            raise OSError("disk full")
        copied(model, rows)

    monkeypatch.setattr(history, "copy_rows", fail_on_second_batch)
    with pytest.raises(OSError, match="disk full"):
        desk.take(path)

    assert sorted(Issue.objects.values_list("source_id", flat=True)) == ["H-1", "H-2", "H-3"]
    assert Submission.objects.count() == 3


def test_limit_and_trial_run_stop_before_writing_more(desk):
    path = desk.csv([desk.row() for _ in range(5)])

    trial = desk.take(path, dry_run=True)
    assert (trial.read, trial.written, Issue.objects.count()) == (5, 5, 0)

    desk.take(path, limit=2)
    assert Issue.objects.count() == 2


def test_large_file_is_not_read_ahead_of_the_batches(desk, monkeypatch):
    monkeypatch.setattr(history, "BATCH", 50)
    handed_out = 0
    path = desk.csv([])
    read_rows = history.open_rows

    class Counted:
        def __init__(self, opened: Any) -> None:
            self.opened = opened

        def __enter__(self) -> Any:
            header, rows = self.opened.__enter__()
            return header, self.counting(rows)

        def counting(self, rows: Iterator[Any]) -> Iterator[Any]:
            nonlocal handed_out
            for row in rows:
                handed_out += 1
                yield row

        def __exit__(self, *raised: Any) -> Any:
            return self.opened.__exit__(*raised)

    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(desk.row() for _ in range(20_000))
    monkeypatch.setattr(history, "open_rows", lambda *args: Counted(read_rows(*args)))

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.take(path, progress=stop)

    assert handed_out == 50
    assert Issue.objects.count() == 50


def test_rows_of_a_file_are_read_from_the_disk_as_they_are_asked_for(tmp_path):
    path = tmp_path / "endless.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("no,time,kind\n")
        file.writelines(f"{number},2024-01-01,road\n" for number in range(200_000))
    short = dict.fromkeys(COLUMNS, "") | {"id": "no", "reported": "time", "category": "kind"}

    with open_rows(path, mapping_of(short)) as (_header, rows):
        first = next(rows)
        # Were rows read ahead, the fault that follows here would have been met already.
        with path.open("r+b") as file:
            file.seek(1_000_000)
            file.write(b"\xff\xff\xff")

        assert first == {"no": "0", "time": "2024-01-01", "kind": "road"}
        with pytest.raises(BadFile, match="not encoded"):
            list(rows)


# --- rows that cannot be taken ---

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


# --- files that cannot be taken ---


def test_gb18030_file_is_read_when_the_mapping_says_so_and_refused_when_not(desk):
    path = desk.csv([desk.row()], encoding="gb18030")

    with pytest.raises(BadFile, match=r"“orders.csv” is not encoded as utf-8-sig: set “encoding”"):
        desk.take(path)
    assert Issue.objects.count() == 0

    desk.take(path, mapping_of(encoding="gb18030"))
    assert only().title == "桥面塌陷"


# By what is wrong: name and bytes of the file (None: there is none), more of the mapping, how the sentence begins.
FAULTY_FILES: dict[str, tuple[str, bytes | None, dict[str, Any], str]] = {
    "missing": ("none.csv", None, {}, "There is no file “"),
    "empty": ("empty.csv", b"", {}, "“empty.csv” is empty."),
    "blank": ("blank.csv", b",,\n", {}, "“blank.csv” is empty."),
    "no workbook": ("not.xlsx", b"PK nothing", {}, "“not.xlsx” is not an Excel workbook."),
    "old workbook": ("old.xls", b"\xd0\xcf", {}, "“old.xls” cannot be read as it is: save it as .xlsx or CSV."),
    "column": ("lacks.csv", b"no,time,kind\n1,2,3\n", {}, "“lacks.csv” lacks the column “cell”, “due”"),
    "column twice": ("twice.csv", ",".join((*HEADER, "no")).encode(), {}, "“twice.csv” has the column “no” more than once."),
    "quotation mark": ("q.csv", (",".join(HEADER) + '\n1,"open\n').encode(), {}, "“q.csv” cannot be read as CSV, line 2"),
    "not gzip": ("not.csv.gz", b"plain", {}, "“not.csv.gz” cannot be read as CSV"),
    "cut off": ("cut.csv.gz", gzip.compress(b"no," * 900)[:-9], {}, "“cut.csv.gz” cannot be read as CSV"),
    "utf-16": ("u.csv", b"no,time\n", {"encoding": "utf-16"}, "“u.csv” is not encoded as utf-16"),
    "category": ("x.csv", b"", {"categories": {"a": "ufo"}}, "The mapping names categories that are not here: ufo."),
}


@pytest.mark.parametrize("what", FAULTY_FILES)
def test_file_that_cannot_be_taken_is_refused_in_a_sentence_and_nothing_is_written(desk, what):
    name, data, more, sentence = FAULTY_FILES[what]
    path = desk.folder / name
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(Refusal) as refused:
        desk.take(path, mapping_of(**more))

    assert refused.value.sentence.startswith(sentence)
    assert "\n" not in refused.value.sentence
    assert Issue.objects.count() == 0


def test_sheet_that_the_workbook_does_not_have_is_told_with_those_it_has(desk):
    Workbook().save(desk.folder / "sheets.xlsx")

    with pytest.raises(BadFile, match=r"“sheets.xlsx” has no sheet “工单”; it has: Sheet."):
        desk.take(desk.folder / "sheets.xlsx", mapping_of(sheet="工单"))


def test_reject_file_may_not_be_the_file_itself(desk):
    path = desk.csv([desk.row(kind="ufo")])
    before = path.read_bytes()

    with pytest.raises(BadFile, match=r"would overwrite “orders.csv”"):
        import_issues(path, mapping_of(), at=AT, rejects=path)

    assert path.read_bytes() == before


def test_import_without_territory_or_policy_is_refused(db, tmp_path):
    path = Desk(Town(county=None), tmp_path).csv([])  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="No policy of time limits"):
        import_issues(path, mapping_of(), at=AT, rejects=tmp_path / "r.csv")

    shipped_policy()
    with pytest.raises(Refusal, match="There is no territory yet"):
        import_issues(path, mapping_of(), at=AT, rejects=tmp_path / "r.csv")


# --- mappings ---

GOOD = """
source = "s"
time_zone = "Asia/Shanghai"
"""
REST = '[columns]\nid = "a"\nreported = "b"\ncategory = "c"\n'
FAULTS = {
    "no TOML": ("source = ", "is not valid TOML"),
    "needed key": (GOOD.replace('source = "s"', "") + REST, "source: is missing."),
    "needed column": (GOOD + '[columns]\nid = "a"\ncategory = "c"\n', "columns.reported: is missing."),
    "unknown key": (GOOD + 'colour = "x"\n' + REST, "colour: is not a key of a mapping."),
    "unknown column": (GOOD + REST + 'telephone = "x"\n', "columns.telephone: is not a key of a mapping."),
    "zone": (GOOD.replace("Shanghai", "Shangai") + REST, "time_zone: “Asia/Shangai” is not a time zone."),
    "encoding": (GOOD + 'encoding = "gbk2"\n' + REST, "encoding: “gbk2” is not an encoding."),
    "delimiter": (GOOD + 'delimiter = ";;"\n' + REST, "delimiter: "),
    "datum": (GOOD + 'crs = "mars"\n' + REST, "crs: "),
    "half a point": (GOOD + REST + 'lon = "x"\n', "columns.lon and columns.lat go together"),
    "status": (GOOD + REST + '[status]\nopen = "suspended"\n', "status.open: no issue can be imported as “suspended”."),
    "red": (GOOD + REST + '[light]\n"road.bridge" = "red"\n', "light.road.bridge: red is for people to decide."),
}


@pytest.mark.parametrize("what", FAULTS)
def test_fault_of_a_mapping_is_told_in_one_sentence(tmp_path, what):
    text, sentence = FAULTS[what]
    path = tmp_path / "mapping.toml"
    path.write_text(text)

    with pytest.raises(BadMapping) as refused:
        load_mapping(path)

    assert sentence in refused.value.sentence
    lines = refused.value.sentence.splitlines()
    assert len(lines) == (1 if what == "no TOML" else 2)


def test_mapping_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadMapping, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")


def test_shipped_mapping_names_only_columns_and_categories_that_are_shipped():
    mapping = load_mapping(BOSTON / "mapping.toml")
    listed = categories.read((BOSTON / "categories.toml").read_text())
    codes = set((BOSTON / "categories.toml").read_text().split('"'))

    with open_rows(BOSTON / "requests_sample.csv.gz", mapping) as (header, _rows):
        assert mapping.columns.named() <= set(header)
    assert listed
    assert set(mapping.categories.values()) <= codes


# --- what becomes of a row ---


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


# --- its life here ---


def test_ledger_of_imported_issues_verifies_and_is_dated_as_in_the_source(desk):
    path = desk.csv([desk.row(cell="修好了\x00"), desk.row(state="在办", end="")])
    desk.take(path, mapping_of({"resolution": "cell", "area": ""}))

    assert faults() == []
    closed, ongoing = Issue.objects.order_by("source_id")
    assert [(event.verb, event.actor, event.at, event.to_status) for event in closed.events.order_by("number")] == [
        (Verb.SUBMIT, Actor.SYSTEM, closed.reported_at, Status.SUBMITTED),
        (Verb.CLOSE, Actor.SYSTEM, closed.closed_at, Status.CLOSED),
    ]
    assert closed.events.get(number=2).texts == {"resolution": "修好了"}
    assert [event.to_status for event in ongoing.events.all()] == [Status.IN_PROGRESS]


def test_open_imported_issues_are_left_alone_by_every_sweep(desk):
    rows = [desk.row(state=state, end="", x=x, y=44) for state in ("在办", "待受理") for x in ("", "119.005")]
    desk.take(desk.csv([(*row[:8], "43.995", *row[9:]) for row in rows]))
    before = list(Issue.objects.order_by("pk").values())

    for day in range(0, 400, 20):
        for step in (sweeps.warn, sweeps.climb, sweeps.draft, sweeps.feedback, sweeps.resume):
            tally = step(at=AT + timedelta(days=day))
            assert (tally.done, tally.failed) == (0, [])

    assert len(before) == 4
    assert list(Issue.objects.order_by("pk").values()) == before
    assert Event.objects.count() == 4


def test_first_verb_on_an_imported_issue_works_as_on_any(desk):
    desk.take(desk.csv([desk.row(state="在办", end="", kind="house.minor")]), mapping_of(light={"house.minor": "green"}))
    representative = post(Role.PARTY_REPRESENTATIVE, desk.town.village, since=DRAWN_AT)
    member = post(Role.GRID_MEMBER, desk.town["A"], since=DRAWN_AT)
    secretary = post(Role.VILLAGE_SECRETARY, desk.town.village, since=DRAWN_AT)
    issue = only()

    services.move(issue.pk, Verb.NOTE, by=member, at=AT, facts={"text": "看过现场"})
    services.move(issue.pk, Verb.ESCALATE, by=representative, at=AT, facts={"tried": "联系过施工队"})

    issue.refresh_from_db()
    assert (issue.level, issue.status) == (Level.VILLAGE, Status.ASSIGNED)
    assert issue.level_due_at is not None
    assert issue.level_due_at > AT
    assert issue.climb_at is not None
    services.move(issue.pk, Verb.ACKNOWLEDGE, by=secretary, at=AT)
    done = {"resolution": "已修", "public_line": "已修复"}
    services.move(issue.pk, Verb.RESOLVE, by=secretary, at=AT + timedelta(hours=2), facts=done)
    assert faults() == []


def test_issue_on_the_manual_desk_can_be_put_in_its_place_and_accepted(desk):
    desk.take(desk.csv([desk.row(state="在办", end="", x="", y="")]))
    committee = post(Role.TOWNSHIP_COMMITTEE, desk.town.county, since=DRAWN_AT)
    issue = only()

    services.move(issue.pk, Verb.PLACE, by=committee, at=AT, facts={"area": desk.town["C"].code})

    issue.refresh_from_db()
    assert (issue.path, issue.grid_ambiguous) == (desk.town["C"].path, False)


def test_earlier_closed_issue_at_the_same_place_is_linked_as_recurrence_even_after_an_interruption(desk, monkeypatch):
    rows = [desk.row(), desk.row(time="2024-03-20 09:00", end="2024-03-21 09:00")]
    path = desk.csv(rows)
    with monkeypatch.context() as patched:
        patched.setattr(history.recurrence, "link_missing", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            desk.take(path)

    desk.take(path)

    first, second = Issue.objects.order_by("source_id")
    assert (first.recurrence_of, second.recurrence_of) == (None, first)


# --- the command ---


def test_command_tells_what_became_of_the_rows(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk.folder)
    mapping = desk.folder / "mapping.toml"
    columns = "\n".join(f'{key} = "{name}"' for key, name in COLUMNS.items() if name)
    mapping.write_text(f'source = "h"\ntime_zone = "Asia/Shanghai"\n[columns]\n{columns}\n[status]\n"办结" = "closed"\n')
    path = desk.csv([desk.row(), desk.row(kind="ufo")])

    call_command("import_issues", path, mapping=mapping, verbosity=0)

    said = capsys.readouterr().out
    assert "2 rows read: 1 imported, 0 already there, 1 rejected." in said
    assert "orders.csv.rejects.csv" in said
    assert (desk.folder / "orders.csv.rejects.csv").exists()


def test_command_with_a_faulty_mapping_fails_with_its_sentence(desk):
    mapping = desk.folder / "mapping.toml"
    mapping.write_text("source = ")

    with pytest.raises(CommandError, match="is not valid TOML"):
        call_command("import_issues", desk.csv([]), mapping=mapping, verbosity=0)


# --- real cases ---


@pytest.fixture
def boston(db, tmp_path) -> tuple[Result, Path]:
    """The sample of Boston's cases, imported into a territory of one cell that none of them lies in."""
    draw_cells("A")
    categories.load(categories.read((BOSTON / "categories.toml").read_text()))
    shipped_policy()
    SlaPolicy.objects.update(active_from=datetime(2012, 1, 1, tzinfo=UTC))
    rejects = tmp_path / "rejects.csv"
    mapping = load_mapping(BOSTON / "mapping.toml")
    return import_issues(BOSTON / "requests_sample.csv.gz", mapping, at=now(), rejects=rejects), rejects


def test_city_s_own_verdict_on_time_is_ours_for_every_closed_case_with_a_target(boston):
    result, rejects = boston
    with gzip.open(BOSTON / "requests_sample.csv.gz", "rt", encoding="utf-8", newline="") as file:
        cases = {row["case_id"]: row for row in csv.DictReader(file)}

    assert (result.written, result.rejected, rejects.exists()) == (len(cases), 0, False)
    assert len(cases) == 3003
    compared = 0
    for issue in Issue.objects.filter(closed_at__isnull=False, total_due_at__isnull=False):
        assert issue.closed_at is not None
        assert issue.total_due_at is not None
        theirs = cases[issue.source_id]["on_time"]
        ours = "ONTIME" if issue.closed_at <= issue.total_due_at else "OVERDUE"
        assert theirs in (ours, ""), issue.source_id
        compared += theirs != ""
    assert compared > 1600
    at_once = {"101001400453", "101001524391", "101001665876"}  # closed some seconds before they were filed
    assert {issue.source_id for issue in Issue.objects.filter(source_id__in=at_once, closed_at=F("reported_at"))} == at_once


def test_city_s_cases_keep_their_time_of_day_and_only_real_points(boston):
    zone = ZoneInfo("America/New_York")
    with gzip.open(BOSTON / "requests_sample.csv.gz", "rt", encoding="utf-8", newline="") as file:
        cases = {row["case_id"]: row for row in csv.DictReader(file)}

    for issue in Issue.objects.all():
        case = cases[issue.source_id]
        assert issue.reported_at.astimezone(zone).replace(tzinfo=None).isoformat() == case["opened"]
        located = case["loc_quality"] == "geocoded"
        assert (issue.point is not None) == located
        if located:
            assert issue.point == Point(float(case["lon"]), float(case["lat"]), srid=4326)
    assert faults() == []
