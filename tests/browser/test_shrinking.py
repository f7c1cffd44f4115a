"""Photos are made small on the phone before they travel: upright, without their notes, whatever the browser knows."""

from __future__ import annotations

import random
from base64 import b64decode
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page

ENOUGH = 300_000
SHRINK = """async ([type, name]) => {
    const {shrink} = await import("/static/mapui/js/report/shrinking.js");
    const content = await (await fetch("/photo-to-shrink")).arrayBuffer();
    const made = await shrink(new File([content], name, {type}));
    const reader = new FileReader();
    await new Promise((done) => { reader.onload = done; reader.readAsDataURL(made); });
    return [made.type, made.name, reader.result.split(",")[1]];
}"""
# Browsers that know less, from the newest to one of 2017.
BROWSERS = {
    "all": "",
    "without resizing": """const genuine = createImageBitmap;
        globalThis.createImageBitmap = (blob, options) =>
            options?.resizeWidth ? Promise.reject(new TypeError("resizeWidth")) : genuine(blob, options);""",
    "without options": "globalThis.createImageBitmap = () => Promise.reject(new TypeError('options'));",
    "without bitmaps": "delete globalThis.createImageBitmap;",
}


def photo(width: int, height: int, *, orientation: int = 1, quality: int = 92, blur: int = 4) -> bytes:
    """Noise (a meadow, say) with a blue left edge, and a position that must not travel."""
    noise = Image.frombytes(
        "RGB", (width // blur, height // blur), random.Random(3).randbytes(width // blur * (height // blur) * 3)
    )
    picture = noise.resize((width, height))
    picture.paste("blue", (0, 0, width // 4, height))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "SECRET-MAKER"
    exif.get_ifd(0x8825)[2] = (43.0, 58.0, 12.5)
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def shrunk(page: Page, content: bytes, kind: str = "image/jpeg", name: str = "IMG_1.JPG") -> tuple[str, str, bytes]:
    page.route("**/photo-to-shrink", lambda route: route.fulfill(body=content, content_type="application/octet-stream"))
    made_type, made_name, made = page.evaluate(SHRINK, [kind, name])
    return made_type, made_name, b64decode(made)


@pytest.fixture(params=BROWSERS)
def browser_page(request, page: Page) -> Page:
    if BROWSERS[request.param]:
        page.add_init_script(BROWSERS[request.param])
    page.goto("/t/")
    return page


def test_photo_taken_upright_is_small_upright_and_without_notes_in_any_browser(browser_page: Page):
    content = photo(2400, 1800, orientation=6)  # turned right by 90°: the blue edge comes to the top
    assert len(content) > 1_000_000
    assert b"SECRET-MAKER" in content

    kind, name, made = shrunk(browser_page, content)

    picture = Image.open(BytesIO(made))
    assert (kind, name, picture.format) == ("image/jpeg", "IMG_1.jpg", "JPEG")
    assert len(made) <= ENOUGH
    assert picture.height > picture.width
    top, bottom = picture.getpixel((picture.width // 2, 20)), picture.getpixel((picture.width // 2, picture.height - 20))
    assert top[2] > 180 > 80 > top[0]  # type: ignore[index]
    assert bottom[2] < 180  # type: ignore[index]
    assert b"SECRET" not in made
    assert not picture.getexif()


def test_twelve_megapixels_become_a_file_for_a_village_line(page: Page):
    page.goto("/t/")
    content = photo(4000, 3000, quality=88)

    _kind, _name, made = shrunk(page, content)

    picture = Image.open(BytesIO(made))
    assert len(content) > 2_500_000 > ENOUGH >= len(made)
    assert max(picture.size) >= 800
    assert picture.width / picture.height == pytest.approx(4 / 3, abs=0.01)


def test_photo_that_compresses_badly_is_made_smaller_until_it_is_small_enough(page: Page):
    page.goto("/t/")

    _kind, _name, made = shrunk(page, photo(1800, 1400, blur=1))

    assert len(made) <= ENOUGH


def test_small_photo_keeps_its_size_and_loses_its_notes(page: Page):
    page.goto("/t/")
    content = photo(640, 480)
    assert len(content) < ENOUGH

    _kind, _name, made = shrunk(page, content)

    assert Image.open(BytesIO(made)).size == (640, 480)
    assert b"SECRET" not in made


def test_small_picture_of_another_kind_stays_as_it_is(page: Page):
    page.goto("/t/")
    out = BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")

    assert shrunk(page, out.getvalue(), "image/png", "a.png") == ("image/png", "a.png", out.getvalue())


def test_what_this_browser_cannot_read_is_left_to_the_server(page: Page):
    page.goto("/t/")
    content = b"\xff\xd8 not a photo" * 30_000

    assert shrunk(page, content) == ("image/jpeg", "IMG_1.JPG", content)
