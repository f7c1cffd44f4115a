"""The words for issues that wait for somebody: for whom, for what, until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from grids.keyset import Keyset
from grids.querysets import within_paths
from issues import reach
from issues.querysets import written
from issues.querysets.notices import DECISIONS
from issues.querysets.swept import SweptWords
from issues.querysets.written import Written
from issues.terms import ClockState, Status, Verb
from issues.workflow import UNTOLD
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import Issue
    from representatives.models import Person

    Who = Person | AnonymousUser


_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
# Of those that wait: soonest due first, what has no date last.
BY_WAIT = Keyset(("waits_by", "pk"))


class WaitingWords(SweptWords):
    def waiting_for(self, person: Who, at: datetime) -> Self:
        """What waits for the person; annotated as `with_asked` says."""
        scope, anything = scope_of(person, at), reach.NONE
        for condition in written.asked_of(scope, at).values():
            anything |= Q(condition)
        # Nothing waits outside the areas of one's posts: said first, it lets the index leave the rest of the county out.
        within = {path for _role, path in scope.held}
        return self.filter(within_paths(within), closed_at=None).filter(anything).with_asked(person, at)

    def to_tell(self, person: Who, at: datetime) -> Self:
        """Decided against a requester whom somebody has to call, the person for one; the longest decided first."""
        scope = scope_of(person, at)
        within = {path for _role, path in scope.held}
        return self.filter(within_paths(within)).filter(reach.may_tell(scope)).untold().order_by("closed_at", "pk")

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
        asked = written.asked_of(scope, at)
        cases = [When(condition, then=Value(name)) for name, condition in asked.items()]
        found = self.annotate(asked=Case(*cases, default=Value(""), output_field=models.CharField()))
        return found.annotate(waits_until=_waits_until(asked, scope.unit_id))

    def soonest_due_first(self) -> Self:
        """By `waits_until` if it is there, else by the level's clock; what has no date comes last."""
        field = "waits_until" if "waits_until" in self.query.annotations else "level_due_at"
        return self.order_by(F(field).asc(nulls_last=True), "pk")

    def only_waits(self) -> models.QuerySet[Issue, dict[str, Any]]:
        """Of those that wait (`waiting_for`) what `BY_WAIT` orders them by, and nothing else."""
        return self.annotate(waits_by=Coalesce("waits_until", Value(_NEVER))).values(*BY_WAIT.columns)

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

    def by_asked(self) -> models.QuerySet[Issue, tuple[str, int]]:
        """Of those that wait (`waiting_for`): for what, and how many."""
        return self.order_by().values_list("asked").annotate(n=models.Count("pk"))


def _waits_until(asked: dict[str, Written], unit_id: int | None) -> Case:
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
