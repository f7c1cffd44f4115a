"""The words for sets of reports, and of what belongs to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, JSONObject

from issues.notices import ways
from issues.querysets.notices import DECISIONS, undelivered_to

if TYPE_CHECKING:
    from issues.models import Issue, Rating, Requester, Submission
    from representatives.models import Person

    Who = Person | AnonymousUser


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """Reports of issues that exist for the person; who entered one sees it, whatever became of the issue's place."""
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at))

    def with_uuid(self, uuid: UUID) -> Self:
        """The report that was sent under that key, whatever became of it."""
        return self.filter(uuid=uuid).select_related("issue", "filed_as")

    def lock(self, pk: int) -> None:
        """Nobody else adds to that report until the transaction ends."""
        list(self.select_for_update(of=("self",)).filter(pk=pk).values_list("pk"))

    def with_receipt(self, code: str) -> Self:
        """The report with that receipt code (as stored), if there is one, with all that its tracking page shows of it."""
        related = ("issue__lead_unit", "filed_as__merged_into", "category", "area", "requester")
        return self.select_related(*related).filter(receipt_code=code)

    def with_requester(self) -> Self:
        """Each with its requester, and `rated_rounds`: in which rounds it was rated."""
        from issues.models import Rating

        rounds = Rating.objects.filter(submission=OuterRef("pk")).order_by("round").values("round")
        return self.select_related("requester").annotate(rated_rounds=ArraySubquery(rounds))

    def of_issue(self, issue: Issue | OuterRef) -> Self:
        return self.filter(issue=issue).order_by("received_at", "pk")

    def of_issues(self, issues: Collection[int]) -> Self:
        return self.filter(issue__in=issues)

    def counted(self) -> models.QuerySet[Submission, Any]:
        """How many they are, as the only value: for a column of another query about the reports of one issue."""
        return self.order_by().values("issue").annotate(n=models.Count("pk")).values("n")

    def texts(self) -> models.QuerySet[Submission, tuple[int, str]]:
        """(issue, what was reported), oldest first; without what was erased."""
        return self.filter(text_erased_at=None).order_by("pk").values_list("issue_id", "text")

    def reachable_of(self, issues: models.QuerySet[Issue]) -> Self:
        """Reports of these issues whose requester left a telephone or an address that is not erased, by place."""
        left = Q(requester__phone__isnull=False) | Q(requester__email__isnull=False)
        found = self.filter(left, requester__erased_at=None, issue__in=issues)
        place = ("issue__category", "issue__area__parent")
        return (
            found.select_related("requester", *place)
            .defer("issue__area__boundary", "issue__area__parent__boundary")
            .order_by("issue__path", "issue", "pk")
        )

    def with_ids(self, ids: Collection[int]) -> Self:
        return self.filter(pk__in=ids)

    def for_phone(self) -> Self:
        """What was said, and nothing of who said it; oldest first."""
        return self.only("pk", "issue_id", "text", "received_at").order_by("received_at", "pk")

    def join(self, issue: Issue) -> int:
        """They belong to that issue from now on, each remembering the one that it opened; says how many."""
        opened = Coalesce("filed_as_id", "issue_id")
        return self.order_by().update(filed_as_id=opened, issue=issue)

    def entered_by(self, person: Person) -> Self:
        return self.filter(entered_by=person)

    def for_paper(self, most: int) -> Self:
        """The first of them, without who sent them: what stands on a paper that leaves the building."""
        return self.only("pk", "issue_id", "text", "received_at").order_by("received_at", "pk")[:most]

    def only_by_phone(self) -> Self:
        """Reports of people who can be answered by telephone alone; by what else they asked for, nothing could be delivered."""
        return self.filter(Q(requester__channel__in=ways.by_people()) | Exists(undelivered_to(OuterRef("pk"))))

    def untold(self) -> Self:
        """Reports of people who left a telephone and whom no message could tell what was decided."""
        from issues.models import Notice

        lost = Notice.objects.filter(submission=OuterRef("pk"), state="given_up", event__verb__in=DECISIONS)
        reachable = self.filter(requester__erased_at=None, requester__phone__isnull=False)
        return reachable.filter(Q(requester__channel__in=ways.by_people()) | Exists(lost))

    def erase_text(self, at: datetime) -> int:
        """What was written is gone; says of how many."""
        kept = self.filter(text_erased_at=None).order_by()
        return kept.update(text="", place_text="", text_erased_at=at)

    def erase_all(self, at: datetime) -> int:
        """What was written and where it was sent from is gone; the area stays. Says of how many."""
        words = {"text": "", "place_text": "", "declared": []}
        place = {"point": None, "source_xy": None, "source_crs": "", "accuracy_m": None, "altitude_m": None, "place_source": ""}
        times = {"fixed_at": None, "device_at": None, "occurred_at": None, "text_erased_at": Coalesce("text_erased_at", at)}
        return self.order_by().update(**words, **place, **times)

    def to_erase(self) -> Self:
        """Whose requesters asked for it, and which were not erased yet."""
        return self.filter(erase_asked_at__isnull=False, text_erased_at=None)

    def without_screen(self) -> Self:
        """Reports of people who can only be called, or for whom somebody else reported and whom nothing written reaches."""
        unwritten = Q(requester=None) | Q(requester__channel="none")
        return self.filter(Q(requester__channel="phone") | Q(channel__in=("proxy", "hotline")) & unwritten)

    def for_issue_page(self) -> Self:
        """With whom to answer, photos and voice notes (`files`), the ratings (`rated`) and whether an answer is `undelivered`; one statement."""
        from issues.models import Attachment, Rating

        files = Attachment.objects.of_report(OuterRef("pk")).told()
        said = JSONObject(value="value", comment="comment", taken_by="taken_by_id", passed_on="passed_on", rated_at="rated_at")
        ratings = Rating.objects.filter(submission=OuterRef("pk")).order_by("rated_at").values(said=said)
        return (
            self.select_related("requester", "entered_by", "category", "diary_entry")
            .annotate(
                files=ArraySubquery(files),
                rated=ArraySubquery(ratings),
                undelivered=Exists(undelivered_to(OuterRef("pk")).given_up()),
            )
            .order_by("received_at", "pk")
        )


class RequesterQuerySet(models.QuerySet["Requester"]):
    def of_issue(self, issue: Issue) -> Self:
        return self.filter(submission__issue=issue)

    def of_report(self, report: Submission) -> Self:
        return self.filter(submission=report)

    def erase(self, at: datetime) -> int:
        """Nobody can be reached by them any more; says of how many."""
        kept = self.filter(erased_at=None).order_by()
        asked = {"asked_channel": "", "asked_address": None, "asked_at": None}
        return kept.update(nickname="", phone=None, email=None, channel="none", erased_at=at, **asked)


class RatingQuerySet(models.QuerySet["Rating"]):
    def of_issue(self, issue: OuterRef) -> Self:
        return self.filter(submission__issue=issue)

    def of_report(self, report: Submission) -> Self:
        return self.filter(submission=report)

    def erase_comments(self) -> int:
        """What was said with the ratings is gone, the ratings stay; says of how many."""
        return self.exclude(comment="").order_by().update(comment="")

    def told(self) -> models.QuerySet[Rating, dict[str, Any]]:
        """Round and rating of each, as one value: for a column of another query."""
        return self.order_by("rated_at").values(said=JSONObject(round="round", value="value"))

    def dissatisfied(self, issue: Issue) -> bool:
        """Whether anybody who reported it ever was."""
        return self.filter(submission__issue=issue, value="dissatisfied").exists()
