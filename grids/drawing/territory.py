"""A whole territory from a folder: `territory.toml` says what is read from files and what is drawn.

Real boundaries are read by the ordinary importers. Where none are public they are drawn: townships around their seats,
villages within them, cells within those; every drawn level is an exact coverage of the one above. `fixtures/*/README.md`
describe the files of the two territories that come with the program.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids import metres, services
from grids.drawing.cells import Balanced, Progress, cut_village, numbered
from grids.drawing.divide import BORDERS, VILLAGE_BORDERS, Crowd, divide
from grids.drawing.settlements import settlements
from grids.drawing.shares import allot
from grids.errors import Refusal
from grids.importing.service import import_areas
from grids.importing.source import Source
from grids.levels import LADDER_LEVELS, Level
from grids.models import Area, Territory


@dataclass(frozen=True)
class Row:
    """A line of a table of areas to be drawn; `seats` (degrees) lie within the area, `share` is its part of the land."""

    code: str
    name: str
    parent: str
    share: float
    seats: tuple[tuple[float, float], ...] = ()
    households: int | None = None


@transaction.atomic
def draw_territory(folder: Path, *, at: datetime, progress: Progress | None = None) -> Territory:
    """Save the county of the folder with its townships, villages and cells, valid from `at`; the same every time.

    `progress(done, total)` counts villages whose cells are drawn. Raises Refusal if the county is there already, or if a
    file of the folder is at fault.
    """
    spec = tomllib.loads((folder / "territory.toml").read_text(encoding="utf-8"))
    if Area.objects.current().with_code(spec["code"]).exists():
        raise Refusal(_("“%(name)s” (%(code)s) is there already.") % {"name": spec["name"], "code": spec["code"]})
    county = _save_county(spec, folder, at)
    _save_townships(spec, folder, county, at)
    _save_villages(spec, folder, at, county)
    _save_cells(spec, county, at, progress)
    for level in LADDER_LEVELS[::-1]:
        services.refresh_layer(level, at)
    return Territory.objects.create(
        area=county,
        level_names=spec.get("level_names", {}),
        map_note=spec.get("map_note", {}),
        attribution=spec.get("attribution", ""),
        map_approval_number=spec.get("map_approval_number", ""),
    )


def _save_county(spec: Mapping[str, Any], folder: Path, at: datetime) -> Area:
    shape = shapely.from_geojson((folder / spec["boundary"]).read_text(encoding="utf-8"))
    outline = shapely.union_all(shapely.get_parts(shape))
    area = _area(Level.COUNTY, Row(spec["code"], spec["name"], "", 1.0), None, outline, at)
    area.save()
    return area


def _save_townships(spec: Mapping[str, Any], folder: Path, county: Area, at: datetime) -> None:
    if _read_in(spec["townships"], folder, Level.TOWNSHIP, at):
        return
    rows = read_rows(folder / spec["townships"]["drawn_around"], parent=county.code)
    shapes = around_seats(outline_of(county), rows, np.random.default_rng(spec["seed"]))
    Area.objects.bulk_create(_area(Level.TOWNSHIP, row, county, shape, at) for row, shape in zip(rows, shapes, strict=True))


def _save_villages(spec: Mapping[str, Any], folder: Path, at: datetime, county: Area) -> None:
    if _read_in(spec["villages"], folder, Level.VILLAGE, at):
        return
    rows = read_rows(folder / spec["villages"]["drawn_from"])
    for township in Area.objects.current().of_level(Level.TOWNSHIP).under(county.path):
        mine = [row for row in rows if row.parent == township.code]
        rng = np.random.default_rng([spec["seed"], crc32(township.code.encode())])
        seeds = [row.seats[0] if row.seats else None for row in mine]
        shapes = divide(outline_of(township), [row.share for row in mine], rng, seeds=_apart(seeds), style=VILLAGE_BORDERS)
        Area.objects.bulk_create(_area(Level.VILLAGE, row, township, shape, at) for row, shape in zip(mine, shapes, strict=True))


def _save_cells(spec: Mapping[str, Any], county: Area, at: datetime, progress: Progress | None) -> None:
    plan, told = spec["cells"], Balanced(spec["cells"]["count"], seed=spec["seed"])
    villages = list(Area.objects.current().of_level(Level.VILLAGE).under(county.path))
    by_households = plan.get("balance") == "households"
    sizes = [float(village.households or 0) if by_households else metres.area_m2(outline_of(village)) for village in villages]
    # Below 1, the cells of a large village are larger than those of a small one.
    shares = [size ** plan.get("power", 1.0) for size in sizes]
    counts = allot(plan["count"], shares, at_least=plan.get("least", 1))
    for done, (village, count) in enumerate(zip(villages, counts, strict=True), start=1):
        crowd = settlements_of(village, spec["seed"]) if by_households else Crowd()
        cells = cut_village(outline_of(village), count, crowd, village.households, told, village.code)
        Area.objects.bulk_create(numbered(village, cells, plan["name"], at))
        if progress is not None:
            progress(done, len(villages))


def settlements_of(village: Area, seed: int) -> Crowd:
    """Where the households of a village live, invented but the same every time for the same seed."""
    rng = np.random.default_rng([seed, crc32(village.code.encode()), 1])
    return settlements(outline_of(village), village.households or 0, rng)


def around_seats(outline: BaseGeometry, rows: Sequence[Row], rng: np.random.Generator) -> list[BaseGeometry]:
    """The outline divided among the rows, each part around all of its seats (EPSG:4326)."""
    seats = [(number, seat) for number, row in enumerate(rows) for seat in row.seats]
    shares = [rows[number].share / len(rows[number].seats) for number, _seat in seats]
    parts = np.array(divide(outline, shares, rng, seeds=[seat for _number, seat in seats], style=BORDERS), dtype=object)
    owner = np.array([number for number, _seat in seats])
    return [shapely.coverage_union_all(parts[owner == number]) for number in range(len(rows))]


def read_rows(file: Path, parent: str = "") -> list[Row]:
    """The rows of a CSV: code, name, [parent], share or km2, [seats “lon lat; lon lat” or lon, lat], [households]."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            Row(
                code=line["code"],
                name=line["name"],
                parent=line.get("parent") or parent,
                share=float(line.get("share") or line.get("km2") or 1),
                seats=_seats(line),
                households=int(line["households"]) if line.get("households") else None,
            )
            for line in csv.DictReader(lines)
        ]


def outline_of(area: Area) -> BaseGeometry:
    """The boundary as a shapely geometry, EPSG:4326. Raises Refusal if the area has none."""
    if area.boundary is None:
        raise Refusal(_("“%(area)s” has no boundary.") % {"area": area})
    return metres.to_shapely(area.boundary)


def _read_in(section: Mapping[str, Any], folder: Path, level: Level, at: datetime) -> bool:
    """Import the level from the section's file, if it names one; whether it did."""
    if "file" not in section:
        return False
    outcome = import_areas(Source(folder / section["file"], section["columns"]), level, at=at)
    if outcome.blocking:
        raise Refusal(outcome.blocking[0].sentence)
    return True


def _seats(line: Mapping[str, str]) -> tuple[tuple[float, float], ...]:
    text = line.get("seats") or (f"{line['lon']} {line['lat']}" if line.get("lon") else "")
    pairs = [pair.split() for pair in text.split(";") if pair.strip()]
    return tuple((float(lon), float(lat)) for lon, lat in pairs)


def _apart(seeds: Sequence[tuple[float, float] | None]) -> list[tuple[float, float] | None]:
    """The seeds without those that another one has taken already: two parts cannot lie around the same place."""
    taken: set[tuple[float, float]] = set()
    found: list[tuple[float, float] | None] = []
    for seed in seeds:
        found.append(None if seed in taken else seed)
        taken |= {seed} if seed else set()
    return found


def _area(level: Level, row: Row, parent: Area | None, shape: BaseGeometry, at: datetime) -> Area:
    return Area(
        level=level,
        code=row.code,
        name=row.name,
        parent=parent,
        path=services.path_of(parent, row.code),
        boundary=metres.to_boundary(shape),
        label_point=metres.label_point(shape),
        households=row.households,
        valid_from=at,
    )
