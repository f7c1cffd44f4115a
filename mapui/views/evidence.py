"""Photos of what was done: added by who did it, seen by whoever sees the issue."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from issues import services
from issues.errors import Refusal
from issues.models import Issue
from mapui.file_fields import PhotosField
from mapui.staff import person_of, staff_page


class EvidenceForm(forms.Form):
    """The photos, each drawn anew."""

    photos = PhotosField(required=False)


@require_POST
@staff_page(reads_issues=True)
def issue_evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Photos were chosen: back to the issue with them, or with the sentence why not."""
    at, person = now(), person_of(request)
    issue = get_object_or_404(Issue.objects.visible_to(person, at), number=number)
    form = EvidenceForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise Refusal(" ".join(error["message"] for error in form.errors.get_json_data()["photos"]))
        services.add_evidence(issue.pk, form.cleaned_data["photos"], by=person, at=at)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.success(request, _("The photos were added."))
    return redirect("issue", number)
