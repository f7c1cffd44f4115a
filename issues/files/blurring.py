"""Makes places on a photo unrecognisable for good: what lay there is not in the new file in any form.

A person painted over faces and number plates; here the painted places are drawn. Places that touch are one region; of each
region no more than a few colours stay (`GRID` squares along its longer side, blurred into one another), for a mosaic of many
small squares can be read again from a distance, or from several pictures of the same face.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFilter

from issues.errors import Refusal

GRID = 5  # squares along the longer side of a region
SMALLEST = 12  # edge of a square in pixels
MOST_SHAPES, MOST_POINTS = 300, 20_000
NARROWEST, WIDEST = 4, 2000  # of a stroke, in pixels
PUBLIC_EDGE, THUMB_EDGE, QUALITY = 1600, 320, 80

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom are outside


@dataclass(frozen=True)
class Shape:
    """A stroke of a round brush `width` pixels wide along the points, or a rectangle (`width` 0) between two corners."""

    points: tuple[tuple[float, float], ...]
    width: float = 0

    @property
    def reach(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of what it covers."""
        half = self.width / 2
        xs, ys = [x for x, _y in self.points], [y for _x, y in self.points]
        return min(xs) - half, min(ys) - half, max(xs) + half, max(ys) + half


@dataclass(frozen=True)
class Copy:
    """A public copy: JPEG bytes of it and of its thumbnail, its size in pixels, and how many regions were blurred."""

    jpeg: bytes
    thumb: bytes
    width: int
    height: int
    regions: int


def read_shapes(written: str) -> tuple[Shape, ...]:
    """The shapes in JSON: [{"width": 40, "points": [[x, y], …]}, {"box": [x, y, width, height]}, …], in pixels of the photo.

    Raises Refusal for anything else.
    """
    try:
        given = json.loads(written or "[]")
        shapes = tuple(_shape(one) for one in given)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Refusal(_("What was painted could not be read. Please paint it again.")) from None
    if len(shapes) > MOST_SHAPES or sum(len(shape.points) for shape in shapes) > MOST_POINTS:
        raise Refusal(_("That is more than can be painted on one photo. Take a wider brush."))
    return shapes


def _shape(one: Mapping[str, Any]) -> Shape:
    if "box" in one:
        x, y, width, height = (_number(value) for value in one["box"])
        if width <= 0 or height <= 0:
            raise ValueError(one)
        return Shape(((x, y), (x + width, y + height)))
    points = tuple((_number(x), _number(y)) for x, y in one["points"])
    if not points:
        raise ValueError(one)
    return Shape(points, min(WIDEST, max(NARROWEST, _number(one["width"]))))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 100_000:
        raise ValueError(value)
    return float(value)


def public_copy(photo: IO[bytes], shapes: Iterable[Shape]) -> Copy:
    """A copy of the stored photo with these places destroyed, no larger than the public needs."""
    with Image.open(photo, formats=("JPEG",)) as opened:
        picture = opened.convert("RGB")
    regions = _regions(shapes, picture.size)
    for box, members in regions:
        picture.paste(_wiped(picture.crop(box)), box[:2], _mask(members, box))
    picture.info.clear()
    picture.thumbnail((PUBLIC_EDGE, PUBLIC_EDGE), Image.Resampling.LANCZOS)
    thumb = picture.copy()
    thumb.thumbnail((THUMB_EDGE, THUMB_EDGE))
    return Copy(_jpeg(picture), _jpeg(thumb), picture.width, picture.height, len(regions))


def _regions(shapes: Iterable[Shape], size: tuple[int, int]) -> list[tuple[Box, list[Shape]]]:
    """The shapes that lie on the picture, those whose boxes touch together, each group with its box."""
    found: list[tuple[Box, list[Shape]]] = []
    for shape in shapes:
        box, members = _within(shape, size), [shape]
        if box is None:
            continue
        while touching := next((region for region in found if _touch(region[0], box)), None):
            found.remove(touching)
            box = _around(touching[0], box)
            members = touching[1] + members
        found.append((box, members))
    return found


def _within(shape: Shape, size: tuple[int, int]) -> Box | None:
    """The pixels that the shape reaches, one more on every side; None if it lies beside the picture."""
    left, top, right, bottom = shape.reach
    box = (
        max(0, math.floor(left) - 1),
        max(0, math.floor(top) - 1),
        min(size[0], math.ceil(right) + 2),
        min(size[1], math.ceil(bottom) + 2),
    )
    return box if box[0] < box[2] and box[1] < box[3] else None


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _around(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


def _wiped(part: Image.Image) -> Image.Image:
    """The part as a few colours: averages of `GRID` squares along its longer side, blurred into one another."""
    step = max(max(part.size) / GRID, SMALLEST)
    few = part.resize((max(1, round(part.width / step)), max(1, round(part.height / step))), Image.Resampling.BOX)
    return few.resize(part.size, Image.Resampling.NEAREST).filter(ImageFilter.GaussianBlur(step / 3))


def _mask(shapes: Iterable[Shape], box: Box) -> Image.Image:
    """White where the shapes lie in the box; without soft edges, through which something of the photo would show."""
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]), 0)
    draw = ImageDraw.Draw(mask)
    for shape in shapes:
        points = [(x - box[0], y - box[1]) for x, y in shape.points]
        if not shape.width:
            draw.rectangle([points[0], points[1]], fill=255)
            continue
        draw.line(points, fill=255, width=round(shape.width), joint="curve")
        for x, y in points:
            draw.circle((x, y), shape.width / 2, fill=255)
    return mask


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
