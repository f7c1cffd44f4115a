"""The red list and the letters to units on paper: on the screen and as PDF from one template. Each download is logged."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from issues.models import ReminderLetter
from mapui.addresses import public_url
from mapui.papers.letters import LetterPaper, RedListPaper
from mapui.papers.pdf import STYLE, pdf_answer, pdf_of
from mapui.staff import person_of, staff_page
from mapui.views.papers import qr_of
from representatives.roles import Page

logger = logging.getLogger("gridgov.access")
WIDE = "mapui/css/paper-wide.css"


@require_GET
@staff_page(Page.RED)
def red_paper(request: HttpRequest) -> HttpResponse:
    """The list as it is printed."""
    return render(request, "mapui/papers/red_list_page.html", _list_context(request) | {"nav": "red"})


@require_GET
@staff_page(Page.RED)
def red_paper_pdf(request: HttpRequest) -> FileResponse:
    """The list as a download; `?part=2` what does not fit into the first."""
    context = _list_context(request)
    paper = context["list"]
    file = pdf_of(request, "mapui/papers/red_list_pdf.html", context, styles=(STYLE, WIDE))
    logger.info("red list (part %s, %d rows) downloaded by %s", paper.leaf.number, len(paper.rows), paper.person.pk)
    return pdf_answer(file, f"{_('Key supervision list')} {paper.place_name} {localdate(paper.at).isoformat()}")


def _list_context(request: HttpRequest) -> dict[str, Any]:
    paper = RedListPaper(person_of(request), now(), request.GET.get("part", "1"))
    address = public_url(request, reverse("red"))
    return {
        "list": paper,
        "at": paper.at,
        "organiser": settings.ORGANISER or paper.place_name,
        "qr": qr_of(address),
        "qr_address": address,
    }


@require_GET
@staff_page(Page.RED)
def letter_paper(request: HttpRequest, number: str) -> HttpResponse:
    """The letter as it is printed."""
    return render(request, "mapui/papers/letter_page.html", _letter_context(request, number) | {"nav": "red"})


@require_GET
@staff_page(Page.RED)
def letter_pdf(request: HttpRequest, number: str) -> FileResponse:
    """The letter as a download."""
    context = _letter_context(request, number)
    file = pdf_of(request, "mapui/papers/letter_pdf.html", context)
    logger.info("letter %s downloaded by %s", number, person_of(request).pk)
    return pdf_answer(file, f"{context['paper'].letter.get_kind_display()} {number}")


def _letter_context(request: HttpRequest, number: str) -> dict[str, Any]:
    at = now()
    letters = ReminderLetter.objects.visible_to(person_of(request), at).for_page()
    paper = LetterPaper(get_object_or_404(letters, number=number))
    address = public_url(request, reverse("letter-paper", args=[number]))
    organiser = settings.ORGANISER or paper.office
    return {"paper": paper, "letter": paper.letter, "at": at, "organiser": organiser, "qr": qr_of(address), "qr_address": address}
