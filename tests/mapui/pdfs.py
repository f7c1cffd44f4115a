"""Reads PDF back, for tests: its words, its pages as pictures, its fonts, and the QR code that a telephone would see."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pypdfium2
import zxingcpp
from django.http.response import HttpResponseBase
from PIL import Image
from pypdf import PdfReader


def content(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def reader(data: bytes) -> PdfReader:
    return PdfReader(BytesIO(data))


def words(data: bytes) -> str:
    """All its text, without any white space: lines break where they like."""
    return squeezed("".join(page.extract_text() for page in reader(data).pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def fonts(data: bytes) -> list[tuple[str, bool]]:
    """(name, whether its file is embedded) of every font."""
    found: dict[str, bool] = {}
    for page in reader(data).pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[attr-defined]
            font = font.get_object()
            descendant: Any = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            descriptor = descendant.get("/FontDescriptor", {}).get_object() if "/FontDescriptor" in descendant else {}
            found[str(font["/BaseFont"])] = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return sorted(found.items())


def pictures(data: bytes, scale: float = 2.0) -> list[Image.Image]:
    """Its pages as they are printed; 72 points to the inch times `scale`."""
    with pypdfium2.PdfDocument(data) as document:
        return [page.render(scale=scale).to_pil() for page in document]


def qr_codes(data: bytes) -> list[str]:
    """What a reader of QR codes finds on its pages."""
    return [found.text for picture in pictures(data) for found in zxingcpp.read_barcodes(picture)]
