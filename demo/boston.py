"""Boston: real boundaries and real 311 cases, imported as any history is. The proof that nothing is hard-coded."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import OutputWrapper
from django.db import transaction
from django.utils.translation import gettext as _

from demo import common
from demo.people import Staffing, staff_county, units_from
from grids.models import Territory
from issues.heat import bins
from issues.hot import nights
from issues.importing import import_issues, load_mapping
from issues.policy import versions

CODE = "boston"
FOLDER = common.FIXTURES / "boston"
SAMPLE = FOLDER / "requests_sample.csv.gz"
FULL = settings.BASE_DIR.parent / "shared" / "data" / "boston" / "requests.csv.gz"
REPRESENTATIVES = 280
SINCE = datetime(2012, 1, 1, tzinfo=UTC)  # before the first case
WORDS = {"supervision": "Office of the Mayor, key cases", "township": " ward office", "village": " precinct office"}


def is_loaded() -> bool:
    """Whether all of it is there: the heat is built last."""
    return bins.version() > 0 and Territory.objects.filter(area__code=CODE).exists()


def load(*, at: datetime, issues: int | None, seed: int, out: OutputWrapper) -> None:
    """Build what is not there yet: the sample that the repository holds, or all cases where they are."""
    if not Territory.objects.filter(area__code=CODE).exists():
        _found(seed=seed)
    rejects = Path(settings.LOCAL_DIR) / "boston.rejects.csv"
    rejects.parent.mkdir(exist_ok=True)
    with common.bar(_("Cases")) as progress:
        result = import_issues(
            cases(), load_mapping(FOLDER / "mapping.toml"), at=at, rejects=rejects, limit=issues, progress=progress
        )
    out.write(
        _(
            "%(written)d cases imported, %(rejected)d rejected; the city's precinct agrees with the point for %(agree)d of %(compared)d."
        )
        % vars(result)
    )
    bins.rebuild(at=at)
    nights.analyse(at=at)


@transaction.atomic
def _found(*, seed: int) -> None:
    """Territory, rules and people."""
    city = common.territory(FOLDER, since=SINCE)
    policy_file = versions.SHIPPED.with_name("policy-plain-weekdays.yaml")
    common.rules(
        category_file=FOLDER / "categories.toml", policy_file=policy_file, since=SINCE, id="boston", time_zone="America/New_York"
    )
    units = units_from(FOLDER / "units.toml", city)
    staffing = Staffing(city, seed=seed, since=SINCE, language="en")
    staff_county(staffing, departments=dict.fromkeys(units.values()), representatives=REPRESENTATIVES, words=WORDS)
    staffing.save()


def cases() -> Path:
    """The file of cases: all 177,159 where the data set is, else the sample that the repository holds."""
    return FULL if FULL.exists() else SAMPLE
