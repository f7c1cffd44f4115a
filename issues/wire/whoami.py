"""`GET /api/whoami`: a known body by which a phone tells us from a hotel's log-in page; who is logged in; a fresh token.

Writes nothing: a visitor gets no session by asking.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.timezone import localtime, now

from grids.levels import Level
from issues.intake import reporting
from issues.terms import Verb
from issues.wire import reading
from issues.wire.answers import said, wire
from issues.wire.owners import person_key
from issues.workflow import MOVE
from representatives.models import Person
from representatives.roles import Role, Sees
from representatives.scopes import scope_of

KNOWN = 1  # the version of this wire
BATCH_BYTES = 4 * 1024 * 1024  # what a phone sends of files before it asks what is still missing
PLACE_TEXT = 200
SOLVERS = MOVE[Verb.HANDLE_ON_THE_SPOT].who(Level.GRID)


@wire("GET")
def whoami(request: HttpRequest) -> HttpResponse:
    """See above."""
    at = now()
    person = request.user if isinstance(request.user, Person) else None
    body = {
        "gridgov": KNOWN,
        "at": localtime(at).isoformat(timespec="seconds"),
        "person": told(person, at) if person else None,
        "csrf": get_token(request),
        "limits": limits(),
    }
    return said(body)


def told(person: Person, at: datetime) -> dict[str, object]:
    """What a phone is told of the person who is logged in."""
    scope = scope_of(person, at)
    return {
        "key": person_key(person),
        "name": person.name,
        "roles": [{"role": role.value, "label": str(role.label)} for role in Role if role in scope.roles],
        "may": {"solve": bool(scope.roles & SOLVERS), "desk": bool(scope.paths(Sees.ALL))},
    }


def limits() -> dict[str, int]:
    """What a report may hold; characters, pieces, bytes, seconds."""
    return {
        "text": reporting.TEXT_MAX,
        "place_text": PLACE_TEXT,
        "photos": settings.PHOTO_MAX_COUNT,
        "photo_bytes": settings.PHOTO_MAX_BYTES,
        "voices": settings.VOICE_MAX_COUNT,
        "voice_s": settings.VOICE_MAX_SECONDS,
        "voice_bytes": settings.VOICE_MAX_BYTES,
        "batch_bytes": BATCH_BYTES,
        "body_bytes": reading.BODY_BYTES,
    }
