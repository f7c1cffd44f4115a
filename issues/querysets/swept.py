"""The words for issues that the sweeps look for: of each sweep, what is due."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, F, OuterRef
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from grids.levels import Level
from issues.querysets.rights import RightsWords
from issues.terms import Status

if TYPE_CHECKING:
    from issues.models import Issue

Place = tuple[Any, ...]  # of an issue in the order of a sweep: its time, its key


class SweptWords(RightsWords):
    def place_of(self, issue: Issue) -> Place:
        """Where the issue, as it was read, stands in the order of the set."""
        return tuple(getattr(issue, name) for name in self._order)

    def places(self) -> list[Place]:
        """Where each of the set stands, in order; the key comes last."""
        return list(self.values_list(*self._order))

    def following(self, place: Place | None) -> Self:
        """Those that come after that place in the order of the set; all of them if there is none.

        A sweep that asks so from batch to batch reads each row of the index once, whatever stays due behind it.
        """
        if place is None:
            return self
        if len(place) == 1:
            return self.filter(**{f"{self._order[0]}__gt": place[0]})
        return self.filter(TupleGreaterThan(Tuple(*(F(name) for name in self._order)), place))

    @property
    def _order(self) -> list[str]:
        """The columns by which the set is ordered, all of them upwards."""
        return [str(name) for name in self.query.order_by]

    def to_warn(self, at: datetime) -> Self:
        return self.filter(closed_at=None, warn_at__lte=at).order_by("warn_at", "pk")

    def to_climb(self, at: datetime) -> Self:
        """Late below the township: these go up by themselves."""
        return self.filter(closed_at=None, climb_at__lte=at, level__lt=Level.TOWNSHIP).order_by("climb_at", "pk")

    def to_draft(self, at: datetime) -> Self:
        """Late at the township: for these a proposal is drafted."""
        return self.filter(closed_at=None, climb_at__lte=at, level=Level.TOWNSHIP, red_drafted_at=None).order_by("climb_at", "pk")

    def to_ask_or_close(self, at: datetime) -> Self:
        """Awaiting a rating, and it is time to ask again or to close without one."""
        return self.filter(status=Status.PENDING_FEEDBACK, closed_at=None, silent_close_at__lte=at).order_by(
            "silent_close_at", "pk"
        )

    def to_remind_of_tasks(self, at: datetime) -> Self:
        """Issues of which another unit is to be reminded that it was asked something."""
        from issues.models import SubTask

        return self.filter(closed_at=None, pk__in=SubTask.objects.to_warn(at).values("issue")).order_by("pk")

    def to_purge(self, at: datetime) -> Self:
        """Ended, and something of it has been kept as long as it may be."""
        return self.filter(closed_at__isnull=False, purge_at__lte=at).order_by("purge_at", "pk")

    def with_voice_since(self, moment: datetime) -> Self:
        """With voice notes that came then or before."""
        from issues.models import Attachment

        kept = Attachment.objects.filter(submission__issue=OuterRef("pk")).voice_since(moment)
        return self.filter(Exists(kept)).order_by("pk")

    def to_resume(self, at: datetime) -> Self:
        return self.filter(status=Status.SUSPENDED, closed_at=None, resume_at__lte=at).order_by("resume_at", "pk")
