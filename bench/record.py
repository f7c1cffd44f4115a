"""What a bench measured, kept as JSON: one file per run, and what moved between two of them. Knows no database.

A file is `{"bench", "made_at", "commit", "machine", "about": {…}, "figures": [Figure, …]}`; `about` says what was loaded (issues,
cells …). Each `bench.*` module makes `Figure`s and gives them to `keep`; `bin/bench --compare` and `--compare` of each module
read such a file again. A name says the same thing in every run: by it, figures find each other.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

RESULTS = Path(__file__).parent / "results"
# A time that moved by less than this share and this many milliseconds is noise of a shared machine.
NOISE, NOISE_MS = 0.15, 0.5
COUNTED = ("statements", "bytes", "rows")  # of these every change is told: nothing else on the machine can make it


@dataclass(frozen=True)
class Figure:
    """One number with its unit (“ms”, “MB”, “issues/s”, “statements” …).

    `better`: which way is an improvement. `bar`: what it may be at most (at least, if higher is better), in the same unit;
    None: it has none. `beside`: what else was measured of it, each name with its unit (“p95_ms”, “sql_ms”, “bytes”).
    """

    name: str
    value: float
    unit: str
    better: Literal["lower", "higher"] = "lower"
    bar: float | None = None
    beside: dict[str, float] = field(default_factory=dict)

    @property
    def is_met(self) -> bool | None:
        """Whether it keeps its bar; None if there is none."""
        if self.bar is None:
            return None
        return self.value <= self.bar if self.better == "lower" else self.value >= self.bar

    @property
    def verdict(self) -> str:
        """“met”, “missed”, or nothing."""
        return {True: "met", False: "MISSED", None: ""}[self.is_met]


@dataclass(frozen=True)
class Run:
    """The figures of one run, and of what."""

    bench: str
    made_at: str
    commit: str
    machine: str
    about: dict[str, float | str]
    figures: list[Figure]


def run_of(bench: str, figures: Sequence[Figure], about: Mapping[str, float | str] | None = None) -> Run:
    """The figures as a run of now, of this commit, on this machine."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Run(bench, made_at, _commit(), machine, dict(about or {}), list(figures))


def _commit() -> str:
    """The commit that is checked out, with a “+” if something is changed; empty where there is no git."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.stdout.strip()


def write(run: Run, path: Path | None = None) -> Path:
    """Write the run's file; without a path `bench/results/<bench>-<time>.json`, which git ignores. Gives where it stands."""
    if path is None:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{run.bench}-{run.made_at.replace(':', '')}.json"
    path.write_text(json.dumps(asdict(run), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> Run:
    """A run that was written. Raises SystemExit with a sentence if it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Run(**{**found, "figures": [Figure(**row) for row in found["figures"]]})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SystemExit(f"{path} is not a run of the bench: {error}.") from error


def moved(before: Run, after: Run, *, noise: float = NOISE) -> list[str]:
    """A sentence for each figure that moved by more than `noise` (a share), and each that is new or gone."""
    old, new = ({figure.name: figure for figure in run.figures} for run in (before, after))
    lines = [line for name in new if name in old for line in _differences(old[name], new[name], noise)]
    lines += [f"{name}: new, {_said(figure.value)} {figure.unit}" for name, figure in new.items() if name not in old]
    return lines + [f"{name}: gone, was {_said(figure.value)} {figure.unit}" for name, figure in old.items() if name not in new]


def _differences(old: Figure, new: Figure, noise: float) -> Iterator[str]:
    if old.unit != new.unit:
        yield f"{new.name}: measured in {new.unit}, was in {old.unit}"
        return
    if _differs(old.value, new.value, old.unit, noise):
        is_better = (new.value < old.value) == (new.better == "lower")
        yield f"{new.name}: {_change(old.value, new.value)} {new.unit}, {'better' if is_better else 'WORSE'}"
    for key in old.beside.keys() & new.beside.keys():
        if key in COUNTED and old.beside[key] != new.beside[key]:
            yield f"{new.name}: {key} {_change(old.beside[key], new.beside[key])}"
    if old.is_met != new.is_met and None not in (old.is_met, new.is_met):
        yield f"{new.name}: its bar is {new.verdict}, was {old.verdict}"


def _differs(old: float, new: float, unit: str, noise: float) -> bool:
    if unit in COUNTED:
        return old != new
    return abs(new - old) > noise * abs(old) and (unit != "ms" or abs(new - old) > NOISE_MS)


def _change(old: float, new: float) -> str:
    share = f" ({100 * (new - old) / old:+.0f} %)" if old else ""
    return f"{_said(old)} → {_said(new)}{share}"


def _said(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.2f}"


def ratios(small: Run, large: Run, *, bar: float) -> list[Figure]:
    """How many times as long each time of the larger run is, of what both measured; `bar`: how many times it may be."""
    before = {figure.name: figure.value for figure in small.figures if figure.unit == "ms" and figure.value}
    return [
        Figure(
            f"{figure.name}: ratio", figure.value / before[figure.name], "times", bar=bar, beside={"small_ms": before[figure.name]}
        )
        for figure in large.figures
        if figure.unit == "ms" and figure.name in before
    ]


def add_options(options: argparse.ArgumentParser) -> None:
    """`--json` and `--compare`, the same for every bench."""
    options.add_argument("--json", type=Path, help="write the figures there (else to bench/results/, which git ignores)")
    options.add_argument("--compare", type=Path, metavar="OLD.json", help="an earlier run: print what moved since")


def keep(given: argparse.Namespace, bench: str, figures: Sequence[Figure], about: Mapping[str, float | str] | None = None) -> None:
    """Write the run as the options say, and print what moved since the one they name."""
    run = run_of(bench, figures, about)
    print(f"kept in {write(run, given.json)}")
    if given.compare:
        lines = moved(read(given.compare), run)
        print("\n".join(["moved:", *lines]) if lines else "nothing moved.")
