"""How large the reader wants the text: normal, or elder mode in three steps from 20 to 30 px (domain notes §5.2).

Kept in a cookie, so that it holds without log-in and without JavaScript; `js/core/size.js` does the same in the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "size"
NORMAL, LARGE, LARGER, LARGEST = SIZES = ("normal", "large", "larger", "largest")
_NEXT = {LARGE: LARGER, LARGER: LARGEST, LARGEST: LARGE}
_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True)
class TextSize:
    """The size chosen, and what the two buttons of the header lead to."""

    name: str = NORMAL

    def __str__(self) -> str:
        return self.name

    @property
    def is_large(self) -> bool:
        return self.name != NORMAL

    @property
    def other(self) -> str:
        """Elder mode switched over."""
        return NORMAL if self.is_large else LARGE

    @property
    def step(self) -> str:
        """The next size in elder mode; after the largest it begins again."""
        return _NEXT.get(self.name, LARGER)

    @property
    def is_largest(self) -> bool:
        return self.name == LARGEST


def size_of(request: HttpRequest) -> TextSize:
    """What this reader chose on this device."""
    chosen = request.COOKIES.get(COOKIE, NORMAL)
    return TextSize(chosen if chosen in SIZES else NORMAL)


def remember(response: HttpResponse, size: str) -> None:
    """Keep the choice for a year; anything else than a size is forgotten. Scripts may read it: it is no secret."""
    if size in SIZES:
        response.set_cookie(COOKIE, size, max_age=_YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
