"""Who reads where: pages that tolerate a few seconds' lag from a replica, everything else from the primary.

On the primary stay every write, every transaction, every row that is locked, services, sweeps and commands; who somebody
is and what they may do; whatever a person reads within `REPLICA_LAG_S` after they wrote; and all reading of a page whose
replica fails it, which is then made again. The number of statements of a page is the same wherever they go.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from gridgov.replicas import PRIMARY, watch

# Pages by name. Of the map only the heat: its other parts answer to a change that Redis has told of already, and tiles of
# geometry are kept for good under the number of their version; a replica that is a second behind would freeze the old.
# Queue, issue, desk and tracking page are where people act on what they see: they are not here.
TOLERANT = frozenset(
    {
        "heat", "heat-tile", "heat-areas", "heat-info", "hot-areas",
        "figures", "figures-issues", "figures-month", "figures-month-pdf",
        "cover", "results", "search", "cell", "cell-qr", "diary-ledger", "diary-ledger-pdf", "diary-totals",
        "policy-compare", "public-photo",
    }
)  # fmt: skip
PERSONAL = frozenset({"sessions", "axes", "auth", "contenttypes", "representatives"})  # apps
COOKIE = "gridgov_wrote"
SAFE = ("GET", "HEAD", "OPTIONS")

_reads: ContextVar[str] = ContextVar("reads", default=PRIMARY)


class ReplicaRouter:
    """Django asks it for every statement. Outside of a tolerant page the answer is the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        if model._meta.app_label in PERSONAL or transaction.get_connection(PRIMARY).in_atomic_block:
            return PRIMARY
        return _reads.get()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        _reads.set(PRIMARY)  # what was written or locked is read where it was
        return PRIMARY

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True  # the same rows, wherever they were read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == PRIMARY


class ReplicaMiddleware:
    """Lets a tolerant page read from a replica, and whoever writes from the primary for a while. Stands innermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            response = self.get_response(request)
            if hasattr(request, "replica_failed"):
                response = self.get_response(request)
        finally:
            _reads.set(PRIMARY)
        if request.method not in SAFE and response.status_code < 400:
            response.set_cookie(
                COOKIE, "1", max_age=math.ceil(settings.REPLICA_LAG_S), httponly=True, samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        page = request.resolver_match.view_name if request.resolver_match else ""
        if page in TOLERANT and request.method in SAFE and COOKIE not in request.COOKIES and not hasattr(request, "replica_failed"):
            _reads.set(watch().choose())

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A replica that went away under the page: word of it, and the page once more. Nothing was written, so it may be."""
        if _reads.get() == PRIMARY or not isinstance(exception, OperationalError | InterfaceError):
            return None
        watch().lost(_reads.get(), exception)
        _reads.set(PRIMARY)
        request.replica_failed = True  # type: ignore[attr-defined]
        return HttpResponse(status=503)
