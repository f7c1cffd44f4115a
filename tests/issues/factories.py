"""A small county with people in every role, and issues brought as far as a test needs, through the services.

Two townships; T1 has the villages V1 and V2 with two cells each, T2 has V3 with one. Times are passed in; the policy is
the shipped one, in force since 2020.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from grids.models import Area
from issues import categories, services
from issues.models import Category, Event, Issue, Notice, Requester, SlaPolicy, Submission
from issues.policy import Policy, calendar_of, read, versions
from issues.terms import Actor, Verb
from issues.timing.calendars import Calendar
from representatives.models import Person, Unit
from representatives.roles import Role
from tests.representatives.factories import area, person, post, unit

CHINA = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(2020, 1, 1, tzinfo=CHINA)
K, T1, V1, V2, T2, V3 = "K", "K.T1", "K.T1.V1", "K.T1.V2", "K.T2", "K.T2.V3"
CELLS = (f"{V1}.C1", f"{V1}.C2", f"{V2}.C3", f"{V2}.C4", f"{V3}.C5")


def china(text: str) -> datetime:
    """“2024-09-23 09:00” as a time in China."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


# In office hours; the Sunday that follows is worked, and National Day is a week ahead.
MONDAY = china("2024-09-23 09:00")
TUESDAY = china("2024-09-24 09:00")


@dataclass
class County:
    """Its areas by path, its people by name (role, then place), its units by name."""

    areas: dict[str, Area]
    people: dict[str, Person] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Person:
        return self.people[name]


@cache
def shipped_categories() -> categories.CategoryFile:
    return categories.read(categories.SHIPPED.read_text())


def load_categories() -> None:
    """Those that are shipped."""
    categories.load(shipped_categories())


def shipped_policy() -> SlaPolicy:
    return versions.store(versions.SHIPPED.read_text(), active_from=LONG_AGO, signed_by="", at=LONG_AGO)[0]


@cache
def terms() -> Policy:
    return read(Path(versions.SHIPPED).read_text())


def calendar() -> Calendar:
    """China's, without county days."""
    return terms().calendar_with({})


def stored_calendar(path: str = K) -> Calendar:
    return calendar_of(terms(), path)


def county() -> County:
    """The county with categories, policy, and somebody in every post: see the names."""
    load_categories()
    shipped_policy()
    areas = {path: area(path, since=LONG_AGO) for path in (K, T1, V1, V2, T2, V3, *CELLS)}
    made = County(areas)
    _units(made)
    for name, role, path in POSTED:
        made.people[name] = post(role, areas[path], since=LONG_AGO)
    for name, role, path, unit_name in IN_UNITS:
        made.people[name] = post(role, areas[path], person(unit=made.units[unit_name]), since=LONG_AGO)
    return made


# Who is posted where: name, role, place. “pr1” is the representative of V1, who also answers for its cells.
POSTED = (
    ("household", Role.CONTACT_HOUSEHOLD, CELLS[0]),
    ("gm1", Role.GRID_MEMBER, CELLS[0]),
    ("gm1b", Role.GRID_MEMBER, CELLS[1]),
    ("gm3", Role.GRID_MEMBER, CELLS[4]),
    ("gl1", Role.GRID_LEADER, V1),
    ("cadre1", Role.LINKED_CADRE, V1),
    ("pr1", Role.PARTY_REPRESENTATIVE, V1),
    ("pr1b", Role.PARTY_REPRESENTATIVE, V1),
    ("pr3", Role.PARTY_REPRESENTATIVE, V3),
    ("vs1", Role.VILLAGE_SECRETARY, V1),
    ("vs2", Role.VILLAGE_SECRETARY, V2),  # V2 has no representative
    ("vs3", Role.VILLAGE_SECRETARY, V3),
    ("discipline1", Role.TOWNSHIP_DISCIPLINE, T1),
    ("discipline2", Role.TOWNSHIP_DISCIPLINE, T2),
    ("leader", Role.COUNTY_LEADER, K),
    ("organisation", Role.ORGANISATION_OFFICE, K),
    ("hotline", Role.HOTLINE_OPERATOR, K),
    ("monitor", Role.MONITOR, K),
    ("admin", Role.SYSTEM_ADMIN, K),
    ("auditor", Role.AUDITOR, K),
)
IN_UNITS = (
    ("tc1", Role.TOWNSHIP_COMMITTEE, T1, "township1"),
    ("tc2", Role.TOWNSHIP_COMMITTEE, T2, "township2"),
    ("duc", Role.SUPERVISION_OFFICE, K, "supervision"),
    ("duc2", Role.SUPERVISION_OFFICE, K, "supervision"),
    ("roads", Role.DEPARTMENT, K, "roads"),
    ("power", Role.DEPARTMENT, K, "power"),
)


def _units(made: County) -> None:
    kinds = Unit.Kind
    for name, kind, path in (
        ("township1", kinds.TOWNSHIP_COMMITTEE, T1),
        ("township2", kinds.TOWNSHIP_COMMITTEE, T2),
        ("supervision", kinds.SUPERVISION_OFFICE, K),
        ("roads", kinds.DEPARTMENT, K),
        ("power", kinds.UTILITY, K),
    ):
        made.units[name] = unit(kind, made.areas[path], name=name)


def category(code: str) -> Category:
    return Category.objects.get(code=code)


def unsaved(made: County, path: str = CELLS[0], about: str = "house.minor", **more: Any) -> Issue:
    """An issue as intake hands it over: green and physical by default."""
    place = {"area": made.areas[path], "point": Point(119.1, 43.9, srid=4326)}
    return Issue(title="Door draughts", category=category(about), **{**place, **more})


def reported(
    made: County,
    at: datetime,
    path: str = CELLS[0],
    about: str = "house.minor",
    *,
    by: Person | None = None,
    danger: bool = False,
    channel: Requester.Channel = Requester.Channel.NONE,
    **more: Any,
) -> Issue:
    """A new issue with one report, as it stands after `submit`."""
    issue = unsaved(made, path, about, **more)
    services.submit(issue, by=by, actor=Actor.REQUESTER, at=at, danger=danger)
    report(issue, at, by=by, channel=channel)
    return issue


def report(
    issue: Issue, at: datetime, *, by: Person | None = None, channel: Requester.Channel = Requester.Channel.NONE
) -> Submission:
    """One more report of the issue."""
    requester = Requester.objects.create(channel=channel, phone="13800000000", email="someone@example.org")
    return Submission.objects.create(
        issue=issue,
        category=issue.category,
        area=issue.area,
        text="风从门缝进来",
        body_digest="",
        receipt_code=uuid4().hex[:20],
        requester=requester,
        entered_by=by,
        received_at=at,
    )


FACTS: dict[Verb, dict[str, object]] = {
    Verb.DECLINE: {"reason": "not ours", "reply": "Please ask the court."},
    Verb.NOTE: {"text": "ordered the parts"},
    Verb.RETURN_DOWN: {"ground": "not_tried", "reason": "you have not tried"},
    Verb.RESOLVE: {"resolution": "New seals fitted", "public_line": "Door repaired"},
    Verb.REJECT: {"reason": "it still draughts"},
    Verb.REOPEN: {"reason": "it came back"},
    Verb.REFUSE_RED: {"reason": "within the township's power"},
    Verb.APPROVE_EXIT: {"reason": "seen on site"},
    Verb.EXIT_DOWN: {"reason": "the township can do it now"},
    Verb.REPORT_PROGRESS: {"progress": "foundations are laid"},
    Verb.SUPPLEMENT: {"text": "It is worse now"},
}
MINUTE = {"held_on": "2024-09-01", "participants": "pr1, vs1", "outcome": "needs money of the township"}


def do(issue: Issue, verb: Verb, by: Person, at: datetime, /, **facts: object) -> Event:
    """The person does the verb, with what it needs unless the test says otherwise; `issue` is read again."""
    given = {**FACTS.get(verb, {}), **facts}
    event = services.move(issue.pk, verb, by=by, at=at, facts=given)
    issue.refresh_from_db()
    return event


def ask(issue: Issue, verb: Verb, at: datetime, /, **facts: object) -> Event:
    """The requester of the issue's first report does the verb."""
    given = {**FACTS.get(verb, {}), **facts}
    event = services.move_as_requester(issue.submissions.order_by("pk")[0].pk, verb, at=at, facts=given)
    issue.refresh_from_db()
    return event


def listing(made: County, **more: object) -> dict[str, object]:
    """What it takes to propose listed supervision and to sign it, but for what the test says."""
    given = {"leader": made["leader"].pk, "due": "2024-12-31", "public_line": "吴常委挂牌督办", "reason": "逾期未办结"}
    return {**given, **more}


def accepted(made: County, at: datetime, *, by: str = "gm1", level: str = "", **more: Any) -> Issue:
    """Accepted (and, when green, dispatched by the program)."""
    issue = reported(made, at, **more)
    do(issue, Verb.ACCEPT, made[by], at, **({"level": level} if level else {}))
    return issue


def in_hand(made: County, at: datetime, **more: Any) -> Issue:
    """Green, acknowledged by the representative."""
    issue = accepted(made, at, **more)
    do(issue, Verb.ACKNOWLEDGE, made["pr1"], at)
    return issue


def at_blue(made: County, at: datetime, **more: Any) -> Issue:
    issue = in_hand(made, at, **more)
    do(issue, Verb.ESCALATE, made["pr1"], at, tried="asked the neighbours")
    do(issue, Verb.ACKNOWLEDGE, made["vs1"], at)
    return issue


def at_yellow(made: County, at: datetime, **more: Any) -> Issue:
    issue = at_blue(made, at, **more)
    do(issue, Verb.ESCALATE, made["vs1"], at, tried="village fund is empty", minute=MINUTE)
    do(issue, Verb.ACKNOWLEDGE, made["tc1"], at)
    return issue


def proposed(made: County, at: datetime, **more: Any) -> Issue:
    issue = at_yellow(made, at, **more)
    do(issue, Verb.PROPOSE_RED, made["tc1"], at, tried="asked the bank", minute=MINUTE, reason="across townships", beyond="crosses")
    return issue


def at_red(made: County, at: datetime, **more: Any) -> Issue:
    """On the red list, led by “roads”, acknowledged."""
    issue = proposed(made, at, **more)
    do(issue, Verb.ENTER_RED, made["duc"], at, reason="county road", unit=made.units["roads"].pk)
    do(issue, Verb.ACKNOWLEDGE, made["roads"], at)
    return issue


def resolved(made: County, at: datetime, **more: Any) -> Issue:
    issue = in_hand(made, at, **more)
    do(issue, Verb.RESOLVE, made["pr1"], at)
    return issue


def awaiting_rating(made: County, at: datetime, **more: Any) -> Issue:
    issue = resolved(made, at, **more)
    do(issue, Verb.VERIFY, made["gm1"], at)
    return issue


def closed(made: County, at: datetime, **more: Any) -> Issue:
    issue = awaiting_rating(made, at, **more)
    ask(issue, Verb.RATE, at, rating="satisfied")
    return issue


class DeadBackend(BaseEmailBackend):
    """A mail server that is not there."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionError("post office closed")


def told(issue: Issue, verb: Verb) -> set[str]:
    """The roles of everybody who was told in the program of that verb on the issue."""
    people = Notice.objects.filter(event__issue=issue, event__verb=verb, person__isnull=False, channel="in_app")
    return {role for notice in people if notice.person for role in notice.person.assignments.values_list("role", flat=True)}


def verbs(issue: Issue) -> list[str]:
    """What was done to the issue, in order."""
    return [event.verb for event in issue.events.order_by("number")]
