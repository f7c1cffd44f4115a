"""权属争议: what is reported on disputed ground goes to the township, and both villages are told and may read it."""

from __future__ import annotations

import pytest
import shapely

from grids import disputes
from grids.disputes import Claim
from grids.levels import Level
from grids.metres import Plane, to_boundary, to_shapely
from grids.models import Dispute
from issues import services
from issues.intake import placing, reporting
from issues.models import Issue, Notice
from issues.privacy import contacts
from issues.terms import Light, Verb
from representatives.models import Person
from representatives.roles import Role
from tests.drawing import Town
from tests.issues import factories as make
from tests.issues.factories import do
from tests.issues.reports import NOW, at_point, draft, territory
from tests.issues.test_statements import few_statements
from tests.representatives.factories import person, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return territory("A B C", villages={"north": "A", "south": "B", "east": "C"})


@pytest.fixture
def people(town) -> dict[str, Person]:
    """Secretaries of the three villages, the township and a grid member of one of them."""
    since = NOW.replace(year=2020)
    posts = {name: (Role.VILLAGE_SECRETARY, town.villages[name]) for name in ("north", "south", "east")}
    posts |= {"town": (Role.TOWNSHIP_COMMITTEE, town.township), "gm": (Role.GRID_MEMBER, town["A"])}
    return {name: post(role, area, person(), since=since) for name, (role, area) in posts.items()}


@pytest.fixture
def dispute(town) -> Dispute:
    """Fifty metres on either side of the middle of the edge between A and B."""
    shape = to_shapely(town.edge_between("A", "B"))
    plane = Plane.around(shape)
    ground = to_boundary(plane.out(shapely.buffer(plane.into(shape), 50)))
    claim = Claim("Z1", "东沟草场", ground, (town.villages["north"], town.villages["south"]))
    return disputes.enter([claim], at=NOW)[0]


def reported(town: Town, **more: object) -> Issue:
    return reporting.report(at_point(town.edge_between("A", "B"), category="land.grass", **more), at=NOW).issue


def told(issue: Issue, verb: Verb) -> set[int]:
    found = Notice.objects.filter(event__issue=issue, event__verb=verb, person__isnull=False, channel="in_app")
    return set(found.values_list("person", flat=True))


def test_report_on_disputed_ground_is_filed_under_the_township_at_yellow(town, people, dispute):
    issue = reported(town)

    assert (issue.area, issue.path, issue.level, issue.light) == (
        town.township, town.township.path, Level.TOWNSHIP, Light.YELLOW,
    )  # fmt: skip
    assert (issue.dispute, issue.grid_ambiguous) == (dispute, False)
    assert issue.disputed_by == sorted([town.villages["north"].path, town.villages["south"].path])
    facts = issue.events.get(verb=Verb.SUBMIT).facts
    assert facts["dispute"] == "Z1"
    assert sorted(facts["claimed_by"]) == sorted([town.villages["north"].code, town.villages["south"].code])


def test_even_a_green_matter_there_begins_with_the_township(town, people, dispute):
    issue = reporting.report(at_point(town.edge_between("A", "B"), category="env.waste"), at=NOW).issue

    assert (issue.level, issue.area) == (Level.TOWNSHIP, town.township)


@pytest.mark.parametrize("chosen", ["A", "B"])
@pytest.mark.parametrize("accuracy_m", [None, 30.0])
def test_village_that_was_chosen_does_not_outweigh_the_dispute(town, dispute, chosen, accuracy_m):
    placed = placing.place(town.edge_between("A", "B"), accuracy_m, town[chosen])

    assert (placed.area, placed.dispute) == (town.township, dispute)


def test_point_beside_the_ground_and_a_choice_without_a_point_are_placed_as_ever(town, dispute):
    assert placing.place(town.inside("A"), 10.0, None).area == town["A"]
    assert placing.place(None, None, town.villages["north"]).dispute is None
    assert reporting.report(draft(area=town["B"].code), at=NOW).issue.dispute is None


def test_ground_that_was_settled_belongs_to_its_cell_and_what_was_reported_before_stays(town, people, dispute):
    before = reported(town)
    disputes.settle([dispute.pk], at=NOW)

    after = reported(town)

    before.refresh_from_db()
    assert (before.dispute, before.area) == (dispute, town.township)
    assert (after.dispute, after.disputed_by, after.area.level) == (None, None, Level.GRID)


def test_both_villages_and_the_township_are_told_and_no_other(town, people, dispute):
    issue = reported(town)

    assert told(issue, Verb.SUBMIT) == {people[name].pk for name in ("north", "south", "town")}
    do(issue, Verb.ACCEPT, people["town"], NOW)
    assert {people["north"].pk, people["south"].pk} <= told(issue, Verb.ACCEPT)
    assert people["east"].pk not in told(issue, Verb.ACCEPT)


def test_both_villages_read_it_do_nothing_to_it_and_see_no_contact(town, people, dispute):
    issue = reported(town)

    seen = {name for name, who in people.items() if Issue.objects.visible_to(who, NOW).has(issue)}

    assert seen == {"north", "south", "town"}
    for name in ("north", "south"):
        assert services.possible_moves(issue, people[name], NOW) == []
        assert services.is_helper_only(issue, people[name], NOW)  # what the township writes is not for the parties
        assert not contacts.may_see_contact(issue, people[name], NOW)
        assert not Issue.objects.waiting_for(people[name], NOW).exists()
    assert Issue.objects.waiting_for(people["town"], NOW).has(issue)


def test_sealed_matter_there_is_told_to_no_village(town, people, dispute):
    issue = reported(town)
    Issue.objects.filter(pk=issue.pk).update(sealed=True)

    assert not Issue.objects.visible_to(people["north"], NOW).has(issue)


def test_place_that_a_person_names_ends_the_dispute_for_this_issue(town, people, dispute):
    issue = reported(town)

    do(issue, Verb.PLACE, people["town"], NOW, area=town["B"].code)

    assert (issue.area, issue.dispute, issue.disputed_by) == (town["B"], None, None)
    assert not Issue.objects.visible_to(people["north"], NOW).has(issue)
    assert Issue.objects.visible_to(people["south"], NOW).has(issue)


def test_report_there_costs_no_more_than_the_ceiling(town, people, dispute):
    reported(town)
    with few_statements("report on disputed ground"):
        reported(town)


def test_what_is_split_off_on_disputed_ground_is_claimed_as_well(town, people, dispute):
    issue = reported(town)
    leaves = make.report(issue, NOW)
    do(issue, Verb.ACCEPT, people["town"], NOW)

    event = do(issue, Verb.SPLIT, people["town"], NOW, submissions=[leaves.pk], title="另一处草场", reason="两处地界")

    other = Issue.objects.get(number=event.facts["into"])
    assert (other.dispute, other.disputed_by) == (dispute, issue.disputed_by)
    assert Issue.objects.visible_to(people["south"], NOW).filter(pk=other.pk).exists()
