"""Other doors: what must not wait for us, and what must not come to us (domain notes §5.4.6).

Whoever writes that life is in danger, that somebody seems suspicious or that an official takes money is shown the number
that helps, before anything is saved. Numbers and words are data, one file per country: `issues/data/doors_<country>.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from grids.models import in_language
from issues.errors import Refusal

DATA_DIR = Path(__file__).parent.parent / "data"


@dataclass(frozen=True)
class Number:
    """A telephone number and whom it reaches, by language."""

    number: str
    names: dict[str, str]

    @property
    def name(self) -> str:
        return in_language(self.names)


@dataclass(frozen=True)
class Door:
    """A kind of matter that belongs elsewhere; `words`: a pattern of what people then write."""

    code: str
    words: re.Pattern[str]
    titles: dict[str, str]
    sentences: dict[str, str]
    numbers: tuple[Number, ...]

    @property
    def title(self) -> str:
        return in_language(self.titles)

    @property
    def sentence(self) -> str:
        return in_language(self.sentences)


@dataclass(frozen=True)
class Doors:
    """What a country has: the numbers for emergencies, and the other doors."""

    emergency: tuple[Number, ...]
    others: tuple[Door, ...]


def other_doors(text: str) -> list[Door]:
    """The doors that the text seems to belong to; usually none."""
    return [door for door in doors().others if door.words.search(text)]


def check(text: str, *, field: str) -> None:
    """Raises Refusal, beside that field, with the first door that the text seems to belong to: it must not be kept here."""
    for door in other_doors(text):
        raise Refusal(f"{door.title} {door.sentence} {'  '.join(one.number for one in door.numbers)}".strip(), field=field)


def emergency_numbers() -> tuple[Number, ...]:
    """Whom to call when life is in danger."""
    return doors().emergency


def doors() -> Doors:
    """The doors of the country that the settings name."""
    return _read(settings.DOORS)


@cache
def _read(country: str) -> Doors:
    with (DATA_DIR / f"doors_{country}.toml").open("rb") as file:
        data = tomllib.load(file)
    return Doors(tuple(_number(row) for row in data["emergency"]), tuple(_door(row) for row in data["door"]))


def _number(row: dict[str, Any]) -> Number:
    return Number(row["number"], row["names"])


def _door(row: dict[str, Any]) -> Door:
    words = re.compile("|".join(f"(?:{pattern})" for pattern in row["words"]), re.IGNORECASE)
    return Door(row["code"], words, row["titles"], row["sentences"], tuple(_number(number) for number in row["numbers"]))
