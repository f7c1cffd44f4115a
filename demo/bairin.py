"""巴林左旗: the real boundary and names, invented people, and a year of invented issues lived through the services."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.management.base import OutputWrapper
from django.db import connection, transaction
from django.utils.timezone import localtime

from demo import common, shares
from demo.people import Staffing, staff_county, units_from
from grids.models import Territory
from issues import categories
from issues.heat import bins
from issues.hot import nights
from issues.policy import versions

CODE = "150422"
FOLDER = common.FIXTURES / "bairin"
REPRESENTATIVES = 236
ISSUES = 3040
DAYS = 365
WORDS = {"supervision": "旗委督查室", "township": "党(工)委", "village": "党组织"}


def is_loaded() -> bool:
    """Whether all of it is there: the heat is built last."""
    return bins.version() > 0 and Territory.objects.filter(area__code=CODE).exists()


def load(*, at: datetime, issues: int | None, seed: int, out: OutputWrapper) -> None:
    """Build what is not there yet; the year of issues ends at `at`. Killed at any instant, it goes on when run again."""
    at = localtime(at)
    if not Territory.objects.filter(area__code=CODE).exists():
        _found(since=at - timedelta(days=DAYS + 30), seed=seed)
    shares.live(
        reports=FOLDER / "reports.toml",
        units=FOLDER / "units.toml",
        stories=ISSUES if issues is None else issues,
        days=DAYS,
        end=at,
        seed=seed,
    )
    bins.rebuild(at=at)
    nights.analyse(at=at)


@transaction.atomic
def _found(*, since: datetime, seed: int) -> None:
    """Territory, rules and people."""
    county = common.territory(FOLDER, since=since)
    common.rules(category_file=categories.SHIPPED, policy_file=versions.SHIPPED, since=since)
    leads = units_from(FOLDER / "units.toml", county)
    staffing = Staffing(county, seed=seed, since=since, language=settings.LANGUAGE_CODE)
    staff_county(staffing, departments=dict.fromkeys(leads.values()), representatives=REPRESENTATIVES, words=WORDS)
    staffing.save()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what follows asks these tables thousands of times, before autovacuum has seen them
