"""Reports laid into the outbox by the dozen, as the form lays them there, without filling it in each time."""

from __future__ import annotations

import base64
from hashlib import sha256
from uuid import uuid4

from playwright.sync_api import Page

from grids.models import Area
from tests.issues.reports import picture

ADD = """async ({uuid, owner, title, body, files}) => {
  const { openOutbox } = await import("/static/mapui/js/phone/outbox.js");
  const outbox = await openOutbox();
  const buffer = (data) => Uint8Array.from(atob(data), (character) => character.charCodeAt(0)).buffer;
  await outbox.add({ uuid, kind: "report", lane: uuid, owner, title, body, files: files.map((data, index) => ({ buffer: buffer(data), type: "image/jpeg", name: `${index}.jpg` })) });
  outbox.database.close();
}"""


def body(text: str, area: Area, **more: object) -> dict[str, object]:
    """What the form makes of it."""
    return {
        "text": text, "place_text": "", "group": "", "category": "", "visit": "", "request_type": "", "card": "", "danger": False,
        "place": None, "area": area.code, "contact": {"nickname": "", "phone": "", "email": "", "answer_by": "none"}, "join": "",
        "done": "", "for_somebody": False, "occurred_at": None, "language": "en", "form_version": 1, "shown": [], **more,
    }  # fmt: skip


def lay(page: Page, text: str, area: Area, photos: list[bytes] | None = None, *, owner: str = "", **more: object) -> str:
    """One more report in the outbox; its key. `more`: of its body. Nothing is sent by it."""
    uuid = str(uuid4())
    files = [base64.b64encode(photo).decode() for photo in photos or []]
    page.evaluate(ADD, {"uuid": uuid, "owner": owner, "title": text[:40], "body": body(text, area, **more), "files": files})
    return uuid


def shots(number: int, of: int) -> list[bytes]:
    """So many photos, unlike each other and those of any other report."""
    return [picture(f"hsl({(number * 7 + each * 120) % 360}, {40 + number}%, 50%)", (64 + number, 48 + each)) for each in range(of)]


def digest(photo: bytes) -> str:
    return sha256(photo).hexdigest()
