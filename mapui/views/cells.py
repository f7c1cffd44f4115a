"""Redrawing a cell by hand: split it, merge it, move its edge. First what it does, then (with a reason) it is done."""

from __future__ import annotations

import logging
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grids.levels import Level
from grids.models import Area
from issues import redrawing
from issues.errors import Conflict, Refusal
from issues.redrawing import Choices, Outcome
from mapui.cell_page import CellPage, ChangeForm, Preview, choices_of, drawn_text
from mapui.staff import person_of, staff_page
from representatives.models import Person
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.access")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page()
def cell_edit(request: HttpRequest, code: str) -> HttpResponse:
    """The page; a POST answers with the preview and writes nothing, unless it confirms one."""
    at, person = now(), person_of(request)
    page = CellPage(_cell(person, code, at), at)
    if request.method != "POST":
        form = ChangeForm(page.cell, page.neighbours, initial={"seen": page.cell.pk, "kind": request.GET.get("kind", "split")})
        return _answer(request, page, form)
    form, choices = ChangeForm(page.cell, page.neighbours, request.POST), choices_of(request.POST)
    if not form.is_valid():
        return _answer(request, page, form, outcome=_tried(form, choices, at), choices=choices, status=422)
    try:
        if form.cleaned_data["seen"] != page.cell.pk:
            raise Conflict(_("Somebody redrew “%(area)s” meanwhile: look at it again.") % {"area": page.cell})
        if form.cleaned_data["confirm"]:
            return _confirmed(request, form, choices, at)
        return _answer(request, page, form, outcome=redrawing.preview(form.change, choices, at=at), choices=choices)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _answer(request, page, form, outcome=_tried(form, choices, at), choices=choices, status=refusal.status)


def _confirmed(request: HttpRequest, form: ChangeForm, choices: Choices, at: datetime) -> HttpResponse:
    outcome = redrawing.redraw(form.change, choices, reason=form.cleaned_data["reason"].strip(), by=person_of(request), at=at)
    codes = _(", ").join(area.code for area in outcome.new)
    messages.success(request, _("Done. The cells are now: %(codes)s.") % {"codes": codes})
    return redirect("cell", outcome.new[0].code)


def _tried(form: ChangeForm, choices: Choices, at: datetime) -> Outcome | None:
    """The preview again, when only the confirmation was refused (a reason or a choice is missing)."""
    if form.data.get("confirm") != "on" or {"kind", "shape", "other", "seen"} & set(form.errors):
        return None
    try:
        return redrawing.preview(form.change, choices, at=at)
    except Refusal:
        return None


def _cell(person: Person, code: str, at: datetime) -> Area:
    """The current cell with that code. 403 for whom no role lets redraw any, 404 beyond the areas of such a role."""
    scope = scope_of(person, at)
    if not scope.arranges:
        logger.warning("%s may not redraw cells", person.pk)
        raise PermissionDenied(_("Cells are redrawn by the system administrator or the organisation department."))
    cell = Area.objects.cells().with_code(code).select_related("parent").first()
    if cell is None or cell.level != Level.GRID or not scope.may_arrange(cell.path):
        raise Http404
    return cell


def _answer(
    request: HttpRequest,
    page: CellPage,
    form: ChangeForm,
    *,
    outcome: Outcome | None = None,
    choices: Choices | None = None,
    status: int = 200,
) -> HttpResponse:
    preview = Preview(outcome, choices or Choices()) if outcome else None
    config = page.map_config(outcome, drawn_text(form.data))
    context = {"page": page, "form": form, "preview": preview, "map_config": config, "nav": "dashboard"}
    return render(request, "mapui/cell_edit.html", context, status=status)
