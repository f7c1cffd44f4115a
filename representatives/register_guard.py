"""The words by which a register of people would show itself, and where a text holds one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

DATA_DIR = Path(__file__).parent / "data"
LIST = DATA_DIR / "banned_terms.txt"
NOTES = DATA_DIR / "banned_terms_notes.txt"
_ALLOWED = "ok:"


@dataclass(frozen=True)
class BannedTerms:
    """The list as it is written: terms, and sentences that may hold one."""

    terms: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What the note of the last change must name: changes when a term or an allowed sentence does."""
        return sha256("\n".join([*self.terms, *self.allowed]).encode()).hexdigest()[:16]

    def found_in(self, text: str) -> list[str]:
        """The terms that the text holds, outside the sentences that may hold them."""
        for sentence in self.allowed:
            text = text.replace(sentence, " ")
        return sorted({_normal(match[0]) for match in self._pattern().finditer(_split_camel(text))})

    def _pattern(self) -> re.Pattern[str]:
        return _pattern_of(self.terms)


@cache
def banned_terms() -> BannedTerms:
    lines = [line.strip() for line in LIST.read_text(encoding="utf-8").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    allowed = tuple(line.removeprefix(_ALLOWED).strip() for line in lines if line.startswith(_ALLOWED))
    return BannedTerms(tuple(line for line in lines if not line.startswith(_ALLOWED)), allowed)


@cache
def _pattern_of(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_alternatives(terms)), re.IGNORECASE)


def _alternatives(terms: tuple[str, ...]) -> Iterator[str]:
    for term in sorted(terms, key=len, reverse=True):
        if term.isascii():
            # “risk_level” is risk level, risk-level, risk_level and risklevel, also in the plural; not asterisk level.
            yield r"(?<![A-Za-z])" + "[\\s_-]?".join(term.split("_")) + r"(?:s|es)?(?![A-Za-z])"
        else:
            yield re.escape(term)


def _split_camel(text: str) -> str:
    """“RiskLevel” as “Risk_Level”, so that class names are read too."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)


def _normal(found: str) -> str:
    return re.sub(r"[\s-]", "_", found).lower()
