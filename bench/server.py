"""The production server on a free port, and one kept-alive connection to ask it over."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import quantiles
from types import TracebackType

WARM_UP = 5
THREADS = 4  # of each process, where there are several, as in `bin/up`


class Server:
    """granian with the files in `folder` served from the root of the site; `processes`: 1, or 2 as `bin/up` starts it."""

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._kept = tempfile.TemporaryDirectory(prefix="gridgov-bench-")
        self.folder = Path(self._kept.name) / "files"
        self.folder.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]

    def __enter__(self) -> Server:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self.port)]
        threads = ["--blocking-threads", str(THREADS)] if self._processes > 1 else []
        # Its tiles are its own: what is measured as made is not there yet, neither from another run nor from the bench itself.
        own = {"GRIDGOV_BENCH_FILES": str(self.folder), "GRIDGOV_TILE_DIR": str(Path(self._kept.name) / "tiles")}
        self.process = subprocess.Popen(
            [*command, "--workers", str(self._processes), *threads, "--log-level", "warning", "bench.wsgi:application"],
            env={**os.environ, **own},
        )
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        self.__exit__(None, None, None)
        raise RuntimeError("The server did not start within a minute.")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.terminate()
        self.process.wait(10)
        self._kept.cleanup()

    def wire(self) -> Wire:
        return Wire(http.client.HTTPConnection("127.0.0.1", self.port))


class Wire:
    """One connection that is kept alive."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection = connection

    def ask(
        self, path: str, headers: Mapping[str, str], *, body: bytes | None = None
    ) -> tuple[http.client.HTTPResponse, bytes, float]:
        """The answer to a GET, or to a POST of the body; its content as it came; and how many seconds it took."""
        started = time.perf_counter()
        self.connection.request("GET" if body is None else "POST", path, body=body, headers=dict(headers))
        response = self.connection.getresponse()
        content = response.read()
        return response, content, time.perf_counter() - started


def spread(seconds: list[float]) -> tuple[float, float]:
    """p50 and p95, in milliseconds."""
    cuts = quantiles([1000 * each for each in seconds], n=20, method="inclusive")
    return cuts[9], cuts[18]


def timed(ask: Callable[[int], float], *, times: int) -> list[float]:
    """What `ask` gives for each of so many turns, after some to warm up, which are not counted."""
    return [ask(turn) for turn in range(times + WARM_UP)][WARM_UP:]
