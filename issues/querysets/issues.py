"""The words for sets of issues: who sees them, for whom they wait, how they stand in time, what sweeps look for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Polygon
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Least

from grids.levels import Level
from grids.querysets import within_path, within_paths
from issues import reach, search
from issues.querysets.notices import DECISIONS
from issues.querysets.rights import RightsWords
from issues.terms import ClockState, Light, Status, Verb
from issues.workflow import LEVEL_OF, UNTOLD
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import EscalationRequest, Event, Issue, KeySupervisionEntry
    from representatives.models import Person, Unit
    from representatives.scopes import Scope

    Who = Person | AnonymousUser

_RELATED = ("area", "category", "handler", "lead_unit", "resolved_by")


class IssueQuerySet(RightsWords):
    def imported(self, source: str, source_ids: Iterable[str]) -> set[str]:
        """Which of the source's numbers are here already."""
        return set(self.filter(source=source, source_id__in=list(source_ids)).values_list("source_id", flat=True))

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
        return self.select_related("category", "area__parent").defer("area__boundary", "area__parent__boundary", "point")

    def for_page(self) -> Self:
        """With all that the page of an issue names: ledger, slips, requests, stays in the red list, sub-tasks, project."""
        from issues.models import EscalationRequest, Event, HolderRequest, KeySupervisionEntry, SubTask

        links = ("recurrence_of", "merged_into", "project__taken_by", "project__approved_by")
        places = ("area", "area__parent", "area__parent__parent", "area__parent__parent__parent")
        return (
            self.select_related("category__group", "handler", "lead_unit", *links, *places)
            .defer(*(f"{place}__boundary" for place in places))
            .prefetch_related(
                models.Prefetch("events", Event.objects.with_words().order_by("number")),
                models.Prefetch("slips", EscalationRequest.objects.for_issue_page()),
                models.Prefetch("red_entries", KeySupervisionEntry.objects.for_issue_page()),
                models.Prefetch("sub_tasks", SubTask.objects.for_issue_page()),
                models.Prefetch("requests", HolderRequest.objects.for_issue_page()),
                "project__milestones",
            )
        )

    def others_than(self, issue: Issue) -> Self:
        return self.exclude(pk=issue.pk).order_by("-reported_at", "-pk")

    def among(self, ids: models.QuerySet[Issue, int] | Iterable[int]) -> Self:
        """Those with these keys; a set of keys that is cut from a query is asked within the same statement."""
        return self.filter(pk__in=ids if isinstance(ids, models.QuerySet) else list(ids))

    def late_by_holder(self) -> list[tuple[int | None, int, str, int]]:
        """(lead unit, level, path of the place that holds it, how many), of villages and townships as deep as their level."""
        township = Concat(_part(1), Value("."), _part(2))
        village = Concat(township, Value("."), _part(3))
        place = Case(When(level=Level.TOWNSHIP, then=township), When(level=Level.VILLAGE, then=village), default=Value(""))
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

    def of_report(self, submission_id: int) -> Self:
        """The issue that the report with that key belongs to."""
        return self.filter(submissions=submission_id)

    def lock(self, *ids: int) -> Self:
        """Those rows, locked in the order of their keys until the transaction ends."""
        return self.for_act().select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")

    def lock_one(self) -> Issue | None:
        """The only row of the set, locked; None if it is empty."""
        return self.for_act().select_for_update(of=("self",)).first()

    def lock_if_free(self, pk: int) -> Issue | None:
        """The row, locked; None if it is none of the set, or another worker holds it just now."""
        return self.for_act().select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()

    # --- who may see what ---

    def visible_to(self, person: Who, at: datetime) -> Self:
        """Issues that exist for the person."""
        return self.filter(reach.may_open(scope_of(person, at), at))

    def counted_for(self, person: Who, at: datetime) -> Self:
        """Issues that are in the person's figures, whether or not each may be opened."""
        return self.filter(reach.counted(scope_of(person, at)))

    def public(self) -> Self:
        """Issues that are in figures told to everybody: neither sealed nor kept from the public."""
        return self.filter(sealed=False, non_public=False)

    def waiting_for(self, person: Who, at: datetime) -> Self:
        """What waits for the person; annotated as `with_asked` says."""
        scope, anything = scope_of(person, at), reach.NONE
        for condition in reach.asked_of(scope, at).values():
            anything |= condition
        # Nothing waits outside the areas of one's posts: said first, it lets the index leave the rest of the county out.
        within = {path for _role, path in scope.held}
        return self.unfinished().under_any(within).filter(anything).with_asked(person, at)

    def to_tell(self, person: Who, at: datetime) -> Self:
        """Decided against a requester whom somebody has to call, the person for one; the longest decided first."""
        scope = scope_of(person, at)
        within = {path for _role, path in scope.held}
        return self.under_any(within).filter(reach.may_tell(scope)).untold().order_by("closed_at", "pk")

    def untold(self) -> Self:
        """Declined, deferred or closed with explanation, and a requester could not be told so but by a call not made yet."""
        from issues.models import Event, Submission

        decisions = Event.objects.filter(issue=OuterRef("pk"), verb__in=DECISIONS).order_by("-number")
        calls = Event.objects.filter(issue=OuterRef("pk"), verb=Verb.TOLD, number__gt=OuterRef("decision"))
        found = self.decided_against().filter(Exists(Submission.objects.filter(issue=OuterRef("pk")).untold()), to_call=True)
        found = found.annotate(decision=Subquery(decisions.values("number")[:1])).filter(decision__isnull=False)
        return found.exclude(Exists(calls))

    def decided_against(self) -> Self:
        """Declined, deferred or closed with explanation."""
        return self.filter(status__in=sorted(UNTOLD))

    def with_asked(self, person: Who, at: datetime) -> Self:
        """Each with `asked`, what it waits for the person for (empty: it does not), and `waits_until`."""
        scope = scope_of(person, at)
        asked = reach.asked_of(scope, at)
        cases = [When(condition, then=Value(name)) for name, condition in asked.items()]
        found = self.annotate(asked=Case(*cases, default=Value(""), output_field=models.CharField()))
        return found.annotate(waits_until=_waits_until(asked, scope.unit_id))

    def only_keys(self) -> models.QuerySet[Issue, int]:
        """Their keys alone, in their order: what a page of a long list is cut from."""
        return self.values_list("pk", flat=True)

    def soonest_due_first(self) -> Self:
        """By `waits_until` if it is there, else by the level's clock; what has no date comes last."""
        field = "waits_until" if "waits_until" in self.query.annotations else "level_due_at"
        return self.order_by(F(field).asc(nulls_last=True), "pk")

    def in_wait_state(self, state: str, at: datetime) -> Self:
        """Of those that wait (`waiting_for`): those whose asked thing is in that state; the same as `reach.wait_state` says."""
        soon = Q(waits_until__lt=at + reach.SOON) | Q(resolved_at=None, due_soon_at__lte=at)
        late = Q(waits_until__lt=at)
        conditions = {
            ClockState.PAUSED: reach.PAUSED,
            ClockState.OVERDUE: ~reach.PAUSED & late,
            ClockState.DUE_SOON: ~reach.PAUSED & ~late & soon,
            ClockState.ON_TRACK: ~reach.PAUSED & ~late & ~soon,
        }
        return self.filter(conditions[ClockState(state)])

    def of_asked(self, asked: str) -> Self:
        """Of those that wait (`waiting_for`): for that alone."""
        return self.filter(asked=asked)

    def count_by_asked(self) -> dict[str, int]:
        """Of those that wait (`waiting_for`): how many for what."""
        return dict(self.order_by().values_list("asked").annotate(n=models.Count("pk")))

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

    def saying(self, words: str, scope: Scope) -> Self:
        """In whose words (`issues/search.py`) all of these stand, among those that the scope can reach at all."""
        return self.filter(words__words__fits=search.Asked(words, search.paths_of(scope)))

    def best_first(self, words: str) -> Self:
        """Of those `saying` the words: where they stand in number or title before place, report and history; then the newest."""
        rank = models.Func(F("words__words"), search.Asked(words, None), function="ts_rank", output_field=models.FloatField())
        return self.annotate(rank=rank).order_by("-rank", "-reported_at", "-pk")

    def newest_first(self) -> Self:
        return self.order_by("-reported_at", "-pk")

    def red_list(self) -> Self:
        """The county's key supervision list, longest there first."""
        return self.unfinished().filter(level=Level.COUNTY, sealed=False).order_by("level_since", "pk")

    def red_suggested_to(self, person: Who, at: datetime) -> Self:
        """Yellow issues for which the program drafted a proposal that nobody has decided yet; not for who helps alone."""
        seen = self.visible_to(person, at).filter(reach.reads_inside(scope_of(person, at)))
        return seen.unfinished().filter(level=Level.TOWNSHIP, red_drafted_at__isnull=False).order_by("red_drafted_at", "pk")

    # --- what the sweeps look for ---

    def to_warn(self, at: datetime) -> Self:
        return self.unfinished().filter(warn_at__lte=at).order_by("warn_at", "pk")

    def to_climb(self, at: datetime) -> Self:
        """Late below the township: these go up by themselves."""
        return self.unfinished().filter(climb_at__lte=at, level__lt=Level.TOWNSHIP).order_by("climb_at", "pk")

    def to_draft(self, at: datetime) -> Self:
        """Late at the township: for these a proposal is drafted."""
        return self.unfinished().filter(climb_at__lte=at, level=Level.TOWNSHIP, red_drafted_at=None).order_by("climb_at", "pk")

    def to_ask_or_close(self, at: datetime) -> Self:
        """Awaiting a rating, and it is time to ask again or to close without one."""
        return self.filter(status=Status.PENDING_FEEDBACK, closed_at=None, silent_close_at__lte=at).order_by(
            "silent_close_at", "pk"
        )

    def to_remind_of_tasks(self, at: datetime) -> Self:
        """Issues of which another unit is to be reminded that it was asked something."""
        from issues.models import SubTask

        return self.unfinished().filter(pk__in=SubTask.objects.to_warn(at).values("issue")).order_by("pk")

    def to_purge(self, at: datetime) -> Self:
        """Ended, and something of it has been kept as long as it may be."""
        return self.filter(closed_at__isnull=False, purge_at__lte=at).order_by("purge_at", "pk")

    def with_voice_since(self, moment: datetime) -> Self:
        """With voice notes that came then or before."""
        from issues.models import Attachment

        kept = Attachment.objects.filter(submission__issue=OuterRef("pk")).voice_since(moment)
        return self.filter(Exists(kept)).order_by("pk")

    def to_resume(self, at: datetime) -> Self:
        return self.filter(status=Status.SUSPENDED, closed_at=None, resume_at__lte=at).order_by("resume_at", "pk")


def _part(n: int) -> Func:
    """The n-th code of the path, from 1: the county's, the township's, the village's."""
    return Func(F("path"), Value("."), Value(n), function="split_part", output_field=models.CharField())


def _waits_until(asked: dict[str, Q], unit_id: int | None) -> Case:
    """Until when what is asked should be done: `decide` and `help` as in `reach.asked_of`, the rest follows from the status.

    Asking the status, not the annotation `asked`, keeps the whole of that condition from being written out for each line.
    """
    from issues.models import EscalationRequest, SubTask

    decide_by = EscalationRequest.objects.filter(issue=OuterRef("pk"), decision="pending").values("decide_by")[:1]
    owed = SubTask.objects.unfinished().filter(issue=OuterRef("pk"), unit=unit_id).order_by("due_at")
    owed_by = owed.values(soonest=Least(Case(When(acknowledged_at=None, then=F("on_site_by"))), F("due_at")))[:1]
    return Case(
        When(
            asked["decide"],
            then=Coalesce(Subquery(decide_by), F("red_drafted_at"), F("raise_drafted_at"), F("silent_close_at"), F("level_due_at")),
        ),
        When(asked["help"], then=Subquery(owed_by)),
        When(status=Status.SUBMITTED, then=F("triage_due_at")),
        When(reach.WAITING, then=Coalesce(F("sign_due_at"), F("level_due_at"))),
        When(status=Status.DEFERRED, then=F("resume_at")),
        When(status=Status.PENDING_VERIFICATION, then=Coalesce(F("warn_at"), F("total_due_at"))),
        When(status=Status.PENDING_FEEDBACK, then=Coalesce(F("silent_close_at"), F("total_due_at"))),
        default=F("level_due_at"),
        output_field=models.DateTimeField(),
    )
