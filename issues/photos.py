"""Photos on arrival: looked at before they are decoded, drawn anew, so that nothing but the picture is kept.

Where and when it was taken, by which phone, thumbnails and comments inside the file are gone with the old encoding. A
photo is known by the SHA-256 of its bytes as sent, so sending it again adds nothing. HEIC is refused with a sentence: the
only maintained decoder for Pillow comes with GPL libraries; browsers turn HEIC into JPEG when a page asks for JPEG.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from issues.errors import Refusal
from issues.models import Attachment, Evidence, Submission

FORMATS = ("JPEG", "PNG", "WEBP")
# JPEG is scaled down while it is decoded, so large ones need little memory; the others are decoded whole.
MAX_PIXELS = {"JPEG": 110_000_000, "MPO": 110_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
# Edge in pixels and JPEG quality, tried in this order until the photo is small enough.
STEPS = ((2048, 80), (2048, 70), (1600, 70), (1280, 65), (1024, 60))
ENOUGH_BYTES = 450_000
THUMB_EDGE = 320
# What Pillow raises for broken or hostile files is not one family.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class PhotoRefused(Refusal):
    """A photo that cannot be taken (HTTP 422); the sentence says why and what would help."""

    status = 422

    def __init__(self, sentence: object) -> None:
        super().__init__(sentence, field="photos")


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
    """The photo in an uploaded file of `size` bytes, drawn anew. Raises PhotoRefused, naming the file."""
    label = PurePosixPath(name).name[:60] or _("photo")
    if size > settings.PHOTO_MAX_BYTES:
        raise PhotoRefused(
            _("“%(name)s” is too large. A photo can have %(most)d MB.")
            % {"name": label, "most": settings.PHOTO_MAX_BYTES // 1024 // 1024}
        )
    file.seek(0)
    content = file.read()
    try:
        picture = _decoded(content, label)
    except _BROKEN:
        raise PhotoRefused(_("“%(name)s” cannot be read as a photo. Please choose another.") % {"name": label}) from None
    jpeg, small = _encoded(picture)
    thumb = picture.copy()
    thumb.thumbnail((THUMB_EDGE, THUMB_EDGE))
    return Photo(hashlib.sha256(content).hexdigest(), jpeg, _jpeg(thumb, 75), small.width, small.height)


def attach(submission: Submission, photos: Iterable[Photo], *, at: datetime) -> list[Attachment]:
    """Store the photos of a report that it does not have yet; those that it has are left alone."""
    known = set(submission.attachments.values_list("sha256", flat=True))
    made = []
    for photo in photos:
        if photo.sha256 in known:
            continue
        known.add(photo.sha256)
        made.append(_store(submission, photo, at))
    return made


def attachments_of(submission: Submission) -> list[Attachment]:
    """The photos of a report, in the order in which they came."""
    return list(submission.attachments.order_by("id"))


def thumb_name(attachment: Attachment | Evidence) -> str:
    """The name in storage of an attachment's thumbnail."""
    path = PurePosixPath(str(attachment.file.name))
    return str(path.with_name(f"{path.stem}.thumb.jpg"))


def keep(folder: str, photo: Photo) -> str:
    """Store the photo and its thumbnail in that folder; the name in storage of the photo."""
    stem = f"{folder}/{photo.sha256[:32]}"
    name = _write(f"{stem}.jpg", photo.jpeg)
    _write(f"{stem}.thumb.jpg", photo.thumb)
    return name


def _store(submission: Submission, photo: Photo, at: datetime) -> Attachment:
    # Each report keeps its own copy: erasing one report never takes a photo from another.
    name = keep(f"attachments/{submission.uuid.hex[:2]}/{submission.uuid.hex}", photo)
    return Attachment.objects.create(
        submission=submission,
        sha256=photo.sha256,
        file=name,
        media_type="image/jpeg",
        width=photo.width,
        height=photo.height,
        received_at=at,
    )


def _write(name: str, content: bytes) -> str:
    """Write unless an earlier attempt, whose transaction was lost, already did; the name says what is inside."""
    if default_storage.exists(name):
        return name
    return default_storage.save(name, ContentFile(content))


def _decoded(content: bytes, label: str) -> Image.Image:
    """The picture, upright, RGB on white, with no memory of its file; at most twice the edge that is kept."""
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise PhotoRefused(
            _("“%(name)s” is in the HEIC format. Please send it as JPEG: on an iPhone choose “Most compatible” for the camera.")
            % {"name": label}
        )
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # the maker of PDFs sets it for the whole process
    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS[opened.format or "PNG"]:
            raise PhotoRefused(_("“%(name)s” has too many pixels. Please choose a smaller photo.") % {"name": label})
        opened.draft("RGB", (STEPS[0][0], STEPS[0][0]))
        opened.load()
        upright = _upright(opened)
    if upright.mode == "P" or "A" in upright.mode or "transparency" in upright.info:
        upright = upright.convert("RGBA")
        ground = Image.new("RGB", upright.size, "white")
        ground.paste(upright, mask=upright.getchannel("A"))
        upright = ground
    picture = upright.convert("RGB")
    picture.info.clear()  # the encoder would otherwise carry comments and XMP over
    return picture


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
