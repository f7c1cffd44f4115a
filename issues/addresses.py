"""From which address a request comes, when proxies of ours stand in front: what throttles and the log-in count by."""

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
