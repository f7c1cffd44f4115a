"""The file of rows that could not be taken, each with its reason; made only when there is one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from issues.importing.rows import BadFile, Row

HELD = 500  # rows kept before they are written
# A spreadsheet program would calculate a text that begins like this (OWASP, “CSV injection”).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Rejects:
    """Context manager; what was not written yet is on leaving, also when the import fails. UTF-8, for Excel."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self.header = header
        self.held: list[list[str]] = []
        self.is_begun = False

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, *raised: object) -> None:
        self._write()

    def add(self, row: Row, reason: str) -> None:
        self.held.append([*(harmless(row.get(name, "")) for name in self.header), reason])
        if len(self.held) >= HELD:
            self._write()

    def _write(self) -> None:
        if not self.held:
            return
        try:
            with self.path.open("a" if self.is_begun else "w", newline="", encoding="utf-8") as file:
                if not self.is_begun:
                    file.write("\ufeff")
                    csv.writer(file).writerow([*self.header, _("why it was rejected")])
                csv.writer(file).writerows(self.held)
        except OSError as error:
            raise BadFile(
                _("The reject file “%(path)s” cannot be written: %(why)s.") % {"path": self.path, "why": error}
            ) from error
        self.is_begun, self.held = True, []


def harmless(text: str) -> str:
    """The text with an apostrophe before what looks like a formula; numbers, longitudes among them, stay as they are."""
    if not text.lstrip(" \u3000\ufeff").startswith(_FORMULA_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
