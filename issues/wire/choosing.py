"""The buttons of an issue on a phone, and the fields that they ask for: each field told once, choices again only where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from issues.models import Category, Issue, Submission, SubTask
from issues.moves import buttons, fields
from issues.moves.fields import Choices, Grouped
from issues.terms import Field, Verb
from issues.wire.moves import ADDS
from issues.workflow import Move
from representatives.models import Person, Unit

Told = list[list[str]]


@dataclass
class Known:
    """What can be chosen for one issue (`fields.Lists`), from lists that were read for all issues together."""

    issue: Issue
    levels: Sequence[int] = ()
    submissions: Sequence[Submission] = ()
    entered: Sequence[Submission] = ()  # a rating is passed on from the page
    handlers: Sequence[Person] = ()
    sub_tasks: Mapping[Verb, Sequence[SubTask]] = field(default_factory=dict)
    leaders: list[Person] = field(default_factory=list)  # nobody who has a pack names one
    of_place: Sequence[Unit] = ()
    in_use: Sequence[Category] = ()

    @property
    def units(self) -> Grouped:
        return fields.units_by_kind(self.of_place)

    @property
    def categories(self) -> Grouped:
        return fields.categories_by_group(self.in_use, self.issue.category)


class Fields:
    """The fields that some button asks for, by name; the first to ask says what is chosen from, others only if they differ."""

    def __init__(self) -> None:
        self._told: dict[str, dict[str, Any]] = {}

    def as_body(self) -> dict[str, dict[str, Any]]:
        return self._told

    def buttons(self, moves: Iterable[Move], known: Known) -> list[dict[str, object]]:
        """The buttons of one issue, in their order."""
        return [self._button(move, style, known) for move, style in buttons.ordered(moves)]

    def _button(self, move: Move, style: str, known: Known) -> dict[str, object]:
        asked = {name: [one for one in wanted if fields.is_asked(one, move, known)] for name, wanted in _of(move).items()}
        needs = asked["needs"] + [one for one in asked["allows"] if one in fields.IF_SEVERAL]
        told: dict[str, object] = {
            "verb": move.verb.value,
            "label": str(move.verb.label),
            "style": style,
            "adds": move.verb in ADDS,
            "needs": [one.value for one in needs],
            "allows": [one.value for one in asked["allows"] if one not in needs],
        }
        own = {one.value: choices for one in (*needs, *asked["allows"]) if (choices := self._own_choices(one, move, known))}
        return {**told, "choices": own} if own else told

    def _own_choices(self, wanted: Field, move: Move, known: Known) -> Told:
        """The choices if they are others than those that the field has anyway; tells of the field if nobody has yet."""
        choices = _flat(fields.choices_of(wanted, move, known))
        told = self._told.setdefault(wanted.value, _described(wanted, choices))
        return choices if choices != (told["choices"] or []) else []


def _of(move: Move) -> dict[str, tuple[Field, ...]]:
    return {"needs": move.needs, "allows": move.allows}


def _described(wanted: Field, choices: Told) -> dict[str, Any]:
    parts = [
        {
            "name": part.name,
            "label": part.label,
            "kind": part.kind,
            "longest": part.longest,
            "missing": part.missing,
            "choices": _flat(part.choices) or None,
        }
        for part in fields.parts_of(wanted)
    ]
    return {
        "label": str(wanted.label),
        "kind": fields.kind_of(wanted),
        "longest": fields.longest_of(wanted),
        "help": str(fields.HELP.get(wanted, "")),
        "missing": str(fields.MISSING.get(wanted, "")),
        "choices": choices or None,
        "parts": parts or None,
    }


def _flat(choices: Choices | Grouped) -> Told:
    """[value, label] of each, or [value, label, group] where there are groups."""
    found: Told = []
    for first, second in choices:
        if isinstance(second, str):
            found.append([first, second])
        else:
            found += [[value, label, first] for value, label in second]
    return found
