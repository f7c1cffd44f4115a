"""每月一题: the candidates of a month with what speaks for each, the topic that was chosen, and the topics before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from grids.models import Area, paths_above
from issues.errors import Refusal
from issues.hot import nights
from issues.hot.places import months_before
from issues.models import HotPlace, HotRun, Issue, Topic, TopicLine, Trend
from issues.recurring import topics
from issues.recurring.places import name_of
from mapui.charts import columns
from mapui.diary_page import month_in
from mapui.outline import Outline, outline_of_place
from representatives.models import Person

MONTHS_OFFERED = 12
MOST_LINKS = 6


@dataclass(frozen=True)
class Evidence:
    """What speaks for a place, of a candidate as of a topic: both are shown by the same fragment."""

    category: str
    months: Sequence[date]
    counts: Sequence[int]
    issues: int
    came_back: int
    trend: Trend
    is_hot: bool
    reach_m: int
    cells: Sequence[str]
    villages: Sequence[str]
    links: Sequence[Issue]
    sampled: int
    outline: Outline | None

    @property
    def chart(self) -> SafeString:
        labels = [f"{month.month}" if month.month > 1 else f"{month.year}-1" for month in self.months]
        return columns(_("Issues by month"), self.counts, labels)

    @property
    def withheld(self) -> int:
        """How many of the sample the person may not open."""
        return self.sampled - len(self.links)

    @property
    def shown(self) -> Sequence[Issue]:
        return self.links[:MOST_LINKS]

    @property
    def why(self) -> list[str]:
        """The reasons in plain sentences."""
        found = [
            _("Of %(issues)d issues in twelve months, %(back)d came back after they had been closed.")
            % {"issues": self.issues, "back": self.came_back}
        ]
        if self.trend == Trend.GROWING:
            found.append(_("There are more and more of them."))
        elif self.trend == Trend.FADING:
            found.append(_("There are fewer and fewer of them."))
        if self.is_hot:
            found.append(_("It touches a hot spot: significantly more issues than elsewhere in the county."))
        return found


@dataclass(frozen=True)
class Candidate:
    place: HotPlace
    evidence: Evidence


@dataclass(frozen=True)
class Chosen:
    """A topic with its evidence as it was when it was chosen, and its lines."""

    topic: Topic
    evidence: Evidence

    @property
    def lines(self) -> list[TopicLine]:
        return list(self.topic.lines.all())

    @property
    def is_done(self) -> bool:
        return any(line.kind == TopicLine.Kind.DONE for line in self.lines)


class TopicsPage:
    """One county and month, as the person may read it: a candidate lies in the areas whose figures they see."""

    def __init__(self, person: Person, query: Mapping[str, str], at: datetime) -> None:
        self.person, self.at = person, at
        self.paths = topics.readers_paths(person, at)
        self.code, self.month = query.get("county", ""), month_in(query.get("month", ""), at)
        self.refused: Refusal | None = None
        self.said: Mapping[str, str] = {}

    @cached_property
    def counties(self) -> list[Area]:
        """Counties that the person sees figures of."""
        wanted = {
            path
            for path in Area.objects.county_paths()
            if any(path in paths_above(own) or own in paths_above(path) for own in self.paths)
        }
        return list(Area.objects.current().at_paths(wanted).without_boundary())

    @cached_property
    def county(self) -> Area | None:
        """The one that was asked for, else the first; None if it is not theirs, or there is none."""
        if self.code:
            return next((area for area in self.counties if area.code == self.code), None)
        return self.counties[0] if self.counties else None

    @property
    def path(self) -> str:
        return self.county.path if self.county else ""

    @property
    def is_present(self) -> bool:
        return self.month == nights.month_at(self.at)

    @property
    def offered(self) -> list[date]:
        """The months of the list, the latest first."""
        return [nights.month_at(self.at), *reversed(months_before(nights.month_at(self.at), MONTHS_OFFERED))]

    @cached_property
    def run(self) -> HotRun | None:
        return HotRun.objects.of_county(self.path).latest_made()

    @cached_property
    def all_topics(self) -> list[Topic]:
        return list(Topic.objects.of_county(self.path).latest_first())

    @property
    def earlier(self) -> list[Topic]:
        """The topics of other months, the latest first."""
        return [topic for topic in self.all_topics if topic.month != self.month]

    @cached_property
    def chosen(self) -> Chosen | None:
        topic = next((each for each in self.all_topics if each.month == self.month), None)
        return Chosen(topic, self._told.of_topic(topic)) if topic else None

    @cached_property
    def candidates(self) -> list[Candidate]:
        return [Candidate(place, self._told.of_place(place)) for place in self._places]

    @cached_property
    def _places(self) -> list[HotPlace]:
        found = HotPlace.objects.of_month(self.path, self.month)
        return [place for place in found if all(set(paths_above(path)) & set(self.paths) for path in place.paths)]

    @cached_property
    def _told(self) -> Told:
        return Told(self.person, self.at, self._places, [topic for topic in self.all_topics if topic.month == self.month])

    @cached_property
    def may_choose(self) -> bool:
        """Whether the person chooses here, and now: in its own month, and while there is none."""
        return self.is_present and self.chosen is None and topics.may_choose(self.person, self.path, self.at)

    @cached_property
    def may_add(self) -> bool:
        return self.chosen is not None and not self.chosen.is_done and topics.may_choose(self.person, self.path, self.at)

    @property
    def title(self) -> str:
        return str(date_format(self.month, "YEAR_MONTH_FORMAT"))


class Told:
    """Names, outlines and issues of several places at once: three queries, however many there are."""

    def __init__(self, person: Person, at: datetime, places: Iterable[HotPlace], chosen: Iterable[Topic]) -> None:
        places, chosen = list(places), list(chosen)
        self.areas = _areas({path for place in places for path in place.paths} | {path for topic in chosen for path in topic.paths})
        samples = {pk for place in places for pk in place.sample} | {pk for topic in chosen for pk in topic.evidence["sample"]}
        seen = Issue.objects.visible_to(person, at).among(samples).newest_first()
        self.issues: dict[int, Issue] = {issue.pk: issue for issue in seen}

    def of_place(self, place: HotPlace) -> Evidence:
        return self._evidence(
            place.category.name, place.paths, months_before(place.month), place.sample, (place.lon, place.lat), vars(place)
        )

    def of_topic(self, topic: Topic) -> Evidence:
        kept = topic.evidence
        return self._evidence(
            topic.category.name, topic.paths, months_before(topic.month), kept["sample"], tuple(kept["lonlat"]), kept
        )

    def _evidence(
        self,
        category: str,
        paths: Sequence[str],
        months: Sequence[date],
        sample: Sequence[int],
        middle: tuple[float, float],
        figures: Mapping[str, Any],
    ) -> Evidence:
        villages = list(dict.fromkeys(path.rpartition(".")[0] for path in paths))
        inside = [self.areas[path] for path in paths if path in self.areas]
        around = [area for path, area in self.areas.items() if path not in paths and path.rpartition(".")[0] in villages]
        links = [self.issues[pk] for pk in sample if pk in self.issues]
        told = {key: figures[key] for key in ("counts", "issues", "came_back", "is_hot", "reach_m")}
        return Evidence(
            category=str(category),
            months=months,
            trend=Trend(figures["trend"]),
            cells=[name_of(self.areas, path) for path in paths],
            villages=[name_of(self.areas, path) for path in villages],
            links=links,
            sampled=len(sample),
            outline=outline_of_place(inside, around, middle),
            **told,
        )


def _areas(paths: Iterable[str]) -> dict[str, Area]:
    """The current areas with these paths, all that lie beside them in their village, and the village."""
    villages = {path.rpartition(".")[0] for path in paths}
    return {area.path: area for area in Area.objects.current().under_any(villages).order_by("path")}
