"""What every page needs to know of the site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import now

from issues.wire.owners import person_key
from mapui.navigation import Entry, menu
from mapui.text_size import size_of
from representatives.models import Person
from representatives.scopes import scope_of


def site(request: HttpRequest) -> dict[str, object]:
    """What stands in the footer, the menu of the person (made when drawn), and the chosen text size."""
    return {
        "organiser": settings.ORGANISER,
        "filing_number": settings.FILING_NUMBER,
        "demo_note": settings.DEMO_NOTE,
        "retired": settings.RETIRED,
        "owner_key": SimpleLazyObject(lambda: _owner_key(request)),
        "menu": SimpleLazyObject(lambda: _menu(request)),
        "text_size": size_of(request),
    }


def _owner_key(request: HttpRequest) -> str:
    """Under which key the phone keeps what the person writes; empty for a visitor."""
    person = getattr(request, "user", None)
    return person_key(person) if isinstance(person, Person) else ""


def _menu(request: HttpRequest) -> list[Entry]:
    """The menu for the request's person; an error page may come before anybody was recognised."""
    person = getattr(request, "user", None)
    return menu(scope_of(person, now()) if isinstance(person, Person) else None)
