"""Heat: how many issues were reported where and in which week. Derived from `Issue`; may be rebuilt at any time.

No foreign keys: these rows are figures, written and replaced in bulk by `issues/heat/bins.py`, which says what counts.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

FINEST = 16  # bins of the web-mercator square of that zoom: 611 m at the equator, 440 m at 44° north


class HeatBin(models.Model):
    """Issues with a point, by square of space, week and category; `category` 0 is all of them together.

    `x`, `y`: the web-mercator tile of zoom `zoom` (EPSG:3857, y down). At the finest zoom `path` is that of the issue's
    area, so a narrow scope is an index range; at the coarser ones it is the root area's (its first code).
    """

    pk = models.CompositePrimaryKey("zoom", "category", "x", "y", "week", "path")
    zoom = models.PositiveSmallIntegerField(_("zoom"))
    category = models.BigIntegerField(_("category"))
    x = models.PositiveIntegerField("x")
    y = models.PositiveIntegerField("y")
    week = models.PositiveSmallIntegerField(_("week"))
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    count = models.PositiveIntegerField(_("issues"))

    class Meta:
        verbose_name = _("heat bin")
        verbose_name_plural = _("heat bins")
        indexes = (
            models.Index(fields=("week",), name="heat_bin_week"),
            models.Index(fields=("path", "category"), condition=Q(zoom=FINEST), name="heat_bin_place"),
        )

    def __str__(self) -> str:
        return f"{self.zoom}/{self.x}/{self.y} week {self.week}: {self.count}"


class HeatArea(models.Model):
    """Issues, with a point or not, by area they were reported in, week and category.

    `village`: path of the village that the area is or lies in, empty for wider areas; `public_count` leaves out what is
    not public.
    """

    pk = models.CompositePrimaryKey("path", "category", "week")
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    category = models.BigIntegerField(_("category"))
    week = models.PositiveSmallIntegerField(_("week"))
    village = models.CharField(_("village"), max_length=240, db_collation="C", blank=True)
    count = models.PositiveIntegerField(_("issues"))
    public_count = models.PositiveIntegerField(_("public issues"))

    class Meta:
        verbose_name = _("heat of an area")
        verbose_name_plural = _("heat of areas")
        indexes = (models.Index(fields=("week", "path"), name="heat_area_week_path"),)

    def __str__(self) -> str:
        return f"{self.path} week {self.week}: {self.count}"


class HeatState(models.Model):
    """How far the heat has got; one row, and the lock of whoever builds.

    Events up to `settled_event` are done with. Those up to `seen_event` were read at a moment when transactions older
    than `seen_xmax` could still add some with a lower id, so they are read once more.
    """

    version = models.PositiveIntegerField(_("version"), default=0)
    changed_at = models.DateTimeField(_("changed at"), null=True)
    settled_event = models.BigIntegerField(_("settled up to event"), default=0)
    seen_event = models.BigIntegerField(_("seen up to event"), default=0)
    seen_xmax = models.BigIntegerField(_("transactions then unfinished"), default=0)

    class Meta:
        verbose_name = _("state of the heat")
        verbose_name_plural = _("state of the heat")
        constraints = (models.CheckConstraint(condition=Q(id=1), name="heat_state_once"),)

    def __str__(self) -> str:
        return f"heat v{self.version}"
