"""巴林左旗: the real boundary and names, invented people, and a year of invented issues lived through the services."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.management.base import OutputWrapper
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from demo import common
from demo.life import Life
from demo.people import Staffing, staff_county, units_from
from demo.reports import Storyteller
from grids.models import Area
from issues import categories, heat, policies

CODE = "150422"
FOLDER = common.FIXTURES / "bairin"
REPRESENTATIVES = 236
ISSUES = 3400
DAYS = 365
WORDS = {"supervision": "旗委督查室", "township": "党(工)委", "village": "党组织"}


def load(*, at: datetime, issues: int | None, seed: int, out: OutputWrapper) -> None:
    """Build everything in the empty database; the year ends at `at`."""
    at = localtime(at)
    since = at - timedelta(days=DAYS + 30)
    county = common.territory(FOLDER, since=since)
    common.rules(category_file=categories.SHIPPED, policy_file=policies.SHIPPED, since=since)
    leads = units_from(FOLDER / "units.toml", county)
    staffing = Staffing(county, seed=seed, since=since, language="zh-hans")
    staff_county(staffing, departments=dict.fromkeys(leads.values()), representatives=REPRESENTATIVES, words=WORDS)
    staffing.save()
    cells = list(Area.objects.cells().under(county.path).order_by("path"))
    wanted = ISSUES if issues is None else issues
    teller = Storyteller(FOLDER / "reports.toml", cells, seed=seed)
    with common.bar(_("A year of issues"), total=wanted) as progress:
        life = Life(seed=seed, end=at, leads=leads, progress=progress)
        life.act(teller.year(at, days=DAYS, stories=wanted))
    heat.rebuild(at=at)
