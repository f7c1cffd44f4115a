"""The policy of time limits: in plain words for all staff; versions, drafts and comparisons for those who own it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import make_aware, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from issues import policy as rules
from issues.errors import Refusal
from issues.models import PolicyDraft, SlaPolicy
from issues.policy import drafting, versions
from issues.policy.reading import Fault
from mapui.policy_page import Comparison, PolicyPage, Words, numbered, text_of
from mapui.staff import person_of, staff_page
from representatives.roles import Page

logger = logging.getLogger("gridgov.access")


class TextForm(forms.Form):
    """A policy file, chosen or typed; the file goes before what was typed."""

    file = forms.FileField(required=False, label=gettext_lazy("Policy file (YAML)"))
    text = forms.CharField(required=False, strip=False, max_length=drafting.LONGEST, label=gettext_lazy("Text of the file"))

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if self.errors.get("file"):
            raise forms.ValidationError([str(fault) for fault in self.errors.pop("file")])
        upload = data.get("file")
        if upload is None:
            return data
        if upload.size > 4 * drafting.LONGEST:
            raise forms.ValidationError(_("That is too large for a policy."))
        try:
            data["text"] = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not UTF-8 text.")) from None
        return data


class SignForm(forms.Form):
    """Who signed it, and the day from which it holds; it begins when that day does."""

    signed_by = forms.CharField(max_length=120, label=gettext_lazy("Signed by"))
    active_from = forms.DateField(label=gettext_lazy("In force from"))

    def begins(self, at: datetime) -> datetime:
        """The beginning of the day; of today: now."""
        day = self.cleaned_data["active_from"]
        midnight = make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - made aware at once
        return max(midnight, at) if midnight.date() == at.astimezone(midnight.tzinfo).date() else midnight


@require_safe
@staff_page()
def policy(request: HttpRequest) -> HttpResponse:
    """The one in force, in words; with versions and drafts for those who read them."""
    page = PolicyPage(person_of(request), now())
    return render(request, "mapui/policy.html", {"page": page, "words": page.words, "nav": "policy"})


@require_safe
@staff_page(Page.POLICY)
def policy_version(request: HttpRequest, identifier: str) -> HttpResponse:
    """One version in words, and its file as it was signed."""
    version = get_object_or_404(SlaPolicy, identifier=identifier)
    page = PolicyPage(person_of(request), now())
    context = {"page": page, "version": version, "words": Words(rules.terms(version.pk)), "nav": "policy"}
    return render(request, "mapui/policy_version.html", context)


@require_safe
@staff_page(Page.POLICY)
def policy_file(request: HttpRequest, identifier: str) -> HttpResponse:
    """The file as it was handed in, to change and load as the next version."""
    version = get_object_or_404(SlaPolicy, identifier=identifier)
    name = f'attachment; filename="{version.identifier}.yaml"'
    return HttpResponse(version.source, content_type="application/yaml; charset=utf-8", headers={"Content-Disposition": name})


@require_safe
@staff_page(Page.POLICY)
def policy_compare(request: HttpRequest) -> HttpResponse:
    """Two of them side by side: what changed in words, and in the file."""
    page = PolicyPage(person_of(request), now())
    keys = [key for key, _name in page.choices]
    old = request.GET.get("old") or (f"v{page.version.pk}" if page.version else "")
    new = request.GET.get("new") or next((key for key in reversed(keys) if key != old), "")
    compared = Comparison(text_of(old), text_of(new)) if old and new else None
    return render(
        request, "mapui/policy_compare.html", {"page": page, "old": old, "new": new, "compared": compared, "nav": "policy"}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Page.POLICY)
def drafts(request: HttpRequest) -> HttpResponse:
    """Begin a draft: from a file, or from the text of the version in force."""
    page, form = PolicyPage(person_of(request), now()), TextForm(request.POST or None, request.FILES or None)
    source = page.version.source if page.version else versions.SHIPPED.read_text(encoding="utf-8")
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                kept, _faults = drafting.keep(form.cleaned_data["text"], by=page.person, at=page.at)
                return redirect("policy-draft", pk=kept.pk)
            except Refusal as refusal:
                form.add_error(None, refusal.sentence)
        status, source = 422, request.POST.get("text", "") or source
    context = {"page": page, "form": form, "source": source, "nav": "policy"}
    return render(request, "mapui/policy_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Page.POLICY)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft: its faults, its text to put right, and what may be done with it once it is sound."""
    person, at = person_of(request), now()
    kept = get_object_or_404(PolicyDraft, pk=pk)
    if request.method == "POST":
        form = TextForm(request.POST, request.FILES)
        if not form.is_valid():
            return _draft_page(
                request,
                kept,
                text=request.POST.get("text", ""),
                problems=[str(each) for each in form.non_field_errors()],
                status=422,
            )
        text = form.cleaned_data["text"]
        try:
            kept, faults = drafting.keep(text, by=person, at=at, draft=kept)
        except Refusal as refusal:
            return _draft_page(request, kept, text=text, problems=[refusal.sentence], status=refusal.status)
        said = _("Kept: the file is sound.") if not faults else _("Kept, with faults.")
        messages.success(request, said)
        return redirect("policy-draft", pk=kept.pk)
    return _draft_page(request, kept)


@require_POST
@staff_page(Page.POLICY)
def draft_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft is signed and holds from a day on."""
    person, at = person_of(request), now()
    kept, form = get_object_or_404(PolicyDraft, pk=pk), SignForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, kept, form=form, status=422)
    try:
        version = drafting.sign(kept, signed_by=form.cleaned_data["signed_by"], active_from=form.begins(at), by=person, at=at)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)
        return _draft_page(request, kept, form=form, status=refusal.status)
    logger.info("policy %s loaded by %s, signed by %s, from %s", version, person, version.signed_by, version.active_from)
    messages.success(request, _("“%(id)s” is signed. Open issues keep the policy they were reported under.") % {"id": version})
    return redirect("policy")


@require_POST
@staff_page(Page.POLICY)
def draft_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Away with a draft."""
    kept = get_object_or_404(PolicyDraft, pk=pk)
    drafting.drop(kept, by=person_of(request), at=now())
    messages.success(request, _("The draft is thrown away."))
    return redirect("policy")


def _draft_page(
    request: HttpRequest,
    kept: PolicyDraft,
    *,
    form: SignForm | None = None,
    text: str | None = None,
    problems: Sequence[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    page = PolicyPage(person_of(request), now())
    source = kept.text if text is None else text
    faults: list[Fault] = drafting.check(kept.text)[1]
    terms = rules.Policy.model_validate(kept.body) if kept.body else None
    against = f"v{page.version.pk}" if page.version else ""
    context = {
        "page": page, "draft": kept, "source": source, "faults": faults, "marked": numbered(kept.text, faults),
        "problems": list(problems or []), "form": form or SignForm(), "words": Words(terms) if terms else None,
        "against": against, "rows": source.count("\n") + 2, "nav": "policy",
    }  # fmt: skip
    return render(request, "mapui/policy_draft.html", context, status=status)
