"""The end: ratings, calls without answer, closing, reopening."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext

from issues.errors import Refusal
from issues.models import Event, Issue, Notice, Rating, Submission
from issues.moves import calling, closing
from issues.moves.closing import Standing, Verdict
from issues.querysets.notices import DECISIONS
from issues.services.acting import Act, does, unless, whenever_written
from issues.services.raising import propose_to_raise
from issues.services.red import drop_proposal, leave_red_list, stay_on_red_list
from issues.terms import Actor, Cause, Field, Status, Verb
from issues.timing import clock
from issues.timing.deadlines import next_morning
from issues.workflow import UNTOLD


def open_feedback(act: Act) -> None:
    """The requester is asked; when nobody answers, the program asks again tomorrow. Who has only a telephone is called by people."""
    issue = act.issue
    issue.to_call = calling.has_to_be_called(issue, act.terms) or _needs_poll(act)
    issue.silent_close_at = None if closing.only_by_phone(issue) else next_morning(act.at, act.calendar)
    issue.warn_at = None


@whenever_written
def _whom_to_call(act: Act) -> None:
    """Who has only a telephone is told by people what was decided against them."""
    if act.verb in DECISIONS and act.issue.status in UNTOLD:
        act.issue.to_call = any(calling.can_only_be_called(report) for report in act.reports)


def _needs_poll(act: Act) -> bool:
    """Whether people have to ask the households: more are affected than could answer a message."""
    return (act.issue.households or 0) > 1 and closing.standing_of(act.issue, act.at).needs_poll


@does(Verb.RATE)
def rate(act: Act) -> Event:
    """What a requester says, or says to a caller who did not handle it. Good: the gate is tried; bad: one more round."""
    return _rate(act, _report_rated(act, act.reports))


@unless(Verb.PASS_ON_RATING)
def _nobody_to_speak_for(act: Act) -> str:
    return "" if _entered(act) else gettext("You entered no report of it whose rating is still awaited.")


@does(Verb.PASS_ON_RATING)
def pass_on_rating(act: Act) -> Event:
    """A contact household passes on what a neighbour, for whom it reported, said on the telephone, and agreed to.

    The ledger has it under a verb of its own, with the consent: nobody takes it for what a requester sent, or told a caller.
    """
    if act.facts[Field.CONSENT] not in ("yes", ["yes"]):
        raise Refusal(gettext("A rating is passed on only if whoever gave it agrees."), field=Field.CONSENT.value)
    return _rate(act, _report_rated(act, _entered(act)), consent="telephone")


def _entered(act: Act) -> list[Submission]:
    """The reports that the person entered for somebody, and that were not rated in this round."""
    rounds = act.issue.rating_round
    return [one for one in act.reports if act.by and one.entered_by_id == act.by.pk and rounds not in one.rated_rounds]


def _rate(act: Act, report: Submission, **how: str) -> Event:
    """Keep the rating and draw its consequence; `how`: what the ledger says besides of how it came."""
    issue = act.issue
    _save_rating(act, report)
    standing, was_round = closing.standing_of(issue, act.at), issue.rating_round
    if act.facts[Field.RATING] == Rating.Value.DISSATISFIED:
        issue.to_call = True
    draw_consequence(act, standing)
    record = {"report": report.pk, "rating": str(act.facts[Field.RATING]), "round": was_round, **how}
    event = act.write(record, texts=act.texts(Field.TEXT), is_public=True)
    if standing.verdict == Verdict.PASSED:
        close_if_complete(act, standing)
    return event


def _report_rated(act: Act, reports: Sequence[Submission]) -> Submission:
    """The requester's own report; for a caller the one of those reports that was named, or the only one."""
    if act.submission:
        return act.submission
    if act.has(Field.SUBMISSION):
        named = [report for report in reports if str(report.pk) == str(act.facts[Field.SUBMISSION])]
        if not named:
            raise Refusal(gettext("That report does not belong to this issue."), field=Field.SUBMISSION.value)
        return named[0]
    if len(reports) != 1:
        raise Refusal(gettext("Say for which of the reports the rating was given."), field=Field.SUBMISSION.value)
    return reports[0]


def _save_rating(act: Act, report: Submission) -> None:
    value = str(act.facts[Field.RATING])
    if value not in Rating.Value.values:
        raise Refusal(gettext("There is no such rating."), field=Field.RATING.value)
    rounds = act.issue.rating_round
    if rounds in report.rated_rounds:  # the issue is locked: nobody has rated since these were read
        raise Refusal(gettext("This report has been rated already; every round is rated once."))
    Rating.objects.create(
        submission=report,
        round=rounds,
        value=value,
        comment=act.text(Field.TEXT),
        taken_by=act.by,
        passed_on=act.verb == Verb.PASS_ON_RATING,
        rated_at=act.at,
    )


def draw_consequence(act: Act, standing: Standing) -> None:
    """Not content: one more round of work while the policy leaves one, then only an explanation, which people give."""
    if standing.verdict != Verdict.FAILED:
        return
    if standing.may_rectify:
        rectify(act)
    else:
        act.issue.silent_close_at, act.issue.to_call = None, True


def rectify(act: Act) -> None:
    """Not satisfied: back to the holder for a part of the level's usual time."""
    from issues.services.handling import back_to_work

    issue = act.issue
    back_to_work(act)
    issue.rectify_rounds += 1
    limit = act.terms.limit(issue.level, issue.urgency, issue.request_type)
    act.clocks.start_level(act.at, now=act.at, limit=limit.share(act.terms.closure.rectify_share))


@does(Verb.CALL_BACK)
def call_back(act: Act) -> Event:
    """Asked for a rating once more without getting one: the program by message, a person by telephone.

    A call stands in for an answer that no message could deliver.
    """
    if act.acting_as != Actor.SYSTEM:
        Notice.objects.undeliverable_answers([act.issue.pk]).called(act.at)
    event = act.write(texts=act.texts(Field.TEXT), is_public=True)
    enough = closing.asked_days(act.issue, act.at) >= act.terms.closure.attempts
    if enough:
        act.issue.silent_close_at = clock.after(act.terms.closure.silent_close, act.at, act.calendar)
    elif act.acting_as == Actor.SYSTEM:
        act.issue.silent_close_at = next_morning(act.at, act.calendar)
    act.issue.save(update_fields=["silent_close_at"])
    return event


@unless(Verb.TOLD)
def _nobody_to_tell(act: Act) -> str:
    if Issue.objects.with_ids([act.issue.pk]).untold().exists():
        return ""
    return gettext("Everybody who can be told has been told.")


@does(Verb.TOLD)
def tell_by_telephone(act: Act) -> Event:
    """Whom no message could tell what was decided was called."""
    Notice.objects.undeliverable_decisions([act.issue.pk]).called(act.at)
    act.issue.to_call = False
    return act.write(texts=act.texts(Field.TEXT), is_public=True)


def ask_again_or_close(act: Act) -> Event | None:
    """No rating has come: ask once more, close without one, or, if something else is missing, look again tomorrow."""
    issue, standing = act.issue, closing.standing_of(act.issue, act.at)
    if closed := close_if_complete(act, standing):
        return closed
    if standing.silent and standing.verdict == Verdict.FAILED:
        if standing.may_rectify:
            return _send_back_after_silence(act)
        _stop_asking(issue)
        return None
    if standing.silent and closing.is_unconfirmed(standing):
        return _have_it_checked(act)
    if standing.silent or standing.by_phone:
        issue.silent_close_at = next_morning(act.at, act.calendar)
        issue.save(update_fields=["silent_close_at"])
        return None
    return act.then(Verb.CALL_BACK)


def _send_back_after_silence(act: Act) -> Event:
    """Some rated, too few of them content, and no more will come."""
    act.verb = Verb.REOPEN
    rectify(act)
    return act.write({"cause": "rating", "round": act.issue.rectify_rounds}, is_public=True)


def _stop_asking(issue: Issue) -> None:
    """Nothing more is to be expected of the requesters: people explain it to them."""
    issue.silent_close_at = None
    issue.save(update_fields=["silent_close_at"])


def _have_it_checked(act: Act) -> Event:
    """Silence confirms nothing: what was solved on the spot is then verified by somebody else, as everything is."""
    issue = act.issue
    issue.on_the_spot, issue.silent_close_at, issue.to_call = False, None, False
    act.set_status(Status.PENDING_VERIFICATION)
    act.clocks.plan_warning(act.at)
    return act.write({"cause": "unconfirmed"}, is_public=True)


def close_if_complete(act: Act, standing: Standing | None = None) -> Event | None:
    """Close the issue, in the same transaction, if nothing is missing any more; `standing`, if it was read already."""
    standing = standing or closing.standing_of(act.issue, act.at)
    if closing.missing_in(standing):
        return None
    return act.then(Verb.CLOSE, standing=standing)


@unless(Verb.CLOSE)
def _gate(act: Act) -> str:
    return " ".join(closing.missing_in(_standing(act)))


def _standing(act: Act) -> Standing:
    """How the issue stands before the gate, as the act before has read it under the same lock, or read now."""
    standing = act.facts.get("standing")
    return standing if isinstance(standing, Standing) else closing.standing_of(act.issue, act.at)


@does(Verb.CLOSE)
def close(act: Act) -> Event:
    """Everything that must be true is: the program closes it."""
    standing = _standing(act)
    drop_proposal(act, is_pending=standing.proposed)
    if standing.supervised:
        leave_red_list(act)
    act.end()
    act.issue.unrated = standing.verdict == Verdict.OPEN
    return act.write({"unrated": act.issue.unrated}, is_public=True)


@unless(Verb.REOPEN)
def _too_late_to_reopen(act: Act) -> str:
    closed_at, closure = act.issue.closed_at, act.terms.closure
    within = closure.reopen if act.acting_as == Actor.REQUESTER else closure.reopen_by_staff
    if closed_at and act.at > _end_of(clock.after(within, closed_at, act.calendar)):
        return gettext("It could be reopened within %(time)s; please report it anew.") % {"time": within.label}
    return ""


def _end_of(due: datetime) -> datetime:
    """The last moment of that day: who reopens after work is not late."""
    return due.replace(hour=23, minute=59, second=59, microsecond=999999)


@does(Verb.REOPEN)
def reopen(act: Act) -> Event:
    """It came back, or was never solved. The time during which it stood closed is added to the total clock."""
    issue = act.issue
    assert issue.closed_at is not None  # noqa: S101 - the table reopens only what has ended
    if issue.total_due_at:
        act.clocks.move_total(issue.total_due_at + (act.at - issue.closed_at), now=act.at)
    issue.undone_at, issue.unrated = issue.closed_at, False
    issue.closed_at = issue.resolved_by = issue.resolved_at = issue.verified_at = issue.silent_close_at = None
    issue.reopened += 1
    act.set_status()
    answer = act.answer(issue.level)
    if issue.handler is None or not issue.handler.is_active:
        issue.handler, issue.handler_fallback = answer.person, answer.by_succession
    issue.on_the_spot = issue.to_call = False
    stay_on_red_list(act)
    act.clocks.start_level(act.at, now=act.at)
    event = act.write({"times": issue.reopened}, texts=act.texts(Field.REASON), is_public=True)
    if issue.reopened >= act.terms.suggest.reopened:
        propose_to_raise(act, Cause.REOPEN)
    return event
