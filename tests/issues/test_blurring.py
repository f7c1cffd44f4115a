"""What was painted over is not in the public copy in any form; what was not is as it was."""

from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from issues.errors import Refusal
from issues.files import blurring
from issues.files.blurring import Shape, public_copy, read_shapes

SIZE = (1200, 800)
FACE = (400, 200, 640, 480)  # left, top, right, bottom


def photo(seed: int, *, face: tuple[int, int, int, int] = FACE) -> bytes:
    """A grey wall with noise where the face is: another face for every seed."""
    picture = Image.new("RGB", SIZE, (128, 128, 128))
    ImageDraw.Draw(picture).rectangle((0, 600, 1200, 800), fill=(30, 90, 30))
    width, height = face[2] - face[0], face[3] - face[1]
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    picture.paste(Image.fromarray(noise), face[:2])
    out = BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()


def copied(content: bytes, *shapes: Shape) -> np.ndarray:
    copy = public_copy(BytesIO(content), shapes)
    assert Image.open(BytesIO(copy.jpeg)).size == (copy.width, copy.height)
    return np.asarray(Image.open(BytesIO(copy.jpeg)).convert("RGB")).astype(int)


def inside(pixels: np.ndarray, box: tuple[int, int, int, int] = FACE) -> np.ndarray:
    return pixels[box[1] : box[3], box[0] : box[2]]


def box(left: int, top: int, right: int, bottom: int) -> Shape:
    return Shape(((left, top), (right, bottom)))


OVER_FACE = box(*FACE)
BRUSHED = Shape(tuple((x, y) for y in range(210, 481, 40) for x in (400, 640)), width=60)


@pytest.mark.parametrize("shape", [OVER_FACE, BRUSHED], ids=["rectangle", "brush"])
def test_face_when_painted_over_leaves_a_few_flat_colours(shape):
    content = photo(1)
    assert inside(copied(content)).std() > 40

    part = inside(copied(content, shape))

    assert part.std() < 8  # noise averages to grey
    steps = np.abs(np.diff(part[:, :, 0], axis=1))
    assert steps.max() < 12  # no edge of anything is left


def test_two_faces_with_the_same_averages_become_the_same_picture():
    """So nothing can be computed back: pictures that differ in every pixel end alike."""
    checks = []
    for phase in (0, 1):
        picture = Image.new("RGB", SIZE, (128, 128, 128))
        pattern = (np.indices((280, 240)).sum(axis=0) + phase) % 2 * 255
        picture.paste(Image.fromarray(pattern.astype(np.uint8)).convert("RGB"), FACE[:2])
        out = BytesIO()
        picture.save(out, "JPEG", quality=100, subsampling=0)
        checks.append(out.getvalue())
    one, other = (inside(copied(content)) for content in checks)
    assert np.abs(one - other).mean() > 50

    one, other = (inside(copied(content, box(395, 195, 645, 485))) for content in checks)

    assert np.abs(one - other).max() <= 2


def test_what_is_not_painted_over_stays_as_it_was():
    content = photo(1)

    before, after = copied(content), copied(content, OVER_FACE)

    for place in ((0, 0, 380, 800), (660, 0, 1200, 800), (400, 500, 640, 800)):
        assert np.abs(inside(before, place) - inside(after, place)).max() <= 6


def test_edge_of_the_brush_lets_nothing_through():
    """No soft edge: the pixels just inside are as flat as the middle."""
    part = inside(copied(photo(1), OVER_FACE), (402, 202, 638, 222))

    assert part.std() < 8


def test_large_face_is_left_no_more_detail_than_a_small_one():
    """Ten by ten squares of black and white over the whole picture, as coarse as a face close up: grey."""
    squares = (np.indices((10, 10)).sum(axis=0) % 2 * 255).astype(np.uint8)
    out = BytesIO()
    Image.fromarray(squares).convert("RGB").resize((1000, 1000), Image.Resampling.NEAREST).save(out, "JPEG", quality=95)

    pixels = copied(out.getvalue(), box(0, 0, 1000, 1000))

    assert copied(out.getvalue()).std() > 120
    assert pixels.std() < 5


def test_strokes_that_touch_are_one_region_and_others_their_own():
    near = [Shape(((100, 100), (150, 100)), 30), Shape(((150, 105), (200, 140)), 30)]
    far = box(800, 500, 850, 560)

    assert public_copy(BytesIO(photo(1)), [*near, far]).regions == 2


def test_copy_is_bounded_and_without_notes():
    picture = Image.new("RGB", (2048, 1536), "white")
    exif = Image.Exif()
    exif[0x010F] = "SECRET"
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"SECRET")

    copy = public_copy(BytesIO(out.getvalue()), [box(0, 0, 50, 50)])

    assert (copy.width, copy.height) == (1600, 1200)
    assert max(Image.open(BytesIO(copy.thumb)).size) == blurring.THUMB_EDGE
    assert b"SECRET" not in copy.jpeg + copy.thumb
    assert not Image.open(BytesIO(copy.jpeg)).getexif()


def test_shape_beside_the_photo_is_no_region():
    assert public_copy(BytesIO(photo(1)), [box(5000, 5000, 6000, 6000)]).regions == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(-300, 1500), st.floats(-300, 1100), st.floats(4, 400)), min_size=1, max_size=6))
def test_any_strokes_leave_a_picture_of_the_same_size(strokes):
    shapes = [Shape(((x, y), (x + 10, y + 25)), width) for x, y, width in strokes]

    copy = public_copy(BytesIO(photo(3)), shapes)

    assert (copy.width, copy.height) == SIZE


def test_shapes_are_read_as_the_page_writes_them():
    written = json.dumps([{"width": 40, "points": [[1, 2], [3.5, 4]]}, {"box": [10, 20, 30, 40]}])

    assert read_shapes(written) == (Shape(((1.0, 2.0), (3.5, 4.0)), 40.0), Shape(((10.0, 20.0), (40.0, 60.0))))
    assert read_shapes("") == ()


@pytest.mark.parametrize(
    "written",
    [
        "{", "7", "[7]", '[{"points": [[1, 2]]}]', '[{"width": 4, "points": []}]', '[{"width": 4, "points": [[1]]}]',
        '[{"width": NaN, "points": [[1, 2]]}]', '[{"width": 4, "points": [[Infinity, 2]]}]', '[{"box": [1, 2, 0, 4]}]',
        '[{"box": [1, 2, 3]}]', '[{"width": true, "points": [[1, 2]]}]', '[{"width": "4", "points": [["1", 2]]}]',
        '[{"width": 4, "points": [[1e300, 2]]}]', "[" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_painting_is_refused_with_a_sentence(written):
    with pytest.raises(Refusal, match="paint it again"):
        read_shapes(written)


def test_painting_without_end_is_refused():
    stroke = {"width": 4, "points": [[1, 2]] * 30_000}

    for written in ([stroke], [{"box": [1, 1, 5, 5]}] * 400):
        with pytest.raises(Refusal, match="wider brush"):
            read_shapes(json.dumps(written))


def test_width_of_a_stroke_is_held_within_bounds():
    (thin,), (wide,) = (read_shapes(json.dumps([{"width": width, "points": [[1, 2]]}])) for width in (0, 99_999))

    assert (thin.width, wide.width) == (blurring.NARROWEST, blurring.WIDEST)
