"""What an import did, or would do, for people and for files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grids import levels
from grids.importing.faults import Fault, Faults
from grids.importing.service import Outcome


def summary(outcome: Outcome) -> str:
    """One sentence: what was saved, would be, or was not and why."""
    if outcome.faults.block:
        count = sum(fault.blocks for fault in outcome.faults)
        return ngettext(
            "Nothing was imported: %(count)d fault in %(rows)d rows.",
            "Nothing was imported: %(count)d faults in %(rows)d rows.",
            count,
        ) % {"count": count, "rows": outcome.rows}
    told = _(
        "%(rows)d rows: %(created)d new, %(redrawn)d redrawn, %(updated)d renamed, %(unchanged)d as before, %(retired)d retired."
    )
    done = told % {
        "rows": outcome.rows,
        "created": outcome.created,
        "redrawn": outcome.redrawn,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "retired": outcome.retired,
    }
    return done if outcome.saved else _("Dry run, nothing was saved. %(done)s") % {"done": done}


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome with all faults that were kept, for a report file."""
    return {
        "level": levels.slug(outcome.level),
        "saved": outcome.saved,
        "rows": outcome.rows,
        "created": outcome.created,
        "redrawn": outcome.redrawn,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "retired": outcome.retired,
        "counts": counts(outcome.faults),
        "faults": [fault.as_feature()["properties"] for fault in outcome.faults],
    }


def counts(faults: Faults) -> dict[str, int]:
    """How many faults there are of each kind."""
    return {kind.value: number for kind, number in sorted(faults.counts.items())}


def as_geojson(faults: Iterable[Fault]) -> dict[str, Any]:
    """The faults as a map; those without a place have a null geometry."""
    return {"type": "FeatureCollection", "features": [fault.as_feature() for fault in faults]}


def write(file: Path, faults: Faults, told: dict[str, Any]) -> None:
    """Write `told`, or the faults as a map if the file is called .geojson."""
    content = as_geojson(faults) if file.suffix.lower() == ".geojson" else told
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
