"""Searching, and keeping what one filters by."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from issues import services
from issues.errors import Refusal
from issues.models import SavedFilter
from mapui.search_page import SearchPage, Wanted
from mapui.staff import person_of, staff_page
from mapui.views.narrowed import narrowed
from representatives.roles import Page


@require_GET
@staff_page(Page.SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    """The whole page; within it (htmx) what was found alone."""
    return narrowed(request, "search", SearchPage(person_of(request), now(), Wanted.from_query(request.GET)))


@require_POST
@staff_page(Page.QUEUE)
def filter_save(request: HttpRequest, page: str) -> HttpResponse:
    """Keep the filter of a page under a name, and go back to it."""
    if page not in SavedFilter.Page.values:
        raise Http404
    query = QueryDict(request.POST.get("query", "").lstrip("?")).urlencode()
    try:
        saved = services.save_filter(person_of(request), page, request.POST.get("name", ""), query, now())
        messages.success(request, _("The filter “%(name)s” is kept. Only you see it.") % {"name": saved.name})
        query = saved.query
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    return redirect(f"{reverse(page)}?{query}" if query else reverse(page))


@require_POST
@staff_page(Page.QUEUE)
def filter_drop(request: HttpRequest, page: str, pk: int) -> HttpResponse:
    """Forget a filter of one's own."""
    if page not in SavedFilter.Page.values or not services.drop_filter(person_of(request), pk):
        raise Http404
    messages.success(request, _("The filter was removed."))
    return redirect(page)
