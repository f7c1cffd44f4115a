"""A cell and an issue as a member's phone keeps them. Each field named here, and none besides: nothing of any requester."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from grids.models import Area, paths_above
from issues import reach
from issues.models import Event, Issue, Submission
from issues.moves.asking import ANSWERS
from issues.moves.buttons import OWN_PANEL
from issues.privacy.masking import without_numbers
from issues.terms import Verb
from issues.wire import standing
from issues.wire.choosing import Known
from representatives.models import Person

LINES = 5
# What takes files, or a look at all that was asked and done before: that is for the page.
NOT_ON_A_PHONE = ANSWERS | OWN_PANEL | {Verb.ASK_EXPLANATION, Verb.EXPLAIN, Verb.PASS_ON_RATING}


def cell(area: Area, names: Mapping[str, str]) -> dict[str, object]:
    """A cell with what it lies in and its outline; `area` as `with_rough_outline` reads it."""
    outline = area.outline  # type: ignore[attr-defined]
    around = [names[path] for path in paths_above(area.path)[1:-1] if path in names]
    return {
        "code": area.code,
        "name": area.name,
        "path_names": around,
        "outline": json.loads(outline) if outline else None,
    }


def issue_row(issue: Issue, known: Known, buttons: Sequence[Mapping[str, object]], person: Person, at: datetime) -> dict[str, Any]:
    """The issue; annotated as `for_phone` does, its parts handed out."""
    until = issue.waits_until or issue.level_due_at  # type: ignore[attr-defined]
    return {
        "number": issue.number,
        "title": issue.title,
        "category": issue.category.name,
        "urgency": issue.urgency,
        **standing.of(issue),
        "asked": issue.asked,  # type: ignore[attr-defined]
        "due_at": _moment(until) if until else None,
        "clock_state": reach.wait_state(issue, until, at).value,
        "place_text": issue.place_text,
        "lon": round(issue.point.x, 6) if issue.point else None,
        "lat": round(issue.point.y, 6) if issue.point else None,
        "area": issue.area.code,
        "area_name": issue.area.name,
        "reports": [
            {"id": report.pk, "text": report.text, "received_at": _moment(report.received_at)} for report in known.submissions
        ],
        "verbs": list(buttons),
        "lines": [_line(event, person) for event in list(issue.events.all())[: -LINES - 1 : -1]],
    }


def masked(report: Submission) -> Submission:
    """The report without numbers of telephones and cards: it lies on a phone that may be lost. Never to be saved."""
    return Submission(pk=report.pk, issue_id=report.issue_id, text=without_numbers(report.text), received_at=report.received_at)


def _line(event: Event, person: Person) -> dict[str, object]:
    """What was done, with the words that the requester reads too, or that are one's own."""
    texts = event.texts if event.by_id == person.pk else event.public_texts
    return {
        "at": _moment(event.at),
        "verb": str(Verb(event.verb).label),
        "who": standing.who(event),
        "words": [without_numbers(text) for text in texts.values() if text],
    }


def _moment(at: datetime) -> str:
    return localtime(at).isoformat(timespec="seconds")
