"""What kind of answer a request can use: a page, a fragment for htmx, or data for a script."""

from __future__ import annotations

from django.http import HttpRequest


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, to swap the answer into a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def wants_page(request: HttpRequest) -> bool:
    """Whether the browser itself asks, to show the answer. Scripts say in `Sec-Fetch-Mode` or `Accept` that they do not."""
    is_navigation = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return is_navigation and not wants_fragment(request) and request.accepts("text/html")
