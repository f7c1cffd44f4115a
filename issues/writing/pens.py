"""How what an act leaves behind comes into the database: each row at once, or (`issues/writing/gathering.py`) with those of many acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from issues import state
from issues.models import EscalationRequest, Event, EventText, Issue, Notice
from issues.writing import entering, numbers
from issues.writing.inserting import insert_unless_there


class Pen(Protocol):
    """What acts write with. Nothing of it is read again within the same act."""

    def slip_number(self, at: datetime) -> str:
        """A fresh number of an escalation slip; `at` in the time zone that decides the year."""

    def slip(self, slip: EscalationRequest) -> None:
        """Store a new slip."""

    def planned(self, issue: Issue) -> None:
        """The issue's next warning was set anew, nothing else."""

    def event(self, issue: Issue, event: Event, words: EventText | None) -> None:
        """Store a new event, its words, and the issue as it stands after it."""

    def notices(self, notices: Sequence[Notice]) -> None:
        """Store what is to be told of an event; who is told it by that way already is not told twice."""

    def touched(self, issue: Issue, *former_paths: str) -> None:
        """Maps are to be told, after the commit; `former_paths`: where the issue lay before, if it was moved."""


class AtOnce:
    """Every row by a statement of its own, at once."""

    def slip_number(self, at: datetime) -> str:
        return numbers.slip_number(at)

    def slip(self, slip: EscalationRequest) -> None:
        slip.save(force_insert=True)

    def planned(self, issue: Issue) -> None:
        issue.save(update_fields=["warn_at"])

    def event(self, issue: Issue, event: Event, words: EventText | None) -> None:
        entering.enter(issue, event, words)

    def notices(self, notices: Sequence[Notice]) -> None:
        insert_unless_there(notices)

    def touched(self, issue: Issue, *former_paths: str) -> None:
        state.touched(issue, *former_paths)


AT_ONCE = AtOnce()
