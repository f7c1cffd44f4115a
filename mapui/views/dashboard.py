"""The overview: the map, the table beside it, and what is known of the chosen area. The fragments are the page's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grids.levels import Level, finer, slug
from grids.models import Area
from grids.prepared import Prepared
from grids.together import read_together
from issues.figures.dashboard import Figure, Silence, key_figures, silence
from issues.figures.measures import DAYS
from issues.filters import PERIODS, Filters
from issues.models import Category, Issue
from issues.terms import ClockState, Light, Urgency
from mapui import periods
from mapui.overview import SHORT_LIST, Place, Row, Viewer, home_of, home_path
from representatives.models import Person
from representatives.roles import Page as StaffPage

ROWS = 25
# Milliseconds between two questions for what is new.
EVERY_MS = 12_000
USUAL_SORT = "-worst"


@dataclass
class Asked:
    """What the address asks for."""

    request: HttpRequest
    viewer: Viewer

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        person = request.user if isinstance(request.user, Person) else None
        viewer = Viewer(person, now())
        if viewer.has_figures:
            viewer = Viewer(person, viewer.at, Filters.from_query(request.GET))
        return cls(request, viewer)

    @property
    def sort(self) -> str:
        return self.request.GET.get("sort", USUAL_SORT)

    def place(self, code: str = "") -> Place | None:
        """The area of the address, else where the viewer begins; None if there is no territory yet. Raises Http404."""
        code = code or self.request.GET.get("area", "")
        if not code:
            return home_of(self.viewer)
        area = Area.objects.current().with_code(code).without_boundary().first()
        if area is None:
            raise Http404(f"There is no area {code}.")
        return Place(area, self.viewer)


class Overview:
    """All that the page and its fragments say of a place."""

    def __init__(self, asked: Asked, place: Place) -> None:
        self.asked = asked
        self.viewer = asked.viewer
        self.place = place
        self.sort = asked.sort

    @cached_property
    def page(self) -> Page[Row]:
        return Paginator(self.place.sorted_parts(self.sort), ROWS).get_page(self.asked.request.GET.get("page"))

    @cached_property
    def figures(self) -> list[Figure]:
        """Of the area for whom its figures are; for everybody else of the whole county, and what is public."""
        viewer, place = self.viewer, self.place
        if viewer.has_figures:
            return key_figures(viewer.person, at=viewer.at, filters=viewer.filters, path=place.area.path)
        return key_figures(None, at=viewer.at, path=place.county)

    @property
    def lights(self) -> list[Figure]:
        """The figures of the four lights, shown as one."""
        return [figure for figure in self.figures if figure.code.startswith("open_")]

    @property
    def rates(self) -> list[Figure]:
        return [figure for figure in self.figures if not figure.code.startswith("open_")]

    @property
    def open_total(self) -> int | None:
        """None if a light is withheld: then the sum would tell it."""
        counts = [figure.numerator for figure in self.lights]
        return None if None in counts else sum(count or 0 for count in counts)

    @cached_property
    def silence(self) -> Silence | None:
        """Why the rates have nothing to count; None if they have."""
        viewer, place = self.viewer, self.place
        if viewer.has_figures:
            return silence(viewer.person, at=viewer.at, filters=viewer.filters, path=place.area.path)
        return silence(None, at=viewer.at, path=place.county)

    @property
    def way_back(self) -> str:
        """Address of the figures of the days up to the last issue; empty if there is none, or the figures are not for the viewer."""
        last_at = self.silence.last_at if self.silence else None
        if last_at is None or not self.viewer.scope.may_open(StaffPage.FIGURES):
            return ""
        query = periods.days_up_to(localdate(last_at), DAYS) | {"category": self.viewer.filters.category}
        query["town"] = next((area.code for area in self.place.trail if area.level == Level.TOWNSHIP), "")
        return f"{reverse('figures')}?{urlencode({name: value for name, value in query.items() if value})}"

    @property
    def is_narrowed(self) -> bool:
        """Whether filters keep something out of the figures."""
        filters = self.viewer.filters
        return bool(filters.lights or filters.category or filters.urgency)

    @property
    def slug(self) -> str:
        return slug(self.place.area.level)

    @property
    def bounds_json(self) -> str:
        return json.dumps(self.place.bounds)

    @property
    def part_name(self) -> str:
        """What the parts in the table are called."""
        below = finer(self.place.tabled.level)
        return self.place.name_of(below) if below else _("Area")

    @property
    def words(self) -> dict[str, object]:
        """Headings of the table."""
        return {"worst": _("Worst light"), "total": _("Open issues"), "overdue": ClockState.OVERDUE.label, "lights": Light}

    @property
    def may_redraw(self) -> bool:
        """Whether the viewer may redraw this cell by hand."""
        return self.place.is_cell and self.viewer.scope.may_arrange(self.place.area.path)

    @property
    def may_open_queue(self) -> bool:
        return self.viewer.scope.may_open(StaffPage.QUEUE)

    @property
    def map_note(self) -> str:
        return self.place.ground.note

    @property
    def issues(self) -> list[Issue]:
        return list(self.place.soonest)[:SHORT_LIST]

    @property
    def has_more_issues(self) -> bool:
        return len(self.place.soonest) > SHORT_LIST


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """The whole page; without JavaScript the table and the filters do all that the map does."""
    asked = Asked.of(request)
    place = asked.place()
    if place is None:
        return render(request, "mapui/dashboard_empty.html")
    overview = Overview(asked, place)
    context = _context(overview)
    context |= {"choices": _choices(place), "config": _config(overview), "filters": asked.viewer.filters}
    place.count_with_parts()
    return render(request, "mapui/dashboard.html", context)


@require_safe
def area_panel(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of one area."""
    asked = Asked.of(request)
    place = asked.place(code)
    assert place is not None  # noqa: S101 - a code was asked for
    return render(request, "mapui/_area_panel.html", _context(Overview(asked, place)))


@require_safe
def area_table(request: HttpRequest) -> HttpResponse:
    """The parts of the area with their counts, sorted and paged."""
    return _fragment(request, "mapui/_area_table.html")


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The key figures of the area."""
    return _fragment(request, "mapui/_figures.html")


def _fragment(request: HttpRequest, template: str) -> HttpResponse:
    asked = Asked.of(request)
    place = asked.place()
    if place is None:
        raise Http404("There is no territory yet.")
    return render(request, template, _context(Overview(asked, place)))


def _context(overview: Overview) -> dict[str, object]:
    return {"overview": overview, "place": overview.place, "viewer": overview.viewer, "at": overview.viewer.at}


_categories = Prepared(lambda: Category.objects.in_use())


def _choices(place: Place) -> dict[str, object]:
    """What the filters offer; read with the areas of the table and the issues of the panel, in one statement."""
    level = place.choice_level
    choices = Area.objects.current().under(place.county).of_level(level).without_boundary()
    categories = _categories()
    read_together(choices, categories, place.part_areas, place.soonest)
    groups: dict[Category, list[Category]] = {}
    for category in categories:
        if category.group is not None:
            groups.setdefault(category.group, []).append(category)
    return {
        "lights": Light,
        "urgencies": Urgency,
        "clocks": ClockState,
        "periods": PERIODS,
        "groups": list(groups.items()),
        "township_word": place.name_of(level),
        "townships": [area for area in choices if place.viewer.sees(area.path) or not place.viewer.has_figures],
        "township": next((area.code for area in place.trail if area.level == level), ""),
    }


def _config(overview: Overview) -> dict[str, object]:
    """What the page's script has to know."""
    place, viewer, ground = overview.place, overview.viewer, overview.place.ground
    return {
        "viewer": "staff" if viewer.person else "public",
        "county": place.county,
        "root": home_path(viewer).rpartition(".")[2] or ground.root,
        "every": EVERY_MS,
        "area": _about(place),
        "map": {
            "levels": ground.levels,
            "calm": not viewer.has_figures,
            "bounds": ground.bounds(),
            "attribution": ground.attribution,
            "basemap": {
                "url": settings.BASEMAP_URL,
                "datum": settings.BASEMAP_DATUM,
                "attribution": settings.BASEMAP_ATTRIBUTION,
            },
        },
        "addresses": _addresses(),
    }


def _about(place: Place) -> dict[str, object]:
    area = place.area
    about = {"code": area.code, "level": slug(area.level), "ordinal": area.ordinal}
    return {**about, "parent": place.parent_code, "bounds": place.bounds}


def _addresses() -> dict[str, str]:
    """Addresses with places to fill in: {level}, {version}, {code} …"""
    return {
        "tiles": reverse("tile", args=["county", 0, 0, 0, 0]).replace("county/0/0/0/0", "{level}/{version}/{z}/{x}/{y}"),
        "names": reverse("area-names", args=["county", 0, 0]).replace("county/0/0", "{level}/{version}/{block}"),
        "state": reverse("map-state", args=["county"]).replace("county", "{level}"),
        "delta": reverse("map-delta", args=["county"]).replace("county", "{level}"),
        "issues": reverse("map-issues"),
        "issue": reverse("issue", args=["NUMBER"]).replace("NUMBER", "{number}"),
        "panel": reverse("area-panel", args=["CODE"]).replace("CODE", "{code}"),
        "table": reverse("area-table"),
        "figures": reverse("key-figures"),
    }
