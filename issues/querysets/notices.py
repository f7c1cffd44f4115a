"""The words for sets of notices and of the ways out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, Max, Min, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from grids.models import paths_above
from issues.notices.ways import TO_PEOPLE
from issues.terms import Verb

if TYPE_CHECKING:
    from issues.models import Event, Notice, NoticeChoice, Outlet, Submission
    from representatives.models import Person

    Who = Person | AnonymousUser

ANSWERS = (Verb.VERIFY, Verb.RESOLVE, Verb.HANDLE_ON_THE_SPOT)  # by these a requester is told what was done
DECISIONS = (Verb.DECLINE, Verb.EXPLAIN, Verb.DEFER, Verb.REVIEW, Verb.OVERRULE)  # by these, that nothing is done (yet)
_OUTBOX = Q(state__in=("waiting", "failed"), announced_at=None)


class NoticeQuerySet(models.QuerySet["Notice"]):
    # --- what somebody was told in the program ---

    def visible_to(self, person: Who, at: datetime) -> Self:
        return self.inbox(person, at)

    def inbox(self, person: Who, at: datetime) -> Self:
        """What the person was told in the program, newest first."""
        told = self.filter(person_id=person.pk, channel="in_app", announced_at__lte=at)
        found = told.select_related("event__issue", "event__by", "occasion__area").defer("occasion__area__boundary")
        return found.order_by("-announced_at", "-pk")

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def count_unread(self, person: Who) -> int:
        """How many the person has not read; from an index of its own."""
        return self.filter(person_id=person.pk, channel="in_app", read_at=None, announced_at__isnull=False).count()

    def with_unread_count(self) -> Self:
        """Each with `unread_count`, how many the person has not read in all: one statement for list and number."""
        unread = self.model._default_manager.filter(
            person=OuterRef("person"), channel=OuterRef("channel"), read_at=None, announced_at__isnull=False
        )
        count = unread.order_by().values("person").annotate(n=models.Count("pk")).values("n")
        return self.annotate(unread_count=Coalesce(Subquery(count), 0))

    def with_ids(self, ids: Collection[int]) -> Self:
        return self.filter(pk__in=ids)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def of_matters(self, issues: Collection[int], occasions: Collection[int]) -> Self:
        """What tells of any of these issues or occasions."""
        return self.filter(Q(event__issue__in=issues) | Q(occasion__in=occasions))

    def of_issue_numbered(self, number: str) -> Self:
        return self.filter(event__issue__number=number)

    def latest_of_each(self, limit: int) -> Self:
        """The latest few of each issue (and of each occasion), newest first."""
        matter = (F("event__issue"), F("occasion"))
        place = Window(RowNumber(), partition_by=matter, order_by=(F("announced_at").desc(), F("pk").desc()))
        return self.annotate(place=place).filter(place__lte=limit)

    def by_matter(self) -> models.QuerySet[Any, Any]:
        """One row per issue or occasion: (event__issue, occasion, unread, latest, total); with something unread first."""
        unread = models.Count("pk", filter=Q(read_at=None))
        counted = {"unread": unread, "latest": Max("announced_at"), "total": models.Count("pk")}
        rows = self.order_by().values("event__issue", "occasion").annotate(**counted)
        read = models.Case(models.When(unread__gt=0, then=0), default=1)
        return rows.order_by(read, "-latest", "event__issue", "occasion")

    def sent_to(self, report: Submission) -> Self:
        """What went out of the program to that report's requester, or was to, the latest first."""
        return self.filter(submission=report).exclude(channel="in_app").select_related("event").order_by("-pk")

    # --- the outbox ---

    def outbox(self) -> Self:
        """What has still to go out, failed or never tried."""
        return self.filter(_OUTBOX)

    def due(self, at: datetime) -> Self:
        return self.outbox().filter(not_before__lte=at)

    def in_app(self) -> Self:
        return self.filter(channel="in_app")

    def show(self, at: datetime) -> int:
        """What waits in the program and is due is shown from now on; how many."""
        return self.due(at).in_app().order_by().update(announced_at=at, state="sent")

    def ways_due(self, at: datetime) -> list[tuple[str, int | None]]:
        """(channel, outlet) of everything that is due to go out of the program."""
        found = self.due(at).exclude(channel="in_app")
        return list(found.order_by("channel", "outlet").values_list("channel", "outlet").distinct())

    def through(self, outlet: Outlet) -> Self:
        """What goes by that way."""
        return self.filter(channel=outlet.channel, outlet=None) if outlet.is_post else self.filter(outlet=outlet)

    def next_addressees(self, at: datetime, limit: int) -> list[tuple[int | None, int | None]]:
        """(person, submission) for whom something is due, whose is oldest first; not who has a failed letter not yet due again.

        So nobody gets their letters out of order.
        """
        waits = self.model._default_manager.filter(
            state="failed", not_before__gt=at, announced_at=None, channel=OuterRef("channel")
        )
        rows = self.due(at).exclude(Exists(waits.filter(person=OuterRef("person"))))
        rows = rows.exclude(Exists(waits.filter(submission=OuterRef("submission"))))
        firsts = rows.order_by().values("person", "submission").annotate(first=Min("pk")).order_by("first")
        return list(firsts.values_list("person", "submission")[:limit])

    def for_addressees(self, addressees: Iterable[tuple[int | None, int | None]]) -> Self:
        """Theirs, oldest first, with all that a letter says."""
        pairs = list(addressees)
        people = [person for person, _submission in pairs if person]
        reports = [submission for _person, submission in pairs if submission]
        wanted = Q(person__in=people) | Q(submission__in=reports)
        if (None, None) in pairs:
            wanted |= Q(outlet__isnull=False)
        return self.filter(wanted).for_letters()

    def for_letters(self) -> Self:
        """Oldest first, each with its addressee, event and its words, issue, category and area, or its occasion."""
        who = ("person__notice_choice", "submission__requester", "outlet")
        found = self.select_related(*who, "event__words", "event__issue__category", "event__issue__area", "occasion__area")
        return found.defer("event__issue__area__boundary", "occasion__area__boundary").order_by("pk")

    def gone(self, at: datetime) -> int:
        return self.order_by().update(state="sent", announced_at=at, last_error="")

    def not_wanted(self, reason: str) -> int:
        return self.order_by().update(state="unwanted", last_error=reason)

    def give_up(self, reason: str = "") -> int:
        """Never to be tried again unless somebody says so."""
        self._let_people_call()
        values: dict[str, Any] = {"state": "given_up"} | ({"last_error": reason} if reason else {})
        return self.order_by().update(**values)

    def _let_people_call(self) -> None:
        """Of a decision against somebody who does not get it in writing: it is to be told by telephone."""
        from issues.models import Issue

        lost = self.order_by().filter(submission__isnull=False, event__verb__in=DECISIONS)
        Issue.objects.with_ids(lost.values_list("event__issue", flat=True)).decided_against().update(to_call=True)

    def failed(self, at: datetime, *, again_at: datetime, error: str) -> int:
        """Not this time; to be tried again then."""
        since = Coalesce("failing_since", at, output_field=models.DateTimeField())
        return self.order_by().update(
            state="failed", attempts=F("attempts") + 1, not_before=again_at, last_error=error, failing_since=since
        )

    def try_again(self, at: datetime) -> int:
        """Those that failed or were given up are due now."""
        again = self.filter(state__in=("failed", "given_up"), announced_at=None).order_by()
        return again.update(state="waiting", not_before=at, failing_since=None)

    def overdue(self, since: datetime) -> Self:
        """Of the outbox, what has waited since then or longer."""
        return self.outbox().filter(not_before__lte=since)

    def undelivered(self) -> Self:
        """Failed or given up, the oldest first."""
        return self.filter(state__in=("failed", "given_up"), announced_at=None).order_by("pk")

    def counts(self) -> dict[tuple[str, int | None, str], tuple[int, datetime]]:
        """How many there are by (channel, outlet, state) of what has not gone out, and since when the oldest waits."""
        rows = self.filter(state__in=("waiting", "failed", "given_up"), announced_at=None).exclude(channel="in_app").order_by()
        grouped = rows.values("channel", "outlet", "state").annotate(
            n=models.Count("pk"), oldest=Min(Coalesce("event__at", "occasion__at"))
        )
        return {(row["channel"], row["outlet"], row["state"]): (row["n"], row["oldest"]) for row in grouped}

    # --- answers to requesters ---

    def answers(self, issues: Collection[int] | OuterRef) -> Self:
        """What tells requesters of these issues, or of the issue of an outer query, what was done."""
        here = {"event__issue": issues} if isinstance(issues, OuterRef) else {"event__issue__in": issues}
        return self.filter(submission__isnull=False, event__verb__in=ANSWERS, **here)

    def undelivered_answers(self, issues: Collection[int] | OuterRef) -> Self:
        """Answers that have not reached their requester: on their way, failed or given up, and nobody has called them yet."""
        return self.answers(issues).filter(announced_at=None).exclude(state="unwanted")

    def undeliverable_answers(self, issues: Collection[int]) -> Self:
        """Answers that will not get there: people have to call."""
        return self.answers(issues).filter(announced_at=None, state="given_up")

    def undeliverable_decisions(self, issues: Collection[int]) -> Self:
        """Decisions against requesters of these issues that will not get there: people have to call."""
        told = self.filter(submission__isnull=False, event__verb__in=DECISIONS, event__issue__in=issues)
        return told.filter(announced_at=None, state="given_up")

    def given_up(self) -> Self:
        return self.filter(state="given_up")

    def called(self, at: datetime) -> int:
        """Their requesters were called by telephone instead."""
        return self.order_by().update(state="called", announced_at=at)


class OutletQuerySet(models.QuerySet["Outlet"]):
    def addresses(self) -> Self:
        """Webhooks and robots, those in use first."""
        return (
            self.exclude(channel__in=TO_PEOPLE).select_related("area", "unit").defer("area__boundary").order_by("-is_active", "pk")
        )

    def posts(self) -> Self:
        """The rows of e-mail, SMS and calls, as far as anything was ever sent."""
        return self.filter(channel__in=TO_PEOPLE)

    def listening(self) -> Self:
        """Addresses of other programs in use: most counties have none, and then no event asks further."""
        return self.filter(is_active=True).exclude(channel__in=TO_PEOPLE)

    def listening_at(self, *paths: str) -> Self:
        """Those of them that hear of something in one of these areas; each with its `area_path`."""
        above = {upper for path in paths for upper in paths_above(path)}
        return self.listening().filter(Q(area=None) | Q(area__path__in=above)).with_area_path()

    def with_area_path(self) -> Self:
        return self.annotate(area_path=F("area__path"))

    def for_channel(self, channel: str, at: datetime) -> Outlet:
        """The one row of e-mail, SMS or calls."""
        return self.get_or_create(channel=channel, defaults={"created_at": at})[0]

    def with_ids(self, ids: Iterable[int]) -> Self:
        return self.filter(pk__in=list(ids))

    def keys(self) -> list[int]:
        return list(self.values_list("pk", flat=True))

    def ready(self, at: datetime) -> Self:
        """In use and not held back."""
        return self.filter(Q(held_until=None) | Q(held_until__lte=at), is_active=True)


class NoticeChoiceQuerySet(models.QuerySet["NoticeChoice"]):
    def of(self, people: Iterable[Person]) -> Self:
        """Of those of them who have chosen anything."""
        return self.filter(pk__in=[person.pk for person in people])


def undelivered_to(submission: OuterRef) -> NoticeQuerySet:
    """Answers to that report that were given up, whether or not somebody has called since."""
    from issues.models import Notice

    return Notice.objects.filter(submission=submission, state__in=("given_up", "called"), event__verb__in=ANSWERS)
