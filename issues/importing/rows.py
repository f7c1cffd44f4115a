"""Rows of a CSV (plain or gzipped) or Excel file, one at a time: memory does not grow with the file."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _

from grids import workbooks
from issues.errors import Refusal
from issues.importing.mapping import Mapping

Row = dict[str, str]
MORE = "\0more"  # key of what stands beyond the last column, where a row has such
OLD_OFFICE = (".xls", ".et", ".ods")


class BadFile(Refusal):
    """The file as a whole cannot be imported."""


@contextmanager
def open_rows(path: Path, mapping: Mapping) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """The header and the rows of the file. Raises BadFile if it is none, is empty, or lacks a column of the mapping."""
    if not path.is_file():
        raise BadFile(_("There is no file “%(path)s”.") % {"path": path})
    suffix = path.suffix.lower()
    if suffix in OLD_OFFICE:
        raise BadFile(_("“%(path)s” cannot be read as it is: save it as .xlsx or CSV.") % {"path": path.name})
    if suffix in (".xlsx", ".xlsm"):
        with _excel(path, mapping) as table:
            yield _checked(table, path, mapping)
        return
    opener = gzip.open if suffix == ".gz" else open
    with opener(path, "rt", encoding=mapping.encoding, newline="") as file:
        yield _checked(_csv(file, path, mapping), path, mapping)


def _csv(file: TextIO, path: Path, mapping: Mapping) -> Iterator[list[str]]:
    # Strict, for a quotation mark that is never closed would swallow all rows behind it.
    reader = csv.reader(file, delimiter=mapping.delimiter, strict=True)
    try:
        yield from reader
    except UnicodeError as error:
        raise BadFile(
            _(
                "“%(path)s” is not encoded as %(encoding)s: set “encoding” in the mapping (files from Chinese Excel are often gb18030)."
            )
            % {"path": path.name, "encoding": mapping.encoding}
        ) from error
    except (csv.Error, OSError, EOFError, zlib.error) as error:
        raise BadFile(
            _("“%(path)s” cannot be read as CSV, line %(line)d: %(why)s.")
            % {"path": path.name, "line": reader.line_num, "why": error}
        ) from error


@contextmanager
def _excel(path: Path, mapping: Mapping) -> Iterator[Iterator[list[str]]]:
    with _no_workbook(path):
        book = workbooks.open_book(path)
    with closing(book):
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        if mapping.sheet not in ("", *sheets) or not sheets:
            raise BadFile(
                _("“%(path)s” has no sheet “%(sheet)s”; it has: %(has)s.")
                % {"path": path.name, "sheet": mapping.sheet, "has": ", ".join(sheets)}
            )
        yield _cells(sheets[mapping.sheet] if mapping.sheet else book.worksheets[0], path, mapping)


def _cells(sheet: Any, path: Path, mapping: Mapping) -> Iterator[list[str]]:
    with _no_workbook(path):
        yield from workbooks.texts_of(sheet, mapping.spelled)


@contextmanager
def _no_workbook(path: Path) -> Iterator[None]:
    """What comes of a file that is none, as a sentence."""
    try:
        yield
    except workbooks.NO_WORKBOOK as error:
        raise BadFile(_("“%(path)s” is not an Excel workbook.") % {"path": path.name}) from error


def _checked(table: Iterator[list[str]], path: Path, mapping: Mapping) -> tuple[list[str], Iterator[Row]]:
    header = [name.strip() for name in next(table, [])]
    if not any(header):
        raise BadFile(_("“%(path)s” is empty.") % {"path": path.name})
    wanted = mapping.columns.named() | set(mapping.no_point)
    missing = sorted(wanted - set(header))
    if missing:
        raise BadFile(
            _("“%(path)s” lacks the column “%(missing)s” that the mapping names; it has: %(has)s.")
            % {"path": path.name, "missing": "”, “".join(missing), "has": ", ".join(header)}
        )
    if doubled := sorted(name for name in wanted if header.count(name) > 1):
        raise BadFile(
            _("“%(path)s” has the column “%(doubled)s” more than once.") % {"path": path.name, "doubled": "”, “".join(doubled)}
        )
    return header, _dicts(header, table)


def _dicts(header: list[str], table: Iterable[list[str]]) -> Iterator[Row]:
    for cells in table:
        tidy = [cell.replace("\x00", "").strip() for cell in cells]
        if not any(tidy):
            continue
        row = dict(zip_longest(header, tidy[: len(header)], fillvalue=""))
        if any(tidy[len(header) :]):
            row[MORE] = " ".join(tidy[len(header) :]).strip()
        yield row
