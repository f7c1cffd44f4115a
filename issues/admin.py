"""Categories, policies and county days in the Django admin. Nothing that residents wrote, and no contact, is ever here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from issues import policy
from issues.models import Category, ContactList, ContactLook, CountyDay, SlaPolicy
from issues.policy import versions

_LARGEST = 200_000  # bytes of a policy file; ours has 5,000


class CategoryForm(forms.ModelForm):
    """A category; what is sealed is not public either, and a group has no group."""

    class Meta:
        model = Category
        fields = (
            "code",
            "names",
            "group",
            "order",
            "is_active",
            "level",
            "urgency",
            "asks_danger",
            "request_type",
            "lead",
            "physical",
            "non_public",
            "sealed",
            "filing",
            "closing",
            "external_codes",
        )

    def clean_names(self) -> dict[str, str]:
        return _texts(self.cleaned_data["names"], required=True)

    def clean_filing(self) -> dict[str, str]:
        return _texts(self.cleaned_data["filing"])

    def clean_closing(self) -> dict[str, str]:
        return _texts(self.cleaned_data["closing"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("sealed"):
            data["non_public"] = True
        group = data.get("group")
        if group and (group.group_id or group.pk == self.instance.pk):
            self.add_error("group", gettext("A category stands in a group, and a group in none."))
        return data


def _texts(value: object, *, required: bool = False) -> dict[str, str]:
    """Texts by language, as they must be: {“zh-hans”: …, “en”: …}."""
    if value is None:
        value = {}
    if not isinstance(value, dict) or not all(
        isinstance(key, str) and isinstance(text, str) and text for key, text in value.items()
    ):
        raise ValidationError(gettext("Write texts by language, for example {“zh-hans”: “路灯不亮”, “en”: “Street light dark”}."))
    if required and not value:
        raise ValidationError(gettext("A name in at least one language is needed."))
    return value


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    """What reports can be about. Retired, not deleted: issues keep theirs."""

    form = CategoryForm
    list_display = ("code", "name_shown", "group", "level", "urgency", "physical", "non_public", "is_active")
    list_filter = ("is_active", "level", "urgency", "group")
    list_select_related = ("group",)
    search_fields = ("code", "names")
    ordering = ("group__order", "order", "code")

    @admin.display(description=_("name"))
    def name_shown(self, category: Category) -> str:
        return category.name

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "group":
            kwargs["queryset"] = Category.objects.groups()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PolicyUploadForm(forms.ModelForm):
    """A policy file handed in: checked line by line before it is stored."""

    file = forms.FileField(label=_("policy file"), help_text=_("YAML, as “policy-default-2026.yaml” that is shipped."))

    class Meta:
        model = SlaPolicy
        fields = ("active_from", "signed_by")

    def clean_file(self) -> str:
        """The text of the file, sound; each fault is an error of its own."""
        upload = self.cleaned_data["file"]
        if upload.size > _LARGEST:
            raise ValidationError(gettext("That is too large for a policy."))
        try:
            text = upload.read().decode("utf-8")
        except UnicodeDecodeError:
            raise ValidationError(gettext("The file is not UTF-8 text.")) from None
        try:
            identifier = policy.read(text).id
        except policy.PolicyFaults as faults:
            raise ValidationError(faults.faults) from faults
        if SlaPolicy.objects.identified(identifier):
            raise ValidationError(gettext("The policy “%(id)s” exists already; give this one a new id.") % {"id": identifier})
        return str(text)

    def clean_active_from(self) -> Any:
        begins = self.cleaned_data["active_from"]
        if begins < now():
            raise ValidationError(gettext("A new version cannot begin in the past: issues were reported under the old one."))
        return begins


@admin.register(SlaPolicy)
class PolicyAdmin(admin.ModelAdmin):
    """Versions of the time limits: uploaded, then read only for ever."""

    form = PolicyUploadForm
    list_display = ("identifier", "active_from", "signed_by", "in_force")
    ordering = ("-active_from",)

    def get_fields(self, request: HttpRequest, obj: SlaPolicy | None = None) -> tuple[str, ...]:
        return ("identifier", "active_from", "signed_by", "created_at", "text") if obj else ("file", "active_from", "signed_by")

    def get_readonly_fields(self, request: HttpRequest, obj: SlaPolicy | None = None) -> tuple[str, ...]:
        return self.get_fields(request, obj) if obj else ()

    @admin.display(description=_("in force"), boolean=True)
    def in_force(self, version: SlaPolicy) -> bool:
        return SlaPolicy.objects.begun(now()).first() == version

    @admin.display(description=_("policy file"))
    def text(self, version: SlaPolicy) -> SafeString:
        return format_html("<pre>{}</pre>", version.source)

    def save_model(self, request: HttpRequest, obj: SlaPolicy, form: Any, change: bool) -> None:
        """Stored through the same door as the command; the row that the form had begun is taken over."""
        data = form.cleaned_data
        row, _is_new = versions.store(data["file"], active_from=data["active_from"], signed_by=data["signed_by"], at=now())
        obj.__dict__.update(row.__dict__)

    def has_change_permission(self, request: HttpRequest, obj: SlaPolicy | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SlaPolicy | None = None) -> bool:
        return False


@admin.register(CountyDay)
class CountyDayAdmin(admin.ModelAdmin):
    """Days on which a county works or rests otherwise than the calendar says: to read. They are entered on their own page,

    which counts first what they move, and moves it.
    """

    list_display = ("day", "area", "works", "reason")
    list_filter = ("works",)
    list_select_related = ("area",)
    autocomplete_fields = ("area",)
    date_hierarchy = "day"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return redirect("county-calendar")

    def has_change_permission(self, request: HttpRequest, obj: CountyDay | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CountyDay | None = None) -> bool:
        return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that nobody adds, changes or deletes here, whatever their role."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ContactLook)
class ContactLookAdmin(ReadOnlyAdmin):
    """Who looked at a contact, when and what for: for the auditor to read. No contact and no issue's text is here."""

    list_display = ("at", "by", "purpose", "words", "number")
    list_filter = ("purpose",)
    list_select_related = ("issue", "by")
    search_fields = ("issue__number", "by__name")
    date_hierarchy = "at"
    fields = readonly_fields = ("at", "by", "purpose", "words", "number")

    @admin.display(description=_("issue"))
    def number(self, look: ContactLook) -> str:
        return look.issue.number


@admin.register(ContactList)
class ContactListAdmin(ReadOnlyAdmin):
    """Which lists with contacts were asked for, approved and taken out, by whom and what for: for the auditor to read."""

    list_display = ("number", "asked_by", "asked_at", "purpose", "decision", "decided_by", "decided_at", "taken_at")
    list_filter = ("decision",)
    list_select_related = ("asked_by", "decided_by")
    search_fields = ("number", "asked_by__name", "decided_by__name")
    date_hierarchy = "asked_at"
