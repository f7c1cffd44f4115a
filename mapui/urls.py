"""The pages. Others link to these paths and print them on cards: they do not change."""

from django.urls import path
from django.views.i18n import JavaScriptCatalog

from mapui.views import access, cards, dashboard, heat, issue, queue, red, report, tracking

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("panel/<str:code>/", dashboard.area_panel, name="area-panel"),
    path("table/", dashboard.area_table, name="area-table"),
    path("figures/", dashboard.figures, name="figures"),
    path("queue/", queue.queue, name="queue"),
    path("issues/<str:number>/", issue.issue, name="issue"),
    path("issues/<str:number>/<slug:verb>/", issue.issue_move, name="issue-move"),
    path("photos/<int:pk>/", issue.photo, name="photo"),
    path("report/", report.report, name="report"),
    path("report/<str:code>/", report.report, name="report-in-cell"),
    path("t/", tracking.find, name="track-find"),
    path("t/<str:receipt>/", tracking.track, name="track"),
    path("t/<str:receipt>/<slug:verb>/", tracking.track_move, name="track-move"),
    path("red/", red.red_list, name="red"),
    path("red/export.xlsx", red.red_export, name="red-export"),
    path("heat/", heat.heat, name="heat"),
    path("cells/<str:code>/", cards.card, name="cell"),
    path("cells/<str:code>/qr.svg", cards.qr, name="cell-qr"),
    path("cover/", cards.cover, name="cover"),
    path("login/", access.LogIn.as_view(), name="login"),
    path("logout/", access.LogOut.as_view(), name="logout"),
    path("password/", access.ChangePassword.as_view(), name="password"),
    path("healthz", access.healthz, name="healthz"),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["mapui"]), name="jsi18n"),
]
