"""The invented parts of a demo: its people, what they report, and how they live through the services, in a small county."""

from __future__ import annotations

import itertools
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from demo import detours
from demo.life import Life
from demo.people import LOG_INS, PASSWORD, Staffing, leads_of, staff_county, units_from
from demo.reports import GROWING_DAYS, Storyteller, ground
from demo.staff import Staff
from grids.levels import Level
from grids.models import Area
from issues import ledger
from issues.models import Category, Event, Issue, Submission
from issues.terms import ENDS, Actor, Status, Verb
from issues.workflow import MOVE
from representatives.models import Assignment, Person, Unit
from representatives.roles import SUCCESSION, Role
from tests.drawing import Town, draw_cells
from tests.issues.factories import load_categories, shipped_policy

CHINA = ZoneInfo("Asia/Shanghai")
SINCE = datetime(2022, 6, 1, tzinfo=CHINA)
END = datetime(2024, 3, 29, 12, tzinfo=CHINA)
FOLDER: Path = settings.BASE_DIR / "fixtures" / "bairin"
WORDS = {"supervision": "旗委督查室", "township": "党委", "village": "党支部"}
REPRESENTATIVES = 7
DRAWING = """
    A B C D
    E F G H
    I J K L
"""
VILLAGES = {"north": "ABEF", "east": "CDGH", "south": "IJ", "far": "KL"}
TOWNSHIPS = {"left": ["north", "south"], "right": ["east", "far"]}


def draw() -> Town:
    households = dict(zip("ABCDEFGHIJKL", range(20, 140, 10), strict=True))
    return draw_cells(DRAWING, villages=VILLAGES, townships=TOWNSHIPS, households=households, at=SINCE)


def staffed(town: Town, *, seed: int = 5) -> dict[str, Unit]:
    """The town with units and people; the units by the names under which categories know them."""
    leads = units_from(FOLDER / "units.toml", town.county)
    staffing = Staffing(town.county, seed=seed, since=SINCE, language="zh-hans")
    staff_county(staffing, departments=dict.fromkeys(leads.values()), representatives=REPRESENTATIVES, words=WORDS)
    staffing.save()
    return leads


@pytest.fixture
def town(db) -> Town:
    return draw()


# --- people ---


def test_every_post_of_the_table_of_roles_is_filled_once_per_place(town):
    leads = staffed(town)

    posts = Counter(Assignment.objects.values_list("role", flat=True))
    everywhere = Counter(Assignment.objects.values_list("role", "area__path"))

    assert posts[Role.PARTY_REPRESENTATIVE] == REPRESENTATIVES
    assert posts[Role.DEPARTMENT] == len(set(leads.values()))
    assert posts[Role.SUPERVISION_OFFICE] == 2
    assert posts[Role.GRID_MEMBER] == len(town.cells)
    for role, areas in (
        (Role.TOWNSHIP_COMMITTEE, town.townships),
        (Role.TOWNSHIP_DISCIPLINE, town.townships),
        (Role.VILLAGE_SECRETARY, town.villages),
        (Role.GRID_LEADER, town.villages),
    ):
        assert {path: times for (found, path), times in everywhere.items() if found == role} == {
            area.path: 1 for area in areas.values()
        }
    for role in (
        Role.COUNTY_LEADER,
        Role.ORGANISATION_OFFICE,
        Role.HOTLINE_OPERATOR,
        Role.SYSTEM_ADMIN,
        Role.AUDITOR,
        Role.MONITOR,
    ):
        assert everywhere[role, town.county.path] == posts[role] == 1


def test_nobody_is_there_twice_and_nobody_without_a_post(town):
    staffed(town)

    usernames = list(Person.objects.values_list("username", flat=True))
    doubled = Assignment.objects.values_list("person", "role", "area")

    assert len(usernames) == len(set(usernames)) > 40
    assert len(doubled) == len(set(doubled))
    assert set(Person.objects.values_list("pk", flat=True)) == set(Assignment.objects.values_list("person", flat=True))


def test_every_village_has_a_representative_and_more_where_more_people_live(town):
    staffed(town)

    posted = Counter(Assignment.objects.filter(role=Role.PARTY_REPRESENTATIVE).values_list("area__path", flat=True))

    assert set(posted) == {village.path for village in town.villages.values()}
    assert max(posted.values()) - min(posted.values()) <= 1


def test_each_log_in_is_there_once_in_office_and_opens_the_door(town, client):
    staffed(town)

    for username, role in LOG_INS.items():
        person = Person.objects.get(username=username)
        assert person.check_password(PASSWORD)
        assert role in {post.role for post in Assignment.objects.active(END).filter(person=person)}
    others = Person.objects.exclude(username__in=LOG_INS)
    assert not any(person.has_usable_password() for person in others)

    answer = client.post(reverse("login"), {"username": "secretary", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(Person.objects.get(username="secretary").pk)


def test_log_ins_are_listed_with_their_roles_when_they_are_there(town, capsys):
    call_command("demo_logins")
    assert capsys.readouterr().out == ""

    staffed(town)
    call_command("demo_logins")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [[username, PASSWORD] for username in LOG_INS]


def names_by_seed(seed: int) -> list[tuple[str, str]]:
    leads = dict.fromkeys(Unit.objects.filter(code="traffic"))
    staffing = Staffing(Area.objects.roots()[0], seed=seed, since=SINCE, language="zh-hans")
    for unit in leads:
        staffing.hire(Role.DEPARTMENT, staffing.county, unit=unit)
    for _ in range(40):
        staffing.hire(Role.GRID_MEMBER, staffing.county)
    return [(person.name, person.office_phone) for person in staffing.people]


def test_same_seed_invents_the_same_people_another_seed_others(town):
    assert names_by_seed(3) == names_by_seed(3)
    assert names_by_seed(3) != names_by_seed(4)


def test_phones_of_invented_people_cannot_ring(town):
    staffed(town)

    assert all(phone.startswith("0000-") for phone in Person.objects.values_list("office_phone", flat=True))


def test_staff_are_found_by_role_and_place_narrowest_first(town):
    staffed(town)
    staff = Staff(END)

    for cell in town.cells.values():
        committee = staff.one(Role.TOWNSHIP_COMMITTEE, cell.path)
        secretary = staff.one(Role.VILLAGE_SECRETARY, cell.path)
        assert committee is not None
        assert secretary is not None
        assert {post.area.path for post in Assignment.objects.filter(person=committee)} < set(itertools.accumulate(
            cell.path.split("."), lambda above, code: f"{above}.{code}"
        ))  # fmt: skip
        assert staff.one(Role.VILLAGE_SECRETARY, cell.path, not_id=secretary.pk) is None
    assert staff.one(Role.SUPERVISION_OFFICE, town["A"].path) is not None


# --- reports ---


def teller(town: Town, seed: int = 9) -> Storyteller:
    return Storyteller(FOLDER / "reports.toml", list(town.cells.values()), seed=seed)


def test_same_seed_tells_the_same_year_another_seed_another(town):
    year, again = (list(teller(town).year(END, days=365, stories=60)) for _ in range(2))
    other = list(teller(town, seed=10).year(END, days=365, stories=60))

    assert year == again
    assert [story.text for story in year] != [story.text for story in other]


def test_stories_happen_in_their_cell_and_their_time_and_in_order(town):
    stories = list(teller(town).year(END, days=365, stories=400))

    assert len(stories) == 400
    assert [story.at for story in stories] == sorted(story.at for story in stories)
    for story in stories:
        assert END - timedelta(days=365) <= story.at < END
        assert 5 <= story.at.hour <= 22
        assert ground(story.cell)[0].contains(story.point)
        assert "{" not in story.text
        assert story.done
        assert story.tried


def test_stories_follow_the_seasons_and_the_households(town):
    topics = {
        code: topic["season"] for code, topic in tomllib.loads((FOLDER / "reports.toml").read_text()).items() if "season" in topic
    }
    told = teller(town).year(END, days=365, stories=1900)
    stories = [story for story in told if story.at < END - timedelta(days=GROWING_DAYS)]  # the last weeks are fuller, by design

    by_season = Counter((topics[story.category], story.at.month in (6, 7, 8)) for story in stories)
    by_cell = Counter(story.cell.name for story in stories)

    assert by_season["rain", True] > 2 * by_season["rain", False]
    assert by_season["winter", False] > 8 * max(by_season["winter", True], 1)
    assert sum(by_cell[letter] for letter in "GHIJKL") > sum(by_cell[letter] for letter in "ABCDEF")


def test_bad_spots_are_reported_again_and_again(town):
    points = [story.point for story in teller(town).year(END, days=365, stories=1900) if story.category == "road.light"]

    again = [sum(point.distance(other) < 0.0006 for other in points) - 1 for point in points]  # degrees: some 60 m

    assert len(points) > 50
    assert sum(times >= 2 for times in again) > len(points) / 4  # with two others or more at the same place
    assert max(again) >= 4


def test_stories_are_about_categories_that_are_shipped(db):
    load_categories()
    said = tomllib.loads((FOLDER / "reports.toml").read_text())

    codes = set(Category.objects.filter(group__isnull=False).values_list("code", flat=True))
    assert set(said) - {"seasons", "spots"} <= codes


# --- life ---


@dataclass
class Lived:
    """What a short life left behind."""

    life: Life
    told: int
    stories: int


@pytest.fixture
def lived(town) -> Lived:
    """Twelve stories within sixty days, lived to their end by everybody concerned."""
    load_categories()
    shipped_policy()
    staffed(town)
    progress: list[int] = []
    life = Life(seed=11, end=END, leads=leads_of(FOLDER / "units.toml"), progress=progress.append)
    stories = list(teller(town).year(END, days=60, stories=12))
    life.act(stories)
    return Lived(life, sum(progress), len(stories))


def test_short_life_when_lived_through_the_services_is_whole_and_by_the_table_of_moves(lived):
    assert lived.told == lived.stories == Submission.objects.count() == Issue.objects.count() == 12

    count, walk = ledger.verify_all()
    faults = [fault for fault in walk if fault is not None]
    assert (count, faults) == (12, [])

    # Each step stands in the table of moves: whence, whither, and by whom or who stands in for them.
    for event in Event.objects.exclude(verb=Verb.SUBMIT).select_related("issue"):
        move = MOVE[Verb(event.verb)]
        assert event.from_status in move.sources | move.also_from, event
        assert event.to_status == (move.target or event.from_status) or event.verb in (Verb.ACCEPT, Verb.RESOLVE, Verb.RATE), event
        allowed = move.who(event.from_level or Level.GRID)
        standing_in = {role for roles in SUCCESSION.values() if roles[0] in allowed for role in roles}
        assert event.actor in {str(actor) for actor in allowed | standing_in}, event

    # People did it, the program did its part, and time only ran forward.
    actors = Counter(Event.objects.values_list("actor", flat=True))
    assert actors[Actor.SYSTEM] > 0
    assert len(set(actors) - {Actor.SYSTEM, Actor.REQUESTER}) >= 3
    assert Event.objects.filter(verb=Verb.WARN, actor=Actor.SYSTEM).exists()
    assert Issue.objects.filter(status=Status.CLOSED).count() >= 3
    for issue in Issue.objects.all():
        times = list(issue.events.order_by("number").values_list("at", flat=True))
        assert times == sorted(times)
        assert times[-1] <= END
        assert (issue.closed_at is not None) == (issue.status in ENDS)
    assert lived.life.refused <= Event.objects.count() / 10


def test_every_detour_of_the_domain_is_gone_by_somebody(town, monkeypatch):
    load_categories()
    shipped_policy()
    staffed(town)
    told: list[int] = []
    ways = itertools.cycle((*detours.SHARES, *["on_the_spot"] * 4))
    stories = list(teller(town).year(END, days=150, stories=70))
    # The last is told twice more at the same place: these reports join the first.
    stories += [replace(stories[-1], at=END - timedelta(hours=48 - hours)) for hours in (0, 1, 2)]
    monkeypatch.setattr(detours, "draw", lambda life: "join" if len(told) > 66 else next(ways))
    life = Life(seed=3, end=END, leads=leads_of(FOLDER / "units.toml"), progress=told.append)
    life.act(stories)

    done = set(Event.objects.values_list("verb", flat=True))
    expected = {
        *(Verb.EXTEND, Verb.SUSPEND, Verb.DEFER, Verb.ASK_HELP, Verb.WHISTLE, Verb.ANSWER, Verb.HANDLE_ON_THE_SPOT),
        *(Verb.TAKE_AS_PROJECT, Verb.APPROVE_PLAN, Verb.MERGE, Verb.EXPLAIN),
    }
    assert expected - done == set()
