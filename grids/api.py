"""Tiles, TileJSON and names over HTTP. All of it is public: geometry and what areas are called, nothing else."""

from __future__ import annotations

import gzip
import re

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date, parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grids import levels, tiles
from grids.levels import Level

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, max-age=0, must-revalidate"
MVT = "application/vnd.mapbox-vector-tile"


@require_safe
def tile(request: HttpRequest, level: str, version: int, z: int, x: int, y: int) -> HttpResponse:
    """A vector tile of a geometry version: 204 where there is nothing, 410 if another version stands."""
    which = _level(level)
    try:
        packed = tiles.tile(which, version, z, x, y)
    except tiles.Gone as gone:
        return _gone(gone)
    except LookupError:
        raise Http404(f"There is no tile {z}/{x}/{y} of {level}.") from None
    return _tile(request, packed, level, version, z, x, y)


def kept_tile(request: HttpRequest, level: str, version: int, z: int, x: int, y: int) -> HttpResponse | None:
    """The same from its file, without the database; None if there is no file of it: ask the view."""
    try:
        packed = tiles.kept_tile(levels.of_slug(level), version, z, x, y)
    except ValueError:
        return None
    return None if packed is None else _tile(request, packed, level, version, z, x, y)


@require_safe
def names(request: HttpRequest, level: str, version: int, block: int) -> HttpResponse:
    """A block of the names of a geometry version, in the order of the ordinals; 410 if another version stands."""
    try:
        packed = tiles.names(_level(level), version, block)
    except tiles.Gone as gone:
        return _gone(gone)
    except LookupError:
        raise Http404(f"There are no names of {level} in block {block}.") from None
    return _names(request, packed, level, version, block)


def kept_names(request: HttpRequest, level: str, version: int, block: int) -> HttpResponse | None:
    """The same from its file, without the database; None if there is no file of it: ask the view."""
    try:
        packed = tiles.kept_names(levels.of_slug(level), version, block)
    except ValueError:
        return None
    return None if packed is None else _names(request, packed, level, version, block)


@require_safe
def tilejson(request: HttpRequest, level: str) -> HttpResponse:
    """TileJSON 3.0 of the level as it stands; 404 if it has no geometry yet."""
    which = _level(level)
    sheet = tiles.sheet(which)
    if sheet is None:
        raise Http404(f"No {level} has a boundary yet.")
    response = JsonResponse(_description(request, which, sheet))
    response["Cache-Control"] = ASK_AGAIN
    response["Last-Modified"] = http_date(sheet.changed_at.timestamp())
    return response


def _description(request: HttpRequest, level: Level, sheet: tiles.Sheet) -> dict[str, object]:
    slug = levels.slug(level)
    example = reverse("tile", kwargs={"level": slug, "version": sheet.version, "z": 0, "x": 0, "y": 0})
    names = reverse("area-names", kwargs={"level": slug, "version": sheet.version, "block": 0})
    described: dict[str, object] = {
        "tilejson": "3.0.0",
        "name": slug,
        "version": f"{sheet.version}.0.0",
        "tiles": [request.build_absolute_uri(example.replace("/0/0/0.mvt", "")) + "/{z}/{x}/{y}.mvt"],
        "minzoom": tiles.MIN_ZOOM[level],
        "maxzoom": tiles.MAX_ZOOM,
        "vector_layers": [{"id": "area", "fields": {}, "minzoom": tiles.MIN_ZOOM[level], "maxzoom": tiles.MAX_ZOOM}],
        "geometry_version": sheet.version,
        "names": request.build_absolute_uri(names.replace("/0.json", "")) + "/{block}.json",
        "names_per_block": tiles.BLOCK,
    }
    if sheet.bounds is not None:
        described["bounds"] = [round(degrees, 6) for degrees in sheet.bounds]
    return described


def _level(slug: str) -> Level:
    try:
        return levels.of_slug(slug)
    except ValueError as error:
        raise Http404(str(error)) from None


def _tile(request: HttpRequest, packed: bytes, level: str, version: int, z: int, x: int, y: int) -> HttpResponse:
    return _for_good(request, packed, MVT, etag=f'"{level}-{version}-{z}-{x}-{y}"')


def _names(request: HttpRequest, packed: bytes, level: str, version: int, block: int) -> HttpResponse:
    return _for_good(request, packed, "application/json", etag=f'"{level}-{version}-names-{block}"')


def _for_good(request: HttpRequest, packed: bytes, content_type: str, *, etag: str) -> HttpResponse:
    """Gzipped bytes as they are, or unpacked for a client that does not take gzip; the client may keep them for good."""
    headers = {"Cache-Control": FOR_GOOD, "ETag": etag, "Vary": "Accept-Encoding"}
    known = request.headers.get("If-None-Match")
    if known and etag in parse_etags(known):
        return HttpResponse(status=304, headers=headers)
    if not packed:
        return HttpResponse(status=204, headers=headers)
    if not _takes_gzip(request):
        return HttpResponse(gzip.decompress(packed), content_type=content_type, headers=headers)
    return HttpResponse(packed, content_type=content_type, headers={**headers, "Content-Encoding": "gzip"})


def _takes_gzip(request: HttpRequest) -> bool:
    """Whether the client names gzip, or anything, without refusing it by “q=0”."""
    accepted = request.headers.get("Accept-Encoding", "")
    offers: dict[str, str] = dict(re.findall(r"([\w*-]+)\s*(?:;\s*q=([\d.]+))?", accepted))
    return offers.get("gzip", offers.get("*", "0")) not in ("0", "0.0", "0.00", "0.000")


def _gone(gone: tiles.Gone) -> HttpResponse:
    """Another version stands: the map has to ask for the TileJSON again."""
    response = JsonResponse({"error": _("The boundaries have changed; load the map again."), "version": gone.version}, status=410)
    response["Cache-Control"] = "no-store"
    return response
