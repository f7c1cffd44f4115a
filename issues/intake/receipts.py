"""Receipt codes: what a resident keeps. 80 random bits as 16 signs that can be read out over the telephone.

Crockford's alphabet: no I, L, O or U, so that nothing is mistaken for 1 or 0. Stored without hyphens, shown in fours.
"""

from __future__ import annotations

import secrets
import unicodedata
from base64 import b32encode

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
BITS = 5 * LENGTH
_MISTAKEN = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SIGN = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)  # five bits each, as base32 has them
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}


def mint() -> str:
    """A new code of 16 signs; that two are alike is not to be expected in the life of the program."""
    return b32encode(secrets.token_bytes(BITS // 8)).decode().translate(_SIGN)


def parse(written: str) -> str | None:
    """The code as stored, from the way somebody typed it; None if it cannot be one.

    Case, spaces, dashes of any kind and full-width signs do not matter; O is 0, I and L are 1.
    """
    plain = unicodedata.normalize("NFKC", written[:200]).upper()
    kept = [sign for sign in plain if not (sign.isspace() or sign in "._·" or unicodedata.category(sign) in ("Pd", "Cf"))]
    code = "".join(kept).translate(_MISTAKEN)
    return code if len(code) == LENGTH and all(sign in _VALUE for sign in code) else None


def grouped(code: str) -> str:
    """The code in fours, as it is shown and printed: “7K3M-…”."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
