"""Taking everything out, for the archive or for another program, when the platform is given up (domain notes §5.1).

One CSV per table (UTF-8, RFC 4180, geometry as WKT in EPSG:4326, times with their zone), the photos and voice notes, and a
`manifest.json` with what was written, its SHA-256, and whether the ledger is whole. How people can be reached is left out, and
so are sealed issues, which the discipline inspection takes out of the program itself. All of it is one moment's view.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.db.models.functions import AsWKT
from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils.translation import gettext as _

from issues import ledger
from issues.errors import Refusal
from issues.models import Attachment, Evidence, Publication

APPS = ("grids", "representatives", "issues")
# What is left behind, and why. Whatever is not named here is taken out: a new table is decided of by tests.
LEFT_BEHIND: Mapping[str, str] = {
    "issues.Requester": "how people can be reached",
    "issues.NoticeChoice": "how staff can be reached",
    "issues.Outlet": "addresses and secrets of other programs",
    "issues.Occasion": "of no use without the notices",
    "issues.Notice": "what was told to whom; the events say what happened",
    "issues.SavedFilter": "one person's own",
    "issues.DiaryReminder": "one person's own",
    "issues.SentMove": "of phones, to know repeats",
    "issues.IssueWords": "for searching, made of the rest",
    "issues.HeatBin": "made of the rest",
    "issues.HeatArea": "made of the rest",
    "issues.HeatState": "made of the rest",
    "issues.HotRun": "made of the rest",
    "issues.HotSpot": "made of the rest",
    "issues.HotPlace": "made of the rest",
    "issues.Judgement": "a view of the rest",
    "issues.PolicyDraft": "never in force",
    "issues.Simulation": "never in force",
    "grids.Layer": "of the map, made of the rest",
    "grids.Adjacency": "made of the rest",
    "representatives.Person_groups": "not used",
    "representatives.Person_user_permissions": "not used",
}
# Of accounts only what stands on a contact card; codes that open something are left out.
_COLUMNS = {"representatives.Person": ("id", "username", "name", "office_phone", "unit", "rep_level", "is_active")}
_NOT = {"issues.Submission": {"receipt_code"}, "issues.Suggestion": {"code", "key"}}
_WITH_FILES: Sequence[type[Attachment | Evidence | Publication]] = (Attachment, Evidence, Publication)


@dataclass
class Manifest:
    """What was written; sizes in rows and bytes."""

    taken_at: str
    ledger: str = ""
    tables: dict[str, dict[str, object]] = field(default_factory=dict)
    files: int = 0
    files_missing: list[str] = field(default_factory=list)
    left_behind: dict[str, str] = field(default_factory=lambda: dict(LEFT_BEHIND))


def tables() -> list[type[models.Model]]:
    """Every table that is taken out, in the order of the layers."""
    every = [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    return [model for model in every if model._meta.label not in LEFT_BEHIND]


def take_out(folder: Path, *, at: datetime, with_files: bool = True) -> Iterator[str]:
    """Write it all into an empty or new folder, naming each part as it is done. Raises Refusal if there is something in it."""
    if folder.exists() and any(folder.iterdir()):
        raise Refusal(_("“%(folder)s” is not empty.") % {"folder": folder})
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(taken_at=at.isoformat())
    with ledger.snapshot():
        for model in tables():
            manifest.tables[model._meta.label] = _write(model, folder / f"{model._meta.label_lower}.csv")
            yield model._meta.label
        count, walk = ledger.verify_all()
        faults = sum(fault is not None for fault in walk)
        manifest.ledger = f"{count} issues, {faults} faults"
        if with_files:
            _copy_files(folder / "files", manifest)
            yield "files"
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")


def _write(model: type[models.Model], path: Path) -> dict[str, object]:
    """Stream one table into a CSV; rows and SHA-256."""
    digest, rows = hashlib.sha256(), _rows_of(model)
    sql, params = rows.query.sql_with_params()
    with path.open("wb") as file, connection.cursor() as cursor:
        with cursor.copy(f"COPY ({sql}) TO STDOUT WITH (FORMAT csv, HEADER)", params) as pieces:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        return {"rows": cursor.rowcount, "sha256": digest.hexdigest()}


def _rows_of(model: type[models.Model]) -> models.QuerySet[Any, Any]:
    """What is taken out of the table, without what belongs to a sealed issue; each column under its own name."""
    named, without = _COLUMNS.get(model._meta.label), _NOT.get(model._meta.label, set[str]())
    fields = [one for one in model._meta.concrete_fields if (named is None or one.name in named) and one.name not in without]
    plain = [one.attname for one in fields if not isinstance(one, GeometryField)]
    shapes = {f"{one.name}_wkt": AsWKT(one.name) for one in fields if isinstance(one, GeometryField)}
    rows = model._default_manager.order_by("pk")
    if way := way_to_issue(model):
        sealed = {f"{way}__sealed" if way != "self" else "sealed": True}
        rows = rows.exclude(pk__in=model._default_manager.filter(**sealed).order_by().values("pk"))
    return rows.values(*plain, **shapes)


def way_to_issue(model: type[models.Model], depth: int = 3) -> str:
    """How the table names its issue (“event__issue”; “self” for issues themselves); empty if it belongs to none."""
    if model._meta.label == "issues.Issue":
        return "self"
    for one in model._meta.concrete_fields:
        if not isinstance(one, models.ForeignKey) or not depth:
            continue
        if one.related_model._meta.label == "issues.Issue":
            return one.name
        is_ours = one.related_model._meta.app_label == "issues" and one.related_model is not model
        if is_ours and (further := way_to_issue(one.related_model, depth - 1)):
            return f"{one.name}__{further}"
    return ""


def _copy_files(folder: Path, manifest: Manifest) -> None:
    for model in _WITH_FILES:
        for name in _rows_of(model).values_list("file", flat=True).iterator(chunk_size=2000):
            if not name:
                continue
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with default_storage.open(name) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
            except FileNotFoundError:
                manifest.files_missing.append(name)
            else:
                manifest.files += 1
