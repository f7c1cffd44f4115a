"""HTML to PDF with WeasyPrint: A4, pages numbered, fonts embedded. Reads no network and no file but our own style sheets."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.contrib.staticfiles import finders
from django.http import FileResponse, HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from issues.errors import Refusal

# One at a time in each process: laying out is work for the processor, and takes some 60 MB while it lasts.
_PRESS = threading.BoundedSemaphore(1)
WAIT_S = 20
KEPT_IN_MEMORY = 2 * 1024 * 1024
PDF = "application/pdf"
STYLE = "mapui/css/paper.css"


class Busy(Refusal):
    """Too many are printing; the answer says when to ask again."""

    status = 503
    wait_s = 30


def pdf_of(request: HttpRequest, template: str, context: dict[str, Any], *, styles: Sequence[str] = (STYLE,)) -> IO[bytes]:
    """The template as PDF, an open temporary file at its beginning. Raises Busy if too many others are printing."""
    from weasyprint import HTML  # brings a layout engine along, which most processes never need

    html = render_to_string(template, context, request)
    if not _PRESS.acquire(timeout=WAIT_S):
        raise Busy(_("Many papers are being printed just now. Please try again in a minute."))
    try:
        file: IO[bytes] = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 - the response closes it
        sheets = [_style(name) for name in styles]
        HTML(string=html, url_fetcher=_fetch()).write_pdf(file, stylesheets=[*sheets, _page_numbers()], pdf_tags=True)
    finally:
        _PRESS.release()
    file.seek(0)
    return file


def pdf_answer(file: IO[bytes], name: str) -> FileResponse:
    """The file as a download of that name, without “.pdf”."""
    response = FileResponse(file, as_attachment=True, filename=f"{name}.pdf", content_type=PDF)
    response["Cache-Control"] = "private, no-store"
    return response


@cache
def _fetch() -> Any:
    """Fetches pictures that stand in the page itself, and nothing else."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)


def _css(text: str) -> Any:
    from weasyprint import CSS

    return CSS(string=text, url_fetcher=_fetch())


@lru_cache(maxsize=16)
def _style(name: str) -> Any:
    path = finders.find(name)
    assert isinstance(path, str), name  # noqa: S101 - shipped with the program
    return _css(Path(path).read_text(encoding="utf-8"))


def _page_numbers() -> Any:
    """“Page 1 of 3” at the foot, in the reader's language."""
    counted = _("Page %(page)s of %(pages)s") % {"page": "\0page\0", "pages": "\0pages\0"}
    parts = [f"counter({part})" if part in ("page", "pages") else _quoted(part) for part in counted.split("\0") if part]
    return _css(f"@page {{ @bottom-right {{ content: {' '.join(parts)} }} }}")


def _quoted(text: str) -> str:
    """The text as a string of CSS."""
    return '"' + "".join(f"\\{ord(each):x} " if each in '"\\\n' else each for each in text) + '"'
