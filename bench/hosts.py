"""python -m bench.hosts - several hosts on one machine: what happens when one of them is cut off in the middle of its work.

As root: every “host” is a network namespace. `data` has PostgreSQL and Redis, `web` the site, `one` and `two` a worker and a
beat each. Issues that are long overdue wait; when both beats have called the sweep and both workers are at it, the cable of
`one` is pulled (`--how kill`: its power). Printed: how soon the other goes on, when the last issue has climbed, whether each
climbed once, and how the site answered meanwhile. Takes about four minutes: beats call once a minute.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench import record
from tests.ops import servers
from tests.ops.servers import ROOT, Cluster, kill_group, wait_for

NAME, BRIDGE = "gridgov", "gg-hosts"
HOSTS = {"data": 2, "web": 3, "one": 4, "two": 5}  # the last part of their addresses
BEGUN = 0.1  # the share of the issues that have climbed when the cable is pulled
servers.PATIENCE_S = 600


def address(host: str) -> str:
    return f"10.77.0.{HOSTS[host]}"


def ip(*arguments: str, check: bool = True) -> None:
    subprocess.run(["ip", *arguments], check=check, capture_output=not check)


def inside(host: str) -> list[str]:
    """The command that runs a program on that host."""
    return ["ip", "netns", "exec", f"gg-{host}"]


@contextmanager
def network() -> Iterator[None]:
    """A namespace for each host, all on one bridge; gone at the end."""
    tear_down()
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("addr", "add", "10.77.0.1/24", "dev", BRIDGE)
    ip("link", "set", BRIDGE, "up")
    try:
        for host in HOSTS:
            ip("netns", "add", f"gg-{host}")
            ip("link", "add", f"gg-{host}", "type", "veth", "peer", "name", "eth0", "netns", f"gg-{host}")
            ip("link", "set", f"gg-{host}", "master", BRIDGE, "up")
            ip("-n", f"gg-{host}", "addr", "add", f"{address(host)}/24", "dev", "eth0")
            for device in ("eth0", "lo"):
                ip("-n", f"gg-{host}", "link", "set", device, "up")
        yield
    finally:
        tear_down()


def tear_down() -> None:
    for host in HOSTS:
        ip("link", "del", f"gg-{host}", check=False)
        ip("netns", "del", f"gg-{host}", check=False)
    ip("link", "del", BRIDGE, check=False)


class Site:
    """The programs of the site, each on its host, and all of them gone at the end."""

    def __init__(self, place: Path, ends: ExitStack) -> None:
        self.place, self.ends = place, ends
        self.cluster = Cluster(place / "primary", listens=address("data"))
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.cluster.url(NAME, address("data")),
            "REDIS_URL": f"redis://{address('data')}:6379/0",
            "GRIDGOV_BROKER_URL": f"redis://{address('data')}:6379/1",
            "GRIDGOV_HOSTS": address("web"),
            "GRIDGOV_DEBUG": "1",
            "GRIDGOV_LOG_LEVEL": "WARNING",
        }
        self.running: dict[str, list[subprocess.Popen[bytes]]] = {host: [] for host in HOSTS}

    def start(self, host: str, *command: str) -> None:
        log = (self.place / f"{host}.log").open("ab")
        process = subprocess.Popen(
            [*inside(host), *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        self.running[host].append(process)
        self.ends.callback(kill_group, process)

    def start_data(self) -> None:
        """PostgreSQL with the tables, and Redis."""
        self.cluster.make()
        self.ends.enter_context(self.cluster.running(inside("data")))
        self.cluster.sql(f"CREATE DATABASE {NAME}")
        self.start(
            "data", "redis-server", "--bind", address("data"), "--protected-mode", "no", "--save", "", "--dir", str(self.place)
        )

    def start_web(self) -> None:
        self.start("web", sys.executable, "-m", "granian", "--interface", "wsgi", "--host", address("web"), "--port", "8000",
                   "--workers", "1", "--blocking-threads", "4", "gridgov.wsgi:application")  # fmt: skip

    def start_sweeping(self, host: str) -> None:
        celery = (sys.executable, "-m", "celery", "-A", "gridgov")
        self.start(host, *celery, "worker", "--pool", "solo", "--hostname", f"{host}@%h", "--without-mingle", "--without-gossip")
        self.start(host, *celery, "beat", "--schedule", str(self.place / f"beat-{host}"), "--pidfile=")

    def lose(self, host: str, how: str) -> None:
        """Its cable is pulled: nobody is told, and what it has locked stays locked for now. Or its power is cut."""
        if how == "cut":
            ip("link", "set", f"gg-{host}", "down")
        else:
            for process in self.running[host]:
                kill_group(process)


class Watcher(threading.Thread):
    """Asks the site for /healthz again and again; how long each answer took (s), and how many did not come."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.took: list[float] = []
        self.missed = 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.2):
            began = time.monotonic()
            try:
                with urlopen(f"http://{address('web')}:8000/healthz", timeout=10) as answer:
                    answer.read()
                self.took.append(time.monotonic() - began)
            except (URLError, OSError):
                self.missed += 1

    def end(self) -> None:
        self._over.set()
        self.join()


def late(issues: int) -> None:
    """Green issues, acknowledged in 2024 and long overdue today: the first sweep must pass every one of them up."""
    from tests.issues import factories as make

    county = make.county()
    for _ in range(issues):
        make.in_hand(county, make.MONDAY)


def climbed() -> int:
    from issues.models import Event
    from issues.terms import Verb

    return Event.objects.filter(verb=Verb.ESCALATE).count()


def faults(issues: int) -> dict[str, float]:
    """What must not be: issues that climbed more than once, that did not, and breaks in the ledger."""
    from django.db.models import Count

    from issues import ledger
    from issues.models import Event
    from issues.terms import Verb

    per_issue = Event.objects.filter(verb=Verb.ESCALATE).values("issue").annotate(times=Count("pk"))
    return {
        "twice": per_issue.filter(times__gt=1).count(),
        "never": issues - per_issue.count(),
        "breaks": len([fault for fault in ledger.verify_all()[1] if fault]),
    }


def measure(site: Site, issues: int, how: str) -> list[record.Figure]:
    """Sweep, lose a host, and see."""
    watcher = Watcher()
    wait_for(lambda: climbed() > 0, "the first climb")
    watcher.start()
    began = time.monotonic()
    wait_for(lambda: climbed() >= BEGUN * issues, "the sweep")
    site.lose("one", how)
    lost, had = time.monotonic(), climbed()
    print(f"host “one” is lost ({how}) after {had} of {issues}, {lost - began:.1f} s after the first climb")
    wait_for(lambda: climbed() > had + 2, "the other host")  # two more may have been on their way
    on = time.monotonic() - lost
    wait_for(lambda: climbed() >= issues, "the last climb")
    done = time.monotonic() - lost
    watcher.end()
    wrong = faults(issues)
    took = sorted(watcher.took)
    name = f"hosts: {how}, "
    return [
        # At the latest when its own beat calls: once a minute.
        record.Figure(name + "the other goes on", round(on, 2), "s", bar=65.0),
        record.Figure(name + "all have climbed", round(done, 1), "s", bar=240.0, beside={"issues": issues, **wrong}),
        record.Figure(name + "climbed other than once", wrong["twice"] + wrong["never"] + wrong["breaks"], "issues", bar=0.0),
        record.Figure(
            name + "the site answers, p95", round(took[int(len(took) * 0.95)] * 1000, 1), "ms",
            beside={"answers": len(took), "missed": watcher.missed, "slowest_ms": round(took[-1] * 1000, 1)},
        ),
    ]  # fmt: skip


def run(issues: int, how: str) -> list[record.Figure]:
    with servers.directory() as place, network(), ExitStack() as ends:
        site = Site(place, ends)
        site.start_data()
        os.environ.update({name: site.environment[name] for name in ("REDIS_URL", "GRIDGOV_BROKER_URL")})
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
        os.environ["DATABASE_URL"] = site.cluster.url(NAME)
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        print(f"{issues} issues are made …", flush=True)
        late(issues)
        site.start_web()
        for host in ("one", "two"):
            site.start_sweeping(host)
        print("all hosts run; the beats call in a minute", flush=True)
        try:
            return measure(site, issues, how)
        finally:
            connections.close_all()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.hosts", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--issues", type=int, default=600, help="how many are overdue (600)")
    parser.add_argument("--how", choices=("cut", "kill"), default="cut", help="how the host is lost: its cable, or its power")
    record.add_options(parser)
    given = parser.parse_args(arguments)
    if os.geteuid() or not shutil.which("ip") or not servers.POSTGRES.exists():
        print("Skipped: network namespaces need root, and `ip` and PostgreSQL's programs must be installed.")
        return 0
    figures = run(given.issues, given.how)
    for figure in figures:
        print(f"{figure.name}: {figure.value:g} {figure.unit} {figure.verdict} {figure.beside or ''}")
    record.keep(given, "hosts", figures, about={"issues": given.issues, "how": given.how})
    return 0 if all(figure.is_met is not False for figure in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
