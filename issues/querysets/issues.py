"""The words for sets of issues: who sees them, how they stand in time, what they are about, with what they are read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Polygon
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Exists, F, Func, Max, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce

from grids.keyset import Keyset
from grids.levels import Level
from grids.models import Area
from grids.querysets import within_path, within_paths, without_geometry
from issues import reach, search
from issues.querysets import written
from issues.querysets.arrays import AnyOf
from issues.querysets.released import path_of
from issues.querysets.underway import UnderwayWords
from issues.terms import SOLVED, ClockState, Light
from issues.workflow import LEVEL_OF
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from issues.models import Issue
    from representatives.models import Person, Unit
    from representatives.scopes import Scope

    Who = Person | AnonymousUser

NEWEST_FIRST = Keyset(("reported_at", "pk"), falls=True)
BEST_FIRST = Keyset(("rank", "reported_at", "pk"), falls=True)
_RELATED = ("area", "category", "handler", "lead_unit", "resolved_by")


class IssueQuerySet(UnderwayWords):
    def imported(self, source: str, source_ids: Iterable[str]) -> set[str]:
        """Which of the source's numbers are here already."""
        return set(self.filter(source=source, source_id__in=list(source_ids)).values_list("source_id", flat=True))

    def recurring_perhaps(self, source: str, uncounted: Collection[str], *, after: int, anew: bool) -> QuerySet[Issue, int]:
        """Keys above that one, in order, of issues that no recurrence is known of; of that source alone, unless it is empty.

        `anew`: also of those of which one is known.
        """
        found = self.filter(pk__gt=after).exclude(status__in=sorted(uncounted))
        found = found if anew else found.filter(recurrence_of=None)
        return (found.filter(source=source) if source else found).order_by("pk").values_list("pk", flat=True)

    def last_key(self) -> int:
        """The highest key of all; 0 if there is none."""
        return self.aggregate(last=Max("pk"))["last"] or 0

    def solved_between(self, after: datetime, until: datetime, last_key: int) -> QuerySet[Issue, Any]:
        """(key, category, path, closed_at, longitude, latitude) of what was solved in that time, up to that key."""
        x, y = (Func(F("point"), function=f"ST_{axis}", output_field=models.FloatField()) for axis in "XY")
        found = self.filter(status__in=sorted(SOLVED), closed_at__gte=after, closed_at__lte=until, pk__lte=last_key).order_by()
        return found.values_list("pk", "category_id", "path", "closed_at", x, y)

    def first_key_of(self, source: str) -> int:
        """The lowest key of what was imported from there; 0 if nothing was."""
        return self.filter(source=source).aggregate(first=Min("pk"))["first"] or 0

    def unfinished(self) -> Self:
        """Issues that have not ended; every index for lists and counts is over these."""
        return self.filter(closed_at=None)

    def ended(self) -> Self:
        """Issues that have ended, whichever way."""
        return self.filter(closed_at__isnull=False)

    def count_up_to(self, most: int) -> int:
        """How many there are; counting stops at `most`."""
        return self.order_by()[:most].count()

    def under(self, path: str) -> Self:
        """Issues reported in the area with that path, or within it."""
        return self.filter(within_path(path))

    def open_in(self, path: str) -> Self:
        """Unfinished issues of the area and all within it."""
        return self.unfinished().under(path)

    def open_at(self, paths: Iterable[str]) -> Self:
        """Open issues that lie at just these paths, not deeper; sealed ones are in no figure and not told."""
        return self.unfinished().filter(path__in=list(paths))

    def lying_at(self, paths: Iterable[str]) -> Self:
        """Issues at just these paths, not deeper."""
        return self.filter(path__in=list(paths))

    def under_any(self, paths: Iterable[str]) -> Self:
        """Issues reported in any of those areas, or within one of them; none if there are no paths."""
        return self.filter(within_paths(paths))

    def reported_since(self, moment: datetime) -> Self:
        return self.filter(reported_at__gt=moment)

    def reported_between(self, since: datetime, until: datetime) -> Self:
        return self.filter(reported_at__gte=since, reported_at__lt=until)

    def unsealed(self) -> Self:
        return self.filter(sealed=False)

    def placed_within(self, box: Polygon) -> Self:
        """Issues with a point in the box (EPSG:4326)."""
        return self.filter(point__within=box)

    def with_ids(self, ids: Iterable[int]) -> Self:
        return self.filter(pk__in=list(ids))

    def numbered(self, number: str) -> Self:
        return self.filter(number=number)

    def newest_until(self, key: int | None) -> Self:
        """By their keys, the newest first; those up to that key if one is given."""
        return (self if key is None else self.filter(pk__lte=key)).order_by("-pk")

    def with_numbers(self, numbers: Iterable[str]) -> Self:
        return self.filter(number__in=list(numbers))

    def has(self, issue: Issue) -> bool:
        """Whether the issue is one of these."""
        return self.filter(pk=issue.pk).exists()

    def with_related(self) -> Self:
        """With all that a row or a card of an issue names."""
        return self.select_related(*_RELATED).defer("area__boundary")

    def for_rows(self) -> Self:
        """With what a row of a list names: category, and the area with the one that it lies in."""
        return self.select_related("category", "area__parent").defer(*without_geometry("area", "area__parent"), "point")

    def for_page(self) -> Self:
        """With all that the page of an issue names of which there is one; what there may be several of: `issues.parts`.

        `claimants`: names of the villages that dispute the ground it lies on.
        """
        links = ("recurrence_of", "merged_into", "project__taken_by", "project__approved_by", "dispute")
        places = ("area", "area__parent", "area__parent__parent", "area__parent__parent__parent")
        found = self.select_related("category__group", "handler", "lead_unit", *links, *places)
        claimants = Area.objects.filter(disputes=OuterRef("dispute")).order_by("path").values("name")
        found = found.annotate(claimants=ArraySubquery(claimants))
        return found.defer("dispute__boundary", *without_geometry(*places))

    def for_moving(self) -> Self:
        """With what most forms ask of an issue when they are sent; what few ask is read when it is asked for."""
        places = ("area", "area__parent", "area__parent__parent", "area__parent__parent__parent")
        return self.select_related("category__group", "lead_unit", *places).defer(*without_geometry(*places))

    def for_phone(self, person: Who, at: datetime) -> Self:
        """With what a member's phone shows of each, what it waits for them for (`asked`) first; `in_all`: how many they are."""
        related = ("category__group", "area__parent", "handler", "lead_unit", "resolved_by")
        found = self.select_related(*related).defer("area__boundary", "area__parent__boundary")
        return found.with_asked(person, at).annotate(in_all=models.Window(models.Count("pk"))).soonest_due_first()

    def others_than(self, issue: Issue) -> Self:
        return self.exclude(pk=issue.pk).order_by("-reported_at", "-pk")

    def among(self, ids: models.QuerySet[Issue, int] | Iterable[int]) -> Self:
        """Those with these keys; a set of keys that is cut from a query is asked within the same statement."""
        return self.filter(pk__in=ids if isinstance(ids, models.QuerySet) else list(ids))

    def late_by_holder(self) -> list[tuple[int | None, int, str, int]]:
        """(lead unit, level, path of the place that holds it, how many), of villages and townships as deep as their level."""
        held_by_places = (Level.TOWNSHIP, Level.VILLAGE)
        place = Case(*(When(level=level, then=path_of(level)) for level in held_by_places), default=Value(""))
        held = self.order_by().annotate(held_at=place).values("lead_unit", "level", "held_at").annotate(n=models.Count("pk"))
        return list(held.values_list("lead_unit", "level", "held_at", "n"))

    def with_unit(self, unit: Unit) -> Self:
        """Issues that are with the unit: led or helped by it, or held at its own place and level."""
        from issues.querysets.supervision import with_unit

        return self.filter(with_unit(unit))

    def before_gate(self, ids: Collection[int]) -> models.QuerySet[Issue, dict[str, Any]]:
        """What the gate before closing looks at, of each of these issues, in one statement: reports, ratings, askings …"""
        from issues.models import EscalationRequest, Event, Evidence, KeySupervisionEntry, Notice, Poll, Rating, Submission, SubTask

        here = OuterRef("pk")
        reports = Submission.objects.of_issue(here)
        entries = KeySupervisionEntry.objects.ongoing().about(here)
        return self.filter(pk__in=ids).values(
            "pk",
            reports=Coalesce(Subquery(reports.counted()), 0),
            by_phone=Exists(reports.only_by_phone()),
            ratings=ArraySubquery(Rating.objects.of_issue(here).told()),
            askings=ArraySubquery(Event.objects.asking(here).told()),
            unanswered=Exists(Notice.objects.undelivered_answers(here)),
            may_leave=Exists(entries.standing().with_exit_approved()),
            supervised=Exists(entries),
            proposed=Exists(EscalationRequest.objects.about(here).pending()),
            polled=ArraySubquery(Poll.objects.of_issue(here).told()),
            owing=ArraySubquery(SubTask.objects.unfinished().of_issue(here).values("unit__name")),
            evidenced=ArraySubquery(Evidence.objects.of_issue(here).values("round")),
        )

    def for_act(self) -> Self:
        """With what nearly every verb asks of an issue: category, handler, and `outlets_there` as the model says."""
        from issues.models import Outlet

        return self.select_related("category", "handler__notice_choice").annotate(outlets_there=Exists(Outlet.objects.listening()))

    def parts_there(self, ids: Collection[int], parts: Mapping[str, type[models.Model]]) -> Iterator[tuple[int, list[str]]]:
        """(key, names) for each of these issues: of which of the models, told by name, there is a row that belongs to it."""
        there = {f"has_{name}": Exists(model._default_manager.filter(issue=OuterRef("pk"))) for name, model in parts.items()}
        for pk, *found in self.filter(pk__in=ids).order_by().annotate(**there).values_list("pk", *there):
            yield pk, [name for name, is_there in zip(parts, found, strict=True) if is_there]

    def of_report(self, submission_id: int) -> Self:
        """The issue that the report with that key belongs to."""
        return self.filter(submissions=submission_id)

    def locked_for_act(self) -> Self:
        """The rows of the set, each locked from when it is read until the transaction ends."""
        return self.for_act().select_for_update(of=("self",))

    def lock(self, *ids: int) -> Self:
        """Those rows, locked in the order of their keys until the transaction ends."""
        return self.locked_for_act().filter(pk__in=ids).order_by("pk")

    def lock_one(self) -> Issue | None:
        """The only row of the set, locked; None if it is empty."""
        return self.locked_for_act().first()

    def lock_if_free(self, pk: int) -> Issue | None:
        """The row, locked; None if it is none of the set, or another worker holds it just now."""
        return self.for_act().select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()

    def lock_free(self, most: int) -> list[Issue]:
        """The first of the set that nobody else holds just now, so many at most, locked; each is asked again under its lock."""
        return list(self.for_act().select_for_update(of=("self",), skip_locked=True)[:most])

    # --- who may see what ---

    def visible_to(self, person: Who, at: datetime) -> Self:
        """Issues that exist for the person."""
        return self.filter(written.may_open(scope_of(person, at), at))

    def counted_for(self, person: Who, at: datetime) -> Self:
        """Issues that are in the person's figures, whether or not each may be opened."""
        return self.filter(reach.counted(scope_of(person, at)))

    def public(self) -> Self:
        """Issues that are in figures told to everybody: neither sealed nor kept from the public."""
        return self.filter(sealed=False, non_public=False)

    def only_keys(self) -> models.QuerySet[Issue, int]:
        """Their keys alone, in their order: what a page of a long list is cut from."""
        return self.values_list("pk", flat=True)

    # --- clocks ---

    def overdue(self, at: datetime) -> Self:
        """Unfinished issues that were not solved in time."""
        return self.unfinished().filter(reach.overdue(at))

    def with_clock_state(self, at: datetime) -> Self:
        """Annotated with `clock`, a value of `ClockState`."""
        return self.annotate(
            clock=Case(
                When(reach.PAUSED, then=Value(ClockState.PAUSED.value)),
                When(reach.overdue(at), then=Value(ClockState.OVERDUE.value)),
                When(Q(resolved_at=None, closed_at=None, due_soon_at__lte=at), then=Value(ClockState.DUE_SOON.value)),
                default=Value(ClockState.ON_TRACK.value),
                output_field=models.CharField(),
            )
        )

    def in_clock_state(self, state: str, at: datetime) -> Self:
        return self.with_clock_state(at).filter(clock=state)

    def dated_within(self, start: datetime, end: datetime) -> Self:
        """Unfinished issues one of whose dates counts days between the two moments, as far as their columns tell, by key."""
        dates = (
            "level_due_at", "climb_at", "warn_at", "contact_due_at", "triage_due_at", "sign_due_at",
            "decide_due_at", "progress_due_at", "resume_at",
        )  # fmt: skip
        later = Q(pk__in=())
        for column in dates:
            later |= Q(**{f"{column}__gte": start})
        return self.unfinished().filter(later, reported_at__lt=end).order_by("pk")

    def with_project(self) -> Self:
        return self.select_related("project")

    def beyond(self, pk: int) -> Self:
        """Those with a higher key."""
        return self.filter(pk__gt=pk)

    def locked(self) -> Self:
        """The rows, locked until the transaction ends."""
        return self.select_for_update(of=("self",))

    # --- what they are about ---

    def of_lights(self, *lights: str) -> Self:
        return self.filter(level__in=[LEVEL_OF[Light(light)] for light in lights])

    def of_category(self, *codes: str) -> Self:
        """Of those categories, or of the groups with those codes."""
        return self.filter(Q(category__code__in=codes) | Q(category__group__code__in=codes))

    def of_urgency(self, *urgencies: str) -> Self:
        return self.filter(urgency__in=urgencies)

    def matching(self, text: str) -> Self:
        """Whose number, title or place in words has the text in it; what residents wrote is not searched."""
        return self.filter(Q(number__icontains=text) | Q(title__icontains=text) | Q(place_text__icontains=text))

    def saying(self, words: str, scope: Scope, *, by_key: bool = False) -> Self:
        """In whose words (`issues/search.py`) all of these stand, among those that the scope can reach at all.

        `by_key`: read by the keys that the index of words gives, for words that are `search.is_exact`. In how few of a place's
        issues, years of them, two words stand at once PostgreSQL cannot guess, and would read them all.
        """
        asked = search.Asked(words, search.paths_of(scope))
        if not by_key:
            return self.filter(words__words__fits=asked)
        from issues.models import IssueWords

        return self.filter(AnyOf(F("pk"), ArraySubquery(IssueWords.objects.filter(words__fits=asked).values("issue"))))

    def with_rank(self, words: str) -> Self:
        """Of those `saying` the words: `rank` is higher where they stand in number or title than in place, report and history."""
        rank = models.Func(F("words__words"), search.Asked(words, None), function="ts_rank", output_field=models.FloatField())
        # As PostgreSQL's real a rank would not come back as the number that was sent.
        return self.annotate(rank=Cast(rank, models.FloatField()))

    def newest_first(self) -> Self:
        return NEWEST_FIRST.ordered(self)

    def red_list(self) -> Self:
        """The county's key supervision list, longest there first."""
        return self.unfinished().filter(level=Level.COUNTY, sealed=False).order_by("level_since", "pk")

    def red_suggested_to(self, person: Who, at: datetime) -> Self:
        """Yellow issues for which the program drafted a proposal that nobody has decided yet; not for who helps alone."""
        seen = self.visible_to(person, at).filter(reach.reads_inside(scope_of(person, at)))
        return seen.unfinished().filter(level=Level.TOWNSHIP, red_drafted_at__isnull=False).order_by("red_drafted_at", "pk")
