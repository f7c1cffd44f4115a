"""The notices of a village for everybody, and the list for those who write and release them. Know no request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.core.paginator import Page as Leaf
from django.core.paginator import Paginator
from django.utils.timezone import localdate

from grids.models import Area
from issues.community import public_notices
from issues.community.public_notices import RELEASERS, WRITERS
from issues.errors import Refusal
from issues.models import PublicNotice, PublicNoticeStep
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

ROWS_PER_PAGE = 20
WAITING, DECIDED = "waiting", "decided"
Kind = PublicNoticeStep.Kind


@dataclass
class VillageNoticesPage:
    """What everybody reads of a village on that day, newest first; four statements."""

    village: Area
    at: datetime
    page: str = "1"

    @cached_property
    def leaf(self) -> Leaf[PublicNotice]:
        shown = PublicNotice.objects.under(self.village.path).shown_on(localdate(self.at)).for_rows()
        return Paginator(shown, ROWS_PER_PAGE).get_page(self.page)


@dataclass
class Row:
    """A notice in the list of those who work on it: where it stands, and what the viewer may do with it."""

    notice: PublicNotice
    roles: frozenset[Role]
    is_own: bool
    at: datetime

    @cached_property
    def steps(self) -> list[PublicNoticeStep]:
        return list(self.notice.steps.all())

    @property
    def _kinds(self) -> set[str]:
        return {step.kind for step in self.steps}

    @property
    def is_over(self) -> bool:
        return self.notice.shown_until < localdate(self.at)

    @property
    def may_release(self) -> bool:
        return not self.steps and not self.is_own and bool(self.roles & RELEASERS)

    @property
    def may_take_down(self) -> bool:
        return not self._kinds & {Kind.SENT_BACK, Kind.TAKEN_DOWN} and bool(self.roles & (WRITERS | RELEASERS))

    @property
    def may_replace(self) -> bool:
        return self.notice.erased_at is None and bool(self.roles & WRITERS)


@dataclass
class PublicNoticesPage:
    """What waits to be released, or what was decided, in the viewer's villages; four statements, however much there is."""

    person: Person
    at: datetime
    tab: str = WAITING
    page: str = "1"
    refused: Refusal | None = None
    said: dict[str, str] = field(default_factory=dict)  # of a step that was refused: “pk” and “reason”

    @cached_property
    def leaf(self) -> Leaf[PublicNotice]:
        mine = PublicNotice.objects.visible_to(self.person, self.at).for_rows()
        return Paginator(mine.decided() if self.tab == DECIDED else mine.waiting(), ROWS_PER_PAGE).get_page(self.page)

    @cached_property
    def rows(self) -> list[Row]:
        scope = scope_of(self.person, self.at)
        return [Row(one, scope.roles_at(one.path), one.by_id == self.person.pk, self.at) for one in self.leaf]

    @cached_property
    def villages(self) -> list[Area]:
        """Those for which the viewer writes."""
        return public_notices.villages_of(self.person, self.at)
