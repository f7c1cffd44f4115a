"""The buttons of the issue page: each with its form, and which key presses it."""

from __future__ import annotations

from dataclasses import dataclass

from issues.terms import Verb
from mapui.forms import MoveForm

_KEYS = {Verb.ACKNOWLEDGE: "a", Verb.DISPATCH: "d", Verb.NOTE: "n"}


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
