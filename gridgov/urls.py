"""Every address of the site. Those of the pages are printed on cards and must not change."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("map/", include("grids.urls")),
    path("map/", include("issues.urls")),
    path("api/", include("issues.wire.urls")),
    path("", include("mapui.urls")),
]
