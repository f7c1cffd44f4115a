"""How a county changes what it decided: days off that move open clocks, drafts of a policy, and their trial on the past."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from issues.models.config import SlaPolicy
from issues.querysets import CalendarChangeQuerySet, PolicyDraftQuerySet, SimulationQuerySet
from representatives.models import Person


class Stage(models.TextChoices):
    """How far a long piece of work has come."""

    WAITING = "waiting", _("waiting for a worker")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class CalendarChange(models.Model):
    """Days on which an area works or rests otherwise, entered together, and how they moved what was open.

    Made as a proposal: counted first (`COUNTING`, `COUNTED`), then applied batch by batch. `last_pk` is the issue up to
    which it has come; it stands in the transaction of each batch, so a worker that dies loses and doubles nothing.
    """

    class State(models.TextChoices):
        COUNTING = "counting", _("being counted")
        COUNTED = "counted", _("awaiting confirmation")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        DROPPED = "dropped", _("dropped")

    area = models.ForeignKey(Area, models.PROTECT, related_name="calendar_changes", verbose_name=_("area"))
    days = models.JSONField(_("days"))  # {"2026-05-02": true | false | null}: works, rests, as the calendar says
    former_days = models.JSONField(_("days before"), default=dict)  # the area's own of those, as they were when it was applied
    reason = models.CharField(_("reason"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.COUNTING)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="calendar_changes", verbose_name=_("entered by"))
    made_at = models.DateTimeField(_("entered at"))
    applied_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="calendar_changes_applied", verbose_name=_("confirmed by")
    )
    applied_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    total = models.PositiveIntegerField(_("open issues to look at"), default=0)
    seen = models.PositiveIntegerField(_("looked at"), default=0)
    moved = models.PositiveIntegerField(_("issues whose dates move"), default=0)
    last_pk = models.BigIntegerField(_("up to issue"), default=0)
    examples = models.JSONField(_("examples"), default=list)  # of the dry run: [{number, level, old, new}, …]

    objects = CalendarChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of the calendar")
        verbose_name_plural = _("changes of the calendar")
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{self.area} {', '.join(sorted(self.days))}"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.COUNTING, self.State.APPLYING)

    @property
    def share(self) -> int:
        """Per cent of the way."""
        return min(100 * self.seen // self.total, 100) if self.total else 0


class PolicyDraft(models.Model):
    """A policy file that somebody works on: kept as it was handed in, faults and all, until it is signed or dropped."""

    name = models.CharField(_("name"), max_length=80)
    text = models.TextField(_("policy file"), max_length=200_000)
    body = models.JSONField(_("content"), null=True, blank=True)  # as `SlaPolicy.body`; None while it has faults
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="policy_drafts", verbose_name=_("handed in by"))
    made_at = models.DateTimeField(_("handed in at"))
    changed_at = models.DateTimeField(_("changed at"))
    version = models.OneToOneField(
        SlaPolicy, models.PROTECT, null=True, blank=True, related_name="draft", verbose_name=_("signed as")
    )

    objects = PolicyDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a policy")
        verbose_name_plural = _("drafts of policies")
        ordering = ("-changed_at", "-pk")

    def __str__(self) -> str:
        return self.name


class Simulation(models.Model):
    """The past replayed under a draft beside the policy in force; method and limits: `issues/simulating/__init__.py`."""

    draft = models.ForeignKey(
        PolicyDraft, models.CASCADE, null=True, blank=True, related_name="simulations", verbose_name=_("draft")
    )
    name = models.CharField(_("name"), max_length=80)
    body = models.JSONField(_("content"))  # of the draft, as it was when this was asked for
    today = models.ForeignKey(SlaPolicy, models.PROTECT, related_name="simulations", verbose_name=_("beside"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="simulations", verbose_name=_("area"))
    months = models.PositiveSmallIntegerField(_("months"))
    stage = models.CharField(_("stage"), max_length=9, choices=Stage.choices, default=Stage.WAITING)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="simulations", verbose_name=_("asked for by"))
    made_at = models.DateTimeField(_("asked for at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    share = models.PositiveSmallIntegerField(_("per cent done"), default=0)
    result = models.JSONField(_("result"), null=True, blank=True)
    problem = models.TextField(_("problem"), blank=True)

    objects = SimulationQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} · {self.area}"

    @property
    def is_running(self) -> bool:
        return self.stage in (Stage.WAITING, Stage.RUNNING)
