"""民心日记 → 民心台账: an entry is written once, becomes an issue at most once, and the ledger is read from there.

Who may read what is in `issues/querysets/diary.py`. The words are kept as long as photos are (policy, `retention`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from grids.levels import Level
from grids.models import Area
from issues import policy
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.intake import doors, reporting
from issues.intake.reporting import Draft
from issues.models import DiaryEntry, DiaryReminder, Issue, MonthlyReview, ReviewPick, Submission
from issues.privacy import masking
from issues.querysets.diary import REVIEWERS
from representatives.models import Person
from representatives.roles import Page
from representatives.scopes import scope_of

TEXT_MAX = reporting.TEXT_MAX
FEWEST = 5  # below so many entries, or writers, no figure is told (domain notes §5.3)


@dataclass(frozen=True, kw_only=True)
class Elements:
    """The six elements of an entry; when, where and what was raised are needed, the rest as people like."""

    visited_at: datetime
    area: Area
    raised: str
    place_text: str = ""
    spoken_to: str = ""
    idea: str = ""
    learned: str = ""


def places_for(writer: Person, at: datetime) -> list[Area]:
    """The villages and cells of which the person may write, by place; cells only for who is posted to a few villages."""
    paths = scope_of(writer, at).page_paths(Page.DIARY)
    areas = Area.objects.current().under_any(paths).without_boundary().order_by("path")
    villages = list(areas.of_level(Level.VILLAGE).select_related("parent").defer("parent__boundary"))
    if len(villages) > 3:
        return villages
    return list(areas.of_levels(Level.VILLAGE, Level.GRID).select_related("parent").defer("parent__boundary"))


@transaction.atomic
def write(key: UUID, said: Elements, *, by: Person, at: datetime) -> DiaryEntry:
    """Keep the entry of that key, new or changed. Raises Refusal, Forbidden, OutOfScope; the same again is the same entry."""
    paths = scope_of(by, at).page_paths(Page.DIARY)
    if not any(said.area.path == path or said.area.path.startswith(f"{path}.") for path in paths):
        raise Forbidden(_("You are not posted to that place."))
    _check(said, at)
    entry = DiaryEntry.objects.lock(key) or DiaryEntry(key=key, writer=by, written_at=at)
    if entry.writer_id != by.pk:
        raise OutOfScope(_("There is no such entry."))
    if entry.submission_id or entry.erased_at:
        raise Refusal(_("It has become an issue, or its words were erased: it cannot be changed any more."))
    for name in ("visited_at", "area", "raised", "place_text", "spoken_to", "idea", "learned"):
        setattr(entry, name, getattr(said, name))
    entry.path = said.area.path
    entry.save()
    return entry


def _check(said: Elements, at: datetime) -> None:
    if said.visited_at > at:
        raise Refusal(_("That time has not come yet."), field="visited_at")
    if not said.raised.strip():
        raise Refusal(_("Say what was raised."), field="raised")
    for name in ("raised", "place_text", "spoken_to", "idea", "learned"):
        if masking.has_numbers(getattr(said, name)):
            raise Refusal(_("Please leave out numbers of telephones and cards: a diary is about what is the matter."), field=name)
    doors.check(said.raised, field="raised")


def make_issue(key: UUID, *, danger: bool, category: str = "", by: Person, at: datetime) -> Submission:
    """The report that the entry becomes, through the ordinary intake; the one that it became, if it did. Raises Refusal."""
    with transaction.atomic():
        entry = _readable(key, by, at)
        if entry.submission:
            return entry.submission
        if entry.erased_at:
            raise Refusal(_("Its words were erased: nothing can be made of it any more."))
        entry.submission = reporting.report(_draft(entry, danger, category, by, at), at=at, entered_by=by)
        entry.save(update_fields=["submission"])
        return entry.submission


def _draft(entry: DiaryEntry, danger: bool, category: str, by: Person, at: datetime) -> Draft:
    """What was raised, where and when; whom one spoke to, and what one thinks of it, stay in the diary."""
    return Draft(
        uuid=entry.key,
        text=entry.raised,
        category=category,
        danger=danger,
        area=entry.area.code,
        place_text=entry.place_text,
        occurred_at=entry.visited_at,
        channel=reporting.channel_of(by, at, card=False, for_somebody=True),
    )


def _readable(key: UUID, by: Person, at: datetime) -> DiaryEntry:
    entry = DiaryEntry.objects.visible_to(by, at).lock(key)
    if entry is None:
        raise OutOfScope(_("There is no such entry."))
    return entry


@transaction.atomic
def drop(key: UUID, *, by: Person, at: datetime) -> None:
    """The writer takes an entry back that nothing was made of. Raises OutOfScope, Refusal."""
    entry = _readable(key, by, at)
    if entry.writer_id != by.pk:
        raise OutOfScope(_("There is no such entry."))
    if entry.submission_id or entry.picks.exists():
        raise Refusal(_("It has become an issue, or a review chose it: it stays."))
    entry.delete()


@transaction.atomic
def review(
    village: Area, month: date, *, held_on: date, entries: Collection[UUID], issues: Collection[str], by: Person, at: datetime
) -> MonthlyReview:
    """What the village's review of the month (its first day) chose; said again, it replaces what was chosen. Raises Forbidden."""
    if not REVIEWERS & scope_of(by, at).roles_at(village.path):
        raise Forbidden(_("The review of a month is held by the secretary of the village."))
    if not month <= held_on <= localdate(at):
        raise Refusal(_("The review is held in the month or after it, and not in the future."), field="held_on")
    values = {"path": village.path, "held_on": held_on, "by": by, "at": at}
    made, _new = MonthlyReview.objects.update_or_create(area=village, month=month, defaults=values)
    chosen = DiaryEntry.objects.under(village.path).with_keys(entries)
    found = Issue.objects.visible_to(by, at).under(village.path).with_numbers(issues)
    made.picks.all().delete()
    ReviewPick.objects.bulk_create(
        [*(ReviewPick(review=made, entry=one) for one in chosen), *(ReviewPick(review=made, issue=one) for one in found)]
    )
    return made


def remind(visits: int, *, by: Person) -> None:
    """So many visits a month, for oneself; 0 ends it. Raises Refusal."""
    if not 0 <= visits <= 31:
        raise Refusal(_("Between 0 and 31 visits a month."), field="visits")
    DiaryReminder.objects.wish(by, visits)


def purge(*, at: datetime) -> int:
    """Erase the words of entries as old as photos may be, by the policy in force. How many."""
    kept = policy.terms(policy.in_force(at).pk).retention.attachments.on_calendar
    return DiaryEntry.objects.written_until(at - kept).erase(at)
