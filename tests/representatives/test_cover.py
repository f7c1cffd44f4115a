"""Which places lack whom, counted with denominators and listed with who stands in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grids.levels import Level
from representatives.cover import Cover, Gaps, cover_counts, filled
from representatives.roles import Role
from tests.representatives.factories import NOON, START, area, person, post

pytestmark = pytest.mark.django_db
REP, MEMBER = Role.PARTY_REPRESENTATIVE, Role.GRID_MEMBER
SECRETARY, COMMITTEE, OFFICE = Role.VILLAGE_SECRETARY, Role.TOWNSHIP_COMMITTEE, Role.SUPERVISION_OFFICE


@pytest.fixture
def county():
    """Two townships; the first with two villages of two cells each, the second with one village of one cell."""
    for path in ("K.T1.V1.G11", "K.T1.V1.G12", "K.T1.V2.G21", "K.T1.V2.G22", "K.T2.V3.G31"):
        area(path)


def figures(cover: Cover, code: str = "") -> dict[str, tuple[int, int]]:
    row = next(row for row in [cover.overall, *cover.rows] if row.code == code)
    return {count.need.role.value: (count.lacking, count.total) for count in row.counts}


def gaps(role: Role | None = None, paths: tuple[str, ...] = ("K",)) -> Gaps:
    return Gaps(paths, NOON, role, cover_counts(paths, NOON).lacking(role))


def test_nobody_posted_when_counted_every_place_lacks_every_post(county, django_assert_num_queries):
    with django_assert_num_queries(1):
        cover = cover_counts(["K"], NOON)

    assert figures(cover) == {REP: (5, 5), MEMBER: (5, 5), SECRETARY: (3, 3), COMMITTEE: (2, 2), OFFICE: (1, 1)}
    assert figures(cover, "T1") == {REP: (4, 4), MEMBER: (4, 4), SECRETARY: (2, 2), COMMITTEE: (1, 1), OFFICE: (0, 0)}
    assert cover.places_lacking == 5 + 3 + 2 + 1
    assert [row.code for row in cover.rows] == ["T1", "T2"]


def test_representative_of_a_village_when_counted_covers_all_its_cells(county):
    post(REP, area("K.T1.V1"))
    post(REP, area("K.T2.V3.G31"))

    cover = cover_counts(["K"], NOON)

    assert figures(cover)[REP] == (2, 5)
    assert figures(cover, "T1")[REP] == (2, 4)
    assert figures(cover, "T2")[REP] == (0, 1)


def test_grid_leader_when_counted_does_as_well_as_a_grid_member(county):
    post(Role.GRID_LEADER, area("K.T1.V1.G11"))
    post(MEMBER, area("K.T1.V1.G12"))
    post(MEMBER, area("K.T1.V1.G11"))

    assert figures(cover_counts(["K"], NOON))[MEMBER] == (3, 5)


def test_term_over_or_account_closed_when_counted_covers_nothing(county):
    post(SECRETARY, area("K.T1.V1"), until=NOON)
    post(SECRETARY, area("K.T1.V2"), since=NOON + timedelta(seconds=1))
    post(SECRETARY, area("K.T2.V3"), person(is_active=False))

    assert figures(cover_counts(["K"], NOON))[SECRETARY] == (3, 3)
    assert figures(cover_counts(["K"], NOON - timedelta(days=1)))[SECRETARY] == (2, 3)


def test_retired_area_when_counted_is_no_place_but_who_was_posted_to_it_covers_its_successor(county):
    old = area("K.T1.V9", since=START, until=NOON)
    post(SECRETARY, old)
    assert figures(cover_counts(["K"], NOON))[SECRETARY] == (3, 3)

    area("K.T1.V9", since=NOON)

    assert figures(cover_counts(["K"], NOON))[SECRETARY] == (3, 4)


def test_one_township_when_counted_by_village_has_its_own_denominators(county):
    post(SECRETARY, area("K.T1.V1"))

    cover = cover_counts(["K.T1"], NOON, group_level=Level.VILLAGE)

    assert [row.code for row in cover.rows] == ["V1", "V2"]
    assert figures(cover)[COMMITTEE] == (1, 1)
    assert figures(cover)[SECRETARY] == (1, 2)
    assert figures(cover, "V1")[SECRETARY] == (0, 1)
    assert figures(cover, "V2")[REP] == (2, 2)


def test_no_area_or_an_unknown_one_when_counted_is_empty_without_dividing_by_nothing():
    cover = cover_counts(["NOWHERE"], NOON)

    assert cover.rows == []
    assert cover.places_lacking == 0
    assert [count.share for count in cover.overall.counts] == [None] * 5


def test_gaps_when_listed_name_what_is_missing_where_and_who_stands_in(county):
    post(REP, area("K.T1.V1"))
    post(MEMBER, area("K.T1.V1"))
    secretary = post(SECRETARY, area("K.T1.V2"))
    committee = post(COMMITTEE, area("K.T1"))

    found = {gap.code: gap for gap in gaps()[0:50]}

    assert list(found) == ["K", "T2", "V1", "V3", "G21", "G22", "G31"]
    assert [need.role for need in found["G21"].missing] == [REP, MEMBER]
    assert found["G21"].within == ("K", "T1", "V2")
    assert [(need.role, answer.person if answer else None) for need, answer in found["G21"].answers] == [
        (REP, secretary),
        (MEMBER, None),
    ]
    assert found["V1"].stand_ins[SECRETARY].person == committee
    assert found["G31"].stand_ins == {}


def test_gaps_when_filtered_by_role_keep_the_other_posts_that_the_place_lacks(county):
    found = gaps(COMMITTEE)

    assert len(found) == 2
    assert [(gap.code, [need.role for need in gap.missing]) for gap in found[0:50]] == [("T1", [COMMITTEE]), ("T2", [COMMITTEE])]
    assert [[need.role for need in gap.missing] for gap in gaps(MEMBER)[0:1]] == [[REP, MEMBER]]


def test_gaps_when_sliced_read_that_slice_in_two_queries(county, django_assert_num_queries):
    every = gaps()
    whole = [gap.code for gap in every[0 : len(every)]]

    with django_assert_num_queries(2):
        piece = [gap.code for gap in every[4:7]]

    assert piece == whole[4:7]
    assert [gap.code for gap in every.in_pieces(size=2)] == whole


def test_place_whose_code_begins_like_another_when_counted_is_not_within_it(county):
    area("K.T11.V5")

    assert figures(cover_counts(["K.T1"], NOON))[SECRETARY] == (2, 2)


@pytest.mark.parametrize(
    "paths", [("K",), ("K.T1",), ("K.T1.V1", "K.T2"), ("K.T1.V1.G11",), ("K.T2.V3.G31", "K.T1.V2"), ("X",), ()]
)
def test_one_post_when_counted_alone_has_the_numbers_of_the_report(county, paths, django_assert_num_queries):
    area("K.T11.V5.G51")
    post(REP, area("K.T1.V1"))
    post(REP, area("K.T1.V1.G11"))
    post(REP, area("K.T1.V1.G12"))
    post(REP, area("K.T2.V3.G31"), person(is_active=False))
    post(REP, area("K.T11.V5"), until=NOON)
    post(COMMITTEE, area("K.T1"))

    for role, (lacking, total) in figures(cover_counts(paths, NOON)).items():
        with django_assert_num_queries(1):
            alone = filled(Role(role), paths, NOON)
        assert (alone.lacking, alone.total) == (lacking, total), role


def test_post_of_a_wider_area_when_counted_alone_fills_all_that_lies_in_it(county):
    post(OFFICE, area("K"))
    post(COMMITTEE, area("K"))

    assert (filled(COMMITTEE, ["K.T1"], NOON).filled, filled(COMMITTEE, ["K.T1"], NOON).total) == (1, 1)
    assert (filled(COMMITTEE, ["K"], NOON).filled, filled(COMMITTEE, ["K"], NOON).total) == (2, 2)
    assert filled(OFFICE, ["K.T1"], NOON).share is None
