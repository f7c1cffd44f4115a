"""投诉建议: the box for what people say of the platform, with or without an account; its answer by code; the list of those who answer."""

from __future__ import annotations

import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from issues import throttle
from issues.addresses import client_address
from issues.community import suggestions
from issues.errors import Conflict, Refusal
from issues.intake import receipts
from issues.models import Suggestion
from mapui.holders import private
from mapui.staff import person_of, staff_page
from mapui.suggestion_forms import SuggestionAnswerForm, SuggestionForm, new_form
from mapui.suggestions_page import ANSWERED, OPEN, SuggestionPage, SuggestionsPage
from representatives.models import Person
from representatives.roles import Page

logger = logging.getLogger("gridgov.access")


# --- for everybody ---


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def suggest(request: HttpRequest) -> HttpResponse:
    """The form; what is sent is kept once and leads to its code."""
    person = request.user if isinstance(request.user, Person) else None
    counties = suggestions.counties_for(person, now())
    if request.method != "POST" or not counties:
        return _form(request, new_form(counties), counties=bool(counties))
    form = SuggestionForm(counties, request.POST)
    if not form.is_valid():
        return _form(request, form, 422)
    try:
        throttle.spend(throttle.SUGGESTION, f"person {person.pk}" if person else client_address(request))
        kept = suggestions.leave(form.cleaned_data["key"], form.said, by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _form(request, form, refusal.status)
    return redirect(f"{reverse('suggestion', args=[kept.code_in_fours])}?new=1")


def _form(
    request: HttpRequest, form: SuggestionForm, status: int = 200, *, counties: bool = True, trouble: str = ""
) -> HttpResponse:
    context = {"form": form, "counties": counties, "written": request.GET.get("code", ""), "trouble": trouble, "nav": "suggest"}
    return render(request, "mapui/suggest.html", context, status=status)


@private
@require_safe
def suggestion_find(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in."""
    written = request.GET.get("code", "").strip()
    if code := receipts.parse(written):
        return redirect("suggestion", receipts.grouped(code))
    trouble = _("A code has 16 letters and digits. Please check what you typed.")
    return _form(request, new_form(suggestions.counties_for(None, now())), 422, trouble=trouble)


@private
@require_safe
def suggestion(request: HttpRequest, code: str) -> HttpResponse:
    """What was said, and what was answered, for whoever has the code."""
    known = receipts.parse(code)
    throttle.check(throttle.RECEIPT_MISS, client_address(request))
    found = Suggestion.objects.with_code(known) if known else None
    if found is None:
        throttle.spend(throttle.RECEIPT_MISS, client_address(request))
        raise Http404
    is_new = "new" in request.GET
    return render(request, "mapui/suggestion.html", {"suggestion": found, "is_new": is_new, "nav": "suggest"})


# --- for those who read and answer ---


@require_safe
@never_cache
@staff_page(Page.SUGGESTIONS)
def suggestion_list(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, or what was answered."""
    tab = ANSWERED if request.GET.get("tab") == ANSWERED else OPEN
    page = SuggestionsPage(person_of(request), now(), tab, request.GET.get("page", "1"))
    return render(request, "mapui/suggestions.html", {"page": page, "at": page.at, "nav": Page.SUGGESTIONS})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page(Page.SUGGESTIONS)
def suggestion_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them; whoever answers for the platform writes the answer here."""
    page = _page(request, pk)
    seen = len(page.suggestion.answers.all())
    if request.method != "POST":
        return _answered(request, page, SuggestionAnswerForm(seen=seen))
    form = SuggestionAnswerForm(request.POST, seen=seen)
    if not form.is_valid():
        return _answered(request, page, form, 422)
    given = form.cleaned_data
    try:
        suggestions.answer(pk, outcome=given["outcome"], text=given["text"], by=page.person, at=page.at, seen=given["seen"])
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _not_answered(request, pk, form, refusal)
    logger.info("suggestion %d answered by %s", pk, page.person.pk)
    return redirect(f"{reverse('suggestion-answer', args=[pk])}?done=1")


def _page(request: HttpRequest, pk: int) -> SuggestionPage:
    person, at = person_of(request), now()
    return SuggestionPage(get_object_or_404(Suggestion.objects.visible_to(person, at).for_rows(), pk=pk), person, at)


def _not_answered(request: HttpRequest, pk: int, form: SuggestionAnswerForm, refusal: Refusal) -> HttpResponse:
    """The page as it stands now, with the sentence; after a conflict the next press knows what was answered meanwhile."""
    page = _page(request, pk)
    form.refuse(refusal)
    if isinstance(refusal, Conflict):
        form.look_again(len(page.suggestion.answers.all()))
    return _answered(request, page, form, refusal.status)


def _answered(request: HttpRequest, page: SuggestionPage, form: SuggestionAnswerForm, status: int = 200) -> HttpResponse:
    context = {"page": page, "suggestion": page.suggestion, "form": form, "done": "done" in request.GET, "nav": Page.SUGGESTIONS}
    return render(request, "mapui/suggestion_answer.html", context, status=status)
