"""Many accounts and postings at once, from a spreadsheet: tried first, then entered; and a new account's first password."""

from __future__ import annotations

import logging

from django import forms
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grids.errors import Refusal
from mapui.addresses import public_url
from mapui.spreadsheets import csv_answer
from mapui.staff import person_of, staff_page
from representatives import staffing
from representatives.models import Person
from representatives.scopes import scope_of
from representatives.staff_file import COLUMNS, MOST_BYTES, StaffRow, rows_of_file, rows_of_text, text_of

logger = logging.getLogger("gridgov.access")


class ListForm(forms.Form):
    """A file, or (confirming) the rows of the one that was tried."""

    file = forms.FileField(required=False, label=gettext_lazy("List of staff (.xlsx or CSV)"))
    text = forms.CharField(required=False, strip=False, max_length=2 * MOST_BYTES, widget=forms.HiddenInput)
    confirm = forms.BooleanField(required=False)

    def rows(self) -> list[StaffRow]:
        """Raises Refusal: no file, or one that cannot be taken."""
        data = self.cleaned_data
        if data["confirm"]:
            return rows_of_text(data["text"])
        if not data["file"]:
            raise Refusal(_("Choose a file."), field="file")
        return rows_of_file(data["file"].name, data["file"].read(MOST_BYTES + 1))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page()
def staff_list(request: HttpRequest) -> HttpResponse:
    """The page; a file is tried and nothing written, until the trial is confirmed."""
    person, at = _allowed(request), now()
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _answer(request, form)
    try:
        if not form.is_valid():
            raise Refusal(_("The file could not be read."), field="file")
        rows = form.rows()
    except Refusal as refusal:
        return _answer(request, form, refusal=refusal.sentence, status=422)
    if not form.cleaned_data["confirm"]:
        tried = staffing.try_list(rows, by=person, at=at)
        return _answer(request, form, entered=tried, text=text_of(rows), status=422 if tried.faults else 200)
    entered = staffing.enter_list(rows, by=person, at=at)
    if entered.faults:
        return _answer(request, form, entered=entered, text=text_of(rows), status=409)
    links = [(each, _first_password(request, each)) for each in entered.people]
    return _answer(request, form, entered=entered, links=links, is_done=True)


@require_safe
@staff_page()
def staff_template(request: HttpRequest) -> StreamingHttpResponse:
    """The file to fill in: its header, in the reader's language."""
    _allowed(request)
    place = 1 if (get_language() or "").startswith("en") else 0
    return csv_answer(f"{_('staff')}.csv", [[spellings[place] for spellings in COLUMNS.values()]])


class FirstPassword(PasswordResetConfirmView):
    """Somebody whose account was entered chooses a password, through a link that works once and for some days."""

    template_name = "mapui/password_set.html"
    success_url = reverse_lazy("login")


def _first_password(request: HttpRequest, person: Person) -> str:
    uid, token = urlsafe_base64_encode(force_bytes(person.pk)), default_token_generator.make_token(person)
    return public_url(request, reverse("password-set", args=[uid, token]))


def _allowed(request: HttpRequest) -> Person:
    person = person_of(request)
    if not scope_of(person, now()).arranges:
        logger.warning("%s may not enter staff", person.pk)
        raise PermissionDenied(_("Staff are entered by the system administrator or the organisation department."))
    return person


def _answer(request: HttpRequest, form: ListForm, *, status: int = 200, **more: object) -> HttpResponse:
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    context = {"form": form, "columns": COLUMNS, "days": days, "nav": "cover", **more}
    return render(request, "mapui/staff_list.html", context, status=status)
