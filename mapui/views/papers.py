"""A paper of an issue, on the screen and as PDF: the same template, for whoever may see the issue. Each download is logged."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import segno
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from issues.models import Issue
from issues.parts import with_parts
from mapui.addresses import public_url
from mapui.papers.dossier import Dossier
from mapui.papers.kinds import paper_of
from mapui.papers.paper import Paper
from mapui.papers.pdf import pdf_answer, pdf_of
from mapui.staff import person_of, staff_page

logger = logging.getLogger("gridgov.access")


@require_GET
@staff_page(reads_issues=True)
def paper(request: HttpRequest, number: str, kind: str, key: str) -> HttpResponse:
    """The paper on a page, to read and to print from the browser."""
    dossier, made = _made(request, number, kind, key, now())
    return render(request, "mapui/papers/page.html", _context(request, dossier, made) | {"kind": kind, "key": key, "nav": "queue"})


@require_GET
@staff_page(reads_issues=True)
def paper_pdf(request: HttpRequest, number: str, kind: str, key: str) -> FileResponse:
    """The paper as a download."""
    dossier, made = _made(request, number, kind, key, now())
    file = pdf_of(request, "mapui/papers/pdf.html", _context(request, dossier, made))
    logger.info("paper %s (%s of issue %s) downloaded by %s", made.number, kind, number, person_of(request).pk)
    return pdf_answer(file, f"{made.title} {made.number}")


def _made(request: HttpRequest, number: str, kind: str, key: str, at: datetime) -> tuple[Dossier, Paper]:
    """The paper of an issue that exists for the person; 404 otherwise, and where the issue has no such paper."""
    person = person_of(request)
    issue = get_object_or_404(Issue.objects.visible_to(person, at).for_page(), number=number)
    dossier = Dossier(with_parts(issue), person, at)
    made = paper_of(dossier, kind, key)
    if made is None:
        raise Http404
    return dossier, made


def _context(request: HttpRequest, dossier: Dossier, made: Paper) -> dict[str, Any]:
    address = public_url(request, reverse("issue", args=[dossier.issue.number]))
    return {
        "paper": made,
        "issue": dossier.issue,
        "at": dossier.at,
        "organiser": settings.ORGANISER or dossier.county,
        "qr": qr_of(address),
        "qr_address": address,
    }


def qr_of(address: str) -> str:
    """The QR code of the address as a data URI of SVG; “M” mends 15 % of creases and stains."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(border=1, dark="#000", light="#fff"))
