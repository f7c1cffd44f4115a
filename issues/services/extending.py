"""More time: asked before the time is up, granted above, so often and for so long as the policy lets each light."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext

from issues.errors import Refusal
from issues.models import Event, HolderRequest
from issues.moves.asking import Kind
from issues.services.acting import Act, does, unless
from issues.services.requests import already_asked, ask, grant, record, reply_of
from issues.terms import Field, Verb
from issues.timing import clock


def day_of(act: Act, name: Field) -> date:
    """The day that was handed in there; raises Refusal for what is none."""
    value = act.facts.get(name)
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise Refusal(
            gettext("“%(text)s” is not a date; write for example 2026-03-31.") % {"text": value}, field=name.value
        ) from None


def in_words(moment: datetime | date) -> str:
    """A day, or a day with its hour, as a sentence names it."""
    if isinstance(moment, datetime):
        return date_format(moment, "DATETIME_FORMAT")
    return date_format(moment, "DATE_FORMAT")


@unless(Verb.ASK_EXTENSION)
def _no_more_time(act: Act) -> str:
    issue, rules = act.issue, act.terms.level(act.issue.level).extension
    if issue.is_project:
        return gettext("A project keeps to its milestones; hand in another plan to move them.")
    if issue.level_due_at is None or act.at > issue.level_due_at:
        until = in_words(act.calendar.local(issue.level_due_at)) if issue.level_due_at else "–"
        return gettext("More time could be asked for until %(until)s, before the time was up.") % {"until": until}
    if granted_here(act) >= rules.times:
        words = {"times": rules.times}
        return gettext("At this light more time is granted %(times)d× at most; that has been used up.") % words
    return already_asked(act)


def granted_here(act: Act) -> int:
    """How often more time was granted at the issue's level, however often it came there; a reopening begins anew."""
    opened = max((event.number for event in act.events if event.verb == Verb.REOPEN), default=0)
    granted = (event for event in act.events if event.verb == Verb.EXTEND and event.number > opened)
    return sum(event.to_level == act.issue.level for event in granted)


@does(Verb.ASK_EXTENSION)
def ask_extension(act: Act) -> Event:
    """The holder asks, with the reason and a new date."""
    due = _new_due(act, day_of(act, Field.DUE))
    request = ask(act, Kind.EXTENSION, until=due.date())
    return act.write(record(request, due=due.isoformat()), texts=act.texts(Field.REASON))


def _new_due(act: Act, day: date) -> datetime:
    """When the level is due then: that day's end of work, later than now and no later than the policy lets it."""
    was = act.issue.level_due_at
    assert was is not None  # noqa: S101 - asked by the guard
    longest = act.terms.level(act.issue.level).extension.max
    latest, due = clock.after(longest, was, act.calendar), act.calendar.at_closing(day)
    if due <= was:
        words = {"was": in_words(act.calendar.local(was))}
        raise Refusal(gettext("The new date must be later than the present one, %(was)s.") % words, field=Field.DUE.value)
    if due > latest:
        words = {"longest": longest.label, "latest": in_words(latest.date())}
        sentence = gettext("At this light the time can be moved by %(longest)s at most, to %(latest)s.") % words
        raise Refusal(sentence, field=Field.DUE.value)
    return due


@does(Verb.EXTEND)
def extend(act: Act) -> Event:
    """Granted, for the day that was asked for or an earlier one; the requester is told the reason and the new date."""
    asked = act.pending
    assert isinstance(asked, HolderRequest)  # noqa: S101 - asked by the guard
    assert asked.until is not None  # noqa: S101 - every such request has its day
    due = _new_due(act, day_of(act, Field.DUE) if act.has(Field.DUE) else asked.until)
    if due.date() > asked.until:
        words = {"asked": in_words(asked.until)}
        raise Refusal(gettext("Nobody asked for longer than until %(asked)s.") % words, field=Field.DUE.value)
    was = act.issue.level_due_at
    request = grant(act)
    act.clocks.extend(due, now=act.at)
    facts = record(request, due=due.isoformat(), was=was.isoformat() if was else "")
    return act.write(facts, texts={Field.REPLY.value: reply_of(act, request)}, is_public=True)
