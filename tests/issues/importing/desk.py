"""A territory of three cells, files of another system about it, and what importing them leaves behind."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from issues import ledger
from issues.importing import Mapping, Result, import_issues
from issues.models import Issue
from tests.drawing import Town

AT = datetime(2024, 6, 1, 12, tzinfo=UTC)
HEADER = ("no", "time", "kind", "what", "state", "end", "due", "x", "y", "spot", "cell")
COLUMNS: dict[str, Any] = {
    "id": "no", "reported": "time", "category": "kind", "text": "what", "status": "state", "closed": "end",
    "due": "due", "lon": "x", "lat": "y", "place": "spot", "area": "cell", "resolution": "",
}  # fmt: skip
Cells = tuple[str, ...]


@dataclass
class Desk:
    """A territory of three cells with rules, and a folder for files."""

    town: Town
    folder: Path
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def row(self, **cells: object) -> Cells:
        """A row about the cell A that is closed in time, but for what the test says."""
        inside = self.town.inside("A")
        usual: dict[str, object] = {
            "no": f"H-{next(self.numbers)}", "time": "2024-03-01 09:00", "kind": "road.bridge", "what": "桥面塌陷",
            "state": "办结", "end": "2024-03-02 10:00", "due": "2024-03-05 17:30", "x": round(inside.x, 6), "y": round(inside.y, 6),
        }  # fmt: skip
        return tuple(str({**usual, **cells}.get(name, "")) for name in HEADER)

    def csv(self, rows: Sequence[Cells], *, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([HEADER, *rows])
        path = self.folder / name
        data = text.getvalue().encode(encoding)
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path

    @property
    def rejects(self) -> Path:
        return self.folder / "rejects.csv"

    def rejected(self) -> list[dict[str, str]]:
        with self.rejects.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def take(self, path: Path, mapping: Mapping | None = None, **more: Any) -> Result:
        return import_issues(path, mapping or mapping_of(), at=AT, rejects=self.rejects, **more)


def mapping_of(columns: dict[str, Any] | None = None, **more: Any) -> Mapping:
    usual: dict[str, Any] = {
        "source": "hotline", "time_zone": "Asia/Shanghai", "status": {"办结": "closed", "待受理": "submitted"}, "language": "zh-hans",
    }  # fmt: skip
    return Mapping.model_validate({**usual, "columns": {**COLUMNS, **(columns or {})}, **more})


def only() -> Issue:
    return Issue.objects.get()


def faults() -> list[ledger.Fault]:
    """What is wrong with the ledger as a whole."""
    issues, walk = ledger.verify_all()
    found = list(walk)
    assert len(found) >= issues
    return [fault for fault in found if fault is not None]
