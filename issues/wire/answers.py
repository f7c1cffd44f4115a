"""How the wire answers: JSON that nobody on the way keeps, and every refusal as `{"error": {"code", "sentence", "field", …}}`.

The `code` is what a phone goes by, the sentence is for people, in their language. `docs/wire.md` lists the codes.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.throttle import Throttled

View = Callable[..., HttpResponse]
_LARGE = 512  # bytes; worth compressing
_BY_STATUS = {401: "login", 403: "forbidden", 404: "unknown", 409: "refused", 413: "too_large", 422: "field", 429: "throttled"}


class Fault(Refusal):
    """Something is wrong with what was sent. `more`: further keys of the error."""

    def __init__(self, status: int, code: str, sentence: object, *, field: str = "", **more: object) -> None:
        super().__init__(sentence, field=field)
        self.status = status
        self.code = code
        self.more = more


def wrong(field: str, sentence: object) -> Fault:
    """A value that is missing, unknown or not of its kind (422)."""
    return Fault(422, "field", sentence, field=field)


def wire(*methods: str) -> Callable[[View], View]:
    """Makes a view of the wire: those methods only, refusals as JSON, kept by no cache unless the view says so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
            if request.method not in methods:
                answer = refused(Fault(405, "method", _("This address takes %(how)s only.") % {"how": ", ".join(methods)}))
                answer["Allow"] = ", ".join(methods)
                return answer
            try:
                answer = view(request, *args, **named)
            except Refusal as refusal:
                answer = refused(refusal)
            answer.setdefault("Cache-Control", "no-store")
            return answer

        return answered

    return decorate


def said(body: Mapping[str, object], *, status: int = 200) -> JsonResponse:
    """The body as JSON, in whatever letters it is written."""
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})


def refused(refusal: Refusal) -> HttpResponse:
    """The answer to a refusal, with when to try again if that is known."""
    answer = said({"error": error_of(refusal)}, status=refusal.status)
    answer["Cache-Control"] = "no-store"
    answer.refused = refusal.sentence  # type: ignore[attr-defined]  # for the log of `gridgov.middleware`
    if isinstance(refusal, Throttled):
        answer["Retry-After"] = str(refusal.wait_s)
    return answer


def error_of(refusal: Refusal) -> dict[str, object]:
    """What stands under `error`."""
    found: dict[str, object] = {"code": code_of(refusal), "sentence": refusal.sentence}
    if refusal.field:
        found["field"] = refusal.field
    if isinstance(refusal, Throttled):
        found["wait_s"] = refusal.wait_s
    if isinstance(refusal, Fault):
        found |= refusal.more
    return found


def code_of(refusal: Refusal) -> str:
    """What a phone goes by."""
    if isinstance(refusal, Fault):
        return refusal.code
    if isinstance(refusal, Conflict):
        return "conflict"
    return _BY_STATUS.get(refusal.status, "refused")


def csrf_failed(request: HttpRequest) -> HttpResponse:
    """The token is missing or of another session (403): the phone asks `whoami` for a new one and sends again."""
    return refused(Fault(403, "csrf", _("The phone's leave to send has run out. It will fetch a new one and send again.")))


def packed(request: HttpRequest, body: Mapping[str, Any]) -> HttpResponse:
    """A large body as JSON, compressed where that is taken."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder).encode()
    zipped = len(text) > _LARGE and "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(gzip.compress(text, 5) if zipped else text, content_type="application/json")
    if zipped:
        answer["Content-Encoding"] = "gzip"
    patch_vary_headers(answer, ["Accept-Encoding", "Accept-Language", "Cookie"])
    return answer


__all__ = ["Conflict", "Fault", "Forbidden", "OutOfScope", "csrf_failed", "error_of", "packed", "refused", "said", "wire", "wrong"]
