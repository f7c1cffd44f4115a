"""What an imported issue is found by, cut here and not in the database: the document that `search.sql` would make, word for word.

Only of texts whose letters fold alike everywhere (ASCII, Chinese, Japanese, full-width forms, punctuation); of any other the
database makes it. Knows no database.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from operator import add
from unicodedata import normalize

# As in search.sql: a run of Han, kana or hangul, or a word of anything else that is spelled.
_PIECES = re.compile(
    "([\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+)"
    "|([0-9a-z\u00aa-\u02af\u0370-\u1fff\u2c00-\u2dff\ua640-\uabff]+)"
)
_LONG_NUMBER = re.compile("(?:[0-9０-９][ -]?){7,}")
_PLAIN = re.compile("[\x01-\x7f°·×\u2010-\u203a\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff65\U0001f300-\U0001faff]*")
_TEXT, _WORD = 20_000, 200
# A tsvector keeps positions up to 16383 and 255 of them per lexeme; what comes near is left to PostgreSQL.
_POSITIONS, _REPEATS = 16_000, 250

Part = tuple[Sequence[str] | None, str]  # its lexemes, and how much they weigh: A, B, C, or nothing


def lexemes(text: str) -> list[str] | None:
    """The lexemes of a text in order: words, and runs of Han as overlapping pairs; None if only the database can tell."""
    if not _PLAIN.fullmatch(text):
        return None
    found: list[str] = []
    for run, word in _PIECES.findall(normalize("NFKC", text[:_TEXT]).lower()):
        if run:
            found.extend(map(add, run, run[1:]))
            found.append(run[-1])
        else:
            found.append(word[:_WORD])
    return found


def without_long_numbers(text: str) -> str:
    return _LONG_NUMBER.sub(" ", text)


def document(path: str, number: str, said: Iterable[Part]) -> str | None:
    """The document as text of a tsvector: the area and what it lies in, the issue's number, then what is said; None as `lexemes`."""
    entries = list(_areas(path))
    position = 0
    for found, weight in ((lexemes(f"{number} {number.rpartition('-')[2].lstrip('0')}"), "A"), *said):
        if found is None or position + len(found) > _POSITIONS:
            return None
        if len(found) > _REPEATS and max(Counter(found).values()) > _REPEATS:
            return None
        entries += map(add, found, _marks(weight)[position : position + len(found)])
        position += len(found)
    return " ".join(entries)


@cache
def _marks(weight: str) -> tuple[str, ...]:
    """How an entry of that weight ends, by its position from 1 on."""
    return tuple(f":{place}{weight}" for place in range(1, _POSITIONS + 1))


@lru_cache(maxsize=4096)
def _areas(path: str) -> tuple[str, ...]:
    parts = path.replace("\\", "\\\\").replace("'", "''").split(".")
    return tuple(f"'@{'.'.join(parts[:depth])}'" for depth in range(1, len(parts) + 1))
