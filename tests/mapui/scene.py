"""A small county at work, for the pages of the casework: places, people in every role, and issues moved by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.utils.timezone import now

from grids.levels import Level
from grids.models import Area
from issues import services
from issues.intake.reporting import Contact, Draft, report
from issues.models import Category, Event, Issue, Requester, Submission
from issues.policy import versions
from issues.terms import Light, Verb
from representatives.models import Person, Unit
from representatives.roles import Role
from tests.drawing import Town, draw_cells
from tests.representatives.factories import post

CHINA = ZoneInfo("Asia/Shanghai")
START = datetime(2024, 1, 1, tzinfo=CHINA)
PHONE = "13912345678"
MINUTE = {"held_on": "2024-03-01", "participants": "王书记、李代表", "outcome": "一致同意上报。"}
PASSWORD = "correct-horse-battery"

_numbers = count(1)
IN_OFFICE: Mapping[Role, str] = {
    Role.GRID_MEMBER: "韩网格",
    Role.PARTY_REPRESENTATIVE: "李代表",
    Role.VILLAGE_SECRETARY: "王书记",
    Role.TOWNSHIP_COMMITTEE: "赵镇长",
    Role.DEPARTMENT: "孙交通",
    Role.SUPERVISION_OFFICE: "周督查",
    Role.COUNTY_LEADER: "吴常委",
    Role.TOWNSHIP_DISCIPLINE: "郑纪检",
    Role.ORGANISATION_OFFICE: "冯组织",
    Role.SYSTEM_ADMIN: "陈管理",
}


@dataclass
class Scene:
    """The county, its people by role, and the verbs of a story; `at` is when the next thing happens."""

    town: Town
    people: dict[Role, Person]
    units: dict[str, Unit]
    categories: dict[str, Category]
    at: datetime = field(default_factory=lambda: now() - timedelta(hours=2))

    def __getitem__(self, role: Role) -> Person:
        return self.people[role]

    @cached_property
    def stranger(self) -> Person:
        """A grid member of another township."""
        return post(Role.GRID_MEMBER, self.town["F"], person("外乡人"), since=START)

    def report(
        self, text: str = "村口桥面塌陷,车辆无法通行", *, category: str = "road.bridge", cell: str = "A", phone: str = ""
    ) -> Issue:
        """Somebody tells of something in that cell; the point lies in it."""
        point = self.town.inside(cell)
        channel = Requester.Channel.PHONE if phone else Requester.Channel.NONE
        draft = Draft(
            uuid=uuid4(), text=text, category=category, xy=(point.x, point.y), accuracy_m=12.0,
            contact=Contact(nickname="郭先生", phone=phone, channel=channel),
        )  # fmt: skip
        return self.again(report(draft, at=self.at).issue)

    def move(self, issue: Issue, verb: Verb, by: Role | Person, *, minutes: int = 5, **facts: Any) -> Issue:
        """That role's person does it, some minutes after what came before."""
        self.at += timedelta(minutes=minutes)
        services.move(issue.pk, verb, by=self.people[by] if isinstance(by, Role) else by, at=self.at, facts=facts)
        return self.again(issue)

    def again(self, issue: Issue) -> Issue:
        return Issue.objects.get(pk=issue.pk)

    # --- how far a story has come ---

    def accepted(self, light: Light = Light.GREEN, **told: str) -> Issue:
        by = Role.TOWNSHIP_COMMITTEE if light is Light.YELLOW else Role.VILLAGE_SECRETARY
        level: dict[str, Any] = {} if light is Light.YELLOW else {"level": light.value}
        return self.move(self.report(**{"category": _CATEGORY_OF[light], **told}), Verb.ACCEPT, by, **level)

    def in_progress(self, light: Light = Light.GREEN, **told: str) -> Issue:
        return self.move(self.accepted(light, **told), Verb.ACKNOWLEDGE, _HANDLER_OF[light])

    def resolved(self, light: Light = Light.GREEN, **told: str) -> Issue:
        issue = self.in_progress(light, **told)
        return self.move(issue, Verb.RESOLVE, _HANDLER_OF[light], resolution="已更换灯具并恢复照明。", public_line="路灯已修复。")

    def awaiting_rating(self, light: Light = Light.GREEN, **told: str) -> Issue:
        return self.move(self.resolved(light, **told), Verb.VERIFY, Role.GRID_MEMBER)

    def accepted_yellow_and_drafted(self) -> Issue:
        """Late at the township: the program has drafted a suggestion."""
        issue = self.accepted(Light.YELLOW)
        services.move_by_program(Issue.objects.get(pk=issue.pk), Verb.DRAFT_RED, at=self.at)
        return self.again(issue)

    def proposed(self, **told: str) -> Issue:
        issue = self.accepted(Light.YELLOW, **told)
        words: dict[str, Any] = {
            "tried": "镇里已两次现场处置,资金缺口三百万元。",
            "beyond": "funds",
            "reason": "需旗级资金和交通部门牵头。",
            "minute": MINUTE,
        }
        return self.move(issue, Verb.PROPOSE_RED, Role.TOWNSHIP_COMMITTEE, **words)

    def on_red_list(self, *helpers: str, **told: str) -> Issue:
        """In the list, led by the roads office, helped by those units (their names here)."""
        issue = self.proposed(**told)
        words: dict[str, Any] = {
            "reason": "同意入库,由交通局牵头。",
            "unit": self.units["roads"].pk,
            "units": [self.units[helper].pk for helper in helpers],
        }
        return self.move(issue, Verb.ENTER_RED, Role.SUPERVISION_OFFICE, **words)

    def late(self, issue: Issue) -> Issue:
        """Its time was up an hour before what happens next."""
        Issue.objects.filter(pk=issue.pk).update(level_due_at=self.at - timedelta(hours=1))
        return self.again(issue)

    def listing_proposed(self, issue: Issue) -> Issue:
        """The office has named a leader for listed supervision, twenty days and a line for the public."""
        return self.move(issue, Verb.PROPOSE_LISTED, Role.SUPERVISION_OFFICE, reason="逾期未办结", **self._listing)

    def listed(self, issue: Issue) -> Issue:
        return self.move(self.listing_proposed(issue), Verb.LIST, Role.COUNTY_LEADER, **self._listing)

    @property
    def _listing(self) -> dict[str, Any]:
        due = (self.at + timedelta(days=20)).date().isoformat()
        return {"leader": self[Role.COUNTY_LEADER].pk, "due": due, "public_line": "吴常委挂牌督办,限期办结。"}

    def red_awaiting_exit(self, **told: str) -> Issue:
        issue = self.move(self.on_red_list(**told), Verb.ACKNOWLEDGE, Role.DEPARTMENT)
        issue = self.move(issue, Verb.RESOLVE, Role.DEPARTMENT, resolution="新桥通车。", public_line="新桥已通车。")
        return self.move(issue, Verb.VERIFY, Role.SUPERVISION_OFFICE)


_CATEGORY_OF = {Light.GREEN: "road.light", Light.BLUE: "road.light", Light.YELLOW: "road.bridge"}
_HANDLER_OF = {
    Light.GREEN: Role.PARTY_REPRESENTATIVE,
    Light.BLUE: Role.VILLAGE_SECRETARY,
    Light.YELLOW: Role.TOWNSHIP_COMMITTEE,
}


def person(name: str, unit: Unit | None = None) -> Person:
    """A member of staff who can log in with PASSWORD."""
    return Person.objects.create_user(
        f"staff{next(_numbers)}", password=PASSWORD, name=name, office_phone=f"0476-78{next(_numbers):05d}", unit=unit
    )


def scene() -> Scene:
    """The county with a policy in force and somebody in every role; nothing has been reported yet."""
    town = draw_cells(
        """
        A B E F
        C D E F
        """,
        villages={"上京社区": "AB", "兴隆村": "CD", "富河村": "EF"},
        townships={"林东镇": ["上京社区", "兴隆村"], "富河镇": ["富河村"]},
    )
    Area.objects.filter(pk=town.county.pk).update(name="巴林左旗")
    for letter, cell in town.cells.items():
        Area.objects.filter(pk=cell.pk).update(name=f"第{ord(letter) - 64}网格")
    versions.store(versions.SHIPPED.read_text(), active_from=START, signed_by="", at=START)
    kinds = Unit.Kind
    units = {
        "roads": _unit("D01", "交通运输局", kinds.DEPARTMENT, town.county),
        "water": _unit("D02", "水利局", kinds.DEPARTMENT, town.county),
        "supervision": _unit("S01", "旗委督查室", kinds.SUPERVISION_OFFICE, town.county),
        "township": _unit("T01", "林东镇党委", kinds.TOWNSHIP_COMMITTEE, town.township),
    }
    return Scene(town, _people(town, units), units, _categories())


def _unit(code: str, name: str, kind: Unit.Kind, area: Area) -> Unit:
    return Unit.objects.create(code=code, name=name, kind=kind, area=area, phone="0476-7800001")


def _people(town: Town, units: Mapping[str, Unit]) -> dict[Role, Person]:
    of = {
        Role.DEPARTMENT: units["roads"],
        Role.TOWNSHIP_COMMITTEE: units["township"],
        Role.SUPERVISION_OFFICE: units["supervision"],
    }
    places: dict[Role, Area] = {
        Role.GRID_MEMBER: town["A"],
        Role.PARTY_REPRESENTATIVE: town["A"],
        Role.VILLAGE_SECRETARY: town.village,
        Role.TOWNSHIP_COMMITTEE: town.township,
        Role.TOWNSHIP_DISCIPLINE: town.township,
    }
    return {
        role: post(role, places.get(role, town.county), person(name, of.get(role)), since=START) for role, name in IN_OFFICE.items()
    }


def _categories() -> dict[str, Category]:
    rows: tuple[tuple[str, str, str, str, Level, dict[str, Any]], ...] = (
        ("road", "", "道路交通", "Roads", Level.GRID, {}),
        ("road.light", "road", "路灯不亮", "Street light", Level.GRID, {}),
        ("road.bridge", "road", "桥涵损毁", "Bridge", Level.TOWNSHIP, {}),
        ("svc", "", "公共服务", "Services", Level.GRID, {}),
        ("svc.consult", "svc", "政策咨询", "Question", Level.GRID, {"physical": False}),
        ("village", "", "村务监督", "Village affairs", Level.TOWNSHIP, {}),
        ("village.conduct", "village", "干部服务态度", "Conduct", Level.TOWNSHIP, {"sealed": True, "physical": False}),
    )
    made: dict[str, Category] = {}
    for order, (code, group, chinese, english, level, more) in enumerate(rows):
        names = {"zh-hans": chinese, "en": english}
        made[code] = Category.objects.create(code=code, names=names, group=made.get(group), level=level, order=order, **more)
    return made


def event_of(issue: Issue, verb: Verb) -> Event:
    """The latest event of that kind."""
    return issue.events.filter(verb=verb).latest("number")


def submission_of(issue: Issue) -> Submission:
    return issue.submissions.get()
