"""`PUT /api/reports/<key>/files/<sha256>`: a photo or voice note of a report, in any order, as often as the line needs.

Only what the report announced is taken, and only if its bytes are those: so a file can arrive in no other report, and half
of one is never kept.
"""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from issues import throttle
from issues.addresses import client_address
from issues.files import storage
from issues.intake import reporting
from issues.models import Submission
from issues.wire.answers import Fault, said, wire
from issues.wire.owners import sender_of
from issues.wire.reading import content_of
from issues.wire.reports import missing

# The bytes decide what it is; some phones call a recording a video.
_TYPES = re.compile(r"image/[\w.+-]+|audio/[\w.+-]+|video/(webm|mp4)|application/octet-stream")


@wire("PUT")
def file(request: HttpRequest, key: str, sha256: str) -> HttpResponse:
    """See above: 201, or 200 if it was there already."""
    if sender_of(request) is None:
        throttle.spend(throttle.AGAIN, client_address(request))
    submission = _report(key)
    if submission.text_erased_at is not None:
        return _taken(submission, sha256, status=200)
    if sha256 not in {one["sha256"] for one in submission.declared}:
        raise Fault(422, "file", _("The report did not announce this file."))
    if sha256 not in missing(submission):
        return _taken(submission, sha256, status=200)
    made = storage.attach(submission, [_made_anew(request, sha256)], at=now())
    return _taken(submission, sha256, status=201 if made else 200)


def _report(key: str) -> Submission:
    try:
        found = reporting.sent_under(UUID(key))
    except ValueError:
        found = None
    if found is None:
        raise Fault(404, "unknown", _("There is no such report here yet. Its text has to come first."))
    return found


def _made_anew(request: HttpRequest, sha256: str) -> storage.File:
    """The photo or voice note in the body, encoded anew. Raises Fault."""
    if not _TYPES.fullmatch(request.content_type or ""):
        raise Fault(415, "type", _("Only photos and recordings are taken here."))
    content = content_of(request, most=settings.PHOTO_MAX_BYTES)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Fault(422, "file", _("These are not the bytes that the report announced for this file."))
    try:
        return storage.arrived(BytesIO(content), size=len(content))
    except storage.FileRefused as refusal:
        raise Fault(refusal.status, "file", refusal.sentence, field=refusal.field) from None


def _taken(submission: Submission, sha256: str, *, status: int) -> HttpResponse:
    return said({"uuid": str(submission.uuid), "sha256": sha256, "missing": missing(submission)}, status=status)
