"""The words for sets of photos and voice notes, and of what was made public of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from issues.terms import Status

if TYPE_CHECKING:
    from issues.models import Attachment, Evidence, Issue, Publication, Submission
    from representatives.models import Person

    Who = Person | AnonymousUser


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def kept(self) -> Self:
        """Those that are still there: of the others the row alone is left, to know that they had arrived."""
        return self.filter(erased_at=None)

    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        found = self.kept().filter(submission__issue__in=Issue.objects.visible_to(person, at))
        return found.select_related("submission__issue")

    def of_report(self, submission: Submission | OuterRef) -> Self:
        return self.filter(submission=submission).order_by("pk")

    def of_issue(self, issue: Issue) -> Self:
        return self.kept().filter(submission__issue=issue)

    def photos(self) -> Self:
        return self.filter(media_type__startswith="image/")

    def voices(self) -> Self:
        return self.filter(media_type__startswith="audio/")

    def voice_since(self, moment: datetime) -> Self:
        """Voice notes that came then or before and are still there."""
        return self.kept().voices().filter(received_at__lte=moment)

    def unrecognised(self, most: int) -> Self:
        """Voice notes that nobody has begun to write down and that speech recognition has not met, the oldest first."""
        waiting = self.kept().voices().filter(recognised_at=None, transcript="")
        return waiting.select_related("submission").order_by("received_at", "pk")[:most]

    def told(self) -> models.QuerySet[Attachment, dict[str, object]]:
        """Each as one value {pk, media_type, seconds, key}; `key`: the address of its public copy, or None."""
        said = JSONObject(pk="pk", media_type="media_type", seconds="seconds", key="publication__key")
        return self.kept().order_by("pk").values(said=said)

    def hashes(self) -> set[str]:
        """Of all that ever arrived, what was erased since among them."""
        return set(self.values_list("sha256", flat=True))

    def lock(self, pk: int) -> Attachment | None:
        return self.kept().select_for_update().filter(pk=pk).first()

    def of_key(self, pk: int) -> Self:
        return self.filter(pk=pk)

    def half_erased(self) -> Self:
        """Erased, but the file may still lie there: whoever was to take it away did not come to it."""
        return self.filter(erased_at__isnull=False).exclude(file="")

    def without_file(self, ids: Collection[int]) -> int:
        return self.filter(pk__in=ids).update(file="")

    def erase(self, ids: Collection[int], at: datetime) -> int:
        """Their files are gone; the rows stay as the sign that they had arrived."""
        return self.filter(pk__in=ids).update(file="", transcript="", by_machine=False, erased_at=at)

    def remove(self, ids: Collection[int]) -> int:
        return self.filter(pk__in=ids).delete()[0]


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def of_round(self, rounds: int) -> Self:
        return self.filter(round=rounds)

    def of_issue(self, issue: Issue | OuterRef) -> Self:
        return self.filter(issue=issue)

    def with_publication(self) -> Self:
        return self.select_related("publication")

    def remove(self, ids: Collection[int]) -> int:
        return self.filter(pk__in=ids).delete()[0]

    def visible_to(self, person: Who, at: datetime) -> Self:
        from issues.models import Issue

        return self.filter(issue__in=Issue.objects.visible_to(person, at)).select_related("issue")


class PublicationQuerySet(models.QuerySet["Publication"]):
    def with_key(self, key: UUID) -> Publication | None:
        """The public photo at that address; None once it was taken back, or its issue is not for everybody (any more)."""
        return self.in_the_open().filter(key=key).first()

    def in_the_open(self) -> Self:
        """Those whose issue is for everybody: not sealed, not kept from the public, not turned away or taken back."""
        return self.filter(_public("attachment__submission__issue") | _public("evidence__issue"))

    def of_issue(self, issue: Issue) -> Self:
        return self.filter(Q(attachment__submission__issue=issue) | Q(evidence__issue=issue))

    def of_photos(self, photos: Iterable[Attachment | Evidence]) -> Self:
        """The public copies of these photos."""
        from issues.models import Attachment

        found = list(photos)
        reported = [one.pk for one in found if isinstance(one, Attachment)]
        added = [one.pk for one in found if not isinstance(one, Attachment)]
        return self.filter(Q(attachment__in=reported) | Q(evidence__in=added))

    def remove(self, ids: Collection[int]) -> int:
        return self.filter(pk__in=ids).delete()[0]


def _public(issue: str) -> Q:
    """That what the lookup leads to is an issue of which everybody may be told."""
    shut = (Status.DECLINED, Status.WITHDRAWN)
    open_to_all = Q(**{f"{issue}__sealed": False, f"{issue}__non_public": False})
    return open_to_all & ~Q(**{f"{issue}__status__in": shut})
