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
