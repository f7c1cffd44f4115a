"""Following a report by its receipt code, and what its requester may still do. The code is the key: there is no log-in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

import segno
from django.conf import settings
from django.contrib import messages
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from issues import files, receipts, services, throttle
from issues.addresses import client_address
from issues.errors import Forbidden, Refusal
from issues.models import Submission
from issues.terms import Verb
from issues.workflow import MOVE
from mapui.parcel import Parcel
from mapui.tracking_form import OFFERED, RequesterForm, forms_for
from mapui.uploads import bound_uploads, csrf_fault
from representatives.models import Person

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]


def private(view: View) -> View:
    """Answers that belong to whoever holds the code: kept by no cache, listed by no search engine."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return never_cache(wrapped)


@private
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Where a receipt code is typed in."""
    written = request.GET.get("code", "").strip()
    code = receipts.parse(written) if written else None
    if code:
        return redirect("track", receipts.grouped(code))
    trouble = _("A receipt code has 16 letters and digits. Please check what you typed.") if written else ""
    return _ask(request, written, trouble, status=422 if written else 200)


@private
@require_safe
def track(request: HttpRequest, receipt: str) -> HttpResponse:
    """Where the report stands."""
    code = receipts.parse(receipt)
    if code and receipt != receipts.grouped(code):
        return redirect("track", receipts.grouped(code))
    try:
        submission = _submission(request, code)
    except throttle.Throttled as throttled:
        return _throttled(request, receipt, throttled)
    if submission is None:
        return _unknown(request, receipt)
    return _page(request, Parcel(submission, now()))


@csrf_exempt  # checked below, so that what was typed comes back
@private
@require_POST
def track_move(request: HttpRequest, receipt: str, verb: str) -> HttpResponse:
    """The requester adds something, rates, objects, withdraws or opens it again."""
    bound_uploads(request)
    try:
        submission = _submission(request, receipts.parse(receipt))
    except throttle.Throttled as throttled:
        return _throttled(request, receipt, throttled)
    if submission is None:
        return _unknown(request, receipt)
    if verb not in OFFERED:
        raise Http404
    return _moved(request, submission, Verb(verb))


@private
@require_safe
def own_photo(request: HttpRequest, receipt: str, pk: int) -> FileResponse:
    """A photo of the report, for whoever holds its code; `?small` for the thumbnail."""
    submission = _submission(request, receipts.parse(receipt))
    attachment = next((found for found in files.photos_of(submission) if found.pk == pk), None) if submission else None
    if attachment is None:
        raise Http404
    name = files.thumb_name(attachment) if "small" in request.GET else str(attachment.file.name)
    if not default_storage.exists(name):
        raise Http404
    return FileResponse(default_storage.open(name), content_type=attachment.media_type)


def _submission(request: HttpRequest, code: str | None) -> Submission | None:
    """The report with that code. A code that does not exist counts against the address; raises Throttled."""
    address = client_address(request)
    throttle.check(throttle.RECEIPT_MISS, address)
    found = Submission.objects.with_receipt(code) if code else None
    if found is None:
        throttle.spend(throttle.RECEIPT_MISS, address)
    return found


def _moved(request: HttpRequest, submission: Submission, verb: Verb) -> HttpResponse:
    """Make the move; whatever is in its way, the page comes back with what was typed."""
    form = RequesterForm(MOVE[verb], request.POST)
    try:
        if csrf_fault(request):
            raise Forbidden(_("This page had been open too long. Please press the button once more."))
        throttle.spend(throttle.REQUESTER_ADDRESS, client_address(request))
        throttle.spend(throttle.REQUESTER, submission.receipt_code)
        form = RequesterForm(MOVE[verb], request.POST, request.FILES)  # photos are looked at only now
        if not form.is_valid():
            return _page(request, Parcel(submission, now()), returned=form, status=422)
        _make(submission, form, request.user if isinstance(request.user, Person) else None)
    except Refusal as refusal:
        form.refuse(refusal)
        response = _page(request, Parcel(_fresh(submission), now()), returned=form, status=refusal.status)
        if isinstance(refusal, throttle.Throttled):
            response["Retry-After"] = str(refusal.wait_s)
        return response
    messages.success(request, str(form.wording.done))
    return HttpResponseRedirect(reverse("track", args=[receipts.grouped(submission.receipt_code)]), status=303)


def _make(submission: Submission, form: RequesterForm, signed_in: Person | None) -> None:
    at = now()
    added = form.cleaned_data.get("photos") or ()
    with transaction.atomic():
        services.move_as_requester(submission.pk, form.move.verb, at=at, facts=form.facts(), signed_in=signed_in)
        files.attach(submission, added, at=at)


def _fresh(submission: Submission) -> Submission:
    """The same report as it is now: somebody else may have acted on it."""
    return Submission.objects.with_receipt(submission.receipt_code) or submission


def _page(request: HttpRequest, parcel: Parcel, *, returned: RequesterForm | None = None, status: int = 200) -> HttpResponse:
    address = _address(request, parcel.submission)
    context = {
        "parcel": parcel,
        "submission": parcel.submission,
        "issue": parcel.issue,
        "forms": forms_for(parcel.moves, returned=returned),
        "returned": returned,
        "is_new": "received" in request.GET,
        "address": address,
        "qr": _qr(address),
        "nav": "track-find",
    }
    return render(request, "mapui/track.html", context, status=status)


def _ask(request: HttpRequest, written: str, trouble: str, *, status: int) -> HttpResponse:
    context = {"written": written[:60], "trouble": trouble, "nav": "track-find"}
    return render(request, "mapui/track_find.html", context, status=status)


def _unknown(request: HttpRequest, receipt: str) -> HttpResponse:
    return _ask(request, receipt, _("There is no report with this receipt code. Please compare it with your receipt."), status=404)


def _throttled(request: HttpRequest, receipt: str, throttled: throttle.Throttled) -> HttpResponse:
    response = _ask(request, receipt, throttled.sentence, status=429)
    response["Retry-After"] = str(throttled.wait_s)
    return response


def _address(request: HttpRequest, submission: Submission) -> str:
    path = reverse("track", args=[receipts.grouped(submission.receipt_code)])
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def _qr(address: str) -> SafeString:
    drawing = segno.make(address, error="m", micro=False).svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawing)  # noqa: S308 drawn by us from black and white squares
