"""The key figures with their denominators, as domain notes §3.2 (KPI) defines them; never per person, no ranking.

What is open is of now; rates look back over 90 days, (at − 90 days, at]. A rate of fewer than five is not told. In four
statements over partial indexes, whatever the size of the archive; the counts are kept for a moment per scope.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.models import Area, paths_above
from issues.filters import Filters
from issues.heat import UNCOUNTED
from issues.heat_public import FEWEST, tellable
from issues.models.casework import EscalationRequest, Issue
from issues.models.intake import Rating
from issues.querysets import IssueQuerySet
from issues.workflow import LADDER, Cause, ClockState, RequestType, Status
from representatives.cover import cover_counts
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

DAYS = 90
KEPT_S = 45

Counts = Mapping[str, int]
UNFILTERED = Filters()


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


@dataclass(frozen=True)
class Rate:
    """A rate: which counts it divides, and what it means in a sentence."""

    code: str
    label: Promise
    note: Promise


# fmt: off
RATES = (
    Rate("overdue",      gettext_lazy("Overdue share"),           gettext_lazy("Open issues whose time at their level is up")),
    Rate("response",     gettext_lazy("Response rate"),     gettext_lazy("First contact in time, of those due in 90 days")),
    Rate("resolution",   gettext_lazy("Resolution rate"),   gettext_lazy("Solved, of those closed in 90 days")),
    Rate("satisfaction", gettext_lazy("Satisfaction rate"), gettext_lazy("Satisfied or mostly satisfied, of the ratings given in 90 days")),
    Rate("on_time",      gettext_lazy("On-time rate"),      gettext_lazy("Solved before it was late at any level, of those closed in 90 days")),
    Rate("recurrence",   gettext_lazy("Recurrence rate"),   gettext_lazy("Came back at the same place, of those closed in 90 days")),
    Rate("coverage",     gettext_lazy("Coverage"),          gettext_lazy("Cells with an active representative")),
)
# fmt: on
OPEN_LABEL = pgettext_lazy("figure", "Open")


def key_figures(person: Person | None, *, at: datetime, filters: Filters = UNFILTERED, path: str = "") -> list[Figure]:
    """The figures of the areas whose figures the person may see; None: of everything public.

    `path` narrows to an area. Of the filters, category, urgency and lights narrow; a clock state or a period would turn
    the rates into something else, so they do not. At most four statements beside those that read the person's scope.
    """
    filters = replace(filters, clock="", days=None)
    paths = scope_of(person, at).count_paths if person else None
    key = _key(paths, filters, path, at)
    counts = cache.get(key)
    if counts is None:
        counts = _counts(person, at, filters, path)
        cache.set(key, counts, KEPT_S)
    return _open_figures(counts, is_public=person is None) + [_rate_figure(rate, counts) for rate in RATES]


def _key(paths: tuple[str, ...] | None, filters: Filters, path: str, at: datetime) -> str:
    asked = "\n".join(["*"] if paths is None else paths) + f"\n\n{path}?{filters.as_query()}@{int(at.timestamp()) // KEPT_S}"
    return f"figures:{hashlib.sha256(asked.encode()).hexdigest()}"


def _counts(person: Person | None, at: datetime, filters: Filters, path: str) -> Counts:
    """Numerators and denominators by name: “resolution” and “resolution_of”."""
    everything: IssueQuerySet = Issue.objects.counted_for(person, at) if person else Issue.objects.public()
    if path:
        everything = everything.under(path)
    chosen = filters.narrow(everything, at)
    return {
        **_open(replace(filters, lights=()).narrow(everything, at), at),
        **_ended(chosen, at),
        **_rated(chosen, at),
        **_covered(person, at, path),
    }


def _open(issues: IssueQuerySet, at: datetime) -> Counts:
    """What is open, by light and late."""
    by_light = {rung.light.value: Count("pk", filter=Q(level=rung.level)) for rung in LADDER}
    late = Count("pk", filter=Q(clock=ClockState.OVERDUE))
    return issues.unfinished().with_clock_state(at).aggregate(overdue=late, overdue_of=Count("pk"), **by_light)


def _ended(issues: IssueQuerySet, at: datetime) -> Counts:
    """First contacts that were due, and what was closed, in the window: two index ranges, one statement."""
    since = at - timedelta(days=DAYS)
    due = Q(contact_due_at__gt=since, contact_due_at__lte=at) & ~Q(status__in=UNCOUNTED)
    # 解决率's denominator leaves out questions and all that was withdrawn, merged or declined.
    closed = Q(closed_at__gt=since, closed_at__lte=at, status__in=(Status.CLOSED, Status.CLOSED_EXPLAINED))
    closed &= ~Q(request_type=RequestType.CONSULT)
    came_back = Issue.objects.filter(recurrence_of__isnull=False, reported_at__gt=since, reported_at__lte=at)
    solved_at = Coalesce("resolved_at", "closed_at")
    climbed_late = EscalationRequest.objects.filter(cause=Cause.OVERDUE).values("issue")
    return issues.filter(due | closed).aggregate(
        response_of=Count("pk", filter=due),
        response=Count("pk", filter=due & Q(first_contact_at__lte=F("contact_due_at"))),
        resolution_of=Count("pk", filter=closed),
        resolution=Count("pk", filter=closed & Q(status=Status.CLOSED)),
        on_time_of=Count("pk", filter=closed & Q(level_due_at__isnull=False)),
        on_time=Count("pk", filter=closed & Q(status=Status.CLOSED, level_due_at__gte=solved_at) & ~Q(pk__in=climbed_late)),
        recurrence_of=Count("pk", filter=closed),
        recurrence=Count("pk", filter=closed & Q(pk__in=came_back.values("recurrence_of"))),
    )


def _rated(issues: IssueQuerySet, at: datetime) -> Counts:
    """Ratings given in the window: of every round, so that a second answer does not erase the first."""
    given = Rating.objects.filter(rated_at__gt=at - timedelta(days=DAYS), rated_at__lte=at, submission__issue__in=issues)
    content = Count("pk", filter=Q(value__in=(Rating.Value.SATISFIED, Rating.Value.MOSTLY)))
    return given.aggregate(satisfaction_of=Count("pk"), satisfaction=content)


def _covered(person: Person | None, at: datetime, path: str) -> Counts:
    """Cells, and those with a party representative of their own or of the village."""
    held = scope_of(person, at).count_paths if person else tuple(Area.objects.roots().values_list("path", flat=True))
    cover = cover_counts(narrowed(held, path), at)
    count = next(count for count in cover.overall.counts if count.need.role == Role.PARTY_REPRESENTATIVE)
    return {"coverage": count.filled, "coverage_of": count.total}


def narrowed(paths: tuple[str, ...], path: str) -> tuple[str, ...]:
    """What of the areas with those paths lies in the area with that path; all of them if it is empty."""
    if not path or path in paths:
        return (path,) if path else paths
    if set(paths_above(path)) & set(paths):
        return (path,)
    return tuple(each for each in paths if path in paths_above(each))


def _open_figures(counts: Counts, *, is_public: bool) -> list[Figure]:
    everything = counts["overdue_of"]
    lights = {rung.light: counts[rung.light.value] for rung in LADDER}
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


def _rate_figure(rate: Rate, counts: Counts) -> Figure:
    numerator, denominator = counts[rate.code], counts[f"{rate.code}_of"]
    figure = Figure(rate.code, str(rate.label), "–", numerator, denominator, str(rate.note))
    if denominator == 0:
        return replace(figure, note=_("Nothing to count in this period"))
    if denominator < FEWEST:
        too_few = _("Not told: fewer than %(fewest)s") % {"fewest": FEWEST}
        return replace(figure, numerator=None, denominator=None, note=too_few, suppressed=True)
    share = numerator / denominator
    return replace(figure, value=f"{number_format(round(100 * share, 1), decimal_pos=1)}%", share=share)
