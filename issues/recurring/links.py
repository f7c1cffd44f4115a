"""What “recurring” means, defined once: an issue comes back if one of the same category, in the same cell or so near, was
closed not so long before it was reported; how near and how long the signed policy says (`closure.recurrence`, shipped:
100 m, 90 days). The map, the list of places and the hints all use this.

The link is kept on the issue that came back (`Issue.recurrence_of`, to the latest closed one) as the fact that it was
when it was reported: reopening the earlier one afterwards does not undo it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.levels import Level
from issues import policy, sql
from issues.heat.bins import UNCOUNTED
from issues.models import SlaPolicy, Trend
from issues.models.casework import Issue
from issues.policy import Policy
from issues.terms import Cause, Light, Nature
from issues.workflow import LEVEL_OF
from issues.writing.crew import Crew
from issues.writing.many import save_columns

_LOT, _HANDS = 5000, 2
_METRES_PER_DEGREE = 111_000.0  # a little short, so a box in degrees is a little wide


class Hint(TextChoices):
    """Why the rules suggest to raise an issue (domain notes §3.2); a suggestion that people take up or not."""

    REOPEN = "reopen", _("reopened again and again")
    CLUSTER = "cluster", _("several of its kind near by")
    COMMON = "common", _("a common problem")
    LEGACY = "legacy", _("a legacy of the past")
    HOUSEHOLDS = "households", _("many households")
    GROWING_SPOT = "growing_spot", _("in a hot spot that is growing")
    SPOT = "spot", _("in a hot spot")
    RECURRING = "recurring", _("keeps coming back here")

    @property
    def is_of_place(self) -> bool:
        """Whether the map of hot spots shows the evidence."""
        return self in (Hint.GROWING_SPOT, Hint.SPOT, Hint.RECURRING)


@dataclass(frozen=True)
class Grounds:
    """What speaks for raising an issue: by its own policy, and what the analysis of the last night found at its place."""

    cause: Cause | None = None
    trend: str = ""  # of the hot spot that it lies in, if it lies in one
    keeps_coming: bool = False

    @property
    def hints(self) -> list[Hint]:
        """In words, the most pressing first."""
        spot = {Trend.GROWING: [Hint.GROWING_SPOT], Trend.STEADY: [Hint.SPOT]}.get(Trend(self.trend), []) if self.trend else []
        cause = [Hint(self.cause.value)] if self.cause else []
        return cause + spot + ([Hint.RECURRING] if self.keeps_coming else [])


def link_recurrence(issue: Issue, terms: Policy) -> None:
    """Set `issue.recurrence_of` if it comes back from an earlier one. One query; saves nothing.

    `issue` has category, area, path, reported_at and, if known, its point; it need not be saved yet.
    """
    lon, lat = (issue.point.x, issue.point.y) if issue.point else (None, None)
    near = terms.closure.recurrence
    bound: dict[str, Any] = {
        "category": issue.category_id,
        "reported_at": issue.reported_at,
        "period": near.within.period,
        "cell": issue.path if issue.area.level == Level.GRID else "",
        "lon": lon,
        "lat": lat,
        "near_m": float(near.within_m),
        "box": near.within_m / _METRES_PER_DEGREE / math.cos(math.radians(lat)) if lat is not None else 0.0,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.read("recurrence"), bound)
        row = cursor.fetchone()
    issue.recurrence_of_id = row[0] if row else None


def link_missing(source: str = "", *, anew: bool = False) -> int:
    """Link all issues that were stored without asking (imported history), each by its own policy; `source`: those of it alone.

    How many came back. Some thousands at a time, two such lots at once, each committed by itself. `anew`: also those that are
    linked already, for what they come back from may have been stored after them.
    """
    linking = _Linking()
    with Crew(linking.link, hands=_HANDS) as crew:
        for lot in _perhaps(source, anew):
            crew.hand(lot)
    return linking.found


def link(earlier: Mapping[int, int]) -> None:
    """Link issues, by their keys, to those that they are known to come back from; some thousands at a time, two lots at once."""
    rows = [Issue(pk=key, recurrence_of_id=found) for key, found in sorted(earlier.items())]

    def save(lot: Sequence[Issue]) -> None:
        save_columns(lot, ["recurrence_of"])

    with Crew(save, hands=_HANDS) as crew:
        for start in range(0, len(rows), _LOT):
            crew.hand(rows[start : start + _LOT])


def _perhaps(source: str, anew: bool) -> Iterator[list[int]]:
    """Keys of issues that may come back from another, in lots."""
    after = Issue.objects.first_key_of(source) - 1 if source else 0
    while lot := list(Issue.objects.recurring_perhaps(source, UNCOUNTED, after=after, anew=anew)[:_LOT]):
        yield lot
        after = lot[-1]


class _Linking:
    """Links lots of issues, from several threads; `found` counts those that came back."""

    def __init__(self) -> None:
        self.found = 0
        self._near = {pk: policy.terms(pk).closure.recurrence for pk in SlaPolicy.objects.pks()}
        self._lock = Lock()

    def link(self, lot: Sequence[int]) -> None:
        for policy_id, near in self._near.items():
            bound: dict[str, Any] = {
                "ids": lot,
                "policy": policy_id,
                "period": near.within.period,
                "near_m": float(near.within_m),
                "cell_level": Level.GRID.value,
            }
            with connection.cursor() as cursor:
                cursor.execute(sql.read("recurrence_missing"), bound)
                with self._lock:
                    self.found += int(cursor.rowcount)


def reasons_to_raise(issue_ids: Collection[int], policies: Collection[int] = ()) -> dict[int, Cause]:
    """Of these issues, the open ones that their own policies suggest to raise, and why. Two queries, as `grounds_to_raise`."""
    return {pk: found.cause for pk, found in grounds_to_raise(issue_ids, policies).items() if found.cause}


def grounds_to_raise(issue_ids: Collection[int], policies: Collection[int] = ()) -> dict[int, Grounds]:
    """Of these issues, the open ones for whose raising something speaks; of causes REOPEN before CLUSTER. Two queries.

    A cluster: so many open issues of one category (this one among them), so near this one in place and time, in so many
    areas, as the issue's own policy says (`suggest`; shipped: 3 within 500 m and 30 days in 2 areas). `policies`: the
    versions that these issues have, if the caller knows them; that saves one query.
    """
    if not issue_ids:
        return {}
    versions = sorted(set(policies)) or list(SlaPolicy.objects.pks())
    rules = [policy.terms(version).suggest for version in versions]
    bound: dict[str, Any] = {
        "ids": sorted(issue_ids),
        "policies": versions,
        "near_m": [float(rule.cluster.within_m) for rule in rules],
        "periods": [rule.cluster.within.period for rule in rules],
        "fewest": [rule.cluster.open for rule in rules],
        "cells": [rule.cluster.areas for rule in rules],
        "reopened": [rule.reopened for rule in rules],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.read("raise_hints"), bound)
        return {
            pk: Grounds(Cause(cause) if cause else None, trend or "", keeps_coming)
            for pk, cause, trend, keeps_coming in cursor.fetchall()
        }


def cause_of_raising(issue: Issue) -> Cause:
    """Why a person passes this issue up: what the rules suggest it for, else that it is too much for its level. One query."""
    return reasons_to_raise([issue.pk], {issue.policy_id}).get(issue.pk, Cause.COMPLEXITY)


def hints_for(issues: Iterable[Issue]) -> dict[int, list[Hint]]:
    """Of these issues (each with its category), those that the rules suggest to raise, with every reason. One query."""
    open_ones = [issue for issue in issues if issue.is_open and issue.level < Level.COUNTY and not issue.sealed]
    grounds = grounds_to_raise([issue.pk for issue in open_ones], {issue.policy_id for issue in open_ones})
    found = {issue.pk: _hints(issue, grounds.get(issue.pk, Grounds())) for issue in open_ones}
    return {pk: hints for pk, hints in found.items() if hints}


def _hints(issue: Issue, grounds: Grounds) -> list[Hint]:
    """The most pressing first; a level that the rule would suggest is no hint once it is reached."""
    rules = policy.terms(issue.policy_id).suggest
    hints = grounds.hints
    natures: dict[str, tuple[Hint, Light]] = {
        Nature.COMMON: (Hint.COMMON, rules.common),
        Nature.LEGACY: (Hint.LEGACY, rules.legacy),
    }
    if issue.nature in natures and issue.level < LEVEL_OF[natures[issue.nature][1]]:
        hints.append(natures[issue.nature][0])
    if (issue.households or 0) >= rules.households and issue.level < Level.TOWNSHIP and issue.level <= issue.category.level:
        hints.append(Hint.HOUSEHOLDS)
    return hints
