"""The words for sets of village notices, and of what was decided of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch

from grids.querysets import within_path, within_paths
from representatives.roles import Page
from representatives.scopes import scope_of

if TYPE_CHECKING:
    from issues.models import PublicNotice, PublicNoticeStep
    from issues.querysets.diary import Who

RELEASED, SENT_BACK, TAKEN_DOWN = "released", "sent_back", "taken_down"


class PublicNoticeQuerySet(models.QuerySet["PublicNotice"]):
    def visible_to(self, person: Who, at: datetime) -> Self:
        """All of the villages whose notices are the person's work: what waits, what is shown, what was."""
        return self.filter(within_paths(scope_of(person, at).page_paths(Page.VILLAGE_NOTICES)))

    def under(self, path: str) -> Self:
        return self.filter(within_path(path))

    def waiting(self) -> Self:
        """That nobody has decided of."""
        return self.filter(~_has())

    def decided(self) -> Self:
        return self.filter(_has())

    def shown_on(self, day: date) -> Self:
        """What everybody reads on that day: released, begun, not over, not taken down, no newer version in its place."""
        from issues.models import PublicNotice

        begun = PublicNotice.objects.filter(_has(RELEASED), replaces=OuterRef("pk"), shown_from__lte=day)
        lasting = self.filter(_has(RELEASED), ~_has(TAKEN_DOWN), shown_from__lte=day, shown_until__gte=day, erased_at=None)
        return lasting.filter(~Exists(begun))

    def for_rows(self) -> Self:
        """With village, writer and steps, newest first; two statements."""
        from issues.models import PublicNoticeStep

        steps = Prefetch("steps", PublicNoticeStep.objects.select_related("by"))
        found = self.select_related("area", "by", "replaces").defer("area__boundary").prefetch_related(steps)
        return found.order_by("-written_at", "-pk")

    def keyed(self, key: UUID) -> PublicNotice | None:
        return self.filter(key=key).first()

    def lock(self, pk: int) -> PublicNotice | None:
        return self.select_for_update(of=("self",)).select_related("area", "by").defer("area__boundary").filter(pk=pk).first()

    def over_by(self, day: date) -> Self:
        """Whose last day was then or before."""
        return self.filter(shown_until__lte=day)

    def legible(self) -> Self:
        return self.filter(erased_at=None)

    def erase(self, at: datetime) -> int:
        """Their words go, and the reasons of their steps; village, days and who decided stay. How many."""
        from issues.models import PublicNoticeStep

        PublicNoticeStep.objects.filter(notice__in=self).legible().order_by().update(text="", erased_at=at)
        return self.legible().order_by().update(title="", text="", erased_at=at)


class PublicNoticeStepQuerySet(models.QuerySet["PublicNoticeStep"]):
    def legible(self) -> Self:
        return self.filter(erased_at=None)

    def with_people(self) -> Self:
        """Each with whoever decided."""
        return self.select_related("by")

    def kinds_of(self, notice: PublicNotice) -> set[str]:
        return set(self.filter(notice=notice).values_list("kind", flat=True))


def _has(kind: str = "") -> Exists:
    """Whether the notice has a step of that kind; empty: of any."""
    from issues.models import PublicNoticeStep

    steps = PublicNoticeStep.objects.filter(notice=OuterRef("pk"))
    return Exists(steps.filter(kind=kind) if kind else steps)
