"""The buttons of the issue page: in which order they stand, which is the loud one, which key presses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from issues.asking import QUESTIONS
from issues.terms import Verb
from issues.workflow import Move
from mapui.forms import MoveForm

_KEYS = {Verb.ACKNOWLEDGE: "a", Verb.DISPATCH: "d", Verb.NOTE: "n"}

# The one that carries the issue on is the loud one; those that end it or send it back are marked.
_ONWARD = (
    *(question.granted_by for question in QUESTIONS), Verb.REVIEW, Verb.ACCEPT, Verb.ACKNOWLEDGE, Verb.RESOLVE,
    Verb.VERIFY, Verb.ENTER_RED, Verb.APPROVE_EXIT, Verb.LIST, Verb.RATE, Verb.RESUME,
)  # fmt: skip
_BACKWARD = frozenset(
    {
        Verb.DECLINE,
        Verb.REJECT,
        Verb.REFUSE_RED,
        Verb.RETURN_DOWN,
        Verb.MERGE,
        Verb.REOPEN,
        Verb.EXPLAIN,
        Verb.REFUSE_REQUEST,
        Verb.OVERRULE,
        Verb.RETURN_ORDER,
        Verb.DISPUTE,
        Verb.EXIT_DOWN,
        Verb.LIFT,
        Verb.REFUSE_LISTED,
    }
)


# About one file, so they have forms of their own.
_OWN_PANEL = frozenset({Verb.ADD_EVIDENCE, Verb.TRANSCRIBE, Verb.PUBLISH_PHOTO, Verb.HIDE_PHOTO})


@dataclass(frozen=True)
class Action:
    """A button with its form. `is_plain`: it needs no word, so one press does it."""

    form: MoveForm
    style: str
    is_open: bool = False

    @property
    def keys(self) -> str:
        """The key that presses it; empty if none does."""
        return _KEYS.get(self.form.move.verb, "")

    @property
    def is_plain(self) -> bool:
        return not self.form.move.needs


def ordered(moves: Iterable[Move]) -> Iterator[tuple[Move, str]]:
    """The moves in the order of their buttons, each with its style (“primary”, “danger” or none)."""
    offered = [move for move in moves if move.verb not in _OWN_PANEL]
    loud = next((verb for verb in _ONWARD if verb in {move.verb for move in offered}), None)
    for move in sorted(offered, key=lambda move: (move.verb != loud, move.verb in _BACKWARD)):
        yield move, "primary" if move.verb == loud else "danger" if move.verb in _BACKWARD else ""
