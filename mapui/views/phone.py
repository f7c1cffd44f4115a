"""The phone: the service worker, what installs the site on a home screen, the outbox, and what a phone can and cannot do."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import condition, require_safe

from mapui import precache, shells
from mapui.templatetags.gridgov import language_tag

THEME = "#1f3b57"
GROUND = "#f2f4f6"


@require_safe
@cache_control(no_cache=True)
@condition(etag_func=lambda request: f'"{precache.version()}"')
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; a browser asks for it at each visit and takes another version only when the person taps."""
    return HttpResponse(precache.script(), content_type="text/javascript; charset=utf-8", headers={"Service-Worker-Allowed": "/"})


@require_safe
@cache_control(no_cache=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a browser needs to put the site on the home screen, in the reader's language."""
    icons = [
        {"src": static(f"mapui/img/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in (("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-maskable-512", 512, "maskable"))
    ]
    content = {
        "id": "/",
        "name": _("Four-light grid"),
        "short_name": _("Four-light grid"),
        "lang": language_tag(get_language() or settings.LANGUAGE_CODE),
        "start_url": reverse("report"),
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": THEME,
        "icons": icons,
        "shortcuts": [
            {"name": pgettext("menu", "Report"), "url": reverse("report")},
            {"name": _("Not sent yet"), "url": reverse("outbox")},
        ],
    }
    response = JsonResponse(content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@require_safe
@cache_control(no_cache=True)
def shell(request: HttpRequest, name: str, language: str) -> HttpResponse:
    """The copy of a page that knows nobody; nothing of the request is in it."""
    found = shells.BY_NAME.get(name)
    if found is None or language not in shells.LANGUAGES:
        raise Http404("There is no such page for a phone.")
    nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
    return HttpResponse(shells.html(found, language, nonce), headers={"Content-Language": language})


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """What was written on this phone and has not been sent: all of it is read from the phone by the page's script."""
    return render(request, "mapui/outbox.html", {"nav": "outbox"})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to put the site on the home screen, and what which phone can do without signal."""
    return render(request, "mapui/phone_help.html", {"nav": "phone-help"})
