"""Turns refusals into answers, once for all views, and writes what was refused to the log."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse

from issues.errors import Refusal

logger = logging.getLogger("gridgov.access")


class RefusalMiddleware:
    """A `Refusal` raised by a service becomes its status with its sentence: JSON, fragment or page, as was asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in (403, 404):
            logger.info("%s %s %s by %s", response.status_code, request.method, request.path, getattr(request, "user", None))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The answer to a refusal; None (so Django goes on) for anything else."""
        if not isinstance(exception, Refusal):
            return None
        logger.info("%s %s %s by %s: %s", exception.status, request.method, request.path, request.user, exception.sentence)
        if request.accepts("text/html"):
            template = "mapui/_refusal.html" if request.headers.get("HX-Request") else "mapui/refusal.html"
            return TemplateResponse(request, template, {"refusal": exception}, status=exception.status).render()
        return JsonResponse({"error": exception.sentence, "field": exception.field}, status=exception.status)
