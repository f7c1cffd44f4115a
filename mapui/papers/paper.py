"""What a paper consists of. Knows no issue and no request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from issues.privacy.masking import without_numbers
from issues.terms import Light


@dataclass(frozen=True)
class Fact:
    """A label and what stands beside it. `is_wide`: it takes the whole width; `is_long`: words of somebody, with their breaks."""

    label: str
    text: str
    is_wide: bool = False
    is_long: bool = False
    lights: tuple[Light, ...] = ()  # drawn before the text, with arrows between


@dataclass(frozen=True)
class Box:
    """A place to sign: what for, whose, and what is known of it already. `has_seal`: a seal goes there."""

    label: str
    office: str = ""
    lines: tuple[str, ...] = ()
    has_seal: bool = False


@dataclass(frozen=True)
class Paper:
    """One numbered paper, ready to draw."""

    title: str
    number: str
    dated: datetime
    facts: tuple[Fact, ...]
    boxes: tuple[Box, ...]
    address: str = ""  # “To: …”, of a letter
    notes: tuple[str, ...] = field(default=())

    @property
    def rows(self) -> list[list[Fact]]:
        """The facts as rows of a table: two narrow ones side by side, a wide one alone."""
        rows: list[list[Fact]] = []
        for fact in self.facts:
            if rows and not fact.is_wide and len(rows[-1]) == 1 and not rows[-1][0].is_wide:
                rows[-1].append(fact)
            else:
                rows.append([fact])
        return rows


def told(label: object, text: object, *, light: Light | None = None) -> Fact:
    """A short fact."""
    return Fact(str(label), str(text or ""), lights=(light,) if light else ())


def wide(label: object, text: object) -> Fact:
    """A short fact across the whole paper."""
    return Fact(str(label), str(text or ""), is_wide=True)


def words(label: object, text: str) -> Fact:
    """What somebody wrote, without numbers of telephones and cards."""
    return Fact(str(label), without_numbers(text), is_wide=True, is_long=True)


def known(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Those of the facts that say something."""
    return tuple(fact for fact in facts if fact.text or fact.lights)
