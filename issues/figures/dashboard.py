"""The key figures of the dashboard with their denominators, as `measures` defines them; never per person, no ranking.

What is open is of now; rates look back over 90 days, (at − 90 days, at]; those of whole counties are kept for some minutes
(`county_rates`), so a page costs what is open, not what has been. A rate of fewer than five is not told. In three
statements over indexes, whatever the size of the archive; the counts are kept for a moment per scope.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.core.cache import cache
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from grids.levels import Level
from grids.models import Area, paths_above
from issues.figures import county_rates
from issues.figures.counting import Counts, count, rows_of
from issues.figures.measures import DAYS, MEASURES, OPEN_LABEL, RATE, Period, Rate, Rows, days_before
from issues.filters import Filters
from issues.heat.public import FEWEST, tellable
from issues.models.casework import Issue
from issues.querysets import IssueQuerySet
from issues.workflow import LADDER
from representatives.cover import filled
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

KEPT_S = 45

UNFILTERED = Filters()
_LAST = "last_received"  # beside the counts: seconds since 1970, only where nothing was received in the period


@dataclass(frozen=True)
class Figure:
    """One figure, ready to show. `value` is “–” if it may not be told or there is nothing to count; `share` is 0…1."""

    code: str
    label: str
    value: str
    numerator: int | None = None
    denominator: int | None = None
    note: str = ""
    unit: str = "percent"
    share: float | None = None
    suppressed: bool = False


# The dashboard tells these; the page of figures tells all.
SHOWN = tuple(RATE[code] for code in ("overdue", "response", "resolution", "satisfaction", "on_time", "recurrence", "coverage"))


def key_figures(person: Person | None, *, at: datetime, filters: Filters = UNFILTERED, path: str = "") -> list[Figure]:
    """The figures of the areas whose figures the person may see; None: of everything public.

    `path` narrows to an area. Of the filters, category, urgency and lights narrow; a clock state or a period would turn
    the rates into something else, so they do not. At most three statements beside those that read the person's scope, and
    one more where nothing was received.
    """
    counts = _kept_counts(person, at, filters, path)
    span = _("the last 90 days")
    return _open_figures(counts, is_public=person is None) + [rate_figure(rate, counts, span) for rate in SHOWN]


@dataclass(frozen=True)
class Silence:
    """That nothing was received in the last `days`; `last_at`: when something last was, None if nothing ever was."""

    days: int
    last_at: datetime | None


def silence(person: Person | None, *, at: datetime, filters: Filters = UNFILTERED, path: str = "") -> Silence | None:
    """Why the rates of `key_figures` have nothing to count; None if they have. Free of a statement after `key_figures`."""
    counts = _kept_counts(person, at, filters, path)
    last = counts[_LAST]
    # What is kept of a whole county may be some minutes older than its latest issue.
    if counts["received"] or last > days_before(at).since.timestamp():
        return None
    return Silence(DAYS, datetime.fromtimestamp(last, tz=UTC) if last else None)


def _kept_counts(person: Person | None, at: datetime, filters: Filters, path: str) -> Counts:
    """The counts, kept for a moment for everybody who sees the same areas."""
    filters = replace(filters, clock="", days=None)
    paths = scope_of(person, at).count_paths if person else None
    key = _key(paths, filters, path, at)
    counts: Counts | None = cache.get(key)
    if counts is None:
        counts = _counts(person, at, filters, path)
        cache.set(key, counts, KEPT_S)
    return counts


def _key(paths: tuple[str, ...] | None, filters: Filters, path: str, at: datetime) -> str:
    asked = "\n".join(["*"] if paths is None else paths) + f"\n\n{path}?{filters.as_query()}@{int(at.timestamp()) // KEPT_S}"
    return f"figures:{hashlib.sha256(asked.encode()).hexdigest()}"


def _counts(person: Person | None, at: datetime, filters: Filters, path: str) -> Counts:
    """Numerators and denominators by name: “resolution” and “resolution_of”; and _LAST."""
    everything: IssueQuerySet = Issue.objects.counted_for(person, at) if person else Issue.objects.public()
    if path:
        everything = everything.under(path)
    chosen = filters.narrow(everything, at)
    period = days_before(at)
    # The lights are told side by side whatever light was chosen; the share that is late is of all of them.
    held = _held(person, at, path)
    wide = Area.objects.current().at_or_above(Level.COUNTY).under_any(held).without_boundary()
    unlit = replace(filters, lights=()).narrow(everything, at)
    standing = count(unlit, period, at, kinds=(Rows.OPEN,), beside=(wide,))[""]
    past = _past(chosen if filters != UNFILTERED else None, held, wide, at, is_public=person is None)
    last = None if past["received"] else _last_received(chosen, period, at)
    return {**standing, **past, _LAST: int(last.timestamp()) if last else 0}


def _held(person: Person | None, at: datetime, path: str) -> tuple[str, ...]:
    """Paths of the areas that are counted, none within another."""
    if person is None:
        return (path,) if path else tuple(Area.objects.roots().values_list("path", flat=True))
    return narrowed(scope_of(person, at).count_paths, path)


def _past(filtered: IssueQuerySet | None, held: tuple[str, ...], wide: Iterable[Area], at: datetime, *, is_public: bool) -> Counts:
    """What happened in the period, and the cells that are covered: of whole counties what is kept, of all else the rows themselves.

    `filtered`: the issues where filters leave some out; those are always counted.
    """
    whole = [] if filtered is not None else list(wide)
    rest = [path for path in held if path not in {area.path for area in whole}]
    parts = [county_rates.rates_of(whole, at, is_public=is_public)] if whole else []
    if rest or not parts:
        issues = (Issue.objects.public() if is_public else Issue.objects.unsealed()) if filtered is None else filtered
        covered = filled(Role.PARTY_REPRESENTATIVE, rest, at)
        past = count(issues.under_any(rest), days_before(at), at, kinds=county_rates.PAST)[""]
        parts.append({**past, "coverage": covered.filled, "coverage_of": covered.total})
    return county_rates.added(parts)


def _last_received(issues: IssueQuerySet, period: Period, at: datetime) -> datetime | None:
    """When the last of them was received that counts as such; one statement that ends at the first row of an index."""
    ever = rows_of(MEASURES["received"], issues, replace(period, since=datetime.min.replace(tzinfo=UTC)), at)
    last: datetime | None = ever.order_by("-reported_at").values_list("reported_at", flat=True).first()
    return last


def narrowed(paths: tuple[str, ...], path: str) -> tuple[str, ...]:
    """What of the areas with those paths lies in the area with that path; all of them if it is empty."""
    if not path or path in paths:
        return (path,) if path else paths
    if set(paths_above(path)) & set(paths):
        return (path,)
    return tuple(each for each in paths if path in paths_above(each))


def _open_figures(counts: Counts, *, is_public: bool) -> list[Figure]:
    everything = counts["overdue_of"]
    lights = {rung.light: counts[f"open_{rung.light.value}"] for rung in LADDER}
    told = {light for order, light in enumerate(lights) if not is_public or order in tellable(dict(enumerate(lights.values())))}
    return [
        Figure(
            code=f"open_{light}",
            label=f"{OPEN_LABEL} · {light.label}",
            value=number_format(count, force_grouping=True) if light in told else "–",
            numerator=count if light in told else None,
            denominator=everything if light in told else None,
            note="" if light in told else _("fewer than %(fewest)s") % {"fewest": FEWEST},
            unit="count",
            share=count / everything if everything and light in told else None,
            suppressed=light not in told,
        )
        for light, count in lights.items()
    ]


def rate_figure(rate: Rate, counts: Counts, span: str = "") -> Figure:
    """The rate of these counts: withheld below five, “–” where there is nothing to divide."""
    numerator, denominator = counts[rate.code], counts[f"{rate.code}_of"]
    note = f"{rate.note} · {span}" if span else str(rate.note)
    figure = Figure(rate.code, str(rate.label), "–", numerator, denominator, note)
    if denominator == 0:
        return replace(figure, note=_("Nothing to count in this period"))
    if denominator < FEWEST:
        too_few = _("Not told: fewer than %(fewest)s") % {"fewest": FEWEST}
        return replace(figure, numerator=None, denominator=None, note=too_few, suppressed=True)
    share = numerator / denominator
    return replace(figure, value=f"{number_format(round(100 * share, 1), decimal_pos=1)}%", share=share)
