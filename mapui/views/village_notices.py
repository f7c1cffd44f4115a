"""公示: the notices of a village for everybody; the list, the form and the buttons of those who write and release them."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.levels import Level
from grids.models import Area
from issues.community import public_notices as services
from issues.community.public_notices import RELEASERS, WRITERS
from issues.errors import Forbidden, Refusal
from issues.models import PublicNotice, PublicNoticeStep
from mapui.staff import person_of, staff_page
from mapui.village_notice_forms import VillageNoticeForm
from mapui.village_notices_page import DECIDED, WAITING, PublicNoticesPage, VillageNoticesPage
from representatives.roles import Page
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.access")
Kind = PublicNoticeStep.Kind
STEPS = {"release": Kind.RELEASED, "return": Kind.SENT_BACK, "withdraw": Kind.TAKEN_DOWN}


def _village(code: str) -> Area:
    return get_object_or_404(Area.objects.current().of_level(Level.VILLAGE).with_code(code).without_boundary())


@require_safe
@never_cache
def village_notices(request: HttpRequest, code: str) -> HttpResponse:
    """What the village makes known today, for everybody."""
    page = VillageNoticesPage(_village(code), now(), request.GET.get("page", "1"))
    return render(request, "mapui/village_notices.html", {"page": page, "nav": "dashboard"})


@require_safe
@never_cache
@staff_page(Page.VILLAGE_NOTICES)
def public_notices(request: HttpRequest) -> HttpResponse:
    """What waits to be released in one's villages, or what was decided."""
    tab = DECIDED if request.GET.get("tab") == DECIDED else WAITING
    return _list(request, PublicNoticesPage(person_of(request), now(), tab, request.GET.get("page", "1")))


def _list(request: HttpRequest, page: PublicNoticesPage, status: int = 200) -> HttpResponse:
    return render(request, "mapui/public_notices.html", {"page": page, "nav": Page.VILLAGE_NOTICES}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page(Page.VILLAGE_NOTICES)
def notice_write(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a notice, new or in place of an older version (`?replaces=`)."""
    person, at, village = person_of(request), now(), _village(code)
    roles = scope_of(person, at).roles_at(village.path)
    if not roles & (WRITERS | RELEASERS):
        raise Http404
    if not roles & WRITERS:
        raise Forbidden(_("The notices of a village are written by its secretary."))
    replaces = _older(request, village)
    form = VillageNoticeForm(replaces, at, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _form(request, form, village, replaces)
    if not form.is_valid():
        return _form(request, form, village, replaces, 422)
    try:
        services.write(form.cleaned_data["key"], village, form.words, by=person, at=at)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        form.refuse(refusal)
        return _form(request, form, village, replaces, refusal.status)
    messages.success(request, _("Kept. Everybody reads it once the township has released it."))
    return redirect("public-notices")


def _older(request: HttpRequest, village: Area) -> PublicNotice | None:
    """The version that the new one is to replace; None if it replaces none."""
    said = request.GET.get("replaces", "")
    if not said:
        return None
    mine = PublicNotice.objects.visible_to(person_of(request), now()).legible().under(village.path)
    return get_object_or_404(mine, pk=int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0)


def _form(
    request: HttpRequest, form: VillageNoticeForm, village: Area, replaces: PublicNotice | None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "village": village, "replaces": replaces, "nav": Page.VILLAGE_NOTICES}
    return render(request, "mapui/village_notice_new.html", context, status=status)


@require_POST
@staff_page(Page.VILLAGE_NOTICES)
def notice_decide(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Release a notice, send it back, or take it down."""
    if step not in STEPS:
        raise Http404
    person, at, reason = person_of(request), now(), request.POST.get("reason", "")
    try:
        done = services.decide(pk, STEPS[step], reason=reason, by=person, at=at)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        tab = DECIDED if request.POST.get("tab") == DECIDED else WAITING
        page = PublicNoticesPage(person, at, tab, request.POST.get("page", "1"), refusal, {"pk": str(pk), "reason": reason})
        return _list(request, page, refusal.status)
    logger.info("village notice %d %s by %s", pk, done.kind, person.pk)
    messages.success(request, _("Kept: %(step)s.") % {"step": done.get_kind_display()})
    return redirect(f"{reverse('public-notices')}?tab={DECIDED}")
