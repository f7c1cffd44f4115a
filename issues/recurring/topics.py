"""每月一题: the topic that a county works on in a month. A person chooses it from what keeps coming back; the program merely
ranks. The choice, its evidence and every line of progress are kept as they were: the database refuses to change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grids.models import Area
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.hot import nights
from issues.hot.places import months_before
from issues.models import HotPlace, HotRun, Topic, TopicLine
from issues.privacy import masking
from representatives.models import Person
from representatives.roles import Role
from representatives.scopes import scope_of

# Who chooses for a county and says how it goes: the office that sees all its yellow and red issues and the figures.
CHOOSERS = frozenset({Role.SUPERVISION_OFFICE})
GOAL_LENGTH, LINE_LENGTH = 300, 500
LINES_AT_MOST = 200


def readers_paths(person: Person, at: datetime) -> tuple[str, ...]:
    """Paths of the areas whose figures the person may see: whoever sees a county's, or a part's, reads its topics."""
    return scope_of(person, at).count_paths


def may_choose(person: Person, county: str, at: datetime) -> bool:
    """Whether the person chooses the topics of that county."""
    return bool(scope_of(person, at).roles_at(county) & CHOOSERS)


@transaction.atomic
def choose(place_id: int, *, goal: str, by: Person, at: datetime) -> Topic:
    """Make that candidate the topic of its month. Raises OutOfScope, Forbidden, or Refusal: there is one already, no goal …"""
    place = HotPlace.objects.with_category().get_or_none(place_id)
    if place is None or not _reads(by, place.county, at):
        raise OutOfScope(_("There is no such candidate any more: the list was made anew. Please choose again."))
    if not may_choose(by, place.county, at):
        raise Forbidden(_("The topic of a month is chosen by the supervision office."))
    if place.month != nights.month_at(at):
        raise Refusal(_("A topic is chosen in its own month only."))
    goal = _said(goal, GOAL_LENGTH, "goal", _("Say in a sentence what is to be reached."))
    county = Area.objects.current().at_paths([place.county]).get()
    try:
        with transaction.atomic():
            return Topic.objects.create(
                county=county,
                path=place.county,
                month=place.month,
                category=place.category,
                paths=place.paths,
                evidence=evidence_of(place),
                goal=goal,
                chosen_by=by,
                chosen_at=at,
            )
    except IntegrityError:
        raise Refusal(_("This month has its topic already.")) from None


def evidence_of(place: HotPlace) -> Mapping[str, object]:
    """What speaks for the candidate, as it is kept with the topic; figures and keys of issues, no words of anybody."""
    run = HotRun.objects.of_county(place.county).first()
    return {
        "months": [f"{month:%Y-%m}" for month in months_before(place.month)],
        "counts": place.counts,
        "issues": place.issues,
        "came_back": place.came_back,
        "trend": place.trend,
        "is_hot": place.is_hot,
        "reach_m": place.reach_m,
        "lonlat": [place.lon, place.lat],
        "sample": place.sample,
        "rank": place.rank,
        "analysis": run.number if run else 0,
    }


@transaction.atomic
def add_line(topic_id: int, text: str, *, done: bool, by: Person, at: datetime) -> TopicLine:
    """Say how it goes, or that it is done with. Raises OutOfScope, Forbidden, Refusal."""
    topic = Topic.objects.locked(topic_id)
    if topic is None or not _reads(by, topic.path, at):
        raise OutOfScope(_("There is no such topic."))
    if not may_choose(by, topic.path, at):
        raise Forbidden(_("How a topic goes is told by the supervision office."))
    lines = list(topic.lines.all())
    if any(line.kind == TopicLine.Kind.DONE for line in lines):
        raise Refusal(_("This topic is done with: nothing can be added."))
    if len(lines) >= LINES_AT_MOST:
        raise Refusal(_("A topic has %(n)d lines at most.") % {"n": LINES_AT_MOST}, field="text")
    text = _said(text, LINE_LENGTH, "text", _("Write what was done."))
    kind = TopicLine.Kind.DONE if done else TopicLine.Kind.PROGRESS
    return TopicLine.objects.create(topic=topic, number=len(lines) + 1, kind=kind, text=text, by=by, at=at)


def _reads(person: Person, county: str, at: datetime) -> bool:
    return any(path == county or path.startswith(f"{county}.") for path in readers_paths(person, at))


def _said(text: str, most: int, field: str, missing: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Refusal(missing, field=field)
    if len(text) > most:
        raise Refusal(_("At most %(n)d characters, please.") % {"n": most}, field=field)
    if masking.has_numbers(text):
        raise Refusal(_("Please leave out numbers of telephones and cards: a topic is about a place."), field=field)
    return text
