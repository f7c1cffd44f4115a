"""The words for sets of supervisions: stays in the red list, their steps, proposals of listing, letters to units."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject

from grids.querysets import within_path, within_paths, without_geometry
from issues import reach
from issues.terms import Verb
from representatives.models import Unit
from representatives.roles import Role
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import Issue, KeySupervisionEntry, ListingRequest, ReminderLetter, SupervisionStep
    from representatives.models import Person

    Who = Person | AnonymousUser

_GENERAL = "general"
_ROW = ("issue__category", "issue__area__parent__parent", "issue__handler")
_BULKY = (*without_geometry("issue__area", "issue__area__parent", "issue__area__parent__parent"), "issue__point")


class KeySupervisionQuerySet(models.QuerySet["KeySupervisionEntry"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Supervisions of issues that exist for the person; an ended one stays visible to whoever sees the issue."""
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def ongoing(self) -> Self:
        """Not ended, of whatever grade."""
        return self.filter(exited_at=None)

    def standing(self) -> Self:
        """What stands in the red list now; general supervision is a list of its own."""
        return self.ongoing().exclude(grade=_GENERAL)

    def general(self) -> Self:
        """What is under general supervision now."""
        return self.ongoing().filter(grade=_GENERAL)

    def left(self) -> Self:
        """What has ended, stays and general supervision alike."""
        return self.filter(exited_at__isnull=False)

    def with_exit_approved(self) -> Self:
        return self.filter(exit_approved_by__isnull=False)

    def latest_of(self, issue: Issue) -> KeySupervisionEntry | None:
        return self.about(issue).order_by("-entered_at", "-pk").first()

    def about(self, issue: Issue | OuterRef) -> Self:
        return self.filter(issue=issue)

    def of_issues(self, issues: Collection[int]) -> Self:
        return self.filter(issue__in=issues)

    # --- what a list is narrowed to ---

    def under(self, path: str) -> Self:
        return self.filter(within_path(path, "issue__path"))

    def of_grade(self, grade: str) -> Self:
        return self.filter(grade=grade)

    def of_unit(self, unit_id: int) -> Self:
        """Led or helped by that unit."""
        return self.filter(Q(lead_unit=unit_id) | Exists(self.model.helpers.through.objects.filter(
            keysupervisionentry=OuterRef("pk"), unit=unit_id)))  # fmt: skip

    def in_clock_state(self, state: str, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.unfinished().in_clock_state(state, at))

    def without_progress(self, at: datetime) -> Self:
        """Of which the lead unit should have reported progress by now."""
        return self.ongoing().filter(issue__progress_due_at__lt=at)

    # --- what is read with them ---

    def for_issue_page(self) -> Self:
        """Newest first, each with its units (of helpers the keys, `helper_keys`), leader and who entered it."""
        helping = self.model.helpers.through.objects.filter(keysupervisionentry=OuterRef("pk")).order_by("unit_id")
        found = self.select_related("lead_unit", "entered_by", "leader").annotate(
            helper_keys=ArraySubquery(helping.values("unit_id"))
        )
        return found.order_by("-entered_at", "-pk")

    def unit_keys(self) -> models.QuerySet[Unit, int]:
        """Keys of the units that lead or help in these."""
        helping = self.model.helpers.through.objects.filter(keysupervisionentry__in=self.order_by())
        leads_or_helps = Q(pk__in=self.order_by().values("lead_unit")) | Q(pk__in=helping.values("unit"))
        return Unit.objects.filter(leads_or_helps).values_list("pk", flat=True)

    def for_history(self, person: Who, at: datetime) -> Self:
        """Newest first, each with its helpers, proposals of listing and steps: those that the person may read."""
        from issues.models import ListingRequest, SupervisionStep

        return self.for_issue_page().select_related("slip__minute", "slip__asked_by", "exit_approved_by").prefetch_related(
            "helpers",
            models.Prefetch("steps", SupervisionStep.objects.visible_to(person, at).for_history()),
            models.Prefetch("listings", ListingRequest.objects.visible_to(person, at).with_people()),
        )  # fmt: skip

    def for_rows(self, person: Who, at: datetime) -> Self:
        """With the issue, its category and place, the units, the leader, the last line of progress (`last_progress`), and
        what may hold it up: one statement, however many rows (`mapui.red_blocking` reads it).

        `inside`: whether the person reads what staff write there among themselves (`reach.reads_inside`); if not, the
        last line of progress is the last that requesters read too.
        `helper_names`: of the helping units. `reports`, `ratings`: how many, of the present round. `unanswered`: the
        answer has not reached every requester. `refused`: somebody is not content with it. `listing`: the pending proposal of listed supervision (dict or None).
        `open_tasks`: names of the units whose part is open. `asked`: the pending request to those above (dict or None).
        `extended`: how often more time was granted at this level.
        """
        return (
            self.select_related("lead_unit", "leader", *_ROW)
            .defer(*_BULKY)
            .annotate(
                inside=_inside(person, at, "issue__"),
                last_progress=Subquery(_progress(person, at).values("text")[:1]),
                helper_names=_helper_names(self.model),
                **_gate(),
                listing=Subquery(_pending_listing()),
                **_elsewhere(),
            )
        )


def _inside(person: Who, at: datetime, to_issue: str) -> models.ExpressionWrapper:
    return models.ExpressionWrapper(reach.reads_inside(scope_of(person, at), to_issue), models.BooleanField())


def _progress(person: Who, at: datetime) -> models.QuerySet[SupervisionStep]:
    from issues.models import SupervisionStep

    told = SupervisionStep.objects.told_to(person, at)
    return told.filter(entry=OuterRef("pk"), verb=Verb.REPORT_PROGRESS).order_by("-at", "-pk")


def _helper_names(model: type[KeySupervisionEntry]) -> Subquery:
    through = model.helpers.through.objects.filter(keysupervisionentry=OuterRef("pk")).order_by()
    named = through.values("keysupervisionentry").annotate(names=ArrayAgg("unit__name", order_by="unit__code"))
    return Subquery(named.values("names"))  # type: ignore[misc]


def _gate() -> dict[str, models.expressions.Combinable]:
    """What the closing gate would ask once the work is done, as columns."""
    from issues.models import Notice, Poll, Rating, Submission

    here = OuterRef("issue")
    reports = Submission.objects.filter(issue=here).order_by().values("issue").annotate(n=Count("pk")).values("n")
    rated = Rating.objects.filter(submission__issue=here, round=OuterRef("issue__rectify_rounds") + OuterRef("issue__reopened"))
    ratings = rated.order_by().values("submission__issue").annotate(n=Count("pk")).values("n")
    polled = Poll.objects.filter(issue=here, round=OuterRef("issue__rectify_rounds") + OuterRef("issue__reopened"))
    answers = Notice.objects.filter(
        submission__isnull=False, announced_at=None, event__issue=here, event__verb__in=(Verb.VERIFY, Verb.RESOLVE)
    )
    return {
        "reports": Coalesce(Subquery(reports), 0),
        "ratings": Coalesce(Subquery(ratings), 0),
        "unanswered": Exists(answers),
        "refused": models.ExpressionWrapper(
            Q(Exists(rated.filter(value="dissatisfied"))) | Q(Exists(polled.filter(dissatisfied__gt=0))), models.BooleanField()
        ),
    }


def _elsewhere() -> dict[str, models.expressions.Combinable]:
    """What others are asked for: helpers for their part, those above for an answer."""
    from issues.models import HolderRequest, SubTask

    here = OuterRef("issue")
    tasks = SubTask.objects.unfinished().filter(issue=here).order_by().values("issue")
    open_tasks = tasks.annotate(names=ArrayAgg("unit__name", order_by="number")).values("names")
    requests = HolderRequest.objects.filter(issue=here).order_by()
    words = JSONObject(kind=F("kind"), decider=F("decider"), at=F("asked_at"))
    extended = requests.filter(kind="extension", decision="granted", level=OuterRef("issue__level")).values("issue")
    return {
        "open_tasks": Subquery(open_tasks),
        "asked": Subquery(requests.filter(decision="pending").values(found=words)[:1]),
        "extended": Coalesce(Subquery(extended.annotate(n=Count("pk")).values("n")), 0),
    }


def _pending_listing() -> models.QuerySet[ListingRequest, object]:
    from issues.models import ListingRequest

    pending = ListingRequest.objects.filter(entry=OuterRef("pk"), decision="pending")
    words = JSONObject(leader=F("leader__name"), leader_id=F("leader"), due=F("due_at"), line=F("public_line"), reason=F("reason"))
    return pending.values(found=words)[:1]


class StepQuerySet(models.QuerySet["SupervisionStep"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Steps of supervisions of issues that exist for the person, as far as they are told them."""
        from issues.models import Issue

        return self.told_to(person, at).filter(entry__issue__in=Issue.objects.visible_to(person, at))

    def told_to(self, person: Who, at: datetime) -> Self:
        """Of steps of issues that the person sees: all, or for who helps alone what requesters read too."""
        return self.filter(Q(is_public=True) | reach.reads_inside(scope_of(person, at), "entry__issue__"))

    def for_history(self) -> Self:
        """In order, each with who did it and what held from then on."""
        return self.select_related("by", "lead_unit", "leader").prefetch_related("helpers").order_by("at", "pk")

    def progress_of(self, issue: Issue) -> Self:
        """Lines of progress of the issue, newest first."""
        return self.filter(entry__issue=issue, verb=Verb.REPORT_PROGRESS).select_related("by__unit").order_by("-at", "-pk")


class ListingQuerySet(models.QuerySet["ListingRequest"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Proposals about issues that exist for the person, but not for who was asked for a part of one alone."""
        from issues.models import Issue

        inside = reach.reads_inside(scope_of(person, at), "entry__issue__")
        return self.filter(inside, entry__issue__in=Issue.objects.visible_to(person, at))

    def with_people(self) -> Self:
        return self.select_related("leader", "asked_by", "decided_by").order_by("asked_at", "pk")

    def granted(self) -> Self:
        """Those that a leader has signed, the latest first."""
        return self.filter(decision="granted").order_by("-decided_at", "-pk")

    def pending_for(self, issue: Issue) -> ListingRequest | None:
        """The proposal for the issue's present stay that waits for a signature."""
        return self.filter(entry__issue=issue, decision="pending").select_related("leader", "entry").first()


class LetterQuerySet(models.QuerySet["ReminderLetter"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Letters of the county's supervision office, for it and the county's leaders; and those to the person's own unit."""
        scope = scope_of(person, at)
        county = [path for role, path in scope.held if role in (Role.SUPERVISION_OFFICE, Role.COUNTY_LEADER)]
        found = within_paths(county, "unit__area__path")
        if scope.unit_id is not None and scope.held:
            found |= Q(unit=scope.unit_id)
        return self.filter(found)

    def numbered(self, number: str) -> Self:
        return self.filter(number=number)

    def of_form(self, uuid: UUID) -> ReminderLetter | None:
        """The letter that was made from that form, if it was."""
        return self.filter(uuid=uuid).first()

    def unanswered(self) -> Self:
        return self.filter(replied_at=None)

    def to_unit(self, unit_id: int) -> Self:
        return self.filter(unit=unit_id)

    def in_state(self, state: str, at: datetime) -> Self:
        """Those in that `ReminderLetter.State`."""
        if state == "answered":
            return self.filter(replied_at__isnull=False)
        return self.unanswered().filter(reply_due_at__lt=at) if state == "late" else self.unanswered().filter(reply_due_at__gte=at)

    def about(self, issue: Issue) -> Self:
        return self.filter(issues=issue)

    def for_rows(self) -> Self:
        """Newest first, with the unit and how many issues each names (`issue_count`)."""
        from issues.models import LetterItem

        named = LetterItem.objects.filter(letter=OuterRef("pk")).order_by().values("letter").annotate(n=Count("pk")).values("n")
        return self.select_related("unit", "issued_by", "replied_by").annotate(issue_count=Coalesce(Subquery(named), 0))

    def for_page(self) -> Self:
        """With the issues it names, in order of their due time."""
        from issues.models import LetterItem

        items = LetterItem.objects.select_related("issue__category", "issue__area__parent").order_by("due_at", "pk")
        items = items.defer("issue__area__boundary", "issue__area__parent__boundary", "issue__point")
        return self.select_related("unit", "issued_by__unit", "replied_by").prefetch_related(models.Prefetch("items", items))

    def lock(self, number: str) -> ReminderLetter | None:
        return self.select_for_update(of=("self",)).filter(number=number).first()


def with_unit(unit: Unit) -> Q:
    """Issues that are with that unit: led or helped by it, or, if it answers for a place, held at its own level there."""
    from issues.models import KeySupervisionEntry

    helped = KeySupervisionEntry.helpers.through.objects.filter(
        unit=unit, keysupervisionentry__issue=OuterRef("pk"), keysupervisionentry__exited_at=None
    )
    supervised = KeySupervisionEntry.objects.filter(issue=OuterRef("pk"), exited_at=None, lead_unit=unit)
    found = Q(lead_unit=unit) | Exists(helped) | Exists(supervised)
    if unit.kind in (Unit.Kind.TOWNSHIP_COMMITTEE, Unit.Kind.VILLAGE_COMMITTEE):
        found |= Q(level=unit.area.level, lead_unit=None) & within_path(unit.area.path)
    return Q(found)
