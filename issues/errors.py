"""Refusals of the casework: each a sentence to act on. The general ones are in `grids/errors.py`."""

from __future__ import annotations

from grids.errors import Forbidden, Refusal

__all__ = ["Conflict", "FileRefused", "FileTooLarge", "Forbidden", "OutOfScope", "Refusal"]


class Conflict(Refusal):
    """The same key came before with another body, or somebody changed the row meanwhile (HTTP 409)."""


class OutOfScope(Refusal):
    """For this person the issue does not exist (HTTP 404)."""

    status = 404


class FileRefused(Refusal):
    """A photo or voice note that cannot be taken (HTTP 422); the sentence says why and what would help.

    `about`: the input that it came by, if the kind of file says that.
    """

    status = 422
    about = ""

    def __init__(self, sentence: object, *, field: str = "") -> None:
        super().__init__(sentence, field=field or self.about)


class FileTooLarge(FileRefused):
    """More bytes than a file may have (HTTP 413)."""

    status = 413
