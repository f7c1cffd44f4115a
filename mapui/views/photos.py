"""Photos: the originals for staff, the page on which one is made fit for everybody, and what everybody then sees."""

from __future__ import annotations

import logging
from base64 import b64encode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from issues import services
from issues.errors import Refusal
from issues.files import photos, storage
from issues.files.blurring import Copy
from issues.models import Attachment, Evidence, Publication
from issues.services.publishing import StoredPhoto
from issues.terms import Verb
from mapui.photo_forms import PublishForm
from mapui.ranges import stored_file
from mapui.staff import person_of, staff_page
from representatives.models import Person

logger = logging.getLogger("gridgov.photos")


def _photo(person: Person, kind: str, pk: int) -> StoredPhoto:
    """The photo, for whoever may see its issue; for anybody else it does not exist."""
    if kind == "report":
        return get_object_or_404(Attachment.objects.visible_to(person, now()).photos(), pk=pk)
    return get_object_or_404(Evidence.objects.visible_to(person, now()), pk=pk)


@require_GET
@staff_page(reads_issues=True)
@cache_control(private=True, no_store=True)
def photo(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """The original, for whoever may see its issue, each look at it logged; `?size=thumb` for the small one."""
    person = person_of(request)
    found = _photo(person, kind, pk)
    if request.GET.get("size") == "thumb":
        return stored_file(request, storage.thumb_name(found), photos.MEDIA_TYPE)
    logger.info("photo %s/%s of issue %s shown to %s", kind, pk, services.issue_of(found).number, person.pk)
    return stored_file(request, str(found.file.name), photos.MEDIA_TYPE)


@require_GET
@cache_control(public=True, max_age=60)
def public_photo(request: HttpRequest, copy: UUID) -> HttpResponseBase:
    """What everybody may see; gone the moment it is taken back. `?size=thumb` for the small one."""
    found = Publication.objects.with_key(copy)
    if found is None:
        raise Http404
    name = storage.thumb_name(found) if request.GET.get("size") == "thumb" else str(found.file.name)
    response = stored_file(request, name, photos.MEDIA_TYPE)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(reads_issues=True)
@cache_control(private=True, no_store=True)
def photo_publish(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Paint over faces and number plates, look at what everybody would see, and only then make that public."""
    person = person_of(request)
    found = _photo(person, kind, pk)
    services.check_may(services.issue_of(found), Verb.PUBLISH_PHOTO, person, now())
    if request.method != "POST":
        return _paint(request, found, PublishForm())
    form = PublishForm(request.POST)
    if request.POST.get("step") == "paint":
        return _paint(request, found, form)
    try:
        copy = _copy(found, form)
        if request.POST.get("step") != "publish":
            return _look(request, found, form, copy)
        services.publish_photo(found, copy, by=person, at=now())
    except Refusal as refusal:
        return _paint(request, found, form, refused=refusal.sentence, status=refusal.status)
    messages.success(request, _("The photo is public now, as you have seen it."))
    return redirect("issue", services.issue_of(found).number)


@require_POST
@staff_page(reads_issues=True)
def photo_hide(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Nobody but staff sees it any more."""
    person = person_of(request)
    found = _photo(person, kind, pk)
    try:
        services.hide_photo(found, by=person, at=now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("The photo is no longer public."))
    return redirect("issue", services.issue_of(found).number)


def _copy(found: StoredPhoto, form: PublishForm) -> Copy:
    if not form.is_valid():
        raise Refusal(_("That is more than can be painted on one photo. Take a wider brush."))
    return services.draw_copy(found, form.shapes(), nobody_seen=form.cleaned_data["nobody"])


def _paint(request: HttpRequest, found: StoredPhoto, form: PublishForm, *, refused: str = "", status: int = 200) -> HttpResponse:
    context = _context(found) | {"form": form, "refused": refused}
    return render(request, "mapui/photo_publish.html", context, status=status)


def _look(request: HttpRequest, found: StoredPhoto, form: PublishForm, copy: Copy) -> HttpResponse:
    """The very picture that would be public; nothing is stored yet."""
    picture = f"data:{photos.MEDIA_TYPE};base64,{b64encode(copy.jpeg).decode()}"
    return render(request, "mapui/photo_look.html", _context(found) | {"form": form, "copy": copy, "picture": picture})


def _context(found: StoredPhoto) -> dict[str, object]:
    name = "photo" if isinstance(found, Attachment) else "evidence"
    return {
        "photo": found,
        "issue": services.issue_of(found),
        "names": {"original": name, "publish": f"{name}-publish", "hide": f"{name}-hide"},
        "is_public": Publication.objects.of_photos([found]).exists(),
        "nav": "queue",
    }
