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

    `entry`: its module; `files`: static names of what it loads beside its modules and the styles of every page.
    """

    name: str
    prefix: str
    template: str
    entry: str
    files: tuple[str, ...] = ()
    context: Context = dict


# Of a page with a map.
MAP = ("mapui/css/map.css", "leaflet/leaflet.css", "leaflet/leaflet.js", "leaflet/images/layers.png")
# The first stands in for all pages that have no copy; of two prefixes that fit, the longer comes first.
SHELLS: tuple[Shell, ...] = (
    Shell(
        "report",
        "/report/",
        "mapui/report.html",
        "mapui/js/pages/report.js",
        ("mapui/css/resident.css", "mapui/css/files.css", *MAP),
        report_page.context_for_nobody,
    ),
    Shell(
        "desk",
        "/desk/",
        "mapui/pocket.html",
        "mapui/js/pages/desk.js",
        ("mapui/css/pocket.css", "mapui/css/casework.css", *MAP),
        pocket_page.context,
    ),
    Shell("help", "/phone/help/", "mapui/phone_help.html", "mapui/js/pages/phone-help.js", ("mapui/css/phone.css",)),
    Shell("outbox", "/phone/", "mapui/outbox.html", "mapui/js/pages/outbox.js", ("mapui/css/phone.css",)),
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
