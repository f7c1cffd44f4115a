"""Answers to what went wrong before or beside a view, in the look of the site."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from grids.errors import Forbidden
from issues.wire.answers import csrf_failed
from mapui.asking import wants_fragment, wants_page

_WIRE = "/api/"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A write that does not come from our own page, or from one opened before the last log-in (403)."""
    if request.path.startswith(_WIRE):
        return csrf_failed(request)
    sentence = _("This page was opened before you last logged in, or without cookies. Reload it and send again.")
    if not wants_page(request) and not wants_fragment(request):
        return JsonResponse({"error": sentence, "field": ""}, status=403)
    template = "mapui/_refusal.html" if wants_fragment(request) else "mapui/refusal.html"
    return render(request, template, {"refusal": Forbidden(sentence)}, status=403)
