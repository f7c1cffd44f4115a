"""公示: what the secretary of a village makes known to everybody, once somebody else has released it (domain notes §3.2, §6).

Rows are append-only: a notice is never edited but replaced by a new version, and what was decided of it is a step beside it.
The database lets words be erased, once and for all, and nothing else be changed or removed.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Area
from issues.querysets.public_notices import PublicNoticeQuerySet, PublicNoticeStepQuerySet
from representatives.models import Person
from representatives.roles import Role


class PublicNotice(models.Model):
    """One version of a notice of a village; days are those of the site, both ends included. `path` is that of `area`."""

    key = models.UUIDField(_("key"), default=uuid4, unique=True, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="public_notices", verbose_name=_("village"))
    path = models.CharField(_("path"), max_length=240, db_collation="C")
    title = models.CharField(_("title"), max_length=80, blank=True)  # empty only once it was erased
    text = models.TextField(_("text"), blank=True)  # empty only once it was erased
    shown_from = models.DateField(_("shown from"))
    shown_until = models.DateField(_("shown until"))
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="newer", verbose_name=_("replaces the version")
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="public_notices", verbose_name=_("written by"))
    written_at = models.DateTimeField(_("written at"))
    erased_at = models.DateTimeField(_("text erased at"), null=True, blank=True)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("village notice")
        verbose_name_plural = _("village notices")
        ordering = ("-written_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=~Q(text="") | Q(erased_at__isnull=False), name="public_notice_says_something"),
            models.CheckConstraint(condition=Q(shown_until__gte=F("shown_from")), name="public_notice_ends_after_it_begins"),
        )
        indexes = (
            models.Index(fields=("path", "-written_at"), name="public_notice_by_place"),
            models.Index(fields=("shown_until",), condition=Q(erased_at=None), name="public_notice_to_erase"),
        )

    def __str__(self) -> str:
        return self.title or f"{self.shown_from:%Y-%m-%d}"


class PublicNoticeStep(models.Model):
    """What was decided of a notice, by whom in which role, and why: released or sent back once, taken down once."""

    class Kind(models.TextChoices):
        RELEASED = "released", pgettext_lazy("village notice", "released")
        SENT_BACK = "sent_back", pgettext_lazy("village notice", "sent back")
        TAKEN_DOWN = "taken_down", pgettext_lazy("village notice", "taken down")

    notice = models.ForeignKey(PublicNotice, models.PROTECT, related_name="steps", verbose_name=_("village notice"))
    kind = models.CharField(_("step"), max_length=10, choices=Kind.choices)
    text = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="public_notice_steps", verbose_name=_("decided by"))
    role = models.CharField(_("decided as"), max_length=24, choices=Role.choices)
    at = models.DateTimeField(_("at"))
    erased_at = models.DateTimeField(_("text erased at"), null=True, blank=True)

    objects = PublicNoticeStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a village notice")
        verbose_name_plural = _("steps of village notices")
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("notice",), condition=Q(kind__in=("released", "sent_back")), name="public_notice_decided_once"
            ),
            models.UniqueConstraint(fields=("notice",), condition=Q(kind="taken_down"), name="public_notice_taken_down_once"),
        )

    def __str__(self) -> str:
        return str(self.get_kind_display())
