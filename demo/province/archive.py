"""What is over, as rows: issues taken over from an archive as `import_issues` leaves them, with two entries of the ledger each.

Rows are lines of COPY, made without objects: of ten million of them each microsecond is ten seconds. Every key follows from
the place in the past: the issue and its report have the place counted from 1, its entries sixteen numbers each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from demo.crowd import OWNER
from demo.province.copying import NULL, Sheet, escaped
from demo.province.past import ENDINGS, Ground, Ints, Past, Topics
from demo.province.staff import Posts
from grids.levels import Level
from issues.intake.receipts import ALPHABET
from issues.models import Category, Event, EventText, Issue, Rating, Submission
from issues.terms import Actor, Verb
from representatives.roles import Role

SOURCE, TITLE, LINE = "archive", 40, 200
EVENTS_PER_ISSUE = 16  # numbers kept for the entries of one issue
RATED = 77  # of 256
VALUES = (Rating.Value.SATISFIED,) * 80 + (Rating.Value.MOSTLY,) * 14 + (Rating.Value.DISSATISFIED,) * 6
VERBS = {"closed": Verb.CLOSE, "closed_explained": Verb.EXPLAIN, "declined": Verb.DECLINE, "withdrawn": Verb.WITHDRAW}
SOLVED = frozenset({"closed", "closed_explained"})

ISSUES = Sheet(
    Issue,
    (
        "id", "number", "source_id", "title", "category_id", "request_type", "status", "level", "area_id", "path", "point",
        "policy_id", "handler_id", "lead_unit_id", "resolved_by_id", "reported_at", "level_since", "accepted_at",
        "acknowledged_at", "first_contact_at", "resolved_at", "closed_at", "contact_due_at", "level_due_at", "total_due_at",
        "recurrence_of_id", "resolution", "public_line", "head",
    ),
    source=SOURCE, event_count=2,
)  # fmt: skip
REPORTS = Sheet(
    Submission,
    (
        "id", "issue_id", "uuid", "contact_uuid", "receipt_code", "body_digest", "category_id", "request_type", "text", "point",
        "area_id", "received_at",
    ),
    channel="import", language="zh-hans", source_crs="wgs84",
)  # fmt: skip
EVENTS = Sheet(
    Event,
    (
        "id", "issue_id", "number", "verb", "at", "by_id", "actor", "from_status", "to_status", "from_level", "to_level",
        "facts", "text_digest", "previous_hash", "hash",
    ),
    is_public=True,
)  # fmt: skip
WORDS = Sheet(EventText, ("event_id", "texts", "salt"))
RATINGS = Sheet(Rating, ("id", "submission_id", "value", "rated_at"))


@dataclass(frozen=True)
class Told:
    """What is written of a topic: its category, its texts, and how it ends, all as COPY takes it."""

    key: str
    request_type: str
    texts: list[tuple[str, str, str]]  # text, title, digest of the body
    done: list[tuple[str, str, str, bytes]]  # words, line for the public, JSON of the entry, its canonical JSON

    @classmethod
    def of(cls, category: Category, texts: Sequence[str], done: Sequence[str]) -> Told:
        told = [(escaped(text), escaped(text[:TITLE]), hashlib.sha256(text.encode()).hexdigest()) for text in texts]
        canonical = [json.dumps({"resolution": words}, ensure_ascii=False, separators=(",", ":")) for words in done]
        ends = [
            (escaped(words), escaped(words[:LINE]), escaped(entry), entry.encode())
            for words, entry in zip(done, canonical, strict=True)
        ]
        kind = category.request_type or str(Issue._meta.get_field("request_type").get_default())
        return cls(str(category.pk), kind, told, ends)


@dataclass
class Lines:
    """What is copied at once."""

    issues: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    ratings: list[str] = field(default_factory=list)

    def copy(self) -> None:
        told = (
            (ISSUES, self.issues), (REPORTS, self.reports), (EVENTS, self.events), (WORDS, self.words), (RATINGS, self.ratings),
        )  # fmt: skip
        for sheet, lines in told:
            sheet.copy(lines)


class Archive:
    """Writes what is over of a stretch of the past. `policy`: key of the version that everything was accepted under.

    `zone_s`: seconds that the local time is ahead of UTC, for the year in the numbers.
    """

    def __init__(self, past: Past, ground: Ground, topics: Topics, posts: Posts, *, policy: int, seed: int, zone_s: int) -> None:
        self.past, self.ground, self.posts, self.zone_s = past, ground, posts, zone_s
        self.policy, self.seed = str(policy), seed.to_bytes(8, "little")
        categories = {category.code: category for category in Category.objects.all()}
        named = zip(topics.codes, topics.texts, topics.done, strict=True)
        self.told = [Told.of(categories[code], texts, done) for code, texts, done in named]
        self.areas = [str(key) for key in ground.keys]
        self.holders: dict[tuple[int, int], str] = {}

    def write(self, first: int, last: int) -> None:
        """Copy the ended issues from place `first` up to `last` (not included), with all that belongs to them."""
        past, lines = self.past, Lines()
        here = np.flatnonzero(~past.is_open[first:last]) + first
        at, closed = past.at[here], past.closed[here]
        years = (at + self.zone_s).astype("datetime64[s]").astype("datetime64[Y]")
        moments = (
            at, at + (closed - at) // 4, at + (closed - at) // 2, closed - (closed - at) // 10, closed, at + DAY_S, at + 15 * DAY_S,
            at + 30 * DAY_S,
        )  # fmt: skip
        rows = zip(
            here.tolist(), past.cell[here].tolist(), past.topic[here].tolist(), past.words[here].tolist(),
            past.level[here].tolist(), past.ending[here].tolist(), past.came_back_of[here].tolist(),
            np.datetime_as_string(years).tolist(), points(past, here), zip(*map(spelled, moments), strict=True), strict=True,
        )  # fmt: skip
        for row in rows:
            self._add(lines, *row)
        lines.copy()

    def holder(self, level: int, cell: int) -> str:
        """Key of who holds an issue of the cell at that level."""
        known = self.holders.get((level, cell))
        if known is None:
            key = self.posts.of(OWNER[Level(level)], self.ground.paths[cell])
            known = self.holders[level, cell] = NULL if key is None else str(key)
        return known

    def _add(
        self, lines: Lines, place: int, cell: int, topic: int, words: int, level: int, ending: int, before: int, year: str,
        point: str, times: tuple[str, ...],
    ) -> None:  # fmt: skip
        """One issue that is over, with its report, its two entries and perhaps a rating."""
        key, told = place + 1, self.told[topic]
        number, status = f"{year}-{key:07d}", ENDINGS[ending][0]
        said = hashlib.blake2b(place.to_bytes(8, "little"), key=self.seed, digest_size=64).digest()
        text, title, body = told.texts[words % len(told.texts)]
        at, accepted, acknowledged, resolved, closed, contact_due, due, total = times
        is_solved = status in SOLVED
        done = told.done[said[0] % len(told.done)] if is_solved else None
        by = self.holder(level, cell) if status != "withdrawn" else NULL
        salt, facts = said[16:32].hex(), f'{{"source":"{SOURCE}","source_id":"{number}"}}'
        digest = hashlib.sha256(salt.encode() + done[3]).hexdigest() if done else ""
        head = self._told(lines, key, VERBS[status], at, closed, status, level, by, facts, digest)
        if done:
            lines.words.append(f"{key * EVENTS_PER_ISSUE + 1}\t{done[2]}\t{salt}\t{WORDS.tail}")
            if said[1] < RATED:
                lines.ratings.append(f"{key}\t{key}\t{VALUES[said[2] % 100]}\t{closed}\t{RATINGS.tail}")
        area, path = self.areas[cell], self.ground.paths[cell]
        unit = self._unit(level, path, topic)
        lines.issues.append(
            f"{key}\t{number}\t{number}\t{title}\t{told.key}\t{told.request_type}\t{status}\t{level}\t{area}\t{path}\t{point}\t"
            f"{self.policy}\t{by if unit == NULL else NULL}\t{unit}\t{by if is_solved else NULL}\t{at}\t{at}\t"
            f"{accepted if is_solved else NULL}\t{acknowledged if is_solved else NULL}\t{acknowledged if is_solved else NULL}\t"
            f"{resolved if is_solved else NULL}\t{closed}\t{contact_due}\t{due}\t{total}\t{NULL if before < 0 else before + 1}\t"
            f"{done[0] if done else ''}\t{done[1] if done else ''}\t{head}\t{ISSUES.tail}"
        )
        lines.reports.append(
            f"{key}\t{key}\t{said[32:48].hex()}\t{said[48:64].hex()}\t{receipt(said)}\t{body}\t{told.key}\t{told.request_type}\t{text}\t"
            f"{point}\t{area}\t{at}\t{REPORTS.tail}"
        )

    def _told(
        self, lines: Lines, key: int, verb: str, at: str, closed: str, status: str, level: int, by: str, facts: str, digest: str
    ) -> str:
        """Both entries, sealed as `issues.ledger` seals them: the head of the chain."""
        first = _sealed(key, 1, Verb.SUBMIT, at, "null", Actor.REQUESTER, "", "submitted", "null", level, facts, "", "")
        who = Role.PARTY_REPRESENTATIVE if by == NULL else OWNER[Level(level)]
        actor = Actor.REQUESTER if verb == Verb.WITHDRAW else who
        name = "null" if by == NULL else by
        second = _sealed(key, 2, verb, closed, name, actor, "submitted", status, str(level), level, facts, digest, first)
        event = key * EVENTS_PER_ISSUE
        lines.events.append(
            f"{event}\t{key}\t1\tsubmit\t{at}\t{NULL}\trequester\t\tsubmitted\t{NULL}\t{level}\t{facts}\t\t\t{first}\t{EVENTS.tail}"
            f"{event + 1}\t{key}\t2\t{verb}\t{closed}\t{by}\t{actor}\tsubmitted\t{status}\t{level}\t{level}\t{facts}\t{digest}\t"
            f"{first}\t{second}\t{EVENTS.tail}"
        )
        return second

    def _unit(self, level: int, path: str, topic: int) -> str:
        """Key of the department that led it, from the township up; the county's, by topic."""
        if level < UNITS_FROM:
            return NULL
        units = self.posts.units.get(path.rpartition(".")[0].rpartition(".")[0].rpartition(".")[0])
        return str(units[topic % len(units)]) if units else NULL


DAY_S, UNITS_FROM = 86_400, 30


def _sealed(
    key: int, number: int, verb: str, at: str, by: str, actor: str, before: str, after: str, from_level: str, level: int,
    facts: str, digest: str, previous: str,
) -> str:  # fmt: skip
    """The hash of an entry: of the canonical JSON of `issues.ledger`, spelled out, for a million a minute."""
    return hashlib.sha256(
        f'{{"actor":"{actor}","at":"{at}","by":{by},"facts":{facts},"from_level":{from_level},"from_status":"{before}",'
        f'"is_public":true,"issue":{key},"number":{number},"previous":"{previous}","text_digest":"{digest}",'
        f'"to_level":{level},"to_status":"{after}","verb":"{verb}"}}'.encode()
    ).hexdigest()


def receipt(said: bytes) -> str:
    """A receipt code of these random bytes."""
    return "".join(ALPHABET[byte & 31] for byte in said[:16])


def spelled(moments: Ints) -> list[str]:
    """Times as the ledger spells them: UTC, to the microsecond."""
    return [f"{text}.000000+00:00" for text in np.datetime_as_string(moments.astype("datetime64[s]"))]


def points(past: Past, here: Ints) -> list[str]:
    """The places as hexadecimal EWKB (EPSG:4326)."""
    raw = np.empty((len(here), 25), dtype=np.uint8)
    raw[:, :9] = np.frombuffer(bytes.fromhex("0101000020E6100000"), dtype=np.uint8)
    raw[:, 9:] = np.stack([past.lon[here], past.lat[here]], axis=-1).astype("<f8").view(np.uint8).reshape(len(here), 16)
    text = raw.tobytes().hex()
    return [text[start : start + 50] for start in range(0, len(text), 50)]
