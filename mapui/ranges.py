"""A file in answer to a request, whole or the part that was asked for: players jump in what they play, and some play nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_PIECE = 64 * 1024
# For a file opened by itself: the browser's own viewer, which styles itself inline; nothing in the file may do anything.
VIEWER_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


def stored_file(request: HttpRequest, name: str, media_type: str) -> HttpResponseBase:
    """The stored file of that name: 200, 206 for one range of bytes, 416 for a range that it does not have. Raises Http404."""
    if not name:
        raise Http404
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    size = file.size
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    part = _part(asked.group(1), asked.group(2), size) if asked else (0, size)
    if part is None:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = part
    response = StreamingHttpResponse(_pieces(file, start, end), content_type=media_type)
    response["Content-Security-Policy"] = VIEWER_POLICY
    response["Accept-Ranges"], response["Content-Length"] = "bytes", str(end - start)
    if asked:
        response.status_code, response["Content-Range"] = 206, f"bytes {start}-{end - 1}/{size}"
    return response


def _part(first: str, last: str, size: int) -> tuple[int, int] | None:
    """From which byte to before which; None if the file has none of them."""
    if not first:  # the last so many
        start, end = (max(0, size - int(last)), size) if last else (0, 0)
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None


def _pieces(file: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while start < end and (piece := file.read(min(_PIECE, end - start))):
            start += len(piece)
            yield piece
