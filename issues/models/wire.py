"""What the phone's wire remembers: the moves that phones sent, each with its answer, so that a repeat gets the same."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from issues.querysets.wire import SentMoveQuerySet
from issues.terms import verbs
from representatives.models import Person


class SentMove(models.Model):
    """One press of a button, maybe hours before it arrived, under the key that the phone gave it.

    `digest`: keyed, of issue, verb and facts; what was written is in the ledger alone. `device_at` is the phone's clock
    (untrusted), `received_at` ours, which orders everything. A refusal by the rules is an answer too, and stands.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="sent_moves", verbose_name=_("person"))
    key = models.UUIDField(_("key"), editable=False)
    digest = models.CharField(_("digest of the body"), max_length=64, editable=False)
    number = models.CharField(_("number of the issue"), max_length=20)
    verb = models.CharField(_("verb"), max_length=20, choices=verbs)
    status = models.PositiveSmallIntegerField(_("status of the answer"))
    answer = models.JSONField(_("answer"))
    device_at = models.DateTimeField(_("by the phone's clock"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))

    objects = SentMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move sent by a phone")
        verbose_name_plural = _("moves sent by phones")
        ordering = ("received_at", "pk")
        constraints = (models.UniqueConstraint(fields=("person", "key"), name="sent_move_once"),)
        indexes = (models.Index(fields=("received_at",), name="sent_move_by_time"),)

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"
