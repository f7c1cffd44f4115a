"""The public contact card of a cell, village or township, and the QR code printed on it."""

from __future__ import annotations

from io import BytesIO

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from grids.levels import Level
from grids.models import Area
from issues.intake import doors
from mapui.card_page import CardPage, report_url, successors
from representatives.scopes import scope_of


@require_safe
def card(request: HttpRequest, code: str) -> HttpResponse:
    """Who answers for the area, and how to reach them; for the code of a retired area, what came instead."""
    area = Area.objects.current().with_code(code).first()
    if area is None:
        return _retired(request, code)
    page = CardPage(area, now())
    context = {
        "page": page,
        "report_url": report_url(request, area.code),
        "emergency": doors.emergency_numbers(),
        "may_redraw": area.level == Level.GRID and scope_of(request.user, page.at).may_arrange(area.path),
    }
    return render(request, "mapui/card.html", context)


@require_safe
@cache_control(public=True, max_age=3600)
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code of the area's report page, as SVG."""
    if not Area.objects.current().with_code(code).exists():
        raise Http404
    # “M” mends 15 % of dirt and scratches; a card hangs outdoors.
    picture = BytesIO()
    made = segno.make(report_url(request, code), error="m", micro=False)
    made.save(picture, kind="svg", border=2, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _retired(request: HttpRequest, code: str) -> HttpResponse:
    area = Area.objects.retired().with_code(code).without_boundary().first()
    if area is None:
        raise Http404
    return render(request, "mapui/card_retired.html", {"area": area, "heirs": successors(area)}, status=410)
