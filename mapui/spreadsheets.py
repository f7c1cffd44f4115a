"""Tables that leave as files which spreadsheet programs open."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from django.http import StreamingHttpResponse

# What makes a spreadsheet take a text for a formula, also after what it skips (OWASP, “CSV injection”).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: object) -> str:
    """The value as text that no spreadsheet program calculates: an apostrophe stands before what looks like a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u3000\ufeff").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text


class _Echo:
    """A file that hands back what is written to it, so that rows can be streamed."""

    def write(self, line: str) -> str:
        return line


def csv_answer(filename: str, rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """The rows as a CSV download, streamed; UTF-8 with the mark by which Excel knows it."""
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([harmless(value) for value in row])
