"""The heat for maps: tiles of bins, counts of cells, and what the slider has to know. No request per step of the slider.

Who may see figures of areas gets those of their areas; everybody else what is public. Addresses carry the key of the
content (`v`), so a browser keeps it while it is right and never shows one person's to another.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from grids.levels import slug
from issues.heat.queries import LOWEST_ZOOM, Choice, audience_of, choice_of
from issues.heat.view import View, view_of
from issues.heat.weeks import monday
from issues.hot import findings
from issues.models.config import Category

KEPT = "private, max-age=86400"
ASKED_AGAIN = "private, no-cache"


@require_safe
def heat_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Bins of a web-mercator tile per bucket of weeks; `category` narrows it. Format: `codec`."""
    view = _view(request)
    if not LOWEST_ZOOM <= z <= view.highest_zoom or max(x, y) >= 1 << z:
        raise Http404
    choice = _choice(request)
    return _binary(request, view, f"{choice.code}-{z}-{x}-{y}", lambda: view.tile(choice, z, x, y))


@require_safe
def heat_areas(request: HttpRequest, level: str) -> HttpResponse:
    """Issues per area of the level and bucket of weeks, by ordinal; the public is told of villages and townships only."""
    view, choice = _view(request), _choice(request)
    asked = next((each for each in view.levels if slug(each) == level), None)
    if asked is None:
        raise Http404
    return _binary(request, view, f"{choice.code}-{level}", lambda: view.areas(choice, asked))


@require_safe
def heat_info(request: HttpRequest) -> HttpResponse:
    """What the slider has to know of a category: its weeks, their totals, how hot hot is, and where the tiles are."""
    view, choice = _view(request), _choice(request)
    etag = f'"{view.key}-{choice.code}-{get_language()}"'
    if request.headers.get("If-None-Match") == etag:
        return _with_cache(HttpResponse(status=304), etag, ASKED_AGAIN)
    return _with_cache(JsonResponse(_info(view, choice)), etag, ASKED_AGAIN)


@require_safe
def hot_areas(request: HttpRequest) -> HttpResponse:
    """Which areas are hot, by level and ordinal, and of wider areas how much within; the last night's analysis stands for the year."""
    audience, choice = audience_of(request.user, now()), _choice(request)
    run = findings.run_for(audience)
    group = findings.group_of(Category.objects.in_order() if choice.code else (), choice.code)
    etag = f'"hot-{run.path}-{run.number}-{audience.key}-{group}"' if run else '"hot-none"'
    if request.headers.get("If-None-Match") == etag:
        return _with_cache(HttpResponse(status=304), etag, ASKED_AGAIN)
    told = {
        "made_at": run.made_at.isoformat() if run and run.made_at else None,
        "levels": findings.drawn(audience, group),
        "shares": findings.shares(audience, group),
    }
    return _with_cache(JsonResponse(told), etag, ASKED_AGAIN)


def _info(view: View, choice: Choice) -> dict[str, object]:
    span = view.span()
    return {
        "version": view.key,
        "audience": "public" if view.audience.is_public else "staff",
        "levels": [slug(level) for level in view.levels],
        "built": view.version > 0,
        "first_week": span.first_week,
        "first_date": monday(span.first_week).isoformat(),
        "weeks": span.weeks if span.total else 0,
        "step": view.bucket_weeks(),
        "totals": view.totals(choice),
        "zooms": [LOWEST_ZOOM, view.highest_zoom],
        "scales": {z: [[knot.length, knot.issues, knot.weeks] for knot in knots] for z, knots in view.scales(choice).items()},
        "categories": _categories(view),
        "tiles": _tiles(view, choice),
        "areas": f"{reverse('heat-areas', args=('LEVEL',)).replace('LEVEL', '{level}')}?category={choice.code}&v={view.key}",
    }


def _tiles(view: View, choice: Choice) -> str:
    pattern = reverse("heat-tile", args=(0, 0, 0)).replace("/0/0/0.", "/{z}/{x}/{y}.")
    return f"{pattern}?category={choice.code}&v={view.key}"


def _categories(view: View) -> list[list[object]]:
    """[code, name, code of the group, issues in all], the most frequent first."""
    counted = {category: sum(weeks.values()) for category, weeks in view.span().counts.items()}
    members = Category.objects.filter(pk__in=counted).select_related("group")
    found = sorted(members, key=lambda each: (-counted[each.pk], each.code))
    return [[each.code, each.name, each.group.code if each.group else "", counted[each.pk]] for each in found]


def _view(request: HttpRequest) -> View:
    at = now()
    return view_of(audience_of(request.user, at), at)


def _choice(request: HttpRequest) -> Choice:
    choice = choice_of(request.GET.get("category", ""))
    if choice is None:
        raise Http404
    return choice


def _binary(request: HttpRequest, view: View, name: str, make: Callable[[], bytes]) -> HttpResponse:
    """Gzipped bytes with their ETag; 304 without making them if the browser has them."""
    etag = f'"{view.key}-{name}"'
    cached = KEPT if request.GET.get("v") == view.key else ASKED_AGAIN
    if request.headers.get("If-None-Match") == etag:
        return _with_cache(HttpResponse(status=304), etag, cached)
    body = make()
    response = HttpResponse(content_type="application/octet-stream")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content, response["Content-Encoding"] = body, "gzip"
    else:
        response.content = gzip.decompress(body)
    return _with_cache(response, etag, cached)


def _with_cache(response: HttpResponse, etag: str, cached: str) -> HttpResponse:
    response["ETag"], response["Cache-Control"] = etag, cached
    patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
    return response
