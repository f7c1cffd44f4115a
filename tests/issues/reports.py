"""A drawn territory with categories and policy, and reports as they arrive in it."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image

from issues.files import photos
from issues.intake.reporting import Draft
from tests.drawing import Town, draw_cells
from tests.issues.factories import china, load_categories, shipped_policy

NOW = china("2024-09-23 09:00")


def territory(drawing: str = "A B\n C D", **more: Any) -> Town:
    """The drawn county, with the shipped categories and the shipped policy in force."""
    load_categories()
    shipped_policy()
    return draw_cells(drawing, **more)


def draft(**more: Any) -> Draft:
    """A report of a broken street lamp; give it a place."""
    return Draft(
        **{
            "uuid": uuid4(),
            "text": "东门口的路灯坏了三天了。晚上看不见路。",
            "category": "road.light",
            "language": "zh-hans",
            **more,
        }
    )


def at_point(point: Any, **more: Any) -> Draft:
    """The same with a pin (EPSG:4326)."""
    return draft(xy=(point.x, point.y), **more)


def picture(colour: str = "red", size: tuple[int, int] = (64, 48)) -> bytes:
    """A small JPEG file."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def photo(colour: str = "red") -> photos.Photo:
    """A photo as the intake takes it."""
    content = picture(colour)
    return photos.prepare(BytesIO(content), size=len(content), name=f"{colour}.jpg")
