"""月梳理 and 民心台账: what a village chooses of a month, and the ledger that is read from it, on the screen and as PDF."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from grids.levels import Level
from grids.models import Area
from issues.community import diary
from issues.errors import Refusal
from issues.models import DiaryEntry
from mapui.addresses import public_url
from mapui.diary_ledger import LedgerPage
from mapui.diary_page import ReviewPage, month_in, totals_paths, villages_of
from mapui.papers.pdf import STYLE, pdf_answer, pdf_of
from mapui.staff import person_of, staff_page
from mapui.views.papers import qr_of
from representatives.roles import Page
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.access")
WIDE = "mapui/css/paper-wide.css"


# --- 月梳理 ---


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page(Page.DIARY)
def diary_review(request: HttpRequest) -> HttpResponse:
    """What the month holds, and what of it the village follows up."""
    page = _review(request)
    if request.method != "POST":
        return render(request, "mapui/diary_review.html", {"page": page, "at": page.at, "nav": "diary"})
    try:
        page.said = {"entries": _keys(request), "issues": request.POST.getlist("issues")}
        diary.review(
            page.village,
            page.month,
            held_on=parse_date(request.POST.get("held_on", "")) or localdate(page.at),
            entries=[UUID(key) for key in page.said["entries"]],
            issues=page.said["issues"],
            by=page.person,
            at=page.at,
        )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        page.refused = refusal
        return render(request, "mapui/diary_review.html", {"page": page, "at": page.at, "nav": "diary"}, status=refusal.status)
    messages.success(request, _("The review is kept; the ledger shows what it chose."))
    return redirect(f"{reverse('diary-ledger')}?village={page.village.code}&year={page.month.year}")


def _review(request: HttpRequest) -> ReviewPage:
    person, at = person_of(request), now()
    villages = villages_of(person, at)
    if not villages:
        raise PermissionDenied(_("The review of a month is held by the secretary of the village."))
    code = request.GET.get("village", "")
    village = next((area for area in villages if area.code == code), None) if code else villages[0]
    if village is None:
        raise Http404
    return ReviewPage(village, month_in(request.GET.get("month", ""), at), person, at)


def _keys(request: HttpRequest) -> list[str]:
    """The ticked entries; what is no key is no entry."""
    try:
        return [str(UUID(one)) for one in request.POST.getlist("entries")]
    except ValueError:
        raise Http404 from None


# --- 民心台账 ---


def _ledger(request: HttpRequest) -> dict[str, Any]:
    """What the page and the paper are drawn from; 404 for a village that is not theirs, 403 for who has no ledger."""
    page = LedgerPage(person_of(request), now(), request.GET.get("village", ""), request.GET.get("year", ""))
    if not page.villages:
        raise PermissionDenied(_("The ledger of a village is for its secretary and the committee of its township."))
    if page.village is None:
        raise Http404
    address = public_url(request, f"{reverse('diary-ledger')}?village={page.village.code}&year={page.year}")
    return {
        "page": page,
        "at": page.at,
        "nav": "diary",
        "qr": qr_of(address),
        "qr_address": address,
    }


@require_GET
@never_cache
@staff_page(Page.DIARY)
def diary_ledger(request: HttpRequest) -> HttpResponse:
    """The ledger of a village and year."""
    return render(request, "mapui/diary_ledger.html", _ledger(request))


@require_GET
@staff_page(Page.DIARY)
def diary_ledger_pdf(request: HttpRequest) -> FileResponse:
    """The ledger as a download."""
    context = _ledger(request)
    page = context["page"]
    context["organiser"] = settings.ORGANISER or page.village.name
    file = pdf_of(request, "mapui/papers/ledger_pdf.html", context, styles=(STYLE, WIDE))
    logger.info("ledger %s (%d rows) downloaded by %s", page.number, len(page.rows), page.person.pk)
    return pdf_answer(file, f"{_('Ledger of what people told us')} {page.village.name} {page.year}")


# --- what the organisation department may see, where the county wants it ---


@require_GET
@never_cache
@staff_page(Page.COVER)
def diary_totals(request: HttpRequest) -> HttpResponse:
    """How many entries the townships have, this year: only if the county switched it on, and never by person."""
    paths = totals_paths(scope_of(person_of(request), now()))
    if not paths:
        raise Http404
    names = {area.path: area.name for area in Area.objects.current().under_any(paths).of_level(Level.TOWNSHIP).without_boundary()}
    told = {row["part"]: row["entries"] for path in paths for row in _enough(path)}
    rows = [(name, told.get(path)) for path, name in sorted(names.items())]
    return render(request, "mapui/diary_totals.html", {"rows": rows, "fewest": diary.FEWEST})


def _enough(path: str) -> list[Mapping[str, Any]]:
    """Totals that are told: of so many entries and writers that nobody can be made out."""
    rows = DiaryEntry.objects.all().totals_by_part(path)
    return [row for row in rows if min(row["entries"], row["writers"]) >= diary.FEWEST]
