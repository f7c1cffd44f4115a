"""The words for sets of issues, submissions, events and notices. Nobody else spells `filter()` on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Polygon
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject

from grids.levels import Level
from grids.querysets import within_path, within_paths
from issues import reach
from issues.workflow import LEVEL_OF, ClockState, Light, Status, Verb
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import (
        Attachment,
        Category,
        EscalationRequest,
        Event,
        Issue,
        KeySupervisionEntry,
        Notice,
        Rating,
        SlaPolicy,
        Submission,
    )
    from representatives.models import Person

    Who = Person | AnonymousUser

SOON = timedelta(hours=4)  # what is asked within this time is due soon
LIKE_DAYS = 30
LIKE_DEGREES = 0.0012  # some 100 m: only suggests, people decide
_RELATED = ("area", "category", "handler", "lead_unit", "resolved_by")


class CategoryQuerySet(models.QuerySet["Category"]):
    def in_use(self) -> Self:
        """Categories that may be chosen, each with its group, in the county's order."""
        return self.filter(is_active=True, group__isnull=False).select_related("group").order_by("group__order", "order", "code")

    def groups(self) -> Self:
        return self.filter(is_active=True, group=None).order_by("order", "code")

    def with_code(self, code: str) -> Category | None:
        return self.filter(code=code).first()

    def others_in_use(self, kept: Iterable[str]) -> Self:
        """What may be chosen and is none of those codes."""
        return self.filter(is_active=True).exclude(code__in=list(kept))


class PolicyQuerySet(models.QuerySet["SlaPolicy"]):
    def begun(self, at: datetime) -> Self:
        """Versions that were in force at some time up to then, the latest first."""
        return self.filter(active_from__lte=at).order_by("-active_from", "-pk")

    def identified(self, identifier: str) -> SlaPolicy | None:
        return self.filter(identifier=identifier).first()


class IssueQuerySet(models.QuerySet["Issue"]):
    def imported(self, source: str, source_ids: Iterable[str]) -> set[str]:
        """Which of the source's numbers are here already."""
        return set(self.filter(source=source, source_id__in=list(source_ids)).values_list("source_id", flat=True))

    def unfinished(self) -> Self:
        """Issues that have not ended; every index for lists and counts is over these."""
        return self.filter(closed_at=None)

    def under(self, path: str) -> Self:
        """Issues reported in the area with that path, or within it."""
        return self.filter(within_path(path))

    def open_in(self, path: str) -> Self:
        """Unfinished issues of the area and all within it."""
        return self.unfinished().under(path)

    def under_any(self, paths: Iterable[str]) -> Self:
        """Issues reported in any of those areas, or within one of them; none if there are no paths."""
        return self.filter(within_paths(paths))

    def reported_since(self, moment: datetime) -> Self:
        return self.filter(reported_at__gt=moment)

    def placed_within(self, box: Polygon) -> Self:
        """Issues with a point in the box (EPSG:4326)."""
        return self.filter(point__within=box)

    def numbered(self, number: str) -> Self:
        return self.filter(number=number)

    def with_related(self) -> Self:
        """With all that a row or a card of an issue names."""
        return self.select_related(*_RELATED).defer("area__boundary")

    def for_rows(self) -> Self:
        """With what a row of a list names: category, and the area with the one that it lies in."""
        return self.select_related("category", "area__parent").defer("area__boundary", "area__parent__boundary", "point")

    def for_page(self) -> Self:
        """With all that the page of an issue names, its ledger, slips and stays in the red list included: four statements."""
        from issues.models import EscalationRequest, Event, KeySupervisionEntry

        links = ("recurrence_of", "merged_into")
        places = ("area", "area__parent", "area__parent__parent", "area__parent__parent__parent")
        return (
            self.select_related("category__group", "handler", "lead_unit", *links, *places)
            .defer(*(f"{place}__boundary" for place in places))
            .prefetch_related(
                models.Prefetch("events", Event.objects.with_words().order_by("number")),
                models.Prefetch("slips", EscalationRequest.objects.for_issue_page()),
                models.Prefetch("red_entries", KeySupervisionEntry.objects.for_issue_page()),
            )
        )

    def others_than(self, issue: Issue) -> Self:
        return self.exclude(pk=issue.pk).order_by("-reported_at", "-pk")

    def like(self, issue: Issue) -> Self:
        """Other unfinished issues of its category in the same cell or within 100 m, reported at most 30 days before it."""
        near = Q(path=issue.path)
        if issue.point:
            near |= Q(point__dwithin=(issue.point, LIKE_DEGREES))
        since = issue.reported_at - timedelta(days=LIKE_DAYS)
        return self.unfinished().filter(near, category=issue.category_id, reported_at__gte=since).others_than(issue)

    def lock(self, *ids: int) -> Self:
        """Those rows, locked in the order of their keys until the transaction ends."""
        return self.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")

    def lock_if_free(self, pk: int) -> Issue | None:
        """The row, locked; None if it is none of the set, or another worker holds it just now."""
        return self.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()

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
        """What waits for the person; annotated with `asked` (what for) and `waits_until`."""
        asked = reach.asked_of(scope_of(person, at), at)
        cases = [When(condition, then=Value(name)) for name, condition in asked.items()]
        found = self.unfinished().annotate(asked=Case(*cases, default=Value(""), output_field=models.CharField()))
        anything = reach.NONE
        for condition in asked.values():
            anything |= condition
        return found.filter(anything).annotate(waits_until=_waits_until())

    def soonest_due_first(self) -> Self:
        """By `waits_until` if it is there, else by the level's clock; what has no date comes last."""
        field = "waits_until" if "waits_until" in self.query.annotations else "level_due_at"
        return self.order_by(F(field).asc(nulls_last=True), "pk")

    def with_wait_state(self, at: datetime) -> Self:
        """Of those that wait (`waiting_for`): annotated with `clock`, the state of what is asked, not of the whole level."""
        soon = Q(waits_until__lt=at + SOON) | Q(resolved_at=None, due_soon_at__lte=at)
        return self.annotate(
            clock=Case(
                When(reach.PAUSED, then=Value(ClockState.PAUSED.value)),
                When(waits_until__lt=at, then=Value(ClockState.OVERDUE.value)),
                When(soon, then=Value(ClockState.DUE_SOON.value)),
                default=Value(ClockState.ON_TRACK.value),
                output_field=models.CharField(),
            )
        )

    def in_wait_state(self, state: str, at: datetime) -> Self:
        return self.with_wait_state(at).filter(clock=state)

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

    def red_list(self) -> Self:
        """The county's key supervision list, longest there first."""
        return self.unfinished().filter(level=Level.COUNTY, sealed=False).order_by("level_since", "pk")

    def red_suggested(self) -> Self:
        """Yellow issues for which the program drafted a proposal that nobody has decided yet."""
        return self.unfinished().filter(level=Level.TOWNSHIP, red_drafted_at__isnull=False).order_by("red_drafted_at", "pk")

    # --- what the sweeps look for ---

    def to_warn(self, at: datetime) -> Self:
        return self.unfinished().filter(warn_at__lte=at).order_by("warn_at", "pk")

    def to_climb(self, at: datetime) -> Self:
        """Late below the township: these go up by themselves."""
        return self.unfinished().filter(climb_at__lte=at, level__lt=Level.TOWNSHIP).order_by("climb_at", "pk")

    def to_draft(self, at: datetime) -> Self:
        """Late at the township: for these a proposal is drafted."""
        return self.unfinished().filter(climb_at__lte=at, level=Level.TOWNSHIP).order_by("climb_at", "pk")

    def to_ask_or_close(self, at: datetime) -> Self:
        """Awaiting a rating, and it is time to ask again or to close without one."""
        return self.filter(status=Status.PENDING_FEEDBACK, closed_at=None, silent_close_at__lte=at).order_by(
            "silent_close_at", "pk"
        )

    def to_resume(self, at: datetime) -> Self:
        return self.filter(status=Status.SUSPENDED, closed_at=None, resume_at__lte=at).order_by("resume_at", "pk")


def _waits_until() -> Case:
    """Until when what is asked should be done."""
    from issues.models import EscalationRequest

    decide_by = EscalationRequest.objects.filter(issue=OuterRef("pk"), decision="pending").values("decide_by")[:1]
    return Case(
        When(asked="decide", then=Coalesce(Subquery(decide_by), F("red_drafted_at"), F("silent_close_at"), F("level_due_at"))),
        When(asked="accept", then=F("triage_due_at")),
        When(asked="acknowledge", then=Coalesce(F("sign_due_at"), F("level_due_at"))),
        When(asked="verify", then=Coalesce(F("warn_at"), F("total_due_at"))),
        When(asked="feedback", then=Coalesce(F("silent_close_at"), F("total_due_at"))),
        default=F("level_due_at"),
        output_field=models.DateTimeField(),
    )


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Reports of issues that exist for the person; who entered one sees it, whatever became of the issue's place."""
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def with_uuid(self, uuid: UUID) -> Submission | None:
        """The report that was sent under that key, whatever became of it."""
        return self.select_related("issue").filter(uuid=uuid).first()

    def with_receipt(self, code: str) -> Submission | None:
        """The report with that receipt code (as stored), with all that its tracking page shows of it."""
        related = ("issue__lead_unit", "filed_as__merged_into", "category", "area", "requester")
        return self.select_related(*related).filter(receipt_code=code).first()

    def with_issue_locked(self, pk: int) -> Submission | None:
        """The report, its issue's row locked: asked again under the lock, for a merge may have moved it meanwhile."""
        from issues.models import Issue

        report = self.filter(pk=pk).first()
        while report is not None:
            issue = Issue.objects.lock(report.issue_id).get()
            report.refresh_from_db(fields=["issue"])
            if report.issue_id == issue.pk:
                report.issue = issue
                break
        return report

    def of_issue(self, issue: Issue) -> Self:
        return self.filter(issue=issue).order_by("received_at", "pk")

    def of_issues(self, issues: Collection[int]) -> Self:
        return self.filter(issue__in=issues)

    def join(self, issue: Issue) -> int:
        """They belong to that issue from now on, each remembering the one that it opened; says how many."""
        opened = Coalesce("filed_as_id", "issue_id")
        return self.order_by().update(filed_as_id=opened, issue=issue)

    def only_by_phone(self) -> Self:
        """Reports of people who can be answered by telephone alone."""
        return self.filter(requester__channel="phone")

    def for_issue_page(self) -> Self:
        """With whom to answer, the keys of the photos (`photo_ids`) and the ratings (`rated`), in one statement."""
        from issues.models import Attachment, Rating

        photos = Attachment.objects.filter(submission=OuterRef("pk")).order_by("pk").values("pk")
        said = JSONObject(value="value", comment="comment", taken_by="taken_by_id", rated_at="rated_at")
        ratings = Rating.objects.filter(submission=OuterRef("pk")).order_by("rated_at").values(said=said)
        return (
            self.select_related("requester", "entered_by", "category")
            .annotate(photo_ids=ArraySubquery(photos), rated=ArraySubquery(ratings))
            .order_by("received_at", "pk")
        )


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(submission__issue__in=Issue.objects.visible_to(person, at))


class EscalationRequestQuerySet(models.QuerySet["EscalationRequest"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def red_proposals(self) -> Self:
        """Proposals for the red list that wait for a decision, soonest first."""
        return (
            self.filter(decision="pending", to_level=Level.COUNTY)
            .select_related("issue", "minute", "asked_by")
            .order_by("decide_by", "pk")
        )

    def pending_for(self, issue: Issue) -> EscalationRequest | None:
        return self.filter(issue=issue, decision="pending").first()

    def about(self, issue: Issue) -> Self:
        return self.filter(issue=issue)

    def for_rows(self) -> Self:
        """With what the list of proposals says of each: the issue's category and place too."""
        place = ("issue__category", "issue__area__parent")
        return self.select_related("minute", "asked_by", *place).defer("issue__area__boundary", "issue__area__parent__boundary")

    def for_issue_page(self) -> Self:
        """Newest first, each with its minute and who asked and decided."""
        return self.select_related("minute", "asked_by", "decided_by").order_by("-asked_at", "-pk")


class RatingQuerySet(models.QuerySet["Rating"]):
    def of_issues(self, issues: Collection[int]) -> models.QuerySet[Rating, tuple[int, int, str]]:
        """(issue, round, rating) of each."""
        return self.filter(submission__issue__in=issues).values_list("submission__issue", "round", "value")


class KeySupervisionQuerySet(models.QuerySet["KeySupervisionEntry"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Entries of red issues that exist for the person; one that left the list stays visible to whoever sees the issue."""
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def for_issue_page(self) -> Self:
        """Newest first, each with its lead unit and who entered it."""
        return self.select_related("lead_unit", "entered_by").order_by("-entered_at", "-pk")

    def standing(self) -> Self:
        return self.filter(exited_at=None)

    def left(self) -> Self:
        return self.filter(exited_at__isnull=False)

    def may_leave(self, issues: Collection[int]) -> Self:
        """Standing entries of these issues whose exit is approved."""
        return self.standing().filter(issue__in=issues, exit_approved_by__isnull=False)

    def latest_of(self, issue: Issue) -> KeySupervisionEntry | None:
        return self.filter(issue=issue).order_by("-entered_at", "-pk").first()

    def about(self, issue: Issue) -> Self:
        return self.filter(issue=issue)

    def for_rows(self) -> Self:
        """With the issue, its category and place, the lead unit, and the words of the last progress (`last_note`)."""
        from issues.models import EventText

        told = EventText.objects.filter(event__issue=OuterRef("issue"), event__verb=Verb.NOTE, erased_at=None)
        note = told.order_by("-event__number").values("texts__text")[:1]
        place = ("issue__category", "issue__area__parent")
        return (
            self.select_related("lead_unit", *place)
            .defer("issue__area__boundary", "issue__area__parent__boundary")
            .annotate(last_note=Subquery(note))
        )


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def of_issue_numbered(self, number: str) -> Self:
        return self.filter(issue__number=number)

    def with_words(self) -> Self:
        """With what was written and who did it, for a timeline."""
        return self.select_related("words", "by")

    def public(self) -> Self:
        """What the requester is shown."""
        return self.filter(is_public=True)

    def done(self, issue: Issue, *verbs: Verb) -> Self:
        """Those verbs, done to that issue, the latest first."""
        return self.filter(issue=issue, verb__in=verbs).order_by("-number")

    def asking(self, issues: Collection[int]) -> Self:
        """Everything by which requesters of these issues were asked for a rating, in order."""
        return self.filter(issue__in=issues, verb__in=(Verb.RESOLVE, Verb.VERIFY, Verb.CALL_BACK)).order_by("issue", "number")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        return self.inbox(person, at)

    def inbox(self, person: Who, at: datetime) -> Self:
        """What the person was told in the program, newest first."""
        told = self.filter(person_id=person.pk, channel="in_app", announced_at__lte=at)
        return told.select_related("event__issue", "event__by").order_by("-announced_at", "-pk")

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def with_unread_count(self) -> Self:
        """Each with `unread_count`, how many the person has not read in all: one statement for list and number."""
        unread = self.model._default_manager.filter(
            person=OuterRef("person"), channel=OuterRef("channel"), read_at=None, announced_at__isnull=False
        )
        count = unread.order_by().values("person").annotate(n=models.Count("pk")).values("n")
        return self.annotate(unread_count=Coalesce(Subquery(count), 0))

    def with_ids(self, ids: Collection[int]) -> Self:
        return self.filter(pk__in=ids)

    def unannounced(self, at: datetime, *, attempts: int) -> Self:
        """What is to be told now, oldest first; what has failed so often is given up."""
        return self.filter(announced_at=None, not_before__lte=at, attempts__lt=attempts).order_by("pk")

    def after(self, pk: int) -> Self:
        """Those written after the one with that key."""
        return self.filter(pk__gt=pk).select_related("person", "submission__requester", "event__issue")

    def lock_free(self, ids: Collection[int]) -> Self:
        """Those rows that no other worker holds, locked."""
        free = self.select_for_update(of=("self",), skip_locked=True).filter(pk__in=ids)
        return free.select_related("person", "submission__requester", "event__issue")

    def undelivered_answers(self, issues: Collection[int]) -> Self:
        """What would tell requesters of these issues what was done, and has not gone out."""
        answers = (Verb.VERIFY, Verb.RESOLVE)
        return self.filter(submission__isnull=False, announced_at=None, event__issue__in=issues, event__verb__in=answers)
