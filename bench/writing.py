"""`python -m bench.writing`: a report, and every verb, by the pages, beside the bare statements that write the same rows.

Stories (`bench/verb_stories.py`) are played through with many issues at once. Of each step some are posted over HTTP by one client,
some by eight at once, to a server as `bin/up` starts it that has done the step before; for the others the very rows that the POST
would write are written bare (`bench/bare.py`): prepared statements, one transaction, committed by the same database, by one
connection and by eight. All issues then stand alike, so the story goes on with all of them; at the end every chain is verified, the
bare ones too. The bar is three times these bare rows. Beside them stands what they take with all that the POST asks before it
writes (where it is, who may, is it known already …), prepared as well. Prints statements, p50 and throughput, and what a POST takes
while Redis (broker, cache, limits, maps) is up, refuses and hangs (`bench/without_redis.py`).

For a database with a demo in it that is thrown away afterwards, on a server that keeps what it commits (`fsync = on`).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings")
os.environ.setdefault("GRIDGOV_LOG_LEVEL", "ERROR")
os.environ.setdefault("GRIDGOV_EMAIL_URL", "dummymail://")  # so that requesters may choose messages; nothing is sent
os.environ["GRIDGOV_PROXIES"] = "1"  # each client says an address of its own: limits are not what is measured

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client as Tester  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from bench import record, without_redis  # noqa: E402
from bench.bare import Sender, Taken, send_all, taken_down  # noqa: E402
from bench.cast import Cast, Subject, cast_at  # noqa: E402
from bench.measure import WrongAnswer  # noqa: E402
from bench.posting import Client, Form, address, receipt_in, through  # noqa: E402
from bench.record import Figure  # noqa: E402
from bench.server import Server  # noqa: E402
from bench.verb_stories import BY_PROGRAM, STORIES, Step, missing  # noqa: E402
from issues import ledger  # noqa: E402
from issues.models import Event, Issue  # noqa: E402
from issues.terms import Verb  # noqa: E402

CLIENTS, PROCESSES = 8, 2
MOST_OF_BARE, MOST_STATEMENTS = 3.0, 15


@dataclass
class Measured:
    """What one step took: seconds of each POST, and of the same rows bare; and how many per second, by one and by eight."""

    label: str
    posted: list[float] = field(default_factory=list)
    posted_by_all: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    bare_by_all: list[float] = field(default_factory=list)
    bare_asking: list[float] = field(default_factory=list)
    rates: dict[str, list[float]] = field(default_factory=dict)
    in_database: list[float] = field(default_factory=list)
    statements: int = 0

    def figures(self) -> Iterator[Figure]:
        """p50 by one client and by eight, each with its bar, and the statements."""
        bare_ms, all_ms = 1000 * median(self.bare), 1000 * median(self.bare_by_all)
        asking = {"asking_ms": 1000 * median(self.bare_asking), "sql_ms": 1000 * median(self.in_database)}
        beside = {"bare_ms": bare_ms, **asking, **self._rates("one")}
        yield Figure(f"{self.label}, 1 client", 1000 * median(self.posted), "ms", bar=MOST_OF_BARE * bare_ms, beside=beside)
        yield Figure(
            f"{self.label}, {CLIENTS} clients", 1000 * median(self.posted_by_all), "ms", bar=MOST_OF_BARE * all_ms,
            beside={"bare_ms": all_ms, **self._rates("all")},
        )  # fmt: skip
        yield Figure(f"{self.label}, statements", self.statements, "statements", bar=MOST_STATEMENTS)

    def _rates(self, who: str) -> dict[str, float]:
        return {"per_s": median(self.rates[who]), "bare_per_s": median(self.rates[f"bare {who}"])}

    def line(self) -> str:
        bare, all_bare = 1000 * median(self.bare), 1000 * median(self.bare_by_all)
        mine, all_mine = 1000 * median(self.posted), 1000 * median(self.posted_by_all)
        return (
            f"{self.label:24} {self.statements:3} statements  {mine:6.1f} ms, bare {bare:5.1f} ({mine / bare:4.1f} ×), "
            f"with what it asks {1000 * median(self.bare_asking):5.1f}, "
            f"{self._rates('one')['per_s']:5.0f}/s   by {CLIENTS}: {all_mine:6.1f} ms, bare {all_bare:5.1f} "
            f"({all_mine / all_bare:4.1f} ×), {self._rates('all')['per_s']:5.0f}/s, bare {self._rates('all')['bare_per_s']:5.0f}/s"
        )


class Stage:
    """The server, everybody's connections to it and those past it, and what was measured."""

    def __init__(self, server: Server, cast: Cast, *, alone: int, together: int) -> None:
        self.server, self.cast, self.alone, self.together = server, cast, alone, together
        self.senders = [Sender() for _ in range(CLIENTS)]
        self.measured: dict[str, Measured] = {}
        self.issues: set[int] = set()
        self._clients: dict[tuple[str, int], Client] = {}
        self._testers: dict[str, Tester] = {}

    def client(self, step: Step, place: int) -> Client:
        key = (str(step.who), place)
        if key not in self._clients:
            self._clients[key] = Client(self.server, self.cast[step.who] if step.who else None)
        return self._clients[key]

    def tester(self, step: Step) -> Tester:
        """The same press within this process, where its statements can be seen."""
        if step.who not in self._testers:
            self._testers[step.who] = Tester(SERVER_NAME="localhost")
            if step.who:
                self._testers[step.who].force_login(self.cast[step.who], backend=settings.AUTHENTICATION_BACKENDS[-1])
        return self._testers[step.who]

    def play(self, steps: Sequence[Step]) -> None:
        """One story, with as many issues as are measured."""
        groups = [CLIENTS, self.alone, self.together, self.alone, self.together, self.alone]
        subjects: list[list[Subject]] = [[Subject(0, "", "") for _ in range(wanted)] for wanted in groups]
        for step in steps:
            if step.before:
                step.before(self.cast, [subject for group in subjects for subject in group])
            self._do(step, *subjects)
        self.issues.update(subject.issue_id for group in subjects for subject in group)

    def _do(self, step: Step, first: list[Subject], alone: list[Subject], together: list[Subject], *bare: list[Subject]) -> None:
        found = self.measured.setdefault(step.label, Measured(step.label))
        self._post(step, first, CLIENTS)  # so that both processes have done it before
        for name, group, clients, into in (
            ("one", alone, 1, found.posted), ("all", together, CLIENTS, found.posted_by_all),
        ):  # fmt: skip
            seconds, rate = self._post(step, group, clients)
            into += seconds
            found.rates.setdefault(name, []).append(rate)
        for group, (name, senders, into) in zip(bare, (
            ("bare one", self.senders[:1], found.bare), ("bare all", self.senders, found.bare_by_all),
            ("asking", self.senders[:1], found.bare_asking),
        ), strict=True):  # fmt: skip
            taken = [self._take_down(step, subject) for subject in group]
            sent = [each.asks_and_writes if name == "asking" else each.writes for each, _receipt in taken]
            seconds, rate = send_all(senders, sent)
            into += seconds
            found.rates.setdefault(name, []).append(rate)
            found.in_database += [each.in_database_s for each, _receipt in taken]
            found.statements = max(found.statements, *(each.statements for each, _receipt in taken))
            self._note(step, group, [receipt for _taken, receipt in taken])

    def _post(self, step: Step, group: list[Subject], clients: int) -> tuple[list[float], float]:
        """All of them over HTTP: how long each took (s), and how many per second."""
        forms = [Form(step.to(self.cast, subject), step.say(self.cast, subject)) for subject in group]
        answers, rate = through([self.client(step, place) for place in range(clients)], forms)
        self._note(step, group, [answer.receipt for answer in answers])
        return [answer.spent_s for answer in answers], rate

    def _take_down(self, step: Step, subject: Subject) -> tuple[Taken, str]:
        """What the press would write, and the receipt that it would give."""
        tester, form = self.tester(step), Form(step.to(self.cast, subject), step.say(self.cast, subject))
        with taken_down() as taken:
            answer = tester.post(form.path, dict(form.fields), headers={"X-Forwarded-For": address()})
        if answer.status_code not in (302, 303):
            raise WrongAnswer(f"{step.label}: {form.path} answered {answer.status_code}: {_said(answer.content)}")
        return taken, receipt_in(answer["Location"])

    def _note(self, step: Step, group: list[Subject], receipts: Sequence[str]) -> None:
        """Whoever reported first has the issue's receipt."""
        if step.verb == Verb.SUBMIT:
            group[:] = [Subject.of(receipt) for receipt in receipts]


def _said(content: bytes) -> str:
    text = content.decode(errors="replace")
    place = text.find("errorlist")
    return text[max(place, 0) :][:600]


def faults_of(issues: Sequence[int]) -> list[str]:
    """What is not whole of their ledgers, the bare ones among them."""
    chains = Issue.objects.filter(pk__in=issues).order_by("pk").values_list("pk", "number", "event_count", "head")
    events = Event.objects.filter(issue__in=issues).order_by("issue_id", "number").select_related("words")
    with ledger.snapshot():
        return [str(fault) for fault in ledger.verify(chains, events) if fault][:5]


def keeps_what_it_commits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') = 'on'")
        return bool(cursor.fetchone()[0])


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.writing", description=__doc__)
    options.add_argument("--alone", type=int, default=8, help="issues that one client posts, and as many bare (default 8)")
    options.add_argument("--together", type=int, default=16, help="issues that eight clients post, and as many bare (default 16)")
    options.add_argument("--story", action="append", default=[], help="only stories whose name holds this")
    options.add_argument("--no-redis", action="store_true", help="leave out what happens without Redis")
    record.add_options(options)
    given = options.parse_args()
    if absent := missing():
        print(f"No story does: {', '.join(absent)}")
        return 1
    print(f"The program's own, which nobody can post: {'; '.join(f'{verb} ({why})' for verb, why in BY_PROGRAM.items())}")
    if not keeps_what_it_commits():
        print(
            "This server does not wait for the disk (fsync or synchronous_commit is off): bare statements look cheaper than they are."
        )
    stage, figures = play_all(given), list[Figure]()
    for found in sorted(stage.measured.values(), key=lambda found: found.label):
        print(found.line())
        figures += found.figures()
    faults = faults_of(sorted(stage.issues))
    print("; ".join(faults) or f"every chain of {len(stage.issues):,} issues whole, the bare ones too")
    if not given.no_redis:
        figures += without_redis.figures()
    missed = [figure.name for figure in figures if figure.is_met is False]
    print(f"{sum(figure.is_met is True for figure in figures)} bars met, {len(missed)} missed")
    record.keep(
        given, "writing", figures, about={"issues": Issue.objects.count_up_to(1_000_000), "durable": str(keeps_what_it_commits())}
    )
    return 1 if faults else 0


def play_all(given: argparse.Namespace) -> Stage:
    with Server(PROCESSES) as server:
        stage = Stage(server, cast_at(now()), alone=given.alone, together=given.together)
        for name, steps in STORIES.items():
            if not given.story or any(asked in name for asked in given.story):
                stage.play(steps)
                print(f"  played: {name}", flush=True)
    return stage


if __name__ == "__main__":
    sys.exit(main())
