"""Reports that come in over HTTP while something is measured: at a steady pace, or from many clients as fast as they are taken."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from bench.cases import report_form
from bench.measure import TOKEN, WrongAnswer, cookie_of, multipart
from bench.server import Server
from mapui.report_form import NOT_KNOWN
from representatives.models import Person

PACE_S = 0.25
Form = tuple[str, dict[str, str]]  # the address, and the fields
_turns = itertools.count(1)


class Client:
    """One kept-alive connection of somebody who is logged in."""

    def __init__(self, server: Server, person: Person) -> None:
        self.wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        cookie = f"{cookie_of(person)}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        self.headers = {"Accept-Encoding": "gzip", "Cookie": cookie}

    def send(self, form: Form) -> float:
        """Seconds until the form was taken. Raises WrongAnswer if it was not."""
        path, fields = form
        content, kind = multipart({**fields, "csrfmiddlewaretoken": TOKEN})
        started = time.perf_counter()
        self.wire.request("POST", path, body=content, headers={**self.headers, "Content-Type": kind})
        response = self.wire.getresponse()
        said = response.read()
        spent = time.perf_counter() - started
        if response.status not in (302, 303):
            raise WrongAnswer(f"{path} answered {response.status}: {said[:300]!r}")
        return spent


def member() -> Person:
    """The grid member of the demo, who reports for others."""
    return Person.objects.get(username="member")


def next_report() -> Form:
    """A report that nobody sent before, and that is said to be none of what is known near by."""
    return "/report/", {**report_form(next(_turns)), "join": NOT_KNOWN}


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
            self._taken.append(self.client.send(next_report()))
            self._stopped.wait(PACE_S)

    def end(self) -> list[float]:
        """How long each took, in seconds."""
        self._stopped.set()
        self._thread.join()
        return self._taken


def from_many(clients: list[Client], next_form: Callable[[], Form], *, times: int) -> tuple[list[float], float]:
    """Send `times` forms, each client one after the other: how long each took (s), and how many were taken per second."""
    forms, lock = iter([next_form() for _ in range(times)]), threading.Lock()

    def send(client: Client) -> list[float]:
        taken: list[float] = []
        while True:
            with lock:
                form = next(forms, None)
            if form is None:
                return taken
            taken.append(client.send(form))

    started = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        taken = [spent for each in pool.map(send, clients) for spent in each]
    return taken, times / (time.perf_counter() - started)
