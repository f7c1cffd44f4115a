"""The words for sets of events."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject

from issues.terms import Verb

if TYPE_CHECKING:
    from issues.models import Event, EventText, Issue, Submission
    from representatives.models import Person

    Who = Person | AnonymousUser


_SET_CLOCKS = (
    Verb.SUBMIT, Verb.PLACE, Verb.ACCEPT, Verb.MAKE_SAFE, Verb.ESCALATE, Verb.RETURN_DOWN, Verb.ENTER_RED,
    Verb.REJECT, Verb.REOPEN, Verb.RESUME, Verb.EXTEND, Verb.REVIEW, Verb.TAKE_UP, Verb.EXIT_DOWN, Verb.LIST, Verb.UPHOLD,
    Verb.TAKE_AS_PROJECT, Verb.APPROVE_PLAN, Verb.MILESTONE,
)  # fmt: skip


_STILL = ("suspended", "deferred")
_LEVEL_BEGINS = frozenset(_SET_CLOCKS) - {Verb.MAKE_SAFE, Verb.RESUME, Verb.EXTEND, Verb.REVIEW, Verb.LIST}
_SENT_BACK = (Verb.RATE, Verb.PASS_ON_RATING, Verb.POLL)  # where they were not content
_HANDED = (
    Verb.ACCEPT, Verb.DISPATCH, Verb.ESCALATE, Verb.TAKE_UP, Verb.RETURN_DOWN, Verb.ENTER_RED, Verb.EXIT_DOWN,
    Verb.RETURN_ORDER,
)  # fmt: skip
_ASKED = (Verb.RESOLVE, Verb.HANDLE_ON_THE_SPOT, Verb.VERIFY, Verb.CALL_BACK)  # by these a rating was asked for
_MOVES_NOTHING = (
    Verb.WARN, Verb.NOTE, Verb.CONTACT, Verb.ACKNOWLEDGE, Verb.DISPATCH, Verb.SUPPLEMENT, Verb.MAKE_SAFE, Verb.RECALENDAR,
    Verb.CALL_BACK, Verb.TOLD, Verb.DRAFT_RED, Verb.PROPOSE_RED, Verb.REFUSE_RED,
)  # fmt: skip


def _came_back() -> Q:
    return Q(verb__in=_SENT_BACK) & ~Q(from_status=F("to_status"))


def _sent_down() -> Q:
    return Q(verb=Verb.DECIDE_LEVEL) & ~Q(from_level=F("to_level"))


def _said(condition: Q) -> models.ExpressionWrapper:
    return models.ExpressionWrapper(condition, models.BooleanField())


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def of_issue_numbered(self, number: str) -> Self:
        return self.filter(issue__number=number)

    def of_issues(self, issues: Collection[int]) -> Self:
        return self.filter(issue__in=issues)

    def chains_of(self, issues: Collection[int]) -> Self:
        """All events of these issues with their words, chain by chain, as `ledger.verify` walks them."""
        return self.of_issues(issues).order_by("issue_id", "number").select_related("words")

    def orders(self, issues: Collection[int]) -> Self:
        """By what these issues were handed to a unit or a post with a slip, in order."""
        handed = Q(facts__has_key="unit") | Q(facts__has_key="handler")
        return self.filter(handed, issue__in=issues, verb__in=(Verb.DISPATCH, Verb.ENTER_RED)).order_by("issue", "number")

    def with_words(self) -> Self:
        """With what was written and who did it, for a timeline."""
        return self.select_related("words", "by")

    def of_report(self, report: Submission) -> Self:
        """What was done by or for that report's requester, in order, with what was written."""
        issues = [report.issue_id, *([report.filed_as_id] if report.filed_as_id else [])]
        return self.filter(issue__in=issues, facts__report=report.pk).select_related("words").order_by("at", "number")

    def has_joined(self) -> bool:
        """Whether one of them says that a report joined what was known already."""
        return self.filter(verb=Verb.JOIN).exists()

    def public(self) -> Self:
        """What the requester is shown."""
        return self.filter(is_public=True)

    def done(self, issue: Issue, *verbs: Verb) -> Self:
        """Those verbs, done to that issue, the latest first."""
        return self.filter(issue=issue, verb__in=verbs).order_by("-number")

    def pauses(self, issues: Collection[int]) -> models.QuerySet[Event, tuple[int, bool, bool, datetime]]:
        """(issue, does it stand still after, did it before, when): by what these issues were set still or going again, and by
        what the clock of their level began; each issue's in order."""
        stands, stood = Q(to_status__in=_STILL), Q(from_status__in=_STILL)
        began = Q(verb__in=_LEVEL_BEGINS) | _came_back() | _sent_down()
        found = self.filter(began | (stands & ~stood) | (stood & ~stands), issue__in=issues).order_by("issue", "number")
        return found.annotate(stands=_said(stands), stood=_said(stood)).values_list("issue", "stands", "stood", "at")

    def handings(self, issues: Collection[int]) -> Self:
        """By what these issues came into somebody's hand, in order."""
        moved = Q(verb__in=(Verb.DECIDE_LEVEL, Verb.APPOINT)) & ~Q(from_status=F("to_status"), from_level=F("to_level"))
        return self.filter(Q(verb__in=_HANDED) | moved, issue__in=issues).order_by("issue", "number")

    def moving(self, issues: models.QuerySet[Issue]) -> Self:
        """What moved these issues from status to status or from level to level, each issue's in order."""
        return self.filter(issue__in=issues).exclude(verb__in=_MOVES_NOTHING).order_by("issue_id", "number")

    def by_program_of(self, issues: models.QuerySet[Issue], *, last_step: int) -> Self:
        """What the program itself noted of these issues' levels: their time was up (the last warning), climbed, drafted."""
        last = Q(verb=Verb.WARN, facts__reason="level", facts__step=last_step)
        return self.filter(last | Q(verb__in=(Verb.ESCALATE, Verb.DRAFT_RED)), actor="system", issue__in=issues)

    def count_by_level(self) -> Iterable[tuple[str, int, int]]:
        """(verb, level from which, how many issues)."""
        rows = self.order_by().values_list("verb", "from_level")
        return rows.annotate(n=models.Count("issue", distinct=True))

    def setting_clocks(self, issues: Collection[int], since: datetime) -> Self:
        """What set a clock of these issues from that moment on."""
        return self.filter(Q(verb__in=_SET_CLOCKS) | _came_back() | _sent_down(), issue__in=issues, at__gte=since)

    def counted_from(
        self, issues: Collection[int], verbs: Collection[str]
    ) -> models.QuerySet[Event, tuple[int, str, datetime, str | None]]:
        """Issue, verb, time and, of a suspension, its reason; each issue's in order."""
        found = self.filter(issue__in=issues, verb__in=verbs).order_by("issue", "number")
        return found.values_list("issue", "verb", "at", "facts__suspension")

    def asking(self, issue: OuterRef) -> Self:
        """Everything by which requesters of the issue were asked for a rating, in order."""
        return self.filter(issue=issue, verb__in=_ASKED).order_by("number")

    def told(self) -> models.QuerySet[Event, dict[str, Any]]:
        """Verb, actor and time (ISO) of each, as one value: for a column of another query."""
        return self.values(said=JSONObject(verb="verb", actor="actor", at="at"))


class EventTextQuerySet(models.QuerySet["EventText"]):
    def of_issues(self, issues: Collection[int]) -> models.QuerySet[EventText, tuple[int, str, dict[str, str]]]:
        """(issue, verb, what was written), newest first; without what was erased."""
        found = self.filter(event__issue__in=issues, erased_at=None).order_by("-event__number")
        return found.values_list("event__issue_id", "event__verb", "texts")

    def written_for(self, issue: Issue) -> Self:
        """What was written with the steps of that issue and is still there."""
        return self.filter(event__issue=issue, erased_at=None)

    def written_in(self, report: Submission) -> Self:
        """What was written by or for that report's requester in its steps, and is still there."""
        issues = [report.issue_id, *([report.filed_as_id] if report.filed_as_id else [])]
        return self.filter(event__issue__in=issues, event__facts__report=report.pk, erased_at=None)

    def besides(self, *verbs: Verb) -> Self:
        return self.exclude(event__verb__in=verbs)

    def erase(self, at: datetime) -> int:
        """The words are gone, their digest in the ledger stays; says of how many steps."""
        return self.order_by().update(texts={}, salt="", erased_at=at)
