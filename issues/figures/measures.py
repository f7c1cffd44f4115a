"""What the figures count, defined once (domain notes §3.2, KPI): the dashboard, the page of figures, the lists behind its
numbers and the printed month all read this table, so they cannot disagree.

A measure is a condition on rows: issues, ratings and polls, or orders (an issue handed to a unit). A rate divides the measure of its
name by the one called “<name>_of”. Sealed issues are in no figure (`IssueQuerySet.counted_for`); nothing is per person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.heat.bins import UNCOUNTED
from issues.models import EscalationRequest, Event, Issue
from issues.terms import SOLVED, Cause, ClockState, RequestType, Status, Verb
from issues.workflow import LADDER

DAYS = 90
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Period:
    """A stretch of time, [since, until)."""

    since: datetime
    until: datetime

    def holds(self, field: str) -> Q:
        """Rows whose `field` lies in it: an index range."""
        return Q(**{f"{field}__gte": self.since, f"{field}__lt": self.until})


def days_before(at: datetime, days: int = DAYS) -> Period:
    """The days that end now: `at` itself counts, the moment that many days ago does not."""
    return Period(at - timedelta(days=days) + _INSTANT, at + _INSTANT)


class Rows(StrEnum):
    """What a measure counts."""

    OPEN = "open"  # issues that are open now, whatever the period
    ISSUES = "issues"
    RATINGS = "ratings"
    ORDERS = "orders"


@dataclass(frozen=True)
class Measure:
    """One count: of which rows, on which condition in a period, and in which words; `adds`: a number of the row, added up."""

    code: str
    rows: Rows
    condition: Callable[[Period], Q]
    label: Promise
    adds: str = ""


@dataclass(frozen=True)
class Rate:
    """A rate: the measure of its code divided by the measure “<code>_of”, and what that means in a sentence."""

    code: str
    label: Promise
    note: Promise

    @property
    def of(self) -> str:
        return f"{self.code}_of"


# --- conditions ---

ORDERS = (Verb.DISPATCH, Verb.ENTER_RED)
_IS_NO_QUESTION = ~Q(request_type=RequestType.CONSULT)


def _anything(period: Period) -> Q:
    return Q()


def _received(period: Period) -> Q:
    return period.holds("reported_at") & ~Q(status__in=UNCOUNTED)


def _due(period: Period) -> Q:
    return period.holds("contact_due_at") & ~Q(status__in=UNCOUNTED)


def _contacted(period: Period) -> Q:
    return _due(period) & Q(first_contact_at__lte=F("contact_due_at"))


def _ended(period: Period) -> Q:
    """解决率's denominator: no questions, nothing withdrawn, merged or declined.

    A closure that was undone since stays: “a reopened issue loses its closed credit”, so the rate falls. An issue counts
    once in a period, however often it was closed there.
    """
    undone = period.holds("undone_at") & _IS_NO_QUESTION & ~Q(status__in=UNCOUNTED)
    return _closed(period) | undone


def _closed(period: Period) -> Q:
    """Closed in the period, and still so."""
    return period.holds("closed_at") & Q(status__in=sorted(SOLVED)) & _IS_NO_QUESTION


def _solved(period: Period) -> Q:
    return _closed(period) & Q(status=Status.CLOSED)


def _explained(period: Period) -> Q:
    return _closed(period) & Q(status=Status.CLOSED_EXPLAINED)


def _unrated(period: Period) -> Q:
    """Asked as often as the policy says, and nobody answered: in no share, told beside it."""
    return _solved(period) & Q(unrated=True)


def _timed(period: Period) -> Q:
    return _ended(period) & Q(level_due_at__isnull=False)


def _in_time(period: Period) -> Q:
    climbed_late = EscalationRequest.objects.filter(cause=Cause.OVERDUE).values("issue")
    in_time = Q(level_due_at__gte=Coalesce("resolved_at", "closed_at")) & ~Q(pk__in=climbed_late)
    return _solved(period) & in_time


def _came_back(period: Period) -> Q:
    """反弹: somebody opened it again, or reported the same at the same place."""
    # Asked of each that ended: as one set, what came back in the whole territory would be read for the figures of a village.
    back = Issue.objects.filter(period.holds("reported_at"), recurrence_of=OuterRef("pk"))
    return _ended(period) & (Q(Exists(back)) | period.holds("undone_at"))


def _rated(period: Period) -> Q:
    """What was said in every round, so that a second answer does not erase the first."""
    return period.holds("at")


def _content(period: Period) -> Q:
    return _rated(period) & Q(content__gt=0)


def _silent(period: Period) -> Q:
    return _rated(period) & Q(silent__gt=0)


def _ordered(period: Period) -> Q:
    return period.holds("at") & Q(verb__in=ORDERS, facts__has_key="unit")


def _sent_back(period: Period) -> Q:
    """Orders whose unit gave them back: of the issue's later orders and returns, the next is a return."""
    later = Event.objects.filter(issue=OuterRef("issue"), number__gt=OuterRef("number"), verb__in=(*ORDERS, Verb.RETURN_ORDER))
    following = Subquery(later.order_by("number").values("verb")[:1])
    return _ordered(period) & Q(
        pk__in=Event.objects.filter(_ordered(period)).annotate(next=following).filter(next=Verb.RETURN_ORDER)
    )


def _lit(level: int) -> Callable[[Period], Q]:
    return lambda period: Q(level=level)


def _late(period: Period) -> Q:
    return Q(clock=ClockState.OVERDUE)  # of `with_clock_state`


def _deferred(period: Period) -> Q:
    return Q(status=Status.DEFERRED)


OPEN_LABEL = pgettext_lazy("figure", "Open")
# fmt: off
MEASURES: Mapping[str, Measure] = {measure.code: measure for measure in (
    Measure("overdue_of",      Rows.OPEN,    _anything,  _("Open now")),
    Measure("overdue",         Rows.OPEN,    _late,      _("Open now and overdue")),
    *(Measure(f"open_{rung.light.value}", Rows.OPEN, _lit(rung.level), rung.light.label) for rung in LADDER),
    Measure("deferred",        Rows.OPEN,    _deferred,  _("On the deferred list now")),
    Measure("received",        Rows.ISSUES,  _received,  _("Received in the period")),
    Measure("response_of",     Rows.ISSUES,  _due,       _("First contact was due")),
    Measure("response",        Rows.ISSUES,  _contacted, _("First contact in time")),
    Measure("resolution_of",   Rows.ISSUES,  _ended,     _("Closed in the period")),
    Measure("resolution",      Rows.ISSUES,  _solved,    _("Solved")),
    Measure("explained",       Rows.ISSUES,  _explained, _("Closed with an explanation")),
    Measure("unrated",         Rows.ISSUES,  _unrated,   _("Closed without a rating")),
    Measure("on_time_of",      Rows.ISSUES,  _timed,     _("Closed, with a time limit")),
    Measure("on_time",         Rows.ISSUES,  _in_time,   _("Solved in time at every level")),
    Measure("recurrence_of",   Rows.ISSUES,  _ended,     _("Closed in the period")),
    Measure("recurrence",      Rows.ISSUES,  _came_back, _("Came back: reopened, or reported again")),
    Measure("satisfaction_of", Rows.RATINGS, _rated,     _("Ratings and ballots given"), adds="rated"),
    Measure("satisfaction",    Rows.RATINGS, _content,   _("Satisfied or mostly satisfied"), adds="content"),
    Measure("silent",          Rows.RATINGS, _silent,    _("Silent ballots"), adds="silent"),
    Measure("returned_of",     Rows.ORDERS,  _ordered,   _("Handed to a unit")),
    Measure("returned",        Rows.ORDERS,  _sent_back, _("Given back by the unit")),
)}

RATES = (
    Rate("overdue",      _("Overdue share"),     _("Open issues whose time at their level is up")),
    Rate("response",     _("Response rate"),     _("First contact in time, of those due in the period")),
    Rate("resolution",   _("Resolution rate"),   _("Solved, of those closed in the period; what was reopened since has lost its credit")),
    Rate("satisfaction", _("Satisfaction rate"), _("Satisfied or mostly satisfied, of the ratings and ballots given in the period")),
    Rate("on_time",      _("On-time rate"),      _("Solved before it was late at any level, of those closed in the period")),
    Rate("recurrence",   _("Recurrence rate"),   _("Reopened, or reported again at the same place, of those closed in the period")),
    Rate("returned",     _("Return rate"),       _("Given back by the unit, of those handed to a unit in the period")),
    Rate("coverage",     _("Coverage"),          _("Cells with an active representative")),
)
# fmt: on
RATE: Mapping[str, Rate] = {rate.code: rate for rate in RATES}


def measured(rows: Rows) -> list[Measure]:
    return [measure for measure in MEASURES.values() if measure.rows == rows]
