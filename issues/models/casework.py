"""What is wrong at a place, who holds it and until when; its slips and minutes."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.levels import Level
from grids.models import Area, Dispute
from issues.models.config import Category, SlaPolicy
from issues.querysets import EscalationRequestQuerySet, IssueQuerySet
from issues.querysets.released import RELEASED
from issues.querysets.underway import OPEN_PROJECT
from issues.terms import ENDS, Beyond, Cause, ClockState, Light, Nature, RequestType, Status, Urgency
from issues.workflow import UNTOLD, light_of
from representatives.models import Person, Unit

if TYPE_CHECKING:
    from issues.models.joint import SubTask
    from issues.models.requests import HolderRequest
    from issues.models.supervision import KeySupervisionEntry

_OPEN = Q(closed_at=None)


class Issue(models.Model):
    """A problem at a place. Keeps the area it was reported in and the policy it was accepted under.

    `level` decides the light. The `*_at` columns down to `resume_at` are what sweeps look for; each is None when there
    is nothing to look for. `closed_at` is the time of any end (closed, declined, withdrawn, merged …).
    """

    number = models.CharField(_("number"), max_length=20)
    title = models.CharField(_("title"), max_length=120)
    category = models.ForeignKey(Category, models.PROTECT, db_index=False, related_name="issues", verbose_name=_("category"))
    request_type = models.CharField(_("kind of request"), max_length=12, choices=RequestType.choices, default=RequestType.HELP)
    nature = models.CharField(_("nature"), max_length=20, choices=Nature.choices, default=Nature.INDIVIDUAL)
    status = models.CharField(_("status"), max_length=24, choices=Status.choices, default=Status.SUBMITTED)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)

    area = models.ForeignKey(Area, models.PROTECT, related_name="issues", verbose_name=_("area"))
    path = models.CharField(_("path"), max_length=240, db_collation="C")  # of the area, as it was when reported
    point = models.PointField(_("place"), srid=4326, null=True, blank=True)
    accuracy_m = models.FloatField(_("accuracy"), null=True, blank=True)
    grid_ambiguous = models.BooleanField(_("place uncertain"), default=False)
    place_text = models.CharField(_("place in words"), max_length=200, blank=True)
    # On ground that villages dispute: which, and the paths of the villages, whose secretaries are told and may read it.
    dispute = models.ForeignKey(
        Dispute, models.PROTECT, null=True, blank=True, db_index=False, related_name="issues", verbose_name=_("disputed ground")
    )
    disputed_by = ArrayField(
        models.CharField(max_length=240, db_collation="C"), null=True, blank=True, verbose_name=_("disputed by")
    )

    policy = models.ForeignKey(SlaPolicy, models.PROTECT, db_index=False, related_name="issues", verbose_name=_("policy"))
    handler = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, db_index=False, related_name="handled", verbose_name=_("handler")
    )
    handler_fallback = models.BooleanField(_("handled in place of a vacancy"), default=False)
    lead_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, db_index=False, related_name="led", verbose_name=_("lead unit")
    )
    resolved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, db_index=False, related_name="resolved", verbose_name=_("solved by")
    )
    climb_cause = models.CharField(_("why it climbed"), max_length=12, choices=Cause.choices, blank=True)

    reported_at = models.DateTimeField(_("reported at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    level_since = models.DateTimeField(_("at this level since"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    first_contact_at = models.DateTimeField(_("first contact at"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("solved at"), null=True, blank=True)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # When the end was that a reopening undid, the last time: that closure stays in the figures, without its credit.
    undone_at = models.DateTimeField(_("reopened after it ended at"), null=True, blank=True)
    unrated = models.BooleanField(_("closed without a rating"), default=False)

    triage_due_at = models.DateTimeField(_("to be accepted by"), null=True, blank=True)
    contact_due_at = models.DateTimeField(_("first contact by"), null=True, blank=True)
    level_due_at = models.DateTimeField(_("due at this level"), null=True, blank=True)
    total_due_at = models.DateTimeField(_("due in all"), null=True, blank=True)
    warn_at = models.DateTimeField(_("next warning"), null=True, blank=True)
    climb_at = models.DateTimeField(_("climbs at"), null=True, blank=True)
    silent_close_at = models.DateTimeField(_("closes unrated at"), null=True, blank=True)
    resume_at = models.DateTimeField(_("resumes at"), null=True, blank=True)
    purge_at = models.DateTimeField(_("something is erased at"), null=True, blank=True)
    sign_due_at = models.DateTimeField(_("to be acknowledged by"), null=True, blank=True)
    red_drafted_at = models.DateTimeField(_("red-list proposal drafted at"), null=True, blank=True)
    decide_due_at = models.DateTimeField(_("red list to be decided by"), null=True, blank=True)
    progress_due_at = models.DateTimeField(_("progress to be reported by"), null=True, blank=True)
    due_soon_at = models.DateTimeField(_("due soon from"), null=True, blank=True)  # the 80 % mark: colours the clock
    warned = models.PositiveSmallIntegerField(_("warnings given"), default=0)  # how many thresholds of this level's clock

    reminded = models.PositiveSmallIntegerField(_("reminders given"), default=0)  # a bit each, `deadlines._ONCE`
    made_safe_at = models.DateTimeField(_("made safe at"), null=True, blank=True)

    is_project = models.BooleanField(_("taken on as a project"), default=False)
    rectify_rounds = models.PositiveSmallIntegerField(_("rounds of rectification"), default=0)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    recurrence_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="recurrences", verbose_name=_("recurrence of")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, related_name="merged", verbose_name=_("merged into")
    )
    households = models.PositiveIntegerField(_("households affected"), null=True, blank=True)
    # Why the rules propose to raise it, and since when; a person raises it or lets it stay.
    raise_cause = models.CharField(_("why it is proposed to raise it"), max_length=12, choices=Cause.choices, blank=True)
    raise_drafted_at = models.DateTimeField(_("proposed to be raised at"), null=True, blank=True)
    # Who checks a red issue on behalf of the supervision office.
    delegate_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="delegated",
        verbose_name=_("checked on behalf by"),
    )
    on_the_spot = models.BooleanField(_("solved on the spot"), default=False)  # the requester's word stands for the check
    to_call = models.BooleanField(_("a person has to call"), default=False)  # for this round's rating, or to tell a decision

    resolution = models.TextField(_("what was done"), blank=True)
    public_line = models.CharField(_("line for the public page"), max_length=200, blank=True)
    non_public_reason = models.CharField(_("why it is not made public"), max_length=200, blank=True)
    non_public = models.BooleanField(_("not public"), default=False)
    sealed = models.BooleanField(_("sealed"), default=False)

    source = models.CharField(_("other system"), max_length=40, blank=True)
    source_id = models.CharField(_("number in the other system"), max_length=80, blank=True)
    # The ledger's head: how many events, and the hash of the last.
    event_count = models.PositiveIntegerField(_("events"), default=0)
    head = models.CharField(_("hash of the last event"), max_length=64, blank=True)

    # Brought along by what finds or files it; None: not read. County days of its place; whether any address of others listens.
    days_there: list[dict[str, object]] | None = None
    outlets_there: bool | None = None

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ("-reported_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=("number",), name="issue_numbered"),
            models.UniqueConstraint(fields=("source", "source_id"), condition=~Q(source=""), name="issue_source_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None, status__in=sorted(set(Status) - ENDS))
                | Q(closed_at__isnull=False, status__in=sorted(ENDS)),
                name="issue_ended_has_time",
            ),
        )
        # Each costs every writing of a row, so there is none for what another begins with, and none of columns that are mostly empty.
        indexes = (
            *(
                models.Index(fields=(name,), condition=Q(**{f"{name}__isnull": False}), name=f"issue_of_{name}")
                for name in ("dispute", "handler", "lead_unit", "resolved_by", "recurrence_of", "merged_into", "delegate_unit")
            ),
            # With all that the state of the map asks, so that no row is visited for it.
            models.Index(fields=("path", "level"), include=("sealed", "non_public"), condition=_OPEN, name="issue_open_by_place"),
            # What is open near by, for hints, known reports and the map; the index of all points is full of what has ended.
            # As an expression: of a field of geometry alone, Django leaves the condition away.
            GistIndex("point", condition=_OPEN, name="issue_open_by_point"),
            models.Index(fields=("level_due_at", "id"), condition=_OPEN, name="issue_open_by_due"),
            models.Index(fields=("category", "path"), condition=_OPEN, name="issue_open_by_category"),
            models.Index(
                fields=("lead_unit", "level_due_at"), condition=_OPEN & Q(lead_unit__isnull=False), name="issue_open_by_unit"
            ),
            models.Index(fields=("warn_at", "id"), condition=_OPEN & Q(warn_at__isnull=False), name="issue_to_warn"),
            models.Index(fields=("climb_at", "id"), condition=_OPEN & Q(climb_at__isnull=False), name="issue_to_climb"),
            models.Index(fields=("silent_close_at",), condition=_OPEN & Q(silent_close_at__isnull=False), name="issue_to_close"),
            models.Index(fields=("resume_at",), condition=_OPEN & Q(resume_at__isnull=False), name="issue_to_resume"),
            models.Index(fields=("purge_at",), condition=Q(closed_at__isnull=False, purge_at__isnull=False), name="issue_to_purge"),
            models.Index(fields=("handler", "level_due_at"), condition=_OPEN, name="issue_open_by_handler"),
            models.Index(fields=("path", "-reported_at", "-id"), name="issue_by_place_newest"),
            # The rates of an area: what ended there in a period, and where a first contact was due, each told from the index alone.
            models.Index(fields=("path", "closed_at", "contact_due_at"), name="issue_by_place_ended"),
            models.Index(fields=("category", "closed_at"), name="issue_by_category_ended"),
            models.Index(fields=("reported_at",), name="issue_by_reported"),
            models.Index(fields=("closed_at",), condition=Q(closed_at__isnull=False), name="issue_by_ended"),
            GinIndex(fields=("disputed_by",), condition=Q(disputed_by__isnull=False), name="issue_disputed"),
            models.Index(fields=("undone_at",), condition=Q(undone_at__isnull=False), name="issue_by_undone"),
            models.Index(fields=("path",), condition=Q(to_call=True, status__in=sorted(UNTOLD)), name="issue_to_tell"),
            models.Index(fields=("contact_due_at",), condition=Q(contact_due_at__isnull=False), name="issue_by_contact_due"),
            models.Index(fields=("path", "reported_at"), condition=Q(recurrence_of__isnull=False), name="issue_recurring"),
            models.Index(fields=("-closed_at", "-id"), condition=RELEASED, name="issue_released"),
            models.Index(fields=("path", "closed_at"), condition=RELEASED, name="issue_released_by_place"),
            models.Index(fields=("path",), condition=OPEN_PROJECT, name="issue_open_project"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    # Django looks a value up among all choices, each of them translated; every row of every list says these.
    def get_status_display(self) -> str:  # type: ignore[no-redef] # the plugin has it from the choices
        return str(Status(self.status).label)

    def get_urgency_display(self) -> str:  # type: ignore[no-redef]
        return str(Urgency(self.urgency).label)

    @property
    def light(self) -> Light:
        return light_of(self.level)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def pending_slip(self) -> EscalationRequest | None:
        """The proposal that waits for a decision; free of a query where `slips` were prefetched."""
        if "slip" in self._known:
            return self._known["slip"]  # type: ignore[return-value]
        return next((slip for slip in self.slips.all() if slip.decision == EscalationRequest.Decision.PENDING), None)

    def known_slip(self, slip: EscalationRequest | None) -> None:
        """Whoever reads rows of a list knows the pending slip already; `pending_slip` then asks no database."""
        self._known["slip"] = slip

    @property
    def pending_request(self) -> HolderRequest | None:
        """What the holder asked of those above and nobody has decided; free of a query where `requests` were prefetched."""
        return next((one for one in self.requests.all() if one.decision == "pending"), None)

    @property
    def supervision(self) -> KeySupervisionEntry | None:
        """The supervision it is under, of whatever grade; free of a query where `red_entries` were prefetched."""
        if "entry" in self._known:
            return self._known["entry"]  # type: ignore[return-value]
        return next((entry for entry in self.red_entries.all() if entry.exited_at is None), None)

    def known_under(self, entry: KeySupervisionEntry | None) -> None:
        """The same for `supervision`: the row of the list is it."""
        self._known["entry"] = entry

    @cached_property
    def _known(self) -> dict[str, models.Model | None]:
        """What somebody who read this row together with others has said of it."""
        return {}

    @property
    def open_sub_tasks(self) -> list[SubTask]:
        """What other units still owe it; free of a query where `sub_tasks` were prefetched."""
        return [task for task in self.sub_tasks.all() if task.ended_at is None]

    @property
    def standing_entry(self) -> KeySupervisionEntry | None:
        """Its stay in the red list, if it stands there; general supervision is none."""
        entry = self.supervision
        return entry if entry and entry.in_list else None

    def was_handled_by(self, person: Person) -> bool:
        """Whether the person did the work: solved it, or holds it with no unit in the lead."""
        return person.pk == self.resolved_by_id or (self.lead_unit_id is None and person.pk == self.handler_id)

    @property
    def rating_round(self) -> int:
        """Each time it goes back to work, ratings begin anew; those before are history."""
        return self.rectify_rounds + self.reopened

    def clock_state(self, at: datetime) -> ClockState:
        """How the issue stands in time; the same as `with_clock_state` says in a query."""
        if self.status in (Status.SUSPENDED, Status.DEFERRED):
            return ClockState.PAUSED
        done_at = self.resolved_at or (at if self.closed_at is None else None)
        dues = [due for due in (self.level_due_at, self.total_due_at) if due]
        if done_at and any(due < done_at for due in dues):
            return ClockState.OVERDUE
        if self.resolved_at is None and self.closed_at is None and self.due_soon_at and self.due_soon_at <= at:
            return ClockState.DUE_SOON
        return ClockState.ON_TRACK


class Minute(models.Model):
    """协商记录 or 研究记录: that people sat together before an issue was passed up, and what came of it."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", _("consultation minute")
        DELIBERATION = "deliberation", _("deliberation minute")

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="minutes", verbose_name=_("issue"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    held_on = models.DateField(_("held on"))
    participants = models.CharField(_("who took part"), max_length=200)
    outcome = models.TextField(_("outcome"))
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="minutes", verbose_name=_("written by"))
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("minute")
        verbose_name_plural = _("minutes")
        ordering = ("written_at",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on}"


class EscalationRequest(models.Model):
    """申办单: an issue passed up, or proposed for the red list, by a person or (late) by the clock."""

    class Decision(models.TextChoices):
        PENDING = "pending", _("pending")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("dropped")  # the issue went another way before anybody decided

    number = models.CharField(_("slip number"), max_length=24, unique=True)
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="slips", verbose_name=_("issue"))
    from_level = models.PositiveSmallIntegerField(_("from level"), choices=Level.choices)
    to_level = models.PositiveSmallIntegerField(_("to level"), choices=Level.choices)
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices)
    tried = models.TextField(_("what was tried"), blank=True)
    beyond = models.CharField(_("what it takes that the township has not"), max_length=12, choices=Beyond.choices, blank=True)
    reason = models.TextField(_("why it is beyond this level"), blank=True)
    minute = models.ForeignKey(Minute, models.PROTECT, null=True, blank=True, related_name="slips", verbose_name=_("minute"))
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="slips", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    decide_by = models.DateTimeField(_("to be decided by"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices, default=Decision.GRANTED)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="slips_decided", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)

    objects = EscalationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation slip")
        verbose_name_plural = _("escalation slips")
        ordering = ("asked_at",)
        constraints = (
            models.UniqueConstraint(fields=("issue",), condition=Q(decision="pending"), name="escalation_one_pending"),
            # Yellow to red is a human decision, whatever the program may believe.
            models.CheckConstraint(
                condition=~Q(to_level=Level.COUNTY, decision="granted") | Q(decided_by__isnull=False),
                name="escalation_red_is_human",
            ),
        )

    def __str__(self) -> str:
        return self.number
