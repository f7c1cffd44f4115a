"""Real cases: the sample of a city's requests, against its own verdicts."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db.models import F
from django.utils.timezone import now

from issues import categories
from issues.importing import Result, import_issues, load_mapping
from issues.importing.rows import open_rows
from issues.models import Issue, SlaPolicy
from tests.drawing import draw_cells
from tests.issues.factories import shipped_policy
from tests.issues.importing.desk import faults

BOSTON = settings.BASE_DIR / "fixtures" / "boston"


def test_shipped_mapping_names_only_columns_and_categories_that_are_shipped():
    mapping = load_mapping(BOSTON / "mapping.toml")
    listed = categories.read((BOSTON / "categories.toml").read_text())
    codes = set((BOSTON / "categories.toml").read_text().split('"'))

    with open_rows(BOSTON / "requests_sample.csv.gz", mapping) as (header, _rows):
        assert mapping.columns.named() <= set(header)
    assert listed
    assert set(mapping.categories.values()) <= codes


@pytest.fixture
def boston(db, tmp_path) -> tuple[Result, Path]:
    """The sample of Boston's cases, imported into a territory of one cell that none of them lies in."""
    draw_cells("A")
    categories.load(categories.read((BOSTON / "categories.toml").read_text()))
    shipped_policy()
    SlaPolicy.objects.update(active_from=datetime(2012, 1, 1, tzinfo=UTC))
    rejects = tmp_path / "rejects.csv"
    mapping = load_mapping(BOSTON / "mapping.toml")
    return import_issues(BOSTON / "requests_sample.csv.gz", mapping, at=now(), rejects=rejects), rejects


def test_city_s_own_verdict_on_time_is_ours_for_every_closed_case_with_a_target(boston):
    result, rejects = boston
    with gzip.open(BOSTON / "requests_sample.csv.gz", "rt", encoding="utf-8", newline="") as file:
        cases = {row["case_id"]: row for row in csv.DictReader(file)}

    assert (result.written, result.rejected, rejects.exists()) == (len(cases), 0, False)
    assert len(cases) == 3003
    compared = 0
    for issue in Issue.objects.filter(closed_at__isnull=False, total_due_at__isnull=False):
        assert issue.closed_at is not None
        assert issue.total_due_at is not None
        theirs = cases[issue.source_id]["on_time"]
        ours = "ONTIME" if issue.closed_at <= issue.total_due_at else "OVERDUE"
        assert theirs in (ours, ""), issue.source_id
        compared += theirs != ""
    assert compared > 1600
    at_once = {"101001400453", "101001524391", "101001665876"}  # closed some seconds before they were filed
    assert {issue.source_id for issue in Issue.objects.filter(source_id__in=at_once, closed_at=F("reported_at"))} == at_once


def test_city_s_cases_keep_their_time_of_day_and_only_real_points(boston):
    zone = ZoneInfo("America/New_York")
    with gzip.open(BOSTON / "requests_sample.csv.gz", "rt", encoding="utf-8", newline="") as file:
        cases = {row["case_id"]: row for row in csv.DictReader(file)}

    for issue in Issue.objects.all():
        case = cases[issue.source_id]
        assert issue.reported_at.astimezone(zone).replace(tzinfo=None).isoformat() == case["opened"]
        located = case["loc_quality"] == "geocoded"
        assert (issue.point is not None) == located
        if located:
            assert issue.point == Point(float(case["lon"]), float(case["lat"]), srid=4326)
    assert faults() == []
