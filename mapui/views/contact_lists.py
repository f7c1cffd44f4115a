"""Lists with contacts: asked for, approved by a second person, taken out as a PDF with a watermark. Each time is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from issues.errors import Refusal
from issues.privacy import contact_lists
from mapui.contact_lists import ContactListsPage
from mapui.papers.pdf import STYLE, pdf_answer, pdf_of
from mapui.staff import person_of, staff_page
from representatives.roles import Page

WATERMARK = "mapui/css/watermark.css"
WIDE = "mapui/css/paper-wide.css"
_BANDS = range(4)  # so often the watermark crosses each page


def _page(request: HttpRequest, refused: Refusal | None = None, about: str = "") -> HttpResponse:
    page = ContactListsPage(person_of(request), now(), refused, about, request.POST.dict())
    if not page.is_for_them:
        raise PermissionDenied(_("Lists with contacts are for the supervision office and the leaders of the county."))
    status = refused.status if refused else 200
    return render(request, "mapui/contact_lists.html", {"page": page, "nav": "red"}, status=status)


@require_GET
@never_cache
@staff_page(Page.RED)
def lists(request: HttpRequest) -> HttpResponse:
    """What was asked for, what waits for a second person, and the form that asks."""
    return _page(request)


def _done(request: HttpRequest, verb: Callable[[Mapping[str, str]], str], about: str = "") -> HttpResponse:
    """Post, redirect, get; what a rule refuses stands beside the form, with its words."""
    try:
        sentence = verb(request.POST.dict())
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _page(request, refusal, about)
    messages.success(request, sentence)
    return redirect("contact-lists")


@require_POST
@staff_page(Page.RED)
def ask(request: HttpRequest) -> HttpResponse:
    """Somebody of the supervision office asks for one."""

    def verb(said: Mapping[str, str]) -> str:
        page = ContactListsPage(person_of(request), now())
        area = next((place for place in page.places if place.code == said.get("area")), None)
        if area is None:
            raise Http404
        row = contact_lists.ask(area, said.get("purpose", ""), by=page.person, at=page.at)
        return _("The list %(number)s waits for a second person.") % {"number": row.number}

    return _done(request, verb)


@require_POST
@staff_page(Page.RED)
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """A second person approves or refuses it."""

    def verb(said: Mapping[str, str]) -> str:
        granted = said.get("verdict") == "grant"
        row = contact_lists.decide(number, granted, said.get("reason", ""), by=person_of(request), at=now())
        return _("The list %(number)s is %(state)s.") % {"number": row.number, "state": row.get_decision_display()}

    return _done(request, verb, number)


@require_POST
@never_cache
@staff_page(Page.RED)
def take_out(request: HttpRequest, number: str) -> HttpResponse | FileResponse:
    """The list as a PDF, for who asked for it; it says on every page whose it is."""
    try:
        taken = contact_lists.take_out(number, by=person_of(request), at=now())
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _page(request, refusal, number)
    row = taken.row
    mark = f"{row.asked_by.name} · {row.number} · {localtime(row.taken_at):%Y-%m-%d %H:%M}"
    context = {"taken": taken, "list": row, "mark": mark, "bands": _BANDS}
    file = pdf_of(request, "mapui/papers/contact_list_pdf.html", context, styles=(STYLE, WIDE, WATERMARK))
    return pdf_answer(file, f"{_('List with contacts')} {row.number}")
