"""What a county decides: categories, the policy of time limits, and its own days off."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.levels import Level
from grids.models import Area, in_language
from issues.querysets import CategoryQuerySet, CountyDayQuerySet, PolicyQuerySet
from issues.terms import RequestType, Urgency

_CODE = RegexValidator(r"^[a-z0-9]+([._-][a-z0-9]+)*\Z", _("Use lower-case letters, digits, “.”, “_” and “-”, such as road.light."))


class Category(models.Model):
    """What an issue is about (domain notes §4). Data: a county may add its own. Groups are rows without `group`."""

    code = models.CharField(_("code"), max_length=60, unique=True, validators=[_CODE])
    names = models.JSONField(_("names"), help_text=_("By language, for example “zh-hans” and “en”."))
    group = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("group"))
    level = models.PositiveSmallIntegerField(_("usual level"), choices=Level.choices, default=Level.GRID)
    urgency = models.CharField(_("usual urgency"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    asks_danger = models.BooleanField(_("asks whether anyone is in danger"), default=False)
    lead = models.CharField(_("usual lead units"), max_length=120, blank=True)
    filing = models.JSONField(_("when an issue is opened"), default=dict, blank=True)  # 立案条件, by language
    closing = models.JSONField(_("when it counts as solved"), default=dict, blank=True)  # 结案条件, by language
    # What kind of request such a report usually is; decides the row of time limits when it is a question.
    request_type = models.CharField(_("usual kind of request"), max_length=12, choices=RequestType.choices, blank=True)
    non_public = models.BooleanField(_("not public"), default=False)
    sealed = models.BooleanField(_("sealed"), default=False)
    physical = models.BooleanField(_("needs verification on site"), default=True)
    external_codes = models.JSONField(_("codes in other systems"), default=dict, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    hides: bool = False  # of a group, as `to_file_under` reads it: whether something in it is sealed

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("order", "code")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language."""
        return in_language(self.names) or self.code

    @property
    def filing_condition(self) -> str:
        """When an issue of this kind is opened, in the active language."""
        return in_language(self.filing)

    @property
    def closing_condition(self) -> str:
        """When it counts as solved, in the active language."""
        return in_language(self.closing)


class SlaPolicy(models.Model):
    """A version of the time limits, as signed: never edited, only followed by another. `issues/policy/__init__.py` reads `body`."""

    identifier = models.CharField(_("identifier"), max_length=60, unique=True)
    source = models.TextField(_("policy file"))  # the YAML as it was handed in, comments and all
    body = models.JSONField(_("content"))  # the same, validated
    signed_by = models.CharField(_("signed by"), max_length=120, blank=True)
    active_from = models.DateTimeField(_("active from"))
    created_at = models.DateTimeField(_("created at"))

    days_there: list[dict[str, object]] | None = None  # both as `with_what_holds_at` reads them
    outlets_there: bool | None = None

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ("-active_from",)

    def __str__(self) -> str:
        return self.identifier


class CountyDay(models.Model):
    """A day on which the county works, or rests, other than the calendar says."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="county_days", verbose_name=_("area"))
    day = models.DateField(_("day"))
    works = models.BooleanField(_("working day"))
    reason = models.CharField(_("reason"), max_length=120)

    objects = CountyDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("county day")
        verbose_name_plural = _("county days")
        ordering = ("-day",)
        constraints = (models.UniqueConstraint(fields=("area", "day"), name="county_day_once"),)

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"
