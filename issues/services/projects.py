"""立项: what needs money or a season. A plan with milestones, approved above, takes the place of the level's clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext

from issues.errors import Refusal
from issues.models import Event, HolderRequest, Milestone, Project
from issues.moves.asking import Kind
from issues.services.acting import Act, does, unless
from issues.services.extending import in_words
from issues.services.requests import already_asked, ask, grant, record, reply_of
from issues.terms import Field, Verb
from issues.timing import clock

MOST_MILESTONES = 20
_LINE = re.compile(r"\s*(\d{4}-\d{1,2}-\d{1,2})[\s::,,、]+(.+?)\s*")

Steps = list[tuple[date, str]]


@unless(Verb.TAKE_AS_PROJECT)
def _not_a_project(act: Act) -> str:
    issue = act.issue
    if issue.is_project:
        return gettext("It is a project already.")
    if act.terms.project.plan.of(issue.level) is None:
        return gettext("At this light nothing is taken on as a project.")
    if issue.level_due_at and act.at > issue.level_due_at:
        until = in_words(act.calendar.local(issue.level_due_at))
        return gettext("It could be taken on as a project until %(until)s, before the time was up.") % {"until": until}
    return already_asked(act)


@does(Verb.TAKE_AS_PROJECT)
def take_as_project(act: Act) -> Event:
    """From now on it has the time that the policy gives for a plan; the plan then sets the dates."""
    issue = act.issue
    assert act.by is not None  # noqa: S101 - the table lets only people do it
    report_by = clock.after(act.terms.project.report_every, act.at, act.calendar)
    project, _made = Project.objects.update_or_create(
        issue=issue,
        defaults={"reason": act.text(Field.REASON), "taken_by": act.by, "taken_at": act.at, "report_due_at": report_by},
    )
    issue.is_project, issue.project = True, project
    if issue.first_contact_at is None and issue.contact_due_at and act.at <= issue.contact_due_at:
        act.clocks.wait_longer_for_contact()  # what was missed already stays missed
    act.clocks.start_level(act.at, now=act.at)
    facts = {"due": issue.level_due_at.isoformat() if issue.level_due_at else ""}
    return act.write(facts, texts=act.texts(Field.REASON, Field.REPLY), is_public=True)


@unless(Verb.FILE_PLAN, Verb.MILESTONE)
def _no_project(act: Act) -> str:
    if not act.issue.is_project:
        return gettext("It has not been taken on as a project.")
    if act.verb == Verb.FILE_PLAN:
        return already_asked(act)
    if not any(milestone.done_at is None for milestone in act.issue.project.milestones.all()):
        return gettext("There is no milestone left to reach.")
    return ""


@does(Verb.FILE_PLAN)
def file_plan(act: Act) -> Event:
    """What will be done, in steps with dates, the last within the longest time of a project."""
    steps = _steps(act)
    kept = [(day.isoformat(), name) for day, name in steps]
    request = ask(act, Kind.PLAN, reason=act.text(Field.PLAN), until=steps[-1][0], milestones=kept)
    return act.write(record(request, until=steps[-1][0].isoformat()), texts=act.texts(Field.PLAN, Field.MILESTONES))


def _steps(act: Act) -> Steps:
    """The milestones that were handed in, in order of their dates; raises Refusal naming the line."""
    found = _checked(act.facts.get(Field.MILESTONES))
    today = act.calendar.local(act.at).date()
    latest = clock.after(act.terms.project.longest, act.issue.project.taken_at, act.calendar).date()
    for day, name in found:
        if day <= today:
            raise _wrong(gettext("“%(name)s” must lie in the future.") % {"name": name})
        if day > latest:
            words = {"name": name, "longest": act.terms.project.longest.label, "latest": in_words(latest)}
            raise _wrong(gettext("“%(name)s” is too late: a project takes %(longest)s at most, until %(latest)s.") % words)
    return sorted(found)


def _checked(given: object) -> Steps:
    if isinstance(given, Iterable) and not isinstance(given, str | Mapping):
        lines = [f"{day} {name}" for day, name in given]
    else:
        lines = [line for line in str(given or "").splitlines() if line.strip()]
    if not 1 <= len(lines) <= MOST_MILESTONES:
        raise _wrong(gettext("Give between 1 and %(most)d milestones.") % {"most": MOST_MILESTONES})
    return [_step(line) for line in lines]


def _step(line: str) -> tuple[date, str]:
    match = _LINE.fullmatch(line)
    try:
        year, month, day = (int(part) for part in match[1].split("-")) if match else (0, 0, 0)
        return date(year, month, day), (match[2] if match else "")[:120]
    except ValueError:
        sentence = gettext("“%(line)s” is not a milestone; write a date and a name, for example 2026-05-31 Foundations laid.")
        raise _wrong(sentence % {"line": line.strip()}) from None


def _wrong(sentence: str) -> Refusal:
    return Refusal(sentence, field=Field.MILESTONES.value)


@does(Verb.APPROVE_PLAN)
def approve_plan(act: Act) -> Event:
    """Approved above: the milestones are the clock now, the issue is shown as a project, and lines of progress are due."""
    request, project = grant(act), act.issue.project
    project.plan, project.ends_on = request.reason, request.until
    project.approved_by, project.approved_at = act.by, act.at
    project.report_due_at = clock.after(act.terms.project.report_every, act.at, act.calendar)
    project.save()
    _follow_milestones(act, project, _put_steps(project, request))
    facts = record(request, until=request.until.isoformat() if request.until else "")
    return act.write(facts, texts={Field.REPLY.value: reply_of(act, request)}, is_public=True)


def _put_steps(project: Project, request: HolderRequest) -> Milestone | None:
    """The plan's steps in place of those not reached; what was reached stays. Gives the one that comes next."""
    project.milestones.open().delete()
    last = max(project.milestones.values_list("number", flat=True), default=0)
    steps = [
        Milestone(project=project, number=last + place, name=name, due_on=date.fromisoformat(day))
        for place, (day, name) in enumerate(request.milestones, start=1)
    ]
    Milestone.objects.bulk_create(steps)
    return min(steps, key=lambda step: (step.due_on, step.number), default=None)


def _follow_milestones(act: Act, project: Project, following: Milestone | None) -> None:
    """The level is due with the next milestone, the whole with the last."""
    ends_on = project.ends_on
    if ends_on is None:
        return
    act.clocks.follow(act.calendar.at_closing(following.due_on if following else ends_on), since=act.at, now=act.at)
    act.clocks.move_total(act.calendar.at_closing(ends_on), now=act.at)
    act.clocks.plan_warning(act.at)


@does(Verb.MILESTONE)
def reach_milestone(act: Act) -> Event:
    """The next step is done: the clock goes on to the one after it."""
    project = act.issue.project
    milestone = project.milestones.open().first()
    if milestone is None:
        raise Refusal(gettext("There is no milestone left to reach."))
    milestone.done_at = act.at
    milestone.save(update_fields=["done_at"])
    report_progress(act)
    _follow_milestones(act, project, project.milestones.open().first())
    return act.write({"milestone": milestone.number}, texts=act.texts(Field.TEXT, Field.REPLY), is_public=True)


def report_progress(act: Act) -> None:
    """A line of progress was written: the next is due after the policy's time."""
    project = act.issue.project
    project.report_due_at = clock.after(act.terms.project.report_every, act.at, act.calendar)
    project.save(update_fields=["report_due_at"])
    act.clocks.plan_warning(act.at)
