"""Finding issues by words: in their numbers, titles, places, in what was reported and in what was done about it.

PostgreSQL does it with what every installation has (`issues/sql/search.sql` says how): a tsvector of our own cutting under
a GIN index. Three other ways were weighed. `pg_trgm` looks for three characters and more, and most Chinese words have two, so
the index would be left aside just where it is needed; `zhparser` and `pg_bigm` cut Chinese well but must be compiled into
the server, which the domain notes (§5.2) rule out; a search server beside the database would be a second place from which
erased text has to vanish. Pairs of characters find every Chinese word without a dictionary, also the names of villages
that no dictionary has, and triggers keep them in the transaction of the change: erased text is found no more from its
commit on.

Who reported is never in it, nor how to reach them; long numbers in what people wrote are left out; what is sealed or
not public is found by its number alone, even by those who may open it, so that nobody is found by name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db.models import Func, Lookup, Value
from django.db.models.sql.compiler import SQLCompiler
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from representatives.roles import Sees
from representatives.scopes import Scope

WORDS_LENGTH = 60
_HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_PIECES = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_PAIRED = re.compile(rf"[{_HAN}]")


class Asked(Func):
    """The words as a query (`issues_search_query`), within the areas with those paths; None: anywhere."""

    function = "issues_search_query"
    output_field = SearchQueryField()

    def __init__(self, words: str, paths: Iterable[str] | None) -> None:
        from django.contrib.postgres.fields import ArrayField
        from django.db.models import TextField

        within = Value(None if paths is None else list(paths), output_field=ArrayField(TextField()))
        super().__init__(Value(words, output_field=TextField()), within)


@SearchVectorField.register_lookup
class Fits(Lookup):
    """`words__fits=Asked(…)`: vector @@ query, which the GIN index answers."""

    lookup_name = "fits"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: object) -> tuple[str, list[object]]:  # type: ignore[override]
        left, left_params = self.process_lhs(compiler, connection)  # type: ignore[arg-type]
        right, right_params = self.process_rhs(compiler, connection)  # type: ignore[arg-type]
        return f"{left} @@ {right}", [*left_params, *right_params]


def cleaned(text: str) -> str:
    """What somebody typed, as it is asked: one space between terms, no longer than `WORDS_LENGTH`."""
    return " ".join(text.replace("\x00", "").split())[:WORDS_LENGTH]


def is_askable(words: str) -> bool:
    """Whether there is anything in it that can be looked for: a letter, a digit or a character."""
    return bool(_PIECES.search(unicodedata.normalize("NFKC", words)))


def is_exact(words: str) -> bool:
    """Whether the index knows at once what holds them: pairs of characters; not so a beginning, for which it gathers many words."""
    pieces = _PIECES.findall(unicodedata.normalize("NFKC", words))
    return bool(pieces) and all(len(piece) > 1 and _PAIRED.match(piece) for piece in pieces)


def paths_of(scope: Scope) -> tuple[str, ...] | None:
    """Where the holder of the scope can find anything; None: anywhere, for what one entered may lie anywhere."""
    if scope.paths(Sees.OWN):
        return None
    return tuple(sorted({path for sees in Sees if sees is not Sees.NOTHING for path in scope.paths(sees)}))


@dataclass(frozen=True)
class Marker:
    """Marks in a text what was asked for. `pattern` None: nothing to mark."""

    pattern: re.Pattern[str] | None

    @classmethod
    def of(cls, words: str) -> Marker:
        pieces = {piece for term in words.split() for piece in _PIECES.findall(unicodedata.normalize("NFKC", term))}
        longest_first = sorted(pieces, key=len, reverse=True)
        return cls(re.compile("|".join(re.escape(piece) for piece in longest_first), re.IGNORECASE) if pieces else None)

    def found_in(self, text: str) -> bool:
        return bool(self.pattern and self.pattern.search(text))

    def mark(self, text: str) -> SafeString:
        """The text, escaped, with <mark> around what was asked for."""
        parts, end = [], 0
        for match in self.pattern.finditer(text) if self.pattern else ():
            parts += [conditional_escape(text[end : match.start()]), f"<mark>{conditional_escape(match[0])}</mark>"]
            end = match.end()
        return mark_safe("".join([*map(str, parts), conditional_escape(text[end:])]))  # noqa: S308 - every part was escaped

    def passage(self, text: str, *, around: int = 36) -> SafeString:
        """The part of the text about the first place that fits, marked; with “…” where it was cut."""
        text = " ".join(text.split())
        match = self.pattern.search(text) if self.pattern else None
        start = max((match.start() if match else 0) - around, 0)
        end = min((match.end() if match else 0) + 2 * around, len(text))
        before, after = "…" if start else "", "…" if end < len(text) else ""
        return mark_safe(f"{before}{self.mark(text[start:end])}{after}")  # noqa: S308 - `mark` escapes
