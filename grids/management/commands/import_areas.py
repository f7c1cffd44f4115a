"""manage.py import_areas FILE --level village --map code=QHDM,name=QHMC,parent=XZDM [--crs EPSG:4490] [--dry-run] …"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from grids import levels
from grids.datums import Crs
from grids.importing import report
from grids.importing.faults import ALLOWABLE
from grids.importing.service import Outcome, Wishes, import_areas
from grids.importing.source import NUMBERED, Source

SHOWN = 50


class Command(BaseCommand):
    help = "Import the areas of one level from any file that GDAL reads; all of it, or nothing and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="GeoPackage, Shapefile (also zipped), GeoJSON, KML, CSV …")
        parser.add_argument("--level", required=True, choices=list(levels.SLUGS.values()))
        parser.add_argument(
            "--map",
            required=True,
            metavar="code=…,name=…",
            help="which column is the code, the name, the parent's code, the households, the kind",
        )
        parser.add_argument("--crs", default="", help=f"EPSG:…, or {', '.join(Crs.values)}; needed if the file does not say it")
        parser.add_argument("--encoding", default="", help="of the text, e.g. gb18030")
        parser.add_argument("--layer", default="", help="if the file has several")
        parser.add_argument("--under", default="", metavar="CODE", help="the parent of every row")
        parser.add_argument("--dry-run", action="store_true", help="check and count, save nothing")
        parser.add_argument("--repair", action="store_true", help="make invalid boundaries valid, and say what changed")
        parser.add_argument("--replace", action="store_true", help="retire the areas of these parents that the file does not name")
        parser.add_argument(
            "--allow", action="append", default=[], choices=[kind.value for kind in ALLOWABLE], help="import in spite of these"
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the faults to a .json, or as a map to a .geojson")

    def handle(self, *args: Any, **options: Any) -> None:
        source = Source(options["file"], _columns(options["map"]), options["crs"], options["encoding"], options["layer"])
        wishes = Wishes(options["dry_run"], options["repair"], options["replace"], options["under"], options["allow"])
        with tqdm(unit="row", disable=not sys.stderr.isatty()) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            outcome = import_areas(source, levels.of_slug(options["level"]), at=timezone.now(), wishes=wishes, progress=progress)
        self._tell(outcome, options["report"])

    def _tell(self, outcome: Outcome, file: Path | None) -> None:
        if file is not None:
            report.write(file, outcome.faults, report.as_json(outcome))
        for fault in list(outcome.faults)[:SHOWN]:
            self.stdout.write(self.style.ERROR(fault.sentence) if fault.blocks else self.style.WARNING(fault.sentence))
        if len(outcome.faults) > SHOWN:
            self.stdout.write(_("… and %(count)d more; --report writes them to a file.") % {"count": len(outcome.faults) - SHOWN})
        if outcome.faults.block:
            raise CommandError(report.summary(outcome))
        self.stdout.write(report.summary(outcome))


def _columns(text: str) -> dict[str, str]:
    """“code=QHDM,name=QHMC” → {"code": "QHDM", "name": "QHMC"}."""
    pairs = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    unknown = set(pairs) - set(NUMBERED)
    if unknown or "code" not in pairs:
        raise CommandError(
            _("--map takes %(meanings)s, each with a column, and needs at least the code.") % {"meanings": ", ".join(NUMBERED)}
        )
    return pairs
