"""`GET /api/desk`: a member's pack (`issues/wire/pack.py`); 304 while nothing in their county has changed.

The ETag is the county's stamp (`issues/state.py`), so what has not changed costs two statements. After ten minutes it is
made anew in any case: rights end, clocks run.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from issues import state
from issues.errors import Forbidden
from issues.wire.answers import packed, wire
from issues.wire.owners import not_logged_in
from issues.wire.pack import Pack
from representatives.models import Person
from representatives.scopes import scope_of

SLOT_S = 600
_ASK_AGAIN = "private, no-cache"


@wire("GET", "HEAD")
def desk(request: HttpRequest) -> HttpResponse:
    """See above."""
    person = request.user
    if not isinstance(person, Person):
        raise not_logged_in()
    pack = Pack(person, now())
    if not pack.paths:
        raise Forbidden(_("This list is for those who work in cells; with your roles open the queue."))
    etag = _etag(pack, person, pack.at)
    if etag and etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": _ASK_AGAIN})
    answer = packed(request, pack.as_body())
    if etag:
        answer["ETag"], answer["Cache-Control"] = etag, _ASK_AGAIN
    return answer


def _etag(pack: Pack, person: Person, at: datetime) -> str:
    """Names the state of the counties and all that the answer depends on besides; empty if Redis cannot say."""
    stamps = [state.stamp(county, at, slot_s=SLOT_S) for county in sorted({path.partition(".")[0] for path in pack.paths})]
    if None in stamps:
        return ""
    asked = f"{person.pk}|{scope_of(person, at).held}|{get_language()}|{person.unit_id}"
    return f'"{".".join(str(stamp) for stamp in stamps)}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"'
