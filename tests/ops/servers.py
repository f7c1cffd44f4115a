"""Servers of our own for tests and benches: PostgreSQL with a standby, RabbitMQ. Debian's programs, in a directory of their own.

Each is started when its `with` begins and gone when it ends, with everything it wrote. As root, PostgreSQL runs as Debian's
account `postgres`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = max(Path("/usr/lib/postgresql").glob("*/bin/pg_basebackup"), default=Path("none")).parent
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
PATIENCE_S = 180  # a machine that does much else; on a quiet one everything here stands in a few seconds


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def wait_for(holds: Callable[[], bool], what: str) -> None:
    """Return as soon as it holds. Raises TimeoutError, saying what did not come."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come within {PATIENCE_S} s.")
        time.sleep(0.05)


@dataclass
class Cluster:
    """A PostgreSQL cluster, reached by the socket in its directory `place` alone, or by TCP too if it `listens`."""

    place: Path
    listens: str = ""  # address
    port: int = 5432

    @property
    def data(self) -> Path:
        return self.place / "data"

    def url(self, name: str, host: str = "") -> str:
        """The address of a database in it, as settings take it."""
        return f"postgis://postgres@{host}:{self.port}/{name}" if host else f"postgis://postgres@//{str(self.place)[1:]}/{name}"

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of PostgreSQL's programs, in the data directory, as who owns it. Raises CalledProcessError."""
        command = [str(ROOT / "bin/lib/as-postgres.sh"), str(POSTGRES / program), *arguments]
        return subprocess.run(command, cwd=self.data, check=True, capture_output=True, text=True)

    def sql(self, statement: str, name: str = "postgres") -> str:
        """What psql prints, bare."""
        command = ["psql", "-h", str(self.place), "-U", "postgres", "-d", name, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def make(self) -> None:
        """A new, empty cluster. What is in it need not survive a power cut."""
        self._make_place()
        self.run(
            "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-sync"
        )
        lines = ["fsync = off", "full_page_writes = off", "max_wal_senders = 4", "shared_buffers = 64MB"]
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")
        with (self.data / "pg_hba.conf").open("a") as file:
            file.write("host all all all trust\n")

    def follow(self, primary: Cluster) -> None:
        """A standby of that running cluster, which streams from it."""
        self._make_place()
        here = "/proc/self/fd/9"  # what as-postgres.sh calls the data directory
        self.run("pg_basebackup", f"--pgdata={here}", f"--host={primary.place}", "--username=postgres", "--write-recovery-conf",
                 "--checkpoint=fast", "--no-sync")  # fmt: skip

    def _make_place(self) -> None:
        self.place.mkdir()
        self.data.mkdir(mode=0o700)
        if not os.geteuid():
            shutil.chown(self.place, "postgres", "postgres")
            shutil.chown(self.data, "postgres", "postgres")

    @contextmanager
    def running(self, prefix: Sequence[str] = ()) -> Iterator[subprocess.Popen[bytes]]:
        """The server, ended at once at the end. `prefix`: a command that runs it, as `ip netns exec`."""
        options = {"unix_socket_directories": str(self.place), "listen_addresses": self.listens, "port": str(self.port)}
        command = [*prefix, str(ROOT / "bin/lib/as-postgres.sh"), str(POSTGRES / "postgres")]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.place.parent / f"{self.place.name}.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=self.data, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_for(lambda: self._answers(process), "PostgreSQL")
            yield process
        finally:
            process.send_signal(signal.SIGQUIT)  # at once, without a word to anybody
            process.wait(timeout=30)

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            raise RuntimeError((self.place.parent / f"{self.place.name}.log").read_text())
        ready = [str(POSTGRES / "pg_isready"), "--quiet", f"--host={self.place}", f"--port={self.port}"]
        return subprocess.run(ready, check=False).returncode == 0


@contextmanager
def directory() -> Iterator[Path]:
    """A place that every account can walk through, with a path short enough for sockets."""
    with TemporaryDirectory(prefix="gg-", dir="/tmp") as place:
        Path(place).chmod(0o711)
        yield Path(place)


@contextmanager
def rabbitmq(place: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a broker of its own, and its process."""
    port, names = free_port(), free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),  # where Erlang keeps its cookie
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"test{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(place / "data"),
        "RABBITMQ_LOG_BASE": str(place),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(place / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(place / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": "/nonexistent",
    }
    log = place / "rabbitmq.log"
    names_of_nodes = subprocess.Popen(["epmd"], env=environment)  # ours to end: the broker would leave one behind
    with log.open("wb") as out:
        process = subprocess.Popen([RABBITMQ], env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_for(lambda: process.poll() is not None or "Server startup complete" in log.read_text(), "RabbitMQ")
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        yield f"amqp://guest:guest@127.0.0.1:{port}//", process
    finally:
        kill_group(process)
        names_of_nodes.kill()
        names_of_nodes.wait(timeout=30)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """As the power would: the process and its children, with no chance to tidy up."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


@contextmanager
def redis(place: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a Redis of its own that keeps nothing, and its process."""
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(place)]
    with (place / "redis.log").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
    try:
        wait_for(lambda: process.poll() is not None or answers_at(port), "Redis")
        if process.poll() is not None:
            raise RuntimeError((place / "redis.log").read_text())
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        kill_group(process)


def answers_at(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
