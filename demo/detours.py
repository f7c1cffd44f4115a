"""What befalls some issues besides being solved: more time, a rest, the deferred list, helpers, a project, the list of cases.

Each is a way that the domain knows, walked by the people whose it is, through the services as everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from grids.levels import Level
from issues import policy
from issues.models import Issue
from issues.moves.asking import Rest, Verdict
from issues.terms import Field, Status, Urgency, Verb
from representatives.models import Person
from representatives.roles import Role

if TYPE_CHECKING:
    from demo.life import Life, Thread

# How many in a thousand issues go each way; the rest go straight.
SHARES: Mapping[str, int] = {
    "more_time": 40,
    "rest": 30,
    "deferral": 15,
    "help": 25,
    "call_to_the_spot": 30,
    "project": 15,
    "on_the_spot": 60,
    "join": 25,
    "never_content": 8,
}
APPROVER = {
    Level.GRID: Role.VILLAGE_SECRETARY,
    Level.VILLAGE: Role.TOWNSHIP_COMMITTEE,
    Level.TOWNSHIP: Role.SUPERVISION_OFFICE,
    Level.COUNTY: Role.COUNTY_LEADER,
}
RESTS = (
    (Rest.SEASON, 60, "冻土期无法施工", "设置警示牌，安排人员巡查"),
    (Rest.FUNDS, 45, "等待上级资金到位", "先行临时处置，保证通行"),
    (Rest.REQUESTER, 0, "等待诉求人补充材料", ""),
    (Rest.LEGAL, 30, "双方已申请仲裁，等待裁决", ""),
)
IMPATIENT = {Urgency.CRITICAL, Urgency.URGENT}


def draw(life: Life) -> str:
    """The way of one more issue; empty: straight on."""
    ways = (*SHARES, "")
    (way,) = life.rng.choices(ways, (*SHARES.values(), 1000 - sum(SHARES.values())))
    return way


def take(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """Go the thread's way if it opens here; whether that was done instead of what is usual."""
    way = WAYS.get((Status(issue.status), thread.detour))
    if way is None or not way(life, issue, thread, at):
        return False
    thread.detour = ""
    return True


def approver(life: Life, issue: Issue) -> Person | None:
    return life.staff.one(APPROVER[Level(issue.level)], issue.path)


def more_time(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """The holder asks in time, the level above agrees."""
    if issue.level_due_at is None or at >= issue.level_due_at or issue.urgency in IMPATIENT:
        return False
    until = (issue.level_due_at + timedelta(days=1)).date()
    while until.weekday() > 4:
        until += timedelta(days=1)
    life.do(issue, Verb.ASK_EXTENSION, life.holder(issue), at, **{Field.REASON: "材料尚未运到，需要顺延", Field.DUE: until})
    if issue.level == Level.COUNTY:
        life.then(issue, Verb.FORWARD, life.staff.one(Role.SUPERVISION_OFFICE, issue.path), at + timedelta(minutes=20))
    life.then(issue, Verb.EXTEND, approver(life, issue), at + timedelta(minutes=40))
    return True


def rest(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """It stands still for a reason of the closed list; the program sets it going again."""
    reason, days, words, interim = life.rng.choice(RESTS)
    facts: dict[str, object] = {Field.SUSPENSION: reason.value, Field.REASON: words}
    if days:
        facts[Field.RESUME_ON] = (at + timedelta(days=life.rng.randrange(days // 2, days))).date()
    if interim:
        facts[Field.INTERIM] = interim
    life.do(issue, Verb.ASK_SUSPENSION, life.holder(issue), at, **facts)
    life.then(issue, Verb.SUSPEND, approver(life, issue), at + timedelta(hours=1))
    return True


def deferral(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """It cannot be done yet: the township signs that, and looks again every so often."""
    words = {Field.REASON: "暂不具备条件", Field.REPLY: "目前条件尚不具备，已列入待办档案，每季度复核一次，有进展即告知您"}
    life.do(issue, Verb.ASK_DEFERRAL, life.holder(issue), at, **words)
    role = APPROVER[Level(max(issue.level, Level.VILLAGE))]
    life.then(issue, Verb.DEFER, life.staff.one(role, issue.path), at + timedelta(hours=2), **{Field.REPLY: words[Field.REPLY]})
    return True


def review(life: Life, issue: Issue, at: datetime) -> None:
    """What was deferred is looked at: taken up again, or kept with a new reason."""
    verdict = life.rng.choice((Verdict.TAKE_UP, Verdict.KEEP))
    role = APPROVER[Level(max(issue.level, Level.VILLAGE))]
    facts: dict[str, object] = {Field.VERDICT: verdict.value, Field.REASON: "季度复核：现已具备条件"}
    if verdict == Verdict.KEEP:
        facts |= {Field.REASON: "季度复核：资金仍未落实", Field.REPLY: "仍在争取资金，下季度再次复核"}
    life.do(issue, Verb.REVIEW, life.staff.one(role, issue.path), at, **facts)


def _units(life: Life, issue: Issue, most: int) -> list[int]:
    others = sorted({unit.pk for unit in life.leads.values()} - {issue.lead_unit_id})
    return life.rng.sample(others, min(most, len(others)))


def help_from_others(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """The holder names helpers; each answers for its part."""
    if issue.level == Level.GRID:
        return False
    return _with_units(life, issue, Verb.ASK_HELP, life.holder(issue), at, "请协助核实管线走向")


def call_to_the_spot(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """The township whistles; who is called comes and answers."""
    if issue.level != Level.TOWNSHIP:
        return False
    return _with_units(life, issue, Verb.WHISTLE, life.staff.one(Role.TOWNSHIP_COMMITTEE, issue.path), at, "请到现场会商处置")


def _with_units(life: Life, issue: Issue, verb: Verb, by: Person | None, at: datetime, task: str) -> bool:
    units = _units(life, issue, 2)
    life.do(issue, verb, by, at, **{Field.UNITS: units, Field.TASK: task})
    for hours, unit in enumerate(units, 3):
        if life.rng.random() < 0.85:
            life.then(
                issue, Verb.ANSWER, life.staff.of_unit(unit), at + timedelta(hours=hours), **{Field.TEXT: "已到现场，配合完成"}
            )
    return True


def project(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """What needs money and a season gets a plan in place of the usual time."""
    if issue.level < Level.VILLAGE or issue.level == Level.COUNTY:
        return False
    holder = life.holder(issue)
    life.do(issue, Verb.TAKE_AS_PROJECT, holder, at, **{Field.REASON: "需列入年度工程计划"})
    steps = [(at + timedelta(days=days)).date().isoformat() for days in (21, 60, 100)]
    plan = "\n".join(f"{day} {name}" for day, name in zip(steps, ("完成勘察设计", "组织施工", "竣工验收"), strict=True))
    filed = {Field.PLAN: "勘察设计后组织施工，年内完工", Field.MILESTONES: plan}
    life.then(issue, Verb.FILE_PLAN, holder, at + timedelta(hours=1), **filed)
    life.then(issue, Verb.APPROVE_PLAN, approver(life, issue), at + timedelta(hours=2))
    return True


def go_on_with_project(life: Life, issue: Issue, at: datetime) -> datetime | None:
    """The next milestone is reached when its day has come; when to look again, None when all are."""
    left = [step for step in issue.project.milestones.all() if step.done_at is None]
    if not left:
        return None
    day = at.replace(hour=10, minute=0)
    if left[0].due_on <= day.date():
        life.do(issue, Verb.MILESTONE, life.holder(issue), at, **{Field.TEXT: f"{left[0].name}：按期完成"})
        left = left[1:]
    return day + (left[0].due_on - day.date()) if left else at + timedelta(days=1)


def on_the_spot(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """A grid member who stands there does it at once."""
    if issue.level != Level.GRID:
        return False
    done = life.rng.choice(thread.story.done)
    member = life.staff.one(Role.GRID_MEMBER, issue.path)
    life.do(issue, Verb.HANDLE_ON_THE_SPOT, member, at, **{Field.RESOLUTION: done, Field.PUBLIC_LINE: done})
    return True


def join(life: Life, issue: Issue, thread: Thread, at: datetime) -> bool:
    """Somebody has reported the same before: the village confirms it, and the report goes there."""
    near = policy.terms(issue.policy_id).merging
    earlier = next((other for other in Issue.objects.like(issue, near) if other.pk < issue.pk and not other.sealed), None)
    if earlier is None:
        return False
    role = Role.TOWNSHIP_COMMITTEE if issue.level == Level.TOWNSHIP else Role.VILLAGE_SECRETARY
    life.do(issue, Verb.MERGE, life.staff.one(role, issue.path), at, **{Field.ISSUE: earlier.number})
    return True


def explain(life: Life, issue: Issue, at: datetime) -> None:
    """After the rounds that the policy gives, a lawful answer that is refused still ends it, with the word of those above."""
    words = {Field.REASON: "两轮整改均经核查属实", Field.REPLY: "已依法依规办理完毕，现将依据和结果书面答复您"}
    life.do(issue, Verb.ASK_EXPLANATION, life.holder(issue), at, **words)
    role = APPROVER[Level(max(issue.level, Level.VILLAGE))]
    above = life.staff.one(role, issue.path)
    life.then(issue, Verb.EXPLAIN, above, at + timedelta(hours=3), **{Field.REPLY: words[Field.REPLY]})


def follow_red(life: Life, issue: Issue, at: datetime) -> None:
    """On the red list the lead unit reports how far it is; some cases get a leader's name."""
    line = life.rng.choice(("已完成现场勘查，正在编制方案", "资金已落实，正在组织招标", "施工过半，预计月底完工"))
    life.do(issue, Verb.REPORT_PROGRESS, life.holder(issue), at, **{Field.PROGRESS: line, Field.SHOWN: "requester"})
    leader = life.staff.one(Role.COUNTY_LEADER, issue.path)
    if life.rng.random() > 0.3 or leader is None:
        return
    signed = {
        Field.LEADER: leader.pk,
        Field.DUE: (at + timedelta(days=20)).date(),
        Field.PUBLIC_LINE: "旗领导包案推进",
        Field.REASON: "久拖未决，提请挂牌督办",
    }
    office = life.staff.one(Role.SUPERVISION_OFFICE, issue.path)
    life.then(issue, Verb.PROPOSE_LISTED, office, at + timedelta(hours=1), **signed)
    life.then(
        issue, Verb.LIST, leader, at + timedelta(hours=4), **{key: value for key, value in signed.items() if key != Field.REASON}
    )


WAYS: Mapping[tuple[Status, str], Callable[[Life, Issue, Thread, datetime], bool]] = {
    (Status.SUBMITTED, "on_the_spot"): on_the_spot,
    (Status.SUBMITTED, "join"): join,
    (Status.ASSIGNED, "more_time"): more_time,
    (Status.IN_PROGRESS, "more_time"): more_time,
    (Status.IN_PROGRESS, "rest"): rest,
    (Status.IN_PROGRESS, "deferral"): deferral,
    (Status.IN_PROGRESS, "help"): help_from_others,
    (Status.IN_PROGRESS, "call_to_the_spot"): call_to_the_spot,
    (Status.IN_PROGRESS, "project"): project,
}
