"""The words for sets of areas. Nobody else spells `filter()` on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.db.models.functions import Area as SquareDegrees
from django.contrib.gis.db.models.functions import AsGeoJSON, Intersection
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import FloatField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, JSONObject

from grids.levels import Level

if TYPE_CHECKING:
    from grids.models import Adjacency, Area, Dispute, Territory


# A point this near an edge (0.1 mm) lies on it: rounding may put a point of a shared edge on neither side.
EDGE_DEGREES = 1e-9
# By so much, about ten metres, an outline for a telephone's map may lie beside the true one.
ROUGH_DEGREES = 1e-4


def within_path(path: str, field: str = "path") -> Q:
    """Rows whose `field` is `path` or below it; an index range, for “/” follows “.” in the C collation."""
    # The outer range says nothing new, but it is one: of an “or” alone, an index can only make a set of rows to visit.
    one_range = Q(**{f"{field}__gte": path, f"{field}__lt": f"{path}/"})
    return one_range & (Q(**{field: path}) | Q(**{f"{field}__gt": f"{path}."}))


def within_paths(paths: Iterable[str], field: str = "path") -> Q:
    """Rows below any of the paths; none if there are no paths."""
    found = Q(pk__in=())
    for path in paths:
        found |= within_path(path, field)
    return found


def without_geometry(*areas: str) -> tuple[str, ...]:
    """What not to read of the areas that a row names: their shapes, and the points where maps write their names."""
    return tuple(f"{area}__{column}" for area in areas for column in ("boundary", "label_point"))


class Box(models.Func):
    """The corners of a geometry: {west, south, east, north}, rounded to a decimetre; null of null."""

    template = (
        "CASE WHEN %(expressions)s IS NOT NULL THEN ARRAY[round(ST_XMin(%(expressions)s)::numeric, 6), "
        "round(ST_YMin(%(expressions)s)::numeric, 6), round(ST_XMax(%(expressions)s)::numeric, 6), "
        "round(ST_YMax(%(expressions)s)::numeric, 6)]::float8[] END"
    )
    output_field = ArrayField(FloatField())
    arity = 1


class TerritoryQuerySet(models.QuerySet["Territory"]):
    def of_county(self, code: str) -> Self:
        """Those of the root area with this code, each with its area; that of the row which stands today comes first."""
        found = self.filter(area__path=code).select_related("area").defer("area__boundary")
        return found.order_by(models.F("area__valid_to").asc(nulls_first=True))


class AdjacencyQuerySet(models.QuerySet["Adjacency"]):
    def still(self, path: str, level: Level, fingerprint: str) -> Adjacency | None:
        """What is kept of that level within the path, if it is of the same areas."""
        return self.filter(path=path, level=level, fingerprint=fingerprint).first()


class AreaQuerySet(models.QuerySet["Area"]):
    def current(self) -> Self:
        """Areas that stand today."""
        return self.filter(valid_to=None)

    def retired(self) -> Self:
        """Areas that no longer stand, the last to go first."""
        return self.filter(valid_to__isnull=False).order_by("-valid_to")

    def at(self, at: datetime) -> Self:
        """Areas that stood at that time."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)

    def of_level(self, level: Level) -> Self:
        return self.filter(level=level)

    def of_levels(self, *levels: Level) -> Self:
        return self.filter(level__in=levels)

    def at_or_above(self, level: Level) -> Self:
        """Areas of that level and of those that it lies in."""
        return self.filter(level__gte=level)

    def cells(self) -> Self:
        return self.current().of_level(Level.GRID)

    def keys_within(self, path: str, level: Level) -> list[tuple[int, str]]:
        """(key, path) of the current areas of a level within that path, in the order of their paths."""
        found = self.current().of_level(level).under(path).order_by("path")
        return list(found.values_list("pk", "path"))

    def numbered_paths(self) -> tuple[int, tuple[str, ...]]:
        """The ordinal of the first of them (0 if they have none) and all their paths, in order.

        Of one level and subtree the ordinals follow each other. One row whatever their number: a row for each of 290,000 cells
        takes ten times as long.
        """
        found = self.order_by().aggregate(first=models.Min("ordinal"), paths=StringAgg("path", "\n", order_by="path"))
        return found["first"] or 0, tuple(found["paths"].split("\n")) if found["paths"] else ()

    def shapes_of(self, keys: Iterable[int]) -> dict[str, bytes]:
        """The boundary as WKB (EPSG:4326) by path, of the areas with these keys that have one."""
        shaped = self.filter(pk__in=list(keys), boundary__isnull=False).annotate(
            wkb=models.Func("boundary", function="ST_AsBinary", output_field=models.BinaryField())
        )
        return {path: bytes(wkb) for path, wkb in shaped.values_list("path", "wkb")}

    def under(self, path: str) -> Self:
        """The area with that path and all within it."""
        return self.filter(within_path(path))

    def under_any(self, paths: Iterable[str]) -> Self:
        """The areas with those paths and all within them; none if there are no paths."""
        return self.filter(within_paths(paths))

    def on_path(self, path: str) -> Self:
        """The area with that path and all that it lies in, widest first."""
        codes = path.split(".")
        return self.filter(path__in=[".".join(codes[: n + 1]) for n in range(len(codes))]).order_by("path")

    def counties_of(self, paths: Iterable[str]) -> Self:
        """The current counties that the paths lie in or are; roots narrower than a county count as one."""
        from grids.models import paths_above

        above = {upper for path in paths for upper in paths_above(path)}
        narrow_root = Q(parent=None, level__lt=Level.COUNTY)
        return self.current().filter(Q(level=Level.COUNTY) | narrow_root, path__in=above).order_by("path")

    def at_paths(self, paths: Iterable[str]) -> Self:
        """The areas with just these paths, widest first."""
        return self.filter(path__in=list(paths)).order_by("path")

    def with_code(self, code: str) -> Self:
        return self.filter(code=code)

    def roots(self) -> Self:
        """The current areas that lie in no other: a county, a city."""
        return self.current().filter(parent=None).order_by("path")

    def county_paths(self) -> list[str]:
        """Paths of the current counties; where there is none, of whatever stands at the top of the tree."""
        found = list(self.current().of_level(Level.COUNTY).order_by("path").values_list("path", flat=True))
        return found or list(self.roots().values_list("path", flat=True))

    def parts_of(self, area: Area | int) -> Self:
        """The current areas one level below that one (or the one with that key), in the order of their codes."""
        return self.current().filter(parent=area).order_by("path")

    def within_steps(self, area: Area | None, steps: int) -> Self:
        """The current areas at most so many levels down, in the order of their codes; of no area: from the roots on.

        Each with `has_parts`: whether something current lies in it.
        """
        up = ["__".join(["parent"] * step) for step in range(1, steps + 1)]
        reached = Q(**{up[0]: area})
        for nearer, further in pairwise(up):
            reached |= Q(**{further: area, f"{nearer}__isnull": False})
        inside = self.model._default_manager.current().filter(parent=models.OuterRef("pk"))
        return self.current().filter(reached).annotate(has_parts=models.Exists(inside)).order_by("path")

    def parts_of_paths(self, paths: Iterable[str]) -> Self:
        """The current areas one level below those paths; a cell, which has no parts, stands for itself."""
        # Two sets put together: asked as “the one or the other”, no index answers, and every area of the province is read.
        standing, paths = self.model._default_manager.current().order_by(), list(paths)
        parts, cells = standing.filter(parent__path__in=paths), standing.filter(path__in=paths, level=Level.GRID)
        return self.current().filter(pk__in=parts.values("pk").union(cells.values("pk"))).order_by("path")

    def called(self, words: str) -> Self:
        """Whose name or code has the words in it, wider areas first."""
        return self.filter(Q(name__icontains=words) | Q(code__startswith=words)).order_by("-level", "path")

    def with_box(self) -> Self:
        """Without the geometry, but with `box`: west, south, east, north (degrees, 6 decimals); None where there is none."""
        return self.defer("boundary").annotate(box=Box("boundary"))

    def with_outline(self) -> Self:
        """Without the geometry, but with `outline`, its GeoJSON text (degrees, 6 decimals); None where there is none."""
        return self.defer("boundary").annotate(outline=AsGeoJSON("boundary", precision=6))

    def around(self, paths: Iterable[str]) -> Self:
        """The current areas with those paths, all within them and all that they lie in, widest first."""
        from grids.models import paths_above

        paths = list(paths)
        above = sorted({upper for path in paths for upper in paths_above(path)})
        return self.current().filter(within_paths(paths) | Q(path__in=above)).order_by("-level", "path")

    def with_rough_outline(self, level: Level) -> Self:
        """Without the geometry, but of that level with `outline`, its GeoJSON text, good to some ten metres; else None.

        With `geometry_version`, that of the level's layer: each area is simplified by itself, so neighbours may gape a little.
        """
        from grids.models import Layer

        rough = models.Func(
            models.F("boundary"),
            models.Value(ROUGH_DEGREES),
            function="ST_SimplifyPreserveTopology",
            output_field=GeometryField(srid=4326),
        )
        outline = models.Case(models.When(level=level, then=AsGeoJSON(rough, precision=5)))
        version = models.Subquery(Layer.objects.filter(level=level).values("version")[:1])
        return self.defer("boundary").annotate(outline=outline, geometry_version=version)

    def below(self, path: str) -> Self:
        """The area with that path and all within it; everything if the path is empty."""
        return self.under(path) if path else self.all()

    def inside(self, path: str) -> Self:
        """All within the area with that path but not itself; everything if the path is empty."""
        return self.filter(path__gt=f"{path}.", path__lt=f"{path}/") if path else self.all()

    def containing(self, point: Point) -> Self:
        """Current areas whose boundary holds the point (EPSG:4326); a shared edge belongs to the lower code."""
        return self.current().filter(boundary__dwithin=(point, EDGE_DEGREES)).order_by("level", "code")

    def meeting(self, shape: MultiPolygon) -> Self:
        """Areas that have something in common with the shape (EPSG:4326)."""
        return self.filter(boundary__intersects=shape)

    def touching(self, circle: Polygon) -> Self:
        """Current areas that have a part of the circle (EPSG:4326), with that part as `share` (0 to 1)."""
        overlap = Cast(SquareDegrees(Intersection("boundary", circle)), FloatField())
        whole = Cast(SquareDegrees(Value(circle)), FloatField())
        return self.current().filter(boundary__intersects=circle).annotate(share=overlap / whole)

    def on_ground_of(self, point: Point) -> Self:
        """With `dispute`, the key of the disputed ground that holds the point (EPSG:4326); None if it lies in none."""
        from grids.models import Dispute

        holding = Dispute.objects.current().holding(point).order_by("pk")
        return self.annotate(dispute=Subquery(holding.values("pk")[:1]))

    def move_under(self, parent: Area, keys: Iterable[int]) -> int:
        """Put areas under another row of the same path; how many."""
        return self.filter(pk__in=keys).update(parent=parent)

    def retire(self, keys: Iterable[int], at: datetime) -> int:
        """End the areas with these keys; how many."""
        return self.filter(pk__in=keys).update(valid_to=at)

    def for_choice(self) -> Self:
        """What a list to choose from says of each: its name, and how it is found again."""
        return self.only("code", "name", "path", "level")

    def without_boundary(self) -> Self:
        """Leave the geometry, often the bulk of a row, in the database until it is asked for."""
        return self.defer("boundary")

    def with_codes(self, codes: Iterable[str]) -> Self:
        return self.filter(code__in=codes)

    def with_paths(self, paths: Iterable[str]) -> Self:
        """The areas with those paths, past ones too; of a path that was drawn anew, the one that stands comes last."""
        return self.filter(path__in=list(paths)).defer("boundary").order_by("path", models.F("valid_to").asc(nulls_last=True))

    def children_of(self, parent: Area | None) -> Self:
        """The areas right below; the roots if there is no parent."""
        return self.filter(parent=parent)

    def drawn(self) -> Self:
        """Areas that have a boundary."""
        return self.filter(boundary__isnull=False)

    def childless(self) -> Self:
        """Areas with no current area in them."""
        return self.filter(~models.Exists(self.model._default_manager.filter(parent=models.OuterRef("pk"), valid_to=None)))

    def ever_numbered(self, prefix: str) -> Self:
        """All areas, retired ones too, whose codes begin so."""
        return self.filter(code__startswith=prefix)

    def exclude_codes(self, codes: Iterable[str]) -> Self:
        return self.exclude(code__in=codes)

    def children_of_any(self, parents: Iterable[Area]) -> Self:
        """The areas right below any of these."""
        return self.filter(parent__in=[parent.pk for parent in parents])

    def lock_current(self, keys: Iterable[int]) -> dict[int, Area]:
        """Those of the areas that still stand, by key, locked until the transaction ends."""
        found = self.current().filter(pk__in=list(keys)).select_related("parent").order_by("pk")
        return {area.pk: area for area in found.select_for_update(of=("self",))}


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def current(self) -> Self:
        """Grounds that are still disputed."""
        return self.filter(valid_to=None)

    def settled(self) -> Self:
        """Grounds that no longer are, the latest first."""
        return self.filter(valid_to__isnull=False).order_by("-valid_to")

    def holding(self, point: Point) -> Self:
        """Grounds that the point (EPSG:4326) lies in, or on the edge of."""
        return self.filter(boundary__dwithin=(point, EDGE_DEGREES))

    def with_codes(self, codes: Iterable[str]) -> Self:
        return self.filter(code__in=list(codes))

    def with_keys(self, keys: Iterable[int]) -> Self:
        return self.filter(pk__in=list(keys))

    def under_any(self, paths: Iterable[str]) -> Self:
        return self.filter(within_paths(paths))

    def without_boundary(self) -> Self:
        return self.defer("boundary")

    def with_outline(self) -> Self:
        """Without the geometry, but with `outline`, its GeoJSON text (degrees, 6 decimals)."""
        return self.defer("boundary").annotate(outline=AsGeoJSON("boundary", precision=6))

    def with_claims(self) -> Self:
        """Without the geometry, but with `claims`, which the row else asks for by itself."""
        from grids.models import Area

        claiming = Area.objects.filter(disputes=OuterRef("pk")).order_by("path")
        said = claiming.values(said=JSONObject(code="code", name="name", path="path"))
        return self.without_boundary().annotate(claims=ArraySubquery(said))

    def settle(self, at: datetime) -> int:
        """They are disputed no longer; how many."""
        return self.current().update(valid_to=at)
