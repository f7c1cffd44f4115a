"""The heat page: where and when issues are reported, and the places where they keep coming back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from issues.heat.queries import audience_of
from issues.heat.view import view_of
from mapui.heat_page import HeatPage
from mapui.spreadsheets import csv_answer
from representatives.models import Person


@require_safe
@vary_on_headers("HX-Request")
def heat(request: HttpRequest) -> HttpResponse:
    """The page, or (htmx) its list alone. Visitors get what is public."""
    page = _page(request)
    context: dict[str, object] = {"heat": page, "leaf": page.leaf()}
    if request.headers.get("HX-Request"):
        return render(request, "mapui/_heat_hot_list.html" if page.is_hot else "mapui/_heat_places.html", context)
    return render(request, "mapui/heat.html", {**context, "map_config": page.map_config()})


@require_safe
def heat_export(request: HttpRequest) -> StreamingHttpResponse:
    """The list as a CSV file."""
    page = _page(request)
    name = _("hot-spots") if page.is_hot else _("recurring-places")
    return csv_answer(f"{name}-{localdate():%Y-%m-%d}.csv", page.sheet())


def _page(request: HttpRequest) -> HeatPage:
    at = now()
    person = request.user if isinstance(request.user, Person) else None
    return HeatPage(person, view_of(audience_of(request.user, at), at), request.GET, at)
