"""What phones ask for and send: `docs/wire.md`. These addresses stand in programs that lie on phones for months."""

from django.urls import path

from issues.wire import desk, files, moves, places, reports, whoami

urlpatterns = [
    path("whoami", whoami.whoami, name="wire-whoami"),
    path("reports", reports.reports, name="wire-reports"),
    path("reports/<str:key>/files/<str:sha256>", files.file, name="wire-file"),
    path("desk", desk.desk, name="wire-desk"),
    path("places", places.places, name="wire-places"),
    path("moves", moves.moves, name="wire-moves"),
]
