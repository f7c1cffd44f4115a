"""The categories as shipped, as checked, and as loaded again."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grids.levels import Level
from issues import categories
from issues.models import Category
from issues.terms import Urgency

# The table of the notes (§4): code, usual light, urgency; “!” asks whether anyone is in danger.
CATEGORIES = [
    "road.surface",
    "B3",
    "road.bridge",
    "Y2",
    "road.light",
    "B3",
    "road.safety",
    "Y2",
    "road.parking",
    "Y3",
    "water.supply",
    "Y2",
    "water.pipe",
    "B2",
    "water.well",
    "Y3",
    "water.flood",
    "Y2!",
    "water.channel",
    "B3",
    "energy.outage",
    "B2",
    "energy.wire",
    "B2!",
    "energy.telecom",
    "Y3",
    "energy.heat",
    "Y2",
    "energy.charge",
    "Y3",
    "house.danger",
    "Y2",
    "house.minor",
    "G2",
    "house.property",
    "B3",
    "house.facility",
    "Y3",
    "house.illegal",
    "Y3",
    "env.waste",
    "G3",
    "env.toilet",
    "Y3",
    "env.sewage",
    "Y3",
    "env.noise",
    "B3",
    "env.air",
    "B3",
    "land.boundary",
    "B3",
    "land.contract",
    "B3",
    "land.homestead",
    "Y3",
    "land.grass",
    "Y3",
    "land.reclaim",
    "Y3",
    "agri.livestock",
    "B2",
    "agri.tech",
    "G3",
    "agri.sale",
    "B3",
    "agri.disease",
    "Y2!",
    "agri.subsidy",
    "Y3",
    "care.pension",
    "B3",
    "care.medical",
    "B3",
    "care.relief",
    "B2",
    "care.elder",
    "G2",
    "care.disabled",
    "G3",
    "svc.hukou",
    "B3",
    "svc.cert",
    "G3",
    "svc.school",
    "Y3",
    "svc.health",
    "B2",
    "svc.consult",
    "G3",
    "work.wage",
    "Y2",
    "work.job",
    "B3",
    "work.rider",
    "B3",
    "work.consumer",
    "Y3",
    "work.biz",
    "Y3",
    "peace.neighbor",
    "G3",
    "peace.family",
    "G3",
    "peace.child",
    "B2!",
    "peace.fire",
    "B2!",
    "peace.patrol",
    "B3",
    "village.public",
    "Y3",
    "village.asset",
    "Y3",
    "village.project",
    "B3",
    "village.conduct",
    "Y3",
    "village.burden",
    "Y3",
]


@pytest.mark.django_db
def test_sixty_shipped_categories_are_those_of_the_notes():
    categories.load(categories.read(categories.SHIPPED.read_text()))
    levels = {"G": Level.GRID, "B": Level.VILLAGE, "Y": Level.TOWNSHIP}
    expected = {
        code: (levels[mark[0]], Urgency.URGENT if mark[1] == "2" else Urgency.NORMAL, mark.endswith("!"))
        for code, mark in zip(CATEGORIES[::2], CATEGORIES[1::2], strict=True)
    }

    found = {row.code: (row.level, row.urgency, row.asks_danger) for row in Category.objects.in_use()}

    assert len(expected) == 60
    assert found == expected
    assert Category.objects.groups().count() == 12
    private = {row.code for row in Category.objects.in_use() if row.non_public}
    assert private == {code for code in expected if code.split(".")[0] in ("land", "care")} | {"peace.family", "village.conduct"}
    assert [row.code for row in Category.objects.in_use() if row.sealed] == ["village.conduct"]
    for row in Category.objects.in_use():
        assert set(row.names) == set(row.filing) == set(row.closing) == {"zh-hans", "en"}
        assert row.lead


@pytest.mark.django_db
def test_categories_when_loaded_again_are_updated_and_never_doubled(django_assert_max_num_queries):
    file = categories.read(categories.SHIPPED.read_text())
    categories.load(file)
    Category.objects.filter(code="road.light").update(names={"en": "Lamp"}, is_active=False)
    Category.objects.create(code="road.own", names={"en": "Own"}, group=Category.objects.get(code="road"))

    with django_assert_max_num_queries(5):  # a transaction · which are known · groups · categories
        done = categories.load(file)

    assert (done.categories, done.groups, done.created, done.retired) == (60, 12, 0, 0)
    assert Category.objects.get(code="road.light").names["en"] == "Street light dark or missing"
    assert Category.objects.get(code="road.own").is_active
    assert categories.load(file, retire_others=True).retired == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x", "not readable as TOML"),
        ("[[groups]]\ncode = 'a'\n", "“a” (groups.0.names)"),
        (
            "[[groups]]\ncode='a'\nnames={en='A'}\n[[groups.categories]]\ncode='a.b'\nnames={en='B'}\nlight='red'",
            "“a.b” (groups.0.categories.0.light)",
        ),
        ("[[groups]]\ncode='a'\nnames={en='A'}\n[[groups]]\ncode='a'\nnames={en='A'}", "stands in the file more than once"),
    ],
)
def test_faulty_categories_are_refused_with_the_code_they_concern(text, fault):
    with pytest.raises(categories.CategoryFaults) as faults:
        categories.read(text)
    assert fault in str(faults.value)


@pytest.mark.django_db
def test_command_when_given_a_faulty_file_changes_nothing(tmp_path: Path):
    faulty = tmp_path / "faulty.toml"
    faulty.write_text("x")
    with pytest.raises(CommandError, match="TOML"):
        call_command("load_categories", str(faulty))
    assert not Category.objects.exists()

    out = StringIO()
    call_command("load_categories", stdout=out)
    assert "60 categories in 12 groups; 72 rows are new, 0 retired." in out.getvalue()
