"""The ledger of everything that was done.

Events hold no free text: what people wrote is in `EventText`, which may be erased; the event keeps a salted digest of
it, so the chain still proves that the text, while it is there, is the one that was written.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.levels import Level
from issues.models.casework import Issue
from issues.querysets import EventQuerySet, EventTextQuerySet
from issues.terms import Actor, Field, Status, Verb, verbs
from issues.workflow import BY_PEOPLE, SIGNED
from representatives.models import Person

# What staff write for the requester; reasons, minutes and notes among staff are not.
_FOR_REQUESTERS = frozenset({Field.REPLY, Field.RESOLUTION, Field.PUBLIC_LINE, Field.PROGRESS, Field.INTERIM})


class Event(models.Model):
    """One verb done to one issue. Append-only: the database refuses update and delete.

    `number` counts per issue from 1. `hash` is SHA-256 over the row and the hash before it (`issues/ledger.py`).
    """

    issue = models.ForeignKey(Issue, models.PROTECT, db_index=False, related_name="events", verbose_name=_("issue"))
    number = models.PositiveIntegerField(_("number"))
    verb = models.CharField(_("verb"), max_length=20, choices=verbs)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, db_index=False, related_name="events", verbose_name=_("by")
    )
    actor = models.CharField(_("acting as"), max_length=24)  # a Role, or Actor.REQUESTER / Actor.SYSTEM
    from_status = models.CharField(_("from status"), max_length=24, choices=Status.choices, blank=True)
    to_status = models.CharField(_("to status"), max_length=24, choices=Status.choices)
    from_level = models.PositiveSmallIntegerField(_("from level"), choices=Level.choices, null=True)
    to_level = models.PositiveSmallIntegerField(_("to level"), choices=Level.choices)
    facts = models.JSONField(_("facts"), default=dict)  # ids, codes, dates; never free text
    is_public = models.BooleanField(_("shown to the requester"), default=False)
    text_digest = models.CharField(_("digest of the text"), max_length=64, blank=True)
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("issue", "number")
        constraints = (
            models.UniqueConstraint(fields=("issue", "number"), name="event_numbered"),
            # What the program may never do, whatever it believes: the red list is people's.
            models.CheckConstraint(
                condition=~Q(verb__in=sorted(BY_PEOPLE)) | (Q(by__isnull=False) & ~Q(actor=Actor.SYSTEM)),
                name="event_red_by_people",
            ),
            models.CheckConstraint(
                condition=~Q(verb__in=sorted(SIGNED)) | (Q(by__isnull=False) & ~Q(actor=Actor.SYSTEM)) | Q(facts__has_key="source"),
                name="event_signed_by_people",
            ),
        )
        indexes = (
            # Orders to units of a period: the return rate reads them, not the whole ledger.
            models.Index(fields=("at",), condition=Q(verb__in=(Verb.DISPATCH, Verb.ENTER_RED)), name="event_order_by_time"),
            models.Index(fields=("by",), condition=Q(by__isnull=False), name="event_by"),
        )

    def __str__(self) -> str:
        return f"{self.issue_id}.{self.number} {self.verb}"

    # Django looks a value up among all choices, each of them translated.
    def get_verb_display(self) -> str:  # type: ignore[no-redef] # the plugin has it from the choices
        return str(Verb(self.verb).label)

    @property
    def arrives(self) -> bool:
        """Whether by it the issue came to another level, or was accepted."""
        return self.verb == Verb.ACCEPT or self.from_level not in (None, self.to_level)

    @property
    def by_system(self) -> bool:
        return self.actor == Actor.SYSTEM

    @property
    def texts(self) -> dict[str, str]:
        """What was written, by `Field`; empty if nothing was, or it was erased."""
        words: EventText | None = getattr(self, "words", None)
        return dict(words.texts) if words else {}

    @property
    def public_texts(self) -> dict[str, str]:
        """Those of the texts that the requester may read; none of an event that is not public."""
        if not self.is_public:
            return {}
        own = {Field.TEXT, Field.REASON} if self.actor == Actor.REQUESTER else frozenset()
        return {key: text for key, text in self.texts.items() if key in _FOR_REQUESTERS or key in own}


class EventText(models.Model):
    """The words that went with an event: {“reason”: …, “tried”: …}. Erasable; `salt` goes with it."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="words", verbose_name=_("event"))
    texts = models.JSONField(_("texts"), default=dict)
    salt = models.CharField(_("salt"), max_length=32)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    objects = EventTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of an event")
        verbose_name_plural = _("texts of events")

    def __str__(self) -> str:
        return str(self.event_id)
