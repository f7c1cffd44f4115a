"""What browsers ask every site for, and what holds for every page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import JavaScriptCatalog

from mapui import text_size

_catalog = JavaScriptCatalog.as_view(packages=["mapui"])


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Our mark, for pages that do not name it themselves (the administration, a file shown by itself)."""
    return redirect(static("mapui/img/mark.svg"))


@require_POST
def set_text_size(request: HttpRequest) -> HttpResponse:
    """The switch of the header without JavaScript: back to the page, in another size."""
    asked = request.POST.get("next", "")
    there = asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure()) else "/"
    response = HttpResponseRedirect(there, status=303)
    text_size.remember(response, request.POST.get("size", ""))
    return response


@gzip_page
@require_safe
@cache_control(private=True, max_age=600)
def words(request: HttpRequest) -> HttpResponseBase:
    """What scripts say, in the language that the address ends in, so that each has a copy of its own; else in the reader's."""
    asked = request.META.get("QUERY_STRING", "")
    language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(language):
        return _catalog(request)
