"""“六个一”: what representatives did at a place, for those who work there; logged and taken back by its representatives."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from issues.community import activities as services
from issues.errors import Forbidden, Refusal
from issues.models import RepActivity
from issues.querysets.activities import LOG_READERS
from mapui.activity_forms import ActivityForm
from mapui.staff import person_of, staff_page
from representatives.roles import Page
from representatives.scopes import scope_of

ROWS_PER_PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page(Page.DIARY)
def activities(request: HttpRequest) -> HttpResponse:
    """The log of one's places, newest first; for their representatives, the form above it."""
    person, at = person_of(request), now()
    if not scope_of(person, at).roles & LOG_READERS:
        raise Forbidden(_("Activities are read by the representatives, the secretary and the township of a place."))
    places = services.places_for(person, at)
    if request.method != "POST":
        return _list(request, ActivityForm(places, at) if places else None)
    form = ActivityForm(places, at, request.POST)
    if not places:
        raise Forbidden(_("Activities are logged by the representatives of the place."))
    if not form.is_valid():
        return _list(request, form, 422)
    try:
        services.log(form.cleaned_data["key"], form.done, by=person, at=at)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        form.refuse(refusal)
        return _list(request, form, refusal.status)
    messages.success(request, _("The activity is kept."))
    return redirect("rep-activities")


def _list(request: HttpRequest, form: ActivityForm | None, status: int = 200) -> HttpResponse:
    person, at = person_of(request), now()
    found = RepActivity.objects.visible_to(person, at).for_rows(person, at)
    leaf = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page", "1"))
    rows = [(activity, services.may_log(person, activity.path, at)) for activity in leaf]
    context = {"form": form, "leaf": leaf, "rows": rows, "nav": "diary"}
    return render(request, "mapui/activities.html", context, status=status)


@require_POST
@staff_page(Page.DIARY)
def activity_drop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Remove what was logged wrongly."""
    services.take_back(uuid, by=person_of(request), at=now())
    messages.success(request, _("The activity is gone."))
    return redirect("rep-activities")
