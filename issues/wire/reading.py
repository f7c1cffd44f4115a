"""Reads what a phone sent: bounded bytes, strict JSON, and each value as what it must be, or a sentence that names it.

What a phone may have damaged without harm is mended (half a character at the end of a cut text); everything else is said.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from django.http import HttpRequest, UnreadablePostError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from issues.wire.answers import Fault, wrong

BODY_BYTES = 64 * 1024
KEY_HEADER = "Idempotency-Key"


def key_of(request: HttpRequest) -> UUID:
    """The record's key, minted when its form was opened. Raises Fault (400)."""
    found = _uuid(request.headers.get(KEY_HEADER, ""))
    if found is None:
        raise Fault(400, "key", _("The header %(name)s must hold the UUID of the record.") % {"name": KEY_HEADER})
    return found


def content_of(request: HttpRequest, *, most: int) -> bytes:
    """The body as it was sent, at most so many bytes. Raises Fault: too large (413), broken off half-way (400)."""
    length = request.META.get("CONTENT_LENGTH") or ""
    announced = int(length) if length.isdecimal() and len(length) < 20 else 0
    if announced > most:
        raise Fault(413, "too_large", _("That is too large: %(most)d KB are possible.") % {"most": most // 1024})
    try:
        content = request.read(announced)
    except (UnreadablePostError, OSError):
        content = b""
    if len(content) < announced or not announced:
        raise Fault(400, "broken_off", _("It did not arrive whole. The phone will send it again."))
    return content


def body_of(request: HttpRequest) -> Body:
    """The JSON object that was sent. Raises Fault: another type (415), too large (413), no such thing (400)."""
    if request.content_type != "application/json":
        raise Fault(415, "type", _("Only JSON is taken here (Content-Type: application/json)."))
    content = content_of(request, most=BODY_BYTES)
    try:
        values = json.loads(content.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise Fault(400, "json", _("This is not a JSON object in UTF-8."))
    return Body(values)


def _no_number(text: str) -> NoReturn:
    """JSON knows neither NaN nor Infinity."""
    raise ValueError(text)


class Body:
    """An object of a body; `where` is its own name with a dot, for the names of faults. A key left out, null and "" are empty."""

    def __init__(self, values: Mapping[str, Any], where: str = "") -> None:
        self._values, self._where = values, where

    def name(self, key: str) -> str:
        """How a fault names the value."""
        return f"{self._where}{key}"

    def only(self, known: Collection[str]) -> None:
        """Raises Fault if there is a key that nobody reads: better said than silently lost."""
        for key in self._values:
            if key not in known:
                raise wrong(self.name(mended(key)[:80]), _("“%(key)s” is not known here.") % {"key": mended(key)[:80]})

    def raw(self, key: str) -> Any:
        """The value as it was sent; None if it is empty."""
        value = self._values.get(key)
        return None if value == "" else value

    def text(self, key: str, longest: int) -> str:
        """Characters, trimmed; empty if there are none."""
        value = self.raw(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise wrong(self.name(key), _("This must be text."))
        value = mended(value).strip()
        if len(value) > longest:
            raise wrong(self.name(key), _("That is too long: %(most)d characters are possible.") % {"most": longest})
        return value

    def one_of(self, key: str, choices: Collection[str]) -> str:
        """One of these words; empty if there is none."""
        value = self.text(key, 80)
        if value and value not in choices:
            raise wrong(self.name(key), _("“%(value)s” is none of: %(choices)s.") % {"value": value, "choices": ", ".join(choices)})
        return value

    def flag(self, key: str) -> bool:
        """True or false; empty is false."""
        return bool(self.answer(key)) if self.raw(key) is not None else False

    def answer(self, key: str) -> bool | None:
        """True or false; None if it was not answered."""
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            raise wrong(self.name(key), _("This must be true or false."))
        return value

    def number(self, key: str, low: float, high: float) -> float | None:
        """A number from `low` to `high`; None if there is none."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong(self.name(key), _("This must be a number."))
        if not low <= value <= high or not math.isfinite(value):
            raise wrong(self.name(key), _("This must be a number from %(low)s to %(high)s.") % {"low": low, "high": high})
        return float(value)

    def whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number; None if there is none."""
        value = self.raw(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise wrong(self.name(key), _("This must be a whole number."))
        found = self.number(key, low, high)
        return None if found is None else int(found)

    def moment(self, key: str) -> datetime | None:
        """A time with its zone; None if there is none."""
        text = self.text(key, 40)
        if not text:
            return None
        try:
            found = parse_datetime(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None or not 1900 < found.year < 9000:
            raise wrong(self.name(key), _("This must be a time with its zone, for example 2026-03-31T09:30:00+08:00."))
        return found

    def uuid(self, key: str) -> UUID | None:
        text = self.text(key, 40)
        found = _uuid(text)
        if text and found is None:
            raise wrong(self.name(key), _("This must be a UUID."))
        return found

    def part(self, key: str, known: Collection[str]) -> Body | None:
        """An object within, with no other keys than these; None if there is none."""
        value = self.raw(key)
        if value is None:
            return None
        return self._within(key, value, known)

    def parts(self, key: str, known: Collection[str], most: int) -> Iterator[Body]:
        """The objects of a list within."""
        for number, value in enumerate(self._listed(key, most)):
            yield self._within(f"{key}.{number}", value, known)

    def texts(self, key: str, longest: int, most: int) -> tuple[str, ...]:
        """The words of a list within."""
        return tuple(Body({key: value}, self._where).text(key, longest) for value in self._listed(key, most))

    def _within(self, key: str, value: object, known: Collection[str]) -> Body:
        if not isinstance(value, dict):
            raise wrong(self.name(key), _("This must be an object."))
        found = Body(value, f"{self.name(key)}.")
        found.only(known)
        return found

    def _listed(self, key: str, most: int) -> list[object]:
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise wrong(self.name(key), _("This must be a list."))
        if len(value) > most:
            raise wrong(self.name(key), _("These are too many: %(most)d are possible.") % {"most": most})
        return value


def mended(text: str) -> str:
    """The text without what no database keeps: NUL, and half a character where a phone has cut the text."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
