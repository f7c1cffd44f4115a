"""The levels of the territory, narrowest first: cell ⊂ village ⊂ township ⊂ county ⊂ prefecture ⊂ province.

What a level is *called* (旗 / 苏木乡镇 / 嘎查村 / 网格, or city / ward / precinct / cell) is data: `Territory.level_names`.
"""

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _


class Level(IntegerChoices):
    """Ordered so that “wider” is “greater”; gaps leave room for a level that a country has and this one has not."""

    GRID = 10, _("cell")
    VILLAGE = 20, _("village")
    TOWNSHIP = 30, _("township")
    COUNTY = 40, _("county")
    PREFECTURE = 50, _("prefecture")
    PROVINCE = 60, _("province")


# The levels that hold issues, in the order in which an issue climbs.
LADDER_LEVELS = (Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY)

# How a level is spelled in addresses and on the command line; addresses are kept for good, so these never change.
SLUGS = {
    Level.GRID: "cell",
    Level.VILLAGE: "village",
    Level.TOWNSHIP: "township",
    Level.COUNTY: "county",
    Level.PREFECTURE: "prefecture",
    Level.PROVINCE: "province",
}


def slug(level: int) -> str:
    """The level as an address spells it: `Level.GRID` → “cell”."""
    return SLUGS[Level(level)]


def of_slug(text: str) -> Level:
    """The level that an address means: “cell” → `Level.GRID`. Raises ValueError if no level is spelled so."""
    for level, spelling in SLUGS.items():
        if spelling == text:
            return level
    raise ValueError(f"No level is spelled “{text}”; the levels are: {', '.join(SLUGS.values())}.")


def steps_up(level: int, wider: int) -> int:
    """How many levels the second lies above the first: from the cell to the township, two; 0 if it does not."""
    return sum(level < each <= wider for each in Level)


def finer(level: int) -> Level | None:
    """The next level within, None below the cell."""
    below = [each for each in Level if each < level]
    return max(below) if below else None
