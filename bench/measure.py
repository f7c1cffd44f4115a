"""Timing over HTTP, and of the SQL alone."""

from __future__ import annotations

import gzip
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles
from types import TracebackType

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from representatives.models import Person

TOKEN = "b" * 32  # of the forms, in the cookie and in the field
WARM_UP = 5


@dataclass(frozen=True)
class Case:
    """An address to ask. `body` makes the form of the n-th POST; None: a GET. `revalidate`: ask with the ETag of before.

    `holds`: what stands in every answer to a GET, so that a page of errors or of nothing is not taken for the real one.
    """

    name: str
    path: str
    person: Person | None = None
    revalidate: bool = False
    body: Callable[[int], dict[str, str]] | None = None
    holds: str = ""

    @property
    def wanted(self) -> tuple[int, ...]:
        """The status that every answer must have: a form leads on, what is unchanged says so."""
        return (302, 303) if self.body else (304,) if self.revalidate else (200,)


class WrongAnswer(Exception):
    """An address did not answer what it is measured for; the sentence says which and how."""


@dataclass
class Figure:
    """What came out, in milliseconds; `sql_p50` is the endpoint's own statements run bare (0: there were none)."""

    name: str
    p50: float
    p95: float
    sql_p50: float
    statements: int
    bytes: int
    status: int


class Server:
    """The production server (granian, as `bin/up` starts it) on a free port."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def __enter__(self) -> Server:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--workers", "1", "--log-level", "warning", "gridgov.wsgi:application"])
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise RuntimeError("The server did not start within 10 seconds.")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.terminate()
        self.process.wait(10)


def cookie_of(person: Person) -> str:
    """The cookie of a fresh session of that person."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def spread(seconds: list[float]) -> tuple[float, float]:
    """p50 and p95, in milliseconds."""
    cuts = quantiles([1000 * each for each in seconds], n=20, method="inclusive")
    return cuts[9], cuts[18]


def measure(case: Case, server: Server, *, times: int) -> Figure:
    """The case over HTTP `times` times, after five to warm up, then its SQL alone."""
    wire = http.client.HTTPConnection("127.0.0.1", server.port)
    headers = {"Accept-Encoding": "gzip"}
    cookies = [cookie_of(case.person)] if case.person else []
    cookies.append(f"{settings.CSRF_COOKIE_NAME}={TOKEN}")
    headers["Cookie"] = "; ".join(cookies)
    taken: list[float] = []
    for turn in range(times + WARM_UP):
        started = time.perf_counter()
        response, body = _asked(wire, case, headers, turn)
        spent = time.perf_counter() - started
        if case.revalidate and (etag := response.headers["ETag"]):
            headers["If-None-Match"] = etag
        if turn >= WARM_UP:
            _check(case, response, body)
            taken.append(spent)
    p50, p95 = spread(taken)
    sql, statements = (bare_reads if case.body is None else sql_of_write)(case, times=min(times, 50))
    return Figure(case.name, p50, p95, sql, statements, len(body), response.status)


def _asked(
    wire: http.client.HTTPConnection, case: Case, headers: dict[str, str], turn: int
) -> tuple[http.client.HTTPResponse, bytes]:
    """The answer to one request, and its body as it came."""
    if case.body is None:
        wire.request("GET", case.path, headers=headers)
    else:
        content, kind = multipart({**case.body(turn), "csrfmiddlewaretoken": TOKEN})
        wire.request("POST", case.path, body=content, headers={**headers, "Content-Type": kind})
    response = wire.getresponse()
    return response, response.read()


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


def bare_reads(case: Case, *, times: int) -> tuple[float, int]:
    """p50 of the statements that the GET runs, sent again on a bare cursor; and how many they are."""
    client = client_of(case)
    etag = client.get(case.path).headers.get("ETag", "") if case.revalidate else ""
    client.get(case.path)
    with CaptureQueriesContext(connection) as seen:
        client.get(case.path, headers={"If-None-Match": etag} if etag else {})
    statements = [each["sql"] for each in seen.captured_queries if each["sql"].lstrip().upper().startswith(("SELECT", "WITH"))]
    if not statements:
        return 0.0, 0
    taken = []
    with connection.cursor() as cursor:
        for _ in range(times):
            started = time.perf_counter()
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()
            taken.append(time.perf_counter() - started)
    return spread(taken)[0], len(statements)


def sql_of_write(case: Case, *, times: int) -> tuple[float, int]:
    """p50 of the time that the POST's statements spend in the database, each time rolled back; and how many they are."""
    client, taken, statements = client_of(case), [], 0
    for turn in range(times):
        spent: list[float] = []
        with transaction.atomic(), timed(spent):
            client.post(case.path, case.body(100_000 + turn) if case.body else {})
            transaction.set_rollback(True)
        taken.append(sum(spent))
        statements = len(spent)
    return spread(taken)[0], statements


@contextmanager
def timed(spent: list[float]) -> Iterator[None]:
    """Append the seconds of every statement run within."""

    def wrapper(execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, object]) -> object:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(time.perf_counter() - started)

    with connection.execute_wrapper(wrapper):
        yield
