"""Letters to units (督办函, 提示函): written by the supervision office, read and answered by the unit."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issues import services
from issues.errors import Refusal
from issues.models import ReminderLetter
from issues.services import letters
from mapui.letter_forms import AnswerForm, LetterDraft, LetterForm
from mapui.letter_units import units_to_write_to
from mapui.staff import person_of, staff_page
from representatives.models import Unit
from representatives.roles import Page, Role
from representatives.scopes import scope_of

logger = logging.getLogger("gridgov.access")


@require_http_methods(["GET", "POST"])
@staff_page(Page.RED)
def letter_new(request: HttpRequest) -> HttpResponse:
    """First the unit, out of those with something late; then the letter, pre-filled. `?issue=`: about that one."""
    at, person = now(), person_of(request)
    if Role.SUPERVISION_OFFICE not in scope_of(person, at).roles:
        raise PermissionDenied(_("Letters to units are written by the supervision office."))
    number, asked = request.GET.get("issue", "")[:20], request.GET.get("unit", "")
    kind = ReminderLetter.Kind.ADVICE if request.GET.get("kind") == "advice" else ReminderLetter.Kind.SUPERVISION
    unit = Unit.objects.in_use().select_related("area").with_pk(asked)
    if unit is None or not letters.may_send(person, unit, at):
        units = units_to_write_to(person, at, number)
        if len(units) == 1 and number and request.method == "GET":
            return redirect(f"{request.path}?unit={units[0].unit.pk}&issue={number}&kind={kind}")
        context = {"units": units, "number": number, "kind": kind, "nav": "red"}
        return render(request, "mapui/letter_units.html", context)
    draft = LetterDraft(unit, kind, person, at, number)
    if request.method == "GET":
        return _form(request, draft, LetterForm(draft))
    return _sent(request, draft)


def _sent(request: HttpRequest, draft: LetterDraft) -> HttpResponse:
    form = LetterForm(draft, request.POST)
    if not form.is_valid():
        return _form(request, draft, form, status=422)
    said = form.cleaned_data
    letter = letters.Draft(said["uuid"], draft.unit, draft.kind, said["issues"], said["text"], said["reply_by"])
    try:
        sent = services.send_letter(letter, by=draft.person, at=draft.at)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _form(request, draft, form, status=refusal.status)
    messages.success(request, _("The letter %(number)s was sent to %(unit)s.") % {"number": sent.number, "unit": draft.unit.name})
    return redirect("letter", sent.number)


def _form(request: HttpRequest, draft: LetterDraft, form: LetterForm, status: int = 200) -> HttpResponse:
    context = {"draft": draft, "form": form, "kinds": ReminderLetter.Kind, "at": draft.at, "nav": "red"}
    return render(request, "mapui/letter_new.html", context, status=status)


@require_GET
@staff_page(Page.RED)
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """The letter as the unit reads it, with its answer or the form for one."""
    return _letter(request, number, AnswerForm())


@require_POST
@staff_page(Page.RED)
def letter_answer(request: HttpRequest, number: str) -> HttpResponse:
    """The unit answers; once."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _letter(request, number, form, status=422)
    try:
        services.answer_letter(number, form.cleaned_data["text"], by=person_of(request), at=now())
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        form.add_error("text", refusal.sentence)
        return _letter(request, number, form, status=refusal.status)
    messages.success(request, _("The answer was sent to the supervision office."))
    return redirect("letter", number)


def _letter(request: HttpRequest, number: str, form: AnswerForm, status: int = 200) -> HttpResponse:
    at, person = now(), person_of(request)
    found = get_object_or_404(ReminderLetter.objects.visible_to(person, at).for_page(), number=number)
    may_answer = found.replied_at is None and letters.may_answer(person, found, at)
    context = {"letter": found, "state": found.state(at), "form": form, "may_answer": may_answer, "at": at, "nav": "red"}
    return render(request, "mapui/letter.html", context, status=status)
