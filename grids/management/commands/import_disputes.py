"""manage.py import_disputes FILE [--map code=BH,villages=CDM,width=KD] [--crs EPSG:4490] [--dry-run]"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.datums import Crs
from grids.importing.disputes import MEANINGS, import_disputes
from grids.importing.source import Source


class Command(BaseCommand):
    help = "Enter disputed ground (polygons, or lines with a width) from any file that GDAL reads; all of it, or nothing and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="GeoPackage, Shapefile (also zipped), GeoJSON, KML, CSV …")
        parser.add_argument(
            "--map", default="", metavar="code=…,name=…", help=f"which column is {', '.join(MEANINGS)}; else guessed"
        )
        parser.add_argument("--crs", default="", help=f"EPSG:…, or {', '.join(Crs.values)}; needed if the file does not say it")
        parser.add_argument("--encoding", default="", help="of the text, e.g. gb18030")
        parser.add_argument("--layer", default="", help="if the file has several")
        parser.add_argument("--dry-run", action="store_true", help="check and count, save nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Source(options["file"], _columns(options["map"]), options["crs"], options["encoding"], options["layer"])
        outcome = import_disputes(source, at=timezone.now(), dry_run=options["dry_run"])
        for sentence in outcome.faults:
            self.stdout.write(self.style.ERROR(sentence))
        if outcome.faults:
            raise CommandError(_("Nothing was entered."))
        for claim in outcome.claims:
            names = "、".join(village.name for village in claim.villages)
            self.stdout.write(f"{claim.code} {claim.name}: {names}")
        words = {"n": len(outcome.claims)}
        self.stdout.write(_("%(n)d would be entered.") % words if options["dry_run"] else _("%(n)d entered.") % words)


def _columns(text: str) -> dict[str, str]:
    """“code=BH,villages=CDM” → {"code": "BH", "villages": "CDM"}."""
    pairs = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    if pairs and (set(pairs) - set(MEANINGS) or "code" not in pairs):
        words = {"meanings": ", ".join(MEANINGS)}
        raise CommandError(_("--map takes %(meanings)s, each with a column, and needs at least the code.") % words)
    return pairs
