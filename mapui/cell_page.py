"""What the page on which a cell is redrawn by hand shows: the map's shapes, the form, and in sentences what a change does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import shapely
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from shapely.geometry.base import BaseGeometry

from grids import editing, metres
from grids.models import Area, in_language
from issues.redrawing import ALL, ENDS, Change, Choices, Kind, Lying, Outcome
from mapui.card_page import CardPage
from representatives.models import Assignment

LONGEST = 1_000_000  # characters of a shape: some 20,000 corners


class ShapeField(forms.CharField):
    """A GeoJSON geometry (degrees, EPSG:4326) as the map writes it; empty is None."""

    default_error_messages = {"shape": gettext_lazy("The drawing could not be read: draw it anew.")}

    def clean(self, value: object) -> BaseGeometry | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            shape = shapely.force_2d(shapely.from_geojson(text))
        except (shapely.GEOSException, ValueError, TypeError):
            raise forms.ValidationError(self.error_messages["shape"], "shape") from None
        corners = shapely.get_coordinates(shape)
        if not len(corners) or not ((abs(corners[:, 0]) <= 180) & (abs(corners[:, 1]) <= 90)).all():
            raise forms.ValidationError(self.error_messages["shape"], "shape")
        return shape


class ChangeForm(forms.Form):
    """What is to be done, and (when it is confirmed) why. The choices per person and the new names are read by `choices_of`."""

    kind = forms.ChoiceField(choices=Kind.choices, initial=Kind.SPLIT)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    shape = ShapeField(required=False, max_length=LONGEST, widget=forms.HiddenInput)
    other = forms.ChoiceField(required=False)
    reason = forms.CharField(required=False, max_length=200, label=gettext_lazy("Reason"))
    leaves_vacant = forms.BooleanField(required=False)
    confirm = forms.BooleanField(required=False)

    def __init__(self, cell: Area, neighbours: list[Area], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.cell, self.neighbours = cell, {area.code: area for area in neighbours}
        self.fields["other"].choices = [("", ""), *((area.code, str(area)) for area in neighbours)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("kind") == Kind.MERGE and not data.get("other") and "other" not in self.errors:
            self.add_error("other", _("Choose the neighbour to merge with."))
        if data.get("kind") in (Kind.SPLIT, Kind.MOVE) and not data.get("shape") and "shape" not in self.errors:
            self.add_error("shape", _("Draw on the map first."))
        if data.get("confirm") and not str(data.get("reason", "")).strip():
            self.add_error("reason", _("Say why: it is kept with the change."))
        return data

    @property
    def change(self) -> Change:
        data, kind = self.cleaned_data, Kind(self.cleaned_data["kind"])
        shape = None if kind == Kind.MERGE else data["shape"]
        return Change(kind, self.cell, shape, self.neighbours.get(data["other"]) if kind == Kind.MERGE else None)


def choices_of(data: QueryDict) -> Choices:
    """The choices per posting (“posting-7”) and the names of new cells (“name-150…”) as the preview's form sends them."""
    postings = {int(key[8:]): str(data[key]) for key in data if key.startswith("posting-") and key[8:].isdecimal()}
    names = {key[5:]: str(data[key]) for key in data if key.startswith("name-")}
    return Choices(postings, names, leaves_vacant=data.get("leaves_vacant") == "on")


@dataclass(frozen=True)
class PostingLine:
    """Somebody posted to an old cell, where they may go, and what was chosen."""

    posting: Assignment
    options: list[tuple[str, str]]
    chosen: str


class CellPage:
    """The page for one current cell. Queries: the areas it lies in, those beside it."""

    def __init__(self, cell: Area, at: datetime) -> None:
        self.cell, self.at = cell, at
        self.card = CardPage(cell, at)

    @cached_property
    def neighbours(self) -> list[Area]:
        return editing.neighbours_of(self.cell)

    @property
    def village(self) -> Area | None:
        return self.cell.parent

    @property
    def size(self) -> str:
        return size_of(self.cell)

    @property
    def is_drawn(self) -> bool:
        return self.cell.boundary is not None

    def map_config(self, outcome: Outcome | None, shape: str) -> dict[str, object] | None:
        """The shapes for the script: the cell exactly, what lies around it, what was drawn, what would come of it."""
        if self.cell.boundary is None:
            return None
        beside = [other for other in Area.objects.current().children_of(self.village).drawn() if other.pk != self.cell.pk]
        territory = self.card.territory
        return {
            "cell": json.loads(self.cell.boundary.json),
            "beside": [{"name": other.name, "geometry": json.loads(other.boundary.json)} for other in beside if other.boundary],
            "village": json.loads(self.village.boundary.json) if self.village and self.village.boundary else None,
            "new": [
                {"name": area.name, "geometry": json.loads(area.boundary.json)}
                for area in (outcome.new if outcome else [])
                if area.boundary
            ],
            "drawn": json.loads(shape) if shape else None,
            "attribution": territory.attribution if territory else "",
            "note": in_language(territory.map_note) if territory else "",
            "basemap": {
                "url": settings.BASEMAP_URL,
                "datum": settings.BASEMAP_DATUM,
                "attribution": settings.BASEMAP_ATTRIBUTION,
            },
        }


class Preview:
    """What a change would do, for the template."""

    def __init__(self, outcome: Outcome, choices: Choices) -> None:
        self.outcome, self.choices = outcome, choices

    @property
    def sentences(self) -> list[str]:
        return [*self._cells(), *self._issues(), *self._rest()]

    @property
    def new(self) -> list[tuple[Area, str]]:
        """The cells with new codes, each with its size."""
        return [] if self.outcome.keeps_codes else [(area, size_of(area)) for area in self.outcome.new]

    @property
    def postings(self) -> list[PostingLine]:
        new = self.outcome.new
        each = [(area.code, f"{area.name} ({area.code})") for area in new]
        options = [(ALL, _("to all of them")), *each] if len(new) > 1 else [(ALL, each[0][1])]
        options = [*options, (ENDS, _("nowhere: the posting ends"))]
        return [PostingLine(one, options, self.choices.postings.get(one.pk, ALL)) for one in self.outcome.postings]

    @property
    def vacancies(self) -> list[str]:
        words = _("%(cell)s would have nobody as %(role)s.")
        return [
            words % {"cell": f"{each.cell.name} ({each.cell.code})", "role": _roles(each.need.roles)}
            for each in self.outcome.vacant
        ]

    def _cells(self) -> Iterator[str]:
        old, new = self.outcome.old, self.outcome.new
        if self.outcome.keeps_codes:
            for before, after in zip(old, new, strict=True):
                words = {"cell": before.name, "code": before.code, "before": size_of(before), "after": size_of(after)}
                yield _("“%(cell)s” (%(code)s) keeps its code: %(before)s become %(after)s.") % words
            return
        names = _(", ").join(f"“{area.name}” ({area.code})" for area in old)
        if self.outcome.change.kind == Kind.MERGE:
            yield _("%(old)s become one cell.") % {"old": names}
        else:
            yield ngettext("%(old)s becomes %(n)d cell.", "%(old)s becomes %(n)d cells.", len(new)) % {"old": names, "n": len(new)}
        for area in new:
            yield _("New: %(code)s, %(size)s%(households)s.") % {
                "code": area.code,
                "size": size_of(area),
                "households": _households(area),
            }
        yield _("The old codes are retired and never given again; maps and lists have the new cells at once.")

    def _issues(self) -> Iterator[str]:
        for lying in self.outcome.lying:
            yield from _moving(lying) if self.outcome.keeps_codes else _staying(lying)

    def _rest(self) -> Iterator[str]:
        if self.outcome.keeps_codes:
            yield _("Everybody posted to these cells stays posted there.")
        else:
            yield _("Printed contact cards of the old cells lead to a page that names the new ones: print new cards.")


def _staying(lying: Lying) -> Iterator[str]:
    words = {"cell": lying.old.code, "n": lying.total}
    if not lying.total:
        yield _("No open issue was reported in %(cell)s.") % words
        return
    yield (
        ngettext(
            "%(n)d open issue was reported in %(cell)s. It keeps that cell and its people until it has ended; the map counts it with the village.",
            "%(n)d open issues were reported in %(cell)s. They keep that cell and its people until they have ended; the map counts them with the village.",
            lying.total,
        )
        % words
    )
    yield _("Of these lie: %(where)s.") % {"where": _where(lying)}


def _where(lying: Lying) -> str:
    parts = [_("%(n)d in %(code)s") % {"n": n, "code": code} for code, n in lying.inside.items()]
    if lying.nowhere:
        parts.append(_("%(n)d without a point") % {"n": lying.nowhere})
    return _(", ").join(parts)


def _moving(lying: Lying) -> Iterator[str]:
    beyond = sum(n for code, n in lying.inside.items() if code != lying.old.code)
    if beyond:
        yield ngettext(
            "%(n)d open issue of %(cell)s lies on ground that changes hands; it stays with %(cell)s.",
            "%(n)d open issues of %(cell)s lie on ground that changes hands; they stay with %(cell)s.",
            beyond,
        ) % {"n": beyond, "cell": lying.old.code}


def size_of(area: Area) -> str:
    """“0.83 km²”, or “640 m²” of what is small; empty without a boundary."""
    if area.boundary is None:
        return ""
    size = metres.area_m2(metres.to_shapely(area.boundary))
    return f"{number_format(size / 1e6, 2)} km²" if size >= 10_000 else f"{number_format(round(size), force_grouping=True)} m²"


def _households(area: Area) -> str:
    if area.households is None:
        return ""
    return _(", ") + ngettext("%(n)d household", "%(n)d households", area.households) % {"n": area.households}


def _roles(roles: tuple[object, ...]) -> str:
    return _(" or ").join(str(getattr(role, "label", role)) for role in roles)


def drawn_text(data: Mapping[str, object]) -> str:
    """The shape of the form as text, if it can be read; else empty."""
    try:
        ShapeField(max_length=LONGEST).clean(data.get("shape"))
    except forms.ValidationError:
        return ""
    return str(data.get("shape", ""))
