"""Pages on a real streaming replica: who reads where, while it follows, while it stands still, and when it is gone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from types import MappingProxyType
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from django.db import connection

from gridgov.routing import COOKIE
from tests.ops import servers
from tests.ops.servers import ROOT, Cluster, wait_for
from tests.ops.test_variables import COMPLETE

pytestmark = pytest.mark.skipif(
    not servers.POSTGRES.exists(), reason="PostgreSQL's programs are not installed (Debian: postgresql)"
)

NAME = "gridgov"
DRAW = "import django; django.setup(); from tests.drawing import draw_cells; print(draw_cells('A B')['A'].code)"
PAUSE, RESUME = "SELECT pg_wal_replay_pause()", "SELECT pg_wal_replay_resume()"
FOR_EVER_S, SHORT_S = "900", "0.5"


@dataclass
class Site:
    """A web server of the site, and what it has logged."""

    address: str
    log: Path

    def says(self, words: str) -> bool:
        return words in self.log.read_text()


@dataclass
class Visitor:
    """A browser: keeps its cookies."""

    site: Site
    cookies: CookieJar = field(default_factory=CookieJar)

    def sees(self, code: str) -> str:
        """The name on the contact card of that cell."""
        page = self.get(f"/cells/{code}/")
        found = re.search(r'<h1 class="card__name">([^<]*)</h1>', page)
        assert found
        return found[1]

    def get(self, path: str) -> str:
        return self._open(path)

    def write(self) -> None:
        """Send a form, as anybody may: the size of the text."""
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken") or ""
        self._open("/size/", b"size=2&next=/t/", {"X-CSRFToken": token})
        assert COOKIE in {cookie.name for cookie in self.cookies}

    def _open(self, path: str, body: bytes | None = None, headers: Mapping[str, str] = MappingProxyType({})) -> str:
        request = Request(self.site.address + path, body, dict(headers))  # noqa: S310 - our own server
        with build_opener(HTTPCookieProcessor(self.cookies)).open(request, timeout=servers.PATIENCE_S) as answer:
            return str(answer.read().decode())


@dataclass
class Town:
    """The databases, and one cell in them."""

    primary: Cluster
    standby: Cluster
    cell: str
    place: Path

    def rename(self, name: str) -> None:
        self.primary.sql(f"UPDATE grids_area SET name = '{name}' WHERE code = '{self.cell}'", NAME)  # noqa: S608

    def catch_up(self) -> None:
        reached = self.primary.sql("SELECT pg_current_wal_lsn()")
        wait_for(lambda: self.standby.sql(f"SELECT pg_last_wal_replay_lsn() >= '{reached}'") == "t", "the standby")

    def statements(self, cluster: Cluster) -> int:
        """How many statements about the site's tables that server has logged."""
        log = (self.place / f"{cluster.place.name}.log").read_text()
        return len(re.findall(r'(?:statement|execute [^:]*): SELECT [^\n]*"(?:grids|issues|representatives)_', log))


@pytest.fixture(scope="module")
def town(django_db_setup: None) -> Iterator[tuple[Town, ExitStack]]:
    """A primary with the site's tables and a drawn town, and a standby that streams from it (ended by closing the stack)."""
    with servers.directory() as place:
        primary, standby = Cluster(place / "primary"), Cluster(place / "standby")
        primary.make()
        with (primary.data / "postgresql.conf").open("a") as file:
            file.write("log_statement = all\n")
        with primary.running(), ExitStack() as ends:
            primary.sql(f"CREATE DATABASE {NAME}")
            copy_tables(primary)
            drawn = subprocess.run([sys.executable, "-c", DRAW], cwd=ROOT, env=environment(primary), capture_output=True, text=True)
            assert drawn.returncode == 0, drawn.stderr
            standby.follow(primary)
            ends.enter_context(standby.running())
            yield Town(primary, standby, drawn.stdout.split()[-1], place), ends


def environment(primary: Cluster, **more: str) -> dict[str, str]:
    # Sources are served as they are: nothing here waits for collectstatic.
    given = {name: value for name, value in os.environ.items() if name.startswith(("PATH", "REDIS_", "GRIDGOV_", "LANG"))}
    django = {"DJANGO_SETTINGS_MODULE": "gridgov.settings", "DATABASE_URL": primary.url(NAME), "GRIDGOV_DEBUG": "1"}
    return {**COMPLETE, **given, **django, "GRIDGOV_MODE": "demo", **more}


def copy_tables(to: Cluster) -> None:
    """The tables of the test database, with what migrations put into them."""
    base = connection.settings_dict
    who = ["-h", base["HOST"], "-p", str(base["PORT"] or 5432), "-U", base["USER"]]
    dump = [servers.POSTGRES / "pg_dump", "--no-owner", "--no-privileges", *who, base["NAME"]]
    load = ["psql", "-h", str(to.place), "-U", "postgres", "-d", NAME, "-Xq", "-v", "ON_ERROR_STOP=1", "--single-transaction"]
    said = subprocess.run(dump, env={**os.environ, "PGPASSWORD": base["PASSWORD"]}, check=True, capture_output=True)
    subprocess.run(load, input=said.stdout, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def site(town: Town, *, lag_s: str) -> Iterator[Site]:
    """A web server with the replica, once it reads from it."""
    port = servers.free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1",
               "--blocking-threads", "2", "gridgov.wsgi:application"]  # fmt: skip
    log = town.place / f"web-{port}.log"
    given = environment(town.primary, DATABASE_REPLICA_URLS=town.standby.url(NAME), GRIDGOV_REPLICA_LAG=lag_s)
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=out, stderr=out, start_new_session=True)
    try:
        running = Site(f"http://127.0.0.1:{port}", log)
        wait_for(lambda: process.poll() is not None or running.says("Started worker"), "the web server")
        Visitor(running).get(f"/cells/{town.cell}/")  # somebody must ask before it looks for replicas
        wait_for(lambda: running.says("The database replica1 is read from."), "the replica")
        yield running
    finally:
        servers.kill_group(process)


def test_replica_when_it_stands_still_shows_the_old_and_who_wrote_finds_what_they_wrote(town):
    here, _ends = town
    with site(here, lag_s=FOR_EVER_S) as web:
        here.rename("Before")
        here.catch_up()
        writer, reader = Visitor(web), Visitor(web)
        here.standby.sql(PAUSE)
        here.rename("After")

        assert (reader.sees(here.cell), writer.sees(here.cell)) == ("Before", "Before")
        writer.write()
        assert (reader.sees(here.cell), writer.sees(here.cell)) == ("Before", "After")
        here.standby.sql(RESUME)
        here.catch_up()
        assert reader.sees(here.cell) == "After"


def test_page_when_it_reads_from_the_replica_takes_as_many_statements_as_from_the_primary(town):
    here, _ends = town

    def counted(visitor: Visitor) -> tuple[int, int]:
        before = [here.statements(each) for each in (here.primary, here.standby)]
        visitor.sees(here.cell)
        return tuple(here.statements(each) - was for each, was in zip((here.primary, here.standby), before, strict=True))

    with site(here, lag_s=FOR_EVER_S) as web:
        visitor = Visitor(web)
        visitor.sees(here.cell)  # warm
        there = counted(visitor)
        visitor.write()
        home = counted(visitor)

    assert there[1] > 0
    assert home[1] == 0
    assert sum(there) == sum(home)


def test_replica_when_it_lags_or_is_gone_is_left_alone_with_a_sentence_and_the_page_comes_all_the_same(town):
    here, ends = town
    with site(here, lag_s=SHORT_S) as web, site(here, lag_s=FOR_EVER_S) as patient:
        here.standby.sql(PAUSE)
        here.rename("Newest")
        wait_for(
            lambda: web.says("The database replica1 is not read from, the primary is: it lags more than 0.5 s."), "the sentence"
        )
        assert Visitor(web).sees(here.cell) == "Newest"
        here.standby.sql(RESUME)
        wait_for(lambda: web.log.read_text().count("The database replica1 is read from.") == 2, "the replica")

        here.rename("Last")
        ends.close()
        assert [Visitor(each).sees(here.cell) for each in (web, patient)] == ["Last", "Last"]
        wait_for(
            lambda: patient.says("The database replica1 is not read from, the primary is: it does not answer ("), "the sentence"
        )
        assert not patient.says("Internal Server Error")
