"""Files of other systems: read alike whatever their kind, taken once, in batches; and those that cannot be taken."""

from __future__ import annotations

import csv
import gc
import gzip
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from grids.levels import Level
from issues.errors import Refusal
from issues.importing import history, import_issues, storing
from issues.importing.rows import BadFile, open_rows
from issues.models import Event, Issue, Submission
from tests.drawing import Town
from tests.issues.factories import shipped_policy
from tests.issues.importing.desk import AT, COLUMNS, HEADER, Desk, mapping_of, only


def told(issue: Issue) -> tuple[object, ...]:
    """All of an imported issue that should not depend on the kind of file."""
    said = issue.submissions.get()
    return (
        issue.source_id, issue.title, issue.category.code, issue.status, issue.level, issue.path, issue.point, issue.reported_at,
        issue.closed_at, issue.level_due_at, issue.place_text, said.text, said.source_xy, [event.verb for event in issue.events.all()],
    )  # fmt: skip


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
    copied = storing.copy_columns

    def fail_on_second_batch(model: Any, rows: Any, usual: Any) -> None:
        if model is Event and '"H-4"' in rows[0]["facts"]:
            raise OSError("disk full")
        copied(model, rows, usual)

    monkeypatch.setattr(storing, "copy_columns", fail_on_second_batch)
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


@pytest.mark.parametrize("fails", [False, True])
def test_search_for_garbage_is_whole_again_after_the_import(desk, monkeypatch, fails):
    at_work: list[int] = []

    def copied(model: Any, rows: Any, usual: Any) -> None:
        at_work.append(gc.get_freeze_count())
        if fails:
            raise OSError("disk full")

    monkeypatch.setattr(storing, "copy_columns", copied)
    with pytest.raises(OSError, match="disk full") if fails else nullcontext():
        desk.take(desk.csv([desk.row()]))

    assert all(at_work)
    assert gc.get_freeze_count() == 0
