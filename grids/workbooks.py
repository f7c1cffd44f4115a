"""Sheets of Excel workbooks as rows of texts, as a CSV would have them; one row at a time, whatever the sheet says of its size."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

# What reading something else raises; SyntaxError is what both parsers of XML raise.
NO_WORKBOOK = (BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError, OSError, EOFError, zlib.error, IndexError)


def open_book(source: Path | IO[bytes]) -> Workbook:
    """The workbook, for reading alone; close it. Raises one of NO_WORKBOOK if it is none."""
    return load_workbook(source, read_only=True, data_only=True)


def texts_of(sheet: Any, spelled: Callable[[datetime], str], **bounds: int) -> Iterator[list[str]]:
    """The rows of a sheet; `spelled`: how a day and time are written; `bounds`: as `iter_rows` takes them.

    Raises one of NO_WORKBOOK for a workbook that is damaged further in.
    """
    sheet.reset_dimensions()  # some programs write that a sheet ends at A1
    for row in sheet.iter_rows(values_only=True, **bounds):
        yield [text_of(value, spelled) for value in row]


def text_of(value: object, spelled: Callable[[datetime], str]) -> str:
    """A cell of a sheet as the text that a CSV would have."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return spelled(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
