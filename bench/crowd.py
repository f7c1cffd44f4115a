"""`python -m bench.crowd 100000`: fills the loaded territory with open issues by COPY, for figures at size.

Rows are what the verbs would have left (`demo/crowd.py`); texts are the demo's. Nobody is told anything. Meant for a database that
is thrown away afterwards. A whole province with its history: `manage.py make_province`.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.utils.timezone import localtime, now  # noqa: E402

from demo.crowd import OWNER, Crowd, Rows, Stage  # noqa: E402
from demo.reports import Story, Storyteller  # noqa: E402
from grids.levels import Level  # noqa: E402
from grids.models import Area, paths_above  # noqa: E402
from issues import policy  # noqa: E402
from issues.importing.bulk import in_batches, next_ids, next_keys  # noqa: E402
from issues.models import Category, Issue  # noqa: E402
from issues.writing.numbers import ISSUE  # noqa: E402
from representatives.models import Assignment, Person, Unit  # noqa: E402
from representatives.roles import Role  # noqa: E402

BATCH = 4000
SPAN = timedelta(days=60)


def stage_of(at: datetime) -> Stage:
    """Whoever is posted in the territory, and its departments."""
    units = list(Unit.objects.filter(kind=Unit.Kind.DEPARTMENT))
    posted = Assignment.objects.active(at).in_role(*OWNER.values()).select_related("person", "area").defer("area__boundary")
    posts = {(post.role, post.area.path): post.person for post in posted}
    office: Person = next(person for (role, _path), person in posts.items() if role == Role.SUPERVISION_OFFICE)

    def holder(level: Level, path: str) -> Person:
        """Tens of thousands of cells have one representative for a few of them: whoever is posted nearest above."""
        near = (posts.get((OWNER[level], above)) for above in reversed(paths_above(path)))
        return next((person for person in near if person), office)

    return Stage(
        at=at,
        policy=policy.in_force(at),
        categories={category.code: category for category in Category.objects.all()},
        holder=holder,
        units=lambda path: units,
        office=lambda path: office,
    )


def stories(wanted: int, at: datetime, seed: int) -> Iterator[Story]:
    """That many reports of the last weeks, oldest first."""
    cells = list(Area.objects.cells().drawn())
    teller = Storyteller(Path(settings.BASE_DIR) / "fixtures" / "bairin" / "reports.toml", cells, seed=seed)
    return teller.year(localtime(at), days=SPAN.days, stories=wanted)


def rows_of(crowd: Crowd, told: Sequence[Story]) -> Rows:
    """Their rows, with keys and numbers from the database."""
    made = Rows()
    for story, key, number in zip(told, next_keys(Issue, len(told)), next_ids(ISSUE, len(told)), strict=True):
        crowd.add(made, story, key, number)
    return made


def fresh_keys(rows: Sequence[models.Model]) -> Iterable[int]:
    return next_keys(type(rows[0]), len(rows))


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    options.add_argument("wanted", type=int, nargs="?", default=100_000, help="open issues to add (default 100,000)")
    given = options.parse_args()
    at, started, written = now(), time.perf_counter(), 0
    seed = next_ids(ISSUE, 1)[0]  # another crowd each time, or its receipts would be there already
    crowd = Crowd(stage_of(at), Random(seed))
    for batch in in_batches(stories(given.wanted, at, seed), BATCH):
        with transaction.atomic():
            rows_of(crowd, batch).write(fresh_keys)
        written += len(batch)
        print(f"{written:,} issues, {time.perf_counter() - started:.0f} s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main()
