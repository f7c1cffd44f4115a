"""A list of staff as a spreadsheet: which columns it may have, and its rows. Nothing is judged here but the form.

Columns that are not known are refused, not skipped: what a county has on its people besides these stays where it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from django.utils.translation import gettext as _

from grids import workbooks
from grids.errors import Refusal
from representatives.register_guard import banned_terms

MOST_ROWS = 2_000
MOST_BYTES = 2_000_000

# What a column may be called; the first two stand in the file to fill in.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "name"),
    "username": ("用户名", "user name", "username", "账号", "登录名"),
    "unit": ("单位编码", "unit code", "unit", "单位"),
    "phone": ("办公电话", "office phone", "phone"),
    "role": ("角色", "role", "岗位"),
    "area": ("区域编码", "area code", "area", "网格编码"),
    "since": ("起", "from", "开始日期"),
    "until": ("止", "to", "结束日期"),
}
NEEDED = ("name", "username")
_CALLED = {spelling: column for column, spellings in COLUMNS.items() for spelling in spellings}
_CARD_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


@dataclass(frozen=True)
class StaffRow:
    """A row of the list, as it was written; `number` is its row in the file, the header being 1."""

    number: int
    name: str = ""
    username: str = ""
    unit: str = ""
    phone: str = ""
    role: str = ""
    area: str = ""
    since: str = ""
    until: str = ""


def rows_of_file(name: str, content: bytes) -> list[StaffRow]:
    """The rows of an .xlsx or CSV file (UTF-8 or GB 18030). Raises Refusal: not such a file, columns, too long."""
    if len(content) > MOST_BYTES:
        raise Refusal(_("The file is too large: at most %(n)d rows.") % {"n": MOST_ROWS}, field="file")
    if name.lower().endswith((".xlsx", ".xlsm")):
        return rows_of(_sheet(content))
    return rows_of_text(_decoded(content))


def rows_of_text(text: str) -> list[StaffRow]:
    """The rows of CSV text, as `text_of` writes it."""
    try:
        return rows_of(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise Refusal(_("The file is neither an .xlsx workbook nor CSV."), field="file") from None


def text_of(rows: Iterable[StaffRow]) -> str:
    """The rows as CSV text with the English header; rows keep their numbers by standing where they stood."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([spellings[1] for spellings in COLUMNS.values()])
    line = 2
    for row in rows:
        while line < row.number:
            writer.writerow([""] * len(COLUMNS))
            line += 1
        writer.writerow([getattr(row, column) for column in COLUMNS])
        line += 1
    return out.getvalue()


def rows_of(table: Iterable[list[str]]) -> list[StaffRow]:
    """The rows of a table whose first line is the header; empty lines are left out."""
    lines = iter(table)
    columns = _header([cell.strip() for cell in next(lines, [])])
    found = []
    for number, line in enumerate(lines, start=2):
        cells = [str(cell).strip() for cell in line]
        if any(cells):
            _refuse_card_numbers(number, cells)
            if any(cells[len(columns) :]):
                raise Refusal(_("Row %(n)d has more cells than the header.") % {"n": number}, field="file")
            found.append(StaffRow(number, **{column: cell for column, cell in zip(columns, cells, strict=False) if column}))
        if len(found) > MOST_ROWS:
            raise Refusal(_("The file is too large: at most %(n)d rows.") % {"n": MOST_ROWS}, field="file")
    if not found:
        raise Refusal(_("The file holds no row."), field="file")
    return found


def _header(names: list[str]) -> list[str]:
    while names and not names[-1]:
        names = names[:-1]
    for name in names:
        if banned_terms().found_in(name):
            raise Refusal(
                _("The column “%(name)s” must not be entered here: take it out of the file.") % {"name": name}, field="file"
            )
    unknown = [name for name in names if name.lower() not in _CALLED]
    if unknown:
        words = {"names": _(", ").join(unknown), "known": _(", ").join(spellings[0] for spellings in COLUMNS.values())}
        raise Refusal(_("Columns that are not taken: %(names)s. Taken are: %(known)s.") % words, field="file")
    columns = [_CALLED[name.lower()] for name in names]
    missing = [COLUMNS[column][0] for column in NEEDED if column not in columns]
    if missing:
        raise Refusal(_("The file lacks the columns: %(names)s.") % {"names": _(", ").join(missing)}, field="file")
    if len(set(columns)) < len(columns):
        raise Refusal(_("The file has a column twice."), field="file")
    return columns


def _refuse_card_numbers(number: int, cells: Iterable[str]) -> None:
    if any(_CARD_NUMBER.search(cell) for cell in cells):
        raise Refusal(
            _("Row %(n)d holds a number like that of an identity document: take it out of the file.") % {"n": number}, field="file"
        )


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refusal(_("The file is neither an .xlsx workbook nor CSV."), field="file")


def _sheet(content: bytes) -> Iterator[list[str]]:
    try:
        with closing(workbooks.open_book(io.BytesIO(content))) as book:
            sheet = book.worksheets[0]
            yield from workbooks.texts_of(sheet, "{:%Y-%m-%d}".format, max_row=MOST_ROWS * 2, max_col=len(COLUMNS) * 4)
    except workbooks.NO_WORKBOOK:
        raise Refusal(_("The file is neither an .xlsx workbook nor CSV."), field="file") from None
