"""The member's pocket desk: what waits in their cells, for where there is no signal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mapui import pocket_page
from mapui.staff import staff_page
from representatives.roles import Page


@require_safe
@never_cache
@staff_page(Page.DESK)
def desk(request: HttpRequest) -> HttpResponse:
    """The frame; the issues are on the phone, or come from `GET /api/desk`."""
    return render(request, "mapui/pocket.html", pocket_page.context())
