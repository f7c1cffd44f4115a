"""manage.py draw_cells --under CODE (--by points FILE | --households | --square METRES | --hexagon METRES) [--cells N]"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from grids.drawing.cells import Balanced, Plan, Regular, draw_cells, plan_cells
from grids.drawing.divide import Crowd
from grids.drawing.points import read_crowd
from grids.drawing.regular import Shape
from grids.errors import Refusal
from grids.levels import Level
from grids.metres import to_shapely
from grids.models import Area


class Command(BaseCommand):
    help = "Draw cells in the villages of an area: balanced by where people live, or plain squares and hexagons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--under", required=True, metavar="CODE", help="a village, or an area of which to take all villages")
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--by", nargs=2, metavar=("points", "FILE"), help="balance by the points of a file")
        how.add_argument("--households", action="store_true", help="share the cells out by the villages' households")
        how.add_argument("--square", type=float, metavar="METRES", help="squares of this side")
        how.add_argument("--hexagon", type=float, metavar="METRES", help="hexagons of this width")
        parser.add_argument("--cells", type=int, metavar="N", help="how many in all (with --by and --households)")
        parser.add_argument("--weight", default="", metavar="COLUMN", help="what a point of the file counts")
        parser.add_argument("--crs", default="", help="coordinate system of the points, if the file does not say it")
        parser.add_argument("--seed", type=int, default=1, help="another seed draws other cells, the same one the same")
        parser.add_argument("--name", default="{village} {n}", help="name of a cell; {village}, {n} and {code} are filled in")
        parser.add_argument("--replace", action="store_true", help="retire the cells that are there")
        parser.add_argument("--dry-run", action="store_true", help="draw and count, save nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            villages = _villages(options["under"])
            count = self._draw(villages, _plan(options), options)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        told = _("%(cells)d cells would be drawn in %(villages)d villages.") if options["dry_run"] else ""
        told = told or _("%(cells)d cells drawn in %(villages)d villages.")
        self.stdout.write(told % {"cells": count, "villages": len(villages)})

    def _draw(self, villages: list[Area], plan: Plan, options: dict[str, Any]) -> int:
        with tqdm(total=len(villages), unit="village", disable=not sys.stderr.isatty()) as bar:

            def progress(_done: int, _total: int) -> None:
                bar.update()

            if options["dry_run"]:
                shapes = {village.code: to_shapely(village.boundary) for village in villages if village.boundary}
                drawn = plan_cells({village.code: village for village in villages}, shapes, plan, progress)
                return sum(len(cells) for cells in drawn.values())
            return len(
                draw_cells(
                    villages,
                    plan,
                    at=timezone.now(),
                    name=options["name"],
                    replace=options["replace"],
                    progress=progress,
                )
            )


def _villages(code: str) -> list[Area]:
    area = Area.objects.current().with_code(code).first()
    if area is None:
        raise Refusal(_("There is no area with the code “%(code)s”.") % {"code": code})
    return list(Area.objects.current().of_level(Level.VILLAGE).under(area.path).order_by("path"))


def _plan(options: dict[str, Any]) -> Plan:
    for shape in Shape:
        size = options[shape.value]
        if size is not None:
            if size <= 0:
                raise Refusal(_("The size of a cell must be more than 0 metres."))
            return Regular(shape, size)
    if not options["cells"] or options["cells"] < 1:
        raise Refusal(_("Say how many cells to draw, with --cells."))
    crowd = Crowd()
    if options["by"]:
        kind, file = options["by"]
        if kind != "points":
            raise Refusal(_("Cells are balanced “--by points FILE”; “%(kind)s” is unknown.") % {"kind": kind})
        crowd = read_crowd(Path(file), weight=options["weight"], crs=options["crs"])
    return Balanced(options["cells"], crowd, options["seed"])
