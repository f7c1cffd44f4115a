"""Reporting a problem: one page, with or without JavaScript, for residents and for staff who write for them."""

from __future__ import annotations

import logging
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids.models import Area
from issues import throttle
from issues.addresses import client_address
from issues.errors import Refusal
from issues.intake import joining, receipts, reporting
from issues.intake.reporting import AlreadyReported
from mapui import place_choice, report_page
from mapui.ground import Ground
from mapui.report_files import FILE_FIELDS
from mapui.report_form import ReportForm
from mapui.uploads import bound_uploads, csrf_fault
from representatives.models import Person

logger = logging.getLogger(__name__)


@gzip_page  # whatever stands in front: a third of the wait for the page on a slow line
@csrf_exempt  # checked in `_posted`, so that a stale form comes back filled in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, code: str = "") -> HttpResponse:
    """The form, for the place on the card whose code is in the address, if there is one."""
    if request.method == "POST":
        return _posted(request, code)
    card = _card(code)
    form = ReportForm(initial={"uuid": uuid4(), "visit": request.GET.get("visit", ""), "answer_by": "none"})
    form.place = place_choice.from_area(card) if card else place_choice.from_lists(())
    gone = code and card is None
    return _page(request, form, status=404 if gone else 200, card=card, card_gone=gone)


@require_GET
@never_cache
def where(request: HttpRequest) -> HttpResponse:
    """The part of the form that says where, after a pin was set or an area was chosen from the lists."""
    asked = ReportForm(request.GET)
    asked.is_valid()
    point, by = asked.pin, request.GET.get("by")
    accuracy_m = asked.cleaned_data.get("accuracy")
    codes = request.GET.getlist("candidate" if by == "candidate" else "area")
    if point is None:
        place = place_choice.from_lists(codes)
    elif by == "pin":
        place = place_choice.from_pin(point, accuracy_m)
    else:
        place = place_choice.with_pin(codes, point, accuracy_m)
    return render(request, "mapui/_report_place.html", {"place": place, "place_text": request.GET.get("place_text", "")[:200]})


@require_POST
def alike(request: HttpRequest) -> HttpResponse:
    """The part of the form that asks “is it this one?”, for the place and kind that were chosen; empty if nothing is known.

    Sent by POST, for a place is nobody's business in a log; writes nothing. Who asks too often is asked nothing any more.
    """
    asked = ReportForm(request.POST)
    asked.is_valid()
    try:
        throttle.spend(throttle.ALIKE, client_address(request))
        known = asked.known
    except throttle.Throttled:
        known = []
    return render(request, "mapui/_report_known.html", {"form": asked, "known": known})


@require_GET
def pin_map(request: HttpRequest) -> JsonResponse:
    """What the map for setting a pin needs: layers of the territory, and where to look first (`look`, degrees)."""
    asked = Area.objects.current().with_code(request.GET.get("area", "")).without_boundary().first()
    begin = asked or Area.objects.roots().without_boundary().first()
    if begin is None:
        raise Http404("There is no territory yet.")
    ground = Ground(begin.path)
    levels = ground.levels_of(ground.root)  # a pin may be set anywhere
    if not levels or ground.bounds() is None:
        raise Http404("The territory has no boundaries yet.")
    tiles = reverse("tile", args=["county", 0, 0, 0, 0]).replace("county/0/0/0/0", "{level}/{version}/{z}/{x}/{y}")
    names = reverse("area-names", args=["county", 0, 0]).replace("county/0/0", "{level}/{version}/{block}")
    basemap = {"url": settings.BASEMAP_URL, "datum": settings.BASEMAP_DATUM, "attribution": settings.BASEMAP_ATTRIBUTION}
    return JsonResponse(
        {
            "levels": levels,
            "bounds": ground.bounds(ground.root),
            "look": ground.bounds(begin.code) or ground.bounds(),
            "addresses": {"tiles": tiles, "names": names},
            "basemap": basemap,
            "attribution": ground.attribution,
            "note": ground.note,
        }
    )


def _posted(request: HttpRequest, code: str) -> HttpResponse:
    bound_uploads(request)
    fault = csrf_fault(request)
    if request.POST.get("step") == "place":
        return _next_list(request, fault)
    if fault:
        logger.info("Report not taken: %s", fault)
        return _page(
            request,
            _without_files(request),
            status=403,
            trouble=_("This page had been open too long. Please press “Send” once more."),
        )
    try:
        _spend(request)
    except throttle.Throttled as throttled:
        answer = _page(request, _without_files(request), status=429, trouble=throttled.sentence)
        answer["Retry-After"] = str(throttled.wait_s)
        return answer
    form = ReportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    if form.other_doors:
        return _page(request, form, status=422, other_doors=form.other_doors)
    if form.asks_whether_known:
        return _page(request, form, asks_known=True)
    return _taken(request, form, code)


def _spend(request: HttpRequest) -> None:
    """One report of those that an address may send; raises Throttled."""
    if not request.user.is_authenticated:
        throttle.spend(throttle.REPORT, client_address(request))


def _next_list(request: HttpRequest, fault: str) -> HttpResponse:
    """The form with one list more to choose from. Files that came with it cost as much as a report, and are held if they may."""
    form = ReportForm(request.POST)
    if request.FILES and not fault:
        try:
            _spend(request)
            form = ReportForm(request.POST, request.FILES)
        except throttle.Throttled as throttled:
            logger.info("Files not looked at: %s", throttled)
    form.is_valid()
    form.forgive_all_but_files()
    return _page(request, form, known=form.known)


def _without_files(request: HttpRequest) -> ReportForm:
    """The form as it was filled in; photos and voice note, which cost most to look at, are left unread."""
    form = ReportForm(request.POST)
    form.is_valid()
    return form


def _taken(request: HttpRequest, form: ReportForm, code: str) -> HttpResponse:
    """Hand the report to the intake; whatever goes wrong, what was typed comes back."""
    person = request.user if isinstance(request.user, Person) else None
    try:
        at = now()
        channel = reporting.channel_of(person, at, card=bool(code), for_somebody=True)
        submission = reporting.report(form.cleaned_draft(channel), at=at, entered_by=person)
    except AlreadyReported as again:
        return _page(request, form, status=again.status, already=again.submission)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, form, status=refusal.status)
    except Exception:
        logger.exception("A report could not be taken")
        return _page(
            request,
            form,
            status=500,
            trouble=_("Something went wrong on our side. Your words are still here: please send them again."),
        )
    receipt = reverse("track", args=[receipts.grouped(submission.receipt_code)])
    missed = "&missed=1" if joining.missed(submission, form.meant) else ""  # the phone's pages say it by the same address
    return HttpResponseRedirect(f"{receipt}?received=1{missed}", status=303)


def _page(request: HttpRequest, form: ReportForm, *, status: int = 200, **more: object) -> HttpResponse:
    fresh_uuid = uuid4() if more.get("already") else None
    if form.is_bound:
        more.update(_files(request, form, fresh_uuid))
    person = request.user if isinstance(request.user, Person) else None
    context = {**report_page.context(form, person, now()), **more, "fresh_uuid": fresh_uuid}
    return render(request, "mapui/report.html", context, status=status)


def _files(request: HttpRequest, form: ReportForm, fresh_uuid: UUID | None) -> dict[str, object]:
    """`held`: what is kept of the files for the next press; `lost`: the fields whose files have to be chosen again."""
    key = fresh_uuid or form.cleaned_data.get("uuid")
    unread = set() if form.files else set(request.FILES)
    if key is None:
        return {"lost": set(request.FILES)}
    try:
        return {"held": form.hold(key, now()), "lost": form.lost | unread}
    except Exception:
        logger.exception("The files of a form could not be kept")
        return {"lost": set(FILE_FIELDS)}


def _card(code: str) -> Area | None:
    """The area whose code a card carries; None if it is gone."""
    if len(code) > 40:
        raise Http404
    return Area.objects.current().with_code(code).without_boundary().first() if code else None
