"""A small mail server on 127.0.0.1: takes letters as SMTP says, or refuses them all for a while."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class PostOffice:
    """The letters that came, in order; `is_open`: whether it takes any, else it says to come again later."""

    port: int = 0
    came: list[EmailMessage] = field(default_factory=list)
    is_open: bool = True


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """A server that runs until the test ends."""
    office = PostOffice()

    class Clerk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here" if office.is_open else "421 closed, come again later")
            while office.is_open and (line := self.rfile.readline()):
                verb = line[:4].upper().strip()
                if verb == b"QUIT":
                    self._say("221 bye")
                    return
                if verb == b"DATA":
                    self._say("354 go on")
                    office.came.append(self._letter())
                self._say("250 ok")

        def _letter(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            return message_from_bytes(b"".join(lines), policy=policy.default)

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clerk)
    server.daemon_threads = True
    office.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield office
    finally:
        server.shutdown()
        server.server_close()
