"""What every page needs to know of the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Organiser and filing number for the footer."""
    return {"organiser": settings.ORGANISER, "filing_number": settings.FILING_NUMBER}
