"""The pages. Others link to these paths and print them on cards: they do not change."""

from django.urls import path, register_converter
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from mapui.converters import WordConverter
from mapui.views import access, cards, cover, dashboard, heat, issue, papers, queue, red, report, search, site, tracking

register_converter(WordConverter, "word")

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("panel/<word:code>/", dashboard.area_panel, name="area-panel"),
    path("table/", dashboard.area_table, name="area-table"),
    path("figures/", dashboard.figures, name="figures"),
    path("queue/", queue.queue, name="queue"),
    path("queue/notices/", queue.notices_read, name="notices-read"),
    path("queue/<word:number>/<slug:verb>/", queue.queue_move, name="queue-move"),
    path("search/", search.search, name="search"),
    path("filters/<slug:page>/", search.filter_save, name="filter-save"),
    path("filters/<slug:page>/<int:pk>/drop/", search.filter_drop, name="filter-drop"),
    path("issues/<word:number>/", issue.issue, name="issue"),
    path("issues/<word:number>/place.json", issue.issue_place, name="issue-place"),
    path("issues/<word:number>/like/", issue.issue_like, name="issue-like"),
    path("issues/<word:number>/areas/", issue.issue_areas, name="issue-areas"),
    path("issues/<word:number>/contact/<int:pk>/", issue.issue_contact, name="issue-contact"),
    path("issues/<word:number>/papers/<slug:kind>/<word:key>.pdf", papers.paper_pdf, name="paper-pdf"),
    path("issues/<word:number>/papers/<slug:kind>/<word:key>/", papers.paper, name="paper"),
    path("issues/<word:number>/<slug:verb>/", issue.issue_move, name="issue-move"),
    path("photos/<int:pk>/", issue.photo, name="photo"),
    path("report/", report.report, name="report"),
    path("report/map.json", report.pin_map, name="report-map"),
    path("report/where/", report.where, name="report-where"),
    path("report/<word:code>/", report.report, name="report-in-cell"),
    path("t/", tracking.find, name="track-find"),
    path("t/<word:receipt>/", tracking.track, name="track"),
    path("t/<word:receipt>/photos/<int:pk>/", tracking.own_photo, name="track-photo"),
    path("t/<word:receipt>/<slug:verb>/", tracking.track_move, name="track-move"),
    path("red/", red.red_list, name="red"),
    path("red/<word:number>/<slug:verb>/", red.red_move, name="red-move"),
    path("red/export.xlsx", red.red_export, name="red-export"),
    path("heat/", heat.heat, name="heat"),
    path("heat/places.csv", heat.heat_export, name="heat-export"),
    path("cells/<word:code>/", cards.card, name="cell"),
    path("cells/<word:code>/qr.svg", cards.qr, name="cell-qr"),
    path("cover/", cover.cover, name="cover"),
    path("cover/export.csv", cover.cover_export, name="cover-export"),
    path("login/", access.LogIn.as_view(), name="login"),
    path("logout/", access.LogOut.as_view(), name="logout"),
    path("password/", access.ChangePassword.as_view(), name="password"),
    path("language/", access.set_language, name="set_language"),
    path("favicon.ico", site.favicon, name="favicon"),
    path("healthz", access.healthz, name="healthz"),
    # Its address on a page ends in the language, so each has its own copy.
    path("jsi18n/", cache_control(private=True, max_age=600)(JavaScriptCatalog.as_view(packages=["mapui"])), name="jsi18n"),
]
