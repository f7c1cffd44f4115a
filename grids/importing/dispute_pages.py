"""Disputed ground in the admin: a file is sent, tried, and entered as a whole or not at all."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from grids.importing.disputes import Outcome, import_disputes
from grids.importing.pages import FileForm
from grids.importing.source import Source
from grids.importing.uploads import UNSAFE
from grids.models import Dispute

MAX_BYTES = 8 * 1024 * 1024
FAULTS_SHOWN = 50


class DisputeFileForm(FileForm):
    """A file of disputed grounds, which are few."""

    command = "import_disputes"

    def most(self) -> int:
        return MAX_BYTES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _("GeoPackage, zipped Shapefile, GeoJSON, KML or CSV, up to 8 MB.")


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Send a file of disputed grounds: what is wrong with it, or the list with what was entered."""
    if not request.user.has_perm("grids.add_dispute"):
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = DisputeFileForm(request.POST, request.FILES) if is_sent else DisputeFileForm()
    outcome = None
    if is_sent and form.is_valid():
        outcome = _tried(form.cleaned_data, dry_run="enter" not in request.POST)
        if outcome.entered:
            return _entered(request, outcome)
    is_wrong = bool(form.errors or (outcome and outcome.faults))
    context = {
        **admin.site.each_context(request),
        "title": _("Enter disputed ground"),
        "opts": Dispute._meta,
        "form": form,
        "outcome": outcome,
        "faults": outcome.faults[:FAULTS_SHOWN] if outcome else [],
    }
    return TemplateResponse(request, "admin/grids/dispute/import.html", context, status=422 if is_wrong else 200)


def _tried(said: dict[str, Any], *, dry_run: bool) -> Outcome:
    """The file goes as soon as it was read."""
    with TemporaryDirectory() as folder:
        name = UNSAFE.sub("_", Path(said["file"].name).name).lstrip(".")[-100:] or "disputes"
        path = Path(folder) / name
        with path.open("wb") as kept:
            for chunk in said["file"].chunks():
                kept.write(chunk)
        return import_disputes(Source(path, {}, said["crs"].strip(), said["encoding"]), at=timezone.now(), dry_run=dry_run)


def _entered(request: HttpRequest, outcome: Outcome) -> HttpResponse:
    told = ngettext("%(n)d disputed ground entered.", "%(n)d disputed grounds entered.", len(outcome.entered)) % {
        "n": len(outcome.entered)
    }
    LogEntry.objects.create(
        user_id=int(request.user.pk or 0),
        content_type=ContentType.objects.get_for_model(Dispute),
        object_repr=", ".join(dispute.code for dispute in outcome.entered)[:200],
        action_flag=ADDITION,
        change_message=told,
    )
    messages.success(request, told)
    return HttpResponseRedirect(reverse("admin:grids_dispute_changelist"))
