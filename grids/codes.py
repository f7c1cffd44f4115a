"""Codes of cells: the village's code and a number; a code is never given twice, not even after its cell was retired."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from grids.errors import Refusal
from grids.models import Area


def free_codes(village: Area | None, count: int, kind: str = Area.Kind.BASE) -> list[str]:
    """The next `count` codes in the village, counted on from the highest that was ever used.

    Raises Refusal if the village has no room for as many numbers.
    """
    prefix = village.code if village else ""
    digits, (base, dedicated) = settings.CELL_DIGITS, settings.CELL_NUMBERS
    low, high = dedicated if kind == Area.Kind.DEDICATED else base
    used = [
        int(code[len(prefix) :])
        for code in Area.objects.ever_numbered(prefix).values_list("code", flat=True)
        if code[len(prefix) :].isdecimal() and len(code) == len(prefix) + digits
    ]
    start = max((number for number in used if low <= number <= high), default=low - 1) + 1
    if start + count - 1 > high:
        raise Refusal(
            _("“%(village)s” has no room for %(count)d more cells: its numbers %(low)d to %(high)d are used up to %(used)d.")
            % {"village": village, "count": count, "low": low, "high": high, "used": start - 1}
        )
    return [f"{prefix}{number:0{digits}d}" for number in range(start, start + count)]
