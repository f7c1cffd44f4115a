"""A year in a demo county, lived through the services: people act (or fail to), the sweeps do the rest.

Nothing is inserted finished. Every step is a verb of `issues.services` at an invented time; whoever does not act is
late, and the same sweeps as in production warn, climb and close.
"""

from __future__ import annotations

import heapq
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from demo import detours
from demo.people import LOG_INS
from demo.reports import Story
from demo.staff import Staff
from grids.levels import Level
from issues import services, sweeps
from issues.errors import Refusal
from issues.intake import reporting
from issues.models import Issue, Submission
from issues.notices import sending
from issues.terms import ENDS, Field, Status, Verb
from representatives.models import Person, Unit
from representatives.roles import Role

logger = logging.getLogger(__name__)

SWEEP_HOURS = (time(8, 31), time(17, 31))
DILIGENT, SLOW, IDLE = "diligent", "slow", "idle"
# Median hours until somebody turns to the issue, by status; the temper multiplies them.
PACE_HOURS = {
    Status.SUBMITTED: 2.0,
    Status.ACCEPTED: 0.7,
    Status.ASSIGNED: 0.7,
    Status.IN_PROGRESS: 18.0,
    Status.PENDING_VERIFICATION: 14.0,
    Status.PENDING_FEEDBACK: 36.0,
    Status.CLOSED: 120.0,
}
BEYOND = (("crosses", "需要跨乡镇协调"), ("funds", "所需资金超出本级"), ("legacy", "历史遗留问题，权限不在本级"))
TEMPER = {DILIGENT: 1.0, SLOW: 4.0, IDLE: 12.0}


def sweep(at: datetime) -> None:
    """What beat would have the workers do."""
    for step in (sweeps.warn, sweeps.climb, sweeps.draft, sweeps.feedback, sweeps.resume, sending.show):
        step(at=at)


@dataclass
class Thread:
    """What the future holds for one issue."""

    issue_id: int
    submission_id: int
    story: Story
    temper: str
    reports_beyond: bool  # the level will say that it is beyond its reach
    disappoints: bool  # the first result will not satisfy
    answers: bool  # the requester rates
    comes_back: bool  # is reopened after closure
    detour: str  # a way of `demo.detours` that it goes when it opens
    wakes_at: datetime | None = None  # nobody turns to it before
    refused_round: int = -1  # the last round that its requester, never content, has refused


@dataclass
class Deed:
    """A verb that somebody will do at its time."""

    issue: Issue
    verb: Verb
    by: Person | None
    facts: dict[str, object]


class Life:
    """Acts out stories between `start` and `end`. `progress` is called with the number of stories told."""

    def __init__(self, *, seed: int, end: datetime, leads: dict[str, Unit], progress: Callable[[int], object]) -> None:
        self.rng = Random(seed)  # noqa: S311
        self.end = end
        self.leads = leads
        self.progress = progress
        self.order = count()
        self.agenda: list[tuple[datetime, int, Thread | Story | Deed]] = []
        self.refused = 0
        self.staff = Staff(end)

    def act(self, stories: Iterable[Story]) -> None:
        """Play everything that happens until `end`, in the order of time, sweeps included."""
        for story in stories:
            self.plan(story.at, story)
        if not self.agenda:
            return
        moments = self.sweep_times(self.agenda[0][0])
        next_sweep = next(moments)
        while self.agenda and self.agenda[0][0] <= self.end:
            at, _, matter = heapq.heappop(self.agenda)
            while next_sweep <= at:
                sweep(next_sweep)
                next_sweep = next(moments)
            if isinstance(matter, Story):
                self.tell(matter)
            elif isinstance(matter, Deed):
                self.keep(matter, at)
            else:
                self.attend(matter, at)
        while next_sweep <= self.end:
            sweep(next_sweep)
            next_sweep = next(moments)
        self.read_notices()

    def read_notices(self) -> None:
        """Those who have a log-in have read their notices up to two days ago."""
        for person in Person.objects.in_bulk(list(LOG_INS), field_name="username").values():
            services.mark_read(person, self.end - timedelta(days=2))

    def sweep_times(self, since: datetime) -> Iterator[datetime]:
        """The hours at which the sweeps run, day by day, from `since` on without end."""
        day: date = since.date()
        while True:
            for hour in SWEEP_HOURS:
                moment = datetime.combine(day, hour, tzinfo=since.tzinfo)
                if moment > since:
                    yield moment
            day += timedelta(days=1)

    def plan(self, at: datetime, matter: Thread | Story | Deed) -> None:
        heapq.heappush(self.agenda, (at, next(self.order), matter))

    def tell(self, story: Story) -> None:
        """A resident (or a grid member for them) reports; what comes of it is decided by the dice now."""
        rng = self.rng
        proxy = rng.random() < 0.35
        member = self.staff.one(Role.GRID_MEMBER, story.cell.path) if proxy else None
        draft = reporting.Draft(
            uuid=uuid.UUID(int=rng.getrandbits(128), version=4),
            category=story.category,
            text=story.text,
            xy=(story.point.x, story.point.y),
            accuracy_m=round(rng.uniform(4, 35), 1),
            danger=story.category in ("water.flood", "energy.wire", "peace.child") and rng.random() < 0.2,
            channel=Submission.Channel.PROXY if member else rng.choice((Submission.Channel.WEB, Submission.Channel.CARD)),
            language=story.language,
        )
        submission = reporting.report(draft, at=story.at, entered_by=member)
        self.progress(1)
        (temper,) = rng.choices((DILIGENT, SLOW, IDLE), (86, 10, 4))
        thread = Thread(
            submission.issue_id,
            submission.pk,
            story,
            temper,
            reports_beyond=rng.random() < 0.12,
            disappoints=rng.random() < 0.06,
            answers=rng.random() < 0.84,
            comes_back=rng.random() < 0.03,
            detour=detours.draw(self),
        )
        self.plan(self.later(story.at, Status.SUBMITTED, thread), thread)

    def later(self, at: datetime, status: str, thread: Thread, *, level: int = Level.GRID) -> datetime:
        """When somebody turns to it next: in daylight, after a time that depends on status, level and temper."""
        wider = 1 + 0.8 * (level - Level.GRID) / 10 if status == Status.IN_PROGRESS else 1.0
        hours = PACE_HOURS[Status(status)] * TEMPER[thread.temper] * wider * self.rng.lognormvariate(0, 0.6)
        return max(self.in_daylight(at + timedelta(hours=hours)), at + timedelta(minutes=5))

    def in_daylight(self, moment: datetime) -> datetime:
        """That moment, or one of the next day if it falls into the night."""
        if 8 <= moment.hour < 18:
            return moment
        return (moment + timedelta(hours=12)).replace(hour=self.rng.randrange(8, 18), minute=self.rng.randrange(60))

    def attend(self, thread: Thread, at: datetime) -> None:
        """Somebody whose turn it is does the next thing; then the issue waits for the next attention."""
        issue = Issue.objects.select_related("category", "lead_unit").get(pk=thread.issue_id)
        if issue.status in ENDS and not (issue.status == Status.CLOSED and thread.comes_back):
            return
        self.try_to(lambda: self.next_step(issue, thread, at), issue)
        issue.refresh_from_db(fields=["status", "level", "resume_at"])
        if again := self.next_attention(issue, thread, at):
            self.plan(again, thread)

    def try_to(self, act: Callable[[], None], issue: Issue) -> None:
        """What is refused is not done; somebody comes back to it."""
        try:
            act()
        except Refusal as refusal:
            self.refused += 1
            logger.debug("%s %s: %s", issue.number, issue.status, refusal.sentence)

    def then(self, issue: Issue, verb: Verb, by: Person | None, at: datetime, /, **facts: object) -> None:
        """Somebody will do it at that time."""
        self.plan(at, Deed(issue, verb, by, facts))

    def keep(self, deed: Deed, at: datetime) -> None:
        self.try_to(lambda: self.do(deed.issue, deed.verb, deed.by, at, **deed.facts), deed.issue)

    def next_attention(self, issue: Issue, thread: Thread, at: datetime) -> datetime | None:
        """When somebody turns to it again: what rests waits for its day, a project for its milestone."""
        if issue.status in (Status.SUSPENDED, Status.DEFERRED):
            return max(issue.resume_at or at, at) + timedelta(hours=3)
        if issue.status not in PACE_HOURS:
            return None
        later = self.later(at, issue.status, thread, level=issue.level)
        return max(later, thread.wakes_at or later)

    def next_step(self, issue: Issue, thread: Thread, at: datetime) -> None:
        if detours.take(self, issue, thread, at):
            return
        step = {
            Status.SUBMITTED: self.triage,
            Status.ACCEPTED: self.take_up,
            Status.ASSIGNED: self.take_up,
            Status.IN_PROGRESS: self.work,
            Status.SUSPENDED: self.wait_on,
            Status.DEFERRED: self.review,
            Status.PENDING_VERIFICATION: self.check,
            Status.PENDING_FEEDBACK: self.answer,
            Status.CLOSED: self.come_back,
        }[Status(issue.status)]
        step(issue, thread, at)

    def wait_on(self, issue: Issue, thread: Thread, at: datetime) -> None:
        """The program has not set it going yet; the next sweep does."""

    def review(self, issue: Issue, thread: Thread, at: datetime) -> None:
        detours.review(self, issue, at)

    def do(self, issue: Issue, verb: Verb, by: Person | None, at: datetime, /, **facts: object) -> None:
        if by is not None:
            services.move(issue.pk, verb, by=by, at=at, facts=facts)

    def triage(self, issue: Issue, thread: Thread, at: datetime) -> None:
        committee = self.staff.one(Role.TOWNSHIP_COMMITTEE, issue.path)
        if self.rng.random() < 0.01:
            services.move_as_requester(thread.submission_id, Verb.WITHDRAW, at=at, facts={Field.REASON: "已经自己解决了"})
        elif self.rng.random() < 0.02:
            self.do(
                issue, Verb.DECLINE, committee, at, **{Field.REASON: "不属于本平台受理范围", Field.REPLY: "请按指引向有关部门反映"}
            )
        elif issue.level == Level.TOWNSHIP:
            self.do(issue, Verb.ACCEPT, committee, at)
        else:
            self.do(issue, Verb.ACCEPT, self.staff.one(Role.VILLAGE_SECRETARY, issue.path) or committee, at)

    def take_up(self, issue: Issue, thread: Thread, at: datetime) -> None:
        unit = self.leads.get(issue.category.lead.split("·")[0])
        if issue.level == Level.TOWNSHIP and issue.lead_unit_id is None and unit is not None and self.rng.random() < 0.6:
            self.do(issue, Verb.DISPATCH, self.staff.one(Role.TOWNSHIP_COMMITTEE, issue.path), at, **{Field.UNIT: unit.pk})
            return
        self.do(issue, Verb.ACKNOWLEDGE, self.holder(issue), at)
        if self.rng.random() < 0.95:
            self.then(issue, Verb.CONTACT, self.holder(issue), at + timedelta(minutes=self.rng.randrange(5, 60)))

    def holder(self, issue: Issue) -> Person | None:
        """Who acts at the issue's level: the lead unit's officer if there is one, else who answers for the place."""
        if issue.level >= Level.TOWNSHIP and issue.lead_unit_id:
            return self.staff.of_unit(issue.lead_unit_id)
        if issue.level == Level.GRID and not issue.handler_fallback:
            return self.staff.one(Role.PARTY_REPRESENTATIVE, issue.path) or self.staff.one(Role.VILLAGE_SECRETARY, issue.path)
        role = Role.TOWNSHIP_COMMITTEE if issue.level == Level.TOWNSHIP else Role.VILLAGE_SECRETARY
        return self.staff.one(role, issue.path)

    def work(self, issue: Issue, thread: Thread, at: datetime) -> None:
        if issue.red_drafted_at and issue.level == Level.TOWNSHIP and self.rng.random() < 0.8:
            self.refuse_red(issue, self.in_daylight(at + timedelta(hours=self.rng.uniform(1, 8))))
            return
        if thread.reports_beyond and issue.level < Level.COUNTY:
            thread.reports_beyond = self.rng.random() < 0.35  # perhaps the next level says the same
            self.raise_up(issue, thread, at)
            return
        if issue.is_project:
            thread.wakes_at = detours.go_on_with_project(self, issue, at)
            if thread.wakes_at:
                return
        if issue.level == Level.COUNTY and self.rng.random() < 0.4:
            detours.follow_red(self, issue, at)
            return
        if issue.open_sub_tasks:
            self.do(issue, Verb.WAIVE, self.holder(issue), at, **{Field.REASON: "已由主办单位自行完成"})
            return
        done = self.rng.choice(thread.story.done)
        self.do(issue, Verb.RESOLVE, self.holder(issue), at, **{Field.RESOLUTION: done, Field.PUBLIC_LINE: done})

    def raise_up(self, issue: Issue, thread: Thread, at: datetime) -> None:
        """Pass it up; at yellow this is a proposal that the supervision office decides two days later at most."""
        facts: dict[str, object] = {Field.TRIED: self.rng.choice(thread.story.tried)}
        if issue.level >= Level.VILLAGE:
            facts[Field.MINUTE] = {
                "held_on": at.date().isoformat(),
                "participants": "两委成员、党代表、当事人",
                "outcome": "研究认为超出本级权限，建议上报",
            }
        if issue.level == Level.TOWNSHIP:
            facts[Field.BEYOND], facts[Field.REASON] = self.rng.choice(BEYOND)
            self.do(issue, Verb.PROPOSE_RED, self.staff.one(Role.TOWNSHIP_COMMITTEE, issue.path), at, **facts)
            self.decide(issue, self.in_daylight(at + timedelta(hours=self.rng.uniform(1, 20))))
            return
        role = Role.PARTY_REPRESENTATIVE if issue.level == Level.GRID else Role.VILLAGE_SECRETARY
        self.do(issue, Verb.ESCALATE, self.staff.one(role, issue.path), at, **facts)

    def decide(self, issue: Issue, at: datetime) -> None:
        """The supervision office enters two in three in the red list; some of the last days still wait for its decision."""
        if at > self.end or (self.end - at < timedelta(days=2) and self.rng.random() < 0.7):
            return
        unit = issue.lead_unit or self.leads.get(issue.category.lead.split("·")[0]) or next(iter(self.leads.values()))
        if self.rng.random() < 0.66:
            office = self.staff.one(Role.SUPERVISION_OFFICE, issue.path)
            self.then(issue, Verb.ENTER_RED, office, at, **{Field.REASON: "情况属实，纳入重点督办", Field.UNIT: unit.pk})
        else:
            self.refuse_red(issue, at)

    def refuse_red(self, issue: Issue, at: datetime) -> None:
        office = self.staff.one(Role.SUPERVISION_OFFICE, issue.path)
        self.then(issue, Verb.REFUSE_RED, office, at, **{Field.REASON: "乡镇尚有条件解决，请继续办理"})

    def check(self, issue: Issue, thread: Thread, at: datetime) -> None:
        checker = self.checker(issue)
        if self.rng.random() < 0.05:
            self.do(issue, Verb.REJECT, checker, at, **{Field.REASON: "现场看过，问题仍然存在"})
        else:
            self.do(issue, Verb.VERIFY, checker, at)

    def checker(self, issue: Issue) -> Person | None:
        """Somebody who may look whether it is done, and did not do it."""
        near = (Role.GRID_MEMBER, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE)
        roles = (Role.SUPERVISION_OFFICE,) if issue.level == Level.COUNTY else near
        found = (self.staff.one(role, issue.path, not_id=issue.resolved_by_id) for role in roles)
        return next((person for person in found if person and not issue.was_handled_by(person)), None)

    def answer(self, issue: Issue, thread: Thread, at: datetime) -> None:
        if issue.level == Level.COUNTY:
            self.do(
                issue,
                Verb.APPROVE_EXIT,
                self.staff.one(Role.SUPERVISION_OFFICE, issue.path),
                at,
                **{Field.REASON: "问题已解决，同意出库"},
            )
        if not thread.answers:
            return
        if thread.detour == "never_content":
            self.refuse_again(issue, thread, at)
            return
        value = "dissatisfied" if thread.disappoints else self.rng.choice(("satisfied", "satisfied", "satisfied", "mostly"))
        thread.disappoints = False
        services.move_as_requester(thread.submission_id, Verb.RATE, at=at, facts={Field.RATING: value})

    def refuse_again(self, issue: Issue, thread: Thread, at: datetime) -> None:
        """Whatever is done, it is not enough: round after round, until it ends with an explanation."""
        if thread.refused_round == issue.rating_round:
            detours.explain(self, issue, at)
            return
        thread.refused_round = issue.rating_round
        services.move_as_requester(thread.submission_id, Verb.RATE, at=at, facts={Field.RATING: "dissatisfied"})

    def come_back(self, issue: Issue, thread: Thread, at: datetime) -> None:
        thread.comes_back = False
        services.move_as_requester(thread.submission_id, Verb.REOPEN, at=at, facts={Field.REASON: "修好没几天又坏了"})
