"""Photos on arrival: looked at before they are decoded, drawn anew, so that nothing but the picture is kept.

Where and when it was taken, by which phone, thumbnails and comments inside the file are gone with the old encoding. A
photo is known by the SHA-256 of its bytes as sent, so sending it again adds nothing. HEIC is refused with a sentence: the
only maintained decoder for Pillow comes with GPL libraries; browsers turn HEIC into JPEG when a page asks for JPEG.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import IO

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from issues.errors import FileRefused
from issues.files import arriving

MEDIA_TYPE = "image/jpeg"
FORMATS = ("JPEG", "PNG", "WEBP")
# JPEG is scaled down while it is decoded, so large ones need little memory; the others are decoded whole.
MAX_PIXELS = {"JPEG": 110_000_000, "MPO": 110_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
# Edge in pixels and JPEG quality, tried in this order until the photo is small enough.
STEPS = ((2048, 80), (2048, 70), (1600, 70), (1280, 65), (1024, 60))
ENOUGH_BYTES = 450_000
THUMB_EDGE = 320
MAX_SCANS = 100  # of a progressive JPEG; cameras and browsers write about ten
_SCAN = b"\xff\xda"
# What Pillow raises for broken or hostile files is not one family.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    IndexError,
    KeyError,
    TypeError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class PhotoRefused(FileRefused):
    """A photo that cannot be taken."""

    about = "photos"


@dataclass(frozen=True)
class Photo:
    """A photo drawn anew: JPEG bytes of it and of its thumbnail, sizes in pixels, and the hash of what was sent."""

    sha256: str
    jpeg: bytes
    thumb: bytes
    width: int
    height: int


def check_count(count: int) -> None:
    """Raises PhotoRefused if a report may not have so many photos."""
    if count > settings.PHOTO_MAX_COUNT:
        raise PhotoRefused(
            _("A report can have %(most)d photos; %(count)d were chosen.") % {"most": settings.PHOTO_MAX_COUNT, "count": count}
        )


def prepare(file: IO[bytes], *, size: int, name: str = "") -> Photo:
    """The photo in an uploaded file of `size` bytes, drawn anew. Raises PhotoRefused or FileTooLarge, naming the file."""
    too_large = _("“%(name)s” is too large. A photo can have %(most)d MB.")
    most, field = settings.PHOTO_MAX_BYTES, PhotoRefused.about
    sent = arriving.read(file, size=size, name=name, usual=_("photo"), most=most, too_large=too_large, field=field)
    try:
        picture = _decoded(sent.content, sent.label)
    except _BROKEN:
        raise PhotoRefused(_("“%(name)s” cannot be read as a photo. Please choose another.") % {"name": sent.label}) from None
    jpeg, small = _encoded(picture)
    thumb = picture.copy()
    thumb.thumbnail((THUMB_EDGE, THUMB_EDGE))
    return Photo(sent.sha256, jpeg, _jpeg(thumb, 75), small.width, small.height)


def _decoded(content: bytes, label: str) -> Image.Image:
    """The picture, upright, RGB on white, with no memory of its file; at most four times the edge that is kept."""
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise PhotoRefused(
            _("“%(name)s” is in the HEIC format. Please send it as JPEG: on an iPhone choose “Most compatible” for the camera.")
            % {"name": label}
        )
    # The maker of PDFs sets it for the whole process, perhaps just now in another thread: so the end is looked for as well.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        if _is_too_much(opened, content):
            raise PhotoRefused(_("“%(name)s” has too many pixels. Please choose a smaller photo.") % {"name": label})
        if not _is_whole(content, opened.format):
            raise PhotoRefused(_("“%(name)s” is not whole: its end is missing. Please send it again.") % {"name": label})
        opened.draft("RGB", (STEPS[0][0], STEPS[0][0]))
        opened.load()
        upright = _upright(_reduced(opened))
    picture = _on_white(upright)
    picture.info.clear()  # the encoder would otherwise carry comments and XMP over
    return picture


def _is_too_much(opened: Image.Image, content: bytes) -> bool:
    """Whether decoding would take more memory or time than a photo is worth; told from the header."""
    most = MAX_PIXELS[opened.format or "PNG"]
    if opened.info.get("progressive"):  # decoded whole, scan after scan, however small it is drawn
        most = MAX_PIXELS["PNG"]
        if content.count(_SCAN) > MAX_SCANS:
            return True
    return opened.width * opened.height > most


def _is_whole(content: bytes, kind: str | None) -> bool:
    """Whether the file has its end; what follows behind it (a film, another file) is no part of the photo."""
    if kind == "PNG":
        return b"IEND\xaeB`\x82" in content
    if kind == "WEBP":
        return len(content) >= 8 + int.from_bytes(content[4:8], "little")
    place = 2  # of the next segment of a JPEG file: marker, length in two bytes, data; the scans come after the last
    while content[place : place + 1] == b"\xff" and content[place : place + 2] != _SCAN:
        place += 1 if content[place + 1 : place + 2] == b"\xff" else 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return content.find(b"\xff\xd9", place) > 0


def _reduced(opened: Image.Image) -> Image.Image:
    """A picture far larger than what is kept, in a size that costs less to go on with."""
    times = max(opened.size) // (2 * STEPS[0][0])
    return opened.reduce(times) if times > 1 and opened.mode in ("RGB", "RGBA", "L", "LA", "CMYK") else opened


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture as RGB; what is transparent lies on white, sixteen bits of grey are not cut off but scaled."""
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    if picture.mode != "P" and "A" not in picture.mode and "transparency" not in picture.info:
        return picture.convert("RGB")
    whole = picture.convert("RGBA")
    ground = Image.new("RGB", whole.size, "white")
    ground.paste(whole, mask=whole.getchannel("A"))
    return ground


def _upright(opened: Image.Image) -> Image.Image:
    """The picture turned as the phone was held; as it is if the file's notes are damaged."""
    try:
        return ImageOps.exif_transpose(opened)
    except _BROKEN:
        return opened


def _encoded(picture: Image.Image) -> tuple[bytes, Image.Image]:
    """JPEG bytes small enough to be kept, and the picture as it is in them."""
    for edge, quality in STEPS:
        small = picture.copy()
        small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        content = _jpeg(small, quality)
        if len(content) <= ENOUGH_BYTES:
            break
    return content, small


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
