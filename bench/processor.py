"""Who took how much of the processors and of memory, by the counters of the system (`/proc`): processes of this machine alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

_TICKS_S = 1 / os.sysconf("SC_CLK_TCK")
# In `/proc/PID/stat`, counted behind the name: the parent; own user and system time; those of children that have ended.
_PARENT, _TIMES, _ENDED = 1, slice(11, 13), slice(13, 15)


def resident_mb(pid: int) -> float:
    """The memory that a process holds; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def spent_s(pid: int) -> float:
    """Seconds of processor time of a process and of every process below it, those that have ended included; 0 if it is gone."""
    below = [each for each in _processes() if _parent_of(each) == pid]
    return _own_s(pid) + sum(spent_s(each) for each in below)


def postgres() -> int | None:
    """The process above all of PostgreSQL's; None if the server is on another machine, or in another's view of processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    try:
        is_here = (Path("/proc") / str(backend) / "comm").read_text().startswith("postgres")
    except FileNotFoundError:
        return None
    return _parent_of(backend) if is_here else None


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal()]


def _fields(pid: int) -> list[str]:
    """What the system says of a process, from behind its name; nothing if it is gone."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _parent_of(pid: int) -> int | None:
    found = _fields(pid)
    return int(found[_PARENT]) if found else None


def _own_s(pid: int) -> float:
    found = _fields(pid)
    return sum(map(int, found[_TIMES] + found[_ENDED])) * _TICKS_S


@dataclass
class Shares:
    """How many processors each of some parties has kept busy since `begin`; a party is what its function gives, in seconds."""

    parties: Mapping[str, Callable[[], float]]
    _began: float = 0.0
    _before: dict[str, float] = field(default_factory=dict)

    def begin(self) -> None:
        self._began, self._before = time.perf_counter(), {name: spent() for name, spent in self.parties.items()}

    def cores(self) -> dict[str, float]:
        """By the name of the party: processors kept busy on average, 1.0 being one of them all the time."""
        elapsed = time.perf_counter() - self._began
        return {name: (spent() - self._before[name]) / elapsed for name, spent in self.parties.items()}
