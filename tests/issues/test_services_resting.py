"""A rest: for a reason of the closed list, for a time, with every clock stopped."""

from __future__ import annotations

from typing import Any

import pytest

from issues import sweeps
from issues.errors import Refusal
from issues.moves.asking import Rest
from issues.terms import Status, Verb
from tests.issues import factories as make
from tests.issues.asking import NORMAL, brought
from tests.issues.factories import MONDAY, TUESDAY, ask, china, do, verbs

pytestmark = pytest.mark.django_db


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
