"""What is handed in to make a photo public: what was painted over, or that nobody is to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from issues.errors import Refusal
from issues.files.blurring import Shape, read_shapes

MOST_BOXES = 60
EMPTY_ROWS = 3  # for whoever has no script: rectangles by numbers alone
SIDES = ("x", "y", "w", "h")
_WRITTEN_MOST = 400_000  # characters of strokes, as JSON


@dataclass(frozen=True)
class BoxRow:
    """One rectangle as it stands in the form: left, top, width, height in pixels of the photo, as typed."""

    x: str = ""
    y: str = ""
    w: str = ""
    h: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, side) for side in SIDES)


class PublishForm(forms.Form):
    """Strokes as JSON (see `issues.files.blurring.read_shapes`), rectangles as rows of four numbers."""

    strokes = forms.CharField(required=False, max_length=_WRITTEN_MOST, widget=forms.HiddenInput)
    nobody = forms.BooleanField(required=False, label=gettext_lazy("No faces and no number plates are to be seen on this photo"))

    @property
    def rows(self) -> list[BoxRow]:
        """The rectangles that were handed in, and some empty rows."""
        return [*self._given(), *[BoxRow()] * EMPTY_ROWS]

    def shapes(self) -> tuple[Shape, ...]:
        """Everything that was painted; call it when the form is valid. Raises Refusal."""
        return (*read_shapes(self.cleaned_data["strokes"]), *(_rectangle(row) for row in self._given()))

    def _given(self) -> list[BoxRow]:
        if not isinstance(self.data, QueryDict):
            return []
        sides = zip(*(self.data.getlist(side)[:MOST_BOXES] for side in SIDES), strict=False)
        return [row for values in sides if not (row := BoxRow(*(value.strip()[:8] for value in values))).is_empty]


def _rectangle(row: BoxRow) -> Shape:
    try:
        x, y, width, height = (int(getattr(row, side)) for side in SIDES)
    except ValueError:
        raise Refusal(gettext_lazy("A rectangle needs four whole numbers: left, top, width and height."), field="boxes") from None
    if width <= 0 or height <= 0:
        raise Refusal(gettext_lazy("A rectangle must be at least one pixel wide and high."), field="boxes")
    return Shape(tuple(_corners(x, y, width, height)))


def _corners(x: int, y: int, width: int, height: int) -> Iterator[tuple[float, float]]:
    yield float(x), float(y)
    yield float(x + width), float(y + height)
