"""Sweeps of many issues: what they leave behind is what each alone would have, in few statements however many they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grids.levels import Level
from issues import ledger, services, sweeps
from issues.models import EscalationRequest, Event, Issue, Notice, Outlet
from issues.services import VERBS, Act
from issues.sweeps import BATCH
from issues.terms import Verb
from tests.issues import factories as make
from tests.issues.alike import alike
from tests.issues.factories import CELLS, MONDAY, County, china

LATE = china("2024-09-25 13:00")
Sweep = Callable[..., sweeps.Tally]
# Its own for each issue, and what follows from them.
OWN = {"id", "number", "head", "hash", "previous_hash", "issue", "event"}


def late(county: County, wanted: int) -> list[int]:
    """So many green issues, all in one cell, whose time is up at `LATE`; none else is due then."""
    first = make.in_hand(county, MONDAY)
    return [first.pk, *alike(first, wanted - 1)]


def statements(sweep: Sweep, at: datetime = LATE) -> list[str]:
    """What the sweep sends, without what begins and ends a transaction."""
    with CaptureQueriesContext(connection) as seen:
        tally = sweep(at=at)
    assert not tally.failed
    sent = [str(query["sql"]) for query in seen.captured_queries]
    return [sql for sql in sent if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


@pytest.mark.parametrize("sweep", [sweeps.climb, sweeps.warn], ids=["climb", "warn"])
def test_batch_costs_the_same_statements_for_three_issues_as_for_a_hundred(county: County, sweep: Sweep) -> None:
    spent = []
    for wanted in (2, 3, BATCH):  # the first reads the policy and the names of sequences, which are kept
        late(county, wanted)
        spent.append(statements(sweep))
        Issue.objects.update(climb_at=None, warn_at=None)
    _first, few, many = spent

    assert len(many) == len(few) <= 30


def test_batch_that_units_lead_and_other_programs_hear_of_costs_the_same_statements_for_three_issues_as_for_a_hundred(
    county: County,
) -> None:
    """Who speaks for a unit, and who listens from outside, is read for the batch and not for each issue."""
    county["roads"].email = "roads@example.org"
    county["roads"].save()
    for name, area in (("near", county.areas[CELLS[0]]), ("everywhere", None), ("elsewhere", county.areas[CELLS[4]])):
        Outlet.objects.create(channel=Notice.Channel.WEBHOOK, name=name, area=area, url="https://x.invalid/", created_at=MONDAY)
    at, spent = china("2024-10-30 13:00"), []
    for wanted in (2, 3, BATCH):
        first = make.at_yellow(county, MONDAY)
        make.do(first, Verb.DISPATCH, county["tc1"], MONDAY, unit=county.units["roads"].pk)
        alike(first, wanted - 1)
        spent.append(statements(sweeps.warn, at))
        heard = Notice.objects.filter(event__issue=first, event__verb=Verb.WARN, outlet__isnull=False)
        assert {notice.outlet.name for notice in heard if notice.outlet} == {"near", "everywhere"}
        assert Notice.objects.filter(event__issue=first, event__verb=Verb.WARN, person=county["roads"], channel="email").exists()
        Issue.objects.update(climb_at=None, warn_at=None)
    _first, few, many = spent

    assert len(many) == len(few) <= 32


def test_three_hundred_issues_cost_a_tenth_of_a_statement_each_and_every_row_once(county: County) -> None:
    keys = late(county, 300)
    notices = len(services.move_by_program(Issue.objects.get(pk=keys[0]), Verb.ESCALATE, at=LATE).notices.all())

    sent = statements(sweeps.climb)

    assert len(sent) <= 100
    assert sum("COPY" in sql for sql in sent) == 9  # slips, events and notices of three batches; nobody wrote anything
    assert Event.objects.filter(verb=Verb.ESCALATE).count() == len(keys)
    assert EscalationRequest.objects.count() == len(keys)
    assert Notice.objects.filter(event__verb=Verb.ESCALATE).count() == notices * len(keys)
    assert set(Issue.objects.values_list("level", flat=True)) == {Level.VILLAGE}
    assert not [fault for fault in ledger.verify_all()[1] if fault]


@pytest.mark.parametrize(
    ("sweep", "verb", "at"),
    [
        (sweeps.climb, Verb.ESCALATE, LATE),
        (sweeps.warn, Verb.WARN, LATE),
        (sweeps.draft, Verb.DRAFT_RED, china("2024-11-25 13:00")),
    ],
    ids=["climb", "warn", "draft"],
)
def test_issue_that_is_swept_with_others_stands_as_if_it_were_swept_alone(
    county: County, sweep: Sweep, verb: Verb, at: datetime
) -> None:
    issue = (make.at_yellow if verb == Verb.DRAFT_RED else make.in_hand)(county, MONDAY)
    twin, *_others = alike(issue, 3)
    due = {Verb.ESCALATE: "to_climb", Verb.WARN: "to_warn", Verb.DRAFT_RED: "to_draft"}[verb]
    step = sweeps._warn if verb == Verb.WARN else Act.perform

    sweeps.sweep(lambda now: getattr(Issue.objects.filter(pk=issue.pk), due)(now), lambda one, now: step(Act(one, verb, now)), at)
    tally = sweep(at=at)

    assert (tally.done, tally.failed) == (3, [])
    assert left_by(twin, verb, at) == left_by(issue.pk, verb, at)
    assert Event.objects.filter(issue=issue, verb=verb).exists()
    assert not [fault for fault in ledger.verify_all()[1] if fault]


def left_by(issue: int, verb: Verb, at: datetime) -> list[object]:
    """The issue, and what the verb left: every column but its own."""
    events = list(Event.objects.filter(issue=issue, verb=verb).order_by("number"))
    slips = {slip.number: slip for slip in EscalationRequest.objects.filter(issue=issue, asked_at=at)}
    told = Notice.objects.filter(event__in=events).values_list("event__number", "channel", "kind", "person", "state", "not_before")
    return [
        columns(Issue.objects.get(pk=issue)),
        [columns(slip) for slip in slips.values()],
        [{**columns(event), "facts": {**event.facts, "slip": event.facts.get("slip") in slips}} for event in events],
        Counter(told),
    ]


def columns(row: Issue | Event | EscalationRequest) -> dict[str, object]:
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in OWN}


def test_issues_of_several_places_are_each_passed_up_to_their_own_people(county: County) -> None:
    near = make.in_hand(county, MONDAY, path=CELLS[0])
    far = make.accepted(county, MONDAY, path=CELLS[4], by="gm3")
    make.do(far, Verb.ACKNOWLEDGE, county["pr3"], MONDAY)

    sweeps.climb(at=LATE)

    holders = {issue.pk: issue.handler for issue in Issue.objects.select_related("handler")}
    assert holders == {near.pk: county["vs1"], far.pk: county["vs3"]}
    assert make.told(far, Verb.ESCALATE) == make.told(near, Verb.ESCALATE) != set()


def test_one_that_fails_undoes_the_batch_and_the_others_are_taken_one_by_one(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, real = late(county, 5), VERBS[Verb.ESCALATE]

    def fails_on_the_third(act: Act) -> Event:
        if act.issue.pk == keys[2]:
            raise RuntimeError("broken")
        return real(act)

    monkeypatch.setitem(VERBS, Verb.ESCALATE, fails_on_the_third)
    tally = sweeps.climb(at=LATE)

    assert (tally.done, tally.failed) == (4, [keys[2]])
    assert set(Event.objects.filter(verb=Verb.ESCALATE).values_list("issue", flat=True)) == {*keys} - {keys[2]}
    assert EscalationRequest.objects.count() == 4
    assert not [fault for fault in ledger.verify_all()[1] if fault]


def test_sweep_goes_on_behind_what_stays_due(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "BATCH", 2)
    keys, real = late(county, 5), VERBS[Verb.ESCALATE]

    def fails_on_the_first_two(act: Act) -> Event:
        if act.issue.pk in keys[:2]:
            raise RuntimeError("broken")
        return real(act)

    monkeypatch.setitem(VERBS, Verb.ESCALATE, fails_on_the_first_two)
    tally = sweeps.climb(at=LATE)

    assert (tally.done, sorted(tally.failed)) == (3, sorted(keys[:2]))
