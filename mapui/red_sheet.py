"""The red list as a table that leaves: a spreadsheet, written row by row with every cell a plain value so that no text can act
as a formula; or the same rows as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any
from unicodedata import east_asian_width

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from mapui.red_page import Row

WIDEST = 60
_DATE = "yyyy-mm-dd hh:mm"


def write(title: str, rows: Iterable[Row], at: datetime) -> IO[bytes]:
    """An open temporary file at its beginning, holding one sheet with that title; rows are not kept in memory."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_sheet_name(title))
    _lay_out(sheet)
    sheet.append([_styled(sheet, f"{title} · {localtime(at):%Y-%m-%d %H:%M}", bold=True)])
    sheet.append([_styled(sheet, heading, bold=True, fill="E9EDF1") for heading, _width in _columns()])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in _values(row)])
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def plain(rows: Iterable[Row]) -> Iterator[list[object]]:
    """The headings and the rows as plain values, for CSV; times as people here write them."""
    yield [heading for heading, _width in _columns()]
    for row in rows:
        yield [f"{localtime(value):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value for value in _values(row)]


def _columns() -> list[tuple[str, int]]:
    """Headings and widths, in characters of a Latin font; a Chinese character takes two."""
    return [
        (_("Number"), 18),
        (_("Issue"), 40),
        (_("Light"), 8),
        (_("Category"), 18),
        (_("Place"), 30),
        (_("Lead unit"), 22),
        (_("Grade"), 10),
        (_("Entered the list"), 17),
        (_("Days in the list"), 10),
        (_("Due"), 17),
        (_("Status"), 14),
        (_("Last progress"), 50),
        (_("What holds it up"), 50),
        (_("Left"), 17),
        (_("Reason"), 50),
        (_("Helping units"), 30),
        (_("Named leader"), 14),
        (_("Progress reported"), 17),
        (_("Time"), 10),
    ]


def _values(row: Row) -> Iterator[Any]:
    entry, issue = row.entry, row.entry.issue
    parent = issue.area.parent
    yield issue.number
    yield issue.title
    yield str(issue.light.label)
    yield issue.category.name
    yield " ".join(name for name in (parent.name if parent else "", issue.area.name, issue.place_text) if name)
    yield entry.lead_unit.name
    yield str(row.grade)
    yield entry.entered_at
    yield row.days
    yield issue.level_due_at if entry.exited_at is None else None
    yield issue.get_status_display()
    yield entry.last_progress or ""  # type: ignore[attr-defined]
    yield "；".join(row.blocking)
    yield entry.exited_at
    yield row.reason
    yield "、".join(entry.helper_names or ())  # type: ignore[attr-defined]
    yield entry.leader.name if entry.leader else ""
    yield entry.progress_at
    yield str(row.clock.label) if entry.exited_at is None else ""


def _lay_out(sheet: Any) -> None:
    """Widths by the heading and the kind of column; paper A4 across; headings on every sheet."""
    for place, (heading, width) in enumerate(_columns(), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(max(width, columns_of(heading) + 2), WIDEST)
    sheet.freeze_panes = "C3"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:2"


def columns_of(text: str) -> int:
    """The width of a text in Latin characters."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _cell(sheet: Any, value: str | float | datetime | None) -> Cell:
    if isinstance(value, str):
        return _styled(sheet, value)
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, localtime(value).replace(tzinfo=None, second=0, microsecond=0))
        cell.number_format = _DATE
    else:
        cell = WriteOnlyCell(sheet, value)
    cell.alignment = Alignment(vertical="top")
    return cell


def _styled(sheet: Any, text: str, *, bold: bool = False, fill: str = "") -> Cell:
    """A cell that is text whatever it begins with: “=1+1” stays these four characters, also after somebody edits it."""
    cell = WriteOnlyCell(sheet, _printable(text))
    cell.data_type = "s"
    cell.alignment = Alignment(vertical="top", wrap_text=not bold)
    cell.quotePrefix = True  # only once the cell has a style of its own
    if bold:
        cell.font = Font(bold=True)
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    return cell


def _printable(text: str) -> str:
    """Without the control characters that a workbook cannot hold."""
    return "".join(character for character in text if character in "\n\t" or ord(character) >= 32)[:32_000]


def _sheet_name(title: str) -> str:
    return "".join(character for character in title if character not in r"[]:*?/\\")[:31] or "1"
