"""What browsers ask every site for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Our mark, for pages that do not name it themselves (the administration, a file shown by itself)."""
    return redirect(static("mapui/img/mark.svg"))
