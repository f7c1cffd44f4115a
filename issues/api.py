"""What maps ask of casework: the state of a level, what has changed since, single issues in view.

State and changes carry the county's stamp (`issues/state.py`): nothing new is answered from Redis alone.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.gis.geos import Polygon
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse, QueryDict
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from grids.levels import Level, of_slug
from grids.models import Layer
from grids.prepared import Prepared
from issues import geojson, state, tally
from issues.filters import Filters
from issues.models import Issue
from issues.querysets import IssueQuerySet
from representatives.models import Person
from representatives.scopes import scope_of

# After so many seconds everybody looks anew, changed or not: rights and sessions end, a lost message must not be lost for good.
SLOT_S = 600
TIMED_SLOT_S = 60
# A map that asks every twelve seconds may hear of a change so much later, and thousands of them do not ask Redis one by one.
LATELY_S = 0.5
# More changed areas than this are not told one by one.
MOST_CHANGES = 400
MOST_ISSUES = 500
PUBLIC_LEVELS = (Level.TOWNSHIP, Level.COUNTY)
_LARGE = 512  # bytes; worth compressing


@lru_cache(maxsize=4096)  # every map asks the same again and again
def _read(level: str, query: str) -> tuple[Level, str, Filters]:
    """What is asked of which county, and narrowed to what. Raises Http404 for a level that there is not."""
    try:
        asked = of_slug(level)
    except ValueError as error:
        raise Http404(str(error)) from error
    told = QueryDict(query)
    return asked, told.get("county", "")[:40], Filters.from_query(told)


@dataclass(frozen=True)
class Question:
    """A map's request, read without the database."""

    level: Level
    county: str
    filters: Filters
    session: str  # key of the session that the cookie names, looked up by nobody yet; empty: a visitor
    at: datetime

    @classmethod
    def of(cls, request: HttpRequest, level: str) -> Question:
        """Raises Http404 for a level that there is not."""
        asked, county, filters = _read(level, request.META.get("QUERY_STRING", ""))
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        return cls(asked, county, filters if session else Filters(), session, now())

    def stamp(self, within_s: float = 0.0) -> state.Stamp | None:
        slot_s = TIMED_SLOT_S if self.filters.moves_with_time else SLOT_S
        return state.stamp(self.county, self.at, slot_s=slot_s, within_s=within_s)

    def etag(self, stamp: state.Stamp) -> str:
        """Names the stamp and all that the answer depends on besides. Whoever logs in or out has another session."""
        asked = f"{self.level}|{self.county}|{self.session}|{self.filters.as_query()}"
        return f'"{stamp}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"'


@dataclass(frozen=True)
class View:
    """What the viewer may be told of the county, in the areas of which paths; none: as the public."""

    question: Question
    person: Person | None
    paths: tuple[str, ...]

    def counted_within(self, paths: Iterable[str]) -> tally.Counts:
        """Counts by path, of what lies in those areas; one query."""
        return tally.read(_counted_within(*self._asked, tuple(sorted(paths))))

    def counted(self) -> tuple[tally.Counts, int | None]:
        """Counts by path, and the version of the level's geometry, if anything was counted; one query."""
        return tally.read_with_version(_counted(*self._asked))

    @property
    def _asked(self) -> tuple[Person | None, datetime, str, Filters, Level]:
        asked = self.question
        return self.person, asked.at, asked.county, asked.filters, asked.level

    @property
    def is_public(self) -> bool:
        return not self.paths

    def told(self, counts: tally.Counts, index: tally.Index) -> tuple[tally.Counts, list[range]]:
        """Counts by area of the level, and the positions of the areas that are told at all."""
        folded = tally.fold(counts, index)
        if not self.is_public:
            return folded, index.within(self.paths)
        kept = tally.tellable(folded)
        return kept, [range(at, at + 1) for path in kept if (at := index.position(path)) is not None]


def unchanged(request: HttpRequest, level: str) -> HttpResponse | None:
    """304 if the state or the changes of the level are what the client has, known from Redis alone; None: ask the view.

    A session that has ended meanwhile is found out when something changes, or the slot of time is over.
    """
    if "HTTP_IF_NONE_MATCH" not in request.META:
        return None
    try:
        question = Question.of(request, level)
    except Http404:
        return None
    return _unchanged(request, question, question.stamp(LATELY_S))


@require_GET
def state_of_level(request: HttpRequest, level: str) -> HttpResponse:
    """`tally.packed` for the areas of the level in `county`; 304 if `If-None-Match` still holds.

    `v` is the version of the geometry that the map has drawn: 409 with the new one if it is another by now.
    """
    question = Question.of(request, level)
    stamp = question.stamp(LATELY_S)
    return _unchanged(request, question, stamp) or _whole(request, question, stamp)


@require_GET
def delta(request: HttpRequest, level: str) -> HttpResponse:
    """Areas that changed `since` a stamp: {"areas": [[ordinal, tone, count], …]}; 304 if none.

    Where changes cannot be told one by one (too many, too long ago, to a visitor), the whole state as above: a 410 would
    say the same, but browsers log it as an error.
    """
    question = Question.of(request, level)
    stamp = question.stamp()
    if unchanged := _unchanged(request, question, stamp):
        return unchanged
    since = state.Stamp.parse(request.GET.get("since", ""))
    if stamp is None or since is None or (since.epoch, since.slot) != (stamp.epoch, stamp.slot):
        return _whole(request, question, stamp)
    paths = state.changed_since(question.county, since.number, at_most=MOST_CHANGES)
    version = _version(question.level)
    view = _view(request, question)
    if paths is None or view.is_public or request.GET.get("v") != str(version):
        return _whole(request, question, stamp)
    body = JsonResponse({"areas": _changes(view, tally.index_of(question.level, question.county, version), paths)}).content
    return _sent(request, body, "application/json", question, stamp)


@require_GET
def issues_in_view(request: HttpRequest) -> HttpResponse:
    """Open issues that the person may open, within `bbox` (west,south,east,north in degrees), as GeoJSON; capped."""
    question = Question.of(request, "cell")
    box = _box(request.GET.get("bbox", ""))
    if box is None:
        return JsonResponse({"error": "bbox: west,south,east,north in degrees, EPSG:4326."}, status=400)
    person = request.user
    if not isinstance(person, Person):
        return JsonResponse(geojson.collection([], truncated=False))
    at = question.at
    visible = Issue.objects.visible_to(person, at).unfinished().placed_within(box).with_clock_state(at)
    found = list(
        question.filters.narrow(visible, at).select_related("category").order_by("-level", "level_due_at")[: MOST_ISSUES + 1]
    )
    answer = JsonResponse(geojson.collection(found[:MOST_ISSUES], truncated=len(found) > MOST_ISSUES))
    answer["Cache-Control"] = "private, no-store"
    return answer


def _whole(request: HttpRequest, question: Question, stamp: state.Stamp | None) -> HttpResponse:
    view = _view(request, question)
    found, version = view.counted()
    version = _version(question.level) if version is None else version
    if request.GET.get("v") not in (None, str(version)):
        return JsonResponse({"version": version}, status=409)
    index = tally.index_of(question.level, question.county, version)
    counts, seen = view.told(found, index)
    return _sent(request, tally.packed(index, counts, seen), "application/octet-stream", question, stamp)


def _view(request: HttpRequest, question: Question) -> View:
    """The viewer's rights in the county. A visitor, and staff without figures, get what is public."""
    scope = scope_of(request.user, question.at)
    if isinstance(request.user, Person) and scope.count_paths:
        return View(question, request.user, scope.count_paths)
    return View(question, None, ())


def _issues(person: Person | None, at: datetime, county: str, filters: Filters, level: Level) -> IssueQuerySet:
    if person is not None:
        return filters.narrow(Issue.objects.counted_for(person, at).unfinished().under(county), at)
    # Without the filters: by differences of filtered counts a suppressed one could be had.
    return Issue.objects.unfinished().under(county).public() if level in PUBLIC_LEVELS else Issue.objects.none()


_counted = Prepared(lambda *asked: tally.with_version(_issues(*asked), asked[-1]))
_counted_within = Prepared(lambda *asked: tally.by_path(_issues(*asked[:-1]).under_any(asked[-1])))
_versions = Prepared(lambda level: Layer.objects.filter(level=level).values_list("version", flat=True))


def _changes(view: View, index: tally.Index, paths: list[str]) -> list[list[int]]:
    """[ordinal, tone, count] of every area of the level that holds one of the changed paths, if the person sees it."""
    touched = {above for path in paths if (above := index.above(path)) is not None}
    seen = index.within(view.paths)
    positions = ((path, index.position(path)) for path in touched)
    at = {path: position for path, position in positions if position is not None and any(position in part for part in seen)}
    counts = tally.fold(view.counted_within(at), index) if at else {}
    found = []
    for path, position in at.items():
        worst, n = counts.get(path, (0, 0))
        found.append([index.first + position, tally.tone(worst), min(n, tally.MOST)])
    return sorted(found)


def _version(level: Level) -> int:
    version = next(iter(_versions(level)), None)
    if version is None:
        raise Http404(f"There is no map of the level “{level.label}” yet.")
    return version


def _unchanged(request: HttpRequest, question: Question, stamp: state.Stamp | None) -> HttpResponse | None:
    known = request.META.get("HTTP_IF_NONE_MATCH")
    if stamp is None or known is None or known != question.etag(stamp):
        return None
    return HttpResponseNotModified(headers={"ETag": known, "Cache-Control": "private, no-cache"})


def _sent(request: HttpRequest, body: bytes, kind: str, question: Question, stamp: state.Stamp | None) -> HttpResponse:
    """The body, compressed if that is worth it (it holds no secret and reflects nothing), with its stamp if there is one."""
    zipped = len(body) > _LARGE and "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(gzip.compress(body, 5) if zipped else body, content_type=kind)
    if zipped:
        answer["Content-Encoding"] = "gzip"
    answer["Vary"] = "Accept-Encoding, Cookie"
    answer["X-Viewer"] = "staff" if SESSION_KEY in request.session else "public"
    if stamp is None:
        answer["Cache-Control"] = "private, no-store"
        return answer
    answer["Cache-Control"] = "private, no-cache"
    answer["ETag"] = question.etag(stamp)
    answer["X-Stamp"] = str(stamp)
    return answer


def _box(text: str) -> Polygon | None:
    """The rectangle, EPSG:4326; None if the text is none."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    box = Polygon.from_bbox((west, south, east, north))
    box.srid = 4326
    return box
