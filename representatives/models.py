"""Staff, their units, and who answers for which area. A `Person` is an account, nothing more (domain notes §5.4)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from representatives.querysets import AssignmentQuerySet, PersonManager, UnitQuerySet
from representatives.roles import Role

if TYPE_CHECKING:
    from psycopg.types.range import Range


TWINS = "assignment_no_overlapping_twins"  # the constraint whose violation becomes a sentence in `services`


class Unit(models.Model):
    """An organisation that can be handed an issue."""

    class Kind(models.TextChoices):
        VILLAGE_COMMITTEE = "village_committee", _("village committee")
        TOWNSHIP_COMMITTEE = "township_committee", _("township committee")
        DEPARTMENT = "department", _("department")
        UTILITY = "utility", _("utility")
        SUPERVISION_OFFICE = "supervision_office", _("supervision office")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    area = models.ForeignKey(Area, models.PROTECT, related_name="units", verbose_name=_("area"))
    phone = models.CharField(_("office phone"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Person(AbstractUser):
    """A staff account. `name` and `office_phone` are printed on contact cards; nothing private is kept."""

    class RepLevel(models.TextChoices):
        """Of which congress a party representative is a delegate; neither authority nor a level of the ladder."""

        TOWNSHIP = "township", _("township")
        COUNTY = "county", _("county")
        PREFECTURE = "prefecture", _("prefecture")
        REGION = "autonomous_region", _("autonomous region")

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=60)
    office_phone = models.CharField(_("office phone"), max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("unit"))
    rep_level = models.CharField(_("representative of"), max_length=20, choices=RepLevel.choices, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)

    objects = PersonManager()  # type: ignore[misc]
    REQUIRED_FIELDS = ["name"]

    # (role, path, term) of every assignment, once `scopes.scope_of` has read them; never stored.
    postings: tuple[tuple[str, str, Range[datetime]], ...] | None = None

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("username",)

    def __str__(self) -> str:
        return self.name or self.username

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read the row again, and forget the assignments that went with the old one."""
        self.postings = None
        super().refresh_from_db(*args, **kwargs)

    @property
    def card_phone(self) -> str:
        """The phone that the public may call: the person's at the office, else the unit's; empty if there is none."""
        return self.office_phone or (self.unit.phone if self.unit else "")

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Assignment(models.Model):
    """A person posted to an area in a role for a term (upper bound open: until further notice)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments", verbose_name=_("person"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="assignments", verbose_name=_("area"))
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    term = DateTimeRangeField(_("term"))

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = (
            ExclusionConstraint(
                name=TWINS,
                expressions=(
                    ("person", RangeOperators.EQUAL),
                    # Not the bare column: its index would be taken to look areas up, which it does ten times as slowly as theirs.
                    (ExpressionWrapper(F("area_id") + 0, models.BigIntegerField()), RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("term", RangeOperators.OVERLAPS),
                ),
            ),
            models.CheckConstraint(
                condition=Q(term__isempty=False, term__lower_inf=False, term__lower_inc=True, term__upper_inc=False),
                name="assignment_term_half_open",
            ),
        )
        indexes = (models.Index(fields=("role", "area"), name="assignment_role_area"),)

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.area}"
