"""The territory: one tree of areas of all levels. Geometry is EPSG:4326, longitude first."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import Any

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from grids.levels import Level, steps_up
from grids.querysets import AdjacencyQuerySet, AreaQuerySet, DisputeQuerySet, TerritoryQuerySet


class Area(models.Model):
    """A county, township, village or cell, as it was from `valid_from` until `valid_to` (None: still so).

    `path` is the codes of the ancestors and its own, widest first, joined by “.”: a subtree is a prefix. A row is never
    redrawn in place: a new boundary retires it and names what came instead.
    """

    class Kind(models.TextChoices):
        BASE = "base", _("base")
        DEDICATED = "dedicated", _("dedicated")

    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of"))
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    boundary = models.MultiPolygonField(_("boundary"), srid=4326, null=True, blank=True)
    label_point = models.PointField(_("label point"), srid=4326, null=True, blank=True, spatial_index=False)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.BASE)
    # Position among the current areas of its level in the order of `path`, so a subtree is one range of ordinals.
    # The id of the feature in the vector tiles; assigned anew with each geometry version (`Layer`).
    ordinal = models.PositiveIntegerField(_("ordinal"), null=True, blank=True, editable=False)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    replaced_by = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="replaces", verbose_name=_("replaced by")
    )

    # The part (0 to 1) of a circle that the area holds; set by `AreaQuerySet.touching` and by `locate`.
    share: float
    # The key of the disputed ground at a point; set by `AreaQuerySet.on_ground_of`.
    dispute: int | None

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(fields=("code",), condition=Q(valid_to=None), name="area_code_once"),
            models.UniqueConstraint(fields=("level", "ordinal"), name="area_ordinal_once", deferrable=models.Deferrable.DEFERRED),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="area_valid_forwards"
            ),
        )
        indexes = (
            models.Index(fields=("path",), name="area_path"),
            # With what the map numbers areas by, so that reading the numbers of a level visits no row.
            models.Index(fields=("level", "path"), include=("ordinal",), condition=Q(valid_to=None), name="area_current"),
            # Few have ended, of hundreds of thousands: who was posted to one is looked for every night.
            models.Index(fields=("path",), condition=Q(valid_to__isnull=False), name="area_ended"),
            # Cells hardly overlap: among them alone a point is found in a third of the time that it takes among all areas.
            GistIndex(fields=("boundary",), condition=Q(level=Level.GRID, valid_to=None), name="area_cell_boundary"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @property
    def ancestor_paths(self) -> list[str]:
        """Paths of the area and all it lies in, widest first."""
        return paths_above(self.path)

    @property
    def county_path(self) -> str:
        """The path of the county that it lies in; of what is wider or lies in none, that of the root. Free of a query."""
        codes, depth = self.path.split("."), self.path.count(".") + 1 - steps_up(self.level, Level.COUNTY)
        return ".".join(codes[: depth if self.level <= Level.COUNTY and depth > 0 else 1])


class Dispute(models.Model):
    """权属争议: ground that several villages claim, from `valid_from` until it is settled (`valid_to`; None: it is not yet).

    Lies over the areas and cuts none of them. What is reported on it belongs to the narrowest area that holds all the
    villages, `path`: the township, and both villages are told (domain notes §3.3).
    """

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    boundary = models.MultiPolygonField(_("boundary"), srid=4326)
    villages = models.ManyToManyField(Area, related_name="disputes", verbose_name=_("claimed by"))
    path = models.CharField(_("path"), max_length=240, db_collation="C", editable=False)
    note = models.CharField(_("note"), max_length=240, blank=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("disputed ground")
        verbose_name_plural = _("disputed grounds")
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=("code",), condition=Q(valid_to=None), name="dispute_code_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name="dispute_valid_forwards"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    @cached_property
    def claims(self) -> list[dict[str, str]]:
        """“code”, “name” and “path” of each village that claims it, in the order of their paths."""
        villages = self.villages.without_boundary().order_by("path")
        return [{"code": village.code, "name": village.name, "path": village.path} for village in villages]

    @property
    def claimants(self) -> list[str]:
        """Names of the villages that claim it."""
        return [claim["name"] for claim in self.claims]


def paths_above(path: str) -> list[str]:
    """The path itself and every path that it lies in, widest first: “a.b.c” → [“a”, “a.b”, “a.b.c”]."""
    codes = path.split(".")
    return [".".join(codes[: depth + 1]) for depth in range(len(codes))]


def county_among(trail: Iterable[Area]) -> Area | None:
    """The county among areas that lie in each other, widest first: what maps, offices and figures are of.

    The widest if none is one, as in a territory that is smaller than a county, or above counties; None of no areas.
    """
    areas = list(trail)
    return next((area for area in areas if area.level == Level.COUNTY), areas[0] if areas else None)


def common_path(paths: Iterable[str]) -> str:
    """The narrowest path that lies above all of these, or is one of them and above the others; empty if there is none."""
    chains = [path.split(".") for path in paths]
    shared = takewhile(lambda codes: len(set(codes)) == 1, zip(*chains, strict=False))
    return ".".join(codes[0] for codes in shared)


class Territory(models.Model):
    """How a root area (a county, a city) calls and shows itself."""

    area = models.OneToOneField(Area, models.PROTECT, related_name="territory", verbose_name=_("area"))
    # {"40": {"zh-hans": "旗", "en": "county"}, …}; a level that is missing takes the general name.
    level_names = models.JSONField(_("names of the levels"), default=dict, blank=True)
    # Said on the map, e.g. that inner boundaries are 示意 (schematic): {"zh-hans": …, "en": …}.
    map_note = models.JSONField(_("note on the map"), default=dict, blank=True)
    attribution = models.CharField(_("source of the boundaries"), max_length=240, blank=True)
    map_approval_number = models.CharField(_("map approval number"), max_length=60, blank=True)

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")

    def __str__(self) -> str:
        return self.area.name

    def level_name(self, level: int) -> str:
        """What this territory calls the level, in the active language."""
        return in_language(self.level_names.get(str(int(level)), {})) or str(Level(level).label)

    @property
    def note(self) -> str:
        """What is to be said on every map of it, in the active language."""
        return in_language(self.map_note)


def in_language(texts: dict[str, Any]) -> str:
    """The text in the active language, else in any; empty if there is none."""
    return str(texts.get(get_language() or "") or next(iter(texts.values()), ""))


class Layer(models.Model):
    """The version of a level's geometry: in the URL of its tiles, and beside every ordinal that is sent."""

    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices, unique=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("map layer")
        verbose_name_plural = _("map layers")

    def __str__(self) -> str:
        return f"{Level(self.level).label} v{self.version}"


class Adjacency(models.Model):
    """Which current areas of a level lie side by side within one area, kept as long as its areas stay the same.

    `paths` are the areas in order; `left` and `right` in step are positions in it, each pair once, the lower first. Derived:
    may be emptied at any time (`grids/neighbours.py` makes it anew).
    """

    path = models.CharField(_("path"), max_length=240, db_collation="C")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    fingerprint = models.CharField(_("of these areas"), max_length=64)
    paths = ArrayField(models.CharField(max_length=240, db_collation="C"), verbose_name=_("areas"))
    left = ArrayField(models.IntegerField(), verbose_name=_("one"))
    right = ArrayField(models.IntegerField(), verbose_name=_("its neighbour"))

    objects = AdjacencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("neighbours within an area")
        verbose_name_plural = _("neighbours within areas")
        constraints = (models.UniqueConstraint(fields=("path", "level"), name="adjacency_once"),)

    def __str__(self) -> str:
        return f"{self.path} {Level(self.level).label}"
