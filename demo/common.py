"""What every demo is made of: its folder, its bar of progress, its territory, categories and policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from tqdm import tqdm

from grids.drawing.territory import draw_territory
from grids.models import Area
from issues import categories
from issues.policy import versions

FIXTURES = settings.BASE_DIR / "fixtures"


@contextmanager
def bar(label: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
    """A bar of progress on the terminal; what it gives is called with how much more is done."""
    with tqdm(total=total, desc=label, unit="", mininterval=0.2, dynamic_ncols=True) as progress:
        yield progress.update


def territory(folder: Path, *, since: datetime) -> Area:
    """The folder's territory, drawn and saved: its root."""
    with bar(_("Territory")) as more:
        done = 0

        def step(now: int, total: int) -> None:
            nonlocal done
            more(now - done)
            done = now

        return draw_territory(folder, at=since, progress=step).area


def rules(*, category_file: Path, policy_file: Path, since: datetime, **values: str) -> None:
    """Categories and the policy of time limits, in force from `since`; `values` replace those of the policy's file."""
    categories.load(categories.read(category_file.read_text(encoding="utf-8")))
    text = versions.with_values(policy_file.read_text(encoding="utf-8"), **values)
    versions.store(text, active_from=since, signed_by=_("demo"), at=since)
