"""The buttons of the issue page: each with its form once it is open, which key presses it, and what came of a press in vain."""

from __future__ import annotations

from dataclasses import dataclass, field

from issues.terms import Verb
from issues.workflow import Move
from mapui import timeline
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


@dataclass(frozen=True)
class Refused:
    """A move that was not made: the sentence, the form with all its words, and what others did since it was opened."""

    form: MoveForm
    sentence: str
    meanwhile: list[timeline.Line] = field(default_factory=list)
    is_stale: bool = False  # no longer among the possible moves

    @property
    def is_conflict(self) -> bool:
        """Whether somebody did something since the form was opened: what they did and what was typed stand side by side."""
        return bool(self.meanwhile)
