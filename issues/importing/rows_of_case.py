"""A case as rows of our tables, column by column: the issue, its report, its ledger and words. Knows no database."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Model

from grids.bulk import Place
from grids.levels import Level
from issues import ledger
from issues.importing import words
from issues.importing.bulk import as_json, ewkb_of, usual_columns
from issues.importing.cases import Case
from issues.importing.mapping import Mapping
from issues.intake import receipts
from issues.models import Category, Event, EventText, Issue, SlaPolicy, Submission
from issues.privacy.masking import without_cards, without_numbers
from issues.terms import ENDS, Actor, Status, Verb

PUBLIC_LINE_LENGTH = 200
Columns = dict[str, object]
_ENDING_VERB = {
    Status.CLOSED: Verb.CLOSE,
    Status.CLOSED_EXPLAINED: Verb.EXPLAIN,
    Status.DECLINED: Verb.DECLINE,
    Status.WITHDRAWN: Verb.WITHDRAW,
    Status.MERGED: Verb.MERGE,
}


class Placed(NamedTuple):
    """The area of a case; `is_doubtful`: somebody should look at that again; `on_desk`: nobody said where it is."""

    place: Place
    is_doubtful: bool
    on_desk: bool


@dataclass
class Rows:
    """What is written at once, in the order in which one row names another."""

    issues: list[Columns] = field(default_factory=list)
    reports: list[Columns] = field(default_factory=list)
    events: list[Columns] = field(default_factory=list)
    words: list[Columns] = field(default_factory=list)
    worded: list[Columns] = field(default_factory=list)  # the event of each of the words

    @property
    def by_model(self) -> Sequence[tuple[type[Model], list[Columns]]]:
        return (Issue, self.issues), (Submission, self.reports), (Event, self.events), (EventText, self.words)

    def number(self, reports: list[int], events: list[int]) -> None:
        """Give reports, events and words these keys."""
        for row, key in zip(self.reports, reports, strict=True):
            row["id"] = key
        for row, key in zip(self.events, events, strict=True):
            row["id"] = key
        for row, event in zip(self.words, self.worded, strict=True):
            row["event_id"] = event["id"]


class Clerk:
    """Writes cases of one source down, under the policy in force."""

    def __init__(self, mapping: Mapping, policy: SlaPolicy) -> None:
        self.mapping = mapping
        self._request_type = str(usual_columns(Issue)["request_type"])
        self._sealed = {"actor": Actor.SYSTEM.value, "is_public": True}  # of every event
        # By model, what its rows do not say.
        self.usual: dict[type[Model], Columns] = {
            Issue: usual_columns(Issue) | {"policy_id": policy.pk, "source": mapping.source},
            Submission: usual_columns(Submission) | {"channel": Submission.Channel.IMPORT.value, "language": mapping.language},
            Event: usual_columns(Event) | self._sealed,
            EventText: usual_columns(EventText),
        }

    def add(self, rows: Rows, case: Case, placed: Placed, key: int, number: int) -> None:
        """The case's rows; keys of all but the issue come later (`Rows.number`)."""
        issue = self.issue_of(case, placed, key, number)
        rows.issues.append(issue)
        rows.reports.append(self.report_of(case, issue))
        self._tell(rows, case, issue)

    def issue_of(self, case: Case, placed: Placed, key: int, number: int) -> Columns:
        category, place = case.category, placed.place
        done = without_numbers(case.resolution)
        non_public = _is_non_public(category)
        # Only from “awaiting acceptance” can it be put in its right place.
        status = Status.SUBMITTED if placed.on_desk and case.status not in ENDS else case.status
        return {
            "id": key,
            "number": f"{case.year}-{number:07d}",
            "title": without_numbers(case.title),
            "category_id": category.pk,
            "request_type": category.request_type or self._request_type,
            "status": status.value,
            "level": int(self.level_of(category, place)),
            "urgency": case.urgency.value,
            "area_id": place.area_id,
            "path": place.path,
            "point": ewkb_of(*case.point) if case.point else None,
            "grid_ambiguous": placed.is_doubtful,
            "place_text": without_numbers(case.place),
            **_times_of(case, status),
            "resolution": done,
            "public_line": "" if non_public else done[:PUBLIC_LINE_LENGTH],
            "non_public": non_public,
            "sealed": category.sealed,
            "source_id": case.source_id,
            "recurrence_of_id": None,
            "event_count": 0,
            "head": "",
        }

    def level_of(self, category: Category, place: Place) -> Level:
        """Where it stands: as the mapping or the category says, at least as wide as its place; red is for people to decide."""
        if category.sealed:
            return Level.TOWNSHIP
        return Level(min(max(self.mapping.level_of(category.code, category.level), place.level), Level.TOWNSHIP))

    def report_of(self, case: Case, issue: Columns) -> Columns:
        return {
            "uuid": uuid5(NAMESPACE_URL, f"{self.mapping.source}\x1f{case.source_id}"),
            "body_digest": hashlib.sha256(case.text.encode()).hexdigest(),
            "contact_uuid": UUID(bytes=secrets.token_bytes(16), version=4),
            "receipt_code": receipts.mint(),
            "issue_id": issue["id"],
            "category_id": issue["category_id"],
            "request_type": issue["request_type"],
            "text": without_cards(case.text),
            "point": issue["point"],
            "source_crs": self.mapping.crs.value if case.point else "",
            "source_xy": "[{!r}, {!r}]".format(*case.source_xy) if case.source_xy else None,
            "place_text": case.place,
            "area_id": issue["area_id"],
            "received_at": issue["reported_at"],
        }

    def document_of(self, issue: Columns, report: Columns, names: Sequence[str] | None) -> str | None:
        """What the issue is found by, as `issues_search_documents` has it; None if the database has to tell.

        `names`: the lexemes of what its place is called.
        """
        said: list[words.Part] = []
        if not issue["sealed"] and not issue["non_public"]:
            title, text = str(issue["title"]), str(report["text"])
            named = _lexemes(title)
            said = [
                (named, "A"),
                (_lexemes(str(issue["place_text"])), "B"),
                (names, "B"),
                (named if text == title else _lexemes(text), "C"),
                (_lexemes(str(issue["resolution"])) if issue["closed_at"] else (), ""),  # of one that is open, no event says it
            ]
        return words.document(str(issue["path"]), str(issue["number"]), said)

    def _tell(self, rows: Rows, case: Case, issue: Columns) -> None:
        """Reported, and ended if it has: sealed into the issue's chain."""
        facts = {"source": self.mapping.source, "source_id": case.source_id}
        kept = as_json(facts)
        first = Status.SUBMITTED.value if case.closed_at else str(issue["status"])
        rows.events.append(self._event_of(issue, Verb.SUBMIT, case.reported_at, "", first, facts, kept))
        if not case.closed_at:
            return
        texts = {"resolution": str(issue["resolution"])} if issue["resolution"] else {}
        salt = secrets.token_hex(16) if texts else ""
        digest = ledger.digest_of(texts, salt) if texts else ""
        end = self._event_of(issue, _ENDING_VERB[case.status], case.closed_at, first, case.status.value, facts, kept, digest)
        rows.events.append(end)
        if texts:
            rows.words.append({"texts": as_json(texts), "salt": salt})
            rows.worded.append(end)

    def _event_of(
        self,
        issue: Columns,
        verb: Verb,
        at: datetime,
        before: str,
        after: str,
        facts: Dictionary[str, str],
        kept: str,
        digest: str = "",
    ) -> Columns:
        """The next event of the issue; `kept`: its facts as JSON."""
        count = cast(int, issue["event_count"])
        event: Columns = {
            "issue_id": issue["id"],
            "number": count + 1,
            "verb": verb.value,
            "at": at,
            "from_status": before,
            "to_status": after,
            "from_level": issue["level"] if before else None,
            "to_level": issue["level"],
            "text_digest": digest,
            "previous_hash": issue["head"],
        }
        event["hash"] = ledger.hash_of_row({**event, **self._sealed, "by_id": None, "facts": facts})
        event["at"], event["facts"] = _moment(at), kept
        issue["event_count"], issue["head"] = event["number"], event["hash"]
        return event


def _is_non_public(category: Category) -> bool:
    """A group says too little to be told to everybody, as in issues/intake/reporting.py."""
    return category.non_public or category.group_id is None


def _times_of(case: Case, status: Status) -> Columns:
    """When it came, was taken on, is due and ended, as far as the source says."""
    reported, closed, due = _moment(case.reported_at), _moment(case.closed_at), _moment(case.due_at)
    return {
        "reported_at": reported,
        "accepted_at": None if status == Status.SUBMITTED else reported,
        "level_since": reported,
        "resolved_at": closed,
        "closed_at": closed,
        "level_due_at": due,
        "total_due_at": due,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _lexemes(text: str) -> list[str] | None:
    return words.lexemes(words.without_long_numbers(text)) if text else []
