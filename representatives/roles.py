"""Who is who: the one table of roles that permissions, menus, buttons and tests read (domain notes §6).

What a role may *do* with an issue is in `issues/workflow.py`; here stands what it may *see* and which pages it gets.
What it may *configure* is in `mapui/permissions.py`, which alone sees the models of every app.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    UPPER_OFFICE = "upper_office", _("office above the county")  # 盟市、自治区有关机构: figures only
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


# By these nobody sees an issue as a whole, so what staff write there among themselves is not for them.
IN_PART = frozenset({Sees.NOTHING, Sees.OWN, Sees.DISPATCHED})


class Page(TextChoices):
    """Pages that not everybody has; the value is the name of the page's address, the label its entry in the menu."""

    QUEUE = "queue", pgettext_lazy("menu", "To do")
    DESK = "desk", pgettext_lazy("menu", "My cells")
    DIARY = "diary", pgettext_lazy("menu", "Diary")
    VILLAGE_NOTICES = "public-notices", pgettext_lazy("menu", "Village notices")
    SEARCH = "search", pgettext_lazy("menu", "Search")
    RED = "red", pgettext_lazy("menu", "Red list")
    HEAT = "heat", pgettext_lazy("menu", "Heat map")
    FIGURES = "figures", pgettext_lazy("menu", "Figures")
    COVER = "cover", pgettext_lazy("menu", "Cover")
    DELIVERIES = "deliveries", pgettext_lazy("menu", "Deliveries")
    SUGGESTIONS = "suggestions", pgettext_lazy("menu", "Suggestions")
    POLICY = "policy", pgettext_lazy("menu", "Time limits")
    AUDIT = "audit", pgettext_lazy("menu", "Ledger check")
    ADMIN = "admin:index", pgettext_lazy("menu", "Administration")


@dataclass(frozen=True)
class Post:
    """A row of the table: what the holder of a role sees, which pages they get, and where the role may be assigned."""

    role: Role
    sees: Sees
    levels: frozenset[Level]  # levels of area that the role may be assigned to
    pages: frozenset[Page]
    counts: bool = False  # sees the dashboard's figures (never single issues by that) of its areas
    on_card: bool = False  # printed on the public contact card of a cell
    answers_at: Level | None = None  # the level of the ladder that this role is answerable for
    arranges: bool = False  # may redraw the cells of its areas, and enter staff from a list


def _post(role: Role, sees: Sees, levels: frozenset[Level], pages: frozenset[Page], **more: object) -> Post:
    return Post(role, sees, levels, pages, **more)  # type: ignore[arg-type]


_IN_CELLS = frozenset({Level.GRID})
_NEAR = frozenset({Level.GRID, Level.VILLAGE})
_VILLAGE = frozenset({Level.VILLAGE})
_TOWNSHIP = frozenset({Level.TOWNSHIP})
_COUNTY = frozenset({Level.COUNTY})
_ABOVE = frozenset({Level.PREFECTURE, Level.PROVINCE})

_QUEUE = frozenset({Page.QUEUE, Page.SEARCH})
_FIGURES = frozenset({Page.HEAT})
_WORK = _FIGURES | _QUEUE | {Page.RED}
_NEAR_BY = _WORK | {Page.DESK}  # what is open in their areas, also for where there is no signal
_DIARY = frozenset({Page.DIARY})  # 民心日记, of the secretaries and cadres who visit
_NOTICES = frozenset({Page.VILLAGE_NOTICES})  # 公示: written by the village, released by the township
_COVER = frozenset({Page.COVER})
_RATES = _COVER | {Page.FIGURES}  # how the work of whole places and units goes
_POLICY = frozenset({Page.POLICY})  # all versions, drafts and simulations; the one in force is there for all staff
_SUGGESTIONS = frozenset({Page.SUGGESTIONS})  # what people say of the platform itself
_ADMIN = frozenset({Page.ADMIN})

# fmt: off
POSTS: dict[Role, Post] = {post.role: post for post in (
    #     role                       sees             assigned to          pages
    _post(Role.CONTACT_HOUSEHOLD,    Sees.OWN,        _IN_CELLS,           _QUEUE),
    _post(Role.GRID_MEMBER,          Sees.ALL,        _NEAR,               _NEAR_BY,       counts=True, on_card=True),
    _post(Role.GRID_LEADER,          Sees.ALL,        _NEAR,               _NEAR_BY,       counts=True, on_card=True),
    _post(Role.LINKED_CADRE,         Sees.NOTHING,    _NEAR,               _FIGURES | _DIARY,      counts=True, on_card=True),
    _post(Role.PARTY_REPRESENTATIVE, Sees.ALL,        _NEAR,               _NEAR_BY | _DIARY,       counts=True, on_card=True, answers_at=Level.GRID),
    _post(Role.VILLAGE_SECRETARY,    Sees.ALL,        _VILLAGE,            _NEAR_BY | _DIARY | _NOTICES,       counts=True, on_card=True, answers_at=Level.VILLAGE),
    _post(Role.TOWNSHIP_COMMITTEE,   Sees.ALL,        _TOWNSHIP,           _NEAR_BY | _RATES | _DIARY | _NOTICES, counts=True, on_card=True, answers_at=Level.TOWNSHIP),
    _post(Role.TOWNSHIP_DISCIPLINE,  Sees.SEALED,     _TOWNSHIP,           _QUEUE),
    _post(Role.DEPARTMENT,           Sees.DISPATCHED, _TOWNSHIP | _COUNTY, _QUEUE | {Page.RED}),
    _post(Role.SUPERVISION_OFFICE,   Sees.RAISED,     _COUNTY,             _WORK | _RATES | _POLICY | _SUGGESTIONS, counts=True, on_card=True, answers_at=Level.COUNTY),
    _post(Role.COUNTY_LEADER,        Sees.RED,        _COUNTY,             _WORK | _RATES | _POLICY | _DIARY, counts=True),
    _post(Role.UPPER_OFFICE,         Sees.NOTHING,    _ABOVE,              _FIGURES | _COVER, counts=True),
    _post(Role.ORGANISATION_OFFICE,  Sees.NOTHING,    _COUNTY,             _FIGURES | _RATES | _ADMIN, counts=True, arranges=True),
    _post(Role.HOTLINE_OPERATOR,     Sees.OWN,        _COUNTY,             _QUEUE),
    _post(Role.MONITOR,              Sees.NOTHING,    _VILLAGE | _TOWNSHIP | _COUNTY, _SUGGESTIONS),
    _post(Role.SYSTEM_ADMIN,         Sees.NOTHING,    _COUNTY,             _COVER | _POLICY | _SUGGESTIONS | _ADMIN | {Page.DELIVERIES}, arranges=True),
    _post(Role.AUDITOR,              Sees.NOTHING,    _COUNTY,             _ADMIN | {Page.AUDIT}),
)}
# fmt: on


@dataclass(frozen=True)
class Need:
    """A post that every area of a level must have filled, there or in an area it lies in; else the cover report says so."""

    level: Level
    role: Role
    or_role: Role | None = None  # this one does as well

    @property
    def roles(self) -> tuple[Role, ...]:
        return (self.role, self.or_role) if self.or_role else (self.role,)

    @property
    def has_stand_in(self) -> bool:
        """Whether a rule says to whom a vacancy falls: only posts that answer at a light have one."""
        return POSTS[self.role].answers_at is not None


NEEDS = (
    Need(Level.GRID, Role.PARTY_REPRESENTATIVE),
    Need(Level.GRID, Role.GRID_MEMBER, or_role=Role.GRID_LEADER),
    Need(Level.VILLAGE, Role.VILLAGE_SECRETARY),
    Need(Level.TOWNSHIP, Role.TOWNSHIP_COMMITTEE),
    Need(Level.COUNTY, Role.SUPERVISION_OFFICE),
)

# Who speaks for the unit they belong to, when it is asked for something.
SPEAKS_FOR_UNIT = frozenset({Role.DEPARTMENT, Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE})

# The order in which a vacancy falls to the next role, per level of the ladder (design, “People”).
SUCCESSION: dict[Level, tuple[Role, ...]] = {
    Level.GRID: (Role.PARTY_REPRESENTATIVE, Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE),
    Level.VILLAGE: (Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE),
    Level.TOWNSHIP: (Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE),
    Level.COUNTY: (Role.SUPERVISION_OFFICE,),
}
