"""What happened in whole counties in the last 90 days, as the rates count it: kept, and counted anew by a worker in time.

A county's 90 days are tens of thousands of rows, a province's a million: no page counts them. The page of a county shows what
is kept of it, that of a province adds up what is kept of its counties. How many issues are open is never kept here: that is of now.
What is kept is gone with the cache; whoever asks then counts once, for everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from django.core.cache import cache

from grids.levels import Level
from grids.models import Area, common_path
from issues.figures.counting import By, Counts, Grouping, count
from issues.figures.measures import Rows, days_before, measured
from issues.models import Issue
from issues.querysets import IssueQuerySet
from representatives import cover
from representatives.roles import Role

RENEWED_S = 600  # a worker counts anew so often
KEPT_S = 2 * RENEWED_S  # and what it counted is told no longer than this
PAST = (Rows.ISSUES, Rows.RATINGS)
_FEW = 8  # more counties than these are counted in one go through all that lies around them
_ZEROS = {measure.code: 0 for kind in PAST for measure in measured(kind)} | {"coverage": 0, "coverage_of": 0}


def rates_of(wide: Iterable[Area], at: datetime, *, is_public: bool) -> Counts:
    """Numerators and denominators of these areas together: counties and what is wider, each with all that lies in it among them.

    `is_public`: of what is told to everybody; else of all that is not sealed. One statement for what lies at no county; what
    is not kept costs two more, however many counties.
    """
    areas = list(wide)
    parts = [*_kept([area.path for area in areas if area.level == Level.COUNTY], at, is_public).values()]
    if above := [area.path for area in areas if area.level > Level.COUNTY]:
        parts.append(count(_told(is_public).lying_at(above), days_before(at), at, kinds=PAST)[""])
    return added(parts)


def added(parts: Sequence[Counts]) -> Counts:
    """The counts of several places that have nothing in common, as one."""
    return {code: sum(part.get(code, 0) for part in parts) for code in _ZEROS}


def renew(counties: Sequence[str], at: datetime, *, is_public: bool) -> Mapping[str, Counts]:
    """Count these counties (their paths) now and keep what was found: by path. Two statements for paths of one depth."""
    return _renewed(counties, cover.filled_by_path(Role.PARTY_REPRESENTATIVE, counties, at), at, is_public)


def _renewed(counties: Sequence[str], filled: Mapping[str, cover.Count], at: datetime, is_public: bool) -> Mapping[str, Counts]:
    """The same, with how many cells of each have a representative."""
    found = {
        path: {**_ZEROS, **counts, "coverage": filled[path].filled, "coverage_of": filled[path].total}
        for path, counts in _counted(counties, at, is_public).items()
    }
    cache.set_many({_key(path, is_public): (at.timestamp(), counts) for path, counts in found.items()}, KEPT_S)
    return found


def renew_all(at: datetime) -> int:
    """Count every county anew, one after the other; how many. Nothing if another worker has just done so."""
    if not cache.add("rates:renewed", 1, RENEWED_S // 2):
        return 0
    counties = list(Area.objects.current().of_level(Level.COUNTY).order_by("path").values_list("path", flat=True))
    filled = cover.filled_by_path(Role.PARTY_REPRESENTATIVE, counties, at)
    for path in counties:
        for is_public in (False, True):
            _renewed([path], filled, at, is_public)
    return len(counties)


def _kept(counties: Sequence[str], at: datetime, is_public: bool) -> dict[str, Counts]:
    """What is known of each; what is not kept, or was counted too long from that moment, is counted now."""
    keys = {_key(path, is_public): path for path in counties}
    found: dict[str, Counts] = {
        keys[key]: counts for key, (then, counts) in cache.get_many(keys).items() if abs(at.timestamp() - then) <= KEPT_S
    }
    if missing := [path for path in counties if path not in found]:
        found |= renew(missing, at, is_public=is_public)
    return found


def _key(path: str, is_public: bool) -> str:
    return f"rates:{'public' if is_public else 'all'}:{hashlib.sha256(path.encode()).hexdigest()}"


def _told(is_public: bool) -> IssueQuerySet:
    return Issue.objects.public() if is_public else Issue.objects.unsealed()


def _counted(counties: Sequence[str], at: datetime, is_public: bool) -> dict[str, Counts]:
    """The counts of each, zeros where nothing happened."""
    period = days_before(at)
    found: dict[str, Counts] = dict.fromkeys(counties, _ZEROS)
    for codes, same in groupby(sorted(counties, key=_depth), key=_depth):
        paths = list(same)
        if len(paths) == 1:
            found[paths[0]] = count(_told(is_public).under(paths[0]), period, at, kinds=PAST)[""]
            continue
        around = [common_path(paths)] if len(paths) > _FEW else paths
        issues = _told(is_public).under_any(around) if all(around) else _told(is_public)
        groups = count(issues, period, at, Grouping(By.TOWNSHIP, codes), kinds=PAST)
        found |= {path: groups[path] for path in paths if path in groups}
    return found


def _depth(path: str) -> int:
    return path.count(".") + 1
