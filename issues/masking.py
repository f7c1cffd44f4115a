"""Takes out of free text what nobody needs there: numbers of identity cards, bank cards and telephones."""

from __future__ import annotations

import re

MASK = "＊＊＊"
# 15 to 19 digits (identity and bank cards), in groups or not; an identity number may end in X.
_CARD = re.compile(r"(?<![0-9])(?:[0-9][ -]?){14,18}[0-9Xx](?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<![0-9])(?:\+?86[ -]?)?(?:1[3-9][0-9](?:[ -]?[0-9]){8}|0[0-9]{2,3}[ -]?[0-9]{7,8}|[0-9]{3}-[0-9]{3,4}-[0-9]{4})(?![0-9])"
)


def without_cards(text: str) -> str:
    """The text without numbers of identity and bank cards: no handling needs them."""
    return _CARD.sub(MASK, _half_width(text))


def without_numbers(text: str) -> str:
    """The text without card and telephone numbers, for what more people read than the handler: titles, public lines."""
    return _PHONE.sub(MASK, without_cards(text))


def _half_width(text: str) -> str:
    return text.translate({0xFF10 + digit: str(digit) for digit in range(10)})
