"""The territory in the Django admin: areas to look up, the words of the county. Boundaries come by import and drawing only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from grids.importing import pages
from grids.models import Area, Layer, Territory
from grids.querysets import AreaQuerySet


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
