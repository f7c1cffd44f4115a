"""Takes out of free text what nobody needs there: numbers of identity cards, bank cards and telephones."""

from __future__ import annotations

import re

MASK = "＊＊＊"
_DIGIT = re.compile("[0-9０-９]")  # most texts have none, which is quickly seen
# 15 to 19 digits (identity and bank cards), in groups or not; an identity number may end in X.
_CARD = re.compile(r"(?<![0-9])(?:[0-9][ -]?){14,18}[0-9Xx](?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<![0-9])(?:\+?86[ -]?)?(?:1[3-9][0-9](?:[ -]?[0-9]){8}|0[0-9]{2,3}[ -]?[0-9]{7,8}|[0-9]{3}-[0-9]{3,4}-[0-9]{4})(?![0-9])"
)


_EMAIL = re.compile(r"[^\s<>@'\"]+@[^\s<>@'\"]+")
_WEB = re.compile(r"https?://\S+")


def without_addresses(text: str) -> str:
    """The text without telephones, e-mail and web addresses, for what is logged of a failure: an address may hold a key."""
    return _WEB.sub(MASK, _EMAIL.sub(MASK, without_numbers(text)))


def without_cards(text: str) -> str:
    """The text without numbers of identity and bank cards: no handling needs them."""
    return _CARD.sub(MASK, _half_width(text)) if _DIGIT.search(text) else text


def without_numbers(text: str) -> str:
    """The text without card and telephone numbers, for what more people read than the handler: titles, public lines."""
    return _PHONE.sub(MASK, without_cards(text)) if _DIGIT.search(text) else text


def has_numbers(text: str) -> bool:
    """Whether there is a number of a card or a telephone in the text."""
    return without_numbers(text) != _half_width(text)


_HALF_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)}


def _half_width(text: str) -> str:
    return text.translate(_HALF_WIDTH)


def masked_name(name: str) -> str:
    """The first character alone: “郭**”."""
    return f"{name[0]}**" if name else ""


def masked_phone(number: str) -> str:
    """Enough to tell two apart, not enough to call: “139****5678”; of a short one the last two digits, of a very short one none."""
    if len(number) >= 10:
        return f"{number[:3]}****{number[-4:]}"
    return f"****{number[-2:] if len(number) > 5 else ''}" if number else ""


def masked_email(address: str) -> str:
    """“a***@example.org”."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}***{at}{domain}" if at else ""
