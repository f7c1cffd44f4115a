"""A small server on 127.0.0.1 that stands for webhooks, robots and SMS gateways: notes what comes and answers as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Came:
    """A request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def query(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}


@dataclass
class Receiver:
    """What came, and what is answered; `hangs`: takes the request and never says anything."""

    url: str = ""
    came: list[Came] = field(default_factory=list)
    status: int = 200
    body: bytes = b'{"errcode": 0, "errmsg": "ok"}'
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    endless: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def says(self, content: object) -> None:
        self.body = json.dumps(content).encode()


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A server that runs until the test ends."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            told.came.append(Came(self.command, self.path, dict(self.headers), self.rfile.read(length)))
            if told.hangs:
                told.over.wait(30)
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.endless:
                self.end_headers()
                while not told.over.wait(0.01):
                    self.wfile.write(b"x" * 20_000)
                return
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server asks for

        def log_message(self, *_args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield told
    finally:
        told.over.set()
        server.shutdown()
        server.server_close()
