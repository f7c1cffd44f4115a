"""Refusals: each a sentence to act on. `gridgov/middleware.py` turns them into answers, once for all views."""

from __future__ import annotations


class Refusal(Exception):
    """A rule says no (HTTP 409). The message is shown to the person as it is.

    `field` names the input that has to change, if one has.
    """

    status = 409

    def __init__(self, sentence: object, *, field: str = "") -> None:
        super().__init__(str(sentence))
        self.sentence = str(sentence)
        self.field = field


class Forbidden(Refusal):
    """It may be seen but this is not the person's to do (HTTP 403)."""

    status = 403
