"""Voice notes: heard by whoever handles the report, written down, and then gone."""

from __future__ import annotations

import logging

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from issues import services
from issues.errors import Refusal
from issues.models import Attachment
from issues.services.transcribing import LONGEST
from issues.terms import Field, Verb
from mapui.ranges import stored_file
from mapui.staff import person_of, staff_page
from representatives.models import Person

logger = logging.getLogger("gridgov.photos")


class TranscriptForm(forms.Form):
    """What is said in the voice note."""

    text = forms.CharField(
        label=gettext_lazy("What is said"), required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8})
    )
    compared = forms.BooleanField(label=gettext_lazy("I have listened to the end and compared"), required=False)

    def refuse(self, refusal: Refusal) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


def _voice(person: Person, pk: int) -> Attachment:
    """The recording, for whoever may write it down. Raises Http404 out of sight, Forbidden for who only sees the issue."""
    found = get_object_or_404(Attachment.objects.visible_to(person, now()).voices(), pk=pk)
    services.check_may(found.submission.issue, Verb.TRANSCRIBE, person, now())
    return found


@require_GET
@staff_page(reads_issues=True)
@cache_control(private=True, no_store=True)
def voice_sound(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The recording itself, or a part of it; each time is logged."""
    person = person_of(request)
    found = _voice(person, pk)
    logger.info("voice note %s of issue %s played to %s", pk, found.submission.issue.number, person.pk)
    return stored_file(request, str(found.file.name), found.media_type)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(reads_issues=True)
@cache_control(private=True, no_store=True)
def voice(request: HttpRequest, pk: int) -> HttpResponse:
    """Listen, write down; keep it as a draft, or make it part of the report and erase the recording."""
    person = person_of(request)
    found = _voice(person, pk)
    if request.method != "POST":
        return _page(request, found, TranscriptForm(initial={"text": found.transcript}))
    form = TranscriptForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        sentence = _written(found, form, person, is_done=request.POST.get("step") == "done")
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(request, found, form, status=refusal.status)
    messages.success(request, sentence)
    return redirect("issue", found.submission.issue.number)


def _written(found: Attachment, form: TranscriptForm, person: Person, *, is_done: bool) -> str:
    text = form.cleaned_data["text"]
    if not is_done:
        services.keep_transcript(found, text, by=person, at=now())
        return _("What you have written down so far is kept; the recording stays.")
    if not text.strip():
        raise Refusal(_("Write down what is said first."), field=Field.TEXT.value)
    services.transcribe(found, text, compared=form.cleaned_data["compared"], by=person, at=now())
    return _("What was said is part of the report now. The recording was erased.")


def _page(request: HttpRequest, found: Attachment, form: TranscriptForm, *, status: int = 200) -> HttpResponse:
    context = {"voice": found, "issue": found.submission.issue, "submission": found.submission, "form": form, "nav": "queue"}
    return render(request, "mapui/voice.html", context, status=status)
