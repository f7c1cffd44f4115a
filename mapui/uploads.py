"""What anybody may send us without a log-in, bounded while it arrives; and a stale form is told from a forged one."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps files on disk, but no more of each than a photo may have: the rest is counted and dropped.

    So a file that is too large costs no disk, the other answers of the form survive, and `size` still tells the truth.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start + len(raw_data) <= settings.PHOTO_MAX_BYTES:
            super().receive_data_chunk(raw_data, start)
        return None


def bound_uploads(request: HttpRequest) -> None:
    """Make the request keep no file larger than a photo may be; call it before the body is read."""
    request.upload_handlers = [MemoryFileUploadHandler(request), BoundedUploadHandler(request)]


class _Check(CsrfViewMiddleware):
    """Django's own check, which here notes the reason instead of answering, so that a view can keep what was typed."""

    reason = ""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        self.reason = reason
        return HttpResponseForbidden()


def csrf_fault(request: HttpRequest) -> str:
    """Why this write may not come from our own page; empty if it does. For views that are `csrf_exempt` and check here."""
    check = _Check(lambda _request: HttpResponse())
    check.process_request(request)
    check.process_view(request, lambda _request: HttpResponse(), (), {})
    return check.reason
