"""Standing still: suspended for a reason of the closed list, or deferred until it can be done; and going on again."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext

from issues.errors import Refusal
from issues.models import Event, HolderRequest, Issue, SubTask
from issues.moves.asking import Kind, Rest, Verdict
from issues.policy.sections import SuspensionReason
from issues.services.acting import Act, does, unless
from issues.services.extending import day_of, in_words
from issues.services.requests import already_asked, ask, grant, record, reply_of
from issues.services.supervision import await_progress
from issues.terms import Field, Status, Verb
from issues.timing import clock, task_clock


@unless(Verb.ASK_SUSPENSION, Verb.ASK_DEFERRAL)
def _no_rest(act: Act) -> str:
    return already_asked(act)


@does(Verb.ASK_SUSPENSION)
def ask_suspension(act: Act) -> Event:
    """The holder asks for a rest: why, until when, and what is done meanwhile where the policy wants to know."""
    reason = _reason(act)
    until = _until(act, reason, day_of(act, Field.RESUME_ON) if act.has(Field.RESUME_ON) else None)
    request = ask(act, Kind.SUSPENSION, suspension_reason=reason, until=until, interim_measure=_interim(act, _rules(act, reason)))
    facts = record(request, suspension=reason.value, resume=until.isoformat() if until else "")
    return act.write(facts, texts=act.texts(Field.REASON, Field.INTERIM))


def _reason(act: Act) -> Rest:
    """One of the closed list, as far as the policy lets it."""
    value = act.text(Field.SUSPENSION)
    if value not in Rest.values or Rest(value) not in act.terms.suspension.reasons:
        raise Refusal(gettext("That is not among the reasons for which an issue may rest."), field=Field.SUSPENSION.value)
    return Rest(value)


def _rules(act: Act, reason: Rest) -> SuspensionReason:
    return act.terms.suspension.reasons[reason]


def _interim(act: Act, rules: SuspensionReason) -> str:
    if rules.needs_interim_measure and not act.has(Field.INTERIM):
        raise Refusal(gettext("Say what is done meanwhile, so that nobody comes to harm."), field=Field.INTERIM.value)
    return act.text(Field.INTERIM)


def _until(act: Act, reason: Rest, day: date | None) -> date | None:
    """The day on which it goes on; None: the longest time that the policy gives, counted from when it is granted."""
    if reason == Rest.REQUESTER:
        return None  # it goes on by itself
    if day is None:
        if _rules(act, reason).needs_resume_date:
            raise Refusal(gettext("Say on which day work goes on."), field=Field.RESUME_ON.value)
        return None
    longest = act.terms.suspension.longest_of(reason)
    latest = clock.after(longest, act.at, act.calendar).date()
    if day <= act.calendar.local(act.at).date():
        raise Refusal(gettext("The day on which work goes on must lie in the future."), field=Field.RESUME_ON.value)
    if day > latest:
        words = {"longest": longest.label, "latest": in_words(latest)}
        sentence = gettext("For this reason an issue may rest for %(longest)s at most, until %(latest)s.") % words
        raise Refusal(sentence, field=Field.RESUME_ON.value)
    return day


@does(Verb.SUSPEND)
def suspend(act: Act) -> Event:
    """Granted: every clock stands still until the day named, then the program sets it going again."""
    request = grant(act)
    reason = Rest(request.suspension_reason)
    until = _until(act, reason, request.until)
    longest = clock.after(act.terms.suspension.longest_of(reason), act.at, act.calendar)
    act.set_status()
    resume_at = act.calendar.at_closing(until) if until else longest
    act.clocks.rest(resume_at, now=act.at)
    _let_parts_rest(act)
    facts = record(request, suspension=reason.value, resume=resume_at.date().isoformat())
    texts = {Field.REPLY.value: act.text(Field.REPLY) or request.reply, Field.INTERIM.value: request.interim_measure}
    return act.write(facts, texts=texts, is_public=True)


def rests_for(issue: Issue) -> Rest | None:
    """Why the issue is suspended; None if it is not, or was before reasons were kept."""
    if issue.status != Status.SUSPENDED:
        return None
    request = HolderRequest.objects.about(issue).granted(Kind.SUSPENSION).first()
    return Rest(request.suspension_reason) if request else None


@does(Verb.RESUME)
def resume(act: Act) -> Event:
    """The reason for which it stood still is over: every clock goes on where it stopped."""
    paused_at = _since(act, Verb.SUSPEND)
    act.set_status()
    _go_on(act, paused_at)
    if act.issue.progress_due_at:
        await_progress(act)  # nobody reports on what rests
    return act.write(is_public=True)


def _let_parts_rest(act: Act) -> None:
    """Nobody is reminded of a part of what rests."""
    tasks = act.issue.open_sub_tasks
    for task in tasks:
        task.warn_at = None
    if tasks:
        SubTask.objects.bulk_update(tasks, ["warn_at"])


def _parts_go_on(act: Act, paused_at: datetime) -> None:
    """What units were asked for is due later by the rest, as the issue is: by its length, or by its working days."""
    tasks = act.issue.open_sub_tasks
    for task in tasks:
        of_issue = task.due_at == act.issue.level_due_at
        natural = act.clocks.limit.is_natural if of_issue else act.terms.whistle.reply.is_natural
        task.due_at = clock.shifted(task.due_at, paused_at, act.at, act.calendar, natural=natural)
        task.warn_at = task_clock.next_reminder(task, act.terms, act.calendar, after=act.at)
    if tasks:
        SubTask.objects.bulk_update(tasks, ["due_at", "warn_at"])


def _go_on(act: Act, paused_at: datetime) -> None:
    """The clocks run again, the parts of others too; the slip of a proposal that waits says the same date as the issue."""
    _parts_go_on(act, paused_at)
    act.clocks.go_on(paused_at, now=act.at)
    slip = act.issue.pending_slip if act.issue.decide_due_at else None
    if slip:
        slip.decide_by = act.issue.decide_due_at
        slip.save(update_fields=["decide_by"])


def _since(act: Act, verb: Verb) -> datetime:
    """When it came to stand still by that verb."""
    stopped = Event.objects.done(act.issue, verb).first()
    return stopped.at if stopped else act.at


@does(Verb.ASK_DEFERRAL)
def ask_deferral(act: Act) -> Event:
    """It cannot be done yet: the holder says why, and what the requester is to be told."""
    request = ask(act, Kind.DEFERRAL)
    return act.write(record(request), texts=act.texts(Field.REASON, Field.REPLY))


@does(Verb.DEFER)
def defer(act: Act) -> Event:
    """Signed above: on the deferred list, explained to the requester, and looked at again when the policy says."""
    request = grant(act)
    act.set_status()
    _plan_review(act)
    _let_parts_rest(act)
    texts = {Field.REPLY.value: reply_of(act, request)}
    return act.write(record(request, review=_review_day(act)), texts=texts, is_public=True)


def _plan_review(act: Act) -> None:
    act.clocks.rest(clock.after(act.terms.deferral.review_every, act.at, act.calendar), now=act.at)


def _review_day(act: Act) -> str:
    return act.issue.resume_at.date().isoformat() if act.issue.resume_at else ""


@unless(Verb.REVIEW)
def _objection_first(act: Act) -> str:
    if act.pending:
        return gettext("The requester has objected; the level above decides that first.")
    return ""


@does(Verb.REVIEW)
def review(act: Act) -> Event:
    """Looked at again: taken up, on the clocks that stood still, or kept with a new reason told to the requester."""
    verdict = act.text(Field.VERDICT)
    if verdict == Verdict.TAKE_UP:
        take_up(act)
    elif verdict == Verdict.KEEP:
        if not act.has(Field.REPLY):
            raise Refusal(gettext("Tell the requester why it still cannot be done."), field=Field.REPLY.value)
        _plan_review(act)
    else:
        raise Refusal(gettext("Say whether it is taken up again or kept."), field=Field.VERDICT.value)
    facts = {"verdict": verdict, "review": _review_day(act)}
    return act.write(facts, texts=act.texts(Field.REASON, Field.REPLY), is_public=True)


def take_up(act: Act) -> None:
    """A deferred issue is work again."""
    act.set_status(Status.IN_PROGRESS)
    _go_on(act, _since(act, Verb.DEFER))
    if act.issue.progress_due_at:
        await_progress(act)
