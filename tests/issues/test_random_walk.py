"""Anybody does anything, in any order, while time goes by: what must be true of every issue stays true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import cast
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from grids.levels import LADDER_LEVELS, Level
from issues import ledger, services, sweeps
from issues.errors import Conflict, Forbidden, OutOfScope, Refusal
from issues.files.blurring import Shape
from issues.intake import reporting
from issues.models import (
    Attachment,
    EscalationRequest,
    Event,
    Issue,
    KeySupervisionEntry,
    ReminderLetter,
    Requester,
    Submission,
)
from issues.moves import closing
from issues.parts import with_parts
from issues.privacy import retention
from issues.recalendar import changes
from issues.services.letters import Draft
from issues.terms import ENDS, OPEN, Actor, Status, Verb
from issues.workflow import MOVES, Move
from representatives.models import Person
from tests.issues import factories as make
from tests.issues.factories import CELLS, K, china
from tests.issues.walking import Pen, picture, recording

START = china("2024-09-23 09:00")
WALKS, STEPS = 14, 30
CATEGORIES = ("house.minor", "road.light", "road.bridge", "svc.consult", "land.boundary", "village.conduct")
# Who enters it for the requester, by name in the county; empty: they report by themselves.
THROUGH = {"": Submission.Channel.WEB, "hotline": Submission.Channel.HOTLINE, "household": Submission.Channel.PROXY}
STAGES = (make.in_hand, make.at_blue, make.at_yellow, make.proposed, make.at_red, make.awaiting_rating, make.closed)
SWEEPS = (
    *(sweeps.warn, sweeps.climb, sweeps.draft, sweeps.feedback, sweeps.resume, sweeps.remind_of_tasks),
    *(retention.purge, retention.purge_voice, retention.purge_asked),
)
# What may move the end of the total clock to a later time, and nothing else (domain notes §3.2): the time in which an issue
# rested or had ended is not counted, an objection wakes what was declined as a reopening wakes what was closed, the plan of a
# project takes its place, and a day off moves what it lies in.
LENGTHENS = frozenset(
    {Verb.RESUME, Verb.EXTEND, Verb.REOPEN, Verb.OBJECT, Verb.REVIEW, Verb.UPHOLD, Verb.APPROVE_PLAN, Verb.MILESTONE}
    | {Verb.RECALENDAR}
)
HELD = frozenset({Status.ASSIGNED, Status.IN_PROGRESS})


class Walk(RuleBasedStateMachine):
    """A county whose people, requesters and clock do as the dice say. Everything is undone at the end of a walk.

    `done` counts, over all walks, what stood in the ledger. Whoever may choose does what was tried the least in this walk, and
    of that what this walk likes best: what happens must follow from the dice alone.
    """

    def __init__(self, county: make.County, done: Counter[str]) -> None:
        super().__init__()
        self.undo = transaction.savepoint()
        self.county, self.at, self.done = county, START, done
        self.tried, self.liking = Counter[str](), dict[str, int]()
        self.people = list(county.people.values())
        self.total_due: dict[int, datetime | None] = {}
        self.seen: dict[int, int] = {}

    def teardown(self) -> None:
        self.done.update(Event.objects.order_by().values_list("verb", flat=True))
        transaction.savepoint_rollback(self.undo)

    # --- what happens ---

    @initialize(seed=st.integers(0, 1_000_000))
    def walk_has_its_likings(self, seed: int) -> None:
        liked = Random(seed).sample(list(Verb), len(Verb))
        self.liking = {verb.value: place for place, verb in enumerate(liked)}

    def _rarest(self, moves: Iterable[Move]) -> Verb:
        return min((move.verb for move in moves), key=lambda verb: (self.tried[verb], self.liking[verb]))

    @precondition(lambda self: Issue.objects.unfinished().count() < 3)  # a few issues that get far, not many that wait
    @rule(
        cell=st.sampled_from(CELLS),
        about=st.sampled_from(CATEGORIES),
        danger=st.booleans(),
        through=st.sampled_from(sorted(THROUGH)),
        with_files=st.booleans(),
    )
    def somebody_reports(self, cell: str, about: str, danger: bool, through: str, with_files: bool) -> None:
        self._report(cell, about, through, danger=danger, with_files=with_files)

    def _report(
        self, cell: str, about: str, through: str, *, danger: bool = False, with_files: bool = False, join: str = ""
    ) -> None:
        by_phone = through == "hotline"
        draft = reporting.Draft(
            uuid=uuid4(),
            category=about,
            text="风从门缝进来",
            area=self.county.areas[cell].code,
            danger=danger,
            channel=THROUGH[through],
            contact=reporting.Contact(phone="13800000000", channel=Requester.Channel.PHONE) if by_phone else reporting.Contact(),
            photos=(picture(),) if with_files else (),
            voice=recording() if with_files else None,
            join=join,
        )
        reporting.report(draft, at=self.at, entered_by=self.county[through] if through else None)

    @precondition(lambda self: Issue.objects.unfinished().exists())
    @rule(data=st.data(), through=st.sampled_from(sorted(THROUGH)))
    def somebody_reports_the_same(self, data: st.DataObject, through: str) -> None:
        known = data.draw(st.sampled_from(list(Issue.objects.unfinished().order_by("pk").select_related("category"))))
        self._report(known.path, known.category.code, through, join=known.number)

    @precondition(lambda self: Issue.objects.unfinished().count() < 3)
    @rule(stage=st.sampled_from(STAGES))
    def an_issue_has_come_far(self, stage: Callable[..., Issue]) -> None:
        stage(self.county, self.at)

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

    @precondition(lambda self: Issue.objects.exists())
    @rule(data=st.data())
    def somebody_does_what_was_rarely_done(self, data: st.DataObject) -> None:
        """So that walks get far: of all that is offered to anybody, what was tried the least, eight times over."""
        issue = self._issue(data)
        for _ in range(8):
            offered = self._offered(issue)
            if not offered:
                break
            rarest = self._rarest(move for _person, move in offered)
            person, move = data.draw(st.sampled_from([one for one in offered if one[1].verb == rarest]))
            self._do(issue, move, person, data)
            issue = Issue.objects.get(pk=issue.pk)
            self.at += timedelta(minutes=20)
            self.every_issue_is_whole()

    @precondition(lambda self: Issue.objects.exists())
    @rule(data=st.data(), move=st.sampled_from(MOVES))
    def a_person_does_what_is_not_offered(self, data: st.DataObject, move: Move) -> None:
        issue, person = self._issue(data), data.draw(st.sampled_from(self.people))
        if move.verb in {offered.verb for offered in services.possible_moves(issue, person, self.at)}:
            return
        facts = Pen(self.county, move, issue, person, self.at, data, None).facts()
        with pytest.raises((Refusal, Forbidden, OutOfScope)) as refused:
            services.move(issue.pk, move.verb, by=person, at=self.at, facts=facts)
        assert str(refused.value).strip()

    @precondition(lambda self: Submission.objects.exists())
    @rule(data=st.data())
    def a_requester_does_what_was_rarely_done(self, data: st.DataObject) -> None:
        report = data.draw(st.sampled_from(list(Submission.objects.order_by("pk").select_related("issue"))))
        for _ in range(2):
            report = Submission.objects.select_related("issue", "requester").get(pk=report.pk)
            moves = services.possible_moves_for_requester(report, self.at)
            if not moves:
                return
            rarest = self._rarest(moves)
            move = data.draw(st.sampled_from([one for one in moves if one.verb == rarest]))
            self.tried[move.verb] += 1
            facts = Pen(self.county, move, report.issue, None, self.at, data, report).facts()
            self._try(partial(services.move_as_requester, report.pk, move.verb, at=self.at, facts=facts))

    # --- what has doors of its own ---

    @precondition(lambda self: Issue.objects.unfinished().filter(lead_unit__isnull=False).exists())
    @rule(data=st.data(), kind=st.sampled_from(ReminderLetter.Kind.values))
    def a_unit_gets_a_letter_and_answers_it(self, data: st.DataObject, kind: str) -> None:
        led = Issue.objects.unfinished().filter(lead_unit__isnull=False, sealed=False).select_related("lead_unit")
        if not led:
            return
        issue = data.draw(st.sampled_from(list(led.order_by("pk"))))
        assert issue.lead_unit
        draft = Draft(uuid=uuid4(), unit=issue.lead_unit, kind=ReminderLetter.Kind(kind), issues=[issue.pk], text="请抓紧办理。")
        office = self.county["duc"]
        self._try(lambda: services.send_letter(draft, by=office, at=self.at))
        letter = ReminderLetter.objects.filter(uuid=draft.uuid).first()
        answering = [person for person in self.people if letter and person.unit_id == letter.unit_id]
        if letter and answering:
            services.answer_letter(letter.number, "已安排。", by=answering[0], at=self.at)

    @rule(days=st.integers(1, 12))
    def the_county_takes_a_day_off(self, days: int) -> None:
        day = (self.at + timedelta(days=days)).date()
        admin = self.county["admin"]
        try:
            change = changes.propose(self.county.areas[K], {day: False}, reason="那达慕", by=admin, at=self.at)
        except Refusal:
            return  # it has that day off already
        changes.work(at=self.at)
        changes.confirm(change.pk, by=admin, at=self.at)
        changes.work(at=self.at)
        change.refresh_from_db()
        assert change.state == change.State.APPLIED

    @precondition(lambda self: Attachment.objects.kept().exists())
    @rule(data=st.data())
    def somebody_looks_at_a_file(self, data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(list(Attachment.objects.kept().order_by("pk").select_related("submission__issue"))))
        person = data.draw(st.sampled_from(self.people))
        if file.is_voice:
            self._look(lambda: services.transcribe(file, "门口的路灯坏了", compared=True, by=person, at=self.at))
            return
        copy = services.draw_copy(file, (Shape(((1, 1), (9, 9))),), nobody_seen=False)
        self._look(lambda: services.publish_photo(file, copy, by=person, at=self.at))
        self._look(lambda: services.hide_photo(file, by=person, at=self.at))

    @precondition(lambda self: Issue.objects.unfinished().exists())
    @rule(data=st.data())
    def somebody_adds_a_photo(self, data: st.DataObject) -> None:
        issue, person = self._issue(data), data.draw(st.sampled_from(self.people))
        self._look(lambda: services.add_evidence(issue.pk, [picture()], by=person, at=self.at))

    # --- how ---

    def _issue(self, data: st.DataObject) -> Issue:
        return data.draw(st.sampled_from(list(Issue.objects.order_by("pk"))))

    def _offered(self, issue: Issue) -> list[tuple[Person, Move]]:
        """What each of the people may do, as `possible_moves` says, with the issue read once for all of them."""
        posts = list(services.posts_at(with_parts(issue).path, self.at))
        sees = [person for person in self.people if Issue.objects.visible_to(person, self.at).has(issue)]
        return [(person, move) for person in sees for move in services.moves_in_sight(issue, person, self.at, posts)]

    def _do(self, issue: Issue, move: Move, person: Person, data: st.DataObject) -> None:
        self.tried[move.verb] += 1
        facts = Pen(self.county, move, issue, person, self.at, data, None).facts()
        self._try(lambda: services.move(issue.pk, move.verb, by=person, at=self.at, facts=facts, seen=issue.event_count))

    def _try(self, act: Callable[[], object]) -> None:
        """What was offered is done, or what was written into it is refused with a sentence; nothing else may be raised."""
        refused = ""
        try:
            act()
        except Refusal as refusal:
            refused = refusal.sentence or "without a word"
        assert refused != "without a word"

    def _look(self, act: Callable[[], object]) -> None:
        """The same by whoever the dice chose: it may be none of theirs."""
        with suppress(Refusal, Forbidden, OutOfScope, Conflict):
            act()

    # --- what must be true ---

    def _changed(self) -> list[tuple[Issue, set[str]]]:
        """Issues to which something was done since they were looked at, and what; the others cannot have become wrong."""
        found = []
        for issue in Issue.objects.order_by("pk"):
            seen = self.seen.get(issue.pk, 0)
            if seen != issue.event_count:
                found.append((issue, set(issue.events.filter(number__gt=seen).values_list("verb", flat=True))))
                self.seen[issue.pk] = issue.event_count
        return found

    @invariant()
    def every_issue_is_whole(self) -> None:
        for issue, verbs in self._changed():
            self.total_clock_never_begins_anew(issue, verbs)
            self.ends_are_ends(issue)
            self.somebody_holds_it(issue)
            self.no_part_is_due_after_the_whole(issue)
            self.red_is_a_decision_of_people(issue)
            self.closed_means_the_gate_was_passed(issue)
            assert [fault for fault in ledger.verify_all(issue.number)[1] if fault] == []

    def total_clock_never_begins_anew(self, issue: Issue, verbs: set[str]) -> None:
        before, now = self.total_due.get(issue.pk), issue.total_due_at
        if before and now and now > before:
            assert LENGTHENS & verbs, (issue, before, now, verbs)
        self.total_due[issue.pk] = now

    def ends_are_ends(self, issue: Issue) -> None:
        assert (issue.status in ENDS) == (issue.closed_at is not None)
        assert issue.status in ENDS | OPEN
        if issue.closed_at:
            assert {issue.warn_at, issue.climb_at, issue.silent_close_at, issue.resume_at, issue.sign_due_at} == {None}
            assert issue.pending_slip is None
            assert issue.open_sub_tasks == []

    def somebody_holds_it(self, issue: Issue) -> None:
        """A person of the level or the people of one unit, at exactly one level."""
        assert Level(issue.level) in LADDER_LEVELS
        if issue.status in HELD and not issue.sealed:
            assert issue.handler_id or issue.lead_unit_id, issue.status

    def no_part_is_due_after_the_whole(self, issue: Issue) -> None:
        if issue.status in HELD and issue.level_due_at and issue.level_due_at > self.at:
            assert all(task.due_at <= issue.level_due_at for task in issue.open_sub_tasks), issue

    def red_is_a_decision_of_people(self, issue: Issue) -> None:
        entered = issue.events.filter(to_level=Level.COUNTY).exclude(from_level=Level.COUNTY).exclude(verb=Verb.SPLIT)
        assert all(event.by_id and event.actor != Actor.SYSTEM and event.verb == Verb.ENTER_RED for event in entered)
        standing = KeySupervisionEntry.objects.standing().filter(issue=issue).count()
        assert standing == (1 if issue.level == Level.COUNTY and issue.is_open else 0)

    def closed_means_the_gate_was_passed(self, issue: Issue) -> None:
        if issue.status == Status.CLOSED and not issue.submissions.filter(text_erased_at__isnull=False).exists():
            standing = closing.standing_of(issue, issue.closed_at or self.at)
            assert [line for line in closing.missing_in(standing) if "red list" not in line] == []
            if issue.level == Level.COUNTY:  # its stay has ended with it, by the office's word
                left = KeySupervisionEntry.objects.latest_of(issue)
                assert left
                assert left.exit_approved_by_id
                assert left.exit_reason

    @invariant()
    def counts_are_what_the_rows_say(self) -> None:
        duc = self.county["duc"]
        rows = Counter(issue.level for issue in Issue.objects.counted_for(duc, self.at).open_in(K))
        listed = Counter(Issue.objects.unfinished().filter(sealed=False).values_list("level", flat=True))
        assert rows == listed
        for name in ("vs1", "tc1", "duc"):
            waiting = Issue.objects.waiting_for(self.county[name], self.at)
            assert sum(n for _asked, n in waiting.by_asked()) == len({issue.pk for issue in waiting})
        assert EscalationRequest.objects.filter(decision="granted", to_level=Level.COUNTY, decided_by=None).count() == 0


@pytest.fixture
def media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db
def test_whatever_anybody_does_no_issue_is_lost_reset_or_closed_too_early(media):
    county, done = make.county(), Counter[str]()
    run_state_machine_as_test(
        cast(type[Walk], lambda: Walk(county, done)),  # whatever is called without arguments and gives a machine
        settings=of_hypothesis(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=(Phase.generate,),  # add Phase.shrink to see the shortest walk to a fault; it takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    missing = {verb.value for verb in Verb} - set(done)
    assert len(done) > 50, sorted(missing)  # the walks got far; every verb by itself: test_workflow and the tests of the services
