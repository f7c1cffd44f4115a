"""`python -m bench.importing`: history by the hundred thousand, through `import_issues` as an administrator runs it.

Writes a CSV of invented cases of the loaded demo county (seeded; nine of ten have ended, all have a point) with a mapping, and
imports it with a ledger. Prints issues per second, of which how long the search for recurrences took, and the memory near the
beginning and at the end; then verifies the chains of what was imported. For a database that is thrown away afterwards.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "WARNING")

import django

django.setup()

from django.db.models import Count  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from bench import record  # noqa: E402
from bench.crowd import stories  # noqa: E402
from bench.record import Figure  # noqa: E402
from demo.reports import Story  # noqa: E402
from issues import ledger  # noqa: E402
from issues.importing import import_issues, load_mapping  # noqa: E402
from issues.models import Event, Issue, Submission  # noqa: E402

BAR = 5000.0
OPEN_SHARE = 0.1
HEADER = ("id", "when", "ended", "status", "category", "text", "place", "lon", "lat", "done")


def write_file(folder: Path, wanted: int, source: str) -> tuple[Path, Path]:
    """The CSV and its mapping."""
    table, mapping = folder / "history.csv", folder / "mapping.toml"
    with table.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        out.writerows(rows(wanted))
    mapping.write_text(
        f'source = "{source}"\ntime_zone = "Asia/Shanghai"\n[columns]\nid = "id"\nreported = "when"\nclosed = "ended"\n'
        'status = "status"\ncategory = "category"\ntext = "text"\nplace = "place"\nlon = "lon"\nlat = "lat"\nresolution = "done"\n'
        '[status]\nopen = "in_progress"\nclosed = "closed"\n'
    )
    return table, mapping


def rows(wanted: int) -> Iterator[tuple[object, ...]]:
    rng = random.Random(5)
    for number, story in enumerate(stories(wanted, now() - timedelta(days=30), 5), 1):
        is_open = rng.random() < OPEN_SHARE
        ended = "" if is_open else _ended(story, rng).isoformat()
        done = "" if is_open or not story.done else story.done[0]
        place = (round(story.point.x, 6), round(story.point.y, 6))
        yield number, story.at.isoformat(), ended, "open" if is_open else "closed", story.category, story.text, "", *place, done


def _ended(story: Story, rng: random.Random) -> datetime:
    return story.at + timedelta(hours=rng.uniform(2, 600))


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    options.add_argument("wanted", type=int, nargs="?", default=100_000, help="cases to import (default 100,000)")
    record.add_options(options)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = f"bench-{uuid4().hex[:8]}"
        table, mapping = write_file(Path(folder), given.wanted, source)
        figures = measure(table, mapping, given.wanted)
    faults = faults_of(source, given.wanted)
    print("; ".join(faults) or "every case there once, every chain whole")
    record.keep(given, "importing", figures, about={"wanted": given.wanted, "issues": Issue.objects.count_up_to(1_000_000)})
    return 1 if faults else 0


def measure(table: Path, mapping: Path, wanted: int) -> list[Figure]:
    """Import it, and say how quickly."""
    memory: list[float] = []
    started, used = time.perf_counter(), time.process_time()
    last = started

    def seen(_rows: int) -> None:
        nonlocal last
        last = time.perf_counter()
        memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    result = import_issues(table, load_mapping(mapping), at=now(), rejects=table.with_suffix(".rejects"), progress=seen)
    ended, used = time.perf_counter(), time.process_time() - used
    beside = {"rows": result.written, "python_us": 1e6 * used / wanted, "recurrences_s": ended - last, "in_all_s": ended - started}
    rate, early = result.written / (ended - started), memory[len(memory) // 5]
    print(
        f"{result.written:,} issues, {rate:,.0f}/s with recurrences, {result.written / (last - started):,.0f}/s without; {beside}"
    )
    return [
        Figure("bulk import, with recurrences", rate, "issues/s", better="higher", bar=BAR, beside=beside),
        Figure("bulk import", result.written / (last - started), "issues/s", better="higher", bar=BAR),
        Figure("memory of the import", memory[-1], "MB", bar=1.1 * early, beside={"early_mb": early}),
    ]


def faults_of(source: str, wanted: int) -> list[str]:
    """What is not as it must be of what was imported."""
    issues = Issue.objects.filter(source=source)
    found = [] if issues.count() == wanted else [f"{issues.count():,} issues of {wanted:,} cases"]
    if Submission.objects.filter(issue__source=source).values("issue").annotate(n=Count("pk")).exclude(n=1).exists():
        found.append("an issue with more than one report")
    events = Event.objects.filter(issue__source=source).order_by("issue_id", "number").select_related("words")
    chains = issues.order_by("pk").values_list("pk", "number", "event_count", "head")
    with ledger.snapshot():
        broken = [fault for fault in ledger.verify(chains.iterator(2000), events.iterator(2000)) if fault]
    return [*found, *(str(fault) for fault in broken[:3])]


if __name__ == "__main__":
    sys.exit(main())
