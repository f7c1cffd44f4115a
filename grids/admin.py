"""The territory in the Django admin: areas to look up, the words of the county. Boundaries come by import and drawing only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grids import disputes
from grids.importing import dispute_pages, pages
from grids.models import Area, Dispute, Layer, Territory
from grids.querysets import AreaQuerySet, DisputeQuerySet


class StandingFilter(admin.SimpleListFilter):
    """Areas that stand, unless the retired ones are asked for."""

    title, parameter_name = _("standing"), "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("retired", _("retired"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Area]) -> QuerySet[Area]:
        assert isinstance(queryset, AreaQuerySet)  # noqa: S101 - for the type checker
        return queryset.retired() if self.value() == "retired" else queryset.current()


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
    """A row is never redrawn in place, so only what does not move a boundary can be changed here."""

    list_display = ("name", "code", "level", "parent", "households", "kind")
    list_filter = ("level", StandingFilter)
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    ordering = ("path",)
    fields = ("name", "households", "kind", "level", "code", "parent", "path", "valid_from", "valid_to")
    readonly_fields = ("level", "code", "parent", "path", "valid_from", "valid_to")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Area]:
        return Area.objects.without_boundary()

    def get_urls(self) -> list[URLPattern]:
        """The import stands beside the list: areas are not typed in one by one."""
        return [
            path("import/", self.admin_site.admin_view(pages.upload), name="grids_area_import"),
            path("import/<slug:token>/", self.admin_site.admin_view(pages.check), name="grids_area_import_check"),
            *super().get_urls(),
        ]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Area], search_term: str) -> tuple[QuerySet[Area], bool]:
        """Who is posted somewhere is posted to an area that stands."""
        found, repeats = super().get_search_results(request, queryset, search_term)
        is_choosing = request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
        return (found.filter(valid_to=None) if is_choosing else found), repeats

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Area | None = None) -> bool:
        return False


@admin.register(Territory)
class TerritoryAdmin(admin.ModelAdmin):
    list_display = ("area", "attribution", "map_approval_number")
    list_select_related = ("area",)
    autocomplete_fields = ("area",)


@admin.register(Layer)
class LayerAdmin(admin.ModelAdmin):
    list_display = ("level", "version", "changed_at")
    readonly_fields = ("level", "version", "changed_at")


class SettledFilter(admin.SimpleListFilter):
    """Grounds that are disputed, unless the settled ones are asked for."""

    title, parameter_name = _("standing"), "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [("settled", _("settled"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> QuerySet[Dispute]:
        assert isinstance(queryset, DisputeQuerySet)  # noqa: S101 - for the type checker
        return queryset.settled() if self.value() == "settled" else queryset.current()


@admin.register(Dispute)
class DisputeAdmin(admin.ModelAdmin):
    """Disputed ground: entered from a file, settled on a day, never redrawn in place; name and note can be put right."""

    list_display = ("code", "name", "claimed_by", "valid_from", "valid_to", "note")
    list_filter = (SettledFilter,)
    search_fields = ("code", "name")
    fields = ("name", "note", "code", "claimed_by", "valid_from", "valid_to")
    readonly_fields = ("code", "claimed_by", "valid_from", "valid_to")
    actions = ("settle",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dispute]:
        return Dispute.objects.without_boundary().prefetch_related("villages")

    def get_urls(self) -> list[URLPattern]:
        return [path("import/", self.admin_site.admin_view(dispute_pages.upload), name="grids_dispute_import"), *super().get_urls()]

    @admin.display(description=_("claimed by"))
    def claimed_by(self, dispute: Dispute) -> str:
        return "、".join(village.name for village in dispute.villages.all())

    @admin.action(description=_("Settled: disputed no longer"), permissions=["change"])
    def settle(self, request: HttpRequest, queryset: QuerySet[Dispute]) -> None:
        n = disputes.settle(list(queryset.values_list("pk", flat=True)), at=timezone.now())
        self.message_user(request, ngettext("%(n)d ground is settled.", "%(n)d grounds are settled.", n) % {"n": n})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """There is nothing to type: a ground comes with its boundary, from a file."""
        return redirect("admin:grids_dispute_import")

    def has_delete_permission(self, request: HttpRequest, obj: Dispute | None = None) -> bool:
        return False
