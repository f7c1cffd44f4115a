"""Forms that are sent over HTTP while something is measured: at a steady pace, or from many clients as fast as they are taken."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from bench.cases import report_form
from bench.measure import TOKEN, WrongAnswer, cookie_of
from bench.server import Server
from representatives.models import Person

PACE_S = 0.25
IDLE_S = 5.0
_turns = itertools.count(1)


@dataclass(frozen=True)
class Form:
    """Where it is sent, and what stands in it: texts, lists of them, files."""

    path: str
    fields: Mapping[str, object]


@dataclass(frozen=True)
class Answer:
    """How long it took until the form was taken (s), and where the answer leads."""

    spent_s: float
    location: str

    @property
    def receipt(self) -> str:
        """The receipt code, if it leads to the page for whoever holds one; else empty."""
        return receipt_in(self.location)


class Client:
    """One kept-alive connection of somebody who is logged in, or of anybody."""

    def __init__(self, server: Server, person: Person | None) -> None:
        self.wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        cookies = [cookie_of(person)] if person else []
        self._used_at = 0.0
        self.headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join([*cookies, f"{settings.CSRF_COOKIE_NAME}={TOKEN}"])}

    def send(self, form: Form) -> Answer:
        """Until the form was taken. Raises WrongAnswer if it was not."""
        content, kind = encoded({**form.fields, "csrfmiddlewaretoken": TOKEN})
        headers = {**self.headers, "Content-Type": kind, "X-Forwarded-For": address()}
        self._open_anew()
        started = time.perf_counter()
        self.wire.request("POST", form.path, body=content, headers=headers)
        response = self.wire.getresponse()
        said = response.read()
        self._used_at = time.perf_counter()
        spent = self._used_at - started
        if response.status not in (302, 303):
            raise WrongAnswer(f"{form.path} answered {response.status}: {said[:300]!r}")
        return Answer(spent, response.headers.get("Location", ""))

    def _open_anew(self) -> None:
        """A connection that lay idle for long may have been closed by the server meanwhile."""
        if time.perf_counter() - self._used_at > IDLE_S:
            self.wire.close()
            self.wire.connect()


def encoded(fields: Mapping[str, object]) -> tuple[bytes, str]:
    """The body of the form, and its content type."""
    told: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    return encode_multipart(BOUNDARY, told), MULTIPART_CONTENT


def address() -> str:
    """An address that nobody had before, for servers that believe one proxy (`GRIDGOV_PROXIES`)."""
    turn = next(_turns)
    return f"10.{turn >> 16 & 255}.{turn >> 8 & 255}.{turn & 255}"


def receipt_in(location: str) -> str:
    """The receipt code in the address of a tracking page; empty in any other."""
    return location.partition("/t/")[2].partition("/")[0].replace("-", "") if "/t/" in location else ""


def member() -> Person:
    """The grid member of the demo, who reports for others."""
    return Person.objects.get(username="member")


def next_report() -> Form:
    """A report that nobody sent before, and that is said to be none of what is known near by."""
    return Form("/report/", report_form(next(_turns)))


class Posting:
    """One report every quarter of a second, in a thread, between `begin` and `end`."""

    def __init__(self, server: Server) -> None:
        self.client = Client(server, member())
        for _ in range(5):
            self.client.send(next_report())

    def begin(self) -> None:
        self._taken: list[float] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self) -> None:
        while not self._stopped.is_set():
            self._taken.append(self.client.send(next_report()).spent_s)
            self._stopped.wait(PACE_S)

    def end(self) -> list[float]:
        """How long each took, in seconds."""
        self._stopped.set()
        self._thread.join()
        return self._taken


def through(clients: Sequence[Client], forms: Sequence[Form]) -> tuple[list[Answer], float]:
    """Send them, shared out among the clients, each client one after the other: the answers in order, and how many per second."""
    gate = threading.Barrier(len(clients) + 1)

    def send(place: int) -> list[Answer]:
        gate.wait()
        return [clients[place].send(form) for form in forms[place :: len(clients)]]

    with ThreadPoolExecutor(len(clients)) as pool:
        sent = [pool.submit(send, place) for place in range(len(clients))]
        gate.wait()
        started = time.perf_counter()
        shares = [each.result() for each in sent]
        rate = len(forms) / (time.perf_counter() - started)
    return [shares[place % len(clients)][place // len(clients)] for place in range(len(forms))], rate
