"""The county of the journeys: a banner (旗) with two towns, the shipped categories and policy, and everybody they need."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from grids.models import Area
from issues.models import Category
from issues.policy import versions
from representatives.models import Person, Unit
from representatives.roles import Role
from tests.drawing import Town, draw_cells
from tests.issues.factories import load_categories
from tests.mapui.scene import Scene, person
from tests.representatives.factories import post

CHINA = ZoneInfo("Asia/Shanghai")
SINCE = datetime(2024, 1, 1, tzinfo=CHINA)

# Unit by what the journeys call it: code, name, kind, and who acts for it.
UNITS = {
    "roads": ("D01", "交通运输局", Unit.Kind.DEPARTMENT, "孙交通"),
    "water": ("D02", "水利局", Unit.Kind.DEPARTMENT, "钱水利"),
    "finance": ("D03", "财政局", Unit.Kind.DEPARTMENT, "何财政"),
    "ecology": ("D04", "生态环境分局", Unit.Kind.DEPARTMENT, "吕环境"),
    "police": ("D05", "公安局", Unit.Kind.DEPARTMENT, "施公安"),
    "traffic": ("D06", "交警大队", Unit.Kind.DEPARTMENT, "张交警"),
    "justice": ("D08", "司法所", Unit.Kind.DEPARTMENT, "尤调解"),
    "power": ("D07", "供电公司", Unit.Kind.UTILITY, "孔供电"),
}
# Person by what the journeys call them: name, role, place.
POSTED = {
    "gm": ("韩网格", Role.GRID_MEMBER, "A"),
    "gm_c": ("于网格", Role.GRID_MEMBER, "C"),
    "other_gm": ("外村人", Role.GRID_MEMBER, "E"),
    "pr": ("李代表", Role.PARTY_REPRESENTATIVE, "上京社区"),
    "other_pr": ("杨代表", Role.PARTY_REPRESENTATIVE, "富河村"),
    "vs": ("王书记", Role.VILLAGE_SECRETARY, "上京社区"),
    "vs2": ("马书记", Role.VILLAGE_SECRETARY, "兴隆村"),
    "vs3": ("白书记", Role.VILLAGE_SECRETARY, "富河村"),
    "discipline": ("郑纪检", Role.TOWNSHIP_DISCIPLINE, "林东镇"),
    "leader": ("吴常委", Role.COUNTY_LEADER, "巴林左旗"),
    "organisation": ("冯组织", Role.ORGANISATION_OFFICE, "巴林左旗"),
    "admin": ("陈管理", Role.SYSTEM_ADMIN, "巴林左旗"),
    "auditor": ("褚审计", Role.AUDITOR, "巴林左旗"),
}


class Banner(Scene):
    """The banner at work. `staff["pr"]` is a person, `units["roads"]` a unit, `town["A"]` a cell."""

    staff: dict[str, Person]

    def who(self, name: str | Person) -> Person:
        return self.staff[name] if isinstance(name, str) else name


def banner() -> Banner:
    """林东镇 with the villages 上京社区 (cells A–D) and 兴隆村 (E, F), 富河镇 with 富河村 (G, H); nothing was reported yet."""
    town = draw_cells(
        """
        A B C D
        E F G H
        """,
        villages={"上京社区": "ABCD", "兴隆村": "EF", "富河村": "GH"},
        townships={"林东镇": ["上京社区", "兴隆村"], "富河镇": ["富河村"]},
        households=dict.fromkeys("ABCDEFGH", 40),
    )
    Area.objects.filter(pk=town.county.pk).update(name="巴林左旗")
    for letter, cell in town.cells.items():
        Area.objects.filter(pk=cell.pk).update(name=f"第{ord(letter) - 64}网格")
    load_categories()
    versions.store(versions.SHIPPED.read_text(), active_from=SINCE, signed_by="", at=SINCE)
    made = Banner(town, {}, _units(town), {one.code: one for one in Category.objects.all()})
    made.staff = _staff(town, made.units)
    made.people = {Role(each.assignments.get().role): each for each in reversed(made.staff.values())}
    return made


def _units(town: Town) -> dict[str, Unit]:
    kinds = Unit.Kind
    county = [(key, code, name, kind, town.county) for key, (code, name, kind, _who) in UNITS.items()]
    others = [
        ("supervision", "S01", "旗委督查室", kinds.SUPERVISION_OFFICE, town.county),
        ("township", "T01", "林东镇党委", kinds.TOWNSHIP_COMMITTEE, town.townships["林东镇"]),
        ("township2", "T02", "富河镇党委", kinds.TOWNSHIP_COMMITTEE, town.townships["富河镇"]),
    ]
    return {
        key: Unit.objects.create(code=code, name=name, kind=kind, area=area, phone="0476-7800001")
        for key, code, name, kind, area in (*county, *others)
    }


def _staff(town: Town, units: dict[str, Unit]) -> dict[str, Person]:
    places = {"巴林左旗": town.county, **town.townships, **town.villages, **town.cells}
    found = {key: post(role, places[place], person(name), since=SINCE) for key, (name, role, place) in POSTED.items()}
    for key, (_code, _name, _kind, who) in UNITS.items():
        found[key] = post(Role.DEPARTMENT, town.county, person(who, units[key]), since=SINCE)
    for key, name in (("tc", "township"), ("tc2", "township2")):
        found[key] = post(Role.TOWNSHIP_COMMITTEE, units[name].area, person(f"{units[name].name}员", units[name]), since=SINCE)
    found["duc"] = post(Role.SUPERVISION_OFFICE, town.county, person("周督查", units["supervision"]), since=SINCE)
    return found
