"""Rows of a CSV (plain or gzipped) or Excel file, one at a time: memory does not grow with the file."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from issues.errors import Refusal
from issues.importing.mapping import Mapping

Row = dict[str, str]


class BadFile(Refusal):
    """The file as a whole cannot be imported."""


@contextmanager
def open_rows(path: Path, mapping: Mapping) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """The header and the rows of the file. Raises BadFile if it is none, is empty, or lacks a column of the mapping."""
    if not path.is_file():
        raise BadFile(_("There is no file “%(path)s”.") % {"path": path})
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        with _excel(path, mapping) as table:
            yield _checked(table, path, mapping)
        return
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding=mapping.encoding, newline="") as file:
        yield _checked(_csv(file, path, mapping), path, mapping)


def _csv(file: TextIO, path: Path, mapping: Mapping) -> Iterator[list[str]]:
    try:
        yield from csv.reader(file, delimiter=mapping.delimiter)
    except UnicodeDecodeError as error:
        raise BadFile(
            _(
                "“%(path)s” is not encoded as %(encoding)s: set “encoding” in the mapping (files from Chinese Excel are often gb18030)."
            )
            % {"path": path.name, "encoding": mapping.encoding}
        ) from error
    except (csv.Error, OSError, EOFError) as error:
        raise BadFile(_("“%(path)s” cannot be read as CSV: %(why)s.") % {"path": path.name, "why": error}) from error


@contextmanager
def _excel(path: Path, mapping: Mapping) -> Iterator[Iterator[list[str]]]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError) as error:
        raise BadFile(_("“%(path)s” is not an Excel workbook.") % {"path": path.name}) from error
    try:
        if mapping.sheet and mapping.sheet not in book.sheetnames:
            raise BadFile(
                _("“%(path)s” has no sheet “%(sheet)s”; it has: %(has)s.")
                % {"path": path.name, "sheet": mapping.sheet, "has": ", ".join(book.sheetnames)}
            )
        sheet = book[mapping.sheet] if mapping.sheet else book.worksheets[0]
        yield ([_text(value) for value in row] for row in sheet.iter_rows(values_only=True))
    finally:
        book.close()


def _text(value: object) -> str:
    """A cell of a sheet as the text a CSV would have."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _checked(table: Iterator[list[str]], path: Path, mapping: Mapping) -> tuple[list[str], Iterator[Row]]:
    header = [name.strip() for name in next(table, [])]
    if not any(header):
        raise BadFile(_("“%(path)s” is empty.") % {"path": path.name})
    missing = sorted((mapping.columns.named() | set(mapping.no_point)) - set(header))
    if missing:
        raise BadFile(
            _("“%(path)s” lacks the column “%(missing)s” that the mapping names; it has: %(has)s.")
            % {"path": path.name, "missing": "”, “".join(missing), "has": ", ".join(header)}
        )
    return header, _dicts(header, table)


def _dicts(header: list[str], table: Iterable[list[str]]) -> Iterator[Row]:
    for cells in table:
        if any(cells):
            padded = [*cells, *[""] * (len(header) - len(cells))]
            yield {name: cell.strip() for name, cell in zip(header, padded, strict=False)}
