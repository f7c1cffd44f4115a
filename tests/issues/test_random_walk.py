"""Anybody does anything, in any order, while time goes by: what must be true of every issue stays true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from grids.levels import LADDER_LEVELS, Level
from issues import closing, intake, ledger, services, sweeps
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import EscalationRequest, Issue, KeySupervisionEntry, Rating, Requester, Submission
from issues.terms import ENDS, OPEN, Actor, Field, Status, Verb
from issues.workflow import MOVES, Move
from representatives.models import Person
from tests.issues import factories as make
from tests.issues.factories import CELLS, K, china

START = china("2024-09-23 09:00")
WALKS, STEPS = 12, 25
CATEGORIES = ("house.minor", "road.light", "road.bridge", "svc.consult", "land.boundary", "village.conduct")
# Who enters it for the requester, by name in the county; empty: they report by themselves.
THROUGH = {"": Submission.Channel.WEB, "hotline": Submission.Channel.HOTLINE, "household": Submission.Channel.PROXY}
SWEEPS = (sweeps.warn, sweeps.climb, sweeps.draft, sweeps.feedback, sweeps.resume)
# What may move the end of the total clock to a later time, and nothing else (domain notes §3.2): the time in which an issue
# rested or had ended is not counted, and an objection wakes what was declined as a reopening wakes what was closed.
LENGTHENS = frozenset({Verb.RESUME, Verb.EXTEND, Verb.REOPEN, Verb.OBJECT, Verb.UPHOLD})
CLIMBS = frozenset({Verb.ACCEPT, Verb.ESCALATE, Verb.ENTER_RED})
HELD = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})


class Walk(RuleBasedStateMachine):
    """A county whose people, requesters and clock do as the dice say. Everything is undone at the end of a walk."""

    def __init__(self, county: make.County, done: Counter[str]) -> None:
        super().__init__()
        self.undo = transaction.savepoint()
        self.county, self.at, self.done = county, START, done
        self.tried = Counter[str]()
        self.people = list(county.people.values())
        self.total_due: dict[int, datetime | None] = {}
        self.seen: dict[int, int] = {}

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.undo)

    # --- what happens ---

    @initialize(shunned=st.sets(st.sampled_from([move.verb for move in MOVES]), min_size=10, max_size=30))
    def each_walk_has_its_own_taste(self, shunned: set[Verb]) -> None:
        self.tried.update(dict.fromkeys(shunned, 2))

    @precondition(lambda self: Issue.objects.unfinished().count() < 3)  # a few issues that get far, not many that wait
    @rule(
        cell=st.sampled_from(CELLS),
        about=st.sampled_from(CATEGORIES),
        danger=st.booleans(),
        through=st.sampled_from(sorted(THROUGH)),
    )
    def somebody_reports(self, cell: str, about: str, danger: bool, through: str) -> None:
        by_phone = through == "hotline"
        draft = intake.Draft(
            uuid=uuid4(),
            category=about,
            text="风从门缝进来",
            area=self.county.areas[cell].code,
            danger=danger,
            channel=THROUGH[through],
            contact=intake.Contact(phone="13800000000", channel=Requester.Channel.PHONE) if by_phone else intake.Contact(),
        )
        intake.report(draft, at=self.at, entered_by=self.county[through] if through else None)

    @rule(minutes=st.sampled_from((5, 45, 4 * 60, 24 * 60, 3 * 24 * 60, 12 * 24 * 60)))
    def time_goes_by(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        for sweep in SWEEPS:
            assert sweep(at=self.at).failed == []

    @precondition(lambda self: Issue.objects.exists())
    @rule(data=st.data())
    def a_person_does_what_is_offered(self, data: st.DataObject) -> None:
        issue, person = self._issue(data), data.draw(st.sampled_from(self.people))
        if moves := services.possible_moves(issue, person, self.at):
            self._do(issue, data.draw(st.sampled_from(moves)), person, data)

    @precondition(lambda self: Issue.objects.unfinished().exists())
    @rule(data=st.data())
    def somebody_does_what_was_rarely_done(self, data: st.DataObject) -> None:
        """So that walks get far: of all that is offered to anybody, what was tried the least, eight times over."""
        issue = data.draw(st.sampled_from(list(Issue.objects.unfinished().order_by("pk"))))
        for _ in range(8):
            offered = [(person, move) for person in self.people for move in services.possible_moves(issue, person, self.at)]
            if not offered:
                break
            fewest = min(self.tried[move.verb] for _person, move in offered)
            person, move = data.draw(st.sampled_from([one for one in offered if self.tried[one[1].verb] == fewest]))
            self._do(issue, move, person, data)
            issue.refresh_from_db()
            self.at += timedelta(minutes=20)
            self.every_issue_is_whole()

    @precondition(lambda self: Issue.objects.exists())
    @rule(data=st.data(), move=st.sampled_from(MOVES))
    def a_person_does_what_is_not_offered(self, data: st.DataObject, move: Move) -> None:
        issue, person = self._issue(data), data.draw(st.sampled_from(self.people))
        if move.verb in {offered.verb for offered in services.possible_moves(issue, person, self.at)}:
            return
        with pytest.raises((Refusal, Forbidden, OutOfScope)) as refused:
            services.move(issue.pk, move.verb, by=person, at=self.at, facts=self._facts(issue, move, person, data))
        assert str(refused.value).strip()

    @precondition(lambda self: Submission.objects.exists())
    @rule(data=st.data())
    def a_requester_does_what_is_offered(self, data: st.DataObject) -> None:
        report = data.draw(st.sampled_from(list(Submission.objects.order_by("pk").select_related("issue"))))
        if moves := services.possible_moves_for_requester(report, self.at):
            move = data.draw(st.sampled_from(moves))
            facts = self._facts(report.issue, move, None, data)
            self._try(lambda: services.move_as_requester(report.pk, move.verb, at=self.at, facts=facts))

    def _issue(self, data: st.DataObject) -> Issue:
        return data.draw(st.sampled_from(list(Issue.objects.order_by("pk"))))

    def _do(self, issue: Issue, move: Move, person: Person, data: st.DataObject) -> None:
        self.tried[move.verb] += 1
        facts = self._facts(issue, move, person, data)
        self._try(lambda: services.move(issue.pk, move.verb, by=person, at=self.at, facts=facts, seen=issue.event_count))

    def _try(self, act: Callable[[], object]) -> None:
        """What was offered is done, or what was written into it is refused with a sentence; nothing else may be raised."""
        refused = ""
        try:
            act()
        except Refusal as refusal:
            refused = refusal.sentence or "without a word"
        assert refused != "without a word"

    def _facts(self, issue: Issue, move: Move, person: Person | None, data: st.DataObject) -> Mapping[str, object]:
        wanted = [*move.needs, *(field for field in move.allows if data.draw(st.booleans()))]
        return {field.value: value for field in wanted if (value := self._value(issue, field, person, data)) is not None}

    def _value(self, issue: Issue, field: Field, person: Person | None, data: st.DataObject) -> object:
        if field is Field.MINUTE:
            return {"held_on": self.at.date().isoformat(), "participants": "甲、乙", "outcome": "建议上报"}
        if field is Field.DUE:
            return (self.at + timedelta(days=data.draw(st.integers(-1, 20)))).date()
        if field is Field.ISSUE:
            return data.draw(st.sampled_from(list(Issue.objects.order_by("pk")))).number
        if field is Field.AREA:
            return self.county.areas[data.draw(st.sampled_from(CELLS))].code
        if field is Field.RATING:
            return data.draw(st.sampled_from(Rating.Value.values))
        if field is Field.CONSENT:
            return data.draw(st.sampled_from([["yes"], ["no"]]))
        if choices := services.field_choices(issue, field, person, self.at):
            return data.draw(st.sampled_from([value for value, _label in choices]))
        return "说明"

    # --- what must be true ---

    def _changed(self) -> list[Issue]:
        """Issues to which something was done since they were looked at; the others cannot have become wrong."""
        found = [issue for issue in Issue.objects.order_by("pk") if self.seen.get(issue.pk) != issue.event_count]
        self.seen.update((issue.pk, issue.event_count) for issue in found)
        return found

    @invariant()
    def every_issue_is_whole(self) -> None:
        for issue in self._changed():
            self.done[issue.events.order_by("-number").values_list("verb", flat=True)[0]] += 1
            self.total_clock_never_begins_anew(issue)
            self.ends_are_ends(issue)
            self.somebody_holds_it(issue)
            self.red_is_a_decision_of_people(issue)
            self.closed_means_the_gate_was_passed(issue)
            assert [fault for fault in ledger.verify_all(issue.number)[1] if fault] == []

    def total_clock_never_begins_anew(self, issue: Issue) -> None:
        before, now = self.total_due.get(issue.pk), issue.total_due_at
        if before and now and now > before:
            last = issue.events.order_by("-number").values_list("verb", flat=True)[:4]
            assert LENGTHENS & set(last), (issue, before, now, list(last))
        self.total_due[issue.pk] = now

    def ends_are_ends(self, issue: Issue) -> None:
        assert (issue.status in ENDS) == (issue.closed_at is not None)
        assert issue.status in ENDS | OPEN
        if issue.closed_at:
            assert {issue.warn_at, issue.climb_at, issue.silent_close_at, issue.resume_at, issue.sign_due_at} == {None}
            assert issue.pending_slip is None

    def somebody_holds_it(self, issue: Issue) -> None:
        """A person of the level or the people of one unit, at exactly one level."""
        assert Level(issue.level) in LADDER_LEVELS
        if issue.status in HELD and not issue.sealed:
            assert issue.handler_id or issue.lead_unit_id, issue.status

    def red_is_a_decision_of_people(self, issue: Issue) -> None:
        entered = issue.events.filter(to_level=Level.COUNTY).exclude(from_level=Level.COUNTY)
        assert all(event.by_id and event.actor != Actor.SYSTEM and event.verb == Verb.ENTER_RED for event in entered)
        standing = KeySupervisionEntry.objects.standing().filter(issue=issue).count()
        assert standing == (1 if issue.level == Level.COUNTY and issue.is_open else 0)

    def closed_means_the_gate_was_passed(self, issue: Issue) -> None:
        if issue.status == Status.CLOSED:
            standing = closing.standing_of(issue, issue.closed_at or self.at)
            assert [line for line in closing.missing_in(standing) if "red list" not in line] == []

    @invariant()
    def counts_are_what_the_rows_say(self) -> None:
        duc = self.county["duc"]
        rows = Counter(issue.level for issue in Issue.objects.counted_for(duc, self.at).open_in(K))
        listed = Counter(Issue.objects.unfinished().filter(sealed=False).values_list("level", flat=True))
        assert rows == listed
        for name in ("vs1", "tc1", "duc"):
            waiting = Issue.objects.waiting_for(self.county[name], self.at)
            assert sum(dict(waiting.by_asked()).values()) == len({issue.pk for issue in waiting})
        assert EscalationRequest.objects.filter(decision="granted", to_level=Level.COUNTY, decided_by=None).count() == 0


@pytest.mark.django_db
def test_whatever_anybody_does_no_issue_is_lost_reset_or_closed_too_early():
    county, done = make.county(), Counter[str]()
    run_state_machine_as_test(
        cast(type[Walk], lambda: Walk(county, done)),  # whatever is called without arguments and gives a machine
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),  # add Phase.shrink to see the shortest walk to a fault; it takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(done) > 25, done  # the walks went somewhere
