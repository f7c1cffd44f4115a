"""督办: what the county follows itself. Stays in the key supervision list, their grades, units and progress; letters to units."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.levels import Level
from issues.models.casework import EscalationRequest, Issue
from issues.querysets import KeySupervisionQuerySet, LetterQuerySet, ListingQuerySet, StepQuerySet
from issues.terms import verbs
from representatives.models import Person, Unit


class KeySupervisionEntry(models.Model):
    """An issue under the county's supervision, from the decision to the end: a stay in the key supervision list
    (重点督办库, grades key and listed), or general supervision of a yellow issue, which is a list of its own.

    Says how it stands; how it came to that is in `steps`, a row for every change.
    """

    class Grade(models.TextChoices):
        """How hard the county presses: a yellow issue that it watches, the red list, the red list under a named leader."""

        GENERAL = "general", _("general supervision")  # 一般督办
        KEY = "key", _("key supervision")  # 重点督办
        LISTED = "listed", _("listed supervision")  # 挂牌督办

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="red_entries", verbose_name=_("issue"))
    slip = models.OneToOneField(
        EscalationRequest, models.PROTECT, null=True, blank=True, related_name="entry", verbose_name=_("slip")
    )
    grade = models.CharField(_("grade"), max_length=8, choices=Grade.choices, default=Grade.KEY)
    lead_unit = models.ForeignKey(Unit, models.PROTECT, related_name="red_entries", verbose_name=_("lead unit"))
    helpers = models.ManyToManyField(Unit, blank=True, related_name="red_helped", verbose_name=_("helping units"))
    leader = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="red_led", verbose_name=_("named leader")
    )
    due_at = models.DateTimeField(_("date that the leader set"), null=True, blank=True)
    listing_asked_at = models.DateTimeField(_("listed supervision proposed at"), null=True, blank=True)
    progress_at = models.DateTimeField(_("last progress at"), null=True, blank=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="red_entered", verbose_name=_("entered by"))
    entered_at = models.DateTimeField(_("entered at"))
    reason = models.TextField(_("reason"))
    exit_approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="red_exited", verbose_name=_("exit approved by")
    )
    exited_at = models.DateTimeField(_("left at"), null=True, blank=True)
    exit_reason = models.TextField(_("reason for leaving"), blank=True)
    exit_verb = models.CharField(_("how it left"), max_length=20, choices=verbs, blank=True)

    # Whether whoever asked reads what staff write there among themselves; set by `KeySupervisionQuerySet.for_rows`.
    inside: bool

    objects = KeySupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("key-supervision entry")
        verbose_name_plural = _("key-supervision entries")
        ordering = ("entered_at",)
        constraints = (
            models.UniqueConstraint(fields=("issue",), condition=Q(exited_at=None), name="key_supervision_once"),
            models.CheckConstraint(condition=~Q(grade="listed") | Q(leader__isnull=False), name="listed_names_a_leader"),
        )
        indexes = (
            models.Index(fields=("entered_at",), condition=Q(exited_at=None), name="key_supervision_standing"),
            models.Index(fields=("-exited_at", "-id"), condition=Q(exited_at__isnull=False), name="key_supervision_left"),
        )

    def __str__(self) -> str:
        return f"{self.issue} · {self.get_grade_display()}"

    @cached_property
    def helper_keys(self) -> list[int]:
        """Keys of the units that help; read together with the row where it is one of its issue's (`for_issue_page`)."""
        return list(self.helpers.order_by("pk").values_list("pk", flat=True))

    @property
    def in_list(self) -> bool:
        """Whether it is a stay in the red list, not general supervision."""
        return self.grade != self.Grade.GENERAL


class SupervisionStep(models.Model):
    """Something that changed in a supervision, or was reported in it, and how it stood from then on. Only ever added.

    A line of progress is one too (`Verb.REPORT_PROGRESS`): `text` is the line, `is_public` whether requesters read it.
    """

    entry = models.ForeignKey(KeySupervisionEntry, models.PROTECT, related_name="steps", verbose_name=_("entry"))
    verb = models.CharField(_("verb"), max_length=20, choices=verbs)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="supervision_steps", verbose_name=_("by"))
    grade = models.CharField(_("grade"), max_length=8, choices=KeySupervisionEntry.Grade.choices)
    lead_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("lead unit"))
    helpers = models.ManyToManyField(Unit, blank=True, related_name="+", verbose_name=_("helping units"))
    leader = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("named leader"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    text = models.TextField(_("text"), blank=True)
    is_public = models.BooleanField(_("shown to the requester"), default=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a supervision")
        verbose_name_plural = _("steps of supervisions")
        ordering = ("at", "pk")
        indexes = (models.Index(fields=("entry", "verb", "-at", "-id"), name="supervision_step_latest"),)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.verb}"


class ListingRequest(models.Model):
    """The supervision office proposes listed supervision (挂牌); a county leader signs it, or does not."""

    class Decision(models.TextChoices):
        PENDING = "pending", _("pending")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("dropped")

    entry = models.ForeignKey(KeySupervisionEntry, models.PROTECT, related_name="listings", verbose_name=_("entry"))
    leader = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("named leader"))
    due_at = models.DateTimeField(_("new date"))
    public_line = models.CharField(_("line for the public page"), max_length=200)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices, default=Decision.PENDING)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal of listed supervision")
        verbose_name_plural = _("proposals of listed supervision")
        ordering = ("asked_at",)
        constraints = (
            models.UniqueConstraint(fields=("entry",), condition=Q(decision="pending"), name="listing_one_pending"),
            models.CheckConstraint(condition=~Q(decision="granted") | Q(decided_by__isnull=False), name="listing_is_signed"),
        )

    def __str__(self) -> str:
        return f"{self.entry} {self.get_decision_display()}"


class ReminderLetter(models.Model):
    """督办函 or 工作提示函: to a unit, never to a person, about issues that are with it; the unit answers once."""

    class Kind(models.TextChoices):
        SUPERVISION = "supervision", _("supervision letter")  # 督办函
        ADVICE = "advice", _("reminder letter")  # 工作提示函

    class State(models.TextChoices):
        AWAITING = "awaiting", _("awaiting an answer")
        LATE = "late", _("answer overdue")
        ANSWERED = "answered", _("answered")

    number = models.CharField(_("number"), max_length=24, unique=True)
    uuid = models.UUIDField(_("key of the form"), unique=True, default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="letters", verbose_name=_("to the unit"))
    text = models.TextField(_("text"))
    issued_by = models.ForeignKey(Person, models.PROTECT, related_name="letters_issued", verbose_name=_("issued by"))
    issued_at = models.DateTimeField(_("issued at"))
    reply_due_at = models.DateTimeField(_("to be answered by"))
    reply = models.TextField(_("answer"), blank=True)
    replied_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="letters_answered", verbose_name=_("answered by")
    )
    replied_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    issues = models.ManyToManyField(Issue, through="LetterItem", related_name="letters", verbose_name=_("issues"))

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter to a unit")
        verbose_name_plural = _("letters to units")
        ordering = ("-issued_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(replied_at=None, replied_by=None, reply="") | (Q(replied_at__isnull=False) & ~Q(reply="")),
                name="letter_answered_whole",
            ),
        )
        indexes = (models.Index(fields=("unit", "-issued_at"), name="letter_by_unit"),)

    def __str__(self) -> str:
        return self.number

    def state(self, at: datetime) -> State:
        if self.replied_at:
            return self.State.ANSWERED
        return self.State.LATE if at > self.reply_due_at else self.State.AWAITING


class LetterItem(models.Model):
    """An issue named in a letter, with its level and due time on the day of the letter."""

    letter = models.ForeignKey(ReminderLetter, models.PROTECT, related_name="items", verbose_name=_("letter"))
    issue = models.ForeignKey(Issue, models.PROTECT, related_name="letter_items", verbose_name=_("issue"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)

    class Meta:
        verbose_name = _("issue in a letter")
        verbose_name_plural = _("issues in letters")
        ordering = ("due_at", "pk")
        constraints = (models.UniqueConstraint(fields=("letter", "issue"), name="letter_names_issue_once"),)

    def __str__(self) -> str:
        return f"{self.letter_id} {self.issue_id}"
