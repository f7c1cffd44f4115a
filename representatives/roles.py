"""Who is who: the one table of roles that permissions, menus, buttons and tests read (domain notes §6).

What a role may *do* with an issue is in `issues/workflow.py`; here stands what it may *see*.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.levels import Level


class Role(TextChoices):
    """Roles of staff. Residents have none: they are no rows here."""

    CONTACT_HOUSEHOLD = "contact_household", _("contact household")  # 党员示范户/联系户
    GRID_MEMBER = "grid_member", _("grid member")  # 网格员
    GRID_LEADER = "grid_leader", _("grid leader")  # 网格长
    LINKED_CADRE = "linked_cadre", _("linked cadre")  # 包联干部
    PARTY_REPRESENTATIVE = "party_representative", _("party representative")  # 党代表
    VILLAGE_SECRETARY = "village_secretary", _("village secretary")  # 村(社区)党组织书记
    TOWNSHIP_COMMITTEE = "township_committee", _("township committee")  # 苏木乡镇街道党(工)委
    TOWNSHIP_DISCIPLINE = "township_discipline", _("township discipline inspection")  # 乡镇纪委: sealed items only
    DEPARTMENT = "department", _("department")  # 职能部门 / 公共服务企业
    SUPERVISION_OFFICE = "supervision_office", _("supervision office")  # 督查室
    COUNTY_LEADER = "county_leader", _("county leader")  # 旗委分管领导
    ORGANISATION_OFFICE = "organisation_office", _("organisation department")  # 组织部
    HOTLINE_OPERATOR = "hotline_operator", _("hotline operator")  # 12345座席
    MONITOR = "monitor", _("monitor")  # 监督员
    SYSTEM_ADMIN = "system_admin", _("system administrator")  # 系统管理员
    AUDITOR = "auditor", _("auditor")  # 安全/审计员


class Sees(TextChoices):
    """Which issues a role may open within the areas it is assigned to."""

    ALL = "all", _("every issue in its areas")
    DISPATCHED = "dispatched", _("issues dispatched to its unit")
    RAISED = "raised", _("yellow and red issues, and those that are late")
    RED = "red", _("the red list")
    OWN = "own", _("issues it entered itself")
    SEALED = "sealed", _("sealed issues only")
    NOTHING = "nothing", _("no issue")


@dataclass(frozen=True)
class Post:
    """A row of the table: what the holder of a role sees, and where the role may be assigned."""

    role: Role
    sees: Sees
    levels: frozenset[Level]  # levels of area that the role may be assigned to
    counts: bool = False  # sees the dashboard's figures (never single issues by that) of its areas
    on_card: bool = False  # printed on the public contact card of a cell
    answers_at: Level | None = None  # the level of the ladder that this role is answerable for


def _post(role: Role, sees: Sees, *levels: Level, **more: object) -> Post:
    return Post(role, sees, frozenset(levels), **more)  # type: ignore[arg-type]


_GRID, _VILLAGE, _TOWNSHIP, _COUNTY = Level.GRID, Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY

# fmt: off
POSTS: dict[Role, Post] = {post.role: post for post in (
    _post(Role.CONTACT_HOUSEHOLD,    Sees.OWN,        _GRID),
    _post(Role.GRID_MEMBER,          Sees.ALL,        _GRID, _VILLAGE,          counts=True, on_card=True),
    _post(Role.GRID_LEADER,          Sees.ALL,        _GRID, _VILLAGE,          counts=True, on_card=True),
    _post(Role.LINKED_CADRE,         Sees.ALL,        _GRID, _VILLAGE,          counts=True, on_card=True),
    _post(Role.PARTY_REPRESENTATIVE, Sees.ALL,        _GRID, _VILLAGE,          counts=True, on_card=True, answers_at=Level.GRID),
    _post(Role.VILLAGE_SECRETARY,    Sees.ALL,        _VILLAGE,                 counts=True, on_card=True, answers_at=Level.VILLAGE),
    _post(Role.TOWNSHIP_COMMITTEE,   Sees.ALL,        _TOWNSHIP,                counts=True, on_card=True, answers_at=Level.TOWNSHIP),
    _post(Role.TOWNSHIP_DISCIPLINE,  Sees.SEALED,     _TOWNSHIP),
    _post(Role.DEPARTMENT,           Sees.DISPATCHED, _COUNTY, _TOWNSHIP),
    _post(Role.SUPERVISION_OFFICE,   Sees.RAISED,     _COUNTY,                  counts=True, on_card=True, answers_at=Level.COUNTY),
    _post(Role.COUNTY_LEADER,        Sees.RED,        _COUNTY,                  counts=True),
    _post(Role.ORGANISATION_OFFICE,  Sees.NOTHING,    _COUNTY,                  counts=True),
    _post(Role.HOTLINE_OPERATOR,     Sees.OWN,        _COUNTY),
    _post(Role.MONITOR,              Sees.NOTHING,    _COUNTY, _TOWNSHIP, _VILLAGE),
    _post(Role.SYSTEM_ADMIN,         Sees.NOTHING,    _COUNTY),
    _post(Role.AUDITOR,              Sees.NOTHING,    _COUNTY),
)}
# fmt: on

# The order in which a vacancy falls to the next role, per level of the ladder (design, “People”).
SUCCESSION: dict[Level, tuple[Role, ...]] = {
    Level.GRID: (Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE),
    Level.VILLAGE: (Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE),
    Level.TOWNSHIP: (Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE),
    Level.COUNTY: (Role.SUPERVISION_OFFICE,),
}
