"""Timing an endpoint over HTTP, beside its bare SQL and beside a plain file of the same bytes, in the same run."""

from __future__ import annotations

import gzip
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.record import Figure
from bench.server import WARM_UP, Server, spread, timed
from representatives.models import Person

TOKEN = "b" * 32  # of the forms, in the cookie and in the field
SQL_TIMES = 50
_BRACKETS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
# What an endpoint may take: so many times its own statements run bare, or a plain file of the same bytes.
MOST_OF_SQL, MOST_OF_FILE = 2.0, 1.3


@dataclass(frozen=True)
class Case:
    """An address to ask. `body` makes the form of the n-th POST; None: a GET. `revalidate`: ask with the ETag of before.

    `cold`: makes the address of the n-th GET instead of `path`, each one such as was never asked for; there are `colds` of them.
    `family`: of the cases of one, the table shows the slowest alone. `holds`: what stands in every answer to a GET, so that a page of errors or of nothing is not taken for the real one.
    """

    name: str
    path: str
    person: Person | None = None
    revalidate: bool = False
    body: Callable[[int], dict[str, str]] | None = None
    cold: Callable[[int], str] | None = None
    colds: int = 0
    holds: str = ""
    family: str = ""

    @property
    def wanted(self) -> tuple[int, ...]:
        """The status that every answer must have: a form leads on, what is unchanged says so."""
        return (302, 303) if self.body else (304,) if self.revalidate else (200, 204) if self.cold else (200,)

    def at(self, turn: int) -> str:
        """The address of the n-th request."""
        return self.cold(turn) if self.cold else self.path


class WrongAnswer(Exception):
    """An address did not answer what it is measured for; the sentence says which and how."""


def file_of(number: int) -> str:
    """The address of the plain file that holds what the case sends."""
    return f"/bench-{number}.bin"


def lay_out(cases: list[Case], server: Server) -> None:
    """Put what each GET sends beside the site, before the server starts: it looks for its files once."""
    for number, case in enumerate(cases):
        if case.body is None and case.cold is None:
            answer = client_of(case).get(case.path, headers={"Accept-Encoding": "gzip"})
            (server.folder / file_of(number).lstrip("/")).write_bytes(b"".join(answer) if answer.streaming else answer.content)


def cookie_of(person: Person) -> str:
    """The cookie of a fresh session of that person."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def measure(case: Case, server: Server, *, number: int, times: int) -> Figure:
    """The case over HTTP, its SQL alone, and the file of its bytes: p50 in ms, with the bar that follows from the two."""
    times = min(times, case.colds) if case.cold else times
    asked = _Asked(case, server)
    p50, p95 = spread(timed(asked.once, times=times))
    sql, statements = (sql_of_write if case.body else cold_reads if case.cold else bare_reads)(case, times=min(times, SQL_TIMES))
    beside = {"p95_ms": p95, "sql_ms": sql, "statements": statements, "bytes": len(asked.content), "status": asked.status}
    bars = [MOST_OF_SQL * sql] if sql and not case.body else []
    if case.body is None and case.cold is None:
        beside["file_ms"] = _file(case, server, number, times)
        bars.append(MOST_OF_FILE * beside["file_ms"])
    return Figure(case.name, p50, "ms", bar=max(bars, default=None), beside=beside)


class _Asked:
    """Asks the case again and again over one connection; remembers what came last."""

    def __init__(self, case: Case, server: Server) -> None:
        self.case, self.wire = case, server.wire()
        cookies = [cookie_of(case.person)] if case.person else []
        self.headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join([*cookies, f"{settings.CSRF_COOKIE_NAME}={TOKEN}"])}
        self.content, self.status = b"", 0
        if case.revalidate:
            response, _content, _spent = self.wire.ask(case.path, self.headers)
            self.headers["If-None-Match"] = response.headers.get("ETag", "")

    def once(self, turn: int) -> float:
        """Seconds that the n-th request took. Raises WrongAnswer."""
        headers, body = self.headers, None
        if self.case.body is not None:
            body, kind = multipart({**self.case.body(turn), "csrfmiddlewaretoken": TOKEN})
            headers = {**headers, "Content-Type": kind}
        response, self.content, spent = self.wire.ask(self.case.at(turn), headers, body=body)
        self.status = response.status
        _check(self.case, response, self.content)
        return spent


def _file(case: Case, server: Server, number: int, times: int) -> float:
    """p50 of the plain file of the same bytes, asked with the same cookies, in ms; unchanged too where the case is."""
    wire, headers = server.wire(), dict(_Asked(case, server).headers)
    headers.pop("If-None-Match", None)
    response, _content, _spent = wire.ask(file_of(number), headers)
    if response.status != 200:
        raise WrongAnswer(f"{case.name}: its plain file answered {response.status}.")
    if case.revalidate:
        headers["If-None-Match"] = response.headers["ETag"]
    return spread(timed(lambda turn: wire.ask(file_of(number), headers)[2], times=times))[0]


def _check(case: Case, response: http.client.HTTPResponse, body: bytes) -> None:
    """Raises WrongAnswer if this is not what the case is about."""
    if response.status not in case.wanted:
        raise WrongAnswer(f"{case.name}: {case.path} answered {response.status} and not {case.wanted[0]}.")
    text = gzip.decompress(body) if response.headers.get("Content-Encoding") == "gzip" else body
    if case.holds and case.holds.encode() not in text:
        raise WrongAnswer(f"{case.name}: {case.path} answered {len(text)} bytes without “{case.holds}”.")


def multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    """The form's body and its content type."""
    edge = "gridgov-bench-boundary"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    return "".join([*parts, f"--{edge}--\r\n"]).encode(), f"multipart/form-data; boundary={edge}"


def client_of(case: Case) -> Client:
    client = Client(SERVER_NAME="localhost")
    if case.person:
        client.force_login(case.person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def reads_of(client: Client, path: str, etag: str = "") -> list[str]:
    """The statements that a GET runs, in their order, with their values: all but what begins and ends transactions."""
    with CaptureQueriesContext(connection) as seen:
        client.get(path, headers={"If-None-Match": etag} if etag else {})
    return [each["sql"] for each in seen.captured_queries if not each["sql"].startswith(_BRACKETS)]


def bare(statements: list[str]) -> float:
    """Seconds that these statements take on a bare cursor, with all their rows."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
    return time.perf_counter() - started


def bare_reads(case: Case, *, times: int) -> tuple[float, int]:
    """p50 of the statements that the GET runs, sent again on a bare cursor; and how many they are."""
    client = client_of(case)
    etag = client.get(case.path).headers.get("ETag", "") if case.revalidate else ""
    client.get(case.path)
    statements = reads_of(client, case.path, etag)
    if not statements:
        return 0.0, 0
    return spread(timed(lambda turn: bare(statements), times=times))[0], len(statements)


def cold_reads(case: Case, *, times: int) -> tuple[float, int]:
    """The same of a GET that makes something anew at each address: p50 over the addresses."""
    client = client_of(case)
    unasked = case.colds + WARM_UP  # behind those that were asked over HTTP just before, and may be kept since
    statements = [reads_of(client, case.at(unasked + turn)) for turn in range(times)]
    return spread([bare(each) for each in statements])[0], max(map(len, statements))


def sql_of_write(case: Case, *, times: int) -> tuple[float, int]:
    """p50 of the time that the POST's statements spend in the database, each time rolled back; and how many they are."""
    client, taken, statements = client_of(case), [], 0
    for turn in range(times):
        spent: list[float] = []
        with transaction.atomic(), in_database(spent):
            client.post(case.path, case.body(100_000 + turn) if case.body else {})
            transaction.set_rollback(True)
        taken.append(sum(spent))
        statements = len(spent)
    return spread(taken)[0], statements


@contextmanager
def in_database(spent: list[float]) -> Iterator[None]:
    """Append the seconds of every statement run within."""

    def wrapper(execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, object]) -> object:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(time.perf_counter() - started)

    with connection.execute_wrapper(wrapper):
        yield
