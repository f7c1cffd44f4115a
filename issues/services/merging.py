"""Two issues become one, or one becomes two; every requester keeps the receipt, and both ledgers say so."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from django.utils.translation import gettext

from grids.levels import Level
from issues import telling
from issues.errors import Refusal
from issues.models import Category, Event, Issue, Submission
from issues.services.acting import Act, does, unless
from issues.services.red import drop_proposal, leave_red_list
from issues.services.supervision import enter
from issues.terms import Field, Verb
from issues.writing import numbers

TITLE_MAX = 120
# What an issue that is split off inherits: its place, who holds it and every clock, so that none begins anew.
_INHERITED = (
    "request_type", "nature", "status", "level", "urgency", "area", "path", "point", "accuracy_m", "grid_ambiguous", "place_text",
    "policy", "handler", "handler_fallback", "lead_unit", "climb_cause", "reported_at", "accepted_at", "level_since",
    "acknowledged_at", "first_contact_at", "triage_due_at", "contact_due_at", "level_due_at", "total_due_at", "warn_at", "climb_at",
    "sign_due_at", "due_soon_at", "made_safe_at", "warned", "reminded", "reopened", "rectify_rounds", "recurrence_of",
    "non_public", "sealed", "dispute", "disputed_by",
)  # fmt: skip


@does(Verb.MERGE)
def merge(act: Act) -> Event:
    """The same problem is known: its reports join the other issue, each keeps its receipt; both ledgers say so."""
    issue, target = act.issue, act.facts["target"]
    assert isinstance(target, Issue)  # noqa: S101 - `move` has locked it and put it there
    _check_merge(issue, target)
    reports = Submission.objects.of_issue(issue).join(target)
    # Both numbers are estimates of the same households; of how many both know, the larger is the better.
    target.households = max(target.households or 0, issue.households or 0) or None
    if target.recurrence_of_id is None and issue.recurrence_of_id != target.pk:
        target.recurrence_of_id = issue.recurrence_of_id
    drop_proposal(act)
    leave_red_list(act)
    issue.merged_into = target
    act.end()
    event = act.write({"into": target.number}, is_public=True)
    joined = Act(issue=target, verb=Verb.MERGE, at=act.at, by=act.by, actors=act.actors, acting_as=act.acting_as)
    joined.write({"from": issue.number, "reports": reports}, is_public=True)
    return event


def _check_merge(issue: Issue, target: Issue) -> None:
    if issue.pk == target.pk:
        raise Refusal(gettext("An issue cannot be merged into itself."), field=Field.ISSUE.value)
    if not target.is_open:
        raise Refusal(
            gettext("Issue %(number)s has ended; nothing can be merged into it.") % {"number": target.number},
            field=Field.ISSUE.value,
        )
    if (issue.sealed, issue.non_public) != (target.sealed, target.non_public):
        raise Refusal(gettext("A confidential issue and an open one cannot be merged."), field=Field.ISSUE.value)


@unless(Verb.SPLIT)
def _too_few_to_split(act: Act) -> str:
    if act.report_count < 2:
        return gettext("There is only one report; what it also tells of is better reported anew.")
    return ""


@does(Verb.SPLIT)
def split(act: Act) -> Event:
    """Some of the reports tell of another problem: they go on as an issue of their own, on the same clocks."""
    issue, leaving = act.issue, _leaving(act)
    other = _split_off(act)
    other.save(force_insert=True)
    Submission.objects.with_ids(leaving).join(other)
    record = {"moved": sorted(leaving)}
    born = replace(act, issue=other, facts={Field.REASON: act.text(Field.REASON)}, also={})
    born.from_status, born.from_level = "", None
    if other.level == Level.COUNTY:
        _stay_listed(act, born)
    born.posts, born.calendar = act.posts, act.calendar  # the place is the same
    moved = [report for report in act.reports if report.pk in leaving]
    told = born.write(record | {"from": issue.number}, is_public=True)
    telling.tell(told, posts=act.posts, calendar=act.calendar, reports=lambda: moved, audiences=(telling.Audience.REQUESTERS,))
    return act.write(record | {"into": other.number}, texts=act.texts(Field.REASON), is_public=True)


def _leaving(act: Act) -> set[int]:
    """The reports that were chosen: some of the issue's, not all."""
    given = act.facts.get(Field.SUBMISSIONS)
    chosen: Collection[object] = given if isinstance(given, list | tuple | set) else str(given or "").split(",")
    own = {str(report.pk): report.pk for report in act.reports}
    wanted = {str(one).strip() for one in chosen}
    if not wanted <= set(own):
        raise Refusal(gettext("That report does not belong to this issue."), field=Field.SUBMISSIONS.value)
    if len(wanted) == len(own):
        raise Refusal(gettext("At least one report stays."), field=Field.SUBMISSIONS.value)
    return {own[one] for one in wanted}


def _split_off(act: Act) -> Issue:
    """The new issue, unsaved."""
    title = act.text(Field.TITLE)
    if len(title) > TITLE_MAX:
        words = {"field": Field.TITLE.label, "longest": TITLE_MAX}
        raise Refusal(gettext("“%(field)s” may have %(longest)d characters at most.") % words, field=Field.TITLE.value)
    key, number = numbers.key_and_number(act.calendar.local(act.at))
    other = Issue(**dict(_inherited(act.issue)), pk=key, number=number, title=title, category=_category(act))
    other.days_there, other.outlets_there = act.issue.days_there, act.issue.outlets_there
    return other


def _inherited(issue: Issue) -> Iterator[tuple[str, object]]:
    """What the new issue begins with; of what it refers to the row itself only where somebody has read it."""
    for name in _INHERITED:
        field = Issue._meta.get_field(name)
        known = not field.is_relation or field.is_cached(issue)  # type: ignore[union-attr]
        yield (name, getattr(issue, name)) if known else (field.attname, getattr(issue, field.attname))  # type: ignore[union-attr]


def _category(act: Act) -> Category:
    """The one that was named, confidential as the issue is; else the issue's own."""
    if not act.has(Field.CATEGORY):
        return act.issue.category
    category = Category.objects.in_use().with_code(act.text(Field.CATEGORY))
    if category is None or category.group_id is None:
        raise Refusal(gettext("There is no category “%(code)s”.") % {"code": act.text(Field.CATEGORY)}, field=Field.CATEGORY.value)
    if (category.sealed, category.non_public) != (act.issue.sealed, act.issue.non_public):
        raise Refusal(
            gettext("A confidential issue and an open one cannot come from the same reports."), field=Field.CATEGORY.value
        )
    return category


def _stay_listed(act: Act, born: Act) -> None:
    """What is split off a red issue stands in the list like the one it comes from, and owes its line of progress as soon."""
    entry = act.issue.standing_entry
    if entry is None:
        return
    enter(born, entry.grade, entry.lead_unit, entry.helpers.all(), leader=entry.leader, due_at=entry.due_at)
    born.issue.progress_due_at = act.issue.progress_due_at
    born.clocks.plan_warning(act.at)
