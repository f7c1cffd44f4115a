"""The answer of every page that is a list to be narrowed: whole, or (htmx) the list alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mapui.asking import wants_fragment
from mapui.narrowed import NarrowedList


def narrowed(request: HttpRequest, name: str, page: NarrowedList) -> HttpResponse:
    """`name`: of the page in the menu, of its templates (`NAME.html`, which includes `_NAME.html`), and by which they know it."""
    context = {name: page, "at": page.at}
    if wants_fragment(request):
        return render(request, f"mapui/_{name}.html", context)
    page.read_beside()
    return render(request, f"mapui/{name}.html", context | {"nav": name})
