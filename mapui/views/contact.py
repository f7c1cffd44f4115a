"""How to reach who reported something: shown one at a time, to whoever holds the issue and says what for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from issues.errors import Refusal
from issues.models import Submission
from issues.privacy import contacts
from mapui.staff import person_of, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_page(reads_issues=True)
def issue_contact(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The question what for; sent, the contact. Without JavaScript a page of its own, else in its place on the issue page."""
    at, person = now(), person_of(request)
    reports = Submission.objects.visible_to(person, at).with_requester().select_related("issue")
    report = get_object_or_404(reports, pk=pk, issue__number=number)
    if report.requester is None:
        raise Http404
    shown, refused = False, None
    if request.method == "POST":
        try:
            contacts.show_contact(report, person, at, request.POST.get("purpose", ""), request.POST.get("words", ""))
            shown = True
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            refused = refusal
    else:
        contacts.check_may_see(report, person, at)
    context = {
        "requester": report.requester,
        "issue": report.issue,
        "submission": report,
        "may": True,
        "shown": shown,
        "refused": refused,
        "purpose": request.POST.get("purpose", ""),
        "words": request.POST.get("words", ""),
        "nav": "queue",
    }
    template = "mapui/_issue_contact.html" if request.headers.get("HX-Request") else "mapui/issue_contact.html"
    return render(request, template, context, status=422 if refused else 200)
