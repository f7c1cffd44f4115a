"""The words for sets of events and notices."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from issues.workflow import Verb

if TYPE_CHECKING:
    from issues.models import Event, EventText, Issue, Notice
    from representatives.models import Person

    Who = Person | AnonymousUser


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


class EventTextQuerySet(models.QuerySet["EventText"]):
    def of_issues(self, issues: Collection[int]) -> models.QuerySet[EventText, tuple[int, str, dict[str, str]]]:
        """(issue, verb, what was written), newest first; without what was erased."""
        found = self.filter(event__issue__in=issues, erased_at=None).order_by("-event__number")
        return found.values_list("event__issue_id", "event__verb", "texts")


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
