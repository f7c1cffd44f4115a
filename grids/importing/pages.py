"""The import in the admin: send a file, say which column is what, see on a map what is wrong, then import it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grids import levels, metres
from grids.importing import report, uploads
from grids.importing.faults import ALLOWABLE, Fault
from grids.importing.service import Outcome, Wishes, import_areas
from grids.importing.source import NUMBERED, Header, Unreadable, in_utf8, read_header
from grids.levels import Level
from grids.models import Area

# Larger files are for the command: a page cannot wait that long.
MAX_BYTES = 64 * 1024 * 1024
SHOWN, DRAWN, OUTLINES = 200, 300, 400
# What columns are often called, to guess by.
USUAL = {
    "code": ("code", "qhdm", "dm", "bm", "代码", "编码", "区划代码", "网格编码"),
    "name": ("name", "qhmc", "mc", "名称", "区划名称", "网格名称"),
    "parent": ("parent", "parent_code", "sjdm", "上级代码", "上级", "村代码"),
    "households": ("households", "hs", "户数"),
    "kind": ("kind", "lx", "类型", "网格类型"),
}
MEANINGS = {
    "code": _("code"),
    "name": _("name"),
    "parent": _("part of (code)"),
    "households": _("households"),
    "kind": _("kind"),
}
ALLOWED_LABELS = {
    "overlap": _("overlaps"),
    "gap": _("gaps"),
    "outside": _("areas that stick out of their parents"),
    "empty_geometry": _("areas without a boundary"),
}


class FileForm(forms.Form):
    """A file that GDAL reads, and what it does not say itself. What is larger than a page takes is for the `command`."""

    command = "import_areas"

    file = forms.FileField(label=_("file"), help_text=_("GeoPackage, zipped Shapefile, GeoJSON, KML or CSV, up to 64 MB."))
    crs = forms.CharField(
        label=_("coordinate system"),
        required=False,
        max_length=40,
        help_text=_("Only if the file does not say it, or says it wrongly: EPSG:4490, EPSG:4549, gcj02, bd09 …"),
    )
    encoding = forms.ChoiceField(
        label=_("encoding of the text"),
        required=False,
        choices=[("", _("as the file says")), ("gb18030", "GB18030"), ("utf-8", "UTF-8")],
    )

    def most(self) -> int:
        """How many bytes the page takes."""
        return MAX_BYTES

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.most():
            words = {"command": self.command}
            raise forms.ValidationError(_("The file is too large for this page: use the command %(command)s.") % words)
        return file


class UploadForm(FileForm):
    """A file of areas, of which level they are, and what it does not say itself."""

    level = forms.ChoiceField(label=_("level"), choices=[(slug, level.label) for level, slug in levels.SLUGS.items()])
    layer = forms.CharField(label=_("layer"), required=False, max_length=100, help_text=_("Only if the file has several."))
    field_order = ("file", "level", "crs", "encoding", "layer")


class WishesForm(forms.Form):
    """Which column is what, and how strict to be."""

    repair = forms.BooleanField(label=_("repair invalid boundaries"), required=False)
    replace = forms.BooleanField(label=_("retire the areas of these parents that the file does not name"), required=False)
    under = forms.CharField(label=_("part of (the same for all rows)"), required=False, max_length=40)
    allow = forms.MultipleChoiceField(
        label=_("import in spite of"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(kind.value, ALLOWED_LABELS[kind.value]) for kind in ALLOWABLE],
    )

    def __init__(self, columns: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "–"), *((column, column) for column in columns)]
        fields: dict[str, forms.Field] = {
            meaning: forms.ChoiceField(
                label=MEANINGS[meaning], choices=choices, required=meaning == "code", initial=_guess(meaning, columns)
            )
            for meaning in NUMBERED
        }
        self.fields = {**fields, **self.fields}

    def columns(self) -> dict[str, str]:
        """Meaning → column, of those that were chosen."""
        return {meaning: self.cleaned_data[meaning] for meaning in NUMBERED if self.cleaned_data.get(meaning)}

    def wishes(self, *, dry_run: bool) -> Wishes:
        said = self.cleaned_data
        return Wishes(dry_run, said["repair"], said["replace"], said["under"], said["allow"])


def _guess(meaning: str, columns: Sequence[str]) -> str:
    known = {column.lower(): column for column in columns}
    return next((known[usual] for usual in USUAL[meaning] if usual in known), "")


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file and send it."""
    _allow(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, said = form.cleaned_data["file"], form.cleaned_data
        kept = uploads.keep(
            file.chunks(),
            file.name,
            owner=_person(request),
            level=said["level"],
            crs=said["crs"].strip(),
            encoding=said["encoding"],
            layer=said["layer"].strip(),
        )
        try:
            _header(kept)
        except Unreadable as unreadable:
            kept.forget()
            form.add_error("file", Fault(unreadable.kind, values=unreadable.values).sentence)
        else:
            return HttpResponseRedirect(reverse("admin:grids_area_import_check", args=[kept.token]))
    return _page(request, "admin/grids/area/import_upload.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Say which column is what; see what would happen; import, or forget the file."""
    _allow(request)
    kept = uploads.find(token, owner=_person(request))
    if kept is None:
        raise Http404("No such upload.")
    if "forget" in request.POST:
        kept.forget()
        messages.info(request, _("The file was removed; nothing was imported."))
        return HttpResponseRedirect(reverse("admin:grids_area_changelist"))
    form = WishesForm(_header(kept).columns, request.POST or None)
    outcome = None
    if request.method == "POST" and form.is_valid():
        outcome = _tried(kept, form, is_real="import" in request.POST)
        if outcome.saved:
            return _finished(request, kept, outcome)
    return _page(request, "admin/grids/area/import_check.html", {"form": form, "upload": kept, **_told(outcome)})


def _tried(kept: uploads.Upload, form: WishesForm, *, is_real: bool) -> Outcome:
    kept.columns = form.columns()
    kept.save()
    with kept.source() as source:
        return import_areas(source, levels.of_slug(kept.level), at=timezone.now(), wishes=form.wishes(dry_run=not is_real))


def _finished(request: HttpRequest, kept: uploads.Upload, outcome: Outcome) -> HttpResponse:
    told = report.summary(outcome)
    LogEntry.objects.create(
        user_id=_person(request),
        content_type=ContentType.objects.get_for_model(Area),
        object_repr=kept.name[:200],
        action_flag=ADDITION,
        change_message=told,
    )
    kept.forget()
    messages.success(request, told)
    return HttpResponseRedirect(reverse("admin:grids_area_changelist"))


def _told(outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {"outcome": None}
    faults = list(outcome.faults)
    return {
        "outcome": outcome,
        "summary": report.summary(outcome),
        "faults": faults[:SHOWN],
        "more": max(0, len(outcome.faults) - SHOWN),
        "drawn": report.as_geojson([fault for fault in faults if fault.shape is not None][:DRAWN]),
        "outlines": _outlines(outcome.level),
    }


def _outlines(level: Level) -> dict[str, Any]:
    """The boundaries of the next wider level, coarsely, to see the faults against (GeoJSON)."""
    wider = [each for each in Level if each > level]
    areas = Area.objects.current().of_level(min(wider)).drawn()[:OUTLINES] if wider else Area.objects.none()
    shapes = [metres.to_shapely(area.boundary) for area in areas if area.boundary]
    coarse = np.array([shape.simplify(0.0005).boundary for shape in shapes], dtype=object)
    return {
        "type": "GeometryCollection",
        "geometries": [shape.__geo_interface__ for shape in coarse if not shape.is_empty],
    }


def _header(kept: uploads.Upload) -> Header:
    with kept.source() as stored, in_utf8(stored) as source:
        return read_header(source)


def _allow(request: HttpRequest) -> None:
    if not request.user.has_perm("grids.add_area"):
        raise PermissionDenied


def _person(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> TemplateResponse:
    told = {**admin.site.each_context(request), "title": _("Import areas"), "opts": Area._meta, **context}
    return TemplateResponse(request, template, told, status=status)
