"""督办函 and 工作提示函 as they are sent, and the whole of 重点督办库 on paper: to units and offices, never to persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.utils.timezone import localdate

from grids.models import Area
from issues.models import KeySupervisionEntry, LetterItem, ReminderLetter
from issues.privacy.masking import without_numbers
from issues.terms import ClockState
from mapui import clocks
from representatives.models import Person
from representatives.roles import Page
from representatives.scopes import scope_of

ROWS_PER_PART = 150  # some 15 pages and 3 s of a processor; more is printed in parts, so that no request lays out a province

WORDS = 120


@dataclass(frozen=True)
class LetterPaper:
    """A letter as its unit gets it."""

    letter: ReminderLetter

    @property
    def office(self) -> str:
        unit = self.letter.issued_by.unit
        return unit.name if unit else ""

    @property
    def text(self) -> str:
        return without_numbers(self.letter.text)

    @property
    def reply(self) -> str:
        return without_numbers(self.letter.reply)

    @cached_property
    def items(self) -> list[LetterItem]:
        """The issues that it names, as they stood on the day of the letter."""
        return list(self.letter.items.all())


class RedRow(NamedTuple):
    """A line of the list."""

    order: int
    entry: KeySupervisionEntry
    days: int
    clock: ClockState
    due: datetime | None
    helpers: str
    words: str  # the last line of progress, else why it was put there


@dataclass
class RedListPaper:
    """What stands in 重点督办库 for one person at one moment, longest there first."""

    person: Person
    at: datetime
    part: str = "1"

    @cached_property
    def leaf(self) -> Leaf:
        entries = KeySupervisionEntry.objects.visible_to(self.person, self.at).standing().for_rows(self.person, self.at)
        return Paginator(entries.order_by("entered_at", "pk"), ROWS_PER_PART).get_page(self.part)

    @cached_property
    def rows(self) -> list[RedRow]:
        first = self.leaf.start_index()
        return [
            RedRow(
                first + place,
                entry,
                max((localdate(self.at) - localdate(entry.entered_at)).days, 0) + 1,
                ClockState(entry.issue.clock_state(self.at)),
                clocks.due_at(entry.issue),
                "、".join(entry.helper_names or ()),
                _shortened(without_numbers(entry.last_progress or (entry.reason if entry.inside else ""))),
            )
            for place, entry in enumerate(self.leaf)
        ]

    @cached_property
    def place_name(self) -> str:
        """Whose list it is: the counties for which the person may open it."""
        paths = scope_of(self.person, self.at).page_paths(Page.RED)
        return "、".join(area.name for area in Area.objects.counties_of(paths).without_boundary())


def _shortened(text: str) -> str:
    return text if len(text) <= WORDS else f"{text[:WORDS]}…"
