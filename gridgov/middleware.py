"""What is the same for all views: the short way of maps, refusals and ended log-ins turned into answers and written to the log."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import lru_cache, partial
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from grids import api as territory
from issues import api as casework
from issues.errors import Refusal
from mapui.asking import wants_fragment, wants_page
from mapui.views.second_factor import PASSED
from representatives.models import Person

logger = logging.getLogger("gridgov.access")

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_STILL_OPEN = frozenset({"login", "login-second", "logout", "set_language"})
_BEFORE_IT = _STILL_OPEN | {"second-factor", "jsi18n", "healthz", "manifest", "password", "suggest"}
Answerer = Callable[[HttpRequest], HttpResponse]
# A receipt code, a suggestion's, and the key of a record open what they belong to, so they are not for the log.
_SECRET = re.compile(r"^(/t|/suggest|/api/reports)/[^/]+")


# What may be said for each of these views before anybody knows who asks; None: ask the view itself.
_SHORT_WAYS: dict[Callable[..., HttpResponse], Callable[..., HttpResponse | None]] = {
    territory.tile: territory.kept_tile,
    territory.names: territory.kept_names,
    casework.state_of_level: casework.unchanged,
    casework.delta: casework.unchanged,
}


class ShortWayMiddleware:
    """Sends what maps ask for again and again (kept tiles, “nothing new”) without session, user or language being looked for."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and request.path_info.startswith("/map/") and (short_way := _short_way(request.path_info)):
            return short_way(request) or self.get_response(request)
        return self.get_response(request)


@lru_cache(maxsize=4096)  # finding the view of an address takes longer than reading a tile from its file
def _short_way(path: str) -> Callable[[HttpRequest], HttpResponse | None] | None:
    try:
        match = resolve(path)
    except Resolver404:
        return None
    short_way = _SHORT_WAYS.get(match.func)
    return partial(short_way, **match.kwargs) if short_way else None


class RefusalMiddleware:
    """A `Refusal` raised by a service becomes its status with its sentence: JSON, fragment or page, as was asked."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in (403, 404, 409, 429):
            sentence = getattr(response, "refused", "")
            path = _SECRET.sub(r"\1/…", request.path)
            who = getattr(request, "user", None)
            logger.info("%s %s %s by %s: %s", response.status_code, request.method, path, who, sentence)
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """A platform that was given up takes in nothing any more, and says so; what it holds can still be read."""
        match = request.resolver_match
        if not settings.RETIRED or request.method in _READS or (match and match.url_name in _STILL_OPEN):
            return None
        return self.process_exception(request, Refusal(settings.RETIRED))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a refusal; None (so Django goes on) for anything else."""
        if not isinstance(exception, Refusal):
            return None
        response = self._answer(request, exception)
        response.refused = exception.sentence  # type: ignore[attr-defined]
        if wait_s := getattr(exception, "wait_s", 0):
            response["Retry-After"] = str(wait_s)
        return response

    def _answer(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        if not wants_page(request) and not wants_fragment(request):
            return JsonResponse({"error": refusal.sentence, "field": refusal.field}, status=refusal.status)
        template = "mapui/_refusal.html" if wants_fragment(request) else "mapui/refusal.html"
        return TemplateResponse(request, template, {"refusal": refusal}, status=refusal.status).render()


class SecondFactorMiddleware:
    """Where a second factor is required, whoever has none is led to set it up before anything else."""

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        if settings.SECOND_FACTOR != "required" or not isinstance(request.user, Person) or PASSED in request.session:
            return None
        if request.resolver_match and request.resolver_match.url_name in _BEFORE_IT:
            return None
        if wants_page(request) and request.method in _READS:
            return HttpResponseRedirect(resolve_url("second-factor"))
        return JsonResponse({"error": _("Set up the second factor first."), "field": ""}, status=403)


class LogInAgainMiddleware:
    """When a view sends somebody to the log-in page, this says it in the way that was asked.

    A script gets 401. An htmx read takes the whole page to the log-in and back; an htmx write only gets a notice, so
    that what was typed stays where it is. A plain form leads back to the page that it was on.
    """

    def __init__(self, get_response: Answerer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not self._sends_to_log_in(request, response):
            return response
        if wants_fragment(request):
            return self._fragment(request)
        if not wants_page(request):
            return JsonResponse({"error": _("You are no longer logged in."), "field": ""}, status=401)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseRedirect(_log_in_for(request, request.headers.get("Referer", "")))
        return response

    def _sends_to_log_in(self, request: HttpRequest, response: HttpResponse) -> bool:
        address = urlsplit(getattr(response, "url", ""))
        log_in = resolve_url(settings.LOGIN_URL)
        return response.status_code == 302 and address.path == log_in and request.path not in (log_in, resolve_url("logout"))

    def _fragment(self, request: HttpRequest) -> HttpResponse:
        address = _log_in_for(request, request.headers.get("HX-Current-URL", ""))
        if request.method == "GET":
            return HttpResponse(status=401, headers={"HX-Redirect": address})
        answer = render(request, "mapui/_log_in_again.html", {"address": address}, status=401)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#messages", "innerHTML show:window:top"
        return answer


def _log_in_for(request: HttpRequest, page: str) -> str:
    """The address of the log-in page that says the log-in has ended, and leads back to `page` if that is one of ours."""
    query = QueryDict(mutable=True)
    if url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(page)
        query["next"] = parts.path + (f"?{parts.query}" if parts.query else "")
    query["ended"] = "1"
    return f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}"
