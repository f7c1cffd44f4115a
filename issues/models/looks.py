"""Every look at a requester's contact, kept: who, at which report, when, and what for (domain notes §5.4, §6)."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.models.casework import Issue
from issues.models.intake import Submission
from issues.querysets import ContactListQuerySet, ContactLookQuerySet
from representatives.models import Person
from representatives.roles import Role


class ContactLook(models.Model):
    """A contact was shown to a member of staff. Never what was shown. The database refuses to change or remove a row."""

    class Purpose(models.TextChoices):
        CLARIFY = "clarify", pgettext_lazy("purpose", "ask what exactly is the matter")
        CONTACT = "contact", pgettext_lazy("purpose", "first contact, or arrange a visit")
        PROGRESS = "progress", pgettext_lazy("purpose", "say how it stands")
        DECISION = "decision", pgettext_lazy("purpose", "tell a decision")
        RATING = "rating", pgettext_lazy("purpose", "ask for a rating")
        DANGER = "danger", pgettext_lazy("purpose", "somebody is in danger")
        OTHER = "other", pgettext_lazy("purpose", "something else")
        EXPORT = "export", pgettext_lazy("purpose", "list with contacts")  # by the program, of an approved list

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="contact_looks", verbose_name=_("issue"))
    report = models.ForeignKey(Submission, models.PROTECT, related_name="contact_looks", verbose_name=_("report"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="contact_looks", verbose_name=_("by"))
    # In which role; the requester is told that, never who it was. Empty for looks from before it was kept.
    role = models.CharField(_("as"), max_length=24, choices=Role.choices, blank=True)
    at = models.DateTimeField(_("at"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    words = models.CharField(_("in words"), max_length=120, blank=True)

    objects = ContactLookQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at a contact")
        verbose_name_plural = _("looks at contacts")
        ordering = ("-at", "-pk")
        constraints = (models.CheckConstraint(condition=~Q(purpose="other") | ~Q(words=""), name="look_other_says_what"),)
        indexes = (models.Index(fields=("-at", "-id"), name="look_newest"),)

    def __str__(self) -> str:
        return f"{self.issue.number} · {self.get_purpose_display()}"


class ContactList(models.Model):
    """A list of requesters with their contacts that is to leave the program: asked for by one person, approved by another.

    Of the open issues of the red list within `path`, and only for who asked; each time it is taken out is a look at every
    contact in it (`ContactLook`). `until`: how long after the approval it may be.
    """

    class Decision(models.TextChoices):
        PENDING = "pending", _("pending")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")

    number = models.CharField(_("number"), max_length=24, unique=True)
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    purpose = models.CharField(_("purpose"), max_length=200)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="contact_lists_asked", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices, default=Decision.PENDING)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="contact_lists_decided", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.CharField(_("reason of the decision"), max_length=200, blank=True)
    until = models.DateTimeField(_("may be taken out until"), null=True, blank=True)
    taken_at = models.DateTimeField(_("last taken out at"), null=True, blank=True)

    objects = ContactListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list with contacts")
        verbose_name_plural = _("lists with contacts")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~Q(decided_by=models.F("asked_by")), name="contact_list_needs_two"),
            models.CheckConstraint(
                condition=Q(decision="pending", decided_by=None, until=None)
                | Q(decision="refused", decided_by__isnull=False, until=None)
                | Q(decision="granted", decided_by__isnull=False, until__isnull=False),
                name="contact_list_decided_whole",
            ),
            models.CheckConstraint(condition=Q(taken_at=None) | Q(decision="granted"), name="contact_list_taken_if_granted"),
        )

    def __str__(self) -> str:
        return self.number

    def may_be_taken(self, at: datetime) -> bool:
        """Whether it is approved and the time for it is not over."""
        return self.decision == self.Decision.GRANTED and self.until is not None and at <= self.until
