"""Every look at a requester's contact, kept: who, at which report, when, and what for (domain notes §5.4, §6)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.models.casework import Issue
from issues.models.intake import Submission
from issues.querysets import ContactLookQuerySet
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
