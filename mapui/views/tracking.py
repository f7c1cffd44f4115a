"""Following a report by its receipt code, and what its requester may still do. The code is the key: there is no log-in."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from issues import services, throttle
from issues.addresses import client_address
from issues.errors import Forbidden, Refusal
from issues.files import storage
from issues.intake import joining, receipts
from issues.models import Submission
from issues.terms import Verb
from issues.workflow import MOVE
from mapui.holder_forms import FORMS, AnswerForm, Answering, CodeForm, HolderForm
from mapui.holders import ask_for_code, for_holder, private, report_with
from mapui.parcel import Parcel
from mapui.ranges import stored_file
from mapui.tracking_form import OFFERED, RequesterForm, forms_for
from mapui.uploads import bound_uploads, csrf_fault
from mapui.views.own_data import own_data_page
from representatives.models import Person


@private
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Where a receipt code is typed in."""
    written = request.GET.get("code", "").strip()
    code = receipts.parse(written) if written else None
    if code:
        return redirect("track", receipts.grouped(code))
    trouble = _("A receipt code has 16 letters and digits. Please check what you typed.") if written else ""
    return ask_for_code(request, written, trouble, status=422 if written else 200)


@require_safe
@for_holder
def track(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Where the report stands."""
    spelled = reverse("track", args=[receipts.grouped(submission.receipt_code)])
    return redirect(spelled) if request.path != spelled else _page(request, Parcel(submission, now()))


@csrf_exempt  # checked below, so that what was typed comes back
@require_POST
def track_move(request: HttpRequest, receipt: str, verb: str) -> HttpResponseBase:
    """The requester adds something, rates, objects, withdraws, opens it again, chooses how to be answered, or has it erased."""
    bound_uploads(request)
    return _track_move(request, receipt, verb)


@for_holder
def _track_move(request: HttpRequest, submission: Submission, verb: str) -> HttpResponse:
    if verb in FORMS:
        return _held(request, submission, FORMS[verb])
    if verb in OFFERED:
        return _moved(request, submission, Verb(verb))
    raise Http404


@require_safe
@for_holder
def own_photo(request: HttpRequest, submission: Submission, pk: int) -> HttpResponseBase:
    """A photo of the report, for whoever holds its code; `?small` for the thumbnail."""
    attachment = next((found for found in storage.files_of(submission) if found.pk == pk and not found.is_voice), None)
    if attachment is None:
        raise Http404
    name = storage.thumb_name(attachment) if "small" in request.GET else str(attachment.file.name)
    return stored_file(request, name, attachment.media_type)


def _moved(request: HttpRequest, submission: Submission, verb: Verb) -> HttpResponse:
    """Make the move; whatever is in its way, the page comes back with what was typed."""
    form = RequesterForm(MOVE[verb], request.POST)
    try:
        _check(request, submission)
        form = RequesterForm(MOVE[verb], request.POST, request.FILES)  # photos are looked at only now
        if not form.is_valid():
            return _page(request, Parcel(submission, now()), returned=form, status=422)
        _make(submission, form, request.user if isinstance(request.user, Person) else None)
    except Refusal as refusal:
        form.refuse(refusal)
        return _refused(refusal, _page(request, Parcel(_fresh(submission), now()), returned=form, status=refusal.status))
    messages.success(request, str(form.wording.done))
    return _back(submission, "track")


def _held(request: HttpRequest, submission: Submission, kind: type[HolderForm]) -> HttpResponse:
    """The same for what concerns only the holder: how they are answered, and what is kept."""
    form = kind(request.POST)
    draw = own_data_page if form.page == "track-data" else _page_with
    try:
        _check(request, submission)
        if not form.is_valid():
            return draw(request, submission, form, 422)
        form.spend(submission)
        services.move_as_requester(submission.pk, form.verb, at=now(), facts=form.facts())
    except Refusal as refusal:
        form.refuse(refusal)
        return _refused(refusal, draw(request, _fresh(submission), form, refusal.status))
    messages.success(request, str(form.done))
    return _back(submission, form.page)


def _check(request: HttpRequest, submission: Submission) -> None:
    """Raises Forbidden for a page that was open too long, Throttled for too many moves."""
    if csrf_fault(request):
        raise Forbidden(_("This page had been open too long. Please press the button once more."))
    throttle.spend(throttle.REQUESTER_ADDRESS, client_address(request))
    throttle.spend(throttle.REQUESTER, submission.receipt_code)


def _refused(refusal: Refusal, response: HttpResponse) -> HttpResponse:
    if isinstance(refusal, throttle.Throttled):
        response["Retry-After"] = str(refusal.wait_s)
    return response


def _back(submission: Submission, page: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(page, args=[receipts.grouped(submission.receipt_code)]), status=303)


def _make(submission: Submission, form: RequesterForm, signed_in: Person | None) -> None:
    at = now()
    added = form.cleaned_data.get("photos") or ()
    with transaction.atomic():
        services.move_as_requester(submission.pk, form.move.verb, at=at, facts=form.facts(), signed_in=signed_in)
        storage.attach(submission, added, at=at)


def _fresh(submission: Submission) -> Submission:
    """The same report as it is now: somebody else may have acted on it."""
    return report_with(submission.receipt_code) or submission


def _page_with(request: HttpRequest, submission: Submission, form: HolderForm, status: int) -> HttpResponse:
    return _page(request, Parcel(submission, now()), held=form, status=status)


def _page(
    request: HttpRequest,
    parcel: Parcel,
    *,
    returned: RequesterForm | None = None,
    held: HolderForm | None = None,
    status: int = 200,
) -> HttpResponse:
    address = _address(request, parcel.submission)
    answer = held if isinstance(held, AnswerForm) else AnswerForm()
    code = held if isinstance(held, CodeForm) else CodeForm()
    context = {
        "parcel": parcel,
        "submission": parcel.submission,
        "issue": parcel.issue,
        "forms": forms_for(parcel.moves, returned=returned),
        "returned": returned,
        "answering": Answering(parcel.submission, answer, code),
        "is_new": "received" in request.GET,
        "missed": joining.taken_as_new() if "missed" in request.GET else "",
        "address": address,
        "qr": _qr(address),
        "nav": "track-find",
    }
    return render(request, "mapui/track.html", context, status=status)


def _address(request: HttpRequest, submission: Submission) -> str:
    path = reverse("track", args=[receipts.grouped(submission.receipt_code)])
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def _qr(address: str) -> SafeString:
    drawing = segno.make(address, error="m", micro=False).svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawing)  # noqa: S308 drawn by us from black and white squares
