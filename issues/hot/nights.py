"""The analysis of a night: hot spots and places where issues keep coming back, county by county.

A county is one transaction: whoever reads meanwhile sees what the last night found. What it was made from is kept beside
it, so an analysis that was interrupted goes on with the counties that are missing, and a second one has nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import get_default_timezone, localtime

from grids.models import Area, Layer
from issues import policy
from issues.heat import bins
from issues.heat.weeks import week_of
from issues.hot import places, spots
from issues.hot.spots import Window
from issues.models import HotPlace, HotRun, HotSpot

IN_ONE_GO = 2000  # rows of an INSERT


def analyse(*, at: datetime, progress: Callable[[Iterable[str]], Iterable[str]] = lambda counties: counties) -> int:
    """Analyse every county of which something changed. How many were; `progress` wraps their paths, to show a bar."""
    return sum(analyse_county(path, at=at) for path in progress(Area.objects.county_paths()))


def analyse_county(path: str, *, at: datetime) -> bool:
    """Analyse one county, unless nothing has changed since, or another worker is at it; whether it was."""
    kept, _new = HotRun.objects.get_or_create(path=path)
    with transaction.atomic():
        run, version = HotRun.objects.lock_if_free(kept.pk), bins.version()
        if run is None or not version or run.key == (key := _key(at, version)):
            return False
        rules = policy.terms(policy.in_force(at).pk).suggest.hot
        window = Window.before(week_of(at), rules.periods)
        run.number, run.key, run.made_at = run.number + 1, key, at
        run.first_week, run.until_week = window.first, window.until
        found = list(spots.find(run, window, rules, version))
        run.spots.all().delete()
        HotSpot.objects.bulk_create(found, IN_ONE_GO)
        _replace_places(path, month_at(at), list(places.find(path, month_at(at), rules, found)))
        run.save()
    return True


def month_at(at: datetime) -> date:
    """The first day of the month in the county's time."""
    return localtime(at, get_default_timezone()).date().replace(day=1)


def _key(at: datetime, version: int) -> str:
    """What an analysis is made from: the figures, the present week and month, the policy and the boundaries."""
    layers = "-".join(str(number) for number in Layer.objects.order_by("level").values_list("version", flat=True))
    return f"heat {version}, week {week_of(at)}, {month_at(at):%Y-%m}, policy {policy.in_force(at).pk}, layers {layers}"


def _replace_places(county: str, month: date, found: list[HotPlace]) -> None:
    HotPlace.objects.of_month(county, month).delete()
    HotPlace.objects.bulk_create(found, IN_ONE_GO)
