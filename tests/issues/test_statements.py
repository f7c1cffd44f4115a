"""What a verb costs: no more than fifteen statements each; what begins and ends a transaction is not counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from issues import services, sweeps
from issues.intake import reporting
from issues.models import Issue
from issues.moves import closing
from issues.terms import Field, Verb
from tests.issues import factories as make
from tests.issues.factories import MONDAY, County, do

MOST = 15
Step = tuple[Verb, str, dict[str, object]]

# From report to red list, and back down: every verb as its usual actor does it.
WAY: tuple[Step, ...] = (
    (Verb.ACCEPT, "vs1", {}),
    (Verb.ACKNOWLEDGE, "pr1", {}),
    (Verb.CONTACT, "pr1", {Field.TEXT: "called"}),
    (Verb.NOTE, "pr1", {}),
    (Verb.ESCALATE, "pr1", {Field.TRIED: "asked around", Field.MINUTE: make.MINUTE}),
    (Verb.ACKNOWLEDGE, "vs1", {}),
    (Verb.ESCALATE, "vs1", {Field.TRIED: "sat together", Field.MINUTE: make.MINUTE}),
    (Verb.RETURN_DOWN, "tc1", {}),
    (Verb.ACKNOWLEDGE, "vs1", {}),
    (Verb.RESOLVE, "vs1", {}),
    (Verb.REJECT, "gm1", {}),
    (Verb.RESOLVE, "vs1", {}),
    (Verb.VERIFY, "gm1", {}),
)


def test_every_verb_on_the_way_asks_few_questions(county: County) -> None:
    issue, at = make.reported(county, MONDAY), MONDAY
    _forget_scopes(county)

    for verb, who, facts in WAY:
        at += timedelta(minutes=20)
        with few_statements(verb.value):
            services.move(issue.pk, verb, by=county[who], at=at, facts={**make.FACTS.get(verb, {}), **facts})

    issue.refresh_from_db()
    assert issue.status == "pending_feedback"


def test_rating_that_closes_an_issue_asks_few_questions(county: County) -> None:
    issue = _verified(county)
    report = issue.submissions.get()

    with few_statements():
        services.move_as_requester(report.pk, Verb.RATE, at=MONDAY + timedelta(hours=9), facts={Field.RATING: "satisfied"})

    issue.refresh_from_db()
    assert issue.status == "closed"


def test_gate_before_closing_costs_one_statement_however_many_issues(
    county: County, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    issues = list(Issue.objects.lock(*[_verified(county).pk for _ in range(3)]))
    closing.missing_many(issues, MONDAY + timedelta(hours=9))

    with django_assert_num_queries(1):
        missing = closing.missing_many(issues, MONDAY + timedelta(hours=9))

    assert [len(sentences) for sentences in missing.values()] == [1, 1, 1]  # the rating is awaited


def test_sweeps_of_one_issue_ask_few_questions(county: County) -> None:
    make.reported(county, MONDAY)
    late = MONDAY + timedelta(days=60)

    for sweep in (sweeps.warn, sweeps.climb):
        with few_statements(sweep.__name__, at_most=2 * MOST):  # several things came due at once: an event for each
            tally = sweep(at=late)
        assert tally.done == 1
        assert not tally.failed


def test_report_asks_few_questions(county: County) -> None:
    draft = reporting.Draft(uuid=uuid4(), text="The lamp is out", category="road.light", area=county.areas[make.CELLS[0]].code)

    with few_statements():
        submission = reporting.report(draft, at=MONDAY, entered_by=county["gm1"])

    assert submission.issue.event_count == 1


_TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")


@contextmanager
def few_statements(what: str = "", *, at_most: int = MOST, whole: bool = False) -> Iterator[None]:
    """Fails if more than that are sent within.

    What begins and ends a transaction is left out (a savepoint in a test, a pair for each `atomic`), unless it is to be
    counted `whole`.
    """
    with CaptureQueriesContext(connection) as seen:
        yield
    sent = [query["sql"] for query in seen.captured_queries if whole or not query["sql"].startswith(_TRANSACTION)]
    assert len(sent) <= at_most, "\n".join([what, *sent])


def _verified(county: County) -> Issue:
    issue = make.reported(county, MONDAY)
    for hours, (verb, who) in enumerate(
        ((Verb.ACCEPT, "vs1"), (Verb.ACKNOWLEDGE, "pr1"), (Verb.RESOLVE, "pr1"), (Verb.VERIFY, "gm1")), start=1
    ):
        do(issue, verb, county[who], MONDAY + timedelta(hours=hours))
    return issue


def _forget_scopes(county: County) -> None:
    """As at the beginning of a request: nobody's postings are read yet."""
    for person in county.people.values():
        person.postings = None
