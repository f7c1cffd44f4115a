"""Areas of a province, drawn by nobody: as many counties as a test wants, each with a township, a village and two cells."""

from __future__ import annotations

from datetime import datetime

from grids.levels import Level
from grids.models import Area

_LEVELS = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE, Level.GRID)


def area(path: str, since: datetime) -> Area:
    """The area with that path of codes, widest first, made with all that it lies in: “P.F.K1” is a county."""
    parent: Area | None = None
    codes = path.split(".")
    for depth, code in enumerate(codes):
        upper = ".".join(codes[: depth + 1])
        parent = Area.objects.current().filter(path=upper).first() or Area.objects.create(
            level=_LEVELS[depth], code=code, name=code, parent=parent, path=upper, valid_from=since
        )
    assert parent is not None
    return parent


def counties(names: str, since: datetime) -> dict[str, list[Area]]:
    """The two cells of each county, by its letter: of “A”, P.F.A.AT.AV.A1 and P.F.A.AT.AV.A2."""
    return {name: [area(f"P.F.{name}.{name}T.{name}V.{name}{n}", since) for n in (1, 2)] for name in names}
