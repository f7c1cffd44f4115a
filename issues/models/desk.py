"""What makes a day at the desk shorter: the words that issues are found by, ready-made texts, kept filters."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from issues.models.casework import Issue
from issues.models.config import Category
from issues.querysets import ReplyTemplateQuerySet, SavedFilterQuerySet
from issues.terms import verbs
from representatives.models import Person, Unit


class IssueWords(models.Model):
    """The words by which an issue is found. Written by the database alone (`issues/sql/search.sql`), never by the program."""

    issue = models.OneToOneField(Issue, models.CASCADE, primary_key=True, related_name="words", verbose_name=_("issue"))
    words = SearchVectorField(_("words"))

    class Meta:
        verbose_name = _("words of an issue")
        verbose_name_plural = _("words of issues")
        indexes = (GinIndex(fields=("words",), name="issue_words"),)

    def __str__(self) -> str:
        return str(self.issue_id)


class ReplyTemplate(models.Model):
    """A ready-made text for the fields of one verb's form, kept by the desk of an area or by a unit.

    `texts`: {field: text}, with places to fill: {number} {title} {place} {due}. A template of an area serves issues of all
    that lies in it; one of a unit, whatever that unit is given.
    """

    name = models.CharField(_("name"), max_length=60)
    verb = models.CharField(_("verb"), max_length=20, choices=verbs)
    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="templates", verbose_name=_("category or group")
    )
    area = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="templates", verbose_name=_("kept by"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="templates", verbose_name=_("kept by the unit")
    )
    texts = models.JSONField(_("texts"), default=dict)
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="templates_changed", verbose_name=_("changed by"))
    changed_at = models.DateTimeField(_("changed at"))

    objects = ReplyTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("text template")
        verbose_name_plural = _("text templates")
        ordering = ("verb", "name", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(area__isnull=False) ^ Q(unit__isnull=False), name="template_kept_by_one"),
            models.UniqueConstraint(
                fields=("area", "unit", "verb", "category", "name"), nulls_distinct=False, name="template_named_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """A filter that one person keeps under a name, for one page; `query` is the part of the address after “?”."""

    class Page(models.TextChoices):
        QUEUE = "queue", _("queue")
        SEARCH = "search", _("search")

    person = models.ForeignKey(Person, models.CASCADE, related_name="saved_filters", verbose_name=_("person"))
    page = models.CharField(_("page"), max_length=8, choices=Page.choices)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("query"), max_length=500, blank=True)
    made_at = models.DateTimeField(_("made at"))

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ("name", "pk")
        constraints = (models.UniqueConstraint(fields=("person", "page", "name"), name="saved_filter_named_once"),)

    def __str__(self) -> str:
        return self.name
