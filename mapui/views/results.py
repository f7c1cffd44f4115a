"""What was solved, for everybody: no log-in, no cookie, nothing written."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from mapui.results_page import ResultsPage, Wanted


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    at = now()
    page = ResultsPage(Wanted.from_query(request.GET, at), at)
    return render(request, "mapui/results.html", {"page": page})
