"""manage.py check_coverage [--level cell] [--under CODE] [--report FILE]: exit code 1 if anything is wrong."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from grids import levels
from grids.importing import report
from grids.importing.standing import check_standing
from grids.levels import LADDER_LEVELS
from grids.models import Area


class Command(BaseCommand):
    help = "Look for overlaps, gaps over 1 m, areas beyond their parents, and villages without cells."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--level", choices=list(levels.SLUGS.values()), help="only this level; all of them without it")
        parser.add_argument("--under", default="", metavar="CODE", help="only within this area")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the faults to a .json, or as a map to a .geojson")

    def handle(self, *args: Any, **options: Any) -> None:
        which = [levels.of_slug(options["level"])] if options["level"] else list(LADDER_LEVELS)
        faults = check_standing(which, _path(options["under"]))
        if options["report"]:
            told = {"counts": report.counts(faults), "faults": [fault.as_feature()["properties"] for fault in faults]}
            report.write(options["report"], faults, told)
        for fault in faults:
            self.stdout.write(fault.sentence)
        if len(faults):
            self.stderr.write(_("%(count)d faults.") % {"count": len(faults)})
            sys.exit(1)
        self.stdout.write(_("No faults."))


def _path(code: str) -> str:
    if not code:
        return ""
    area = Area.objects.current().with_code(code).first()
    if area is None:
        raise CommandError(_("There is no area with the code “%(code)s”.") % {"code": code})
    return area.path
