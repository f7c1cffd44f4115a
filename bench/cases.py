"""What is asked, of whichever territory is loaded: by the officers who ask it, and by a resident who reports."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

from django.utils.timezone import now

from bench.measure import Case
from bench.tiles import tile_cases
from grids.levels import Level, slug
from grids.models import Area, Layer
from grids.tiles import BLOCK
from issues import state
from issues.api import SLOT_S
from issues.models import Issue
from mapui.report_form import NOT_KNOWN
from representatives.models import Person

MOST_PINS = 240


def cases() -> list[Case]:
    """The addresses, with real areas and issues of the loaded territory in them."""
    township = person("township")
    issue = _open_issue(township)
    return [*map_cases(), *tile_cases(person("supervision").assignments.all()[0].area), *page_cases(issue), *writes(issue)]


@cache
def person(username: str) -> Person:
    """Whoever logs in so."""
    return Person.objects.get(username=username)


def map_cases() -> Iterator[Case]:
    """States, changes and places: of the county whose people log in, and of the whole territory if that is wider."""
    office, township = person("supervision"), person("township")
    county = office.assignments.all()[0].area
    cells = state_of(county, Level.GRID)
    yield Case("dashboard page", "/", office, holds='id="dashboard-config"')
    yield Case("state, cells of the county", cells, office)
    yield Case("state, cells of one township", cells, township)
    yield Case("state, townships of the county", state_of(county, Level.TOWNSHIP), office)
    yield Case("state, a visitor's", state_of(county, Level.TOWNSHIP))
    yield Case("state unchanged (304)", cells, office, revalidate=True)
    yield Case("state, changes since", changes_of(county), office, holds='"areas"')
    yield Case("key figures of the county", f"/figures/key/?area={county.code}", office)
    yield Case("areas table of the county", f"/table/?area={county.code}", office)
    yield Case("panel of a cell", f"/panel/{cell_in(county).code}/", office)
    yield Case("names of 1,024 cells", f"/map/areas/cell/{version_of(Level.GRID)}/{(cell_in(county).ordinal or 0) // BLOCK}.json")
    yield Case("issues in view", f"/map/issues.json?bbox={box_of(cell_in(county))}", township, holds="FeatureCollection")
    yield located("locate a cell", county)
    root = Area.objects.roots().without_boundary()[0]
    if root.pk != county.pk:
        yield from province_cases(root, person("province"))


def located(name: str, area: Area) -> Case:
    """Which cell a pin is in, of a phone that knows where it is to twelve metres: another pin each time."""
    paths = [path for _key, path in Area.objects.keys_within(area.path, Level.GRID)]
    some = random.Random(1).sample(paths, min(MOST_PINS, len(paths)))
    cells = list(Area.objects.current().with_paths(some).exclude(label_point=None))

    def pin(turn: int) -> str:
        point = cells[turn % len(cells)].label_point
        return f"/report/where/?by=pin&crs=wgs84&accuracy=12&lon={point.x:.6f}&lat={point.y:.6f}" if point else ""

    return Case(name, pin(0), holds='id="place"', cold=pin, colds=MOST_PINS)


def counted_anew(name: str, areas: list[Area], viewer: Person) -> Case:
    """Key figures of one area after another, each asked for the first time."""
    return Case(name, "", viewer, cold=lambda turn: f"/figures/key/?area={areas[turn % len(areas)].code}", colds=len(areas) // 3)


def province_cases(root: Area, leader: Person) -> Iterator[Case]:
    """The same of the whole of a territory that is wider than a county."""
    yield Case("dashboard page, whole", "/", leader, holds='id="dashboard-config"')
    yield Case("state, cells of the whole", state_of(root, Level.GRID), leader)
    yield Case("state, counties of the whole", state_of(root, Level.COUNTY), leader)
    yield Case("state of the whole unchanged (304)", state_of(root, Level.GRID), leader, revalidate=True)
    yield Case("state of the whole, changes since", changes_of(root), leader, holds='"areas"')
    yield Case("areas table of the whole", f"/table/?area={root.code}", leader)
    yield Case("key figures of the whole", f"/figures/key/?area={root.code}", leader)
    areas = Area.objects.current().under(root.path).without_boundary()
    yield counted_anew("key figures, another county each time", list(areas.of_level(Level.COUNTY)), leader)
    yield counted_anew("key figures, another township each time", list(areas.of_level(Level.TOWNSHIP)[:MOST_PINS]), leader)
    yield located("locate a cell of the whole", root)
    yield Case("cover page, whole", "/cover/", leader, holds="<table")
    yield Case("results", "/results/", holds='id="main"')


def page_cases(issue: Issue) -> Iterator[Case]:
    """The pages of lists and of one issue."""
    office, township, member = person("supervision"), person("township"), person("member")
    ended = Issue.objects.ended().under(township.assignments.all()[0].area.path).newest_first().first()
    yield Case("queue of a township", "/queue/", township, holds="data-row")
    yield Case("queue of a grid member", "/queue/", member, holds='id="queue"')
    yield Case("search", f"/search/?q={quote(issue.title[:2])}", township, holds='class="hit')
    yield Case("search of a whole sentence", f"/search/?q={quote(issue.title)}", township, holds='class="hit')
    yield Case("search of a number", f"/search/?q={issue.number}", township)
    yield Case("issue page", f"/issues/{issue.number}/", township, holds=f'data-number="{issue.number}"')
    if ended:  # where all are open, there is none
        yield Case("issue page, ended", f"/issues/{ended.number}/", township, holds=f'data-number="{ended.number}"')
    yield Case("red list", "/red/", office, holds='id="main"')
    yield Case("red list, those that left", "/red/?tab=left", office, holds='id="main"')
    yield Case("heat page", "/heat/", office, holds="heat__canvas")
    yield Case("cover page", "/cover/", person("organisation"), holds="<table")
    yield Case("figures page", "/figures/", office, holds="<table")
    yield Case("list behind a figure", "/figures/issues/?of=received", office, holds="<table")
    yield Case("list behind a figure, its last page", "/figures/issues/?of=received&page=1000000", office, holds="<table")
    yield Case("notices", "/notices/", township, holds='id="main"')
    yield Case("deliveries", "/deliveries/", person("admin"), holds="<table")
    yield Case("report page", "/report/", holds='name="uuid"')


def writes(issue: Issue) -> Iterator[Case]:
    """A report and a verb, through their forms."""
    yield Case("POST of a report", "/report/", person("member"), body=report_form)
    yield Case("POST of a verb (note)", f"/issues/{issue.number}/note/", person("township"), body=note_form)


@cache
def version_of(level: Level) -> int:
    """Of the geometry of the level."""
    return Layer.objects.get(level=level).version


def state_of(area: Area, level: Level) -> str:
    """The address of the state of all areas of the level in the area."""
    return f"/map/state/{slug(level)}/?county={area.path}&v={version_of(level)}"


def changes_of(area: Area) -> str:
    """The address of what has changed since before the latest change, so that one cell is told: of a map that is just behind."""
    cell = cell_in(area)
    stamp = state.stamp(area.path, now(), slot_s=SLOT_S)
    if stamp is None:
        raise ValueError("Redis does not answer.")
    state.announce([cell.path])
    return f"/map/delta/cell/?county={area.path}&v={version_of(Level.GRID)}&since={stamp}"


def cell_in(area: Area) -> Area:
    """A drawn cell of the area."""
    return Area.objects.cells().under(area.path).exclude(label_point=None).without_boundary()[0]


def box_of(cell: Area) -> str:
    """What a map shows that stands over the cell: west, south, east, north in degrees."""
    if cell.label_point is None:
        raise ValueError(f"{cell} has no label point.")
    x, y = cell.label_point.coords
    return f"{x - 0.05:.4f},{y - 0.03:.4f},{x + 0.05:.4f},{y + 0.03:.4f}"


def _open_issue(officer: Person) -> Issue:
    """An open issue in the person's area."""
    area = officer.assignments.all()[0].area
    return Issue.objects.open_in(area.path).newest_first()[0]


def report_form(turn: int) -> dict[str, str]:
    """A report at a random place of the territory, every one with a key of its own."""
    cell = random.Random(turn).choice(_cells())
    point = cell.label_point
    if point is None:
        raise ValueError(f"{cell} has no label point.")
    return {
        "uuid": str(uuid.uuid4()),
        "text": f"bench {turn}: the lamp at the crossing is out",
        "lon": f"{point.x:.6f}",
        "lat": f"{point.y:.6f}",
        "crs": "wgs84",
        "accuracy": "12",
        "danger": "no",
        "join": NOT_KNOWN,
    }


def note_form(turn: int) -> dict[str, str]:
    """A note on an issue, every one with words of its own."""
    return {"text": f"bench {turn}: the lamp is ordered"}


@cache
def _cells() -> tuple[Area, ...]:
    return tuple(Area.objects.cells().exclude(label_point=None).without_boundary()[:500])
