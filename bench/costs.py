"""python -m bench.costs - the processor time of every page, in Python and in PostgreSQL: what docs/scaling.md reckons with.

Time on the processor, not on the clock: what else runs on the machine changes it little. Of the database of `DATABASE_URL`, on this
machine and with a demo in it; without connection pool, so that one server process answers. GET only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from bench import record

TIMES = 12
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def backend() -> int:
    """The server process that answers us."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def spent_ms(process: int) -> float:
    """Processor time of that process since it began, in user and in system (proc(5))."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def figures() -> list[record.Figure]:
    """One for each GET of the bench: what Python takes, and beside it PostgreSQL."""
    from django.test import Client

    from bench.cases import cases

    found = []
    for case in cases():
        if case.body:
            continue
        client = Client()
        if case.person:
            client.force_login(case.person, backend="mapui.permissions.RoleBackend")
        first = client.get(case.at(0))
        headers = {"If-None-Match": first["ETag"]} if case.revalidate else {}
        server, took = backend(), []
        before = spent_ms(server)
        for turn in range(1, min(TIMES, case.colds or TIMES)):
            began = time.process_time()
            answer = client.get(case.at(turn), headers=headers)
            answer.getvalue()
            took.append((time.process_time() - began) * 1000)
            if answer.status_code not in case.wanted:
                raise SystemExit(f"{case.name}: status {answer.status_code} for {case.at(turn)}")
        in_postgres = (spent_ms(server) - before) / len(took)
        found.append(
            record.Figure(
                f"cpu: {case.name}", round(statistics.median(took), 1), "ms", beside={"postgres_ms": round(in_postgres, 1)}
            )
        )
        print(f"{found[-1].name}: {found[-1].value} ms in Python, {in_postgres:.1f} ms in PostgreSQL", flush=True)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.costs", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    record.add_options(parser)
    given = parser.parse_args(arguments)
    os.environ["GRIDGOV_DATABASE_POOL"] = "0"
    os.environ["GRIDGOV_DEBUG"] = "1"  # sources as they are: nothing waits for collectstatic
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.DEBUG = False  # but statements are not kept, as in production
    settings.ALLOWED_HOSTS = ["testserver"]
    from issues.models import Issue

    record.keep(given, "costs", figures(), about={"issues": Issue.objects.count(), "open": Issue.objects.unfinished().count()})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
