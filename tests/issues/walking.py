"""What the random walk puts into the forms: for every field of the table something that can stand there, right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from io import BytesIO

from hypothesis import strategies as st
from PIL import Image

from issues import services
from issues.files.photos import Photo, prepare
from issues.files.voice import Voice
from issues.models import Issue, Mark, Poll, Rating, Submission
from issues.moves.asking import VERDICTS, Rest
from issues.notices.confirming import code_of
from issues.terms import Field
from issues.workflow import Move
from representatives.models import Person, Unit
from tests.issues.factories import CELLS, County
from tests.issues.sounds import voice_note


@cache
def picture() -> Photo:
    out = BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "PNG")
    return prepare(BytesIO(out.getvalue()), size=len(out.getvalue()), name="door.png")


@cache
def recording() -> Voice:
    return voice_note()


class Pen:
    """Fills in the form of one move, for one person (None: the requester) at one moment, as the dice say."""

    def __init__(
        self,
        county: County,
        move: Move,
        issue: Issue,
        by: Person | None,
        at: datetime,
        data: st.DataObject,
        report: Submission | None,
    ) -> None:
        self.county, self.move, self.issue, self.by, self.at, self.data, self.report = county, move, issue, by, at, data, report

    def facts(self) -> dict[str, object]:
        wanted = [*self.move.needs, *(field for field in self.move.allows if self.data.draw(st.booleans()))]
        return {field.value: value for field in wanted if (value := self._value(field)) is not None}

    def _value(self, field: Field) -> object:
        if field in _WAYS:
            return _WAYS[field](self)
        if choices := services.field_choices(self.issue, field, self.by, self.at):
            return self.one([value for value, _label in choices])
        return "说明"

    def one(self, choices: Sequence[object]) -> object:
        return self.data.draw(st.sampled_from(choices)) if choices else None

    def day(self, least: int, most: int) -> object:
        return (self.at + timedelta(days=self.data.draw(st.integers(least, most)))).date()

    def units(self) -> list[str]:
        return [str(unit.pk) for unit in Unit.objects.for_place(self.issue.path) if unit.pk != self.issue.lead_unit_id][:2]

    def some_reports(self) -> list[int]:
        return list(self.issue.submissions.order_by("pk").values_list("pk", flat=True))[1:]

    def sub_task(self) -> object:
        if self.by is None:
            return None
        found = services.sub_tasks_in_sight(self.issue, self.by, self.at, services.posts_at(self.issue.path, self.at))
        tasks = found.get(self.move.verb, [])
        return self.one([task.number for task in tasks]) if len(tasks) > 1 else None

    def ballots(self) -> Mapping[str, object]:
        households = max(5, self.issue.households or 0, self.issue.submissions.count())
        content = self.data.draw(st.integers(0, households))
        counts = {"households": households, "satisfied": content, "mostly_satisfied": 0, "dissatisfied": households - content}
        return {**counts, "silent": 0, "method": Poll.Method.values[0], "held_on": self.at.date()}

    def code(self) -> str:
        return code_of(self.report.requester) if self.report and self.report.requester else "000000"


_WAYS: Mapping[Field, Callable[[Pen], object]] = {
    Field.MINUTE: lambda pen: {"held_on": pen.at.date().isoformat(), "participants": "甲、乙", "outcome": "建议上报"},
    Field.DUE: lambda pen: pen.day(-1, 20),
    Field.RESUME_ON: lambda pen: pen.day(0, 60),
    Field.ISSUE: lambda pen: pen.one([issue.number for issue in Issue.objects.order_by("pk")]),
    Field.AREA: lambda pen: pen.county.areas[str(pen.one(list(CELLS)))].code,
    Field.RATING: lambda pen: pen.one(Rating.Value.values),
    Field.CONSENT: lambda pen: pen.one([["yes"], ["no"]]),
    Field.SUSPENSION: lambda pen: pen.one(Rest.values),
    Field.VERDICT: lambda pen: pen.one([verdict.value for verdict in VERDICTS[pen.move.verb]]),
    Field.BALLOTS: Pen.ballots,
    Field.MARK: lambda pen: pen.one(Mark.values),
    Field.UNITS: Pen.units,
    Field.NOTIFIED: Pen.units,
    Field.SUBMISSIONS: Pen.some_reports,
    Field.SUB_TASK: Pen.sub_task,
    Field.MILESTONES: lambda pen: f"{pen.day(5, 30)} 通车\n{pen.day(31, 200)} 验收",
    Field.WAY: lambda pen: pen.one([value for value, _label in services.ways_open()]),
    Field.ADDRESS: lambda pen: pen.one(["13800000000", "someone@example.org"]),
    Field.CODE: Pen.code,
    Field.SHOWN: lambda pen: pen.one(["staff", "requester"]),
}
