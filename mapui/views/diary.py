"""民心日记: one's own entries, to write one, to make an issue of it; the reminder that nobody else sees."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issues.community import diary as entries
from issues.errors import Refusal
from issues.models import DiaryEntry
from mapui.diary_forms import EntryForm, form_of, new_form
from mapui.diary_page import DiaryPage, EntryPage, month_in
from mapui.staff import person_of, staff_page
from representatives.roles import Page


def _list(request: HttpRequest, refused: Refusal | None = None) -> HttpResponse:
    at = now()
    page = DiaryPage(person_of(request), at, month_in(request.GET.get("month", ""), at), refused)
    status = refused.status if refused else 200
    return render(request, "mapui/diary.html", {"page": page, "at": at, "nav": "diary"}, status=status)


@require_GET
@never_cache
@staff_page(Page.DIARY)
def diary(request: HttpRequest) -> HttpResponse:
    """One's own entries of a month."""
    return _list(request)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page(Page.DIARY)
def diary_write(request: HttpRequest, uuid: UUID | None = None) -> HttpResponse:
    """The form of an entry, new or one's own that is changed."""
    person, at = person_of(request), now()
    places = entries.places_for(person, at)
    entry = get_object_or_404(DiaryEntry.objects.of(person).for_rows(), key=uuid) if uuid else None
    if request.method != "POST":
        return _form(request, form_of(entry, places) if entry else new_form(places, at), entry)
    form = EntryForm(places, request.POST)
    if not form.is_valid():
        return _form(request, form, entry, 422)
    if entry and form.cleaned_data["key"] != entry.key:
        raise Http404
    try:
        kept = entries.write(form.cleaned_data["key"], form.elements, by=person, at=at)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        form.refuse(refusal)
        return _form(request, form, entry, refusal.status)
    messages.success(request, _("The entry is kept."))
    return redirect("diary-entry", kept.key)


def _form(request: HttpRequest, form: EntryForm, entry: DiaryEntry | None, status: int = 200) -> HttpResponse:
    return render(request, "mapui/diary_write.html", {"form": form, "entry": entry, "nav": "diary"}, status=status)


def _entry(request: HttpRequest, uuid: UUID, refused: Refusal | None = None) -> HttpResponse:
    person, at = person_of(request), now()
    entry = get_object_or_404(DiaryEntry.objects.visible_to(person, at).for_rows(), key=uuid)
    page = EntryPage(entry, person, at, refused)
    status = refused.status if refused else 200
    return render(request, "mapui/diary_entry.html", {"page": page, "entry": entry, "at": at, "nav": "diary"}, status=status)


@require_GET
@never_cache
@staff_page(Page.DIARY)
def diary_entry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One entry, and the button that makes an issue of it."""
    return _entry(request, uuid)


@require_POST
@staff_page(Page.DIARY)
def diary_issue(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make an issue of the entry, by the ordinary intake; pressed twice, it is the same issue."""
    danger, category = request.POST.get("danger") == "yes", request.POST.get("category", "")
    try:
        report = entries.make_issue(uuid, danger=danger, category=category, by=person_of(request), at=now())
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _entry(request, uuid, refusal)
    messages.success(request, _("It is issue %(number)s now.") % {"number": report.issue.number})
    return redirect("diary-entry", uuid)


@require_POST
@staff_page(Page.DIARY)
def diary_drop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The writer takes an entry back."""
    try:
        entries.drop(uuid, by=person_of(request), at=now())
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _entry(request, uuid, refusal)
    messages.success(request, _("The entry is gone."))
    return redirect("diary")


@require_POST
@staff_page(Page.DIARY)
def diary_reminder(request: HttpRequest) -> HttpResponse:
    """How many visits a month one wants to be reminded of; 0: none."""
    said = request.POST.get("visits", "")
    try:
        entries.remind(int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0, by=person_of(request))
    except Refusal as refusal:
        return _list(request, refusal)
    messages.success(request, _("Kept. Only you see it."))
    return redirect(f"{reverse('diary')}#reminder")
