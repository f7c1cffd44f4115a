"""Photos are drawn anew: nothing but the picture survives, and what is not a photo is refused with a sentence."""

from __future__ import annotations

import random
import struct
import types
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from issues.errors import FileTooLarge
from issues.files import photos
from issues.files.photos import PhotoRefused

SECRETS = (b"SECRET", b"Exif", b"http://ns.adobe.com", b"GPS", b"ICC_PROFILE")


def jpeg(size=(640, 480), *, colour="red", orientation=None, secrets=False, quality=90):
    picture = Image.new("RGB", size, colour)
    if size[0] > 2:  # the left edge is blue, so that a turn can be seen
        picture.paste("blue", (0, 0, max(1, size[0] // 4), size[1]))
    exif = Image.Exif()
    more = {}
    if orientation:
        exif[0x0112] = orientation
    if secrets:
        exif[0x010F] = "SECRET maker"
        exif.get_ifd(0x8825)[2] = (43.0, 58.0, 12.5)
        more = {"comment": b"SECRET comment", "xmp": b"<x>SECRET http://ns.adobe.com/xap</x>", "icc_profile": b"SECRET" * 40}
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif, **more)
    return out.getvalue()


def prepared(content, name="photo.jpg"):
    return photos.prepare(BytesIO(content), size=len(content), name=name)


def opened(content):
    return Image.open(BytesIO(content))


def noise(size):
    return Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3))


def test_photo_with_position_comment_and_profile_when_prepared_keeps_none_of_them():
    content = jpeg(secrets=True)
    assert all(secret in content for secret in (b"SECRET maker", b"SECRET comment", b"SECRET http", b"ICC_PROFILE"))

    photo = prepared(content)

    for stored in (photo.jpeg, photo.thumb):
        assert not any(secret in stored for secret in SECRETS)
        assert not opened(stored).getexif()
        assert set(opened(stored).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def test_png_and_webp_with_texts_when_prepared_become_jpeg_without_them():
    info = PngInfo()
    info.add_text("Comment", "SECRET")
    info.add_itxt("XML:com.adobe.xmp", "SECRET http://ns.adobe.com")
    for kind, more in (("PNG", {"pnginfo": info}), ("WEBP", {"xmp": b"SECRET", "exif": b"Exif\0\0SECRET"})):
        out = BytesIO()
        Image.new("RGB", (40, 30)).save(out, kind, **more)

        photo = prepared(out.getvalue())

        assert opened(photo.jpeg).format == "JPEG"
        assert not any(secret in photo.jpeg for secret in SECRETS)


def test_photo_taken_upright_when_prepared_stands_upright():
    photo = prepared(jpeg((640, 480), orientation=6))  # 6: turn right by 90°, so the blue left edge comes to the top

    assert (photo.width, photo.height) == (480, 640)
    top, bottom = opened(photo.jpeg).getpixel((240, 40)), opened(photo.jpeg).getpixel((240, 600))
    assert top[2] > 200 > top[0]
    assert bottom[0] > 200 > bottom[2]


def test_large_noisy_photo_when_prepared_is_small_enough_for_a_village_line():
    out = BytesIO()
    noise((4000, 3000)).save(out, "JPEG", quality=80)

    photo = prepared(out.getvalue())

    assert max(photo.width, photo.height) <= 2048
    assert opened(photo.jpeg).size == (photo.width, photo.height)
    assert len(photo.jpeg) <= photos.ENOUGH_BYTES
    assert max(opened(photo.thumb).size) <= photos.THUMB_EDGE


def test_transparent_picture_when_prepared_lies_on_white():
    out = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")

    assert min(opened(prepared(out.getvalue()).jpeg).getpixel((10, 10))) > 250


@pytest.mark.parametrize("mode", ["L", "P", "LA", "1", "I;16", "CMYK"])
def test_picture_of_any_mode_when_prepared_becomes_rgb(mode):
    out = BytesIO()
    Image.new(mode, (30, 20)).save(out, "JPEG" if mode == "CMYK" else "PNG")

    assert opened(prepared(out.getvalue()).jpeg).mode == "RGB"


def test_same_file_twice_gives_the_same_hash_and_the_same_bytes():
    content = jpeg()

    assert prepared(content) == prepared(content)


def png_of(width, height):
    """A PNG that claims a size and holds a few bytes: what a decompression bomb looks like before it is decoded."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def test_bomb_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))

    with pytest.raises(PhotoRefused, match="too many pixels"):
        prepared(png_of(6000, 6000))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a photo",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"%PDF-1.7",
        jpeg()[:900],
        png_of(200, 200),
        png_of(60000, 60000),
    ],
    ids=["empty", "text", "svg", "gif", "pdf", "cut off", "broken png", "enormous"],
)
def test_what_is_not_a_photo_is_refused_with_a_sentence_that_names_it(content):
    with pytest.raises(PhotoRefused, match="IMG_1"):
        prepared(content, name="../../IMG_1.jpg")


def test_file_over_the_limit_is_refused_unread():
    class Unreadable(BytesIO):
        def read(self, *_):
            pytest.fail("read")

    with pytest.raises(FileTooLarge, match="12 MB") as refused:
        photos.prepare(Unreadable(), size=13 * 1024 * 1024, name="big.jpg")
    assert (refused.value.status, refused.value.field) == (413, "photos")


def test_heic_is_refused_with_the_setting_that_helps():
    with pytest.raises(PhotoRefused, match="Most compatible"):
        prepared(b"\0\0\0\x18ftypheic" + b"\0" * 100, name="IMG_1.HEIC")


@pytest.mark.parametrize("is_lenient", [False, True])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "progressive"])
def test_photo_that_was_cut_off_is_refused_even_if_another_thread_makes_the_library_lenient(monkeypatch, kind, is_lenient):
    """The maker of PDFs does that when it is loaded, perhaps between our setting it back and our decoding."""

    class Lenient(types.ModuleType):
        LOAD_TRUNCATED_IMAGES = False

    monkeypatch.setattr(photos, "ImageFile", Lenient("ImageFile"))  # what we set back does not reach the library
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", is_lenient)
    out = BytesIO()
    more = {"progressive": True} if kind == "progressive" else {}
    noise((300, 200)).save(out, "JPEG" if kind == "progressive" else kind, **more)
    whole = out.getvalue()
    assert prepared(whole).width == 300

    for part in (0.3, 0.6, 0.9, 0.999):
        with pytest.raises(PhotoRefused, match=r"“photo[.]jpg”"):
            prepared(whole[: int(len(whole) * part)])


def test_photo_with_a_film_behind_it_is_the_photo():
    """Some telephones append a second of film; markers in it are no end and no scan."""
    film = b"\xff\xda\xff\xd9" * 500 + bytes(range(256)) * 20

    assert prepared(jpeg() + film).jpeg == prepared(jpeg()).jpeg


def test_photo_with_a_thumbnail_that_ends_is_not_whole_by_that():
    thumb = jpeg((40, 30))
    segment = b"\xff\xe2" + (len(thumb) + 2).to_bytes(2, "big") + thumb
    whole = jpeg()
    nested = whole[:2] + segment + whole[2:]
    assert prepared(nested).width == 640

    with pytest.raises(PhotoRefused, match="not whole"):
        prepared(nested[: len(segment) + 1500])


def test_progressive_photo_of_endless_scans_is_refused_before_it_is_decoded(monkeypatch):
    """A few kilobytes that say “again” a thousand times cost minutes to decode."""
    out = BytesIO()
    Image.new("RGB", (400, 300)).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    endless = whole[:last] + whole[last:-2] * 200 + whole[-2:]
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))

    with pytest.raises(PhotoRefused, match="too many pixels"):
        prepared(endless)


def test_progressive_photo_may_have_fewer_pixels_for_it_is_decoded_whole():
    def claims(marker: bytes, edge: int) -> bytes:
        content = jpeg((64, 48))
        place = content.index(b"\xff\xc0")
        size = edge.to_bytes(2, "big") * 2
        return content[:place] + marker + content[place + 2 : place + 5] + size + content[place + 9 :]

    with pytest.raises(PhotoRefused, match="too many pixels"):
        prepared(claims(b"\xff\xc2", 6000))
    assert prepared(claims(b"\xff\xc0", 6000)).width <= 2048  # drawn small while it is decoded


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_moving_picture_is_its_first_frame(kind):
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    out = BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)

    red, green, blue = opened(prepared(out.getvalue()).jpeg).getpixel((20, 15))

    assert red > 200 > 60 > max(green, blue)


def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off():
    out = BytesIO()
    Image.fromarray(np.array([[0, 20_000], [40_000, 65_535]], np.uint16).repeat(16, 0).repeat(16, 1)).save(out, "PNG")

    picture = opened(prepared(out.getvalue()).jpeg).convert("L")

    assert [picture.getpixel(place) for place in ((8, 8), (24, 8), (8, 24), (24, 24))] == pytest.approx([0, 78, 156, 255], abs=4)


def test_colours_of_a_printer_become_those_of_a_screen():
    out = BytesIO()
    Image.new("CMYK", (40, 30), (0, 255, 255, 0)).save(out, "JPEG")

    red, green, blue = opened(prepared(out.getvalue()).jpeg).getpixel((20, 15))

    assert red > 180 > 90 > max(green, blue)


def test_large_png_is_made_small_before_it_is_turned_and_laid_on_white(monkeypatch):
    sizes, genuine = [], photos._on_white

    def measured(picture: Image.Image) -> Image.Image:
        sizes.append(picture.size)
        return genuine(picture)

    monkeypatch.setattr(photos, "_on_white", measured)
    out = BytesIO()
    Image.new("RGBA", (9000, 2000), (10, 20, 30, 255)).save(out, "PNG", compress_level=1)

    photo = prepared(out.getvalue())

    assert sizes == [(4500, 1000)]
    assert (photo.width, photo.height) == (2048, 455)


def test_six_photos_are_one_too_many():
    photos.check_count(5)

    with pytest.raises(PhotoRefused, match="5"):
        photos.check_count(6)
