"""Pages that start without signal: each is made once for nobody in particular, and the service worker keeps that copy.

A copy holds no name, no token and nothing that only some may see. What depends on the person, the page's script fills in
from what lies on the phone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from mapui import pocket_page, report_page

Context = Callable[[], Mapping[str, object]]


@dataclass(frozen=True)
class Shell:
    """A page that can start without signal; it stands in for every address below `prefix` that the server cannot be asked for.

    `entries`: modules that it loads, also those that it loads only later; `styles`: beside those of every page.
    """

    name: str
    prefix: str
    template: str
    entries: tuple[str, ...]
    styles: tuple[str, ...] = ()
    context: Context = dict


# The first stands in for all pages that have no copy; of two prefixes that fit, the longer comes first.
SHELLS: tuple[Shell, ...] = (
    Shell(
        "report",
        "/report/",
        "mapui/report.html",
        # The last few are loaded by others only when they are needed.
        (
            "mapui/js/pages/report.js",
            "mapui/js/report/pin-map.js",
            "mapui/js/map/area-map.js",
            "mapui/js/report/alike.js",
            "mapui/js/report/plain.js",
            "mapui/js/report/voice.js",
        ),
        ("mapui/css/resident.css", "mapui/css/files.css", "mapui/css/map.css", "leaflet/leaflet.css"),
        report_page.context_for_nobody,
    ),
    Shell(
        "desk",
        "/desk/",
        "mapui/pocket.html",
        ("mapui/js/pages/desk.js",),
        ("mapui/css/pocket.css", "mapui/css/casework.css", "mapui/css/map.css", "leaflet/leaflet.css"),
        pocket_page.context,
    ),
    Shell("help", "/phone/help/", "mapui/phone_help.html", ("mapui/js/pages/phone-help.js",), ("mapui/css/phone.css",)),
    Shell("outbox", "/phone/", "mapui/outbox.html", ("mapui/js/pages/outbox.js",), ("mapui/css/phone.css",)),
)
BY_NAME = {shell.name: shell for shell in SHELLS}
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


def html(shell: Shell, language: str, nonce: str = "") -> str:
    """The copy in that language. `nonce`: of the answer that carries it (content policy)."""
    request = HttpRequest()
    request.path = request.path_info = shell.prefix
    request.user = AnonymousUser()
    request.csp_nonce = nonce  # type: ignore[attr-defined]
    with translation.override(language):
        # The word by which Django's own tag knows that there is no token to print.
        return render_to_string(shell.template, {**shell.context(), "shell": shell.name, "csrf_token": "NOTPROVIDED"}, request)
