"""What the tests of the report page need: the form filled in, a photo, and what came back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.issues.reports import picture

REPORT = "/report/"
WORDS = "东门口的路灯坏了三天了"


def answers(**more: Any) -> dict[str, Any]:
    """The form filled in with what is required, but for the place."""
    return {"uuid": str(uuid4()), "text": WORDS, "danger": "no", "answer_by": "none", **more}


def jpeg(name: str = "a.jpg", colour: str = "red") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(colour), content_type="image/jpeg")


def body(response: Any) -> str:
    text: str = response.content.decode()
    return text


def uuid_in(page: str) -> str:
    return page.split('name="uuid" value="')[1].split('"')[0]
