"""What the holder asks of those above: more time, a rest, the deferred list, an explained end; and the requester's objection."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from issues import ledger, services, sweeps
from issues.asking import Kind, Rest
from issues.errors import Forbidden, OutOfScope, Refusal
from issues.models import HolderRequest, Issue
from issues.terms import Status, Verb
from representatives.models import Assignment
from representatives.roles import Role
from tests.issues import factories as make
from tests.issues.factories import MONDAY, TUESDAY, ask, china, do, told, verbs

NORMAL = "env.waste"  # green, three working days, checked on site

pytestmark = pytest.mark.django_db


BROUGHT = {"green": make.in_hand, "blue": make.at_blue, "yellow": make.at_yellow, "red": make.at_red}


def brought(county: make.County, light: str) -> Any:
    """An issue in hand at that light, with all its dates."""
    return BROUGHT[light](county, MONDAY, about=NORMAL)


def vacate(role: Role, at) -> None:
    """Nobody holds the role any more."""
    Assignment.objects.filter(role=role).update(term=(make.LONG_AGO, at))


def verbs_of(issue: Issue, person, at) -> set[str]:
    return {move.verb for move in services.possible_moves(issue, person, at)}


def waits_for(person, at) -> dict[str, str]:
    found: list[Any] = list(Issue.objects.waiting_for(person, at))
    return {issue.number: issue.asked for issue in found}


# --- more time: light, who asks, level due, who grants, the latest day, one day too late ---

EXTENSIONS = [
    ("green", "pr1", "2024-09-26 17:30", "vs1", "2024-09-29", "2024-09-30"),  # 2 working days: Friday, and the worked Sunday
    ("blue", "vs1", "2024-09-29 17:30", "tc1", "2024-10-09", "2024-10-10"),  # 3: Monday, then after National Day
    ("yellow", "tc1", "2024-10-11 17:30", "duc", "2024-10-24", "2024-10-25"),  # 10
    ("red", "roads", "2024-10-24 17:30", "leader", "2024-11-14", "2024-11-15"),  # 15
]


@pytest.mark.parametrize(("light", "asker", "due", "granter", "latest", "too_late"), EXTENSIONS)
def test_extension_when_granted_above_moves_both_clocks_and_tells_the_requester(
    county, light, asker, due, granter, latest, too_late
):
    issue = brought(county, light)
    assert issue.level_due_at == china(due)
    total = issue.total_due_at
    with pytest.raises(Refusal, match="at most, to") as refused:
        do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="parts are late", due=too_late)
    assert refused.value.field == "due"

    do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="parts are late", due=latest)
    assert issue.level_due_at == china(due)  # asking moves nothing
    assert waits_for(county[granter], TUESDAY)[issue.number] == "decide"
    assert Verb.EXTEND in verbs_of(issue, county[granter], TUESDAY)
    do(issue, Verb.EXTEND, county[granter], TUESDAY)

    moved = china(f"{latest} 17:30") - china(due)
    assert issue.level_due_at == china(f"{latest} 17:30")
    assert issue.total_due_at == total + moved
    event = issue.events.get(verb="extend")
    assert event.public_texts == {"reply": "parts are late"}
    assert event.facts["due"].startswith(latest)
    assert event.notices.filter(submission__isnull=False).exists()
    assert issue.number not in {number for number, asked in waits_for(county[granter], TUESDAY).items() if asked == "decide"}


@pytest.mark.parametrize(("light", "asker", "due", "granter", "latest", "too_late"), EXTENSIONS)
def test_extension_is_granted_by_nobody_but_the_one_above(county, light, asker, due, granter, latest, too_late):
    issue = brought(county, light)
    do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="parts are late", due=latest)

    for name in {"gm1", "pr1", "vs1", "tc1", "tc2", "roads", "power", "duc", "leader"} - {granter}:
        with pytest.raises((Forbidden, OutOfScope, Refusal)):
            do(issue, Verb.EXTEND, county[name], TUESDAY)
        assert Verb.EXTEND not in verbs_of(issue, county[name], TUESDAY)


@pytest.mark.parametrize(("light", "times"), [("green", 1), ("blue", 1), ("yellow", 1), ("red", 2)])
def test_extension_when_the_policys_times_are_used_up_is_refused(county, light, times):
    issue = brought(county, light)
    asker, granter = next((row[1], row[3]) for row in EXTENSIONS if row[0] == light)

    for _ in range(times):
        later = make.calendar().nth_working_day(issue.level_due_at.date(), 1)
        do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="rain", due=later.isoformat())
        do(issue, Verb.EXTEND, county[granter], TUESDAY)

    with pytest.raises(Refusal, match=f"granted {times}× at most; that has been used up"):
        do(issue, Verb.ASK_EXTENSION, county[asker], TUESDAY, reason="rain", due="2024-12-01")
    assert Verb.ASK_EXTENSION not in verbs_of(issue, county[asker], TUESDAY)


def test_extension_is_counted_anew_at_the_next_level(county):
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    do(issue, Verb.EXTEND, county["vs1"], TUESDAY)
    do(issue, Verb.ESCALATE, county["pr1"], TUESDAY, tried="all")
    do(issue, Verb.ACKNOWLEDGE, county["vs1"], TUESDAY)

    do(issue, Verb.ASK_EXTENSION, county["vs1"], TUESDAY, reason="rain", due="2024-10-08")

    assert issue.pending_request.level == issue.level


def extended_and_back_at_green(county: make.County) -> Issue:
    """Given more time at green, passed up, and returned."""
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    do(issue, Verb.EXTEND, county["vs1"], TUESDAY)
    do(issue, Verb.ESCALATE, county["pr1"], TUESDAY, tried="all")
    do(issue, Verb.RETURN_DOWN, county["vs1"], TUESDAY)
    do(issue, Verb.ACKNOWLEDGE, county["pr1"], TUESDAY)
    return issue


def test_extension_when_the_issue_comes_back_to_a_light_is_not_granted_there_again(county):
    issue = extended_and_back_at_green(county)

    with pytest.raises(Refusal, match="granted 1× at most; that has been used up"):
        do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-29")


def test_extension_is_counted_anew_once_the_issue_was_reopened(county):
    issue = extended_and_back_at_green(county)
    do(issue, Verb.RESOLVE, county["pr1"], TUESDAY)
    do(issue, Verb.VERIFY, county["gm1"], TUESDAY)
    ask(issue, Verb.RATE, TUESDAY, rating="satisfied")
    do(issue, Verb.REOPEN, county["vs1"], TUESDAY, reason="it came back")
    if issue.status == Status.ASSIGNED:
        do(issue, Verb.ACKNOWLEDGE, county["pr1"], TUESDAY)
    assert issue.level_due_at
    later = make.calendar().nth_working_day(issue.level_due_at.date(), 1)

    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due=later.isoformat())

    assert issue.pending_request
    assert issue.pending_request.kind == Kind.EXTENSION


@pytest.mark.parametrize(("at", "passes"), [("2024-09-26 17:30", True), ("2024-09-26 17:31", False)])
def test_extension_can_be_asked_for_until_the_very_moment_it_is_due(county, at, passes):
    issue = brought(county, "green")

    if passes:
        do(issue, Verb.ASK_EXTENSION, county["pr1"], china(at), reason="rain", due="2024-09-27")
        assert issue.pending_request.kind == Kind.EXTENSION
    else:
        with pytest.raises(Refusal, match="before the time was up"):
            do(issue, Verb.ASK_EXTENSION, county["pr1"], china(at), reason="rain", due="2024-09-27")


@pytest.mark.parametrize(
    ("due", "sentence"),
    [("2024-09-26", "later than the present one"), ("2024-09-20", "later than the present one"), ("soon", "is not a date")],
)
def test_extension_to_no_later_date_is_refused(county, due, sentence):
    issue = brought(county, "green")

    with pytest.raises(Refusal, match=sentence):
        do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due=due)


def test_granter_may_give_less_but_never_more_than_was_asked(county):
    issue = brought(county, "yellow")
    do(issue, Verb.ASK_EXTENSION, county["tc1"], TUESDAY, reason="rain", due="2024-10-18")

    with pytest.raises(Refusal, match="Nobody asked for longer"):
        do(issue, Verb.EXTEND, county["duc"], TUESDAY, due="2024-10-21")
    do(issue, Verb.EXTEND, county["duc"], TUESDAY, due="2024-10-15", reply="Until Tuesday")

    assert issue.level_due_at == china("2024-10-15 17:30")
    assert issue.events.get(verb="extend").public_texts == {"reply": "Until Tuesday"}


def test_request_when_refused_leaves_everything_and_tells_the_asker(county):
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    before = (issue.level_due_at, issue.total_due_at, issue.status)

    with pytest.raises(Refusal, match="“Reason” is missing"):
        do(issue, Verb.REFUSE_REQUEST, county["vs1"], TUESDAY)
    do(issue, Verb.REFUSE_REQUEST, county["vs1"], TUESDAY, reason="it is a day's work")

    assert (issue.level_due_at, issue.total_due_at, issue.status) == before
    request = HolderRequest.objects.get()
    assert (request.decision, request.decided_by, request.decision_reason) == ("refused", county["vs1"], "it is a day's work")
    assert Role.PARTY_REPRESENTATIVE in told(issue, Verb.REFUSE_REQUEST)
    assert issue.events.get(verb="refuse_request").public_texts == {}
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="it really rains", due="2024-09-27")  # refused is not granted


def test_one_thing_is_asked_at_a_time_and_nothing_can_be_granted_unasked(county):
    issue = brought(county, "green")
    with pytest.raises(Refusal, match="Nobody has asked for this"):
        do(issue, Verb.EXTEND, county["vs1"], TUESDAY)
    with pytest.raises(Refusal, match="could be refused"):
        do(issue, Verb.REFUSE_REQUEST, county["vs1"], TUESDAY, reason="no")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")

    with pytest.raises(Refusal, match="asked already and waits for a decision: more time"):
        do(issue, Verb.ASK_SUSPENSION, county["pr1"], TUESDAY, suspension="funds", reason="no money")


def test_who_stands_in_for_a_vacancy_asks_one_level_above_themselves(county):
    vacate(Role.PARTY_REPRESENTATIVE, MONDAY)
    issue: Any = make.accepted(county, TUESDAY, about=NORMAL)
    do(issue, Verb.ACKNOWLEDGE, county["vs1"], TUESDAY)
    assert issue.handler_fallback
    do(issue, Verb.ASK_EXTENSION, county["vs1"], TUESDAY, reason="rain", due="2024-09-29")

    assert issue.pending_request.decider == Role.TOWNSHIP_COMMITTEE
    with pytest.raises((Forbidden, Refusal)):
        do(issue, Verb.EXTEND, county["vs1"], TUESDAY)
    do(issue, Verb.EXTEND, county["tc1"], TUESDAY)
    assert issue.level_due_at == china("2024-09-29 17:30")


def test_question_for_a_vacant_desk_waits_for_whoever_stands_in(county):
    issue = brought(county, "green")
    vacate(Role.VILLAGE_SECRETARY, TUESDAY)
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")

    assert waits_for(county["tc1"], TUESDAY)[issue.number] == "decide"
    do(issue, Verb.EXTEND, county["tc1"], TUESDAY)


@pytest.mark.parametrize("verb", [Verb.RESOLVE, Verb.ESCALATE])
def test_question_is_dropped_when_the_issue_goes_another_way(county, verb):
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    do(issue, verb, county["pr1"], TUESDAY, **({"tried": "all"} if verb == Verb.ESCALATE else {}))

    assert HolderRequest.objects.get().decision == "dropped"
    assert issue.number not in {number for number, asked in waits_for(county["vs1"], TUESDAY).items() if asked == "decide"}


def test_database_refuses_a_grant_by_the_asker_and_by_nobody(county):
    issue = brought(county, "green")
    do(issue, Verb.ASK_EXTENSION, county["pr1"], TUESDAY, reason="rain", due="2024-09-27")
    request = HolderRequest.objects.get()
    for decider in (county["pr1"], None):
        request.decision, request.decided_by = "granted", decider
        with pytest.raises(IntegrityError), transaction.atomic():
            request.save()


def test_sealed_matter_has_no_questions_to_those_above(county):
    issue: Any = make.reported(county, MONDAY, about="village.conduct")
    do(issue, Verb.ACCEPT, county["discipline1"], MONDAY)
    do(issue, Verb.ACKNOWLEDGE, county["discipline1"], MONDAY)

    with pytest.raises(Refusal, match="sealed"):
        do(issue, Verb.ASK_EXTENSION, county["discipline1"], MONDAY, reason="rain", due="2024-10-13")


# --- a rest ---

SUSPENDERS = [("green", "pr1", "vs1"), ("blue", "vs1", "tc1"), ("yellow", "tc1", "duc"), ("red", "roads", "leader")]


@pytest.mark.parametrize(("light", "asker", "granter"), SUSPENDERS)
def test_suspension_stops_every_clock_and_goes_on_by_itself(county, light, asker, granter):
    issue = brought(county, light)
    level, total, contact = issue.level_due_at, issue.total_due_at, issue.contact_due_at

    do(issue, Verb.ASK_SUSPENSION, county[asker], TUESDAY, suspension="funds", reason="no money yet", resume_on="2024-10-10")
    assert issue.status != Status.SUSPENDED
    do(issue, Verb.SUSPEND, county[granter], TUESDAY)
    assert (issue.status, issue.warn_at, issue.climb_at) == (Status.SUSPENDED, None, None)
    assert issue.resume_at == china("2024-10-10 17:30")
    assert issue.clock_state(china("2024-12-31 09:00")) == "paused"
    assert issue.events.get(verb="suspend").is_public
    assert sweeps.resume(at=china("2024-10-10 17:29")).done == 0

    assert sweeps.resume(at=china("2024-10-10 17:30")).done == 1
    issue.refresh_from_db()
    assert (issue.status, issue.resume_at) == (Status.IN_PROGRESS, None)
    days = make.calendar().working_days_between(TUESDAY.date(), china("2024-10-10 17:30").date())
    assert issue.level_due_at.date() == make.calendar().nth_working_day(level.date(), days)
    assert issue.total_due_at == total + (china("2024-10-10 17:30") - TUESDAY)
    assert issue.contact_due_at > contact
    assert issue.due_soon_at > china("2024-10-10 17:30")  # the marks move with the clock: no warning the moment it goes on
    assert issue.clock_state(china("2024-10-10 17:31")) == "on_track"


# reason, day (from Friday 2024-11-01), what is done meanwhile, the sentence or "" if it passes
RESTS = [
    ("season", "2025-03-31", "ford marked", ""),  # the journey J5: 150 days on
    ("season", "2025-04-30", "ford marked", ""),  # exactly 180
    ("season", "2025-05-01", "ford marked", "rest for 180 days at most"),
    ("season", "2025-05-20", "ford marked", "rest for 180 days at most"),  # 200
    ("season", "2025-03-31", "", "Say what is done meanwhile"),
    ("season", "", "ford marked", "Say on which day"),
    ("funds", "2025-01-30", "", ""),  # exactly 90
    ("funds", "2025-01-31", "", "rest for 90 days at most"),
    ("legal", "", "", ""),
    ("force_majeure", "2024-11-01", "", "must lie in the future"),
    ("force_majeure", "tomorrow", "", "is not a date"),
    ("too_much_work", "2024-12-01", "", "not among the reasons"),
]


@pytest.mark.parametrize(("reason", "day", "interim", "sentence"), RESTS)
def test_rest_is_asked_for_within_the_closed_list(county, reason, day, interim, sentence):
    at = china("2024-11-01 09:00")
    issue: Any = make.at_red(county, at, about=NORMAL)
    facts = {"suspension": reason, "reason": "frozen ground", "resume_on": day, "interim": interim}

    if sentence:
        with pytest.raises(Refusal, match=sentence):
            do(issue, Verb.ASK_SUSPENSION, county["roads"], at, **facts)
        assert issue.pending_request is None
    else:
        do(issue, Verb.ASK_SUSPENSION, county["roads"], at, **facts)
        do(issue, Verb.SUSPEND, county["leader"], at)
        assert issue.status == Status.SUSPENDED
        assert issue.events.get(verb="suspend").public_texts.get("interim", "") == interim


def test_rest_without_a_day_lasts_the_longest_time_of_its_reason(county):
    issue = brought(county, "yellow")
    do(issue, Verb.ASK_SUSPENSION, county["tc1"], MONDAY, suspension="legal", reason="before the court")
    do(issue, Verb.SUSPEND, county["duc"], MONDAY)

    assert issue.resume_at == china("2024-12-22 17:30")  # 90 days


def _waiting_for_requester(county: make.County) -> Any:
    issue = brought(county, "green")
    do(issue, Verb.ASK_SUSPENSION, county["pr1"], TUESDAY, suspension="requester", reason="which door?")
    do(issue, Verb.SUSPEND, county["vs1"], TUESDAY, reply="Please tell us which door.")
    return issue


def test_rest_for_the_requester_ends_when_they_add_something(county):
    issue = _waiting_for_requester(county)
    ask(issue, Verb.SUPPLEMENT, china("2024-09-25 09:00"))

    assert issue.status == Status.IN_PROGRESS
    assert verbs(issue)[-2:] == ["supplement", "resume"]


def test_rest_for_the_requester_ends_by_itself_after_five_working_days(county):
    issue = _waiting_for_requester(county)

    assert issue.resume_at == china("2024-09-30 17:30")  # Wed, Thu, Fri, the worked Sunday, Mon
    assert sweeps.resume(at=issue.resume_at).done == 1


def test_rest_for_another_reason_goes_on_when_the_requester_adds_something(county):
    issue = brought(county, "green")
    do(issue, Verb.ASK_SUSPENSION, county["pr1"], TUESDAY, suspension="funds", reason="no money")
    do(issue, Verb.SUSPEND, county["vs1"], TUESDAY)
    ask(issue, Verb.SUPPLEMENT, TUESDAY)

    assert issue.status == Status.SUSPENDED


def test_closed_list_of_the_policy_is_the_closed_list_of_the_program():
    assert set(make.terms().suspension.reasons) == set(Rest)


# --- deferred ---

DEFERRERS = [
    ("green", "pr1", "tc1", "duc"),
    ("blue", "vs1", "tc1", "duc"),
    ("yellow", "tc1", "duc", "leader"),
    ("red", "roads", "leader", "leader"),
]


def deferred(county: make.County, light: str, at=TUESDAY) -> Any:
    asker, signer = next(row[1:3] for row in DEFERRERS if row[0] == light)
    issue = brought(county, light)
    do(issue, Verb.ASK_DEFERRAL, county[asker], at, reason="no budget line", reply="Next year's budget")
    do(issue, Verb.DEFER, county[signer], at, reply="It will be in next year's budget.")
    return issue


@pytest.mark.parametrize(("light", "asker", "signer", "above"), DEFERRERS)
def test_deferral_is_signed_explained_and_reviewed(county, light, asker, signer, above):
    issue = deferred(county, light)
    assert (issue.status, issue.climb_at) == (Status.DEFERRED, None)
    assert issue.resume_at == issue.warn_at == china("2024-12-23 17:30")  # 90 days
    event = issue.events.get(verb="defer")
    assert event.public_texts == {"reply": "It will be in next year's budget."}
    assert event.notices.filter(submission__isnull=False).exists()

    due = issue.resume_at
    assert waits_for(county[signer], china("2024-12-23 17:29")).get(issue.number) != "review"
    assert sweeps.warn(at=due).done == 1
    assert sweeps.warn(at=due).done == 0  # once
    issue.refresh_from_db()
    assert issue.events.get(verb="warn").facts["reason"] == "review"
    assert waits_for(county[signer], due)[issue.number] == "review"

    with pytest.raises(Refusal, match="Tell the requester why it still cannot"):
        do(issue, Verb.REVIEW, county[signer], due, verdict="keep", reason="still no money")
    do(issue, Verb.REVIEW, county[signer], due, verdict="keep", reason="still no money", reply="In two years")
    assert (issue.status, issue.resume_at) == (Status.DEFERRED, china("2025-03-23 17:30"))
    assert waits_for(county[signer], due).get(issue.number) != "review"

    do(issue, Verb.REVIEW, county[signer], china("2025-02-01 09:00"), verdict="take_up", reason="the money is here")
    assert (issue.status, issue.resume_at) == (Status.IN_PROGRESS, None)
    assert issue.clock_state(china("2025-02-01 09:01")) == "on_track"
    assert issue.climb_at is None or issue.climb_at > china("2025-02-01 09:01")


def test_deferral_without_a_word_for_the_requester_is_refused(county):
    issue = brought(county, "green")
    with pytest.raises(Refusal, match="“Reply to the requester” is missing"):
        do(issue, Verb.ASK_DEFERRAL, county["pr1"], TUESDAY, reason="no budget")
    do(issue, Verb.ASK_DEFERRAL, county["pr1"], TUESDAY, reason="no budget", reply="Next year")
    with pytest.raises(Refusal, match="“Reply to the requester” is missing"):
        do(issue, Verb.DEFER, county["tc1"], TUESDAY)
    with pytest.raises(Forbidden):
        do(issue, Verb.DEFER, county["vs1"], TUESDAY, reply="Next year")


@pytest.mark.parametrize("verdict", ["", "perhaps", "stays"])
def test_review_says_one_of_the_two(county, verdict):
    issue = deferred(county, "green")

    with pytest.raises(Refusal):
        do(issue, Verb.REVIEW, county["tc1"], TUESDAY, verdict=verdict, reason="x", reply="y")


# --- the requester objects ---


@pytest.mark.parametrize(("light", "asker", "signer", "above"), DEFERRERS)
def test_objection_to_a_deferral_goes_above_whoever_signed(county, light, asker, signer, above):
    issue = deferred(county, light)
    ask(issue, Verb.OBJECT, TUESDAY, reason="it was promised")

    assert waits_for(county[above], TUESDAY)[issue.number] == "decide"
    assert Issue.objects.visible_to(county[above], TUESDAY).has(issue)
    assert HolderRequest.objects.latest("pk").reason == ""  # what the requester wrote is in the ledger alone
    if above != signer:
        with pytest.raises((Forbidden, Refusal)):
            do(issue, Verb.UPHOLD, county[signer], TUESDAY, reason="x", reply="y")
    with pytest.raises(Refusal, match="objection"):
        ask(issue, Verb.OBJECT, TUESDAY, reason="again")
    with pytest.raises(Refusal, match="the level above decides that first"):
        do(issue, Verb.REVIEW, county[signer], TUESDAY, verdict="keep", reason="x", reply="y")

    do(issue, Verb.UPHOLD, county[above], TUESDAY, reason="it was", reply="You are right.")
    assert issue.status == Status.IN_PROGRESS
    assert issue.events.get(verb="uphold").public_texts == {"reply": "You are right."}


def test_objection_when_overruled_is_the_last_word(county):
    issue = deferred(county, "green")
    ask(issue, Verb.OBJECT, TUESDAY, reason="it was promised")
    do(issue, Verb.OVERRULE, county["duc"], TUESDAY, reason="no", reply="There is no money.")

    assert issue.status == Status.DEFERRED
    with pytest.raises(Refusal, match="it can be made once"):
        ask(issue, Verb.OBJECT, TUESDAY, reason="again")
    assert Verb.OBJECT not in {move.verb for move in services.possible_moves_for_requester(issue.submissions.get(), TUESDAY)}


@pytest.mark.parametrize(("decliner", "above"), [("vs1", "tc1"), ("tc1", "duc")])
def test_objection_to_declining_when_upheld_has_to_be_accepted(county, decliner, above):
    issue: Any = make.reported(county, MONDAY, about=NORMAL)
    do(issue, Verb.DECLINE, county[decliner], MONDAY)
    total = issue.total_due_at
    ask(issue, Verb.OBJECT, TUESDAY, reason="nobody else does it")

    assert (issue.status, issue.closed_at) == (Status.SUBMITTED, None)
    assert issue.total_due_at == total + (TUESDAY - MONDAY)
    assert issue.triage_due_at == china("2024-09-25 17:30")
    assert waits_for(county[above], TUESDAY)[issue.number] == "decide"
    assert issue.number not in waits_for(county["gm1"], TUESDAY)  # nobody else is asked meanwhile
    for verb, name in ((Verb.ACCEPT, "vs1"), (Verb.DECLINE, "tc1")):
        with pytest.raises(Refusal, match="decides that first"):
            do(issue, verb, county[name], TUESDAY)
    assert sweeps.climb(at=china("2024-12-01 09:00")).done == 0

    do(issue, Verb.UPHOLD, county[above], TUESDAY, reason="it is ours", reply="It will be looked at.")
    with pytest.raises(Refusal, match="it is to be accepted"):
        do(issue, Verb.DECLINE, county["tc1"], TUESDAY)
    assert waits_for(county["gm1"], TUESDAY)[issue.number] == "accept"
    do(issue, Verb.ACCEPT, county["gm1"], TUESDAY)
    assert issue.status == Status.ASSIGNED


def test_objection_to_declining_when_overruled_ends_for_good(county):
    issue: Any = make.reported(county, MONDAY, about=NORMAL)
    do(issue, Verb.DECLINE, county["vs1"], MONDAY)
    ask(issue, Verb.OBJECT, TUESDAY, reason="nobody else does it")
    do(issue, Verb.OVERRULE, county["tc1"], TUESDAY, reason="private", reply="It is a matter between neighbours.")

    assert (issue.status, issue.closed_at, issue.warn_at) == (Status.DECLINED, TUESDAY, None)
    with pytest.raises(Refusal, match="once"):
        ask(issue, Verb.OBJECT, TUESDAY, reason="again")


# --- closed with an explanation ---


def refused_answers(county: make.County, times: int, light: str = "green") -> Any:
    """Answered, verified and rated bad so many times."""
    holder, checker = {"green": ("pr1", "gm1"), "blue": ("vs1", "gm1"), "yellow": ("tc1", "gm1"), "red": ("roads", "duc")}[light]
    issue = brought(county, light)
    for _ in range(times):
        do(issue, Verb.RESOLVE, county[holder], TUESDAY)
        do(issue, Verb.VERIFY, county[checker], TUESDAY)
        ask(issue, Verb.RATE, TUESDAY, rating="dissatisfied")
    return issue


EXPLAINERS = [("green", "pr1", "tc1"), ("blue", "vs1", "tc1"), ("yellow", "tc1", "duc"), ("red", "roads", "leader")]


@pytest.mark.parametrize(("light", "asker", "approver"), EXPLAINERS)
def test_explained_end_is_approved_above_and_counts_as_explained(county, light, asker, approver):
    issue = refused_answers(county, 3, light)
    do(issue, Verb.ASK_EXPLANATION, county[asker], TUESDAY, reason="the law allows no more", reply="This is all the law allows.")
    for name in {"vs1", "tc1", "duc", "leader"} - {approver}:
        with pytest.raises((Forbidden, OutOfScope, Refusal)):
            do(issue, Verb.EXPLAIN, county[name], TUESDAY, reply="no")
    do(issue, Verb.EXPLAIN, county[approver], TUESDAY, reply="This is all the law allows.")

    assert (issue.status, issue.closed_at) == (Status.CLOSED_EXPLAINED, TUESDAY)
    assert (issue.warn_at, issue.climb_at) == (None, None)
    assert issue.standing_entry is None
    assert issue.events.get(verb="explain").public_texts == {"reply": "This is all the law allows."}
    assert ledger.verify_all(issue.number)[0] == 1


@pytest.mark.parametrize(("answers", "sentence"), [(0, "there have been"), (1, "have been 0"), (2, "have been 1"), (3, "")])
def test_explained_end_takes_two_whole_rounds(county, answers, sentence):
    issue = refused_answers(county, answers)
    words = {"reason": "lawful", "reply": "That is all."}

    if sentence:
        with pytest.raises(Refusal, match=sentence):
            do(issue, Verb.ASK_EXPLANATION, county["pr1"], TUESDAY, **words)
    else:
        do(issue, Verb.ASK_EXPLANATION, county["pr1"], TUESDAY, **words)
        assert issue.pending_request.kind == Kind.EXPLANATION


def test_explained_end_while_the_last_answer_is_checked_or_was_rejected_is_refused(county):
    issue = refused_answers(county, 2)
    do(issue, Verb.RESOLVE, county["pr1"], TUESDAY)
    do(issue, Verb.REJECT, county["gm1"], TUESDAY)
    with pytest.raises(Refusal, match="there have been 1"):
        do(issue, Verb.ASK_EXPLANATION, county["pr1"], TUESDAY, reason="lawful", reply="That is all.")

    do(issue, Verb.RESOLVE, county["pr1"], TUESDAY)
    do(issue, Verb.VERIFY, county["gm1"], TUESDAY)
    with pytest.raises(Refusal, match="has not refused the last answer"):
        do(issue, Verb.ASK_EXPLANATION, county["pr1"], TUESDAY, reason="lawful", reply="That is all.")
