"""Accounts, units and postings in the Django admin. Who may open it: `mapui/permissions.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grids.errors import Refusal
from representatives import second_factor, services
from representatives.forms import PersonAddForm, PersonForm, PostingForm
from representatives.models import Assignment, Person, Unit
from representatives.querysets import AssignmentQuerySet


class PostingsOfPerson(admin.TabularInline):
    """What the person is, was and will be posted to; read only: postings have a page of their own."""

    model = Assignment
    fields = readonly_fields = ("role", "area", "since", "until")
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        return False

    @admin.display(description=_("Since"))
    def since(self, posting: Assignment) -> datetime | None:
        return posting.term.lower

    @admin.display(description=_("Until"))
    def until(self, posting: Assignment) -> datetime | str:
        return posting.term.upper or str(_("further notice"))


@admin.register(Person)
class PersonAdmin(UserAdmin):
    """Staff accounts. Rights follow from postings, so none are given here; accounts are closed, never deleted."""

    form, add_form = PersonForm, PersonAddForm
    list_display = ("username", "name", "unit", "office_phone", "is_active")
    list_filter = ("is_active", "rep_level", "unit__kind")
    list_select_related = ("unit",)
    search_fields = ("username", "name")
    autocomplete_fields = ("unit",)
    filter_horizontal = ()
    ordering = ("username",)
    inlines = (PostingsOfPerson,)
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (_("On the contact card"), {"fields": ("name", "unit", "office_phone", "rep_level")}),
        (_("Messages"), {"fields": ("email", "language")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "name", "unit", "password1", "password2")}),)

    actions = ("take_second_factor_away",)

    @admin.action(description=_("Take the second factor away (telephone and recovery codes are lost)"), permissions=["change"])
    def take_second_factor_away(self, request: HttpRequest, people: QuerySet[Person]) -> None:
        """The password alone lets them in again; each is written down."""
        for person in people:
            if self.has_change_permission(request, person) and second_factor.take_away(person):
                self.log_change(request, person, "second factor taken away")
                messages.success(request, _("%(name)s has no second factor any more.") % {"name": person})

    def get_inlines(self, request: HttpRequest, obj: Person | None) -> list[type[InlineModelAdmin]]:
        return [PostingsOfPerson] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        """The account that set the program up is changed by such an account only, or anybody could take it over."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or not obj.is_superuser or bool(getattr(request.user, "is_superuser", False)))


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "kind", "area", "phone", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("area",)
    search_fields = ("code", "name")
    autocomplete_fields = ("area",)


class TermFilter(admin.SimpleListFilter):
    """Postings by whether they hold now."""

    title, parameter_name = _("term"), "term"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("now", _("holds now")), ("over", _("over")), ("to_come", _("to come"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Assignment]) -> QuerySet[Assignment]:
        assert isinstance(queryset, AssignmentQuerySet)  # noqa: S101 - for the type checker
        at = now()
        if self.value() == "now":
            return queryset.holding(at)
        if self.value() == "over":
            return queryset.over(at)
        return queryset.to_come(at) if self.value() == "to_come" else queryset


@admin.register(Assignment)
class PostingAdmin(admin.ModelAdmin):
    """Postings. The term is half open; a wrong posting is ended or taken back, never rewritten."""

    form = PostingForm
    list_display = ("person", "role", "area", "since", "until")
    list_filter = (TermFilter, "role")
    list_select_related = ("person", "area")
    search_fields = ("person__username", "person__name", "area__code", "area__name")
    autocomplete_fields = ("person", "area")
    actions = ("end_now",)

    @admin.display(description=_("Since"), ordering="term__startswith")
    def since(self, posting: Assignment) -> datetime | None:
        return posting.term.lower

    @admin.display(description=_("Until"), ordering="term__endswith")
    def until(self, posting: Assignment) -> datetime | str:
        return posting.term.upper or str(_("further notice"))

    @admin.action(description=_("End the chosen postings now"), permissions=["change"])
    def end_now(self, request: HttpRequest, chosen: QuerySet[Assignment]) -> None:
        at, ended = now(), 0
        for posting in chosen:
            if not services.may_post(request.user, posting.role, at):  # type: ignore[arg-type]
                self.message_user(request, _("%(posting)s: not yours to end.") % {"posting": posting}, messages.ERROR)
                continue
            try:
                self.log_change(request, posting, [{"changed": {"fields": ["term"]}}])
                services.end_assignment(posting.pk, at=at)
                ended += 1
            except Refusal as refusal:
                self.message_user(request, f"{posting}: {refusal.sentence}", messages.ERROR)
        if ended:
            self.message_user(request, ngettext("%(n)d posting ended.", "%(n)d postings ended.", ended) % {"n": ended})

    def get_form(self, request: HttpRequest, obj: Assignment | None = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def get_fields(
        self, request: HttpRequest, obj: Assignment | None = None
    ) -> list[str | list[str] | tuple[str, ...] | tuple[()]]:
        return ["person", "area", "role", "since", "until"]

    def get_readonly_fields(self, request: HttpRequest, obj: Assignment | None = None) -> tuple[str, ...]:
        return ("person", "area", "role", "since") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or services.may_post(request.user, obj.role, now()))  # type: ignore[arg-type]

    def save_model(self, request: HttpRequest, obj: Assignment, form: ModelForm, change: bool) -> None:
        """`PostingForm.save` has already done it, through the service."""
