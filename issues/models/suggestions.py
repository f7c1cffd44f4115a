"""投诉建议: what people say of the platform itself, and what they are answered (domain notes §0.4, §5.1, §6).

About the platform, never about a place or a person: those are reports. Nobody's name, number or account is kept; of who
wrote it only in which role, and whoever wrote follows it by a code. Rows are append-only: the database lets the words be
erased, once and for all, and nothing else be changed or removed.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Area
from issues.intake import receipts
from issues.querysets.suggestions import SuggestionAnswerQuerySet, SuggestionQuerySet
from representatives.models import Person
from representatives.roles import Role


class Suggestion(models.Model):
    """A complaint or a suggestion about the platform, for the county that runs it. `path` is that of the county.

    `key` was minted when the form was opened, so that a repeat is the same suggestion; `code` is what its writer keeps.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", pgettext_lazy("about the platform", "complaint")
        SUGGESTION = "suggestion", pgettext_lazy("about the platform", "suggestion")

    class About(models.TextChoices):
        TWICE = "twice", _("the same has to be entered twice")  # 报表重复报送
        BURDEN = "burden", _("it asks for what nobody needs, or presses and ranks")
        HARD = "hard", _("it is hard to use, read or hear")
        FAULT = "fault", _("something does not work")
        OTHER = "other", _("something else about the platform")

    key = models.UUIDField(_("key"), default=uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=16, unique=True, default=receipts.mint, editable=False)
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    area = models.ForeignKey(Area, models.PROTECT, related_name="suggestions", verbose_name=_("county"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    about = models.CharField(_("about"), max_length=6, choices=About.choices)
    role = models.CharField(_("written as"), max_length=24, choices=Role.choices, blank=True)  # empty: without an account
    text = models.TextField(_("text"), blank=True)  # empty only once it was erased
    written_at = models.DateTimeField(_("written at"))
    erased_at = models.DateTimeField(_("text erased at"), null=True, blank=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion about the platform")
        verbose_name_plural = _("suggestions about the platform")
        ordering = ("-written_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~Q(text="") | Q(erased_at__isnull=False), name="suggestion_says_something"),
        )
        indexes = (
            models.Index(fields=("path", "-written_at"), name="suggestion_by_place"),
            models.Index(fields=("written_at",), condition=Q(erased_at=None), name="suggestion_to_erase"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.written_at:%Y-%m-%d}"

    @property
    def code_in_fours(self) -> str:
        return receipts.grouped(self.code)

    @property
    def said_by(self) -> str:
        """In which role it was written."""
        return self.get_role_display() if self.role else str(_("without an account"))


class SuggestionAnswer(models.Model):
    """What was answered, by whom in which role, and what comes of it. Put right by another one, never changed."""

    class Outcome(models.TextChoices):
        DONE = "done", pgettext_lazy("suggestion", "put right")
        PLANNED = "planned", pgettext_lazy("suggestion", "will be put right")
        EXPLAINED = "explained", pgettext_lazy("suggestion", "stays as it is, and why")

    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, related_name="answers", verbose_name=_("suggestion about the platform")
    )
    outcome = models.CharField(_("what comes of it"), max_length=9, choices=Outcome.choices)
    text = models.TextField(_("answer"), blank=True)  # empty only once it was erased
    by = models.ForeignKey(Person, models.PROTECT, related_name="suggestion_answers", verbose_name=_("answered by"))
    role = models.CharField(_("answered as"), max_length=24, choices=Role.choices)
    answered_at = models.DateTimeField(_("answered at"))
    erased_at = models.DateTimeField(_("text erased at"), null=True, blank=True)

    objects = SuggestionAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a suggestion")
        verbose_name_plural = _("answers to suggestions")
        ordering = ("answered_at", "pk")
        constraints = (
            models.CheckConstraint(condition=~Q(text="") | Q(erased_at__isnull=False), name="suggestion_answer_says_something"),
        )

    def __str__(self) -> str:
        return str(self.get_outcome_display())
