"""Charts as SVG, drawn on the server: bars that are told apart by pattern and number, never by colour alone.

Attributes only, no styles: the pages' policy for content forbids those, and the PDF reads both alike. Sizes in units of
the view box, one of which is a pixel on the screen and less than half a millimetre on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width
from zlib import crc32

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from issues.terms import Light
from mapui.templatetags.gridgov import light_character, light_shape

WIDTH, LABELS, NUMBERS = 640, 150, 46
BAR, GAP, TOP = 11, 10, 26
FILLS = ("#ffffff", "#3d4f60", "url(#{})")  # the last by the name of the chart's own pattern
_INK = "#15212c"
_LIGHTS = {Light.GREEN: "#1e6b4a", Light.BLUE: "#2563b8", Light.YELLOW: "#b88700", Light.RED: "#a50f15"}
_FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_LONGEST = 20  # Latin characters of a label


@dataclass(frozen=True)
class Bars:
    """A group: its name, one value for each series, and its light if it is one."""

    label: str
    values: tuple[int, ...]
    light: str = ""


def bars(title: str, series: Sequence[str], groups: Sequence[Bars]) -> SafeString:
    """Horizontal bars, one for each series in each group, the number at the end of each; empty without groups."""
    if not groups:
        return SafeString("")
    most = max(max(group.values) for group in groups) or 1
    tall = GAP + BAR * len(series)
    hatch = f"hatch-{crc32(title.encode())}"
    fills = tuple(fill.format(hatch) for fill in FILLS)
    drawn = [_group(group, TOP + order * tall, most, fills) for order, group in enumerate(groups)]
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}" font-family="{}" font-size="11" fill="{}">{}{}{}</svg>',
        WIDTH,
        TOP + tall * len(groups),
        f"{title}: {_said(series, groups)}",
        _FONT,
        _INK,
        format_html(_HATCH, hatch),
        _legend(series, fills),
        format_html_join("", "{}", ((group,) for group in drawn)),
    )


_HATCH = (
    '<defs><pattern id="{}" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<rect width="5" height="5" fill="#ffffff"/><path d="M0 5L5 0" stroke="#15212c" stroke-width="1"/></pattern></defs>'
)


def _legend(series: Sequence[str], fills: Sequence[str]) -> SafeString:
    places = range(LABELS, WIDTH, 110)
    return format_html_join(
        "",
        '<rect x="{}" y="4" width="16" height="10" fill="{}" stroke="#15212c"/><text x="{}" y="13">{}</text>',
        ((x, fill, x + 21, name) for x, fill, name in zip(places, fills, series, strict=False)),
    )


def _group(group: Bars, y: int, most: int, fills: Sequence[str]) -> SafeString:
    room = WIDTH - LABELS - NUMBERS
    lines = (
        (LABELS, y + order * BAR, max(round(value / most * room, 1), 0.8 if value else 0), BAR - 2, fills[order], value)
        for order, value in enumerate(group.values)
    )
    drawn = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="#15212c" stroke-width="0.7"/><text x="{}" y="{}" font-size="9.5">{}</text>',
        ((x, top, wide, high, fill, x + wide + 4, top + 8.5, number_format(value)) for x, top, wide, high, fill, value in lines),
    )
    return format_html("{}{}", _label(group, y + BAR * len(group.values) / 2 + 4), drawn)


def _label(group: Bars, y: float) -> SafeString:
    name = _shortened(group.label)
    if not group.light:
        return format_html('<text x="{}" y="{}" text-anchor="end">{}</text>', LABELS - 8, y, name)
    light = Light(group.light)
    return format_html(
        '<text x="{}" y="{}" text-anchor="end"><tspan fill="{}">{}</tspan> {} {}</text>',
        LABELS - 8,
        y,
        _LIGHTS[light],
        light_shape(light),
        light_character(light),
        name if name != light_character(light) else "",
    )


def _shortened(text: str) -> str:
    """At most so wide that it fits beside the bars; a Chinese character takes two."""
    wide = 0
    for order, character in enumerate(text):
        wide += 2 if east_asian_width(character) in "WF" else 1
        if wide > _LONGEST:
            return f"{text[: order - 1]}…"
    return text


def _said(series: Sequence[str], groups: Sequence[Bars]) -> str:
    """The same in words, for who cannot see it."""
    return _("; ").join(
        f"{group.label} " + _(", ").join(f"{name} {value}" for name, value in zip(series, group.values, strict=True))
        for group in groups
    )


COLUMN, COLUMN_GAP, COLUMN_TALL = 14, 4, 44


def columns(title: str, values: Sequence[int], labels: Sequence[str] = ()) -> SafeString:
    """Upright bars for a series in time, oldest first, each with its number above and its label, if it has one, below."""
    most, foot = max([*values, 1]), COLUMN_TALL + 12
    step = COLUMN + COLUMN_GAP if not labels else 44
    drawn = (
        (order * step, foot - tall, step - COLUMN_GAP, tall, order * step + (step - COLUMN_GAP) / 2, foot - tall - 3, value or "")
        for order, (value, tall) in enumerate((value, round(value / most * COLUMN_TALL, 1)) for value in values)
    )
    below = ((order * step + (step - COLUMN_GAP) / 2, foot + 12, label) for order, label in enumerate(labels))
    said = (
        _(", ").join(f"{label} {value}" for label, value in zip(labels, values, strict=True))
        if labels
        else _(", ").join(map(str, values))
    )
    return format_html(
        '<svg class="chart chart--columns" viewBox="0 0 {} {}" role="img" aria-label="{}" font-family="{}" font-size="9" fill="{}">{}{}</svg>',
        step * len(values),
        foot + (16 if labels else 1),
        f"{title}: {said}",
        _FONT,
        _INK,
        format_html_join(
            "",
            '<rect x="{}" y="{}" width="{}" height="{}" fill="#3d4f60"/><text x="{}" y="{}" text-anchor="middle">{}</text>',
            drawn,
        ),
        format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', below),
    )
