"""The reports on the page of an issue: what each brought along, and what its requester says of the result. Knows no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from issues.models import Rating, Submission


class Said(NamedTuple):
    """What a requester says of the result; `by_caller`: somebody of the staff wrote it down, or (`passed_on`) a neighbour did."""

    label: str
    comment: str
    by_caller: bool
    passed_on: bool


class Picture(NamedTuple):
    """A photo; `key`: the address of its public copy, empty while it is for staff alone."""

    pk: int
    key: str


class Note(NamedTuple):
    """A voice note that has not been written down yet."""

    pk: int
    seconds: int


@dataclass(frozen=True)
class Told:
    """One report with all that belongs to it; `submission` as `SubmissionQuerySet.for_issue_page` reads it."""

    submission: Submission

    @property
    def said(self) -> list[Said]:
        return [_said(rating) for rating in self._read("rated")]

    @property
    def pictures(self) -> list[Picture]:
        return [Picture(file["pk"], file["key"] or "") for file in self._read("files") if not _is_voice(file)]

    @property
    def notes(self) -> list[Note]:
        return [Note(file["pk"], round(file["seconds"] or 0)) for file in self._read("files") if _is_voice(file)]

    def _read(self, name: str) -> Iterable[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = getattr(self.submission, name)
        return found


def _is_voice(file: Mapping[str, Any]) -> bool:
    return str(file["media_type"]).startswith("audio/")


def _said(rating: Mapping[str, Any]) -> Said:
    return Said(str(Rating.Value(rating["value"]).label), rating["comment"], bool(rating["taken_by"]), rating["passed_on"])
