"""The buttons of the issue page: each with its form once it is open, and which key presses it."""

from __future__ import annotations

from dataclasses import dataclass

from issues.terms import Verb
from issues.workflow import Move
from mapui.forms import MoveForm

_KEYS = {Verb.ACKNOWLEDGE: "a", Verb.DISPATCH: "d", Verb.NOTE: "n"}


@dataclass(frozen=True)
class Action:
    """A button. `form`: what it opens, made only where it stands open or (`is_plain`) needs no word: one press does it."""

    move: Move
    style: str
    form: MoveForm | None = None
    is_open: bool = False

    @property
    def keys(self) -> str:
        """The key that presses it; empty if none does."""
        return _KEYS.get(self.move.verb, "")

    @property
    def is_plain(self) -> bool:
        return not self.move.needs
