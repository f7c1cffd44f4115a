"""Painting over a photo in a real browser, by mouse, finger and keyboard; and what is left of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Locator, Page, expect

from issues.files import storage
from issues.files.photos import prepare
from issues.models import Attachment, Publication
from representatives.models import Person
from representatives.roles import Role
from tests.browser.conftest import DESKTOP, PHONE, accessibility_faults
from tests.mapui.scene import Scene, scene, submission_of

LogIn = Callable[[Page, Person], None]
SIZE = (1200, 900)
FACE = (520, 200, 680, 400)  # left, top, right, bottom


@pytest.fixture
def county(fresh_counts: None, settings, tmp_path: Path) -> Scene:
    settings.MEDIA_ROOT = tmp_path
    return scene()


def street() -> bytes:
    """A street under a sky, with somebody whose face has hard edges."""
    picture = Image.new("RGB", SIZE, (150, 190, 220))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 550, 1200, 900), fill=(120, 115, 105))
    draw.rectangle((500, 380, 700, 800), fill=(40, 60, 120))
    draw.ellipse(FACE, fill=(225, 180, 150), outline=(60, 30, 20), width=6)
    for x in (570, 630):
        draw.ellipse((x - 14, 270, x + 14, 298), fill="black")
    draw.arc((560, 310, 640, 360), 20, 160, fill="black", width=8)
    out = BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.fixture
def photo(county: Scene) -> Attachment:
    issue = county.in_progress()
    content = street()
    made = prepare(BytesIO(content), size=len(content), name="street.jpg")
    return storage.attach(submission_of(issue), [made], at=issue.reported_at)[0]


def easel(page: Page, log_in: LogIn, person: Person, photo: Attachment) -> Locator:
    log_in(page, person)
    page.goto(f"/photos/{photo.pk}/publish/")
    canvas = page.get_by_role("application", name="Photo to paint on")
    expect(canvas).to_be_visible()
    return canvas


def on_screen(canvas: Locator, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the photo is in the window."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    return box["x"] + x / SIZE[0] * box["width"], box["y"] + y / SIZE[1] * box["height"]


def paint(page: Page, canvas: Locator, *points: tuple[int, int]) -> None:
    """Draw with the mouse from point to point, in pixels of the photo."""
    page.mouse.move(*on_screen(canvas, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*on_screen(canvas, *point), steps=5)
    page.mouse.up()


def strokes(page: Page) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(page.locator("[name=strokes]").input_value() or "[]")
    return found


def boxes(page: Page) -> list[list[int]]:
    """The rectangles in the rows of numbers."""
    rows = page.locator("[data-row]").evaluate_all(
        "rows => rows.map((row) => [...row.querySelectorAll('input')].map(({value}) => value))"
    )
    return [[int(value) for value in row] for row in rows if any(row)]


def published() -> np.ndarray:
    copy = Publication.objects.get()
    with copy.file.open() as file:
        return np.asarray(Image.open(file).convert("RGB")).astype(int)


OVER_FACE = [(540, 230), (660, 230), (660, 300), (540, 300), (540, 370), (660, 370)]


def test_face_is_painted_over_by_mouse_looked_at_and_published(county: Scene, photo: Attachment, page: Page, log_in: LogIn):
    canvas = easel(page, log_in, county[Role.VILLAGE_SECRETARY], photo)
    page.get_by_label("wide", exact=True).check()
    paint(page, canvas, *OVER_FACE)
    expect(page.get_by_text("1 place painted over.")).to_be_visible()

    page.get_by_role("button", name="Look at what everybody would see").click()
    expect(page.get_by_role("img", name="The photo as everybody would see it")).to_be_visible()
    assert not Publication.objects.exists()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Make it public like this").click()

    expect(page.get_by_text("The photo is public now")).to_be_visible()
    face = published()[FACE[1] + 20 : FACE[3] - 20, FACE[0] + 10 : FACE[2] - 10]
    assert face.min() > 60  # no eye, no mouth: nothing dark is left
    page.get_by_role("link", name="public", exact=False).first.click()
    expect(page).to_have_url(f"{page.url.split('/photos')[0]}/photos/public/{Publication.objects.get().key}.jpg")


def test_strokes_are_undone_redone_and_brought_back_from_the_look(county: Scene, photo: Attachment, page: Page, log_in: LogIn):
    canvas = easel(page, log_in, county[Role.VILLAGE_SECRETARY], photo)
    undo, redo = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    paint(page, canvas, (100, 100), (200, 100))
    page.get_by_label("fine").check()
    paint(page, canvas, (300, 300), (320, 340))
    first, second = strokes(page)
    assert first["width"] == 60
    assert second["width"] == 30
    assert abs(first["points"][0][0] - 100) < 4 > abs(first["points"][-1][0] - 200)  # type: ignore[index]

    undo.click()
    assert strokes(page) == [first]
    redo.click()
    assert strokes(page) == [first, second]
    page.get_by_role("button", name="Clear everything").click()
    assert strokes(page) == []
    undo.click()
    page.get_by_role("button", name="Look at what everybody would see").click()
    page.get_by_role("button", name="Back to painting").click()

    expect(page.get_by_text("2 places painted over.")).to_be_visible()
    assert strokes(page) == [first, second]


def test_rectangle_is_set_moved_and_resized_by_keys_alone(county: Scene, photo: Attachment, page: Page, log_in: LogIn):
    canvas = easel(page, log_in, county[Role.VILLAGE_SECRETARY], photo)
    canvas.focus()
    page.keyboard.press("Enter")
    ((x, y, w, h),) = boxes(page)

    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown", "Alt+ArrowLeft"):
        page.keyboard.press(key)
    assert boxes(page) == [[x + 30 - 1, y - 30, w + 30, h + 30]]
    page.keyboard.press("Enter")
    assert len(boxes(page)) == 2
    page.keyboard.press("Delete")
    assert len(boxes(page)) == 1
    page.keyboard.press("Control+z")
    assert len(boxes(page)) == 2

    page.get_by_text("Rectangles by numbers").click()
    page.get_by_label("From the left").nth(0).fill("500")
    page.get_by_label("From the top").nth(0).fill("190")
    page.get_by_label("Width").nth(0).fill("200")
    page.get_by_label("Height").nth(0).fill("230")
    page.get_by_label("Height").nth(0).press("Tab")
    assert boxes(page)[0] == [500, 190, 200, 230]
    assert accessibility_faults(page) == []


def test_finger_paints_and_nothing_scrolls_beneath_it(
    county: Scene, photo: Attachment, open_context: Callable[..., BrowserContext], log_in: LogIn
):
    page = open_context(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2).new_page()
    canvas = easel(page, log_in, county[Role.VILLAGE_SECRETARY], photo)
    canvas.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    touch = page.context.new_cdp_session(page)

    def at(kind: str, *points: tuple[int, int]) -> None:
        spots = [dict(zip("xy", on_screen(canvas, *point), strict=True)) for point in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    at("touchStart", (520, 250))
    at("touchMove", (600, 300))
    at("touchMove", (660, 380))
    at("touchEnd")

    (stroke,) = strokes(page)
    assert len(stroke["points"]) >= 2  # type: ignore[arg-type]
    assert page.evaluate("scrollY") == before
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []


def test_page_without_scripts_blurs_by_numbers(
    county: Scene, photo: Attachment, open_context: Callable[..., BrowserContext], log_in: LogIn
):
    page = open_context(viewport=DESKTOP, java_script_enabled=False).new_page()
    log_in(page, county[Role.VILLAGE_SECRETARY])
    page.goto(f"/photos/{photo.pk}/publish/")
    page.get_by_text("Rectangles by numbers").click()
    for label, value in zip(("From the left", "From the top", "Width", "Height"), (500, 190, 200, 230), strict=True):
        page.get_by_label(label).nth(0).fill(str(value))

    page.get_by_role("button", name="Look at what everybody would see").click()
    page.get_by_role("button", name="Make it public like this").click()

    expect(page.get_by_text("The photo is public now")).to_be_visible()
    assert published()[FACE[1] + 20 : FACE[3] - 20, FACE[0] + 10 : FACE[2] - 10].min() > 60


def test_nothing_painted_is_refused_until_somebody_says_that_nobody_is_to_be_seen(
    county: Scene, photo: Attachment, page: Page, log_in: LogIn, faults
):
    faults.forgive("409")
    easel(page, log_in, county[Role.VILLAGE_SECRETARY], photo)
    look = page.get_by_role("button", name="Look at what everybody would see")

    look.click()
    expect(page.get_by_role("alert")).to_contain_text("Paint over faces")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("No faces and no number plates").check()
    look.click()
    expect(page.get_by_text("Nothing is painted over.")).to_be_visible()
    page.get_by_role("button", name="Make it public like this").click()

    expect(page.get_by_text("The photo is public now")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The photo is no longer public.")).to_be_visible()
    assert not Publication.objects.exists()


def test_photo_that_cannot_be_loaded_is_said(county: Scene, photo: Attachment, page: Page, log_in: LogIn, faults):
    faults.forgive("404")
    log_in(page, county[Role.VILLAGE_SECRETARY])
    page.route(f"**/photos/{photo.pk}/", lambda route: route.fulfill(status=404, body=""))

    page.goto(f"/photos/{photo.pk}/publish/")

    expect(page.get_by_text("The photo could not be loaded.")).to_be_visible()
