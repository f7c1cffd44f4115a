"""What the holder of an issue asks of those above, and what becomes of it; and what takes longer than a level: projects."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.levels import Level
from issues.models.casework import Issue
from issues.moves.asking import VIA, Kind, Rest
from issues.querysets.requests import HolderRequestQuerySet, MilestoneQuerySet
from representatives.models import Person
from representatives.roles import Role


class HolderRequest(models.Model):
    """A question that somebody above decides: more time, a rest, the deferred list … At most one waits per issue.

    `desk` is the level whose row of the table says who may decide; `decider` the role whose desk it lies on. What the
    requester wrote in an objection is in the ledger alone, where it can be erased.
    """

    class Decision(models.TextChoices):
        PENDING = "pending", _("pending")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("dropped")  # the issue went another way before anybody decided

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="requests", verbose_name=_("issue"))
    kind = models.CharField(_("what is asked for"), max_length=12, choices=Kind.choices)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    desk = models.PositiveSmallIntegerField(_("decided above"), choices=Level.choices)
    decider = models.CharField(_("decided by the role"), max_length=24, choices=Role.choices)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="asked", verbose_name=_("asked by"))
    asked_as = models.CharField(_("asking as"), max_length=24)
    asked_at = models.DateTimeField(_("asked at"))
    reason = models.TextField(_("reason"), blank=True)
    reply = models.TextField(_("proposed reply to the requester"), blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    suspension_reason = models.CharField(_("why it has to rest"), max_length=16, choices=Rest.choices, blank=True)
    interim_measure = models.TextField(_("what is done meanwhile"), blank=True)
    milestones = models.JSONField(_("milestones"), default=list, blank=True)  # of a plan: [[date, name], …]
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices, default=Decision.PENDING)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="requests_decided", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)

    objects = HolderRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to those above")
        verbose_name_plural = _("requests to those above")
        ordering = ("asked_at",)
        constraints = (
            models.UniqueConstraint(fields=("issue",), condition=Q(decision="pending"), name="request_one_pending"),
            # Nothing is granted by the program, nor by whoever asked for it.
            models.CheckConstraint(
                condition=~Q(decision="granted") | Q(decided_by__isnull=False), name="request_granted_by_person"
            ),
            models.CheckConstraint(
                condition=~Q(decision="granted") | Q(asked_by=None) | ~Q(asked_by=models.F("decided_by")),
                name="request_granted_by_other",
            ),
        )
        indexes = (models.Index(fields=("decider",), condition=Q(decision="pending"), name="request_waiting"),)

    def __str__(self) -> str:
        return f"{self.issue_id} {self.get_kind_display()}"

    @property
    def is_on_its_way(self) -> bool:
        """Whether it lies with somebody who passes it on, not with whoever grants it."""
        return VIA.get((Kind(self.kind), Level(self.desk))) == self.decider


class Project(models.Model):
    """An issue that needs money or a season: a plan approved above, milestones in place of the level's clock."""

    issue = models.OneToOneField(Issue, models.PROTECT, related_name="project", verbose_name=_("issue"))
    reason = models.TextField(_("why it takes longer"))
    taken_by = models.ForeignKey(Person, models.PROTECT, related_name="projects_taken", verbose_name=_("taken on by"))
    taken_at = models.DateTimeField(_("taken on at"))
    plan = models.TextField(_("plan"), blank=True)
    approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="projects_approved", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    ends_on = models.DateField(_("to be finished on"), null=True, blank=True)
    report_due_at = models.DateTimeField(_("next line of progress by"), null=True, blank=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    def __str__(self) -> str:
        return str(self.issue)


class Milestone(models.Model):
    """A step of a project with its date."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="milestones", verbose_name=_("project"))
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=120)
    due_on = models.DateField(_("due on"))
    done_at = models.DateTimeField(_("reached at"), null=True, blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ("due_on", "number")
        constraints = (models.UniqueConstraint(fields=("project", "number"), name="milestone_numbered"),)

    def __str__(self) -> str:
        return self.name
