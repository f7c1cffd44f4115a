"""What is asked, of whichever demo is loaded: by the officers who ask it, and by a resident who reports."""

from __future__ import annotations

import random
import uuid
from math import asinh, pi, radians, tan
from urllib.parse import quote

from django.utils.timezone import now

from bench.measure import Case
from grids.levels import Level
from grids.models import Area, Layer
from issues import state
from issues.api import SLOT_S
from issues.models import Issue
from representatives.models import Person


def cases() -> list[Case]:
    """The addresses, with real areas and issues of the loaded territory in them."""
    office = Person.objects.get(username="supervision")
    township = Person.objects.get(username="township")
    member = Person.objects.get(username="member")
    layer = Layer.objects.get(level=Level.GRID)
    root = Area.objects.roots()[0]
    cell_state = f"/map/state/cell/?county={root.path}&v={layer.version}"
    townships = Layer.objects.get(level=Level.TOWNSHIP)
    z, x, y = tile_of(Area.objects.cells().exclude(label_point=None)[0], zoom=12)
    issue = _open_issue(township)
    return [
        Case("dashboard page", "/", office, holds='id="dashboard-config"'),
        Case("dashboard state, all cells", cell_state, office),
        Case("dashboard state, one township", cell_state, township),
        Case("dashboard state, townships", f"/map/state/township/?county={root.path}&v={townships.version}", office),
        Case("dashboard state, a visitor's", f"/map/state/township/?county={root.path}&v={townships.version}"),
        Case("state unchanged (304)", cell_state, office, revalidate=True),
        Case(
            "state, changes since",
            f"/map/delta/cell/?county={root.path}&v={layer.version}&since={_stamp_before(root)}",
            office,
            holds='"areas"',
        ),
        Case("cell tile, cached", f"/map/tiles/cell/{layer.version}/{z}/{x}/{y}.mvt"),
        Case("queue of a township", "/queue/", township, holds="data-row"),
        Case("queue of a grid member", "/queue/", member, holds='id="queue"'),
        Case("search", f"/search/?q={quote(issue.title[:2])}", township, holds='class="hit'),
        Case("issue page", f"/issues/{issue.number}/", township, holds=f'data-number="{issue.number}"'),
        Case("red list", "/red/", office, holds='aria-current="true"'),
        Case("heat page", "/heat/", office, holds="heat__canvas"),
        Case("cover page", "/cover/", Person.objects.get(username="organisation"), holds="<table"),
        Case("figures page", "/figures/", office, holds="<table"),
        Case("list behind a figure", "/figures/issues/?of=received", office, holds="<table"),
        Case("notices", "/notices/", township, holds='id="main"'),
        Case("deliveries", "/deliveries/", Person.objects.get(username="admin"), holds="<table"),
        Case("report page", "/report/", holds='name="uuid"'),
        Case("POST of a report", "/report/", member, body=report_form),
        Case("POST of a verb (note)", f"/issues/{issue.number}/note/", township, body=note_form),
    ]


def _stamp_before(root: Area) -> state.Stamp:
    """A stamp from before the latest change, so that one changed area is told: the address of a map that is just behind."""
    cell = Area.objects.cells().under(root.path).without_boundary()[0]
    stamp = state.stamp(root.path, now(), slot_s=SLOT_S)
    if stamp is None:
        raise ValueError("Redis does not answer.")
    state.announce([cell.path])
    return stamp


def _open_issue(person: Person) -> Issue:
    """An open issue in the person's area."""
    area = person.assignments.all()[0].area
    return Issue.objects.unfinished().under(area.path)[0]


def tile_of(area: Area, *, zoom: int) -> tuple[int, int, int]:
    """The tile (z, x, y; Web Mercator) in which the area's label stands."""
    point = area.label_point
    if point is None:
        raise ValueError(f"{area} has no label point.")
    across = 2**zoom
    return zoom, int((point.x + 180) / 360 * across), int((1 - asinh(tan(radians(point.y))) / pi) / 2 * across)


def report_form(turn: int) -> dict[str, str]:
    """A report at a random place of the territory, every one with a key of its own."""
    rng = random.Random(turn)
    cell = rng.choice(_cells())
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
    }


def note_form(turn: int) -> dict[str, str]:
    """A note on an issue, every one with words of its own."""
    return {"text": f"bench {turn}: the lamp is ordered"}


def _cells() -> list[Area]:
    if not _CELLS:
        _CELLS.extend(Area.objects.cells().exclude(label_point=None).defer("boundary")[:500])
    return _CELLS


_CELLS: list[Area] = []
