"""From which address a request comes, when proxies of ours stand in front, and under which the site is known outside."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The visitor's address: what the outermost of our `PROXIES` saw; anything further left may be invented."""
    seen: str = request.META.get("REMOTE_ADDR", "")
    if not settings.PROXIES:
        return seen
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-settings.PROXIES] if len(hops) >= settings.PROXIES else seen


def public_url(request: HttpRequest, path: str) -> str:
    """The path as an address that may be printed: with the public host name, if one is set."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)
