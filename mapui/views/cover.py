"""The cover report: which places lack whom, in figures and as a list, on the screen and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grids.levels import Level
from grids.models import Area, Territory
from mapui.spreadsheets import csv_answer
from representatives.cover import Count, Cover, CoverRow, Gap, Gaps, cover_counts, kept_counts
from representatives.roles import NEEDS, Need, Role
from representatives.roles import Page as SitePage
from representatives.scopes import scope_of

GAPS_PER_PAGE = 50


class CoverFilter(forms.Form):
    """What is asked of the report: one county, one township, one missing post. Empty: all."""

    county = forms.CharField(required=False, max_length=40)
    township = forms.CharField(required=False, max_length=40)
    missing = forms.ChoiceField(required=False, choices=[("", ""), *((need.role, need.role.label) for need in NEEDS)])


@dataclass(frozen=True)
class CoverPage:
    """The report as somebody asked for it; their role decides about which areas."""

    counties: list[Area]  # to choose from, of whoever sees several
    county: Area | None
    townships: list[Area]
    township: Area | None
    row_level: Level  # what the table has a row for
    missing: Role | None
    cover: Cover
    gaps: Gaps
    at: datetime
    territory: Territory | None
    needs: tuple[Need, ...] = NEEDS

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is set that can be taken away."""
        return self.missing is not None or self.county is not None or (self.township is not None and len(self.townships) > 1)

    @property
    def is_wide(self) -> bool:
        """Whether it is about several counties: then it counts, and the places are listed once a county is chosen."""
        return self.row_level == Level.COUNTY

    @property
    def columns(self) -> list[Need]:
        """The posts that areas of the table's rows have, or places within them."""
        return [need for need in NEEDS if need.level <= self.row_level]

    @property
    def rows(self) -> list[tuple[CoverRow, list[Count]]]:
        """Each row with its counts, one per column."""
        return [(row, [count for count in row.counts if count.need in self.columns]) for row in self.cover.rows]

    @property
    def row_level_name(self) -> str:
        return self._called(self.row_level)

    @property
    def chosen(self) -> Area | None:
        """The narrowest area that was chosen."""
        return self.township or self.county

    @property
    def county_level_name(self) -> str:
        return self._called(Level.COUNTY)

    @property
    def township_level_name(self) -> str:
        return self._called(Level.TOWNSHIP)

    def _called(self, level: Level) -> str:
        return self.territory.level_name(level) if self.territory else str(level.label)


@login_required
@require_safe
def cover(request: HttpRequest) -> HttpResponse:
    """The page."""
    asked = _asked(request)
    listed = cast(Sequence[Gap], () if asked.is_wide else asked.gaps)
    page: Page[Gap] = Paginator(listed, GAPS_PER_PAGE).get_page(request.GET.get("page"))
    may_enter = scope_of(request.user, asked.at).arranges
    context = {"report": asked, "page": page, "gaps": list(page.object_list), "may_enter_staff": may_enter}
    return render(request, "mapui/cover.html", context)


@login_required
@require_safe
def cover_export(request: HttpRequest) -> StreamingHttpResponse:
    """The list as a CSV file, every place that lacks somebody."""
    asked = _asked(request)
    return csv_answer(f"{_('cover')}-{localdate(asked.at).isoformat()}.csv", _table(asked.gaps))


def _asked(request: HttpRequest) -> CoverPage:
    """The report for the person and the query. 403 without a role that opens it, 404 for an area out of scope."""
    at = now()
    paths = scope_of(request.user, at).page_paths(SitePage.COVER)
    if not paths:
        raise PermissionDenied
    query = CoverFilter(request.GET)
    chosen = query.cleaned_data if query.is_valid() else {}
    areas = list(Area.objects.current().of_levels(Level.COUNTY, Level.TOWNSHIP).under_any(paths).without_boundary())
    counties = [area for area in areas if area.level == Level.COUNTY]
    counties = counties if len(counties) > 1 else []
    county = _one_of(counties, chosen.get("county", ""))
    within = (county.path,) if county else paths
    townships = [area for area in areas if area.level == Level.TOWNSHIP]
    township = _one_of(townships, chosen.get("township", "") or _only(townships, within))
    if counties:  # whoever chooses another county sends the township of the one before along
        townships = [area for area in townships if _lies_in(area, county)]
        township = township if township in townships else None
    within = (township.path,) if township else within
    missing = Role(chosen["missing"]) if chosen.get("missing") else None
    row_level = Level.VILLAGE if township else Level.COUNTY if counties and not county else Level.TOWNSHIP
    if row_level == Level.COUNTY:
        counts, at = kept_counts(within, at, group_level=row_level)
    else:
        counts = cover_counts(within, at, group_level=row_level)
    gaps = Gaps(within, at, missing, counts.lacking(missing))
    return CoverPage(counties, county, townships, township, row_level, missing, counts, gaps, at, _territory(paths[0]))


def _lies_in(area: Area, county: Area | None) -> bool:
    return county is not None and area.path.startswith(f"{county.path}.")


def _territory(path: str) -> Territory | None:
    """How the county that the path begins with calls its levels."""
    root = Area.objects.roots().on_path(path).without_boundary().select_related("territory").first()
    return getattr(root, "territory", None)


def _only(townships: list[Area], paths: tuple[str, ...]) -> str:
    """The code of the township that the report is about anyhow, for somebody whose reach is that one."""
    return townships[0].code if [township.path for township in townships] == list(paths) and len(paths) == 1 else ""


def _one_of(areas: list[Area], code: str) -> Area | None:
    """The one with that code; None if none was named. Raises Http404 if it is not among them."""
    if not code:
        return None
    found = next((area for area in areas if area.code == code), None)
    if found is None:
        raise Http404
    return found


def _table(gaps: Gaps) -> Iterator[list[object]]:
    yield [_("Level"), _("Code"), _("Name"), _("Part of"), _("Missing"), _("Stands in")]
    for gap in gaps.in_pieces():
        yield [gap.level.label, gap.code, gap.name, " / ".join(gap.within), _missing(gap), _stand_ins(gap)]


def _missing(gap: Gap) -> str:
    return _(", ").join(str(need.role.label) for need in gap.missing)


def _stand_ins(gap: Gap) -> str:
    return _(", ").join(str(answer.person) for _need, answer in gap.answers if answer)
