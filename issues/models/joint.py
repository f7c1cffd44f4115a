"""Handling together: what other units are asked to do for an issue (协办, 吹哨), what they answered, and who just knows (知会)."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issues.models.casework import Issue
from issues.querysets import NotifiedUnitQuerySet, SubTaskQuerySet
from representatives.models import Person, Unit


class Mark(models.TextChoices):
    """How one unit found the other's part in a call to the spot; of units, never of persons."""

    GOOD = "good", _("good")
    FAIR = "fair", _("fair")
    POOR = "poor", _("poor")


class SubTask(models.Model):
    """One unit's part of an issue. Open until it is answered, waived with a reason, or void with the issue's end.

    `due_at`: when the answer is due, never after the issue's own time; `on_site_by`: only where somebody is in danger.
    `mark_of_asker` is what who called says of the answer, `mark_of_unit` what the unit says of the call.
    """

    class Kind(models.TextChoices):
        HELPER = "helper", _("help")
        WHISTLE = "whistle", _("call to the spot")

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="sub_tasks", verbose_name=_("issue"))
    number = models.PositiveSmallIntegerField(_("number"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sub_tasks", verbose_name=_("unit"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    task = models.TextField(_("what the unit is to do"))
    due_at = models.DateTimeField(_("due at"))
    on_site_by = models.DateTimeField(_("on the spot by"), null=True, blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="sub_tasks_asked", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    acknowledged_at = models.DateTimeField(_("taken on at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="sub_tasks_answered", verbose_name=_("answered by")
    )
    answer = models.TextField(_("answer"), blank=True)
    waived_at = models.DateTimeField(_("waived at"), null=True, blank=True)
    waived_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="sub_tasks_waived", verbose_name=_("waived by")
    )
    waive_reason = models.TextField(_("why it was waived"), blank=True)
    dropped_at = models.DateTimeField(_("void since"), null=True, blank=True)  # the issue ended before it was answered
    mark_of_asker = models.CharField(_("rating of the answer"), max_length=4, choices=Mark.choices, blank=True)
    mark_of_unit = models.CharField(_("rating of the call"), max_length=4, choices=Mark.choices, blank=True)
    warn_at = models.DateTimeField(_("next reminder"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)  # answered, waived or void: the one column to ask

    objects = SubTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("sub-task")
        verbose_name_plural = _("sub-tasks")
        ordering = ("issue", "number")
        constraints = (
            models.UniqueConstraint(fields=("issue", "number"), name="sub_task_numbered"),
            models.UniqueConstraint(fields=("issue", "unit", "kind"), condition=Q(ended_at=None), name="sub_task_open_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None, answered_at=None, waived_at=None, dropped_at=None)
                | Q(ended_at__isnull=False)
                & (Q(answered_at__isnull=False) | Q(waived_at__isnull=False) | Q(dropped_at__isnull=False)),
                name="sub_task_ended_somehow",
            ),
            models.CheckConstraint(condition=Q(waived_at=None) | ~Q(waive_reason=""), name="sub_task_waived_with_reason"),
        )
        indexes = (
            models.Index(fields=("unit", "due_at"), condition=Q(ended_at=None), name="sub_task_open_by_unit"),
            models.Index(fields=("warn_at",), condition=Q(ended_at=None, warn_at__isnull=False), name="sub_task_to_warn"),
        )

    def __str__(self) -> str:
        return f"{self.issue.number}/{self.number} {self.unit}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_whistle(self) -> bool:
        return self.kind == self.Kind.WHISTLE

    @property
    def next_due_at(self) -> datetime:
        """What comes first: to be on the spot, while nobody is, or to answer."""
        return self.on_site_by if self.on_site_by and self.acknowledged_at is None else self.due_at

    def was_late(self, at: datetime) -> bool:
        """Whether it was, or by then is, answered or on the spot later than it had to be."""
        if self.waived_at or self.dropped_at:
            return False
        on_site_late = self.on_site_by is not None and (self.acknowledged_at or at) > self.on_site_by
        return on_site_late or (self.answered_at or at) > self.due_at


class NotifiedUnit(models.Model):
    """知会: a unit that is to know of an issue without being asked for anything. It reads what the requester reads."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="notified", verbose_name=_("issue"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="notified_of", verbose_name=_("unit"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = NotifiedUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit that was let know")
        verbose_name_plural = _("units that were let know")
        ordering = ("at", "pk")
        constraints = (models.UniqueConstraint(fields=("issue", "unit"), name="notified_once"),)

    def __str__(self) -> str:
        return f"{self.issue_id} {self.unit_id}"
